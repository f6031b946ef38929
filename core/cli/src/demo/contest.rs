//! What people said differently, as their phones tell it; and two supervisors who judge one submission apart.
//!
//! Which conflicts were told, and whether anybody still has one, is read from phones each time.

use std::collections::BTreeSet;

use mingcha::ConflictRow;

use super::inspection::Found;
use super::joint::JOINT;
use super::rectification::zh;
use super::telling::Who;
use super::{Story, Trouble, telling};
use crate::texts::Lang;
use crate::words;

const REASON: &str = "只见一把新座椅，请补拍另一把";

impl Story {
    /// The one conflict of this kind that a phone tells; it counts among those that were told.
    pub(super) fn told_conflict(&mut self, who: Who, what: &str) -> Result<ConflictRow, Trouble> {
        let told = self.person(who)?.phone.conflicts()?;
        let row = told.into_iter().find(|row| row.what == what);
        let row = row.ok_or(Trouble::Story("没有告知分歧", "no conflict is told"))?;
        self.conflicts.insert(row.conflict.clone());
        let versions = |lang: Lang, between: &str| {
            let each = row.versions.iter().map(|one| {
                let by = one.by.as_deref().unwrap_or("—");
                let value = if lang == Lang::Chinese { telling::zh(&one.value) } else { &one.value };
                format!("{by} {value}")
            });
            each.collect::<Vec<_>>().join(between)
        };
        self.tell.check(
            who,
            row.mine && row.versions.len() == 2 && row.versions.iter().all(|one| one.by.is_some()),
            &format!("有分歧待定：{}", versions(Lang::Chinese, "，")),
            &format!("a conflict waits: {}", versions(Lang::English, ", ")),
            ("两个版本，都写明是谁", "two versions, each with its author"),
        );
        Ok(row)
    }

    /// Tells that nothing is contested on this phone any more.
    pub(super) fn no_conflict(&mut self, who: Who) -> Result<(), Trouble> {
        let (left, mine) = {
            let phone = &self.person(who)?.phone;
            (phone.conflicts()?.len(), phone.status()?.conflicts)
        };
        self.tell.check(
            who,
            (left, mine) == (0, 0),
            &format!("分歧 {left} 个"),
            &format!("conflicts {left}"),
            ("0 个", "none"),
        );
        Ok(())
    }

    /// Conflicts that were told, and those of them that no phone of the city's side lists any more.
    pub(super) fn conflicts_told_and_settled(&mut self) -> Result<(usize, usize), Trouble> {
        let mut left = BTreeSet::new();
        for person in self.people.iter().filter(|person| person.who != Who::Contact) {
            left.extend(person.phone.conflicts()?.into_iter().map(|row| row.conflict));
        }
        Ok((self.conflicts.len(), self.conflicts.difference(&left).count()))
    }
}

/// The unit puts two things right; two supervisors judge one of them apart, are told, look again and agree.
pub fn judge_apart(story: &mut Story) -> Result<(), Trouble> {
    let (one, other) = (Who::Supervisor, Who::Deputy);
    let found = [story.found(JOINT[0].item)?, story.found(JOINT[1].item)?];
    story.at("2026-03-25T09:00:00+08:00")?;
    story.sync(Who::Contact)?;
    for each in &found {
        story.person(Who::Contact)?.phone.finding_acknowledge(&each.finding, "值班负责人", false)?;
    }
    story.at("2026-03-25T16:00:00+08:00")?;
    for each in &found {
        story.submit(each, each.fault.done)?;
    }
    story.sync(Who::Contact)?;

    story.at("2026-03-26T08:40:00+08:00")?;
    story.sync(one)?;
    story.sync(other)?;
    story.at("2026-03-26T09:30:00+08:00")?;
    story.judge(one, &found[0], "approve", None)?;
    story.at("2026-03-26T09:40:00+08:00")?;
    story.judge(other, &found[0], "return", Some(REASON))?;
    let mine = story.person(one)?.finding(&found[0].finding)?.stage.name();
    let theirs = story.person(other)?.finding(&found[0].finding)?.stage.name();
    story.tell.check(
        other,
        (mine, theirs) == ("awaiting_recheck", "returned"),
        &format!("两人都没有联网：督查员甲处{}，督查员乙处{}", zh(mine), zh(theirs)),
        &format!("neither has a network: {} on one phone, {} on the other", en(mine), en(theirs)),
        ("一个审核通过，一个退回", "one approved, the other returned"),
    );

    story.at("2026-03-26T10:30:00+08:00")?;
    story.sync(one)?;
    story.sync_with(other, 1)?;
    story.sync_with(one, 1)?;
    for who in [Who::Contact, Who::Inspector] {
        story.sync(who)?;
    }
    for who in [one, other, Who::Inspector, Who::Contact] {
        let row = story.person(who)?.finding(&found[0].finding)?;
        let stage = row.stage.name();
        story.tell.check(
            who,
            stage == "returned",
            &format!("{} {}：两个结论并存时，从严", row.number, zh(stage)),
            &format!("{}: {}, the safer of the two rules", row.number, en(stage)),
            ("退回", "returned"),
        );
    }
    let told = [story.told_conflict(one, "verdict")?, story.told_conflict(other, "verdict")?];
    agree(story, &told, &found[1])
}

/// They look at the photos again and keep the approval; the other finding is approved without a word.
fn agree(story: &mut Story, told: &[ConflictRow], undisputed: &Found) -> Result<(), Trouble> {
    let (one, other) = (Who::Supervisor, Who::Deputy);
    story.at("2026-03-27T09:30:00+08:00")?;
    let approval = told.iter().flat_map(|row| &row.versions).find(|version| version.value == "approve");
    let keep = approval.ok_or(Trouble::Story("没有审核通过的版本", "no version approves"))?.op.to_string();
    let conflict = told.first().map(|row| row.conflict.clone()).unwrap_or_default();
    story.person(other)?.phone.resolve(&conflict, &keep, "一起放大看过，两把均为新座椅", None)?;
    story.sync(other)?;
    story.sync(one)?;
    for who in [one, other] {
        story.no_conflict(who)?;
    }
    story.judge(one, undisputed, "approve", None)?;
    story.sync(one)?;
    story.at("2026-03-27T11:00:00+08:00")?;
    story.sync(Who::Contact)?;
    for who in [one, Who::Contact] {
        story.stages(who, &[("awaiting_recheck", 3), ("closed", 3), ("noticed", 1)])?;
    }
    Ok(())
}

/// The stage in English.
fn en(stage: &str) -> &str {
    words::stage(Lang::English, stage)
}
