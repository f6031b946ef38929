//! Criteria sets as an office works on them: checked, compared, carried to a spreadsheet and back, printed.
//!
//! Whatever comes in goes through the one reader of sets and stands beside the known ones by the one rule that the city
//! has too. A file with a mistake is told of cell by cell and brings nothing.

mod columns;
mod page;
mod sheet;
#[cfg(test)]
mod stories;

use std::io::Write as _;
use std::path::Path;

use mingcha_model::{BadSet, Bilingual, CriteriaSet, LARGEST_SET};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};
use serde::Serialize;

pub use sheet::Trouble;

use crate::out_file::{OutFile, no_file};
use crate::{MingchaError, Mistake, Phone};

/// What a check of a file found.
#[derive(Clone, Debug, Serialize)]
pub struct SetChecked {
    /// The file.
    pub file: String,
    /// The set's code, where it can be read.
    pub set: Option<String>,
    /// Its version.
    pub version: Option<u32>,
    /// How many items it has.
    pub items: u64,
    /// True when it could be published.
    pub ok: bool,
    /// What is wrong, at most 50.
    pub mistakes: Vec<Trouble>,
}

/// A file that was written.
#[derive(Clone, Debug, Serialize)]
pub struct SetWritten {
    /// The set.
    pub set: String,
    /// Its version.
    pub version: u32,
    /// How many items.
    pub items: u64,
    /// The file.
    pub file: String,
}

/// A page that was written.
#[derive(Clone, Debug, Serialize)]
pub struct PageWritten {
    /// The file.
    pub file: String,
    /// How large it is.
    pub bytes: u64,
}

/// A difference between two versions of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetDifference {
    /// The item or title; none for the set itself.
    pub item: Option<String>,
    /// `added`, `removed` or `changed`.
    pub what: &'static str,
    /// The key that differs, for what changed; `order` where it stands elsewhere among those that both versions have,
    /// with its place in each, from 1.
    pub key: Option<String>,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

impl Phone {
    /// Reads a set from TOML, XLSX or CSV and tells every mistake in it; `encoding` is that of a CSV.
    pub fn set_check(&self, file: &Path, encoding: Option<&str>) -> Result<SetChecked, MingchaError> {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let (set, mut mistakes) = match self.read_set(file, encoding)? {
            Ok(set) => (Some(set), Vec::new()),
            Err(Refused { set, mistakes }) => (set, mistakes),
        };
        mistakes.truncate(sheet::MOST_TROUBLES);
        Ok(SetChecked {
            file: name,
            set: set.as_ref().map(|set| set.code.to_string()),
            version: set.as_ref().map(|set| set.version),
            items: set.as_ref().map_or(0, |set| u64::try_from(set.items.len()).unwrap_or(u64::MAX)),
            ok: mistakes.is_empty(),
            mistakes,
        })
    }

    /// Turns a spreadsheet (or another set's file) into the file of a set, or writes nothing; `replace` says whether a
    /// file of that name may go.
    pub fn set_import(
        &self,
        file: &Path,
        encoding: Option<&str>,
        out: &Path,
        replace: bool,
    ) -> Result<SetWritten, MingchaError> {
        let set = match self.read_set(file, encoding)? {
            Ok(set) => set,
            Err(Refused { mistakes, .. }) => {
                let told: Vec<Bilingual> = mistakes.iter().take(5).map(Trouble::told).collect();
                let (mut zh, mut en): (Vec<_>, Vec<_>) = told.into_iter().map(|told| (told.zh, told.en)).unzip();
                let more = mistakes.len().saturating_sub(zh.len());
                if more > 0 {
                    zh.push(format!("另有 {more} 处"));
                    en.push(format!("and {more} more"));
                }
                return Err(Mistake::BadSetFile(Bilingual { zh: zh.join("；"), en: en.join("; ") }).into());
            }
        };
        Self::write(&set, out, replace)
    }

    /// Writes a set as the file that its ending says: `.toml`, `.xlsx` or `.csv`; the newest version, unless one is named.
    pub fn set_export(
        &self,
        code: &str,
        version: Option<u32>,
        out: &Path,
        replace: bool,
    ) -> Result<SetWritten, MingchaError> {
        Self::write(&self.set_named(code, version)?, out, replace)
    }

    /// What differs between two versions of a set.
    pub fn set_diff(&self, code: &str, before: u32, after: u32) -> Result<Vec<SetDifference>, MingchaError> {
        Ok(differences(&self.set_named(code, Some(before))?, &self.set_named(code, Some(after))?))
    }

    /// One page with these sets, or all of them, in both languages with their sources, for a browser or a printer.
    pub fn sets_page(&self, codes: &[String]) -> Result<String, MingchaError> {
        let mut sets = Vec::new();
        for code in codes {
            sets.push(self.set_named(code, None)?);
        }
        if codes.is_empty() {
            sets = self.offered()?;
        }
        Ok(page::page(&sets, &self.kinds()?))
    }

