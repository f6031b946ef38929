//! Undercover visits 暗访 on this phone: a log for each, and the published copies of their findings.
//!
//! Nothing but its own visit stands in such a log, so that no byte links two visits of one person. What a unit and
//! colleagues are to hear is said of the copy; what is recorded afterwards stays where it was.

use mingcha_model::body::Body;
use mingcha_model::{EntityId, FindingId, Kind, LogId, Place, Role, VisitId, records};

use crate::ports::sixteen;
use crate::say::Saying;
use crate::{MingchaError, Phone};

impl Phone {
    /// The log that these things are said in: this device's own, or that of the one undercover visit they belong to.
    pub(crate) fn log_for(&mut self, place: &Place, sayings: &[Saying]) -> Result<LogId, MingchaError> {
        match if place.covert { self.recorded_visit(sayings)? } else { None } {
            Some(visit) => self.log_of_visit(visit),
            None => Ok(self.me()?.log),
        }
    }

    /// The undercover visit that these things are recorded of; `None` for what a supervisor decides of one.
    pub(crate) fn recorded_visit(&self, sayings: &[Saying]) -> Result<Option<VisitId>, MingchaError> {
        for saying in sayings {
            let visit = match &saying.body {
                Body::VisitOpen(_) => Some(VisitId(saying.entity)),
                body if self.is_mine_to_record(body)? => self.visit_behind(saying.entity, body)?,
                _ => None,
            };
            if visit.is_some() {
                return Ok(visit);
            }
        }
        Ok(None)
    }

    /// The log of an undercover visit, opened where there is none: the visit is new, its log was given up, or it was
    /// begun on another phone of this person.
    pub(crate) fn log_of_visit(&mut self, visit: VisitId) -> Result<LogId, MingchaError> {
        if let Some(log) = self.open_log_of(visit)? {
            return Ok(log);
        }
        let device = self.me()?.device;
        let log = LogId(sixteen(&*self.chance));
        self.open_log(log, device, Some(visit))?;
        Ok(log)
    }

    /// The log in which this device speaks of this entity, for what it need not name as somebody else's.
    pub(crate) fn log_of(&self, entity: EntityId) -> Result<LogId, MingchaError> {
        let own = match self.visit_above(entity)? {
            Some(visit) => self.open_log_of(visit)?,
            None => None,
        };
        Ok(own.unwrap_or(self.me()?.log))
    }

    /// An inspector says all of it in the visit's log; a supervisor decides in their own name, and records in the log
    /// what they saw themselves.
    fn is_mine_to_record(&self, body: &Body) -> Result<bool, MingchaError> {
        Ok(self.grants()?.role == Role::Inspector || records(body))
    }

    pub(crate) fn open_log_of(&self, visit: VisitId) -> Result<Option<LogId>, MingchaError> {
        let logs = self.store.logs()?.into_iter();
        Ok(logs.rev().find(|log| log.covert_visit == Some(visit) && !log.closed).map(|log| log.log))
    }

    /// The visit that something said belongs to; what makes its entity says so itself.
    fn visit_behind(&self, entity: EntityId, body: &Body) -> Result<Option<VisitId>, MingchaError> {
        match body {
            Body::FindingRaise(raise) => Ok(Some(raise.visit)),
            Body::PhotoAdd(add) => self.visit_above(add.owner),
            _ => self.visit_above(entity),
        }
    }

    /// The visit that an entity known here belongs to.
    pub(crate) fn visit_above(&self, entity: EntityId) -> Result<Option<VisitId>, MingchaError> {
        let mut at = entity;
        // Photo, finding, visit: two steps from the farthest.
        for _ in 0..3 {
            match self.store.kind(at)? {
                Some(Kind::VISIT_OPEN) => return Ok(Some(VisitId(at))),
                Some(Kind::FINDING_RAISE) => match self.store.case(FindingId(at))? {
                    Some(case) if !case.is_copy() => at = case.raise.visit.into(),
                    _ => return Ok(None),
                },
                Some(Kind::PHOTO_ADD) => match self.store.photo(at.into())? {
                    Some(photo) => at = photo.add.owner,
                    None => return Ok(None),
                },
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The published copy of an undercover finding that was fed back; `None` for every other.
    pub(crate) fn copy_of(&self, finding: FindingId) -> Result<Option<FindingId>, MingchaError> {
        Ok(self.store.finding(finding)?.filter(|row| row.published).map(|_| finding.published()))
    }

    /// What a command given this finding acts on: its published copy where one exists.
    pub(crate) fn acted_on(&self, finding: FindingId) -> Result<FindingId, MingchaError> {
        Ok(self.copy_of(finding)?.unwrap_or(finding))
    }
}
