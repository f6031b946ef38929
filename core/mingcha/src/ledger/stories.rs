//! Stories of the ledger: what an inspector's has, and what a contact's does not.

use std::fs;

use mingcha_model::body::{Body, Card};
use mingcha_model::{Digest, FindingId, Role, Severity, SiteId, Stage};

use crate::Surroundings;
use crate::attention::rehearsal::{City, SITE_CODE, door, nobody};
use crate::http::Http;

fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").expect("the byte order mark");
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(plain);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn an_inspectors_ledger_has_the_oldest_finding_first_with_site_unit_source_and_result() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    let item = anna.first_item(&visit);
    let first = anna.phone.finding_raise(&visit, &item, "=HYPERLINK(\"x\")", Some("serious"), &[]).unwrap();
    city.meet(&mut anna);
    let mut chief = city.desk("Chieftain", Role::Supervisor, &nobody());
    chief.phone.finding_notice(&first.finding.to_string(), Some("2026-03-03")).unwrap();
    city.meet(&mut chief);
    city.give(&mut anna);
    anna.phone.finding_raise(&visit, &item, "灯坏了", None, &[]).unwrap();
    anna.phone.finding_recheck(&first.finding.to_string(), "pass", None, None, &[], None).unwrap();
    city.meet(&mut anna);

    let out = anna.folder.path().join("台账.csv");
    let written = anna.phone.ledger("csv", &out, false, &mut |_| {}).unwrap();
    assert_eq!((written.rows, written.format.as_str()), (2, "csv"));
    let rows = rows(&fs::read(&out).unwrap());
    let [header, first_row, second_row] = rows.as_slice() else { panic!("{rows:?}") };
    let of = |row: &[String], name: &str| row[header.iter().position(|header| header == name).unwrap()].clone();
    assert_eq!(of(first_row, "问题编号"), format!("{}（临时）", first.number));
    assert!(of(first_row, "检查项").starts_with(&item), "{first_row:?}");
    assert_eq!(of(first_row, "问题描述"), "'=HYPERLINK(\"x\")");
    assert_eq!((of(first_row, "来源"), of(first_row, "点位")), ("明察".to_owned(), "政务大厅".to_owned()));
    assert_eq!(
        (of(first_row, "责任单位"), of(first_row, "严重程度")),
        ("市政务服务中心".to_owned(), "较重".to_owned())
    );
    assert_eq!((of(first_row, "复查结果"), of(first_row, "复查人")), ("合格".to_owned(), "Anna".to_owned()));
    assert_eq!(of(first_row, "销号日期"), "2026-02-24");
    assert_eq!(of(first_row, "整改期限"), "2026-03-03", "also once it is closed");
    assert!(of(first_row, "备注").starts_with("已销号"));
    assert_eq!((of(second_row, "序号"), of(second_row, "销号日期")), ("2".to_owned(), String::new()));

    assert_eq!(anna.phone.ledger("csv", &out, false, &mut |_| {}).unwrap_err().code(), "file_exists");
    assert_eq!(anna.phone.ledger("pdf", &out, true, &mut |_| {}).unwrap_err().code(), "malformed");
    assert_eq!(rows, super::stories::rows(&fs::read(&out).unwrap()), "a mistake changes nothing");
}

