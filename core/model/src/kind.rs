//! Kinds of windows: what a site is, and which items hold for it.
//!
//! A kind has at most one parent, whose items hold for it too: a government hall is an administrative window, and
//! that is a window. The built-in kinds are data, `criteria/kinds.toml`, and stay as they are, because sets lean on them.
//! A city adds its own kinds; a kind that would be its own ancestor is refused.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minicbor::{Decode, Encode};
use serde::Deserialize;

use crate::{Bilingual, KindCode};

/// A kind of window, or a family of kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowKind {
    /// The code, `GOV`.
    pub code: KindCode,
    /// What people call it.
    pub name: Bilingual,
    /// The kind whose items hold for this one too.
    pub parent: Option<KindCode>,
}

/// A kind that cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKind {
    /// The parent is not there.
    #[error("the parent {0} is not a known kind: add the parent first")]
    NoParent(KindCode),
    /// The kind would descend from itself, or lie too deep.
    #[error("the kind {0} would be its own ancestor or lie more than 8 levels deep: choose another parent")]
    Circle(KindCode),
    /// The code is that of a built-in kind, which nobody renames or moves.
    #[error("the kind {code} is built in as \"{}\" and stays as it is: take another code, with {code} as its parent where its items hold", name.en)]
    BuiltIn {
        /// The code.
        code: KindCode,
        /// What the built-in kind is called.
        name: Bilingual,
    },
    /// Another kind has this code in letters of another size; it is the one that is there.
    #[error("the kind {0} is there already and differs by the size of letters alone: write {0}, or take another code")]
    SameLetters(KindCode),
    /// Too many kinds.
    #[error("there are at most 500 kinds of windows")]
    TooMany,
}

/// The kinds that are known here.
///
/// ```
/// use mingcha_model::Kinds;
///
/// let kinds = Kinds::embedded();
/// assert_eq!(kinds.lineage("GOV").to_string(), "GOV ADM ALL");
/// assert_eq!(kinds.lineage("a kind nobody told us of").to_string(), "ALL");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    by_code: BTreeMap<KindCode, WindowKind>,
    trades: BTreeMap<String, KindCode>,
}

/// A kind and its ancestors, nearest first: the codes by which an item may name it. Never empty, at most 8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage(Vec<KindCode>);

/// Generations from a kind to its last ancestor.
const DEEPEST: usize = 8;

impl Kinds {
    /// The kinds that every phone knows: those that the five source documents name.
    ///
    /// Windows descend from `ALL`, most of them through a family: `ADM` administrative windows, with `POLICE` among
    /// them, and `BIZ` trade and utilities. `CITY`, `SCHOOL` and `COMMUNITY` are no windows, and what holds for all windows
    /// does not hold for them.
    #[must_use]
    pub fn embedded() -> Self {
        BUILT_IN.clone()
    }

    fn parse(text: &str) -> Option<Self> {
        let file: KindsFile = toml::from_str(text).ok()?;
        let mut kinds = Self::default();
        for entry in file.kind {
            let code: KindCode = entry.code.parse().ok()?;
            let parent = entry.parent.map(|parent| parent.parse()).transpose().ok()?;
            let orphan = parent.as_ref().is_some_and(|parent| !kinds.by_code.contains_key(parent));
            let twice = entry.trades.into_iter().any(|trade| kinds.trades.insert(trade, code.clone()).is_some());
            let kind = WindowKind { code: code.clone(), name: Bilingual::new(&entry.zh, &entry.en), parent };
            if orphan || twice || kinds.by_code.insert(code, kind).is_some() {
                return None;
            }
        }
        Some(kinds)
    }

    /// The kind that a trade of the documents belongs to, `供电`; nothing where the trade is not listed.
    #[must_use]
    pub fn of_trade(&self, trade: &str) -> Option<&WindowKind> {
        self.by_code.get(self.trades.get(trade)?)
    }

