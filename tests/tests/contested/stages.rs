//! Every stage and every side state of a finding, each reached as people reach it.

use super::scene::{Scene, picture, rectified};

#[test]
fn recorded_until_somebody_tells_the_unit() {
    let mut scene = Scene::shared();
    let found = scene.raised();
    scene.all_meet();
    assert_eq!(scene.cora.stage(&found.finding), "recorded");
    assert!(scene.emil.phone.finding_show(&found.finding).is_err(), "the unit does not know of it");
}

#[test]
fn fed_back_once_the_unit_was_told() {
    let mut scene = Scene::shared();
    let found = scene.fed_back();
    assert_eq!(scene.cora.stage(&found.finding), "fed_back");
    let card = scene.emil.finding(&found.finding);
    assert_eq!((card.stage.name(), card.demand.as_str(), card.text.as_str()), ("fed_back", "清理坡道", "清理坡道"));
}

#[test]
fn fixed_on_the_spot_is_rechecked_all_the_same() {
    let mut scene = Scene::shared();
    let found = scene.fed_back();
    let after = picture(&scene.anna);
    scene.anna.phone.finding_fixed(&found.finding, &[after]).unwrap();
    scene.all_meet();
    let row = scene.cora.finding(&found.finding);
    assert_eq!((row.stage.name(), row.recheck_due.is_some()), ("fixed_on_spot", true));
    assert_eq!(scene.emil.stage(&found.finding), "fixed_on_spot");
}

#[test]
fn noticed_submitted_returned_and_submitted_again() {
    let mut scene = Scene::shared();
    let found = scene.noticed();
    assert_eq!(scene.anna.stage(&found.finding), "noticed");
    let first = rectified(&mut scene.emil, &found);
    assert_eq!(scene.emil.stage(&found.finding), "submitted", "at once, on the phone that said it");
    scene.all_meet();
    assert_eq!(scene.cora.stage(&found.finding), "submitted");
    scene.cora.phone.finding_review(&first, "return", Some("看不清"), None).unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.emil] {
        assert_eq!(hand.stage(&found.finding), "returned");
    }
    assert_eq!(scene.emil.finding(&found.finding).submissions[0].reason.as_deref(), Some("看不清"));
    rectified(&mut scene.emil, &found);
    scene.all_meet();
    assert_eq!(scene.cora.stage(&found.finding), "submitted");
}

#[test]
fn approved_photos_await_the_recheck_and_only_a_passed_recheck_closes() {
    let mut scene = Scene::shared();
    let (found, submission) = scene.submitted();
    scene.cora.phone.finding_review(&submission, "approve", None, None).unwrap();
    scene.all_meet();
    let row = scene.anna.finding(&found.finding);
    assert_eq!((row.stage.name(), row.recheck_due.is_some()), ("awaiting_recheck", true));
    scene.bert.phone.finding_recheck(&found.finding, "pass", None, None, &[], None).unwrap();
    scene.all_meet();
    let row = scene.anna.finding(&found.finding);
    assert_eq!((row.stage.name(), row.recheck_due), ("closed", None));
    assert_eq!((row.results[0].same_inspector, row.results[0].counts), (false, true));
    assert_eq!(scene.emil.stage(&found.finding), "closed");
}

#[test]
fn a_recheck_that_failed_or_passed_in_part_supervises_and_a_notice_is_due() {
    let mut scene = Scene::shared();
    for outcome in ["fail", "partly"] {
        let (found, submission) = scene.submitted();
        scene.cora.phone.finding_review(&submission, "approve", None, None).unwrap();
        scene.all_meet();
        scene.anna.phone.finding_recheck(&found.finding, outcome, None, Some("仍被占"), &[], None).unwrap();
        scene.all_meet();
        let row = scene.cora.finding(&found.finding);
        assert_eq!((row.stage.name(), row.supervision_due.is_some()), ("supervised", true), "{outcome}");
        assert!(row.results[0].same_inspector, "the inspector who found it rechecked it: allowed, and marked");
        let asked = |scene: &Scene| {
            let tasks = scene.cora.phone.tasks().unwrap();
            tasks
                .into_iter()
                .filter(|row| row.what == "supervision_due")
                .flat_map(|row| row.findings)
                .any(|one| one.to_string() == found.finding)
        };
        assert!(asked(&scene));
        scene.cora.phone.finding_supervise(&found.finding).unwrap();
        assert!(!asked(&scene) && scene.cora.finding(&found.finding).supervision_due.is_none());
        scene.all_meet();
        assert_eq!(scene.emil.stage(&found.finding), "supervised");
    }
}

#[test]
fn void_by_a_supervisor_and_taken_back() {
    let mut scene = Scene::shared();
    let (found, _) = scene.submitted();
    scene.cora.phone.finding_void(&found.finding, "登记错误", None).unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.emil] {
        assert_eq!(hand.stage(&found.finding), "void");
    }
    scene.dora.phone.finding_restore(&found.finding, "登记无误", None).unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.emil] {
        assert_eq!(hand.stage(&found.finding), "submitted");
    }
    scene.staff_agrees();
}

