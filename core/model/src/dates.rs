//! The dates of a finding: when it must be put right, and when somebody goes back to look.
//!
//! A pure function of the folded case, the calendar and the policy, computed alike by phone and city; it needs no
//! today and is never stored. Sources: `6-workflow`, Deadlines and the fortnightly recheck.

use crate::{
    Calendar, Case, Day, FORTNIGHT, Mode, NoticeCase, NoticeKind, Outcome, Policy, Recheck, Reckoned, Stage, moved,
    next_nominal,
};

/// What follows from a finding's statements, the calendar and the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The day by which the unit must be told, while it was not.
    pub feedback_due: Option<Day>,
    /// The day on which the notice counts as served: acknowledged or refused, and at the latest the first working day
    /// after the card that tells of it was written.
    pub served: Option<Day>,
    /// That day, where nobody acknowledged or refused it by then and the unit has not answered since.
    pub unserved: Option<Day>,
    /// The last day for putting it right, once a notice was served; none while it is suspended without an end.
    pub deadline: Option<Day>,
    /// The day of a result that makes a supervision notice due, while there is none.
    pub supervision_due: Option<Day>,
    /// The next recheck; none once it is closed or void, and while it is suspended without an end.
    pub recheck: Option<Recheck>,
    /// True while a date may still change: an unpublished calendar, a card that is not written yet, or statements
    /// that only this device knows.
    pub provisional: bool,
}

impl Dates {
    /// The dates of a case. A calendar that cannot count so far leaves a date out and marks the rest provisional.
    pub fn of(case: &Case, calendar: &Calendar, policy: &Policy) -> Self {
        let mut dates = Self { provisional: case.unheard, ..Self::default() };
        if matches!(case.stage, Stage::Closed | Stage::Void) {
            return Self::default();
        }
        dates.reckon_deadline(case, calendar, policy);
        dates.reckon_recheck(case, calendar, policy);
        if case.feedback.is_none() && case.notices.is_empty() && case.fixed_day.is_none() {
            dates.feedback_due = dates.feedback_day(case, calendar, policy);
        }
        dates.supervision_due = supervision_due(case);
        dates
    }

    /// True when what is due by a day has not been done by the end of it. Nothing is overdue while a suspension runs.
    pub fn is_overdue(&self, case: &Case, today: Day) -> bool {
        let unit_is_late = matches!(case.stage, Stage::Noticed | Stage::Returned | Stage::Supervised)
            && self.deadline.is_some_and(|deadline| deadline < today);
        !is_suspended(case.suspended, case.suspended_until, today)
            && (unit_is_late || self.feedback_due.is_some_and(|due| due < today))
    }

    /// By when a unit is told: on the spot, and of an undercover visit some working days after it was submitted.
    fn feedback_day(&mut self, case: &Case, calendar: &Calendar, policy: &Policy) -> Option<Day> {
        let Some(visit) = case.visit.as_ref().filter(|visit| visit.mode == Mode::Undercover) else {
            return Some(case.raised_day);
        };
        // Nobody may leave an undercover visit open for ever: then it counts from when it was seen.
        let submitted = visit.submitted_day.unwrap_or(case.raised_day);
        self.counted(calendar.add_workdays(submitted, policy.feedback_days).ok())
    }

    fn reckon_deadline(&mut self, case: &Case, calendar: &Calendar, policy: &Policy) {
        let Some(notice) = case.notices.last() else { return };
        // A signature counts from the day on which the city heard of it.
        let is_unheard = notice.signed && notice.served.is_none();
        self.provisional |= notice.provisional || notice.told.is_none() || is_unheard;
        let latest = calendar.workday_after(notice.told.unwrap_or(notice.day));
        let served = service(notice, calendar);
        self.served = Some(served.value);
        self.provisional |= served.provisional;
        let answered = case.submissions.last().is_some_and(|submission| submission.ord > notice.ord);
        self.unserved = Some(latest.value).filter(|_| !notice.signed && !answered);
        let deadline = notice.deadline.or_else(|| self.by_severity(case, notice, served.value, calendar, policy));
        // So an extension that ends before it changes nothing, and a suspension takes nothing away.
        let suspended = case.suspended_until.or(case.resumed);
        let is_open_ended = case.suspended && case.suspended_until.is_none();
        self.deadline = deadline
            .filter(|_| !is_open_ended)
            .map(|deadline| [case.extension_granted, suspended].into_iter().flatten().fold(deadline, Day::max));
    }

