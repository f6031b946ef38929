//! Moments as people read them: RFC 3339 with the offset of Shanghai, `2026-02-24T09:30:00+08:00`.
//!
//! A moment is a plain number of seconds or milliseconds since 1970-01-01T00:00:00Z everywhere else.
//! This module refuses texts without an offset: a time without one means another moment on every phone.

use crate::Day;

/// Asia/Shanghai is eight hours ahead of UTC, without summer time.
pub(crate) const SHANGHAI_SECONDS: i64 = 28_800;
/// A day in seconds.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// The text is not a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time: write RFC 3339 with an offset and a year from 1900 to 2999, as in 2026-02-24T09:30:00+08:00")]
pub struct BadTime;

/// Prints a moment in seconds since 1970 as RFC 3339 in Shanghai; outside the years 1900 to 2999 the nearest end.
///
/// ```
/// assert_eq!(mingcha_model::print_seconds(1_771_896_600), "2026-02-24T09:30:00+08:00");
/// ```
#[must_use]
pub fn print_seconds(seconds: i64) -> String {
    let (day, clock) = split(seconds);
    format!("{day}T{clock}+08:00")
}

/// Prints a moment in milliseconds since 1970 as RFC 3339 in Shanghai, with three decimals.
///
/// ```
/// assert_eq!(mingcha_model::print_millis(1_771_896_600_042), "2026-02-24T09:30:00.042+08:00");
/// ```
#[must_use]
pub fn print_millis(millis: i64) -> String {
    let (day, clock) = split(millis.div_euclid(1_000));
    format!("{day}T{clock}.{:03}+08:00", millis.rem_euclid(1_000))
}

/// Reads RFC 3339 with any offset; returns seconds since 1970-01-01T00:00:00Z, rounded down.
///
/// ```
/// use mingcha_model::{parse_seconds, print_seconds};
///
/// assert_eq!(print_seconds(parse_seconds("2026-02-24T01:30:00Z")?), "2026-02-24T09:30:00+08:00");
/// assert!(parse_seconds("2026-02-24T09:30:00").is_err()); // no offset: which moment is it?
/// # Ok::<(), mingcha_model::BadTime>(())
/// ```
pub fn parse_seconds(text: &str) -> Result<i64, BadTime> {
    parse_millis(text).map(|millis| millis.div_euclid(1_000))
}

/// Reads RFC 3339 with any offset; returns milliseconds since 1970-01-01T00:00:00Z, rounded down.
pub fn parse_millis(text: &str) -> Result<i64, BadTime> {
    // The longest sensible form has nine decimals: 2026-02-24T09:30:00.123456789+08:00.
    if text.len() > 40 {
        return Err(BadTime);
    }
    let millis = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| BadTime)?.timestamp_millis();
    let seconds = millis.div_euclid(1_000);
    (FIRST_SECOND..=LAST_SECOND).contains(&seconds).then_some(millis).ok_or(BadTime)
}

/// 1900-01-01T00:00:00+08:00.
const FIRST_SECOND: i64 = -2_209_017_600;
/// 2999-12-31T23:59:59+08:00.
const LAST_SECOND: i64 = 32_503_651_199;

/// The day and the time of day, `hh:mm:ss`, of a moment held inside the range.
fn split(seconds: i64) -> (Day, String) {
    let held = seconds.clamp(FIRST_SECOND, LAST_SECOND);
    let of_day = held.saturating_add(SHANGHAI_SECONDS).rem_euclid(DAY_SECONDS);
    let (hour, minute, second) =
        (of_day.div_euclid(3_600), of_day.div_euclid(60).rem_euclid(60), of_day.rem_euclid(60));
    (Day::from_unix_seconds(held), format!("{hour:02}:{minute:02}:{second:02}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_of_time_print_and_read() {
        assert_eq!(print_seconds(i64::MIN), "1900-01-01T00:00:00+08:00");
        assert_eq!(print_seconds(i64::MAX), "2999-12-31T23:59:59+08:00");
        assert_eq!(parse_seconds("1900-01-01T00:00:00+08:00"), Ok(FIRST_SECOND));
        assert_eq!(parse_seconds("2999-12-31T23:59:59+08:00"), Ok(LAST_SECOND));
        assert_eq!(parse_seconds("1899-12-31T23:59:59+08:00"), Err(BadTime));
        assert_eq!(FIRST_SECOND, Day::MIN.start_unix_seconds());
        assert_eq!(LAST_SECOND, Day::MAX.start_unix_seconds() + DAY_SECONDS - 1);
    }

    #[test]
    fn before_1970_a_moment_still_rounds_down() {
        assert_eq!(print_millis(-1), "1970-01-01T07:59:59.999+08:00");
        assert_eq!(parse_seconds("1970-01-01T07:59:59.999+08:00"), Ok(-1));
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for text in ["", "2026-02-24", "2026-02-24T09:30:00", "2026-02-30T09:30:00+08:00", "now", "1771896600"] {
            assert_eq!(parse_millis(text), Err(BadTime), "{text}");
        }
        assert_eq!(parse_millis(&"2".repeat(1_000_000)), Err(BadTime));
    }

    proptest! {
        #[test]
        fn a_moment_survives_print_and_reading(millis in FIRST_SECOND * 1_000..=LAST_SECOND * 1_000 + 999) {
            prop_assert_eq!(parse_millis(&print_millis(millis)), Ok(millis));
            prop_assert_eq!(parse_seconds(&print_seconds(millis.div_euclid(1_000))), Ok(millis.div_euclid(1_000)));
        }

        #[test]
        fn no_number_and_no_text_breaks_printing_or_reading(number in any::<i64>(), text in ".{0,45}") {
            let _ = (print_seconds(number), print_millis(number), parse_millis(&text));
        }
    }
}
