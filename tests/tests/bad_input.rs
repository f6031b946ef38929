//! What people and machines do wrong, and what comes of it: a clear error, nothing changed, nothing lost.
//!
//! Each story ends with the phone working again, because a refusal that leaves it stuck is no better than a loss.

use std::fs;
use std::io::Write;
use std::path::Path;

use mingcha_tests::{City, Desk, SmallDisk, draw};
use serde_json::Value;

const MORNING: &str = "2026-03-02T08:30:00+08:00";

fn started(desk: &Desk) -> String {
    desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit")
}

fn value(desk: &Desk, visit: &str, item: &str) -> Option<String> {
    let form = desk.run(&["visit", "form", visit]);
    let row = form.as_array().unwrap().iter().find(|row| row["item"] == item).unwrap();
    row["value"].as_str().map(str::to_owned)
}

/// A finding of this inspector that the contact put right and everybody heard of: finding and submission.
fn submitted(inspector: &Desk, contact: &Desk, everybody: &[&Desk], picture: &Path) -> (String, String) {
    let visit = started(inspector);
    let finding = inspector.text(&["finding", "raise", &visit, "W5-3", "--text", "坡道被占"], "finding");
    inspector.run(&["visit", "submit", &visit]);
    inspector.run(&["finding", "feedback", &finding, "--demand", "清理坡道"]);
    inspector.run(&["sync"]);
    contact.run(&["sync"]);
    let words = ["finding", "rectify", &finding, "--text", "已清理", "--photo", picture.to_str().unwrap()];
    let submission = contact.text(&words, "submission");
    contact.run(&["sync"]);
    for desk in everybody {
        desk.run(&["sync"]);
    }
    (finding, submission)
}

#[test]
fn what_cannot_be_is_refused_before_anything_changes() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let desk = city.phone("inspector", "inspector", MORNING);
    desk.refuses(&["visit", "start", "NOPE-01", "--mode", "open", "--set", "W5"], 2, "unknown_site");
    let visit = desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let foreign = desk.run(&["items", "SYSB"])[0]["item"].as_str().unwrap().to_owned();
    let before = desk.run(&["status"])["waiting_ops"].clone();
    desk.refuses(&["visit", "answer", &visit, &foreign, "yes"], 2, "item_of_another_set");
    desk.refuses(&["visit", "answer", &visit, "W5-99", "yes"], 2, "unknown_item");
    for (item, wrong) in [("W5-3", "12"), ("W5-4N", "yes"), ("W5-7", "3/5"), ("W5-4N", "-1"), ("W5-3", "")] {
        desk.refuses(&["visit", "answer", &visit, item, wrong], 2, "bad_value");
        assert_eq!(value(&desk, &visit, item), None);
    }
    // The basis of one row is not the basis of another.
    let form = desk.run(&["visit", "form", &visit]);
    let basis = form.as_array().unwrap().iter().find(|row| row["item"] == "W5-1").unwrap()["basis"].as_str().unwrap();
    desk.refuses(&["visit", "answer", &visit, "W5-3", "no", "--basis", basis], 2, "wrong_basis");
    desk.refuses(&["visit", "answer", &visit, "W5-3", "no", "--basis", "00"], 2, "wrong_basis");
    assert_eq!(desk.run(&["status"])["waiting_ops"], before, "nothing was written");
    desk.run(&["visit", "answer", &visit, "W5-1", "no", "--basis", basis]);
    assert_eq!(desk.run(&["sync"])["refused"], 0);
}

