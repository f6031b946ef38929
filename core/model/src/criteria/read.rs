//! Reading a criteria set from its TOML file.
//!
//! Nothing doubtful passes: unknown keys, empty texts, double codes, points out of range and items without a source
//! are refused with the file, the item and the reason, because an office corrects the file and not the program.

mod entry;
mod limits;

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use super::{CriteriaSet, Definition, Offered, Placeholder, ScoringModel, Source};
use crate::{Bilingual, Kinds};

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 1 << 20;
/// The most items a set may have.
pub const MOST_ITEMS: usize = 500;
/// The most comparisons a set may have.
const MOST_COMPARISONS: usize = 20;
/// The longest text, in characters.
const LONGEST_TEXT: usize = 1_000;
/// What bonuses may lift a hundred points to, where a set does not say.
const USUAL_CAP: u32 = 110;

/// A file that is no criteria set, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSet {
    /// The file's name, as it was given.
    pub file: String,
    /// The item's or title's code, or its number where it has none; nothing when the whole file is meant.
    pub item: Option<String>,
    /// What is wrong and what to do; a key of the file stands in backticks.
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
    assignment: Option<Definition>,
    scoring: ScoringModel,
    #[serde(default)]
    offered: Offered,
    #[serde(default)]
    placeholder: bool,
    names: Option<u32>,
    #[serde(default)]
    source: Vec<Source>,
    #[serde(default)]
    notes: Vec<Bilingual>,
    cap: Option<u32>,
    #[serde(default)]
    item: Vec<toml::Table>,
    #[serde(default)]
    title: Vec<toml::Table>,
    #[serde(default)]
    comparison: Vec<toml::Table>,
}

impl CriteriaSet {
    /// Reads a set from the text of its file; `kinds` are those that its items may name.
    pub fn parse(file: &str, text: &str, kinds: &Kinds) -> Result<Self, BadSet> {
        Self::parse_all(file, text, kinds).map_err(|mut mistakes| mistakes.swap_remove(0))
    }

    /// Reads a set, and tells every mistake in it: never none.
    pub fn parse_all(file: &str, text: &str, kinds: &Kinds) -> Result<Self, Vec<BadSet>> {
        let bad = |reason: String| vec![BadSet { file: file.to_owned(), item: None, reason }];
        if text.len() > LARGEST_FILE {
            return Err(bad("the file is over 1 MiB: split the set".to_owned()));
        }
        let raw: SetFile = toml::from_str(text).map_err(|error| bad(told(&error, text)))?;
        let (items, titles, comparisons) = (raw.item.clone(), raw.title.clone(), raw.comparison.clone());
        let mut set = head(raw).map_err(bad)?;
        let mut mistakes = Vec::new();
        let mut codes = BTreeSet::new();
        let twice = "the code is used twice: give each item its own";
        for (at, entry) in items.into_iter().enumerate() {
            let name = name_of(&entry, at);
            let item = entry::item(entry, &set, kinds).and_then(|item| {
                let fresh = codes.insert(item.code.as_str().to_ascii_lowercase());
                if fresh { Ok(item) } else { Err(twice.to_owned()) }
            });
            match item {
                Ok(item) => set.items.push(item),
                Err(reason) => mistakes.push(BadSet { file: file.to_owned(), item: Some(name), reason }),
            }
        }
        for (at, entry) in titles.into_iter().enumerate() {
            let name = name_of(&entry, at);
            let title = entry::title(entry, &set).and_then(|title| {
                let fresh = codes.insert(title.code.as_str().to_ascii_lowercase());
                if fresh { Ok(title) } else { Err(twice.to_owned()) }
            });
            match title {
                Ok(title) => set.titles.push(title),
                Err(reason) => mistakes.push(BadSet { file: file.to_owned(), item: Some(name), reason }),
            }
        }
        for (at, entry) in comparisons.into_iter().enumerate() {
            let name = name_of(&entry, at);
            match entry::comparison(entry, &set) {
                Ok(one) if codes.insert(one.code.as_str().to_ascii_lowercase()) => set.comparisons.push(one),
                Ok(_) => mistakes.push(BadSet { file: file.to_owned(), item: Some(name), reason: twice.to_owned() }),
                Err(reason) => mistakes.push(BadSet { file: file.to_owned(), item: Some(name), reason }),
            }
        }
        if mistakes.is_empty() { Ok(set) } else { Err(mistakes) }
    }
}

fn name_of(entry: &toml::Table, at: usize) -> String {
    let name = entry.get("code").and_then(toml::Value::as_str).filter(|code| code.len() <= 64);
    name.map_or_else(|| format!("number {}", at.saturating_add(1)), ToOwned::to_owned)
}

/// The set without its items.
fn head(raw: SetFile) -> Result<CriteriaSet, String> {
    let code = raw.code.parse().map_err(|error| format!("`code` is {error}"))?;
    if raw.version == 0 {
        return Err("`version` begins at 1".to_owned());
    }
    let (items, titles) = (raw.item.len(), raw.title.len());
    if items > MOST_ITEMS || titles > MOST_ITEMS || (items == 0 && titles == 0 && !raw.placeholder) {
        return Err(format!("a set has 1 to {MOST_ITEMS} items, this one has {items}"));
    }
    let assignment = raw.assignment.unwrap_or(raw.definition);
    if [raw.definition, assignment].contains(&Definition::Inferred) && raw.reason.is_none() {
        return Err("an inferred set must say why: add `reason`".to_owned());
    }
    if raw.placeholder && (items > 0 || titles > 0) {
        return Err("a `placeholder` has no items: take `placeholder` out, or the items".to_owned());
    }
    if raw.placeholder && (raw.reason.is_none() || raw.source.is_empty()) {
        return Err("a `placeholder` names its `source` and says in `reason` what is missing".to_owned());
    }
    if raw.comparison.len() > MOST_COMPARISONS {
        return Err(format!("a set compares at most {MOST_COMPARISONS} things"));
    }
    if raw.names.is_some() && !raw.placeholder {
        return Err("`names` belongs to a `placeholder` alone".to_owned());
    }
    if raw.cap.is_some() && raw.scoring != ScoringModel::Base100 {
        return Err("`cap` belongs to base_100 alone".to_owned());
    }
    if raw.cap.is_some_and(|cap| !(100..=1_000).contains(&cap)) {
        return Err("`cap` is 100 to 1000 points".to_owned());
    }
    both_halves(("name", &raw.name))?;
    raw.reason.iter().try_for_each(|text| both_halves(("reason", text)))?;
    raw.notes.iter().try_for_each(|text| both_halves(("notes", text)))?;
    raw.source.iter().try_for_each(proper_source)?;
    Ok(CriteriaSet {
        code,
        version: raw.version,
        name: raw.name,
        definition: raw.definition,
        assignment,
        reason: raw.reason,
        scoring: raw.scoring,
        cap: raw.cap.unwrap_or(USUAL_CAP),
        offered: raw.offered,
        placeholder: raw.placeholder.then_some(Placeholder { names: raw.names }),
        source: raw.source,
        notes: raw.notes,
        items: Vec::with_capacity(items),
        titles: Vec::with_capacity(titles),
        comparisons: Vec::with_capacity(raw.comparison.len()),
    })
}

fn both_halves((key, text): (&str, &Bilingual)) -> Result<(), String> {
    proper(key, &text.zh)?;
    proper(key, &text.en)
}

fn proper_source(source: &Source) -> Result<(), String> {
    proper("source", &source.document)?;
    proper("source", &source.clause)
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