#[test]
fn appealed_upheld_and_appealed_again_and_withdrawn() {
    let mut scene = Scene::shared();
    let found = scene.noticed();
    scene.emil.phone.finding_appeal(&found.finding, "当日有公告").unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.emil] {
        let row = hand.finding(&found.finding);
        assert_eq!((row.stage.name(), row.appealed), ("noticed", true), "it stands beside the stage");
    }
    scene.cora.phone.finding_uphold(&found.finding, Some("公告未张贴"), None).unwrap();
    scene.all_meet();
    let row = scene.emil.finding(&found.finding);
    assert_eq!((row.stage.name(), row.appealed), ("noticed", false));
    scene.emil.phone.finding_appeal(&found.finding, "附照片").unwrap();
    scene.all_meet();
    assert!(scene.cora.finding(&found.finding).appealed, "the first decision does not answer the second appeal");
    scene.cora.phone.finding_withdraw(&found.finding, Some("确有公告"), None).unwrap();
    scene.all_meet();
    let row = scene.emil.finding(&found.finding);
    assert_eq!((row.stage.name(), row.appealed), ("void", false));
}

#[test]
fn an_extension_is_asked_granted_and_refused() {
    let mut scene = Scene::shared();
    let found = scene.noticed();
    let served = scene.anna.finding(&found.finding).deadline.unwrap();
    let later = served.plus(9).to_string();
    let asked = |hand: &mingcha_tests::Hand| {
        serde_json::to_value(hand.finding(&found.finding).extension).unwrap().as_str().map(str::to_owned)
    };
    scene.emil.phone.finding_extension_ask(&found.finding, &later, "需采购").unwrap();
    scene.all_meet();
    for hand in [&scene.cora, &scene.emil] {
        assert_eq!((asked(hand).as_deref(), hand.finding(&found.finding).deadline), (Some("asked"), Some(served)));
    }
    scene.cora.phone.finding_extension_grant(&found.finding, None, None, None).unwrap();
    scene.all_meet();
    for hand in [&scene.cora, &scene.emil] {
        assert_eq!(asked(hand).as_deref(), Some("granted"));
        assert_eq!(hand.finding(&found.finding).deadline.unwrap().to_string(), later);
    }
    scene.emil.phone.finding_extension_ask(&found.finding, "2026-12-31", "还需采购").unwrap();
    scene.all_meet();
    scene.dora.phone.finding_extension_refuse(&found.finding, Some("已有备件"), None).unwrap();
    scene.all_meet();
    for hand in [&scene.cora, &scene.emil] {
        assert_eq!(asked(hand).as_deref(), Some("refused"));
        assert_eq!(hand.finding(&found.finding).deadline, Some(served), "the last decision is the one that holds");
    }
}

#[test]
fn a_later_notice_sets_its_own_deadline_whatever_was_granted_before() {
    let mut scene = Scene::shared();
    let found = scene.noticed();
    scene.cora.phone.finding_extension_grant(&found.finding, Some("2026-05-29"), None, None).unwrap();
    scene.all_meet();
    scene.cora.phone.finding_notice(&found.finding, Some("2026-04-17")).unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.emil] {
        assert_eq!(
            hand.finding(&found.finding).deadline.unwrap().to_string(),
            "2026-04-17",
            "a new notice moves it earlier"
        );
    }
}

#[test]
fn suspended_without_an_end_nothing_runs_until_it_is_resumed() {
    let mut scene = Scene::shared();
    let found = scene.noticed();
    scene.cora.phone.finding_suspend(&found.finding, None, "整栋改造", None).unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.emil] {
        let row = hand.finding(&found.finding);
        assert_eq!((row.stage.name(), row.suspended), ("noticed", true), "it stands beside the stage");
        assert_eq!((row.deadline, row.recheck_due, row.overdue), (None, None, false));
    }
    scene.cora.phone.finding_resume(&found.finding, None, None).unwrap();
    scene.all_meet();
    for hand in [&scene.anna, &scene.emil] {
        let row = hand.finding(&found.finding);
        assert!(!row.suspended && row.deadline.is_some());
    }
    assert!(scene.anna.finding(&found.finding).recheck_due.is_some());
}

#[test]
fn of_two_findings_of_one_fact_one_counts_and_the_link_can_be_taken_back() {
    let mut scene = Scene::shared();
    let (one, other) = (scene.fed_back(), scene.fed_back());
    scene.cora.phone.finding_duplicate(&other.finding, &one.finding, Some("同一处"), None).unwrap();
    scene.all_meet();
    let row = scene.anna.finding(&other.finding);
    assert_eq!(row.duplicate_of.map(|of| of.to_string()), Some(one.finding.clone()));
    assert_eq!(row.repeat, Some(false));
    assert!(scene.cora.phone.finding_duplicate(&one.finding, &other.finding, None, None).unwrap_err().is_mistake());
    scene.cora.phone.finding_duplicate(&other.finding, "none", None, None).unwrap();
    scene.all_meet();
    assert_eq!(scene.anna.finding(&other.finding).duplicate_of, None);
}

