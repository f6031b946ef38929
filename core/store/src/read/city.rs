//! What the city says of areas, units, people, criteria, calendar and policy: the newest word on each.

use mingcha_model::body::{
    CalendarYear, CampaignSet, CriteriaPublish, GrantSet, PersonSet, PolicyValue, WindowKindSet,
};
use mingcha_model::{
    AreaId, Body, CampaignId, EntityId, Kind, LogId, Order, PersonId, RuleChange, Said, UnitId, YearTable,
};
use rusqlite::params;

use crate::{Store, StoreError, pack, statements};

/// What tells one statement from another in this store as it is folded now; means nothing elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark([i64; 4]);

/// An area 片区.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaRow {
    /// Which.
    pub area: AreaId,
    /// The office's own code.
    pub code: String,
    /// Its name in Chinese.
    pub name: String,
    /// Its name in English; may be empty.
    pub english: String,
}

/// A unit 单位.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// Which.
    pub unit: UnitId,
    /// The area it belongs to.
    pub area: AreaId,
    /// The office's own code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A person, for those who work with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Who.
    pub person: PersonId,
    /// Their name; empty where it was erased.
    pub name: String,
    /// What they are.
    pub set: PersonSet,
}

/// Whose log it is, as far as readers of a feed may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorRow {
    /// Who; `None` where only the label may be known.
    pub person: Option<PersonId>,
    /// What is shown: a name, or as in "inspector 1".
    pub label: String,
}

/// A campaign 专项行动.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignRow {
    /// Which.
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// Its dates, sets and switches.
    pub set: CampaignSet,
}

/// A kind of window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowKindRow {
    /// Its code and parent.
    pub set: WindowKindSet,
    /// Its name in Chinese.
    pub name: String,
    /// Its name in English; may be empty.
    pub english: String,
}

impl Store {
    /// One area.
    pub fn area(&self, area: AreaId) -> Result<Option<AreaRow>, StoreError> {
        Ok(self.newest(area.into(), Kind::AREA_SET)?.and_then(|said| match &said.body {
            Body::AreaSet(set) => Some(AreaRow {
                area,
                code: set.code.clone(),
                name: said.text(0).to_owned(),
                english: said.text(1).to_owned(),
            }),
            _ => None,
        }))
    }

    /// Every area, by code.
    pub fn areas(&self) -> Result<Vec<AreaRow>, StoreError> {
        let mut areas = self.each(Kind::AREA_SET, |store, id| store.area(id.into()))?;
        areas.sort_by(|a, b| (&a.code, a.area).cmp(&(&b.code, b.area)));
        Ok(areas)
    }

    /// One unit.
    pub fn unit(&self, unit: UnitId) -> Result<Option<UnitRow>, StoreError> {
        Ok(self.newest(unit.into(), Kind::UNIT_SET)?.and_then(|said| match &said.body {
            Body::UnitSet(set) => {
                Some(UnitRow { unit, area: set.area, code: set.code.clone(), name: said.text(0).to_owned() })
            }
            _ => None,
        }))
    }

    /// Every unit known here, by code.
    pub fn units(&self) -> Result<Vec<UnitRow>, StoreError> {
        let mut units = self.each(Kind::UNIT_SET, |store, id| store.unit(id.into()))?;
        units.sort_by(|a, b| (&a.code, a.unit).cmp(&(&b.code, b.unit)));
        Ok(units)
    }

    /// One person.
    pub fn person(&self, person: PersonId) -> Result<Option<PersonRow>, StoreError> {
        Ok(self.newest(person.into(), Kind::PERSON_SET)?.and_then(|said| match &said.body {
            Body::PersonSet(set) => Some(PersonRow { person, name: said.text(0).to_owned(), set: set.clone() }),
            _ => None,
        }))
    }

