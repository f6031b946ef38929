//! Conditions as an office writes them, and what is wrong with others.

use super::*;
use crate::CriteriaSet;

fn answer_of(code: &ItemCode) -> Option<(AnswerType, Bands)> {
    let answer = match code.as_str() {
        "A" => AnswerType::YesNo,
        "N" => AnswerType::Count,
        "R" => AnswerType::Ratio,
        "B" => AnswerType::Band,
        _ => return None,
    };
    Some((answer, Bands::default()))
}

fn demand(text: &str) -> Demand {
    Demand::parse(text, answer_of).unwrap()
}

fn answers(given: &[(&str, Value)]) -> BTreeMap<ItemCode, Value> {
    given.iter().map(|(code, value)| (code.parse().unwrap(), *value)).collect()
}

#[test]
fn a_limit_is_met_at_its_edge_only_where_the_clause_says_at_least() {
    for (text, just_below, at, just_above) in [
        ("> 31", false, false, true),
        (">= 31", false, true, true),
        ("= 31", false, true, false),
        ("<= 31", true, true, false),
        ("< 31", true, false, false),
    ] {
        let limit: Comparison = text.parse().unwrap();
        assert_eq!([3_099, 3_100, 3_101].map(|n| limit.holds(n)), [just_below, at, just_above], "{text}");
        assert_eq!(limit.to_string(), text);
    }
    for text in ["31", "~ 31", "> 3.125", ">", "x > 3", "> > 3", ""] {
        assert!(text.parse::<Comparison>().is_err(), "{text}");
    }
}

#[test]
fn a_percentage_of_a_ratio_is_not_rounded() {
    let most = Condition::All(vec![demand("R >= 66.67")]);
    assert_eq!(most.truth(&answers(&[("R", Value::Ratio { seen: 2, of: 3 })])), Truth::Fails);
    let least = Condition::All(vec![demand("R >= 66.66")]);
    assert_eq!(least.truth(&answers(&[("R", Value::Ratio { seen: 2, of: 3 })])), Truth::Holds);
}

#[test]
fn and_or_and_one_inside_the_other_keep_what_is_open_open() {
    // 水质达标，且（比例不低于 70 或连续三年上升）
    let rule = Condition::All(vec![
        demand("A = yes"),
        Demand::Inner(Condition::Any(vec![demand("B >= 70"), demand("N >= 3")])),
    ]);
    for (given, truth) in [
        (vec![], Truth::Undecided),
        (vec![("A", Value::No)], Truth::Fails),
        (vec![("A", Value::Yes), ("B", Value::Band(7_000))], Truth::Holds),
        (vec![("A", Value::Yes), ("B", Value::Band(6_999))], Truth::Undecided),
        (vec![("A", Value::Yes), ("B", Value::Band(6_999)), ("N", Value::Count(3))], Truth::Holds),
        (vec![("A", Value::Yes), ("B", Value::Band(6_999)), ("N", Value::Count(2))], Truth::Fails),
        (vec![("A", Value::Yes), ("B", Value::NotApplicable), ("N", Value::Count(2))], Truth::Fails),
        (
            vec![("A", Value::NotApplicable), ("B", Value::NotApplicable), ("N", Value::NotApplicable)],
            Truth::NotApplicable,
        ),
    ] {
        assert_eq!(rule.truth(&answers(&given)), truth, "{given:?}");
    }
    assert_eq!(rule.to_string(), "A = yes and (B >= 70 or N >= 3)");
}

#[test]
fn a_demand_says_what_it_cannot_mean() {
    for (text, bad) in [
        ("A", BadCondition::Demand),
        ("A > yes", BadCondition::Word),
        ("A = 3", BadCondition::Value),
        ("N >= many", BadCondition::Value),
        ("Z = yes", BadCondition::Unknown),
        ("五 = yes", BadCondition::Demand),
    ] {
        assert_eq!(Demand::parse(text, answer_of), Err(bad), "{text}");
    }
}

