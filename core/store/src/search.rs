//! Search in Chinese, down to one character: sites, findings and notes, by pairs of neighbouring characters.
//!
//! The index is made on the first search and lies in the same encrypted file. It only narrows down: every hit is read
//! again before it is given, so that what it says is true even where it lags behind. It refuses to outlive an erasure:
//! then it is dropped whole and made again when somebody searches.

mod grams;
mod index;

pub(crate) use index::{forget, stale};
use mingcha_model::{Body, EntityId, FindingId, ItemCode, Kind, SiteId, VisitId};

use crate::{SiteRow, Store, StoreError};
use grams::Documents;
pub use grams::plain;

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Searched {
    /// Names, codes and addresses of sites.
    Sites,
    /// Words said of findings and their rectification.
    Findings,
    /// Notes on answers, and remarks on visits.
    Notes,
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub what: Searched,
    /// The site, finding or visit.
    pub entity: EntityId,
    /// The item whose note it is.
    pub item: Option<ItemCode>,
    /// The text that holds the words.
    pub text: String,
}

/// From so many candidates on it is quicker to walk the list of sites until a screen of them was found: with 50 wanted of
/// 100,000, reading 320 sites one by one takes about as long as walking past those between.
const MANY: usize = 320;

impl Searched {
    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Sites => &[Kind::SITE_ENTER],
            Self::Findings => &[Kind::FINDING_RAISE, Kind::CARD_WRITE],
            Self::Notes => &[Kind::VISIT_OPEN],
        }
    }
}

impl Store {
    /// Where these words stand, at most `limit` hits; sites first, then findings, then notes.
    ///
    /// Upper and lower case and full and half width make no difference; words without any character find nothing. The
    /// first search makes the index, in seconds for a big store.
    pub fn search(&self, words: &str, among: &[Searched], limit: usize) -> Result<Vec<Hit>, StoreError> {
        let words = plain(words);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        index::prepare(self)?;
        let mut hits = Vec::new();
        for what in [Searched::Sites, Searched::Findings, Searched::Notes] {
            if !among.contains(&what) {
                continue;
            }
            // Block by block: of words that stand everywhere the first blocks have enough.
            let mut candidates = index::Candidates::of(self, &words, what);
            while hits.len() < limit
                && let Some(block) = candidates.next_block()?
            {
                for (entity, kind) in block {
                    let texts = self.searched_texts(entity, kind)?.into_iter();
                    let found = texts.filter(|(_, text)| plain(text).contains(&words));
                    hits.extend(found.map(|(item, text)| Hit { what, entity, item, text }));
                    if hits.len() >= limit {
                        break;
                    }
                }
            }
        }
        hits.truncate(limit);
        Ok(hits)
    }

    /// The sites whose name, code or address holds these words, by code, without the first `offset`, at most `limit`
    /// (0 for all).
    pub fn search_sites(&self, words: &str, limit: u32, offset: u32) -> Result<Vec<SiteRow>, StoreError> {
        let filter =
            crate::SiteFilter { search: Some(words.to_owned()), limit, offset, ..crate::SiteFilter::default() };
        let folded = plain(words);
        if folded.is_empty() {
            return self.sites(&crate::SiteFilter { search: None, ..filter });
        }
        index::prepare(self)?;
        let mut blocks = index::Candidates::of(self, &folded, Searched::Sites);
        let mut candidates = Vec::new();
        while let Some(block) = blocks.next_block()? {
            candidates.extend(block);
            if candidates.len() > MANY {
                return self.sites(&filter);
            }
        }
        let mut sites = Vec::new();
        for (entity, _) in candidates {
            let Some(site) = self.site(SiteId::from(entity))?.filter(|site| site.present) else { continue };
            if [&site.name, &site.code, &site.address].into_iter().any(|text| plain(text).contains(&folded)) {
                sites.push(site);
            }
        }
        sites.sort_by(|a, b| (&a.code, a.site).cmp(&(&b.code, b.site)));
        let most = if limit == 0 { usize::MAX } else { usize::try_from(limit).unwrap_or(usize::MAX) };
        Ok(sites.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)).take(most).collect())
    }

    /// Drops the index whole. Whoever erases a text calls this in the same breath: the next search makes the index again,
    /// from what is left.
    pub fn forget_search(&mut self) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        forget(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Every text of a document as it is now, notes with their item; none of what this device no longer shows.
    fn searched_texts(&self, entity: EntityId, kind: Kind) -> Result<Vec<(Option<ItemCode>, String)>, StoreError> {
        let mut texts: Vec<(Option<ItemCode>, String)> = Vec::new();
        match kind {
            Kind::SITE_ENTER => {
                let site = self.site(SiteId::from(entity))?.filter(|site| site.present);
                texts.extend(
                    site.into_iter().flat_map(|site| [site.name, site.code, site.address]).map(|text| (None, text)),
                );
            }
            Kind::FINDING_RAISE | Kind::CARD_WRITE => {
                // An undercover original whose copy was published stands in no list.
                if self.finding(FindingId(entity))?.is_some_and(|finding| finding.published) {
                    return Ok(texts);
                }
                for said in self.said_of_finding(FindingId(entity))? {
                    texts.extend((0..said.texts.len()).map(|place| (None, said.text(place).to_owned())));
                }
            }
            Kind::VISIT_OPEN => {
                for (item, register) in self.answers(VisitId(entity))? {
                    let notes = register.heads().map(|(_, head)| head.value.text(0).to_owned());
                    texts.extend(notes.map(|note| (Some(item.clone()), note)));
                }
                let remarks = self.said(entity)?.into_iter().filter(|said| matches!(said.body, Body::VisitRemark(_)));
                texts.extend(remarks.map(|said| (None, said.text(0).to_owned())));
            }
            _ => {}
        }
        texts.retain(|(_, text)| !text.is_empty());
        Ok(texts)
    }
}
