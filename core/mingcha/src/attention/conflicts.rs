//! Values that people gave differently, each without having seen the other's, and how a person decides.
//!
//! A conflict is derived, never sent: it is a register whose live values differ. Deciding is one more op that repeats
//! the kept value over all the others; nothing is taken back.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use mingcha_model::{
    Basis, Case, EntityId, Field, FindingId, ItemCode, LogId, OpId, Said, Shown, VisitId, print_seconds,
};
use mingcha_store::FindingFilter;

use super::op_id;
use crate::explain::registers::{Registers, is_contested, ruling, value};
use crate::say::Saying;
use crate::{ConflictRow, MingchaError, Mistake, Phone, Version};

/// A register whose live values differ.
struct Conflict {
    entity: EntityId,
    field: Field,
    in_force: OpId,
    heads: Vec<Said>,
}

impl Phone {
    /// Everything known here that people said differently: answers first, then verdicts, results and voids.
    pub fn conflicts(&self) -> Result<Vec<ConflictRow>, MingchaError> {
        self.me()?;
        let mut conflicts = self.of_visits(self.contested_visits()?)?;
        conflicts.extend(self.of_findings()?);
        conflicts.iter().map(|conflict| self.conflict_row(conflict)).collect()
    }

    /// Decides a conflict: the value of the op that is kept is said once more, over all live values that were shown. A
    /// value that came since stands beside it, and needs a person again.
    pub fn resolve(
        &mut self,
        conflict: &str,
        keep: &str,
        text: &str,
        basis: Option<&str>,
    ) -> Result<ConflictRow, MingchaError> {
        self.me()?;
        let (entity, field) = named(conflict).ok_or(Mistake::Unknown("该分歧", "conflict"))?;
        let found = self.conflict(entity, &field)?.ok_or(Mistake::Unknown("该分歧", "conflict"))?;
        let keep = op_id(keep)?;
        let kept = found
            .heads
            .iter()
            .find(|head| head.id == keep)
            .ok_or(Mistake::Unknown("分歧中的该版本", "version of this conflict"))?;
        let shown = basis_of(&found);
        let over = self.over(entity, &field, basis, &shown)?;
        let place = self.place_of_said(entity, &kept.body)?;
        let saying = Saying::new(entity, kept.body.clone()).with_over(over);
        let saying = match field {
            // A note belongs to the value that is kept; the reason stands beside it.
            Field::Answer(_) => saying.with_text(kept.text(0)).with_text(text.trim()),
            _ => saying.with_text(if text.trim().is_empty() { kept.text(0) } else { text }),
        };
        let op = self.say(&place, vec![saying])?.first().copied().ok_or(MingchaError::KeyLost)?;
        let decided = self.heads_of(entity, &field)?.into_iter().find(|head| head.id == op);
        self.conflict_row(&Conflict { entity, field, in_force: op, heads: decided.into_iter().collect() })
    }

    /// How many live values of this device stand beside somebody else's.
    pub(super) fn own_conflicts(&self) -> Result<u64, MingchaError> {
        let own = self.own_logs()?;
        let mut conflicts = self.of_visits(self.contested_visits()?)?;
        conflicts.extend(self.of_findings()?);
        let mine = conflicts.iter().filter(|conflict| conflict.heads.iter().any(|head| own.contains(&head.id.log)));
        Ok(u64::try_from(mine.count()).unwrap_or(u64::MAX))
    }

    fn own_logs(&self) -> Result<BTreeSet<LogId>, MingchaError> {
        Ok(self.store.logs()?.into_iter().map(|log| log.log).collect())
    }

