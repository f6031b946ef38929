//! What the city says of an op, and what a person can do about each: refused, held, late, waiting.

use mingcha_model::Role;

use super::scene::{MONDAY, Scene};

#[test]
fn a_refused_op_is_written_out_put_right_elsewhere_and_let_go() {
    let mut scene = Scene::new(MONDAY);
    let found = scene.raised();
    scene.all_meet();
    // Anna is moved away; what she goes on to say of an area that never was hers is refused, all else arrives.
    let xl = mingcha_city::load::area_id("XL");
    let dh = mingcha_city::load::area_id("DH");
    scene.town.city.grant(scene.anna.person, xl).unwrap();
    scene.town.city.revoke(scene.anna.person, dh).unwrap();
    scene.town.later(60);
    scene.anna.phone.visit_remark(&found.visit, "补充说明").unwrap();
    let report = scene.anna.sync();
    assert_eq!((report.waiting_ops, report.refused), (0, 1));
    let rows = scene.anna.phone.refused().unwrap();
    assert_eq!((rows[0].what, rows[0].reason.as_str()), ("visit_remark", "area"));
    assert!(!rows[0].advice.is_empty(), "it says what to do");
    assert_eq!((rows[0].text.as_str(), rows[0].entity.to_string()), ("补充说明", found.visit.clone()));
    assert_eq!((rows[0].site_name.as_str(), rows[0].by.as_deref()), ("明川市政务服务大厅", Some("anna")));
    let op = rows[0].op.to_string();
    let out = scene.anna.home.join("refused.json");
    scene.anna.phone.refused_export(&op, Some(&out)).unwrap();
    assert!(std::fs::read_to_string(&out).unwrap().contains("补充说明"), "nothing is lost");
    // Back in the area, the same words are proposed again and accepted.
    scene.town.city.grant(scene.anna.person, dh).unwrap();
    scene.anna.sync();
    scene.anna.phone.refused_retry(&op).unwrap();
    assert!(scene.anna.phone.refused().unwrap().is_empty());
    assert_eq!(scene.anna.sync().refused, 0);
    scene.cora.sync();
    let view = scene.cora.phone.visit_show(&found.visit).unwrap();
    assert_eq!(view.remarks, ["补充说明"]);
}

#[test]
fn a_refused_op_is_discarded_by_a_deliberate_act_and_blocks_nothing_meanwhile() {
    let mut scene = Scene::new(MONDAY);
    let found = scene.raised();
    scene.all_meet();
    scene.town.city.revoke(scene.anna.person, mingcha_city::load::area_id("DH")).unwrap();
    scene.town.city.grant(scene.anna.person, mingcha_city::load::area_id("XL")).unwrap();
    scene.town.later(60);
    scene.anna.phone.visit_remark(&found.visit, "补充说明").unwrap();
    scene.anna.sync();
    let elsewhere = scene.anna.phone.visit_start("GOV-02", "open", &[], &[]).unwrap().visit;
    let report = scene.anna.sync();
    assert_eq!(
        (report.sent_ops, report.waiting_ops, report.refused),
        (1, 0, 1),
        "one never blocks another: {elsewhere}"
    );
    let op = scene.anna.phone.refused().unwrap()[0].op.to_string();
    scene.anna.phone.refused_discard(&op).unwrap();
    assert_eq!(scene.anna.sync().refused, 0);
    assert!(scene.anna.phone.refused_discard(&op).unwrap_err().is_mistake());
}

