//! Deadlines, service, rechecks: what falls due when, told by the phones of those who must act.

use mingcha_tests::Hand;

use super::scene::{MONDAY, Scene};

fn tasks(hand: &Hand, what: &str) -> Vec<(String, Vec<String>, bool)> {
    let rows = hand.phone.tasks().unwrap().into_iter().filter(|row| row.what == what);
    rows.map(|row| (row.due.to_string(), row.findings.iter().map(ToString::to_string).collect(), row.overdue)).collect()
}

fn deadline(hand: &Hand, finding: &str) -> String {
    hand.finding(finding).deadline.map(|day| day.to_string()).unwrap_or_default()
}

fn recheck(hand: &Hand, finding: &str) -> String {
    hand.finding(finding).recheck_due.map(|day| day.to_string()).unwrap_or_default()
}

#[test]
fn a_notice_that_nobody_acknowledges_runs_from_the_working_day_after_its_card_and_is_listed() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let found = scene.fed_back();
    // Written without a network on Wednesday, heard of by the city on Friday.
    scene.town.now("2026-03-04T10:00:00+08:00");
    scene.cora.phone.finding_notice(&found.finding, None).unwrap();
    let row = scene.cora.finding(&found.finding);
    assert!(row.provisional, "until the unit's card is written");
    scene.town.now("2026-03-06T17:00:00+08:00");
    scene.all_meet();
    for hand in [&scene.cora, &scene.anna, &scene.emil] {
        // Told on Friday the 6th, served on Monday the 9th, three working days from then.
        assert_eq!(deadline(hand, &found.finding), "2026-03-12");
        assert!(!hand.finding(&found.finding).provisional);
    }
    assert!(!scene.cora.finding(&found.finding).unserved);
    scene.town.now("2026-03-10T09:00:00+08:00");
    scene.all_meet();
    assert!(scene.cora.finding(&found.finding).unserved);
    assert_eq!(tasks(&scene.cora, "unserved"), [("2026-03-09".to_owned(), vec![found.finding.clone()], true)]);
    assert!(tasks(&scene.anna, "unserved").is_empty(), "it is for those who supervise");
    // A signature that comes later is kept and gives no more time.
    scene.emil.phone.finding_acknowledge(&found.finding, "值班长", false).unwrap();
    scene.all_meet();
    assert_eq!(deadline(&scene.emil, &found.finding), "2026-03-12");
    assert!(tasks(&scene.cora, "unserved").is_empty());
}

#[test]
fn a_notice_runs_from_the_day_it_was_acknowledged_declined_or_signed_on_paper() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let by_phone = scene.fed_back();
    let declined = scene.fed_back();
    let signed = scene.fed_back();
    for found in [&by_phone, &declined, &signed] {
        scene.cora.phone.finding_notice(&found.finding, None).unwrap();
    }
    scene.all_meet();
    for found in [&by_phone, &declined, &signed] {
        assert_eq!(deadline(&scene.emil, &found.finding), "2026-03-06", "served on the 3rd at the latest");
    }
    scene.emil.phone.finding_acknowledge(&by_phone.finding, "值班长", false).unwrap();
    scene.emil.phone.finding_decline(&declined.finding, "该窗口不归本单位").unwrap();
    scene.anna.phone.finding_acknowledge(&signed.finding, "值班长", true).unwrap();
    let refused = scene.anna.phone.finding_acknowledge(&signed.finding, "值班长", false).unwrap_err();
    assert_eq!(refused.code(), "not_permitted", "the unit's own phone is the unit's");
    scene.all_meet();
    for found in [&by_phone, &declined, &signed] {
        for hand in [&scene.cora, &scene.emil] {
            assert_eq!(deadline(hand, &found.finding), "2026-03-05", "served on the 2nd");
        }
        assert!(!scene.cora.finding(&found.finding).unserved);
    }
    assert_eq!(tasks(&scene.cora, "declined"), [("2026-03-02".to_owned(), vec![declined.finding], false)]);
    let untold = scene.fed_back();
    let refused = scene.emil.phone.finding_acknowledge(&untold.finding, "值班长", false).unwrap_err();
    assert_eq!(refused.code(), "not_now", "there is nothing to sign for");
}

