//! A month with backups, a lost disk, and everybody's work afterwards.

use mingcha_tests::Desk;
use serde_json::Value;

use super::story::{FIRST, Story, same};

fn state(desk: &Desk) -> (Value, bool) {
    let status = desk.run(&["status"]);
    (status["backup"].clone(), status["last_backup"].is_string())
}

#[test]
fn originals_are_freed_a_fortnight_after_a_backup_off_the_machine_and_come_back_when_asked_for() {
    let mut story = Story::begin();
    if !story.is_off_machine {
        println!("skipped: this machine has no second file system for a backup");
        return;
    }
    let [_, photo, _] = story.visit("W5-1");
    story.all_sync();
    assert_eq!(state(&story.inspector), (false.into(), false));
    // A copy of which nobody said that it lies elsewhere makes nothing safe, nor does one on the disk of the city.
    let beside = story.folder.path().join("beside.tar").to_str().unwrap().to_owned();
    let refused = story.city.try_office(&["backup", "--out", &beside, "--off-machine"]);
    assert_eq!((refused.code, refused.error().as_str()), (2, "same_disk"));
    assert_eq!(story.city.office(&["backup", "--out", &beside])["off_machine"], false);
    story.inspector.run(&["sync"]);
    assert_eq!(state(&story.inspector), (false.into(), false));

    story.backup("1.tar", &[]);
    story.now("2026-03-03T09:00:00+08:00");
    assert_eq!(story.inspector.run(&["sync"])["freed_photos"], 0);
    let taken = story.inspector.text(&["status"], "last_backup");
    assert!(taken.starts_with(&FIRST[..15]), "{taken}");
    story.now("2026-03-17T08:59:00+08:00");
    assert_eq!(story.inspector.run(&["sync"])["freed_photos"], 0);
    story.now("2026-03-17T09:30:00+08:00");
    assert_eq!(story.inspector.run(&["sync"])["freed_photos"], 1);
    let here = |story: &Story| story.inspector.run(&["photo", "list"])[0]["here"].clone();
    assert_eq!(here(&story), serde_json::json!(["standard", "thumbnail"]));

    story.comes_back_from("1.tar");
    story.city.office(&["confirm-people"]);
    story.inspector.run(&["sync"]);
    assert_eq!(story.inspector.run(&["photo", "fetch"])["received"], 1);
    assert_eq!(here(&story), serde_json::json!(["original", "standard", "thumbnail"]));
    let out = story.folder.path().join("original.jpg");
    story.inspector.run(&["photo", "save", &photo, "--copy", "original", "--out", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(out).unwrap(), std::fs::read(story.folder.path().join("picture-1.jpg")).unwrap());
    // What a restored city says of backups it has to earn anew.
    assert_eq!(state(&story.inspector), (false.into(), false));
}

#[test]
fn after_a_lost_disk_every_phone_and_the_city_end_with_the_same_truth_and_nobodys_work_is_lost() {
    let mut story = Story::begin();
    story.visit("W5-1");
    let thief = story.city.phone("thief", "inspector", FIRST);
    story.all_sync();
    thief.run(&["sync"]);
    story.backup("1.tar", &[]);

    // After the backup: another finding with its number, a submission with a photo, a verdict, a new colleague, and a
    // phone that was stolen and revoked.
    story.now("2026-03-03T09:00:00+08:00");
    let [.., finding] = story.visit("W5-2");
    story.all_sync();
    let file = story.picture();
    let rectify = ["finding", "rectify", &finding, "--text", "已清理", "--photo", file.to_str().unwrap()];
    let submission = story.contact.text(&rectify, "submission");
    story.all_sync();
    story.supervisor.run(&["finding", "review", &submission, "approve"]);
    let unsent = story.inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    story.inspector.run(&["sync"]);
    story.inspector.run(&["visit", "answer", &unsent, "W5-1", "yes", "--note", "还没送出"]);
    let newcomer = story.city.phone("newcomer", "inspector", "2026-03-03T09:00:00+08:00");
    let newcomers = newcomer.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    newcomer.run(&["visit", "answer", &newcomers, "W5-2", "yes", "--note", "新人"]);
    newcomer.run(&["sync"]);
    let device = thief.text(&["status"], "device");
    story.city.office(&["revoke-device", &device]);
    story.all_sync();
    let (before, person) = (story.truth(), newcomer.text(&["status"], "person"));
    let number = story.supervisor.text(&["finding", "show", &finding], "number");
    assert_eq!(number, "2026-0002");

    story.comes_back_from("1.tar");
    // It takes, and gives nobody anything: not the thief, whom it does not know as one, nor those who may read.
    for desk in [&thief, &story.inspector, &story.supervisor, &story.contact] {
        desk.refuses(&["sync"], 1, "city_restored");
        assert_eq!(desk.run(&["status"])["waiting_ops"], 0);
    }
    thief.refuses(&["photo", "fetch"], 1, "city_restored");
    same(&story.truth(), &before);
    let mine = story.city.office(&["devices"]);
    let thiefs = mine.as_array().unwrap().iter().find(|row| row["device"] == device.as_str()).unwrap();
    assert_eq!(thiefs["revoked"], Value::Null);
    story.city.office(&["revoke-device", &device]);
    let people = story.city.office(&["people"]);
    assert!(!people.as_array().unwrap().iter().any(|row| row["person"] == person.as_str()), "{people}");
    assert_eq!(story.city.office(&["confirm-people"])["was_waiting"], true);

    thief.run(&["sync"]);
    assert_eq!(thief.run(&["finding", "list"]), serde_json::json!([]));
    // Whoever came after the backup is let in again, as the same person on the same phone.
    assert_eq!(newcomer.try_run(&["sync"]).code, 1);
    let code = story.city.code(&["--role", "inspector", "--area", "DH", "--name", "newcomer", "--person", &person]);
    assert_eq!(newcomer.text(&["enrol", &story.city.url, &code], "person"), person);
    newcomer.run(&["sync"]);
    assert_eq!(newcomer.run(&["status"])["waiting_ops"], 0);
    story.all_sync();
    newcomer.run(&["sync"]);
    same(&story.truth(), &before);
    story.agrees();
    assert_eq!(story.supervisor.text(&["finding", "show", &finding], "number"), number);
    assert_eq!(newcomer.run(&["finding", "list"]), story.inspector.run(&["finding", "list"]));

    // A number that nobody can have been given; every photo is with the city again.
    let [.., next] = story.visit("W5-3");
    story.all_sync();
    let next = story.supervisor.text(&["finding", "show", &next], "number");
    let running: u32 = next.strip_prefix("2026-").unwrap().parse().unwrap();
    assert!(running > 1_000, "{next}");
    story.agrees();
    let copied = story.backup("2.tar", &[]);
    assert_eq!((&copied["lost"], &copied["photos"]), (&0.into(), &15.into()), "{copied}");
    story.inspector.run(&["sync"]);
    assert_eq!(state(&story.inspector), (story.is_off_machine.into(), story.is_off_machine));
}

#[test]
fn a_second_restore_from_the_same_backup_gives_no_number_and_no_position_again() {
    let mut story = Story::begin();
    story.visit("W5-1");
    story.all_sync();
    story.backup("1.tar", &[]);
    let mut seen = Vec::new();
    let mut epochs = Vec::new();
    for day in ["2026-03-03", "2026-03-05", "2026-03-07"] {
        story.now(&format!("{day}T09:00:00+08:00"));
        let [.., finding] = story.visit("W5-2");
        story.all_sync();
        seen.push(story.supervisor.text(&["finding", "show", &finding], "number"));
        let epoch = story.inspector.run(&["status"])["feeds"][0]["epoch"].as_u64().unwrap();
        epochs.push(epoch);
        story.comes_back_from("1.tar");
        story.city.office(&["confirm-people"]);
        story.all_sync();
        story.agrees();
        let numbers: Vec<Value> = story
            .supervisor
            .run(&["finding", "list"])
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["number"].clone())
            .collect();
        for number in &seen {
            assert_eq!(numbers.iter().filter(|one| **one == number.as_str()).count(), 1, "{number} of {numbers:?}");
        }
    }
    epochs.dedup();
    assert_eq!(epochs.len(), 3, "{epochs:?}");
}

