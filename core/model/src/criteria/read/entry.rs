//! One item or title of the file, read and checked against what stands before it in its set.

use toml::Value;

use super::fault::{Fault, shown};
use super::keys::Keys;
use super::limits::{Points, check_limits, check_points};
use crate::criteria::bands::{Bands, LevelLimits};
use crate::criteria::condition::{BadCondition, Comparison, Condition, Demand, Derivation};
use crate::criteria::{Comparing, CriteriaSet, Definition, Item, Limit, Source, Title};
use crate::{AnswerType, Bilingual, ItemCode, KindCode, Kinds};

const UNEXPLAINED: (&str, &str) =
    ("推定的须写明理由（在此或在标准里）", "what is inferred says why: add the reason here or to the set");

pub(super) fn item(mut keys: Keys, set: &CriteriaSet, kinds: &Kinds) -> Result<Item, Fault> {
    let code = keys.needed("code")?;
    let (group, text, help) = (keys.maybe("group")?, keys.needed("text")?, keys.needed("help")?);
    let answer: AnswerType = keys.needed("answer")?;
    let (ask, photo) = (keys.or_default::<Vec<_>>("ask")?, keys.needed("photo")?);
    let applies = read_kinds(keys.needed("kinds")?, kinds).map_err(|fault| fault.inside("kinds"))?;
    let points = Points {
        full: keys.or_default("points")?,
        deduct: keys.or_default("deduct")?,
        deduct_most: keys.maybe("deduct_most")?,
        bonus: keys.or_default("bonus")?,
        classes: keys.0.contains_key("classes"),
    };
    let (fails_over, fails_under) = (keys.maybe::<u32>("fails_over")?, keys.maybe::<u32>("fails_under")?);
    let (limited, parts) = (keys.or_default::<Vec<Keys>>("limits")?, keys.or_default::<Vec<Bilingual>>("parts")?);
    let (bands, levels) = (bands(keys.maybe("bands")?, answer)?, levels(keys.maybe("levels")?, answer)?);
    let derivation = derivation(keys.maybe("condition")?, keys.maybe("classes")?, answer, set)?;
    let months = months(&keys.or_default::<Vec<u32>>("months")?)?;
    let (modes, priority) = (keys.or_default("modes")?, priority(keys.maybe("priority")?)?);
    let (same, quick, source) = (keys.maybe("same")?, keys.maybe("quick")?, source(&mut keys)?);
    let definition = keys.maybe("definition")?.unwrap_or(set.definition);
    let assignment = keys.maybe("assignment")?.unwrap_or(set.assignment);
    let reason = reason(&mut keys, set, [definition, assignment].contains(&Definition::Inferred))?;
    keys.done()?;

    if ask.is_empty() && derivation.is_none() {
        return Err(Fault::at("ask", "请写明怎样检查", "say how it can be found out"));
    }
    if !ask.is_empty() && derivation.is_some() {
        return Err(Fault::at(
            "ask",
            "由他项得出的不另行检查，请清空",
            "what is derived is not asked: leave this empty",
        ));
    }
    let amount = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    if amount > 0 && (answer != AnswerType::Count || !(2..=20).contains(&amount)) {
        return Err(Fault::at(
            "parts",
            "只用于计数（count），列出 2 至 20 样",
            "it belongs to a count and names 2 to 20 things",
        ));
    }
    // All of the parts are needed unless the file sets a limit of its own.
    let all_needed = amount > 0 && fails_over.is_none();
    let fails_under = fails_under.or(all_needed.then_some(amount));
    if amount > 0 && fails_under > Some(amount) {
        return Err(Fault::at(
            "fails_under",
            "大于所列的样数（`parts`），没有哪种情况能合格",
            "larger than the number of `parts`: nothing could pass",
        ));
    }
    check_points(&points, answer, set.scoring)?;
    counts_once(&points, derivation.as_ref(), set)?;
    let scores = points.full > 0 || points.deduct > 0;
    check_limits(answer, scores, fails_over, fails_under)?;
    let limit = |keys: Keys| limit(keys, answer, scores, kinds);
    let limits =
        (1_usize..).zip(limited).map(|(number, keys)| limit(keys).map_err(|fault| fault.inside(&number.to_string())));
    let limits = limits.collect::<Result<_, _>>().map_err(|fault: Fault| fault.inside("limits"))?;
    Ok(Item {
        code,
        set: set.code.clone(),
        scoring: set.scoring,
        group,
        text,
        help,
        answer,
        ask,
        photo,
        kinds: applies,
        points: points.full,
        fails_over,
        fails_under,
        limits,
        parts,
        bands,
        levels,
        derivation,
        deduct: points.deduct,
        deduct_most: points.deduct_most,
        bonus: points.bonus,
        months,
        modes,
        priority,
        same,
        quick,
        source,
        definition,
        assignment,
        reason,
    })
}