#[test]
fn a_corrected_wording_is_shown_and_the_first_one_stays_readable() {
    let mut scene = Scene::shared();
    let found = scene.fed_back();
    scene.bert.phone.finding_correct(&found.finding, "应为二号窗口").unwrap();
    scene.all_meet();
    let row = scene.cora.finding(&found.finding);
    assert_eq!(row.text, "应为二号窗口");
    let words: Vec<&str> = row.timeline.iter().map(|step| step.text.as_str()).collect();
    assert!(words.contains(&"坡道被占") && words.contains(&"应为二号窗口"), "{words:?}");
    assert_eq!(scene.emil.finding(&found.finding).text, "清理坡道", "the unit reads its demand alone");
}

#[test]
fn what_a_void_visit_found_goes_with_it_unless_the_unit_was_told() {
    let mut scene = Scene::shared();
    let (untold, told) = (scene.raised(), scene.raised());
    for found in [&untold, &told] {
        scene.all_meet();
        assert_eq!(scene.cora.stage(&found.finding), "recorded");
    }
    scene.anna.phone.finding_feedback(&told.finding, None, false).unwrap();
    for found in [&untold, &told] {
        scene.anna.phone.visit_void(&found.visit, "走错了", None).unwrap();
    }
    assert_eq!(scene.anna.stage(&untold.finding), "void", "at once, on the phone that said it");
    scene.all_meet();
    assert_eq!(scene.cora.stage(&untold.finding), "void");
    let row = scene.cora.finding(&told.finding);
    assert_eq!((row.stage.name(), row.visit_void), ("fed_back", true), "whoever was told is owed an answer");
    assert_eq!(scene.emil.stage(&told.finding), "fed_back");
    let effects = scene.cora.phone.explain(&untold.finding, None).unwrap();
    assert!(effects.iter().any(|row| row.kind == "visit_void" && row.effect == "in_force"), "{effects:?}");

    scene.anna.phone.visit_restore(&untold.visit, "没有走错", None).unwrap();
    assert_eq!(scene.anna.stage(&untold.finding), "recorded");
    scene.all_meet();
    assert_eq!(scene.cora.stage(&untold.finding), "recorded");
    scene.staff_agrees();
}

#[test]
fn a_finding_goes_where_its_visit_goes_and_the_unit_that_it_leaves_is_told() {
    let mut scene = Scene::shared();
    let found = scene.raised();
    scene.anna.phone.finding_feedback(&found.finding, Some("清理坡道"), false).unwrap();
    scene.all_meet();
    assert_eq!(scene.emil.stage(&found.finding), "fed_back");
    let station = scene.town.contact("station", mingcha_city::load::unit_id("MC-PSB"));
    let mut station = station;
    assert!(station.phone.finding_show(&found.finding).is_err());

    scene.bert.phone.visit_move(&found.visit, "PG-01", None).unwrap();
    let moved = scene.bert.finding(&found.finding).site;
    assert_eq!(moved, mingcha_city::load::site_id("PG-01"), "at once, on the phone that said it");
    scene.all_meet();
    station.sync();
    assert_eq!(scene.cora.finding(&found.finding).site, moved);
    let listed = scene.cora.phone.finding_list(None, false, Some("PG-01")).unwrap();
    assert!(listed.iter().any(|row| row.finding.to_string() == found.finding));
    let left = scene.emil.finding(&found.finding);
    assert_eq!((left.stage.name(), left.deadline, left.recheck_due), ("void", None, None));
    assert_eq!(left.site, mingcha_city::load::site_id("GOV-01"), "a unit learns of no site but its own");
    let arrived = station.finding(&found.finding);
    assert_eq!((arrived.stage.name(), arrived.site), ("fed_back", moved));
    assert!(scene.emil.phone.finding_appeal(&found.finding, "不属本单位").is_ok(), "kept on the phone");
    let report = scene.emil.sync();
    assert_eq!(report.refused, 1, "and refused: it is another unit's");
    let refused = scene.emil.phone.refused().unwrap();
    assert_eq!(refused[0].reason, "unit");
    scene.emil.phone.refused_discard(&refused[0].op.to_string()).unwrap();

    scene.bert.phone.visit_move(&found.visit, "GOV-01", None).unwrap();
    scene.all_meet();
    station.sync();
    assert_eq!((scene.emil.stage(&found.finding), station.stage(&found.finding)), ("fed_back", "void"));
    scene.staff_agrees();
}
