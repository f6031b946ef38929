//! Several phones of one area: whatever the order in which they meet the city, they show the same, and nobody's word
//! is replaced by somebody who had not seen it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Output, Stdio};

use mingcha_tests::{Answer, Chance, City, Desk, draw, hashes, photos, seen};
use serde_json::Value;

const MORNING: &str = "2026-03-02T09:00:00+08:00";

/// Where a feed stands, and the hash that a phone had there.
type Positions = BTreeMap<(String, u64, u64), String>;

/// Remembers where a phone stands; no phone may ever have had another hash there.
#[track_caller]
fn same_at_the_same_position(desk: &Desk, known: &mut Positions) {
    for (feed, epoch, cursor, hash) in hashes(desk) {
        let position = (feed, epoch, cursor);
        let before = known.entry(position.clone()).or_insert_with(|| hash.clone());
        assert_eq!(*before, hash, "another hash at {position:?}");
    }
}

/// A finding of this inspector that everybody heard of, and the unit's answer to it.
fn answered(inspector: &Desk, contact: &Desk, everybody: &[&Desk], below: &Path) -> (String, String) {
    let visit = inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let finding = inspector.text(&["finding", "raise", &visit, "W5-3", "--text", "坡道被占"], "finding");
    inspector.run(&["visit", "submit", &visit]);
    inspector.run(&["finding", "feedback", &finding, "--demand", "清理坡道"]);
    inspector.run(&["sync"]);
    contact.run(&["sync"]);
    let picture = draw(below, 1);
    let words = ["finding", "rectify", &finding, "--text", "已清理", "--photo", picture.to_str().unwrap()];
    let submission = contact.text(&words, "submission");
    contact.run(&["sync"]);
    for desk in everybody {
        desk.run(&["sync"]);
    }
    (finding, submission)
}

#[test]
fn phones_at_one_position_have_one_hash_whatever_the_order_and_number_of_their_syncs() {
    let mut chance = Chance::seeded("positions");
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let desks = [("one", "inspector"), ("two", "inspector"), ("three", "supervisor")]
        .map(|(name, role)| city.phone(name, role, MORNING));
    let visit = desks[0].text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    for desk in &desks {
        desk.run(&["sync"]);
    }
    let mut known = Positions::new();
    let (mut findings, mut syncs) = (Vec::new(), 0);
    for round in 0..60 {
        let desk = chance.one(&desks);
        match chance.below(8) {
            0 => {
                let picture = draw(folder.path(), round);
                desk.run(&["visit", "photo", &visit, picture.to_str().unwrap(), "--item", "W5-3"]);
            }
            1 => {
                let words = ["finding", "raise", &visit, "W5-5", "--text", "标识破损"];
                findings.push(desks[0].text(&words, "finding"));
            }
            2 | 3 => {
                let item = *chance.one(&["W5-1", "W5-2", "W5-3"]);
                let (value, note) = (*chance.one(&["yes", "no", "na"]), format!("round {round}"));
                desk.run(&["visit", "answer", &visit, item, value, "--note", &note]);
            }
            _ => {
                desk.run(&["sync"]);
                syncs += 1;
                same_at_the_same_position(desk, &mut known);
            }
        }
    }
    assert!(syncs > 10, "too few syncs to say anything");
    for desk in desks.iter().chain(desks.iter().rev()).chain(&desks) {
        desk.run(&["sync"]);
        same_at_the_same_position(desk, &mut known);
    }
    // A phone that was never there before reads all of it at once; that there is one more is news to the others.
    let newcomer = city.phone("newcomer", "inspector", MORNING);
    for desk in desks.iter().chain([&newcomer]) {
        desk.run(&["sync"]);
        same_at_the_same_position(desk, &mut known);
    }
    for desk in desks.iter().chain([&newcomer]) {
        assert_eq!(hashes(desk).len(), 3, "public, staff and area");
        assert_eq!(hashes(desk), hashes(&desks[0]));
        assert_eq!(seen(desk, &visit), seen(&desks[0], &visit));
        assert_eq!(photos(desk, &visit), photos(&desks[0], &visit));
        assert_eq!(
            desk.run(&["conflicts"]).as_array().map(Vec::len),
            desks[0].run(&["conflicts"]).as_array().map(Vec::len)
        );
        for finding in &findings {
            assert_eq!(desk.text(&["finding", "show", finding], "stage"), "recorded");
        }
        assert_eq!(desk.run(&["verify"])["ok"], true);
    }
}

