//! The ledger as a workbook that spreadsheet programs open: dressed for an office, ready for A3 paper.
//!
//! Texts are texts and days are days; nothing that somebody typed is a formula, also after it was edited. The rows of a
//! long ledger go through a nameless file beside it, so that memory does not grow with them.

use std::error::Error;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mingcha_model::Day;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::table::Cell;
use super::{Line, Lines};
use crate::out_file::{OutFile, no_file};
use crate::{MingchaError, Mistake, wording};

/// The widths of the columns in characters of the sheet's font.
const WIDTHS: [f64; 24] = [
    5.0, 13.0, 10.5, 6.0, 14.0, 18.0, 26.0, 6.0, 9.5, 14.0, 8.0, 8.0, 24.0, 13.5, 10.0, 10.5, 9.5, 14.0, 10.5, 8.0,
    8.0, 10.5, 6.0, 14.0,
];
/// The height of one line of text in a cell, in points; a row is as high as its longest text, as programs that do not
/// fit rows by themselves would cut it off.
const LINE_HEIGHT: f64 = 13.5;
/// The highest row, in points. Source: Excel's specifications and limits.
const HIGHEST_ROW: f64 = 409.0;
/// The most rows of a sheet, less the three above the first line. Source: Excel's specifications and limits.
const MOST_LINES: usize = 1_048_573;
/// The most UTF-16 units of a cell. Source: Excel's specifications and limits.
const LONGEST_CELL: usize = 32_767;
/// So many lines are kept in memory, about 10 KB each; longer ledgers spill.
const MOST_IN_MEMORY: usize = 5_000;
/// The row with the columns' names; the title and the subtitle stand above it.
const HEADER_ROW: u32 = 2;
const LAST_COLUMN: u16 = 23;
/// A3, as ISO 29500 numbers paper sizes.
const A3: u8 = 8;

/// How cells look.
struct Look {
    text: Format,
    centred: Format,
    day: Format,
    /// A day that may still change says so in its format and stays a day.
    day_provisional: Format,
}

impl Look {
    fn of(cell: &Format) -> Self {
        let centred = cell.clone().set_align(FormatAlign::Center);
        Self {
            // The mark that keeps a text a text when somebody edits the cell.
            text: cell.clone().set_align(FormatAlign::Left).set_quote_prefix(),
            day: centred.clone().set_num_format("yyyy-mm-dd"),
            day_provisional: centred
                .clone()
                .set_num_format(format!("yyyy-mm-dd\"{}\"", wording::ledger::PROVISIONAL_DAY)),
            centred: centred.set_quote_prefix(),
        }
    }
}

/// A workbook with one sheet, line by line.
pub(super) struct Book {
    workbook: Workbook,
    file: OutFile,
    spills: bool,
    next_row: u32,
    plain: Look,
    /// What is void stays in the ledger, struck out.
    void: Look,
    /// A deadline that has passed.
    late: Look,
}

impl Book {
    pub fn begin(file: OutFile, today: Day, lines: usize) -> Result<Self, MingchaError> {
        if lines > MOST_LINES {
            return Err(Mistake::Malformed(
                "问题太多，一张工作表放不下，请用 csv",
                "too many findings for a sheet: use csv",
            )
            .into());
        }
        let cell = Format::new()
            .set_font_name("宋体")
            .set_font_size(10)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap()
            .set_border(FormatBorder::Thin);
        let mut book = Self {
            workbook: Workbook::new(),
            file,
            spills: lines > MOST_IN_MEMORY,
            next_row: HEADER_ROW.saturating_add(1),
            plain: Look::of(&cell),
            void: Look::of(&cell.clone().set_font_color(Color::Gray).set_font_strikethrough()),
            late: Look::of(&cell.clone().set_font_color(Color::RGB(0x00C0_0000)).set_bold()),
        };
        guarded(|| book.lay_out(&cell, today, lines))?;
        Ok(book)
    }

