//! Pairs of acts on what stands beside the stage: extensions, suspensions, appeals, while the finding itself goes on.

use mingcha_tests::Hand;

use super::scene::{Who, conflict, whoever_is_first};

fn deadline(hand: &Hand, finding: &str) -> String {
    hand.finding(finding).deadline.map(|day| day.to_string()).unwrap_or_default()
}

fn recheck(hand: &Hand, finding: &str) -> String {
    hand.finding(finding).recheck_due.map(|day| day.to_string()).unwrap_or_default()
}

#[test]
fn suspend_and_pass_closes() {
    whoever_is_first(Who::Cora, Who::Bert, |scene, first, second| {
        let found = scene.noticed();
        scene.cora.phone.finding_suspend(&found.finding, None, "整栋改造", None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.deadline, row.recheck_due), ("closed", None, None));
            assert!(!row.overdue);
        }
    });
}

#[test]
fn suspend_and_fail_is_supervised_and_nothing_runs_until_it_is_resumed() {
    whoever_is_first(Who::Cora, Who::Bert, |scene, first, second| {
        let found = scene.noticed();
        scene.cora.phone.finding_suspend(&found.finding, None, "整栋改造", None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.suspended), ("supervised", true), "one stands beside the other");
            assert_eq!((row.deadline, row.recheck_due, row.overdue), (None, None, false));
        }
        scene.dora.phone.finding_resume(&found.finding, None, None).unwrap();
        scene.all_meet();
        for hand in [&scene.anna, &scene.cora] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.suspended), ("supervised", false));
            assert!(row.recheck_due.is_some() && row.supervision_due.is_some());
        }
    });
}

#[test]
fn suspend_and_resume_of_a_suspension_that_both_saw_tells_both_whatever_was_said_last() {
    for suspended_last in [true, false] {
        whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
            let found = scene.noticed();
            scene.cora.phone.finding_suspend(&found.finding, None, "整栋改造", None).unwrap();
            scene.all_meet();
            let resume = |scene: &mut super::scene::Scene| {
                scene.dora.phone.finding_resume(&found.finding, Some("完工"), None).unwrap();
                scene.town.later(2);
            };
            if !suspended_last {
                scene.cora.phone.finding_suspend(&found.finding, Some("2026-12-30"), "又改造", None).unwrap();
                scene.town.later(2);
            }
            resume(scene);
            if suspended_last {
                scene.cora.phone.finding_suspend(&found.finding, Some("2026-12-30"), "又改造", None).unwrap();
            }
            scene.arrive(first, second);
            for hand in [&scene.anna, &scene.cora, &scene.dora, &scene.emil] {
                assert_eq!(
                    hand.finding(&found.finding).suspended,
                    suspended_last,
                    "the later word, whoever came first"
                );
            }
            for hand in [&scene.cora, &scene.dora] {
                assert!(conflict(hand, &found.finding, "suspension").unwrap().2, "both are told");
            }
            assert_eq!(scene.anna.finding(&found.finding).contested, Some(true));
        });
    }
}

#[test]
fn a_grant_holds_against_a_newer_notice_whose_author_had_not_heard_of_it() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        let day = scene.anna.finding(&found.finding).deadline.unwrap();
        let (granted, noticed) = (day.plus(28).to_string(), day.plus(14).to_string());
        scene.cora.phone.finding_extension_grant(&found.finding, Some(&granted), None, None).unwrap();
        scene.town.later(2);
        scene.dora.phone.finding_notice(&found.finding, Some(&noticed)).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora, &scene.emil] {
            assert_eq!(deadline(hand, &found.finding), granted, "nobody takes away what they do not know of");
        }
    });
}

#[test]
fn a_notice_and_a_newer_grant_runs_by_the_grant() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        let day = scene.anna.finding(&found.finding).deadline.unwrap();
        let (granted, noticed) = (day.plus(28).to_string(), day.plus(14).to_string());
        scene.dora.phone.finding_notice(&found.finding, Some(&noticed)).unwrap();
        scene.town.later(2);
        scene.cora.phone.finding_extension_grant(&found.finding, Some(&granted), None, None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora, &scene.emil] {
            assert_eq!(deadline(hand, &found.finding), granted, "a deadline moves later by an extension");
        }
    });
}

