//! A finding as its ops make it: the stage, the result, the submissions and what stands beside them.
//!
//! A pure function of the finding's statements, in whatever order they came. It needs no today, and it refuses to be
//! stored as truth.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use serde::Serialize;

use crate::body::{Body, FindingRaise, NoticeKind, Outcome, PhotoShown, ReviewVerdict};
use crate::{Day, EntityId, FindingId, Flags, OpId, Order, PhotoId, Register, Said, SubmissionId};

/// How far a finding has come (`6-workflow`, A finding, 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 已记录.
    #[n(0)]
    Recorded,
    /// 已反馈.
    #[n(1)]
    FedBack,
    /// 立行立改.
    #[n(2)]
    FixedOnSpot,
    /// 已交办.
    #[n(3)]
    Noticed,
    /// 已报整改.
    #[n(4)]
    Submitted,
    /// 退回重改.
    #[n(5)]
    Returned,
    /// 待复查.
    #[n(6)]
    AwaitingRecheck,
    /// 已督办.
    #[n(7)]
    Supervised,
    /// 已销号.
    #[n(8)]
    Closed,
    /// 作废.
    #[n(9)]
    Void,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 10] = [
        Self::Recorded,
        Self::FedBack,
        Self::FixedOnSpot,
        Self::Noticed,
        Self::Submitted,
        Self::Returned,
        Self::AwaitingRecheck,
        Self::Supervised,
        Self::Closed,
        Self::Void,
    ];

    /// The name in commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::FedBack => "fed_back",
            Self::FixedOnSpot => "fixed_on_spot",
            Self::Noticed => "noticed",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::AwaitingRecheck => "awaiting_recheck",
            Self::Supervised => "supervised",
            Self::Closed => "closed",
            Self::Void => "void",
        }
    }

    /// The stage of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// One review of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewSaid {
    /// The op.
    pub op: OpId,
    /// The word.
    pub verdict: ReviewVerdict,
    /// The reason.
    pub text: String,
    /// When, for display.
    pub at: i64,
    /// True while nobody who saw it replaced it.
    pub live: bool,
}

/// One submission with the reviews on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionCase {
    /// Which.
    pub submission: SubmissionId,
    /// The op that made it.
    pub op: OpId,
    /// Its order.
    pub ord: Order,
    /// The day.
    pub day: Day,
    /// What was done.
    pub text: String,
    /// The after-photos.
    pub photos: Vec<PhotoId>,
    /// The verdict in force: return when live verdicts differ.
    pub verdict: Option<ReviewVerdict>,
    /// The op whose verdict is in force.
    pub verdict_op: Option<OpId>,
    /// True when live verdicts differ.
    pub contested: bool,
    /// Every review, in order.
    pub reviews: Vec<ReviewSaid>,
}

/// One recheck result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultSaid {
    /// The op.
    pub op: OpId,
    /// What was found.
    pub outcome: Outcome,
    /// The civil day.
    pub day: Day,
    /// The reason.
    pub text: String,
    /// The photos.
    pub photos: Vec<PhotoId>,
    /// True while nobody who saw it replaced it.
    pub live: bool,
    /// False for a dissent: a live result more than 7 days before the newest.
    pub counts: bool,
}

/// Feedback to the unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedbackCase {
    /// The day.
    pub day: Day,
    /// True while only this device knows it.
    pub provisional: bool,
    /// What the unit must put right.
    pub demand: String,
    /// The photos it may see.
    pub photos: Vec<PhotoShown>,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeCase {
    /// Which.
    pub notice: NoticeKind,
    /// The day.
    pub day: Day,
    /// Its order.
    pub ord: Order,
    /// The deadline that a person chose.
    pub deadline: Option<Day>,
    /// What the unit is told.
    pub text: String,
    /// The first day on which the unit acknowledged or refused it.
    pub served: Option<Day>,
    /// True while only this device knows it.
    pub provisional: bool,
}