#[test]
fn a_basis_that_is_none_or_of_something_else_is_refused_by_every_command_that_takes_one() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let [inspector, supervisor, contact] =
        ["inspector", "supervisor", "contact"].map(|role| city.phone(role, role, MORNING));
    let picture = draw(folder.path(), 1);
    let picture = picture.to_str().unwrap();
    let everybody = [&inspector, &supervisor, &contact];
    let (finding, submission) = submitted(&inspector, &contact, &everybody, Path::new(picture));
    let person = supervisor.text(&["status"], "person");
    let visit = started(&inspector);
    let photo = inspector.text(&["visit", "photo", &visit, picture], "photo");
    let other = started(&inspector);
    let foreign = inspector.text(&["visit", "show", &other], "basis");
    let (f, s, v) = (finding.as_str(), submission.as_str(), visit.as_str());
    let day = "2026-03-30";
    let commands: [(&Desk, &[&str]); 31] = [
        (&inspector, &["visit", "start", "GOV-01", "--mode", "open"]),
        (&inspector, &["visit", "answer", v, "W5-3", "no"]),
        (&inspector, &["visit", "photo", v, picture]),
        (&inspector, &["photo", "put", &photo, "W5-1"]),
        (&inspector, &["visit", "remark", v, "--text", "说明"]),
        (&inspector, &["visit", "move", v, "BANK-01"]),
        (&inspector, &["visit", "void", v, "--text", "误建"]),
        (&inspector, &["visit", "join", v, &person]),
        (&inspector, &["visit", "leave", v, &person]),
        (&inspector, &["visit", "submit", v]),
        (&inspector, &["finding", "raise", v, "W5-3", "--text", "坡道"]),
        (&inspector, &["finding", "correct", f, "--text", "二号窗口"]),
        (&inspector, &["finding", "fixed", f]),
        (&inspector, &["finding", "feedback", f, "--demand", "清理"]),
        (&inspector, &["finding", "recheck", f, "fail"]),
        (&supervisor, &["finding", "notice", f, "--deadline", day]),
        (&supervisor, &["finding", "supervise", f]),
        (&supervisor, &["finding", "review", s, "return", "--text", "看不清"]),
        (&supervisor, &["finding", "extension", "grant", f, "--until", day]),
        (&supervisor, &["finding", "extension", "refuse", f, "--text", "不延"]),
        (&supervisor, &["finding", "suspend", f, "--text", "施工"]),
        (&supervisor, &["finding", "void", f, "--text", "误记"]),
        (&supervisor, &["finding", "duplicate", f, "none"]),
        (&supervisor, &["finding", "acknowledge", f, "--name", "值班长", "--signed"]),
        (&supervisor, &["assign", "GOV-01", &person, "--from", day, "--due", day]),
        (&contact, &["finding", "acknowledge", f, "--name", "值班长"]),
        (&contact, &["finding", "decline", f, "--text", "不归本单位"]),
        (&contact, &["finding", "rectify", f, "--text", "已清", "--photo", picture]),
        (&contact, &["finding", "extension", "ask", f, "--until", day, "--text", "施工"]),
        (&contact, &["finding", "appeal", f, "--text", "有公告"]),
        (&contact, &["visit", "start", "GOV-01", "--mode", "self"]),
    ];
    let waiting = || everybody.map(|desk| desk.run(&["status"])["waiting_ops"].as_u64().unwrap());
    let before = waiting();
    for (desk, words) in commands {
        for wrong in ["zzzz", "00", &foreign] {
            let mut words = words.to_vec();
            // Photos take as many words as they find.
            words.splice(2..2, ["--basis", wrong]);
            if words[0] == "assign" {
                words = vec!["assign", "--basis", wrong];
                words.extend(["GOV-01", &person, "--from", day, "--due", day]);
            }
            if words[1] == "extension" {
                words.splice(2..5, [words[4], "--basis", wrong]);
            }
            desk.refuses(&words, 2, "wrong_basis");
        }
    }
    assert_eq!(waiting(), before, "nothing was written");
    // Of its own row it is taken, by contacts too.
    let own = |desk: &Desk| desk.text(&["finding", "show", f], "basis");
    contact.run(&["finding", "appeal", f, "--text", "有公告", "--basis", &own(&contact)]);
    supervisor.run(&["finding", "notice", f, "--deadline", day, "--basis", &own(&supervisor)]);
    let put = inspector.run(&["visit", "show", v])["photos"][0]["basis"].as_str().unwrap().to_owned();
    inspector.run(&["photo", "put", &photo, "W5-1", "--basis", &put]);
}

