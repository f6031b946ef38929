//! Scores that explain themselves, and never give more than there is.

use proptest::prelude::*;

use super::*;
use crate::{AnswerType, CriteriaSet, Kinds, Mode, form};

fn sets() -> Vec<CriteriaSet> {
    let mut sets = CriteriaSet::embedded().unwrap();
    sets.retain(|set| ["W5", "SYSB"].contains(&set.code.as_str()));
    sets
}

fn answers(typed: &[(&str, &str)]) -> BTreeMap<ItemCode, Value> {
    let sets = sets();
    let items = form(&sets, &Kinds::embedded().lineage("GOV"), Mode::Open, 3);
    let read = |code: &str, text: &str| {
        let item = items.iter().find(|item| item.code.as_str() == code).unwrap();
        (item.code.clone(), item.answer.parse(text).unwrap())
    };
    typed.iter().map(|(code, text)| read(code, text)).collect()
}

fn scored(typed: &[(&str, &str)]) -> Score {
    let sets = sets();
    score(&sets, &form(&sets, &Kinds::embedded().lineage("GOV"), Mode::Open, 3), &answers(typed))
}

#[test]
fn a_clean_hall_gets_everything_and_a_dirty_one_what_is_left() {
    let score = scored(&[("W5-1", "yes"), ("W5-2", "no"), ("W5-7", "good"), ("W5-8", "fair"), ("W5-9", "poor")]);
    assert_eq!((score.obtained, score.obtainable, score.rate), (500, 1_000, Some(5_000)));
}

#[test]
fn what_does_not_apply_leaves_the_denominator() {
    let with = scored(&[("W5-1", "yes"), ("W5-2", "na")]);
    assert_eq!((with.obtained, with.obtainable, with.rate), (200, 200, Some(10_000)));
    assert!(!with.missing.iter().any(|code| code.as_str() == "W5-2"));
}

#[test]
fn what_is_missing_is_listed_and_nothing_is_scored_for_it() {
    let score = scored(&[]);
    assert_eq!((score.obtained, score.obtainable, score.rate), (0, 0, None));
    assert_eq!((score.lines.len(), score.missing.len()), (47, 47));
    assert!(score.lines.iter().all(|line| (line.rule, line.obtainable) == (Rule::Unanswered, 0)));
}

#[test]
fn every_line_explains_itself() {
    let score = scored(&[
        ("SYSB-J5", "4/5"),
        ("SYSB-D1", "4"),
        ("SYSB-Y2e", "0"),
        ("SYSB-Y2g", "yes"),
        ("SYSB-B4N", "12min"),
        ("W5-7", "fair"),
    ]);
    let line = |code: &str| {
        let line = score.lines.iter().find(|line| line.item.as_str() == code).unwrap();
        (line.rule, line.obtained, line.obtainable)
    };
    assert_eq!(line("SYSB-J5"), (Rule::Proportion, 160, 200));
    assert_eq!(line("SYSB-D1"), (Rule::Failed, 0, 200));
    assert_eq!(line("SYSB-Y2e"), (Rule::Full, 200, 200));
    assert_eq!(line("SYSB-Y2g"), (Rule::Veto, 0, 0));
    assert_eq!(line("SYSB-B4N"), (Rule::Information, 0, 0));
    assert_eq!(line("W5-7"), (Rule::Half, 100, 200));
    assert_eq!(line("W5-1"), (Rule::Unanswered, 0, 0));
    assert_eq!(score.vetoes.iter().map(ItemCode::as_str).collect::<Vec<_>>(), ["SYSB-Y2g"]);
    assert_eq!(score.rate, Some(5_750)); // 460 of 800
}

#[test]
fn an_answer_of_another_type_counts_as_missing_and_one_off_the_form_counts_for_nothing() {
    let sets = sets();
    let items = form(&sets, &Kinds::embedded().lineage("BANK"), Mode::Open, 3);
    let answers = BTreeMap::from([
        ("W5-1".parse().unwrap(), Value::Count(3)),
        ("SYSB-Y3a".parse().unwrap(), Value::Yes), // administrative windows only
        ("W5-2".parse().unwrap(), Value::Yes),
    ]);
    let score = score(&sets, &items, &answers);
    assert_eq!((score.obtained, score.obtainable), (200, 200));
    assert_eq!(score.missing.first().map(ItemCode::as_str), Some("W5-1"));
    assert_eq!(score.beside.iter().map(ItemCode::as_str).collect::<Vec<_>>(), ["SYSB-Y3a"]);
}

#[test]
fn what_was_submitted_stands_and_says_what_counting_again_comes_to() {
    let score = scored(&[("W5-1", "yes"), ("W5-2", "no")]);
    assert_eq!(score.clone().as_submitted(200, 400), score);
    let stated = score.as_submitted(400, 400);
    assert_eq!((stated.obtained, stated.obtainable, stated.rate), (400, 400, Some(10_000)));
    assert_eq!((stated.recounted, stated.sets.len()), (Some((200, 400)), 0));
    assert_eq!(stated.formula.zh, "提交时得分 4.00 ÷ 应得 4.00，以此为准；各行在此重算，为 2.00 ÷ 4.00");
    assert!(stated.formula.en.starts_with("4.00 of 4.00 as submitted"), "{}", stated.formula.en);
}

