//! The registers of what was said of one entity, with the op that is in force in each.
//!
//! Results are ruled by the model's own fold of the finding; nothing of that rule is written down again here.

use std::collections::BTreeMap;

use mingcha_model::body::{Body, Card, CardExtension};
use mingcha_model::{Case, EntityId, Field, Flags, OpId, Register, ReviewVerdict, Said};

use crate::words::{outcome_code, verdict_code};

/// Every register that these statements write, held ones left out.
pub(crate) struct Registers<'a>(BTreeMap<(EntityId, Field), Register<&'a Said>>);

impl<'a> Registers<'a> {
    pub fn fold(said: &'a [Said]) -> Self {
        let mut registers: BTreeMap<(EntityId, Field), Register<&'a Said>> = BTreeMap::new();
        for one in said.iter().filter(|one| !is_held(one, said)) {
            if let Some(field) = one.body.field() {
                registers.entry((one.entity, field)).or_default().fold(one.id, one.ord, &one.over, one);
            }
        }
        Self(registers)
    }

    pub fn get(&self, entity: EntityId, field: &Field) -> Option<&Register<&'a Said>> {
        self.0.get(&(entity, field.clone()))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&(EntityId, Field), &Register<&'a Said>)> {
        self.0.iter()
    }
}

/// Marked as held, and named by no release among these statements.
pub(crate) fn is_held(one: &Said, said: &[Said]) -> bool {
    one.flags.contains(Flags::HELD)
        && !said.iter().any(|other| matches!(&other.body, Body::Release(release) if release.op == one.id))
}

/// The op whose value a register shows.
pub(crate) fn ruling(entity: EntityId, field: &Field, register: &Register<&Said>, case: Option<&Case>) -> Option<OpId> {
    let head = match field {
        Field::Result => return case.and_then(|case| case.ruling),
        Field::Verdict => {
            let known = case.and_then(|case| case.submissions.iter().find(|one| one.submission.0 == entity));
            match known {
                Some(submission) => return submission.verdict_op,
                None => {
                    register.safest(|one| matches!(&one.body, Body::Review(r) if r.verdict == ReviewVerdict::Return))
                }
            }
        }
        Field::VisitVoid => register.safest(|one| !matches!(&one.body, Body::VisitVoid(void) if void.void)),
        Field::FindingVoid => register.safest(|one| !matches!(&one.body, Body::FindingVoid(void) if void.void)),
        Field::Appeal => register.safest(|one| matches!(&one.body, Body::AppealDecide(decide) if decide.upheld)),
        Field::Extension => register.safest(|one| match &one.body {
            Body::ExtensionDecide(decide) => (decide.until.is_none(), std::cmp::Reverse(decide.until)),
            _ => (false, std::cmp::Reverse(None)),
        }),
        _ => register.latest(),
    };
    head.map(|(op, _)| op)
}

/// True when live values differ in what they decide; the words beside them may differ.
pub(crate) fn is_contested(register: &Register<&Said>) -> bool {
    let mut values = register.heads().map(|(_, head)| value(&head.value.body));
    let first = values.next();
    values.any(|other| first.as_ref() != Some(&other))
}

/// What a statement decides, as one types or reads it; `None` for what only adds.
pub(crate) fn value(body: &Body) -> Option<String> {
    let word = |yes: bool, one: &str, other: &str| if yes { one.to_owned() } else { other.to_owned() };
    Some(match body {
        Body::Answer(answer) => answer.value.to_string(),
        Body::PhotoItem(put) => put.item.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string),
        Body::VisitMove(moved) => moved.site.to_string(),
        Body::VisitVoid(void) => word(void.void, "void", "kept"),
        Body::VisitPerson(person) => word(person.present, "present", "absent"),
        Body::VisitSubmit(submit) => format!("{}/{}", submit.obtained, submit.obtainable),
        Body::Review(review) => verdict_code(review.verdict).to_owned(),
        Body::Result(result) => outcome_code(result.outcome).to_owned(),
        Body::FindingVoid(void) => word(void.void, "void", "kept"),
        Body::FindingDuplicate(same) => same.of.map_or_else(|| "none".to_owned(), |of| of.to_string()),
        Body::FindingNotice(notice) => match (notice.notice, notice.deadline) {
            (mingcha_model::NoticeKind::Rectification, None) => "rectification".to_owned(),
            (mingcha_model::NoticeKind::Rectification, Some(day)) => format!("rectification {day}"),
            (mingcha_model::NoticeKind::Supervision, None) => "supervision".to_owned(),
            (mingcha_model::NoticeKind::Supervision, Some(day)) => format!("supervision {day}"),
        },
        Body::FindingRaise(raise) => raise.item.to_string(),
        Body::FindingPublish(copy) => copy.item.to_string(),
        Body::ExtensionAsk(ask) => ask.until.to_string(),
        Body::ExtensionDecide(decide) => decide.until.map_or_else(|| "refused".to_owned(), |day| day.to_string()),
        Body::Suspend(suspend) => match suspend.until {
            Some(until) if suspend.suspended => format!("suspended {until}"),
            _ => word(suspend.suspended, "suspended", "resumed"),
        },
        Body::AppealDecide(decide) => word(decide.upheld, "upheld", "withdrawn"),
        Body::NumberGive(number) => number.number.clone(),
        Body::CardWrite(card) => card_value(card),
        Body::Release(release) => release.op.to_string(),
        _ => return None,
    })
}

fn card_value(card: &Card) -> String {
    let mut words = vec![card.stage.name().to_owned()];
    words.extend(card.deadline.map(|day| format!("deadline {day}")));
    words.extend(card.extension.map(|extension| {
        let word = match extension {
            CardExtension::Asked => "extension asked",
            CardExtension::Granted => "extension granted",
            CardExtension::Refused => "extension refused",
        };
        word.to_owned()
    }));
    words.join(", ")
}
