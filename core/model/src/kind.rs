//! Kinds of windows: what a site is, and which items hold for it.
//!
//! A kind has at most one parent, whose items hold for it too: a government hall is an administrative window, and
//! that is a window. A city adds its own kinds; a kind that would be its own ancestor is refused.

use std::collections::BTreeMap;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kinds {
    by_code: BTreeMap<KindCode, WindowKind>,
}

/// A kind and its ancestors, nearest first: the codes by which an item may name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage(Vec<KindCode>);

/// Generations from a kind to its last ancestor.
const DEEPEST: usize = 8;

impl Kinds {
    /// The kinds that every phone knows: those that the five source documents name, in three families.
    ///
    /// `ALL` every window, `ADM` administrative windows, `BIZ` trade and business.
    #[must_use]
    pub fn embedded() -> Self {
        let by_code = BUILT_IN
            .iter()
            .filter_map(|&(code, zh, en, parent)| {
                let code: KindCode = code.parse().ok()?;
                let kind = WindowKind { code: code.clone(), name: Bilingual::new(zh, en), parent: parent.parse().ok() };
                Some((code, kind))
            })
            .collect();
        Self { by_code }
    }

    /// The kinds with this one added, or changed if its code is known. A kind without a parent descends from `ALL`.
    pub fn with(mut self, kind: WindowKind) -> Result<Self, BadKind> {
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
        Ok(self)
    }

    /// The kind of this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&WindowKind> {
        self.by_code.get(&code.parse().ok()?)
    }

    /// All kinds and families, by code.
    pub fn iter(&self) -> impl Iterator<Item = &WindowKind> {
        self.by_code.values()
    }

    /// The kind of this code with its ancestors. An unknown kind is just a window: what holds for all holds for it.
    #[must_use]
    pub fn lineage(&self, code: &str) -> Lineage {
        let mut line = self.ancestors(code);
        if line.last().is_none_or(|last| last.as_str() != ALL) {
            line.extend(ALL.parse());
        }
        Lineage(line)
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
    /// Whether the kind is one of these, or descends from one.
    #[must_use]
    pub fn is_any_of(&self, listed: &[KindCode]) -> bool {
        self.0.iter().any(|code| listed.contains(code))
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

/// Code, Chinese, English, parent (none: empty). From documents 000 to 004, where such windows are named.
const BUILT_IN: [(&str, &str, &str, &str); 28] = [
    ("ALL", "所有窗口", "all windows", ""),
    ("ADM", "行政窗口", "administrative windows", "ALL"),
    ("BIZ", "商业和公用事业窗口", "trade and utility windows", "ALL"),
    ("GOV", "政务服务大厅", "government service hall", "ADM"),
    ("SUB", "乡镇街道和村社区便民服务站", "township or community service station", "ADM"),
    ("PG", "进驻大厅的公安窗口", "police window in a hall", "ADM"),
    ("PH", "派出所户籍窗口", "household registration window", "ADM"),
    ("PT", "交警、车管窗口", "traffic police window", "ADM"),
    ("PE", "出入境窗口", "exit and entry window", "ADM"),
    ("TAX", "办税窗口", "tax window", "ADM"),
    ("AIC", "市场监管窗口", "market supervision window", "ADM"),
    ("HRSS", "人社、劳动保障窗口", "human resources and social security window", "ADM"),
    ("MED", "医疗保险窗口", "medical insurance window", "ADM"),
    ("FUND", "公积金窗口", "housing fund window", "ADM"),
    ("ENF", "执法单位窗口", "law enforcement window", "ADM"),
    ("BANK", "银行", "bank", "BIZ"),
    ("POST", "邮政", "post office", "BIZ"),
    ("TEL", "通信营业厅", "telecom shop", "BIZ"),
    ("UTIL", "水电气暖营业厅", "water, power, gas and heating office", "BIZ"),
    ("RETAIL", "商业零售", "retail", "BIZ"),
    ("SCENIC", "景区", "scenic area", "BIZ"),
    ("HOTEL", "宾馆饭店", "hotel or restaurant", "BIZ"),
    ("P110", "110 接警台", "police emergency desk", "ALL"),
    ("HOSP", "医院", "hospital", "ALL"),
    ("BUS", "公交、出租", "bus and taxi", "ALL"),
    ("STA", "火车站、汽车站、机场、码头", "railway or coach station, airport, pier", "ALL"),
    ("TOLL", "收费站、征费窗口", "toll station", "ALL"),
    ("OTHER", "其他窗口", "other window", "ALL"),
];

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
    fn the_built_in_kinds_are_25_in_three_families() {
        let kinds = Kinds::embedded();
        assert_eq!(kinds.iter().count(), 28);
        let below = |family: &str| {
            let listed = [family.parse().unwrap()];
            kinds.iter().filter(|kind| kinds.lineage(kind.code.as_str()).is_any_of(&listed)).count() - 1
        };
        assert_eq!((below("ADM"), below("BIZ"), below("ALL")), (12, 7, 27));
    }

    #[test]
    fn a_city_adds_a_kind_below_one_that_is_known() {
        let kinds = Kinds::embedded().with(kind("NOTARY", Some("GOV"))).unwrap();
        assert_eq!(kinds.lineage("NOTARY").to_string(), "NOTARY GOV ADM ALL");
        let alone = kinds.with(kind("ZOO", None)).unwrap();
        assert_eq!(alone.lineage("ZOO").to_string(), "ZOO ALL");
    }

    #[test]
    fn a_kind_without_its_parent_or_in_a_circle_is_refused() {
        let kinds = Kinds::embedded();
        assert_eq!(kinds.clone().with(kind("X", Some("Y"))), Err(BadKind::NoParent("Y".parse().unwrap())));
        assert_eq!(kinds.clone().with(kind("ADM", Some("GOV"))), Err(BadKind::Circle("ADM".parse().unwrap())));
        assert_eq!(kinds.clone().with(kind("X", Some("X"))), Err(BadKind::NoParent("X".parse().unwrap())));
        let mut deep = kinds;
        for level in 1..=6 {
            let parent = if level == 1 { "ADM".to_owned() } else { format!("L{}", level - 1) };
            deep = deep.with(kind(&format!("L{level}"), Some(&parent))).unwrap();
        }
        assert!(matches!(deep.with(kind("L7", Some("L6"))), Err(BadKind::Circle(_))));
    }
}
