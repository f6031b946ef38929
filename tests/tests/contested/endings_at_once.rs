//! Pairs of acts of which one ends a finding: passed, void, withdrawn or fixed, while somebody else goes on with it.

use super::scene::{Scene, Who, conflict, picture, rectified, version, whoever_is_first};

#[test]
fn approve_and_a_newer_rectification_awaits_the_recheck_and_the_newer_one_stays_to_be_judged() {
    whoever_is_first(Who::Cora, Who::Emil, |scene, first, second| {
        let (found, older) = scene.submitted();
        scene.cora.phone.finding_review(&older, "approve", None, None).unwrap();
        let newer = rectified(&mut scene.emil, &found);
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!(row.stage.name(), "awaiting_recheck", "the newest judged one was approved");
            let verdicts: Vec<bool> = row.submissions.iter().map(|one| one.verdict.is_some()).collect();
            assert_eq!(verdicts, [true, false], "the approval answers what was on the screen and nothing else");
        }
        scene.dora.phone.finding_review(&newer, "return", Some("又被占"), None).unwrap();
        scene.all_meet();
        for hand in [&scene.anna, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "returned");
        }
        assert!(conflict(&scene.cora, &older, "verdict").is_none(), "they judged two rectifications, not one twice");
    });
}

#[test]
fn approve_and_void_is_void_and_taken_back_awaits_the_recheck() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let (found, submission) = scene.submitted();
        scene.cora.phone.finding_review(&submission, "approve", None, None).unwrap();
        scene.dora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "void");
        }
        scene.cora.phone.finding_restore(&found.finding, "登记无误", None).unwrap();
        scene.all_meet();
        for hand in [&scene.anna, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "awaiting_recheck", "the approval was kept");
        }
    });
}

#[test]
fn pass_and_void_is_void_and_taken_back_closed() {
    whoever_is_first(Who::Bert, Who::Cora, |scene, first, second| {
        let (found, _) = scene.submitted();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.cora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.results.len(), row.recheck_due), ("void", 1, None));
        }
        scene.dora.phone.finding_restore(&found.finding, "登记无误", None).unwrap();
        scene.all_meet();
        for hand in [&scene.bert, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "closed", "what was rechecked meanwhile was kept");
        }
    });
}

#[test]
fn fail_and_void_is_void_and_asks_for_no_supervision() {
    whoever_is_first(Who::Bert, Who::Cora, |scene, first, second| {
        let found = scene.noticed();
        scene.bert.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
        scene.cora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.supervision_due, row.overdue), ("void", None, false));
        }
        assert!(!is_asked(scene, "supervision_due", &found.finding));
    });
}

#[test]
fn pass_and_reopen_of_a_failed_recheck_stays_open_until_a_person_decides() {
    whoever_is_first(Who::Bert, Who::Cora, |scene, first, second| {
        let found = scene.noticed();
        scene.anna.phone.finding_recheck(&found.finding, "partly", None, Some("一半"), &[], None).unwrap();
        scene.all_meet();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.cora.phone.finding_reopen(&found.finding, "群众又反映", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "supervised");
        }
        for hand in [&scene.bert, &scene.cora] {
            let (_, in_force, mine) = conflict(hand, &found.finding, "result").unwrap();
            assert_eq!((in_force.as_str(), mine), ("reopen", true), "both who said it are told");
        }
        let (name, ..) = conflict(&scene.cora, &found.finding, "result").unwrap();
        let keep = version(&scene.cora, &name, "pass");
        scene.cora.phone.resolve(&name, &keep, "当日已清", None).unwrap();
        scene.all_meet();
        assert_eq!((scene.bert.stage(&found.finding), scene.emil.stage(&found.finding)), ("closed", "closed"));
    });
}

#[test]
fn withdraw_and_pass_is_void_because_there_was_nothing_to_put_right() {
    whoever_is_first(Who::Cora, Who::Bert, |scene, first, second| {
        let found = scene.noticed();
        scene.emil.phone.finding_appeal(&found.finding, "当日有公告").unwrap();
        scene.all_meet();
        scene.cora.phone.finding_withdraw(&found.finding, Some("确有公告"), None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.appealed, row.results.len()), ("void", false, 1));
            assert_eq!((row.deadline, row.recheck_due), (None, None));
        }
    });
}

