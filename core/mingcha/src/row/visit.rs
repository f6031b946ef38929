//! Rows about visits, answers, photos and scores.

use mingcha_evidence::Sign;
use mingcha_model::{Basis, Day, Digest, FindingId, LogId, OpId, PhotoId, SiteId, VisitId};
use serde::Serialize;

/// A visit that was started.
#[derive(Clone, Debug, Serialize)]
pub struct VisitStarted {
    /// Which.
    pub visit: VisitId,
    /// How many items its form has.
    pub items: u64,
    /// In how many parts the form comes, each of at most 40 items: 1 at a window.
    pub parts: u64,
    /// For a recheck, the findings of the site that are due: one visit takes them all.
    pub findings: Vec<FindingId>,
    /// How many more items the sets have for such a site, cut away to keep the form short.
    pub left_out: u64,
    /// Their codes, in the order of the sets: each can be answered, and a finding raised on it, all the same.
    pub left_out_items: Vec<String>,
    /// What the last undercover visit here that this phone knows of left for an open one; recorded nowhere.
    pub waiting: Vec<WaitingRow>,
    /// Set names with "inferred" said where a set is: shown before the first answer.
    pub notes: Vec<String>,
}

/// An item that waits for an open visit: under cover it cannot be found out.
#[derive(Clone, Debug, Serialize)]
pub struct WaitingRow {
    /// The item.
    pub item: String,
    /// What is asked.
    pub text: String,
    /// True where the visit that was started has it on its form; the others are answered by their codes.
    pub on_form: bool,
}

/// An item that a visit's sets have for its site and its form does not ask.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOutRow {
    /// The item.
    pub item: String,
    /// What is asked.
    pub text: String,
    /// What counts as failed.
    pub help: String,
    /// The set that asks it.
    pub set: String,
    /// How it may be found out: `observe`, `ask`, `telephone`, `records`, `questionnaire`.
    pub ask: Vec<String>,
    /// The answer type's code.
    pub answer: String,
    /// `cut`: left out to keep the form short; `mode`: a visit of this mode cannot find it out.
    pub why: &'static str,
    /// The reason in words, and what to do.
    pub advice: String,
}

/// One item of a visit's form.
#[derive(Clone, Debug, Serialize)]
pub struct FormRow {
    /// The item.
    pub item: String,
    /// What is asked.
    pub text: String,
    /// What counts as failed.
    pub help: String,
    /// The set that asks it.
    pub set: String,
    /// How it may be found out: `observe`, `ask`, `telephone`, `records`, `questionnaire`.
    pub ask: Vec<String>,
    /// The answer type's code.
    pub answer: String,
    /// Who defines the item: `seed`, `sourced` or `inferred`.
    pub definition: &'static str,
    /// The things that a count counts, where the item names them.
    pub parts: Vec<String>,
    /// Ready wording of a finding, where the item has one.
    pub quick: Option<String>,
    /// What may be typed, where it is a choice.
    pub choices: Vec<String>,
    /// The value in force, as one types it.
    pub value: Option<String>,
    /// The note in force.
    pub note: Option<String>,
    /// The photo rule: `always`, `failed`, `none`, or `avoid` where a picture would show faces or papers.
    pub photo: &'static str,
    /// The part of the form in which it stands, from 1.
    pub part: u64,
    /// How many parts the form has.
    pub of_parts: u64,
    /// True when a photo is wanted for this value.
    pub photo_wanted: bool,
    /// True when two people's values differ.
    pub contested: bool,
    /// What this row showed; hand it back with a change.
    pub basis: Basis,
}

/// An answer that was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// The op.
    pub op: OpId,
    /// The value, normalised.
    pub value: String,
    /// `photo_avoided` where a photo was put to an item that should have none.
    pub warnings: Vec<String>,
}

/// A photo that was taken in.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoTaken {
    /// Which.
    pub photo: PhotoId,
    /// SHA-256 of the original.
    pub sha256: Digest,
    /// Width of the upright picture.
    pub width: u32,
    /// Height of the upright picture.
    pub height: u32,
    /// What is unusual about it.
    pub warnings: Vec<String>,
    /// When it was taken in, by this phone's clock or, of a colleague's photo, by theirs; RFC 3339.
    pub observed_at: String,
    /// When it was put to its item, RFC 3339; none while it is put to none.
    pub recorded_at: Option<String>,
}

