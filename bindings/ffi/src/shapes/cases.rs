//! Findings, and what needs a person.

use mingcha::host::{
    AttentionItem, AttentionPage, BlurredPart, Conflict, ConflictValue, DisplayDate, FindingDetail, FindingPage,
    FindingQuery, FindingScope, FindingStage, FindingSummary, LocalizedText, RecheckDetail, SubmissionDetail, Tag,
    TimelineEntry,
};

/// Which findings to show.
#[uniffi::remote(Record)]
pub struct FindingQuery {
    /// Of this site.
    #[uniffi(default = None)]
    pub site_id: Option<String>,
    /// Only those at this stage.
    #[uniffi(default = None)]
    pub stage: Option<FindingStage>,
    /// Which of them; all when none is given.
    #[uniffi(default = None)]
    pub scope: Option<FindingScope>,
    /// Without the first so many: where the page before said that the next one begins.
    #[uniffi(default = 0)]
    pub offset: i32,
    /// At most so many rows, 1 to 500; 50 when none is given.
    #[uniffi(default = None)]
    pub limit: Option<i32>,
}

/// One page of findings, the newest first.
#[uniffi::remote(Record)]
pub struct FindingPage {
    /// The findings.
    pub rows: Vec<FindingSummary>,
    /// Where the next page begins; none where this is the last.
    pub next_offset: Option<i32>,
}

/// One finding 问题, as lists show it.
#[uniffi::remote(Record)]
pub struct FindingSummary {
    /// Which.
    pub id: String,
    /// The official number, else the provisional one.
    pub number: String,
    /// How far it has come.
    pub stage: Tag,
    /// How bad it is.
    pub severity: Tag,
    /// Where.
    pub site_id: String,
    /// The site's name.
    pub site_name: String,
    /// The item that it fails, in words.
    pub item_text: LocalizedText,
    /// What is wrong; a contact reads what must be put right.
    pub text: String,
    /// By when it must be put right.
    pub deadline: Option<DisplayDate>,
    /// The next recheck.
    pub recheck_due: Option<DisplayDate>,
    /// What else to know at a glance: overdue, repeated, suspended, appealed, contested, ...
    pub marks: Vec<Tag>,
    /// What this row showed; handed back with a decision.
    pub basis: String,
}

/// One finding with everything that is known of it here.
#[uniffi::remote(Record)]
pub struct FindingDetail {
    /// What lists show.
    pub summary: FindingSummary,
    /// The item's code.
    pub item: String,
    /// What the unit must put right.
    pub demand: String,
    /// Its photos, by id; for a contact the published ones, by hash.
    pub photo_ids: Vec<String>,
    /// What the unit sent, in order.
    pub submissions: Vec<SubmissionDetail>,
    /// What rechecks found, in order.
    pub rechecks: Vec<RecheckDetail>,
    /// What happened, in order.
    pub timeline: Vec<TimelineEntry>,
    /// What this page showed; handed back with a decision.
    pub basis: String,
}

/// A part of a photo to be made unrecognisable before anybody else sees it, in thousandths of the upright picture.
#[uniffi::remote(Record)]
pub struct BlurredPart {
    /// Which photo.
    pub photo_id: String,
    /// From the left edge, 0 to 999.
    pub left: i32,
    /// From the upper edge, 0 to 999.
    pub top: i32,
    /// How wide, at least 1; the part ends within the picture.
    pub width: i32,
    /// How high, at least 1.
    pub height: i32,
}

/// One rectification that a unit sent.
#[uniffi::remote(Record)]
pub struct SubmissionDetail {
    /// Which.
    pub id: String,
    /// What was done.
    pub text: String,
    /// The photos of it.
    pub photo_ids: Vec<String>,
    /// The verdict in force; none while nobody gave one.
    pub verdict: Option<Tag>,
    /// Its reason.
    pub reason: Option<String>,
}

/// One result of a recheck.
#[uniffi::remote(Record)]
pub struct RecheckDetail {
    /// What was found.
    pub result: Tag,
    /// The day.
    pub day: DisplayDate,
    /// True when it takes part in the result in force.
    pub is_counted: bool,
    /// Who, where this phone may know.
    pub by: Option<String>,
}

/// One step of a finding's way.
#[uniffi::remote(Record)]
pub struct TimelineEntry {
    /// The day.
    pub day: DisplayDate,
    /// The step in words.
    pub step: LocalizedText,
    /// What was written with it.
    pub text: String,
    /// Who, where this phone may know.
    pub by: Option<String>,
}

/// Everything that needs this person. Nothing leaves it by itself.
#[uniffi::remote(Record)]
pub struct AttentionPage {
    /// What the city refused, or keeps waiting for what it belongs to: to be proposed again or let go.
    pub refused: Vec<AttentionItem>,
    /// What the city holds until somebody who may releases it.
    pub held: Vec<AttentionItem>,
    /// What two people said differently: somebody decides which stands.
    pub conflicts: Vec<Conflict>,
    /// What this person said and somebody decided against.
    pub overruled: Vec<Conflict>,
}

/// One statement that needs attention.
#[uniffi::remote(Record)]
pub struct AttentionItem {
    /// Which statement.
    pub id: String,
    /// What kind of statement it is.
    pub kind: Tag,
    /// The visit that it belongs to, where it may be named.
    pub visit_id: Option<String>,
    /// The finding that it belongs to.
    pub finding_id: Option<String>,
    /// The site's name.
    pub site_name: String,
    /// The item it is about.
    pub item: Option<String>,
    /// Its value, where it has one.
    pub value: Option<String>,
    /// What was written.
    pub text: String,
    /// Why it is here, a code.
    pub reason: String,
    /// Why it is here, and what to do.
    pub advice: LocalizedText,
}

/// One thing that people said differently, each without having seen the other's.
#[uniffi::remote(Record)]
pub struct Conflict {
    /// Which.
    pub id: String,
    /// Of what: an answer, a verdict, a result, ...
    pub kind: Tag,
    /// The item, for an answer.
    pub item: Option<String>,
    /// Every value that stands.
    pub values: Vec<ConflictValue>,
    /// True when one of them is this device's.
    pub is_mine: bool,
    /// Why it was decided so, of a settled one.
    pub reason: Option<String>,
    /// What this row showed; handed back with a decision.
    pub basis: String,
}

/// One of the values of a conflict.
#[uniffi::remote(Record)]
pub struct ConflictValue {
    /// The statement that made it: names the value that is kept.
    pub id: String,
    /// The value.
    pub value: String,
    /// The value in words.
    pub text: LocalizedText,
    /// The note with it.
    pub note: Option<String>,
    /// Who, where this phone may know.
    pub by: Option<String>,
    /// True for the one that is shown meanwhile.
    pub is_in_force: bool,
}