#[test]
fn an_answer_that_came_between_the_look_and_the_thumb_is_kept_beside_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let inspector = city.phone("inspector", "inspector", MORNING);
    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    let visit = inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    inspector.run(&["sync"]);
    supervisor.run(&["sync"]);
    let form = supervisor.run(&["visit", "form", &visit]);
    let row = form.as_array().unwrap().iter().find(|row| row["item"] == "W5-3").unwrap();
    let looked_at = row["basis"].as_str().unwrap().to_owned();

    inspector.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "坡道被占"]);
    inspector.run(&["sync"]);
    supervisor.run(&["sync"]);
    supervisor.run(&["visit", "answer", &visit, "W5-3", "yes", "--basis", &looked_at]);
    for desk in [&supervisor, &inspector, &supervisor] {
        desk.run(&["sync"]);
    }
    for desk in [&inspector, &supervisor] {
        let values: Vec<String> =
            seen(desk, &visit)["W5-3"].versions.iter().map(|(_, value, _, _)| value.clone()).collect();
        assert!(values.contains(&"no".to_owned()) && values.contains(&"yes".to_owned()), "{values:?}");
        assert_eq!(desk.run(&["conflicts"])[0]["mine"], true, "both are told");
    }
    // Without the old row the command looks now, and what it saw it replaces.
    supervisor.run(&["visit", "answer", &visit, "W5-3", "yes"]);
    supervisor.run(&["sync"]);
    inspector.run(&["sync"]);
    for desk in [&inspector, &supervisor] {
        assert_eq!(seen(desk, &visit)["W5-3"].versions.len(), 1);
        assert_eq!(desk.run(&["conflicts"]), Value::Array(Vec::new()));
    }
}

#[test]
fn an_approval_of_what_was_seen_before_a_return_came_does_not_undo_the_return() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let [inspector, one, two, contact] =
        [("inspector", "inspector"), ("one", "supervisor"), ("two", "supervisor"), ("contact", "contact")]
            .map(|(name, role)| city.phone(name, role, MORNING));
    let (finding, submission) = answered(&inspector, &contact, &[&one, &two], folder.path());
    let looked_at = two.text(&["finding", "show", &finding], "basis");
    one.run(&["finding", "review", &submission, "return", "--text", "照片看不清"]);
    one.run(&["sync"]);
    two.run(&["sync"]);
    let reviewed = two.run(&["finding", "review", &submission, "approve", "--basis", &looked_at]);
    assert_eq!(reviewed["stage"], "returned", "{reviewed}");
    for desk in [&two, &one, &contact] {
        desk.run(&["sync"]);
    }
    for desk in [&one, &two] {
        let shown = desk.run(&["finding", "show", &finding]);
        assert_eq!((&shown["stage"], &shown["contested"]), (&"returned".into(), &true.into()), "{shown}");
        let reviews = shown["submissions"][0]["reviews"].as_array().unwrap();
        assert_eq!(reviews.iter().filter(|review| review["in_force"] == true).count(), 1, "{shown}");
        assert_eq!(reviews.len(), 2, "{shown}");
        assert_eq!(desk.run(&["conflicts"])[0]["mine"], true, "everyone who decided is told");
    }
    assert_eq!(contact.text(&["finding", "show", &finding], "stage"), "returned");
}

