//! What a visit's answers are worth, each line with the rule that made it.
//!
//! Whole hundredths of a point, no floats. What does not apply, what is not answered and what is only information
//! leaves the denominator; nothing is re-weighted in silence, and what is missing is listed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{AnswerType, Class, Item, ItemCode, Level, Value};

/// The score of one visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Points obtained, in hundredths.
    pub obtained: u64,
    /// Points that could be obtained with what was answered, in hundredths.
    pub obtainable: u64,
    /// Obtained of obtainable in hundredths of a percent, rounded down: 9,350 is 93.50 %. None if nothing scored.
    pub rate: Option<u32>,
    /// One line for each item, in the order of the form.
    pub lines: Vec<ScoreLine>,
    /// Items with points that are not answered, in the order of the form; they are not in the denominator.
    pub missing: Vec<ItemCode>,
    /// Veto items answered with yes.
    pub vetoes: Vec<ItemCode>,
    /// Answers to items that are not on the form; they count for nothing.
    pub beside: Vec<ItemCode>,
}

/// One item's part of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScoreLine {
    /// The item.
    pub item: ItemCode,
    /// Its answer.
    pub answer: Option<Value>,
    /// Why it brings what it brings.
    pub rule: Rule,
    /// In hundredths of a point.
    pub obtained: u32,
    /// In hundredths of a point.
    pub obtainable: u32,
}

/// Why an item brings what it brings.
///
/// The sources demand that items be looked at, none says what a middle answer is worth: the parts for 良 and
/// 基本合格 (a half) are inferred. A ratio brings its proportion, as the rate over observed instances does in published
/// field checks; other quantities bring all or nothing by their limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Full points: yes, good, qualified, or a quantity within its limit.
    Full,
    /// Half the points, rounded down to a hundredth: fair, basic.
    Half,
    /// The points times seen of observed, rounded down to a hundredth.
    Proportion,
    /// No points: a fault.
    Failed,
    /// Not applicable: leaves the denominator.
    NotApplicable,
    /// Not answered: leaves the denominator and is listed as missing.
    Unanswered,
    /// The value is not of the item's answer type: treated as not answered.
    Unfit,
    /// An item without points: information only.
    Information,
    /// A veto item that does not apply or was answered with no.
    NoVeto,
    /// A veto item answered with yes: scores nothing, takes away awards.
    Veto,
}

impl Rule {
    /// The rule in Chinese and in English, as a screen shows it beside the line.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Full => ("满分", "full points"),
            Self::Half => ("一半分值", "half the points"),
            Self::Proportion => ("按比例得分", "points in proportion"),
            Self::Failed => ("不得分", "no points"),
            Self::NotApplicable => ("不适用，不计入总分", "not applicable, left out of the total"),
            Self::Unanswered => ("未填答，不计入总分", "not answered, left out of the total"),
            Self::Unfit => {
                ("答案与题型不符，按未填答处理", "the answer does not fit the item, counted as not answered")
            }
            Self::Information => ("仅作记录，不计分", "information only, no points"),
            Self::NoVeto => ("未触发一票否决", "no veto"),
            Self::Veto => ("一票否决", "veto"),
        }
    }
}

/// Scores the answers to the items of one form, by item points.
///
/// A pure sum over the form: the order of items and answers changes no figure, and obtained is never more than
/// obtainable. Items of one code are scored once.
///
/// ```
/// use std::collections::BTreeMap;
/// use mingcha_model::{CriteriaSet, Kinds, Value, form, score};
///
/// let sets = CriteriaSet::embedded()?;
/// let items = form(&sets[..1], &Kinds::embedded().lineage("BANK"), true);
/// let answers = BTreeMap::from([("W5-1".parse()?, Value::Yes), ("W5-7".parse()?, Value::Fair)]);
/// let score = score(items, &answers);
/// assert_eq!((score.obtained, score.obtainable, score.rate), (300, 400, Some(7_500)));
/// assert_eq!(score.missing.len(), 9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn score<'a>(items: impl IntoIterator<Item = &'a Item>, answers: &BTreeMap<ItemCode, Value>) -> Score {
    let mut score = Score::default();
    let mut unasked = answers.clone();
    let mut asked = std::collections::BTreeSet::new();
    for item in items {
        if !asked.insert(&item.code) {
            continue;
        }
        let line = line(item, unasked.remove(&item.code));
        score.obtained = score.obtained.saturating_add(u64::from(line.obtained));
        score.obtainable = score.obtainable.saturating_add(u64::from(line.obtainable));
        match line.rule {
            Rule::Unanswered | Rule::Unfit if item.points > 0 => score.missing.push(item.code.clone()),
            Rule::Veto => score.vetoes.push(item.code.clone()),
            _ => {}
        }
        score.lines.push(line);
    }
    score.beside = unasked.into_keys().collect();
    let rate = u128::from(score.obtained).saturating_mul(10_000).checked_div(u128::from(score.obtainable));
    score.rate = rate.and_then(|rate| u32::try_from(rate).ok());
    score
}

fn line(item: &Item, answer: Option<Value>) -> ScoreLine {
    let (rule, obtained) = judge(item, answer.as_ref());
    let counts = matches!(rule, Rule::Full | Rule::Half | Rule::Proportion | Rule::Failed);
    let obtainable = if counts { item.points } else { 0 };
    ScoreLine { item: item.code.clone(), answer, rule, obtained, obtainable }
}