/// A visit that was submitted, moved or voided.
#[derive(Clone, Debug, Serialize)]
pub struct VisitSubmitted {
    /// Which.
    pub visit: VisitId,
    /// Its score.
    pub score: ScoreView,
    /// Items without an answer.
    pub missing: Vec<String>,
    /// Items that want a photo and have none.
    pub photos_missing: Vec<String>,
    /// Items that do not apply and say no reason.
    pub reasons_missing: Vec<String>,
    /// Of an undercover visit, what waits for an open one.
    pub waiting: Vec<WaitingRow>,
    /// Photos of this visit that were taken here and can be made into none: they do not go along.
    pub photos_unusable: Vec<PhotoId>,
}

/// One live value of an answer.
#[derive(Clone, Debug, Serialize)]
pub struct Version {
    /// The op.
    pub op: OpId,
    /// The value.
    pub value: String,
    /// The note.
    pub note: Option<String>,
    /// Who wrote it, where this phone may know.
    pub by: Option<String>,
    /// When, by its author's clock.
    pub at: String,
    /// True for the one that is shown.
    pub in_force: bool,
    /// True when whoever wrote it is not among the people of the visit.
    pub guest: bool,
    /// True when it came after the visit was submitted: it is merged, and the submitted score does not count it.
    pub added: bool,
}

/// One answer of a visit.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerRow {
    /// The item.
    pub item: String,
    /// Who defines the item: `seed`, `sourced` or `inferred`; none where its set is not known here.
    pub definition: Option<&'static str>,
    /// The value in force.
    pub value: Option<String>,
    /// The note in force.
    pub note: Option<String>,
    /// The photos of the value in force.
    pub photos: Vec<PhotoId>,
    /// What this row showed.
    pub basis: Basis,
    /// Every live value.
    pub versions: Vec<Version>,
}

/// A reason to look at a photo again, never a verdict. Contacts get none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignRow {
    /// Which photo.
    pub photo: PhotoId,
    /// `taken_before`, `taken_in_future`, `far_from_site`, `edited_by_software`, `screenshot`, `same_as_before_photo` or
    /// `used_before`.
    pub sign: Sign,
    /// The sign in words, Chinese / English.
    pub text: &'static str,
    /// For `far_from_site`: how far, in metres.
    pub metres: Option<u32>,
    /// The photo on this device that is the same picture.
    pub other: Option<PhotoId>,
    /// The visit that the other photo belongs to, when to one.
    pub visit: Option<VisitId>,
    /// The finding that the other photo belongs to, when to one.
    pub finding: Option<FindingId>,
}

impl SignRow {
    pub(crate) fn new(photo: PhotoId, sign: Sign) -> Self {
        Self { photo, sign, text: sign.words(), metres: None, other: None, visit: None, finding: None }
    }
}

/// One photo of a visit.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoRow {
    /// Which.
    pub photo: PhotoId,
    /// SHA-256 of the original.
    pub sha256: Digest,
    /// The item it is put to.
    pub item: Option<String>,
    /// When it was taken in, by its author's clock, RFC 3339.
    pub observed_at: String,
    /// When it was put to that item, by the clock of whoever did, RFC 3339; none while it is put to none.
    pub recorded_at: Option<String>,
    /// When the camera claims that the picture was taken, with its offset from UTC where it named one; none where it says
    /// nothing, where that was erased, and until the copies are made.
    pub taken_at: Option<String>,
    /// `made`; `waiting` while its copies are still to be made on this phone; `unusable` where they could not be.
    pub copies: &'static str,
    /// Why its copies could not be made, as a code.
    pub problem: Option<String>,
    /// The same in words, Chinese / English, with what to do.
    pub advice: Option<String>,
    /// A `ThumbHash` in base64, to be drawn before the photo arrives; none where it was erased, and until the copies are
    /// made.
    pub placeholder: Option<String>,
    /// True when it was erased for good: that there was a photo is all that is left.
    pub erased: bool,
    /// What this row showed; hand it back when the photo is put to another item.
    pub basis: Basis,
    /// Reasons to look at it again; empty in lists of visits.
    pub signs: Vec<SignRow>,
}