/// A finding, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Which.
    pub finding: FindingId,
    /// How it was raised.
    pub raise: FindingRaise,
    /// The op that raised it.
    pub raised_by: OpId,
    /// The day it was raised.
    pub raised_day: Day,
    /// What is wrong, as first written.
    pub text: String,
    /// Later corrections of the wording, in order.
    pub corrections: Vec<String>,
    /// The stage.
    pub stage: Stage,
    /// The official number.
    pub number: Option<String>,
    /// The first feedback.
    pub feedback: Option<FeedbackCase>,
    /// Notices in order.
    pub notices: Vec<NoticeCase>,
    /// The day it was said to be fixed on the spot.
    pub fixed_day: Option<Day>,
    /// The photos that show it fixed on the spot.
    pub fixed_photos: Vec<PhotoId>,
    /// Submissions in order.
    pub submissions: Vec<SubmissionCase>,
    /// Results in order.
    pub results: Vec<ResultSaid>,
    /// The result in force.
    pub ruling: Option<OpId>,
    /// The deadline asked for last, while undecided.
    pub extension_asked: Option<Day>,
    /// The extension granted.
    pub extension_granted: Option<Day>,
    /// True when the last request was refused.
    pub extension_refused: bool,
    /// Suspended 挂账.
    pub suspended: bool,
    /// Suspended until.
    pub suspended_until: Option<Day>,
    /// Appealed and not decided.
    pub appealed: bool,
    /// The finding that this one repeats.
    pub duplicate_of: Option<FindingId>,
    /// True when live values of a strict register differ.
    pub contested: bool,
    /// The heads of each register, for the basis.
    pub heads: Vec<(EntityId, crate::Field, Vec<OpId>)>,
    /// Statements that are shown but not folded until released.
    pub held: Vec<OpId>,
}

/// Results whose civil day is more than this before the newest live one are dissent (`6-workflow`, A finding, 1).
pub const DISSENT_AFTER_DAYS: i64 = 7;

