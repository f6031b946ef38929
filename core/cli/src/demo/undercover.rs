//! An undercover visit: who knows of it, who does not, and what is told once a supervisor publishes it.
//!
//! What a phone does not know is asked of that phone; that nothing of the visit reached the unit is searched for in all
//! that the unit's phone shows.

use std::path::Path;

use mingcha::Phone;

use super::city::SITE;
use super::inspection::{Fault, Found};
use super::telling::Who;
use super::{Story, Trouble};
use crate::texts::Lang;
use crate::words;

/// What is wrong when nobody at the counter knows who looks; the unit will never answer.
const SEEN: Fault = Fault {
    item: "W5-11",
    value: "no",
    severity: "ordinary",
    text: "洗手间有异味，墙角烟头多",
    demand: "清除洗手间异味和烟头，定时保洁",
    done: "",
};

/// The same, as those see it who only know what was published.
pub const STILL_THERE: Fault = Fault { text: "洗手间仍有异味", ..SEEN };

/// The corner of the photo that the supervisor makes unrecognisable, in thousandths.
const BLURRED: &str = "0,0,250,300";

/// An undercover visit without a network, hidden from everybody but the supervisor, then published.
pub fn hide_and_publish(story: &mut Story) -> Result<(), Trouble> {
    let me = Who::Undercover;
    story.at("2026-03-23T09:00:00+08:00")?;
    story.sync(me)?;
    story.at("2026-03-23T09:40:00+08:00")?;
    let phone = &mut story.person(me)?.phone;
    let visit = phone.visit_start(SITE, "undercover", &["W5".to_owned()], &[])?.visit.to_string();
    let photos = story.fill(me, &visit, &[SEEN])?;
    let original = story.raise(me, &visit, SEEN, &photos)?;
    let phone = &mut story.person(me)?.phone;
    phone.visit_submit(&visit)?;
    let (shown, waiting) = (phone.visit_show(&visit)?, phone.status()?.waiting_ops);
    let (answers, missing, mode) = (shown.answers.len(), shown.missing.len(), words::code_of(&shown.mode));
    story.tell.check(
        me,
        (shown.status, mode.as_str(), missing) == ("submitted", "undercover", 0) && waiting > 0,
        &format!("暗访已提交：答 {answers} 项，漏 {missing} 项；没有联网，待送 {waiting} 条"),
        &format!("undercover visit submitted: {answers} answers; no network, {waiting} ops wait"),
        ("已提交的暗访，都还在本机", "submitted, everything still on this phone"),
    );
    story.at("2026-03-23T11:30:00+08:00")?;
    story.sync(me)?;
    for who in [Who::Inspector, Who::Colleague, Who::Contact] {
        story.sync(who)?;
        story.knows_nothing(who, &visit, &original)?;
    }
    let copy = story.publish(&visit, &original)?;
    story.told(&visit, &original, &copy)?;
    story.at("2026-03-23T15:00:00+08:00")?;
    for who in [Who::Inspector, Who::Colleague] {
        story.sync(who)?;
        let phone = &story.person(who)?.phone;
        let (row, hidden) = (phone.finding_show(&copy.finding)?, phone.visit_show(&visit).is_err());
        let found = traces(phone, &copy, &[SEEN.text, &visit, &original.finding])?;
        story.tell.check(
            who,
            hidden && found == 0 && row.text == SEEN.demand,
            &format!("{} {}；查不到检查，痕迹 {found} 处", row.number, row.text),
            &format!("sees {}, still no visit, traces {found}", row.number),
            ("只见公布的问题", "the published finding alone"),
        );
    }
    story.findings.push(copy);
    Ok(())
}

impl Story {
    /// This phone has neither the visit nor the finding.
    fn knows_nothing(&mut self, who: Who, visit: &str, original: &Found) -> Result<(), Trouble> {
        let phone = &self.person(who)?.phone;
        let visits = phone.visit_list()?.iter().filter(|one| words::code_of(&one.mode) == "undercover").count();
        let findings = phone.finding_list(None, false, Some(SITE))?.iter().filter(|row| row.item == SEEN.item).count();
        let unknown = phone.visit_show(visit).is_err() && phone.finding_show(&original.finding).is_err();
        self.tell.check(
            who,
            (visits, findings, unknown) == (0, 0, true),
            &format!("看得到的暗访 {visits} 次、其中的问题 {findings} 个"),
            &format!("sees undercover visits {visits}, findings of it {findings}"),
            ("0 和 0，按编号也查不到", "none of either, not even by id"),
        );
        Ok(())
    }

