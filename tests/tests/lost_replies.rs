//! Replies that get lost on the way, and a phone that is copied: the next sync repairs everything, and nothing is doubled.

use std::path::{Path, PathBuf};

use mingcha_tests::{City, Desk, Wire, draw, hashes, photos, seen};
use serde_json::Value;

const NOW: &str = "2026-03-02T09:00:00+08:00";

/// A city behind a wire, and a supervisor who reaches it without one.
struct Story {
    folder: tempfile::TempDir,
    city: City,
    wire: Wire,
    supervisor: Desk,
}

impl Story {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let city = City::found(folder.path(), NOW);
        let wire = Wire::to(&city.url);
        let supervisor = city.phone("supervisor", "supervisor", NOW);
        Self { folder, city, wire, supervisor }
    }

    fn inspector(&self, name: &str) -> Desk {
        self.city.phone_at(name, "inspector", NOW, &self.wire.url)
    }

    /// Starts a visit, answers two items and takes a photo.
    fn work(&self, desk: &Desk, number: u32) -> String {
        let visit = desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
        desk.run(&["visit", "answer", &visit, "W5-1", "yes"]);
        desk.run(&["visit", "answer", &visit, "W5-2", "no", "--note", "没有叫号机"]);
        let picture = draw(self.folder.path(), number);
        desk.run(&["visit", "photo", &visit, picture.to_str().unwrap()]);
        visit
    }

    /// The phone and the supervisor's show the same visit, once, and nothing waits.
    fn both_show(&self, desk: &Desk, visit: &str) {
        nothing_waits(desk);
        self.supervisor.run(&["sync"]);
        let shown = seen(desk, visit);
        assert_eq!(shown, seen(&self.supervisor, visit));
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["W5-1", "W5-2"]);
        assert!(shown.values().all(|answer| answer.versions.len() == 1), "said twice: {shown:?}");
        assert_eq!(photos(desk, visit).len(), 1);
        assert_eq!(photos(desk, visit), photos(&self.supervisor, visit));
        let visits = self.supervisor.run(&["visit", "list"]);
        let same = visits.as_array().into_iter().flatten().filter(|row| row["visit"] == visit);
        assert_eq!(same.count(), 1);
        assert_eq!(hashes(desk), hashes(&self.supervisor));
    }

    /// The reply to such a request is lost once after so many bytes, and the next sync repairs it.
    fn lost_once(&self, request: &str, after: usize) {
        let desk = self.inspector(&format!("inspector{}-{after}", request.replace(['/', ' '], "-")));
        let number = u32::try_from(request.len() * 1000 + after).unwrap();
        let visit = self.work(&desk, number);
        self.wire.cut(request, after);
        desk.refuses(&["sync"], 1, "unreachable");
        assert!(self.wire.was_cut(), "no {request} was sent");
        desk.run(&["sync"]);
        self.both_show(&desk, &visit);
    }
}

fn nothing_waits(desk: &Desk) {
    let status = desk.run(&["status"]);
    for key in ["waiting_ops", "waiting_photos", "refused", "held", "recovered_photos", "missing_photos"] {
        assert_eq!(status[key], 0, "{key}: {status}");
    }
    assert_eq!(desk.run(&["verify"])["ok"], true);
}

#[test]
fn a_push_whose_reply_is_lost_is_acknowledged_by_the_next_sync() {
    let story = Story::begin();
    story.lost_once("PUT /v1/logs", 0);
    story.lost_once("PUT /v1/logs", 100);
}

#[test]
fn a_pull_whose_reply_is_lost_is_made_good_by_the_next_sync() {
    let story = Story::begin();
    story.lost_once("POST /v1/pull", 0);
    story.lost_once("POST /v1/pull", 100);
}

#[test]
fn a_hello_whose_reply_is_lost_costs_one_more_sync() {
    let story = Story::begin();
    story.lost_once("POST /v1/hello", 0);
    story.lost_once("POST /v1/hello", 100);
}

#[test]
fn a_photo_whose_receipt_is_lost_is_not_kept_twice() {
    let story = Story::begin();
    // The city is asked at once what it has, so that this sync ends well.
    for after in [0, 40, 100] {
        let desk = story.inspector(&format!("inspector-photos-{after}"));
        let visit = story.work(&desk, u32::try_from(after).unwrap());
        story.wire.cut("POST /v1/photos", after);
        let told = desk.run(&["sync"]);
        assert!(story.wire.was_cut());
        assert_eq!((count(&told, "sent_photos"), count(&told, "waiting_photos")), (1, 0), "{told}");
        story.both_show(&desk, &visit);
    }
}