/// A visit with more findings than a city gives numbers in a quiet minute; the numbers that they got.
fn findings_at_once(story: &Story) -> Vec<String> {
    let desk = &story.inspector;
    let visit = desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    desk.run(&["visit", "answer", &visit, "W5-2", "no", "--note", "门口堆物"]);
    let raise = ["finding", "raise", &visit, "W5-2", "--text", "门口堆物"];
    let findings: Vec<String> = (0..11).map(|_| desk.text(&raise, "finding")).collect();
    desk.run(&["visit", "submit", &visit]);
    for finding in &findings {
        desk.run(&["finding", "feedback", finding, "--demand", "三日内清理", "--photos-checked"]);
    }
    desk.run(&["sync"]);
    findings.iter().map(|finding| desk.text(&["finding", "show", finding], "number")).collect()
}

#[test]
fn a_city_lost_again_right_after_its_restore_gives_no_number_of_that_burst_to_another_finding() {
    let mut story = Story::begin();
    let mut colleague = story.city.phone("colleague", "inspector", FIRST);
    story.all_sync();
    colleague.run(&["sync"]);
    story.backup("1.tar", &[]);
    let mut given = Vec::new();
    for _ in 0..2 {
        story.comes_back_from("1.tar");
        story.city.office(&["confirm-people"]);
        given.extend(findings_at_once(&story));
        std::mem::swap(&mut story.inspector, &mut colleague);
    }
    // The first inspector's come back with their numbers, which may stand on papers.
    story.inspector.run(&["sync"]);
    story.supervisor.run(&["sync"]);
    let mut listed: Vec<String> = story
        .supervisor
        .run(&["finding", "list"])
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["number"].as_str().unwrap().to_owned())
        .collect();
    for numbers in [&mut given, &mut listed] {
        numbers.sort();
        numbers.dedup();
    }
    assert_eq!((given.len(), &listed), (22, &given));
}
