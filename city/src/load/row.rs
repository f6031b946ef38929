//! Rows of a TOML file, read key by key, so that all mistakes of a file are found at once and each knows its line.
//!
//! A row refuses keys that it was not asked for: a misspelt key would otherwise be silently without effect.

use std::collections::BTreeSet;

use mingcha_model::{Bilingual, Day};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::Report;

/// The tables that a file may have.
pub(super) const TABLES: [&str; 8] =
    ["[[areas]]", "[[kinds]]", "[[units]]", "[[sites]]", "[[sets]]", "[[calendar]]", "[policy]", "[[campaigns]]"];

/// The most days that one list may hold.
const MOST_DAYS_LISTED: usize = 400;

/// A whole file, as TOML has it.
pub(super) struct File<'t> {
    tables: DeTable<'t>,
}

impl<'t> File<'t> {
    /// Parses the text; reports what is no TOML and what is none of our tables. `None` when nothing can be read.
    pub(super) fn parse(report: &mut Report, text: &'t str) -> Option<Self> {
        let (tables, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            let said = error.message().replace('\n', " ");
            report.mistake(
                "TOML",
                at,
                both(
                    format!("TOML 写法有误，请检查此处的引号、括号和等号（{said}）"),
                    format!("not well-formed TOML: {said}; check quotes, brackets and equals signs here"),
                ),
            );
        }
        if !errors.is_empty() {
            return None;
        }
        let tables = tables.into_inner();
        for key in tables.keys() {
            let name = key.get_ref().as_ref();
            if !TABLES.iter().any(|table| table.trim_matches(['[', ']']) == name) {
                report.mistake(&shown(name), key.span().start, unknown_table(name));
            }
        }
        Some(Self { tables })
    }

    /// The rows of an array of tables, `[[name]]`.
    pub(super) fn rows(&self, report: &mut Report, name: &'static str) -> Vec<Row<'_>> {
        let Some(value) = self.tables.get(name) else { return Vec::new() };
        let label = format!("[[{name}]]");
        let wrong =
            || both(format!("请写成 {label}，每行一个表"), format!("write it as {label}, one table for each row"));
        let DeValue::Array(rows) = value.get_ref() else {
            report.mistake(&label, value.span().start, wrong());
            return Vec::new();
        };
        let mut read = Vec::with_capacity(rows.len());
        for row in &**rows {
            match row.get_ref() {
                DeValue::Table(table) => read.push(Row::new(label.clone(), row.span().start, table)),
                _ => report.mistake(&label, row.span().start, wrong()),
            }
        }
        read
    }

    /// The one table of this name, `[name]`.
    pub(super) fn table(&self, report: &mut Report, name: &'static str) -> Option<Row<'_>> {
        let value = self.tables.get(name)?;
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Row::new(format!("[{name}]"), value.span().start, table));
        }
        report.mistake(
            &format!("[{name}]"),
            value.span().start,
            both(format!("请写成一个表 [{name}]"), format!("write it as one table, [{name}]")),
        );
        None
    }
}

/// One table, read key by key; what is wrong is kept until [`Row::done`].
pub(super) struct Row<'f> {
    /// The table's name, with the row's code once that is known.
    label: String,
    at: usize,
    table: &'f DeTable<'f>,
    asked: BTreeSet<&'static str>,
    wrong: Vec<(usize, Bilingual)>,
}

impl<'f> Row<'f> {
    pub(super) fn new(label: String, at: usize, table: &'f DeTable<'f>) -> Self {
        Self { label, at, table, asked: BTreeSet::new(), wrong: Vec::new() }
    }

    /// The byte at which the row begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What the row is called in mistakes.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// The whole table.
    pub(super) fn table(&self) -> &'f DeTable<'f> {
        self.table
    }

