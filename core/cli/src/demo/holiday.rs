//! A recheck whose date falls on a holiday: it rolls to the next working day and takes every finding of the site.
//!
//! The dates are those that the phone reckons; that nobody answered saves no finding from its recheck.

use super::inspection::Fault;
use super::joint::JOINT;
use super::telling::Who;
use super::undercover::STILL_THERE;
use super::{Story, Trouble};

/// The dates are read before the holiday, and on the day after it everything is rechecked.
pub fn roll(story: &mut Story) -> Result<(), Trouble> {
    let me = Who::Inspector;
    story.at("2026-04-03T17:00:00+08:00")?;
    story.sync(me)?;
    let reckoned = story.person(me)?.phone.calendar_recheck("2026-03-23")?;
    let (nominal, due) = (reckoned.nominal.to_string(), reckoned.date.to_string());
    story.tell.check(
        me,
        (nominal.as_str(), due.as_str()) == ("2026-04-06", "2026-04-07") && !reckoned.provisional,
        &format!("3 月 23 日反馈，隔周是 {nominal}；清明放假，顺延到 {due}"),
        &format!("fed back on 23 March: nominally {nominal}, a holiday, so due {due}"),
        ("名义日 2026-04-06，顺延到 2026-04-07", "nominally 2026-04-06, rolled to 2026-04-07"),
    );
    story.recheck_due(me, ("2026-04-07", 3))?;

    story.at("2026-04-07T08:30:00+08:00")?;
    story.recheck_due(me, ("2026-04-07", 3))?;
    story.person(me)?.phone.photo_fetch(true, &mut |_| {})?;
    story.at("2026-04-07T10:00:00+08:00")?;
    let back_again = Fault { text: "通道又堆了杂物", ..JOINT[1] };
    story.recheck_visit(&[back_again, STILL_THERE])?;
    story.sync(me)?;

    story.at("2026-04-07T14:00:00+08:00")?;
    story.sync(Who::Supervisor)?;
    story.stages(Who::Supervisor, &[("closed", 5), ("supervised", 2)])?;
    for item in [JOINT[1].item, STILL_THERE.item] {
        let found = story.found(item)?;
        let row = story.person(Who::Supervisor)?.finding(&found.finding)?;
        let next = row.recheck_due.map(|day| day.to_string()).unwrap_or_default();
        story.tell.check(
            Who::Supervisor,
            next == "2026-04-20",
            &format!("{} 整改反馈 {} 次；督办，下次复查 {next}", row.number, row.submissions.len()),
            &format!("{}: submissions {}; supervised, next recheck {next}", row.number, row.submissions.len()),
            ("从名义日 2026-04-06 再隔周，不随顺延漂移", "a fortnight from the nominal date: no drift"),
        );
        story.person(Who::Supervisor)?.phone.finding_supervise(&found.finding)?;
    }
    story.sync(Who::Supervisor)?;
    story.at("2026-04-07T15:00:00+08:00")?;
    story.sync(Who::Contact)?;
    for (item, wanted) in [
        (JOINT[0].item, ("pass", "closed")),
        (JOINT[1].item, ("fail", "supervised")),
        (STILL_THERE.item, ("fail", "supervised")),
    ] {
        let found = story.found(item)?;
        story.told_result(&found.finding, wanted)?;
    }
    Ok(())
}
