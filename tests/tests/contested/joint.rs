//! Several people on one open visit: who takes part, what comes later, and who is told of what was decided.

use super::scene::{Scene, conflict, version, versions};

#[test]
fn whoever_writes_in_a_visit_without_taking_part_is_kept_and_marked() {
    let mut scene = Scene::shared();
    let bert = scene.bert.person.to_string();
    let visit = scene.anna.phone.visit_start("GOV-01", "joint", &[], &[bert]).unwrap().visit.to_string();
    scene.all_meet();
    scene.anna.phone.visit_answer(&visit, "W5-1", "yes", None, &[], None).unwrap();
    scene.bert.phone.visit_answer(&visit, "W5-2", "no", None, &[], None).unwrap();
    scene.cora.phone.visit_answer(&visit, "W5-3", "no", None, &[], None).unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.dora] {
        assert_eq!(hand.phone.visit_show(&visit).unwrap().people, ["bert"]);
        let guest = |item| versions(hand, &visit, item)[0].2;
        assert_eq!([guest("W5-1"), guest("W5-2"), guest("W5-3")], [false, false, true]);
    }
    let cora = scene.cora.person.to_string();
    scene.anna.phone.visit_join(&visit, &cora, None).unwrap();
    scene.all_meet();
    assert!(!versions(&scene.dora, &visit, "W5-3")[0].2, "who joined is no guest any more");
}

#[test]
fn nobody_joins_an_undercover_visit_or_a_self_check() {
    let mut scene = Scene::shared();
    let bert = scene.bert.person.to_string();
    let check = scene.emil.phone.visit_start("GOV-01", "self", &[], &[]).unwrap().visit.to_string();
    assert_eq!(scene.emil.phone.visit_join(&check, &bert, None).unwrap_err().code(), "not_permitted");
}

#[test]
fn nobody_signs_a_note_that_they_did_not_write_nor_one_that_was_written_of_another_value() {
    let mut scene = Scene::shared();
    let bert = scene.bert.person.to_string();
    let visit = scene.anna.phone.visit_start("GOV-01", "joint", &[], &[bert]).unwrap().visit.to_string();
    let notes = |hand: &mingcha_tests::Hand| -> Vec<(String, Option<String>)> {
        let view = hand.phone.visit_show(&visit).unwrap();
        let versions = view.answers.into_iter().find(|row| row.item == "W5-1").unwrap().versions;
        versions.into_iter().map(|one| (one.value, one.note)).collect()
    };
    let row = |value: &str, note: Option<&str>| vec![(value.to_owned(), note.map(str::to_owned))];
    scene.anna.phone.visit_answer(&visit, "W5-1", "no", Some("甲：垃圾满"), &[], None).unwrap();
    scene.anna.phone.visit_answer(&visit, "W5-1", "no", None, &[], None).unwrap();
    assert_eq!(notes(&scene.anna), row("no", Some("甲：垃圾满")), "one's own answer said again keeps one's own words");
    scene.all_meet();
    // The same value, but somebody else's words.
    scene.bert.phone.visit_answer(&visit, "W5-1", "no", None, &[], None).unwrap();
    assert_eq!(notes(&scene.bert), row("no", None));
    scene.all_meet();
    scene.anna.phone.visit_answer(&visit, "W5-1", "no", Some("甲：又满"), &[], None).unwrap();
    // One's own words, but of the other value.
    scene.anna.phone.visit_answer(&visit, "W5-1", "yes", None, &[], None).unwrap();
    assert_eq!(notes(&scene.anna), row("yes", None));
}

#[test]
fn an_answer_that_comes_after_the_submission_is_merged_and_marked_and_the_score_stays() {
    let mut scene = Scene::shared();
    let bert = scene.bert.person.to_string();
    let visit = scene.anna.phone.visit_start("GOV-01", "joint", &[], &[bert]).unwrap().visit.to_string();
    scene.all_meet();
    // Bert answers first, offline; Anna submits without having heard of it.
    scene.bert.phone.visit_answer(&visit, "W5-2", "no", Some("无人引导"), &[], None).unwrap();
    scene.town.later(10);
    scene.anna.phone.visit_answer(&visit, "W5-1", "yes", None, &[], None).unwrap();
    let submitted = scene.anna.phone.visit_submit(&visit).unwrap();
    scene.anna.sync();
    scene.all_meet();
    for hand in [&scene.anna, &scene.bert, &scene.cora] {
        let view = hand.phone.visit_show(&visit).unwrap();
        assert_eq!(
            (view.score.obtained, view.score.obtainable),
            (submitted.score.obtained, submitted.score.obtainable)
        );
        assert_eq!(hand.phone.score(&visit).unwrap().obtainable, submitted.score.obtainable);
        assert_eq!(versions(hand, &visit, "W5-2"), [("no".to_owned(), true, false, true)], "merged, and marked");
        assert!(!versions(hand, &visit, "W5-1")[0].3);
    }
    assert_eq!(scene.bert.phone.visit_answer(&visit, "W5-2", "yes", None, &[], None).unwrap_err().code(), "submitted");
}

