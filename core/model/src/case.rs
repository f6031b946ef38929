//! A finding as its ops make it: its stage, result, submissions, and what stands beside them.
//!
//! A pure function of the finding's statements, in whatever order they came.

mod published;
mod rulings;

use crate::body::{Body, FindingRaise, NoticeKind, Outcome, PhotoShown, ReviewVerdict, SetRef};
use crate::said::counting;
use crate::stage::{Stage, StageInputs, stage};
use crate::{
    CampaignId, Day, Digest, EntityId, FindingId, OpId, Order, PhotoId, Register, Said, SiteId, SubmissionId, VisitCase,
};

use rulings::{Registers, appeal, extension, notices, results, ruling, submissions, suspension};

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
    /// Its order.
    pub ord: Order,
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
    /// The op.
    pub op: OpId,
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
    /// The day on which the city wrote the card that tells the unit of it.
    pub told: Option<Day>,
    /// True once somebody acknowledged or refused it.
    pub signed: bool,
    /// True where it was refused and not acknowledged.
    pub declined: bool,
    /// The day on which the city heard of that.
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
    /// Where it belongs: where its visit is, which may have moved since it was raised.
    pub site: SiteId,
    /// The visit that saw it, as far as it is known with it; its people and remarks are not asked here.
    pub visit: Option<VisitCase>,
    /// The campaign that it was seen in.
    pub campaign: Option<CampaignId>,
    /// The set under which the item of a published copy was asked, as the city names it; an original has its visit's.
    pub set: Option<SetRef>,
    /// The op that raised it.
    pub raised_by: OpId,
    /// The day it was raised.
    pub raised_day: Day,
    /// True while this device alone knows something that its dates rest on.
    pub unheard: bool,
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
    /// Of a published copy: SHA-256 of the photos that the city made for it.
    pub published_photos: Vec<Digest>,
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
    /// The last day of a suspension that was resumed.
    pub resumed: Option<Day>,
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
    /// Folds what was said of one finding, of its submissions and of its visit; `None` while its raising is not known.
    pub fn fold(finding: FindingId, said: &[Said]) -> Option<Self> {
        let (live, held) = counting(said);
        let (raised, raise, raised_day) = published::raised(&live)?;
        let of_visit: Vec<Said> =
            said.iter().filter(|one| one.entity == EntityId::from(raise.visit)).cloned().collect();
        let visit = VisitCase::fold(raise.visit, &of_visit);
        let is_beside = |one: &&Said| one.entity == EntityId::from(raise.visit);
        let live: Vec<&Said> = live.into_iter().filter(|one| !is_beside(one)).collect();
        let held = held.into_iter().filter(|op| !of_visit.iter().any(|one| one.id == *op)).collect();
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
        let feedback = published::feedback(&live);
        let notices = notices(&live);
        let fixed = live.iter().find_map(|one| match &one.body {
            Body::FindingFixed(fixed) => Some((one.day(), fixed.photos.clone())),
            _ => None,
        });
        let appeal = appeal(&live, registers.of(own, &crate::Field::Appeal));
        let extension = extension(&live, registers.of(own, &crate::Field::Extension));
        let suspension = suspension(&live, registers.of(own, &crate::Field::Suspended));
        let duplicate_of =
            registers.of(own, &crate::Field::Duplicate).and_then(Register::latest).and_then(|(_, head)| {
                match &head.value.body {
                    Body::FindingDuplicate(duplicate) => duplicate.of,
                    _ => None,
                }
            });
        let outcome = ruling.and_then(|op| results.iter().find(|result| result.op == op)).map(|result| result.outcome);
        // What a unit was told of outlives the visit that saw it: taking that back is said of the finding itself.
        let acted_on = feedback.is_some() || !notices.is_empty() || fixed.is_some() || !results.is_empty();
        let unseen = visit.as_ref().is_some_and(|visit| visit.void) && !acted_on;
        let stage = stage(&StageInputs {
            void: void || appeal == Some(false) || unseen,
            outcome,
            submissions: &submissions,
            after: ruling_sequence,
            noticed: !notices.is_empty(),
            fixed: fixed.is_some(),
            fed_back: feedback.is_some(),
        });
        Some(Self {
            finding,
            site: visit.as_ref().map_or(raise.site, |visit| visit.site),
            set: published::set(&live),
            campaign: visit.as_ref().map_or_else(|| published::campaign(&live), |visit| visit.campaign),
            raise,
            visit,
            raised_by: raised.id,
            raised_day,
            unheard: live.iter().any(|one| one.is_provisional() && moves_dates(&one.body)),
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
            published_photos: published::photos(&live),
            fixed_photos: fixed.map(|(_, photos)| photos).unwrap_or_default(),
            contested: submissions.iter().any(|submission| submission.contested)
                || crate::Field::OF_FINDING.iter().any(|field| registers.is_contested(own, field)),
            submissions,
            results,
            ruling,
            extension_asked: extension.asked,
            extension_granted: extension.granted,
            extension_refused: extension.refused,
            suspended: suspension.suspended,
            suspended_until: suspension.until,
            resumed: suspension.resumed,
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

    /// True when its visit was taken back and it lives on, because its unit had been told of it.
    pub fn outlives_its_visit(&self) -> bool {
        self.stage != Stage::Void && self.visit.as_ref().is_some_and(|visit| visit.void)
    }

    /// True when nothing more is to be done: closed or void.
    pub fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Closed | Stage::Void)
    }
}

/// True for statements that a date is counted from.
fn moves_dates(said: &Body) -> bool {
    matches!(
        said,
        Body::FindingRaise(_)
            | Body::FindingFeedback(_)
            | Body::FindingFixed(_)
            | Body::FindingNotice(_)
            | Body::FindingAcknowledge(_)
            | Body::FindingDecline(_)
            | Body::Review(_)
            | Body::Result(_)
            | Body::ExtensionDecide(_)
            | Body::Suspend(_)
    )
}
