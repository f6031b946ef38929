//! Ten photos before anything is answered, sorted days later, with the two programs as people use them.

use std::path::{Path, PathBuf};

use mingcha_tests::{City, Desk, draw};
use serde_json::Value;

const MORNING: &str = "2026-03-02T09:00:00+08:00";
const DAYS_LATER: &str = "2026-03-05T18:00:00+08:00";

fn begun() -> (tempfile::TempDir, City, Desk, String) {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let desk = city.phone("inspector", "inspector", MORNING);
    let visit = desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    (folder, city, desk, visit)
}

fn drawn(below: &Path, count: u32) -> Vec<String> {
    (1..=count).map(|number| draw(below, number).to_str().unwrap().to_owned()).collect()
}

/// A picture whose header is sound and whose pixels cannot be decoded.
fn rotten(below: &Path) -> PathBuf {
    let path = below.join("rotten.png");
    image::open(draw(below, 99)).unwrap().save(&path).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let data = bytes.windows(4).position(|four| four == b"IDAT").unwrap() + 4;
    bytes[data..data + 64].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn rows(desk: &Desk, visit: &str) -> Vec<Value> {
    desk.run(&["visit", "show", visit])["photos"].as_array().cloned().unwrap()
}

#[test]
fn ten_photos_are_taken_before_any_item_is_chosen_and_sorted_days_later() {
    let (folder, city, mut desk, visit) = begun();
    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    let files = drawn(folder.path(), 10);
    let mut words = vec!["visit", "photo", &visit, "--later"];
    words.extend(files.iter().map(String::as_str));
    let taken = desk.run(&words);
    let photos: Vec<String> =
        taken.as_array().unwrap().iter().map(|one| one["photo"].as_str().unwrap().to_owned()).collect();
    assert_eq!(photos.len(), 10);
    let waiting = rows(&desk, &visit);
    for (row, photo) in waiting.iter().zip(&photos) {
        assert_eq!(
            (&row["photo"], &row["copies"], &row["item"]),
            (&Value::from(&**photo), &"waiting".into(), &Value::Null)
        );
        assert_eq!((&row["observed_at"], &row["recorded_at"]), (&MORNING.into(), &Value::Null));
    }
    let status = desk.run(&["status"]);
    assert_eq!((&status["unfinished_photos"], &status["waiting_photos"]), (&10.into(), &10.into()));
    assert!(desk.in_words("zh", &["visit", "show", &visit]).contains("待制作"));
    assert!(desk.in_words("en", &["photo", "list"]).contains("to be made"));

    DAYS_LATER.clone_into(&mut desk.now);
    city.clock(DAYS_LATER);
    let mut words = vec!["photo", "put"];
    words.extend(photos[..7].iter().map(String::as_str));
    words.push("W5-1");
    let put = desk.run(&words);
    assert!(
        put.as_array().unwrap().iter().all(|one| one["observed_at"] == MORNING && one["recorded_at"] == DAYS_LATER)
    );
    desk.run(&["visit", "answer", &visit, "W5-3", "no", "--photo", &photos[7]]);
    let finished = desk.run(&["photo", "finish"]);
    assert_eq!((&finished["made"], &finished["waiting"], &finished["unusable"]), (&2.into(), &0.into(), &0.into()));
    let report = desk.run(&["sync"]);
    assert_eq!((&report["sent_photos"], &report["waiting_photos"]), (&10.into(), &0.into()));
    supervisor.run(&["sync"]);
    for phone in [&desk, &supervisor] {
        let rows = rows(phone, &visit);
        assert_eq!(rows.iter().map(|row| row["photo"].as_str().unwrap()).collect::<Vec<_>>().len(), 10);
        for row in rows {
            assert_eq!(
                (&row["observed_at"], &row["copies"]),
                (&MORNING.into(), &"made".into()),
                "taken then, made now"
            );
            let sorted = photos[..7].iter().any(|photo| row["photo"] == **photo);
            let recorded = if sorted { Value::from(DAYS_LATER) } else { Value::Null };
            assert_eq!((&row["recorded_at"], row["item"] == "W5-1"), (&recorded, sorted));
        }
    }
}

#[test]
fn waiting_photos_are_made_before_their_visit_is_submitted_or_the_phone_syncs() {
    let (folder, city, desk, visit) = begun();
    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    let files = drawn(folder.path(), 3);
    let take = |file: &str| desk.text(&["visit", "photo", &visit, "--later", "--item", "W5-1", file], "photo");
    let first = take(&files[0]);
    let erased = take(&files[1]);
    desk.run(&["erase", "photo", &erased]);
    desk.run(&["sync"]);
    supervisor.run(&["sync"]);
    let last = take(&files[2]);
    desk.run(&["visit", "submit", &visit]);
    assert_eq!(desk.run(&["status"])["unfinished_photos"], 0);
    desk.run(&["sync"]);
    supervisor.run(&["sync"]);
    let there: Vec<Value> = rows(&supervisor, &visit).into_iter().map(|row| row["photo"].clone()).collect();
    assert_eq!(there, [Value::from(first), Value::from(last)]);
    let names = std::fs::read_dir(desk.home.join("photos")).unwrap();
    let sealed = names.filter(|file| file.as_ref().unwrap().file_name().len() == 64).count();
    assert_eq!(sealed, 6, "nothing is left of the erased one");
    desk.refuses(&["visit", "photo", &visit, &files[0]], 2, "submitted");
}

#[test]
fn a_picture_that_turns_out_to_be_none_is_told_at_once_and_stays_in_sight() {
    let (folder, _city, desk, visit) = begun();
    let bad = rotten(folder.path());
    let good = drawn(folder.path(), 1);
    let answer = desk.try_run(&["visit", "photo", &visit, &good[0], bad.to_str().unwrap()]);
    assert_eq!((answer.code, answer.error().as_str()), (1, "unusable_photo"), "{}", answer.stderr);
    let photo = answer.json[1]["photo"].as_str().unwrap().to_owned();
    let row = rows(&desk, &visit).pop().unwrap();
    assert_eq!((&row["photo"], &row["problem"]), (&Value::from(&*photo), &"bad_photo".into()));
    let told = desk.in_words("zh", &["photo", "list"]);
    assert!(told.contains("制作不了") && told.contains("照片已损坏"), "{told}");
    desk.refuses(&["photo", "put", &photo, "W5-1"], 2, "not_now");
    assert_eq!(desk.run(&["sync"])["unusable_photos"], 1);
    assert_eq!(desk.run(&["status"])["waiting_photos"], 0);
    let out = folder.path().join("saved.png");
    desk.run(&["photo", "save", &photo, "--copy", "original", "--out", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(out).unwrap(), std::fs::read(bad).unwrap());
    desk.run(&["erase", "photo", &photo]);
    assert_eq!(rows(&desk, &visit).len(), 1);
}
