//! Search: sites, items, findings and notes that hold some words, in Chinese down to one character.

use mingcha_model::{EntityId, FindingId, SiteId, VisitId};
use mingcha_store::{Hit, Searched, plain};
use serde::Serialize;

use crate::criteria::both;
use crate::{MingchaError, Mistake, Phone};

/// How many hits are listed when nobody says.
const USUAL_HITS: usize = 50;

/// Something that holds the words.
#[derive(Clone, Debug, Serialize)]
pub struct SearchRow {
    /// `site`, `item`, `finding` or `note`.
    pub what: &'static str,
    /// The site's, finding's or visit's id; of an item its code.
    pub id: String,
    /// The site it belongs to; none for an item.
    pub site: Option<SiteId>,
    /// The site's name.
    pub site_name: String,
    /// The item, for items and notes.
    pub item: Option<String>,
    /// The text that holds the words.
    pub text: String,
}

impl Phone {
    /// What holds these words: sites, then items, findings and notes; `among` names some of `sites`, `items`,
    /// `findings` and `notes`, or none for all of them. Where there are more than `limit` hits, each kind has the same
    /// share of them, and what one leaves over is the others'.
    pub fn search(&self, words: &str, among: &[String], limit: Option<usize>) -> Result<Vec<SearchRow>, MingchaError> {
        self.me()?;
        if words.trim().is_empty() {
            return Err(Mistake::Malformed("请写要找的字", "name the words to look for").into());
        }
        let wanted = |name: &str| among.is_empty() || among.iter().any(|one| one == name);
        if !among.iter().all(|one| ["sites", "items", "findings", "notes"].contains(&one.as_str())) {
            return Err(
                Mistake::Malformed("范围：sites items findings notes", "among: sites items findings notes").into()
            );
        }
        let limit = limit.unwrap_or(USUAL_HITS);
        let mut kinds = Vec::new();
        if wanted("sites") {
            kinds.push(self.sites_with(words, limit)?);
        }
        if wanted("items") {
            kinds.push(self.items_with(words)?);
        }
        for (name, kind) in [("findings", Searched::Findings), ("notes", Searched::Notes)] {
            if wanted(name) {
                let hits = self.store.search(words, &[kind], limit)?;
                kinds.push(hits.into_iter().map(|hit| self.row_of_hit(hit)).collect::<Result<_, _>>()?);
            }
        }
        let shares = shares(&kinds.iter().map(Vec::len).collect::<Vec<_>>(), limit);
        Ok(kinds.into_iter().zip(shares).flat_map(|(rows, share)| rows.into_iter().take(share)).collect())
    }

    fn sites_with(&self, words: &str, limit: usize) -> Result<Vec<SearchRow>, MingchaError> {
        let most = u32::try_from(limit).unwrap_or(u32::MAX);
        let row = |site: mingcha_store::SiteRow| SearchRow {
            what: "site",
            id: site.site.to_string(),
            site: Some(site.site),
            text: format!("{} {} {}", site.code, site.name, site.address).trim_end().to_owned(),
            site_name: site.name,
            item: None,
        };
        Ok(self.store.search_sites(words, most, 0)?.into_iter().map(row).collect())
    }

    fn row_of_hit(&self, hit: Hit) -> Result<SearchRow, MingchaError> {
        let (what, site) = match hit.what {
            Searched::Sites => ("site", Some(SiteId(hit.entity))),
            Searched::Findings => ("finding", self.site_of_finding(hit.entity)?),
            Searched::Notes => ("note", self.store.visit(VisitId(hit.entity))?.map(|visit| visit.site)),
        };
        let name = site.map(|site| self.store.site(site)).transpose()?.flatten().map(|site| site.name);
        Ok(SearchRow {
            what,
            id: hit.entity.to_string(),
            site,
            site_name: name.unwrap_or_default(),
            item: hit.item.map(|item| item.to_string()),
            text: hit.text,
        })
    }

    fn site_of_finding(&self, finding: EntityId) -> Result<Option<SiteId>, MingchaError> {
        if let Some(row) = self.store.finding(FindingId(finding))? {
            return Ok(Some(row.site));
        }
        Ok(self.store.card(FindingId(finding))?.map(|card| card.card.site))
    }

    /// Items of the sets in use: they are few, and read whole.
    fn items_with(&self, words: &str) -> Result<Vec<SearchRow>, MingchaError> {
        let words = plain(words);
        let mut rows = Vec::new();
        for set in self.offered()? {
            for item in &set.items {
                let texts = [item.code.as_str(), &item.text.zh, &item.text.en, &item.help.zh, &item.help.en];
                if texts.into_iter().any(|text| plain(text).contains(&words)) {
                    rows.push(SearchRow {
                        what: "item",
                        id: item.code.to_string(),
                        site: None,
                        site_name: String::new(),
                        item: Some(item.code.to_string()),
                        text: both(&item.text),
                    });
                }
            }
        }
        Ok(rows)
    }
}

/// How many of each kind are listed: the same share for each, and what a kind does not need for those that do.
fn shares(found: &[usize], limit: usize) -> Vec<usize> {
    let mut shares = vec![0_usize; found.len()];
    let mut room = limit;
    while room > 0 {
        let open: Vec<usize> = (0..found.len()).filter(|at| shares.get(*at) < found.get(*at)).collect();
        if open.is_empty() {
            break;
        }
        let each = room.checked_div(open.len()).unwrap_or(room).max(1);
        for at in open {
            if let (Some(share), Some(found)) = (shares.get_mut(at), found.get(at)) {
                let more = each.min(found.saturating_sub(*share)).min(room);
                *share = share.saturating_add(more);
                room = room.saturating_sub(more);
            }
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_hit_has_its_share_and_what_one_leaves_over_is_the_others() {
        assert_eq!(shares(&[4, 200, 3, 300], 50), [4, 22, 3, 21]);
        assert_eq!(shares(&[0, 46, 0, 0], 50), [0, 46, 0, 0]);
        assert_eq!(shares(&[9, 9, 9, 9], 3), [1, 1, 1, 0]);
        assert_eq!(shares(&[9, 9], 0), [0, 0]);
    }
}