    /// Visits with an answer, a site or a void that people may have said differently, the newest first.
    fn contested_visits(&self) -> Result<Vec<VisitId>, MingchaError> {
        let answers = self.store.contested()?.into_iter().filter(|one| matches!(one.field, Field::Answer(_)));
        let mut visits: BTreeSet<VisitId> = answers.map(|one| VisitId(one.entity)).collect();
        visits.extend(self.store.visits_said_twice()?);
        let mut known = Vec::new();
        for visit in visits {
            // What the city refused stands nowhere, so nobody disagrees with it.
            if self.store.refused_visit(visit.into())?.is_none() {
                known.extend(self.store.visit(visit)?.map(|case| (case.opened, visit)));
            }
        }
        known.sort_by_key(|(opened, visit)| (Reverse(*opened), *visit));
        Ok(known.into_iter().map(|(_, visit)| visit).collect())
    }

    fn of_visits(&self, visits: impl IntoIterator<Item = VisitId>) -> Result<Vec<Conflict>, MingchaError> {
        let mut conflicts = Vec::new();
        for visit in visits {
            for (item, register) in self.store.answers(visit)? {
                if crate::visits::is_contested(&register) {
                    let Some((in_force, _)) = register.latest() else { continue };
                    let heads = register.heads().map(|(_, head)| head.value.clone()).collect();
                    conflicts.push(Conflict { entity: visit.into(), field: Field::Answer(item), in_force, heads });
                }
            }
            let said = self.store.said(visit.into())?;
            for ((entity, field), register) in Registers::fold(&said).iter() {
                if !matches!(field, Field::VisitSite | Field::VisitVoid) || !is_contested(register) {
                    continue;
                }
                let Some(in_force) = ruling(*entity, field, register, None) else { continue };
                let heads = register.heads().map(|(_, head)| head.value.clone()).collect();
                conflicts.push(Conflict { entity: *entity, field: field.clone(), in_force, heads });
            }
        }
        Ok(conflicts)
    }

    fn of_findings(&self) -> Result<Vec<Conflict>, MingchaError> {
        let mut conflicts = Vec::new();
        for row in self.store.findings(&FindingFilter { contested: true, ..FindingFilter::default() })? {
            conflicts.extend(self.of_finding(row.finding)?);
        }
        Ok(conflicts)
    }

    fn of_finding(&self, finding: FindingId) -> Result<Vec<Conflict>, MingchaError> {
        let said = self.store.said_of_finding(finding)?;
        let case = Case::fold(finding, &said);
        let mut conflicts = Vec::new();
        for ((entity, field), register) in Registers::fold(&said).iter() {
            let of_finding = *field == Field::Verdict || Field::OF_FINDING.contains(field);
            if !of_finding || !is_contested(register) {
                continue;
            }
            let Some(in_force) = ruling(*entity, field, register, case.as_ref()) else { continue };
            let heads = register.heads().map(|(_, head)| head.value.clone()).collect();
            conflicts.push(Conflict { entity: *entity, field: field.clone(), in_force, heads });
        }
        Ok(conflicts)
    }

    /// The conflict that stands in one register now.
    fn conflict(&self, entity: EntityId, field: &Field) -> Result<Option<Conflict>, MingchaError> {
        let conflicts = match field {
            Field::Answer(_) | Field::VisitSite | Field::VisitVoid => {
                self.of_visits(std::iter::once(VisitId(entity)))?
            }
            Field::Verdict => match self.store.finding_of_submission(entity)? {
                Some(finding) => self.of_finding(finding)?,
                None => Vec::new(),
            },
            _ => self.of_finding(FindingId(entity))?,
        };
        Ok(conflicts.into_iter().find(|one| one.entity == entity && one.field == *field))
    }

    /// The live values of a register, in conflict or not.
    fn heads_of(&self, entity: EntityId, field: &Field) -> Result<Vec<Said>, MingchaError> {
        if let Field::Answer(item) = field {
            let register = self.store.answer(VisitId(entity), item)?;
            return Ok(register.heads().map(|(_, head)| head.value.clone()).collect());
        }
        let said = if matches!(field, Field::VisitSite | Field::VisitVoid) {
            self.store.said(entity)?
        } else {
            let finding = self.store.finding_of_submission(entity)?.unwrap_or(FindingId(entity));
            self.store.said_of_finding(finding)?
        };
        let registers = Registers::fold(&said);
        Ok(registers
            .get(entity, field)
            .map_or_else(Vec::new, |register| register.heads().map(|(_, head)| head.value.clone()).collect()))
    }

