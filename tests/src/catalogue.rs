//! The built-in criteria sets as their files say it, and the reviewed tables that they are held against.
//!
//! The files are read as plain TOML, without the product's own reader: what a story finds in an item is what stands there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::{Table, Value};

use crate::numerals::{Hundredths, hundredths, numbers_in, words_in};

/// The rows of a table in `tests/vectors/catalogue`: tabs between cells, `#` before a remark.
///
/// # Panics
/// When the table is not there or a row has another number of cells.
#[must_use]
pub fn vector<const CELLS: usize>(name: &str) -> Vec<[String; CELLS]> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/catalogue")).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let cells = |line: &str| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        cells.try_into().unwrap_or_else(|_| panic!("{name}: not {CELLS} cells: {line}"))
    };
    rows.map(cells).collect()
}

/// A file of `core/model/criteria`.
///
/// # Panics
/// When it is not there or no TOML.
#[must_use]
pub fn file(name: &str) -> Table {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../core/model/criteria")).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    text.parse().unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// An item, a title, a comparison or a placeholder set, as its file has it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The set's code.
    pub set: String,
    /// The item's code; the set's for a placeholder and for what the set says of itself.
    pub code: String,
    /// What stands in the file.
    pub table: Table,
}

/// Every entry of every built-in set, the sets themselves among them.
///
/// # Panics
/// When a file cannot be read.
#[must_use]
pub fn entries() -> Vec<Entry> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../core/model/criteria"));
    let files = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("criteria: {error}"));
    let mut names: Vec<String> =
        files.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.retain(|name| !["kinds.toml", "documents.toml"].contains(&name.as_str()));
    names.sort();
    let mut entries = Vec::new();
    for name in names {
        let mut set = file(&name);
        let code = text(&set, "code");
        let below: Vec<Value> = ["item", "title", "comparison"]
            .into_iter()
            .filter_map(|key| set.remove(key)?.as_array().cloned())
            .flatten()
            .collect();
        let of_set = |table: Table| Entry { set: code.clone(), code: text(&table, "code"), table };
        let below = below.into_iter().filter_map(|value| value.as_table().cloned()).map(of_set);
        entries.extend(below.collect::<Vec<_>>());
        entries.push(of_set(set));
    }
    entries
}

/// The built-in kinds of windows.
///
/// # Panics
/// When their file cannot be read.
#[must_use]
pub fn kinds() -> Vec<Entry> {
    let listed = file("kinds.toml").remove("kind").and_then(|kinds| kinds.as_array().cloned()).unwrap_or_default();
    let kinds = listed.into_iter().filter_map(|kind| kind.as_table().cloned());
    kinds.map(|table| Entry { set: "kinds".to_owned(), code: text(&table, "code"), table }).collect()
}

fn text(table: &Table, key: &str) -> String {
    table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Texts that say a number, in figures or in words; `points` are this application's own and stand in the reviewed table.
const TEXTS: [&str; 5] = ["text", "help", "name", "quick", "parts"];
/// Rules that hold a number.
const RULES: [&str; 11] = [
    "fails_over",
    "fails_under",
    "limits",
    "bands",
    "levels",
    "condition",
    "classes",
    "quota",
    "names",
    "months",
    "cap",
];

impl Entry {
    /// A text of the entry; empty where it has none.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        text(&self.table, key)
    }

    /// The documents and clauses that the entry cites.
    #[must_use]
    pub fn sources(&self) -> BTreeSet<(String, String)> {
        let listed = self.table.get("source").and_then(Value::as_array);
        let pair = |source: &Value| Some((text(source.as_table()?, "document"), text(source.as_table()?, "clause")));
        listed.into_iter().flatten().filter_map(pair).collect()
    }

    /// How many things a count counts, where it lists them.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.table.get("parts").and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// Every number in the entry with the key it stands under, in hundredths.
    #[must_use]
    pub fn numbers(&self) -> BTreeSet<(&'static str, Hundredths)> {
        let mut found = BTreeSet::new();
        for key in TEXTS.into_iter().chain(RULES) {
            let rule = RULES.contains(&key);
            self.table.get(key).into_iter().for_each(|value| collect(value, key, rule, &mut found));
        }
        for key in ["deduct", "deduct_most"] {
            found.extend(self.table.get(key).and_then(Value::as_integer).map(|hundredths| (key, hundredths)));
        }
        found
    }

    /// The entry in one line for the reviewed table: everything that is no text, and a digest of every text.
    #[must_use]
    pub fn line(&self) -> String {
        let words = ["name", "text", "help", "group", "parts", "quick", "notes", "reason"];
        let digest =
            words.iter().filter_map(|key| self.table.get(*key)).fold(BASIS, |sum, value| fnv(sum, &value.to_string()));
        let rest: BTreeMap<&String, &Value> =
            self.table.iter().filter(|(key, _)| *key != "code" && !words.contains(&key.as_str())).collect();
        let rest: Vec<String> = rest.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{}\t{}\t{digest:016x}\t{}", self.set, self.code, rest.join(" ")).replace('\n', " ")
    }
}

fn collect(value: &Value, key: &'static str, rule: bool, found: &mut BTreeSet<(&'static str, Hundredths)>) {
    match value {
        Value::Integer(number) => found.extend([(key, number.saturating_mul(100))]),
        // A condition names items, whose codes are no numbers: `CITY-8d >= 70`.
        Value::String(text) if rule => {
            let limit = text.split_whitespace().next_back().and_then(hundredths);
            found.extend(limit.map(|number| (key, number)));
        }
        Value::String(text) => {
            let said = numbers_in(text, false).into_iter().chain(words_in(text));
            found.extend(said.map(|number| (key, number)));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, key, rule, found)),
        Value::Table(table) => {
            let named = |name: &str| name == "kinds";
            table.iter().filter(|(name, _)| !named(name)).for_each(|(_, value)| collect(value, key, rule, found));
        }
        _ => {}
    }
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: enough to notice a changed letter, and nothing that anybody would forge.
fn fnv(sum: u64, text: &str) -> u64 {
    text.bytes().fold(sum, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
