//! What the program does with a phone that has no city: what works anyway, and how the rest fails.

use std::net::TcpListener;

use crate::program::mingcha;
use serde_json::json;

#[test]
fn a_fresh_phone_says_that_it_is_nobodys() {
    let status = mingcha().json(&["status"]);
    assert_eq!(status["enrolled"], false);
    assert_eq!(status["waiting_ops"], 0);
    assert_eq!(status["feeds"], json!([]));
    let told = mingcha().run(&["status"]);
    assert_eq!(told.exit, 0);
    assert!(told.stdout.contains("mingcha enrol URL CODE"), "{}", told.stdout);
    let english = mingcha().run(&["--lang", "en", "status"]);
    assert!(english.stdout.starts_with("This phone is nobody's yet."), "{}", english.stdout);
}

#[test]
fn a_command_that_needs_a_person_is_a_mistake_and_a_misspelt_home_leaves_nothing_behind() {
    let day = ["--from", "2026-03-02", "--due", "2026-03-06"];
    for words in [
        &["sync"][..],
        &["tasks"],
        &["sites"],
        &["visit", "start", "A-1", "--mode", "open"],
        &["finding", "list"],
        &["conflicts"],
        &["refused"],
        &["held"],
        &["photo", "fetch"],
        &[&["assign", "A-1", "P"], &day[..]].concat(),
    ] {
        let desk = mingcha();
        let failed = desk.run(&[&["--json"], words].concat());
        assert_eq!(failed.exit, 2, "{words:?}");
        assert_eq!(failed.error()["error"], "not_enrolled", "{words:?}");
        assert!(!desk.home().exists(), "{words:?} left a phone behind");
        let plain = desk.run(words);
        assert_eq!((plain.exit, plain.stdout.as_str(), plain.stderr.lines().count()), (2, "", 1), "{words:?}");
    }
}

#[test]
fn a_phone_that_was_looked_at_still_needs_a_person_before_it_works() {
    let desk = mingcha();
    desk.json(&["status"]);
    for words in [&["sync"][..], &["tasks"], &["visit", "start", "A-1", "--mode", "open"]] {
        let failed = desk.run(&[&["--json"], words].concat());
        assert_eq!(failed.exit, 2, "{words:?}: {}", failed.stderr);
        assert_eq!(failed.error()["error"], "not_enrolled", "{words:?}");
    }
}

#[test]
fn a_city_that_does_not_answer_is_no_mistake_of_the_caller() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let desk = mingcha();
    let failed = desk.run(&["--json", "enrol", &format!("http://{nobody}"), "CODE"]);
    assert_eq!(failed.exit, 1);
    assert_eq!(failed.error()["error"], "unreachable");
    assert_eq!(desk.json(&["status"])["enrolled"], false);
}

#[test]
fn an_address_that_is_none_is_the_callers_mistake() {
    let failed = mingcha().run(&["--json", "enrol", "city.example", "CODE"]);
    assert_eq!(failed.exit, 2);
    assert_eq!(failed.error()["error"], "bad_url");
}

#[test]
fn a_home_that_is_a_file_is_the_callers_mistake() {
    let desk = mingcha();
    std::fs::write(desk.home(), "not a folder").unwrap();
    let failed = desk.run(&["--json", "status"]);
    assert_eq!(failed.exit, 2);
    assert_eq!(failed.error()["error"], "bad_folder");
}

#[test]
fn dates_are_reckoned_for_anybody() {
    let desk = mingcha();
    let spring_festival = desk.json(&["calendar", "recheck", "2026-02-02"]);
    assert_eq!(spring_festival, json!({"date": "2026-02-24", "nominal": "2026-02-16", "provisional": false}));
    let ten = desk.json(&["calendar", "workdays", "2026-02-09", "10"]);
    assert_eq!(ten["date"], "2026-02-28");
    let far = desk.json(&["calendar", "recheck", "2031-03-03"]);
    assert_eq!(far["provisional"], true);
    let told = desk.run(&["calendar", "recheck", "2026-02-02"]);
    assert_eq!(told.stdout, "日期      2026-02-24\n名义日期  2026-02-16\n");
    for (day, n) in [("2026-02-30", "1"), ("tomorrow", "1"), ("2026-02-02", "4000000")] {
        let failed = desk.run(&["--json", "calendar", "workdays", day, n]);
        assert_eq!((failed.exit, failed.error()["error"].as_str()), (2, Some("malformed")), "{day} {n}");
    }
}

#[test]
fn criteria_can_be_read_before_enrolling_and_inferred_ones_say_so() {
    let desk = mingcha();
    let sets = desk.json(&["sets"]);
    let w5 = sets.as_array().unwrap().iter().find(|set| set["set"] == "W5").unwrap();
    assert_eq!(w5["definition"], "inferred");
    let items = desk.json(&["items", "W5"]);
    assert_eq!(items.as_array().unwrap().len() as u64, w5["items"].as_u64().unwrap());
    for key in ["item", "text", "answer", "ask", "photo", "points", "source"] {
        assert!(items[0].get(key).is_some(), "an item says no {key}");
    }
    for words in [&["sets"][..], &["items", "W5"], &["items", "w5"], &["--lang", "en", "items", "W5"]] {
        let told = desk.run(words);
        assert_eq!(told.exit, 0, "{}", told.stderr);
        assert!(
            told.stdout.contains("推定") || told.stdout.contains("is inferred in part"),
            "{words:?}: {}",
            told.stdout
        );
    }
    let failed = desk.run(&["--json", "items", "NOSUCH"]);
    assert_eq!((failed.exit, failed.error()["error"].as_str()), (2, Some("unknown_set")));
}

#[test]
fn an_empty_phone_verifies() {
    let verified = mingcha().json(&["verify"]);
    assert_eq!((&verified["ok"], &verified["ops"], &verified["first_bad"]), (&json!(true), &json!(0), &json!(null)));
}
