//! Mistakes in an office's file: where each stands, what is wrong, and what to write instead.
//!
//! A mistake names tables, lines, keys and codes, and never repeats a name, an address or any other text of the
//! file, because errors travel to logs.

use std::fmt;

use mingcha_model::Bilingual;
use serde::Serialize;

/// The most mistakes that are told at once; the others are counted.
pub const MOST_MISTAKES: usize = 20;

/// Why a file was not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadLoad {
    /// The file cannot be read, or is too large.
    Unreadable {
        /// The file, as it was named.
        file: String,
        /// What to do.
        reason: Bilingual,
    },
    /// The file has mistakes, in the order in which they were found.
    Mistakes {
        /// The first of them, at most [`MOST_MISTAKES`].
        listed: Vec<Mistake>,
        /// How many there are.
        count: usize,
    },
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The file, as it was named.
    pub file: String,
    /// The table, `[[sites]]`, with the code of the row where it has one.
    pub table: String,
    /// The line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub reason: Bilingual,
}

impl BadLoad {
    /// What happened and what to do, in both languages, each on one line.
    #[must_use]
    pub fn told(&self) -> Bilingual {
        match self {
            Self::Unreadable { file, reason } => {
                Bilingual { zh: format!("{file}：{}", reason.zh), en: format!("{file}: {}", reason.en) }
            }
            Self::Mistakes { listed, count } => {
                let each = |told: fn(&Mistake) -> String| listed.iter().map(told).collect::<Vec<_>>().join(" | ");
                let more = count.saturating_sub(listed.len());
                let (zh, en) = if more == 0 {
                    (String::new(), String::new())
                } else {
                    (format!(" | 另有 {more} 处"), format!(" | and {more} more"))
                };
                Bilingual {
                    zh: format!("{count} 处错误，未导入任何内容：{}{zh}", each(Mistake::in_chinese)),
                    en: format!("{count} mistakes, nothing was loaded: {}{en}", each(Mistake::in_english)),
                }
            }
        }
    }

    /// The mistakes that are told; none when the file could not be read at all.
    #[must_use]
    pub fn mistakes(&self) -> &[Mistake] {
        match self {
            Self::Unreadable { .. } => &[],
            Self::Mistakes { listed, .. } => listed,
        }
    }
}

impl fmt::Display for BadLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told();
        write!(f, "{} / {}", told.zh, told.en)
    }
}

impl std::error::Error for BadLoad {}

impl Mistake {
    /// The mistake in Chinese, on one line.
    #[must_use]
    pub fn in_chinese(&self) -> String {
        match self.line {
            0 => format!("{}，{}：{}", self.file, self.table, self.reason.zh),
            line => format!("{} 第 {line} 行，{}：{}", self.file, self.table, self.reason.zh),
        }
    }

    /// The mistake in English, on one line.
    #[must_use]
    pub fn in_english(&self) -> String {
        match self.line {
            0 => format!("{}, {}: {}", self.file, self.table, self.reason.en),
            line => format!("{} line {line}, {}: {}", self.file, self.table, self.reason.en),
        }
    }
}

/// Collects the mistakes of one file while it is read.
pub(super) struct Report {
    file: String,
    /// Where lines end, in bytes.
    ends: Vec<usize>,
    listed: Vec<Mistake>,
    count: usize,
}

impl Report {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Self { file: file.to_owned(), ends, listed: Vec::new(), count: 0 }
    }

    /// The line of this byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.ends.partition_point(|end| *end < at).saturating_add(1)
    }

    /// A mistake at this byte of the file.
    pub(super) fn mistake(&mut self, table: &str, at: usize, reason: Bilingual) {
        let (file, line) = (self.file.clone(), self.line(at));
        self.add(Mistake { file, table: table.to_owned(), line, reason });
    }

    /// A mistake that stands elsewhere, or in no line.
    pub(super) fn add(&mut self, mistake: Mistake) {
        self.count = self.count.saturating_add(1);
        if self.listed.len() < MOST_MISTAKES {
            self.listed.push(mistake);
        }
    }

    /// A file that asks for nothing, unless what it asks for is wrong already.
    pub(super) fn nothing_in_it(&mut self) {
        if self.count == 0 {
            let reason = Bilingual {
                zh: format!("文件没有可导入的内容，可写的表有：{}", super::row::TABLES.join("、")),
                en: format!("there is nothing to load: write any of the tables {}", super::row::TABLES.join(", ")),
            };
            self.mistake("[]", 0, reason);
        }
    }

    /// The outcome: what was read, or all that is wrong with it.
    pub(super) fn finish<T>(self, read: T) -> Result<T, BadLoad> {
        if self.count == 0 { Ok(read) } else { Err(BadLoad::Mistakes { listed: self.listed, count: self.count }) }
    }
}
