//! Today's work.

use super::{DisplayDate, Tag};
use crate::words::Sense;
use crate::{MingchaError, Phone};

/// What is to be done, the most urgent first. All of it: a person's work fits a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskPage {
    /// The work.
    pub rows: Vec<TaskItem>,
}

/// One piece of work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

impl Phone {
    pub(in crate::host) fn task_page(&self) -> Result<TaskPage, MingchaError> {
        let today = self.today()?;
        let rows = self.tasks()?.into_iter().map(|row| TaskItem {
            id: row.task.map(|task| task.to_string()),
            kind: Tag::of(&[Sense::Work, Sense::Visit, Sense::Mode], row.what),
            site_id: row.site.to_string(),
            site_name: row.site_name,
            from: row.from.map(|day| DisplayDate::of(day, today)),
            due: DisplayDate::of(row.due, today),
            is_overdue: row.overdue,
            finding_ids: row.findings.iter().map(ToString::to_string).collect(),
            visit_id: row.visit.map(|visit| visit.to_string()),
        });
        Ok(TaskPage { rows: rows.collect() })
    }
}
