//! When a unit must have put something right, and when somebody goes back to look.
//!
//! A recheck is nominally a fortnight after feedback; the next ones are counted from the nominal date, so that
//! rolled dates do not drift. A date that was served refuses to move earlier by itself.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{BadPeriod, Calendar, Day, Reckoned, Roll, Severity};

/// Days from feedback to the nominal recheck. 「隔周复查」 (document 000, part 三.2), read as with one week between.
pub const FORTNIGHT: i64 = 14;
/// After a result, the next recheck is at least this many days away.
pub const REST_AFTER_RESULT: i64 = 7;
/// How many working days before the nominal date a recheck may be done.
pub const WINDOW_WORKDAYS: u32 = 2;

/// When a recheck is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Recheck {
    /// A fortnight after feedback, day off or not; later rechecks count from here.
    pub nominal: Day,
    /// The last day on which it is on time.
    pub due: Day,
    /// The first day on which it counts: two working days before the nominal date, never after `due`.
    pub window_from: Day,
    /// Whether a year without a published table was needed for any of it.
    pub provisional: bool,
}

impl Calendar {
    /// The recheck of something fed back on this day.
    ///
    /// ```
    /// use mingcha_model::{Calendar, Roll};
    ///
    /// let recheck = Calendar::embedded().recheck("2026-02-02".parse()?, Roll::Following);
    /// assert_eq!(recheck.nominal.to_string(), "2026-02-16"); // in the Spring Festival
    /// assert_eq!(recheck.due.to_string(), "2026-02-24");
    /// assert_eq!(recheck.window_from.to_string(), "2026-02-13");
    /// # Ok::<(), mingcha_model::BadDay>(())
    /// ```
    #[must_use]
    pub fn recheck(&self, feedback: Day, roll: Roll) -> Recheck {
        self.recheck_at(feedback.plus(FORTNIGHT), roll)
    }

    /// The recheck with this nominal date.
    #[must_use]
    pub fn recheck_at(&self, nominal: Day, roll: Roll) -> Recheck {
        let due = self.roll(nominal, roll);
        let (window_from, provisional) = (0..WINDOW_WORKDAYS).fold((nominal, due.provisional), |(day, mark), _| {
            let before = self.workday_before(day);
            (before.value, mark || before.provisional)
        });
        Recheck { nominal, due: due.value, window_from: window_from.min(due.value), provisional }
    }

    /// The recheck moved behind the end of a deadline, a granted extension or a suspension.
    ///
    /// If it ends after the nominal date (or after the due date, where that was rolled back), the recheck is on
    /// the first working day after it and not earlier; the nominal date stays, so the rhythm does not change.
    #[must_use]
    pub fn recheck_not_before(&self, recheck: Recheck, ends: Day) -> Recheck {
        if ends <= recheck.nominal.min(recheck.due) {
            return recheck;
        }
        let due = self.workday_after(ends);
        Recheck {
            nominal: recheck.nominal,
            due: due.value.max(recheck.due),
            window_from: due.value,
            provisional: due.provisional || recheck.provisional,
        }
    }
}

/// The nominal date of the recheck after a result: the first nominal date, or so many fortnights after it that
/// at least [`REST_AFTER_RESULT`] days lie between.
///
/// ```
/// use mingcha_model::next_nominal;
///
/// // Rechecked on the rolled date of 24 February: 2 March would be too soon, so the one after it.
/// assert_eq!(next_nominal("2026-02-16".parse()?, "2026-02-24".parse()?).to_string(), "2026-03-16");
/// # Ok::<(), mingcha_model::BadDay>(())
/// ```
#[must_use]
pub fn next_nominal(first_nominal: Day, after: Day) -> Day {
    let missing = after.plus(REST_AFTER_RESULT).days_after(first_nominal).max(0);
    let fortnights = missing.saturating_add(FORTNIGHT).saturating_sub(1).div_euclid(FORTNIGHT);
    first_nominal.plus(fortnights.saturating_mul(FORTNIGHT))
}

