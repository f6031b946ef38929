//! What failed before at a site and in its kind of window, and what was asked there, as one feed alone says it.
//!
//! Every device that holds the feed to one position reads the same here: neither other feeds nor what this device has not
//! sent yet takes part.

use std::collections::BTreeMap;

use mingcha_model::body::{Answer, Mode, VisitOpen};
use mingcha_model::{
    AreaId, CriteriaSet, Day, FeedName, History, Item, ItemCode, Kind, Order, SiteId, Stage, Value, VisitStatus, faults,
};
use rusqlite::{OptionalExtension, params};

use super::SiteRow;
use crate::{Store, StoreError, pack, summary};

/// So many visits to a site are looked at for what was asked; what was asked before them counts as never asked.
const VISITS_LOOKED_AT: i64 = 50;

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
    /// What is known of earlier visits to a site when a form is cut there of these items of these sets, on this day: the same on every
    /// device that may open such a visit, and in the city.
    ///
    /// Contacts read no area feed, so a self-check knows earlier self-checks alone, which stand in the unit's feed as in
    /// the area's. What an undercover visit asked is nobody's to know, so under cover the day alone says whose turn it is.
    pub fn history_of_site(
        &self,
        site: &SiteRow,
        mode: Mode,
        sets: &[CriteriaSet],
        items: &[Item],
        today: Day,
    ) -> Result<History, StoreError> {
        if mode == Mode::SelfCheck {
            let asked_here = match self.asked_here(FeedName::Area(site.area), site.site, true)? {
                Some(asked) => asked,
                None => self.asked_here(FeedName::Unit(site.unit), site.site, true)?.unwrap_or_default(),
            };
            return Ok(History { asked_here, ..History::default() });
        }
        let said = self.area_history(site.area, site.site)?;
        let failed_here = faults(sets, items, &said.last_answers).into_iter().chain(said.open_here).collect();
        let history = History { failed_here, failed_in_kind: said.findings_in_kind, ..History::default() };
        if mode == Mode::Undercover {
            return Ok(History { turn_by_day: Some(today), ..history });
        }
        let asked_here = self.asked_here(FeedName::Area(site.area), site.site, false)?.unwrap_or_default();
        Ok(History { asked_here, ..history })
    }

    /// When each item was last asked at a site, by the submitted visits of one feed: either a unit's own checks or all
    /// the others. What stood on a form counts, and what was answered beside it. `None` where this feed is not held.
    pub fn asked_here(
        &self,
        feed: FeedName,
        site: SiteId,
        self_checks: bool,
    ) -> Result<Option<BTreeMap<ItemCode, Order>>, StoreError> {
        let mut find = self.connection.prepare_cached("SELECT key FROM feed WHERE name = ?1")?;
        let Some(feed) = find.query_row([feed.to_string()], |row| row.get::<_, i64>(0)).optional()? else {
            return Ok(None);
        };
        let mut visits = self.connection.prepare_cached(
            "SELECT e.key, v.opened FROM visit v JOIN entity e ON e.key = v.entity
             WHERE v.site = ?1 AND e.feed = ?2 AND v.status = ?3 AND (v.mode = ?4) = ?5
             ORDER BY v.opened DESC, e.id DESC LIMIT ?6",
        )?;
        let submitted = summary::visit_status_code(VisitStatus::Submitted);
        let self_check = pack::code(&Mode::SelfCheck);
        let bytes = site.as_bytes().as_slice();
        let visits = visits
            .query_map(params![bytes, feed, submitted, self_check, self_checks, VISITS_LOOKED_AT], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        let mut asked = BTreeMap::new();
        // The latest first, so that the first word on an item stays.
        for (visit, opened) in visits {
            let opened = pack::order(opened)?;
            let answered = self.values_of(visit)?.into_keys();
            for item in self.items_opened_with(visit)?.into_iter().chain(answered) {
                asked.entry(item).or_insert(opened);
            }
        }
        Ok(Some(asked))
    }

    /// The items that an opening recorded.
    fn items_opened_with(&self, visit: i64) -> Result<Vec<ItemCode>, StoreError> {
        let mut openings =
            self.connection.prepare_cached("SELECT body FROM statement WHERE entity = ?1 AND kind = ?2")?;
        let mut rows = openings.query(params![visit, Kind::VISIT_OPEN.0])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            if let Ok(open) = minicbor::decode::<VisitOpen>(row.get_ref(0)?.as_blob().unwrap_or_default()) {
                items.extend(open.asked.unwrap_or_default());
            }
        }
        Ok(items)
    }

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
        self.values_of(visit)
    }

    /// The values in force of a visit's answers.
    fn values_of(&self, visit: i64) -> Result<BTreeMap<ItemCode, Value>, StoreError> {
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
