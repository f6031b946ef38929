//! Every pair of acts that two people do at once, neither having heard of the other's: one ending, whoever of the two
//! meets the city first.

use super::scene::{Scene, Who, conflict, rectified, version, versions, whoever_is_first};

#[test]
fn approve_and_return_returns_until_a_person_decides() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let (found, submission) = scene.submitted();
        scene.cora.phone.finding_review(&submission, "approve", None, None).unwrap();
        scene.dora.phone.finding_review(&submission, "return", Some("看不清"), None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.cora, &scene.dora, &scene.anna, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "returned");
        }
        for hand in [&scene.cora, &scene.dora] {
            let (_, in_force, mine) = conflict(hand, &submission, "verdict").unwrap();
            assert_eq!((in_force.as_str(), mine), ("return", true), "everybody who decided is told");
        }
        assert!(!conflict(&scene.anna, &submission, "verdict").unwrap().2);
        let (name, ..) = conflict(&scene.dora, &submission, "verdict").unwrap();
        let keep = version(&scene.dora, &name, "approve");
        scene.dora.phone.resolve(&name, &keep, "原图清楚", None).unwrap();
        scene.all_meet();
        assert_eq!(scene.emil.stage(&found.finding), "awaiting_recheck");
        assert!(conflict(&scene.cora, &submission, "verdict").is_none());
    });
}

#[test]
fn pass_and_fail_supervises_until_a_person_decides() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let (found, _) = scene.submitted();
        scene.anna.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "supervised");
        }
        let (name, in_force, mine) = conflict(&scene.anna, &found.finding, "result").unwrap();
        assert_eq!((in_force.as_str(), mine), ("fail", true));
        let keep = version(&scene.cora, &name, "pass");
        scene.cora.phone.resolve(&name, &keep, "照片为证", None).unwrap();
        scene.all_meet();
        assert_eq!(scene.emil.stage(&found.finding), "closed");
    });
}

#[test]
fn reopen_and_pass_again_stays_open() {
    whoever_is_first(Who::Cora, Who::Bert, |scene, first, second| {
        let (found, _) = scene.submitted();
        scene.anna.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.all_meet();
        scene.cora.phone.finding_reopen(&found.finding, "问题反弹", None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.bert, &scene.cora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "supervised");
        }
        assert_eq!(conflict(&scene.bert, &found.finding, "result").unwrap().1, "reopen");
    });
}

#[test]
fn void_and_a_rectification_is_void_and_the_work_is_listed() {
    whoever_is_first(Who::Cora, Who::Emil, |scene, first, second| {
        let found = scene.noticed();
        scene.cora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        rectified(&mut scene.emil, &found);
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.submissions.len()), ("void", 1));
        }
    });
}

#[test]
fn void_and_take_back_keeps_the_finding_until_a_person_decides() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        scene.cora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        scene.all_meet();
        scene.cora.phone.finding_restore(&found.finding, "登记无误", None).unwrap();
        scene.dora.phone.finding_void(&found.finding, "确属错误", None).unwrap();
        scene.arrive(first, second);
        assert_eq!(scene.emil.stage(&found.finding), "noticed");
        assert_eq!(conflict(&scene.dora, &found.finding, "void").unwrap().1, "kept");
    });
}

#[test]
fn feedback_and_void_of_the_visit_keeps_the_finding_and_marks_it() {
    whoever_is_first(Who::Bert, Who::Anna, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.bert.phone.finding_feedback(&found.finding, Some("清理坡道"), false).unwrap();
        scene.anna.phone.visit_void(&found.visit, "走错了", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.visit_void), ("fed_back", true));
        }
        assert_eq!(scene.emil.stage(&found.finding), "fed_back");
    });
}

#[test]
fn feedback_and_void_of_the_finding_is_void_for_the_unit_too() {
    whoever_is_first(Who::Anna, Who::Cora, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.finding_feedback(&found.finding, Some("清理坡道"), false).unwrap();
        scene.cora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        scene.arrive(first, second);
        assert_eq!((scene.cora.stage(&found.finding), scene.emil.stage(&found.finding)), ("void", "void"));
    });
}

