//! What a visit asks, and who was told of a finding: rows that follow from what was accepted.
//!
//! A visit asks the criteria sets that it was opened with, in their versions; those never change. A set that this city does
//! not have belongs to a newer app: it is not ours to say what stands in it.

use mingcha_model::body::SetRef;
use mingcha_model::{CriteriaSet, EntityId, ItemCode, SiteId, UnitId, Value};

use super::{Look, Turn};
use crate::CityError;

impl Look<'_> {
    /// False when a visit does not ask an item, as far as this city has the sets that it was opened with.
    pub(crate) fn asks(&self, visit: EntityId, item: &ItemCode) -> Result<bool, CityError> {
        let sets = self.sets_of_visit(visit)?;
        // Where no set is named there is nothing to judge by.
        if sets.is_empty() {
            return Ok(true);
        }
        for set in sets {
            let (built_in, built_in_has) = built_in(&set, item);
            let published = self.published_criteria(&set.code, set.version)?.is_some();
            if built_in_has || (!built_in && !published) || (published && self.set_has(&set, item)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The set and version under which a visit asks an item, as far as this city has the sets that it was opened with.
    pub(crate) fn asked_under(&self, visit: EntityId, item: &ItemCode) -> Result<Option<SetRef>, CityError> {
        for set in self.sets_of_visit(visit)? {
            if built_in(&set, item).1 || self.set_has(&set, item)? {
                return Ok(Some(set));
            }
        }
        Ok(None)
    }

    fn sets_of_visit(&self, visit: EntityId) -> Result<Vec<SetRef>, CityError> {
        self.all("SELECT code, version FROM visit_set WHERE visit = ?1 ORDER BY code, version", [visit.0], |row| {
            Ok(SetRef { code: row.get(0)?, version: row.get(1)? })
        })
    }

    fn set_has(&self, set: &SetRef, item: &ItemCode) -> Result<bool, CityError> {
        let found = self.one(
            "SELECT 1 FROM criteria_item WHERE code = ?1 AND version = ?2 AND item = ?3",
            (&set.code, set.version, item.as_str()),
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The units that hold a card of a finding, each with the site that it knows it by.
    pub(crate) fn told_units(&self, finding: EntityId) -> Result<Vec<(UnitId, SiteId)>, CityError> {
        self.all("SELECT unit, site FROM told_unit WHERE finding = ?1 ORDER BY unit", [finding.0], |row| {
            Ok((UnitId(EntityId(row.get(0)?)), SiteId(EntityId(row.get(1)?))))
        })
    }

    /// The findings of a visit.
    pub(crate) fn findings_of_visit(&self, visit: EntityId) -> Result<Vec<EntityId>, CityError> {
        self.all(
            "SELECT entity FROM entity WHERE parent = ?1 AND kind = ?2 ORDER BY entity",
            (visit.0, mingcha_model::Kind::FINDING_RAISE.0),
            |row| Ok(EntityId(row.get(0)?)),
        )
    }
}

impl Turn<'_> {
    /// The items of a set that is published, and how each is answered.
    pub(crate) fn put_items(&mut self, set: &CriteriaSet) -> Result<(), CityError> {
        for item in &set.items {
            let parts = u32::try_from(item.parts.len()).unwrap_or(u32::MAX);
            let classes: Vec<String> =
                item.bands.classes().iter().map(|(class, _)| Value::Class(*class).to_string()).collect();
            self.change(
                "INSERT INTO criteria_item (code, version, item, answer, parts, classes) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                (set.code.as_str(), set.version, item.code.as_str(), item.answer.code(), parts, classes.join(" ")),
            )?;
        }
        Ok(())
    }

    /// The sets that a visit was opened with.
    pub(crate) fn put_visit_sets(&mut self, visit: EntityId, sets: &[SetRef]) -> Result<(), CityError> {
        for set in sets {
            self.change(
                "INSERT INTO visit_set (visit, code, version) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                (visit.0, &set.code, set.version),
            )?;
        }
        Ok(())
    }

    /// A unit was told of a finding by a card that names this site.
    pub(crate) fn put_told_unit(&mut self, finding: EntityId, unit: UnitId, site: SiteId) -> Result<(), CityError> {
        self.change(
            "INSERT INTO told_unit (finding, unit, site) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET site = ?3",
            (finding.0, unit.as_bytes(), site.as_bytes()),
        )?;
        Ok(())
    }
}

/// Whether a set is built into every app, and whether it has the item.
fn built_in(wanted: &SetRef, item: &ItemCode) -> (bool, bool) {
    static SETS: std::sync::OnceLock<Vec<CriteriaSet>> = std::sync::OnceLock::new();
    let sets = SETS.get_or_init(|| CriteriaSet::embedded().unwrap_or_default());
    let set = sets.iter().find(|set| set.code.as_str() == wanted.code && set.version == wanted.version);
    (set.is_some(), set.is_some_and(|set| set.item(item).is_some()))
}
