//! Civil days at their edges.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn the_ends_of_the_range_are_the_days_they_say() {
    assert_eq!(Day::MIN.to_string(), "1900-01-01");
    assert_eq!(Day::MAX.to_string(), "2999-12-31");
    assert_eq!(Day::MAX.plus(1), Day::MAX);
    assert_eq!(Day::MIN.plus(i64::MIN), Day::MIN);
}

#[test]
fn a_visit_at_one_in_the_morning_belongs_to_the_new_day_in_shanghai() {
    // 2026-02-23T17:00:00Z is 01:00 on the 24th in Shanghai, whatever zone the phone is set to.
    assert_eq!(Day::from_unix_seconds(1_771_866_000), day("2026-02-24"));
    assert_eq!(Day::from_unix_millis(1_771_865_999_999 - 3_600_000), day("2026-02-23"));
    assert_eq!(Day::from_unix_seconds(day("2026-02-24").start_unix_seconds()), day("2026-02-24"));
    assert_eq!(Day::from_unix_seconds(day("2026-02-24").start_unix_seconds() - 1), day("2026-02-23"));
}

#[test]
fn what_is_not_a_day_is_refused() {
    for text in [
        "",
        "2026-2-3",
        "2026-02-30",
        "2025-02-29",
        "1899-12-31",
        "3000-01-01",
        "2026-13-01",
        "2026-00-10",
        "+026-01-01",
        "2026-01-01 ",
        "２０２６-01-01",
        "2026/01/01",
        "2026-01-0a",
    ] {
        assert_eq!(text.parse::<Day>(), Err(BadDay), "{text}");
    }
}

#[test]
fn a_day_outside_the_range_does_not_decode() {
    let bytes = minicbor::to_vec(i32::MAX).unwrap();
    assert!(minicbor::decode::<Day>(&bytes).is_err());
}

#[test]
fn the_week_begins_on_monday() {
    assert_eq!(day("2026-09-20").weekday(), Weekday::Sunday);
    assert_eq!(day("2026-09-20").monday(), day("2026-09-14"));
    assert_eq!(day("2026-09-21").monday(), day("2026-09-21"));
    assert_eq!(Day::MIN.weekday(), Weekday::Monday);
}

proptest! {
    #[test]
    fn a_day_survives_print_and_code(days in Day::MIN.0..=Day::MAX.0) {
        let day = Day(days);
        prop_assert_eq!(day.to_string().parse::<Day>(), Ok(day));
        prop_assert_eq!(minicbor::decode::<Day>(&minicbor::to_vec(day).unwrap()).unwrap(), day);
        prop_assert_eq!(Day::from_civil(day.year(), day.month(), day.day_of_month()), Some(day));
    }

    #[test]
    fn no_number_is_too_large_for_a_day(number in any::<i64>()) {
        let made = [Day::from_unix_seconds(number), Day::from_unix_millis(number), Day::MIN.plus(number)];
        for day in made {
            prop_assert!((Day::MIN..=Day::MAX).contains(&day));
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,20}") {
        let _ = text.parse::<Day>();
    }
}
