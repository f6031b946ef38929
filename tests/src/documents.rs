//! The source documents beside the checkout, and the clauses in them.
//!
//! Criteria cite a clause by the document's own numbering. This finds the clause's text, so that a story can hold an item
//! against what it claims to stand on. It knows nothing of the items, and refuses to guess: a clause that is not found is
//! not found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::numerals::{chinese, number};

/// The documents, with the papers that each holds.
#[derive(Debug)]
pub struct Documents {
    papers: BTreeMap<(String, String), String>,
    /// `criteria.md` and `mechanisms.md` and `practice.md`, whole.
    pub criteria: String,
    /// The mechanisms that the documents describe.
    pub mechanisms: String,
    /// Published practice besides the documents.
    pub practice: String,
}

/// The name of the only paper of a document that holds one.
const WHOLE: &str = "-";

impl Documents {
    /// The documents of the shared folder; `None`, said in one line, where it is not beside the checkout.
    ///
    /// # Panics
    /// When a document is there and a paper's first or last words are not found in it.
    #[must_use]
    pub fn beside_the_checkout() -> Option<Self> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/domain"));
        if !folder.is_dir() {
            println!("skipped: no documents beside this checkout (../shared/domain)");
            return None;
        }
        let read = |path: PathBuf| {
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let mut texts = BTreeMap::new();
        let sources = std::fs::read_dir(folder.join("sources")).unwrap_or_else(|error| panic!("sources: {error}"));
        for path in sources.filter_map(|entry| Some(entry.ok()?.path())) {
            let name: String = path.file_name().unwrap_or_default().to_string_lossy().chars().take(3).collect();
            let text = plain(&read(path));
            texts.insert(name, text);
        }
        let mut papers = BTreeMap::new();
        for [document, paper, first, next] in crate::catalogue::vector("papers.tsv") {
            let text = texts.get(&document).unwrap_or_else(|| panic!("document {document} is not there"));
            let (_, rest) = text.split_once(&first).unwrap_or_else(|| panic!("{document} {paper}: no {first}"));
            let end = if next == WHOLE { Some(rest.len()) } else { rest.find(&next) };
            let end = end.unwrap_or_else(|| panic!("{document} {paper}: no {next}"));
            papers.insert((document, paper), [&first, rest.get(..end).unwrap_or_default()].concat());
        }
        Some(Self {
            papers,
            criteria: read(folder.join("criteria.md")),
            mechanisms: read(folder.join("mechanisms.md")),
            practice: read(folder.join("practice.md")),
        })
    }

    /// The text of a clause, without any white space: `("002", "四(一)2")`, `("003", "户籍窗口 六(二)")`.
    #[must_use]
    pub fn clause(&self, document: &str, clause: &str) -> Option<String> {
        let whole = self.papers.get(&(document.to_owned(), WHOLE.to_owned()));
        let (mut text, path) = if let Some(text) = whole {
            (text.as_str(), clause)
        } else {
            let (paper, path) = clause.split_once(' ').unwrap_or((clause, ""));
            (self.papers.get(&(document.to_owned(), paper.to_owned()))?.as_str(), path)
        };
        for step in steps(path)? {
            let (from, after) = step.find(text)?;
            let rest = text.get(after..)?;
            let end = step.next().find(rest).map_or(rest.len(), |(at, _)| at);
            text = text.get(from..after.saturating_add(end))?;
        }
        Some(text.to_owned())
    }

    /// Lines of the collected practice that speak of this page and hold these words.
    #[must_use]
    pub fn practice_says(&self, page: &str, words: &str) -> bool {
        let listed = page.strip_prefix("SRC ").unwrap_or_default();
        let sources = self.practice.rsplit_once("## Source list").map_or("", |(_, list)| list);
        let known = sources.split(" · ").any(|one| one.trim_start().starts_with(&format!("{listed} ")));
        let speaks = |line: &&str| line.split("SRC ").skip(1).any(|rest| pages(rest).any(|one| one == listed));
        known && self.criteria.lines().chain(self.practice.lines()).filter(speaks).any(|line| line.contains(words))
    }
}