#[test]
fn syncs_of_one_phone_at_the_same_time_say_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let desk = city.phone("inspector", "inspector", MORNING);
    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    let visit = desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    for round in 0..5 {
        for item in ["W5-1", "W5-2", "W5-3"] {
            desk.run(&["visit", "answer", &visit, item, "no", "--note", &format!("round {round}")]);
        }
        let picture = draw(folder.path(), round);
        desk.run(&["visit", "photo", &visit, picture.to_str().unwrap()]);
        let syncs: Vec<_> = (0..3)
            .map(|_| desk.command(&["sync"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
            .collect();
        let answers: Vec<Output> = syncs.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let answers: Vec<Answer> = answers.iter().map(Answer::of).collect();
        assert!(answers.iter().any(|answer| answer.code == 0), "{answers:?}");
        for answer in answers.iter().filter(|answer| answer.code != 0) {
            assert_eq!((answer.code, answer.error().as_str()), (1, "busy"), "{}", answer.stderr);
        }
        let sent: u64 = answers.iter().filter_map(|answer| answer.json["sent_ops"].as_u64()).sum();
        // Three answers and a photo; in the first round the visit too.
        assert_eq!(sent, if round == 0 { 5 } else { 4 }, "{answers:?}");
    }
    supervisor.run(&["sync"]);
    assert_eq!(seen(&desk, &visit), seen(&supervisor, &visit));
    assert!(seen(&desk, &visit).values().all(|answer| answer.versions.len() == 1));
    assert_eq!(photos(&supervisor, &visit).len(), 5);
    assert_eq!(hashes(&desk), hashes(&supervisor));
}

#[test]
fn whoever_loses_an_area_keeps_what_was_said_there_and_decides_nothing_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let [inspector, moved, stays, contact] =
        [("inspector", "inspector"), ("moved", "supervisor"), ("stays", "supervisor"), ("contact", "contact")]
            .map(|(name, role)| city.phone(name, role, MORNING));
    let (finding, _) = answered(&inspector, &contact, &[&moved, &stays], folder.path());

    // Both supervisors work without a network; one is moved away in the meantime.
    moved.run(&["finding", "notice", &finding]);
    let passed = moved.run(&["finding", "recheck", &finding, "pass"]);
    assert_eq!(passed["stage"], "closed", "as far as this phone knows");
    city.office(&["revoke", &moved.text(&["status"], "person"), "--area", "DH"]);
    let report = moved.run(&["sync"]);
    assert_eq!((&report["waiting_ops"], &report["refused"], &report["held"]), (&0.into(), &0.into(), &2.into()));
    let held = moved.run(&["held"]);
    let mut what: Vec<(&str, &str)> = held
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["what"].as_str().unwrap(), row["reason"].as_str().unwrap()))
        .collect();
    what.sort_unstable();
    assert_eq!(what, [("finding_notice", "moved"), ("result", "moved")], "{held}");
    assert_eq!(moved.run(&["sites"]), Value::Array(Vec::new()), "what belongs to others is gone");
    assert_eq!(moved.run(&["finding", "list"]), Value::Array(Vec::new()));
    assert_eq!(moved.run(&["verify"])["ok"], true);

    stays.run(&["sync"]);
    contact.run(&["sync"]);
    let shown = stays.run(&["finding", "show", &finding]);
    assert_eq!(shown["stage"], "submitted", "the notice and the recheck wait: {shown}");
    assert!(!shown["timeline"].as_array().unwrap().iter().any(|row| row["what"] == "finding_notice"), "{shown}");
    assert_eq!(contact.text(&["finding", "show", &finding], "stage"), "submitted");
    let waiting = stays.run(&["held"]);
    let ops: Vec<&str> = waiting.as_array().unwrap().iter().map(|row| row["op"].as_str().unwrap()).collect();
    assert!(held.as_array().unwrap().iter().all(|row| ops.contains(&row["op"].as_str().unwrap())), "{waiting}");
    for op in ops {
        stays.run(&["release", op]); // somebody who stays may
    }
    for desk in [&stays, &inspector, &contact, &moved] {
        desk.run(&["sync"]);
    }
    for desk in [&stays, &inspector, &contact] {
        assert_eq!(desk.text(&["finding", "show", &finding], "stage"), "closed");
    }
    assert_eq!(moved.run(&["status"])["held"], 0, "its author hears of it");
}

#[test]
fn a_person_is_the_same_on_their_next_phone_and_nobody_is_given_work_where_they_may_not_work() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let [anna, chief] =
        [("anna", "inspector"), ("chief", "supervisor")].map(|(name, role)| city.phone(name, role, MORNING));
    let visit = anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let finding = anna.text(&["finding", "raise", &visit, "W5-3", "--text", "坡道被占"], "finding");
    anna.run(&["finding", "feedback", &finding, "--demand", "清理坡道"]);
    anna.run(&["sync"]);

    let person = anna.text(&["status"], "person");
    let enrolled = |name: &str, whose: &[&str]| {
        let desk = Desk::new(folder.path().join(name), MORNING);
        desk.run(&["enrol", &city.url, &city.code(whose)]);
        desk.run(&["sync"]);
        desk
    };
    let next = enrolled("next", &["--role", "inspector", "--area", "DH", "--person", &person]);
    next.run(&["finding", "recheck", &finding, "fail", "--text", "仍被占"]);
    next.run(&["sync"]);
    for desk in [&anna, &next, &chief] {
        desk.run(&["sync"]);
        let row = desk.run(&["finding", "show", &finding]);
        assert_eq!(row["results"][0]["same_inspector"], true, "on {}", desk.home.display());
    }

    // Somebody of another area.
    let far = enrolled("far", &["--role", "inspector", "--area", "XL", "--name", "far"]);
    let stranger = far.text(&["status"], "person");
    chief.run(&["sync"]);
    chief.refuses(&["hand-over", &person, &stranger], 2, "not_permitted");
    next.run(&["sync"]);
    next.refuses(&["visit", "join", &visit, &stranger], 2, "not_permitted");
    assert_eq!(chief.run(&["visit", "show", &visit])["people"].as_array().map(Vec::len), Some(0));
}
