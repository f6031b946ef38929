//! Reading a criteria set from its TOML file.
//!
//! Nothing doubtful passes: unknown keys, empty texts, double codes, points out of range and items without a source
//! are refused with the file, the item and the reason, because an office corrects the file and not the program.

mod entry;
mod fault;
mod keys;
mod limits;

use std::collections::BTreeSet;

use toml::{Table, Value};

pub use fault::BadSet;
pub(super) use fault::Fault;

use self::keys::Keys;
use super::{CriteriaSet, Definition, Placeholder, ScoringModel, Source};
use crate::{Bilingual, Kinds};

/// The largest text of a set, in bytes: it travels whole, as the body of one op ([`crate::LARGEST_BODY`]).
pub const LARGEST_SET: usize = 160 * 1024;
/// The most items, and the most titles, of a set: with words of ordinary length, so many fit into [`LARGEST_SET`].
pub const MOST_ITEMS: usize = 200;
/// The most comparisons a set may have.
const MOST_COMPARISONS: usize = 20;
/// The longest text, in characters.
const LONGEST_TEXT: usize = 1_000;
/// What bonuses may lift a hundred points to, where a set does not say.
const USUAL_CAP: u32 = 110;

impl CriteriaSet {
    /// Reads a set from the text of its file; `kinds` are those that its items may name.
    pub fn parse(file: &str, text: &str, kinds: &Kinds) -> Result<Self, BadSet> {
        Self::parse_all(file, text, kinds).map_err(|mut mistakes| mistakes.swap_remove(0))
    }

    /// Reads a set, and tells every mistake in it: never none.
    pub fn parse_all(file: &str, text: &str, kinds: &Kinds) -> Result<Self, Vec<BadSet>> {
        if text.len() > LARGEST_SET {
            return Err(vec![Fault::too_large().told(file, None)]);
        }
        let table = toml::from_str(text).map_err(|error| vec![not_toml(&error, text).told(file, None)])?;
        Self::from_table(file, table, kinds)
    }

    /// Reads a set from the table that its file stands for, and tells every mistake in it: never none.
    pub fn from_table(file: &str, table: Table, kinds: &Kinds) -> Result<Self, Vec<BadSet>> {
        let bad = |fault: Fault| vec![fault.told(file, None)];
        let Read { mut set, items, titles, comparisons } = head(Keys(table)).map_err(bad)?;
        let mut mistakes = Vec::new();
        let mut codes = BTreeSet::new();
        let mut fresh = |code: &str| {
            let fresh = codes.insert(code.to_ascii_lowercase());
            let twice = ("编码重复，请各用各的编码", "the code is used twice: give each its own");
            if fresh { Ok(()) } else { Err(Fault::at("code", twice.0, twice.1)) }
        };
        for (at, entry) in items.into_iter().enumerate() {
            let name = name_of(&entry, at);
            let item = entry::item(entry, &set, kinds).and_then(|one| fresh(one.code.as_str()).map(|()| one));
            match item {
                Ok(item) => set.items.push(item),
                Err(fault) => mistakes.push(fault.told(file, Some(name))),
            }
        }
        for (at, entry) in titles.into_iter().enumerate() {
            let name = name_of(&entry, at);
            let title = entry::title(entry, &set).and_then(|one| fresh(one.code.as_str()).map(|()| one));
            match title {
                Ok(title) => set.titles.push(title),
                Err(fault) => mistakes.push(fault.told(file, Some(name))),
            }
        }
        // What compares an item that is wrong itself would be told of in vain.
        let comparisons = if mistakes.is_empty() { comparisons } else { Vec::new() };
        for (at, entry) in comparisons.into_iter().enumerate() {
            let name = name_of(&entry, at);
            let one = entry::comparison(entry, &set).and_then(|one| fresh(one.code.as_str()).map(|()| one));
            match one {
                Ok(one) => set.comparisons.push(one),
                Err(fault) => mistakes.push(fault.told(file, Some(name))),
            }
        }
        if mistakes.is_empty() { Ok(set) } else { Err(mistakes) }
    }
}

fn name_of(entry: &Keys, at: usize) -> String {
    let name = entry.0.get("code").and_then(Value::as_str).filter(|code| code.len() <= 64);
    name.map_or_else(|| format!("#{}", at.saturating_add(1)), ToOwned::to_owned)
}

/// The set without what is in it, and the tables of that.
struct Read {
    set: CriteriaSet,
    items: Vec<Keys>,
    titles: Vec<Keys>,
    comparisons: Vec<Keys>,
}