impl Case {
    /// Folds what was said of one finding and of its submissions; `None` while its raising is not known.
    pub fn fold(finding: FindingId, said: &[Said]) -> Option<Self> {
        let released: Vec<OpId> = said
            .iter()
            .filter_map(|one| match &one.body {
                Body::Release(release) => Some(release.op),
                _ => None,
            })
            .collect();
        let is_held = |one: &Said| one.flags.contains(Flags::HELD) && !released.contains(&one.id);
        let mut live: Vec<&Said> = said.iter().filter(|one| !is_held(one)).collect();
        live.sort_by_key(|one| one.sequence());
        let mut held: Vec<OpId> = said.iter().filter(|one| is_held(one)).map(|one| one.id).collect();
        held.sort();

        let raised = live.iter().find(|one| matches!(one.body, Body::FindingRaise(_)))?;
        let Body::FindingRaise(raise) = &raised.body else { return None };
        let registers = Registers::fold(&live);
        let own = EntityId::from(finding);

        let results = results(&live, registers.of(own, &crate::Field::Result));
        let ruling = ruling(&results);
        let ruling_sequence = ruling.and_then(|op| live.iter().find(|one| one.id == op)).map(|one| one.sequence());
        let submissions = submissions(&live, &registers);
        let void = registers.of(own, &crate::Field::FindingVoid).and_then(|register| {
            register
                .safest(|said| !matches!(&said.body, Body::FindingVoid(void) if void.void))
                .map(|(_, head)| head.value)
        });
        let void = void.is_some_and(|one| matches!(&one.body, Body::FindingVoid(void) if void.void));
        let feedback = live.iter().find_map(|one| match &one.body {
            Body::FindingFeedback(feedback) => Some(FeedbackCase {
                day: one.day(),
                provisional: one.is_provisional(),
                demand: one.text(0).to_owned(),
                photos: feedback.photos.clone(),
            }),
            _ => None,
        });
        let notices = notices(&live);
        let fixed = live.iter().find_map(|one| match &one.body {
            Body::FindingFixed(fixed) => Some((one.day(), fixed.photos.clone())),
            _ => None,
        });
        let appeal = appeal(&live, registers.of(own, &crate::Field::Appeal));
        let extension = extension(&live, registers.of(own, &crate::Field::Extension));
        let suspended = registers.of(own, &crate::Field::Suspended).and_then(Register::latest);
        let (suspended, suspended_until) = match suspended.map(|(_, head)| &head.value.body) {
            Some(Body::Suspend(suspend)) => (suspend.suspended, suspend.until.filter(|_| suspend.suspended)),
            _ => (false, None),
        };
        let duplicate_of =
            registers.of(own, &crate::Field::Duplicate).and_then(Register::latest).and_then(|(_, head)| {
                match &head.value.body {
                    Body::FindingDuplicate(duplicate) => duplicate.of,
                    _ => None,
                }
            });
        let outcome = ruling.and_then(|op| results.iter().find(|result| result.op == op)).map(|result| result.outcome);
        let stage = stage(&StageInputs {
            void: void || appeal == Some(false),
            outcome,
            submissions: &submissions,
            after: ruling_sequence,
            noticed: !notices.is_empty(),
            fixed: fixed.is_some(),
            fed_back: feedback.is_some(),
        });
        Some(Self {
            finding,
            raise: raise.clone(),
            raised_by: raised.id,
            raised_day: raised.day(),
            text: raised.text(0).to_owned(),
            corrections: live
                .iter()
                .filter(|one| matches!(one.body, Body::FindingCorrect(_)))
                .map(|one| one.text(0).to_owned())
                .collect(),
            stage,
            number: live.iter().rev().find_map(|one| match &one.body {
                Body::NumberGive(number) => Some(number.number.clone()),
                _ => None,
            }),
            feedback,
            notices,
            fixed_day: fixed.as_ref().map(|(day, _)| *day),
            fixed_photos: fixed.map(|(_, photos)| photos).unwrap_or_default(),
            contested: submissions.iter().any(|submission| submission.contested)
                || registers.is_contested(own, &crate::Field::Result)
                || registers.is_contested(own, &crate::Field::FindingVoid),
            submissions,
            results,
            ruling,
            extension_asked: extension.asked,
            extension_granted: extension.granted,
            extension_refused: extension.refused,
            suspended,
            suspended_until,
            appealed: appeal.is_none() && live.iter().any(|one| matches!(one.body, Body::Appeal(_))),
            duplicate_of,
            heads: registers.heads(own),
            held,
        })
    }

    /// The result in force.
    pub fn outcome(&self) -> Option<&ResultSaid> {
        let ruling = self.ruling?;
        self.results.iter().find(|result| result.op == ruling)
    }

    /// True when nothing more is to be done: closed or void.
    pub fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Closed | Stage::Void)
    }
}

/// The strict and plain registers of a finding and its submissions, by (entity, field).
struct Registers<'a>(BTreeMap<(EntityId, crate::Field), Register<&'a Said>>);

impl<'a> Registers<'a> {
    fn fold(live: &[&'a Said]) -> Self {
        let mut registers: BTreeMap<(EntityId, crate::Field), Register<&'a Said>> = BTreeMap::new();
        for one in live {
            if let Some(field) = one.body.field() {
                registers.entry((one.entity, field)).or_default().fold(one.id, one.ord, &one.over, *one);
            }
        }
        Self(registers)
    }

    fn of(&self, entity: EntityId, field: &crate::Field) -> Option<&Register<&'a Said>> {
        self.0.get(&(entity, field.clone()))
    }

    fn is_contested(&self, entity: EntityId, field: &crate::Field) -> bool {
        self.of(entity, field).is_some_and(differs)
    }

