//! What everybody holds at the end: logs that verify, equal hashes, and the city's own summary.

use super::telling::{Telling, Who};
use super::{Story, Trouble};
use crate::output::{Table, left, right};
use crate::texts::{ITEM, NUMBER, RESULTS, STAGE, SUBMISSIONS};
use crate::words;

/// Verifies every phone, compares what two of them hold, and reads the summary back from the city.
pub fn prove(story: &mut Story) -> Result<(), Trouble> {
    for who in [Who::Inspector, Who::Contact, Who::Supervisor] {
        let verified = story.person(who)?.phone.verify(None)?;
        let (segments, ops, pages, photos) = (verified.segments, verified.ops, verified.pages, verified.photos);
        story.tell.check(
            who,
            verified.ok,
            &format!("核验：{segments} 段 {ops} 条、{pages} 页、{photos} 个照片文件，链与签名无误"),
            &format!("verified: {segments} segments, {ops} ops, {pages} pages, {photos} photo files"),
            (verified.first_bad.as_deref().unwrap_or("无误"), "everything fits"),
        );
    }
    let area = |story: &mut Story, who: Who| -> Result<Option<(u64, String)>, Trouble> {
        let feeds = story.person(who)?.phone.status()?.feeds;
        let area = feeds.into_iter().find(|feed| feed.feed.starts_with("area:"));
        Ok(area.map(|feed| (feed.cursor, feed.hash.to_string())))
    };
    story.sync(Who::Inspector)?;
    story.sync(Who::Supervisor)?;
    let (one, other) = (area(story, Who::Inspector)?, area(story, Who::Supervisor)?);
    let (cursor, hash) = one.clone().unwrap_or_default();
    story.tell.check(
        Who::City,
        one.is_some() && one == other,
        &format!("片区数据流第 {cursor} 条，检查员与督查员状态散列相同：{}…", hash.get(..12).unwrap_or_default()),
        &format!("area feed at {cursor}: both phones hash to {}…", hash.get(..12).unwrap_or_default()),
        ("两部手机相同", "both phones equal"),
    );
    summary(story)
}

/// A table of what happened, read back from the city's read model.
fn summary(story: &mut Story) -> Result<(), Trouble> {
    let figures = story.city.figures()?;
    let lang = story.tell.lang();
    let mut rows: Vec<[String; 5]> = story.city.city.read(|store| {
        let mut rows = Vec::new();
        for row in store.findings(&Default::default())? {
            let Some(case) = store.case(row.finding)? else { continue };
            let results = case
                .results
                .iter()
                .map(|one| format!("{} {}", one.day, words::word(lang, &words::code_of(&one.outcome))));
            rows.push([
                case.number.clone().unwrap_or_default(),
                case.raise.item.to_string(),
                case.submissions.len().to_string(),
                results.collect::<Vec<_>>().join("、"),
                words::stage(lang, case.stage.name()).to_owned(),
            ]);
        }
        Ok(rows)
    })?;
    rows.sort();
    let closed = words::stage(lang, "closed");
    story.tell.check(
        Who::City,
        figures.visits == 3 && rows.len() == 4 && rows.iter().all(|[.., stage]| stage == closed),
        &format!(
            "平台汇总：检查 {} 次、问题 {} 个、照片 {} 张，全部销号",
            figures.visits, figures.findings, figures.photos
        ),
        &format!("{} visits, {} findings, {} photos, all closed", figures.visits, figures.findings, figures.photos),
        ("3 次检查，4 个问题全部销号", "3 visits, all 4 findings closed"),
    );
    let mut table = Table::new(&[left(NUMBER), left(ITEM), right(SUBMISSIONS), left(RESULTS), left(STAGE)]);
    for row in &rows {
        table.row(row);
    }
    Telling::verbatim("");
    Telling::verbatim(&table.drawn(lang));
    Ok(())
}
