//! Rows about findings and what is said of them.

use std::collections::BTreeMap;

use mingcha_model::{Basis, Day, EntityId, FindingId, OpId, PhotoId, SiteId, Stage, SubmissionId, VisitId};
use serde::Serialize;

/// A finding that was raised.
#[derive(Clone, Debug, Serialize)]
pub struct Raised {
    /// Which.
    pub finding: FindingId,
    /// The provisional number: the first six characters of its id.
    pub number: String,
}

/// A finding after something was said of it.
#[derive(Clone, Debug, Serialize)]
pub struct Staged {
    /// Which.
    pub finding: FindingId,
    /// Its stage.
    pub stage: Stage,
}

/// A submission that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Submitted {
    /// Which.
    pub submission: SubmissionId,
    /// The finding's stage.
    pub stage: Stage,
}

/// A review that was given.
#[derive(Clone, Debug, Serialize)]
pub struct Reviewed {
    /// The op.
    pub review: OpId,
    /// The finding's stage.
    pub stage: Stage,
}

/// A recheck that was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Rechecked {
    /// The finding's stage.
    pub stage: Stage,
    /// The next recheck; none when nothing more is due.
    pub recheck_due: Option<Day>,
}

/// One review of a submission.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewRow {
    /// The op.
    pub op: OpId,
    /// `approve` or `return`.
    pub verdict: mingcha_model::ReviewVerdict,
    /// Who, where this phone may know.
    pub by: Option<String>,
    /// The reason.
    pub text: String,
    /// True for the one that is in force.
    pub in_force: bool,
}

/// One submission.
#[derive(Clone, Debug, Serialize)]
pub struct SubmissionRow {
    /// Which.
    pub submission: SubmissionId,
    /// What was done.
    pub text: String,
    /// The after-photos.
    pub photos: Vec<PhotoId>,
    /// The verdict in force.
    pub verdict: Option<mingcha_model::ReviewVerdict>,
    /// The reviews; a contact sees none, but the reason of the verdict in force.
    pub reviews: Vec<ReviewRow>,
    /// The reason of the verdict in force.
    pub reason: Option<String>,
}

/// One result of a recheck.
#[derive(Clone, Debug, Serialize)]
pub struct ResultRow {
    /// The op; a contact sees none.
    pub op: Option<OpId>,
    /// `pass`, `partly`, `fail` or `reopen`.
    pub result: mingcha_model::Outcome,
    /// Who, where this phone may know.
    pub by: Option<String>,
    /// The day.
    pub day: Day,
    /// True when it takes part in the result in force.
    pub counts: bool,
    /// True for a recheck before the days on which it was due: it counts all the same, and is marked; never told to a unit.
    pub early: bool,
    /// True when whoever found it also rechecked it: allowed, and marked; never told to a unit.
    pub same_inspector: bool,
}

/// One step of a finding's way.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineRow {
    /// The day.
    pub day: Day,
    /// The kind of statement.
    pub what: &'static str,
    /// The step in words, Chinese / English.
    pub words: &'static str,
    /// What was written with it.
    pub text: String,
    /// Who, where this phone may know.
    pub by: Option<String>,
}