/// A visit.
#[derive(Clone, Debug, Serialize)]
pub struct VisitView {
    /// Which.
    pub visit: VisitId,
    /// Where.
    pub site: SiteId,
    /// The site's name.
    pub site_name: String,
    /// How: `open`, `undercover`, `recheck`, `self`, `special`, `joint`.
    pub mode: mingcha_model::Mode,
    /// `draft`, `submitted` or `void`; `refused` where the city refused its opening, and with it all that is in it.
    pub status: &'static str,
    /// The code of the reason, for a refused one.
    pub reason: Option<&'static str>,
    /// The reason in words, for a refused one.
    pub advice: Option<&'static str>,
    /// The day it was opened.
    pub day: Day,
    /// The log that opened it.
    pub log: LogId,
    /// Who opened it, where this phone may know.
    pub by: Option<String>,
    /// Who else takes part, by name.
    pub people: Vec<String>,
    /// Criteria sets asked, `W5@1`.
    pub sets: Vec<String>,
    /// `inferred` where an item of its form is.
    pub definition: Option<&'static str>,
    /// Its score: as it was submitted, and until then as it is now.
    pub score: ScoreView,
    /// Items without an answer.
    pub missing: Vec<String>,
    /// The answers.
    pub answers: Vec<AnswerRow>,
    /// The photos.
    pub photos: Vec<PhotoRow>,
    /// Remarks and corrections, in order.
    pub remarks: Vec<String>,
    /// Findings it raised.
    pub findings: Vec<FindingId>,
    /// What this row showed; hand it back with a submission or a change of the visit.
    pub basis: Basis,
}

/// One line of a score.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreRow {
    /// The item.
    pub item: String,
    /// Who defines the item: `seed`, `sourced` or `inferred`.
    pub definition: Option<&'static str>,
    /// The set that it belongs to.
    pub set: String,
    /// The answer it comes from.
    pub value: String,
    /// Points obtained, in hundredths; below 0 where they are taken off a hundred points.
    pub obtained: i64,
    /// Points obtainable, in hundredths.
    pub obtainable: u64,
    /// The rule in words, with the limit that was passed or kept, the count and the cap: Chinese / English.
    pub rule: String,
    /// The rule alone: `full`, `half`, `proportion`, `failed`, `deducted`, `bonus`, `no_deduction`, `conforms`,
    /// `does_not_conform`, `has_level`, `not_applicable`, `unanswered`, `unfit`, `information`, `decides` (a part of what is worked out,
    /// which counts in its stead), `no_veto` or `veto`.
    pub rule_code: &'static str,
    /// The level of the answer, where its set has levels: `first`, `second`, `third` or `below`.
    pub level: Option<&'static str>,
    /// Of what is worked out from other answers: those that are missing.
    pub waits_for: Vec<String>,
}

/// One set's part of a score, by its own model.
#[derive(Clone, Debug, Serialize)]
pub struct SetScoreRow {
    /// The set.
    pub set: String,
    /// `item_points`, `base_100`, `instance_rate`, `all_conform`, `levels` or `information`.
    pub model: &'static str,
    /// In hundredths of a point, or of an instance.
    pub obtained: u64,
    /// In hundredths of a point, or of an instance; 0 where there is no figure.
    pub obtainable: u64,
    /// Obtained of obtainable in hundredths of a percent.
    pub rate: Option<u64>,
    /// Whether everything conforms, where all of it must; none while that is not decided.
    pub conforms: Option<bool>,
    /// The lowest level, where the set has levels: `first`, `second`, `third` or `below`.
    pub level: Option<&'static str>,
    /// Whether the visit's own figure counts it; a set of another model stands beside.
    pub counted: bool,
    /// How it was computed, in words.
    pub formula: String,
}

/// What counting a submitted visit again comes to, where the submitted figure differs and stands.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Recounted {
    /// In hundredths.
    pub obtained: u64,
    /// In hundredths.
    pub obtainable: u64,
}

/// A score that explains itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScoreView {
    /// Points obtained, in hundredths.
    pub obtained: u64,
    /// Points obtainable, in hundredths; not applicable items left out.
    pub obtainable: u64,
    /// Obtained of obtainable in hundredths of a percent; none when nothing counts.
    pub rate: Option<u64>,
    /// `inferred` where an item of the form is: so is the score then.
    pub definition: Option<&'static str>,
    /// How it was computed, in words: of which sets, what it leaves out, and what stands beside it and why.
    pub formula: String,
    /// What counting again comes to, where that differs from the submitted figure above.
    pub recounted: Option<Recounted>,
    /// Veto items answered with yes: they take away every award.
    pub vetoes: Vec<String>,
    /// Answers to items that this visit does not ask, as those of another kind of window: they count for nothing.
    pub beside: Vec<String>,
    /// Each set by its own model; the figures above are those of the first model that gives one.
    pub sets: Vec<SetScoreRow>,
    /// Line by line; empty in lists.
    pub lines: Vec<ScoreRow>,
}
