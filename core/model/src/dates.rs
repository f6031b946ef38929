//! The dates of a finding: when it must be put right, and when somebody goes back to look.
//!
//! A pure function of the folded case, the calendar and the policy, computed alike by phone and city; it needs no
//! today and is never stored. Sources: `6-workflow`, Deadlines and the fortnightly recheck.

use crate::{Calendar, Case, Day, FORTNIGHT, Policy, Recheck, Reckoned, Stage, next_nominal};

/// What follows from a finding's statements, the calendar and the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The day by which the unit must be told, while it was not.
    pub feedback_due: Option<Day>,
    /// The day on which the notice counts as served: acknowledged or refused, else the first working day after it.
    pub served: Option<Day>,
    /// The last day for putting it right, once a notice was served.
    pub deadline: Option<Day>,
    /// The next recheck; none once it is closed or void.
    pub recheck: Option<Recheck>,
    /// True while a date may still change: an unpublished calendar, or statements that only this device knows.
    pub provisional: bool,
}

impl Dates {
    /// The dates of a case. A calendar that cannot count so far leaves a date out and marks the rest provisional.
    pub fn of(case: &Case, calendar: &Calendar, policy: &Policy) -> Self {
        let mut dates = Self::default();
        if matches!(case.stage, Stage::Closed | Stage::Void) {
            return dates;
        }
        dates.reckon_deadline(case, calendar, policy);
        dates.reckon_recheck(case, calendar, policy);
        if case.feedback.is_none() && case.notices.is_empty() && case.fixed_day.is_none() {
            dates.feedback_due = Some(case.raised_day);
        }
        dates
    }

    /// True when what is due by a day has not been done by the end of it.
    pub fn is_overdue(&self, stage: Stage, today: Day) -> bool {
        let unit_is_late = matches!(stage, Stage::Noticed | Stage::Returned | Stage::Supervised)
            && self.deadline.is_some_and(|deadline| deadline < today);
        unit_is_late || self.feedback_due.is_some_and(|due| due < today)
    }

    fn reckon_deadline(&mut self, case: &Case, calendar: &Calendar, policy: &Policy) {
        let Some(notice) = case.notices.last() else { return };
        self.provisional |= notice.provisional;
        let served = notice
            .served
            .map_or_else(|| calendar.workday_after(notice.day), |day| Reckoned { value: day, provisional: false });
        self.served = Some(served.value);
        self.provisional |= served.provisional;
        let deadline = match notice.deadline {
            Some(chosen) => Some(chosen),
            None => self.counted(policy.deadlines.deadline(calendar, case.raise.severity, served.value).ok()),
        };
        // A served deadline moves only later by itself; so an extension that ends before it changes nothing.
        self.deadline = deadline.max(case.extension_granted.filter(|_| deadline.is_some()));
    }

    fn reckon_recheck(&mut self, case: &Case, calendar: &Calendar, policy: &Policy) {
        let approved = || case.submissions.iter().rev().find(|one| one.verdict == Some(crate::ReviewVerdict::Approve));
        let start = match &case.feedback {
            _ if policy.recheck_after_approval => approved().map(|submission| submission.day),
            Some(feedback) => {
                self.provisional |= feedback.provisional;
                Some(feedback.day)
            }
            None => Some(case.raised_day),
        };
        let Some(first_nominal) = start.map(|start| start.plus(FORTNIGHT)) else { return };
        let last_result = case.results.iter().filter(|result| result.live).map(|result| result.day).max();
        let nominal = last_result.map_or(first_nominal, |day| next_nominal(first_nominal, day));
        let mut recheck = calendar.recheck_at(nominal, policy.recheck_roll);
        let ends = [self.deadline, case.suspended_until].into_iter().flatten().max();
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
