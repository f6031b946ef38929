//! The score of a visit as a screen shows it: each line with its rule, each set with its formula.
//!
//! Points are the model's to give. What was submitted stays, and nothing here adds up what is scored differently.

use std::collections::BTreeMap;

use mingcha_model::body::Body;
use mingcha_model::{
    Bilingual, CriteriaSet, Definition, Item, ItemCode, LogId, OpId, Register, Said, Score, ScoreLine, Tier, Value,
    VisitCase, parts, score,
};

use crate::criteria::both;
use crate::{MingchaError, Phone, Recounted, ScoreRow, ScoreView, SetScoreRow};

/// A visit's form and what was answered to it.
pub(crate) struct VisitForm {
    pub sets: Vec<CriteriaSet>,
    pub items: Vec<Item>,
    pub answers: BTreeMap<ItemCode, Register<Said>>,
}

impl VisitForm {
    /// The value in force of each item, an item that every set with it asks counted once.
    pub fn values(&self) -> BTreeMap<ItemCode, Value> {
        self.answers.iter().filter_map(|(item, register)| Some((item.clone(), answer_in_force(register)?.0))).collect()
    }

    /// Its items part by part, as the opening recorded them; what was answered besides stands at the end of the last.
    pub fn in_parts(&self, visit: &VisitCase) -> Vec<Vec<Item>> {
        let is_asked = |item: &Item| visit.asked.as_ref().is_none_or(|asked| asked.contains(&item.code));
        let (asked, besides) = self.items.iter().cloned().partition(is_asked);
        let mut parts = parts(asked, &self.sets);
        match parts.last_mut() {
            Some(last) => last.extend::<Vec<Item>>(besides),
            None => parts.push(besides),
        }
        parts
    }

    pub fn score(&self) -> Score {
        score(&self.sets, &self.items, &self.values())
    }

    /// The score as it was submitted: what came later is no part of it. Where counting again comes to something else, as
    /// where a later answer replaced one that was counted, the figures that were stated stand.
    pub fn score_of(&self, visit: &VisitCase) -> Score {
        let Some((_, figures)) = &visit.figures else { return self.score() };
        let mut counted = BTreeMap::new();
        for (item, register) in &self.answers {
            let heads = register.heads().filter(|(id, head)| !visit.is_added_after_submission(*id, head.ord));
            let newest = heads.max_by_key(|(id, head)| (head.ord, id.log, id.seq));
            if let Some(Body::Answer(answer)) = newest.map(|(_, head)| &head.value.body) {
                counted.insert(item.clone(), answer.value);
            }
        }
        score(&self.sets, &self.items, &counted).as_submitted(figures.obtained, figures.obtainable)
    }

    /// Who defines an item of the form.
    pub fn definition_of(&self, item: &str) -> Option<&'static str> {
        self.items.iter().find(|known| known.code.as_str() == item).map(|item| item.definition.name())
    }

    /// Who defines the form: `inferred` where one of its items is.
    pub fn definition(&self) -> Option<&'static str> {
        let inferred = self.items.iter().find(|item| item.definition == Definition::Inferred);
        inferred.or(self.items.first()).map(|item| item.definition.name())
    }

    /// A score of this form for display, which says where it rests on what is inferred.
    pub fn shown(&self, score: &Score, explained: bool) -> ScoreView {
        let mut view = score_view(score, explained);
        view.definition = self.definition();
        for (row, line) in view.lines.iter_mut().zip(&score.lines) {
            row.definition = self.definition_of(&row.item);
            if let Some(percent) = self.percentage_typed(line) {
                let told = line.words();
                row.rule =
                    both(&Bilingual { zh: format!("{percent}：{}", told.zh), en: format!("{percent}: {}", told.en) });
            }
        }
        view
    }

    /// The percentage that a level was told by; none where the level itself was chosen.
    fn percentage_typed(&self, line: &ScoreLine) -> Option<String> {
        let (value, said) = answer_in_force(self.answers.get(&line.item)?)?;
        let item = self.items.iter().find(|item| item.code == line.item)?;
        let number = said.text(0).split(['；', '\n']).next()?.trim();
        let read = item
            .read(number)
            .ok()
            .filter(|_| item.levels.is_some() && number.starts_with(|c: char| c.is_ascii_digit()))?;
        let tells = Some(read.value) == line.answer && read.value == value && matches!(value, Value::Level(_));
        tells.then(|| format!("{}%", number.trim_end_matches(['%', '％']).trim_end()))
    }

    /// Items that do not apply, and nobody said why.
    pub fn reasons_missing(&self) -> Vec<String> {
        let silent = self.items.iter().filter(|item| {
            let in_force = self.answers.get(&item.code).and_then(answer_in_force);
            in_force.is_some_and(|(value, said)| value == Value::NotApplicable && said.text(0).trim().is_empty())
        });
        silent.map(|item| item.code.to_string()).collect()
    }

    /// The last answer of each log but this one, of those that are shown.
    pub fn counted(&self, own: LogId) -> Vec<OpId> {
        let mut last: BTreeMap<LogId, u64> = BTreeMap::new();
        for (id, _) in self.answers.values().flat_map(Register::heads).filter(|(id, _)| id.log != own) {
            let seq = last.entry(id.log).or_default();
            *seq = id.seq.max(*seq);
        }
        last.into_iter().map(|(log, seq)| OpId { log, seq }).collect()
    }
}

/// The value in force of an answer, and the statement that made it.
pub(crate) fn answer_in_force(register: &Register<Said>) -> Option<(Value, &Said)> {
    let (_, head) = register.latest()?;
    match &head.value.body {
        Body::Answer(answer) => Some((answer.value, &head.value)),
        _ => None,
    }
}

impl Phone {
    /// The score of a visit, line by line.
    pub fn score(&self, visit: &str) -> Result<ScoreView, MingchaError> {
        let visit = self.visit_case(self.visit_id(visit)?)?;
        let form = self.form_of(&visit)?;
        Ok(form.shown(&form.score_of(&visit), true))
    }
}

/// A score for display; `lines` only where it is asked to explain itself.
fn score_view(score: &Score, explained: bool) -> ScoreView {
    let codes = |codes: &[ItemCode]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
    let lines = score.lines.iter().map(|line| ScoreRow {
        item: line.item.to_string(),
        definition: None,
        set: line.set.to_string(),
        value: line.answer.as_ref().map(ToString::to_string).unwrap_or_default(),
        obtained: line.obtained,
        obtainable: line.obtainable,
        rule: both(&line.words()),
        rule_code: line.rule.name(),
        level: line.tier.map(Tier::name),
        waits_for: codes(&line.waits_for),
    });
    let sets = score.sets.iter().map(|set| SetScoreRow {
        set: set.set.to_string(),
        model: set.model.name(),
        obtained: set.obtained,
        obtainable: set.obtainable,
        rate: set.rate.map(u64::from),
        conforms: set.conforms,
        level: set.tier.map(Tier::name),
        counted: set.counted,
        formula: both(&set.formula),
    });
    ScoreView {
        obtained: score.obtained,
        obtainable: score.obtainable,
        rate: score.rate.map(u64::from),
        definition: None,
        formula: both(&score.formula),
        recounted: score.recounted.map(|(obtained, obtainable)| Recounted { obtained, obtainable }),
        vetoes: codes(&score.vetoes),
        beside: codes(&score.beside),
        sets: sets.collect(),
        lines: if explained { lines.collect() } else { Vec::new() },
    }
}