    /// Writes [`Self::sets_page`] to a file.
    pub fn sets_print(&self, codes: &[String], out: &Path, replace: bool) -> Result<PageWritten, MingchaError> {
        let page = self.sets_page(codes)?;
        write_file(out, page.as_bytes(), replace)?;
        Ok(PageWritten { file: out.display().to_string(), bytes: u64::try_from(page.len()).unwrap_or(u64::MAX) })
    }

    /// A set by its code, in its newest or in this version, retired ones too.
    fn set_named(&self, code: &str, version: Option<u32>) -> Result<CriteriaSet, MingchaError> {
        let named = self.criteria()?.into_iter().filter(|set| {
            set.code.as_str().eq_ignore_ascii_case(code) && version.is_none_or(|version| set.version == version)
        });
        Ok(named.max_by_key(|set| set.version).ok_or(Mistake::Unknown("标准或版本", "set"))?)
    }

    /// The set of a file that could be published.
    fn read_set(&self, file: &Path, encoding: Option<&str>) -> Result<Result<CriteriaSet, Refused>, MingchaError> {
        let kinds = self.kinds()?;
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_toml = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
        let mut rows = None;
        let read = if is_toml {
            match text_of(file)? {
                Err(trouble) => return Ok(Err(Refused { set: None, mistakes: vec![trouble] })),
                Ok(text) => CriteriaSet::parse_all(name, &text, &kinds),
            }
        } else {
            let mut mistakes = Vec::new();
            let grid = sheet::read(file, encoding, &mut mistakes)?;
            if mistakes.is_empty() {
                rows = Some(columns::from_rows(&grid, &mut mistakes));
            }
            if !mistakes.is_empty() {
                return Ok(Err(Refused { set: None, mistakes }));
            }
            let table = rows.as_mut().map(|rows| std::mem::take(&mut rows.table)).unwrap_or_default();
            CriteriaSet::from_table(name, table, &kinds)
        };
        let told = |bad: BadSet| {
            let key = bad.key.as_deref();
            let (row, column) = match &rows {
                Some(rows) => rows.place(bad.item.as_deref(), key),
                None => (None, None),
            };
            let column = if rows.is_some() { column.map(str::to_owned) } else { bad.key.clone() };
            Trouble { row, column, item: bad.item, reason: bad.reason }
        };
        let set = match read {
            Ok(set) => set,
            Err(all) => return Ok(Err(Refused { set: None, mistakes: all.into_iter().map(told).collect() })),
        };
        Ok(match set.refused_beside(name, &self.criteria()?) {
            None => Ok(set),
            Some(bad) => Err(Refused { mistakes: vec![told(bad)], set: Some(set) }),
        })
    }

    fn write(set: &CriteriaSet, out: &Path, replace: bool) -> Result<SetWritten, MingchaError> {
        let ending = out.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let bytes = match ending.as_str() {
            "toml" => set.to_toml().into_bytes(),
            "csv" => csv_of(set),
            "xlsx" => {
                workbook_of(set).map_err(|_| Mistake::Malformed("工作簿写不成", "the workbook cannot be made"))?
            }
            _ => {
                return Err(Mistake::Malformed(
                    "文件应以 .toml、.xlsx 或 .csv 结尾",
                    "the file ends in .toml, .xlsx or .csv",
                )
                .into());
            }
        };
        write_file(out, &bytes, replace)?;
        Ok(SetWritten {
            set: set.code.to_string(),
            version: set.version,
            items: u64::try_from(set.items.len()).unwrap_or(u64::MAX),
            file: out.display().to_string(),
        })
    }
}

/// What a file has that cannot be published.
struct Refused {
    /// The set, where only what is known already stands against it.
    set: Option<CriteriaSet>,
    /// What is wrong; never nothing.
    mistakes: Vec<Trouble>,
}

/// The text of a set's own file, refused before more is read than a set may have.
fn text_of(file: &Path) -> Result<Result<String, Trouble>, MingchaError> {
    let bytes = std::fs::metadata(file).map_err(|_| Mistake::NoFile)?.len();
    if bytes > u64::try_from(LARGEST_SET).unwrap_or(u64::MAX) {
        return Ok(Err(Trouble::about_all(BadSet::too_large())));
    }
    let bytes = std::fs::read(file).map_err(|_| Mistake::NoFile)?;
    Ok(String::from_utf8(bytes)
        .map_err(|_| Trouble::whole("文件不是 UTF-8，请另存为 UTF-8", "not UTF-8: save it as UTF-8")))
}

/// Writes a whole file; one of that name is replaced only where that was asked for.
fn write_file(out: &Path, bytes: &[u8], replace: bool) -> Result<(), MingchaError> {
    let mut file = OutFile::begin(out, replace)?;
    file.write_all(bytes).map_err(|error| no_file(&error))?;
    file.finish().map(|_| ())
}

/// UTF-8 with a byte order mark, as spreadsheets want it.
fn csv_of(set: &CriteriaSet) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    for row in columns::to_rows(set) {
        // Writing into memory cannot fail.
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}

