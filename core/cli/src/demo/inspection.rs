//! The first day: an open visit without a network, its findings and feedback, and how the city hears of it.
//!
//! Which answers fail is the story's; which of them want a photo, what they score and where findings stand is what the
//! phone says.

use std::path::PathBuf;

use mingcha::{FormRow, Phone};

use super::city::SITE;
use super::pictures::{Pictures, Scene};
use super::telling::Who;
use super::{Story, Trouble};
use crate::texts::Lang;
use crate::words;

/// Something that is wrong at the site, in the words of the field.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The item of W5.
    pub item: &'static str,
    /// What one answers.
    pub value: &'static str,
    pub severity: &'static str,
    /// What is wrong.
    pub text: &'static str,
    /// What the unit must do.
    pub demand: &'static str,
    /// What the unit says that it did.
    pub done: &'static str,
}

/// What is wrong on the first day.
pub const FAULTS: [Fault; 4] = [
    Fault {
        item: "W5-1",
        value: "no",
        severity: "ordinary",
        text: "洗手间外垃圾箱已满，未及时清运",
        demand: "立即清运，落实专人保洁",
        done: "已清运，保洁改为每两小时一次",
    },
    Fault {
        item: "W5-3",
        value: "no",
        severity: "serious",
        text: "无障碍坡道被纸箱占用",
        demand: "清空坡道，保持畅通",
        done: "纸箱已移走，坡道畅通",
    },
    Fault {
        item: "W5-5",
        value: "no",
        severity: "ordinary",
        text: "大厅引导标识缺失",
        demand: "补齐引导标识",
        done: "引导标识已补装",
    },
    Fault {
        item: "W5-7",
        value: "poor",
        severity: "minor",
        text: "窗口台面有污渍和废纸",
        demand: "保持窗口内外干净",
        done: "台面已清洁，增加巡查",
    },
];

/// A finding of the story.
#[derive(Clone, Debug)]
pub struct Found {
    pub finding: String,
    pub fault: Fault,
}

/// Fills in a form: what is still wrong fails, everything else is well, and where the phone then wants a photo it gets
/// one. Gives the photos with their items.
pub fn fill_in(
    phone: &mut Phone,
    pictures: &mut Pictures,
    visit: &str,
    wrong: &[Fault],
) -> Result<Vec<(String, String)>, Trouble> {
    for row in phone.visit_form(visit)? {
        let fault = wrong.iter().find(|fault| fault.item == row.item);
        let value = fault.map_or_else(|| when_well(&row), |fault| fault.value);
        phone.visit_answer(visit, &row.item, value, fault.map(|fault| fault.text), &[], None)?;
    }
    let mut taken = Vec::new();
    for row in phone.visit_form(visit)?.into_iter().filter(|row| row.photo_wanted) {
        let mended = !wrong.iter().any(|fault| fault.item == row.item);
        let file = pictures.take(Scene { item: &row.item, mended })?;
        let photo = phone.visit_photo(visit, &file, Some(&row.item))?.photo.to_string();
        let (value, note) = (row.value.unwrap_or_default(), row.note);
        phone.visit_answer(visit, &row.item, &value, note.as_deref(), std::slice::from_ref(&photo), None)?;
        taken.push((row.item, photo));
    }
    Ok(taken)
}

impl Story {
    /// Somebody fills in the form of a visit, as [`fill_in`] does.
    pub(super) fn fill(&mut self, who: Who, visit: &str, wrong: &[Fault]) -> Result<Vec<(String, String)>, Trouble> {
        let Self { people, pictures, .. } = self;
        let person = people.iter_mut().find(|person| person.who == who);
        let person = person.ok_or(Trouble::Story("没有这个人", "there is no such person"))?;
        fill_in(&mut person.phone, pictures, visit, wrong)
    }