/// Of what is derived, the whole brings points or its parts do.
fn counts_once(points: &Points, derivation: Option<&Derivation>, set: &CriteriaSet) -> Result<(), Fault> {
    let brings = |full, deduct, bonus| full > 0 || deduct > 0 || bonus > 0;
    if !brings(points.full, points.deduct, points.bonus) {
        return Ok(());
    }
    let mut operands = derivation.into_iter().flat_map(Derivation::operands).filter_map(|code| set.item(code));
    let Some(part) = operands.find(|part| brings(part.points, part.deduct, part.bonus)) else { return Ok(()) };
    Err(Fault::at(
        match (points.full, points.deduct) {
            (1.., _) => "points",
            (0, 1..) => "deduct",
            (0, 0) => "bonus",
        },
        &format!("{} 是本项的条件，两项都有分值会计两次：只留一处", part.code),
        &format!("{} is a part of this item and both bring points, which counts twice: leave one of them", part.code),
    ))
}

pub(super) fn title(mut keys: Keys, set: &CriteriaSet) -> Result<Title, Fault> {
    let (code, name, holder) = (keys.needed("code")?, keys.needed("name")?, keys.needed("holder")?);
    let (quota, source) = (keys.maybe("quota")?, source(&mut keys)?);
    let definition = keys.maybe("definition")?.unwrap_or(set.definition);
    let reason = reason(&mut keys, set, definition == Definition::Inferred)?;
    keys.done()?;
    Ok(Title { code, name, holder, quota, source, definition, reason })
}

pub(super) fn comparison(mut keys: Keys, set: &CriteriaSet) -> Result<Comparing, Fault> {
    let (code, name) = (keys.needed("code")?, keys.needed("name")?);
    let items: Vec<ItemCode> = keys.needed("items")?;
    let source = source(&mut keys)?;
    let definition = keys.maybe("definition")?.unwrap_or(set.assignment);
    let reason = reason(&mut keys, set, definition == Definition::Inferred)?;
    keys.done()?;
    if items.is_empty() {
        return Err(Fault::at("items", "请写明比较哪些检查项", "name the items that are compared"));
    }
    if let Some(foreign) = items.iter().find(|code| set.item(code).is_none()) {
        return Err(Fault::at(
            "items",
            &format!("本套标准没有检查项 {foreign}"),
            &format!("{foreign} is not an item of this set"),
        ));
    }
    Ok(Comparing { code, name, items, source, definition, reason })
}

fn source(keys: &mut Keys) -> Result<Vec<Source>, Fault> {
    let source: Vec<Source> = keys.needed("source")?;
    if source.is_empty() {
        return Err(Fault::at("source", "请写明文件和条款", "name the document and clause"));
    }
    Ok(source)
}

/// The reason of its own, or that of the set where it needs one.
fn reason(keys: &mut Keys, set: &CriteriaSet, inferred: bool) -> Result<Option<Bilingual>, Fault> {
    let reason = keys.maybe("reason")?.or_else(|| set.reason.clone().filter(|_| inferred));
    if inferred && reason.is_none() {
        return Err(Fault::at("reason", UNEXPLAINED.0, UNEXPLAINED.1));
    }
    Ok(reason)
}

