//! What a thumb types for each answer type, and what is refused with advice.

use proptest::prelude::*;

use super::*;

#[test]
fn every_code_is_read_back_and_nothing_else_is() {
    for answer in AnswerType::ALL {
        assert_eq!(answer.code().parse(), Ok(answer));
    }
    assert_eq!("YN".parse::<AnswerType>(), Err(BadAnswerType));
}

#[test]
fn what_a_thumb_types_is_understood() {
    for (answer, typed, value) in [
        (AnswerType::YesNo, "yes", Value::Yes),
        (AnswerType::YesNo, " YES ", Value::Yes),
        (AnswerType::YesNo, "是", Value::Yes),
        (AnswerType::Veto, "否", Value::No),
        (AnswerType::Grade, "优", Value::Good),
        (AnswerType::Grade, "良", Value::Fair),
        (AnswerType::Grade, "poor", Value::Poor),
        (AnswerType::Grade, "不适用", Value::NotApplicable),
        (AnswerType::Occurrences, "0", Value::Count(0)),
        (AnswerType::Count, "１２", Value::Count(12)),
        (AnswerType::Count, "12 个", Value::Count(12)),
        (AnswerType::Ratio, "3/5", Value::Ratio { seen: 3, of: 5 }),
        (AnswerType::Ratio, "3 ／ 5", Value::Ratio { seen: 3, of: 5 }),
        (AnswerType::Minutes, "8", Value::Minutes(8)),
        (AnswerType::Minutes, "８ｍｉｎ", Value::Minutes(8)),
        (AnswerType::Minutes, "8 分钟", Value::Minutes(8)),
        (AnswerType::Hours, "24H", Value::Hours(24)),
        (AnswerType::Hours, "24小时", Value::Hours(24)),
        (AnswerType::WorkingDays, "2wd", Value::WorkingDays(2)),
        (AnswerType::WorkingDays, "2个工作日", Value::WorkingDays(2)),
        (AnswerType::Trips, "3", Value::Trips(3)),
        (AnswerType::Level, "基本合格", Value::Level(Level::Basic)),
        (AnswerType::Band, "31.2%", Value::Band(3_120)),
        (AnswerType::Band, "达标", Value::Class(Class::Standard)),
        (AnswerType::Band, "不达标", Value::Class(Class::Below)),
        (AnswerType::Class, "良好", Value::Class(Class::Well)),
        (AnswerType::Class, "BELOW", Value::Class(Class::Below)),
    ] {
        assert_eq!(answer.parse(typed), Ok(value), "{answer} {typed}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    for (answer, typed) in [
        (AnswerType::YesNo, ""),
        (AnswerType::YesNo, "good"),
        (AnswerType::YesNo, "1"),
        (AnswerType::Grade, "yes"),
        (AnswerType::Count, "-1"),
        (AnswerType::Count, "+1"),
        (AnswerType::Count, "1 2"),
        (AnswerType::Count, "1.5"),
        (AnswerType::Count, "100001"),
        (AnswerType::Count, "99999999999999999999"),
        (AnswerType::Ratio, "7/5"),
        (AnswerType::Ratio, "0/0"),
        (AnswerType::Ratio, "3"),
        (AnswerType::Ratio, "3/5/7"),
        (AnswerType::Minutes, "8h"),
        (AnswerType::Minutes, "10081"),
        (AnswerType::Hours, "8wd"),
        (AnswerType::WorkingDays, "3661wd"),
        (AnswerType::Trips, "1001"),
        (AnswerType::Band, "31.257"),
        (AnswerType::Band, "1e3"),
        (AnswerType::Band, "."),
        (AnswerType::Band, "-"),
        (AnswerType::Class, "31.2"),
        (AnswerType::Class, "good"),
    ] {
        assert_eq!(answer.parse(typed), Err(BadValue::of(answer)), "{answer} {typed}");
    }
    assert!(AnswerType::Count.parse(&"1".repeat(1 << 20)).is_err());
}

#[test]
fn a_refusal_says_what_may_be_typed_in_both_languages() {
    let told = AnswerType::WorkingDays.parse("soon").unwrap_err().to_string();
    assert!(told.contains("2wd") && told.contains("工作日数") && told.contains("working days"));
}

fn fitting() -> impl Strategy<Value = (AnswerType, Value)> {
    let words = prop::sample::select(&AnswerType::ALL[..])
        .prop_flat_map(|answer| (Just(answer), prop::sample::select(answer.choices())));
    prop_oneof![
        words,
        (0..=100_000_u32).prop_map(|n| (AnswerType::Count, Value::Count(n))),
        (0..=100_000_u32).prop_map(|n| (AnswerType::Occurrences, Value::Count(n))),
        (0..=100_000_u32, 1..=100_000_u32)
            .prop_map(|(n, m)| (AnswerType::Ratio, Value::Ratio { seen: n.min(m), of: m })),
        (0..=10_080_u32).prop_map(|n| (AnswerType::Minutes, Value::Minutes(n))),
        (0..=8_784_u32).prop_map(|n| (AnswerType::Hours, Value::Hours(n))),
        (0..=3_660_u32).prop_map(|n| (AnswerType::WorkingDays, Value::WorkingDays(n))),
        (0..=1_000_u32).prop_map(|n| (AnswerType::Trips, Value::Trips(n))),
        (-1_000_000_000..=1_000_000_000).prop_map(|n| (AnswerType::Band, Value::Band(n))),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_can_be_typed((answer, value) in fitting()) {
        prop_assert_eq!(answer.parse(&value.to_string()), Ok(value));
        prop_assert_eq!(answer.parse(&value.in_chinese()), Ok(value));
        prop_assert_eq!(answer.check(&value), Ok(()));
    }

    #[test]
    fn nothing_typed_breaks_the_reader_and_what_it_takes_fits(typed in "\\PC{0,24}", at in 0..AnswerType::ALL.len()) {
        let answer = AnswerType::ALL[at];
        if let Ok(value) = answer.parse(&typed) {
            prop_assert_eq!(answer.check(&value), Ok(()));
        }
    }

    #[test]
    fn digits_and_signs_do_not_break_the_reader(typed in "[0-9０-９/.,+% -]{0,20}(min|h|wd|分钟)?", at in 0..AnswerType::ALL.len()) {
        let _ = AnswerType::ALL[at].parse(&typed);
    }
}
