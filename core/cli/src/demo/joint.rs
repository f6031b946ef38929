//! A joint visit: two people answer the same item without having seen each other's answer, are told, and settle it.
//!
//! Who lost is not arranged: it is read from the phones which value is in force.

use super::city::SITE;
use super::inspection::{Fault, Found};
use super::telling::{Who, zh};
use super::undercover::STILL_THERE;
use super::{Story, Trouble};

/// The item that both answer.
const DISPUTED: &str = "W5-8";
const SEEN_BY_COLLEAGUE: &str = "北侧三盆绿植枯叶未清";

/// What is wrong: the first will pass its recheck, the second fail.
pub const JOINT: [Fault; 2] = [
    Fault {
        item: "W5-4",
        value: "no",
        severity: "ordinary",
        text: "等候座椅两把破损",
        demand: "更换破损座椅",
        done: "已更换两把座椅",
    },
    Fault {
        item: "W5-10",
        value: "poor",
        severity: "ordinary",
        text: "通道堆放纸箱杂物",
        demand: "清空通道，物品归位",
        done: "通道已清空，物品入库",
    },
];

/// A joint visit, an answer that two people changed, and two findings that are fed back and noticed.
pub fn inspect_together(story: &mut Story) -> Result<(), Trouble> {
    let (me, other) = (Who::Inspector, Who::Colleague);
    story.at("2026-03-23T15:30:00+08:00")?;
    let with = story.person(other)?.phone.status()?.person;
    let with = with.ok_or(Trouble::Story("没有登记", "nobody enrolled this phone"))?.to_string();
    let phone = &mut story.person(me)?.phone;
    let visit = phone.visit_start(SITE, "joint", &["W5".to_owned()], &[with])?.visit.to_string();
    story.sync(me)?;
    story.sync(other)?;

    // From here on both have no network.
    story.at("2026-03-23T15:50:00+08:00")?;
    let photos = story.fill(me, &visit, &[JOINT[0], JOINT[1], STILL_THERE])?;
    story.at("2026-03-23T16:00:00+08:00")?;
    story.person(other)?.phone.visit_answer(&visit, DISPUTED, "fair", Some(SEEN_BY_COLLEAGUE), &[], None)?;
    let (mine, theirs) = (story.answered(me, &visit)?, story.answered(other, &visit)?);
    story.tell.check(
        other,
        (mine.as_str(), theirs.as_str()) == ("good", "fair"),
        &format!("同一项 {DISPUTED}，都没有联网：甲答“{}”，乙答“{}”", zh(&mine), zh(&theirs)),
        &format!("the same item without a network: {mine} on one phone, {theirs} on the other"),
        ("两部手机各答各的", "each phone its own answer"),
    );
    let mut found = Vec::new();
    for fault in JOINT {
        found.push(story.raise(me, &visit, fault, &photos)?);
    }

    story.at("2026-03-23T16:20:00+08:00")?;
    story.sync(me)?;
    story.sync_with(other, 1)?;
    story.sync_with(me, 1)?;
    settle(story, &visit)?;
    feed_back(story, &visit, &found)?;
    story.findings.extend(found);
    Ok(())
}

/// The one whose answer is not in force is told so, looks again and decides.
fn settle(story: &mut Story, visit: &str) -> Result<(), Trouble> {
    let (me, other) = (Who::Inspector, Who::Colleague);
    story.at("2026-03-23T16:30:00+08:00")?;
    let row = story.told_conflict(me, "answer")?;
    let own = story.answered(other, visit)?;
    let kept = row.versions.iter().find(|one| one.in_force);
    let kept = kept.ok_or(Trouble::Story("没有生效的版本", "no version is in force"))?.clone();
    story.tell.check(
        me,
        row.mine && row.item.as_deref() == Some(DISPUTED) && kept.value == "fair" && own == "fair",
        &format!("本人的答案未生效，生效的是“{}”：{}", zh(&kept.value), kept.note.as_deref().unwrap_or_default()),
        &format!("my answer lost, in force is {}", kept.value),
        ("后写的在前，本人被告知", "the later one is in force, and the one who lost is told"),
    );
    let phone = &mut story.person(me)?.phone;
    phone.resolve(&row.conflict, &kept.op.to_string(), "现场一起复看，确有枯叶", None)?;
    story.sync(me)?;
    story.sync(other)?;
    for who in [me, other] {
        story.no_conflict(who)?;
    }
    let steps = story.person(me)?.phone.explain(visit, Some(DISPUTED))?;
    let values: Vec<&str> = steps.iter().filter_map(|step| step.value.as_deref()).collect();
    let value = story.answered(me, visit)?;
    let way: Vec<&str> = values.iter().map(|value| zh(value)).collect();
    story.tell.check(
        me,
        values.len() == 3 && values.contains(&"good") && value == "fair",
        &format!("{DISPUTED} 定为“{}”；来由仍可查：{}", zh(&value), way.join("、")),
        &format!("settled as {value}; still explained by {}", values.join(", ")),
        ("两人所答和裁定，三条都在", "both answers and the decision"),
    );
    Ok(())
}

/// The visit is submitted, its findings fed back the same day and noticed.
fn feed_back(story: &mut Story, visit: &str, found: &[Found]) -> Result<(), Trouble> {
    story.at("2026-03-23T16:50:00+08:00")?;
    let phone = &mut story.person(Who::Inspector)?.phone;
    phone.visit_submit(visit)?;
    for one in found {
        phone.finding_feedback(&one.finding, Some(one.fault.demand), true)?;
    }
    let (shown, fed_back) = (phone.visit_show(visit)?, phone.finding_list(Some("fed_back"), false, Some(SITE))?.len());
    let missing = shown.missing.len();
    story.tell.check(
        Who::Inspector,
        (shown.status, missing, fed_back) == ("submitted", 0, found.len()),
        &format!("联合检查已提交，漏答 {missing} 项；当场反馈 {fed_back} 个问题"),
        &format!("joint visit submitted, {missing} missing, {fed_back} fed back"),
        ("不漏项，两个都已反馈", "nothing missing, both fed back"),
    );
    story.sync(Who::Inspector)?;
    story.at("2026-03-23T17:10:00+08:00")?;
    story.sync(Who::Supervisor)?;
    for one in found {
        story.person(Who::Supervisor)?.phone.finding_notice(&one.finding, None)?;
    }
    story.sync(Who::Supervisor)?;
    story.stages(Who::Supervisor, &[("awaiting_recheck", 1), ("closed", 3), ("noticed", 3)])
}

impl Story {
    /// What a phone shows as the answer to the item in dispute.
    fn answered(&mut self, who: Who, visit: &str) -> Result<String, Trouble> {
        let form = self.person(who)?.phone.visit_form(visit)?;
        Ok(form.into_iter().find(|row| row.item == DISPUTED).and_then(|row| row.value).unwrap_or_default())
    }
}