    fn lay_out(&mut self, cell: &Format, today: Day, lines: usize) -> Result<(), XlsxError> {
        self.workbook.set_tempdir(self.file.folder())?;
        let properties = DocProperties::new().set_title(wording::ledger::TITLE);
        self.workbook.set_properties(&properties.set_creation_datetime(&date(today)?));
        let sheet = if self.spills {
            self.workbook.add_worksheet_with_constant_memory()?
        } else {
            self.workbook.add_worksheet()
        };
        sheet.set_name(wording::ledger::TITLE)?;
        for (column, width) in (0..).zip(WIDTHS) {
            sheet.set_column_width(column, width)?;
        }
        let title = Format::new().set_font_name("黑体").set_font_size(18).set_align(FormatAlign::Center);
        sheet.set_row_height(0, 32)?;
        sheet.merge_range(
            0,
            0,
            0,
            LAST_COLUMN,
            wording::ledger::TITLE,
            &title.set_align(FormatAlign::VerticalCenter),
        )?;
        let subtitle = Format::new().set_font_name("宋体").set_font_size(10).set_align(FormatAlign::Left);
        let words = wording::ledger::subtitle(&today.to_string(), lines);
        sheet.set_row_height(1, 18)?;
        sheet.merge_range(1, 0, 1, LAST_COLUMN, &words, &subtitle)?;
        let header =
            cell.clone().set_bold().set_align(FormatAlign::Center).set_background_color(Color::RGB(0x00D9_E1F2));
        sheet.set_row_height(HEADER_ROW, 30)?;
        for (column, name) in (0..).zip(wording::ledger::HEADERS) {
            sheet.write_string_with_format(HEADER_ROW, column, name, &header)?;
        }
        let last_row = HEADER_ROW.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        sheet.autofilter(HEADER_ROW, 0, last_row, LAST_COLUMN)?;
        // The names of columns and the finding's number stay in sight and on every printed page.
        sheet.set_freeze_panes(HEADER_ROW.saturating_add(1), 2)?;
        sheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
        sheet.set_paper_size(A3).set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
        sheet.set_footer(wording::ledger::FOOT);
        Ok(())
    }

    fn write(&mut self, line: &Line) -> Result<(), XlsxError> {
        let row = self.next_row;
        let look = if line.stage == mingcha_model::Stage::Void.name() { &self.void } else { &self.plain };
        let sheet = self.workbook.worksheet_from_index(0)?;
        sheet.set_row_height(row, height(line))?;
        for ((column, cell), name) in (0..).zip(line.cells()).zip(wording::ledger::HEADERS) {
            let due = name == wording::ledger::DEADLINE;
            let look = if due && line.overdue { &self.late } else { look };
            match cell {
                Cell::Number(number) => {
                    // Line numbers are far below what a double holds exactly.
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    sheet.write_number_with_format(row, column, number, &look.centred)?;
                }
                Cell::Day(None) => {
                    sheet.write_blank(row, column, &look.day)?;
                }
                Cell::Day(Some(day)) => {
                    let format = if due && line.provisional { &look.day_provisional } else { &look.day };
                    sheet.write_datetime_with_format(row, column, &date(day)?, format)?;
                }
                Cell::Text(text) => {
                    let wide = WIDTHS.get(usize::from(column)).is_some_and(|width| *width > 12.0);
                    write_text(sheet, row, column, &text, if wide { &look.text } else { &look.centred })?;
                }
                Cell::Photos(ids) => {
                    write_text(sheet, row, column, &photos(ids), &look.text)?;
                }
            }
        }
        self.next_row = row.saturating_add(1);
        Ok(())
    }
}

impl Lines for Book {
    fn line(&mut self, line: &Line) -> Result<(), MingchaError> {
        guarded(|| self.write(line))
    }

    fn finish(self: Box<Self>) -> Result<OutFile, MingchaError> {
        let Self { mut workbook, mut file, spills, .. } = *self;
        guarded(|| {
            if spills {
                return workbook.save_to_writer(&mut file);
            }
            let whole = workbook.save_to_buffer()?;
            Ok(file.write_all(&whole)?)
        })?;
        Ok(file)
    }
}

fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    if text.is_empty() {
        sheet.write_blank(row, column, format)?;
    } else {
        sheet.write_string_with_format(row, column, fitting(text), format)?;
    }
    Ok(())
}

fn date(day: Day) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: u32| u8::try_from(number).unwrap_or(0);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(0), part(day.month()), part(day.day_of_month()))
}