#[test]
fn two_feedbacks_tell_the_unit_once_and_give_one_number() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.finding_feedback(&found.finding, Some("清理坡道"), false).unwrap();
        scene.bert.phone.finding_feedback(&found.finding, Some("移走车辆"), false).unwrap();
        scene.arrive(first, second);
        let row = scene.cora.finding(&found.finding);
        assert_eq!(row.timeline.iter().filter(|step| step.what == "number_give").count(), 1);
        assert_eq!(scene.emil.finding(&found.finding).demand, row.demand, "the first in the city's order holds");
    });
}

#[test]
fn two_notices_run_by_the_newer_one() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.fed_back();
        scene.cora.phone.finding_notice(&found.finding, Some("2026-05-08")).unwrap();
        scene.dora.phone.finding_notice(&found.finding, Some("2026-05-15")).unwrap();
        scene.arrive(first, second);
        let deadline = scene.anna.finding(&found.finding).deadline;
        assert!(deadline.is_some());
        for hand in [&scene.cora, &scene.dora, &scene.emil] {
            assert_eq!(hand.finding(&found.finding).deadline, deadline);
        }
    });
}

#[test]
fn acknowledge_and_decline_serve_the_notice_once_and_both_are_told() {
    whoever_is_first(Who::Emil, Who::Fred, |scene, first, second| {
        let found = scene.fed_back();
        scene.cora.phone.finding_notice(&found.finding, None).unwrap();
        scene.all_meet();
        scene.emil.phone.finding_acknowledge(&found.finding, "值班长", false).unwrap();
        scene.fred.phone.finding_decline(&found.finding, "该窗口不归本单位").unwrap();
        scene.arrive(first, second);
        let row = scene.cora.finding(&found.finding);
        assert_eq!((row.stage.name(), row.unserved, row.provisional), ("noticed", false, false));
        let steps: Vec<_> = row.timeline.iter().map(|step| step.what).collect();
        assert!(steps.contains(&"finding_acknowledge") && steps.contains(&"finding_decline"), "{steps:?}");
        assert_eq!(scene.emil.finding(&found.finding).deadline, row.deadline);
    });
}

#[test]
fn two_rectifications_are_two_and_the_newest_judged_one_rules() {
    whoever_is_first(Who::Emil, Who::Fred, |scene, first, second| {
        let found = scene.noticed();
        let one = rectified(&mut scene.emil, &found);
        let other = rectified(&mut scene.fred, &found);
        scene.arrive(first, second);
        assert_eq!(scene.cora.finding(&found.finding).submissions.len(), 2);
        let newest = scene.cora.finding(&found.finding).submissions[1].submission.to_string();
        assert!([&one, &other].contains(&&newest));
        scene.cora.phone.finding_review(&newest, "approve", None, None).unwrap();
        scene.all_meet();
        assert_eq!(scene.emil.stage(&found.finding), "awaiting_recheck");
    });
}

#[test]
fn return_and_a_newer_rectification_is_submitted_because_the_return_answers_the_first_one_alone() {
    whoever_is_first(Who::Cora, Who::Emil, |scene, first, second| {
        let (found, submission) = scene.submitted();
        scene.cora.phone.finding_review(&submission, "return", Some("看不清"), None).unwrap();
        rectified(&mut scene.emil, &found);
        scene.arrive(first, second);
        for hand in [&scene.cora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "submitted", "the return answers the first one, not the second");
        }
    });
}