    /// The kinds with all of these added, in whatever order they are listed: a kind waits for its parent. Beside them
    /// those that could not be added, each with the reason.
    ///
    /// The same kinds give the same result on every phone and in the city, for the listed order changes nothing.
    #[must_use]
    pub fn with_all(self, kinds: impl IntoIterator<Item = WindowKind>) -> (Self, Vec<(WindowKind, BadKind)>) {
        let mut waiting: Vec<WindowKind> = kinds.into_iter().collect();
        waiting.sort_by(|a, b| a.code.cmp(&b.code));
        let mut known = self;
        loop {
            let mut refused = Vec::new();
            let before = waiting.len();
            for kind in waiting {
                if let Err(bad) = known.add(kind.clone()) {
                    refused.push((kind, bad));
                }
            }
            if refused.is_empty() || refused.len() == before {
                return (known, refused);
            }
            waiting = refused.into_iter().map(|(kind, _)| kind).collect();
        }
    }

    /// The kinds with this one added, or changed if its code is known and not built in. A kind without a parent descends
    /// from `ALL`.
    pub fn with(mut self, kind: WindowKind) -> Result<Self, BadKind> {
        self.add(kind)?;
        Ok(self)
    }

    fn add(&mut self, mut kind: WindowKind) -> Result<(), BadKind> {
        if let Some(built_in) = BUILT_IN.by_code.get(&kind.code) {
            let (code, name) = (kind.code.clone(), built_in.name.clone());
            return if kind == *built_in { Ok(()) } else { Err(BadKind::BuiltIn { code, name }) };
        }
        let same_letters =
            |known: &&KindCode| **known != kind.code && known.as_str().eq_ignore_ascii_case(kind.code.as_str());
        if let Some(known) = self.by_code.keys().find(same_letters) {
            return Err(BadKind::SameLetters(known.clone()));
        }
        if kind.parent.is_none() {
            kind.parent = ALL.parse().ok();
        }
        if let Some(parent) = &kind.parent {
            if !self.by_code.contains_key(parent) {
                return Err(BadKind::NoParent(parent.clone()));
            }
            let above = self.ancestors(parent.as_str());
            if above.contains(&kind.code) || above.len() >= DEEPEST {
                return Err(BadKind::Circle(kind.code));
            }
        }
        if self.by_code.len() >= 500 && !self.by_code.contains_key(&kind.code) {
            return Err(BadKind::TooMany);
        }
        self.by_code.insert(kind.code.clone(), kind);
        Ok(())
    }

    /// The kind of this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&WindowKind> {
        self.by_code.get(&code.parse().ok()?)
    }

    /// The kinds that are not built in, by code.
    pub fn added(&self) -> impl Iterator<Item = &WindowKind> {
        self.by_code.values().filter(|kind| !BUILT_IN.by_code.contains_key(&kind.code))
    }

    /// All kinds and families, by code.
    pub fn iter(&self) -> impl Iterator<Item = &WindowKind> {
        self.by_code.values()
    }

    /// The kind of this code with its ancestors. An unknown kind is just a window: what holds for all holds for it.
    #[must_use]
    pub fn lineage(&self, code: &str) -> Lineage {
        let line = self.ancestors(code);
        Lineage(if line.is_empty() { ALL.parse().into_iter().collect() } else { line })
    }

    fn ancestors(&self, code: &str) -> Vec<KindCode> {
        let first = self.get(code);
        std::iter::successors(first, |kind| self.by_code.get(kind.parent.as_ref()?))
            .take(DEEPEST)
            .map(|kind| kind.code.clone())
            .collect()
    }
}

impl Lineage {
    /// Whether it is a window, as nearly all are; a city, a school and a community are none.
    #[must_use]
    pub fn is_window(&self) -> bool {
        self.0.last().is_none_or(|root| root.as_str() == ALL)
    }

    /// How many kinds it names: 1 for a kind without ancestors.
    #[must_use]
    pub fn generations(&self) -> usize {
        self.0.len()
    }

