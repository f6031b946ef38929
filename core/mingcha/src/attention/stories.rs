//! Stories of what needs a person, each told on real phones.

use std::fs;

use mingcha_model::{Refusal, Role, Verdict};

use super::rehearsal::{City, nobody};

#[test]
fn two_inspectors_answer_unseen_and_one_of_them_decides() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let mut bertha = city.desk("Bertha", Role::Inspector, &nobody());
    let visit = anna.visit();
    city.meet(&mut anna);
    city.meet(&mut bertha);

    // Neither sees the other's answer.
    let yes = anna.answer(&visit, "yes");
    let no = bertha.answer(&visit, "no");
    city.take(&mut anna);
    city.take(&mut bertha);
    city.give(&mut anna);
    city.give(&mut bertha);

    assert_eq!(anna.phone.attention_counts().unwrap().conflicts, 1);
    let conflicts = bertha.phone.conflicts().unwrap();
    let [conflict] = conflicts.as_slice() else { panic!("one conflict, not {conflicts:?}") };
    assert_eq!((conflict.what, conflict.in_force, conflict.mine), ("answer", no, true));
    assert_eq!(conflict.versions.len(), 2);
    assert_eq!(conflict.versions.iter().filter_map(|one| one.by.as_deref()).collect::<Vec<_>>(), ["Anna", "Bertha"]);

    let decided = anna.phone.resolve(&conflict.conflict, &yes.to_string(), "以现场照片为准", None).unwrap();
    assert_eq!(decided.versions.len(), 1);
    city.meet(&mut anna);
    city.meet(&mut bertha);
    for desk in [&anna, &bertha] {
        assert!(desk.phone.conflicts().unwrap().is_empty());
        assert_eq!(desk.phone.attention_counts().unwrap().conflicts, 0);
        let item = desk.first_item(&visit);
        let rows = desk.phone.explain(&visit, Some(&item)).unwrap();
        let effects: Vec<&str> = rows.iter().map(|row| row.effect).collect();
        assert_eq!(effects, ["replaced", "replaced", "in_force"]);
        assert_eq!(rows.last().unwrap().value.as_deref(), Some("yes"));
        assert_eq!(rows.last().unwrap().text, ["", "以现场照片为准"], "no note, and why it was kept");
        assert!(desk.phone.verify().unwrap().ok);
    }
}

#[test]
fn equal_answers_of_two_inspectors_are_no_conflict() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let mut bertha = city.desk("Bertha", Role::Inspector, &nobody());
    let visit = anna.visit();
    city.meet(&mut anna);
    city.meet(&mut bertha);
    anna.answer(&visit, "yes");
    bertha.answer(&visit, "yes");
    city.take(&mut anna);
    city.meet(&mut bertha);
    city.give(&mut anna);
    assert!(anna.phone.conflicts().unwrap().is_empty());
    assert_eq!(bertha.phone.attention_counts().unwrap().conflicts, 0);
}

#[test]
fn what_waits_is_explained_as_waiting_and_what_was_replaced_before_it_left_as_replaced() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    let first = anna.answer(&visit, "no");
    let second = anna.answer(&visit, "yes");
    let item = anna.first_item(&visit);
    let effects = |anna: &super::rehearsal::Desk| -> Vec<_> {
        let rows = anna.phone.explain(&visit, Some(&item)).unwrap();
        rows.into_iter().map(|row| (row.op, row.effect, row.ord.is_some())).collect()
    };
    assert_eq!(effects(&anna), [(first, "replaced", false), (second, "waiting", false)]);
    city.take(&mut anna);
    assert_eq!(effects(&anna), [(first, "replaced", false), (second, "waiting", false)]);
    city.give(&mut anna);
    assert_eq!(effects(&anna), [(first, "replaced", true), (second, "in_force", true)]);
}

#[test]
fn a_refused_answer_waits_for_its_author_and_is_proposed_again_word_for_word() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    city.meet(&mut anna);
    let refused = anna.answer(&visit, "no");
    city.rulings.insert(refused, (Verdict::Refused, Refusal::Area));
    city.meet(&mut anna);

    let rows = anna.phone.refused().unwrap();
    assert_eq!(
        rows.iter().map(|row| (row.op, row.what, row.reason.as_str())).collect::<Vec<_>>(),
        [(refused, "answer", "area")]
    );
    assert_eq!(anna.phone.attention_counts().unwrap().refused, 1);
    let item = anna.first_item(&visit);
    let explained = anna.phone.explain(&visit, Some(&item)).unwrap();
    assert_eq!((explained[0].effect, explained[0].rule.as_str()), ("refused", Refusal::Area.sentence()));

    let again = anna.phone.refused_retry(&refused.to_string()).unwrap().op;
    assert_ne!(again, refused);
    assert!(anna.phone.refused().unwrap().is_empty());
    let tail = anna.phone.store.tail(again.log).unwrap();
    assert_eq!(tail.last().unwrap().origin, Some(refused));
    city.meet(&mut anna);
    assert_eq!(anna.phone.visit_form(&visit).unwrap()[0].value.as_deref(), Some("no"));
    assert!(anna.phone.refused_retry(&refused.to_string()).unwrap_err().is_mistake());
}