#[test]
fn an_extension_asked_and_a_notice_asks_still() {
    whoever_is_first(Who::Emil, Who::Cora, |scene, first, second| {
        let found = scene.noticed();
        let day = scene.anna.finding(&found.finding).deadline.unwrap();
        let (asked, noticed) = (day.plus(28).to_string(), day.plus(7).to_string());
        scene.cora.phone.finding_notice(&found.finding, Some(&noticed)).unwrap();
        scene.town.later(2);
        scene.emil.phone.finding_extension_ask(&found.finding, &asked, "需采购").unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.emil] {
            assert_eq!(deadline(hand, &found.finding), noticed);
        }
        scene.dora.phone.finding_extension_grant(&found.finding, None, None, None).unwrap();
        scene.all_meet();
        for hand in [&scene.anna, &scene.emil] {
            assert_eq!(deadline(hand, &found.finding), asked);
        }
    });
}

#[test]
fn a_grant_and_a_failed_recheck_is_supervised_and_the_next_recheck_waits_for_the_extension() {
    whoever_is_first(Who::Cora, Who::Bert, |scene, first, second| {
        let found = scene.noticed();
        // A Friday far beyond the fortnight.
        scene.cora.phone.finding_extension_grant(&found.finding, Some("2026-08-14"), None, None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            assert_eq!(
                (hand.stage(&found.finding), deadline(hand, &found.finding).as_str()),
                ("supervised", "2026-08-14")
            );
        }
        for hand in [&scene.anna, &scene.bert, &scene.cora] {
            assert_eq!(recheck(hand, &found.finding), "2026-08-17", "the first working day after it");
        }
    });
}

#[test]
fn a_grant_and_a_passed_recheck_closes() {
    whoever_is_first(Who::Cora, Who::Bert, |scene, first, second| {
        let found = scene.noticed();
        scene.cora.phone.finding_extension_grant(&found.finding, Some("2026-08-14"), None, None).unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.deadline, row.recheck_due), ("closed", None, None));
        }
    });
}

#[test]
fn an_appeal_and_a_passed_recheck_closes_and_the_appeal_is_still_decided() {
    whoever_is_first(Who::Emil, Who::Bert, |scene, first, second| {
        let found = scene.noticed();
        scene.emil.phone.finding_appeal(&found.finding, "当日有公告").unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "closed", "an appeal stands beside the stage");
        }
        scene.cora.phone.finding_withdraw(&found.finding, Some("确有公告"), None).unwrap();
        scene.all_meet();
        for hand in [&scene.bert, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.appealed), ("void", false), "it never was the unit's fault");
        }
    });
}

#[test]
fn an_appeal_and_a_failed_recheck_is_supervised_and_appealed() {
    whoever_is_first(Who::Emil, Who::Bert, |scene, first, second| {
        let found = scene.noticed();
        scene.emil.phone.finding_appeal(&found.finding, "当日有公告").unwrap();
        scene.bert.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.appealed), ("supervised", true));
        }
        scene.cora.phone.finding_uphold(&found.finding, Some("公告未张贴"), None).unwrap();
        scene.all_meet();
        for hand in [&scene.bert, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.appealed), ("supervised", false));
        }
    });
}

#[test]
fn an_upheld_appeal_and_void_is_void_until_that_is_taken_back() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        scene.emil.phone.finding_appeal(&found.finding, "当日有公告").unwrap();
        scene.all_meet();
        scene.cora.phone.finding_uphold(&found.finding, Some("公告未张贴"), None).unwrap();
        scene.dora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora, &scene.emil] {
            let row = hand.finding(&found.finding);
            assert_eq!((row.stage.name(), row.appealed), ("void", false));
        }
        scene.cora.phone.finding_restore(&found.finding, "登记无误", None).unwrap();
        scene.all_meet();
        for hand in [&scene.anna, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "noticed");
        }
    });
}

#[test]
fn a_withdrawn_finding_and_void_stays_void_when_the_voiding_alone_is_taken_back() {
    whoever_is_first(Who::Cora, Who::Dora, |scene, first, second| {
        let found = scene.noticed();
        scene.emil.phone.finding_appeal(&found.finding, "当日有公告").unwrap();
        scene.all_meet();
        scene.cora.phone.finding_withdraw(&found.finding, Some("确有公告"), None).unwrap();
        scene.dora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.cora, &scene.dora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "void");
        }
        scene.dora.phone.finding_restore(&found.finding, "登记无误", None).unwrap();
        scene.all_meet();
        for hand in [&scene.anna, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "void", "the appeal was right all the same");
        }
    });
}
