//! Criteria sets to publish: files beside the office's own, or tables inside it.
//!
//! Beside what is published a set stands by the model's own rule, the same as where an office checks its file; a file
//! outside the folder is refused, because what is loaded should lie together.

use std::path::{Component, Path};

use mingcha_model::{BadSet, Bilingual, CriteriaSet, Kinds, LARGEST_SET};
use serde::Deserialize as _;
use toml::de::ValueDeserializer;

use super::mistake::{Mistake, Report};
use super::row::{File, Row, both};
use super::{Known, LoadedSet, TooLarge, text_of};

pub(super) fn sets(
    report: &mut Report,
    file: &File<'_>,
    beside: Option<&Path>,
    kinds: &Kinds,
    known: &Known,
) -> Vec<LoadedSet> {
    let mut loaded: Vec<LoadedSet> = Vec::new();
    let mut beside_it = known.sets.clone();
    for mut row in file.rows(report, "sets") {
        let retired = row.yes("retired").unwrap_or(false);
        let Some((name, toml)) = text_of_set(&mut row, beside) else {
            end(row, report);
            continue;
        };
        match CriteriaSet::parse(&name, &toml, kinds) {
            Ok(set) => {
                if loaded.iter().any(|one| (&one.set.code, one.set.version) == (&set.code, set.version)) {
                    row.wrong("code", twice(&set));
                } else if let Some(bad) = set.refused_beside(&name, &beside_it) {
                    refused(report, &row, bad);
                } else {
                    beside_it.push(set.clone());
                    loaded.push(LoadedSet { toml: text_to_publish(&set, toml, known), set, retired });
                }
            }
            Err(bad) => refused(report, &row, bad),
        }
        end(row, report);
    }
    loaded
}

/// The set of a file of its own; all of its mistakes at once.
pub(super) fn one(report: &mut Report, file: &str, toml: &str, known: &Known) -> Vec<LoadedSet> {
    let read = CriteriaSet::parse_all(file, toml, &known.kinds)
        .and_then(|set| set.refused_beside(file, &known.sets).map_or(Ok(set), |bad| Err(vec![bad])));
    match read {
        Ok(set) => {
            let toml = text_to_publish(&set, toml.to_owned(), known);
            vec![LoadedSet { set, toml, retired: false }]
        }
        Err(mistakes) => {
            for bad in mistakes {
                report.add(in_file(bad));
            }
            Vec::new()
        }
    }
}

/// What is published already keeps the text it was published with.
fn text_to_publish(set: &CriteriaSet, toml: String, known: &Known) -> String {
    known.published.get(&(set.code.to_string(), set.version)).cloned().unwrap_or(toml)
}

/// Tells a mistake in a set of the office's file: in the set's own file, or at its row.
fn refused(report: &mut Report, row: &Row<'_>, bad: BadSet) {
    if is_file(row) {
        report.add(in_file(bad));
    } else {
        let (table, reason) = in_row(row.label(), bad);
        report.mistake(&table, row.at(), reason);
    }
}

/// No set of this code.
pub(super) fn unknown() -> Bilingual {
    both("没有这套标准，请核对编码", "there is no such set: check its code")
}

/// Whether the row names a file; otherwise it is the set.
fn is_file(row: &Row<'_>) -> bool {
    row.table().contains_key("file")
}

/// The keys of a set inside the row were checked as those of a set.
fn end(row: Row<'_>, report: &mut Report) {
    if is_file(&row) { row.done(report) } else { row.done_whatever_else_it_has(report) }
}

/// The name under which mistakes of the set are told, and its text.
fn text_of_set(row: &mut Row<'_>, beside: Option<&Path>) -> Option<(String, String)> {
    if row.value("file").is_some() {
        let name = row.text("file", 200)?;
        let path = Path::new(&name);
        let below = path.components().all(|part| matches!(part, Component::Normal(_)));
        let folder = beside.filter(|_| below);
        let read =
            folder.ok_or_else(elsewhere).and_then(|folder| text_of(&folder.join(path), LARGEST_SET, TooLarge::Set));
        return row.keep("file", read).map(|text| (name, text));
    }
    let mut table = toml::Table::new();
    for (key, value) in row.table() {
        let plain = toml::Value::deserialize(ValueDeserializer::from(value.clone())).ok()?;
        if key.get_ref() != "retired" {
            table.insert(key.get_ref().clone().into_owned(), plain);
        }
    }
    let text = toml::to_string(&table).ok()?;
    Some((row.label().to_owned(), text))
}

fn elsewhere() -> Bilingual {
    both(
        "标准文件须与本文件放在同一文件夹（或其子文件夹），请写相对路径，如 \"sets/W6.toml\"",
        "a set's file lies beside this one or below: write its relative path, as in \"sets/W6.toml\"",
    )
}

fn twice(set: &CriteriaSet) -> Bilingual {
    both(
        format!("标准 {} v{} 出现两次，请删去一个或提高 version", set.code, set.version),
        format!("the set {} v{} stands here twice: take one out, or raise its `version`", set.code, set.version),
    )
}

/// A mistake in a set's own file.
fn in_file(bad: BadSet) -> Mistake {
    let table = bad.item.as_ref().map_or_else(|| "[set]".to_owned(), |item| format!("[[item]] {item}"));
    Mistake { file: bad.file.clone(), table, line: 0, reason: with_key(bad) }
}

/// A mistake in a set inside the office's file.
fn in_row(row: &str, bad: BadSet) -> (String, Bilingual) {
    let table = bad.item.as_ref().map_or_else(|| row.to_owned(), |item| format!("{row} [[item]] {item}"));
    (table, with_key(bad))
}

/// What is wrong, after the key in which it is.
fn with_key(bad: BadSet) -> Bilingual {
    match bad.key {
        Some(key) => both(format!("`{key}`：{}", bad.reason.zh), format!("`{key}`: {}", bad.reason.en)),
        None => bad.reason,
    }
}
