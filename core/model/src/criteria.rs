//! Criteria sets 标准: versioned lists of what is looked at, as data.
//!
//! Every set says where it comes from and what in it is inferred, wherever it is shown. Nothing here knows a single
//! item by name: the built-in sets are files like any other, and a city may replace them.

mod bands;
mod built_in;
mod catalogue;
mod compare;
mod condition;
mod document;
mod form;
mod item;
mod publish;
mod read;
mod write;

use serde::Serialize;

pub use bands::{Bands, LevelLimits};
pub use catalogue::Catalogue;
pub use compare::{Comparing, Observed, compare};
pub use condition::{BadCondition, Comparison, Condition, Demand, Derivation, Sign, Truth, Wanted};
pub use document::{Document, Paper};
pub use form::{Asked, History, LONGEST_FORM, LeftOut, PLACES_IN_TURN, asked, cut, form, left_out, parts};
pub use item::{Item, Limit, Typed};
pub use read::{BadSet, LARGEST_SET, MOST_ITEMS};

use crate::{Bilingual, ItemCode, SetCode};

/// A criteria set, as read from its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriteriaSet {
    /// The code, `W5`.
    pub code: SetCode,
    /// The version, from 1; a published version is never altered.
    pub version: u32,
    /// What people call it.
    pub name: Bilingual,
    /// How sure the set is.
    pub definition: Definition,
    /// How sure it is that these items make up this set.
    pub assignment: Definition,
    /// Why it is inferred, or what in it is; always there if it is.
    pub reason: Option<Bilingual>,
    /// How it is scored.
    pub scoring: ScoringModel,
    /// The most that bonuses may reach in a set of base 100, in points.
    pub cap: u32,
    /// When it is asked.
    pub offered: Offered,
    /// A document names it and lists nothing: no items, never asked; how many things the name promises.
    pub placeholder: Option<Placeholder>,
    /// Where the set itself is named.
    pub source: Vec<Source>,
    /// What a reader of the set must know besides.
    pub notes: Vec<Bilingual>,
    /// The items, in the order of the form. At most [`MOST_ITEMS`]; none only in a placeholder or beside titles.
    pub items: Vec<Item>,
    /// Titles that are given and never asked. At most [`MOST_ITEMS`].
    pub titles: Vec<Title>,
    /// What of a window is compared with its peers or with its own last period. At most 20.
    pub comparisons: Vec<Comparing>,
}

/// What is known of a set that a document names without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// How many things the name promises: 八公开 promises 8.
    pub names: Option<u32>,
}

/// When a set is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Offered {
    /// On every visit for which nobody named sets.
    Default,
    /// Only where a campaign or the visit names it.
    #[default]
    Campaign,
}

/// A title that is given, never asked: 示范窗口.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// The code, unique in its set.
    pub code: ItemCode,
    /// What it is called.
    pub name: Bilingual,
    /// Who may hold it.
    pub holder: Holder,
    /// How many are given; none where the document does not say.
    pub quota: Option<u32>,
    /// The clauses it comes from; never empty.
    pub source: Vec<Source>,
    /// How sure it is.
    pub definition: Definition,
    /// Why it is inferred.
    pub reason: Option<Bilingual>,
}

/// Who may hold a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// 单位
    Unit,
    /// 窗口
    Window,
    /// 班组
    Team,
    /// 个人
    Person,
    /// 项目
    Project,
    /// 车辆
    Vehicle,
    /// 车队
    Fleet,
    /// 大厅
    Hall,
    /// 景区
    ScenicArea,
}

/// Where an item comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The document, `002`.
    pub document: String,
    /// The clause in it, `四(一)2`.
    pub clause: String,
}

/// How sure a set or an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Definition {
    /// Stated in one of the five source documents.
    Seed,
    /// Found in other published practice.
    Sourced,
    /// Our own reading, shown as such with its reason.
    Inferred,
}

/// How a set is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoringModel {
    /// Each item brings its points or a part of them.
    ItemPoints,
    /// A hundred points, less deductions, plus bonuses up to a cap.
    #[serde(rename = "base_100")]
    Base100,
    /// So many instances as they should be of so many that were observed.
    InstanceRate,
    /// All or nothing: every item must conform, and of what is counted every one.
    AllConform,
    /// Each item has a level, and the set the lowest of them.
    Levels,
    /// Nothing is scored.
    Information,
}

impl ScoringModel {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::ItemPoints, Self::Base100, Self::InstanceRate, Self::AllConform, Self::Levels, Self::Information];

    /// Whether it gives a figure: levels and information give none.
    #[must_use]
    pub fn has_figure(self) -> bool {
        !matches!(self, Self::Levels | Self::Information)
    }

    /// The name in files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ItemPoints => "item_points",
            Self::Base100 => "base_100",
            Self::InstanceRate => "instance_rate",
            Self::AllConform => "all_conform",
            Self::Levels => "levels",
            Self::Information => "information",
        }
    }
}

impl Definition {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Seed, Self::Sourced, Self::Inferred];

    /// The name in files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::Sourced => "sourced",
            Self::Inferred => "inferred",
        }
    }
}

/// A way of finding something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// By looking, unnoticed.
    Observe,
    /// By asking as any client would.
    Ask,
    /// By a phone call.
    Telephone,
    /// From records or in an interview, which shows who one is.
    Records,
    /// From clients' answers to a questionnaire.
    Questionnaire,
}

/// When an item asks for a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoNeed {
    /// Whenever it is answered, unless it does not apply.
    Always,
    /// When it failed.
    Failed,
    /// Never.
    None,
    /// Never, and a picture here would easily show faces or papers.
    Avoid,
}

impl Offered {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Default, Self::Campaign];

    /// The name in files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Campaign => "campaign",
        }
    }
}

impl Holder {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Unit,
        Self::Window,
        Self::Team,
        Self::Person,
        Self::Project,
        Self::Vehicle,
        Self::Fleet,
        Self::Hall,
        Self::ScenicArea,
    ];

    /// The name in files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Window => "window",
            Self::Team => "team",
            Self::Person => "person",
            Self::Project => "project",
            Self::Vehicle => "vehicle",
            Self::Fleet => "fleet",
            Self::Hall => "hall",
            Self::ScenicArea => "scenic_area",
        }
    }
}

impl Ask {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Observe, Self::Ask, Self::Telephone, Self::Records, Self::Questionnaire];

    /// The name in files, commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Ask => "ask",
            Self::Telephone => "telephone",
            Self::Records => "records",
            Self::Questionnaire => "questionnaire",
        }
    }
}

impl PhotoNeed {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Always, Self::Failed, Self::None, Self::Avoid];

    /// The name in files, commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Failed => "failed",
            Self::None => "none",
            Self::Avoid => "avoid",
        }
    }
}

impl CriteriaSet {
    /// The sets that every phone knows; read once, then remembered.
    pub fn embedded() -> Result<Vec<Self>, BadSet> {
        built_in::sets()
    }

    /// The built-in item of this code.
    #[must_use]
    pub fn embedded_item(code: &ItemCode) -> Option<&'static Item> {
        built_in::item(code)
    }

    /// The item of this code.
    #[must_use]
    pub fn item(&self, code: &ItemCode) -> Option<&Item> {
        self.items.iter().find(|item| item.code == *code)
    }

    /// Whether a visit may ask it: a placeholder and a set of titles have nothing to ask.
    #[must_use]
    pub fn is_askable(&self) -> bool {
        self.placeholder.is_none() && !self.items.is_empty()
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod form_tests;