#[test]
fn supervise_and_pass_closes_and_the_notice_stays_in_the_history() {
    whoever_is_first(Who::Cora, Who::Bert, |scene, first, second| {
        let found = scene.noticed();
        scene.anna.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
        scene.all_meet();
        scene.cora.phone.finding_supervise(&found.finding).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.recheck_due, row.overdue), ("closed", None, false));
        }
        let told = scene.anna.finding(&found.finding).timeline;
        assert_eq!(told.iter().filter(|step| step.what == "finding_notice").count(), 2);
        for what in ["supervision_due", "unserved", "recheck"] {
            assert!(!is_asked(scene, what, &found.finding), "{what}");
        }
    });
}

#[test]
fn fixed_on_the_spot_and_a_notice_is_noticed_and_the_photos_stay() {
    whoever_is_first(Who::Anna, Who::Cora, |scene, first, second| {
        let found = scene.fed_back();
        let after = picture(&scene.anna);
        scene.anna.phone.finding_fixed(&found.finding, &[after]).unwrap();
        scene.cora.phone.finding_notice(&found.finding, None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.deadline.is_some()), ("noticed", true));
        }
        let row = scene.bert.finding(&found.finding);
        assert!(row.recheck_due.is_some(), "what was fixed on the spot is rechecked too");
        assert_eq!(row.timeline.iter().filter(|step| step.what == "finding_fixed").count(), 1);
    });
}

#[test]
fn fixed_on_the_spot_and_void_is_void() {
    whoever_is_first(Who::Anna, Who::Cora, |scene, first, second| {
        let found = scene.fed_back();
        scene.anna.phone.finding_fixed(&found.finding, &[]).unwrap();
        scene.cora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "void");
        }
    });
}

#[test]
fn duplicate_and_void_of_the_other_leaves_one_of_the_two_that_counts() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let (one, other) = (scene.fed_back(), scene.fed_back());
        scene.cora.phone.finding_duplicate(&other.finding, &one.finding, Some("同一处"), None).unwrap();
        scene.dora.phone.finding_void(&one.finding, "登记错误", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.dora] {
            let row = hand.finding(&other.finding);
            assert_eq!((hand.stage(&one.finding), row.stage.name()), ("void", "fed_back"));
            assert_eq!(row.duplicate_of, None, "the fact counts once, not nowhere");
        }
        assert_eq!((scene.emil.stage(&one.finding), scene.emil.stage(&other.finding)), ("void", "fed_back"));
    });
}

#[test]
fn duplicate_and_void_of_the_duplicate_leaves_the_first_as_it_was() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let (one, other) = (scene.fed_back(), scene.fed_back());
        scene.cora.phone.finding_duplicate(&other.finding, &one.finding, Some("同一处"), None).unwrap();
        scene.dora.phone.finding_void(&other.finding, "重复登记", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora, &scene.emil] {
            assert_eq!((hand.stage(&one.finding), hand.stage(&other.finding)), ("fed_back", "void"));
        }
        assert_eq!(scene.anna.finding(&one.finding).duplicate_of, None);
    });
}

#[test]
fn correct_and_publish_tells_the_unit_the_demand_and_those_who_know_the_correction() {
    whoever_is_first(Who::Anna, Who::Cora, |scene, first, second| {
        let visit = scene.anna.phone.visit_start("GOV-01", "undercover", &[], &[]).unwrap().visit.to_string();
        let raised = scene.anna.phone.finding_raise(&visit, "W5-3", "坡道堵死", None, &[]).unwrap();
        let finding = raised.finding.to_string();
        scene.anna.phone.visit_submit(&visit).unwrap();
        scene.all_meet();
        scene.anna.phone.finding_correct(&finding, "坡道与盲道都堵死").unwrap();
        let copy = scene.cora.phone.finding_feedback(&finding, Some("清理坡道"), false).unwrap().finding.to_string();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora] {
            let original = hand.finding(&finding);
            assert_eq!(original.text, "坡道与盲道都堵死");
            assert_eq!(original.published_as.map(|id| id.to_string()).as_deref(), Some(copy.as_str()));
        }
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.dora, &scene.emil] {
            let row = hand.finding(&copy);
            assert_eq!((row.text.as_str(), row.demand.as_str()), ("清理坡道", "清理坡道"));
            let said = serde_json::to_string(&hand.phone.explain(&copy, None).unwrap()).unwrap();
            assert!(!said.contains("堵死"), "the inspector's own words stay where they were: {said}");
        }
        assert!(scene.bert.phone.finding_show(&finding).is_err(), "a colleague learns of the copy alone");
    });
}

/// True when a supervisor is asked to do this about the finding.
fn is_asked(scene: &Scene, what: &str, finding: &str) -> bool {
    let tasks = scene.cora.phone.tasks().unwrap().into_iter().filter(|row| row.what == what);
    tasks.flat_map(|row| row.findings).any(|one| one.to_string() == finding)
}