#[test]
fn facts_of_somebody_who_moved_are_late_and_decisions_wait_for_a_release() {
    let mut scene = Scene::new(MONDAY);
    let (found, submission) = scene.submitted();
    scene.town.later(60);
    scene.dora.phone.finding_correct(&found.finding, "应为二号窗口").unwrap();
    scene.dora.phone.finding_review(&submission, "return", Some("看不清"), None).unwrap();
    scene.town.later(60);
    scene.town.city.revoke(scene.dora.person, mingcha_city::load::area_id("DH")).unwrap();
    scene.town.later(24 * 60);
    let report = scene.dora.sync();
    assert_eq!((report.waiting_ops, report.refused, report.held), (0, 0, 1));
    scene.cora.sync();
    let row = scene.cora.finding(&found.finding);
    assert_eq!((row.text.as_str(), row.stage.name()), ("应为二号窗口", "submitted"));
    let explained = scene.cora.phone.explain(&found.finding, None).unwrap();
    let correction = explained.iter().find(|one| one.kind == "finding_correct").unwrap();
    assert!(correction.late, "shown as said before the person moved");
    assert!(explained.iter().filter(|one| one.kind != "finding_correct").all(|one| !one.late));
    let held = scene.cora.phone.held().unwrap();
    assert_eq!((held[0].what, held[0].reason.as_str()), ("review", "moved"));
    // Whoever releases it knows what of, where, by whom and why.
    let row = &held[0];
    assert_eq!(
        (row.entity.to_string(), row.finding.map(|id| id.to_string())),
        (submission, Some(found.finding.clone()))
    );
    assert_eq!((row.value.as_deref(), row.text.as_str(), row.by.as_deref()), (Some("return"), "看不清", Some("dora")));
    assert_eq!((row.site_name.as_str(), row.item.as_deref()), ("明川市政务服务大厅", Some("W5-3")));
    scene.cora.phone.release(&held[0].op.to_string()).unwrap();
    scene.all_meet_but_dora();
    assert_eq!(scene.emil.stage(&found.finding), "returned");
    assert!(scene.cora.phone.held().unwrap().is_empty());
    assert_eq!(scene.dora.sync().held, 0, "its author hears of it");
}

#[test]
fn what_a_supervisor_who_moved_tells_units_or_lets_through_waits_for_another_supervisor() {
    let mut scene = Scene::new(MONDAY);
    let noticed = scene.fed_back();
    let covert = scene.anna.phone.visit_start("GOV-01", "undercover", &[], &[]).unwrap().visit.to_string();
    let seen = scene.anna.phone.finding_raise(&covert, "W5-3", "坡道堵死", None, &[]).unwrap().finding.to_string();
    scene.all_meet();
    scene.town.later(60);
    let copy = scene.dora.phone.finding_feedback(&seen, Some("清理坡道"), false).unwrap().finding.to_string();
    scene.dora.phone.finding_notice(&noticed.finding, Some("2026-03-04")).unwrap();
    scene.town.later(60);
    scene.town.city.revoke(scene.dora.person, mingcha_city::load::area_id("DH")).unwrap();
    scene.town.later(24 * 60);
    assert_eq!(scene.dora.sync().held, 2);
    scene.all_meet_but_dora();
    assert_eq!(scene.emil.stage(&noticed.finding), "fed_back");
    assert_eq!(scene.emil.phone.finding_list(None, false, None).unwrap().len(), 1, "nothing was published");
    let held = scene.cora.phone.held().unwrap();
    let mut what: Vec<&str> = held.iter().map(|one| one.what).collect();
    what.sort_unstable();
    assert_eq!(what, ["finding_feedback", "finding_notice"]);
    let publication = held.iter().find(|one| one.what == "finding_feedback").unwrap();
    scene.cora.phone.release(&publication.op.to_string()).unwrap();
    scene.all_meet_but_dora();
    assert_eq!(scene.emil.stage(&copy), "fed_back");
}

#[test]
fn whoever_comes_back_may_again_and_what_was_said_in_between_is_judged_by_its_own_day() {
    let mut scene = Scene::new(MONDAY);
    let found = scene.raised();
    scene.all_meet();
    let dh = mingcha_city::load::area_id("DH");
    scene.town.city.revoke(scene.bert.person, dh).unwrap();
    scene.town.later(60);
    scene.bert.phone.visit_remark(&found.visit, "离开期间").unwrap();
    scene.town.later(60);
    scene.town.city.grant(scene.bert.person, dh).unwrap();
    scene.town.later(60);
    scene.bert.phone.visit_remark(&found.visit, "回来之后").unwrap();
    // Permitted now, by the present placement: nothing of it is refused.
    let report = scene.bert.sync();
    assert_eq!((report.refused, report.held), (0, 0));
    scene.cora.sync();
    assert_eq!(scene.cora.phone.visit_show(&found.visit).unwrap().remarks, ["离开期间", "回来之后"]);
}

