//! A fortnight later: back to the site with the prior photos, most of it closed, and what failed supervised until it is
//! closed too.
//!
//! Only a recheck on the spot closes; the dates of the rechecks are those that the phones reckon.

use super::city::SITE;
use super::inspection::{FAULTS, Fault, percent};
use super::telling::Who;
use super::undercover::STILL_THERE;
use super::{Story, Trouble};
use crate::texts::Lang;
use crate::words;

/// The item that is found wrong again.
const AGAIN: &str = "W5-3";

impl Story {
    /// A recheck visit in which these are still wrong; every finding that the phone's task names gets its result.
    pub(super) fn recheck_visit(&mut self, still_wrong: &[Fault]) -> Result<(), Trouble> {
        let inspector = self.person(Who::Inspector)?;
        let task = inspector.phone.tasks()?.into_iter().find(|task| task.what == "recheck");
        let due = task.map(|task| task.findings).unwrap_or_default();
        let open = due.iter().map(|id| inspector.finding(&id.to_string())).collect::<Result<Vec<_>, _>>()?;
        let visit = inspector.phone.visit_start(SITE, "recheck", &["W5".to_owned()], &[])?.visit.to_string();
        self.fill(Who::Inspector, &visit, still_wrong)?;
        let phone = &mut self.person(Who::Inspector)?.phone;
        for row in &open {
            let wrong = still_wrong.iter().find(|fault| fault.item == row.item);
            let (outcome, text) = wrong.map_or(("pass", None), |fault| ("fail", Some(fault.text)));
            let (finding, basis) = (row.finding.to_string(), row.basis.to_string());
            phone.finding_recheck(&finding, outcome, Some(&visit), text, &[], Some(&basis))?;
        }
        phone.visit_submit(&visit)?;
        let shown = phone.visit_show(&visit)?;
        let rate = percent(shown.score.rate);
        let judged = open.len();
        self.tell.check(
            Who::Inspector,
            (shown.status, words::code_of(&shown.mode).as_str()) == ("submitted", "recheck")
                && !shown.photos.is_empty(),
            &format!("复查已提交：逐项看过 {judged} 个问题，得分率 {rate}，照片 {} 张", shown.photos.len()),
            &format!("recheck submitted: findings {judged}, {rate}, photos {}", shown.photos.len()),
            ("已提交的复查", "a recheck that is submitted"),
        );
        Ok(())
    }

    /// Tells what a phone reckons as the next recheck of the site.
    pub(super) fn recheck_due(&mut self, who: Who, wanted: (&str, usize)) -> Result<(), Trouble> {
        let tasks = self.person(who)?.phone.tasks()?;
        let task = tasks.iter().find(|task| task.what == "recheck");
        let task = task.ok_or(Trouble::Story("任务里没有复查", "no recheck among the tasks"))?;
        let (due, site, findings) = (task.due.to_string(), task.site_name.clone(), task.findings.len());
        self.tell.check(
            who,
            (due.as_str(), findings) == wanted,
            &format!("今日任务：{site}应于 {due} 复查，{findings} 个问题"),
            &format!("task: recheck due {due}, findings {findings}"),
            (&format!("{}，{} 个", wanted.0, wanted.1), &format!("{}, findings {}", wanted.0, wanted.1)),
        );
        Ok(())
    }

    /// Tells the newest result of a finding and its stage, as the unit reads it.
    pub(super) fn told_result(&mut self, finding: &str, wanted: (&str, &str)) -> Result<(), Trouble> {
        let row = self.person(Who::Contact)?.finding(finding)?;
        let result = row.results.last().map(|one| words::code_of(&one.result)).unwrap_or_default();
        let stage = row.stage.name();
        self.tell.check(
            Who::Contact,
            (result.as_str(), stage) == wanted,
            &format!(
                "{} 复查{}：{}",
                row.number,
                words::word(Lang::Chinese, &result),
                words::stage(Lang::Chinese, stage)
            ),
            &format!("{}: {result}, {stage}", row.number),
            wanted,
        );
        Ok(())
    }
}