#[test]
fn a_refused_visit_is_seen_by_its_author_alone_and_proposed_again() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    let opened = mingcha_model::OpId { log: anna.phone.me().unwrap().log, seq: 2 };
    city.rulings.insert(opened, (Verdict::Refused, Refusal::Moved));
    city.meet(&mut anna);
    let view = anna.phone.visit_show(&visit).unwrap();
    assert_eq!((view.status, view.reason), ("refused", Some("moved")), "its author goes on seeing it, marked");
    anna.phone.refused_retry(&opened.to_string()).unwrap();
    assert_eq!(anna.phone.visit_show(&visit).unwrap().status, "draft");
}

#[test]
fn a_refused_photo_is_written_out_with_its_picture_and_goes_only_when_its_author_lets_it_go() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    city.meet(&mut anna);
    let picture = anna.picture(1);
    let photo = anna.phone.visit_photo(&visit, &picture, None).unwrap();
    anna.phone.photo_finish(&mut |_| {}).unwrap();
    let op = anna.phone.store.photo(photo.photo).unwrap().unwrap().op;
    city.rulings.insert(op, (Verdict::Refused, Refusal::Unit));
    city.meet(&mut anna);
    assert_eq!(anna.phone.photo_list().unwrap()[0].here, ["original", "standard", "thumbnail"]);

    let out = anna.folder.path().join("refused.json");
    anna.phone.refused_export(&op.to_string(), Some(&out)).unwrap();
    let described: serde_json::Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert_eq!((described["what"].as_str(), described["reason"].as_str()), (Some("photo_add"), Some("unit")));
    assert_eq!(described["photos"][0]["file"], "refused-1.png");
    assert_eq!(fs::read(anna.folder.path().join("refused-1.png")).unwrap(), fs::read(&picture).unwrap());
    assert!(anna.phone.refused_export(&op.to_string(), Some(&out)).unwrap_err().is_mistake(), "never written over");

    anna.phone.refused_discard(&op.to_string()).unwrap();
    assert!(anna.phone.refused().unwrap().is_empty());
    assert!(anna.phone.photo_list().unwrap().is_empty());
    assert_eq!(anna.phone.status().unwrap().waiting_photos, 0);
    assert!(anna.phone.verify().unwrap().ok);
    let left: Vec<String> = fs::read_dir(anna.folder.path().join("photos"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.len() == 64)
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_held_void_is_seen_by_a_supervisor_and_counts_once_released() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let mut chief = city.desk("Chieftain", Role::Supervisor, &nobody());
    let visit = anna.visit();
    city.meet(&mut anna);
    anna.phone.visit_void(&visit, "走错了", None).unwrap();
    let op = mingcha_model::OpId { log: anna.phone.me().unwrap().log, seq: 3 };
    city.rulings.insert(op, (Verdict::Held, Refusal::Moved));
    city.meet(&mut anna);
    city.meet(&mut chief);

    assert_eq!(anna.phone.attention_counts().unwrap().held, 1);
    assert_eq!(anna.phone.held().unwrap()[0].reason, "moved");
    assert_eq!(chief.phone.held().unwrap()[0].op, op);
    assert_eq!(chief.phone.visit_show(&visit).unwrap().status, "draft");
    assert!(anna.phone.release(&op.to_string()).unwrap_err().code() == "not_permitted");

    assert_eq!(chief.phone.release(&op.to_string()).unwrap().what, "visit_void");
    assert!(chief.phone.held().unwrap().is_empty(), "its own release is enough");
    city.meet(&mut chief);
    assert_eq!(chief.phone.visit_show(&visit).unwrap().status, "void");
    assert!(chief.phone.held().unwrap().is_empty());
    let effects: Vec<_> =
        chief.phone.explain(&visit, None).unwrap().into_iter().map(|row| (row.kind, row.effect)).collect();
    assert!(effects.contains(&("visit_void", "in_force")), "{effects:?}");
}

#[test]
fn verdicts_on_one_submission_differ_until_a_person_decides() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    let item = anna.first_item(&visit);
    let finding = anna.phone.finding_raise(&visit, &item, "地面有水", None, &[]).unwrap().finding;
    city.meet(&mut anna);
    let mut bertha = city.desk("Bertha", Role::Inspector, &nobody());
    let id = finding.to_string();
    anna.phone.finding_recheck(&id, "pass", None, None, &[], None).unwrap();
    bertha.phone.finding_recheck(&id, "fail", None, Some("仍有水"), &[], None).unwrap();
    city.take(&mut anna);
    city.meet(&mut bertha);
    city.give(&mut anna);

    let conflicts = anna.phone.conflicts().unwrap();
    let [conflict] = conflicts.as_slice() else { panic!("one conflict, not {conflicts:?}") };
    let ruling = conflict.versions.iter().find(|version| version.in_force).unwrap();
    assert_eq!((conflict.what, ruling.value.as_str(), ruling.note.as_deref()), ("result", "fail", Some("仍有水")));
    let effects: Vec<_> =
        anna.phone.explain(&id, None).unwrap().into_iter().map(|row| (row.value, row.effect)).collect();
    assert!(
        effects.contains(&(Some("fail".to_owned()), "in_force"))
            && effects.contains(&(Some("pass".to_owned()), "kept"))
    );

    let keep = conflict.versions.iter().find(|version| version.value == "pass").unwrap().op;
    anna.phone.resolve(&conflict.conflict, &keep.to_string(), "", None).unwrap();
    city.meet(&mut anna);
    city.meet(&mut bertha);
    assert_eq!(bertha.phone.finding_show(&id).unwrap().stage.name(), "closed");
    assert!(bertha.phone.conflicts().unwrap().is_empty());
}
