//! Stories of criteria sets in spreadsheets: there and back without loss, and every mistake named with its place.

mod beside;
mod printed;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use mingcha_model::{CriteriaSet, Role};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::columns;
use crate::attention::rehearsal::{City, Desk, nobody};
use crate::criteria::both;
use crate::{Phone, SetChecked};

struct Office {
    phone: Phone,
    folder: tempfile::TempDir,
    /// Where the phone's own files are.
    _home: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let mut city = City::new();
        let desk: Desk = city.desk("Anna", Role::Office, &nobody());
        Self { phone: desk.phone, folder: tempfile::tempdir().unwrap(), _home: desk.folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn check(&self, file: &Path) -> SetChecked {
        self.phone.set_check(file, None).unwrap()
    }

    /// The rows of a small set, ready to be spoilt.
    fn rows() -> Vec<Vec<String>> {
        let sets = CriteriaSet::embedded().unwrap();
        let w5 = sets.iter().find(|set| set.code.as_str() == "W5").unwrap();
        let mut set = w5.clone();
        set.code = "OWN".parse().unwrap();
        set.items.truncate(3);
        for (number, item) in (1..).zip(&mut set.items) {
            item.code = format!("OWN-{number}").parse().unwrap();
        }
        let first = set.items[0].code.clone();
        set.titles = sets.iter().find_map(|other| other.titles.first().cloned()).into_iter().collect();
        set.comparisons = sets.iter().find_map(|other| other.comparisons.first().cloned()).into_iter().collect();
        set.comparisons[0].items = vec![first];
        columns::to_rows(&set)
    }

    fn csv(&self, name: &str, rows: &[Vec<String>]) -> PathBuf {
        let file = self.file(name);
        let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&file).unwrap();
        for row in rows {
            writer.write_record(row).unwrap();
        }
        writer.flush().unwrap();
        file
    }

    fn refused(&self, file: &Path) -> Vec<(Option<u32>, Option<String>, String)> {
        let checked = self.check(file);
        assert!(!checked.ok && checked.set.is_none(), "{checked:?}");
        let out = self.file("never.toml");
        let refused = self.phone.set_import(file, None, &out, true).unwrap_err();
        assert_eq!((refused.code(), refused.is_mistake()), ("bad_set", true));
        assert!(!out.exists(), "nothing is written of a file with a mistake");
        checked.mistakes.into_iter().map(|one| (one.row, one.column, both(&one.reason))).collect()
    }
}

fn place(column: &str) -> usize {
    columns::codes().position(|code| code == column).unwrap()
}

#[test]
fn every_set_comes_back_from_a_workbook_and_from_a_csv_as_it_was() {
    let office = Office::new();
    let kinds = office.phone.kinds().unwrap();
    for set in CriteriaSet::embedded().unwrap() {
        for ending in ["xlsx", "csv", "toml"] {
            let (there, back) = (office.file(&format!("{}.{ending}", set.code)), office.file("back.toml"));
            office.phone.set_export(set.code.as_str(), None, &there, true).unwrap();
            let checked = office.check(&there);
            assert!(checked.ok, "{ending}: {checked:?}");
            office.phone.set_import(&there, None, &back, true).unwrap();
            let text = std::fs::read_to_string(&back).unwrap();
            assert_eq!(CriteriaSet::parse("back", &text, &kinds).unwrap(), set, "{} {ending}", set.code);
        }
    }
}

#[test]
fn a_cell_that_cannot_be_is_named_with_its_row_and_column() {
    let office = Office::new();
    let spoilt = |row: usize, column: &str, value: &str| {
        let mut rows = Office::rows();
        rows[row][place(column)] = value.to_owned();
        let told = office.refused(&office.csv("spoilt.csv", &rows));
        (told[0].0, told[0].1.clone().unwrap_or_default(), told[0].2.clone())
    };
    let note_rows = Office::rows().iter().filter(|row| row[0] == "note").count();
    let first = 3 + note_rows; // the columns, their words, the set, its notes
    let number = u32::try_from(first).unwrap() + 1;
    for (column, value, told_in, reason) in [
        ("code", "", "code", "missing"),
        ("points", "two", "points", "whole number"),
        ("answer", "maybe", "answer", "one of yn, grade"),
        ("kinds", "MOON", "kinds", "not known"),
        ("help_en", "", "help_en", "Chinese and in English"),
        ("clause", "二.1\n二.2", "clause", "as many lines"),
        ("rule", "weight = 2", "rule", "limits, bands"),
        ("photo", "sometimes", "photo", "one of always, failed, none, avoid"),
        ("row", "thing", "row", "write set, note, item"),
        ("priority", "9", "priority", "1, 2 or 3"),
    ] {
        let (row, column_told, told) = spoilt(first, column, value);
        assert_eq!((row, column_told.as_str()), (Some(number), told_in), "{column}: {told}");
        assert!(told.contains(reason), "{column}: {told}");
    }
    let (row, column, _) = spoilt(0, "help_zh", "帮助");
    assert_eq!((row, column.as_str()), (Some(1), "E"));
}