    /// So many working days after service as the severity gives; a served deadline moves only later by itself, whatever
    /// the city changes.
    fn by_severity(
        &mut self,
        case: &Case,
        notice: &NoticeCase,
        served: Day,
        calendar: &Calendar,
        policy: &Policy,
    ) -> Option<Day> {
        let severity = case.raise.severity;
        let now = self.counted(policy.deadlines.deadline(calendar, severity, served).ok())?;
        let stood = policy.former.iter().filter(|former| former.until > notice.ord);
        Some(stood.fold(now, |now, former| {
            let served = service(notice, &former.calendar).value;
            let then = former.deadlines.deadline(&former.calendar, severity, served);
            then.map_or(now, |then| moved(then.value, now))
        }))
    }

    fn reckon_recheck(&mut self, case: &Case, calendar: &Calendar, policy: &Policy) {
        if case.suspended && case.suspended_until.is_none() {
            return;
        }
        let approved = || case.submissions.iter().rev().find(|one| one.verdict == Some(crate::ReviewVerdict::Approve));
        let start = match &case.feedback {
            _ if policy.recheck_after_approval => approved().map(|submission| submission.day),
            Some(feedback) => {
                self.provisional |= feedback.provisional;
                Some(feedback.day)
            }
            None => self.feedback_day(case, calendar, policy),
        };
        let Some(first_nominal) = start.map(|start| start.plus(FORTNIGHT)) else { return };
        let last_result = case.results.iter().filter(|result| result.live).map(|result| result.day).max();
        let nominal = last_result.map_or(first_nominal, |day| next_nominal(first_nominal, day));
        let mut recheck = calendar.recheck_at(nominal, policy.recheck_roll);
        let ends = [self.deadline, case.suspended_until, case.resumed].into_iter().flatten().max();
        if let Some(ends) = ends {
            recheck = calendar.recheck_not_before(recheck, ends);
        }
        self.provisional |= recheck.provisional;
        self.recheck = Some(recheck);
    }

    fn counted(&mut self, reckoned: Option<Reckoned<Day>>) -> Option<Day> {
        // What the calendar cannot count to is left out, and the rest is marked.
        self.provisional |= reckoned.is_none_or(|reckoned| reckoned.provisional);
        reckoned.map(|reckoned| reckoned.value)
    }
}

/// True while a suspension runs: from when it was said to the end of its last day, where it has one.
pub fn is_suspended(suspended: bool, until: Option<Day>, today: Day) -> bool {
    suspended && until.is_none_or(|until| today <= until)
}

/// When a notice was served: acknowledged or refused, at the latest on the first working day after its card. Service that
/// has taken effect is not undone by a signature that comes later.
fn service(notice: &NoticeCase, calendar: &Calendar) -> Reckoned<Day> {
    let latest = calendar.workday_after(notice.told.unwrap_or(notice.day));
    match notice.served.filter(|day| *day <= latest.value) {
        Some(day) => Reckoned { value: day, provisional: false },
        None => latest,
    }
}

/// A recheck that did not pass makes a supervision notice due (`6-workflow`, A finding, 7).
fn supervision_due(case: &Case) -> Option<Day> {
    let result = case.outcome().filter(|result| result.outcome != Outcome::Pass)?;
    let is_supervised = case
        .notices
        .iter()
        .any(|notice| notice.notice == NoticeKind::Supervision && (notice.ord, notice.op) > (result.ord, result.op));
    (!is_supervised).then_some(result.day)
}
