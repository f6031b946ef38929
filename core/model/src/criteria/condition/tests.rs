//! Conditions as an office writes them, and what is wrong with others.

use super::*;

fn answer_of(code: &ItemCode) -> Option<AnswerType> {
    Some(match code.as_str() {
        "A" => AnswerType::YesNo,
        "N" => AnswerType::Count,
        "R" => AnswerType::Ratio,
        "B" => AnswerType::Band,
        _ => return None,
    })
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
    assert_eq!(classes.value(&all(7_000, Value::No)), Some(Value::No));
}
