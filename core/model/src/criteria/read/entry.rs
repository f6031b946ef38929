//! One item or title of the file, read and checked against what stands before it in its set.

use serde::Deserialize;

use super::limits::{check_limits, check_points};
use super::{both_halves, proper, proper_source};
use crate::criteria::condition::{BadCondition, Bands, Comparison, Condition, Demand, Derivation, LevelLimits};
use crate::criteria::{Ask, Comparing, CriteriaSet, Definition, Holder, Item, Limit, PhotoNeed, Source, Title};
use crate::{AnswerType, Bilingual, ItemCode, KindCode, Kinds, Mode};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemEntry {
    code: String,
    group: Option<Bilingual>,
    text: Bilingual,
    help: Bilingual,
    answer: String,
    #[serde(default)]
    ask: Vec<Ask>,
    photo: PhotoNeed,
    kinds: Vec<String>,
    #[serde(default)]
    points: u32,
    fails_over: Option<u32>,
    fails_under: Option<u32>,
    #[serde(default)]
    limits: Vec<LimitEntry>,
    #[serde(default)]
    parts: Vec<Bilingual>,
    bands: Option<BandsEntry>,
    levels: Option<LevelsEntry>,
    condition: Option<toml::Value>,
    classes: Option<ClassesEntry>,
    #[serde(default)]
    deduct: u32,
    deduct_most: Option<u32>,
    #[serde(default)]
    bonus: u32,
    #[serde(default)]
    months: Vec<u8>,
    #[serde(default)]
    modes: Vec<String>,
    priority: Option<u8>,
    same: Option<String>,
    quick: Option<Bilingual>,
    source: Vec<Source>,
    definition: Option<Definition>,
    assignment: Option<Definition>,
    reason: Option<Bilingual>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitEntry {
    kinds: Vec<String>,
    fails_over: Option<u32>,
    fails_under: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BandsEntry {
    excellent: Option<String>,
    well: Option<String>,
    standard: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelsEntry {
    qualified: String,
    basic: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassesEntry {
    excellent: Option<toml::Value>,
    well: Option<toml::Value>,
    standard: Option<toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TitleEntry {
    code: String,
    name: Bilingual,
    holder: Holder,
    quota: Option<u32>,
    source: Vec<Source>,
    definition: Option<Definition>,
    reason: Option<Bilingual>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComparisonEntry {
    code: String,
    name: Bilingual,
    items: Vec<String>,
    source: Vec<Source>,
    definition: Option<Definition>,
    reason: Option<Bilingual>,
}

pub(super) fn item(entry: toml::Table, set: &CriteriaSet, kinds: &Kinds) -> Result<Item, String> {
    let entry: ItemEntry = entry.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let code = entry.code.parse().map_err(|error| format!("`code` is {error}"))?;
    let answer: AnswerType = entry.answer.parse().map_err(|error| format!("`answer` is {error}"))?;
    let texts = [("text", &entry.text), ("help", &entry.help)].into_iter();
    let texts = texts.chain(entry.group.iter().map(|text| ("group", text)));
    let texts = texts.chain(entry.parts.iter().map(|text| ("parts", text)));
    let texts = texts.chain(entry.quick.iter().map(|text| ("quick", text)));
    texts.chain(entry.reason.iter().map(|text| ("reason", text))).try_for_each(both_halves)?;
    let derivation = derivation(&entry, answer, set)?;
    if entry.ask.is_empty() != derivation.is_some() {
        return Err("`ask` is empty: say how it can be found out; only what is derived is not asked".to_owned());
    }
    check_source(&entry.source)?;
    let parts = u32::try_from(entry.parts.len()).unwrap_or(u32::MAX);
    if parts > 0 && (answer != AnswerType::Count || !(2..=20).contains(&parts)) {
        return Err("`parts` belongs to a count and names 2 to 20 things".to_owned());
    }
    // All of the parts are needed unless the file sets a limit of its own.
    let all_needed = parts > 0 && entry.fails_over.is_none();
    let fails_under = entry.fails_under.or(all_needed.then_some(parts));
    if parts > 0 && fails_under > Some(parts) {
        return Err("`fails_under` is larger than the number of `parts`: nothing could pass".to_owned());
    }
    check_points(&entry_points(&entry), answer, set.scoring)?;
    let scores = entry.points > 0 || entry.deduct > 0;
    check_limits(answer, scores, entry.fails_over, fails_under)?;
    let limits = limits(&entry.limits, answer, scores, kinds)?;
    if !entry.months.iter().all(|month| (1..=12).contains(month)) {
        return Err("`months` are numbers from 1 to 12".to_owned());
    }
    let priority = entry.priority.unwrap_or(2);
    if !(1..=3).contains(&priority) {
        return Err("`priority` is 1, 2 or 3".to_owned());
    }
    entry.same.iter().try_for_each(|word| proper("same", word))?;
    let definition = entry.definition.unwrap_or(set.definition);
    let assignment = entry.assignment.unwrap_or(set.assignment);
    let inferred = [definition, assignment].contains(&Definition::Inferred);
    let reason = entry.reason.clone().or_else(|| set.reason.clone().filter(|_| inferred));
    if inferred && reason.is_none() {
        return Err("an inferred item must say why: add `reason` to it or to the set".to_owned());
    }
    let (bands, levels) = (bands(entry.bands.as_ref(), answer)?, levels(entry.levels.as_ref(), answer)?);
    Ok(Item {
        code,
        set: set.code.clone(),
        scoring: set.scoring,
        group: entry.group,
        text: entry.text,
        help: entry.help,
        answer,
        ask: entry.ask,
        photo: entry.photo,
        kinds: read_kinds("kinds", &entry.kinds, kinds)?,
        points: entry.points,
        fails_over: entry.fails_over,
        fails_under,
        limits,
        parts: entry.parts,
        bands,
        levels,
        derivation,
        deduct: entry.deduct,
        deduct_most: entry.deduct_most,
        bonus: entry.bonus,
        months: entry.months,
        modes: modes(&entry.modes)?,
        priority,
        same: entry.same,
        quick: entry.quick,
        source: entry.source,
        definition,
        assignment,
        reason,
    })
}

pub(super) fn title(entry: toml::Table, set: &CriteriaSet) -> Result<Title, String> {
    let entry: TitleEntry = entry.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let code = entry.code.parse().map_err(|error| format!("`code` is {error}"))?;
    both_halves(("name", &entry.name))?;
    entry.reason.iter().try_for_each(|text| both_halves(("reason", text)))?;
    check_source(&entry.source)?;
    let definition = entry.definition.unwrap_or(set.definition);
    let inferred = definition == Definition::Inferred;
    let reason = entry.reason.or_else(|| set.reason.clone().filter(|_| inferred));
    if inferred && reason.is_none() {
        return Err("an inferred title must say why: add `reason` to it or to the set".to_owned());
    }
    let (name, holder, quota, source) = (entry.name, entry.holder, entry.quota, entry.source);
    Ok(Title { code, name, holder, quota, source, definition, reason })
}

pub(super) fn comparison(entry: toml::Table, set: &CriteriaSet) -> Result<Comparing, String> {
    let entry: ComparisonEntry = entry.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let code = entry.code.parse().map_err(|error| format!("`code` is {error}"))?;
    both_halves(("name", &entry.name))?;
    entry.reason.iter().try_for_each(|text| both_halves(("reason", text)))?;
    check_source(&entry.source)?;
    let mut items = Vec::with_capacity(entry.items.len());
    for named in &entry.items {
        let item = named.parse().ok().and_then(|code: ItemCode| set.item(&code));
        items.push(item.ok_or("`items` names an item that is not in this set")?.code.clone());
    }
    if items.is_empty() {
        return Err("`items` is empty: name the items that are compared".to_owned());
    }
    let definition = entry.definition.unwrap_or(set.assignment);
    let inferred = definition == Definition::Inferred;
    let reason = entry.reason.or_else(|| set.reason.clone().filter(|_| inferred));
    if inferred && reason.is_none() {
        return Err("an inferred comparison must say why: add `reason` to it or to the set".to_owned());
    }
    Ok(Comparing { code, name: entry.name, items, source: entry.source, definition, reason })
}

fn check_source(source: &[Source]) -> Result<(), String> {
    if source.is_empty() {
        return Err("`source` is empty: name the document and clause".to_owned());
    }
    source.iter().try_for_each(proper_source)
}

fn entry_points(entry: &ItemEntry) -> super::limits::Points {
    super::limits::Points {
        full: entry.points,
        deduct: entry.deduct,
        deduct_most: entry.deduct_most,
        bonus: entry.bonus,
        classes: entry.classes.is_some(),
    }
}

fn limits(entries: &[LimitEntry], answer: AnswerType, scores: bool, kinds: &Kinds) -> Result<Vec<Limit>, String> {
    let mut limits = Vec::with_capacity(entries.len());
    for entry in entries {
        if entry.fails_over.is_none() && entry.fails_under.is_none() {
            return Err("`limits` needs `fails_over` or `fails_under` with its `kinds`".to_owned());
        }
        check_limits(answer, scores, entry.fails_over, entry.fails_under)?;
        limits.push(Limit {
            kinds: read_kinds("limits", &entry.kinds, kinds)?,
            fails_over: entry.fails_over,
            fails_under: entry.fails_under,
        });
    }
    Ok(limits)
}

fn read_kinds(key: &str, listed: &[String], kinds: &Kinds) -> Result<Vec<KindCode>, String> {
    if listed.is_empty() {
        return Err(format!("`{key}` is empty: name the kinds of windows, or \"ALL\""));
    }
    let known = |code: &String| {
        let kind = kinds.get(code).map(|kind| kind.code.clone());
        kind.ok_or_else(|| format!("`{key}` names a kind of window that is not known: add the kind first"))
    };
    listed.iter().map(known).collect()
}

fn modes(listed: &[String]) -> Result<Vec<Mode>, String> {
    let named = |name: &String| {
        let unknown = "`modes` are open, undercover, recheck, self, special and joint";
        Mode::named(name).ok_or_else(|| unknown.to_owned())
    };
    listed.iter().map(named).collect()
}

fn limit_of(key: &str, text: &str) -> Result<Comparison, String> {
    text.parse().map_err(|error: BadCondition| format!("`{key}` is {error}"))
}

fn bands(entry: Option<&BandsEntry>, answer: AnswerType) -> Result<Bands, String> {
    let Some(entry) = entry else { return Ok(Bands::default()) };
    if answer != AnswerType::Band {
        return Err("`bands` belongs to the answer type band alone".to_owned());
    }
    let read = |text: &Option<String>| text.as_deref().map(|text| limit_of("bands", text)).transpose();
    let bands =
        Bands { excellent: read(&entry.excellent)?, well: read(&entry.well)?, standard: read(&entry.standard)? };
    if bands == Bands::default() { Err("`bands` is empty: name a class".to_owned()) } else { Ok(bands) }
}

fn levels(entry: Option<&LevelsEntry>, answer: AnswerType) -> Result<Option<LevelLimits>, String> {
    let Some(entry) = entry else { return Ok(None) };
    if answer != AnswerType::Level {
        return Err("`levels` belongs to the answer type lvl3 alone".to_owned());
    }
    let basic = entry.basic.as_deref().map(|text| limit_of("levels", text)).transpose()?;
    Ok(Some(LevelLimits { qualified: limit_of("levels", &entry.qualified)?, basic }))
}

fn derivation(entry: &ItemEntry, answer: AnswerType, set: &CriteriaSet) -> Result<Option<Derivation>, String> {
    let derived = answer == AnswerType::Derived;
    match (&entry.condition, &entry.classes) {
        (None, None) if !derived => Ok(None),
        (Some(value), None) if derived => Ok(Some(Derivation::Condition(condition("condition", value, set, 0)?))),
        (None, Some(classes)) if derived => {
            let read = |value: &Option<toml::Value>| {
                value.as_ref().map(|value| condition("classes", value, set, 0)).transpose()
            };
            let (excellent, well, standard) =
                (read(&classes.excellent)?, read(&classes.well)?, read(&classes.standard)?);
            if excellent.is_none() && well.is_none() && standard.is_none() {
                return Err("`classes` is empty: name a class".to_owned());
            }
            Ok(Some(Derivation::Classes { excellent, well, standard }))
        }
        _ => Err("what is derived has `condition` or `classes`, one of them, and nothing else has either".to_owned()),
    }
}

/// Reads `{ all = [...] }`, `{ any = [...] }`, or one demand alone.
fn condition(key: &str, value: &toml::Value, set: &CriteriaSet, depth: u8) -> Result<Condition, String> {
    let shape = || format!("`{key}` is wrong: {}", BadCondition::Shape);
    if let Some(text) = value.as_str() {
        return Ok(Condition::All(vec![demand(key, text, set)?]));
    }
    let table = value.as_table().filter(|table| table.len() == 1).ok_or_else(shape)?;
    let (word, list) = table.iter().next().ok_or_else(shape)?;
    let list = list.as_array().filter(|list| (1..=Condition::MOST).contains(&list.len())).ok_or_else(shape)?;
    let mut demands = Vec::with_capacity(list.len());
    for one in list {
        demands.push(match one.as_str() {
            Some(text) => demand(key, text, set)?,
            None if depth == 0 => Demand::Inner(condition(key, one, set, 1)?),
            None => return Err(shape()),
        });
    }
    match word.as_str() {
        "all" => Ok(Condition::All(demands)),
        "any" => Ok(Condition::Any(demands)),
        _ => Err(shape()),
    }
}

fn demand(key: &str, text: &str, set: &CriteriaSet) -> Result<Demand, String> {
    let answer_of = |code: &ItemCode| set.item(code).map(|item| item.answer);
    Demand::parse(text, answer_of).map_err(|error| format!("`{key}`: \"{text}\": {error}"))
}
