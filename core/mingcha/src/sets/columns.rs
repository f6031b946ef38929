//! A criteria set as rows of a sheet, and back: one row for the set, one for each note, item and title.
//!
//! Whatever stands in a set stands in a cell; texts hold no line breaks, so that a list is one line a value. Both ways
//! go through the keys of the set's own file, so that a sheet can say no more and no less than the file.

use mingcha_model::CriteriaSet;
use toml::{Table, Value};

use super::sheet::{Grid, MOST_TROUBLES, Trouble};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// A text under this key.
    Text(&'static str),
    /// A whole number under this key.
    Number(&'static str),
    /// True, or nothing.
    Flag(&'static str),
    /// Words with spaces between them, under this key.
    Words(&'static str),
    /// Numbers with spaces between them, under this key.
    Numbers(&'static str),
    /// One half of a text in two languages.
    Half(&'static str, &'static str),
    /// One half of each text of a list, a line each.
    Halves(&'static str, &'static str),
    /// One half of each source, a line each.
    Source(&'static str),
    /// Further keys as they stand in the file, a line each.
    Keys,
    /// Which sort of row it is.
    Sort,
}

/// The keys that stand in the column `rule`.
const RULES: [&str; 5] = ["limits", "bands", "levels", "condition", "classes"];

/// The columns: the code in the first row, what it holds, and the words in the second row.
const COLUMNS: [(&str, Holds, &str); 44] = [
    ("row", Holds::Sort, "# 行类别：set note item title comparison"),
    ("code", Holds::Text("code"), "编码"),
    ("zh", Holds::Half("", "zh"), "名称或检查内容（中文）"),
    ("en", Holds::Half("", "en"), "名称或检查内容（英文）"),
    ("help_zh", Holds::Half("help", "zh"), "怎样算不合格（中文）"),
    ("help_en", Holds::Half("help", "en"), "怎样算不合格（英文）"),
    ("group_zh", Holds::Half("group", "zh"), "分组（中文）"),
    ("group_en", Holds::Half("group", "en"), "分组（英文）"),
    ("answer", Holds::Text("answer"), "填答方式"),
    ("ask", Holds::Words("ask"), "检查方法"),
    ("photo", Holds::Text("photo"), "照片"),
    ("kinds", Holds::Words("kinds"), "适用窗口类型"),
    ("points", Holds::Number("points"), "分值（百分之一分）"),
    ("fails_over", Holds::Number("fails_over"), "大于此数为不合格"),
    ("fails_under", Holds::Number("fails_under"), "小于此数为不合格"),
    ("parts_zh", Holds::Halves("parts", "zh"), "计数内容，每行一个（中文）"),
    ("parts_en", Holds::Halves("parts", "en"), "计数内容，每行一个（英文）"),
    ("rule", Holds::Keys, "其他规则：limits bands levels condition classes"),
    ("deduct", Holds::Number("deduct"), "扣分（百分之一分）"),
    ("deduct_most", Holds::Number("deduct_most"), "最多扣"),
    ("bonus", Holds::Number("bonus"), "加分（百分之一分）"),
    ("months", Holds::Numbers("months"), "月份"),
    ("modes", Holds::Words("modes"), "检查方式"),
    ("priority", Holds::Number("priority"), "优先级 1-3"),
    ("same", Holds::Text("same"), "同义标记"),
    ("quick_zh", Holds::Half("quick", "zh"), "常见问题用语（中文）"),
    ("quick_en", Holds::Half("quick", "en"), "常见问题用语（英文）"),
    ("document", Holds::Source("document"), "来源文件，每行一个"),
    ("clause", Holds::Source("clause"), "条款，每行一个"),
    ("definition", Holds::Text("definition"), "依据：seed sourced inferred"),
    ("assignment", Holds::Text("assignment"), "归类依据"),
    ("reason_zh", Holds::Half("reason", "zh"), "推定理由（中文）"),
    ("reason_en", Holds::Half("reason", "en"), "推定理由（英文）"),
    ("version", Holds::Number("version"), "版本"),
    ("scoring", Holds::Text("scoring"), "计分方式"),
    ("cap", Holds::Number("cap"), "封顶分"),
    ("offered", Holds::Text("offered"), "何时采用：default campaign"),
    ("placeholder", Holds::Flag("placeholder"), "只有名称：true"),
    ("names", Holds::Number("names"), "名称所含项数"),
    ("holder", Holds::Text("holder"), "称号授予对象"),
    ("quota", Holds::Number("quota"), "称号名额"),
    ("items", Holds::Words("items"), "比较哪些检查项"),
    ("remark_zh", Holds::Half("remark", "zh"), "办公备注，不导入"),
    ("remark_en", Holds::Half("remark", "en"), "办公备注，不导入"),
];

/// The codes of all columns, in order.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|(code, _, _)| *code)
}

/// Whether a column's cells are written as numbers.
pub(super) fn is_number(place: usize) -> bool {
    COLUMNS.get(place).is_some_and(|(_, holds, _)| matches!(holds, Holds::Number(_)))
}

/// The set as rows, the first two of which name the columns.
pub(super) fn to_rows(set: &CriteriaSet) -> Vec<Vec<String>> {
    let mut rows =
        vec![codes().map(str::to_owned).collect(), COLUMNS.iter().map(|(_, _, zh)| (*zh).to_owned()).collect()];
    let head: Table = set.head().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    rows.push(row_of("set", &head));
    for note in &set.notes {
        let halves =
            [("zh".to_owned(), Value::from(note.zh.as_str())), ("en".to_owned(), Value::from(note.en.as_str()))];
        let note = Table::from_iter([("text".to_owned(), Value::Table(halves.into_iter().collect()))]);
        rows.push(row_of("note", &note));
    }
    let table =
        |pairs: Vec<(&'static str, Value)>| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    rows.extend(set.items.iter().map(|item| row_of("item", &table(item.pairs(set)))));
    rows.extend(set.titles.iter().map(|title| row_of("title", &table(title.pairs(set)))));
    rows.extend(set.comparisons.iter().map(|one| row_of("comparison", &table(one.pairs(set)))));
    rows
}

fn row_of(sort: &str, table: &Table) -> Vec<String> {
    COLUMNS.iter().map(|(_, holds, _)| cell_of(sort, table, *holds)).collect()
}

fn cell_of(sort: &str, table: &Table, holds: Holds) -> String {
    let half = |key: &str, half: &str| -> String {
        let pair = table.get(key).and_then(Value::as_table);
        pair.and_then(|pair| pair.get(half)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let lines = |key: &str, half: &str| -> String {
        let list = table.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let halves = list.iter().filter_map(|pair| pair.as_table()?.get(half)?.as_str());
        halves.collect::<Vec<_>>().join("\n")
    };
    match holds {
        Holds::Sort => sort.to_owned(),
        Holds::Half("", which) => half(if ["item", "note"].contains(&sort) { "text" } else { "name" }, which),
        Holds::Half(key, which) => half(key, which),
        Holds::Halves(key, which) => lines(key, which),
        Holds::Source(which) => lines("source", which),
        Holds::Text(key) => table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned(),
        Holds::Number(key) | Holds::Flag(key) => table.get(key).map(ToString::to_string).unwrap_or_default(),
        Holds::Words(key) | Holds::Numbers(key) => {
            let list = table.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let words = list.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned));
            words.collect::<Vec<_>>().join(" ")
        }
        Holds::Keys => {
            let rules = RULES.into_iter().filter_map(|key| Some(format!("{key} = {}", table.get(key)?)));
            rules.collect::<Vec<_>>().join("\n")
        }
    }
}

/// The file that a sheet stands for, with the rows of what stands in it, counted from 1.
#[derive(Default)]
pub(super) struct FromRows {
    pub table: Table,
    /// That of the set itself.
    set: Option<u32>,
    /// Those of the notes.
    notes: Vec<u32>,
    /// That of each item, title and comparison by its code in small letters.
    rows: std::collections::BTreeMap<String, u32>,
}

impl FromRows {
    /// The row and the column of what the reader of sets found wrong.
    pub(super) fn place(&self, item: Option<&str>, key: Option<&str>) -> (Option<u32>, Option<&'static str>) {
        let note = key.and_then(|key| key.strip_prefix("notes.")?.split('.').next()?.parse::<usize>().ok());
        let note = note.and_then(|number| self.notes.get(number.checked_sub(1)?));
        let row = match item {
            Some(item) => self.rows.get(&item.to_ascii_lowercase()),
            None => note.or(self.set.as_ref()),
        };
        (row.copied(), key.map(column_of))
    }
}

/// Reads the rows of a sheet, telling every cell that cannot be what its column holds.
pub(super) fn from_rows(grid: &Grid, troubles: &mut Vec<Trouble>) -> FromRows {
    let mut read = FromRows::default();
    let places = header(grid, troubles);
    if !troubles.is_empty() {
        return read;
    }
    let (mut notes, mut items, mut titles, mut comparisons) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, cells) in grid.rows.iter().skip(1) {
        if troubles.len() >= MOST_TROUBLES {
            return read;
        }
        let cell = |code: &str| {
            let place = places.iter().find(|(known, _)| *known == code).map(|(_, place)| *place);
            place.and_then(|place| cells.get(place)).map_or("", |text| text.trim())
        };
        let sort = cell("row");
        if sort.starts_with('#') || cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if !["set", "note", "item", "title", "comparison"].contains(&sort) {
            let (zh, en) = ("写 set、note、item、title 或 comparison", "write set, note, item, title or comparison");
            troubles.push(Trouble::at(*number, "row", zh, en));
            continue;
        }
        nameless(*number, cells, &places, troubles);
        let table = table_of(*number, sort, &cell, troubles);
        let code = cell("code").to_ascii_lowercase();
        if sort != "note" {
            if code.is_empty() {
                troubles.push(Trouble::at(*number, "code", "缺少编码", "the code is missing"));
                continue;
            }
            if code.len() > 64 {
                troubles.push(Trouble::at(*number, "code", "编码过长，最多 32 个字母", "the code is over 32 letters"));
                continue;
            }
            if sort != "set" && read.rows.insert(code, *number).is_some() {
                troubles.push(Trouble::at(
                    *number,
                    "code",
                    "编码重复",
                    "the code is used twice: give each row its own",
                ));
            }
        }
        match sort {
            "set" if read.set.is_some() => {
                troubles.push(Trouble::at(
                    *number,
                    "row",
                    "一个文件只写一套标准",
                    "a file holds one set: keep one row `set`",
                ));
            }
            "set" => {
                read.set = Some(*number);
                read.table.extend(table);
            }
            "note" => {
                let mut table = table;
                match table.remove("text") {
                    Some(text) => {
                        notes.push(text);
                        read.notes.push(*number);
                    }
                    None => {
                        troubles.push(Trouble::at(*number, "zh", "缺少说明文字", "the text of the note is missing"));
                    }
                }
                for key in table.keys() {
                    let (zh, en) = ("说明行只写中英文，请清空此格", "a note has its two texts alone: empty this cell");
                    troubles.push(Trouble::at(*number, column_of(key), zh, en));
                }
            }
            "item" => items.push(Value::Table(table)),
            "title" => titles.push(Value::Table(table)),
            _ => comparisons.push(Value::Table(table)),
        }
    }
    if read.set.is_none() {
        troubles.push(Trouble::at(1, "row", "缺少 set 行", "there is no row `set`: it names the set and its version"));
    }
    for (key, list) in [("notes", notes), ("item", items), ("title", titles), ("comparison", comparisons)] {
        if !list.is_empty() {
            read.table.insert(key.to_owned(), Value::Array(list));
        }
    }
    read
}

/// Where each column stands.
fn header(grid: &Grid, troubles: &mut Vec<Trouble>) -> Vec<(&'static str, usize)> {
    let Some((number, cells)) = grid.rows.first() else {
        troubles.push(Trouble::at(1, "row", "文件是空的", "the file is empty"));
        return Vec::new();
    };
    let mut places = Vec::new();
    for (place, cell) in cells.iter().enumerate() {
        let name = cell.trim();
        match codes().find(|code| code.eq_ignore_ascii_case(name)) {
            _ if name.is_empty() => {}
            Some(code) if places.iter().any(|(known, _)| *known == code) => {
                troubles.push(Trouble::at(*number, code, "列重复", "the column stands here twice"));
            }
            Some(code) => places.push((code, place)),
            None => troubles.push(Trouble::at(
                *number,
                &super::sheet::letter(place),
                "不认识的列，请用导出文件的第一行",
                "this column is not known: use the first row of an export",
            )),
        }
    }
    // A column that lost its name would lose all of its points or limits without a word.
    if troubles.is_empty() {
        let missing =
            codes().filter(|code| !code.starts_with("remark_") && !places.iter().any(|(known, _)| known == code));
        let (zh, en) = (
            "缺少此列：请照导出文件的第一行补上列名，没有内容可以空着",
            "this column is missing: name it as the first row of an export does, its cells may be empty",
        );
        troubles.extend(missing.map(|code| Trouble::at(*number, code, zh, en)));
    }
    places
}

/// Tells the cells of a row that stand under no name: what they say would go nowhere.
fn nameless(number: u32, cells: &[String], places: &[(&'static str, usize)], troubles: &mut Vec<Trouble>) {
    let stray =
        |(place, cell): &(usize, &String)| !cell.trim().is_empty() && !places.iter().any(|(_, known)| known == place);
    for (place, _) in cells.iter().enumerate().filter(stray) {
        troubles.push(Trouble::at(
            number,
            &super::sheet::letter(place),
            "此格上面没有列名，内容会丢失：补上列名，或清空此格",
            "no column is named above this cell, so that it would be lost: name the column, or empty the cell",
        ));
    }
}

fn table_of<'c>(number: u32, sort: &str, cell: &dyn Fn(&str) -> &'c str, troubles: &mut Vec<Trouble>) -> Table {
    let mut table = Table::new();
    for (column, holds, _) in COLUMNS {
        let text = cell(column);
        if text.is_empty() || column.starts_with("remark_") {
            continue;
        }
        match holds {
            Holds::Sort => {}
            Holds::Text(key) => {
                table.insert(key.to_owned(), Value::from(text));
            }
            Holds::Number(key) => match text.parse::<u32>() {
                Ok(whole) => {
                    table.insert(key.to_owned(), Value::Integer(whole.into()));
                }
                Err(_) => troubles.push(Trouble::at(number, column, "应为整数", "a whole number goes here")),
            },
            Holds::Flag(key) => match text.to_ascii_lowercase().as_str() {
                "true" | "是" | "yes" | "1" => {
                    table.insert(key.to_owned(), Value::Boolean(true));
                }
                "false" | "否" | "no" | "0" => {}
                _ => troubles.push(Trouble::at(number, column, "应为 true 或空", "true goes here, or nothing")),
            },
            Holds::Words(_) | Holds::Numbers(_) if text.contains([',', '，', '、', ';', '；']) => {
                troubles.push(Trouble::at(
                    number,
                    column,
                    "多个之间请用空格分隔",
                    "put spaces between them, nothing else",
                ));
            }
            Holds::Words(key) => {
                table.insert(key.to_owned(), text.split_whitespace().map(Value::from).collect::<Vec<_>>().into());
            }
            Holds::Numbers(key) => {
                match text.split_whitespace().map(str::parse::<i64>).collect::<Result<Vec<_>, _>>() {
                    Ok(numbers) => {
                        table
                            .insert(key.to_owned(), numbers.into_iter().map(Value::Integer).collect::<Vec<_>>().into());
                    }
                    Err(_) => troubles.push(Trouble::at(
                        number,
                        column,
                        "应为整数，空格分隔",
                        "whole numbers with spaces between",
                    )),
                }
            }
            Holds::Half(key, half) => {
                let key = match (key, sort) {
                    ("", "item" | "note") => "text",
                    ("", _) => "name",
                    (key, _) => key,
                };
                let pair = table.entry(key.to_owned()).or_insert_with(|| Value::Table(Table::new()));
                if let Some(pair) = pair.as_table_mut() {
                    pair.insert(half.to_owned(), Value::from(text));
                }
            }
            Holds::Halves(key, half) => fill(&mut table, key, half, text, number, column, troubles),
            Holds::Source(half) => fill(&mut table, "source", half, text, number, column, troubles),
            Holds::Keys => match toml::from_str::<Table>(text) {
                Ok(rules) if rules.keys().all(|key| RULES.contains(&key.as_str())) => table.extend(rules),
                _ => troubles.push(Trouble::at(
                    number,
                    column,
                    "应为 limits、bands、levels、condition 或 classes，写法同标准文件，每行一个",
                    "limits, bands, levels, condition or classes as in a set's file, a line each",
                )),
            },
        }
    }
    halves_that_are_missing(number, &table, troubles);
    table
}

/// A text in one language alone, and a line of a list without its other half.
fn halves_that_are_missing(number: u32, table: &Table, troubles: &mut Vec<Trouble>) {
    for (key, halves) in [
        ("parts", [("zh", "parts_zh"), ("en", "parts_en")]),
        ("source", [("document", "document"), ("clause", "clause")]),
    ] {
        let Some(list) = table.get(key).and_then(Value::as_array) else { continue };
        for (half, column) in halves {
            let is_told = |one: &Trouble| one.row == Some(number) && one.column.as_deref() == Some(column);
            let is_missing = list.iter().filter_map(Value::as_table).any(|pair| !pair.contains_key(half));
            if is_missing && !troubles.iter().any(is_told) {
                let (zh, en) = ("与另一列每行对应，请填写", "each line of its other half needs one here");
                troubles.push(Trouble::at(number, column, zh, en));
            }
        }
    }
    for (key, first, second) in [
        ("text", "zh", "en"),
        ("name", "zh", "en"),
        ("help", "help_zh", "help_en"),
        ("group", "group_zh", "group_en"),
        ("quick", "quick_zh", "quick_en"),
        ("reason", "reason_zh", "reason_en"),
    ] {
        let Some(pair) = table.get(key).and_then(Value::as_table) else { continue };
        for (half, column) in [("zh", first), ("en", second)] {
            if !pair.contains_key(half) {
                troubles.push(Trouble::at(number, column, "中英文都要写", "write it in Chinese and in English"));
            }
        }
    }
}

/// Puts one half of each line into the list of this key.
fn fill(table: &mut Table, key: &str, half: &str, text: &str, number: u32, column: &str, troubles: &mut Vec<Trouble>) {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let list = table.entry(key.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
    let Some(list) = list.as_array_mut() else { return };
    if list.is_empty() {
        list.resize(lines.len(), Value::Table(Table::new()));
    }
    if list.len() != lines.len() {
        troubles.push(Trouble::at(number, column, "行数与另一列不同", "it has not as many lines as its other half"));
        return;
    }
    for (pair, line) in list.iter_mut().zip(lines) {
        if let Some(pair) = pair.as_table_mut() {
            pair.insert(half.to_owned(), Value::from(line));
        }
    }
}

/// The column in which a key of the file stands, or one half of its text: `points`, `text.en`, `source.2.clause`.
fn column_of(key: &str) -> &'static str {
    let mut parts = key.split('.');
    let key = parts.next().unwrap_or_default();
    let half = parts.find(|part| part.parse::<u32>().is_err());
    let is_half = |which: &str| half.is_none_or(|half| half == which);
    let stands = |holds: Holds| match holds {
        Holds::Text(k) | Holds::Number(k) | Holds::Flag(k) | Holds::Words(k) | Holds::Numbers(k) => k == key,
        Holds::Half("", which) => ["text", "name", "notes"].contains(&key) && is_half(which),
        Holds::Half(k, which) | Holds::Halves(k, which) => k == key && is_half(which),
        Holds::Source(which) => key == "source" && is_half(which),
        Holds::Keys => RULES.contains(&key),
        Holds::Sort => false,
    };
    COLUMNS.iter().find(|(_, holds, _)| stands(*holds)).map_or("row", |(code, _, _)| code)
}
