//! Pages: what a screen shows, ready for display, in one call.
//!
//! A page holds texts in both languages, dates and amounts as people write them, and codes for state and colour. What a
//! person may change has its `basis`, to be handed back with the change. Ids are texts that mean nothing else.

mod attention;
mod figures;
mod finding;
mod site;
mod status;
mod task;
mod visit;
mod words;

pub use attention::{AttentionItem, AttentionPage, Conflict, ConflictValue};
pub use figures::{ReckonedDay, ScoreLine, ScorePage, SetScore};
pub use finding::{
    BlurredPart, FindingDetail, FindingPage, FindingQuery, FindingSummary, RecheckDetail, SubmissionDetail,
    TimelineEntry,
};
pub use site::{SitePage, SiteQuery, SiteSummary};
pub use status::DeviceStatus;
pub use task::{TaskItem, TaskPage};
pub use visit::{
    AnswerChoice, FormItem, RaisedFinding, StartedVisit, SubmittedVisit, TakenPhoto, VisitForm, VisitPhoto,
};
pub use words::{DisplayDate, LocalizedText, Tag, TagColor};

pub(super) use words::amount;

/// How many rows a page has when nobody says.
const USUAL: u32 = 50;

/// The most rows of one page; a screen shows fewer.
const MOST: u32 = 500;

/// How many rows a page has: what was asked for, at least one and at most [`MOST`].
fn rows_of(limit: Option<i32>) -> u32 {
    limit.map_or(USUAL, |limit| u32::try_from(limit).unwrap_or(1)).clamp(1, MOST)
}

/// Where a page begins: before the first row there is nothing.
fn beginning(offset: i32) -> u32 {
    u32::try_from(offset).unwrap_or(0)
}

/// A count as Kotlin and Swift hold counts; what is more than fits is as many as fit.
pub(super) fn count(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Where the next page begins, where one more row than asked for was found; that row is taken away.
fn next_page<T>(rows: &mut Vec<T>, offset: u32, limit: u32) -> Option<i32> {
    let whole = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = rows.len() > whole;
    rows.truncate(whole);
    is_more.then(|| count(u64::from(offset.saturating_add(limit))))
}
