//! A table whose columns stand straight, counting Chinese characters as the two columns that they take.
//!
//! Long words wrap inside their cell and are never cut off: what is shown can be copied.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::page::plain;
use crate::texts::{Lang, Text};

/// What stands between two columns.
const BETWEEN: &str = "  ";

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    title: Text,
    /// True for figures, which stand at the right.
    right: bool,
    /// The widest that a cell may be before it wraps.
    widest: usize,
}

/// A column of words.
pub const fn left(title: Text) -> Column {
    Column { title, right: false, widest: usize::MAX }
}

/// A column of figures.
pub const fn right(title: Text) -> Column {
    Column { title, right: true, widest: usize::MAX }
}

/// A column of sentences that wrap at this width.
pub const fn wrapped(title: Text, widest: usize) -> Column {
    Column { title, right: false, widest }
}

/// A table.
pub struct Table {
    columns: Vec<Column>,
    /// The lines of each cell before they wrap.
    rows: Vec<Vec<Vec<String>>>,
}

impl Table {
    /// A table with these columns and no rows yet.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, one cell for each column.
    pub fn row<const N: usize>(&mut self, cells: &[String; N]) {
        self.rows.push(cells.iter().map(|cell| vec![plain(cell)]).collect());
    }

    /// Adds a line below what stands in this column of the last row.
    pub fn below(&mut self, column: usize, text: &str) {
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.get_mut(column)) {
            cell.push(plain(text));
        }
    }

    /// The table as text; empty without rows. A column that has nothing to say is left out.
    pub fn drawn(&self, lang: Lang) -> String {
        let mut shown: Vec<Vec<Vec<String>>> = Vec::new();
        for (place, column) in self.columns.iter().enumerate() {
            let cells: Vec<&[String]> =
                self.rows.iter().map(|row| row.get(place).map(Vec::as_slice).unwrap_or_default()).collect();
            if cells.iter().all(|cell| cell.iter().all(String::is_empty)) {
                continue;
            }
            let title = [column.title.say(lang).to_owned()];
            let cells = std::iter::once(&title[..]).chain(cells);
            let wrapped = |cell: &[String]| cell.iter().flat_map(|line| wrap(line, column.widest)).collect();
            let cells: Vec<Vec<String>> = cells.map(wrapped).collect();
            let widest = cells.iter().flatten().map(|line| line.width()).max().unwrap_or_default();
            let aligned = |line: &String| {
                let room = " ".repeat(widest.saturating_sub(line.width()));
                if column.right { format!("{room}{line}") } else { format!("{line}{room}") }
            };
            let blank = " ".repeat(widest);
            let mut column: Vec<Vec<String>> = cells.iter().map(|cell| cell.iter().map(aligned).collect()).collect();
            for cell in &mut column {
                cell.push(blank.clone());
            }
            shown.push(column);
        }
        let mut text = String::new();
        for row in 0..self.rows.len().saturating_add(1) {
            let cells: Vec<&Vec<String>> = shown.iter().filter_map(|column| column.get(row)).collect();
            // Each cell ends with a blank line, which stands in for what a shorter neighbour does not have.
            let height = cells.iter().map(|cell| cell.len().saturating_sub(1)).max().unwrap_or_default();
            for line in 0..height {
                let line: Vec<&str> = cells
                    .iter()
                    .filter_map(|cell| cell.get(line).or_else(|| cell.last()).map(String::as_str))
                    .collect();
                text.push_str(line.join(BETWEEN).trim_end());
                text.push('\n');
            }
        }
        text
    }
}

/// What never begins a line; it may hang over its end.
const CLOSING: &str = "，。；：、！？）】》」』”’%";

/// Lines of at most this many columns: broken at a space where there is one, else between two characters.
pub fn wrap(text: &str, widest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut width = 0_usize;
    for c in text.chars() {
        let wide = c.width().unwrap_or_default();
        if width.saturating_add(wide) > widest && !line.is_empty() && !CLOSING.contains(c) {
            let broken = line.rfind(' ').filter(|_| c.is_ascii_alphanumeric());
            let rest = broken.map(|space| line.split_off(space)).unwrap_or_default();
            if line.is_empty() {
                // A word as long as the line breaks where it must.
                line = rest;
                lines.push(std::mem::take(&mut line));
            } else {
                lines.push(std::mem::replace(&mut line, rest.trim_start().to_owned()));
            }
            width = line.width();
            if c == ' ' && line.is_empty() {
                continue;
            }
        }
        line.push(c);
        width = width.saturating_add(wide);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{CODE, NAME, POINTS};
    use proptest::prelude::*;

    #[test]
    fn chinese_and_latin_words_stand_in_straight_columns() {
        let mut table = Table::new(&[left(NAME), right(POINTS), left(CODE)]);
        table.row(&["区政务大厅".to_owned(), "3".to_owned(), "A-1".to_owned()]);
        table.row(&["bank".to_owned(), "120".to_owned(), "B".to_owned()]);
        assert_eq!(table.drawn(Lang::Chinese), "名称        分值  编码\n区政务大厅     3  A-1\nbank         120  B\n");
    }

    #[test]
    fn a_long_cell_wraps_beside_its_neighbours_and_an_empty_column_is_left_out() {
        let mut table = Table::new(&[left(CODE), wrapped(NAME, 6), left(POINTS)]);
        table.row(&["A".to_owned(), "区政务大厅".to_owned(), String::new()]);
        assert_eq!(table.drawn(Lang::English), "code  name\nA     区政务\n      大厅\n");
    }

    #[test]
    fn what_stands_below_a_cell_keeps_to_its_column() {
        let mut table = Table::new(&[left(CODE), wrapped(NAME, 6), left(POINTS)]);
        table.row(&["A".to_owned(), "门".to_owned(), "3".to_owned()]);
        table.below(1, "区政务大厅");
        table.row(&["B".to_owned(), "窗".to_owned(), "4".to_owned()]);
        assert_eq!(
            table.drawn(Lang::English),
            "code  name    points\nA     门      3\n      区政务\n      大厅\nB     窗      4\n"
        );
    }

    #[test]
    fn a_line_does_not_begin_with_what_closes_one() {
        assert_eq!(wrap("洗手间（停用）。", 12), ["洗手间（停用）。"]);
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_word_and_keeps_to_its_width(text in "[a-z 区政务大厅]{0,60}", widest in 2_usize..20) {
            let lines = wrap(&text, widest);
            let kept = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(kept(&lines.concat()), kept(&text));
            prop_assert!(lines.iter().all(|line| line.width() <= widest));
        }
    }
}
