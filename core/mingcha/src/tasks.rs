//! What is to be done: assignments and the drafts of visits, rechecks that are due, feedback that was forgotten.
//!
//! Everything but an assignment follows from findings, visits and the calendar; nothing here is stored.

use std::collections::BTreeMap;

use mingcha_model::body::{Assign, Body, Nothing, VisitPerson};
use mingcha_model::{
    AreaId, Day, FindingId, Mode, PersonId, Place, Role, SiteId, Stage, TaskId, VisitId, VisitStatus, is_suspended,
    may_be_assigned,
};
use mingcha_store::{FindingFilter, SiteRow, TaskFilter, VisitFilter};

use crate::agenda::{Almanac, parse_day};
use crate::ports::sixteen;
use crate::say::Saying;
use crate::{MingchaError, Mistake, Phone, TaskRow};

/// Findings of one site that need one thing: the earliest day, and which.
type BySite = BTreeMap<SiteId, (Day, Vec<FindingId>)>;

impl Phone {
    /// Today's work: what was assigned and not done, drafts of visits, rechecks that are due with their findings, overdue
    /// feedback, and for those who supervise what to urge.
    pub fn tasks(&self) -> Result<Vec<TaskRow>, MingchaError> {
        let me = self.me()?.person;
        let almanac = self.almanac()?;
        let mut rows = Vec::new();
        for task in self.store.tasks(&TaskFilter { person: Some(me), ..TaskFilter::default() })? {
            if !task.withdrawn && !self.was_visited(me, task.site, task.from)? {
                let row = self.task_row("assigned", task.site, task.due, &almanac)?;
                rows.push(TaskRow { task: Some(task.task), from: Some(task.from), ..row });
            }
        }
        rows.extend(self.drafts_of(me, &almanac)?);
        rows.extend(self.work_on_findings(&almanac)?);
        rows.sort_by_key(|row| row.due);
        Ok(rows)
    }

    /// What findings ask for: one row for each site and kind of work, so that one recheck visit takes all that are due.
    fn work_on_findings(&self, almanac: &Almanac) -> Result<Vec<TaskRow>, MingchaError> {
        let (mut rechecks, mut windows) = (BySite::new(), BTreeMap::new());
        let supervises = matches!(self.grants()?.role, Role::Supervisor | Role::Office);
        let (mut reviews, mut extensions) = (BySite::new(), BySite::new());
        let (mut appeals, mut refused) = (BySite::new(), BySite::new());
        let (mut feedback, mut supervision, mut unserved) = (BySite::new(), BySite::new(), BySite::new());
        for record in self.store.findings(&FindingFilter::default())? {
            let Some(case) = self.store.case(record.finding)? else { continue };
            // A duplicate is done with the finding that it counts under.
            if self.store.counts_under(&case)?.is_some() {
                continue;
            }
            let dates = almanac.rules.dates(&case);
            if let Some(recheck) = dates.recheck.filter(|recheck| recheck.window_from <= almanac.today) {
                note(&mut rechecks, case.site, recheck.due, case.finding);
                let from = windows.entry(case.site).or_insert(recheck.window_from);
                *from = recheck.window_from.min(*from);
            }
            if is_suspended(case.suspended, case.suspended_until, almanac.today) {
                continue; // until then nobody is urged
            }
            let is_covert = case.visit.as_ref().is_some_and(|visit| visit.mode == Mode::Undercover);
            let may_tell = !is_covert || supervises;
            if let Some(due) = dates.feedback_due.filter(|due| may_tell && *due < almanac.today) {
                note(&mut feedback, case.site, due, case.finding);
            }
            let waiting = case.submissions.last().filter(|_| case.stage == Stage::Submitted);
            if let Some(submission) = waiting {
                note(&mut reviews, case.site, submission.day, case.finding);
            }
            if case.extension_asked.is_some() && !case.is_settled() {
                note(&mut extensions, case.site, almanac.today, case.finding);
            }
            if case.appealed && !case.is_settled() {
                note(&mut appeals, case.site, almanac.today, case.finding);
            }
            if let Some(due) = dates.supervision_due {
                note(&mut supervision, case.site, due, case.finding);
            }
            let declined = case.notices.last().filter(|notice| notice.declined && case.stage != Stage::Submitted);
            if let Some(notice) = declined.filter(|_| !case.is_settled()) {
                note(&mut refused, case.site, notice.day, case.finding);
            }
            if let Some(by) = dates.unserved.filter(|by| *by < almanac.today) {
                note(&mut unserved, case.site, by, case.finding);
            }
        }
        let mut work = vec![("recheck", rechecks), ("feedback_overdue", feedback)];
        if supervises {
            work.extend([("supervision_due", supervision), ("unserved", unserved)]);
            work.extend([
                ("to_review", reviews),
                ("extension_asked", extensions),
                ("appealed", appeals),
                ("declined", refused),
            ]);
        }
        let mut rows = Vec::new();
        for (what, by_site) in work {
            for (site, (due, findings)) in by_site {
                let row = self.task_row(what, site, due, almanac)?;
                let from = windows.get(&site).copied().filter(|_| what == "recheck");
                // No day is set for an answer to the unit: it waits, and is not late.
                let overdue = row.overdue && !matches!(what, "to_review" | "extension_asked" | "appealed" | "declined");
                rows.push(TaskRow { from, overdue, findings, ..row });
            }
        }
        Ok(rows)
    }

