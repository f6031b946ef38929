//! What was decided of a finding: its registers folded, verdicts, results, appeals and extensions read from them.
//!
//! Of values that nobody reconciled the safer rules; nothing here looks at a clock.

use std::collections::BTreeMap;

use super::{DISSENT_AFTER_DAYS, NoticeCase, ResultSaid, ReviewSaid, SubmissionCase};
use crate::body::{Body, ReviewVerdict};
use crate::{Day, EntityId, FindingId, OpId, Register, Said, SubmissionId};

/// The strict and plain registers of a finding and its submissions, by (entity, field).
pub(super) struct Registers<'a>(BTreeMap<(EntityId, crate::Field), Register<&'a Said>>);

impl<'a> Registers<'a> {
    pub fn fold(live: &[&'a Said]) -> Self {
        let mut registers: BTreeMap<(EntityId, crate::Field), Register<&'a Said>> = BTreeMap::new();
        for one in live {
            if let Some(field) = one.body.field() {
                registers.entry((one.entity, field)).or_default().fold(one.id, one.ord, &one.over, *one);
            }
        }
        Self(registers)
    }

    pub fn of(&self, entity: EntityId, field: &crate::Field) -> Option<&Register<&'a Said>> {
        self.0.get(&(entity, field.clone()))
    }

    pub fn is_contested(&self, entity: EntityId, field: &crate::Field) -> bool {
        self.of(entity, field).is_some_and(differs)
    }

    pub fn heads(&self, own: EntityId) -> Vec<(EntityId, crate::Field, Vec<OpId>)> {
        let mut heads: Vec<_> = self
            .0
            .iter()
            .map(|((entity, field), register)| {
                (*entity, field.clone(), register.heads().map(|(id, _)| id).collect::<Vec<_>>())
            })
            .collect();
        for field in crate::Field::OF_FINDING {
            if self.of(own, &field).is_none() {
                heads.push((own, field, Vec::new()));
            }
        }
        heads
    }
}

/// True when live values differ in what they decide; the words beside them may differ.
fn differs(register: &Register<&Said>) -> bool {
    let mut bodies = register.heads().map(|(_, head)| decision(&head.value.body));
    let first = bodies.next();
    bodies.any(|other| first.as_ref() != Some(&other))
}

/// What a statement decides, without the words beside it.
#[derive(PartialEq, Eq)]
enum Decision {
    None,
    Is(bool),
    Outcome(u8),
    Until(bool, Option<Day>),
    Of(Option<FindingId>),
}

fn decision(body: &Body) -> Decision {
    match body {
        Body::Review(review) => Decision::Is(review.verdict == ReviewVerdict::Return),
        Body::Result(result) => Decision::Outcome(result.outcome.safety()),
        Body::FindingVoid(void) => Decision::Is(void.void),
        Body::AppealDecide(decide) => Decision::Is(decide.upheld),
        Body::Suspend(suspend) => Decision::Until(suspend.suspended, suspend.until),
        Body::ExtensionDecide(decide) => Decision::Until(decide.until.is_some(), decide.until),
        Body::FindingDuplicate(duplicate) => Decision::Of(duplicate.of),
        _ => Decision::None,
    }
}

pub(super) fn results(live: &[&Said], register: Option<&Register<&Said>>) -> Vec<ResultSaid> {
    let mut results: Vec<ResultSaid> = live
        .iter()
        .filter_map(|one| match &one.body {
            Body::Result(result) => Some(ResultSaid {
                op: one.id,
                ord: one.ord,
                outcome: result.outcome,
                day: one.day(),
                text: one.text(0).to_owned(),
                photos: result.photos.clone(),
                live: register
                    .and_then(|register| register.head_of(one.id.log))
                    .is_some_and(|head| head.seq == one.id.seq),
                counts: false,
            }),
            _ => None,
        })
        .collect();
    let newest = results.iter().filter(|result| result.live).map(|result| result.day).max();
    for result in &mut results {
        result.counts = result.live && newest.is_some_and(|newest| newest.days_after(result.day) <= DISSENT_AFTER_DAYS);
    }
    results
}

pub(super) fn ruling(results: &[ResultSaid]) -> Option<OpId> {
    results
        .iter()
        .enumerate()
        .filter(|(_, result)| result.counts)
        .max_by_key(|(place, result)| (result.outcome.safety(), *place))
        .map(|(_, result)| result.op)
}

pub(super) fn submissions(live: &[&Said], registers: &Registers<'_>) -> Vec<SubmissionCase> {
    live.iter()
        .filter_map(|one| {
            let Body::SubmissionAdd(add) = &one.body else { return None };
            let register = registers.of(one.entity, &crate::Field::Verdict);
            let verdict_of = |said: &&Said| match &said.body {
                Body::Review(review) => Some(review.verdict),
                _ => None,
            };
            let in_force = register.and_then(|register| register.safest(verdict_of));
            let reviews = live.iter().filter(|review| review.entity == one.entity).filter_map(|review| {
                Some(ReviewSaid {
                    op: review.id,
                    verdict: verdict_of(review)?,
                    text: review.text(0).to_owned(),
                    at: review.at,
                    live: register
                        .and_then(|register| register.head_of(review.id.log))
                        .is_some_and(|head| head.seq == review.id.seq),
                })
            });
            Some(SubmissionCase {
                submission: SubmissionId(one.entity),
                op: one.id,
                ord: one.ord,
                day: one.day(),
                text: one.text(0).to_owned(),
                photos: add.photos.clone(),
                verdict: in_force.and_then(|(_, head)| verdict_of(&head.value)),
                verdict_op: in_force.map(|(id, _)| id),
                contested: register.is_some_and(differs),
                reviews: reviews.collect(),
            })
        })
        .collect()
}