#[test]
fn a_signature_counts_from_the_day_the_city_heard_of_it_and_only_for_the_notice_that_was_seen() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let (late, twice) = (scene.fed_back(), scene.fed_back());
    for found in [&late, &twice] {
        scene.cora.phone.finding_notice(&found.finding, None).unwrap();
    }
    scene.all_meet();
    // Signed on Monday on a phone that meets the city a week later.
    scene.emil.phone.finding_acknowledge(&late.finding, "值班长", false).unwrap();
    scene.town.now("2026-03-09T09:00:00+08:00");
    assert_eq!(deadline(&scene.cora, &late.finding), "2026-03-06");
    // Meanwhile another notice is served, which that phone has not shown.
    scene.emil.phone.finding_acknowledge(&twice.finding, "值班长", false).unwrap();
    scene.cora.phone.finding_supervise(&twice.finding).unwrap();
    scene.cora.sync();
    scene.town.later(1);
    scene.emil.sync();
    scene.all_meet();
    scene.all_meet();
    for hand in [&scene.cora, &scene.anna, &scene.emil] {
        assert_eq!(deadline(hand, &late.finding), "2026-03-06", "what was served does not move earlier");
        assert!(!hand.finding(&late.finding).provisional);
        assert_eq!(deadline(hand, &twice.finding), "2026-03-13", "served by the working day after its card");
    }
    scene.town.now("2026-03-11T09:00:00+08:00");
    scene.all_meet();
    assert!(scene.cora.finding(&twice.finding).unserved, "nobody signed for the second");
}

#[test]
fn a_recheck_falls_due_on_its_date_whatever_the_stage_and_takes_all_that_are_due_at_the_site() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let (unanswered, (under_review, _)) = (scene.noticed(), scene.submitted());
    let told = scene.fed_back();
    scene.town.now("2026-03-11T09:00:00+08:00");
    scene.all_meet();
    assert!(tasks(&scene.bert, "recheck").is_empty(), "the window opens two working days before");
    assert!(scene.cora.finding(&unanswered.finding).overdue);
    scene.town.now("2026-03-12T09:00:00+08:00");
    scene.all_meet();
    let due = tasks(&scene.bert, "recheck");
    assert_eq!(due.len(), 1, "one visit takes them all: {due:?}");
    assert_eq!((due[0].0.as_str(), due[0].1.len(), due[0].2), ("2026-03-16", 3, false));
    let started = scene.bert.phone.visit_start("GOV-01", "recheck", &[], &[]).unwrap();
    let listed: Vec<String> = started.findings.iter().map(ToString::to_string).collect();
    for found in [&unanswered, &under_review, &told] {
        assert!(listed.contains(&found.finding), "the recheck visit names what it is for");
    }
    let visit = started.visit.to_string();
    scene.town.now("2026-03-16T09:00:00+08:00");
    scene.bert.phone.finding_recheck(&unanswered.finding, "fail", Some(&visit), Some("没有动静"), &[], None).unwrap();
    scene.bert.phone.finding_recheck(&under_review.finding, "pass", Some(&visit), None, &[], None).unwrap();
    scene.bert.phone.finding_recheck(&told.finding, "partly", Some(&visit), Some("一半"), &[], None).unwrap();
    scene.bert.phone.visit_submit(&visit).unwrap();
    scene.all_meet();
    let stages = [&unanswered, &under_review, &told].map(|found| scene.emil.stage(&found.finding));
    assert_eq!(stages, ["supervised", "closed", "supervised"], "an unanswered notice cannot hang");
    assert!(tasks(&scene.bert, "recheck").is_empty());
    // The next one a fortnight after the nominal date.
    assert_eq!(recheck(&scene.bert, &unanswered.finding), "2026-03-30");
    assert_eq!(tasks(&scene.cora, "supervision_due")[0].1.len(), 2);
}

#[test]
fn a_recheck_on_a_holiday_rolls_and_the_next_one_counts_from_the_nominal_date() {
    let mut scene = Scene::new("2026-02-02T08:00:00+08:00");
    let found = scene.fed_back();
    assert_eq!(recheck(&scene.anna, &found.finding), "2026-02-24", "nominally the 16th, in the Spring Festival");
    scene.town.now("2026-02-24T10:00:00+08:00");
    scene.anna.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
    scene.all_meet();
    assert_eq!(recheck(&scene.cora, &found.finding), "2026-03-16", "2 March would leave less than a week");
}

