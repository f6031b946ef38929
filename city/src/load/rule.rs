//! Kinds of windows, working days, policy and campaigns: what an office decides.
//!
//! Switches are told apart from misspellings by the model's own table; a campaign that ends before it begins, or
//! asks a criteria set that nobody published, is refused.

use mingcha_model::body::{PolicyValue, SetRef};
use mingcha_model::{
    BadKind, BadYearTable, Bilingual, CriteriaSet, Kinds, SWITCHES, Switch, SwitchShape, WindowKind, YearTable,
};
use toml::de::DeValue;

use super::codes::Codes;
use super::mistake::Report;
use super::row::{File, Row, both, code_in, whole_in};
use super::{LONGEST_NAME, LoadedCampaign, LoadedSet, campaign_id};

/// How many kinds are looked through for one whose parent is known; the model holds no more.
const MOST_KINDS: usize = 500;
/// The most criteria sets that one campaign may ask.
const MOST_SETS: usize = 20;
/// The switches that must make a whole together.
const WEIGHTS: [&str; 3] = ["weight_routine", "weight_survey", "weight_inspections"];

/// The kinds, parents first whatever their order in the file; each is added to those that are known.
pub(super) fn kinds(report: &mut Report, file: &File<'_>, known: &mut Kinds) -> Vec<WindowKind> {
    let mut declared = Codes::none();
    let mut waiting = Vec::new();
    for mut row in file.rows(report, "kinds") {
        let code = row.own_code();
        let (zh, en) = (row.text("zh", LONGEST_NAME), row.text("en", LONGEST_NAME));
        let parent = row.code_or_none("parent");
        if let Some(code) = code {
            let fresh = declared.declare(&code, (), row.at(), |at| report.line(at));
            let is_fresh = row.keep("code", fresh).is_some();
            // A kind whose name is wrong is a kind all the same, so that its sites are not told to be wrong too.
            let name = Bilingual { zh: zh.unwrap_or_default(), en: en.unwrap_or_default() };
            if let Ok(code) = code.parse()
                && is_fresh
            {
                waiting.push((row, WindowKind { code, name, parent: parent.and_then(|parent| parent.parse().ok()) }));
                continue;
            }
        }
        row.done(report);
    }
    // What the city holds is added anew beside what the file says, as every phone will do: a family that moves deeper
    // takes along what is below it.
    let declared = |kind: &WindowKind| waiting.iter().any(|(_, one)| one.code == kind.code);
    let kept: Vec<WindowKind> = known.added().filter(|kind| !declared(kind)).cloned().collect();
    let said = waiting.iter().take(MOST_KINDS).map(|(_, kind)| kind.clone());
    let (more, mut refused) = Kinds::embedded().with_all(kept.into_iter().chain(said));
    *known = more;
    let mut added = Vec::new();
    for (at, (mut row, kind)) in waiting.into_iter().enumerate() {
        let bad = match refused.iter().position(|(one, _)| *one == kind) {
            Some(place) => Some(refused.swap_remove(place).1),
            None if at >= MOST_KINDS => Some(BadKind::TooMany),
            None => None,
        };
        match bad {
            Some(bad) => row.wrong(key_of(&bad), bad_kind(&bad)),
            None => added.push(kind),
        }
        row.done(report);
    }
    for (kind, bad) in &refused {
        report.mistake(&format!("[[kinds]] {}", kind.code), 0, bad_kind(bad));
    }
    added.sort_by_key(|kind: &WindowKind| known.lineage(kind.code.as_str()).generations());
    added
}

/// The key that is wrong.
fn key_of(bad: &BadKind) -> &'static str {
    match bad {
        BadKind::NoParent(_) | BadKind::Circle(_) | BadKind::TooMany => "parent",
        BadKind::BuiltIn { .. } | BadKind::SameLetters(_) => "code",
    }
}

fn bad_kind(bad: &BadKind) -> Bilingual {
    let zh = match bad {
        BadKind::NoParent(parent) => format!("没有上级类型 {parent}，请先在 [[kinds]] 中登记，或写 ADM、BIZ、ALL"),
        BadKind::Circle(_) => "类型会成为自己的上级或层级超过 8 层，请换一个上级".to_owned(),
        BadKind::BuiltIn { code, name } => {
            format!("{code} 是内置类型“{}”，不能改名或换上级；请换一个代码，如其检查项仍适用，上级写 {code}", name.zh)
        }
        BadKind::SameLetters(code) => format!("已有类型 {code}，只差大小写；请照写 {code}，或换一个代码"),
        BadKind::TooMany => "点位类型最多 500 个，请合并".to_owned(),
    };
    both(zh, bad.to_string())
}

