//! A visit that the city refused: its author goes on seeing it with everything in it, and can do something about it.

use super::scene::{MONDAY, Scene, picture};

/// What somebody said of an area that was not theirs any more.
struct Refused {
    visit: String,
    finding: String,
    /// The op that opened the visit.
    opening: String,
    /// Those that wait for it.
    parked: Vec<String>,
}

/// Anna is moved away while she is offline, makes a whole visit, and meets the city.
fn refused(scene: &mut Scene) -> Refused {
    scene.town.city.revoke(scene.anna.person, mingcha_city::load::area_id("DH")).unwrap();
    scene.town.city.grant(scene.anna.person, mingcha_city::load::area_id("XL")).unwrap();
    scene.town.later(60);
    let file = picture(&scene.anna);
    let phone = &mut scene.anna.phone;
    let visit = phone.visit_start("GOV-01", "open", &["W5".to_owned()], &[]).unwrap().visit.to_string();
    let photo = phone.visit_photo(&visit, &file, Some("W5-3")).unwrap().photo.to_string();
    let photos = [photo];
    phone.visit_answer(&visit, "W5-3", "no", Some("撤权后写的备注"), &photos, None).unwrap();
    let finding = phone.finding_raise(&visit, "W5-3", "撤权后的问题", None, &photos).unwrap().finding.to_string();
    phone.visit_submit(&visit).unwrap();
    let report = scene.anna.sync();
    assert_eq!((report.waiting_ops, report.refused, report.parked), (0, 1, 4), "{report:?}");
    let rows = scene.anna.phone.refused().unwrap();
    let opening = rows[0].op.to_string();
    let parked = rows[1..].iter().map(|row| row.op.to_string()).collect();
    Refused { visit, finding, opening, parked }
}

/// Everything that Anna wrote is on her screens, and says of itself that it was refused.
#[track_caller]
fn is_seen(scene: &Scene, it: &Refused) {
    let phone = &scene.anna.phone;
    let view = phone.visit_show(&it.visit).unwrap();
    assert_eq!((view.status, view.site_name.as_str()), ("refused", "明川市政务服务大厅"), "{view:?}");
    assert!(view.advice.is_some());
    let answer = view.answers.iter().find(|answer| answer.item == "W5-3").unwrap();
    assert_eq!((answer.value.as_deref(), answer.note.as_deref()), (Some("no"), Some("撤权后写的备注")));
    assert_eq!((view.photos.len(), view.findings.len()), (1, 1));
    let listed = phone.visit_list().unwrap();
    assert!(listed.iter().any(|view| view.visit.to_string() == it.visit && view.status == "refused"));
    let findings = phone.finding_list(None, false, None).unwrap();
    let finding = findings.iter().find(|row| row.finding.to_string() == it.finding).unwrap();
    assert_eq!((finding.refused, finding.text.as_str()), (true, "撤权后的问题"));
    assert_eq!(finding.site_name, view.site_name);
    assert!(phone.finding_show(&it.finding).unwrap().refused);
}

#[test]
fn a_refused_visit_is_seen_with_everything_in_it_and_stands_after_all_once_its_author_may() {
    let mut scene = Scene::new(MONDAY);
    let it = refused(&mut scene);
    is_seen(&scene, &it);

    // Each row says what it is, and of what.
    let rows = scene.anna.phone.refused().unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.what, row.reason.as_str())).collect();
    assert_eq!(told[0], ("visit_open", "area"));
    assert!(told[1..].iter().all(|(_, reason)| *reason == "parked"), "{told:?}");
    for row in &rows {
        assert_eq!(row.visit.map(|visit| visit.to_string()), Some(it.visit.clone()), "{row:?}");
        assert_eq!((row.site_name.as_str(), row.by.as_deref()), ("明川市政务服务大厅", Some("anna")));
        assert!(!row.advice.is_empty());
    }
    let answer = rows.iter().find(|row| row.what == "answer").unwrap();
    assert_eq!((answer.item.as_deref(), answer.value.as_deref()), (Some("W5-3"), Some("no")));
    assert_eq!(answer.text, "撤权后写的备注");
    assert_eq!(rows.iter().find(|row| row.what == "finding_raise").unwrap().text, "撤权后的问题");

    // Proposing it again is refused for the reason that there is, and what waits goes along with its visit.
    let refusal = scene.anna.phone.refused_retry(&it.opening).unwrap_err();
    assert_eq!(
        (refusal.code(), refusal.to_string()),
        ("not_permitted", mingcha_model::Refusal::Area.sentence().to_owned())
    );
    assert!(scene.anna.phone.refused_retry(&it.parked[0]).unwrap_err().is_mistake());
    is_seen(&scene, &it);
    let why = scene.anna.phone.explain(&it.visit, None).unwrap();
    assert!(why.iter().any(|row| row.kind == "visit_open" && row.effect == "refused"), "{why:?}");

    // In the area again, one act proposes all of it.
    scene.town.city.grant(scene.anna.person, mingcha_city::load::area_id("DH")).unwrap();
    scene.anna.sync();
    is_seen(&scene, &it);
    scene.anna.phone.refused_retry(&it.opening).unwrap();
    assert_eq!(scene.anna.phone.visit_show(&it.visit).unwrap().status, "submitted");
    scene.all_meet();
    let report = scene.anna.sync();
    assert_eq!((report.refused, report.parked, report.waiting_photos), (0, 0, 0));
    assert!(scene.anna.phone.refused().unwrap().is_empty());
    let view = scene.cora.phone.visit_show(&it.visit).unwrap();
    assert_eq!((view.status, view.photos.len(), view.findings.len()), ("submitted", 1, 1));
    assert!(!scene.anna.finding(&it.finding).refused);
    // Nothing of what only her phone showed entered what phones agree on.
    let hers = scene.anna.hashes();
    assert!(scene.cora.hashes().iter().filter(|(feed, ..)| !feed.starts_with("covert:")).all(|one| hers.contains(one)));
}