/// The numbers at the head of `17, 18 | ...` or `17/18`.
fn pages(rest: &str) -> impl Iterator<Item = &str> {
    let end = rest.find(|c: char| !c.is_ascii_digit() && !", /".contains(c)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().split([',', ' ', '/']).filter(|one| !one.is_empty())
}

/// The text without white space, page marks (`— 12 —`) and the pronunciation that one document carries behind each word.
fn plain(text: &str) -> String {
    let mut marked = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('—') {
        marked.push_str(before);
        rest = match after.split_once('—') {
            Some((page, behind)) if page.trim().parse::<u32>().is_ok() && page.starts_with(' ') => behind,
            _ => {
                marked.push('—');
                after
            }
        };
    }
    marked.push_str(rest);
    let mut plain = String::new();
    let mut rest = marked.as_str();
    while let Some((before, after)) = rest.split_once('(') {
        plain.push_str(before);
        rest = match after.split_once(')') {
            Some((spoken, behind)) if spoken.chars().count() <= 8 && spoken.chars().all(is_pronunciation) => behind,
            _ => {
                plain.push('(');
                after
            }
        };
    }
    plain.push_str(rest);
    plain.retain(|c| !c.is_whitespace());
    plain
}

fn is_pronunciation(c: char) -> bool {
    c.is_alphabetic() && !('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// One step of a clause's path.
#[derive(Clone, Copy)]
struct Step {
    shape: Shape,
    number: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// `第十六条`
    Article,
    /// `四是`
    Firstly,
    /// `(一)`
    InBrackets,
    /// `一、`
    Heading,
    /// `(1)`
    SmallInBrackets,
    /// `1.` or `1、`
    Small,
}

/// Reads `二.4 十是` as heading 2, number 4, tenthly; nothing when a part of it is no step.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let until =
            |end: char| rest.split_once(end).map(|(inner, behind)| (inner.trim_start_matches(['第', '(']), behind));
        let (shape, number, behind) = match first {
            ' ' | '.' => {
                rest = rest.get(1..)?;
                continue;
            }
            '第' => until('条').map(|(inner, behind)| (Shape::Article, number(inner), behind))?,
            '(' => until(')').map(|(inner, behind)| match inner.parse() {
                Ok(small) => (Shape::SmallInBrackets, Some(small), behind),
                Err(_) => (Shape::InBrackets, number(inner), behind),
            })?,
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                (Shape::Small, rest.get(..end)?.parse().ok(), rest.get(end..)?)
            }
            _ => {
                let end = rest.find(|c| number(&String::from(c)).is_none()).unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                match behind.strip_prefix('是') {
                    Some(behind) => (Shape::Firstly, number(word), behind),
                    None => (Shape::Heading, number(word), behind),
                }
            }
        };
        steps.push(Step { shape, number: number? });
        rest = behind;
    }
    Some(steps)
}

impl Step {
    fn next(self) -> Self {
        Self { number: self.number.saturating_add(1), ..self }
    }

    /// Where the mark of this step begins and ends.
    fn find(self, text: &str) -> Option<(usize, usize)> {
        let (word, n) = (chinese(self.number), self.number);
        let marks: Vec<String> = match self.shape {
            Shape::Article => vec![format!("第{word}條"), format!("第{word}条")],
            Shape::Firstly => vec![format!("{word}是")],
            Shape::InBrackets => vec![format!("({word})")],
            Shape::Heading => vec![format!("{word}、")],
            Shape::SmallInBrackets => vec![format!("({n})")],
            Shape::Small => vec![format!("{n}."), format!("{n}、")],
        };
        let places = marks.iter().flat_map(|mark| text.match_indices(mark.as_str()));
        let places = places.map(|(at, mark)| (at, at.saturating_add(mark.len())));
        places.filter(|(at, after)| self.stands_alone(text, *at, *after)).min()
    }

    /// Whether the mark is no part of a longer number or list: `2.` in `12.4`, `一、` in `十一、`.
    fn stands_alone(self, text: &str, at: usize, after: usize) -> bool {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let behind = text.get(after..).and_then(|text| text.chars().next());
        match self.shape {
            Shape::Heading => before.is_none_or(|c| c != '、' && number(&String::from(c)).is_none()),
            Shape::Small => {
                before.is_none_or(|c| !c.is_ascii_digit() && c != '.') && behind.is_none_or(|c| !c.is_ascii_digit())
            }
            _ => true,
        }
    }
}
