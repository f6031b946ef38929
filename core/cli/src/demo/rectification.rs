//! The unit puts things right and the supervisor looks at it, one judgement given where there is no network.
//!
//! What the unit's phone shows comes from cards; that no approval closes anything is seen in the stages.

use super::inspection::Found;
use super::pictures::Scene;
use super::telling::Who;
use super::{Story, Trouble};

/// The one that is returned: its first photo does not show enough.
const RETURNED: &str = "W5-5";
const REASON: &str = "照片看不出标识内容，请正面重拍";

impl Story {
    /// The finding on this item.
    pub(super) fn found(&self, item: &str) -> Result<Found, Trouble> {
        self.findings
            .iter()
            .find(|found| found.fault.item == item)
            .cloned()
            .ok_or(Trouble::Story("没有登记这个问题", "this finding was not raised"))
    }

    /// The unit submits a rectification with a photo.
    pub(super) fn submit(&mut self, found: &Found, words: &str) -> Result<(), Trouble> {
        let photo = self.pictures.take(Scene { item: found.fault.item, mended: true })?;
        self.person(Who::Contact)?.phone.finding_rectify(&found.finding, words, &[photo])?;
        Ok(())
    }

    /// The newest submission of a finding on a supervisor's phone, with its photos and how many of them are here.
    pub(super) fn submitted(&mut self, who: Who, found: &Found) -> Result<(String, usize), Trouble> {
        let supervisor = self.person(who)?;
        let row = supervisor.finding(&found.finding)?;
        let newest = row.submissions.last().ok_or(Trouble::Story("还没有整改反馈", "nothing was submitted yet"))?;
        let listed = supervisor.phone.photo_list()?;
        let here =
            listed.iter().filter(|photo| newest.photos.contains(&photo.photo) && photo.here.contains(&"standard"));
        Ok((newest.submission.to_string(), here.count()))
    }

    /// A supervisor judges the newest submission of a finding.
    pub(super) fn judge(&mut self, who: Who, found: &Found, verdict: &str, text: Option<&str>) -> Result<(), Trouble> {
        let (submission, _) = self.submitted(who, found)?;
        let supervisor = self.person(who)?;
        let basis = supervisor.finding(&found.finding)?.basis.to_string();
        supervisor.phone.finding_review(&submission, verdict, text, Some(&basis))?;
        Ok(())
    }
}

/// The unit acknowledges, the deadlines stand, and everything is put right with photos.
pub fn rectify(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-03T08:50:00+08:00")?;
    for found in story.findings.clone() {
        story.person(Who::Contact)?.phone.finding_acknowledge(&found.finding, "值班负责人", false)?;
    }
    story.sync(Who::Contact)?;
    story.at("2026-03-03T09:10:00+08:00")?;
    story.sync(Who::Supervisor)?;
    let rows = story.person(Who::Supervisor)?.phone.finding_list(Some("noticed"), false, None)?;
    let served = rows.iter().filter(|row| row.timeline.iter().any(|step| step.what == "finding_acknowledge")).count();
    let mut deadlines: Vec<String> = rows.iter().filter_map(|row| row.deadline).map(|day| day.to_string()).collect();
    deadlines.sort();
    deadlines.dedup();
    story.tell.check(
        Who::Supervisor,
        served == 4 && deadlines == ["2026-03-06", "2026-03-10"],
        &format!("单位签收 {served} 个；从签收起算，期限 {}", deadlines.join("、")),
        &format!("{served} acknowledged; deadlines {}", deadlines.join(", ")),
        ("4 个；三个工作日 2026-03-06，五个工作日 2026-03-10", "4; three and five working days from service"),
    );

    story.at("2026-03-04T16:20:00+08:00")?;
    for found in story.findings.clone() {
        story.submit(&found, found.fault.done)?;
    }
    story.stages(Who::Contact, &[("submitted", 4)])?;
    story.sync(Who::Contact)?;
    story.at("2026-03-04T17:00:00+08:00")?;
    story.sync(Who::Supervisor)?;
    story.stages(Who::Supervisor, &[("submitted", 4)])?;
    let mut here = 0_usize;
    for found in story.findings.clone() {
        here = here.saturating_add(story.submitted(Who::Supervisor, &found)?.1);
    }
    story.tell.check(
        Who::Supervisor,
        here == 4,
        &format!("审核要看的整改照片已在本机：{here} 张"),
        &format!("{here} after-photos are on this phone"),
        ("每个问题一张", "one for each finding"),
    );
    Ok(())
}