#[test]
fn whoever_lost_a_conflict_is_told_on_their_own_phone_even_if_it_was_settled_before_they_heard_of_it() {
    let mut scene = Scene::new(super::scene::MONDAY);
    let found = scene.raised();
    scene.all_meet();
    scene.anna.phone.visit_answer(&found.visit, "W5-2", "yes", None, &[], None).unwrap();
    scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", None, &[], None).unwrap();
    scene.anna.sync();
    let told = scene.bert.sync();
    assert_eq!((told.conflicts, told.overruled), (1, 0));
    scene.cora.sync();
    let (name, ..) = conflict(&scene.cora, &found.visit, "answer").unwrap();
    let keep = version(&scene.cora, &name, "no");
    scene.cora.phone.resolve(&name, &keep, "照片为证", None).unwrap();
    scene.cora.sync();

    // Anna never saw the conflict: she hears of its end.
    let told = scene.anna.sync();
    assert_eq!((told.conflicts, told.overruled), (0, 1));
    let lost = scene.anna.phone.overruled().unwrap();
    let row = lost.iter().find(|row| row.conflict == name).unwrap();
    let values: Vec<(&str, bool)> = row.versions.iter().map(|one| (one.value.as_str(), one.in_force)).collect();
    assert_eq!(values, [("yes", false), ("no", true)]);
    assert_eq!(row.versions[1].by.as_deref(), Some("cora"));
    assert_eq!(row.reason.as_deref(), Some("照片为证"));
    // She is told until she looked, and by every screen.
    assert_eq!(scene.anna.sync().overruled, 1);
    assert_eq!(scene.anna.phone.status().unwrap().overruled, 1);
    assert_eq!(scene.anna.phone.overruled_read().unwrap().len(), 1);
    assert_eq!((scene.anna.sync().overruled, scene.anna.phone.status().unwrap().overruled), (0, 0), "she looked");
    assert_eq!(scene.anna.phone.overruled_read().unwrap().len(), 1, "and can look again");
    let told = scene.bert.sync();
    assert_eq!((told.conflicts, told.overruled), (0, 0), "whose value was kept lost nothing");
    // An ordinary change by somebody who saw the value is no conflict that anybody lost.
    scene.cora.phone.visit_answer(&found.visit, "W5-2", "na", None, &[], None).unwrap();
    scene.cora.sync();
    assert_eq!(scene.anna.sync().overruled, 0);
    assert_eq!(scene.bert.sync().overruled, 0);
}

#[test]
fn whoever_lost_is_told_by_the_next_start_although_the_sync_that_heard_of_it_was_killed() {
    let mut scene = Scene::new(super::scene::MONDAY);
    let found = scene.raised();
    scene.all_meet();
    for broken in ["the city goes away", "the phone dies"] {
        scene.anna.phone.visit_answer(&found.visit, "W5-2", "yes", None, &[], None).unwrap();
        scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", Some(broken), &[], None).unwrap();
        scene.anna.sync();
        scene.bert.sync();
        scene.cora.sync();
        let (name, ..) = conflict(&scene.cora, &found.visit, "answer").unwrap();
        let keep = version(&scene.cora, &name, "no");
        scene.cora.phone.resolve(&name, &keep, "照片为证", None).unwrap();
        scene.cora.sync();
        // The pages are on the phone; then the run ends without a word.
        if broken == "the city goes away" {
            let (anna, town) = (&mut scene.anna, &mut scene.town);
            // A photo that is still to go needs the city once more.
            let file = super::scene::picture(anna);
            anna.phone.visit_photo(&found.visit, &file, None).unwrap();
            let ended = anna.phone.sync(&mut |now| {
                if now.what == "photos_up" {
                    town.close();
                }
            });
            assert_eq!(ended.unwrap_err().code(), "unreachable");
            town.serve();
        } else {
            let anna = &mut scene.anna;
            let dies = std::panic::AssertUnwindSafe(|| {
                let _ = anna.phone.sync(&mut |now| assert!(now.what != "pages" || now.done == 0, "dies here"));
            });
            assert!(std::panic::catch_unwind(dies).is_err());
            scene.town.restart(&mut scene.anna);
        }
        assert_eq!(scene.anna.phone.status().unwrap().overruled, 1, "{broken}");
        assert_eq!(scene.anna.sync().overruled, 1, "{broken}");
        assert!(!scene.anna.phone.overruled_read().unwrap().is_empty());
        assert_eq!(scene.anna.phone.status().unwrap().overruled, 0, "{broken}");
        scene.all_meet();
    }
}

#[test]
fn a_visit_is_told_of_no_item_that_it_does_not_ask() {
    let mut scene = Scene::shared();
    let sets = ["W5".to_owned()];
    let visit = scene.anna.phone.visit_start("GOV-01", "open", &sets, &[]).unwrap().visit.to_string();
    let other = scene.anna.phone.items("SYSB").unwrap()[0].item.clone();
    let refused = scene.anna.phone.visit_answer(&visit, &other, "yes", None, &[], None).unwrap_err();
    assert_eq!(refused.code(), "item_of_another_set");
}