#[test]
fn no_lower_class_is_said_while_a_better_one_is_open() {
    let classes = Derivation::Classes {
        excellent: Some(Condition::All(vec![demand("B > 90"), demand("A = yes")])),
        well: Some(Condition::All(vec![demand("B > 80")])),
        standard: None,
    };
    assert_eq!(classes.value(&answers(&[("B", Value::Band(9_500))])), None);
    let all = |number, word| answers(&[("B", Value::Band(number)), ("A", word)]);
    assert_eq!(classes.value(&all(9_500, Value::Yes)), Some(Value::Class(Class::Excellent)));
    assert_eq!(classes.value(&all(9_500, Value::No)), Some(Value::Class(Class::Well)));
    assert_eq!(classes.value(&all(7_000, Value::No)), Some(Value::Class(Class::Below)));
}

#[test]
fn a_class_typed_for_a_number_says_what_follows_of_every_number_in_it_and_no_more() {
    let limit = |text: &str| text.parse::<Comparison>().unwrap();
    let bands = Bands { excellent: Some(limit("> 31")), well: Some(limit("> 28")), standard: Some(limit(">= 20")) };
    let lit = Bands { standard: Some(limit("= 100")), ..Bands::default() };
    for (bands, class, asked, truth) in [
        (bands, Class::Excellent, "> 31", Truth::Holds),
        (bands, Class::Excellent, ">= 28", Truth::Holds),
        (bands, Class::Excellent, "> 32", Truth::Undecided),
        (bands, Class::Well, "<= 31", Truth::Holds),
        (bands, Class::Well, "> 31", Truth::Fails),
        (bands, Class::Standard, "> 28", Truth::Fails),
        (bands, Class::Below, ">= 20", Truth::Fails),
        (bands, Class::Below, "< 20", Truth::Holds),
        (bands, Class::Below, "< 10", Truth::Undecided),
        (lit, Class::Standard, ">= 99", Truth::Holds),
        (lit, Class::Below, "= 100", Truth::Fails),
        (lit, Class::Below, ">= 99", Truth::Undecided),
        (lit, Class::Well, ">= 99", Truth::Undecided),
    ] {
        assert_eq!(bands.says(class, limit(asked)), truth, "{class:?} {asked}");
    }
    // And the other way round: a number is of its class.
    let banded = |code: &ItemCode| answer_of(code).map(|(answer, _)| (answer, bands));
    let well = Condition::All(vec![Demand::parse("B = well", banded).unwrap()]);
    for (value, truth) in [
        (Value::Band(3_100), Truth::Holds),
        (Value::Band(3_101), Truth::Fails),
        (Value::Class(Class::Well), Truth::Holds),
        (Value::Class(Class::Below), Truth::Fails),
    ] {
        assert_eq!(well.truth(&answers(&[("B", value)])), truth, "{value}");
    }
}

#[test]
fn a_class_that_asks_for_two_things_is_not_given_where_one_does_not_apply() {
    // 良好：天数比例不低于 70，且考核良好 (the air of a city, document 004)
    let set = CriteriaSet::embedded().unwrap().into_iter().find(|set| set.code.as_str() == "CITY").unwrap();
    let air = set.item(&"CITY-5".parse().unwrap()).unwrap().derivation.clone().unwrap();
    let (na, days) = (Value::NotApplicable, |share: i32| Value::Band(share * 100));
    let (excellent, well, standard, below) = (Class::Excellent, Class::Well, Class::Standard, Class::Below);
    for (share, grade, target, class) in [
        (days(79), Value::Class(well), Value::Yes, Some(Value::Class(well))),
        (na, Value::Class(well), Value::Yes, Some(Value::Class(standard))),
        (na, Value::Class(well), Value::No, Some(Value::Class(below))),
        (days(75), na, Value::Yes, Some(Value::Class(standard))),
        // One of two is enough for the best class, whatever the other is.
        (na, Value::Class(excellent), Value::No, Some(Value::Class(excellent))),
        (days(80), na, Value::No, Some(Value::Class(excellent))),
        (na, na, na, Some(na)),
    ] {
        let given = answers(&[("CITY-5d", share), ("CITY-5g", grade), ("CITY-5t", target)]);
        assert_eq!(air.value(&given), class, "{share} {grade} {target}");
    }
    // A yes or no of several things is decided by what is left of them, as a score is.
    let streets = set.item(&"CITY-6".parse().unwrap()).unwrap().derivation.clone().unwrap();
    let given = answers(&[("CITY-6a", days(100)), ("CITY-6b", days(99)), ("CITY-6c", na)]);
    assert_eq!(streets.value(&given), Some(Value::Yes));
}
