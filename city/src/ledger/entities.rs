//! What the city knows of each entity: where it belongs, whose it is, and whether it is held.
//!
//! Fixed by the first accepted creation; what is said of an entity stands in the logs and feeds alone.

use mingcha_model::{AreaId, EntityId, Kind, LogId, OpId, PersonId, Place, SiteId, UnitId};
use rusqlite::Row;

use super::{Look, SiteRow, Turn};
use crate::CityError;

/// An entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntityRow {
    pub(crate) entity: EntityId,
    /// The kind of op that creates such a thing.
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) site: SiteId,
    /// Who opened the visit that it belongs to, or made it where there is none.
    pub(crate) owner: PersonId,
    /// Who made it.
    pub(crate) creator: PersonId,
    /// The log that opened the visit.
    pub(crate) root_log: LogId,
    /// The op that made it.
    pub(crate) id: OpId,
    /// The visit of a finding, the owner of a photo, the finding of a submission.
    pub(crate) parent: Option<EntityId>,
    /// Who a task was given to.
    pub(crate) assignee: Option<PersonId>,
    /// Its creation waits for a release.
    pub(crate) held: bool,
    /// The official number of a finding.
    pub(crate) number: Option<String>,
}

const COLUMNS: &str = "entity, kind, area, unit, site, covert, self_check, owner, creator, root_log, log, seq, parent, assignee, held, number";

fn entity_row(row: &Row<'_>) -> rusqlite::Result<EntityRow> {
    Ok(EntityRow {
        entity: EntityId(row.get(0)?),
        kind: Kind(row.get(1)?),
        place: Place {
            area: AreaId(EntityId(row.get(2)?)),
            unit: UnitId(EntityId(row.get(3)?)),
            covert: row.get(5)?,
            self_check: row.get(6)?,
        },
        site: SiteId(EntityId(row.get(4)?)),
        owner: PersonId(EntityId(row.get(7)?)),
        creator: PersonId(EntityId(row.get(8)?)),
        root_log: LogId(row.get(9)?),
        id: OpId { log: LogId(row.get(10)?), seq: row.get(11)? },
        parent: row.get::<_, Option<[u8; 16]>>(12)?.map(EntityId),
        assignee: row.get::<_, Option<[u8; 16]>>(13)?.map(|id| PersonId(EntityId(id))),
        held: row.get(14)?,
        number: row.get(15)?,
    })
}

impl Look<'_> {
    /// One entity.
    pub(crate) fn entity(&self, entity: EntityId) -> Result<Option<EntityRow>, CityError> {
        self.one(&format!("SELECT {COLUMNS} FROM entity WHERE entity = ?1"), [entity.0], entity_row)
    }

    /// Every finding of open work that may have a card.
    pub(crate) fn open_findings(&self) -> Result<Vec<EntityId>, CityError> {
        self.all(
            "SELECT entity FROM entity WHERE kind = ?1 AND covert = 0 AND held = 0 ORDER BY entity",
            [Kind::FINDING_RAISE.0],
            |row| Ok(EntityId(row.get(0)?)),
        )
    }

    /// Findings whose card waits to be written again.
    pub(crate) fn cards_due(&self) -> Result<Vec<EntityId>, CityError> {
        self.all("SELECT finding FROM card_due", [], |row| Ok(EntityId(row.get(0)?)))
    }

    /// Ops that wait for this entity, in order.
    pub(crate) fn parked_for(&self, entity: EntityId) -> Result<Vec<(OpId, i64)>, CityError> {
        self.all("SELECT log, seq, since FROM parked WHERE waits_for = ?1 ORDER BY ord, log, seq", [entity.0], |row| {
            Ok((OpId { log: LogId(row.get(0)?), seq: row.get(1)? }, row.get(2)?))
        })
    }

    /// Ops that wait since before a moment.
    pub(crate) fn parked_before(&self, millis: i64) -> Result<Vec<OpId>, CityError> {
        self.all("SELECT log, seq FROM parked WHERE since < ?1 ORDER BY since, log, seq", [millis], |row| {
            Ok(OpId { log: LogId(row.get(0)?), seq: row.get(1)? })
        })
    }
}