fn months(listed: &[u32]) -> Result<Vec<u8>, Fault> {
    let month = |month: &u32| u8::try_from(*month).ok().filter(|month| (1..=12).contains(month));
    let months: Option<Vec<u8>> = listed.iter().map(month).collect();
    months.ok_or_else(|| Fault::at("months", "月份为 1 至 12 的整数", "months are numbers from 1 to 12"))
}

fn priority(written: Option<u32>) -> Result<u8, Fault> {
    let priority = u8::try_from(written.unwrap_or(2)).ok().filter(|priority| (1..=3).contains(priority));
    priority.ok_or_else(|| Fault::at("priority", "应为 1、2 或 3", "1, 2 or 3 goes here"))
}

fn limit(mut keys: Keys, answer: AnswerType, scores: bool, kinds: &Kinds) -> Result<Limit, Fault> {
    let limited = read_kinds(keys.needed("kinds")?, kinds).map_err(|fault| fault.inside("kinds"))?;
    let (fails_over, fails_under) = (keys.maybe("fails_over")?, keys.maybe("fails_under")?);
    keys.done()?;
    if fails_over.is_none() && fails_under.is_none() {
        return Err(Fault::new(
            "每条 `limits` 除 `kinds` 外须有 `fails_over` 或 `fails_under`",
            "each of `limits` needs `fails_over` or `fails_under` with its `kinds`",
        ));
    }
    check_limits(answer, scores, fails_over, fails_under)?;
    Ok(Limit { kinds: limited, fails_over, fails_under })
}

fn read_kinds(listed: Vec<String>, kinds: &Kinds) -> Result<Vec<KindCode>, Fault> {
    if listed.is_empty() {
        return Err(Fault::new("请写明窗口类型，或 ALL", "name the kinds of windows, or ALL"));
    }
    let known = |code: String| {
        let kind = kinds.get(&code).map(|kind| kind.code.clone());
        kind.ok_or_else(|| {
            let (zh, en) =
                shown(&code).map_or_else(Default::default, |code| (format!("“{code}”"), format!(" \"{code}\"")));
            Fault::new(
                &format!("没有这种窗口类型{zh}，请核对或先添加类型"),
                &format!("the kind of window{en} is not known: check it, or add the kind first"),
            )
        })
    };
    listed.into_iter().map(known).collect()
}

/// A comparison with a limit, in this key of a table.
fn compared(keys: &mut Keys, key: &str) -> Result<Option<Comparison>, Fault> {
    let Some(text) = keys.maybe::<String>(key)? else { return Ok(None) };
    text.parse().map(Some).map_err(|error: BadCondition| {
        let (zh, en) = error.words();
        Fault::at(key, zh, en)
    })
}

fn bands(entry: Option<Keys>, answer: AnswerType) -> Result<Bands, Fault> {
    let Some(mut keys) = entry else { return Ok(Bands::default()) };
    let mut read = || {
        let bands = Bands {
            excellent: compared(&mut keys, "excellent")?,
            well: compared(&mut keys, "well")?,
            standard: compared(&mut keys, "standard")?,
        };
        if answer != AnswerType::Band {
            return Err(Fault::new("`bands` 只用于数值分档（band）", "`bands` belongs to the answer type band alone"));
        }
        if bands == Bands::default() && keys.0.is_empty() {
            return Err(Fault::new("`bands` 是空的，请写明一档", "`bands` is empty: name a class"));
        }
        Ok(bands)
    };
    let bands = read().map_err(|fault| fault.inside("bands"))?;
    keys.done().map_err(|fault| fault.inside("bands")).map(|()| bands)
}