#[test]
fn approve_and_pass_closes() {
    whoever_is_first(Who::Cora, Who::Bert, |scene, first, second| {
        let (found, submission) = scene.submitted();
        scene.cora.phone.finding_review(&submission, "approve", None, None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.arrive(first, second);
        assert_eq!(scene.emil.stage(&found.finding), "closed");
    });
}

#[test]
fn pass_and_a_rectification_closes_and_keeps_what_came() {
    whoever_is_first(Who::Anna, Who::Emil, |scene, first, second| {
        let found = scene.noticed();
        scene.anna.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        rectified(&mut scene.emil, &found);
        scene.arrive(first, second);
        for hand in [&scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.submissions.len()), ("closed", 1));
        }
    });
}

#[test]
fn grant_and_refuse_refuses_until_a_person_decides() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        let served = scene.anna.finding(&found.finding).deadline.unwrap();
        let later = served.plus(20).to_string();
        scene.emil.phone.finding_extension_ask(&found.finding, &later, "需采购").unwrap();
        scene.all_meet();
        scene.cora.phone.finding_extension_grant(&found.finding, None, None, None).unwrap();
        scene.dora.phone.finding_extension_refuse(&found.finding, Some("已有备件"), None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.emil] {
            assert_eq!(hand.finding(&found.finding).deadline, Some(served));
        }
        assert!(scene.anna.finding(&found.finding).contested == Some(true));
        let (name, in_force, mine) = conflict(&scene.cora, &found.finding, "extension").unwrap();
        assert_eq!((in_force.as_str(), mine), ("refused", true));
        let keep = version(&scene.cora, &name, &later);
        scene.cora.phone.resolve(&name, &keep, "同意", None).unwrap();
        scene.all_meet();
        assert_eq!(scene.emil.finding(&found.finding).deadline.unwrap().to_string(), later);
        assert!(conflict(&scene.dora, &found.finding, "extension").is_none());
    });
}

#[test]
fn two_grants_give_the_earlier_day() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        scene.cora.phone.finding_extension_grant(&found.finding, Some("2026-05-20"), None, None).unwrap();
        scene.dora.phone.finding_extension_grant(&found.finding, Some("2026-05-13"), None, None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.emil] {
            assert_eq!(hand.finding(&found.finding).deadline.unwrap().to_string(), "2026-05-13");
        }
    });
}

#[test]
fn suspend_and_resume_goes_by_the_later_one_and_both_are_told() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        scene.cora.phone.finding_suspend(&found.finding, None, "整栋改造", None).unwrap();
        scene.all_meet();
        scene.cora.phone.finding_suspend(&found.finding, Some("2026-06-30"), "改造半年", None).unwrap();
        scene.dora.phone.finding_resume(&found.finding, None, None).unwrap();
        scene.arrive(first, second);
        let suspended = scene.anna.finding(&found.finding).suspended;
        assert_eq!(scene.emil.finding(&found.finding).suspended, suspended);
        let (name, in_force, mine) = conflict(&scene.dora, &found.finding, "suspension").unwrap();
        assert_eq!((in_force == "resumed", mine), (!suspended, true));
        let keep = version(&scene.dora, &name, "resumed");
        scene.dora.phone.resolve(&name, &keep, "", None).unwrap();
        scene.all_meet();
        assert!(!scene.emil.finding(&found.finding).suspended);
        assert!(conflict(&scene.cora, &found.finding, "suspension").is_none());
    });
}

#[test]
fn uphold_and_withdraw_lets_the_finding_stand_until_a_person_decides() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        scene.emil.phone.finding_appeal(&found.finding, "当日有公告").unwrap();
        scene.all_meet();
        scene.cora.phone.finding_uphold(&found.finding, Some("公告未张贴"), None).unwrap();
        scene.dora.phone.finding_withdraw(&found.finding, Some("确有公告"), None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.appealed), ("noticed", false));
        }
        let (name, in_force, _) = conflict(&scene.cora, &found.finding, "appeal").unwrap();
        assert_eq!(in_force, "upheld");
        let keep = version(&scene.cora, &name, "withdrawn");
        scene.cora.phone.resolve(&name, &keep, "核实有公告", None).unwrap();
        scene.all_meet();
        assert_eq!(scene.emil.stage(&found.finding), "void");
    });
}

