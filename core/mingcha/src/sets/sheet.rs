//! Sheets as offices send them: CSV in UTF-8 or GBK, and XLSX. Read with limits, and refused cell by cell.
//!
//! Nothing is guessed: merged cells, formulas, dates where a number goes, another encoding and too many rows are told
//! with their row and column, before anything of them is used.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{DataRef, Reader as _, Xlsx};
use mingcha_model::{Bilingual, MOST_ITEMS};
use serde::{Serialize, Serializer};

use crate::criteria::both;
use crate::{MingchaError, Mistake};

/// The largest file that is read, in bytes.
const LARGEST_FILE: u64 = 8 << 20;
/// What a workbook may hold unpacked, in bytes.
const LARGEST_UNPACKED: u64 = 96 << 20;
/// The most rows of a sheet: as many items and titles as a set may have, and room for notes and remarks.
pub(super) const MOST_ROWS: u32 = 2_000;
/// The most columns that are looked at.
const MOST_COLUMNS: usize = 100;
/// The most mistakes that are told of one file.
pub(super) const MOST_TROUBLES: usize = 50;

/// Something that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// The row as a spreadsheet counts it, from 1; none where the whole file is meant.
    pub row: Option<u32>,
    /// The column by its code, or by its letter where it has none; the key where the file is no sheet.
    pub column: Option<String>,
    /// The item, title or comparison.
    pub item: Option<String>,
    /// What is wrong and what to do; in JSON one text, Chinese first.
    #[serde(serialize_with = "as_one_text")]
    pub reason: Bilingual,
}

impl Trouble {
    pub(super) fn at(row: u32, column: &str, zh: &str, en: &str) -> Self {
        Self { row: Some(row), column: Some(column.to_owned()), item: None, reason: Bilingual::new(zh, en) }
    }

    pub(super) fn whole(zh: &str, en: &str) -> Self {
        Self::about_all(Bilingual::new(zh, en))
    }

    /// Something about the whole file.
    pub(super) fn about_all(reason: Bilingual) -> Self {
        Self { row: None, column: None, item: None, reason }
    }

    /// The mistake with its place, in Chinese and in English.
    pub(super) fn told(&self) -> Bilingual {
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        if let Some(row) = self.row {
            zh.push(format!("第 {row} 行"));
            en.push(format!("row {row}"));
        }
        if let Some(column) = &self.column {
            zh.push(format!("{column} 列"));
            en.push(format!("column {column}"));
        }
        if let Some(item) = &self.item {
            zh.push(item.clone());
            en.push(item.clone());
        }
        zh.push(self.reason.zh.clone());
        en.push(self.reason.en.clone());
        Bilingual { zh: zh.join("，"), en: en.join(", ") }
    }
}

fn as_one_text<S: Serializer>(reason: &Bilingual, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&both(reason))
}

/// The cells of a sheet as texts, each row with its number.
#[derive(Debug, Default)]
pub(super) struct Grid {
    pub rows: Vec<(u32, Vec<String>)>,
}

/// The letters of a column, A for the first.
pub(super) fn letter(mut place: usize) -> String {
    let mut letters = String::new();
    loop {
        letters.insert(0, char::from(b'A'.saturating_add(u8::try_from(place % 26).unwrap_or(0))));
        match (place / 26).checked_sub(1) {
            Some(rest) => place = rest,
            None => return letters,
        }
    }
}

/// Reads a file; its ending says what it is.
pub(super) fn read(file: &Path, encoding: Option<&str>, troubles: &mut Vec<Trouble>) -> Result<Grid, MingchaError> {
    let length = file.metadata().map_err(|_| Mistake::NoFile)?.len();
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let too_large = || Trouble::whole("文件超过 8 MiB", "the file is over 8 MiB: a set is far smaller");
    match ending.as_str() {
        "xlsx" if length > LARGEST_FILE => {
            troubles.push(too_large());
            Ok(Grid::default())
        }
        "xlsx" => read_workbook(file, troubles),
        "csv" => {
            let mut bytes = Vec::new();
            let opened = File::open(file).map_err(|_| Mistake::NoFile)?;
            opened.take(LARGEST_FILE).read_to_end(&mut bytes).map_err(|_| Mistake::NoFile)?;
            let grid = read_csv(&bytes, encoding, troubles)?;
            // Of what is too large the beginning tells more, where it has more rows than a sheet may.
            if length > LARGEST_FILE && !troubles.iter().any(|trouble| *trouble == too_many_rows()) {
                *troubles = vec![too_large()];
            }
            Ok(grid)
        }
        _ => Err(Mistake::Malformed("文件应为 .toml、.xlsx 或 .csv", "the file ends in .toml, .xlsx or .csv").into()),
    }
}