pub(super) fn calendar(report: &mut Report, file: &File<'_>) -> Vec<YearTable> {
    let mut years = std::collections::BTreeSet::new();
    let mut tables = Vec::new();
    for mut row in file.rows(report, "calendar") {
        let year = row.whole("year", &both("年份，如 2027", "a year, as in 2027"));
        let (off, work) = (row.days("off"), row.days("work"));
        let published = row.yes("published");
        if let (Some(year), Some(off), Some(work), Some(published)) = (year, off, work, published) {
            let table = YearTable { year: i32::try_from(year).unwrap_or(0), off, work, published };
            if let Err(bad) = table.check() {
                row.wrong("year", bad_year(bad));
            } else if !years.insert(year) {
                row.wrong(
                    "year",
                    both(
                        format!("{year} 年已有一张表，请合并"),
                        format!("there are two tables of {year}: put them into one"),
                    ),
                );
            }
            tables.push(table);
        }
        row.done(report);
    }
    tables
}

fn bad_year(bad: BadYearTable) -> Bilingual {
    let zh = match bad {
        BadYearTable::Both(day) => format!("{day} 同时列为休息日和工作日，请删去其一"),
        BadYearTable::OtherYear(day) => format!("{day} 不在该年及上年十二月，请写入它所属年份的表"),
        BadYearTable::TooMany => "休息日最多 120 天、调休工作日最多 60 天，只列通知改变的日子".to_owned(),
        BadYearTable::Year => "年份须在 1900 到 2999 之间".to_owned(),
    };
    both(zh, bad.to_string())
}

/// The city's policy; `None` when the file says nothing of it.
pub(super) fn policy(report: &mut Report, file: &File<'_>) -> Option<Vec<PolicyValue>> {
    let mut row = file.table(report, "policy")?;
    let values = switches(&mut row);
    row.done(report);
    Some(values)
}

/// The switches of a table, by name.
fn switches(row: &mut Row<'_>) -> Vec<PolicyValue> {
    let mut values = Vec::new();
    for switch in &SWITCHES {
        let Some(said) = row.value(switch.name) else { continue };
        if let Some(value) = number(switch, said.get_ref()) {
            values.push(PolicyValue { name: switch.name.to_owned(), value });
        } else {
            let (about, expected) = (switch.about(), switch.shape.expected());
            row.wrong(
                switch.name,
                both(
                    format!("{}（{}）有误，请写{}", switch.name, about.zh, expected.zh),
                    format!("`{}` ({}) is not what it should be: write {}", switch.name, about.en, expected.en),
                ),
            );
        }
    }
    values.sort_unstable();
    check_weights(row, &values);
    values
}

/// The number of a switch as a file writes it: true and false, a whole number, or one of its words.
fn number(switch: &Switch, said: &DeValue<'_>) -> Option<i64> {
    let value = match switch.shape {
        SwitchShape::YesNo => i64::from(said.as_bool()?),
        SwitchShape::Days | SwitchShape::Percent => whole_in(said)?,
        SwitchShape::OneOf(words) => {
            let at = words.iter().position(|word| said.as_str() == Some(*word))?;
            i64::try_from(at).ok()?
        }
    };
    switch.check(value).ok().map(|()| value)
}

/// Weights are given all three or not at all, so that no reader has to guess the missing one.
fn check_weights(row: &mut Row<'_>, values: &[PolicyValue]) {
    let given = WEIGHTS.iter().filter(|name| row.table().contains_key(**name)).count();
    let read: Vec<i64> =
        values.iter().filter(|value| WEIGHTS.contains(&value.name.as_str())).map(|value| value.value).collect();
    let sum = read.iter().fold(0_i64, |sum, weight| sum.saturating_add(*weight));
    if given > 0 && (given < 3 || (read.len() == 3 && sum != 100)) {
        let first = WEIGHTS.iter().copied().find(|name| row.table().contains_key(*name)).unwrap_or_default();
        row.wrong(
            first,
            both(
                format!("{} 须同时写明，合计 100", WEIGHTS.join("、")),
                format!("write all of {}, and let them add up to 100", WEIGHTS.join(", ")),
            ),
        );
    }
}

