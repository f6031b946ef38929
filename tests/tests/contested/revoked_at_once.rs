//! What is said and what may be said change at once: a push beside a revocation, a release beside a discard.
//!
//! Where the two fall at the same instant either may win; whichever does, nothing is refused, lost or half there.

use std::thread::{scope, sleep};
use std::time::Duration;

use mingcha_city::load::area_id;
use mingcha_model::Role;

use super::scene::{MONDAY, Scene};

/// The words of a supervisor about a finding: one that records, one that decides.
fn speaks(scene: &mut Scene, finding: &str, submission: &str, words: &str) {
    scene.dora.phone.finding_correct(finding, words).unwrap();
    scene.dora.phone.finding_review(submission, "return", Some("看不清"), None).unwrap();
}

#[test]
fn a_push_and_a_revocation_keep_the_facts_and_only_a_decision_that_came_later_waits() {
    for revoked_first in [true, false] {
        let mut scene = Scene::new(MONDAY);
        let (found, submission) = scene.submitted();
        scene.town.later(60);
        speaks(&mut scene, &found.finding, &submission, "应为二号窗口");
        scene.town.later(60);
        let dora = scene.dora.person;
        if revoked_first {
            scene.town.city.revoke(dora, area_id("DH")).unwrap();
            scene.town.later(1);
        }
        let report = scene.dora.sync();
        assert_eq!((report.waiting_ops, report.refused), (0, 0));
        assert_eq!(report.held, u64::from(revoked_first), "revoked first: {revoked_first}");
        if !revoked_first {
            scene.town.later(1);
            scene.town.city.revoke(dora, area_id("DH")).unwrap();
        }
        scene.meet_without_dora();
        let stage = if revoked_first { "submitted" } else { "returned" };
        for hand in [&scene.anna, &scene.cora] {
            assert_eq!(
                (hand.finding(&found.finding).text.as_str(), hand.stage(&found.finding)),
                ("应为二号窗口", stage)
            );
        }
        assert_eq!(scene.emil.stage(&found.finding), stage);
    }
}

#[test]
fn an_area_revoked_while_a_push_is_under_way_refuses_nothing_and_halves_nothing() {
    let mut scene = Scene::new(MONDAY);
    let dh = area_id("DH");
    let (mut held, mut accepted) = (0, 0);
    for round in 0..8_u64 {
        let (found, submission) = scene.submitted();
        scene.town.later(10);
        let words = format!("第 {round} 次更正");
        speaks(&mut scene, &found.finding, &submission, &words);
        let (city, person) = (scene.town.city.clone(), scene.dora.person);
        scope(|scope| {
            scope.spawn(move || {
                sleep(Duration::from_millis(round * 4));
                city.revoke(person, dh).unwrap();
            });
            // Between the greeting and the question it may have lost what it asks for.
            let report = scene.dora.try_sync();
            assert!(report.is_ok() || report.is_err_and(|error| error.code() == "feed_refused"));
        });
        let report = scene.dora.sync();
        assert_eq!((report.waiting_ops, report.refused), (0, 0), "round {round}");
        scene.meet_without_dora();
        let row = scene.cora.finding(&found.finding);
        assert_eq!(row.text, words, "what was seen counts, whoever was first");
        let waiting = scene.cora.phone.held().unwrap();
        match row.stage.name() {
            "returned" => accepted += 1,
            "submitted" => held += 1,
            other => panic!("{other}"),
        }
        assert_eq!(waiting.len(), usize::from(row.stage.name() == "submitted"), "held, or counted, never neither");
        for one in waiting {
            scene.cora.phone.release(&one.op.to_string()).unwrap();
        }
        scene.meet_without_dora();
        assert_eq!((scene.anna.stage(&found.finding), scene.emil.stage(&found.finding)), ("returned", "returned"));
        scene.town.city.grant(person, dh).unwrap();
        scene.all_meet();
        scene.all_meet();
        scene.staff_agrees();
        assert_eq!(scene.dora.stage(&found.finding), "returned", "back in the area, all of it is here again");
    }
    println!("{accepted} pushes came before the revocation, {held} after it");
}

