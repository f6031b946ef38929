//! What needs a person: ops that the city refused or holds, and values that two people gave differently.
//!
//! Nothing leaves this list by itself: it is proposed again, written out, let go, released or decided by somebody.

mod conflicts;
mod held;
mod overruled;
mod own;
mod refused;
#[cfg(test)]
pub(crate) mod rehearsal;
#[cfg(test)]
mod stories;
mod told;

use mingcha_model::body::Body;
use mingcha_model::{EntityId, FindingId, OpId, Place, Refusal, Verdict, VisitId};

use crate::{MingchaError, Mistake, Phone};

/// How much needs a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Own ops that the city refused.
    pub refused: u64,
    /// Own ops that wait at the city for what they belong to.
    pub parked: u64,
    /// Own ops that the city holds.
    pub held: u64,
    /// Registers whose live values differ and one of which is this device's.
    pub conflicts: u64,
    /// Own values that lost a conflict, and that this person has not looked at since.
    pub overruled: u64,
}

impl Phone {
    /// How much needs a person, for every screen's badge.
    pub(crate) fn attention_counts(&self) -> Result<Counts, MingchaError> {
        let waiting = self.store.attention()?;
        let count =
            |verdict| u64::try_from(waiting.iter().filter(|one| one.verdict == verdict).count()).unwrap_or(u64::MAX);
        Ok(Counts {
            refused: count(Verdict::Refused),
            parked: count(Verdict::Parked),
            held: count(Verdict::Held),
            conflicts: if self.is_enrolled() { self.own_conflicts()? } else { 0 },
            overruled: if self.is_enrolled() { self.overruled_unseen()? } else { 0 },
        })
    }

    /// Where something that is said belongs. What would make its entity is placed by what it names, because a refused
    /// entity stands nowhere.
    pub(crate) fn place_of_said(&self, entity: EntityId, body: &Body) -> Result<Place, MingchaError> {
        let (at, covert, self_check) = match body {
            Body::VisitOpen(open) => (
                open.site.into(),
                open.mode == mingcha_model::Mode::Undercover,
                open.mode == mingcha_model::Mode::SelfCheck,
            ),
            Body::FindingRaise(raise) if self.store.kind(raise.visit.into())?.is_some() => {
                (raise.visit.into(), false, false)
            }
            Body::FindingRaise(raise) => (raise.site.into(), false, false),
            Body::SubmissionAdd(add) => (add.finding.into(), false, false),
            Body::Review(review) => (review.finding.into(), false, false),
            Body::PhotoAdd(add) => (add.owner, false, false),
            Body::Assign(assign) => (assign.site.into(), false, false),
            _ => (entity, false, false),
        };
        let place = match self.place_known(at)? {
            Some(place) => place,
            None => self.place_left(entity, body)?.ok_or(Mistake::Unknown("所属点位", "site"))?,
        };
        Ok(Place { covert: place.covert || covert, self_check: place.self_check || self_check, ..place })
    }

    /// Why the city refused a visit of this device; `None` for every other visit.
    pub(crate) fn refusal_of_visit(&self, visit: VisitId) -> Result<Option<Refusal>, MingchaError> {
        if self.store.refused_visit(visit.into())? != Some(visit) {
            return Ok(None);
        }
        let opening = |one: &mingcha_store::Attention| {
            one.op.entity == visit.into() && one.op.kind == mingcha_model::Kind::VISIT_OPEN
        };
        let refused = self.store.attention()?.into_iter().find(|one| one.verdict == Verdict::Refused && opening(one));
        Ok(Some(refused.and_then(|one| one.reason).unwrap_or(Refusal::UnknownEntity)))
    }

    /// The place of an entity, for contacts by the card of the finding.
    fn place_known(&self, entity: EntityId) -> Result<Option<Place>, MingchaError> {
        if let Some(place) = self.store.place(entity)? {
            return Ok(Some(place));
        }
        let finding = self.store.finding_of_submission(entity)?.unwrap_or(FindingId(entity));
        match self.store.card(finding)? {
            Some(card) => Ok(self.store.place(card.card.site.into())?),
            None => Ok(None),
        }
    }
}

/// Reads an op's identity as people type it.
fn op_id(typed: &str) -> Result<OpId, MingchaError> {
    typed.trim().parse().map_err(|_| Mistake::Unknown("该语句", "op").into())
}

/// The reason's code, as the wire's names print in JSON.
pub(crate) fn code(reason: Refusal) -> &'static str {
    match reason {
        Refusal::Role => "role",
        Refusal::Area => "area",
        Refusal::Unit => "unit",
        Refusal::Covert => "covert",
        Refusal::CityOnly => "city_only",
        Refusal::Malformed => "malformed",
        Refusal::Exists => "exists",
        Refusal::UnknownEntity => "unknown_entity",
        Refusal::DeviceRevoked => "device_revoked",
        Refusal::Moved => "moved",
        Refusal::SelfCheck => "self_check",
        Refusal::Expired => "expired",
        Refusal::Item => "item",
        Refusal::Assignee => "assignee",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_the_code_that_json_gives_it() {
        for reason in [
            Refusal::Role,
            Refusal::Area,
            Refusal::Unit,
            Refusal::Covert,
            Refusal::CityOnly,
            Refusal::Malformed,
            Refusal::Exists,
            Refusal::UnknownEntity,
            Refusal::DeviceRevoked,
            Refusal::Moved,
            Refusal::SelfCheck,
            Refusal::Expired,
            Refusal::Item,
            Refusal::Assignee,
        ] {
            assert_eq!(serde_json::to_value(reason).unwrap(), code(reason));
        }
    }

    #[test]
    fn an_op_is_named_as_it_is_printed() {
        let op = OpId { log: mingcha_model::LogId([7; 16]), seq: 12 };
        assert_eq!(op_id(&format!(" {op} ")).unwrap(), op);
        assert!(op_id("12").unwrap_err().is_mistake());
    }
}
