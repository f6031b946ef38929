//! Undercover visits: the label of each, the logs that are for it, and what its findings' copies have yet to hear.
//!
//! A label holds for one visit and says nothing of who made it: two visits of one person differ as those of two people do.

use mingcha_model::{AreaId, EntityId, Flags, LogId, OpId, Order};

use super::{EntityRow, Look, Turn};
use crate::CityError;

impl Look<'_> {
    /// The visit that an entity belongs to, itself or through what it hangs on; `None` where there is none.
    pub(crate) fn visit_of(&self, row: &EntityRow) -> Result<Option<EntityId>, CityError> {
        let mut at = row.clone();
        // Photo, finding, visit: two steps from the farthest.
        for _ in 0..4 {
            if at.kind == mingcha_model::Kind::VISIT_OPEN {
                return Ok(Some(at.entity));
            }
            match at.parent.map(|parent| self.entity(parent)).transpose()?.flatten() {
                Some(parent) => at = parent,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The one visit that a log is for; `None` before its first op was accepted.
    pub(crate) fn visit_of_log(&self, log: LogId) -> Result<Option<EntityId>, CityError> {
        self.one("SELECT visit FROM covert_log WHERE log = ?1", [log.0], |row| Ok(EntityId(row.get(0)?)))
    }
}

impl Turn<'_> {
    /// From now on this log is for this visit alone.
    pub(crate) fn bind_log(&mut self, log: LogId, visit: EntityId) -> Result<(), CityError> {
        self.change("INSERT INTO covert_log (log, visit) VALUES (?1, ?2) ON CONFLICT DO NOTHING", (log.0, visit.0))?;
        Ok(())
    }

    /// The number of an undercover visit among those of its area; given when it is first asked for.
    pub(crate) fn number_of_visit(&mut self, visit: EntityId, area: AreaId) -> Result<u64, CityError> {
        let above = self.setting(super::restored::LABELS_ABOVE)?.unwrap_or(0);
        self.change(
            "INSERT INTO covert_visit (visit, area, number) \
             SELECT ?1, ?2, max(coalesce(max(number), 0), ?3) + 1 FROM covert_visit WHERE area = ?2 \
             ON CONFLICT DO NOTHING",
            (visit.0, area.as_bytes(), above),
        )?;
        let number = self.one("SELECT number FROM covert_visit WHERE visit = ?1", [visit.0], |row| row.get(0))?;
        number.ok_or(CityError::Inconsistent("the label of a visit"))
    }

    /// Keeps a decision until the finding that it speaks of has a copy.
    pub(crate) fn keep_word(&mut self, finding: EntityId, id: OpId, ord: Order, flags: Flags) -> Result<(), CityError> {
        self.change(
            "INSERT INTO covert_word (finding, ord, log, seq, flags) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            (finding.0, ord.0.cast_signed(), id.log.0, id.seq, flags.0),
        )?;
        Ok(())
    }

    /// Takes out what was kept for this finding, in order.
    pub(crate) fn take_words(&mut self, finding: EntityId) -> Result<Vec<(OpId, Flags)>, CityError> {
        let words = self.all(
            "SELECT log, seq, flags FROM covert_word WHERE finding = ?1 ORDER BY ord, log, seq",
            [finding.0],
            |row| Ok((OpId { log: LogId(row.get(0)?), seq: row.get(1)? }, Flags(row.get(2)?))),
        )?;
        self.change("DELETE FROM covert_word WHERE finding = ?1", [finding.0])?;
        Ok(words)
    }
}
