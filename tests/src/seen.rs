//! What a phone shows of a visit, in a shape that two phones can be compared by.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::desk::Desk;

/// What a phone shows as the answer to one item: the value and note in force, and every version as (op, value, note, in
/// force).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The value in force.
    pub value: String,
    /// The note in force, empty where there is none.
    pub note: String,
    /// All versions that stand, by op.
    pub versions: BTreeSet<(String, String, String, bool)>,
}

fn words(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}

/// The answers of a visit, by item.
///
/// # Panics
/// When the phone cannot show it.
#[track_caller]
pub fn seen(desk: &Desk, visit: &str) -> BTreeMap<String, Seen> {
    let shown = desk.run(&["visit", "show", visit]);
    let rows = shown["answers"].as_array().cloned().unwrap_or_default();
    let version = |one: &Value| {
        (words(one, "op"), words(one, "value"), words(one, "note"), one["in_force"].as_bool().unwrap_or_default())
    };
    rows.iter()
        .map(|row| {
            let versions = row["versions"].as_array().into_iter().flatten().map(version).collect();
            (words(row, "item"), Seen { value: words(row, "value"), note: words(row, "note"), versions })
        })
        .collect()
}

/// The photos of a visit, by id, in the order shown.
///
/// # Panics
/// When the phone cannot show it.
#[track_caller]
pub fn photos(desk: &Desk, visit: &str) -> Vec<String> {
    let shown = desk.run(&["visit", "show", visit]);
    shown["photos"].as_array().into_iter().flatten().map(|photo| words(photo, "photo")).collect()
}

/// The feeds that a phone follows, apart from that of its person: name, epoch, cursor and hash.
///
/// # Panics
/// When the phone has no status.
#[track_caller]
pub fn hashes(desk: &Desk) -> BTreeSet<(String, u64, u64, String)> {
    let status = desk.run(&["status"]);
    let number = |feed: &Value, key: &str| feed[key].as_u64().unwrap_or_default();
    status["feeds"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|feed| (words(feed, "feed"), number(feed, "epoch"), number(feed, "cursor"), words(feed, "hash")))
        .filter(|(name, ..)| !name.starts_with("person:") && !name.starts_with("covert:"))
        .collect()
}
