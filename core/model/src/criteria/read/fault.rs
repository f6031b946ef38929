//! What is wrong in a set's file, in both languages, and the key in which it stands.
//!
//! A reason never repeats its own key and never speaks of lines or brackets where a value is meant: an office may have
//! written it into a spreadsheet. Nor does it repeat a text of the file, because errors travel to logs.

use std::fmt;

use super::LARGEST_SET;
use crate::Bilingual;

/// A file that is no criteria set, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSet {
    /// The file's name, as it was given.
    pub file: String,
    /// The item's, title's or comparison's code, or `#` and its number where it has none; nothing when the set itself
    /// is meant.
    pub item: Option<String>,
    /// The key in which the mistake stands, with what is inside it: `points`, `text.en`, `source.2.clause` (the second
    /// source); nothing when no single key is meant.
    pub key: Option<String>,
    /// What is wrong and what to do; other keys of the file stand in backticks.
    pub reason: Bilingual,
}

impl BadSet {
    /// What is said of a text over [`LARGEST_SET`], before or after it is read.
    #[must_use]
    pub fn too_large() -> Bilingual {
        let most = LARGEST_SET >> 10;
        Bilingual {
            zh: format!("标准超过 {most} KiB，无法发布；请分成两套标准（各用各的编码），或缩短文字"),
            en: format!(
                "the set is over {most} KiB and cannot be published: make two sets of it, each with a code of its own, \
                 or shorten its texts"
            ),
        }
    }
}

impl fmt::Display for BadSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for part in [&self.item, &self.key].into_iter().flatten() {
            write!(f, " {part}")?;
        }
        write!(f, ": {} / {}", self.reason.zh, self.reason.en)
    }
}

impl std::error::Error for BadSet {}

/// A mistake in one table of the file.
#[derive(Debug)]
pub(in crate::criteria) struct Fault {
    pub(super) key: Option<String>,
    pub(super) reason: Bilingual,
}

impl Fault {
    /// In this key.
    pub(in crate::criteria) fn at(key: &str, zh: &str, en: &str) -> Self {
        Self { key: Some(key.to_owned()), ..Self::new(zh, en) }
    }

    /// In whatever is being read.
    pub(in crate::criteria) fn new(zh: &str, en: &str) -> Self {
        Self { key: None, reason: Bilingual::new(zh, en) }
    }

    /// The whole set is larger than any that travels.
    pub(in crate::criteria) fn too_large() -> Self {
        Self { key: None, reason: BadSet::too_large() }
    }

    /// The same, inside this key.
    pub(super) fn inside(self, key: &str) -> Self {
        let key = self.key.map_or_else(|| key.to_owned(), |inner| format!("{key}.{inner}"));
        Self { key: Some(key), ..self }
    }

    pub(in crate::criteria) fn told(self, file: &str, item: Option<String>) -> BadSet {
        BadSet { file: file.to_owned(), item, key: self.key, reason: self.reason }
    }
}

/// A word of the file that may be told: codes and the like, never a text.
pub(super) fn shown(word: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || " -_.,<>=%".contains(c);
    (!word.is_empty() && word.len() <= 64 && word.chars().all(plain)).then_some(word)
}