    /// The supervisor reads who wrote it, looks at the photo, publishes the finding and serves its notice.
    fn publish(&mut self, visit: &str, original: &Found) -> Result<Found, Trouble> {
        let me = Who::Supervisor;
        let names = [Who::Inspector, Who::Colleague, Who::Undercover].map(|who| who.name(Lang::Chinese));
        self.at("2026-03-23T13:30:00+08:00")?;
        self.sync(me)?;
        let phone = &mut self.person(me)?.phone;
        phone.photo_fetch(false, &mut |_| {})?;
        let (shown, row) = (phone.visit_show(visit)?, phone.finding_show(&original.finding)?);
        let (by, mode) = (shown.by.unwrap_or_default(), words::code_of(&shown.mode));
        let listed = phone.photo_list()?;
        let seen =
            |id: &String| listed.iter().any(|one| one.photo.to_string() == *id && one.here.contains(&"standard"));
        let photos: Vec<String> = row.photos.iter().filter(|id| seen(id)).cloned().collect();
        let photo = photos.first().cloned().unwrap_or_default();
        self.tell.check(
            me,
            mode == "undercover" && !by.is_empty() && !names.contains(&by.as_str()) && photos.len() == 1,
            &format!("暗访，作者“{by}”：{}，照片 {} 张", row.text, photos.len()),
            &format!("sees the visit, by \"{by}\", and its photos {}", photos.len()),
            ("只对这一次检查有效的代称，不是姓名", "a label that holds for one visit, and no name"),
        );
        let blur = format!("{photo}={BLURRED}");
        let phone = &mut self.person(me)?.phone;
        let told = phone.finding_feedback_blurred(&original.finding, Some(SEEN.demand), true, &[blur])?;
        let copy = told.finding.to_string();
        self.sync(me)?;
        self.person(me)?.phone.finding_notice(&copy, None)?;
        self.sync(me)?;
        let row = self.person(me)?.finding(&copy)?;
        self.tell.check(
            me,
            copy != original.finding && row.stage.name() == "noticed" && row.demand == SEEN.demand,
            &format!("当日公布并交办 {}：{}", row.number, row.demand),
            &format!("published and noticed the same day as {}", row.number),
            ("另一编号下的问题，已交办", "a finding of another id, noticed"),
        );
        Ok(Found { finding: copy, fault: SEEN })
    }

    /// What the unit's phone gets of it, and what it does not.
    fn told(&mut self, visit: &str, original: &Found, copy: &Found) -> Result<(), Trouble> {
        self.at("2026-03-23T14:30:00+08:00")?;
        self.sync(Who::Contact)?;
        let row = self.person(Who::Contact)?.finding(&copy.finding)?;
        let saved = self.saved(&row.photos)?;
        let published = saved.len();
        let blurred = saved.iter().filter(|file| is_blurred(file)).count();
        let deadline = row.deadline.map(|day| day.to_string()).unwrap_or_default();
        self.tell.check(
            Who::Contact,
            row.demand == SEEN.demand && (published, blurred) == (1, 1) && !deadline.is_empty(),
            &format!("{} 期限 {deadline}：{}；公布照片 {published} 张，已遮挡 {blurred}", row.number, row.demand),
            &format!("{}: due {deadline}, published photos {published}, blurred {blurred}", row.number),
            ("有要求、期限和一张遮挡过的公布照片", "demand, deadline, one published photo, blurred"),
        );
        let hidden = [SEEN.text, visit, &original.finding, "undercover", "检查员"];
        let found = traces(&self.person(Who::Contact)?.phone, copy, &hidden)?;
        self.tell.check(
            Who::Contact,
            found == 0,
            &format!("本机所见一切中，检查、原话、人员的痕迹 {found} 处"),
            &format!("traces of visit, words or person in all it shows: {found}"),
            ("0 处", "none"),
        );
        Ok(())
    }
}

/// True when nothing but grey is left where the supervisor marked the picture.
fn is_blurred(file: &Path) -> bool {
    let Ok(picture) = image::open(file) else { return false };
    let picture = picture.to_rgb8();
    // Well within the marked corner: the edge of a JPEG's block mixes both sides.
    let (right, bottom) = (picture.width().div_euclid(5), picture.height().div_euclid(4));
    let mut corner = picture.enumerate_pixels().filter(|(column, row, _)| *column < right && *row < bottom);
    corner.all(|(_, _, pixel)| pixel.0.iter().all(|shade| shade.abs_diff(128) < 8))
}

/// How often one of these occurs in all that a phone shows of visits, findings and photos.
fn traces(phone: &Phone, copy: &Found, hidden: &[&str]) -> Result<usize, Trouble> {
    let explained = phone.explain(&copy.finding, None)?;
    let rows = (phone.visit_list()?, phone.finding_list(None, false, None)?, phone.photo_list()?, explained);
    let shown = serde_json::to_string(&rows);
    let shown = shown.map_err(std::io::Error::from)?;
    Ok(hidden.iter().map(|text| shown.matches(text).count()).sum())
}
