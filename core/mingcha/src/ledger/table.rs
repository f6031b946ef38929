//! The ledger's lines as CSV and as JSON, and the order of columns that all formats share.
//!
//! A cell that a spreadsheet would run as a formula is made a text: what somebody typed into a note must not act on
//! the machine of whoever opens the file.

use std::borrow::Cow;
use std::io::{BufWriter, Write};

use mingcha_model::Day;

use super::{Line, Lines};
use crate::out_file::{OutFile, no_file};
use crate::{MingchaError, wording};

/// The byte order mark by which spreadsheets know UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What stands in one column of one line.
pub(super) enum Cell<'a> {
    /// A whole number.
    Number(u64),
    /// A civil day, or none.
    Day(Option<Day>),
    /// Words that people typed or that we chose.
    Text(Cow<'a, str>),
    /// Ids of photos.
    Photos(&'a [String]),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl Line {
    /// What stands behind the words of an item that no document defines.
    fn inferred(&self) -> &'static str {
        if self.definition == Some("inferred") { wording::INFERRED } else { "" }
    }

    /// The cells in the order of [`wording::ledger::HEADERS`].
    pub(super) fn cells(&self) -> [Cell<'_>; 24] {
        let number = if self.number_provisional {
            // Marked, it is also no number: spreadsheets would read 1e5234 as one.
            Cow::Owned(format!("{}{}", self.number, wording::NUMBER_PROVISIONAL))
        } else {
            Cow::Borrowed(self.number.as_str())
        };
        [
            Cell::Number(self.seq),
            Cell::Text(number),
            Cell::Day(self.found),
            self.source.into(),
            self.site.as_str().into(),
            Cell::Text(Cow::Owned(
                format!("{} {}{}", self.item, self.item_text, self.inferred()).trim_end().to_owned(),
            )),
            self.text.as_str().into(),
            self.severity.into(),
            Cell::Photos(&self.before_photos),
            self.unit.as_str().into(),
            self.leader.into(),
            self.person.into(),
            self.measure.as_str().into(),
            Cell::Day(self.deadline),
            self.extension.as_str().into(),
            Cell::Day(self.rectified),
            Cell::Photos(&self.after_photos),
            self.opinion.as_str().into(),
            Cell::Day(self.recheck_day),
            self.recheck_result.into(),
            self.rechecker.as_str().into(),
            Cell::Day(self.closed),
            self.deduction.into(),
            self.remark.as_str().into(),
        ]
    }
}

/// UTF-8 with a byte order mark, comma, CRLF (RFC 4180).
pub(super) struct Csv(csv::Writer<OutFile>);

impl Csv {
    pub fn begin(mut file: OutFile) -> Result<Self, MingchaError> {
        file.write_all(BYTE_ORDER_MARK).map_err(|error| no_file(&error))?;
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
        writer.write_record(wording::ledger::HEADERS).map_err(not_written)?;
        Ok(Self(writer))
    }
}

impl Lines for Csv {
    fn line(&mut self, line: &Line) -> Result<(), MingchaError> {
        let cells = line.cells().map(|cell| match cell {
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.map(|day| day.to_string()).unwrap_or_default(),
            Cell::Text(text) => harmless(&text),
            Cell::Photos(ids) => ids.join(" "),
        });
        self.0.write_record(cells).map_err(not_written)
    }

    fn finish(self: Box<Self>) -> Result<OutFile, MingchaError> {
        self.0.into_inner().map_err(|error| no_file(error.error()))
    }
}

fn not_written(error: csv::Error) -> MingchaError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => no_file(&error),
        // Every record has as many cells as the header.
        _ => MingchaError::File(std::io::ErrorKind::InvalidData),
    }
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes before what would begin one.
fn harmless(text: &str) -> String {
    let begins_a_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if begins_a_formula { format!("'{text}") } else { text.to_owned() }
}

/// An array of objects, one on each line.
pub(super) struct Json {
    out: BufWriter<OutFile>,
    empty: bool,
}

impl Json {
    pub fn begin(file: OutFile) -> Result<Self, MingchaError> {
        let mut out = BufWriter::new(file);
        out.write_all(b"[").map_err(|error| no_file(&error))?;
        Ok(Self { out, empty: true })
    }
}