#[test]
fn a_visit_is_submitted_as_it_was_seen_and_not_over_an_answer_that_came_since() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let [anna, bert] = ["anna", "bert"].map(|name| city.phone(name, "inspector", MORNING));
    let visit = started(&anna);
    anna.run(&["sync"]);
    bert.run(&["sync"]);
    let seen = anna.text(&["visit", "show", &visit], "basis");
    // Her own answers she knows; a colleague's she has not seen.
    anna.run(&["visit", "answer", &visit, "W5-1", "yes"]);
    bert.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "坡道被占"]);
    bert.run(&["sync"]);
    anna.run(&["sync"]);
    anna.refuses(&["visit", "submit", &visit, "--basis", &seen], 2, "wrong_basis");
    assert_eq!(anna.run(&["visit", "show", &visit])["status"], "draft", "nothing is frozen");
    let seen = anna.text(&["visit", "show", &visit], "basis");
    anna.run(&["visit", "answer", &visit, "W5-2", "yes"]);
    anna.run(&["visit", "submit", &visit, "--basis", &seen]);
    assert_eq!(anna.run(&["visit", "show", &visit])["status"], "submitted");
}

#[test]
fn a_photo_that_is_none_is_refused_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let desk = city.phone("inspector", "inspector", MORNING);
    let visit = started(&desk);
    let whole = fs::read(draw(folder.path(), 1)).unwrap();
    let half = whole.len() / 2;
    for (name, bytes) in
        [("letter.jpg", &b"not a picture at all"[..]), ("empty.jpg", b""), ("half.jpg", &whole[..half])]
    {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        desk.refuses(&["visit", "photo", &visit, file.to_str().unwrap()], 2, "bad_photo");
        desk.refuses(&["photo", "inspect", file.to_str().unwrap()], 2, "bad_photo");
    }
    desk.refuses(&["visit", "photo", &visit, "/nowhere/picture.jpg"], 2, "no_file");
    assert_eq!(desk.run(&["photo", "list"]), Value::Array(Vec::new()));
    let report = desk.run(&["sync"]);
    assert_eq!((&report["sent_photos"], &report["waiting_photos"]), (&Value::from(0), &Value::from(0)));
    assert_eq!(desk.run(&["status"])["recovered_photos"], 0);
}

#[test]
fn a_phone_of_1970_or_2100_still_syncs_and_does_not_win_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let mut inspector = city.phone("inspector", "inspector", MORNING);
    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    let visit = started(&inspector);
    inspector.run(&["sync"]);
    supervisor.run(&["sync"]);
    let mut said = 0;
    for (wrong, sign) in [("2100-01-01T00:00:00+08:00", -1), ("1970-01-02T00:00:00+08:00", 1)] {
        wrong.clone_into(&mut inspector.now);
        inspector.run(&["visit", "answer", &visit, "W5-3", "no", "--note", wrong]);
        let report = inspector.run(&["sync"]);
        assert_eq!((&report["waiting_ops"], &report["refused"]), (&Value::from(0), &Value::from(0)), "{wrong}");
        let offset = inspector.run(&["status"])["clock_offset_ms"].as_i64().unwrap();
        assert!(offset * sign > 40 * 365 * 86_400_000, "{wrong}: {offset}");
        supervisor.run(&["sync"]);
        assert_eq!(value(&supervisor, &visit, "W5-3").as_deref(), Some("no"), "{wrong}");
        supervisor.run(&["visit", "answer", &visit, "W5-3", "yes"]);
        supervisor.run(&["sync"]);
        inspector.run(&["sync"]);
        for desk in [&inspector, &supervisor] {
            assert_eq!(value(desk, &visit, "W5-3").as_deref(), Some("yes"), "the later answer holds, {wrong}");
        }
        said += 1;
    }
    assert_eq!(said, 2);
    assert_eq!(inspector.run(&["verify"])["ok"], true);
}

#[test]
fn of_two_answers_given_apart_the_one_from_2100_does_not_beat_the_one_that_arrived_later() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let mut inspector = city.phone("inspector", "inspector", MORNING);
    let mut supervisor = city.phone("supervisor", "supervisor", MORNING);
    let visit = started(&inspector);
    inspector.run(&["sync"]);
    supervisor.run(&["sync"]);
    "2100-01-01T00:00:00+08:00".clone_into(&mut inspector.now);
    inspector.run(&["visit", "answer", &visit, "W5-3", "no"]);
    inspector.run(&["sync"]);
    // Two hours later, without having heard of it.
    let later = "2026-03-02T10:30:00+08:00";
    city.clock(later);
    later.clone_into(&mut supervisor.now);
    supervisor.run(&["visit", "answer", &visit, "W5-3", "yes"]);
    supervisor.run(&["sync"]);
    inspector.run(&["sync"]);
    for desk in [&inspector, &supervisor] {
        assert_eq!(value(desk, &visit, "W5-3").as_deref(), Some("yes"));
        assert_eq!(desk.run(&["conflicts"]).as_array().unwrap().len(), 1, "both were told");
    }
}