fn levels(entry: Option<Keys>, answer: AnswerType) -> Result<Option<LevelLimits>, Fault> {
    let Some(mut keys) = entry else { return Ok(None) };
    let mut read = || {
        if answer != AnswerType::Level {
            return Err(Fault::new("`levels` 只用于三级（lvl3）", "`levels` belongs to the answer type lvl3 alone"));
        }
        let qualified = compared(&mut keys, "qualified")?;
        let missing = || Fault::at("qualified", "缺少此项，请填写", "this is missing: add it");
        Ok(Some(LevelLimits { qualified: qualified.ok_or_else(missing)?, basic: compared(&mut keys, "basic")? }))
    };
    let levels = read().map_err(|fault| fault.inside("levels"))?;
    keys.done().map_err(|fault| fault.inside("levels")).map(|()| levels)
}

fn derivation(
    single: Option<Value>,
    classes: Option<Keys>,
    answer: AnswerType,
    set: &CriteriaSet,
) -> Result<Option<Derivation>, Fault> {
    let derived = answer == AnswerType::Derived;
    match (single, classes) {
        (None, None) if !derived => Ok(None),
        (Some(value), None) if derived => {
            let condition = condition(&value, set, 0).map_err(|fault| fault.inside("condition"))?;
            Ok(Some(Derivation::Condition(condition)))
        }
        (None, Some(keys)) if derived => classes_of(keys, set).map(Some).map_err(|fault| fault.inside("classes")),
        (single, _) => Err(Fault::at(
            if single.is_some() { "condition" } else { "classes" },
            "由他项得出的（derived）须有 `condition` 或 `classes` 之一，其他的都没有",
            "what is derived has `condition` or `classes`, one of them, and nothing else has either",
        )),
    }
}

fn classes_of(mut keys: Keys, set: &CriteriaSet) -> Result<Derivation, Fault> {
    let mut read = |key| {
        let value = keys.maybe::<Value>(key)?;
        value.map(|value| condition(&value, set, 0).map_err(|fault| fault.inside(key))).transpose()
    };
    let (excellent, well, standard) = (read("excellent")?, read("well")?, read("standard")?);
    keys.done()?;
    if excellent.is_none() && well.is_none() && standard.is_none() {
        return Err(Fault::new("`classes` 是空的，请写明一档", "`classes` is empty: name a class"));
    }
    Ok(Derivation::Classes { excellent, well, standard })
}

/// Reads `{ all = [...] }`, `{ any = [...] }`, or one demand alone.
fn condition(value: &Value, set: &CriteriaSet, depth: u8) -> Result<Condition, Fault> {
    let shape = || {
        let (zh, en) = BadCondition::Shape.words();
        Fault::new(zh, en)
    };
    if let Some(text) = value.as_str() {
        return Ok(Condition::All(vec![demand(text, set)?]));
    }
    let table = value.as_table().filter(|table| table.len() == 1).ok_or_else(shape)?;
    let (word, list) = table.iter().next().ok_or_else(shape)?;
    let list = list.as_array().filter(|list| (1..=Condition::MOST).contains(&list.len())).ok_or_else(shape)?;
    let mut demands = Vec::with_capacity(list.len());
    for one in list {
        demands.push(match one.as_str() {
            Some(text) => demand(text, set)?,
            None if depth == 0 => Demand::Inner(condition(one, set, 1)?),
            None => return Err(shape()),
        });
    }
    match word.as_str() {
        "all" => Ok(Condition::All(demands)),
        "any" => Ok(Condition::Any(demands)),
        _ => Err(shape()),
    }
}

fn demand(text: &str, set: &CriteriaSet) -> Result<Demand, Fault> {
    let answer_of = |code: &ItemCode| set.item(code).map(|item| (item.answer, item.bands));
    Demand::parse(text, answer_of).map_err(|error| {
        let (zh, en) = error.words();
        let (given_zh, given_en) =
            shown(text).map_or_else(Default::default, |text| (format!("“{text}”："), format!("\"{text}\": ")));
        Fault::new(&format!("{given_zh}{zh}"), &format!("{given_en}{en}"))
    })
}