    /// Every person known here, by name.
    pub fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        let mut people = self.each(Kind::PERSON_SET, |store, id| store.person(id.into()))?;
        people.sort_by(|a, b| (&a.name, a.person).cmp(&(&b.name, b.person)));
        Ok(people)
    }

    /// The name of a person; `None` when nobody said it here or it was erased.
    pub fn person_name(&self, person: PersonId) -> Result<Option<String>, StoreError> {
        Ok(self.person(person)?.map(|row| row.name).filter(|name| !name.is_empty()))
    }

    /// Whose log it is, by the best feed that says so.
    pub fn author(&self, log: LogId) -> Result<Option<AuthorRow>, StoreError> {
        Ok(self.newest(EntityId(log.0), Kind::AUTHOR_SET)?.and_then(|said| match &said.body {
            Body::AuthorSet(set) => Some(AuthorRow { person: set.person, label: said.text(0).to_owned() }),
            _ => None,
        }))
    }

    /// The newest word on what a person may do.
    pub fn grants(&self, person: PersonId) -> Result<Option<GrantSet>, StoreError> {
        Ok(self.newest(person.into(), Kind::GRANT_SET)?.and_then(|said| match said.body {
            Body::GrantSet(set) => Some(set),
            _ => None,
        }))
    }

    /// Every version of every criteria set, by code and version.
    pub fn criteria(&self) -> Result<Vec<CriteriaPublish>, StoreError> {
        let mut sets: Vec<CriteriaPublish> = self
            .all_of_kind(Kind::CRITERIA_PUBLISH)?
            .into_iter()
            .filter_map(|said| match said.body {
                Body::CriteriaPublish(set) => Some(set),
                _ => None,
            })
            .collect();
        // Of a version said twice (to retire it) the newer word holds: the stable sort keeps it last.
        sets.sort_by(|a, b| (&a.code, a.version).cmp(&(&b.code, b.version)));
        let mut newest: Vec<CriteriaPublish> = Vec::with_capacity(sets.len());
        for set in sets {
            match newest.last_mut().filter(|last| (&last.code, last.version) == (&set.code, set.version)) {
                Some(last) => *last = set,
                None => newest.push(set),
            }
        }
        Ok(newest)
    }

    /// Every change of the calendar and of the policy of the city and its campaigns, in the order in which they hold.
    pub fn rule_changes(&self) -> Result<Vec<(Order, RuleChange)>, StoreError> {
        let mut said = self.all_of_kind(Kind::CALENDAR_YEAR)?;
        said.extend(self.all_of_kind(Kind::POLICY_SET)?);
        said.extend(self.all_of_kind(Kind::CAMPAIGN_SET)?);
        said.sort_by_key(Said::sequence);
        let change = |entity: EntityId, body| match body {
            Body::CalendarYear(CalendarYear { year, off, work, published }) => {
                Some(RuleChange::Year(YearTable { year, off, work, published }))
            }
            Body::PolicySet(policy) => Some(RuleChange::Policy(policy.values)),
            Body::CampaignSet(campaign) => Some(RuleChange::Campaign(entity.into(), campaign.policy)),
            _ => None,
        };
        Ok(said.into_iter().filter_map(|said| Some((said.ord, change(said.entity, said.body)?))).collect())
    }

    /// The city's policy switches; those not named have their default.
    pub fn policy(&self) -> Result<Vec<PolicyValue>, StoreError> {
        let said = self.all_of_kind(Kind::POLICY_SET)?;
        Ok(said.into_iter().next_back().map_or_else(Vec::new, |said| match said.body {
            Body::PolicySet(policy) => policy.values,
            _ => Vec::new(),
        }))
    }

    /// One campaign.
    pub fn campaign(&self, campaign: CampaignId) -> Result<Option<CampaignRow>, StoreError> {
        let Some(said) = self.newest(campaign.into(), Kind::CAMPAIGN_SET)? else { return Ok(None) };
        let Body::CampaignSet(set) = &said.body else { return Ok(None) };
        Ok(Some(CampaignRow { campaign, name: said.text(0).to_owned(), set: set.clone() }))
    }

    /// Every campaign, the latest first.
    pub fn campaigns(&self) -> Result<Vec<CampaignRow>, StoreError> {
        let mut campaigns = self.each(Kind::CAMPAIGN_SET, |store, id| store.campaign(id.into()))?;
        campaigns.sort_by_key(|row| (std::cmp::Reverse(row.set.from), row.campaign));
        Ok(campaigns)
    }

    /// Every kind of window, by code.
    pub fn window_kinds(&self) -> Result<Vec<WindowKindRow>, StoreError> {
        let mut kinds = self.each(Kind::WINDOW_KIND_SET, |store, id| {
            Ok(store.newest(id, Kind::WINDOW_KIND_SET)?.and_then(|said| match &said.body {
                Body::WindowKindSet(set) => Some(WindowKindRow {
                    set: set.clone(),
                    name: said.text(0).to_owned(),
                    english: said.text(1).to_owned(),
                }),
                _ => None,
            }))
        })?;
        kinds.sort_by(|a, b| a.set.code.cmp(&b.set.code));
        Ok(kinds)
    }

    /// The newest statement of a kind on an entity, from the best feed that has one.
    fn newest(&self, entity: EntityId, kind: Kind) -> Result<Option<Said>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT l.log, s.seq, s.ord, s.at, s.flags, s.kind, s.version, s.over, s.body, s.texts
             FROM entity e JOIN feed f ON f.key = e.feed JOIN statement s ON s.entity = e.key
             JOIN log_name l ON l.key = s.log
             WHERE e.id = ?1 AND s.kind = ?2 AND (s.flags & 2) = 0
             ORDER BY f.rank, s.ord DESC, l.log DESC, s.seq DESC LIMIT 1",
        )?;
        let mut rows = statement.query(params![entity.0.as_slice(), kind.0])?;
        rows.next()?.map(|row| statements::read(row, entity)).transpose()
    }

    /// Every statement of a kind between 100 and 120 on the entities that it makes, in order.
    fn all_of_kind(&self, kind: Kind) -> Result<Vec<Said>, StoreError> {
        let mut all = Vec::new();
        for id in self.ids_of_kind(kind)? {
            all.extend(self.said_of_kind(id, kind)?);
        }
        all.sort_by_key(Said::sequence);
        Ok(all)
    }

    fn each<T>(
        &self,
        kind: Kind,
        read: impl Fn(&Self, EntityId) -> Result<Option<T>, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        for id in self.ids_of_kind(kind)? {
            rows.extend(read(self, id)?);
        }
        Ok(rows)
    }

    /// What names every statement on what these kinds make: the same as long as nothing is said and no feed is folded anew.
    pub fn marks(&self, kinds: [Kind; 2]) -> Result<Vec<Mark>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT s.entity, s.log, s.seq, s.ord FROM entity e JOIN statement s ON s.entity = e.key
             WHERE e.kind BETWEEN 100 AND 120 AND e.kind IN (?1, ?2) ORDER BY s.entity, s.log, s.seq",
        )?;
        let marks = statement.query_map(kinds.map(|kind| kind.0), |row| {
            Ok(Mark([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))
        })?;
        Ok(marks.collect::<Result<_, _>>()?)
    }

    fn ids_of_kind(&self, kind: Kind) -> Result<Vec<EntityId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT id FROM entity WHERE kind = ?1 AND kind BETWEEN 100 AND 120 ORDER BY id",
        )?;
        let mut rows = statement.query([kind.0])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            ids.push(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        }
        Ok(ids)
    }
}
