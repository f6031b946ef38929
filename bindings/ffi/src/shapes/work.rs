//! Sites, work and visits.

use mingcha::host::{
    AnswerChoice, AnswerType, DisplayDate, FormItem, LocalizedText, RaisedFinding, SitePage, SiteQuery, SiteScope,
    SiteSummary, StartedVisit, SubmittedVisit, Tag, TakenPhoto, TaskItem, TaskPage, VisitForm, VisitPhoto,
};

/// Which sites to show.
#[uniffi::remote(Record)]
pub struct SiteQuery {
    /// Part of a name, code or address.
    #[uniffi(default = None)]
    pub search: Option<String>,
    /// Which of them; all when none is given.
    #[uniffi(default = None)]
    pub scope: Option<SiteScope>,
    /// Without the first so many: where the page before said that the next one begins.
    #[uniffi(default = 0)]
    pub offset: i32,
    /// At most so many rows, 1 to 500; 50 when none is given.
    #[uniffi(default = None)]
    pub limit: Option<i32>,
}

/// One page of sites.
#[uniffi::remote(Record)]
pub struct SitePage {
    /// The sites, by code.
    pub rows: Vec<SiteSummary>,
    /// Where the next page begins; none where this is the last.
    pub next_offset: Option<i32>,
}

/// One site 点位.
#[uniffi::remote(Record)]
pub struct SiteSummary {
    /// Which.
    pub id: String,
    /// The office's own code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The kind of window.
    pub kind: LocalizedText,
    /// The unit that runs it.
    pub unit_name: String,
    /// The area it lies in.
    pub area_name: String,
    /// The day of the last visit known here.
    pub last_visit: Option<DisplayDate>,
    /// The earliest recheck due among its findings.
    pub recheck_due: Option<DisplayDate>,
    /// True when that day has passed.
    pub is_overdue: bool,
}

/// What is to be done, the most urgent first. All of it: a person's work fits a page.
#[uniffi::remote(Record)]
pub struct TaskPage {
    /// The work.
    pub rows: Vec<TaskItem>,
}

/// One piece of work.
#[uniffi::remote(Record)]
pub struct TaskItem {
    /// The assignment, where it is one; other work follows from findings and visits.
    pub id: Option<String>,
    /// What is to be done.
    pub kind: Tag,
    /// Where.
    pub site_id: String,
    /// The site's name.
    pub site_name: String,
    /// From which day.
    pub from: Option<DisplayDate>,
    /// By which day.
    pub due: DisplayDate,
    /// True when that day has passed.
    pub is_overdue: bool,
    /// The findings to look at there.
    pub finding_ids: Vec<String>,
    /// The visit to go on with, for a draft.
    pub visit_id: Option<String>,
}

/// A visit that was started.
#[uniffi::remote(Record)]
pub struct StartedVisit {
    /// Which.
    pub id: String,
    /// How many items it asks.
    pub item_count: i32,
    /// How many more its sets have for such a site, left away to keep it short; each can be answered all the same.
    pub left_out_count: i32,
    /// For a recheck, the findings of the site that are due.
    pub finding_ids: Vec<String>,
    /// What to say before the first answer: which sets rest on this app's own reading.
    pub notes: Vec<LocalizedText>,
}

/// One visit, to be filled in or read.
#[uniffi::remote(Record)]
pub struct VisitForm {
    /// Which.
    pub id: String,
    /// Where.
    pub site_id: String,
    /// The site's name.
    pub site_name: String,
    /// How it is made.
    pub mode: Tag,
    /// How far it has come.
    pub status: Tag,
    /// The day it was opened.
    pub day: DisplayDate,
    /// True while it may be answered.
    pub is_open: bool,
    /// What it asks, in order.
    pub items: Vec<FormItem>,
    /// In how many parts it comes, each of at most 40 items: 1 at a window.
    pub part_count: i32,
    /// Its photos.
    pub photos: Vec<VisitPhoto>,
    /// How many items have no answer.
    pub missing_count: i32,
    /// The findings that it raised.
    pub finding_ids: Vec<String>,
    /// What this page showed; handed back with a submission.
    pub basis: String,
}

/// One item of a form.
#[uniffi::remote(Record)]
pub struct FormItem {
    /// The item's code, by which it is answered.
    pub code: String,
    /// What is asked.
    pub text: LocalizedText,
    /// What counts as failed.
    pub help: LocalizedText,
    /// The set that asks it.
    pub set: String,
    /// How it is answered.
    pub answer_type: AnswerType,
    /// The same in words.
    pub answer_type_text: LocalizedText,
    /// What may be chosen, where it is a choice.
    pub choices: Vec<AnswerChoice>,
    /// The value in force, as one hands it in.
    pub value: Option<String>,
    /// The value in force in words.
    pub value_text: Option<LocalizedText>,
    /// The note in force.
    pub note: Option<String>,
    /// The things that a count counts, where the item names them.
    pub points: Vec<LocalizedText>,
    /// Ready wording of a finding, where the item has one.
    pub ready_finding: Option<LocalizedText>,
    /// The part of the form in which it stands, from 1.
    pub part: i32,
    /// True when a photo is wanted for this value and none is there.
    pub wants_photo: bool,
    /// True where a picture would easily show faces or papers: none is asked for, and one that is taken is blurred.
    pub is_photo_avoided: bool,
    /// True when two people's values differ.
    pub is_contested: bool,
    /// True where no document defines the item: it is this app's own reading, and says so wherever it is shown.
    pub is_inferred: bool,
    /// What this row showed; handed back with an answer.
    pub basis: String,
}

/// One choice of an item.
#[uniffi::remote(Record)]
pub struct AnswerChoice {
    /// What is handed in.
    pub value: String,
    /// What is shown.
    pub text: LocalizedText,
}

/// One photo of a visit.
#[uniffi::remote(Record)]
pub struct VisitPhoto {
    /// Which.
    pub id: String,
    /// The item that it is put to.
    pub item: Option<String>,
    /// A `ThumbHash` in base64, drawn until the photo is there.
    pub placeholder: Option<String>,
    /// True when it was erased for good.
    pub is_erased: bool,
}

/// A photo that was taken in.
#[uniffi::remote(Record)]
pub struct TakenPhoto {
    /// Which.
    pub id: String,
    /// Columns of the upright picture.
    pub width: i32,
    /// Rows of the upright picture.
    pub height: i32,
    /// What is unusual about it: no time, no position, a screenshot, ...
    pub warnings: Vec<Tag>,
}

/// A visit that was submitted, and what it lacks all the same.
#[uniffi::remote(Record)]
pub struct SubmittedVisit {
    /// Which.
    pub id: String,
    /// Items without an answer.
    pub missing: Vec<String>,
    /// Items that want a photo and have none.
    pub photos_missing: Vec<String>,
    /// Items that do not apply, and nobody said why.
    pub reasons_missing: Vec<String>,
}

/// A finding that was raised.
#[uniffi::remote(Record)]
pub struct RaisedFinding {
    /// Which.
    pub id: String,
    /// The provisional number.
    pub number: String,
}
