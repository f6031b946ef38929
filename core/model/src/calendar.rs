//! Working days in China: Monday to Friday, changed by the State Council's yearly table.
//!
//! The tables of 2025 and 2026 are built in, later ones arrive from the city as data. This module refuses to
//! pretend: whatever rests on a year whose table is not known is answered all the same, and says `provisional`.

mod embedded;

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::Day;

/// An answer about days, and whether a table that is not yet published may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Reckoned<T> {
    /// The answer.
    pub value: T,
    /// Whether a day of a year without a published table was needed to find it.
    pub provisional: bool,
}

impl<T> Reckoned<T> {
    /// The answer, with its provisional mark raised if this is true.
    #[must_use]
    fn or_provisional(self, provisional: bool) -> Self {
        Self { value: self.value, provisional: self.provisional || provisional }
    }
}

/// What to do with a date that falls on a day off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// Forward to the next working day.
    #[n(0)]
    #[default]
    Following,
    /// Back to the last working day before.
    #[n(1)]
    Preceding,
    /// Forward if that stays in the same week (Monday to Sunday), else back if that does, else forward.
    #[n(2)]
    WithinWeek,
    /// Stay: for sites that are open on days off.
    #[n(3)]
    None,
}

/// What the State Council's notice for one year changes against the rule of the week.
///
/// A notice may also set days of the December before its year; days listed in neither list follow the week.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearTable {
    /// The notice's year, 1900 to 2999.
    #[n(0)]
    pub year: i32,
    /// Days off; weekends among them may be listed or not. At most 120.
    #[n(1)]
    pub off: Vec<Day>,
    /// Saturdays and Sundays that are worked. At most 60.
    #[n(2)]
    pub work: Vec<Day>,
    /// Whether the notice is out; a draft is used, and everything that rests on it is provisional.
    #[n(3)]
    pub published: bool,
}

/// A table that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadYearTable {
    /// A day stands in both lists.
    #[error("{0} is listed as a day off and as a working day: take it out of one of the lists")]
    Both(Day),
    /// A day belongs to another notice.
    #[error("{0} is not in the table's year nor in the December before it: put it in the table of its own year")]
    OtherYear(Day),
    /// More days than a year's notice can hold.
    #[error("a year's table has at most 120 days off and 60 working days: list only what the notice changes")]
    TooMany,
    /// A year that this calendar does not know.
    #[error("the table's year must be from 1900 to 2999")]
    Year,
}

/// A period that cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPeriod {
    /// More days than anybody is given.
    #[error("a period has at most {MOST_DAYS} days: give a smaller number or a date")]
    TooLong,
    /// The count ran out of the years 1900 to 2999.
    #[error("the period ends outside the years 1900 to 2999: give an earlier start")]
    BeyondCalendar,
}

/// The longest period that is counted, in days or working days: ten years and a little.
pub const MOST_DAYS: u32 = 3_660;
/// No row of days off is this long, so no search for a working day is longer.
const MOST_STEPS: u32 = 400;

/// The working days of all years, each as well as it is known.
///
/// ```
/// use mingcha_model::{Calendar, Day};
///
/// let calendar = Calendar::embedded();
/// let valentine: Day = "2026-02-14".parse()?;
/// assert!(calendar.is_workday(valentine).value); // a Saturday that is worked for the Spring Festival
/// let due = calendar.add_workdays("2026-02-13".parse()?, 3)?;
/// assert_eq!((due.value.to_string(), due.provisional), ("2026-02-25".to_owned(), false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Calendar {
    years: BTreeMap<i32, Year>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Year {
    /// Whether the day is worked; days not here follow the week.
    worked: BTreeMap<Day, bool>,
    published: bool,
}

impl Calendar {
    /// A calendar that knows no table: every answer is provisional.
    #[must_use]
    pub fn bare() -> Self {
        Self::default()
    }

    /// The calendar with the tables of 2025 and 2026.
    #[must_use]
    pub fn embedded() -> Self {
        let years = embedded::tables().into_iter().map(|table| (table.year, Year::of(&table))).collect();
        Self { years }
    }

    /// The calendar with this table added, in place of an earlier one of its year.
    pub fn with_year(mut self, table: &YearTable) -> Result<Self, BadYearTable> {
        table.check()?;
        self.years.insert(table.year, Year::of(table));
        Ok(self)
    }