/// One is approved offline, one returned with a reason and put right again; in the end all wait for the recheck.
pub fn review(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-05T09:00:00+08:00")?;
    let first = story.found("W5-1")?;
    story.judge(Who::Supervisor, &first, "approve", None)?;
    let supervisor = story.person(Who::Supervisor)?;
    let (mine, waiting) = (supervisor.finding(&first.finding)?.stage.name(), supervisor.phone.status()?.waiting_ops);
    story.person(Who::Contact)?.sync()?;
    let theirs = story.person(Who::Contact)?.finding(&first.finding)?.stage.name();
    story.tell.check(
        Who::Supervisor,
        (mine, theirs, waiting) == ("awaiting_recheck", "submitted", 1),
        &format!("离线审核：本机{}，待送 {waiting} 条；单位同步后仍是{}", zh(mine), zh(theirs)),
        &format!("approved offline: here {mine}, at the unit still {theirs}"),
        ("本机待复查，单位还看不到", "awaiting recheck here, the unit does not know yet"),
    );

    story.at("2026-03-05T11:30:00+08:00")?;
    story.sync(Who::Supervisor)?;
    let returned = story.found(RETURNED)?;
    story.judge(Who::Supervisor, &returned, "return", Some(REASON))?;
    for found in story.findings.clone() {
        if ![first.fault.item, RETURNED].contains(&found.fault.item) {
            story.judge(Who::Supervisor, &found, "approve", None)?;
        }
    }
    story.sync(Who::Supervisor)?;
    story.at("2026-03-05T14:00:00+08:00")?;
    story.sync(Who::Contact)?;
    story.stages(Who::Contact, &[("awaiting_recheck", 3), ("returned", 1)])?;
    let row = story.person(Who::Contact)?.finding(&returned.finding)?;
    let reason = row.submissions.last().and_then(|one| one.reason.clone()).unwrap_or_default();
    let names_somebody = row.submissions.iter().any(|one| !one.reviews.is_empty());
    story.tell.check(
        Who::Contact,
        reason == REASON && !names_somebody,
        &format!("{} {}：{reason}", row.number, zh(row.stage.name())),
        &format!("{}: {}, with the reason", row.number, row.stage.name()),
        ("退回理由，不见审核人", "the reason, and nobody's name"),
    );

    story.at("2026-03-06T10:15:00+08:00")?;
    story.submit(&returned, "标识正面照片，三块均已装好")?;
    story.sync(Who::Contact)?;
    story.at("2026-03-06T15:00:00+08:00")?;
    story.sync(Who::Supervisor)?;
    story.judge(Who::Supervisor, &returned, "approve", None)?;
    story.sync(Who::Supervisor)?;
    story.at("2026-03-06T15:30:00+08:00")?;
    story.sync(Who::Contact)?;
    let times = story.person(Who::Contact)?.finding(&returned.finding)?.submissions.len();
    story.tell.check(
        Who::Contact,
        times == 2,
        &format!("{} 报了 {times} 次整改", row.number),
        &format!("{}: submissions {times}", row.number),
        ("两次", "twice"),
    );
    story.stages(Who::Contact, &[("awaiting_recheck", 4)])
}

/// The stage in Chinese.
pub fn zh(stage: &str) -> &str {
    crate::words::stage(crate::texts::Lang::Chinese, stage)
}