#[test]
fn an_extension_or_a_suspension_moves_the_recheck_behind_its_end() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let (extended, suspended, resumed) = (scene.noticed(), scene.noticed(), scene.noticed());
    scene.cora.phone.finding_extension_grant(&extended.finding, Some("2026-03-20"), None, None).unwrap();
    scene.cora.phone.finding_suspend(&suspended.finding, Some("2026-04-03"), "整栋改造", None).unwrap();
    scene.cora.phone.finding_suspend(&resumed.finding, None, "整栋改造", None).unwrap();
    scene.all_meet();
    assert_eq!(recheck(&scene.anna, &extended.finding), "2026-03-23", "a Monday, the 20th is a Friday");
    // 4 to 6 April are days off.
    assert_eq!(recheck(&scene.anna, &suspended.finding), "2026-04-07");
    assert_eq!(recheck(&scene.anna, &resumed.finding), "");
    scene.town.now("2026-03-18T09:00:00+08:00");
    scene.all_meet();
    for found in [&suspended, &resumed] {
        assert!(!scene.emil.finding(&found.finding).overdue, "nothing runs while it is suspended");
    }
    scene.cora.phone.finding_resume(&resumed.finding, None, None).unwrap();
    scene.all_meet();
    assert_eq!(recheck(&scene.anna, &resumed.finding), "2026-03-19");
    assert!(!scene.emil.finding(&resumed.finding).overdue, "on the day it is resumed");
    scene.town.now("2026-04-08T09:00:00+08:00");
    scene.all_meet();
    let row = scene.emil.finding(&suspended.finding);
    assert_eq!((row.suspended, row.overdue), (false, true), "its end came by itself");
}

#[test]
fn nobody_is_urged_while_a_finding_is_suspended() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let (forgotten, late) = (scene.raised(), scene.noticed());
    scene.town.now("2026-03-09T09:00:00+08:00");
    scene.all_meet();
    for found in [&forgotten, &late] {
        assert!(scene.cora.finding(&found.finding).overdue);
        scene.cora.phone.finding_suspend(&found.finding, Some("2026-03-20"), "整栋改造", None).unwrap();
    }
    scene.all_meet();
    for found in [&forgotten, &late] {
        let row = scene.cora.finding(&found.finding);
        assert_eq!((row.suspended, row.overdue), (true, false));
    }
    assert!(!scene.emil.finding(&late.finding).overdue);
    assert_eq!(tasks(&scene.cora, "feedback_overdue"), []);
    assert_eq!(tasks(&scene.cora, "unserved"), []);
    scene.town.now("2026-03-21T09:00:00+08:00");
    scene.all_meet();
    assert!(scene.cora.finding(&forgotten.finding).overdue && scene.cora.finding(&late.finding).overdue);
    assert_eq!(tasks(&scene.cora, "feedback_overdue").len(), 1);
}

#[test]
fn forgotten_feedback_is_overdue_the_next_day_and_the_recheck_counts_from_when_it_was_due() {
    let mut scene = Scene::new(MONDAY);
    let found = scene.raised();
    scene.anna.phone.visit_submit(&found.visit).unwrap();
    scene.all_meet();
    assert!(tasks(&scene.cora, "feedback_overdue").is_empty());
    assert_eq!(recheck(&scene.cora, &found.finding), "2026-03-16");
    scene.town.now("2026-03-03T09:00:00+08:00");
    scene.all_meet();
    for hand in [&scene.anna, &scene.cora] {
        assert_eq!(tasks(hand, "feedback_overdue"), [("2026-03-02".to_owned(), vec![found.finding.clone()], true)]);
        assert!(hand.finding(&found.finding).overdue);
    }
    scene.anna.phone.finding_feedback(&found.finding, None, false).unwrap();
    assert!(tasks(&scene.anna, "feedback_overdue").is_empty());
    assert_eq!(recheck(&scene.anna, &found.finding), "2026-03-17", "a fortnight after it was given");
}

#[test]
fn the_same_item_failing_again_at_the_site_is_a_repeat_whoever_finds_it_and_a_duplicate_is_none() {
    let mut scene = Scene::new(MONDAY);
    let first = scene.fed_back();
    scene.town.now("2026-03-10T09:00:00+08:00");
    let visit = scene.bert.phone.visit_start("GOV-01", "open", &[], &[]).unwrap().visit.to_string();
    let again = scene.bert.phone.finding_raise(&visit, "W5-3", "又被占", None, &[]).unwrap().finding.to_string();
    let other = scene.bert.phone.finding_raise(&visit, "W5-2", "无人引导", None, &[]).unwrap().finding.to_string();
    scene.all_meet();
    for hand in [&scene.anna, &scene.bert, &scene.cora] {
        let repeat = [&first.finding, &again, &other].map(|finding| hand.finding(finding).repeat == Some(true));
        assert_eq!(repeat, [false, true, false]);
    }
    scene.cora.phone.finding_duplicate(&again, &first.finding, Some("同一处"), None).unwrap();
    assert_eq!(scene.cora.finding(&again).repeat, Some(false));
}

