//! Pages as people see them, told with the rows of one small visit.

use mingcha::{FindingRow, FormRow, ResultRow, ReviewRow, ScoreRow, ScoreView, SubmissionRow, TimelineRow};
use mingcha_model::{Basis, Day, FindingId, LogId, OpId, Outcome, PhotoId, ReviewVerdict, SiteId, Stage, SubmissionId};

use super::{Page, Show};
use crate::command::criteria::{Inferred, Noted};
use crate::texts::Lang;

fn page(lang: Lang, shown: &impl Show) -> String {
    let mut page = Page::new(lang);
    shown.show(&mut page);
    page.text().to_owned()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn op(seq: u64) -> OpId {
    OpId { log: LogId([1; 16]), seq }
}

fn row(item: &str, text: &str, answer: &str, choices: &[&str]) -> FormRow {
    FormRow {
        item: item.to_owned(),
        text: text.to_owned(),
        help: "坏了为否 / no where it is broken".to_owned(),
        set: "W5".to_owned(),
        ask: vec!["observe".to_owned()],
        answer: answer.to_owned(),
        definition: "inferred",
        parts: Vec::new(),
        quick: None,
        choices: choices.iter().map(ToString::to_string).collect(),
        value: None,
        note: None,
        photo: "failed",
        part: 1,
        of_parts: 1,
        photo_wanted: false,
        contested: false,
        basis: Basis::default(),
    }
}

#[test]
fn a_form_is_read_at_a_glance_and_says_that_its_set_is_inferred() {
    let toilet = FormRow {
        value: Some("no".to_owned()),
        note: Some("门口堆物".to_owned()),
        photo_wanted: true,
        quick: Some("卫生间上锁 / toilet locked".to_owned()),
        ..row("W5-1", "公共卫生间干净、可用 / the public toilet is clean and open", "yn", &["yes", "no", "na"])
    };
    let seats = row("W5-12", "座椅完好 / seats are sound", "ratio", &["na"]);
    let reason = "分值由本应用拟定。 / The points are this app's own.".to_owned();
    let form = Noted { rows: vec![toilet, seats], inferred: vec![Inferred { set: "W5".to_owned(), reason }] };
    assert_eq!(
        page(Lang::Chinese, &form),
        "检查项  内容                  填法           答案  备注      标记\n\
         W5-1    公共卫生间干净、可用  是 否 不适用   否    门口堆物  需照片\n\
         \x20       怎样答：坏了为否\n\
         \x20       常用语：卫生间上锁\n\
         W5-12   座椅完好              如 3/5 不适用\n\
         \x20       怎样答：坏了为否\n\
         \n\
         共 2 项，已答 1 项。提交：mingcha visit submit VISIT\n\
         \n\
         注意：标准 W5 含推定内容。分值由本应用拟定。\n"
    );
    let english = page(Lang::English, &form);
    assert!(english.contains("the public toilet is clean and open"), "{english}");
    assert!(english.contains("yes no na") && english.contains("quick pick: toilet locked"), "{english}");
    assert!(english.contains("Note: the set W5 is inferred in part. The points are this app's own."), "{english}");
}

#[test]
fn a_form_is_an_array_for_a_script_whatever_is_said_to_people() {
    let inferred = vec![Inferred { set: "W5".to_owned(), reason: String::new() }];
    let form = Noted { rows: vec![row("W5-1", "门", "yn", &["yes"])], inferred };
    let json = serde_json::to_value(&form).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!((&json[0]["item"], &json[0]["definition"]), (&"W5-1".into(), &"inferred".into()));
}

#[test]
fn a_score_shows_every_line_with_its_rule_and_the_formula() {
    let line = |item: &str, value: &str, obtained, obtainable, rule: &str| ScoreRow {
        item: item.to_owned(),
        set: "W5".to_owned(),
        value: value.to_owned(),
        definition: Some("inferred"),
        obtained,
        obtainable,
        rule: rule.to_owned(),
        rule_code: "full",
        level: None,
        waits_for: Vec::new(),
    };
    let score = ScoreView {
        obtained: 300,
        obtainable: 400,
        rate: Some(7500),
        definition: Some("inferred"),
        formula: "得分 3.00 ÷ 应得 4.00 / 3.00 of 4.00 points".to_owned(),
        recounted: None,
        vetoes: Vec::new(),
        beside: Vec::new(),
        sets: Vec::new(),
        lines: vec![
            line("W5-1", "yes", 200, 200, "满分 / full points"),
            line("W5-7", "fair", 100, 200, "一半分值 / half the points"),
        ],
    };
    assert_eq!(
        page(Lang::English, &Noted { rows: score, inferred: Vec::new() }),
        "item  value  points    of  rule\n\
         W5-1  yes      2.00  2.00  full points\n\
         W5-7  fair     1.00  2.00  half the points\n\
         \n\
         score    3.00/4.00 75.00%\n\
         formula  3.00 of 4.00 points\n"
    );
}

fn finding() -> FindingRow {
    let review = ReviewRow {
        op: op(9),
        verdict: ReviewVerdict::Return,
        by: None,
        text: "照片看不清".to_owned(),
        in_force: true,
    };
    FindingRow {
        finding: FindingId::from_random([7; 16]),
        number: "070707".to_owned(),
        published_as: None,
        stage: Stage::Returned,
        site: SiteId::from_random([8; 16]),
        site_name: "区政务大厅".to_owned(),
        item: "W5-4".to_owned(),
        item_text: "无障碍通道畅通 / the ramp is free".to_owned(),
        definition: Some("inferred"),
        text: "坡道\u{1b}[31m被占".to_owned(),
        demand: "清理坡道".to_owned(),
        severity: "serious",
        deadline: Some(day("2026-03-05")),
        recheck_due: Some(day("2026-03-16")),
        provisional: false,
        overdue: true,
        unserved: false,
        supervision_due: None,
        extension: None,
        duplicate_of: None,
        visit_void: false,
        refused: false,
        repeat: Some(false),
        contested: Some(false),
        suspended: false,
        suspended_until: None,
        appealed: false,
        photos: Vec::new(),
        placeholder: std::collections::BTreeMap::new(),
        signs: Vec::new(),
        submissions: vec![SubmissionRow {
            submission: SubmissionId::from_random([9; 16]),
            text: "已清理".to_owned(),
            photos: vec![PhotoId::from_random([3; 16])],
            verdict: Some(ReviewVerdict::Return),
            reviews: vec![review],
            reason: Some("照片看不清".to_owned()),
        }],
        results: vec![ResultRow {
            op: Some(op(4)),
            result: Outcome::Fail,
            by: None,
            day: day("2026-03-02"),
            counts: true,
            early: true,
            same_inspector: false,
        }],
        timeline: vec![TimelineRow {
            day: day("2026-02-16"),
            what: "finding_raise",
            words: "登记问题 / recorded",
            text: "坡道被占".to_owned(),
            by: None,
        }],
        basis: Basis::default(),
    }
}

#[test]
fn a_finding_is_a_card_with_its_way_and_a_note_cannot_colour_the_terminal() {
    assert_eq!(
        page(Lang::Chinese, &finding()),
        "070707  退回重改  逾期 推定\n\
         \n\
         点位      区政务大厅\n\
         检查项    W5-4  无障碍通道畅通\n\
         内容      坡道\u{fffd}[31m被占\n\
         整改要求  清理坡道\n\
         程度      较重\n\
         整改期限  2026-03-05\n\
         复查日期  2026-03-16\n\
         问题      07070707-0707-4707-8707-070707070707\n\
         \n\
         整改反馈\n\
         内容    照片  审核     原因        整改反馈\n\
         已清理  1     退回                 09090909-0909-4909-8909-090909090909\n\
         \x20             => 退回  照片看不清\n\
         \n\
         复查结果\n\
         日期        结果    计入\n\
         2026-03-02  不合格  是 提前\n\
         \n\
         经过\n\
         日期        事项\n\
         2026-02-16  登记问题：坡道被占\n"
    );
}

#[test]
fn nothing_to_list_is_a_sentence_that_says_what_to_do() {
    let nothing = page(Lang::English, &Vec::<FindingRow>::new());
    assert!(nothing.contains("mingcha finding raise VISIT ITEM --text T"), "{nothing}");
    assert_eq!(nothing.lines().count(), 1);
}