#[test]
fn a_refused_visit_is_written_out_whole_in_words_and_with_its_photos() {
    let mut scene = Scene::new(MONDAY);
    let it = refused(&mut scene);
    let out = scene.anna.home.join("refused.json");
    scene.anna.phone.refused_export(&it.opening, Some(&out)).unwrap();
    let text = std::fs::read_to_string(&out).unwrap();
    let written: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&written["what"], &written["reason"]), (&"visit_open".into(), &"area".into()));
    assert_eq!((&written["site_name"], &written["site_code"]), (&"明川市政务服务大厅".into(), &"GOV-01".into()));
    let said = written["said"].as_array().unwrap();
    let of = |what: &str| said.iter().find(|one| one["what"] == what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert_eq!(said.len(), 4);
    assert_eq!((&of("answer")["item"], &of("answer")["value"]), (&"W5-3".into(), &"no".into()));
    assert!(of("answer")["item_text"].as_str().is_some_and(|words| !words.is_empty()));
    assert_eq!(of("answer")["texts"][0], "撤权后写的备注");
    assert_eq!(of("finding_raise")["texts"][0], "撤权后的问题");
    assert!(said.iter().all(|one| one["body"].as_str().is_some()), "byte for byte beside the words");
    assert_eq!(written["photos"].as_array().unwrap().len(), 1);
    let photo = scene.anna.home.join(written["photos"][0]["file"].as_str().unwrap());
    assert!(std::fs::metadata(photo).unwrap().len() > 100);
    // What waits for it can be written out by itself.
    let alone = scene.anna.home.join("alone.json");
    scene.anna.phone.refused_export(&it.parked[1], Some(&alone)).unwrap();
    assert!(std::fs::read_to_string(&alone).unwrap().contains("\"reason\": \"parked\""));
}

#[test]
fn a_refused_visit_that_is_let_go_goes_with_everything_in_it() {
    let mut scene = Scene::new(MONDAY);
    let it = refused(&mut scene);
    // A part of it may go alone.
    let answer = scene.anna.phone.refused().unwrap().into_iter().find(|row| row.what == "answer").unwrap();
    scene.anna.phone.refused_discard(&answer.op.to_string()).unwrap();
    assert!(scene.anna.phone.visit_show(&it.visit).unwrap().answers.is_empty());
    assert_eq!(scene.anna.phone.status().unwrap().parked, 3);
    scene.anna.phone.refused_discard(&it.opening).unwrap();
    assert!(scene.anna.phone.refused().unwrap().is_empty());
    assert_eq!(scene.anna.phone.visit_show(&it.visit).unwrap_err().code(), "unknown_visit");
    assert!(scene.anna.phone.finding_show(&it.finding).is_err());
    assert!(scene.anna.phone.photo_list().unwrap().is_empty());
    assert!(scene.anna.phone.verify().unwrap().ok);
    let report = scene.anna.sync();
    assert_eq!((report.refused, report.parked, report.waiting_photos), (0, 0, 0));
}

#[test]
fn what_waited_35_days_for_a_refused_visit_is_refused_too_and_still_seen_and_proposed_with_it() {
    let mut scene = Scene::new(MONDAY);
    let it = refused(&mut scene);
    scene.town.later(36 * 24 * 60);
    let report = scene.anna.sync();
    assert_eq!((report.refused, report.parked), (5, 0), "{report:?}");
    assert!(scene.anna.phone.refused().unwrap().iter().all(|row| row.reason == "area" || row.reason == "expired"));
    is_seen(&scene, &it);
    scene.town.city.grant(scene.anna.person, mingcha_city::load::area_id("DH")).unwrap();
    scene.anna.sync();
    scene.anna.phone.refused_retry(&it.opening).unwrap();
    scene.all_meet();
    let view = scene.cora.phone.visit_show(&it.visit).unwrap();
    assert_eq!((view.status, view.answers.len(), view.photos.len(), view.findings.len()), ("submitted", 1, 1, 1));
    assert_eq!(scene.anna.phone.status().unwrap().refused, 0);
}