fn read_csv(bytes: &[u8], encoding: Option<&str>, troubles: &mut Vec<Trouble>) -> Result<Grid, MingchaError> {
    let mut grid = Grid::default();
    // Half of what a sheet holds in UTF-16 is codes and commas, of which every second byte is nought.
    let noughts: usize = bytes.iter().map(|byte| usize::from(*byte == 0)).sum();
    let is_wide = noughts.saturating_mul(8) > bytes.len();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || is_wide {
        troubles.push(Trouble::at(1, "A", "文件是 UTF-16，请另存为 CSV UTF-8", "this is UTF-16: save it as CSV UTF-8"));
        return Ok(grid);
    }
    let decoded;
    let bytes = match encoding.map(str::to_ascii_lowercase).as_deref() {
        None | Some("utf-8" | "utf8") => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
        Some("gbk" | "gb2312" | "gb18030") if !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() => {
            let (zh, en) = ("文件是 UTF-8，请去掉 --encoding gbk", "this is UTF-8: leave out --encoding gbk");
            troubles.push(Trouble::at(1, "A", zh, en));
            return Ok(grid);
        }
        Some("gbk" | "gb2312" | "gb18030") if !reads_as_gbk(bytes) => {
            let (zh, en) = (
                "读出来不是常用汉字，文件可能不是 GBK（如 Big5）：请另存为 CSV UTF-8",
                "read as GBK these are no common characters, it may be another encoding (as Big5): save it as CSV UTF-8",
            );
            troubles.push(Trouble::at(1, "A", zh, en));
            return Ok(grid);
        }
        Some("gbk" | "gb2312" | "gb18030") => {
            decoded = encoding_rs::GB18030.decode_without_bom_handling(bytes).0;
            decoded.as_bytes()
        }
        Some(_) => return Err(Mistake::Malformed("编码应为 utf-8 或 gbk", "the encoding is utf-8 or gbk").into()),
    };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut filled = filled_rows(bytes);
    let mut number = 0_u32;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(grid),
            Ok(true) => {}
            Err(_) => {
                troubles.push(Trouble::at(number.saturating_add(1), "A", "此行无法读取", "this row cannot be read"));
                return Ok(grid);
            }
        }
        number = filled.next().unwrap_or(number.saturating_add(1));
        if number > MOST_ROWS {
            troubles.push(too_many_rows());
            return Ok(grid);
        }
        if record.iter().skip(MOST_COLUMNS).any(|cell| !cell.trim_ascii().is_empty()) {
            troubles.push(too_far_right(number));
            return Ok(grid);
        }
        let mut cells = Vec::with_capacity(record.len().min(MOST_COLUMNS));
        for (place, cell) in record.iter().take(MOST_COLUMNS).enumerate() {
            match std::str::from_utf8(cell) {
                Ok(text) if text.contains('\0') => {
                    let (zh, en) = ("含有空字符（NUL），请重新输入此格", "a NUL character: type this cell anew");
                    troubles.push(Trouble::at(number, &letter(place), zh, en));
                    if troubles.len() >= MOST_TROUBLES {
                        return Ok(grid);
                    }
                    cells.push(String::new());
                }
                Ok(text) if !text.contains(char::REPLACEMENT_CHARACTER) => cells.push(text.to_owned()),
                _ => {
                    troubles.push(Trouble::at(
                        number,
                        &letter(place),
                        "不是 UTF-8 文字；如是 GBK，请加 --encoding gbk，或另存为 CSV UTF-8",
                        "not UTF-8: add --encoding gbk if it is GBK, or save it as CSV UTF-8",
                    ));
                    if troubles.len() >= MOST_TROUBLES {
                        return Ok(grid);
                    }
                    cells.push(String::new());
                }
            }
        }
        grid.rows.push((number, cells));
    }
}

/// Whether most of the characters are common ones, read as GBK: the marks of rows 1 to 3 and the 3,755 of the first level
/// of GB 2312 (rows 16 to 55), which make nearly all of any text. Big5 read so has them for four in ten.
fn reads_as_gbk(bytes: &[u8]) -> bool {
    let (mut all, mut common) = (0_usize, 0_usize);
    let mut rest = bytes.iter();
    while let Some(first) = rest.next() {
        if first.is_ascii() {
            continue;
        }
        let second = rest.next().copied().unwrap_or_default();
        all = all.saturating_add(1);
        if matches!(first, 0xa1..=0xa3 | 0xb0..=0xd7) && second >= 0xa1 {
            common = common.saturating_add(1);
        }
    }
    common.saturating_mul(3) >= all.saturating_mul(2)
}

/// The numbers of the rows that hold anything, as a spreadsheet counts them: an empty line is a row of its own, a line
/// break between quotes is none.
fn filled_rows(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut rest = bytes;
    let mut number = 0_u32;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            number = number.saturating_add(1);
            let length = length_of_row(rest);
            let (row, after) = rest.split_at_checked(length)?;
            rest = after
                .strip_prefix(b"\r\n")
                .or(after.strip_prefix(b"\n"))
                .or(after.strip_prefix(b"\r"))
                .unwrap_or_default();
            if !row.is_empty() {
                return Some(number);
            }
        }
    })
}

