//! Civil days in Asia/Shanghai: what deadlines and rechecks are counted in.
//!
//! A day is made from a moment by adding eight hours, never from a phone's own time zone, and refuses
//! to lie outside the years 1900 to 2999, so that every day prints and every sum of days is a day.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time;

/// A civil day in Asia/Shanghai (UTC+8, no summer time), from 1900-01-01 to 2999-12-31.
///
/// Held, ordered and encoded as days since 1970-01-01. Sums that would leave the range stay at its end.
///
/// ```
/// use mingcha_model::Day;
///
/// // Four in the afternoon in Greenwich is already the next day in Shanghai.
/// assert_eq!(Day::from_unix_seconds(1_767_196_800).to_string(), "2026-01-01");
/// assert_eq!("2026-02-02".parse::<Day>()?.plus(14).to_string(), "2026-02-16");
/// # Ok::<(), mingcha_model::BadDay>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// 1900-01-01, the first day there is.
    pub const MIN: Self = Self(-25_567);
    /// 2999-12-31, the last day there is.
    pub const MAX: Self = Self(376_199);

    /// The day so many days after 1970-01-01, or the nearest end of the range.
    #[must_use]
    pub fn from_epoch_days(days: i64) -> Self {
        let held = days.clamp(i64::from(Self::MIN.0), i64::from(Self::MAX.0));
        Self(i32::try_from(held).unwrap_or_default())
    }

    /// The day in Shanghai at this moment, in seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self::from_epoch_days(seconds.saturating_add(time::SHANGHAI_SECONDS).div_euclid(time::DAY_SECONDS))
    }

    /// The day in Shanghai at this moment, in milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Self {
        Self::from_unix_seconds(millis.div_euclid(1_000))
    }

    /// The day of this year, month (1 to 12) and day of the month, if there is such a day in the range.
    #[must_use]
    pub fn from_civil(year: i32, month: u32, day: u32) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        let days = date.num_days_from_ce().checked_sub(EPOCH_FROM_COMMON_ERA)?;
        (Self::MIN.0..=Self::MAX.0).contains(&days).then_some(Self(days))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn epoch_days(self) -> i32 {
        self.0
    }

    /// The moment this day begins in Shanghai, in seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn start_unix_seconds(self) -> i64 {
        i64::from(self.0).saturating_mul(time::DAY_SECONDS).saturating_sub(time::SHANGHAI_SECONDS)
    }

    /// The day so many days later (earlier, if negative), or the nearest end of the range.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self::from_epoch_days(i64::from(self.0).saturating_add(days))
    }

    /// How many days this day lies after the other; negative if before it.
    #[must_use]
    pub fn days_after(self, other: Self) -> i64 {
        i64::from(self.0).saturating_sub(i64::from(other.0))
    }

    /// The year, 1900 to 2999.
    #[must_use]
    pub fn year(self) -> i32 {
        self.date().year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.date().month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day_of_month(self) -> u32 {
        self.date().day()
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        // Day 0 was a Thursday, which is three days after a Monday.
        match self.0.saturating_add(3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// The Monday of this day's week; weeks run from Monday to Sunday.
    #[must_use]
    pub fn monday(self) -> Self {
        self.plus(i64::from(self.0.saturating_add(3).rem_euclid(7)).saturating_neg())
    }

    fn date(self) -> NaiveDate {
        // Always there: the range of days lies well inside the range of dates.
        NaiveDate::from_num_days_from_ce_opt(self.0.saturating_add(EPOCH_FROM_COMMON_ERA)).unwrap_or_default()
    }
}

/// Days from the first day of the common era (counted as 1) to 1970-01-01.
const EPOCH_FROM_COMMON_ERA: i32 = 719_163;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weekday {
    /// 周一
    Monday,
    /// 周二
    Tuesday,
    /// 周三
    Wednesday,
    /// 周四
    Thursday,
    /// 周五
    Friday,
    /// 周六
    Saturday,
    /// 周日
    Sunday,
}

impl Weekday {
    /// Whether it is a Saturday or a Sunday, on which state organs rest unless the yearly table says otherwise.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        matches!(self, Self::Saturday | Self::Sunday)
    }
}

/// The text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day: write YYYY-MM-DD with a year from 1900 to 2999, as in 2026-02-24")]
pub struct BadDay;

impl FromStr for Day {
    type Err = BadDay;
    fn from_str(text: &str) -> Result<Self, BadDay> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return Err(BadDay) };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u32, |sum, digit| {
                let digit = char::from(*digit).to_digit(10)?;
                sum.checked_mul(10)?.checked_add(digit)
            })
        };
        let year = number(&[*y1, *y2, *y3, *y4]).and_then(|year| i32::try_from(year).ok()).ok_or(BadDay)?;
        let month = number(&[*m1, *m2]).ok_or(BadDay)?;
        let day = number(&[*d1, *d2]).ok_or(BadDay)?;
        Self::from_civil(year, month, day).ok_or(BadDay)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<C> Encode<C> for Day {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.i32(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Day {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let days = d.i32()?;
        if (Self::MIN.0..=Self::MAX.0).contains(&days) {
            Ok(Self(days))
        } else {
            Err(minicbor::decode::Error::message("a day lies in the years 1900 to 2999"))
        }
    }
}

#[cfg(test)]
mod tests;
