//! The first visit, without a network, and what becomes of it once there is one.

use mingcha::FindingRow;

use super::city::SITE;
use super::pictures::Scene;
use super::telling::Who;
use super::{Story, Trouble};

/// A finding of the first visit.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its id.
    pub finding: String,
    /// The item that failed.
    pub item: &'static str,
}

/// What is answered: item, value, and for what failed the words, the demand and the severity.
type Answer = (&'static str, &'static str, Option<(&'static str, &'static str, &'static str)>);

const ANSWERS: [Answer; 12] = [
    ("W5-1", "no", Some(("洗手间垃圾桶满溢未清", "及时清理垃圾桶，保持洗手间干净", "ordinary"))),
    ("W5-2", "yes", None),
    ("W5-3", "no", Some(("坡道被杂物堵住，轮椅过不去", "清空坡道并保持畅通", "serious"))),
    ("W5-4", "yes", None),
    ("W5-4N", "16", None),
    ("W5-5", "no", Some(("引导标识脱落，找不到窗口", "补装引导标识", "ordinary"))),
    ("W5-6", "yes", None),
    ("W5-7", "poor", Some(("填单台积灰，地面有纸屑", "擦净填单台，清扫地面", "minor"))),
    ("W5-8", "good", None),
    ("W5-9", "fair", None),
    ("W5-10", "good", None),
    ("W5-11", "yes", None),
];

/// An inspector walks in, answers, photographs, raises and feeds back: nothing leaves the phone.
pub fn inspect(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-02T09:10:00+08:00")?;
    let person = story.person(Who::Inspector)?;
    let started = person.phone.visit_start(SITE, "open", &[], &[])?;
    let visit = started.visit.to_string();
    let form = person.phone.visit_form(&visit)?;
    story.tell.check(
        Who::Inspector,
        form.len() == ANSWERS.len(),
        &format!("开始明察，表单 {} 项（标准 W5，推定）", form.len()),
        &format!("open visit, a form of {} items (set W5, inferred)", form.len()),
        ("12 项", "12 items"),
    );
    let mut found = Vec::new();
    for (minute, (item, value, failed)) in (10..).zip(ANSWERS) {
        story.at(&format!("2026-03-02T09:{minute}:00+08:00"))?;
        let mut photos = Vec::new();
        if failed.is_some() {
            let picture = story.pictures.take(Scene { item, mended: false })?;
            photos
                .push(story.person(Who::Inspector)?.phone.visit_photo(&visit, &picture, Some(item))?.photo.to_string());
        }
        let phone = &mut story.person(Who::Inspector)?.phone;
        phone.visit_answer(&visit, item, value, None, &photos, None)?;
        if let Some((text, demand, severity)) = failed {
            let finding = phone.finding_raise(&visit, item, text, Some(severity), &photos)?.finding.to_string();
            phone.finding_feedback(&finding, Some(demand), true)?;
            let row = phone.finding_show(&finding)?;
            let answered = phone.visit_show(&visit)?.answers.into_iter().find(|answer| answer.item == item);
            let kept = answered.and_then(|answer| answer.value).unwrap_or_default();
            story.tell.check(
                Who::Inspector,
                row.stage.name() == "fed_back" && kept == value && row.photos.len() == 1,
                &format!("{item} 答 {kept}，照片 {} 张，问题“{}”已反馈", row.photos.len(), row.text),
                &format!("{item} {kept}, {} photo, finding {}", row.photos.len(), row.stage.name()),
                ("答案、照片与反馈都在本机", "answer, photo and feedback are on the phone"),
            );
            found.push(Found { finding, item });
        }
    }
    let submitted = story.person(Who::Inspector)?.phone.visit_submit(&visit)?;
    let view = story.person(Who::Inspector)?.phone.visit_show(&visit)?;
    let score = &view.score;
    story.tell.check(
        Who::Inspector,
        view.status == "submitted" && submitted.missing.is_empty() && submitted.photos_missing.is_empty(),
        &format!("检查已提交，得分 {}", points(score.obtained, score.obtainable)),
        &format!("visit {}, score {}", view.status, points(score.obtained, score.obtainable)),
        ("已提交，没有漏项、漏照片", "submitted, nothing missing"),
    );
    let status = story.person(Who::Inspector)?.phone.status()?;
    story.tell.check(
        Who::Inspector,
        status.waiting_ops > 20 && status.waiting_photos == 4,
        &format!("没有信号：{} 条记录、{} 张照片在本机等待", status.waiting_ops, status.waiting_photos),
        &format!("no signal: {} ops and {} photos wait here", status.waiting_ops, status.waiting_photos),
        ("全部在本机等待", "all of it waits here"),
    );
    story.findings = found;
    Ok(())
}

/// There is signal: the city hears of it, and the supervisor serves notices.
pub fn notice(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-02T11:00:00+08:00")?;
    story.sync(Who::Inspector)?;
    let figures = story.city.figures()?;
    story.tell.check(
        Who::City,
        (figures.visits, figures.findings, figures.photos) == (1, 4, 4),
        &format!("已收到 {} 次检查、{} 个问题、{} 张照片", figures.visits, figures.findings, figures.photos),
        &format!("has {} visit, {} findings, {} photos", figures.visits, figures.findings, figures.photos),
        ("1 次检查、4 个问题、4 张照片", "1 visit, 4 findings, 4 photos"),
    );
    story.at("2026-03-02T14:00:00+08:00")?;
    story.sync(Who::Supervisor)?;
    for found in story.findings.clone() {
        story.person(Who::Supervisor)?.phone.finding_notice(&found.finding, None)?;
    }
    story.sync(Who::Supervisor)?;
    story.sync(Who::Inspector)?;
    story.stages(Who::Inspector, &[("noticed", 4)])?;
    let rows = story.person(Who::Inspector)?.phone.finding_list(None, false, None)?;
    let deadlines: Vec<String> = rows.iter().map(deadline_of).collect();
    story.tell.check(
        Who::Inspector,
        rows.iter().all(|row| row.deadline.is_some() && row.number.starts_with("2026-")),
        &format!("编号与期限：{}", deadlines.join("，")),
        &format!("numbered, with deadlines: {}", deadlines.join(", ")),
        ("每个问题都有编号和期限", "a number and a deadline each"),
    );
    Ok(())
}

/// `2026-0001 03-05`.
fn deadline_of(row: &FindingRow) -> String {
    let day = row.deadline.map(|day| day.to_string()).unwrap_or_default();
    format!("{} {}", row.number, day.get(5..).unwrap_or_default())
}

/// Points of points, in hundredths.
pub fn points(obtained: u64, obtainable: u64) -> String {
    let shown = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    format!("{}/{}", shown(obtained), shown(obtainable))
}
