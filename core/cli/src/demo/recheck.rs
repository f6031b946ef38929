//! A fortnight later somebody goes back and looks; what failed is supervised and looked at again.

use super::city::SITE;
use super::inspection::Found;
use super::pictures::Scene;
use super::rectification::{RETURNED, judge, submit};
use super::telling::Who;
use super::{Story, Trouble};

/// The recheck of all four on its date: three pass, one fails.
pub fn recheck(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-16T08:30:00+08:00")?;
    story.sync(Who::Inspector)?;
    let phone = &mut story.person(Who::Inspector)?.phone;
    let fetched = phone.photo_fetch(true, &mut |_| {})?;
    let due: Vec<_> = phone.tasks()?.into_iter().filter(|task| task.what == "recheck").collect();
    let here = phone.photo_list()?.iter().filter(|photo| photo.here.contains(&"standard")).count();
    let (sites, findings) = (due.len(), due.iter().map(|task| task.findings.len()).sum::<usize>());
    let day = due.first().map(|task| task.due.to_string()).unwrap_or_default();
    story.tell.check(
        Who::Inspector,
        (sites, findings, day.as_str(), fetched.absent) == (1, 4, "2026-03-16", 0) && here >= 8,
        &format!("今日复查 {sites} 个点位、{findings} 个问题（{day} 到期），{here} 张前后照片已在本机"),
        &format!("{sites} site due {day}, {findings} findings, {here} photos on the phone"),
        ("1 个点位、4 个问题，前后照片都在", "1 site, 4 findings, photos of before and after"),
    );
    story.at("2026-03-16T10:00:00+08:00")?;
    let visit = story.person(Who::Inspector)?.phone.visit_start(SITE, "recheck", &[], &[])?.visit.to_string();
    for found in story.findings.clone() {
        let outcome = if found.item == RETURNED { "fail" } else { "pass" };
        look(story, &visit, &found, outcome)?;
    }
    story.person(Who::Inspector)?.phone.visit_submit(&visit)?;
    story.at("2026-03-16T11:30:00+08:00")?;
    story.sync(Who::Inspector)?;
    story.sync(Who::Supervisor)?;
    story.stages(Who::Supervisor, &[("closed", 3), ("supervised", 1)])
}

/// One result, with a photo.
fn look(story: &mut Story, visit: &str, found: &Found, outcome: &str) -> Result<(), Trouble> {
    let picture = story.pictures.take(Scene { item: found.item, mended: outcome == "pass" })?;
    let basis = story.person(Who::Inspector)?.finding(&found.finding)?.basis.to_string();
    let phone = &mut story.person(Who::Inspector)?.phone;
    phone.finding_recheck(&found.finding, outcome, Some(visit), None, &[picture], Some(&basis))?;
    let row = phone.finding_show(&found.finding)?;
    let wanted = if outcome == "pass" { "closed" } else { "supervised" };
    let next = row.recheck_due.map(|day| day.to_string());
    let words_zh = match &next {
        None => "复查合格，销号".to_owned(),
        Some(day) => format!("复查不合格，督办，下次复查 {day}"),
    };
    let words_en = next.map_or_else(|| "passed, closed".to_owned(), |day| format!("failed, next recheck {day}"));
    story.tell.check(
        Who::Inspector,
        row.stage.name() == wanted,
        &format!("{} {}：{words_zh}", row.number, found.item),
        &format!("{} {}: {words_en}", row.number, found.item),
        (wanted, wanted),
    );
    Ok(())
}

/// The one that failed: supervised, put right, approved, and passed at the next recheck.
pub fn supervise(story: &mut Story) -> Result<(), Trouble> {
    let Some(found) = story.findings.iter().find(|found| found.item == RETURNED).cloned() else {
        return Err(Trouble::Story("没有督办的问题", "nothing is supervised"));
    };
    story.at("2026-03-17T09:00:00+08:00")?;
    story.person(Who::Supervisor)?.phone.finding_supervise(&found.finding)?;
    story.sync(Who::Supervisor)?;
    story.sync(Who::Contact)?;
    let card = story.person(Who::Contact)?.finding(&found.finding)?;
    let deadline = card.deadline.map(|day| day.to_string()).unwrap_or_default();
    story.tell.check(
        Who::Contact,
        card.stage.name() == "supervised" && card.results.len() == 1 && !deadline.is_empty(),
        &format!("{} 被督办，期限 {deadline}", card.number),
        &format!("{} is {}, deadline {deadline}", card.number, card.stage.name()),
        ("督办，有期限", "supervised, with a deadline"),
    );
    story.person(Who::Contact)?.phone.finding_acknowledge(&found.finding, "值班负责人")?;
    story.at("2026-03-19T15:00:00+08:00")?;
    submit(story, &found.finding, found.item, "已换装固定式标识")?;
    story.sync(Who::Contact)?;
    story.at("2026-03-20T09:00:00+08:00")?;
    story.sync(Who::Supervisor)?;
    judge(story, &found.finding, found.item, "approve", None)?;
    story.sync(Who::Supervisor)?;
    story.at("2026-03-30T09:30:00+08:00")?;
    story.sync(Who::Inspector)?;
    let visit = story.person(Who::Inspector)?.phone.visit_start(SITE, "recheck", &[], &[])?.visit.to_string();
    look(story, &visit, &found, "pass")?;
    story.person(Who::Inspector)?.phone.visit_submit(&visit)?;
    for who in [Who::Inspector, Who::Supervisor, Who::Contact] {
        story.sync(who)?;
        story.stages(who, &[("closed", 4)])?;
    }
    Ok(())
}