#[test]
fn the_half_of_an_or_that_was_not_needed_is_no_fault_and_one_that_was_is() {
    let mut sets = CriteriaSet::embedded().unwrap();
    sets.retain(|set| set.code.as_str() == "CITY");
    let items = form(&sets, &Kinds::embedded().lineage("CITY"), Mode::Open, 3);
    let faults = |typed: &[(&str, &str)]| {
        let read = |(code, typed): &(&str, &str)| {
            let item = items.iter().find(|item| item.code.as_str() == *code).unwrap();
            (item.code.clone(), item.read(typed).unwrap().value)
        };
        let answers = typed.iter().map(read).collect();
        let score = score(&sets, &items, &answers);
        let faults: Vec<String> = faults(&sets, &items, &answers).iter().map(ToString::to_string).collect();
        (faults, score.sets[0].tier.map(Tier::name))
    };
    let nothing: Vec<String> = Vec::new();
    assert_eq!(faults(&[("CITY-17a", "no"), ("CITY-17b", "yes")]), (nothing.clone(), Some("first")));
    assert_eq!(faults(&[("CITY-17a", "no"), ("CITY-17b", "no")]).0, ["CITY-17a", "CITY-17b"]);
    // While the other half is not known, this one is worth another look.
    assert_eq!(faults(&[("CITY-17a", "no")]), (vec!["CITY-17a".to_owned()], None));
    assert_eq!(faults(&[("CITY-13a", "2"), ("CITY-13b", "no")]), (nothing, Some("first")));
    let water = [("CITY-8a", "yes"), ("CITY-8b", "no"), ("CITY-8d", "85"), ("CITY-8e", "yes")];
    assert_eq!(faults(&water), (vec!["CITY-8b".to_owned()], Some("below")));
}

fn any_value() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(&AnswerType::ALL[..]).prop_flat_map(|one| prop::sample::select(one.choices()));
    prop_oneof![
        3 => words,
        1 => (0..50_u32).prop_map(Value::Count),
        1 => any::<u32>().prop_map(Value::Minutes),
        1 => any::<u32>().prop_map(Value::WorkingDays),
        1 => any::<i32>().prop_map(Value::Band),
        1 => (any::<u32>(), any::<u32>()).prop_map(|(seen, of)| Value::Ratio { seen, of }),
        1 => (0..=9_u32, 9..12_u32).prop_map(|(seen, of)| Value::Ratio { seen, of }),
    ]
}

/// An item such as no file could hold: limits and points of any size on any answer type.
fn any_item() -> impl Strategy<Value = Item> {
    let limit = || prop::option::of(prop_oneof![0..20_u32, any::<u32>()]);
    let points = prop_oneof![Just(0), 0..1_000_u32, any::<u32>()];
    let base = sets().remove(0).items.remove(0);
    (prop::sample::select(&AnswerType::ALL[..]), points, limit(), limit()).prop_map(
        move |(answer, points, fails_over, fails_under)| Item {
            answer,
            points,
            fails_over,
            fails_under,
            ..base.clone()
        },
    )
}

proptest! {
    #[test]
    fn nobody_gets_more_than_there_is(items in prop::collection::vec((any_item(), prop::option::of(any_value())), 0..40)) {
        let code = |at: usize| -> ItemCode { format!("T-{at}").parse().unwrap() };
        let form: Vec<Item> =
            items.iter().enumerate().map(|(at, (item, _))| Item { code: code(at), ..item.clone() }).collect();
        let answers: BTreeMap<_, _> =
            items.iter().enumerate().filter_map(|(at, (_, value))| Some((code(at), (*value)?))).collect();
        let score = score(&[], &form, &answers);
        prop_assert!(score.obtained <= score.obtainable);
        prop_assert!(score.rate.is_none_or(|rate| rate <= 10_000));
        prop_assert_eq!(score.rate.is_none(), score.obtainable == 0);
        let sum = |part: fn(&ScoreLine) -> u64| score.lines.iter().map(part).sum::<u64>();
        prop_assert_eq!(sum(|line| u64::try_from(line.obtained).unwrap()), score.obtained);
        prop_assert_eq!(sum(|line| line.obtainable), score.obtainable);
        for (line, item) in score.lines.iter().zip(&form) {
            prop_assert!(line.obtained.unsigned_abs() <= line.obtainable && line.obtainable <= u64::from(item.points));
            // A fault never gets full points.
            let failed = line.answer.is_some_and(|value| item.failed(&value));
            prop_assert!(!failed || line.obtainable == 0 || line.obtained.unsigned_abs() < line.obtainable);
        }
    }

    #[test]
    fn the_order_of_the_form_and_of_the_answers_changes_no_figure(
        typed in prop::collection::vec((0..47_usize, any_value()), 0..60).prop_shuffle(),
        turned in 0..47_usize,
    ) {
        let sets = sets();
        let mut items = form(&sets, &Kinds::embedded().lineage("GOV"), Mode::Open, 3);
        // The first value given for an item is its answer, whichever end we begin at.
        let firsts: BTreeMap<ItemCode, Value> =
            typed.iter().rev().map(|(at, value)| (items[*at].code.clone(), *value)).collect();
        let straight = score(&sets, &items, &firsts);
        items.rotate_left(turned);
        items.reverse();
        let turned = score(&sets, &items, &firsts.into_iter().rev().collect());
        prop_assert_eq!((straight.obtained, straight.obtainable, straight.rate), (turned.obtained, turned.obtainable, turned.rate));
        prop_assert_eq!(straight.missing.len(), turned.missing.len());
    }
}
