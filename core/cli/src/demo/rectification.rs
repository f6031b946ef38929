//! The unit puts things right, the supervisor looks at what it sent.

use super::pictures::Scene;
use super::telling::Who;
use super::{Story, Trouble};

/// The item whose first rectification is returned.
pub const RETURNED: &str = "W5-5";

/// A contact sees the cards, acknowledges and sends photos of what was put right.
pub fn rectify(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-03T09:00:00+08:00")?;
    let report = story.sync(Who::Contact)?;
    story.stages(Who::Contact, &[("noticed", 4)])?;
    let cards = story.person(Who::Contact)?.phone.finding_list(None, false, None)?;
    let photos: usize = cards.iter().map(|card| card.photos.len()).sum();
    let told = cards.iter().flat_map(|card| &card.timeline).any(|step| step.by.is_some())
        || cards.iter().flat_map(|card| &card.submissions).any(|one| !one.reviews.is_empty());
    story.tell.check(
        Who::Contact,
        photos == 4 && report.received_photos == 4 && !told,
        &format!("收到 {} 张个案卡、{photos} 张公开照片，不见检查人", cards.len()),
        &format!("{} case cards, {photos} published photos, nobody named", cards.len()),
        ("4 张个案卡、4 张照片，无姓名", "4 cards, 4 photos, no names"),
    );
    for found in story.findings.clone() {
        story.person(Who::Contact)?.phone.finding_acknowledge(&found.finding, "值班负责人")?;
    }
    story.sync(Who::Contact)?;
    story.at("2026-03-04T16:00:00+08:00")?;
    for found in story.findings.clone() {
        submit(story, &found.finding, found.item, "已整改，请查看照片")?;
    }
    story.stages(Who::Contact, &[("submitted", 4)])?;
    story.sync(Who::Contact)?;
    Ok(())
}

/// Sends one rectification with a photo.
pub fn submit(story: &mut Story, finding: &str, item: &str, text: &str) -> Result<(), Trouble> {
    let picture = story.pictures.take(Scene { item, mended: true })?;
    story.person(Who::Contact)?.phone.finding_rectify(finding, text, &[picture])?;
    let row = story.person(Who::Contact)?.finding(finding)?;
    let sent = row.submissions.last().map_or(0, |one| one.photos.len());
    story.tell.check(
        Who::Contact,
        row.stage.name() == "submitted" && sent == 1,
        &format!("{} {item}：报整改，照片 {sent} 张", row.number),
        &format!("{} {item}: {}, {sent} photo", row.number, row.stage.name()),
        ("已报整改，照片 1 张", "submitted with 1 photo"),
    );
    Ok(())
}

/// Reviews the newest submission of a finding, on the supervisor's phone alone.
pub fn judge(story: &mut Story, finding: &str, item: &str, verdict: &str, text: Option<&str>) -> Result<(), Trouble> {
    let row = story.person(Who::Supervisor)?.finding(finding)?;
    let newest = row.submissions.last().ok_or(Trouble::Story("没有整改反馈", "there is no submission"))?;
    let submission = newest.submission.to_string();
    let basis = row.basis.to_string();
    story.person(Who::Supervisor)?.phone.finding_review(&submission, verdict, text, Some(&basis))?;
    let row = story.person(Who::Supervisor)?.finding(finding)?;
    let wanted = if verdict == "approve" { "awaiting_recheck" } else { "returned" };
    let verdict_zh = if verdict == "approve" { "审核通过" } else { "退回重改" };
    story.tell.check(
        Who::Supervisor,
        row.stage.name() == wanted,
        &format!("{} {item}：{verdict_zh}{}", row.number, text.map(|text| format!("（{text}）")).unwrap_or_default()),
        &format!("{} {item}: {verdict}, now {}", row.number, row.stage.name()),
        (wanted, wanted),
    );
    Ok(())
}

/// A supervisor approves and returns without a network; one comes back better.
pub fn review(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-05T08:30:00+08:00")?;
    story.sync(Who::Supervisor)?;
    story.stages(Who::Supervisor, &[("submitted", 4)])?;
    story.at("2026-03-05T10:00:00+08:00")?;
    for found in story.findings.clone() {
        if found.item == RETURNED {
            judge(story, &found.finding, found.item, "return", Some("照片看不清标识，请重拍"))?;
        } else {
            judge(story, &found.finding, found.item, "approve", None)?;
        }
    }
    let waiting = story.person(Who::Supervisor)?.phone.status()?.waiting_ops;
    story.tell.check(
        Who::Supervisor,
        waiting == 4,
        &format!("离线审核：{waiting} 条意见在本机等待"),
        &format!("reviewed offline: {waiting} verdicts wait here"),
        ("4 条", "4"),
    );
    story.at("2026-03-05T17:00:00+08:00")?;
    story.sync(Who::Supervisor)?;
    story.sync(Who::Contact)?;
    story.stages(Who::Contact, &[("awaiting_recheck", 3), ("returned", 1)])?;
    story.at("2026-03-06T09:00:00+08:00")?;
    let Some(again) = story.findings.iter().find(|found| found.item == RETURNED).cloned() else {
        return Err(Trouble::Story("没有被退回的问题", "nothing was returned"));
    };
    let reason = story.person(Who::Contact)?.finding(&again.finding)?.submissions.pop().and_then(|one| one.reason);
    story.tell.check(
        Who::Contact,
        reason.as_deref() == Some("照片看不清标识，请重拍"),
        &format!("看到退回理由：{}", reason.unwrap_or_default()),
        "reads why it was returned",
        ("督查员写的理由", "the supervisor's reason"),
    );
    submit(story, &again.finding, again.item, "已重拍，标识清楚")?;
    story.sync(Who::Contact)?;
    story.sync(Who::Supervisor)?;
    judge(story, &again.finding, again.item, "approve", None)?;
    story.sync(Who::Supervisor)?;
    story.sync(Who::Inspector)?;
    story.stages(Who::Inspector, &[("awaiting_recheck", 4)])
}