    /// Whether state organs work on this day.
    ///
    /// Where the year's table is not published: not at weekends, nor on 1 January, 1 and 2 May, 1 to 3 October
    /// (the statutory days with a fixed date; rules on public holidays as revised on 10 November 2024).
    /// A later year's notice may still change a day at the end of December; that day is not provisional here.
    #[must_use]
    pub fn is_workday(&self, day: Day) -> Reckoned<bool> {
        let year = day.year();
        let own = self.years.get(&year);
        let provisional = !own.is_some_and(|own| own.published);
        let next = if day.month() == 12 { self.years.get(&year.saturating_add(1)) } else { None };
        let listed = [next, own].into_iter().flatten().find_map(|table| table.worked.get(&day).copied());
        let fixed = provisional && matches!((day.month(), day.day_of_month()), (1, 1) | (5, 1 | 2) | (10, 1..=3));
        Reckoned { value: listed.unwrap_or(!fixed && !day.weekday().is_weekend()), provisional }
    }

    /// The day so many working days after the start, which is not counted; the start itself for none.
    ///
    /// At most [`MOST_DAYS`]. Not counting the start is the Civil Code's rule (articles 200 to 204), taken over here.
    pub fn add_workdays(&self, start: Day, days: u32) -> Result<Reckoned<Day>, BadPeriod> {
        if days > MOST_DAYS {
            return Err(BadPeriod::TooLong);
        }
        (0..days).try_fold(Reckoned { value: start, provisional: false }, |so_far, _| {
            let next = self.nearest_workday(so_far.value.plus(1), 1);
            if next.value > so_far.value && next.value < Day::MAX {
                Ok(next.or_provisional(so_far.provisional))
            } else {
                Err(BadPeriod::BeyondCalendar)
            }
        })
    }

    /// The day so many days after the start, or the next working day if it is a day off. At most [`MOST_DAYS`].
    pub fn calendar_deadline(&self, start: Day, days: u32) -> Result<Reckoned<Day>, BadPeriod> {
        if days > MOST_DAYS {
            return Err(BadPeriod::TooLong);
        }
        let due = self.roll(start.plus(i64::from(days)), Roll::Following);
        if due.value < Day::MAX { Ok(due) } else { Err(BadPeriod::BeyondCalendar) }
    }

    /// The first working day after this day.
    #[must_use]
    pub fn workday_after(&self, day: Day) -> Reckoned<Day> {
        self.nearest_workday(day.plus(1), 1)
    }

    /// The last working day before this day.
    #[must_use]
    pub fn workday_before(&self, day: Day) -> Reckoned<Day> {
        self.nearest_workday(day.plus(-1), -1)
    }

    /// The day itself if it is worked, else what the policy says.
    #[must_use]
    pub fn roll(&self, day: Day, roll: Roll) -> Reckoned<Day> {
        match roll {
            Roll::None => Reckoned { value: day, provisional: false },
            Roll::Following => self.nearest_workday(day, 1),
            Roll::Preceding => self.nearest_workday(day, -1),
            Roll::WithinWeek => {
                let forward = self.nearest_workday(day, 1);
                let back = self.nearest_workday(day, -1);
                if forward.value.monday() == day.monday() {
                    forward
                } else if back.value.monday() == day.monday() {
                    back.or_provisional(forward.provisional)
                } else {
                    forward.or_provisional(back.provisional)
                }
            }
        }
    }

    /// The first working day from this one on, in steps of one day; the day itself if there is none near.
    fn nearest_workday(&self, from: Day, step: i64) -> Reckoned<Day> {
        let mut provisional = false;
        let mut day = from;
        for _ in 0..MOST_STEPS {
            let worked = self.is_workday(day);
            provisional |= worked.provisional;
            if worked.value {
                return Reckoned { value: day, provisional };
            }
            day = day.plus(step);
        }
        Reckoned { value: from, provisional }
    }
}

impl YearTable {
    /// Refuses a table with a day in both lists, a day of another notice, or more days than a notice can hold.
    pub fn check(&self) -> Result<(), BadYearTable> {
        if !(1_900..=2_999).contains(&self.year) {
            return Err(BadYearTable::Year);
        }
        if self.off.len() > 120 || self.work.len() > 60 {
            return Err(BadYearTable::TooMany);
        }
        let before = self.year.saturating_sub(1);
        let foreign = |day: &&Day| day.year() != self.year && (day.year(), day.month()) != (before, 12);
        if let Some(day) = self.off.iter().chain(&self.work).find(foreign) {
            return Err(BadYearTable::OtherYear(*day));
        }
        self.off.iter().find(|day| self.work.contains(day)).map_or(Ok(()), |day| Err(BadYearTable::Both(*day)))
    }
}

impl Year {
    fn of(table: &YearTable) -> Self {
        let off = table.off.iter().map(|day| (*day, false));
        let worked = off.chain(table.work.iter().map(|day| (*day, true))).collect();
        Self { worked, published: table.published }
    }
}

#[cfg(test)]
mod tests;