    /// Somebody raises what is wrong, with the photo that was taken of it; gives it as their phone lists it.
    pub(super) fn raise(
        &mut self,
        who: Who,
        visit: &str,
        fault: Fault,
        photos: &[(String, String)],
    ) -> Result<Found, Trouble> {
        let taken = photos.iter().find(|(item, _)| item == fault.item);
        let (_, photo) = taken.ok_or(Trouble::Story("不合格项没有要照片", "a failed item wanted no photo"))?;
        let phone = &mut self.person(who)?.phone;
        let photo = std::slice::from_ref(photo);
        let raised = phone.finding_raise(visit, fault.item, fault.text, Some(fault.severity), photo)?.finding;
        let row = phone.finding_list(None, false, Some(SITE))?.into_iter().find(|row| row.finding == raised);
        let row = row.ok_or(Trouble::Story("问题没有登记上", "the finding is not listed"))?;
        let stage = row.stage.name();
        let stage_zh = words::stage(Lang::Chinese, stage);
        self.tell.check(
            who,
            stage == "recorded" && row.item == fault.item && row.photos.len() == 1,
            &format!("{} {stage_zh}：{} {}，照片 {} 张", row.number, row.item, row.text, row.photos.len()),
            &format!("{} {stage}: {}, photos {}", row.number, row.item, row.photos.len()),
            ("已记录，有一张照片", "recorded with one photo"),
        );
        Ok(Found { finding: raised.to_string(), fault })
    }

    /// The published photos of these hashes that the contact's phone can write out.
    pub(super) fn saved(&mut self, photos: &[String]) -> Result<Vec<PathBuf>, Trouble> {
        let folder = self.pictures.folder().to_owned();
        let contact = &self.person(Who::Contact)?.phone;
        let mut files = Vec::new();
        for photo in photos {
            let file = folder.join(format!("published-{photo}.jpg"));
            if file.exists() || contact.photo_save(photo, "published", &file).is_ok() {
                files.push(file);
            }
        }
        Ok(files)
    }
}

/// What one answers where nothing is wrong.
fn when_well(row: &FormRow) -> &'static str {
    if row.choices.iter().any(|choice| choice == "yes") {
        "yes"
    } else if row.choices.iter().any(|choice| choice == "good") {
        "good"
    } else {
        "24"
    }
}

/// Hundredths of a percent as people write them.
pub fn percent(rate: Option<u64>) -> String {
    rate.map_or_else(|| "—".to_owned(), |rate| format!("{}.{:02} %", rate.div_euclid(100), rate.rem_euclid(100)))
}

