//! What failed before at a site and in its kind of window, as one area's feed alone says it.
//!
//! Every device that holds the feed to one position reads the same here: neither other feeds nor what this device has not
//! sent yet takes part.

use std::collections::BTreeMap;

use mingcha_model::body::{Answer, Mode};
use mingcha_model::{AreaId, FeedName, ItemCode, SiteId, Stage, Value, VisitStatus};
use rusqlite::{OptionalExtension, params};

use crate::{Store, StoreError, pack, summary};

/// What an area's feed says of earlier visits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AreaHistory {
    /// The answers of the last visit that was submitted here, a unit's own checks aside.
    pub last_answers: BTreeMap<ItemCode, Value>,
    /// The items of findings at this site that are neither closed nor void.
    pub open_here: Vec<ItemCode>,
    /// How many findings each item has at sites of this kind, void ones aside.
    pub findings_in_kind: BTreeMap<ItemCode, u32>,
}

impl Store {
    /// What the feed of this area says of earlier visits to a site and to sites of its kind.
    pub fn area_history(&self, area: AreaId, site: SiteId) -> Result<AreaHistory, StoreError> {
        let mut find = self.connection.prepare_cached("SELECT key FROM feed WHERE name = ?1")?;
        let feed = find.query_row([FeedName::Area(area).to_string()], |row| row.get::<_, i64>(0)).optional()?;
        let Some(feed) = feed else { return Ok(AreaHistory::default()) };
        let site = site.as_bytes().as_slice();
        Ok(AreaHistory {
            last_answers: self.last_answers(feed, site)?,
            open_here: self.open_here(feed, site)?,
            findings_in_kind: self.findings_in_kind(feed, site)?,
        })
    }

    fn last_answers(&self, feed: i64, site: &[u8]) -> Result<BTreeMap<ItemCode, Value>, StoreError> {
        let submitted = summary::visit_status_code(VisitStatus::Submitted);
        let mut last = self.connection.prepare_cached(
            "SELECT e.key FROM visit v JOIN entity e ON e.key = v.entity
             WHERE v.site = ?1 AND e.feed = ?2 AND v.status = ?3 AND v.mode <> ?4
             ORDER BY v.opened DESC, e.id DESC LIMIT 1",
        )?;
        let self_check = pack::code(&Mode::SelfCheck);
        let visit =
            last.query_row(params![site, feed, submitted, self_check], |row| row.get::<_, i64>(0)).optional()?;
        let Some(visit) = visit else { return Ok(BTreeMap::new()) };
        let mut answers = self
            .connection
            .prepare_cached("SELECT body FROM register WHERE entity = ?1 AND field <> '' AND log <> 0")?;
        let mut rows = answers.query([visit])?;
        let mut found = BTreeMap::new();
        while let Some(row) = rows.next()? {
            // An answer of a newer shape is none that this build could judge.
            if let Ok(answer) = minicbor::decode::<Answer>(row.get_ref(0)?.as_blob().unwrap_or_default()) {
                found.insert(answer.item, answer.value);
            }
        }
        Ok(found)
    }

    fn open_here(&self, feed: i64, site: &[u8]) -> Result<Vec<ItemCode>, StoreError> {
        let [closed, void] = [Stage::Closed, Stage::Void].map(|stage| pack::code(&stage));
        let mut open = self.connection.prepare_cached(
            "SELECT DISTINCT r.item FROM finding r JOIN entity e ON e.key = r.entity
             WHERE r.site = ?1 AND e.feed = ?2 AND r.stage NOT IN (?3, ?4) ORDER BY r.item",
        )?;
        let mut rows = open.query(params![site, feed, closed, void])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.extend(row.get_ref(0)?.as_str().unwrap_or_default().parse::<ItemCode>());
        }
        Ok(items)
    }

    fn findings_in_kind(&self, feed: i64, site: &[u8]) -> Result<BTreeMap<ItemCode, u32>, StoreError> {
        let mut counted = self.connection.prepare_cached(
            "SELECT r.item, count(*) FROM finding r JOIN entity e ON e.key = r.entity
             JOIN entity se ON se.id = r.site AND se.feed = ?2 JOIN site s ON s.entity = se.key
             WHERE e.feed = ?2 AND r.stage <> ?3
               AND s.kind = (SELECT t.kind FROM entity te JOIN site t ON t.entity = te.key WHERE te.id = ?1 AND te.feed = ?2)
             GROUP BY r.item",
        )?;
        let mut rows = counted.query(params![site, feed, pack::code(&Stage::Void)])?;
        let mut items = BTreeMap::new();
        while let Some(row) = rows.next()? {
            if let Ok(item) = row.get_ref(0)?.as_str().unwrap_or_default().parse::<ItemCode>() {
                items.insert(item, row.get(1)?);
            }
        }
        Ok(items)
    }
}