    /// The value of a key that may be left out.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'f Spanned<DeValue<'f>>> {
        self.asked.insert(key);
        self.table.get(key)
    }

    /// Says that something is wrong with a key, at its line.
    pub(super) fn wrong(&mut self, key: &str, reason: Bilingual) {
        let at = self.table.get(key).map_or(self.at, |value| value.span().start);
        self.wrong.push((at, reason));
    }

    /// Keeps a good outcome, and says what is wrong with a bad one.
    pub(super) fn keep<T>(&mut self, key: &str, outcome: Result<T, Bilingual>) -> Option<T> {
        outcome.map_err(|reason| self.wrong(key, reason)).ok()
    }

    /// A key that must be there and be what `read` takes; `expected` ends the sentence "write ...".
    fn need<T>(
        &mut self,
        key: &'static str,
        expected: &Bilingual,
        read: impl FnOnce(&'f DeValue<'f>) -> Option<T>,
    ) -> Option<T> {
        if self.value(key).is_none() {
            self.wrong(
                key,
                both(format!("缺少 {key}，请写{}", expected.zh), format!("`{key}` is missing: write {}", expected.en)),
            );
            return None;
        }
        self.may(key, expected, read)
    }

    /// A key that may be left out, and must be what `read` takes if it is there.
    fn may<T>(
        &mut self,
        key: &'static str,
        expected: &Bilingual,
        read: impl FnOnce(&'f DeValue<'f>) -> Option<T>,
    ) -> Option<T> {
        let read = read(self.value(key)?.get_ref());
        if read.is_none() {
            self.wrong(
                key,
                both(
                    format!("{key} 有误，请写{}", expected.zh),
                    format!("`{key}` is not what it should be: write {}", expected.en),
                ),
            );
        }
        read
    }

    /// The row's own code, which names the row in mistakes from here on.
    pub(super) fn own_code(&mut self) -> Option<String> {
        let code = self.code("code")?;
        self.label = format!("{} {code}", self.label);
        Some(code)
    }

    /// A code that must be there.
    pub(super) fn code(&mut self, key: &'static str) -> Option<String> {
        self.need(key, &a_code(), code_in)
    }

    /// A code that may be left out.
    pub(super) fn code_or_none(&mut self, key: &'static str) -> Option<String> {
        self.may(key, &a_code(), code_in)
    }

    /// A short line for people that must be there.
    pub(super) fn text(&mut self, key: &'static str, most: usize) -> Option<String> {
        self.need(key, &a_text(most), |value| text_in(value, most))
    }

    /// A short line for people that may be left out.
    pub(super) fn text_or_none(&mut self, key: &'static str, most: usize) -> Option<String> {
        self.may(key, &a_text(most), |value| text_in(value, most))
    }

    /// A day that must be there.
    pub(super) fn day(&mut self, key: &'static str) -> Option<Day> {
        self.need(key, &both("日期，如 2026-03-01", "a day, as in 2026-03-01"), day_in)
    }

    /// A list of days; none if it is left out.
    pub(super) fn days(&mut self, key: &'static str) -> Option<Vec<Day>> {
        if self.value(key).is_none() {
            return Some(Vec::new());
        }
        let expected = both(
            "日期清单，如 [\"2027-01-01\", \"2027-01-02\"]",
            "a list of days, as in [\"2027-01-01\", \"2027-01-02\"]",
        );
        self.may(key, &expected, |value| match value {
            DeValue::Array(days) if days.len() <= MOST_DAYS_LISTED => {
                days.iter().map(|day| day_in(day.get_ref())).collect()
            }
            _ => None,
        })
    }

    /// A whole number that must be there.
    pub(super) fn whole(&mut self, key: &'static str, expected: &Bilingual) -> Option<i64> {
        self.need(key, expected, whole_in)
    }

    /// Yes or no; no if it is left out.
    pub(super) fn yes(&mut self, key: &'static str) -> Option<bool> {
        if self.value(key).is_none() {
            return Some(false);
        }
        self.may(key, &both(" true 或 false", "true or false"), DeValue::as_bool)
    }

    /// One of these words, by its place in the list; may be left out.
    pub(super) fn word(&mut self, key: &'static str, words: &[&str], expected: &Bilingual) -> Option<usize> {
        self.may(key, expected, |value| words.iter().position(|word| value.as_str() == Some(*word)))
    }

    /// A number with its digits as written; may be left out.
    pub(super) fn decimal(&mut self, key: &'static str, expected: &Bilingual) -> Option<&'f str> {
        self.may(key, expected, |value| match value {
            DeValue::Float(number) => Some(number.as_str()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
            _ => None,
        })
    }

    /// The end of the row: keys that nobody asked for, then everything that is wrong, goes to the report.
    pub(super) fn done(self, report: &mut Report) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !self.asked.contains(name) {
                let known = self.asked.iter().copied().collect::<Vec<_>>();
                report.mistake(
                    &self.label,
                    key.span().start,
                    both(
                        format!("不认识 {}，可写的有：{}", shown(name), known.join("、")),
                        format!("`{}` is not known here: write any of {}", shown(name), known.join(", ")),
                    ),
                );
            }
        }
        self.done_whatever_else_it_has(report);
    }

    /// The end of a row whose other keys are checked elsewhere.
    pub(super) fn done_whatever_else_it_has(self, report: &mut Report) {
        for (at, reason) in self.wrong {
            report.mistake(&self.label, at, reason);
        }
    }
}

/// A text in Chinese and in English.
pub(super) fn both(zh: impl Into<String>, en: impl Into<String>) -> Bilingual {
    Bilingual { zh: zh.into(), en: en.into() }
}

/// A whole number.
pub(super) fn whole_in(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}

/// A code of 1 to 32 letters, digits and dashes.
pub(super) fn code_in(value: &DeValue<'_>) -> Option<String> {
    let code = value.as_str()?;
    let fits = (1..=32).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| code.to_owned())
}

/// What a key or a name of a table looks like in a mistake: short, and on one line.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

fn text_in(value: &DeValue<'_>, most: usize) -> Option<String> {
    let text = value.as_str()?.trim();
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn day_in(value: &DeValue<'_>) -> Option<Day> {
    match value {
        DeValue::String(day) => day.parse().ok(),
        DeValue::Datetime(day) => day.to_string().parse().ok(),
        _ => None,
    }
}

fn a_code() -> Bilingual {
    both(
        "代码：1 到 32 个字母、数字或短横，如 \"DH-01\"",
        "a code of 1 to 32 letters, digits and dashes, as in \"DH-01\"",
    )
}

fn a_text(most: usize) -> Bilingual {
    both(format!("一行文字，1 到 {most} 字"), format!("one line of 1 to {most} characters"))
}

fn unknown_table(name: &str) -> Bilingual {
    if matches!(name, "people" | "persons" | "devices") {
        return both(
            "人员和设备不在文件中导入，请用 mingcha-city enrol 逐个登记",
            "people and devices are not loaded from a file: enrol each with `mingcha-city enrol`",
        );
    }
    let tables = TABLES.join(", ");
    both(format!("没有这样的表，可写的有：{tables}"), format!("there is no such table: write any of {tables}"))
}