#[test]
fn a_date_in_a_year_without_a_published_table_is_provisional() {
    let mut scene = Scene::new("2026-12-18T08:00:00+08:00");
    let found = scene.fed_back();
    let row = scene.anna.finding(&found.finding);
    assert!(row.provisional && row.recheck_due.is_some(), "the table of 2027 is not out");
}

#[test]
fn dates_that_rest_on_what_only_this_phone_knows_are_provisional() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let visit = scene.anna.phone.visit_start("GOV-01", "open", &["W5".to_owned()], &[]).unwrap().visit.to_string();
    let raised = scene.anna.phone.finding_raise(&visit, "W5-1", "垃圾箱已满", None, &[]).unwrap();
    let finding = raised.finding.to_string();
    assert!(scene.anna.finding(&finding).provisional, "raised offline");
    scene.all_meet();
    assert!(!scene.anna.finding(&finding).provisional);
    scene.town.now("2026-03-16T09:00:00+08:00");
    scene.anna.phone.finding_recheck(&finding, "fail", None, Some("仍未清运"), &[], None).unwrap();
    assert!(scene.anna.finding(&finding).provisional, "rechecked offline");
    scene.all_meet();
    assert!(!scene.anna.finding(&finding).provisional);
}

#[test]
fn a_recheck_before_its_days_counts_and_is_marked_for_staff_alone() {
    let mut scene = Scene::new(MONDAY);
    let (hasty, patient) = (scene.fed_back(), scene.fed_back());
    scene.anna.phone.finding_recheck(&hasty.finding, "pass", None, None, &[], None).unwrap();
    scene.all_meet();
    scene.town.later(14 * 24 * 60);
    scene.anna.phone.finding_recheck(&patient.finding, "pass", None, None, &[], None).unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.cora] {
        let early = [&hasty, &patient].map(|found| hand.finding(&found.finding).results[0].early);
        assert_eq!(early, [true, false]);
    }
    assert!(!scene.emil.finding(&hasty.finding).results[0].early, "a unit is told nothing of it");
}

#[test]
fn a_campaign_has_its_own_deadlines_and_repeats_cross_from_undercover_to_open() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let before = scene.noticed();
    // The campaign that runs in the sample gets a policy of its own.
    let text = "[[campaigns]]\ncode = \"CK2026\"\nname = \"某行动\"\nfrom = 2026-03-02\nto = 2026-11-30\nsets = [\"W5\"]\n\
                [campaigns.policy]\ndeadline_ordinary = 1\n";
    let load = mingcha_city::load::Load::parse("campaign.toml", text, None, &scene.town.city.known().unwrap());
    scene.town.city.apply(&load.unwrap()).unwrap();
    scene.all_meet();
    let covert = scene.anna.phone.visit_start("GOV-01", "undercover", &[], &[]).unwrap().visit.to_string();
    let seen = scene.anna.phone.finding_raise(&covert, "W5-3", "坡道堵死", None, &[]).unwrap().finding.to_string();
    scene.all_meet();
    let copy = scene.cora.phone.finding_feedback(&seen, Some("清理坡道"), false).unwrap().finding.to_string();
    scene.cora.phone.finding_notice(&copy, None).unwrap();
    assert_eq!(deadline(&scene.cora, &copy), "2026-03-04", "offline as by the city");
    scene.all_meet();
    for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
        assert_eq!(deadline(hand, &copy), "2026-03-04");
        assert_eq!(deadline(hand, &before.finding), "2026-03-05", "served before, so not shortened");
    }
    scene.town.now("2026-03-09T09:00:00+08:00");
    scene.all_meet();
    let again = scene.bert.phone.visit_start("GOV-01", "open", &[], &[]).unwrap().visit.to_string();
    let again = scene.bert.phone.finding_raise(&again, "W5-3", "又堵死", None, &[]).unwrap().finding.to_string();
    scene.all_meet();
    for hand in [&scene.anna, &scene.bert, &scene.cora] {
        assert_eq!(hand.finding(&again).repeat, Some(true));
    }
}