/// A finding.
#[derive(Clone, Debug, Serialize)]
pub struct FindingRow {
    /// Which.
    pub finding: FindingId,
    /// The official number, else the provisional one.
    pub number: String,
    /// The copy that was published, for an undercover finding.
    pub published_as: Option<FindingId>,
    /// The stage.
    pub stage: Stage,
    /// Where.
    pub site: SiteId,
    /// The site's name.
    pub site_name: String,
    /// Which item it fails.
    pub item: String,
    /// The item in words.
    pub item_text: String,
    /// Who defines the item: `seed`, `sourced` or `inferred`; none where it is not known here.
    pub definition: Option<&'static str>,
    /// What is wrong; a contact reads the demand instead.
    pub text: String,
    /// What the unit must put right.
    pub demand: String,
    /// How bad.
    pub severity: &'static str,
    /// By when it must be put right.
    pub deadline: Option<Day>,
    /// The next recheck.
    pub recheck_due: Option<Day>,
    /// True while a date may still change.
    pub provisional: bool,
    /// True when the deadline, or the day for feedback, has passed.
    pub overdue: bool,
    /// True when nobody acknowledged or refused the notice by the first working day after the unit's card was written.
    pub unserved: bool,
    /// The day of a recheck that did not pass, while no supervision notice followed it.
    pub supervision_due: Option<Day>,
    /// Where a request for a later deadline stands: `asked`, `granted` or `refused`.
    pub extension: Option<mingcha_model::body::CardExtension>,
    /// The finding that this one is the same fact as.
    pub duplicate_of: Option<FindingId>,
    /// True when its visit was taken back after the unit had been told: it lives on until it is voided itself.
    pub visit_void: bool,
    /// True for an own one of a visit that the city refused: this phone alone shows it.
    pub refused: bool,
    /// True when the same item failed before at this site; null for a contact, whom nobody tells.
    pub repeat: Option<bool>,
    /// True when live verdicts or results differ; null for a contact, whom nobody tells.
    pub contested: Option<bool>,
    /// True while suspended.
    pub suspended: bool,
    /// The last day of the suspension, where that is known.
    pub suspended_until: Option<Day>,
    /// True while an appeal waits.
    pub appealed: bool,
    /// Photos that the finding's own evidence shows; for a contact the published ones by hash.
    pub photos: Vec<String>,
    /// For each photo of it that is known here, before and after, a `ThumbHash` in base64 to be drawn before the photo
    /// arrives. Empty in lists; never of a published copy.
    pub placeholder: BTreeMap<PhotoId, String>,
    /// Reasons to look at a photo of it again, before and after. Empty in lists, and for a contact.
    pub signs: Vec<super::SignRow>,
    /// Submissions in order.
    pub submissions: Vec<SubmissionRow>,
    /// Results in order.
    pub results: Vec<ResultRow>,
    /// What happened, in order.
    pub timeline: Vec<TimelineRow>,
    /// What this row showed; hand it back with a change.
    pub basis: Basis,
}

/// One thing that two people said differently.
#[derive(Clone, Debug, Serialize)]
pub struct ConflictRow {
    /// A name for it: entity and field.
    pub conflict: String,
    /// `answer`, `verdict`, `result`, `void`, `visit_void`, `site`, `extension`, `suspension`, `appeal`, `duplicate`.
    pub what: &'static str,
    /// Of what.
    pub entity: EntityId,
    /// The item, for an answer.
    pub item: Option<String>,
    /// The op that is in force.
    pub in_force: OpId,
    /// Every live value.
    pub versions: Vec<super::Version>,
    /// True when one of them is this device's.
    pub mine: bool,
    /// Why it was decided so, of a settled one.
    pub reason: Option<String>,
    /// What this row showed; hand it back with a decision.
    pub basis: Basis,
}

/// One op that needs attention: what it says, and of what.
#[derive(Clone, Debug, Serialize)]
pub struct AttentionRow {
    /// The op.
    pub op: OpId,
    /// The kind of statement; `photo_file` for a photo's file.
    pub what: &'static str,
    /// What it is said of.
    pub entity: EntityId,
    /// The visit that this belongs to, where it is known and may be named.
    pub visit: Option<VisitId>,
    /// The finding that this is or belongs to.
    pub finding: Option<FindingId>,
    /// Where.
    pub site: Option<SiteId>,
    /// The site's name.
    pub site_name: String,
    /// The item it is about.
    pub item: Option<String>,
    /// Its value, for answers and decisions; the mode of a visit.
    pub value: Option<String>,
    /// Its words.
    pub text: String,
    /// Who, where this phone may know.
    pub by: Option<String>,
    /// When, by its author's clock.
    pub at: String,
    /// The code of the reason; `parked` while the city has not heard of, or has refused, what it belongs to.
    pub reason: String,
    /// The reason in words.
    pub advice: String,
    /// Since when.
    pub since: String,
}

/// One op that led to what is shown.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// The op.
    pub op: OpId,
    /// The kind of statement.
    pub kind: &'static str,
    /// Its value, for answers and verdicts.
    pub value: Option<String>,
    /// Its words.
    pub text: Vec<String>,
    /// Who, where this phone may know.
    pub by: Option<String>,
    /// When, by its author's clock.
    pub at: String,
    /// When, in the city's order; none while only this phone knows it.
    pub ord: Option<String>,
    /// What it does to what is shown: `in_force`, `replaced`, `kept`, `refused`, `held`, `waiting`.
    pub effect: &'static str,
    /// The rule that decided, in words.
    pub rule: String,
    /// True when the city heard of it after its author had moved away, and accepted it as said before that.
    pub late: bool,
}
