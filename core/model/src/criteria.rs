//! Criteria sets 标准: versioned lists of what is looked at, as data.
//!
//! Every set says where it comes from and what in it is inferred, wherever it is shown. Nothing here knows a single
//! item by name: the built-in sets are files like any other, and a city may replace them.

mod read;

use serde::Serialize;

pub use read::{BadSet, LARGEST_FILE, MOST_ITEMS};

use crate::{AnswerType, Bilingual, ItemCode, KindCode, Kinds, Lineage, SetCode, Value};

/// A criteria set, as read from its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriteriaSet {
    /// The code, `W5`.
    pub code: SetCode,
    /// The version, from 1; a published version is never altered.
    pub version: u32,
    /// What people call it.
    pub name: Bilingual,
    /// How sure the set is.
    pub definition: Definition,
    /// Why it is inferred, or what in it is; always there if it is.
    pub reason: Option<Bilingual>,
    /// How it is scored.
    pub scoring: ScoringModel,
    /// What a reader of the set must know besides.
    pub notes: Vec<Bilingual>,
    /// The items, in the order of the form. 1 to 500.
    pub items: Vec<Item>,
}

/// One thing that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The code, `W5-1`; unique in its set, and meant to be unique among sets.
    pub code: ItemCode,
    /// The heading it stands under.
    pub group: Option<Bilingual>,
    /// What is asked.
    pub text: Bilingual,
    /// What counts as failed.
    pub help: Bilingual,
    /// How it is answered.
    pub answer: AnswerType,
    /// The ways in which it can be found out; never empty.
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
    /// The clauses it comes from; never empty.
    pub source: Vec<Source>,
    /// How sure the item is; the set's, if the file does not say.
    pub definition: Definition,
    /// Why it is inferred; the set's, if the file does not say.
    pub reason: Option<Bilingual>,
}

/// Where an item comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document, `002`.
    pub document: String,
    /// The clause in it, `四(一)2`.
    pub clause: String,
}

/// How sure a set or an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Definition {
    /// Stated in one of the five source documents.
    Seed,
    /// Found in other published practice.
    Sourced,
    /// Our own reading, shown as such with its reason.
    Inferred,
}

/// How a set is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoringModel {
    /// Each item brings its points or a part of them; see [`score`](crate::score).
    ItemPoints,
}

/// A way of finding something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// By looking, unnoticed.
    Observe,
    /// By asking as any client would.
    Ask,
    /// By a phone call.
    Telephone,
    /// From records or in an interview, which shows who one is.
    Records,
    /// From clients' answers to a questionnaire.
    Questionnaire,
}

/// When an item asks for a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoNeed {
    /// Whenever it is answered, unless it does not apply.
    Always,
    /// When it failed.
    Failed,
    /// Never.
    None,
    /// Never, and a picture here would easily show faces or papers.
    Avoid,
}

impl Ask {
    /// The name in files, commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Ask => "ask",
            Self::Telephone => "telephone",
            Self::Records => "records",
            Self::Questionnaire => "questionnaire",
        }
    }
}

impl PhotoNeed {
    /// The name in files, commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Failed => "failed",
            Self::None => "none",
            Self::Avoid => "avoid",
        }
    }
}

impl CriteriaSet {
    /// The sets that every phone knows: `W5` and `SYSB`.
    pub fn embedded() -> Result<Vec<Self>, BadSet> {
        let kinds = Kinds::embedded();
        BUILT_IN.iter().map(|(file, text)| Self::parse(file, text, &kinds)).collect()
    }

    /// The item of this code.
    #[must_use]
    pub fn item(&self, code: &ItemCode) -> Option<&Item> {
        self.items.iter().find(|item| item.code == *code)
    }
}

/// The built-in files by name.
const BUILT_IN: [(&str, &str); 2] = [
    ("W5.toml", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/criteria/W5.toml"))),
    ("SYSB.toml", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/criteria/SYSB.toml"))),
];

impl Item {
    /// Whether the item holds for a site of this kind.
    #[must_use]
    pub fn applies(&self, kind: &Lineage) -> bool {
        kind.is_any_of(&self.kinds)
    }

    /// Whether the item can be answered; an undercover visit only looks, and asks what any client would.
    #[must_use]
    pub fn answerable(&self, undercover: bool) -> bool {
        !undercover || self.ask.iter().any(|way| matches!(way, Ask::Observe | Ask::Ask))
    }

    /// Whether this answer is a fault: no, poor, unqualified, a veto, an occurrence, or a quantity beyond its limit.
    ///
    /// What does not apply is no fault; neither is a value that does not fit the item, which
    /// [`AnswerType::check`] refuses.
    #[must_use]
    pub fn failed(&self, value: &Value) -> bool {
        if self.answer.check(value).is_err() {
            return false;
        }
        let beyond = |quantity: u32, over: Option<u32>| {
            over.is_some_and(|most| quantity > most) || self.fails_under.is_some_and(|least| quantity < least)
        };
        match *value {
            Value::Yes => self.answer == AnswerType::Veto,
            Value::No => self.answer == AnswerType::YesNo,
            Value::Poor | Value::Level(crate::Level::Unqualified) => true,
            Value::Count(n) if self.answer == AnswerType::Occurrences => beyond(n, Some(self.fails_over.unwrap_or(0))),
            Value::Count(n) | Value::Minutes(n) | Value::Hours(n) | Value::WorkingDays(n) | Value::Trips(n) => {
                beyond(n, self.fails_over)
            }
            Value::Ratio { seen, of } => {
                let least = u64::from(self.fails_under.unwrap_or(0).min(100)).saturating_mul(u64::from(of));
                u64::from(seen).saturating_mul(100) < least
            }
            Value::NotApplicable | Value::Good | Value::Fair | Value::Level(_) | Value::Band(_) | Value::Class(_) => {
                false
            }
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

/// The items to be answered at a site of this kind: in the order of the sets, then of their items.
///
/// A code that stands in two sets is asked once, as the first set has it.
///
/// ```
/// use mingcha_model::{CriteriaSet, Kinds, form};
///
/// let sets = CriteriaSet::embedded()?;
/// let bank = Kinds::embedded().lineage("BANK");
/// let covert = form(&sets, &bank, true);
/// assert_eq!(covert.first().map(|item| item.code.as_str()), Some("W5-1"));
/// assert!(covert.len() < form(&sets, &bank, false).len()); // records are not asked for under cover
/// # Ok::<(), mingcha_model::BadSet>(())
/// ```
#[must_use]
pub fn form<'a>(sets: impl IntoIterator<Item = &'a CriteriaSet>, kind: &Lineage, undercover: bool) -> Vec<&'a Item> {
    let mut seen = std::collections::BTreeSet::new();
    sets.into_iter()
        .flat_map(|set| &set.items)
        .filter(|item| item.applies(kind) && item.answerable(undercover) && seen.insert(&item.code))
        .collect()
}

#[cfg(test)]
mod tests;