#[test]
fn without_a_city_nothing_is_lost_and_with_it_all_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut city = City::found(folder.path(), MORNING);
    let wire = mingcha_tests::Wire::to(&city.url);
    let desk = city.phone_at("inspector", "inspector", MORNING, &wire.url);
    let other = city.phone("supervisor", "supervisor", MORNING);
    city.kill();
    let visit = started(&desk);
    desk.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "没有信号"]);
    let picture = draw(folder.path(), 1);
    desk.run(&["visit", "photo", &visit, picture.to_str().unwrap(), "--item", "W5-3"]);
    let waiting = desk.run(&["status"]);
    desk.refuses(&["sync"], 1, "unreachable");
    other.refuses(&["sync"], 1, "unreachable");
    let after = desk.run(&["status"]);
    for key in ["waiting_ops", "waiting_photos"] {
        assert_eq!(after[key], waiting[key], "{key}");
        assert_ne!(after[key], 0, "{key}");
    }
    assert_eq!(value(&desk, &visit, "W5-3").as_deref(), Some("no"));
    // It comes back where phones look for it.
    city.serve();
    let report = other.run(&["sync"]);
    assert_eq!(report["waiting_ops"], 0);
    let report = desk.run(&["sync"]);
    assert_eq!((&report["waiting_ops"], &report["waiting_photos"]), (&Value::from(0), &Value::from(0)), "{report}");
    other.run(&["sync"]);
    assert_eq!(value(&other, &visit, "W5-3").as_deref(), Some("no"));
}

#[test]
fn a_code_is_good_once_for_a_week_for_one_phone() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let whose = ["--role", "inspector", "--area", "DH"];
    let desk = Desk::new(folder.path().join("one"), MORNING);
    let refused = desk.try_run(&["enrol", &city.url, "AAAA-BBBB-CCCC"]);
    assert_eq!(refused.error(), "code_unknown");
    assert_ne!(refused.code, 0);
    let code = city.code(&whose);
    desk.run(&["enrol", &city.url, &code]);
    desk.refuses(&["enrol", &city.url, &city.code(&whose)], 2, "already_enrolled");
    let two = Desk::new(folder.path().join("two"), MORNING);
    assert_eq!(two.try_run(&["enrol", &city.url, &code]).error(), "code_used");
    let old = city.code(&whose);
    city.clock("2026-03-10T08:31:00+08:00");
    assert_eq!(two.try_run(&["enrol", &city.url, &old]).error(), "code_expired");
    two.refuses(&["sync"], 2, "not_enrolled");
    two.run(&["enrol", &city.url, &city.code(&whose)]);
    for desk in [&desk, &two] {
        assert_eq!(desk.run(&["sync"])["waiting_ops"], 0);
    }
}

#[test]
fn what_a_revoked_device_sends_is_held_until_a_supervisor_releases_it() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let inspector = city.phone("inspector", "inspector", MORNING);
    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    let visit = started(&inspector);
    inspector.run(&["sync"]);
    let answered = inspector.text(&["visit", "answer", &visit, "W5-3", "no"], "op");
    city.office(&["revoke-device", &inspector.text(&["status"], "device")]);
    let told = inspector.run(&["sync"]);
    assert_eq!(told["held"], 1, "it hears that its words are held: {told}");
    supervisor.run(&["sync"]);
    assert_eq!(value(&supervisor, &visit, "W5-3"), None, "held is not folded");
    let held = supervisor.run(&["held"]);
    let row = held.as_array().unwrap().iter().find(|row| row["op"] == answered.as_str()).expect("it is listed");
    assert_eq!(row["what"], "answer");
    supervisor.run(&["release", &answered]);
    supervisor.run(&["sync"]);
    supervisor.run(&["sync"]);
    assert_eq!(value(&supervisor, &visit, "W5-3").as_deref(), Some("no"));
    let held = supervisor.run(&["held"]);
    assert!(held.as_array().unwrap().iter().all(|row| row["op"] != answered.as_str()), "{held}");
    assert_eq!(supervisor.run(&["verify"])["ok"], true);
    assert_eq!(row["reason"], "device_revoked", "a supervisor reads why it is held");
}