/// The date in force after a calendar or policy changed: a served date moves only later by itself (`6-workflow`,
/// Deadlines).
#[must_use]
pub fn moved(served: Day, recomputed: Day) -> Day {
    served.max(recomputed)
}

/// How many working days a unit has; policy of a campaign.
///
/// No source gives one table. The defaults are inferred from single practices (complaint answers in 3 working days,
/// rectification after a bad rating in 5 and 15) and are meant to be changed. On the spot is the same day
/// (document 000, 「随时整改」).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeadlinePolicy {
    /// What can be fixed during the visit: 0, the same day.
    #[n(0)]
    pub on_the_spot: u32,
    /// A minor finding: 3, as an ordinary one.
    #[n(1)]
    pub minor: u32,
    /// An ordinary finding: 3.
    #[n(2)]
    pub ordinary: u32,
    /// A serious finding: 5.
    #[n(3)]
    pub serious: u32,
    /// A finding that needs building works, and a plan: 15.
    #[n(4)]
    pub works: u32,
    /// Until a unit answers a notice: 5.
    #[n(5)]
    pub notice_reply: u32,
}

impl Default for DeadlinePolicy {
    fn default() -> Self {
        Self { on_the_spot: 0, minor: 3, ordinary: 3, serious: 5, works: 15, notice_reply: 5 }
    }
}

impl DeadlinePolicy {
    /// The working days that a finding of this severity gives its unit.
    #[must_use]
    pub fn workdays(&self, severity: Severity) -> u32 {
        match severity {
            Severity::Minor => self.minor,
            Severity::Ordinary => self.ordinary,
            Severity::Serious => self.serious,
            Severity::Works => self.works,
        }
    }