#[test]
fn duplicates_both_ways_still_count_once() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let (one, other) = (scene.fed_back(), scene.fed_back());
        scene.cora.phone.finding_duplicate(&one.finding, &other.finding, None, None).unwrap();
        scene.dora.phone.finding_duplicate(&other.finding, &one.finding, None, None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora] {
            let links = [&one, &other].map(|found| hand.finding(&found.finding).duplicate_of);
            assert_eq!(links.iter().filter(|link| link.is_some()).count(), 1, "one of the two counts: {links:?}");
        }
    });
}

#[test]
fn two_corrections_are_both_shown() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.fed_back();
        scene.anna.phone.finding_correct(&found.finding, "应为二号窗口").unwrap();
        scene.bert.phone.finding_correct(&found.finding, "应为三号窗口").unwrap();
        scene.arrive(first, second);
        let row = scene.cora.finding(&found.finding);
        let words: Vec<&str> = row.timeline.iter().map(|step| step.text.as_str()).collect();
        assert!(words.contains(&"应为二号窗口") && words.contains(&"应为三号窗口"), "{words:?}");
        assert_eq!(scene.anna.finding(&found.finding).text, row.text);
    });
}

#[test]
fn two_decisions_of_one_conflict_need_a_person_again_and_end_there() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let (found, _) = scene.submitted();
        scene.anna.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
        scene.all_meet();
        let (name, ..) = conflict(&scene.cora, &found.finding, "result").unwrap();
        let (pass, fail) = (version(&scene.cora, &name, "pass"), version(&scene.dora, &name, "fail"));
        scene.cora.phone.resolve(&name, &pass, "照片为证", None).unwrap();
        scene.dora.phone.resolve(&name, &fail, "现场所见", None).unwrap();
        scene.arrive(first, second);
        let (name, in_force, mine) = conflict(&scene.cora, &found.finding, "result").unwrap();
        assert_eq!((in_force.as_str(), mine), ("fail", true));
        assert!(!conflict(&scene.anna, &found.finding, "result").unwrap().2, "it is the deciders' conflict now");
        assert_eq!(scene.cora.phone.conflicts().unwrap().iter().filter(|row| row.conflict == name).count(), 1);
        // Nothing decides by itself, however often everybody meets the city.
        scene.all_meet();
        assert!(conflict(&scene.cora, &found.finding, "result").is_some());
        let keep = version(&scene.cora, &name, "pass");
        scene.cora.phone.resolve(&name, &keep, "会商一致", None).unwrap();
        scene.all_meet();
        assert!(conflict(&scene.dora, &found.finding, "result").is_none());
        assert_eq!(scene.emil.stage(&found.finding), "closed");
    });
}

#[test]
fn two_equal_decisions_of_one_conflict_settle_it() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.visit_answer(&found.visit, "W5-2", "yes", Some("有人引导"), &[], None).unwrap();
        scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", Some("无人引导"), &[], None).unwrap();
        scene.all_meet();
        let (name, ..) = conflict(&scene.cora, &found.visit, "answer").unwrap();
        let keep = version(&scene.cora, &name, "no");
        scene.cora.phone.resolve(&name, &keep, "照片为证", None).unwrap();
        scene.dora.phone.resolve(&name, &keep, "录像为证", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora] {
            assert!(conflict(hand, &found.visit, "answer").is_none());
            let view = hand.phone.visit_show(&found.visit).unwrap();
            let row = view.answers.iter().find(|row| row.item == "W5-2").unwrap();
            assert_eq!((row.value.as_deref(), row.note.as_deref()), (Some("no"), Some("无人引导")), "the note stays");
        }
    });
}