pub(super) fn notices(live: &[&Said]) -> Vec<NoticeCase> {
    let told = |notice: OpId, signed: bool| {
        let said = live
            .iter()
            .find(|one| matches!(&one.body, Body::CardTell(told) if told.notice == notice && told.signed == signed));
        said.map(|one| one.day())
    };
    let noticed = live.iter().filter(|one| matches!(one.body, Body::FindingNotice(_)));
    (1_u32..)
        .zip(noticed)
        .filter_map(|(number, one)| match &one.body {
            Body::FindingNotice(notice) => Some(NoticeCase {
                op: one.id,
                notice: notice.notice,
                day: one.day(),
                ord: one.ord,
                deadline: notice.deadline,
                text: one.text(0).to_owned(),
                told: told(one.id, false),
                signed: signatures(live, number, one).next().is_some(),
                declined: signatures(live, number, one).next().is_some()
                    && signatures(live, number, one).all(|other| matches!(other.body, Body::FindingDecline(_))),
                served: told(one.id, true),
                provisional: one.is_provisional(),
            }),
            _ => None,
        })
        .collect()
}

/// What signs for a notice: for the one that its author saw, else for every one before it.
fn signatures<'a>(live: &'a [&Said], number: u32, notice: &Said) -> impl Iterator<Item = &'a Said> {
    let since = notice.sequence();
    live.iter().copied().filter(move |one| {
        let signs = |seen: Option<u32>| seen.map_or(one.sequence() > since, |seen| seen == number);
        match &one.body {
            Body::FindingAcknowledge(acknowledge) => signs(acknowledge.notice),
            Body::FindingDecline(decline) => signs(decline.notice),
            _ => false,
        }
    })
}

/// `Some(upheld)` once the last appeal was decided. What was withdrawn stays so, however often its unit goes on pleading
/// before it hears of that.
pub(super) fn appeal(live: &[&Said], register: Option<&Register<&Said>>) -> Option<bool> {
    let asked = live.iter().rev().find(|one| matches!(one.body, Body::Appeal(_)))?;
    let (_, head) = register?.safest(|said| matches!(&said.body, Body::AppealDecide(decide) if decide.upheld))?;
    match &head.value.body {
        Body::AppealDecide(decide) if !decide.upheld || head.value.sequence() > asked.sequence() => Some(decide.upheld),
        _ => None,
    }
}

#[derive(Default)]
pub(super) struct Extension {
    pub asked: Option<Day>,
    pub granted: Option<Day>,
    pub refused: bool,
}

/// Of the last notice on: a later notice sets its own deadline, unless its author had not heard of what was granted.
pub(super) fn extension(live: &[&Said], register: Option<&Register<&Said>>) -> Extension {
    let noticed = live.iter().rev().find_map(|one| match &one.body {
        Body::FindingNotice(notice) => Some((one.sequence(), notice.instead_of)),
        _ => None,
    });
    let asked = live.iter().rev().find_map(|one| match &one.body {
        Body::ExtensionAsk(ask) => Some((one.sequence(), ask.until)),
        _ => None,
    });
    // Of concurrent decisions the refusal is the safer.
    let decided = register.and_then(|register| {
        register.safest(|said| match &said.body {
            Body::ExtensionDecide(decide) => (decide.until.is_none(), std::cmp::Reverse(decide.until)),
            _ => (false, std::cmp::Reverse(None)),
        })
    });
    let granted_by = |said: &Said| match &said.body {
        Body::ExtensionDecide(decide) => decide.until,
        _ => None,
    };
    let decided = decided.filter(|(_, head)| {
        noticed.is_none_or(|(noticed, instead_of)| {
            let granted = granted_by(head.value);
            head.value.sequence() > noticed || (granted.is_some() && instead_of != granted)
        })
    });
    let Some((_, head)) = decided else {
        return Extension { asked: asked.map(|(_, until)| until), ..Extension::default() };
    };
    let granted = granted_by(head.value);
    let asked_again = asked.filter(|(sequence, _)| *sequence > head.value.sequence()).map(|(_, until)| until);
    Extension { asked: asked_again, granted, refused: granted.is_none() && asked_again.is_none() }
}

#[derive(Default)]
pub(super) struct Suspension {
    pub suspended: bool,
    pub until: Option<Day>,
    pub resumed: Option<Day>,
}

/// A suspension ends on its day or when it is resumed, whichever comes first.
pub(super) fn suspension(live: &[&Said], register: Option<&Register<&Said>>) -> Suspension {
    let Some((_, head)) = register.and_then(Register::latest) else { return Suspension::default() };
    let Body::Suspend(said) = &head.value.body else { return Suspension::default() };
    if said.suspended {
        return Suspension { suspended: true, until: said.until, resumed: None };
    }
    let before = live.iter().rev().find_map(|one| match &one.body {
        Body::Suspend(before) if before.suspended && one.sequence() < head.value.sequence() => Some(before.until),
        _ => None,
    });
    let day = head.value.day();
    let resumed = before.map(|until| until.map_or(day, |until| until.min(day)));
    Suspension { suspended: false, until: None, resumed }
}
