//! What a visit's answers are worth, each line with the rule that made it.
//!
//! Whole hundredths of a point, no floats. Every set is scored by its own model. What does not apply, what is not
//! answered and what is only information leaves the denominator; nothing is re-weighted in silence, and what is
//! missing is listed.

mod line;
mod model;
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use line::{Rule, Ruler, ScoreLine};
pub use model::{SetScore, Tier};

use crate::{Bilingual, CriteriaSet, Item, ItemCode, SetCode, Value};

/// The score of one visit.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Which sets make the figure, how, what it leaves out, and what stands beside it.
    pub formula: Bilingual,
    /// What counting again comes to, obtained and obtainable, where the figure above is the one that was submitted and
    /// differs.
    pub recounted: Option<(u64, u64)>,
}

impl Score {
    /// The same with the figure that was submitted: it stays, whoever counts again, with other answers or by another rule.
    ///
    /// What each set came to was not stated; where the figures differ the sets are left out, and the words say both.
    #[must_use]
    pub fn as_submitted(mut self, obtained: u64, obtainable: u64) -> Self {
        if (self.obtained, self.obtainable) == (obtained, obtainable) {
            return self;
        }
        let points = |(obtained, obtainable): (u64, u64)| (words::hundredths(obtained), words::hundredths(obtainable));
        let again = (self.obtained, self.obtainable);
        let ((was, of), (now, of_now)) = (points((obtained, obtainable)), points(again));
        self.formula = Bilingual {
            zh: format!("提交时得分 {was} ÷ 应得 {of}，以此为准；各行在此重算，为 {now} ÷ {of_now}"),
            en: format!(
                "{was} of {of} as submitted, which stands; the lines, counted again here, come to {now} of {of_now}"
            ),
        };
        self.recounted = Some(again);
        (self.obtained, self.obtainable) = (obtained, obtainable);
        self.rate = model::rate(obtained, obtainable);
        self.sets.clear();
        self
    }
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
    let mut lines = Vec::new();
    let derived = derived(sets, items);
    let values = worked_out(&derived, answers);
    let decides = |item: &Item| -> Vec<ItemCode> {
        deciding(&derived, item).into_iter().filter(|one| line::weighs(one)).map(|one| one.code.clone()).collect()
    };
    for item in items {
        if asked.insert(&item.code) {
            lines.push(line::line(item, unasked.remove(&item.code), decides(item)));
        }
    }
    for item in &derived {
        if asked.insert(&item.code) {
            let mut line = line::line(item, values.get(&item.code).copied(), decides(item));
            if line.answer.is_none() {
                line.waits_for = line.operands.iter().filter(|code| !values.contains_key(code)).cloned().collect();
            }
            lines.push(line);
        }
    }
    let mut totals = Vec::new();
    for (code, cap) in set_order(sets, &lines) {
        let of_set: Vec<&ScoreLine> = lines.iter().filter(|line| line.set == code).collect();
        totals.extend(model::total(&of_set, cap));
    }
    // Points and instances are never added up: what is scored otherwise stands beside.
    let model = totals.iter().find(|set| set.model.has_figure()).map(|set| set.model);
    let (mut obtained, mut obtainable) = (0_u64, 0_u64);
    for set in totals.iter_mut().filter(|set| Some(set.model) == model) {
        set.counted = true;
        obtained = obtained.saturating_add(set.obtained);
        obtainable = obtainable.saturating_add(set.obtainable);
    }
    Score {
        obtained,
        obtainable,
        rate: model::rate(obtained, obtainable),
        missing: lines_of(&lines, &[Rule::Unanswered, Rule::Unfit]),
        vetoes: lines_of(&lines, &[Rule::Veto]),
        beside: unasked.into_keys().collect(),
        formula: words::of_visit(&totals, &lines, (obtained, obtainable)),
        recounted: None,
        sets: totals,
        lines,
    }
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

/// The answers, and what follows from them; in the order of the sets, where what is derived stands behind what it is
/// derived from. An answer that somebody gave by hand to what is derived counts for nothing.
fn worked_out(derived: &[&Item], answers: &BTreeMap<ItemCode, Value>) -> BTreeMap<ItemCode, Value> {
    let mut values = answers.clone();
    values.retain(|code, _| !derived.iter().any(|item| item.code == *code));
    for item in derived {
        if let Some(value) = item.derivation.as_ref().and_then(|how| how.value(&values)) {
            values.insert(item.code.clone(), value);
        }
    }
    values
}

/// What is derived from this item.
fn deciding<'a>(derived: &[&'a Item], item: &Item) -> Vec<&'a Item> {
    let of_it =
        |one: &&&Item| one.set == item.set && one.derivation.iter().any(|how| how.operands().contains(&&item.code));
    derived.iter().filter(of_it).copied().collect()
}

/// The items of a form that failed. A part of something that is derived is no fault where the whole was reached without it,
/// as where the clause says *or*.
#[must_use]
pub fn faults(sets: &[CriteriaSet], items: &[Item], answers: &BTreeMap<ItemCode, Value>) -> BTreeSet<ItemCode> {
    let derived = derived(sets, items);
    let values = worked_out(&derived, answers);
    let failed = |item: &Item| values.get(&item.code).is_some_and(|value| item.failed(value));
    let reached = |item: &Item| values.contains_key(&item.code) && !failed(item);
    let spared = |item: &Item| {
        let whole = deciding(&derived, item);
        !whole.is_empty() && whole.into_iter().all(reached)
    };
    items.iter().filter(|item| failed(item) && !spared(item)).map(|item| item.code.clone()).collect()
}

fn lines_of(lines: &[ScoreLine], rules: &[Rule]) -> Vec<ItemCode> {
    let wanted = lines.iter().filter(|line| rules.contains(&line.rule) && !line.derived);
    wanted.map(|line| line.item.clone()).collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