    /// The findings of a site whose recheck may be done now.
    pub(crate) fn rechecks_due_at(&self, site: SiteId) -> Result<Vec<FindingId>, MingchaError> {
        let work = self.work_on_findings(&self.almanac()?)?;
        let here = work.into_iter().filter(|row| row.what == "recheck" && row.site == site);
        Ok(here.flat_map(|row| row.findings).collect())
    }

    /// Visits that a person opened or takes part in and nobody submitted.
    fn drafts_of(&self, person: PersonId, almanac: &Almanac) -> Result<Vec<TaskRow>, MingchaError> {
        let mut rows = Vec::new();
        for visit in self.store.visits(&VisitFilter::default())? {
            if visit.status != VisitStatus::Draft {
                continue;
            }
            let case = self.visit_case(visit.visit)?;
            if self.takes_part(&case, person)? {
                let row = self.task_row("draft", visit.site, visit.day, almanac)?;
                rows.push(TaskRow { visit: Some(visit.visit), ..row });
            }
        }
        Ok(rows)
    }

    /// True when a person submitted a visit there since that day: what was assigned is done.
    fn was_visited(&self, person: PersonId, site: SiteId, since: Day) -> Result<bool, MingchaError> {
        for visit in self.store.visits(&VisitFilter { site: Some(site), ..VisitFilter::default() })? {
            let done = visit.status == VisitStatus::Submitted && visit.day >= since;
            if done && self.takes_part(&self.visit_case(visit.visit)?, person)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn task_row(&self, what: &'static str, site: SiteId, due: Day, almanac: &Almanac) -> Result<TaskRow, MingchaError> {
        let record = self.store.site(site)?;
        let findings = self.store.findings(&FindingFilter { site: Some(site), ..FindingFilter::default() })?;
        let open = findings.into_iter().filter(|one| !matches!(one.stage, Stage::Closed | Stage::Void));
        Ok(TaskRow {
            task: None,
            what,
            site,
            site_name: record.as_ref().map(|site| site.name.clone()).unwrap_or_default(),
            kind: record.map(|site| site.kind).unwrap_or_default(),
            from: None,
            due,
            overdue: due < almanac.today,
            findings: open.map(|one| one.finding).collect(),
            visit: None,
        })
    }

    /// Assigns a site to a person, from one day to another.
    pub fn assign(&mut self, site: &str, person: &str, from: &str, due: &str) -> Result<TaskRow, MingchaError> {
        let site = self.site_named(site)?;
        let person = self.person_id(person)?;
        self.is_assignable(person, site.area)?;
        let (from, due): (Day, Day) = (parse_day(from)?, parse_day(due)?);
        if due < from {
            return Err(Mistake::Malformed("截止日期早于开始日期", "--due comes before --from").into());
        }
        let task = TaskId::from_random(sixteen(&*self.chance));
        let body = Body::Assign(Assign { site: site.site, person, from, due, campaign: None });
        self.say(&open_place(&site), vec![Saying::new(task, body)])?;
        let row = self.task_row("assigned", site.site, due, &self.almanac()?)?;
        Ok(TaskRow { task: Some(task), from: Some(from), ..row })
    }

    /// Errors when nobody of this id is known here, or they do not inspect in the area: a unit learns of no visit.
    fn is_assignable(&self, person: PersonId, area: AreaId) -> Result<(), MingchaError> {
        let known = self.store.person(person)?.ok_or(Mistake::Unknown("人员", "person"))?.set;
        Ok(may_be_assigned(known.role, &known.areas, area).map_err(Mistake::NotPermitted)?)
    }

    /// Withdraws an assignment.
    pub fn unassign(&mut self, task: &str) -> Result<TaskRow, MingchaError> {
        let task = self.task_id(task)?;
        let record = self.store.task(task)?.ok_or(Mistake::Unknown("任务", "task"))?;
        let place = self.place_of(record.site.into())?;
        self.say(&place, vec![Saying::new(task, Body::Unassign(Nothing {}))])?;
        let row = self.task_row("withdrawn", record.site, record.due, &self.almanac()?)?;
        Ok(TaskRow { task: Some(task), from: Some(record.from), ..row })
    }

    /// Hands a person's open work to another: what this phone knows to be assigned to them, and their drafts of open
    /// visits, in which the other takes part from then on. What was written stays written by whoever wrote it. An undercover
    /// draft is not named: whose it is, nobody may learn. What was seen in it falls due by itself.
    pub fn hand_over(&mut self, from: &str, to: &str) -> Result<Vec<TaskRow>, MingchaError> {
        let (from, to) = (self.person_id(from)?, self.person_id(to)?);
        // Who may give work out may take it back: asked before anything is written.
        if !matches!(self.grants()?.role, Role::Supervisor | Role::Office) {
            return Err(Mistake::NotPermitted(mingcha_model::Refusal::Role).into());
        }
        if from == to {
            return Err(Mistake::Malformed("两人相同", "name two different people").into());
        }
        let known = self.store.person(to)?.ok_or(Mistake::Unknown("人员", "person"))?;
        if !matches!(known.set.role, Role::Inspector | Role::Supervisor) {
            return Err(Mistake::NotPermitted(mingcha_model::Refusal::Assignee).into());
        }
        let almanac = self.almanac()?;
        let mut open = Vec::new();
        for old in self.store.tasks(&TaskFilter { person: Some(from), ..TaskFilter::default() })? {
            let Some(site) = self.store.site(old.site)?.filter(|_| !old.withdrawn) else { continue };
            if !self.was_visited(from, old.site, old.from)? {
                self.is_assignable(to, site.area)?;
                open.push((old, site));
            }
        }
        let mut rows = Vec::new();
        for (old, site) in open {
            let task = TaskId::from_random(sixteen(&*self.chance));
            let body = Assign { site: old.site, person: to, from: old.from, due: old.due, campaign: old.campaign };
            // Both or neither: work is never nobody's.
            let sayings =
                vec![Saying::new(old.task, Body::Unassign(Nothing {})), Saying::new(task, Body::Assign(body))];
            self.say(&open_place(&site), sayings)?;
            let row = self.task_row("assigned", old.site, old.due, &almanac)?;
            rows.push(TaskRow { task: Some(task), from: Some(old.from), ..row });
        }
        for draft in self.drafts_of(from, &almanac)? {
            let Some(visit) = draft.visit else { continue };
            if self.hand_over_draft(visit, to)? {
                rows.push(draft);
            }
        }
        Ok(rows)
    }

    /// False for what is nobody else's: undercover visits and self-checks.
    fn hand_over_draft(&mut self, visit: VisitId, to: PersonId) -> Result<bool, MingchaError> {
        let case = self.visit_case(visit)?;
        if matches!(case.mode, Mode::Undercover | Mode::SelfCheck) || self.takes_part(&case, to)? {
            return Ok(false);
        }
        let place = self.place_of_visit(&case)?;
        self.is_colleague(to, true, &place)?;
        let body = Body::VisitPerson(VisitPerson { person: to, present: true });
        self.say(&place, vec![Saying::new(visit, body)])?;
        Ok(true)
    }
}

fn open_place(site: &SiteRow) -> Place {
    Place { area: site.area, unit: site.unit, covert: false, self_check: false }
}

fn note(by_site: &mut BySite, site: SiteId, due: Day, finding: FindingId) {
    let entry = by_site.entry(site).or_insert((due, Vec::new()));
    entry.0 = entry.0.min(due);
    entry.1.push(finding);
}
