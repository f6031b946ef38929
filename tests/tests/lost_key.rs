//! A phone whose signing key is gone: it says so, enrols again, and what was said before reaches the city.

use std::fs;

use mingcha_tests::City;

const MORNING: &str = "2026-03-02T09:00:00+08:00";

#[test]
fn a_phone_that_lost_its_key_enrols_again_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let phone = city.phone("inspector", "inspector", MORNING);
    let person = phone.text(&["status"], "person");
    let visit = phone.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    phone.run(&["visit", "answer", &visit, "W5-1", "yes"]);
    phone.run(&["sync"]);
    phone.run(&["visit", "answer", &visit, "W5-2", "no", "--note", "叫号机停用"]);
    fs::remove_file(phone.home.join("device.key")).unwrap();
    phone.run(&["visit", "answer", &visit, "W5-7", "good"]);
    phone.refuses(&["sync"], 1, "key_lost");

    let stranger = city.code(&["--role", "inspector", "--area", "DH", "--name", "stranger"]);
    phone.refuses(&["enrol", &city.url, &stranger], 2, "already_enrolled");
    let code = city.code(&["--role", "inspector", "--area", "DH", "--person", &person]);
    assert_eq!(phone.text(&["enrol", &city.url, &code], "person"), person);
    assert_eq!(phone.run(&["sync"])["waiting_ops"], 0);
    assert_eq!(phone.run(&["verify"])["ok"], true);

    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    let shown = supervisor.run(&["visit", "show", &visit]);
    let answers: Vec<(&str, &str)> = shown["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["item"].as_str().unwrap(), row["value"].as_str().unwrap()))
        .collect();
    assert_eq!(answers, [("W5-1", "yes"), ("W5-2", "no"), ("W5-7", "good")]);
    assert_eq!(shown["answers"][1]["note"], "叫号机停用");
}

#[test]
fn a_store_whose_key_file_is_missing_says_which_file_to_put_back_and_makes_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let phone = city.phone("inspector", "inspector", MORNING);
    let visit = phone.text(&["visit", "start", "GOV-01", "--mode", "open"], "visit");
    let (key, away) = (phone.home.join("store.key"), folder.path().join("away"));
    fs::rename(&key, &away).unwrap();
    for _ in 0..2 {
        phone.refuses(&["visit", "show", &visit], 1, "store_key_missing");
        assert!(!key.exists(), "a new key would open nothing");
    }
    fs::rename(&away, &key).unwrap();
    assert_eq!(phone.text(&["visit", "show", &visit], "visit"), visit);
}
