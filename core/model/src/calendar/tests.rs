//! The calendar against the published tables of 2025 and 2026, and against what nobody published yet.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn days(texts: &[&str]) -> Vec<Day> {
    texts.iter().map(|text| day(text)).collect()
}

fn all_days_of(year: i32) -> impl Iterator<Item = Day> {
    let first = Day::from_civil(year, 1, 1).unwrap();
    (0..366).map(move |later| first.plus(later)).filter(move |day| day.year() == year)
}

#[test]
fn the_built_in_tables_pass_their_own_check() {
    for table in embedded::tables() {
        assert_eq!(table.check(), Ok(()));
        assert!(table.work.iter().all(|day| day.weekday().is_weekend()));
    }
    // Days off: 28 in 2025 and 33 in 2026, as the notices have them.
    assert_eq!(embedded::tables().map(|table| table.off.len()), [28, 33]);
}

#[test]
fn the_year_2026_has_248_working_days() {
    let calendar = Calendar::embedded();
    assert_eq!(all_days_of(2026).filter(|day| calendar.is_workday(*day).value).count(), 248);
    assert!(all_days_of(2026).chain(all_days_of(2025)).all(|day| !calendar.is_workday(day).provisional));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    #[serde(rename = "about")]
    _about: String,
    recheck: Vec<RecheckVector>,
    workdays: Vec<WorkdaysVector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecheckVector {
    start: Day,
    nominal: Day,
    following: Day,
    preceding: Day,
    ten: Option<Day>,
    provisional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkdaysVector {
    start: Day,
    days: u32,
    end: Day,
}

#[test]
fn the_dates_that_everybody_agreed_on_come_out() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/calendar.json"));
    let vectors: Vectors = serde_json::from_str(text).unwrap();
    assert_eq!((vectors.recheck.len(), vectors.workdays.len()), (12, 9));
    let calendar = Calendar::embedded();
    for row in vectors.recheck {
        let provisional = row.provisional;
        assert_eq!(row.start.plus(14), row.nominal);
        let rolled = |roll| calendar.roll(row.nominal, roll);
        assert_eq!(rolled(Roll::Following), Reckoned { value: row.following, provisional }, "{}", row.start);
        assert_eq!(rolled(Roll::Preceding), Reckoned { value: row.preceding, provisional }, "{}", row.start);
        assert_eq!(rolled(Roll::None).value, row.nominal);
        assert_eq!(calendar.calendar_deadline(row.start, 14).unwrap().value, row.following);
        if let Some(ten) = row.ten {
            assert_eq!(calendar.add_workdays(row.start, 10), Ok(Reckoned { value: ten, provisional: false }));
        }
    }
    for row in vectors.workdays {
        let end = calendar.add_workdays(row.start, row.days);
        assert_eq!(end, Ok(Reckoned { value: row.end, provisional: false }), "{} + {}", row.start, row.days);
    }
}

#[test]
fn within_the_week_means_forward_then_back_then_forward_after_all() {
    let calendar = Calendar::embedded();
    // A Friday off with the weekend after it: back to Thursday.
    assert_eq!(calendar.roll(day("2026-06-19"), Roll::WithinWeek).value, day("2026-06-18"));
    // A Monday off: forward to Tuesday.
    assert_eq!(calendar.roll(day("2026-02-23"), Roll::WithinWeek).value, day("2026-02-24"));
    // A whole week off: forward.
    assert_eq!(calendar.roll(day("2026-02-18"), Roll::WithinWeek).value, day("2026-02-24"));
}

#[test]
fn a_year_without_a_notice_follows_the_week_and_the_fixed_days_and_says_so() {
    let calendar = Calendar::embedded();
    for (text, worked) in [
        ("2027-01-01", false),
        ("2027-01-04", true),
        ("2027-05-02", false),
        ("2028-05-01", false),
        ("2028-05-03", true),
        ("2029-10-01", false),
        ("2029-10-03", false),
        ("2029-10-04", true),
        ("2024-06-03", true),
        ("2027-01-09", false),
    ] {
        assert_eq!(calendar.is_workday(day(text)), Reckoned { value: worked, provisional: true }, "{text}");
    }
}

#[test]
fn a_count_that_crosses_into_an_unknown_year_is_provisional_and_one_that_stops_before_is_not() {
    let calendar = Calendar::embedded();
    let end = |days| calendar.add_workdays(day("2026-12-29"), days).unwrap();
    assert_eq!(end(2), Reckoned { value: day("2026-12-31"), provisional: false });
    assert_eq!(end(3), Reckoned { value: day("2027-01-04"), provisional: true });
}

#[test]
fn the_notice_arrives_from_the_city_and_the_answer_is_final() {
    let calendar = Calendar::embedded();
    let notice = YearTable {
        year: 2027,
        off: days(&["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"]),
        work: days(&["2026-12-27", "2027-01-09"]),
        published: true,
    };
    let known = calendar.clone().with_year(&notice).unwrap();
    assert!(!known.roll(day("2027-01-01"), Roll::Following).provisional);
    assert!(known.is_workday(day("2027-01-09")).value);
    // The new notice also set the end of the December before, over the older table.
    assert!(!known.is_workday(day("2026-12-31")).value);
    assert!(known.is_workday(day("2026-12-27")).value);
    // A draft of the same year is used, but stays provisional.
    let draft = calendar.with_year(&YearTable { published: false, ..notice }).unwrap();
    assert_eq!(draft.is_workday(day("2027-01-09")), Reckoned { value: true, provisional: true });
    assert!(!draft.is_workday(day("2027-10-01")).value);
}

#[test]
fn a_table_that_contradicts_itself_is_refused() {
    let table =
        |year, off: &[&str], work: &[&str]| YearTable { year, off: days(off), work: days(work), published: true };
    let refused = |table: YearTable| Calendar::bare().with_year(&table).unwrap_err();
    assert_eq!(refused(table(2027, &["2027-02-06"], &["2027-02-06"])), BadYearTable::Both(day("2027-02-06")));
    assert_eq!(refused(table(2027, &["2028-01-01"], &[])), BadYearTable::OtherYear(day("2028-01-01")));
    assert_eq!(refused(table(2027, &[], &["2026-11-28"])), BadYearTable::OtherYear(day("2026-11-28")));
    assert_eq!(refused(table(1, &[], &[])), BadYearTable::Year);
    let crowded = YearTable { year: 2027, off: vec![day("2027-01-01"); 121], work: Vec::new(), published: true };
    assert_eq!(refused(crowded), BadYearTable::TooMany);
}

#[test]
fn a_period_nobody_means_is_refused() {
    let calendar = Calendar::embedded();
    assert_eq!(calendar.add_workdays(day("2026-01-05"), 3_661), Err(BadPeriod::TooLong));
    assert_eq!(calendar.calendar_deadline(day("2026-01-05"), u32::MAX), Err(BadPeriod::TooLong));
    assert_eq!(calendar.add_workdays(day("2999-12-01"), 3_660), Err(BadPeriod::BeyondCalendar));
    assert_eq!(calendar.calendar_deadline(day("2999-12-30"), 14), Err(BadPeriod::BeyondCalendar));
    assert!(calendar.add_workdays(day("2026-01-05"), 3_660).is_ok());
}

#[test]
fn a_year_table_travels_as_data() {
    let table = embedded::tables()[1].clone();
    let bytes = minicbor::to_vec(&table).unwrap();
    assert_eq!(minicbor::decode::<YearTable>(&bytes).unwrap(), table);
    let text = "year = 2027\noff = [\"2027-01-01\"]\nwork = []\npublished = true\n";
    assert_eq!(toml::from_str::<YearTable>(text).unwrap().off, days(&["2027-01-01"]));
}

fn any_day() -> impl Strategy<Value = Day> {
    (i64::from(Day::MIN.epoch_days())..=i64::from(Day::MAX.epoch_days())).prop_map(Day::from_epoch_days)
}

proptest! {
    #[test]
    fn counting_working_days_one_by_one_is_counting_them_at_once(later in 0..900_i64, n in 0..40_u32, m in 0..40_u32) {
        let calendar = Calendar::embedded();
        let start = day("2025-01-01").plus(later);
        let half = calendar.add_workdays(start, n).unwrap();
        let whole = calendar.add_workdays(half.value, m).unwrap();
        prop_assert_eq!(calendar.add_workdays(start, n + m).unwrap().value, whole.value);
        prop_assert!(n == 0 || calendar.is_workday(half.value).value);
    }

    #[test]
    fn a_rolled_day_is_worked_and_near(later in 0..900_i64) {
        let calendar = Calendar::embedded();
        let start = day("2025-01-01").plus(later);
        for roll in [Roll::Following, Roll::Preceding, Roll::WithinWeek] {
            let rolled = calendar.roll(start, roll).value;
            prop_assert!(calendar.is_workday(rolled).value);
            prop_assert!(rolled.days_after(start).abs() <= 9);
        }
    }

    #[test]
    fn no_day_and_no_number_breaks_the_calendar(start in any_day(), n in any::<u32>(), short in 0..30_u32) {
        for calendar in [Calendar::embedded(), Calendar::bare()] {
            let _ = (calendar.add_workdays(start, n), calendar.calendar_deadline(start, n));
            if let Ok(end) = calendar.add_workdays(start, short) {
                prop_assert!(end.value >= start);
            }
            for roll in [Roll::Following, Roll::Preceding, Roll::WithinWeek, Roll::None] {
                let _ = calendar.roll(start, roll);
            }
        }
    }
}