    /// Whether the kind is one of these, or descends from one.
    #[must_use]
    pub fn is_any_of(&self, listed: &[KindCode]) -> bool {
        self.0.iter().any(|code| listed.contains(code))
    }
}

impl<C> Encode<C> for Lineage {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.0.encode(e, context)
    }
}

impl<'b, C> Decode<'b, C> for Lineage {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let generations = d.array()?.and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=DEEPEST).contains(n));
        let generations =
            generations.ok_or_else(|| minicbor::decode::Error::message("a kind has 1 to 8 generations"))?;
        (0..generations).map(|_| d.decode()).collect::<Result<_, _>>().map(Self)
    }
}

impl std::fmt::Display for Lineage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, code)| {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{code}")
        })
    }
}

/// Every window.
const ALL: &str = "ALL";

/// The built-in kinds, read once. A test reads the same file without forgiving it anything.
static BUILT_IN: LazyLock<Kinds> = LazyLock::new(|| Kinds::parse(FILE).unwrap_or_default());

const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/criteria/kinds.toml"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindsFile {
    kind: Vec<KindEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindEntry {
    code: String,
    zh: String,
    en: String,
    parent: Option<String>,
    #[serde(default)]
    trades: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: &str, parent: Option<&str>) -> WindowKind {
        WindowKind {
            code: code.parse().unwrap(),
            name: Bilingual::new("新", "new"),
            parent: parent.map(|parent| parent.parse().unwrap()),
        }
    }

    #[test]
    fn the_built_in_kinds_are_read_whole_and_descend_from_four_roots() {
        let kinds = Kinds::parse(FILE).expect("the file names every parent first and every code once");
        assert_eq!(kinds.iter().count(), FILE.matches("[[kind]]").count());
        let below = |family: &str| {
            let listed = [family.parse().unwrap()];
            kinds.iter().filter(|kind| kinds.lineage(kind.code.as_str()).is_any_of(&listed)).count() - 1
        };
        assert_eq!((below("ADM"), below("POLICE"), below("BIZ"), below("ALL")), (15, 4, 8, 32));
        let roots: Vec<_> = kinds.iter().filter(|kind| kind.parent.is_none()).map(|kind| kind.code.as_str()).collect();
        assert_eq!(roots, ["ALL", "CITY", "COMMUNITY", "SCHOOL"]);
        assert_eq!(kinds.lineage("PE").to_string(), "PE POLICE ADM ALL");
        let written = minicbor::to_vec(kinds.lineage("PE")).unwrap();
        assert_eq!(minicbor::decode::<Lineage>(&written).unwrap(), kinds.lineage("PE"));
        // No line at all, one too long, and one that does not say how long it is.
        for bytes in [&[0x80][..], &[[0x89].as_slice(), &[0x61, b'A'].repeat(9)].concat(), &[0x9f, 0x61, b'A', 0xff]] {
            assert!(minicbor::decode::<Lineage>(bytes).is_err(), "{bytes:02x?}");
        }
        assert_eq!(kinds.lineage("SCHOOL").to_string(), "SCHOOL");
    }

    #[test]
    fn a_trade_of_the_documents_leads_to_its_kind() {
        let kind = |trade: &str| Kinds::embedded().of_trade(trade).map(|kind| kind.code.to_string());
        assert_eq!(kind("供电").as_deref(), Some("UTIL"));
        assert_eq!(kind("检验检疫").as_deref(), Some("PORT"));
        assert_eq!(kind("no such trade"), None);
    }

    #[test]
    fn a_built_in_kind_is_neither_renamed_nor_moved_nor_written_in_other_letters() {
        let kinds = Kinds::embedded();
        for (code, parent) in [("GOV", Some("BANK")), ("GOV", Some("ADM")), ("SCHOOL", None), ("ALL", Some("GOV"))] {
            let (kept, refused) = kinds.clone().with_all([kind(code, parent)]);
            let [(_, BadKind::BuiltIn { code: named, name })] = &refused[..] else { panic!("{code}: {refused:?}") };
            assert_eq!((named.as_str(), name), (code, &kinds.get(code).unwrap().name));
            assert_eq!(kept, kinds);
        }
        let said_again = kinds.get("GOV").unwrap().clone();
        assert_eq!(kinds.clone().with(said_again).unwrap(), kinds);
        for code in ["gov", "Gov"] {
            let refused = kinds.clone().with(kind(code, Some("ADM"))).unwrap_err();
            assert_eq!(refused, BadKind::SameLetters("GOV".parse().unwrap()));
        }
        // An office's own kind is the office's to change.
        let own = kinds.with(kind("ZOO", None)).unwrap().with(kind("ZOO", Some("SUB"))).unwrap();
        assert_eq!(own.lineage("ZOO").to_string(), "ZOO SUB ADM ALL");
        assert_eq!(own.added().map(|kind| kind.code.as_str()).collect::<Vec<_>>(), ["ZOO"]);
    }

    #[test]
    fn a_city_adds_a_kind_below_one_that_is_known() {
        let kinds = Kinds::embedded().with(kind("NOTARY", Some("GOV"))).unwrap();
        assert_eq!(kinds.lineage("NOTARY").to_string(), "NOTARY GOV ADM ALL");
        let alone = kinds.with(kind("ZOO", None)).unwrap();
        assert_eq!(alone.lineage("ZOO").to_string(), "ZOO ALL");
        let nursery = alone.with(kind("NURSERY", Some("SCHOOL"))).unwrap();
        assert_eq!(nursery.lineage("NURSERY").to_string(), "NURSERY SCHOOL"); // no window, as no school is one
    }

    #[test]
    fn kinds_are_added_in_any_order_and_those_that_cannot_be_are_named() {
        // KID sorts before its parent LIB, and both before SUB's child ZOO.
        let listed = [kind("KID", Some("LIB")), kind("AAA", Some("KID")), kind("LIB", Some("SUB"))];
        let backwards = listed.iter().rev().cloned().collect::<Vec<_>>();
        let (kinds, refused) = Kinds::embedded().with_all(listed);
        assert!(refused.is_empty());
        assert!(kinds.lineage("AAA").to_string().starts_with("AAA KID LIB SUB "), "{}", kinds.lineage("AAA"));
        assert_eq!(Kinds::embedded().with_all(backwards).0, kinds);
        let (kinds, refused) = kinds.with_all([kind("B", Some("C")), kind("D", Some("B")), kind("E", Some("KID"))]);
        assert_eq!(kinds.lineage("E").to_string().split(' ').nth(1), Some("KID"));
        let parent = |code: &str| BadKind::NoParent(code.parse().unwrap());
        assert_eq!(refused, [(kind("B", Some("C")), parent("C")), (kind("D", Some("B")), parent("B"))]);
    }

    #[test]
    fn a_kind_without_its_parent_or_in_a_circle_is_refused() {
        let kinds = Kinds::embedded();
        assert_eq!(kinds.clone().with(kind("X", Some("Y"))), Err(BadKind::NoParent("Y".parse().unwrap())));
        let own = kinds.clone().with(kind("A", None)).unwrap().with(kind("B", Some("A"))).unwrap();
        assert_eq!(own.with(kind("A", Some("B"))), Err(BadKind::Circle("A".parse().unwrap())));
        assert_eq!(kinds.clone().with(kind("X", Some("X"))), Err(BadKind::NoParent("X".parse().unwrap())));
        let mut deep = kinds;
        for level in 1..=6 {
            let parent = if level == 1 { "ADM".to_owned() } else { format!("L{}", level - 1) };
            deep = deep.with(kind(&format!("L{level}"), Some(&parent))).unwrap();
        }
        assert!(matches!(deep.with(kind("L7", Some("L6"))), Err(BadKind::Circle(_))));
    }
}
