//! What happened, in two tables: every finding as the city has it, and how much of what there was.
//!
//! All of it is counted in the city's read model, but for conflicts, which only phones tell.

use std::collections::BTreeMap;

use mingcha_model::Outcome;

use super::telling::{Telling, Who};
use super::{Story, Trouble};
use crate::output::{Table, left, right};
use crate::texts as t;
use crate::texts::Lang;
use crate::words;

/// Draws both tables and tells whether they are as the story needs them.
pub fn tell(story: &mut Story) -> Result<(), Trouble> {
    findings(story)?;
    let figures = story.city.figures()?;
    let (visits, raised, stages) = counts(story)?;
    let (told, settled) = story.conflicts_told_and_settled()?;
    let lang = story.tell.lang();
    let stage = |code: &str| stages.get(code).copied().unwrap_or_default();
    let published = raised.1;
    let tally = [
        ("登记问题", "findings raised", raised.0),
        ("其中暗访公布", "of these published from undercover visits", published),
        ("已销号", "closed", stage("closed")),
        ("已督办", "supervised", stage("supervised")),
        ("分歧已告知", "conflicts told", told),
        ("分歧已裁定", "conflicts settled", settled),
        ("照片", "photos", figures.photos),
    ];
    let mut table = Table::new(&[left(t::HAPPENED), right(t::COUNT)]);
    for (mode, count) in &visits {
        let word = words::word(lang, mode);
        let what = if lang == Lang::English { format!("visits, {word}") } else { format!("检查·{word}") };
        table.row(&[what, count.to_string()]);
    }
    for (zh, en, count) in tally {
        table.row(&[if lang == Lang::English { en } else { zh }.to_owned(), count.to_string()]);
    }
    Telling::verbatim("");
    Telling::verbatim(&table.drawn(lang));
    Telling::verbatim("");
    let as_needed = visits == BTreeMap::from(VISITS.map(|(mode, count)| (mode.to_owned(), count)));
    story.tell.check(
        Who::City,
        as_needed
            && (figures.findings, stage("closed"), stage("supervised")) == (7, 5, 2)
            && (raised, told, settled) == ((7, 1), 2, 2),
        &format!(
            "检查 {} 次，问题 {} 个：销号 {}，督办 {}；分歧 {told} 个，都已裁定",
            figures.visits,
            figures.findings,
            stage("closed"),
            stage("supervised")
        ),
        &format!(
            "{} visits, {} findings: {} closed, {} supervised; {settled} of {told} conflicts settled",
            figures.visits,
            figures.findings,
            stage("closed"),
            stage("supervised")
        ),
        (
            "明察、暗访、联合各 1 次，复查 3 次；7 个问题，5 个销号、2 个督办；2 个分歧都已裁定",
            "6 visits; 7 findings, 5 closed, 2 supervised; 2 conflicts settled",
        ),
    );
    Ok(())
}

/// The visits of the story by mode.
const VISITS: [(&str, usize); 4] = [("joint", 1), ("open", 1), ("recheck", 3), ("undercover", 1)];

/// Visits by mode; findings, and those of them that are published copies; findings by stage.
type Counts = (BTreeMap<String, usize>, (usize, usize), BTreeMap<&'static str, usize>);

fn counts(story: &Story) -> Result<Counts, Trouble> {
    let counted = story.city.city.read(|store| {
        let mut visits = BTreeMap::new();
        for visit in store.visits(&Default::default())? {
            let count: &mut usize = visits.entry(words::code_of(&visit.mode)).or_default();
            *count = count.saturating_add(1);
        }
        let (mut stages, mut raised, mut published) = (BTreeMap::new(), 0_usize, 0_usize);
        for row in store.findings(&Default::default())? {
            let count: &mut usize = stages.entry(row.stage.name()).or_default();
            *count = count.saturating_add(1);
            raised = raised.saturating_add(1);
            let copy = store.case(row.finding)?.is_some_and(|case| case.is_copy());
            published = published.saturating_add(usize::from(copy));
        }
        Ok((visits, (raised, published), stages))
    })?;
    Ok(counted)
}

/// The findings as the city's read model has them.
fn findings(story: &Story) -> Result<(), Trouble> {
    let mut cases = story.city.city.read(|store| {
        let mut cases = Vec::new();
        for row in store.findings(&Default::default())? {
            cases.extend(store.case(row.finding)?);
        }
        Ok(cases)
    })?;
    cases.sort_by(|one, other| one.number.cmp(&other.number));
    let lang = story.tell.lang();
    let mut table = Table::new(&[
        left(t::NUMBER),
        left(t::ITEM),
        left(t::TEXT),
        right(t::SUBMISSIONS),
        left(t::RESULTS),
        left(t::STAGE),
    ]);
    for case in &cases {
        let results: Vec<String> =
            case.results.iter().map(|one| format!("{} {}", one.day, word_of(lang, one.outcome))).collect();
        table.row(&[
            case.number.clone().unwrap_or_default(),
            case.raise.item.to_string(),
            case.text.clone(),
            case.submissions.len().to_string(),
            results.join(if lang == Lang::English { ", " } else { "，" }),
            words::stage(lang, case.stage.name()).to_owned(),
        ]);
    }
    Telling::verbatim("");
    Telling::verbatim(&table.drawn(lang));
    Ok(())
}

fn word_of(lang: Lang, outcome: Outcome) -> String {
    words::word(lang, &words::code_of(&outcome)).to_owned()
}