#[test]
fn nobody_undoes_what_they_had_not_heard_of() {
    let mut scene = Scene::new(MONDAY);
    let (pleaded, granted) = (scene.noticed(), scene.noticed());
    scene.emil.phone.finding_appeal(&pleaded.finding, "不属本窗口").unwrap();
    scene.all_meet();
    scene.cora.phone.finding_withdraw(&pleaded.finding, Some("确非本窗口"), None).unwrap();
    scene.fred.phone.finding_appeal(&pleaded.finding, "再次说明").unwrap();
    scene.cora.phone.finding_extension_grant(&granted.finding, Some("2026-04-08"), None, None).unwrap();
    scene.dora.phone.finding_notice(&granted.finding, None).unwrap();
    for _ in 0..2 {
        scene.all_meet();
    }
    for hand in [&scene.cora, &scene.anna, &scene.emil, &scene.fred] {
        assert_eq!(hand.stage(&pleaded.finding), "void", "a second plea takes nothing back");
        assert_eq!(deadline(hand, &granted.finding), "2026-04-08");
    }
    // Whoever knows of the extension may serve a notice in its place.
    scene.dora.phone.finding_notice(&granted.finding, None).unwrap();
    scene.all_meet();
    assert_eq!(deadline(&scene.emil, &granted.finding), "2026-03-06");
}

#[test]
fn what_a_unit_was_told_is_not_rewritten_by_an_earlier_feedback_that_arrives_later() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let found = scene.raised();
    scene.all_meet();
    scene.anna.phone.finding_feedback(&found.finding, Some("甲的要求"), false).unwrap();
    scene.town.now("2026-03-03T09:00:00+08:00");
    scene.bert.phone.finding_feedback(&found.finding, Some("乙的要求"), false).unwrap();
    scene.bert.sync();
    scene.cora.sync();
    scene.town.now("2026-03-04T09:00:00+08:00");
    let due = recheck(&scene.cora, &found.finding);
    assert_eq!(due, "2026-03-17");
    scene.all_meet();
    for hand in [&scene.anna, &scene.bert, &scene.cora, &scene.emil] {
        assert_eq!(hand.finding(&found.finding).demand, "乙的要求");
    }
    assert_eq!(recheck(&scene.cora, &found.finding), due);
}

#[test]
fn whoever_supervises_finds_what_waits_for_them_and_a_duplicate_asks_for_nothing() {
    let mut scene = Scene::new("2026-03-02T08:00:00+08:00");
    let (reviewed, _) = scene.submitted();
    let (asking, appealing, twin) = (scene.noticed(), scene.noticed(), scene.noticed());
    scene.emil.phone.finding_extension_ask(&asking.finding, "2026-03-20", "等配件").unwrap();
    scene.emil.phone.finding_appeal(&appealing.finding, "不属本窗口").unwrap();
    let own = scene.emil.finding(&asking.finding);
    assert!(own.extension.is_some() && scene.emil.finding(&appealing.finding).appealed, "seen before the city hears");
    scene.cora.phone.finding_duplicate(&twin.finding, &asking.finding, None, None).unwrap();
    scene.all_meet();
    for (what, found) in [("to_review", &reviewed), ("extension_asked", &asking), ("appealed", &appealing)] {
        let waiting = tasks(&scene.cora, what);
        assert_eq!(
            waiting.iter().map(|(_, findings, late)| (findings.clone(), *late)).collect::<Vec<_>>(),
            [(vec![found.finding.clone()], false)]
        );
        assert!(tasks(&scene.anna, what).is_empty());
    }
    let shown = scene.emil.finding(&twin.finding);
    assert_eq!(shown.duplicate_of.map(|of| of.to_string()), Some(asking.finding.clone()));
    assert_eq!(shown.deadline, None, "it counts with the other");
    scene.town.now("2026-03-16T09:00:00+08:00");
    scene.all_meet();
    let rechecks = tasks(&scene.anna, "recheck");
    assert!(!rechecks.iter().any(|(_, findings, _)| findings.contains(&twin.finding)));
    assert!(!scene.cora.finding(&twin.finding).overdue);
}

#[test]
fn a_visit_of_which_a_notice_was_served_does_not_move() {
    let mut scene = Scene::new(MONDAY);
    let found = scene.raised();
    scene.anna.phone.finding_feedback(&found.finding, Some("清理坡道"), false).unwrap();
    scene.all_meet();
    scene.cora.phone.finding_notice(&found.finding, None).unwrap();
    scene.all_meet();
    assert_eq!(scene.anna.phone.visit_move(&found.visit, "PG-01", None).unwrap_err().code(), "not_now");
    scene.cora.sync();
    scene.all_meet();
    let refused = scene.cora.phone.finding_suspend(&found.finding, Some("2026-02-27"), "整栋改造", None).unwrap_err();
    assert_eq!(refused.code(), "not_now");
    assert_eq!(scene.cora.phone.finding_restore(&found.finding, "没有作废", None).unwrap_err().code(), "not_now");
}