/// The rule for this answer and the points it brings.
fn judge(item: &Item, answer: Option<&Value>) -> (Rule, u32) {
    let Some(value) = answer else { return (Rule::Unanswered, 0) };
    if item.answer.check(value).is_err() {
        return (Rule::Unfit, 0);
    }
    match *value {
        _ if item.answer == AnswerType::Veto => (if item.failed(value) { Rule::Veto } else { Rule::NoVeto }, 0),
        _ if item.points == 0 => (Rule::Information, 0),
        Value::NotApplicable => (Rule::NotApplicable, 0),
        Value::Ratio { seen, of } => (Rule::Proportion, proportion(item.points, seen, of)),
        _ if item.failed(value) => (Rule::Failed, 0),
        Value::Fair | Value::Level(Level::Basic) => (Rule::Half, item.points.div_euclid(2)),
        // A measured number or its class has no agreed worth yet; a set cannot give it points.
        Value::Band(_) | Value::Class(Class::Excellent | Class::Well | Class::Standard) => (Rule::Information, 0),
        _ => (Rule::Full, item.points),
    }
}

/// Points times seen of observed, rounded down; never more than the points.
fn proportion(points: u32, seen: u32, of: u32) -> u32 {
    let share = u64::from(points).saturating_mul(u64::from(seen)).checked_div(u64::from(of)).unwrap_or(0);
    u32::try_from(share).unwrap_or(points).min(points)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{CriteriaSet, Kinds, form};

    fn sets() -> Vec<CriteriaSet> {
        CriteriaSet::embedded().unwrap()
    }

    fn answers(typed: &[(&str, &str)]) -> BTreeMap<ItemCode, Value> {
        let sets = sets();
        let items = form(&sets, &Kinds::embedded().lineage("GOV"), false);
        let read = |code: &str, text: &str| {
            let item = items.iter().find(|item| item.code.as_str() == code).unwrap();
            (item.code.clone(), item.answer.parse(text).unwrap())
        };
        typed.iter().map(|(code, text)| read(code, text)).collect()
    }

    fn scored(typed: &[(&str, &str)]) -> Score {
        let sets = sets();
        score(form(&sets, &Kinds::embedded().lineage("GOV"), false), &answers(typed))
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
        // 42 of the 48 items have points; a count of seats, a veto or a comparison is not missed.
        assert_eq!((score.lines.len(), score.missing.len()), (48, 42));
        assert!(score.missing.iter().all(|code| !code.as_str().ends_with('N')));
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
        let items = form(&sets, &Kinds::embedded().lineage("BANK"), false);
        let answers = BTreeMap::from([
            ("W5-1".parse().unwrap(), Value::Count(3)),
            ("SYSB-Y3a".parse().unwrap(), Value::Yes), // administrative windows only
            ("W5-2".parse().unwrap(), Value::Yes),
        ]);
        let score = score(items, &answers);
        assert_eq!((score.obtained, score.obtainable), (200, 200));
        assert_eq!(score.missing.first().map(ItemCode::as_str), Some("W5-1"));
        assert_eq!(score.beside.iter().map(ItemCode::as_str).collect::<Vec<_>>(), ["SYSB-Y3a"]);
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
            let score = score(&form, &answers);
            prop_assert!(score.obtained <= score.obtainable);
            prop_assert!(score.rate.is_none_or(|rate| rate <= 10_000));
            prop_assert_eq!(score.rate.is_none(), score.obtainable == 0);
            let sum = |part: fn(&ScoreLine) -> u32| score.lines.iter().map(|line| u64::from(part(line))).sum::<u64>();
            prop_assert_eq!(sum(|line| line.obtained), score.obtained);
            prop_assert_eq!(sum(|line| line.obtainable), score.obtainable);
            for (line, item) in score.lines.iter().zip(&form) {
                prop_assert!(line.obtained <= line.obtainable && line.obtainable <= item.points);
                // A fault never gets full points.
                let failed = line.answer.is_some_and(|value| item.failed(&value));
                prop_assert!(!failed || line.obtainable == 0 || line.obtained < line.obtainable);
            }
        }

        #[test]
        fn the_order_of_the_form_and_of_the_answers_changes_no_figure(
            typed in prop::collection::vec((0..48_usize, any_value()), 0..60).prop_shuffle(),
            turned in 0..48_usize,
        ) {
            let sets = sets();
            let mut items = form(&sets, &Kinds::embedded().lineage("GOV"), false);
            // The first value given for an item is its answer, whichever end we begin at.
            let firsts: BTreeMap<ItemCode, Value> =
                typed.iter().rev().map(|(at, value)| (items[*at].code.clone(), *value)).collect();
            let straight = score(items.iter().copied(), &firsts);
            items.rotate_left(turned);
            items.reverse();
            let turned = score(items, &firsts.into_iter().rev().collect());
            prop_assert_eq!((straight.obtained, straight.obtainable, straight.rate), (turned.obtained, turned.obtainable, turned.rate));
            prop_assert_eq!(straight.missing.len(), turned.missing.len());
        }
    }
}