pub(super) fn campaigns(
    report: &mut Report,
    file: &File<'_>,
    known: &[CriteriaSet],
    loaded: &[LoadedSet],
) -> Vec<LoadedCampaign> {
    let published: Vec<&CriteriaSet> = known.iter().chain(loaded.iter().map(|loaded| &loaded.set)).collect();
    let mut declared = Codes::none();
    let mut campaigns = Vec::new();
    for mut row in file.rows(report, "campaigns") {
        let code = row.own_code();
        let name = row.text("name", LONGEST_NAME);
        let (from, to) = (row.day("from"), row.day("to"));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            row.wrong(
                "to",
                both(
                    format!("专项在开始（{from}）之前结束，请改 to"),
                    format!("the campaign ends before it begins on {from}: write a later day"),
                ),
            );
        }
        let sets = asked_sets(&mut row, &published);
        let policy = own_policy(&mut row, report);
        if let Some(code) = code {
            let fresh = declared.declare(&code, (), row.at(), |at| report.line(at));
            row.keep("code", fresh);
            if let (Some(name), Some(from), Some(to), Some(sets)) = (name, from, to, sets) {
                campaigns.push(LoadedCampaign { id: campaign_id(&code), code, name, from, to, sets, policy });
            }
        }
        row.done(report);
    }
    campaigns
}

/// The table `policy` of a campaign.
fn own_policy(row: &mut Row<'_>, report: &mut Report) -> Vec<PolicyValue> {
    let Some(said) = row.value("policy") else { return Vec::new() };
    let DeValue::Table(table) = said.get_ref() else {
        let reason = both("policy 请写成表 [campaigns.policy]", "write `policy` as a table, [campaigns.policy]");
        row.wrong("policy", reason);
        return Vec::new();
    };
    let mut inner = Row::new(format!("{} policy", row.label()), said.span().start, table);
    let values = switches(&mut inner);
    inner.done(report);
    values
}

/// The list `sets`: a code for the newest version, or a table of code and version.
fn asked_sets(row: &mut Row<'_>, published: &[&CriteriaSet]) -> Option<Vec<SetRef>> {
    let expected = || {
        both(
            format!("sets 请写标准清单，1 到 {MOST_SETS} 个，各一次，如 [\"W5\", {{ code = \"SYSB\", version = 1 }}]"),
            format!(
                "`sets`: write a list of 1 to {MOST_SETS} sets, each once, as in [\"W5\", {{ code = \"SYSB\", version = 1 }}]"
            ),
        )
    };
    let unknown = |code: &str, version: Option<u32>| {
        let version = version.map(|version| format!(" v{version}")).unwrap_or_default();
        both(
            format!("没有标准 {code}{version}，请先在 [[sets]] 中发布，或写 W5、SYSB"),
            format!("the set {code}{version} is not known: publish it under [[sets]], or write W5 or SYSB"),
        )
    };
    let listed = match row.value("sets").map(toml::Spanned::get_ref) {
        Some(DeValue::Array(listed)) if (1..=MOST_SETS).contains(&listed.len()) => listed,
        _ => {
            row.wrong("sets", expected());
            return None;
        }
    };
    let mut sets: Vec<SetRef> = Vec::new();
    for one in &**listed {
        let outcome = match set_ref(one.get_ref()) {
            None => Err(expected()),
            Some((code, version)) => match newest(published, &code, version) {
                None => Err(unknown(&code, version)),
                Some(set) if sets.iter().any(|other| other.code == set.code) => Err(expected()),
                Some(set) => Ok(set),
            },
        };
        sets.push(row.keep("sets", outcome)?);
    }
    Some(sets)
}

/// A code, and a version where one is asked for.
fn set_ref(value: &DeValue<'_>) -> Option<(String, Option<u32>)> {
    match value {
        DeValue::String(_) => code_in(value).map(|code| (code, None)),
        DeValue::Table(table) if table.len() == 2 => {
            let code = code_in(table.get("code")?.get_ref())?;
            let version = whole_in(table.get("version")?.get_ref())?;
            Some((code, Some(u32::try_from(version).ok()?)))
        }
        _ => None,
    }
}

/// The asked version of a set, or its newest.
fn newest(published: &[&CriteriaSet], code: &str, version: Option<u32>) -> Option<SetRef> {
    let versions = published.iter().filter(|set| set.code.as_str() == code).map(|set| set.version);
    let found = versions.filter(|found| version.is_none_or(|asked| asked == *found)).max()?;
    Some(SetRef { code: code.to_owned(), version: found })
}