    fn heads(&self, own: EntityId) -> Vec<(EntityId, crate::Field, Vec<OpId>)> {
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

fn decision(body: &Body) -> Option<u8> {
    match body {
        Body::Review(review) => Some(u8::from(review.verdict == ReviewVerdict::Return)),
        Body::Result(result) => Some(result.outcome.safety()),
        Body::FindingVoid(void) => Some(u8::from(void.void)),
        _ => None,
    }
}

fn results(live: &[&Said], register: Option<&Register<&Said>>) -> Vec<ResultSaid> {
    let mut results: Vec<ResultSaid> = live
        .iter()
        .filter_map(|one| match &one.body {
            Body::Result(result) => Some(ResultSaid {
                op: one.id,
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

fn ruling(results: &[ResultSaid]) -> Option<OpId> {
    results
        .iter()
        .enumerate()
        .filter(|(_, result)| result.counts)
        .max_by_key(|(place, result)| (result.outcome.safety(), *place))
        .map(|(_, result)| result.op)
}

fn submissions(live: &[&Said], registers: &Registers<'_>) -> Vec<SubmissionCase> {
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

fn notices(live: &[&Said]) -> Vec<NoticeCase> {
    live.iter()
        .filter_map(|one| match &one.body {
            Body::FindingNotice(notice) => Some(NoticeCase {
                notice: notice.notice,
                day: one.day(),
                ord: one.ord,
                deadline: notice.deadline,
                text: one.text(0).to_owned(),
                served: live
                    .iter()
                    .filter(|other| other.sequence() > one.sequence())
                    .find(|other| matches!(other.body, Body::FindingAcknowledge(_) | Body::FindingDecline(_)))
                    .map(|other| other.day()),
                provisional: one.is_provisional(),
            }),
            _ => None,
        })
        .collect()
}

/// `Some(upheld)` once the last appeal was decided.
fn appeal(live: &[&Said], register: Option<&Register<&Said>>) -> Option<bool> {
    let asked = live.iter().rev().find(|one| matches!(one.body, Body::Appeal(_)))?;
    let (_, head) = register?.safest(|said| matches!(&said.body, Body::AppealDecide(decide) if decide.upheld))?;
    match &head.value.body {
        Body::AppealDecide(decide) if head.value.sequence() > asked.sequence() => Some(decide.upheld),
        _ => None,
    }
}

#[derive(Default)]
struct Extension {
    asked: Option<Day>,
    granted: Option<Day>,
    refused: bool,
}

fn extension(live: &[&Said], register: Option<&Register<&Said>>) -> Extension {
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
    let Some((_, head)) = decided else {
        return Extension { asked: asked.map(|(_, until)| until), ..Extension::default() };
    };
    let granted = match &head.value.body {
        Body::ExtensionDecide(decide) => decide.until,
        _ => None,
    };
    let asked_again = asked.filter(|(sequence, _)| *sequence > head.value.sequence()).map(|(_, until)| until);
    Extension { asked: asked_again, granted, refused: granted.is_none() && asked_again.is_none() }
}

struct StageInputs<'a> {
    void: bool,
    outcome: Option<Outcome>,
    submissions: &'a [SubmissionCase],
    after: Option<(Order, crate::LogId, u64)>,
    noticed: bool,
    fixed: bool,
    fed_back: bool,
}

fn stage(inputs: &StageInputs<'_>) -> Stage {
    if inputs.void {
        return Stage::Void;
    }
    if inputs.outcome == Some(Outcome::Pass) {
        return Stage::Closed;
    }
    let current: Vec<&SubmissionCase> = inputs
        .submissions
        .iter()
        .filter(|one| inputs.after.is_none_or(|after| (one.ord, one.op.log, one.op.seq) > after))
        .collect();
    let judged = current.iter().rposition(|one| one.verdict.is_some());
    match judged.and_then(|place| current.get(place).map(|one| (place, one.verdict))) {
        Some((_, Some(ReviewVerdict::Approve))) => Stage::AwaitingRecheck,
        Some((place, _)) if place.saturating_add(1) < current.len() => Stage::Submitted,
        Some(_) => Stage::Returned,
        None if !current.is_empty() => Stage::Submitted,
        None if inputs.outcome.is_some() => Stage::Supervised,
        None if inputs.noticed => Stage::Noticed,
        None if inputs.fixed => Stage::FixedOnSpot,
        None if inputs.fed_back => Stage::FedBack,
        None => Stage::Recorded,
    }
}