/// The height that the longest text of a line needs.
fn height(line: &Line) -> f64 {
    let lines = line.cells().into_iter().zip(WIDTHS).map(|(cell, width)| match cell {
        Cell::Text(text) => lines_of(&text, width),
        Cell::Photos(ids) => lines_of(&photos(ids), width),
        Cell::Number(_) | Cell::Day(_) => 1.0,
    });
    (lines.fold(1.0, f64::max) * LINE_HEIGHT + 5.0).min(HIGHEST_ROW)
}

/// How many lines a text takes in a column so wide: a Chinese character is two digits wide.
fn lines_of(text: &str, width: f64) -> f64 {
    let line = |line: &str| {
        let digits = line.chars().map(|c| if c.is_ascii() { 1_u32 } else { 2 }).fold(0, u32::saturating_add);
        (f64::from(digits) / (width - 1.0)).ceil().max(1.0)
    };
    text.lines().map(line).sum()
}

/// How many, and the beginnings of their ids: enough to find them by, short enough to print.
fn photos(ids: &[String]) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let short: Vec<&str> = ids.iter().map(|id| id.get(..8).unwrap_or(id)).collect();
    wording::ledger::photos(ids.len(), &short.join("、"))
}

/// What a cell can hold: no characters that XML has no way to write, and not more than fits, with a word that it was cut.
fn fitting(text: &str) -> String {
    let clean = |c: char| {
        if c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}') {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    let cleaned: String = text.replace("\r\n", "\n").chars().map(clean).collect();
    if cleaned.encode_utf16().count() <= LONGEST_CELL {
        return cleaned;
    }
    let mut room = LONGEST_CELL.saturating_sub(wording::ledger::CUT.encode_utf16().count());
    let mut cut: String = cleaned
        .chars()
        .take_while(|c| {
            let left = room.checked_sub(c.len_utf16());
            room = left.unwrap_or(0);
            left.is_some()
        })
        .collect();
    cut.push_str(wording::ledger::CUT);
    cut
}

/// Runs the workbook's writer. It panics when its nameless file cannot grow: that is a full disk, and said so.
fn guarded(write: impl FnOnce() -> Result<(), XlsxError>) -> Result<(), MingchaError> {
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(written) => written.map_err(|error| not_written(&error)),
        Err(_) => Err(MingchaError::Full),
    }
}