#[test]
fn an_enrolment_whose_reply_is_lost_is_finished_by_the_same_code() {
    let story = Story::begin();
    for after in [0, 100] {
        let name = format!("enrolled-{after}");
        let code = story.city.code(&["--role", "inspector", "--area", "DH", "--name", &name]);
        let desk = Desk::new(story.folder.path().join(&name), NOW);
        story.wire.cut("POST /v1/enrol", after);
        desk.refuses(&["enrol", &story.wire.url, &code], 1, "unreachable");
        assert!(story.wire.was_cut());
        let enrolled = desk.run(&["enrol", &story.wire.url, &code]);
        assert_eq!(enrolled["role"], "inspector", "{enrolled}");
        desk.run(&["sync"]);
        let visit = story.work(&desk, u32::try_from(after).unwrap());
        desk.run(&["sync"]);
        story.both_show(&desk, &visit);
    }
    let devices = story.city.office(&["devices"]);
    assert_eq!(devices.as_array().map(Vec::len), Some(3), "one device each: {devices}");
}

#[test]
fn somebody_elses_phone_is_not_enrolled_with_a_code_whose_reply_was_lost() {
    let story = Story::begin();
    let code = story.city.code(&["--role", "inspector", "--area", "DH", "--name", "first"]);
    let first = Desk::new(story.folder.path().join("first"), NOW);
    story.wire.cut("POST /v1/enrol", 0);
    first.refuses(&["enrol", &story.wire.url, &code], 1, "unreachable");
    let second = Desk::new(story.folder.path().join("second"), NOW);
    let answer = second.try_run(&["enrol", &story.wire.url, &code]);
    assert_ne!(answer.code, 0, "a code was used twice: {}", answer.json);
    first.run(&["enrol", &story.wire.url, &code]);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let target: PathBuf = to.join(file.file_name());
        if file.path().is_dir() {
            copy(&file.path(), &target);
        } else {
            std::fs::copy(file.path(), target).unwrap();
        }
    }
}

/// Syncs both, in turn, until each has heard of what the other said.
fn both_sync(one: &Desk, other: &Desk) {
    for _ in 0..3 {
        one.run(&["sync"]);
        other.run(&["sync"]);
    }
}

fn count(told: &Value, key: &str) -> u64 {
    told[key].as_u64().unwrap_or_else(|| panic!("no {key}: {told}"))
}

#[test]
fn a_copied_phone_and_its_original_both_go_on_and_nothing_is_lost() {
    for sent_before in [true, false] {
        let story = Story::begin();
        let phone = story.inspector("original");
        let visit = story.work(&phone, 1);
        if sent_before {
            phone.run(&["sync"]);
        }
        let home = story.folder.path().join("copied");
        copy(&phone.home, &home);
        let copied = Desk::new(home, NOW);

        phone.run(&["visit", "answer", &visit, "W5-3", "yes", "--note", "at the original"]);
        copied.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "at the copy"]);
        copied.run(&["visit", "answer", &visit, "W5-5", "no", "--note", "only at the copy"]);
        let picture = draw(story.folder.path(), 2);
        let photo = copied.text(&["visit", "photo", &visit, picture.to_str().unwrap()], "photo");
        phone.run(&["visit", "answer", &visit, "W5-6", "yes", "--note", "only at the original"]);
        both_sync(&phone, &copied);
        story.supervisor.run(&["sync"]);

        for desk in [&phone, &copied, &story.supervisor] {
            nothing_waits(desk);
            let shown = seen(desk, &visit);
            assert_eq!(shown, seen(&story.supervisor, &visit));
            let notes: Vec<&str> = shown["W5-3"].versions.iter().map(|(_, _, note, _)| note.as_str()).collect();
            assert!(notes.contains(&"at the original") && notes.contains(&"at the copy"), "{notes:?}");
            assert_eq!(notes.len(), 2, "{notes:?}");
            assert_eq!(shown["W5-5"].note, "only at the copy");
            assert_eq!(shown["W5-6"].note, "only at the original");
            assert!(shown.iter().all(|(item, answer)| item == "W5-3" || answer.versions.len() == 1), "{shown:?}");
            assert_eq!(photos(desk, &visit).len(), 2);
            assert!(photos(desk, &visit).contains(&photo));
            assert_eq!(hashes(desk), hashes(&story.supervisor));
        }

        let logs = |desk: &Desk| count(&desk.run(&["verify"]), "logs");
        let before = (logs(&phone), logs(&copied), hashes(&phone));
        for _ in 0..4 {
            for desk in [&copied, &phone] {
                assert_eq!(count(&desk.run(&["sync"]), "sent_ops"), 0);
            }
        }
        assert_eq!(before, (logs(&phone), logs(&copied), hashes(&phone)), "a log more");

        // Each goes on in a log of its own from here: what one says after seeing the other replaces it for both.
        copied.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "settled"]);
        both_sync(&copied, &phone);
        let shown = seen(&phone, &visit);
        assert_eq!((shown["W5-3"].note.as_str(), shown["W5-3"].versions.len()), ("settled", 1));
        assert_eq!((logs(&phone), logs(&copied)), (before.0, before.1));
        nothing_waits(&phone);
        nothing_waits(&copied);
    }
}
