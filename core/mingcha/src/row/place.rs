//! Rows about sites, work and criteria.

use mingcha_model::{AreaId, Day, FindingId, SiteId, TaskId, UnitId, VisitId};
use serde::Serialize;

/// Which sites to list.
#[derive(Clone, Debug, Default)]
pub struct SiteFilter {
    /// Only sites with a recheck due by now or within its window.
    pub due: bool,
    /// Part of a name, code or address.
    pub search: Option<String>,
    /// At most so many; 200 when none is given.
    pub limit: Option<u32>,
}

/// One site.
#[derive(Clone, Debug, Serialize)]
pub struct SiteRow {
    /// Which.
    pub site: SiteId,
    /// The office's own code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The kind of window.
    pub kind: String,
    /// The kind's name, Chinese.
    pub kind_name: String,
    /// The unit that runs it.
    pub unit: UnitId,
    /// The unit's name.
    pub unit_name: String,
    /// Its area.
    pub area: AreaId,
    /// The area's name.
    pub area_name: String,
    /// The day of the last visit known here.
    pub last_visit: Option<Day>,
    /// The earliest recheck due among its findings.
    pub recheck_due: Option<Day>,
}

/// One piece of work for today.
#[derive(Clone, Debug, Serialize)]
pub struct TaskRow {
    /// The assignment, where it is one; rechecks and overdue feedback follow from findings.
    pub task: Option<TaskId>,
    /// `assigned`, `draft`, `recheck`, `feedback_overdue`, `supervision_due` or `unserved`.
    pub what: &'static str,
    /// Where.
    pub site: SiteId,
    /// The site's name.
    pub site_name: String,
    /// The kind of window.
    pub kind: String,
    /// From which day.
    pub from: Option<Day>,
    /// By which day.
    pub due: Day,
    /// True when that day has passed.
    pub overdue: bool,
    /// The findings to look at there.
    pub findings: Vec<FindingId>,
    /// The visit that waits to be finished, for a draft.
    pub visit: Option<VisitId>,
}

/// One criteria set.
#[derive(Clone, Debug, Serialize)]
pub struct SetRow {
    /// The code.
    pub set: String,
    /// The version.
    pub version: u32,
    /// The name, Chinese first.
    pub name: String,
    /// `seed`, `sourced` or `inferred`.
    pub definition: &'static str,
    /// Why it is inferred, where it is: shown wherever the set is shown.
    pub reason: Option<String>,
    /// How many items.
    pub items: u64,
    /// `default`: asked on everyday visits; `campaign`: only where a campaign or the visit names it.
    pub offered: &'static str,
    /// True where a document names it and lists nothing: present, never asked.
    pub placeholder: bool,
    /// True where the city took it out of use: no new visit asks it.
    pub retired: bool,
}

/// One item of a set.
#[derive(Clone, Debug, Serialize)]
pub struct ItemRow {
    /// The code.
    pub item: String,
    /// What is asked.
    pub text: String,
    /// What is asked, in English.
    pub text_en: String,
    /// What counts as failed.
    pub help: String,
    /// The answer type's code.
    pub answer: String,
    /// How it may be answered.
    pub ask: Vec<String>,
    /// When a photo is wanted.
    pub photo: String,
    /// Points in hundredths.
    pub points: u32,
    /// Document and clause.
    pub source: String,
    /// `seed`, `sourced` or `inferred`.
    pub definition: &'static str,
}
