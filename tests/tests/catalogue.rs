//! Every criteria item stands on a clause of a document, and every number and condition in it is the clause's own.

use std::collections::{BTreeMap, BTreeSet};

use mingcha_tests::catalogue::{Entry, entries, vector};
use mingcha_tests::documents::Documents;
use mingcha_tests::numerals::{Hundredths, hundredths, numbers_in, words_in};

/// The words on which items stand: item (a part of it: `B5-3k#2`), document, clause, words.
fn cited() -> Vec<[String; 4]> {
    vector("clauses.tsv")
}

fn item_of(cell: &str) -> &str {
    cell.split('#').next().unwrap_or_default()
}

#[test]
fn every_clause_is_in_its_document_and_the_words_are_in_the_clause() {
    let Some(documents) = Documents::beside_the_checkout() else { return };
    let mut wrong = Vec::new();
    let conditions = vector::<6>("conditions.tsv")
        .into_iter()
        .map(|[item, _, _, document, clause, words]| [item, document, clause, words]);
    for [item, document, clause, words] in cited().into_iter().chain(conditions) {
        let text = documents.clause(&document, &clause);
        let words: String = words.split_whitespace().collect();
        if !text.as_ref().is_some_and(|text| text.contains(&words)) {
            let why = if text.is_some() { "the clause does not say" } else { "no such clause, for" };
            wrong.push(format!("{item}: {document} {clause}: {why} {words}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_clause_that_an_item_cites_was_read_for_it() {
    let read: BTreeSet<(String, String, String)> =
        cited().into_iter().map(|[item, document, clause, _]| (item_of(&item).to_owned(), document, clause)).collect();
    let entries = entries();
    let cites: BTreeSet<(String, String, String)> = entries
        .iter()
        .flat_map(|entry| entry.sources().into_iter().map(|(document, clause)| (entry.code.clone(), document, clause)))
        .collect();
    let seed = |(_, document, _): &&(String, String, String)| !document.starts_with("SRC ");
    let cites: BTreeSet<_> = cites.iter().filter(seed).cloned().collect();
    assert_eq!(cites.difference(&read).collect::<Vec<_>>(), Vec::<&_>::new(), "cited, and nobody read it");
    assert_eq!(read.difference(&cites).collect::<Vec<_>>(), Vec::<&_>::new(), "read, and not cited");
    let without: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.table.contains_key("answer") && entry.sources().is_empty())
        .map(|entry| entry.code.as_str())
        .collect();
    assert_eq!(without, Vec::<&str>::new());
}

#[test]
fn other_practice_is_cited_by_a_page_that_is_listed_and_says_so() {
    let Some(documents) = Documents::beside_the_checkout() else { return };
    for entry in entries() {
        for (document, clause) in entry.sources().into_iter().filter(|(document, _)| document.starts_with("SRC ")) {
            assert!(documents.practice_says(&document, &clause), "{}: {document} {clause}", entry.code);
        }
    }
}

/// The numbers of a text, in figures and in words.
fn all_in(text: &str) -> BTreeSet<Hundredths> {
    numbers_in(text, false).into_iter().chain(words_in(text)).collect()
}

/// The numbers that the clauses of each item give, and the reason that an inferred item names.
#[derive(Default)]
struct Given {
    by_item: BTreeMap<String, BTreeSet<Hundredths>>,
    /// What the clauses say in words besides, two days off as 双休日: it may stand in our words, and is no limit.
    in_words: BTreeMap<String, BTreeSet<Hundredths>>,
    /// Numbers in front of 以上, which counts the number itself in: away `10 minutes and more` fails over 9.
    inclusive: BTreeMap<String, BTreeSet<Hundredths>>,
    parts: BTreeMap<String, usize>,
}

impl Given {
    fn read() -> Self {
        let mut given = Self::default();
        for [item, _, _, words] in cited() {
            // One document puts spaces between figures.
            let words: String = words.split_whitespace().collect();
            if item.contains('#') {
                let parts = given.parts.entry(item_of(&item).to_owned()).or_default();
                *parts = parts.saturating_add(1);
                continue;
            }
            let mut pieces: Vec<&str> = words.split("以上").collect();
            pieces.pop();
            for before in pieces {
                let near = before.rsplit(['，', ',', '。']).next().unwrap_or_default();
                given.inclusive.entry(item.clone()).or_default().extend(numbers_in(near, true));
            }
            given.in_words.entry(item.clone()).or_default().extend(words_in(&words));
            given.by_item.entry(item).or_default().extend(numbers_in(&words, true));
        }
        given
    }

    /// What is wrong with the numbers of an entry.
    fn objections(&self, entry: &Entry) -> Vec<String> {
        let mut stands: BTreeSet<Hundredths> = self.by_item.get(&entry.code).cloned().unwrap_or_default();
        for (document, clause) in entry.sources() {
            if document.starts_with("SRC ") {
                stands.extend(all_in(&clause));
            }
        }
        let reason = entry.table.get("reason").and_then(toml::Value::as_table);
        let is_ours = ["inferred", "sourced"].contains(&entry.text("definition").as_str());
        let half =
            |key: &str| reason.and_then(|reason| reason.get(key)).and_then(toml::Value::as_str).unwrap_or_default();
        let explained: BTreeSet<Hundredths> = all_in(half("zh")).intersection(&all_in(half("en"))).copied().collect();
        if is_ours {
            stands.extend(&explained);
        }
        // Our words may say what the clause says in words, how many parts they list, and what a set is called by its reason.
        let mut said = self.in_words.get(&entry.code).cloned().unwrap_or_default();
        said.extend(i64::try_from(entry.parts()).ok().map(|parts| parts.saturating_mul(100)));
        said.extend(explained.iter().filter(|_| entry.table.contains_key("scoring")));
        let inclusive = self.inclusive.get(&entry.code).cloned().unwrap_or_default();
        let says_none = self.by_item.get(&entry.code).is_none_or(BTreeSet::is_empty);
        let right = |key: &str, number: Hundredths| match key {
            // 10 minutes and more: the tenth is a fault already.
            "fails_over" if inclusive.contains(&number.saturating_add(100)) => true,
            "fails_over" if inclusive.contains(&number) => false,
            // A duty without a number allows no exception, and every one that was observed is to conform.
            "fails_over" if number == 0 => says_none,
            "fails_under" if number == 10_000 && entry.text("answer") == "ratio" => true,
            "text" | "help" | "quick" if number == 0 => true,
            "text" | "help" | "name" | "quick" | "parts" if said.contains(&number) => true,
            _ => stands.contains(&number),
        };
        let mut objections: Vec<String> = entry
            .numbers()
            .into_iter()
            .filter(|(key, number)| !right(key, *number))
            .map(|(key, number)| format!("{} {key}: {number} hundredths stand in none of its clauses", entry.code))
            .collect();
        let cited = self.parts.get(&entry.code).copied().unwrap_or(entry.parts());
        if cited != entry.parts() {
            objections.push(format!("{}: {} parts, its clause lists {cited}", entry.code, entry.parts()));
        }
        objections
    }
}

/// Numbers whose neighbours stand in the same clause too: the words cannot tell one from the other, the reviewed table does.
const NEIGHBOURS: [&str; 4] =
    ["MONTH-7 deduct 200", "MONTH-7 deduct_most 100", "SYS-5 fails_over 300", "SYS-17 fails_under 100"];

#[test]
fn a_limit_changed_by_one_stands_in_no_clause() {
    let given = Given::read();
    let mut unseen = Vec::new();
    for entry in entries() {
        for (key, number) in entry.numbers() {
            for other in [number.saturating_add(100), number.saturating_sub(100)] {
                let mut table = entry.table.clone();
                let Some(value) = table.get_mut(key).filter(|value| value.is_integer()) else { continue };
                let unit = if key.starts_with("deduct") { 1 } else { 100 };
                *value = toml::Value::Integer(other.div_euclid(unit));
                let changed = Entry { table, ..entry.clone() };
                if given.objections(&changed).is_empty() {
                    unseen.push(format!("{} {key} {other}", entry.code));
                }
            }
        }
    }
    assert_eq!(unseen, NEIGHBOURS);
}

#[test]
fn every_number_in_an_item_stands_in_its_clause_or_is_owned_as_inferred() {
    let given = Given::read();
    let objections: Vec<String> = entries().iter().flat_map(|entry| given.objections(entry)).collect();
    assert_eq!(objections, Vec::<String>::new());
}

#[test]
fn a_number_in_words_that_no_clause_says_is_seen() {
    let given = Given::read();
    let item = entries().into_iter().find(|entry| entry.code == "ORD-1").unwrap();
    assert_eq!(given.objections(&item), Vec::<String>::new());
    for (key, words) in [
        ("zh", "同一材料要交两次为差。"),
        ("zh", "十个里有三个做不到为差。"),
        ("zh", "超过半天为差。"),
        ("en", "Poor: the same paper is asked for twice."),
        ("en", "Fair: a spot or two."),
        ("en", "Poor: over half of a hundred."),
    ] {
        for text in ["text", "help", "quick"] {
            let mut changed = item.clone();
            let halves = [("zh", "好"), ("en", "good")]
                .map(|(half, plain)| (half.to_owned(), toml::Value::from(if half == key { words } else { plain })));
            changed.table.insert(text.to_owned(), toml::Value::Table(halves.into_iter().collect()));
            assert!(!given.objections(&changed).is_empty(), "{text}: {words}");
        }
    }
}

/// A comparison and its limit: `>` 31 and `> 31` are one.
type Limit = (String, Hundredths);

/// Reads `>31%为优秀、>28%为良好、≦28%为达标` as the document has it; a bare `亮灯率99%` is to be reached, a bare `100%` exactly.
fn bands_of(words: &str) -> BTreeMap<&'static str, Limit> {
    let classes = [
        ("为优秀", "excellent"),
        ("为良好", "well"),
        ("为达标", "standard"),
        ("为基本合格", "basic"),
        ("为合格", "qualified"),
    ];
    let mut found = BTreeMap::new();
    for piece in words.split(['、', ',']) {
        let class = classes.iter().find(|(word, _)| piece.contains(word)).map(|(_, class)| *class);
        let Some(number) = numbers_in(piece, false).into_iter().next() else { continue };
        let sign = match piece.chars().find(|c| ">≧≦<".contains(*c)) {
            Some('>') => ">",
            Some('≧') => ">=",
            Some('≦') => "<=",
            Some(_) => "<",
            None if number == 10_000 => "=",
            None => ">=",
        };
        found.insert(class.unwrap_or("standard"), (sign.to_owned(), number));
    }
    found
}

#[test]
fn bands_and_levels_are_the_documents_own() {
    let mut looked_at = 0;
    for entry in entries() {
        for key in ["bands", "levels"] {
            let Some(table) = entry.table.get(key).and_then(toml::Value::as_table) else { continue };
            let ours: BTreeMap<&str, Limit> = table
                .iter()
                .filter_map(|(class, limit)| {
                    let (sign, number) = limit.as_str()?.split_once(' ')?;
                    Some((class.as_str(), (sign.to_owned(), hundredths(number)?)))
                })
                .collect();
            let words = cited().into_iter().filter(|[item, ..]| *item == entry.code).map(|[_, _, _, words]| words);
            let mut theirs: BTreeMap<&str, Limit> = words.flat_map(|words| bands_of(&words)).collect();
            if key == "levels" {
                // "100% ... 为合格" stands over two citations; what a level is called is read from the second alone.
                let all = theirs.remove("standard");
                theirs.entry("qualified").or_insert(all.unwrap_or_default());
            }
            assert_eq!(ours, theirs, "{}", entry.code);
            looked_at += 1;
        }
    }
    assert!(looked_at >= 10, "only {looked_at}");
}

/// The connective of a rule in an item: where it stands, and whether `any` or `all` holds.
fn connectives(entry: &Entry) -> BTreeMap<String, &'static str> {
    fn below(value: &toml::Value, place: &str, found: &mut BTreeMap<String, &'static str>) {
        let Some((key, list)) = value.as_table().and_then(|table| table.iter().next()) else { return };
        let list = list.as_array().map_or(&[][..], Vec::as_slice);
        let word = match (key.as_str(), list.len()) {
            (_, 1) => "one",
            ("any", _) => "or",
            _ => "and",
        };
        found.insert(place.to_owned(), word);
        let nested = list.iter().filter(|value| value.is_table());
        nested.zip(1..).for_each(|(value, number)| below(value, &format!("{place}.{number}"), found));
    }
    let mut found = BTreeMap::new();
    entry.table.get("condition").into_iter().for_each(|value| below(value, "condition", &mut found));
    let classes = entry.table.get("classes").and_then(toml::Value::as_table);
    for (class, value) in classes.into_iter().flatten() {
        below(value, &format!("classes.{class}"), &mut found);
    }
    found
}

#[test]
fn and_or_are_the_clauses_own() {
    let entries: BTreeMap<String, Entry> = entries().into_iter().map(|entry| (entry.code.clone(), entry)).collect();
    let mut reviewed: BTreeMap<&str, BTreeMap<String, &str>> = BTreeMap::new();
    let rows = vector::<6>("conditions.tsv");
    for [item, place, connective, _, _, words] in &rows {
        let entry = entries.get(item).unwrap_or_else(|| panic!("{item} is no item"));
        let said = if words.contains('或') {
            "or"
        } else if ["且", "并", "和", "及", "以及", "、", ","].iter().any(|mark| words.contains(mark)) {
            "and"
        } else {
            "one"
        };
        match connective.as_str() {
            "or!" => {
                assert_ne!(said, "or", "{item}: the clause does say or");
                assert_eq!(entry.text("definition"), "inferred", "{item}");
            }
            reviewed => assert_eq!(said, reviewed, "{item} {place}: {words}"),
        }
        if place == "text" {
            let ours: String = ["text", "help"].iter().filter_map(|key| entry.table.get(*key)).map(zh).collect();
            let marks: &[&str] = if connective.starts_with("or") {
                &["或", "有一", "缺一样"]
            } else {
                &["和", "并", "、", "，", "缺一样"]
            };
            assert!(marks.iter().any(|mark| ours.contains(mark)), "{item} says neither: {ours}");
        } else {
            reviewed.entry(item).or_default().insert(place.clone(), connective);
        }
    }
    for entry in entries.values() {
        let ours = connectives(entry);
        assert_eq!(ours, reviewed.get(entry.code.as_str()).cloned().unwrap_or_default(), "{}", entry.code);
    }
}

fn zh(value: &toml::Value) -> String {
    value.get("zh").and_then(toml::Value::as_str).unwrap_or_default().to_owned()
}