impl Turn<'_> {
    /// A new entity.
    pub(crate) fn add_entity(&mut self, row: &EntityRow) -> Result<(), CityError> {
        let place = &row.place;
        let sql = format!(
            "INSERT INTO entity ({COLUMNS}) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
        );
        self.change(
            &sql,
            rusqlite::params![
                row.entity.0,
                row.kind.0,
                place.area.as_bytes(),
                place.unit.as_bytes(),
                row.site.as_bytes(),
                place.covert,
                place.self_check,
                row.owner.as_bytes(),
                row.creator.as_bytes(),
                row.root_log.0,
                row.id.log.0,
                row.id.seq,
                row.parent.map(|id| id.0),
                row.assignee.map(|id| *id.as_bytes()),
                row.held,
                row.number,
            ],
        )?;
        Ok(())
    }

    /// A held entity is released.
    pub(crate) fn unhold_entity(&mut self, entity: EntityId) -> Result<(), CityError> {
        self.change("UPDATE entity SET held = 0 WHERE entity = ?1", [entity.0])?;
        Ok(())
    }

    /// A visit moved: it, its findings, their published copies, and what hangs on them belong to another site of the
    /// area.
    pub(crate) fn move_visit(&mut self, visit: EntityId, to: &SiteRow) -> Result<(), CityError> {
        self.change(
            "WITH RECURSIVE moved(entity) AS ( \
                 SELECT ?1 UNION SELECT entity.entity FROM entity JOIN moved ON entity.parent = moved.entity) \
             UPDATE entity SET site = ?2, unit = ?3 WHERE entity IN (SELECT entity FROM moved)",
            (visit.0, to.site.as_bytes(), to.unit.as_bytes()),
        )?;
        self.change(
            "INSERT INTO card_due (finding) SELECT entity FROM entity WHERE parent = ?1 AND kind = ?2 \
             ON CONFLICT DO NOTHING",
            (visit.0, Kind::FINDING_RAISE.0),
        )?;
        Ok(())
    }

    /// The next official number of a year, given to a finding: `2026-0001`.
    pub(crate) fn give_number(&mut self, finding: EntityId, year: i32) -> Result<String, CityError> {
        self.change(
            "INSERT INTO year_number (year, last) VALUES (?1, 1) ON CONFLICT (year) DO UPDATE SET last = last + 1",
            [year],
        )?;
        let last: i64 = self
            .one("SELECT last FROM year_number WHERE year = ?1", [year], |row| row.get(0))?
            .ok_or(CityError::Inconsistent("the running number"))?;
        let number = format!("{year}-{last:04}");
        self.change("UPDATE entity SET number = ?2 WHERE entity = ?1", (finding.0, &number))?;
        Ok(number)
    }

    /// The number that a finding had before a restore, given to it again; false when another finding has it now.
    pub(crate) fn give_number_back(&mut self, finding: EntityId, number: &str) -> Result<bool, CityError> {
        let given = self.change(
            "UPDATE entity SET number = ?2 WHERE entity = ?1 AND number IS NULL \
             AND NOT EXISTS (SELECT 1 FROM entity WHERE kind = ?3 AND number = ?2)",
            (finding.0, number, Kind::FINDING_RAISE.0),
        )?;
        // Whatever was given before is behind what will be given.
        if let Some((year, last)) = number.split_once('-')
            && let (Ok(year), Ok(last)) = (year.parse::<i32>(), last.parse::<i64>())
        {
            self.change(
                "INSERT INTO year_number (year, last) VALUES (?1, ?2) ON CONFLICT (year) DO UPDATE SET last = max(last, ?2)",
                (year, last),
            )?;
        }
        Ok(given > 0)
    }

    /// An op waits for an entity.
    pub(crate) fn park(
        &mut self,
        waits_for: EntityId,
        id: OpId,
        ord: mingcha_model::Order,
        since: i64,
    ) -> Result<(), CityError> {
        self.change(
            "INSERT INTO parked (waits_for, ord, log, seq, since) VALUES (?1, ?2, ?3, ?4, ?5)",
            (waits_for.0, ord.0.cast_signed(), id.log.0, id.seq, since),
        )?;
        Ok(())
    }

    /// An op waits no longer.
    pub(crate) fn unpark(&mut self, id: OpId) -> Result<(), CityError> {
        self.change("DELETE FROM parked WHERE log = ?1 AND seq = ?2", (id.log.0, id.seq))?;
        Ok(())
    }

    /// The card of a finding must be written again.
    pub(crate) fn card_is_due(&mut self, finding: EntityId) -> Result<(), CityError> {
        self.change("INSERT INTO card_due (finding) VALUES (?1) ON CONFLICT DO NOTHING", [finding.0])?;
        Ok(())
    }

    /// Every card that was due is written.
    pub(crate) fn no_card_is_due(&mut self, findings: &[EntityId]) -> Result<(), CityError> {
        for finding in findings {
            self.change("DELETE FROM card_due WHERE finding = ?1", [finding.0])?;
        }
        Ok(())
    }
}