#[test]
fn a_revoked_phone_that_turns_its_clock_back_is_held_all_the_same() {
    let mut scene = Scene::new(MONDAY);
    let found = scene.raised();
    scene.all_meet();
    let device = scene.town.city.devices().unwrap().into_iter().find(|one| one.person == scene.bert.person).unwrap();
    scene.town.city.revoke_device(device.device).unwrap();
    scene.town.later(60);
    // Said after the revocation, with a clock that stands a week before it.
    scene.bert.ahead.store(-7 * 24 * 3_600_000, std::sync::atomic::Ordering::SeqCst);
    scene.bert.phone.visit_remark(&found.visit, "倒填日期").unwrap();
    let report = scene.bert.try_sync();
    assert!(
        report.is_ok() || report.is_err_and(|error| error.code() == "device_revoked"),
        "it may say, and reads nothing"
    );
    scene.cora.sync();
    assert!(scene.cora.phone.visit_show(&found.visit).unwrap().remarks.is_empty(), "held, whatever its clock says");
    let held = scene.cora.phone.held().unwrap();
    assert_eq!((held[0].what, held[0].reason.as_str()), ("visit_remark", "device_revoked"));
    scene.cora.phone.release(&held[0].op.to_string()).unwrap();
    scene.cora.sync();
    assert_eq!(scene.cora.phone.visit_show(&found.visit).unwrap().remarks, ["倒填日期"]);
}

#[test]
fn two_releases_of_one_op_release_it_once() {
    let mut scene = Scene::new(MONDAY);
    let (found, submission) = scene.submitted();
    scene.bert.phone.finding_recheck(&found.finding, "fail", None, Some("仍被占"), &[], None).unwrap();
    let _ = submission;
    scene.town.city.revoke(scene.bert.person, mingcha_city::load::area_id("DH")).unwrap();
    scene.town.later(60);
    assert_eq!(scene.bert.sync().held, 1);
    scene.cora.sync();
    scene.dora.sync();
    let op = scene.cora.phone.held().unwrap()[0].op.to_string();
    scene.cora.phone.release(&op).unwrap();
    scene.dora.phone.release(&op).unwrap();
    for _ in 0..2 {
        scene.cora.sync();
        scene.dora.sync();
    }
    scene.emil.sync();
    for hand in [&scene.cora, &scene.dora] {
        let row = hand.finding(&found.finding);
        assert_eq!((row.stage.name(), row.results.len()), ("supervised", 1));
    }
    assert_eq!(scene.cora.hashes(), scene.dora.hashes());
    assert_eq!(scene.emil.stage(&found.finding), "supervised");
}

#[test]
fn what_waits_for_a_visit_that_the_city_has_not_heard_of_is_said_to_wait() {
    let mut scene = Scene::new(MONDAY);
    let found = scene.raised();
    scene.all_meet();
    let fresh = scene.town.hand("gina", Role::Supervisor);
    assert_eq!(fresh.stage(&found.finding), "recorded", "a new phone reads it all");
    let rows = scene.anna.phone.explain(&found.visit, None).unwrap();
    assert!(rows.iter().all(|row| row.effect != "waiting"), "{rows:?}");
    scene.anna.phone.visit_remark(&found.visit, "还没送出").unwrap();
    let rows = scene.anna.phone.explain(&found.visit, None).unwrap();
    assert_eq!(rows.iter().filter(|row| row.effect == "waiting").count(), 1);
}

impl Scene {
    fn all_meet_but_dora(&mut self) {
        for _ in 0..2 {
            for hand in [&mut self.anna, &mut self.bert, &mut self.cora, &mut self.emil, &mut self.fred] {
                hand.sync();
            }
        }
    }
}