#[test]
fn a_device_revoked_while_a_push_is_under_way_loses_nothing_that_it_said() {
    let mut scene = Scene::new(MONDAY);
    for round in 0..4_u64 {
        let found = scene.fed_back();
        let mut gina = scene.town.hand(&format!("gina {round}"), Role::Inspector);
        scene.town.later(10);
        gina.phone.finding_correct(&found.finding, "应为二号窗口").unwrap();
        gina.phone.visit_remark(&found.visit, "补充说明").unwrap();
        let device = scene.town.city.devices().unwrap().into_iter().find(|one| one.person == gina.person).unwrap();
        let city = scene.town.city.clone();
        scope(|scope| {
            scope.spawn(move || {
                sleep(Duration::from_millis(round * 6));
                city.revoke_device(device.device).unwrap();
            });
            let report = gina.try_sync();
            assert!(report.is_ok() || report.is_err_and(|error| error.code() == "device_revoked"));
        });
        // It may still say what it has, and reads nothing more.
        let _ = gina.try_sync();
        scene.all_meet();
        for one in scene.cora.phone.held().unwrap() {
            assert_eq!(one.reason, "device_revoked");
            scene.cora.phone.release(&one.op.to_string()).unwrap();
        }
        scene.all_meet();
        scene.all_meet();
        for hand in [&scene.anna, &scene.cora, &scene.dora] {
            assert_eq!(hand.finding(&found.finding).text, "应为二号窗口");
            assert_eq!(hand.phone.visit_show(&found.visit).unwrap().remarks, ["补充说明"], "once, and whole");
        }
        scene.staff_agrees();
    }
}

#[test]
fn release_and_discard_counts_because_only_what_was_refused_can_be_let_go() {
    for released_first in [true, false] {
        let mut scene = Scene::new(MONDAY);
        let (found, submission) = scene.submitted();
        scene.town.later(60);
        scene.dora.phone.finding_review(&submission, "return", Some("看不清"), None).unwrap();
        scene.town.later(60);
        scene.town.city.revoke(scene.dora.person, area_id("DH")).unwrap();
        scene.town.later(60);
        assert_eq!(scene.dora.sync().held, 1);
        scene.cora.sync();
        let op = scene.cora.phone.held().unwrap()[0].op.to_string();
        scene.cora.phone.release(&op).unwrap();
        assert!(scene.dora.phone.refused_discard(&op).unwrap_err().is_mistake());
        assert_eq!(scene.dora.phone.status().unwrap().held, 1, "nothing was changed");
        scene.town.later(1);
        if released_first {
            scene.cora.sync();
            scene.dora.sync();
        } else {
            scene.dora.sync();
            scene.cora.sync();
        }
        scene.meet_without_dora();
        assert_eq!(scene.dora.sync().held, 0);
        assert!(scene.dora.phone.refused_discard(&op).unwrap_err().is_mistake());
        for hand in [&scene.anna, &scene.cora, &scene.emil] {
            assert_eq!(hand.stage(&found.finding), "returned");
        }
    }
}

#[test]
fn discard_and_a_grant_leaves_what_was_let_go_unsaid() {
    for granted_first in [true, false] {
        let mut scene = Scene::new(MONDAY);
        let found = scene.raised();
        scene.all_meet();
        let (anna, dh) = (scene.anna.person, area_id("DH"));
        scene.town.city.revoke(anna, dh).unwrap();
        scene.town.later(60);
        scene.anna.phone.visit_remark(&found.visit, "补充说明").unwrap();
        assert_eq!(scene.anna.sync().refused, 1);
        let op = scene.anna.phone.refused().unwrap()[0].op.to_string();
        if granted_first {
            scene.town.city.grant(anna, dh).unwrap();
        }
        scene.anna.phone.refused_discard(&op).unwrap();
        scene.anna.sync();
        if !granted_first {
            scene.town.city.grant(anna, dh).unwrap();
        }
        scene.all_meet();
        scene.all_meet();
        assert_eq!(scene.anna.phone.status().unwrap().refused, 0);
        assert!(scene.anna.phone.refused_retry(&op).unwrap_err().is_mistake(), "it was let go");
        for hand in [&scene.anna, &scene.cora] {
            assert!(hand.phone.visit_show(&found.visit).unwrap().remarks.is_empty());
        }
        scene.staff_agrees();
    }
}

impl Scene {
    fn meet_without_dora(&mut self) {
        for _ in 0..2 {
            for hand in [&mut self.anna, &mut self.bert, &mut self.cora, &mut self.emil, &mut self.fred] {
                hand.sync();
            }
        }
    }
}
