//! One thing that is looked at: how it is answered, where it holds, when it failed.
//!
//! An item is data. It refuses to know its set's other items, except where a condition names them.

use super::bands::{Bands, LevelLimits};
use super::condition::Derivation;
use super::{Ask, Definition, PhotoNeed, ScoringModel, Source};
use crate::answer_type::{half_width, hundredths};
use crate::{AnswerType, BadValue, Bilingual, Class, ItemCode, KindCode, Level, Lineage, Mode, SetCode, Value};

/// One thing that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The code, `W5-1`; unique in its set, and meant to be unique among sets.
    pub code: ItemCode,
    /// The set that it belongs to.
    pub set: SetCode,
    /// How its set is scored.
    pub scoring: ScoringModel,
    /// The heading it stands under.
    pub group: Option<Bilingual>,
    /// What is asked.
    pub text: Bilingual,
    /// What counts as failed.
    pub help: Bilingual,
    /// How it is answered.
    pub answer: AnswerType,
    /// The ways in which it can be found out; empty only where it is derived.
    pub ask: Vec<Ask>,
    /// When a photo is asked for.
    pub photo: PhotoNeed,
    /// The kinds or families of windows it holds for; never empty.
    pub kinds: Vec<KindCode>,
    /// Full marks in hundredths of a point, up to 10,000; 0 for information, which scores nothing.
    pub points: u32,
    /// Fails when the quantity is larger than this.
    pub fails_over: Option<u32>,
    /// Fails when the quantity is smaller than this; for a ratio in percent, so that all of all never fails.
    pub fails_under: Option<u32>,
    /// Other limits for some kinds of windows; the first that fits a site replaces both limits.
    pub limits: Vec<Limit>,
    /// The things that a count counts; empty where it counts whatever there is.
    pub parts: Vec<Bilingual>,
    /// The classes of a measured number; without any it is a number and has no class.
    pub bands: Bands,
    /// The percentages of three levels.
    pub levels: Option<LevelLimits>,
    /// How a derived item is worked out; always there if it is derived, and only then.
    pub derivation: Option<Derivation>,
    /// What a fault takes off in a set of base 100, in hundredths of a point; of occurrences, each one beyond
    /// `fails_over`.
    pub deduct: u32,
    /// The most that this item takes off, in hundredths of a point.
    pub deduct_most: Option<u32>,
    /// What it adds where it conforms, in a set of base 100, in hundredths of a point.
    pub bonus: u32,
    /// The months, 1 to 12, in which it is asked; empty for all.
    pub months: Vec<u8>,
    /// The modes of visits that ask it; empty for all.
    pub modes: Vec<Mode>,
    /// 1 stays first when a form is cut, 3 goes first.
    pub priority: u8,
    /// Of the items that share this word a form asks the first only.
    pub same: Option<String>,
    /// Ready wording of a finding.
    pub quick: Option<Bilingual>,
    /// The clauses it comes from; never empty.
    pub source: Vec<Source>,
    /// How sure the demand is; the set's, if the file does not say.
    pub definition: Definition,
    /// How sure its place in this set is; the set's, if the file does not say.
    pub assignment: Definition,
    /// Why it is inferred; the set's, if the file does not say.
    pub reason: Option<Bilingual>,
}

/// Limits that hold for some kinds of windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The kinds; never empty.
    pub kinds: Vec<KindCode>,
    /// Fails when the quantity is larger than this.
    pub fails_over: Option<u32>,
    /// Fails when the quantity is smaller than this.
    pub fails_under: Option<u32>,
}

/// What was typed, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The value.
    pub value: Value,
    /// Words that were typed with it: the reason why it does not apply, or the answer itself where words are asked.
    pub note: Option<String>,
}

impl Item {
    /// The item as it holds for a site of this kind: with that kind's limits.
    #[must_use]
    pub fn for_kind(&self, kind: &Lineage) -> Self {
        let mut item = self.clone();
        if let Some(limit) = self.limits.iter().find(|limit| kind.is_any_of(&limit.kinds)) {
            (item.fails_over, item.fails_under) = (limit.fails_over, limit.fails_under);
        }
        item.limits.clear();
        item
    }

    /// Whether the item holds for a site of this kind.
    #[must_use]
    pub fn applies(&self, kind: &Lineage) -> bool {
        kind.is_any_of(&self.kinds)
    }

    /// Whether a visit of this mode can answer it: undercover one only looks, and asks what any client would; a unit
    /// that checks itself looks and opens its records, for it is not its own client on the telephone, at the counter
    /// or with a questionnaire.
    #[must_use]
    pub fn answerable(&self, mode: Mode) -> bool {
        let can = |way: &Ask| match mode {
            Mode::Undercover => matches!(way, Ask::Observe | Ask::Ask),
            Mode::SelfCheck => matches!(way, Ask::Observe | Ask::Records),
            Mode::Open | Mode::Recheck | Mode::Joint | Mode::Special => true,
        };
        self.derivation.is_none() && (self.modes.is_empty() || self.modes.contains(&mode)) && self.ask.iter().any(can)
    }

    /// Whether it is asked in this month, 1 to 12.
    #[must_use]
    pub fn in_season(&self, month: u8) -> bool {
        self.months.is_empty() || self.months.contains(&month)
    }

