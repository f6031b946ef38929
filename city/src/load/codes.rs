//! Codes of one sort of things: those of the file and those that the city holds already.
//!
//! Two codes that differ by the size of letters alone are one code to people, so they are refused as two.

use std::collections::BTreeMap;

use mingcha_model::Bilingual;

/// What stands behind a code that was declared.
pub(super) struct Codes<T> {
    /// By the code in small letters: the code as declared, its value, and its byte in this file if it stands there.
    by_small: BTreeMap<String, (String, T, Option<usize>)>,
}

impl<T: Clone> Codes<T> {
    /// None yet.
    pub(super) fn none() -> Self {
        Self { by_small: BTreeMap::new() }
    }

    /// Those that the city holds.
    pub(super) fn known<'a>(codes: impl Iterator<Item = (&'a String, T)>) -> Self {
        let by_small = codes.map(|(code, value)| (small(code), (code.clone(), value, None))).collect();
        Self { by_small }
    }

    /// Declares a code of the file. `line` tells the line of a byte.
    pub(super) fn declare(
        &mut self,
        code: &str,
        value: T,
        at: usize,
        line: impl Fn(usize) -> usize,
    ) -> Result<(), Bilingual> {
        match self.by_small.get(&small(code)) {
            Some((_, _, Some(first))) => {
                let line = line(*first);
                Err(Bilingual {
                    zh: format!("代码 {code} 已用于第 {line} 行，请换一个（大小写视为相同）"),
                    en: format!(
                        "the code {code} is already used in line {line}: give each its own (a and A are the same)"
                    ),
                })
            }
            Some((declared, _, None)) if declared != code => Err(Bilingual {
                zh: format!("平台已有代码 {declared}，只差大小写，请照写 {declared}"),
                en: format!(
                    "the city has the code {declared}, which differs by the size of letters alone: write {declared}"
                ),
            }),
            _ => {
                self.by_small.insert(small(code), (code.to_owned(), value, Some(at)));
                Ok(())
            }
        }
    }

    /// What stands behind a code that a row refers to. `table` is where one declares such codes.
    pub(super) fn find(&self, code: &str, table: &str) -> Result<T, Bilingual> {
        match self.by_small.get(&small(code)) {
            Some((declared, value, _)) if declared == code => Ok(value.clone()),
            Some((declared, ..)) => Err(Bilingual {
                zh: format!("没有代码 {code}，应写作 {declared}"),
                en: format!("the code {code} is not known: write {declared}"),
            }),
            None => Err(Bilingual {
                zh: format!("没有代码 {code}，请先在 {table} 中登记，或改用已有代码"),
                en: format!("the code {code} is not known: add it under {table}, or write one that is there"),
            }),
        }
    }
}

fn small(code: &str) -> String {
    code.to_ascii_lowercase()
}
