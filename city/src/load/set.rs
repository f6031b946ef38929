//! Criteria sets to publish: files beside the office's own, or tables inside it.
//!
//! A version that is published is never altered, so another text under the same version is refused; so is a file
//! outside the folder, because what is loaded should lie together.

use std::path::{Component, Path};

use mingcha_model::{BadSet, Bilingual, CriteriaSet, Kinds};
use serde::Deserialize as _;
use toml::de::ValueDeserializer;

use super::mistake::{Mistake, Report};
use super::row::{File, Row, both};
use super::{LoadedSet, text_of};

/// The largest text of a set, in bytes: it travels as the body of one op.
pub(super) const LARGEST_SET: usize = 160 * 1024;

pub(super) fn sets(
    report: &mut Report,
    file: &File<'_>,
    beside: Option<&Path>,
    kinds: &Kinds,
    known: &[CriteriaSet],
) -> Vec<LoadedSet> {
    let mut loaded: Vec<LoadedSet> = Vec::new();
    for mut row in file.rows(report, "sets") {
        let retired = row.yes("retired").unwrap_or(false);
        let Some((name, toml)) = text_of_set(&mut row, beside) else {
            end(row, report);
            continue;
        };
        match CriteriaSet::parse(&name, &toml, kinds) {
            Ok(set) => {
                let same = |other: &&CriteriaSet| other.code == set.code && other.version == set.version;
                if loaded.iter().map(|loaded| &loaded.set).any(|other| same(&other)) {
                    row.wrong("code", twice(&set));
                } else if known.iter().find(same).is_some_and(|published| *published != set) {
                    row.wrong("version", altered(&set));
                } else if let Some(reason) = taken(&set, known.iter().chain(loaded.iter().map(|loaded| &loaded.set))) {
                    row.wrong("code", reason);
                } else {
                    loaded.push(LoadedSet { set, toml, retired });
                }
            }
            Err(bad) if is_file(&row) => report.add(in_file(bad)),
            Err(bad) => {
                let (table, reason) = in_row(row.label(), bad);
                report.mistake(&table, row.at(), reason);
            }
        }
        end(row, report);
    }
    loaded
}

/// The set of a file of its own; all of its mistakes at once.
pub(super) fn one(report: &mut Report, file: &str, toml: &str, known: &super::Known) -> Vec<LoadedSet> {
    let set = match CriteriaSet::parse_all(file, toml, &known.kinds) {
        Ok(set) => set,
        Err(mistakes) => {
            for bad in mistakes {
                report.add(in_file(bad));
            }
            return Vec::new();
        }
    };
    let same = |other: &&CriteriaSet| other.code == set.code && other.version == set.version;
    if known.sets.iter().find(same).is_some_and(|published| *published != set) {
        let reason = altered(&set);
        report.add(Mistake { file: file.to_owned(), table: "[set]".to_owned(), line: 0, reason });
        return Vec::new();
    }
    if let Some(reason) = taken(&set, known.sets.iter()) {
        report.add(Mistake { file: file.to_owned(), table: "[set]".to_owned(), line: 0, reason });
        return Vec::new();
    }
    // What is published already keeps the text it was published with.
    let text = known.published.get(&(set.code.to_string(), set.version));
    let toml = text.cloned().unwrap_or_else(|| toml.to_owned());
    vec![LoadedSet { set, toml, retired: false }]
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
        let read = folder.ok_or_else(elsewhere).and_then(|folder| text_of(&folder.join(path), LARGEST_SET));
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
    if text.len() > LARGEST_SET {
        row.wrong("code", both("标准超过 160 KiB，请拆分", "the set is over 160 KiB: split it"));
        return None;
    }
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

/// Why a set may not have its items: a code names one thing, in whatever set a finding or an answer names it.
fn taken<'a>(set: &CriteriaSet, mut known: impl Iterator<Item = &'a CriteriaSet>) -> Option<Bilingual> {
    let has = |other: &&CriteriaSet| other.code != set.code;
    let of =
        |other: &'a CriteriaSet| Some((&other.code, set.items.iter().find(|item| other.item(&item.code).is_some())?));
    let (other, item) = known.by_ref().filter(has).find_map(of)?;
    let item = &item.code;
    Some(both(
        format!("检查项编码 {item} 已属于标准 {other}，请改用新的编码"),
        format!("the item code {item} belongs to the set {other} already: give this item a code of its own"),
    ))
}

fn altered(set: &CriteriaSet) -> Bilingual {
    both(
        format!("标准 {} v{} 已发布，内容不可更改，请提高 version", set.code, set.version),
        format!("the set {} v{} is published and never altered: raise `version`", set.code, set.version),
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