/// An open visit without a network, with findings and feedback at the counter.
pub fn inspect(story: &mut Story) -> Result<(), Trouble> {
    let me = Who::Inspector;
    story.at("2026-03-02T09:05:00+08:00")?;
    let inspector = &mut story.person(me)?.phone;
    let visit = inspector.visit_start(SITE, "open", &["W5".to_owned()], &[])?.visit.to_string();
    let (shown, items) = (inspector.visit_show(&visit)?, inspector.visit_form(&visit)?.len());
    story.tell.check(
        me,
        shown.status == "draft" && items >= 11,
        &format!("{}：明察开始，标准 {}，共 {items} 项", shown.site_name, shown.sets.join("、")),
        &format!("open visit begun, {items} items"),
        ("草稿，五有一常态各项", "a draft that asks the whole set"),
    );

    story.at("2026-03-02T09:20:00+08:00")?;
    let photos = story.fill(me, &visit, &FAULTS)?;
    for fault in FAULTS {
        let found = story.raise(me, &visit, fault, &photos)?;
        story.findings.push(found);
    }

    story.at("2026-03-02T09:50:00+08:00")?;
    let inspector = &mut story.person(me)?.phone;
    inspector.visit_submit(&visit)?;
    let (shown, listed) = (inspector.visit_show(&visit)?, inspector.photo_list()?.len());
    let (rate, missing) = (percent(shown.score.rate), shown.missing.len());
    story.tell.check(
        me,
        shown.status == "submitted" && missing == 0 && shown.findings.len() == FAULTS.len(),
        &format!("检查已提交：得分率 {rate}，漏答 {missing} 项，问题 {} 个，照片 {listed} 张", shown.findings.len()),
        &format!("submitted: {rate}, {} findings, {listed} photos", shown.findings.len()),
        ("已提交，不漏项，4 个问题", "submitted, nothing missing, 4 findings"),
    );
    for found in story.findings.clone() {
        story.person(me)?.phone.finding_feedback(&found.finding, Some(found.fault.demand), true)?;
    }
    let mut worded = 0_usize;
    for row in story.person(me)?.phone.finding_list(Some("fed_back"), false, Some(SITE))? {
        worded = worded.saturating_add(usize::from(FAULTS.iter().any(|fault| fault.demand == row.demand)));
    }
    story.tell.check(
        me,
        worded == FAULTS.len(),
        &format!("当场反馈：{worded} 个问题已反馈，整改要求已写明"),
        &format!("fed back at the counter: {worded}, each with its demand"),
        ("4 个都已反馈", "all 4"),
    );
    let status = story.person(me)?.phone.status()?;
    let figures = story.city.figures()?;
    story.tell.check(
        me,
        status.waiting_ops > 0 && status.waiting_photos > 0,
        &format!("全程没有联网：待送 {} 条、照片 {} 张", status.waiting_ops, status.waiting_photos),
        &format!("no network so far: {} ops, {} photos wait", status.waiting_ops, status.waiting_photos),
        ("都还在本机", "everything still on this phone"),
    );
    story.tell.check(
        Who::City,
        (figures.visits, figures.findings) == (0, 0),
        &format!("还什么都不知道：检查 {} 次，问题 {} 个", figures.visits, figures.findings),
        &format!("knows nothing yet: visits {}, findings {}", figures.visits, figures.findings),
        ("0 和 0", "none of either"),
    );
    Ok(())
}

/// The city hears of the visit, the supervisor serves notices, the unit's phone gets its cards.
pub fn notice(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-02T10:40:00+08:00")?;
    story.sync(Who::Inspector)?;
    let figures = story.city.figures()?;
    story.tell.check(
        Who::City,
        (figures.visits, figures.findings) == (1, FAULTS.len()) && figures.photos >= FAULTS.len(),
        &format!("已有检查 {} 次、问题 {} 个、照片 {} 张", figures.visits, figures.findings, figures.photos),
        &format!("visits {}, findings {}, photos {}", figures.visits, figures.findings, figures.photos),
        ("1 次检查、4 个问题和它们的照片", "1 visit, 4 findings and their photos"),
    );

    story.at("2026-03-02T11:00:00+08:00")?;
    story.sync(Who::Supervisor)?;
    story.stages(Who::Supervisor, &[("fed_back", 4)])?;
    for found in story.findings.clone() {
        story.person(Who::Supervisor)?.phone.finding_notice(&found.finding, None)?;
    }
    story.stages(Who::Supervisor, &[("noticed", 4)])?;
    story.sync(Who::Supervisor)?;

    story.at("2026-03-02T14:10:00+08:00")?;
    story.sync(Who::Contact)?;
    story.stages(Who::Contact, &[("noticed", 4)])?;
    for found in story.findings.clone() {
        let row = story.person(Who::Contact)?.finding(&found.finding)?;
        let deadline = row.deadline.map(|day| day.to_string()).unwrap_or_default();
        let saved = story.saved(&row.photos)?;
        let people = row.timeline.len();
        story.tell.check(
            Who::Contact,
            row.demand == found.fault.demand && saved.len() == 1 && people == 0 && !deadline.is_empty(),
            &format!("{} {}；期限 {deadline}，公布照片 {} 张", row.number, row.demand, saved.len()),
            &format!("{}: due {deadline}, published photos {}", row.number, saved.len()),
            ("有要求、期限和一张公布照片，不见检查员", "demand, deadline, one published photo, no inspector"),
        );
    }
    Ok(())
}
