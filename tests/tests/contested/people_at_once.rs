//! Pairs of acts on who does the work: given out and withdrawn, handed over, joined, while somebody else does it.

use mingcha_model::TaskId;
use mingcha_tests::Hand;

use super::scene::{Scene, Who, conflict, versions, whoever_is_first};

/// The tasks that were given to this person and are still to be done.
fn assigned(hand: &Hand) -> Vec<TaskId> {
    let tasks = hand.phone.tasks().unwrap().into_iter().filter(|row| row.what == "assigned");
    tasks.filter_map(|row| row.task).collect()
}

fn assign(scene: &mut Scene, site: &str) -> TaskId {
    let dora = scene.dora.person.to_string();
    scene.cora.phone.assign(site, &dora, "2026-03-02", "2026-12-30").unwrap().task.unwrap()
}

#[test]
fn assign_and_unassign_withdraws_the_old_task_and_leaves_the_new_one() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let old = assign(scene, "SUB-01");
        scene.all_meet();
        assert!(assigned(&scene.dora).contains(&old));
        scene.dora.phone.unassign(&old.to_string()).unwrap();
        let new = assign(scene, "SUB-01");
        scene.arrive(first, second);
        let tasks = assigned(&scene.dora);
        assert_eq!((tasks.contains(&old), tasks.contains(&new)), (false, true), "one was withdrawn, not the site");
        scene.cora.phone.unassign(&new.to_string()).unwrap();
        scene.all_meet();
        assert!(!assigned(&scene.dora).contains(&new));
    });
}

#[test]
fn two_withdrawals_of_one_task_withdraw_it_once() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let task = assign(scene, "PH-01");
        scene.all_meet();
        scene.cora.phone.unassign(&task.to_string()).unwrap();
        scene.dora.phone.unassign(&task.to_string()).unwrap();
        scene.arrive(first, second);
        assert!(!assigned(&scene.dora).contains(&task));
        for hand in [&scene.cora, &scene.dora] {
            assert_eq!(hand.phone.status().unwrap().refused, 0);
        }
    });
}

#[test]
fn hand_over_and_a_withdrawal_at_once_leaves_the_work_with_whoever_took_it() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let task = assign(scene, "PG-01");
        scene.all_meet();
        let (dora, bert) = (scene.dora.person.to_string(), scene.bert.person.to_string());
        let handed = scene.cora.phone.hand_over(&dora, &bert).unwrap();
        let there = mingcha_city::load::site_id("PG-01");
        let new = handed.iter().find(|row| row.site == there && row.task.is_some()).and_then(|row| row.task).unwrap();
        scene.dora.phone.unassign(&task.to_string()).unwrap();
        scene.arrive(first, second);
        assert!(!assigned(&scene.dora).contains(&task));
        assert!(assigned(&scene.bert).contains(&new));
        scene.cora.phone.unassign(&new.to_string()).unwrap();
        scene.all_meet();
        assert!(!assigned(&scene.bert).contains(&new));
    });
}

#[test]
fn hand_over_and_submit_at_once_is_submitted_with_the_score_of_whoever_made_the_visit() {
    whoever_is_first(Who::Cora, Who::Anna, |scene, first, second| {
        let found = scene.raised();
        scene.anna.phone.visit_answer(&found.visit, "W5-1", "yes", None, &[], None).unwrap();
        scene.all_meet();
        let (anna, bert) = (scene.anna.person.to_string(), scene.bert.person.to_string());
        scene.cora.phone.hand_over(&anna, &bert).unwrap();
        let submitted = scene.anna.phone.visit_submit(&found.visit).unwrap().score.obtained;
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.dora] {
            let view = hand.phone.visit_show(&found.visit).unwrap();
            assert_eq!((view.status, view.score.obtained), ("submitted", submitted));
            assert_eq!(view.people, ["bert"]);
            let tasks = hand.phone.tasks().unwrap();
            assert!(tasks.iter().all(|row| row.visit.is_none_or(|visit| visit.to_string() != found.visit)));
        }
        let late = scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", None, &[], None);
        assert!(late.is_err_and(|error| error.is_mistake()), "a submitted visit is never altered");
        scene.bert.phone.visit_remark(&found.visit, "另有一处").unwrap();
        scene.all_meet();
        assert_eq!(scene.anna.phone.visit_show(&found.visit).unwrap().remarks, ["另有一处"]);
    });
}

#[test]
fn join_and_submit_is_submitted_and_the_person_is_there() {
    whoever_is_first(Who::Cora, Who::Anna, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        let bert = scene.bert.person.to_string();
        scene.cora.phone.visit_join(&found.visit, &bert, None).unwrap();
        scene.anna.phone.visit_answer(&found.visit, "W5-1", "yes", None, &[], None).unwrap();
        let submitted = scene.anna.phone.visit_submit(&found.visit).unwrap().score.obtained;
        // Bert answered meanwhile, without having heard of either.
        scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", None, &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.dora] {
            let view = hand.phone.visit_show(&found.visit).unwrap();
            assert_eq!((view.status, view.score.obtained), ("submitted", submitted), "the submitted score stays");
            assert_eq!(view.people, ["bert"]);
            let late = versions(hand, &found.visit, "W5-2");
            assert_eq!(
                late.iter().map(|one| (one.2, one.3)).collect::<Vec<_>>(),
                [(false, true)],
                "no guest, but later"
            );
        }
    });
}

#[test]
fn leave_and_answer_keeps_the_answer_as_a_guests() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        let bert = scene.bert.person.to_string();
        scene.anna.phone.visit_join(&found.visit, &bert, None).unwrap();
        scene.all_meet();
        scene.anna.phone.visit_leave(&found.visit, &bert, None).unwrap();
        scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", Some("无人引导"), &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora] {
            assert!(hand.phone.visit_show(&found.visit).unwrap().people.is_empty());
            let kept = versions(hand, &found.visit, "W5-2");
            assert_eq!(kept.iter().map(|one| (one.0.as_str(), one.2)).collect::<Vec<_>>(), [("no", true)]);
        }
    });
}

#[test]
fn void_of_a_visit_and_an_answer_is_void_and_comes_back_with_the_answer() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.visit_void(&found.visit, "走错了", None).unwrap();
        scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", Some("无人引导"), &[], None).unwrap();
        scene.arrive(first, second);
        assert_eq!(scene.bert.phone.status().unwrap().refused, 0, "what was seen is not refused");
        for hand in [&scene.anna, &scene.bert, &scene.cora] {
            assert_eq!(hand.phone.visit_show(&found.visit).unwrap().status, "void");
            assert_eq!(versions(hand, &found.visit, "W5-2")[0].0, "no", "nobody's work is lost");
        }
        scene.cora.phone.visit_restore(&found.visit, "没有走错", None).unwrap();
        scene.all_meet();
        for hand in [&scene.anna, &scene.bert] {
            let view = hand.phone.visit_show(&found.visit).unwrap();
            let answer = view.answers.iter().find(|row| row.item == "W5-2").unwrap();
            assert_eq!((view.status, answer.value.as_deref()), ("draft", Some("no")));
        }
        assert!(conflict(&scene.bert, &found.visit, "answer").is_none());
    });
}