#[test]
fn in_every_column_a_value_that_cannot_be_is_told_of_that_column_in_both_languages() {
    let office = Office::new();
    let right = Office::rows();
    assert!(office.check(&office.csv("right.csv", &right)).ok);
    let row_of = |sort: &str| right.iter().position(|row| row[0] == sort).unwrap();
    let mut met = BTreeSet::new();
    for (sort, column, value, told_in) in [
        ("item", "row", "thing", "row"),
        ("item", "code", "W5 1", "code"),
        ("item", "code", "A-code-that-is-far-longer-than-any-code-may-be-and-goes-on-and-on-and-on", "code"),
        ("item", "zh", "", "zh"),
        ("item", "en", "", "en"),
        ("item", "en", "Broken\nin two", "en"),
        ("title", "en", "", "en"),
        ("note", "zh", "", "zh"),
        ("note", "en", "Broken\nin two", "en"),
        ("item", "help_zh", "", "help_zh"),
        ("item", "help_en", "", "help_en"),
        ("item", "group_zh", "", "group_zh"),
        ("item", "group_en", "", "group_en"),
        ("item", "answer", "", "answer"),
        ("item", "answer", "是否", "answer"),
        ("item", "ask", "", "ask"),
        ("item", "ask", "guess", "ask"),
        ("item", "ask", "observe,ask", "ask"),
        ("item", "ask", "observe，ask", "ask"),
        ("item", "photo", "", "photo"),
        ("item", "photo", "maybe", "photo"),
        ("item", "kinds", "", "kinds"),
        ("item", "kinds", "政务服务大厅", "kinds"),
        ("item", "points", "1000000000", "points"),
        ("item", "points", "-1", "points"),
        ("item", "fails_over", "3", "fails_over"),
        ("item", "fails_under", "3", "fails_under"),
        ("item", "parts_zh", "甲\n乙", "parts_en"),
        ("item", "parts_en", "a\nb", "parts_zh"),
        ("item", "rule", "bands = { well = \"> x\" }", "rule"),
        ("item", "rule", "limits = [{ kinds = [\"MOON\"], fails_over = 1 }]", "rule"),
        ("item", "rule", "condition = \"OWN-1 = yes\"", "rule"),
        ("item", "deduct", "5", "deduct"),
        ("item", "deduct_most", "5", "deduct_most"),
        ("item", "bonus", "5", "bonus"),
        ("item", "months", "13", "months"),
        ("item", "months", "五月", "months"),
        ("item", "modes", "open secret", "modes"),
        ("item", "priority", "4", "priority"),
        ("item", "same", "a\nb", "same"),
        ("item", "quick_zh", "", "quick_zh"),
        ("item", "quick_en", "", "quick_en"),
        ("item", "document", "", "document"),
        ("title", "document", "", "document"),
        ("item", "clause", "", "clause"),
        ("item", "clause", "二.1\n二.2", "clause"),
        ("item", "definition", "maybe", "definition"),
        ("set", "definition", "", "definition"),
        ("item", "assignment", "maybe", "assignment"),
        ("set", "assignment", "maybe", "assignment"),
        ("item", "reason_zh", "理由", "reason_en"),
        ("item", "reason_en", "why", "reason_zh"),
        ("set", "version", "0", "version"),
        ("set", "version", "", "version"),
        ("item", "version", "1", "version"),
        ("set", "scoring", "x", "scoring"),
        ("set", "cap", "105", "cap"),
        ("set", "offered", "maybe", "offered"),
        ("set", "placeholder", "maybe", "placeholder"),
        ("set", "placeholder", "true", "placeholder"),
        ("set", "names", "3", "names"),
        ("title", "holder", "king", "holder"),
        ("item", "holder", "unit", "holder"),
        ("title", "quota", "many", "quota"),
        ("comparison", "items", "W5-99", "items"),
        ("comparison", "items", "", "items"),
        ("note", "points", "5", "points"),
    ] {
        met.insert(column);
        let (at, mut rows) = (row_of(sort), right.clone());
        rows[at][place(column)] = value.to_owned();
        office.refused(&office.csv("spoilt.csv", &rows));
        let told = office.check(&office.file("spoilt.csv")).mistakes.remove(0);
        let number = u32::try_from(at).unwrap() + 1;
        assert_eq!((told.row, told.column.as_deref()), (Some(number), Some(told_in)), "{column} {value}: {told:?}");
        let is_chinese = |text: &str| text.chars().any(|c| ('一'..='龥').contains(&c));
        assert!(is_chinese(&told.reason.zh) && !is_chinese(&told.reason.en), "{column} {value}: {told:?}");
        assert!(!both(&told.reason).contains("TOML"), "{column} {value}: {told:?}");
    }
    // Remarks are the office's own: whatever stands there is right.
    for column in ["remark_zh", "remark_en"] {
        met.insert(column);
        let mut rows = right.clone();
        rows[row_of("item")][place(column)] = "随便".to_owned();
        assert!(office.check(&office.csv("remark.csv", &rows)).ok);
    }
    assert_eq!(met, columns::codes().collect(), "a column is not tried");
}

