//! Pairs of acts on one visit that two people do at once: one ending, whoever of the two meets the city first.

use super::scene::{Who, conflict, version, versions, whoever_is_first};

#[test]
fn move_and_answer_keeps_the_answer_at_the_new_site() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.visit_move(&found.visit, "SUB-01", None).unwrap();
        scene.bert.phone.visit_answer(&found.visit, "W5-2", "no", None, &[], None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert, &scene.cora] {
            let view = hand.phone.visit_show(&found.visit).unwrap();
            assert_eq!(view.site, mingcha_city::load::site_id("SUB-01"));
            assert_eq!(versions(hand, &found.visit, "W5-2")[0].0, "no");
        }
    });
}

#[test]
fn move_and_raise_puts_the_finding_where_the_visit_went() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.visit_move(&found.visit, "PG-01", None).unwrap();
        let raised = scene.bert.phone.finding_raise(&found.visit, "W5-2", "无人引导", None, &[]).unwrap();
        scene.arrive(first, second);
        assert_eq!(scene.bert.phone.status().unwrap().refused, 0);
        for hand in [&scene.anna, &scene.bert, &scene.cora] {
            assert_eq!(hand.finding(&raised.finding.to_string()).site, mingcha_city::load::site_id("PG-01"));
        }
    });
}

#[test]
fn two_moves_go_to_the_later_one_and_both_are_told() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.visit_move(&found.visit, "SUB-01", None).unwrap();
        scene.bert.phone.visit_move(&found.visit, "PH-01", None).unwrap();
        scene.arrive(first, second);
        let site = scene.cora.phone.visit_show(&found.visit).unwrap().site;
        for hand in [&scene.anna, &scene.bert] {
            assert_eq!(hand.phone.visit_show(&found.visit).unwrap().site, site);
            let (_, in_force, mine) = conflict(hand, &found.visit, "site").unwrap();
            assert_eq!((in_force, mine), (site.to_string(), true));
        }
        let (name, ..) = conflict(&scene.anna, &found.visit, "site").unwrap();
        let keep = version(&scene.anna, &name, &mingcha_city::load::site_id("SUB-01").to_string());
        scene.anna.phone.resolve(&name, &keep, "服务站", None).unwrap();
        scene.all_meet();
        assert_eq!(scene.cora.phone.visit_show(&found.visit).unwrap().site, mingcha_city::load::site_id("SUB-01"));
        assert!(conflict(&scene.bert, &found.visit, "site").is_none());
    });
}

#[test]
fn move_and_submit_are_both_done() {
    whoever_is_first(Who::Bert, Who::Anna, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.bert.phone.visit_move(&found.visit, "SUB-01", None).unwrap();
        scene.anna.phone.visit_submit(&found.visit).unwrap();
        scene.arrive(first, second);
        let view = scene.cora.phone.visit_show(&found.visit).unwrap();
        assert_eq!((view.status, view.site), ("submitted", mingcha_city::load::site_id("SUB-01")));
    });
}

#[test]
fn void_and_submit_is_void_and_comes_back_as_submitted() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.visit_void(&found.visit, "走错了", None).unwrap();
        scene.bert.phone.visit_submit(&found.visit).unwrap();
        scene.arrive(first, second);
        assert_eq!(scene.cora.phone.visit_show(&found.visit).unwrap().status, "void");
        scene.cora.phone.visit_restore(&found.visit, "没有走错", None).unwrap();
        scene.all_meet();
        assert_eq!(scene.anna.phone.visit_show(&found.visit).unwrap().status, "submitted");
    });
}

#[test]
fn void_and_raise_voids_what_was_raised() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.visit_void(&found.visit, "走错了", None).unwrap();
        let raised = scene.bert.phone.finding_raise(&found.visit, "W5-2", "无人引导", None, &[]).unwrap();
        scene.arrive(first, second);
        assert_eq!(scene.cora.stage(&raised.finding.to_string()), "void");
        assert_eq!(scene.bert.stage(&raised.finding.to_string()), "void", "whoever raised it sees it");
    });
}

#[test]
fn two_submissions_of_one_visit_count_once() {
    whoever_is_first(Who::Anna, Who::Bert, |scene, first, second| {
        let found = scene.raised();
        scene.all_meet();
        scene.anna.phone.visit_answer(&found.visit, "W5-1", "yes", None, &[], None).unwrap();
        scene.anna.phone.visit_submit(&found.visit).unwrap();
        scene.bert.phone.visit_submit(&found.visit).unwrap();
        scene.arrive(first, second);
        let scores: Vec<_> = [&scene.anna, &scene.bert, &scene.cora]
            .map(|hand| hand.phone.visit_show(&found.visit).unwrap().score.obtained)
            .to_vec();
        assert!(scores.windows(2).all(|two| two[0] == two[1]), "{scores:?}");
    });
}

#[test]
fn join_and_leave_leaves_the_person_there() {
    whoever_is_first(Who::Anna, Who::Cora, |scene, first, second| {
        let found = scene.raised();
        let bert = scene.bert.person.to_string();
        scene.anna.phone.visit_join(&found.visit, &bert, None).unwrap();
        scene.all_meet();
        scene.anna.phone.visit_leave(&found.visit, &bert, None).unwrap();
        scene.cora.phone.visit_join(&found.visit, &bert, None).unwrap();
        scene.arrive(first, second);
        for hand in [&scene.anna, &scene.bert] {
            assert_eq!(hand.phone.visit_show(&found.visit).unwrap().people, ["bert"]);
        }
    });
}