#[test]
fn a_contact_has_its_cards_with_their_published_photos_and_learns_of_nobody() {
    let published = b"a picture without faces".to_vec();
    let sha256 = Digest::of(&published);
    let (url, visitors) =
        door(
            move |_, path, _| {
                if path == format!("/v1/published/{sha256}") { (200, published.clone()) } else { (404, Vec::new()) }
            },
        );
    let mut city = City::new();
    let finding = FindingId::from_random([0x77; 16]);
    let card = Card {
        number: Some("2026-0042".to_owned()),
        site: SiteId::from_random([0xd3; 16]),
        item: "W5-1A".parse().unwrap(),
        severity: Severity::Ordinary,
        stage: Stage::Noticed,
        result_count: 0,
        feedback_day: "2026-02-24".parse().ok(),
        notice_day: "2026-02-24".parse().ok(),
        deadline: "2026-02-27".parse().ok(),
        extension: None,
        photos: vec![sha256],
        submissions: Vec::new(),
        results: Vec::new(),
        includes: Vec::new(),
        suspended: false,
        appealed: false,
        provisional: false,
        recheck_due: None,
        supervision_day: None,
        suspended_until: None,
        notices: 1,
        duplicate_of: None,
        set: None,
    };
    city.say(finding, &Body::CardWrite(card), &["擦干地面"]);
    let mut contact = city.desk("Contact", Role::Contact, &url);
    let me = contact.phone.me().unwrap().clone();
    let http = Http::to(&me.url, Some(me.token)).unwrap();
    assert_eq!(contact.phone.fetch_wanted(&http, Surroundings::default(), &mut |_| {}).unwrap().received, 1);
    assert_eq!(contact.phone.fetch_wanted(&http, Surroundings::default(), &mut |_| {}).unwrap().received, 0);
    assert_eq!(visitors.lock().unwrap().len(), 1);

    let listed = contact.phone.photo_list().unwrap();
    assert_eq!((listed.len(), listed[0].sha256, listed[0].here.as_slice()), (1, sha256, ["published"].as_slice()));
    let out = contact.folder.path().join("shown.jpg");
    contact.phone.photo_save(&sha256.to_string(), "standard", &out).unwrap();
    assert_eq!(Digest::of(&fs::read(&out).unwrap()), sha256);

    let out = contact.folder.path().join("ledger.json");
    contact.phone.ledger("json", &out, false, &mut |_| {}).unwrap();
    let ledger: serde_json::Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert_eq!((ledger[0]["number"].as_str(), ledger[0]["text"].as_str()), (Some("2026-0042"), Some("擦干地面")));
    assert_eq!(ledger[0]["rechecker"], "");

    let explained = contact.phone.explain(&finding.to_string(), None).unwrap();
    assert_eq!(explained.len(), 1);
    assert_eq!((explained[0].by.as_deref(), explained[0].effect), (None, "in_force"));
    assert_eq!(explained[0].at.len(), "2026-02-24".len(), "a day, not a minute");
    assert!(contact.phone.verify().unwrap().ok);
    assert!(contact.phone.visit_start(SITE_CODE, "open", &[], &[]).is_err());
}

#[test]
fn what_is_void_suspended_or_the_same_as_another_stays_in_the_ledger_and_says_so() {
    let mut city = City::new();
    let mut chief = city.desk("Chieftain", Role::Supervisor, &nobody());
    let visit = chief.visit();
    let item = chief.first_item(&visit);
    let [void, waits, first, second] = ["甲", "乙", "丙", "丁"]
        .map(|text| chief.phone.finding_raise(&visit, &item, text, None, &[]).unwrap().finding.to_string());
    chief.phone.finding_void(&void, "误报", None).unwrap();
    chief.phone.finding_suspend(&waits, Some("2026-06-30"), "待施工", None).unwrap();
    chief.phone.finding_duplicate(&second, &first, None, None).unwrap();
    city.meet(&mut chief);
    let out = chief.folder.path().join("ledger.csv");
    let mut seen = Vec::new();
    chief.phone.ledger("csv", &out, false, &mut |progress| seen.push((progress.done, progress.of))).unwrap();
    assert_eq!(seen, [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]);
    let rows = rows(&fs::read(&out).unwrap());
    let remarks: Vec<&str> = rows.iter().skip(1).map(|row| row[23].as_str()).collect();
    let [of_void, of_waiting, of_first, of_second] = remarks.as_slice() else { panic!("{rows:?}") };
    assert_eq!(*of_void, "作废");
    assert!(of_waiting.contains("挂账至 2026-06-30"), "{of_waiting}");
    assert!(!of_first.contains("同一事"), "{of_first}");
    assert!(of_second.contains(&format!("与 {} 为同一事", &first[..6])), "{of_second}");
}