    /// The last day for a finding of this severity, served on this day.
    pub fn deadline(&self, calendar: &Calendar, severity: Severity, served: Day) -> Result<Reckoned<Day>, BadPeriod> {
        calendar.add_workdays(served, self.workdays(severity))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/recheck.csv"));

    #[test]
    fn every_recheck_date_of_two_years_is_the_one_worked_out_elsewhere() {
        let calendar = Calendar::embedded();
        let mut rows = 0;
        for line in TABLE.lines().skip(1) {
            let [feedback, nominal, due, provisional] = line.split(',').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let recheck = calendar.recheck(day(feedback), Roll::Following);
            assert_eq!((recheck.nominal, recheck.due), (day(nominal), day(due)), "{line}");
            assert_eq!(recheck.provisional.to_string(), provisional, "{line}");
            rows += 1;
        }
        assert_eq!(rows, 730);
    }

    #[test]
    fn of_238_inspection_days_of_2026_22_meet_a_day_off_a_fortnight_later() {
        let calendar = Calendar::embedded();
        let inspected: Vec<_> =
            (0..351).map(|later| day("2026-01-01").plus(later)).filter(|day| calendar.is_workday(*day).value).collect();
        assert_eq!(inspected.last(), Some(&day("2026-12-17")));
        assert_eq!(inspected.len(), 238);
        let rolled = inspected.iter().filter(|day| {
            let recheck = calendar.recheck(**day, Roll::Following);
            recheck.due != recheck.nominal
        });
        assert_eq!(rolled.count(), 22);
    }

    #[test]
    fn the_window_opens_two_working_days_before_and_never_after_it_is_due() {
        let calendar = Calendar::embedded();
        let plain = calendar.recheck(day("2026-03-02"), Roll::Following);
        assert_eq!((plain.window_from, plain.due), (day("2026-03-12"), day("2026-03-16")));
        let back = calendar.recheck(day("2026-02-09"), Roll::Preceding);
        assert_eq!((back.window_from, back.due), (day("2026-02-13"), day("2026-02-14")));
    }

    #[test]
    fn an_extension_past_the_nominal_date_moves_the_recheck_behind_it_and_keeps_the_rhythm() {
        let calendar = Calendar::embedded();
        let recheck = calendar.recheck(day("2026-03-02"), Roll::Following); // nominal 16 March
        assert_eq!(calendar.recheck_not_before(recheck, day("2026-03-16")), recheck);
        let moved = calendar.recheck_not_before(recheck, day("2026-03-20")); // a Friday
        assert_eq!(
            (moved.nominal, moved.window_from, moved.due),
            (day("2026-03-16"), day("2026-03-23"), day("2026-03-23"))
        );
        // Where the date was rolled back before a holiday, a deadline inside the holiday counts too.
        let back = calendar.recheck(day("2026-02-09"), Roll::Preceding); // due 14 February, nominal the 23rd
        assert_eq!(calendar.recheck_not_before(back, day("2026-02-20")).due, day("2026-02-24"));
    }

    #[test]
    fn the_next_recheck_leaves_a_week_and_does_not_drift() {
        let first = day("2026-02-16");
        assert_eq!(next_nominal(first, day("2026-02-16")), day("2026-03-02"));
        assert_eq!(next_nominal(first, day("2026-02-23")), day("2026-03-02"));
        assert_eq!(next_nominal(first, day("2026-02-24")), day("2026-03-16"));
        assert_eq!(next_nominal(first, day("2026-01-01")), first);
        assert_eq!(next_nominal(first, day("2026-02-09")), first);
    }

    #[test]
    fn a_served_date_never_moves_earlier() {
        assert_eq!(moved(day("2027-02-10"), day("2027-02-12")), day("2027-02-12"));
        assert_eq!(moved(day("2027-02-10"), day("2027-02-08")), day("2027-02-10"));
    }

    #[test]
    fn the_defaults_are_0_3_5_and_15_working_days_and_a_campaign_may_change_them() {
        let calendar = Calendar::embedded();
        let policy = DeadlinePolicy::default();
        let due = |severity| policy.deadline(&calendar, severity, day("2026-09-24")).unwrap().value;
        assert_eq!(due(Severity::Minor), due(Severity::Ordinary));
        assert_eq!(due(Severity::Ordinary), day("2026-09-30"));
        assert_eq!(due(Severity::Serious), day("2026-10-09"));
        assert_eq!(due(Severity::Works), day("2026-10-22"));
        assert_eq!((policy.on_the_spot, policy.notice_reply), (0, 5));
        let changed: DeadlinePolicy = toml::from_str("ordinary = 1").unwrap();
        assert_eq!(changed, DeadlinePolicy { ordinary: 1, ..policy });
        assert!(toml::from_str::<DeadlinePolicy>("urgent = 1").is_err());
    }

    fn any_day() -> impl Strategy<Value = Day> {
        (i64::from(Day::MIN.epoch_days())..=i64::from(Day::MAX.epoch_days())).prop_map(Day::from_epoch_days)
    }

    proptest! {
        #[test]
        fn the_next_nominal_is_whole_fortnights_later_and_the_nearest_that_leaves_a_week(
            first in 0..20_000_i64, later in -400..4_000_i64,
        ) {
            let first = Day::from_epoch_days(first);
            let after = first.plus(later);
            let next = next_nominal(first, after);
            prop_assert_eq!(next.days_after(first) % FORTNIGHT, 0);
            prop_assert!(next >= first && next.days_after(after) >= REST_AFTER_RESULT);
            prop_assert!(next == first || next.days_after(after) < REST_AFTER_RESULT + FORTNIGHT);
        }

        #[test]
        fn no_day_breaks_a_recheck(feedback in any_day(), ends in any_day()) {
            for roll in [Roll::Following, Roll::Preceding, Roll::WithinWeek, Roll::None] {
                let recheck = Calendar::embedded().recheck(feedback, roll);
                prop_assert!(recheck.window_from <= recheck.due);
                let later = Calendar::embedded().recheck_not_before(recheck, ends);
                prop_assert!(later.window_from <= later.due && later.due >= recheck.due);
                let _ = next_nominal(feedback, ends);
            }
        }
    }
}