#[test]
fn a_whole_visit_of_a_revoked_device_is_released_at_once_from_the_top() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let inspector = city.phone("inspector", "inspector", MORNING);
    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    let visit = started(&inspector);
    inspector.run(&["visit", "answer", &visit, "W5-3", "no"]);
    let finding = inspector.text(&["finding", "raise", &visit, "W5-3", "--text", "无人引导"], "finding");
    inspector.run(&["finding", "feedback", &finding]);
    city.office(&["revoke-device", &inspector.text(&["status"], "device")]);
    inspector.run(&["sync"]);
    supervisor.run(&["sync"]);
    let held = supervisor.run(&["held"]);
    let ops: Vec<(&str, &str)> = held
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["op"].as_str().unwrap(), row["what"].as_str().unwrap()))
        .collect();
    assert!(ops.len() >= 4 && ops[0].1 == "visit_open", "{ops:?}");
    let answered = ops.iter().find(|(_, what)| *what == "answer").unwrap();
    supervisor.refuses(&["release", answered.0], 2, "not_now");
    for (op, _) in &ops {
        supervisor.run(&["release", op]);
    }
    let report = supervisor.run(&["sync"]);
    assert_eq!(report["refused"], 0, "{report}");
    supervisor.run(&["sync"]);
    assert_eq!(value(&supervisor, &visit, "W5-3").as_deref(), Some("no"));
    assert_eq!(supervisor.text(&["finding", "show", &finding], "stage"), "fed_back");
    assert_eq!(supervisor.run(&["held"]), Value::Array(Vec::new()));
    assert_eq!(supervisor.run(&["verify"])["ok"], true);
}

#[test]
fn of_two_verdicts_given_apart_the_return_rules_until_somebody_resolves() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let [inspector, one, two, contact] =
        [("inspector", "inspector"), ("one", "supervisor"), ("two", "supervisor"), ("contact", "contact")]
            .map(|(name, role)| city.phone(name, role, MORNING));
    let (finding, submission) = submitted(&inspector, &contact, &[&one, &two], &draw(folder.path(), 1));
    one.run(&["finding", "review", &submission, "return", "--text", "照片看不清"]);
    two.run(&["finding", "review", &submission, "approve"]);
    for desk in [&one, &two, &one] {
        desk.run(&["sync"]);
    }
    for desk in [&one, &two] {
        let shown = desk.run(&["finding", "show", &finding]);
        assert_eq!((&shown["stage"], &shown["contested"]), (&Value::from("returned"), &Value::from(true)), "{shown}");
        assert_eq!(desk.run(&["status"])["conflicts"], 1);
    }
    let conflict = two.run(&["conflicts"])[0].clone();
    assert_eq!(conflict["mine"], true);
    let versions = conflict["versions"].as_array().unwrap();
    let approval =
        versions.iter().find(|version| version["value"] == "approve").unwrap_or_else(|| panic!("{conflict}"));
    let (name, keep) = (conflict["conflict"].as_str().unwrap(), approval["op"].as_str().unwrap());
    two.run(&["resolve", name, "--keep", keep, "--text", "原图清楚"]);
    for desk in [&two, &one, &contact] {
        desk.run(&["sync"]);
    }
    for desk in [&one, &two] {
        let shown = desk.run(&["finding", "show", &finding]);
        let seen = (&shown["stage"], &shown["contested"]);
        assert_eq!(seen, (&Value::from("awaiting_recheck"), &Value::from(false)), "{shown}");
        assert_eq!(desk.run(&["conflicts"]), Value::Array(Vec::new()));
    }
    assert_eq!(contact.text(&["finding", "show", &finding], "stage"), "awaiting_recheck");
}

