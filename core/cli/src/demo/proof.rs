//! What stands at the end: every phone verifies what it holds, two phones compare a feed, the city shows its ledger.
//!
//! Nothing is said anew here.

use mingcha_model::Outcome;

use super::telling::{Telling, Who};
use super::{Story, Trouble};
use crate::output::{Table, left, right};
use crate::texts as t;
use crate::texts::Lang;
use crate::words;

/// Everybody meets the city once more; then phones verify, two of them compare, and the city counts.
pub fn prove(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-30T17:00:00+08:00")?;
    for who in [Who::Inspector, Who::Contact, Who::Supervisor] {
        story.sync(who)?;
        let found = story.person(who)?.phone.verify(None)?;
        let bad = found.first_bad.unwrap_or_default();
        story.tell.check(
            who,
            found.ok,
            &format!(
                "核验：日志 {} 条、语句 {} 条、数据页 {}、照片文件 {}，{}",
                found.logs,
                found.ops,
                found.pages,
                found.photos,
                if found.ok { "全部相符" } else { "不符" }
            ),
            &format!("verified: {} ops, {} pages, {} photo files", found.ops, found.pages, found.photos),
            (&format!("全部相符；{bad}"), &format!("everything fits; {bad}")),
        );
    }
    compare(story)?;
    summary(story)
}

/// The area feed on the inspector's and on the supervisor's phone.
fn compare(story: &mut Story) -> Result<(), Trouble> {
    let mut first = None;
    for who in [Who::Inspector, Who::Supervisor] {
        let status = story.person(who)?.phone.status()?;
        let feed = status.feeds.into_iter().find(|feed| feed.feed.starts_with("area:"));
        let feed = feed.ok_or(Trouble::Story("没有片区数据流", "there is no area feed"))?;
        let stands = (feed.feed, feed.epoch, feed.cursor, feed.hash.to_string());
        let (cursor, short) = (stands.2, stands.3.get(..16).unwrap_or_default().to_owned());
        let first = first.get_or_insert_with(|| stands.clone());
        story.tell.check(
            who,
            *first == stands,
            &format!("片区数据流第 {cursor} 条，状态散列 {short}…"),
            &format!("area feed at {cursor}, state hash {short}…"),
            ("与检查员的手机同一位置、同一散列", "the position and the hash of the inspector's phone"),
        );
    }
    Ok(())
}

/// The findings as the city's read model has them.
fn summary(story: &mut Story) -> Result<(), Trouble> {
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
    let mut closed = 0_usize;
    for case in &cases {
        closed = closed.saturating_add(usize::from(case.stage.name() == "closed"));
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
    Telling::verbatim("");
    let figures = story.city.figures()?;
    story.tell.check(
        Who::City,
        (figures.visits, figures.findings, closed) == (3, 4, 4),
        &format!(
            "检查 {} 次，问题 {} 个，已销号 {closed} 个，照片 {} 张",
            figures.visits, figures.findings, figures.photos
        ),
        &format!(
            "{} visits, {} findings, {closed} closed, {} photos",
            figures.visits, figures.findings, figures.photos
        ),
        ("3 次检查，4 个问题，全部销号", "3 visits, 4 findings, all closed"),
    );
    Ok(())
}

fn word_of(lang: Lang, outcome: Outcome) -> String {
    words::word(lang, &words::code_of(&outcome)).to_owned()
}