#[test]
fn a_set_without_its_reason_is_told_of_the_column_of_reasons() {
    let office = Office::new();
    let mut rows = Office::rows();
    for column in ["reason_zh", "reason_en"] {
        rows[2][place(column)].clear();
    }
    let told = office.refused(&office.csv("spoilt.csv", &rows));
    assert_eq!((told[0].0, told[0].1.as_deref()), (Some(3), Some("reason_zh")), "{told:?}");
    assert!(told[0].2.starts_with("推定的标准须写明理由"), "{told:?}");
}

#[test]
fn several_mistakes_are_told_at_once() {
    let office = Office::new();
    let mut rows = Office::rows();
    let items: Vec<usize> = (0..rows.len()).filter(|row| rows[*row][0] == "item").collect();
    rows[items[0]][place("answer")] = "maybe".to_owned();
    rows[items[2]][place("kinds")] = "MOON".to_owned();
    let told = office.refused(&office.csv("two.csv", &rows));
    let places: Vec<_> = told.into_iter().map(|(row, column, _)| (row.unwrap(), column.unwrap())).collect();
    let number = |item: usize| u32::try_from(items[item]).unwrap() + 1;
    assert_eq!(places, [(number(0), "answer".to_owned()), (number(2), "kinds".to_owned())]);
}

