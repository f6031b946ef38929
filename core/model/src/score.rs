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
    /// Items that are not answered, with or without points, in the order of the form; they are not in the denominator.
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
/// assert_eq!(score.missing.len(), 10);
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
            Rule::Unanswered | Rule::Unfit => score.missing.push(item.code.clone()),
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
mod tests;
