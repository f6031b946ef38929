//! Case cards: what a unit's contact sees of a finding, with what the contact said of it since.

use mingcha_model::body::Card;
use mingcha_model::{FindingId, Order, Said, SiteId, Stage};

use super::sql::Sql;
use crate::{Store, StoreError, gather, pack, statements, summary};

/// A card in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRow {
    /// Of which finding.
    pub finding: FindingId,
    /// The newest card.
    pub card: Card,
    /// The card's texts: the demand, then reasons.
    pub texts: Vec<Option<String>>,
    /// The order of the card.
    pub written: Order,
    /// What the unit's contacts said of the finding and its submissions, in order, own pending ops last. A submission
    /// that the card's `includes` does not list is not yet taken into account.
    pub said: Vec<Said>,
}

/// Which cards to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct CardFilter {
    /// At this stage only.
    pub stage: Option<Stage>,
    /// Of this site only.
    pub site: Option<SiteId>,
    /// At most so many; 0 for all.
    pub limit: u32,
    /// Without the first so many.
    pub offset: u32,
}

impl Store {
    /// The card of a finding; `None` where no unit feed has one.
    pub fn card(&self, finding: FindingId) -> Result<Option<CardRow>, StoreError> {
        let said = self.said_of_finding(finding)?;
        let live = statements::live(said);
        let Some((one, card)) = summary::newest_card(&live) else { return Ok(None) };
        let (card, texts, written) = (card.clone(), one.texts.clone(), one.ord);
        let said = live.into_iter().filter(|one| !matches!(one.body, mingcha_model::Body::CardWrite(_))).collect();
        Ok(Some(CardRow { finding, card, texts, written, said }))
    }

    /// Cards, the newest first.
    pub fn cards(&self, filter: &CardFilter) -> Result<Vec<CardRow>, StoreError> {
        let mut sql = Sql::select("e.id FROM card r CROSS JOIN entity e ON e.key = r.entity WHERE e.shown = 1");
        sql.when(" AND r.stage = ?", filter.stage.map(|stage| pack::code(&stage)));
        sql.when(" AND r.site = ?", filter.site.map(|site| *site.as_bytes()));
        sql.end(" ORDER BY r.written DESC, e.id", filter.limit, filter.offset);
        let ids = sql.rows(&self.connection, |row| pack::id(row.get_ref(0)?.as_blob().unwrap_or_default()))?;
        let mut cards = Vec::with_capacity(ids.len());
        for id in ids {
            cards.extend(self.card(id.into())?);
        }
        Ok(cards)
    }

    /// The submissions of a finding that are known here, own pending ones too.
    pub fn submissions_of(&self, finding: FindingId) -> Result<Vec<mingcha_model::SubmissionId>, StoreError> {
        let home = crate::shown::home(&self.connection, finding.into())?;
        let ids = gather::submissions(&self.connection, home.as_ref(), finding.into())?;
        Ok(ids.into_iter().map(Into::into).collect())
    }
}