    fn conflict_row(&self, conflict: &Conflict) -> Result<ConflictRow, MingchaError> {
        let own = self.own_logs()?;
        let mut versions = Vec::new();
        for head in &conflict.heads {
            versions.push(Version {
                op: head.id,
                value: value(&head.body).unwrap_or_default(),
                note: Some(head.text(0).to_owned()).filter(|note| !note.is_empty()),
                by: self.by(head.id.log)?,
                at: print_seconds(head.at),
                in_force: head.id == conflict.in_force,
                guest: false,
                added: false,
            });
        }
        let item = match &conflict.field {
            Field::Answer(item) => Some(item.to_string()),
            _ => None,
        };
        Ok(ConflictRow {
            conflict: name(conflict.entity, &conflict.field),
            what: what(&conflict.field),
            entity: conflict.entity,
            item,
            in_force: conflict.in_force,
            mine: conflict.heads.iter().any(|head| own.contains(&head.id.log)),
            reason: None,
            basis: basis_of(conflict),
            versions,
        })
    }
}

/// What the row of a conflict showed.
fn basis_of(conflict: &Conflict) -> Basis {
    let heads = conflict.heads.iter().map(|head| head.id).collect();
    Basis { shown: vec![Shown { entity: conflict.entity, field: conflict.field.clone(), heads }] }
}

/// What a conflict is about, as the command line and JSON say it.
pub(super) fn what(field: &Field) -> &'static str {
    match field {
        Field::Answer(_) => "answer",
        Field::PhotoItem => "photo_item",
        Field::VisitPerson(_) => "person",
        Field::VisitVoid => "visit_void",
        Field::VisitSite => "site",
        Field::Verdict => "verdict",
        Field::Result => "result",
        Field::FindingVoid => "void",
        Field::Duplicate => "duplicate",
        Field::Extension => "extension",
        Field::Suspended => "suspension",
        Field::Appeal => "appeal",
    }
}

/// A conflict's name: the register's entity and field, `<entity>:answer:W5-1`, `<entity>:result`.
pub(super) fn name(entity: EntityId, field: &Field) -> String {
    match field {
        Field::Answer(item) => format!("{entity}:answer:{item}"),
        field => format!("{entity}:{}", what(field)),
    }
}

fn named(name: &str) -> Option<(EntityId, Field)> {
    let mut parts = name.trim().splitn(3, ':');
    let entity: EntityId = parts.next()?.parse().ok()?;
    let field = match (parts.next()?, parts.next()) {
        ("answer", Some(item)) => Field::Answer(item.parse::<ItemCode>().ok()?),
        (word, None) => DECIDED.into_iter().find(|field| what(field) == word)?,
        _ => return None,
    };
    Some((entity, field))
}

/// What people decide, apart from answers.
const DECIDED: [Field; 9] = [
    Field::VisitSite,
    Field::VisitVoid,
    Field::Verdict,
    Field::Result,
    Field::FindingVoid,
    Field::Duplicate,
    Field::Extension,
    Field::Suspended,
    Field::Appeal,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_found_again_by_the_name_it_was_shown_under() {
        let entity = EntityId::from_random([3; 16]);
        let item: ItemCode = "W5-1A".parse().unwrap();
        for field in std::iter::once(Field::Answer(item)).chain(DECIDED) {
            assert_eq!(named(&name(entity, &field)), Some((entity, field)));
        }
    }

    #[test]
    fn what_is_no_name_of_a_conflict_is_not_guessed_at() {
        let entity = EntityId::from_random([3; 16]);
        for name in ["", "result", &format!("{entity}"), &format!("{entity}:answer"), &format!("{entity}:void:x")] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}