    /// The words that a screen offers as buttons; `na` is always the last. Of the classes those that its bands name, and
    /// 不达标 for whatever is in none of them.
    #[must_use]
    pub fn choices(&self) -> Vec<Value> {
        self.answer.choices().iter().filter(|value| self.check(value).is_ok()).copied().collect()
    }

    /// Reads what was typed for this item, by the one rule that phone, city and import share.
    ///
    /// Beside what [`AnswerType::parse`] takes: a reason after 不适用 (`na 大厅停用`), words where words are asked,
    /// and a percentage where the item says which level it is.
    pub fn read(&self, typed: &str) -> Result<Typed, BadValue> {
        let trimmed = typed.trim();
        if let Some(reason) = reason_after_not_applicable(trimmed) {
            let value = self.answer.parse("na")?;
            return Ok(Typed { value, note: Some(reason.to_owned()) });
        }
        if let (AnswerType::Level, Some(levels)) = (self.answer, &self.levels)
            && trimmed.len() <= 64
            && let Some(percent) = percentage(trimmed)
        {
            return Ok(Typed { value: Value::Level(levels.level(percent)), note: Some(trimmed.to_owned()) });
        }
        let value = self.answer.parse(trimmed).map_err(|bad| BadValue { bands: self.bands, ..bad })?;
        self.check(&value)?;
        let words = value == Value::Written
            && ![Value::Written.to_string(), Value::Written.in_chinese()].contains(&trimmed.to_owned());
        Ok(Typed { value, note: words.then(|| trimmed.to_owned()) })
    }

    /// Refuses a value that this item cannot have.
    pub fn check(&self, value: &Value) -> Result<(), BadValue> {
        self.answer.check(value)?;
        let most = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        match value {
            Value::Count(n) if most > 0 && *n > most => Err(BadValue { most: Some(most), ..BadValue::of(self.answer) }),
            Value::Class(class) if self.answer == AnswerType::Band && !self.bands.have(*class) => {
                Err(BadValue { bands: self.bands, ..BadValue::of(self.answer) })
            }
            _ => Ok(()),
        }
    }

    /// Whether this answer is a fault: no, poor, worse, unqualified, below every class, a veto, an occurrence, or a
    /// quantity beyond its limit.
    ///
    /// What does not apply is no fault; neither is a value that does not fit the item, which [`Self::check`] refuses.
    #[must_use]
    pub fn failed(&self, value: &Value) -> bool {
        if self.check(value).is_err() {
            return false;
        }
        let beyond = |quantity: u32, over: Option<u32>| {
            over.is_some_and(|most| quantity > most) || self.fails_under.is_some_and(|least| quantity < least)
        };
        match *value {
            Value::Yes => self.answer == AnswerType::Veto,
            Value::No => matches!(self.answer, AnswerType::YesNo | AnswerType::Derived),
            Value::Poor | Value::Worse | Value::Level(Level::Unqualified) | Value::Class(Class::Below) => true,
            Value::Count(n) if self.answer == AnswerType::Occurrences => beyond(n, Some(self.fails_over.unwrap_or(0))),
            Value::Count(n) | Value::Minutes(n) | Value::Hours(n) | Value::WorkingDays(n) | Value::Trips(n) => {
                beyond(n, self.fails_over)
            }
            Value::Ratio { seen, of } => {
                let least = u64::from(self.fails_under.unwrap_or(0).min(100)).saturating_mul(u64::from(of));
                u64::from(seen).saturating_mul(100) < least
            }
            Value::Band(measured) => self.bands.class(measured) == Some(Class::Below),
            Value::NotApplicable
            | Value::Good
            | Value::Fair
            | Value::Level(_)
            | Value::Class(_)
            | Value::Written
            | Value::Better
            | Value::Same => false,
        }
    }

    /// Whether a photo is asked for with this answer (none: not answered yet).
    #[must_use]
    pub fn photo_wanted(&self, value: Option<&Value>) -> bool {
        match self.photo {
            PhotoNeed::Always => value != Some(&Value::NotApplicable),
            PhotoNeed::Failed => value.is_some_and(|value| self.failed(value)),
            PhotoNeed::None | PhotoNeed::Avoid => false,
        }
    }
}

/// The reason that follows `na` or 不适用, after a space or a colon.
fn reason_after_not_applicable(typed: &str) -> Option<&str> {
    let rest = typed.strip_prefix("不适用").or_else(|| {
        let (word, rest) = typed.split_at_checked(2)?;
        word.eq_ignore_ascii_case("na").then_some(rest)
    })?;
    let between = |c: char| c.is_whitespace() || matches!(c, ':' | '：' | ',' | '，');
    let reason = rest.strip_prefix(between)?.trim_start_matches(between).trim();
    (!reason.is_empty()).then_some(reason)
}

/// `86`, `86.5%`: a percentage from 0 to 100 in hundredths.
fn percentage(typed: &str) -> Option<i32> {
    let plain: String = typed.chars().map(half_width).collect();
    let number = hundredths(plain.strip_suffix('%').unwrap_or(&plain).trim_end())?;
    (0..=10_000).contains(&number).then_some(number)
}