#[test]
fn another_encoding_is_named_and_gbk_is_read_when_it_is_asked_for() {
    let office = Office::new();
    let text = std::fs::read_to_string(office.csv("utf8.csv", &Office::rows())).unwrap();
    let gbk = office.file("gbk.csv");
    std::fs::write(&gbk, encoding_rs::GBK.encode(&text).0).unwrap();
    let told = office.refused(&gbk);
    assert_eq!((told[0].0, told[0].1.as_deref()), (Some(2), Some("A")));
    assert!(told[0].2.contains("--encoding gbk"), "{}", told[0].2);
    assert!(office.phone.set_check(&gbk, Some("gbk")).unwrap().ok);
    // Read as what it is not, every word would be another one.
    let misread = office.phone.set_check(&office.file("utf8.csv"), Some("gbk")).unwrap();
    assert!(!misread.ok && misread.mistakes[0].reason.en.contains("leave out --encoding gbk"), "{misread:?}");
    let big5 = office.file("big5.csv");
    std::fs::write(&big5, encoding_rs::BIG5.encode(&text).0).unwrap();
    let told = office.refused(&big5);
    assert_eq!((told[0].0, told[0].1.as_deref()), (Some(2), Some("A")));
    let misread = office.phone.set_check(&big5, Some("gbk")).unwrap();
    assert!(!misread.ok && misread.mistakes[0].reason.en.contains("Big5"), "{misread:?}");
    let wide = office.file("utf16.csv");
    std::fs::write(
        &wide,
        [&[0xff, 0xfe][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat(),
    )
    .unwrap();
    assert!(office.refused(&wide)[0].2.contains("UTF-16"));
    std::fs::write(&wide, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()).unwrap();
    let told = office.refused(&wide);
    assert_eq!((told[0].0, told[0].1.as_deref()), (Some(1), Some("A")), "without the mark too");
    assert!(told[0].2.contains("UTF-16"));
    let toml = office.file("gbk.toml");
    let set = CriteriaSet::embedded().unwrap().remove(0);
    std::fs::write(&toml, encoding_rs::GBK.encode(&set.to_toml()).0).unwrap();
    assert!(office.refused(&toml)[0].2.contains("UTF-8"));
}

#[test]
fn merged_headings_formulas_dates_and_errors_in_a_workbook_are_named() {
    let office = Office::new();
    let rows = Office::rows();
    let book = |spoil: &dyn Fn(&mut rust_xlsxwriter::Worksheet)| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in (0_u32..).zip(&rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        spoil(sheet);
        let file = office.file("spoilt.xlsx");
        book.save(&file).unwrap();
        office.refused(&file).remove(0)
    };
    let merged = book(&|sheet| {
        sheet.merge_range(0, 2, 0, 3, "名称", &Format::new()).unwrap();
    });
    assert_eq!((merged.0, merged.1.as_deref()), (Some(1), Some("C")));
    assert!(merged.2.contains("merged"), "{}", merged.2);
    let formula = book(&|sheet| {
        sheet.write_formula(3, 12, "=1+1").unwrap();
    });
    assert_eq!((formula.0, formula.1.as_deref()), (Some(4), Some("M")));
    assert!(formula.2.contains("formula"), "{}", formula.2);
    let date = book(&|sheet| {
        let day = ExcelDateTime::from_ymd(2026, 3, 2).unwrap();
        sheet.write_datetime_with_format(3, 12, &day, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
    });
    assert_eq!((date.0, date.1.as_deref()), (Some(4), Some("M")));
    assert!(date.2.contains("date"), "{}", date.2);
    let fraction = book(&|sheet| {
        sheet.write_number(3, 12, 2.5).unwrap();
    });
    assert_eq!((fraction.0, fraction.1.as_deref()), (Some(4), Some("points")));
    let yes = book(&|sheet| {
        sheet.write_boolean(3, 12, true).unwrap();
    });
    assert_eq!((yes.0, yes.1.as_deref()), (Some(4), Some("points")));
    let item = u32::try_from(rows.iter().position(|row| row[0] == "item").unwrap()).unwrap();
    let nameless = book(&|sheet| {
        sheet.clear_cell(item, 1);
    });
    assert_eq!((nameless.0, nameless.1.as_deref()), (Some(item + 1), Some("code")));
    assert!(nameless.2.contains("missing"), "{}", nameless.2);
    let heading = book(&|sheet| {
        sheet.write_formula(0, 1, "=\"code\"").unwrap();
    });
    assert_eq!((heading.0, heading.1.as_deref()), (Some(1), Some("B")));
    let below = book(&|sheet| {
        sheet.merge_range(item, 2, item + 1, 2, "并", &Format::new()).unwrap();
    });
    assert_eq!((below.0, below.1.as_deref()), (Some(item + 1), Some("C")));
    // A value that is an error and no formula, as one pastes it.
    let error = office.file("error.xlsx");
    let mut plain = Workbook::new();
    let sheet = plain.add_worksheet();
    for (row, cells) in (0_u32..).zip(&rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    sheet.write_number(item, 12, 777_777).unwrap();
    pasted_error(&plain.save_to_buffer().unwrap(), &error);
    let told = office.refused(&error).remove(0);
    assert_eq!((told.0, told.1.as_deref()), (Some(item + 1), Some("M")));
    assert!(told.2.contains("error value"), "{}", told.2);
    let text = office.file("text.xlsx");
    std::fs::write(&text, "row,code\n").unwrap();
    assert!(office.refused(&text)[0].2.contains("no XLSX file"));
}

/// The workbook with an error value where the number 777777 stands.
fn pasted_error(book: &[u8], out: &Path) {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut written = zip::ZipWriter::new(std::fs::File::create(out).unwrap());
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).unwrap();
        let mut text = Vec::new();
        part.read_to_end(&mut text).unwrap();
        let name = part.name().unwrap().into_owned();
        if name == "xl/worksheets/sheet1.xml" {
            let sheet = String::from_utf8(text).unwrap();
            let (before, after) = sheet.split_once("><v>777777</v>").unwrap();
            text = format!("{before} t=\"e\"><v>#DIV/0!</v>{after}").into_bytes();
        }
        written.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        written.write_all(&text).unwrap();
    }
    written.finish().unwrap();
}

#[test]
fn a_hundred_thousand_rows_are_refused_at_the_row_that_is_too_many() {
    let office = Office::new();
    let mut text = std::fs::read_to_string(office.csv("small.csv", &Office::rows())).unwrap();
    text.extend((0..100_000).map(|n| format!("item,X-{n},甲,a\n")));
    let csv = office.file("long.csv");
    std::fs::write(&csv, &text).unwrap();
    assert_eq!(office.refused(&csv)[0].0, Some(2_001));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().unwrap();
    for (column, code) in (0_u16..).zip(columns::codes()) {
        sheet.write_string(0, column, code).unwrap();
    }
    for row in 1..100_000_u32 {
        sheet.write_string(row, 0, "item").unwrap();
    }
    let xlsx = office.file("long.xlsx");
    book.save(&xlsx).unwrap();
    assert_eq!(office.refused(&xlsx)[0].0, Some(2_001));
}
