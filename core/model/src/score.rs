//! What a visit's answers are worth, each line with the rule that made it.
//!
//! Whole hundredths of a point, no floats. Every set is scored by its own model. What does not apply, what is not
//! answered and what is only information leaves the denominator; nothing is re-weighted in silence, and what is
//! missing is listed.

mod line;
mod model;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use line::{Rule, ScoreLine};
pub use model::{SetScore, Tier};

use crate::{CriteriaSet, Item, ItemCode, SetCode, Value};

/// The score of one visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Points obtained, in hundredths: the sum over the sets that have the model of the first set with a figure. Sets
    /// of another model stand beside, in `sets`.
    pub obtained: u64,
    /// Points that could be obtained with what was answered, in hundredths.
    pub obtainable: u64,
    /// Obtained of obtainable in hundredths of a percent, rounded down: 9,350 is 93.50 %. None if nothing scored.
    pub rate: Option<u32>,
    /// Each set by its own model, in the order of the form.
    pub sets: Vec<SetScore>,
    /// One line for each item, in the order of the form; what is derived stands at the end.
    pub lines: Vec<ScoreLine>,
    /// Items that are not answered, with or without points, in the order of the form; they are not in the denominator.
    pub missing: Vec<ItemCode>,
    /// Veto items answered with yes.
    pub vetoes: Vec<ItemCode>,
    /// Answers to items that are not on the form; they count for nothing.
    pub beside: Vec<ItemCode>,
}

/// Scores the answers to the items of one form, each set by its own model.
///
/// `sets` are those that the form was cut from: they bring what is derived, and the cap of bonuses. A pure sum over
/// the form: the order of items and answers changes no figure. Items of one code are scored once.
///
/// ```
/// use std::collections::BTreeMap;
/// use mingcha_model::{CriteriaSet, Kinds, Mode, Value, form, score};
///
/// let mut sets = CriteriaSet::embedded()?;
/// sets.retain(|set| set.code.as_str() == "W5");
/// let items = form(&sets, &Kinds::embedded().lineage("BANK"), Mode::Undercover, 3);
/// let answers = BTreeMap::from([("W5-1".parse()?, Value::Yes), ("W5-7".parse()?, Value::Fair)]);
/// let score = score(&sets, &items, &answers);
/// assert_eq!((score.obtained, score.obtainable, score.rate), (300, 400, Some(7_500)));
/// assert_eq!(score.missing.len(), 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn score(sets: &[CriteriaSet], items: &[Item], answers: &BTreeMap<ItemCode, Value>) -> Score {
    let mut unasked = answers.clone();
    let mut asked = BTreeSet::new();
    let mut score = Score::default();
    for item in items {
        if asked.insert(&item.code) {
            score.lines.push(line::line(item, unasked.remove(&item.code)));
        }
    }
    for item in derived(sets, items) {
        if asked.insert(&item.code) {
            // An answer that somebody gave by hand to what is derived counts for nothing.
            score.lines.push(line::line(item, item.derivation.as_ref().and_then(|how| how.value(answers))));
        }
    }
    score.missing = lines_of(&score.lines, &[Rule::Unanswered, Rule::Unfit]);
    score.vetoes = lines_of(&score.lines, &[Rule::Veto]);
    score.beside = unasked.into_keys().collect();
    for (code, cap) in set_order(sets, &score.lines) {
        let of_set: Vec<&ScoreLine> = score.lines.iter().filter(|line| line.set == code).collect();
        score.sets.extend(model::total(&of_set, cap));
    }
    // Points and instances are never added up: what is scored otherwise stands beside.
    let figures = |set: &&SetScore| set.model.has_figure();
    let model = score.sets.iter().find(figures).map(|set| set.model);
    for set in score.sets.iter().filter(|set| Some(set.model) == model) {
        score.obtained = score.obtained.saturating_add(set.obtained);
        score.obtainable = score.obtainable.saturating_add(set.obtainable);
    }
    score.rate = model::rate(score.obtained, score.obtainable);
    score
}

/// The sets that these lines belong to, in the order in which the visit asks them, each with its cap.
fn set_order(sets: &[CriteriaSet], lines: &[ScoreLine]) -> Vec<(SetCode, u32)> {
    let known = sets.iter().filter(|set| lines.iter().any(|line| line.set == set.code));
    let mut order: Vec<(SetCode, u32)> = known.map(|set| (set.code.clone(), set.cap)).collect();
    let mut strangers: Vec<SetCode> = lines.iter().map(|line| line.set.clone()).collect();
    strangers.sort();
    strangers.dedup();
    strangers.retain(|code| !order.iter().any(|(known, _)| known == code));
    order.extend(strangers.into_iter().map(|code| (code, 110)));
    order
}

/// What these sets derive from answers to items of this form.
fn derived<'a>(sets: &'a [CriteriaSet], items: &[Item]) -> Vec<&'a Item> {
    let on_form = |item: &Item| items.iter().any(|asked| asked.set == item.set);
    sets.iter().flat_map(|set| &set.items).filter(|item| item.derivation.is_some() && on_form(item)).collect()
}

fn lines_of(lines: &[ScoreLine], rules: &[Rule]) -> Vec<ItemCode> {
    let wanted = lines.iter().filter(|line| rules.contains(&line.rule) && !line.derived);
    wanted.map(|line| line.item.clone()).collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