/// How many bytes stand before the end of the first row. A quote opens where a cell begins, and there only.
fn length_of_row(bytes: &[u8]) -> usize {
    let (mut quoted, mut begins) = (false, true);
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            // A doubled quote closes and opens again.
            b'"' if quoted => (quoted, begins) = (false, true),
            b'"' if begins => quoted = true,
            _ if quoted => {}
            b'\r' | b'\n' => return place,
            _ => begins = *byte == b',',
        }
    }
    bytes.len()
}

fn too_many_rows() -> Trouble {
    Trouble::at(
        MOST_ROWS.saturating_add(1),
        "A",
        &format!("行数超过 {MOST_ROWS}；一套标准最多 {MOST_ITEMS} 个检查项，请分成几套标准"),
        &format!("more than {MOST_ROWS} rows: a set has at most {MOST_ITEMS} items, make several sets of it"),
    )
}

fn too_far_right(row: u32) -> Trouble {
    Trouble::at(
        row,
        &letter(MOST_COLUMNS),
        &format!("内容超出 {MOST_COLUMNS} 列，请删去右边多余的格"),
        &format!("beyond {MOST_COLUMNS} columns: empty what stands to the right"),
    )
}

fn read_workbook(file: &Path, troubles: &mut Vec<Trouble>) -> Result<Grid, MingchaError> {
    let unreadable =
        || Trouble::whole("不是可以打开的 XLSX 文件", "this is no XLSX file that can be opened: save it again");
    if unpacked(file).is_none_or(|bytes| bytes > LARGEST_UNPACKED) {
        troubles.push(unreadable());
        return Ok(Grid::default());
    }
    let opened = File::open(file).map_err(|_| Mistake::NoFile)?;
    let Ok(mut book) = Xlsx::new(BufReader::new(opened)) else {
        troubles.push(unreadable());
        return Ok(Grid::default());
    };
    let Some(sheet) = book.sheet_names().into_iter().next() else {
        troubles.push(unreadable());
        return Ok(Grid::default());
    };
    for merged in book.merge_cells_by_sheet_name(&sheet).unwrap_or_default() {
        let column = letter(usize::try_from(merged.start.1).unwrap_or_default());
        let row = merged.start.0.saturating_add(1);
        troubles.push(Trouble::at(
            row,
            &column,
            "单元格合并了，请取消合并",
            "merged cells: split them, one value a cell",
        ));
        if troubles.len() >= MOST_TROUBLES {
            return Ok(Grid::default());
        }
    }
    let mut grid = Grid::default();
    let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else {
        troubles.push(unreadable());
        return Ok(grid);
    };
    loop {
        let cell = match cells.next_cell_with_formula() {
            Ok(Some(cell)) => cell,
            Ok(None) => return Ok(grid),
            Err(_) => {
                troubles.push(unreadable());
                return Ok(grid);
            }
        };
        let (row, place) = (cell.pos.0.saturating_add(1), usize::try_from(cell.pos.1).unwrap_or(usize::MAX));
        let text = match text_of(&cell.value) {
            _ if cell.formula.is_some() => Err(("单元格是公式，请粘贴为数值", "a formula: paste its value instead")),
            told => told,
        };
        let text = match text {
            Ok(text) if text.is_empty() => continue,
            _ if row > MOST_ROWS => {
                troubles.push(too_many_rows());
                return Ok(grid);
            }
            _ if place >= MOST_COLUMNS => {
                troubles.push(too_far_right(row));
                return Ok(grid);
            }
            Ok(text) => text,
            Err((zh, en)) => {
                troubles.push(Trouble::at(row, &letter(place), zh, en));
                if troubles.len() >= MOST_TROUBLES {
                    return Ok(grid);
                }
                continue;
            }
        };
        if grid.rows.last().is_none_or(|(last, _)| *last != row) {
            grid.rows.push((row, Vec::new()));
        }
        if let Some((_, cells)) = grid.rows.last_mut() {
            cells.resize(cells.len().max(place.saturating_add(1)), String::new());
            if let Some(cell) = cells.get_mut(place) {
                *cell = text;
            }
        }
    }
}

/// How many bytes the parts of a workbook say they have unpacked; none where it is no archive.
fn unpacked(file: &Path) -> Option<u64> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(file).ok()?)).ok()?;
    let mut bytes = 0_u64;
    for place in 0..archive.len() {
        bytes = bytes.saturating_add(archive.by_index_raw(place).ok()?.size());
    }
    Some(bytes)
}

/// The text of a cell; numbers without a fraction as whole ones.
fn text_of(value: &DataRef<'_>) -> Result<String, (&'static str, &'static str)> {
    match value {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) => Ok(text.clone()),
        DataRef::SharedString(text) => Ok((*text).to_owned()),
        DataRef::Int(whole) => Ok(whole.to_string()),
        DataRef::Float(number) => Ok(number.to_string()),
        DataRef::Bool(yes) => Ok(yes.to_string()),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => {
            Err(("单元格是日期，请设为文本", "a date: make the cell a text"))
        }
        DataRef::Error(_) => Err(("单元格是错误值", "an error value: write what it should be")),
    }
}
