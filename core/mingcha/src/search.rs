//! Search: sites, items, findings and notes that hold some words, in Chinese down to one character.

use mingcha_model::{EntityId, FindingId, SiteId, VisitId};
use mingcha_store::{Hit, Searched};
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
    /// `findings` and `notes`, or none for all of them.
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
        let mut rows = Vec::new();
        if wanted("sites") {
            let most = u32::try_from(limit).unwrap_or(u32::MAX);
            for site in self.store.search_sites(words, most, 0)? {
                let text = format!("{} {} {}", site.code, site.name, site.address).trim_end().to_owned();
                rows.push(SearchRow {
                    what: "site",
                    id: site.site.to_string(),
                    site: Some(site.site),
                    site_name: site.name,
                    item: None,
                    text,
                });
            }
        }
        if wanted("items") {
            rows.extend(self.items_with(words)?);
        }
        let kinds = [("findings", Searched::Findings), ("notes", Searched::Notes)];
        let kinds: Vec<Searched> = kinds.into_iter().filter(|(name, _)| wanted(name)).map(|(_, kind)| kind).collect();
        let room = limit.saturating_sub(rows.len());
        if !kinds.is_empty() && room > 0 {
            for hit in self.store.search(words, &kinds, room)? {
                rows.push(self.row_of_hit(hit)?);
            }
        }
        rows.truncate(limit);
        Ok(rows)
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
        let words = words.trim().to_lowercase();
        let mut rows = Vec::new();
        for set in self.offered()? {
            for item in &set.items {
                let texts = [item.code.as_str(), &item.text.zh, &item.text.en, &item.help.zh, &item.help.en];
                if texts.into_iter().any(|text| text.to_lowercase().contains(&words)) {
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