fn workbook_of(set: &CriteriaSet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    // A sheet's name has at most 31 letters, a code 32.
    let code = set.code.as_str();
    sheet.set_name(code.get(..31).unwrap_or(code))?;
    // A text stays a text when somebody edits the cell: nothing in it becomes a formula.
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_quote_prefix();
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let number = Format::new().set_align(FormatAlign::Top);
    for (row, cells) in (0_u32..).zip(columns::to_rows(set)) {
        for (place, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let column = u16::try_from(place).unwrap_or(u16::MAX);
            match cell.parse::<u32>() {
                Ok(whole) if row > 1 && columns::is_number(place) => {
                    sheet.write_number_with_format(row, column, whole, &number)?;
                }
                _ if row < 2 => {
                    sheet.write_string_with_format(row, column, cell, &head)?;
                }
                _ => {
                    sheet.write_string_with_format(row, column, cell, &text)?;
                }
            }
        }
    }
    for (place, code) in columns::codes().enumerate() {
        let wide = code.ends_with("zh") || code.ends_with("en");
        sheet.set_column_width(u16::try_from(place).unwrap_or(u16::MAX), if wide { 36 } else { 12 })?;
    }
    sheet.set_freeze_panes(2, 2)?;
    book.save_to_buffer()
}

fn differences(before: &CriteriaSet, after: &CriteriaSet) -> Vec<SetDifference> {
    let mut found = Vec::new();
    changed(None, &before.head(), &after.head(), &mut found);
    let entries = |set: &CriteriaSet| -> Vec<(String, Vec<(&'static str, toml::Value)>)> {
        let items = set.items.iter().map(|item| (item.code.to_string(), item.pairs(set)));
        let titles = set.titles.iter().map(|title| (title.code.to_string(), title.pairs(set)));
        items.chain(titles).chain(set.comparisons.iter().map(|one| (one.code.to_string(), one.pairs(set)))).collect()
    };
    let (old, new) = (entries(before), entries(after));
    let one =
        |item: &str, what| SetDifference { item: Some(item.to_owned()), what, key: None, before: None, after: None };
    for (code, pairs) in &old {
        match new.iter().find(|(other, _)| other == code) {
            None => found.push(one(code, "removed")),
            Some((_, now)) => changed(Some(code), pairs, now, &mut found),
        }
    }
    found.extend(
        new.iter().filter(|(code, _)| !old.iter().any(|(known, _)| known == code)).map(|(code, _)| one(code, "added")),
    );
    for list in [items as fn(&CriteriaSet) -> Vec<String>, titles, comparisons] {
        moved(&list(before), &list(after), &mut found);
    }
    found
}

fn items(set: &CriteriaSet) -> Vec<String> {
    set.items.iter().map(|item| item.code.to_string()).collect()
}

fn titles(set: &CriteriaSet) -> Vec<String> {
    set.titles.iter().map(|title| title.code.to_string()).collect()
}

fn comparisons(set: &CriteriaSet) -> Vec<String> {
    set.comparisons.iter().map(|one| one.code.to_string()).collect()
}

/// The fewest codes that, taken out and put elsewhere, make one order of the other: a form keeps what comes first.
fn moved(before: &[String], after: &[String], found: &mut Vec<SetDifference>) {
    let place = |list: &[String], code: &String| list.iter().position(|one| one == code);
    let both: Vec<(&String, usize, usize)> =
        after.iter().enumerate().filter_map(|(now, code)| Some((code, place(before, code)?, now))).collect();
    // The longest run of codes in the order of `before`, ending at each code, and the one before it in that run.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::with_capacity(both.len());
    for (_, was, _) in &both {
        let earlier = both.iter().zip(&runs).enumerate().filter(|(_, ((_, other, _), _))| other < was);
        let longest = earlier.max_by_key(|(_, (_, (length, _)))| *length);
        runs.push(longest.map_or((1, None), |(at, (_, (length, _)))| (length.saturating_add(1), Some(at))));
    }
    let mut last = runs.iter().enumerate().max_by_key(|(_, (length, _))| *length).map(|(at, _)| at);
    let mut stays = std::collections::BTreeSet::new();
    while let Some(at) = last {
        stays.insert(at);
        last = runs.get(at).and_then(|(_, earlier)| *earlier);
    }
    let number = |place: usize| Some(place.saturating_add(1).to_string());
    found.extend(both.iter().enumerate().filter(|(at, _)| !stays.contains(at)).map(|(_, (code, was, now))| {
        let (before, after) = (number(*was), number(*now));
        SetDifference { item: Some((*code).clone()), what: "changed", key: Some("order".to_owned()), before, after }
    }));
}

fn changed(
    item: Option<&String>,
    before: &[(&'static str, toml::Value)],
    after: &[(&'static str, toml::Value)],
    found: &mut Vec<SetDifference>,
) {
    let value = |pairs: &[(&'static str, toml::Value)], key: &str| {
        pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| value.to_string())
    };
    let mut keys: Vec<&str> = before.iter().chain(after).map(|(key, _)| *key).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let (was, is) = (value(before, key), value(after, key));
        if was != is {
            let key = Some(key.to_owned());
            found.push(SetDifference { item: item.cloned(), what: "changed", key, before: was, after: is });
        }
    }
}