fn not_written(error: &XlsxError) -> MingchaError {
    let cause = match error {
        XlsxError::IoError(error) => Some(error),
        other => other.source().and_then(|source| source.downcast_ref()),
    };
    cause.map_or(MingchaError::File(io::ErrorKind::InvalidData), no_file)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use calamine::{Data, Reader, Xlsx, open_workbook};

    use super::*;

    fn written(folder: &Path, lines: &[Line]) -> std::path::PathBuf {
        let out = folder.join("台账.xlsx");
        let file = OutFile::begin(&out, true).unwrap();
        let mut book = Box::new(Book::begin(file, "2026-02-24".parse().unwrap(), lines.len()).unwrap());
        for line in lines {
            book.line(line).unwrap();
        }
        book.finish().unwrap().finish().unwrap();
        out
    }

    fn rows(file: &Path) -> Vec<Vec<Data>> {
        let mut book: Xlsx<_> = open_workbook(file).unwrap();
        let range = book.worksheet_range(wording::ledger::TITLE).unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    /// One file inside the workbook.
    fn part(file: &Path, name: &str) -> String {
        let mut whole = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
        let mut text = String::new();
        io::Read::read_to_string(&mut whole.by_name(name).unwrap(), &mut text).unwrap();
        text
    }

    #[test]
    fn another_program_reads_texts_as_texts_and_days_as_days() {
        let folder = tempfile::tempdir().unwrap();
        let line = Line {
            seq: 7,
            number: "2026-0042".to_owned(),
            text: "=HYPERLINK(\"http://x\")".to_owned(),
            measure: "-5".to_owned(),
            found: "2026-02-24".parse().ok(),
            deadline: "2026-03-02".parse().ok(),
            provisional: true,
            before_photos: vec!["0123456789abcdef".to_owned(), "fedcba9876543210".to_owned()],
            ..Line::default()
        };
        let file = written(folder.path(), &[line]);
        let rows = rows(&file);
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0][0], Data::String("问题台账".to_owned()));
        assert_eq!(rows[2].iter().map(ToString::to_string).collect::<Vec<_>>(), wording::ledger::HEADERS);
        assert_eq!((&rows[3][0], &rows[3][1]), (&Data::Float(7.0), &Data::String("2026-0042".to_owned())));
        assert_eq!(rows[3][6], Data::String("=HYPERLINK(\"http://x\")".to_owned()), "not a formula");
        assert_eq!(rows[3][12], Data::String("-5".to_owned()));
        assert_eq!(rows[3][8], Data::String("2 张：01234567、fedcba98".to_owned()));
        let days = [2, 13].map(|column| match &rows[3][column] {
            Data::DateTime(day) => day.as_f64().to_string(),
            other => panic!("{other:?} is no day"),
        });
        // Days since 30 December 1899, as spreadsheets count: 1 January 2026 is 46023.
        assert_eq!(days, ["46077", "46083"]);
        let styles = part(&file, "xl/styles.xml");
        assert!(styles.contains("quotePrefix=\"1\"") && styles.contains("暂"), "{styles}");
        assert!(!part(&file, "xl/worksheets/sheet1.xml").contains("<f>"), "no formula anywhere");
    }

    #[test]
    fn the_sheet_keeps_its_names_in_sight_filters_and_prints_on_a3() {
        let folder = tempfile::tempdir().unwrap();
        let file = written(folder.path(), &[Line::default(), Line::default()]);
        let sheet = part(&file, "xl/worksheets/sheet1.xml");
        for asked in [
            "xSplit=\"2\" ySplit=\"3\"",
            "state=\"frozen\"",
            "<autoFilter ref=\"A3:X5\"",
            "paperSize=\"8\"",
            "orientation=\"landscape\"",
            "fitToHeight=\"0\"",
            "第 &amp;P 页",
        ] {
            assert!(sheet.contains(asked), "{asked}");
        }
        assert!(part(&file, "xl/workbook.xml").contains("$3:$3"), "printed on every page");
        let about = part(&file, "docProps/core.xml");
        assert!(about.contains("2026-02-24") && about.contains("<dc:creator></dc:creator>"), "{about}");
    }

    #[test]
    fn a_cell_holds_what_it_can_and_says_that_it_was_cut() {
        let long = "长".repeat(40_000);
        let fitted = fitting(&long);
        assert_eq!(fitted.encode_utf16().count(), LONGEST_CELL);
        assert!(fitted.ends_with(wording::ledger::CUT));
        let emoji = fitting(&"😀".repeat(20_000));
        assert!(emoji.encode_utf16().count() <= LONGEST_CELL && emoji.ends_with(wording::ledger::CUT));
        assert_eq!(fitting("门口\r\n\u{1}湿\u{ffff}"), "门口\n\u{fffd}湿\u{fffd}");
        let folder = tempfile::tempdir().unwrap();
        let line = Line { text: long, measure: "a\u{0}b_x0041_".to_owned(), ..Line::default() };
        let rows = rows(&written(folder.path(), &[line]));
        assert_eq!(rows[3][6].to_string().chars().count(), LONGEST_CELL);
        assert_eq!(rows[3][12], Data::String("a\u{fffd}b_x0041_".to_owned()));
    }

    #[test]
    fn a_long_ledger_has_every_line_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let line =
            |seq| Line { seq, text: format!("第 {seq} 条"), found: "2026-02-24".parse().ok(), ..Line::default() };
        let lines: Vec<Line> = (1..=5_001).map(line).collect();
        let file = written(folder.path(), &lines);
        let rows = rows(&file);
        assert_eq!((rows.len(), rows[5_003][6].to_string()), (5_004, "第 5001 条".to_owned()));
        assert_eq!(rows[2][5].to_string(), "检查项");
        assert!(matches!(rows[4_000][2], Data::DateTime(_)));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_ledger_without_findings_is_a_workbook_too() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(rows(&written(folder.path(), &[])).len(), 3);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing stays beside it");
    }
}
