//! Reading a criteria set from its TOML file.
//!
//! Nothing doubtful passes: unknown keys, empty texts, double codes, points out of range and items without a source
//! are refused with the file, the item and the reason, because an office corrects the file and not the program.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use super::{Ask, CriteriaSet, Definition, Item, PhotoNeed, ScoringModel, Source};
use crate::{AnswerType, Bilingual, KindCode, Kinds};

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 1 << 20;
/// The most items a set may have.
pub const MOST_ITEMS: usize = 500;
/// The longest text, in characters.
const LONGEST_TEXT: usize = 1_000;
/// Full marks of one item, in hundredths of a point.
const MOST_POINTS: u32 = 10_000;
/// The largest limit an item may set.
const LARGEST_LIMIT: u32 = 100_000;

/// A file that is no criteria set, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSet {
    /// The file's name, as it was given.
    pub file: String,
    /// The item's code, or its number where it has none; nothing when the whole file is meant.
    pub item: Option<String>,
    /// What is wrong and what to do.
    pub reason: String,
}

impl fmt::Display for BadSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(item) = &self.item {
            write!(f, ", item {item}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for BadSet {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFile {
    code: String,
    version: u32,
    name: Bilingual,
    definition: Definition,
    reason: Option<Bilingual>,
    scoring: ScoringModel,
    #[serde(default)]
    notes: Vec<Bilingual>,
    item: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemEntry {
    code: String,
    group: Option<Bilingual>,
    text: Bilingual,
    help: Bilingual,
    answer: String,
    ask: Vec<Ask>,
    photo: PhotoNeed,
    kinds: Vec<String>,
    points: u32,
    fails_over: Option<u32>,
    fails_under: Option<u32>,
    source: Vec<Source>,
    definition: Option<Definition>,
    reason: Option<Bilingual>,
}

impl CriteriaSet {
    /// Reads a set from the text of its file; `kinds` are those that its items may name.
    pub fn parse(file: &str, text: &str, kinds: &Kinds) -> Result<Self, BadSet> {
        let bad = |reason: String| BadSet { file: file.to_owned(), item: None, reason };
        if text.len() > LARGEST_FILE {
            return Err(bad("the file is over 1 MiB: split the set".to_owned()));
        }
        let raw: SetFile = toml::from_str(text).map_err(|error| bad(told(&error, text)))?;
        let code = raw.code.parse().map_err(|error| bad(format!("`code` is {error}")))?;
        if raw.version == 0 {
            return Err(bad("`version` begins at 1".to_owned()));
        }
        if raw.item.is_empty() || raw.item.len() > MOST_ITEMS {
            return Err(bad(format!("a set has 1 to {MOST_ITEMS} items, this one has {}", raw.item.len())));
        }
        if raw.definition == Definition::Inferred && raw.reason.is_none() {
            return Err(bad("an inferred set must say why: add `reason`".to_owned()));
        }
        let named = [("name", &raw.name)].into_iter();
        let texts = named.chain(raw.reason.iter().map(|text| ("reason", text)));
        texts.chain(raw.notes.iter().map(|text| ("notes", text))).try_for_each(both_halves).map_err(bad)?;

        let mut set = Self {
            code,
            version: raw.version,
            name: raw.name,
            definition: raw.definition,
            reason: raw.reason,
            scoring: raw.scoring,
            notes: raw.notes,
            items: Vec::with_capacity(raw.item.len()),
        };
        let mut codes = BTreeSet::new();
        for (at, entry) in raw.item.into_iter().enumerate() {
            let name = entry.get("code").and_then(toml::Value::as_str).filter(|code| code.len() <= 64);
            let name = name.map_or_else(|| format!("number {}", at.saturating_add(1)), ToOwned::to_owned);
            let item = read_item(entry, &set, kinds).and_then(|item| {
                let fresh = codes.insert(item.code.as_str().to_ascii_lowercase());
                if fresh { Ok(item) } else { Err("the code is used twice: give each item its own".to_owned()) }
            });
            let refused = |reason| BadSet { file: file.to_owned(), item: Some(name), reason };
            set.items.push(item.map_err(refused)?);
        }
        Ok(set)
    }
}

fn read_item(entry: toml::Table, set: &CriteriaSet, kinds: &Kinds) -> Result<Item, String> {
    let entry: ItemEntry = entry.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let code = entry.code.parse().map_err(|error| format!("`code` is {error}"))?;
    let answer: AnswerType = entry.answer.parse().map_err(|error| format!("`answer` is {error}"))?;
    let texts = [("text", &entry.text), ("help", &entry.help)].into_iter();
    let texts = texts.chain(entry.group.iter().map(|text| ("group", text)));
    texts.chain(entry.reason.iter().map(|text| ("reason", text))).try_for_each(both_halves)?;
    if entry.ask.is_empty() {
        return Err("`ask` is empty: say how it can be found out".to_owned());
    }
    if entry.source.is_empty() {
        return Err("`source` is empty: name the document and clause".to_owned());
    }
    for source in &entry.source {
        proper("source", &source.document)?;
        proper("source", &source.clause)?;
    }
    if entry.points > MOST_POINTS {
        return Err(format!("`points` are hundredths of a point, 0 to {MOST_POINTS}"));
    }
    check_limits(answer, entry.points, entry.fails_over, entry.fails_under)?;
    let definition = entry.definition.unwrap_or(set.definition);
    let reason = entry.reason.or_else(|| set.reason.clone().filter(|_| definition == Definition::Inferred));
    if definition == Definition::Inferred && reason.is_none() {
        return Err("an inferred item must say why: add `reason` to it or to the set".to_owned());
    }
    Ok(Item {
        code,
        group: entry.group,
        text: entry.text,
        help: entry.help,
        answer,
        ask: entry.ask,
        photo: entry.photo,
        kinds: read_kinds(&entry.kinds, kinds)?,
        points: entry.points,
        fails_over: entry.fails_over,
        fails_under: entry.fails_under,
        source: entry.source,
        definition,
        reason,
    })
}

fn read_kinds(listed: &[String], kinds: &Kinds) -> Result<Vec<KindCode>, String> {
    if listed.is_empty() {
        return Err("`kinds` is empty: name the kinds of windows, or \"ALL\"".to_owned());
    }
    let known = |code: &String| {
        let kind = kinds.get(code).map(|kind| kind.code.clone());
        kind.ok_or_else(|| "`kinds` names a kind of window that is not known: add the kind first".to_owned())
    };
    listed.iter().map(known).collect()
}

/// A quantity that scores must say from where on it fails; words need no limit.
fn check_limits(answer: AnswerType, points: u32, over: Option<u32>, under: Option<u32>) -> Result<(), String> {
    use AnswerType as A;
    let told = |reason: &str| Err(reason.to_owned());
    if over.max(under) > Some(LARGEST_LIMIT) {
        return told("`fails_over` and `fails_under` are at most 100000");
    }
    match answer {
        A::YesNo | A::Grade | A::Level | A::Veto | A::Band if over.is_some() || under.is_some() => {
            told("this answer type takes no `fails_over` or `fails_under`")
        }
        A::Veto | A::Band if points > 0 => told("this answer type scores nothing: set `points` to 0"),
        A::Occurrences | A::Minutes | A::Hours | A::WorkingDays | A::Trips if under.is_some() => {
            told("this answer type takes `fails_over` only")
        }
        A::Ratio if over.is_some() => told("a ratio takes `fails_under` only, in percent"),
        A::Ratio if under.is_some_and(|percent| !(1..=100).contains(&percent)) => {
            told("a ratio's `fails_under` is a percentage from 1 to 100")
        }
        A::Count if matches!((over, under), (Some(most), Some(least)) if most < least) => {
            told("`fails_over` is smaller than `fails_under`: nothing could pass")
        }
        A::Count | A::Ratio | A::Minutes | A::Hours | A::WorkingDays | A::Trips
            if points > 0 && over.is_none() && under.is_none() =>
        {
            told("a quantity with points needs `fails_over` or `fails_under`; without points it is information")
        }
        _ => Ok(()),
    }
}

fn both_halves((key, text): (&str, &Bilingual)) -> Result<(), String> {
    proper(key, &text.zh)?;
    proper(key, &text.en)
}

fn proper(key: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        Err(format!("`{key}` has an empty text: write it in Chinese and in English"))
    } else if text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
        Err(format!("`{key}` is over {LONGEST_TEXT} characters or has a line break: write one short line"))
    } else {
        Ok(())
    }
}

/// What the reader of TOML says, in one line with the line it means.
fn told(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let reason = error.message().replace('\n', " ");
    match before {
        Some(before) => format!("line {}: {reason}", before.matches('\n').count().saturating_add(1)),
        None => reason,
    }
}
