//! What an office writes down as TOML: areas, units, sites, kinds, campaigns, policy, calendar and criteria sets.
//!
//! A file is read whole or not at all. Every mistake is told with its file, table and line and with what to write
//! instead, because an office corrects the file and not the program. Nothing here changes the city.

mod codes;
mod ids;
mod mistake;
mod place;
mod position;
mod row;
mod rule;
mod set;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use mingcha_model::body::{PolicyValue, Position, SetRef};
use mingcha_model::{
    AreaId, BadSet, Bilingual, CampaignId, CriteriaSet, Day, KindCode, Kinds, LARGEST_SET, SiteId, UnitId, WindowKind,
    YearTable,
};

pub use ids::{area_id, calendar_entity, campaign_id, criteria_entity, kind_entity, site_id, unit_id};
pub use mistake::{BadLoad, MOST_MISTAKES, Mistake};

use codes::Codes;
use mistake::Report;

/// The largest file that is read, in bytes.
pub const LARGEST_LOAD: usize = 16 << 20;
/// The longest name of a unit, site, area, kind or campaign, in characters.
pub const LONGEST_NAME: usize = 100;
/// The longest address, in characters.
pub const LONGEST_ADDRESS: usize = 200;

/// What one file asks the city to hold from now on; every reference in it is known, in the file or in the city.
///
/// Ids are made from codes, so that loading a file twice asks for nothing new.
///
/// ```
/// use mingcha_city::load::{Known, Load, area_id};
///
/// let file = "[[areas]]\ncode = \"DH\"\nzh = \"东湖区\"\nen = \"Donghu\"\n";
/// let load = Load::parse("city.toml", file, None, &Known::default())?;
/// assert_eq!(load.areas.first().map(|area| area.id), Some(area_id("DH")));
/// # Ok::<(), mingcha_city::load::BadLoad>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Areas, as listed.
    pub areas: Vec<LoadedArea>,
    /// Kinds of windows, each after its parent.
    pub kinds: Vec<WindowKind>,
    /// Units, as listed.
    pub units: Vec<LoadedUnit>,
    /// Sites, as listed.
    pub sites: Vec<LoadedSite>,
    /// The criteria sets to publish, as listed.
    pub sets: Vec<LoadedSet>,
    /// The tables of working days, as listed.
    pub calendar: Vec<YearTable>,
    /// The city's whole policy, if the file says anything of it: a switch that is not named has its default again.
    pub policy: Option<Vec<PolicyValue>>,
    /// Campaigns, as listed.
    pub campaigns: Vec<LoadedCampaign>,
}

/// An area 片区.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedArea {
    /// Made from the code.
    pub id: AreaId,
    /// The office's own code.
    pub code: String,
    /// What people call it.
    pub name: Bilingual,
}

/// A unit 单位.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedUnit {
    /// Made from the code.
    pub id: UnitId,
    /// The area it belongs to.
    pub area: AreaId,
    /// The office's own code.
    pub code: String,
    /// What people call it.
    pub name: String,
}

/// A site 点位.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedSite {
    /// Made from the code.
    pub id: SiteId,
    /// The unit that runs it.
    pub unit: UnitId,
    /// The area it lies in: its own, or its unit's.
    pub area: AreaId,
    /// The office's own code.
    pub code: String,
    /// The kind of window.
    pub kind: KindCode,
    /// What people call it.
    pub name: String,
    /// Where it is, in words; empty if the file does not say.
    pub address: String,
    /// Where it is, on the ground.
    pub position: Option<Position>,
}

/// A criteria set 标准 to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedSet {
    /// The set, checked.
    pub set: CriteriaSet,
    /// The text that is published.
    pub toml: String,
    /// True when the set is no longer offered for new visits.
    pub retired: bool,
}

/// A campaign 专项行动.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedCampaign {
    /// Made from the code.
    pub id: CampaignId,
    /// The office's own code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The first day.
    pub from: Day,
    /// The last day, not before the first.
    pub to: Day,
    /// The criteria sets it asks, in order; never empty.
    pub sets: Vec<SetRef>,
    /// The policy switches that hold within it.
    pub policy: Vec<PolicyValue>,
}

/// What the city holds already and a file may refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Areas by code.
    pub areas: BTreeMap<String, AreaId>,
    /// Units by code, each with its area.
    pub units: BTreeMap<String, (UnitId, AreaId)>,
    /// Kinds of windows, the built-in ones among them.
    pub kinds: Kinds,
    /// Every published version of every criteria set, the built-in ones among them.
    pub sets: Vec<CriteriaSet>,
    /// The texts that were published, by code and version.
    pub published: BTreeMap<(String, u32), String>,
    /// The published versions that are out of use, by code and version.
    pub retired: BTreeSet<(String, u32)>,
}

impl Default for Known {
    /// What a city without any file of its own knows: the built-in kinds and sets.
    fn default() -> Self {
        Self {
            areas: BTreeMap::new(),
            units: BTreeMap::new(),
            kinds: Kinds::embedded(),
            sets: CriteriaSet::embedded().unwrap_or_default(),
            published: BTreeMap::new(),
            retired: BTreeSet::new(),
        }
    }
}

/// The sample city: an invented place to try everything in.
pub const SAMPLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sample/city.toml"));