impl Lines for Json {
    fn line(&mut self, line: &Line) -> Result<(), MingchaError> {
        let before: &[u8] = if self.empty { b"\n" } else { b",\n" };
        self.empty = false;
        let written = self.out.write_all(before);
        written
            .and_then(|()| serde_json::to_writer(&mut self.out, line).map_err(Into::into))
            .map_err(|error| no_file(&error))
    }

    fn finish(mut self: Box<Self>) -> Result<OutFile, MingchaError> {
        self.out.write_all(b"\n]\n").map_err(|error| no_file(&error))?;
        self.out.into_inner().map_err(|error| no_file(error.error()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn written(begin: fn(OutFile) -> Box<dyn Lines>, lines: &[Line]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("ledger");
        let mut writer = begin(OutFile::begin(&out, false).unwrap());
        for line in lines {
            writer.line(line).unwrap();
        }
        writer.finish().unwrap().finish().unwrap();
        fs::read(&out).unwrap()
    }

    fn csv_of(lines: &[Line]) -> Vec<u8> {
        written(|file| Box::new(Csv::begin(file).unwrap()), lines)
    }

    fn read(bytes: &[u8]) -> Vec<Vec<String>> {
        let plain = bytes.strip_prefix(BYTE_ORDER_MARK).expect("the byte order mark");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(plain);
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_spreadsheet_finds_utf_8_crlf_and_chinese_headers_even_without_findings() {
        let bytes = csv_of(&[]);
        let text = std::str::from_utf8(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap()).unwrap();
        assert!(text.starts_with("序号,问题编号,发现日期") && text.ends_with("扣分,备注\r\n"));
        assert_eq!(text.matches('\n').count(), 1);
    }

    #[test]
    fn what_begins_like_a_formula_becomes_a_text() {
        for formula in ["=1+1", "+86 10", "-5", "@SUM(A1)", "\t=1", "＝cmd|' /C calc'!A0"] {
            let line = Line { text: formula.to_owned(), ..Line::default() };
            assert_eq!(read(&csv_of(&[line]))[1][6], format!("'{formula}"));
        }
        assert_eq!(harmless("地面有水=滑"), "地面有水=滑");
    }

    #[test]
    fn a_number_that_the_city_did_not_give_is_marked_and_no_spreadsheet_reads_it_as_a_number() {
        let line = Line { number: "1e5234".to_owned(), number_provisional: true, ..Line::default() };
        assert_eq!(read(&csv_of(&[line]))[1][1], "1e5234（临时）");
    }

    #[test]
    fn a_note_with_quotes_commas_and_lines_stays_one_cell() {
        let note = "门口\"小心\"牌,\n倒了";
        let line = Line { text: note.to_owned(), seq: 7, found: "2026-02-24".parse().ok(), ..Line::default() };
        let rows = read(&csv_of(&[line]));
        assert_eq!((rows.len(), rows[1][0].as_str(), rows[1][2].as_str()), (2, "7", "2026-02-24"));
        assert_eq!(rows[1][6], note);
    }

    #[test]
    fn json_has_the_same_findings_with_days_as_text_and_an_empty_ledger_is_an_empty_array() {
        let json = |lines: &[Line]| -> serde_json::Value {
            serde_json::from_slice(&written(|file| Box::new(Json::begin(file).unwrap()), lines)).unwrap()
        };
        let line = Line { finding: "x".to_owned(), deadline: "2026-03-01".parse().ok(), ..Line::default() };
        let two = json(&[line.clone(), line]);
        assert_eq!((two[1]["deadline"].as_str(), two.as_array().unwrap().len()), (Some("2026-03-01"), 2));
        assert_eq!(two[0]["closed"], serde_json::Value::Null);
        assert_eq!(json(&[]), serde_json::json!([]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_is_typed_the_table_keeps_its_shape_and_no_cell_begins_a_formula(texts in prop::collection::vec(any::<String>(), 0..8)) {
            let lines: Vec<Line> = texts.iter().map(|text| Line { text: text.clone(), ..Line::default() }).collect();
            let rows = read(&csv_of(&lines));
            prop_assert_eq!(rows.len(), texts.len() + 1);
            for (row, text) in rows.iter().skip(1).zip(&texts) {
                prop_assert_eq!(row.len(), wording::ledger::HEADERS.len());
                prop_assert!(row[6].ends_with(text.as_str()));
                prop_assert!(!row[6].starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            }
        }
    }
}