/// The largest version of a set.
const LAST_VERSION: u32 = 1_000_000;

fn head(mut keys: Keys) -> Result<Read, Fault> {
    let (items, titles) = (keys.or_default::<Vec<Keys>>("item")?, keys.or_default::<Vec<Keys>>("title")?);
    let comparisons: Vec<Keys> = keys.or_default("comparison")?;
    let (code, version, name) = (keys.needed("code")?, keys.needed::<u32>("version")?, keys.needed("name")?);
    let definition: Definition = keys.needed("definition")?;
    let assignment = keys.maybe("assignment")?.unwrap_or(definition);
    let reason: Option<Bilingual> = keys.maybe("reason")?;
    let (scoring, cap) = (keys.needed::<ScoringModel>("scoring")?, keys.maybe::<u32>("cap")?);
    let (offered, is_placeholder) = (keys.or_default("offered")?, keys.or_default::<bool>("placeholder")?);
    let (names, source) = (keys.maybe::<u32>("names")?, keys.or_default::<Vec<Source>>("source")?);
    let notes = keys.or_default("notes")?;
    keys.done()?;
    if version == 0 {
        return Err(Fault::at("version", "版本从 1 开始", "versions begin at 1"));
    }
    if version > LAST_VERSION {
        // Versions only rise: the largest number there is would be the last that the set ever has.
        return Err(Fault::at("version", "版本最大为 1000000", "versions end at 1000000"));
    }
    let none = items.is_empty() && titles.is_empty();
    if items.len() > MOST_ITEMS || titles.len() > MOST_ITEMS || (none && !is_placeholder) {
        return Err(Fault::new(
            &format!("一套标准有 1 至 {MOST_ITEMS} 个检查项，这里有 {} 个；过多时请分成两套标准", items.len()),
            &format!("a set has 1 to {MOST_ITEMS} items, this one has {}: make two sets of too many", items.len()),
        ));
    }
    if [definition, assignment].contains(&Definition::Inferred) && reason.is_none() {
        return Err(Fault::at("reason", "推定的标准须写明理由", "an inferred set must say why: add the reason"));
    }
    if is_placeholder && !none {
        return Err(Fault::at(
            "placeholder",
            "只有名称的标准没有检查项，请删去此标记或检查项",
            "a placeholder has no items: take this mark out, or the items",
        ));
    }
    if is_placeholder && source.is_empty() {
        return Err(Fault::at(
            "source",
            "只有名称的标准须写明来源",
            "a placeholder says where it is named: add the source",
        ));
    }
    if is_placeholder && reason.is_none() {
        return Err(Fault::at(
            "reason",
            "只有名称的标准须写明缺什么",
            "a placeholder says what is missing: add the reason",
        ));
    }
    if comparisons.len() > MOST_COMPARISONS {
        return Err(Fault::new(
            &format!("一套标准最多比较 {MOST_COMPARISONS} 项"),
            &format!("a set compares at most {MOST_COMPARISONS} things"),
        ));
    }
    if names.is_some() && !is_placeholder {
        return Err(Fault::at("names", "只用于只有名称的标准（`placeholder`）", "it belongs to a `placeholder` alone"));
    }
    if cap.is_some() && scoring != ScoringModel::Base100 {
        return Err(Fault::at("cap", "只用于百分制（base_100）", "it belongs to base_100 alone"));
    }
    if cap.is_some_and(|cap| !(100..=1_000).contains(&cap)) {
        return Err(Fault::at("cap", "封顶分为 100 至 1000 分", "the cap is 100 to 1000 points"));
    }
    let set = CriteriaSet {
        code,
        version,
        name,
        definition,
        assignment,
        reason,
        scoring,
        cap: cap.unwrap_or(USUAL_CAP),
        offered,
        placeholder: is_placeholder.then_some(Placeholder { names }),
        source,
        notes,
        items: Vec::with_capacity(items.len()),
        titles: Vec::with_capacity(titles.len()),
        comparisons: Vec::with_capacity(comparisons.len()),
    };
    Ok(Read { set, items, titles, comparisons })
}

/// What the reader of TOML says, with the line it means.
fn not_toml(error: &toml::de::Error, text: &str) -> Fault {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count().saturating_add(1);
    Fault::new(
        &format!("第 {line} 行不是正确的 TOML，请核对引号、括号和等号，同一个键只写一次"),
        &format!("line {line} is not well-formed TOML: {}", error.message().replace('\n', " ").replace(" / ", "/")),
    )
}