impl Load {
    /// Reads a file; criteria sets that it names are read from files beside it.
    pub fn read(path: &Path, known: &Known) -> Result<Self, BadLoad> {
        let file = path.display().to_string();
        let text = text_of(path, LARGEST_LOAD, TooLarge::Load)
            .map_err(|reason| BadLoad::Unreadable { file: file.clone(), reason })?;
        let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::parse(&file, &text, Some(beside), known)
    }

    /// Reads the text of a file; `beside` is the folder in which criteria sets may lie.
    pub fn parse(file: &str, text: &str, beside: Option<&Path>, known: &Known) -> Result<Self, BadLoad> {
        if text.len() > LARGEST_LOAD {
            return Err(BadLoad::Unreadable { file: file.to_owned(), reason: TooLarge::Load.told() });
        }
        let mut report = Report::new(file, text);
        let load = read_tables(&mut report, text, beside, known);
        report.finish(load)
    }

    /// Reads a criteria set from a file of its own, with every mistake in it.
    pub fn set_file(path: &Path, known: &Known) -> Result<Self, BadLoad> {
        let file = path.display().to_string();
        let text = text_of(path, LARGEST_SET, TooLarge::Set)
            .map_err(|reason| BadLoad::Unreadable { file: file.clone(), reason })?;
        let mut report = Report::new(&file, &text);
        let sets = set::one(&mut report, &file, &text, known);
        report.finish(Self { sets, ..Self::default() })
    }

    /// A published set that is no longer offered: its newest version, as it stands.
    pub fn retired(code: &str, known: &Known) -> Result<Self, BadLoad> {
        let newest = known.sets.iter().filter(|set| set.code.as_str().eq_ignore_ascii_case(code));
        let Some(set) = newest.max_by_key(|set| set.version) else {
            return Err(BadLoad::Unreadable { file: code.to_owned(), reason: set::unknown() });
        };
        let toml = known.published.get(&(set.code.to_string(), set.version)).cloned();
        let toml = toml.unwrap_or_else(|| set.to_toml());
        Ok(Self { sets: vec![LoadedSet { set: set.clone(), toml, retired: true }], ..Self::default() })
    }

    /// The sample city, of which `init --sample` is made.
    pub fn sample() -> Result<Self, BadLoad> {
        Self::parse("sample/city.toml", SAMPLE, None, &Known::default())
    }

    /// True when nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads table after table, each against those before it: areas, units, sites; kinds, sets, campaigns.
fn read_tables(report: &mut Report, text: &str, beside: Option<&Path>, known: &Known) -> Load {
    let Some(file) = row::File::parse(report, text) else { return Load::default() };
    let mut areas = Codes::known(known.areas.iter().map(|(code, id)| (code, Some(*id))));
    let mut units = Codes::known(known.units.iter().map(|(code, (id, area))| (code, Some((*id, *area)))));
    let mut load = Load::default();
    let mut kinds = known.kinds.clone();
    load.kinds = rule::kinds(report, &file, &mut kinds);
    load.areas = place::areas(report, &file, &mut areas);
    load.units = place::units(report, &file, &areas, &mut units);
    load.sites = place::sites(report, &file, &areas, &units, &kinds);
    load.sets = set::sets(report, &file, beside, &kinds, known);
    load.calendar = rule::calendar(report, &file);
    load.policy = rule::policy(report, &file);
    load.campaigns = rule::campaigns(report, &file, &known.sets, &load.sets);
    if load.is_empty() {
        report.nothing_in_it();
    }
    load
}

/// The text of a file of at most so many bytes; refused before more than that is read.
fn text_of(path: &Path, most: usize, too_large: TooLarge) -> Result<String, Bilingual> {
    let unreadable = |error: std::io::Error| Bilingual {
        zh: format!("无法读取文件（{}），请检查路径和权限", error.kind()),
        en: format!("the file cannot be read ({}): check its path and permissions", error.kind()),
    };
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    if matches!(too_large, TooLarge::Set) && ["xlsx", "xls", "et", "ods", "csv"].contains(&ending.as_str()) {
        return Err(Bilingual::new(
            "这是表格：先用 mingcha sets import 转成标准文件（.toml），再发布",
            "a spreadsheet: make a set's file (.toml) of it with `mingcha sets import`, then publish that",
        ));
    }
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if about.is_dir() {
        return Err(Bilingual::new("这是文件夹，请给出 TOML 文件", "this is a folder: name a TOML file"));
    }
    if about.len() > limit {
        return Err(too_large.told());
    }
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > most {
        return Err(too_large.told());
    }
    String::from_utf8(bytes)
        .map_err(|_| Bilingual::new("文件不是 UTF-8，请另存为 UTF-8", "not UTF-8: save it as UTF-8"))
}

/// What a file is that is too large: what to do differs.
#[derive(Clone, Copy)]
enum TooLarge {
    /// The office's own file.
    Load,
    /// One set.
    Set,
}

impl TooLarge {
    fn told(self) -> Bilingual {
        match self {
            Self::Load => {
                let most = LARGEST_LOAD >> 20;
                Bilingual {
                    zh: format!("文件超过 {most} MiB，请拆分后依次导入"),
                    en: format!("the file is over {most} MiB: split it and load the parts one after another"),
                }
            }
            Self::Set => BadSet::too_large(),
        }
    }
}

#[cfg(test)]
mod tests;