#[test]
fn a_decision_over_what_was_seen_leaves_what_came_since_beside_it() {
    let mut scene = Scene::shared();
    let found = scene.raised();
    scene.all_meet();
    scene.anna.phone.visit_answer(&found.visit, "W5-2", "yes", None, &[], None).unwrap();
    scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", None, &[], None).unwrap();
    scene.dora.phone.visit_answer(&found.visit, "W5-2", "na", None, &[], None).unwrap();
    scene.anna.sync();
    scene.bert.sync();
    scene.cora.sync();
    let row = scene.cora.phone.conflicts().unwrap().into_iter().find(|row| row.entity.to_string() == found.visit);
    let row = row.unwrap();
    let keep = version(&scene.cora, &row.conflict, "no");
    scene.dora.sync();
    scene.cora.sync();
    scene.cora.phone.resolve(&row.conflict, &keep, "", Some(&row.basis.to_string())).unwrap();
    scene.all_meet();
    let values: Vec<String> = versions(&scene.anna, &found.visit, "W5-2").into_iter().map(|one| one.0).collect();
    assert_eq!(values.len(), 2, "{values:?}");
    assert!(values.contains(&"na".to_owned()) && values.contains(&"no".to_owned()), "{values:?}");
}

#[test]
fn hand_over_and_submit_keeps_the_submitted_score_and_marks_what_comes_after_it() {
    whoever_is_first(Who::Cora, Who::Anna, |scene, first, second| {
        let found = scene.raised();
        scene.anna.phone.visit_answer(&found.visit, "W5-1", "yes", None, &[], None).unwrap();
        scene.all_meet();
        let (anna, bert) = (scene.anna.person.to_string(), scene.bert.person.to_string());
        scene.cora.phone.hand_over(&anna, &bert).unwrap();
        let submitted = scene.anna.phone.visit_submit(&found.visit).unwrap().score.obtained;
        scene.cora.sync();
        scene.bert.sync();
        scene.bert.phone.visit_answer(&found.visit, "W5-2", "yes", None, &[], None).unwrap();
        scene.arrive(first, second);
        let view = scene.dora.phone.visit_show(&found.visit).unwrap();
        assert_eq!((view.status, view.score.obtained), ("submitted", submitted));
        assert_eq!(view.people, ["bert"]);
        let added = versions(&scene.dora, &found.visit, "W5-2");
        assert_eq!(added.iter().map(|one| (one.2, one.3)).collect::<Vec<_>>(), [(false, true)], "no guest, but later");
    });
}

#[test]
fn hand_over_and_unassign_leaves_the_work_with_whoever_took_it() {
    let mut scene = Scene::shared();
    let (anna, bert) = (scene.anna.person.to_string(), scene.bert.person.to_string());
    let task = scene.cora.phone.assign("SUB-01", &anna, "2026-03-02", "2026-12-30").unwrap().task.unwrap();
    scene.all_meet();
    let tasks = |hand: &mingcha_tests::Hand| {
        let tasks = hand.phone.tasks().unwrap();
        tasks.iter().filter(|row| row.what == "assigned" && row.site == mingcha_city::load::site_id("SUB-01")).count()
    };
    assert_eq!((tasks(&scene.anna), tasks(&scene.bert)), (1, 0));
    scene.cora.phone.hand_over(&anna, &bert).unwrap();
    scene.all_meet();
    assert_eq!((tasks(&scene.anna), tasks(&scene.bert)), (0, 1));
    // Withdrawn once more: the old task is gone already, the new one is another.
    scene.cora.phone.unassign(&task.to_string()).unwrap();
    scene.all_meet();
    assert_eq!((tasks(&scene.anna), tasks(&scene.bert)), (0, 1));
    assert!(scene.cora.phone.hand_over(&anna, &anna).unwrap_err().is_mistake());
    let emil = scene.emil.person.to_string();
    assert!(scene.cora.phone.hand_over(&anna, &emil).unwrap_err().is_mistake(), "work is not given to a unit");
    assert_eq!(scene.anna.phone.hand_over(&bert, &anna).unwrap_err().code(), "not_permitted");
}