/// The recheck: three pass and are closed, one fails and is supervised.
pub fn recheck(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-09T17:30:00+08:00")?;
    story.sync(Who::Inspector)?;
    story.stages(Who::Inspector, &[("awaiting_recheck", 4)])?;

    story.at("2026-03-16T08:10:00+08:00")?;
    story.recheck_due(Who::Inspector, ("2026-03-16", 4))?;
    let inspector = &mut story.person(Who::Inspector)?.phone;
    let fetched = inspector.photo_fetch(true, &mut |_| {})?;
    let standard = inspector.photo_list()?.iter().filter(|photo| photo.here.contains(&"standard")).count();
    story.tell.check(
        Who::Inspector,
        fetched.absent == 0 && fetched.received > 0 && standard >= 9,
        &format!("出发前取回整改照片 {} 个文件，本机可看 {standard} 张", fetched.received),
        &format!("prior photos fetched: {} files, {standard} to look at", fetched.received),
        ("四张问题照片和五张整改照片，一张不缺", "4 photos of findings and 5 of rectifications, none absent"),
    );

    story.at("2026-03-16T09:40:00+08:00")?;
    let still_wrong: Vec<Fault> = FAULTS.into_iter().filter(|fault| fault.item == AGAIN).collect();
    story.recheck_visit(&still_wrong)?;
    story.stages(Who::Inspector, &[("closed", 3), ("supervised", 1)])?;
    story.sync(Who::Inspector)?;

    story.at("2026-03-16T14:00:00+08:00")?;
    story.sync(Who::Contact)?;
    for found in story.findings.clone() {
        let wanted = if found.fault.item == AGAIN { ("fail", "supervised") } else { ("pass", "closed") };
        story.told_result(&found.finding, wanted)?;
    }
    Ok(())
}

/// What failed: supervision notice, put right again and approved; another recheck is to close it.
pub fn supervise(story: &mut Story) -> Result<(), Trouble> {
    let again = story.found(AGAIN)?;
    story.at("2026-03-16T15:00:00+08:00")?;
    story.sync(Who::Supervisor)?;
    let row = story.person(Who::Supervisor)?.finding(&again.finding)?;
    let due = row.recheck_due.map(|day| day.to_string()).unwrap_or_default();
    story.tell.check(
        Who::Supervisor,
        (row.stage.name(), due.as_str()) == ("supervised", "2026-03-30"),
        &format!("{} {}，下次复查 {due}", row.number, words::stage(Lang::Chinese, row.stage.name())),
        &format!("{}: {}, next recheck {due}", row.number, row.stage.name()),
        ("已督办，再隔周 2026-03-30", "supervised, 2026-03-30"),
    );
    story.person(Who::Supervisor)?.phone.finding_supervise(&again.finding)?;
    story.sync(Who::Supervisor)?;

    story.at("2026-03-17T09:00:00+08:00")?;
    story.sync(Who::Contact)?;
    story.person(Who::Contact)?.phone.finding_acknowledge(&again.finding, "单位负责人", false)?;
    story.sync(Who::Contact)?;
    let row = story.person(Who::Contact)?.finding(&again.finding)?;
    let deadline = row.deadline.map(|day| day.to_string()).unwrap_or_default();
    story.tell.check(
        Who::Contact,
        deadline == "2026-03-24",
        &format!("{} 督办通知已签收，期限 {deadline}", row.number),
        &format!("{}: supervision notice acknowledged, due {deadline}", row.number),
        ("签收后五个工作日 2026-03-24", "five working days after service, 2026-03-24"),
    );

    story.at("2026-03-20T16:00:00+08:00")?;
    story.submit(&again, "坡道已清空，加装禁放标线和护栏")?;
    story.sync(Who::Contact)?;
    story.at("2026-03-20T17:20:00+08:00")?;
    story.sync(Who::Supervisor)?;
    story.judge(Who::Supervisor, &again, "approve", None)?;
    story.sync(Who::Supervisor)?;
    story.stages(Who::Supervisor, &[("awaiting_recheck", 1), ("closed", 3)])?;
    Ok(())
}

/// The recheck that closes the first strand; whatever else stands at the site is not due yet.
pub fn recheck_again(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-30T08:20:00+08:00")?;
    story.sync(Who::Inspector)?;
    story.recheck_due(Who::Inspector, ("2026-03-30", 1))?;
    story.at("2026-03-30T10:00:00+08:00")?;
    story.recheck_visit(&[STILL_THERE])?;
    story.sync(Who::Inspector)?;
    story.at("2026-03-30T11:00:00+08:00")?;
    for who in [Who::Supervisor, Who::Contact] {
        story.sync(who)?;
        story.stages(who, &[("awaiting_recheck", 2), ("closed", 4), ("noticed", 1)])?;
    }
    let silent = story.found(STILL_THERE.item)?;
    for who in [Who::Supervisor, Who::Contact] {
        let row = story.person(who)?.finding(&silent.finding)?;
        let deadline = row.deadline.map(|day| day.to_string()).unwrap_or_default();
        story.tell.check(
            who,
            row.overdue && row.submissions.is_empty() && deadline == "2026-03-27",
            &format!("{} 期限 {deadline} 已过，整改反馈 {} 次：逾期", row.number, row.submissions.len()),
            &format!("{}: was due {deadline}, submissions {}: overdue", row.number, row.submissions.len()),
            ("无人签收，仍从次一工作日起算三日，已逾期", "served the next working day all the same, overdue"),
        );
    }
    Ok(())
}
