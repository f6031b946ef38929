//! A clock that was wrong and was set right: what is done afterwards counts from the day on which it was done.
//!
//! Legal days are counted from the city's order, so an order that follows a clock of the past is a wrong deadline.

use mingcha_tests::{City, Desk};

const ENROLLED: &str = "2026-03-02T09:00:00+08:00";
const VISITED: &str = "2026-03-04T09:30:00+08:00";

/// The day of feedback and of the recheck, for a phone that showed this time when it was enrolled on 2 March, was set
/// right, worked offline on 4 March and synced at this time.
fn feedback_and_recheck(at_first: &str, synced: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), ENROLLED);
    let mut desk: Desk = city.phone("inspector", "inspector", at_first);
    VISITED.clone_into(&mut desk.now);
    let visit = desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let finding = desk.text(&["finding", "raise", &visit, "W5-3", "--text", "坡道被占"], "finding");
    desk.run(&["visit", "submit", &visit]);
    desk.run(&["finding", "feedback", &finding, "--demand", "清理坡道"]);
    city.clock(synced);
    synced.clone_into(&mut desk.now);
    desk.run(&["sync"]);
    let shown = desk.run(&["finding", "show", &finding]);
    let steps = shown["timeline"].as_array().unwrap();
    let told = steps.iter().find(|step| step["what"] == "finding_feedback").unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (text(&told["day"]), text(&shown["recheck_due"]))
}

/// The same afternoon, and days of no signal later.
const SYNCED: [&str; 2] = ["2026-03-04T10:00:00+08:00", "2026-03-09T18:00:00+08:00"];

fn counts_from_its_day(at_first: &str) {
    for synced in SYNCED {
        let days = feedback_and_recheck(at_first, synced);
        assert_eq!(days, ("2026-03-04".to_owned(), "2026-03-18".to_owned()), "synced at {synced}");
    }
}

#[test]
fn work_of_a_phone_that_was_always_right_counts_from_its_day() {
    counts_from_its_day(ENROLLED);
}

#[test]
fn work_of_a_phone_that_was_behind_and_was_set_right_counts_from_its_day() {
    counts_from_its_day("1970-01-02T00:00:00+08:00");
}

#[test]
fn work_of_a_phone_that_was_ahead_and_was_set_right_counts_from_its_day() {
    counts_from_its_day("2026-11-22T12:00:00+08:00");
    counts_from_its_day("2026-03-05T09:00:00+08:00");
}