#[test]
fn a_full_disk_is_said_clearly_and_forgotten_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("small");
    let Some(_disk) = SmallDisk::mount(&at, "3m") else { return };
    let city = City::found(folder.path(), MORNING);
    let code = city.code(&["--role", "inspector", "--area", "DH"]);
    let desk = Desk::new(at.join("phone"), MORNING);
    desk.run(&["enrol", &city.url, &code]);
    desk.run(&["sync"]);
    let visit = started(&desk);
    desk.run(&["visit", "answer", &visit, "W5-1", "no", "--note", "先写的"]);
    let picture = draw(folder.path(), 1);
    let photo = desk.text(&["visit", "photo", &visit, picture.to_str().unwrap(), "--item", "W5-1"], "photo");

    // Something else takes the last byte.
    let filler = at.join("filler");
    let mut other = fs::File::create(&filler).unwrap();
    let fills = |other: &mut fs::File| while other.write_all(&[1; 512]).is_ok() {};
    fills(&mut other);
    let second = draw(folder.path(), 2);
    desk.refuses(&["visit", "photo", &visit, second.to_str().unwrap()], 1, "disk_full");
    let long = "很长的备注".repeat(300);
    let mut kept = 0;
    let full = (0..50).find_map(|turn| {
        fills(&mut other);
        let answer = desk.try_run(&["visit", "answer", &visit, "W5-4N", &turn.to_string(), "--note", &long]);
        kept = if answer.code == 0 { turn } else { kept };
        (answer.code != 0).then_some(answer)
    });
    let full = full.expect("a full disk takes nothing more");
    assert_eq!((full.code, full.error().as_str()), (1, "disk_full"), "{}", full.stderr);

    drop(other);
    fs::remove_file(&filler).unwrap();
    assert_eq!(value(&desk, &visit, "W5-1").as_deref(), Some("no"), "what was acknowledged is there");
    let count = value(&desk, &visit, "W5-4N").map_or(0, |count| count.parse::<i32>().unwrap());
    assert_eq!(count, kept, "the last answer that was acknowledged");
    desk.run(&["visit", "answer", &visit, "W5-4N", "77"]);
    desk.run(&["visit", "photo", &visit, second.to_str().unwrap()]);
    let saved = folder.path().join("saved.jpg");
    desk.run(&["photo", "save", &photo, "--copy", "original", "--out", saved.to_str().unwrap()]);
    assert_eq!(fs::read(saved).unwrap(), fs::read(picture).unwrap(), "the photo taken before is whole");
    let report = desk.run(&["sync"]);
    assert_eq!((&report["waiting_ops"], &report["waiting_photos"]), (&Value::from(0), &Value::from(0)), "{report}");
    assert_eq!(desk.run(&["verify"])["ok"], true);
}

#[test]
fn a_damaged_store_and_a_wrong_key_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let desk = city.phone("inspector", "inspector", MORNING);
    let visit = started(&desk);
    let (store, key) = (desk.home.join("store.db"), desk.home.join("store.key"));
    let (sound, right) = (fs::read(&store).unwrap(), fs::read(&key).unwrap());

    fs::write(&key, [7; 32]).unwrap();
    let wrong_key = desk.try_run(&["visit", "form", &visit]);
    fs::write(&key, &right).unwrap();
    desk.run(&["visit", "form", &visit]);

    for from in [0, 4096] {
        let mut bytes = sound.clone();
        for place in (from + 64..bytes.len()).step_by(1024) {
            bytes[place] ^= 0xff;
        }
        fs::write(&store, &bytes).unwrap();
        let damaged = desk.try_run(&["visit", "form", &visit]);
        assert_eq!((damaged.code, damaged.error().as_str()), (1, "store_damaged"), "from {from}: {}", damaged.stderr);
        assert_eq!(fs::read(&store).unwrap().len(), bytes.len(), "what is damaged is left for rescue");
    }
    assert_eq!((wrong_key.code, wrong_key.error().as_str()), (1, "wrong_key"), "{}", wrong_key.stderr);

    fs::write(&store, &sound).unwrap();
    desk.run(&["visit", "answer", &visit, "W5-3", "no"]);
    assert_eq!(desk.run(&["sync"])["waiting_ops"], 0);
}
