//! Stories of papers: what stands in them, what never does, and when there is none.

use std::fs;
use std::path::PathBuf;

use mingcha_model::body::{Body, CardTell, Channel, FindingFeedback, PhotoShown, Rectangle};
use mingcha_model::{PhotoId, Role};

use crate::attention::rehearsal::{City, Desk, nobody};
use crate::say::Saying;
use crate::{MingchaError, PaperKind, PaperWritten};

fn print(desk: &Desk, kind: PaperKind, finding: &str) -> Result<(PaperWritten, String), MingchaError> {
    let out = desk.folder.path().join(format!("{}.html", kind.name()));
    let written = desk.phone.paper(kind, finding, &out, true)?;
    Ok((written, fs::read_to_string(out).unwrap()))
}

/// A finding with two photos, and the photos.
fn raised(desk: &mut Desk) -> (String, String, Vec<PhotoId>) {
    let visit = desk.visit();
    let item = desk.first_item(&visit);
    let pictures: Vec<PathBuf> = [1, 2].map(|number| desk.picture(number)).to_vec();
    let photos: Vec<PhotoId> =
        pictures.iter().map(|file| desk.phone.visit_photo(&visit, file, None).unwrap().photo).collect();
    let ids: Vec<String> = photos.iter().map(ToString::to_string).collect();
    let raised = desk.phone.finding_raise(&visit, &item, "座椅坏了，张三没管", None, &ids).unwrap();
    (visit, raised.finding.to_string(), photos)
}

#[test]
fn a_notice_shows_no_photo_that_nobody_checked_or_that_must_be_blurred_first() {
    let mut city = City::new();
    let mut chief = city.desk("Chieftain", Role::Supervisor, &nobody());
    let (_, finding, photos) = raised(&mut chief);
    let (case, place) = chief.phone.case_for_writing(&finding).unwrap();
    let blur = vec![Rectangle { left: 0, top: 0, width: 500, height: 500 }];
    let shown = |photo, checked, blur| PhotoShown { photo, checked, blur };
    let strange = PhotoId::from_random([0x55; 16]);
    let feedback = FindingFeedback {
        channel: Channel::Written,
        photos: vec![
            shown(photos[0], true, Vec::new()),
            shown(photos[0], false, Vec::new()),
            shown(photos[1], true, blur),
            shown(strange, true, Vec::new()),
        ],
    };
    let saying = Saying::new(case.finding, Body::FindingFeedback(feedback)).with_text("修好座椅");
    chief.phone.say(&place, vec![saying]).unwrap();
    chief.phone.finding_notice(&finding, None).unwrap();
    let (written, paper) = print(&chief, PaperKind::Notice, &finding).unwrap();
    assert_eq!((written.photos, written.photos_left_out), (1, 3));
    assert!(paper.contains("另有 3 张照片未印在本页"), "{paper}");
    assert!(paper.contains("修好座椅") && !paper.contains("张三"), "the demand alone");
    assert!(paper.contains("（临时）") && paper.contains("（暂定）"), "nothing reached the city yet: {paper}");
    city.meet(&mut chief);
    let notice = chief.phone.store.case(case.finding).unwrap().unwrap().notices[0].op;
    city.say(case.finding, &Body::CardTell(CardTell { notice, signed: false }), &[]);
    city.meet(&mut chief);
    let (_, paper) = print(&chief, PaperKind::Notice, &finding).unwrap();
    assert!(!paper.contains("（暂定）"), "the city's order makes days final, and its card the service");
}

#[test]
fn a_slip_waits_for_feedback_and_tells_what_was_fixed_on_the_spot() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let (visit, finding, _) = raised(&mut anna);
    let out = anna.folder.path().join("slip.html");
    assert_eq!(anna.phone.paper_slip(&visit, &out, false).unwrap_err().code(), "not_now");
    anna.phone.finding_fixed(&finding, &[]).unwrap();
    let written = anna.phone.paper_slip(&visit, &out, false).unwrap();
    assert_eq!((written.findings, written.not_fed_back, written.photos), (1, 0, 0));
    let slip = fs::read_to_string(&out).unwrap();
    for part in ["立行立改", "仍将复查", "明察", "2026年2月24日", "市政务服务中心", "政务大厅", "签收"]
    {
        assert!(slip.contains(part), "{part}: {slip}");
    }
    assert!(!slip.contains("张三") && !slip.contains("Anna") && !slip.contains("09:30"));
    anna.phone.finding_void(&finding, "误报", None).unwrap_err();
    let mut chief = city.desk("Chieftain", Role::Supervisor, &nobody());
    city.meet(&mut anna);
    city.give(&mut chief);
    chief.phone.finding_void(&finding, "误报", None).unwrap();
    let out = chief.folder.path().join("slip.html");
    let written = chief.phone.paper_slip(&visit, &out, false).unwrap();
    assert_eq!(written.findings, 0);
    assert!(fs::read_to_string(&out).unwrap().contains("没有需要反馈的问题"));
    chief.phone.visit_void(&visit, "重复", None).unwrap();
    assert_eq!(chief.phone.paper_slip(&visit, &out, true).unwrap_err().code(), "void");
}

#[test]
fn a_paper_about_a_void_finding_says_so_across_the_page() {
    let mut city = City::new();
    let mut chief = city.desk("Chieftain", Role::Supervisor, &nobody());
    let (_, finding, _) = raised(&mut chief);
    chief.phone.finding_feedback(&finding, Some("修好座椅"), false).unwrap();
    chief.phone.finding_notice(&finding, Some("2026-03-06")).unwrap();
    let (_, before) = print(&chief, PaperKind::Notice, &finding).unwrap();
    assert!(before.contains("2026年3月6日") && !before.contains("class=\"watermark\""));
    chief.phone.finding_void(&finding, "误报", None).unwrap();
    let (_, after) = print(&chief, PaperKind::Notice, &finding).unwrap();
    assert!(after.contains("class=\"watermark\">作废<"), "{after}");
}

#[test]
fn a_paper_holds_so_many_photos_and_says_how_many_are_left_out() {
    let mut city = City::new();
    let mut chief = city.desk("Chieftain", Role::Supervisor, &nobody());
    let visit = chief.visit();
    let item = chief.first_item(&visit);
    let picture = chief.picture(1);
    let photo = chief.phone.visit_photo(&visit, &picture, None).unwrap().photo.to_string();
    let many = vec![photo; 60];
    let finding = chief.phone.finding_raise(&visit, &item, "乱", None, &many).unwrap().finding.to_string();
    assert_eq!(print(&chief, PaperKind::Recheck, &finding).unwrap_err().code(), "not_now");
    chief.phone.finding_recheck(&finding, "fail", Some(&visit), Some("还是乱"), &[], None).unwrap();
    let (written, record) = print(&chief, PaperKind::Recheck, &finding).unwrap();
    assert_eq!((written.photos, written.photos_left_out), (48, 12));
    assert_eq!(record.matches("<img").count(), 48);
    for part in ["Chieftain", "由原检查人复查", "还是乱", "不合格", "内部资料"] {
        assert!(record.contains(part), "{part}");
    }
}
