//! The ledger's lines as CSV and as JSON: one order of columns for both.
//!
//! A cell that a spreadsheet would run as a formula is made a text: what somebody typed into a note must not act on
//! the machine of whoever opens the file.

use mingcha_model::Day;
use serde::Serialize;

use super::cell;

/// The byte order mark by which spreadsheets know UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The columns in Chinese, in the order of [`Line::cells`].
const HEADERS: [&str; 24] = [
    "序号",
    "问题编号",
    "发现日期",
    "来源",
    "点位",
    "检查项",
    "问题描述",
    "严重程度",
    "整改前照片",
    "责任单位",
    "责任领导",
    "责任人",
    "整改措施",
    "整改期限",
    "延期情况",
    "整改完成日期",
    "整改后照片",
    "督查意见",
    "复查日期",
    "复查结果",
    "复查人",
    "销号日期",
    "扣分",
    "备注",
];

/// One finding in the ledger; what nobody recorded is empty.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Line {
    pub seq: u64,
    pub finding: String,
    pub number: String,
    pub stage: &'static str,
    pub found: Option<Day>,
    pub source: &'static str,
    pub site: String,
    pub item: String,
    pub text: String,
    pub severity: String,
    pub before_photos: Vec<String>,
    pub unit: String,
    /// Nobody records it yet: a column to be filled in by hand.
    pub leader: String,
    /// Nobody records it yet: a column to be filled in by hand.
    pub person: String,
    pub measure: String,
    pub deadline: Option<Day>,
    pub extension: String,
    pub rectified: Option<Day>,
    pub after_photos: Vec<String>,
    pub opinion: String,
    pub recheck_day: Option<Day>,
    pub recheck_result: &'static str,
    pub rechecker: String,
    pub closed: Option<Day>,
    /// Circulated by the office, not by this phone: a column to be filled in by hand.
    pub deduction: String,
    pub remark: String,
}

impl Line {
    fn cells(&self) -> [String; 24] {
        let text = |text: &str| harmless(text);
        [
            self.seq.to_string(),
            text(&self.number),
            cell(self.found),
            text(self.source),
            text(&self.site),
            text(&self.item),
            text(&self.text),
            text(&self.severity),
            self.before_photos.join(" "),
            text(&self.unit),
            text(&self.leader),
            text(&self.person),
            text(&self.measure),
            cell(self.deadline),
            text(&self.extension),
            cell(self.rectified),
            self.after_photos.join(" "),
            text(&self.opinion),
            cell(self.recheck_day),
            text(self.recheck_result),
            text(&self.rechecker),
            cell(self.closed),
            text(&self.deduction),
            text(&self.remark),
        ]
    }
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes before what would begin one.
fn harmless(text: &str) -> String {
    let begins_a_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if begins_a_formula { format!("'{text}") } else { text.to_owned() }
}

/// UTF-8 with a byte order mark, comma, CRLF (RFC 4180).
pub(super) fn csv(lines: &[Line]) -> Vec<u8> {
    let mut writer =
        ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
    // Writing rows of one length into memory cannot fail.
    let mut written = writer.write_record(HEADERS);
    for line in lines {
        written = written.and_then(|()| writer.write_record(line.cells()));
    }
    debug_assert!(written.is_ok());
    writer.into_inner().unwrap_or_default()
}

/// An array of objects.
pub(super) fn json(lines: &[Line]) -> Vec<u8> {
    // Strings and numbers always print.
    let mut bytes = serde_json::to_vec_pretty(lines).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Vec<Vec<String>> {
        let plain = bytes.strip_prefix(BYTE_ORDER_MARK).expect("the byte order mark");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(plain);
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_spreadsheet_finds_utf_8_crlf_and_chinese_headers_even_without_findings() {
        let bytes = csv(&[]);
        let text = std::str::from_utf8(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap()).unwrap();
        assert!(text.starts_with("序号,问题编号,发现日期") && text.ends_with("扣分,备注\r\n"));
        assert_eq!(text.matches('\n').count(), 1);
    }

    #[test]
    fn what_begins_like_a_formula_becomes_a_text() {
        for formula in ["=1+1", "+86 10", "-5", "@SUM(A1)", "\t=1", "＝cmd|' /C calc'!A0"] {
            let line = Line { text: formula.to_owned(), ..Line::default() };
            assert_eq!(read(&csv(&[line]))[1][6], format!("'{formula}"));
        }
        assert_eq!(harmless("地面有水=滑"), "地面有水=滑");
    }

    #[test]
    fn a_note_with_quotes_commas_and_lines_stays_one_cell() {
        let note = "门口\"小心\"牌,\n倒了";
        let line = Line { text: note.to_owned(), seq: 7, found: "2026-02-24".parse().ok(), ..Line::default() };
        let rows = read(&csv(&[line]));
        assert_eq!((rows.len(), rows[1][0].as_str(), rows[1][2].as_str()), (2, "7", "2026-02-24"));
        assert_eq!(rows[1][6], note);
    }

    #[test]
    fn json_has_the_same_findings_with_days_as_text() {
        let line = Line { finding: "x".to_owned(), deadline: "2026-03-01".parse().ok(), ..Line::default() };
        let value: serde_json::Value = serde_json::from_slice(&json(&[line])).unwrap();
        assert_eq!(value[0]["deadline"], "2026-03-01");
        assert_eq!(value[0]["closed"], serde_json::Value::Null);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_the_table_keeps_its_shape_and_no_cell_begins_a_formula(texts in prop::collection::vec(any::<String>(), 0..8)) {
            let lines: Vec<Line> = texts.iter().map(|text| Line { text: text.clone(), ..Line::default() }).collect();
            let rows = read(&csv(&lines));
            prop_assert_eq!(rows.len(), texts.len() + 1);
            for (row, text) in rows.iter().skip(1).zip(&texts) {
                prop_assert_eq!(row.len(), HEADERS.len());
                prop_assert!(row[6].ends_with(text.as_str()));
                prop_assert!(!row[6].starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            }
        }
    }
}
