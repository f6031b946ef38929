//! A city with people, a place that is not on its disk, and what everybody sees.

use std::path::PathBuf;

use mingcha_tests::{City, Desk, draw};
use serde_json::Value;
use tempfile::TempDir;

pub const FIRST: &str = "2026-03-02T09:00:00+08:00";

/// A city, people of one area, and a place for backups.
pub struct Story {
    pub folder: TempDir,
    /// Where backups go.
    pub away: TempDir,
    /// True where this machine has another file system than that of the city, and they go there.
    pub is_off_machine: bool,
    pub city: City,
    pub inspector: Desk,
    pub supervisor: Desk,
    pub contact: Desk,
    drawn: u32,
}

impl Story {
    pub fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let memory = tempfile::tempdir_in("/dev/shm").ok().filter(|memory| device(memory) != device(&folder));
        let is_off_machine = memory.is_some();
        let away = memory.unwrap_or_else(|| tempfile::tempdir().unwrap());
        let city = City::found(folder.path(), FIRST);
        let inspector = city.phone("inspector", "inspector", FIRST);
        let supervisor = city.phone("supervisor", "supervisor", FIRST);
        let contact = city.phone("contact", "contact", FIRST);
        Self { folder, away, is_off_machine, city, inspector, supervisor, contact, drawn: 0 }
    }

    /// The time for the city and everybody.
    pub fn now(&mut self, now: &str) {
        self.city.clock(now);
        for desk in [&mut self.inspector, &mut self.supervisor, &mut self.contact] {
            now.clone_into(&mut desk.now);
        }
    }

    pub fn picture(&mut self) -> PathBuf {
        self.drawn += 1;
        draw(self.folder.path(), self.drawn)
    }

    /// The path of a backup of this name.
    pub fn place(&self, name: &str) -> String {
        self.away.path().join(name).to_str().unwrap().to_owned()
    }

    /// A backup, off the machine where that can be.
    pub fn backup(&self, name: &str, more: &[&str]) -> Value {
        let place = self.place(name);
        let word: &[&str] = if self.is_off_machine { &["--off-machine"] } else { &[] };
        self.city.office(&[&["backup", "--out", &place], word, more].concat())
    }

    /// The disk is lost, and the city comes back from this backup and serves.
    pub fn comes_back_from(&mut self, name: &str) -> Value {
        self.city.lose_disk();
        let told = self.city.office(&["restore", &self.place(name)]);
        // A sample city goes on from the time of its backup; the time of a story goes on.
        self.city.clock(&self.inspector.now.replace("T09:", "T10:"));
        self.city.serve();
        told
    }

    /// A visit with an answer, a photo and a finding that was fed back; the ids of visit, photo and finding.
    pub fn visit(&mut self, item: &str) -> [String; 3] {
        let file = self.picture();
        let file = file.to_str().unwrap();
        let desk = &self.inspector;
        let visit = desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
        let photo = desk.text(&["visit", "photo", &visit, file, "--item", item], "photo");
        desk.run(&["visit", "answer", &visit, item, "no", "--note", "门口堆物"]);
        let finding =
            desk.text(&["finding", "raise", &visit, item, "--text", "门口堆物", "--photo", &photo], "finding");
        desk.run(&["visit", "submit", &visit]);
        desk.run(&["finding", "feedback", &finding, "--demand", "三日内清理", "--photos-checked"]);
        [visit, photo, finding]
    }

    /// Everybody meets the city, in an order in which everything arrives.
    pub fn all_sync(&self) {
        for desk in [&self.inspector, &self.supervisor, &self.contact, &self.inspector, &self.supervisor, &self.contact]
        {
            desk.run(&["sync"]);
        }
    }

    /// What everybody is shown, without the marks of a screen.
    pub fn truth(&self) -> Value {
        let mut truth = Vec::new();
        for desk in [&self.inspector, &self.supervisor, &self.contact] {
            let list = desk.run(&["finding", "list"]);
            let ids = list.as_array().unwrap().iter().map(|row| row["finding"].as_str().unwrap().to_owned());
            let mut shown: Vec<Value> = ids.map(|id| desk.run(&["finding", "show", &id])).collect();
            shown.sort_by_key(|row| row["finding"].as_str().unwrap().to_owned());
            if desk.home != self.contact.home {
                let visits = desk.run(&["visit", "list"]);
                let mut ids: Vec<String> =
                    visits.as_array().unwrap().iter().map(|row| row["visit"].as_str().unwrap().to_owned()).collect();
                ids.sort();
                shown.extend(ids.iter().map(|id| desk.run(&["visit", "show", id])));
            }
            truth.push(without_marks(Value::Array(shown)));
        }
        Value::Array(truth)
    }

    /// Nothing waits anywhere, staff of the area stand at one place with one hash, and every chain and file is whole.
    pub fn agrees(&self) {
        let shared = |desk: &Desk| {
            let feeds = desk.run(&["status"])["feeds"].as_array().unwrap().clone();
            let is_shared = |feed: &Value| !feed["feed"].as_str().unwrap().starts_with("person:");
            let covert = |feed: &Value| feed["feed"].as_str().unwrap().starts_with("covert:");
            feeds.into_iter().filter(|feed| is_shared(feed) && !covert(feed)).collect::<Vec<_>>()
        };
        assert_eq!(shared(&self.inspector), shared(&self.supervisor));
        for desk in [&self.inspector, &self.supervisor, &self.contact] {
            let status = desk.run(&["status"]);
            for key in ["waiting_ops", "waiting_photos", "refused", "held", "parked", "missing_photos"] {
                assert_eq!(status[key], 0, "{key}: {status}");
            }
            let verified = desk.run(&["verify"]);
            assert_eq!(verified["ok"], true, "{verified}");
        }
    }
}

#[cfg(unix)]
fn device(folder: &TempDir) -> Option<u64> {
    std::fs::metadata(folder.path()).ok().map(|found| std::os::unix::fs::MetadataExt::dev(&found))
}

#[cfg(not(unix))]
fn device(_: &TempDir) -> Option<u64> {
    None
}

/// A basis is opaque, and says where in a feed something stood.
fn without_marks(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.remove("basis");
            for field in fields.values_mut() {
                *field = without_marks(field.take());
            }
        }
        Value::Array(rows) => {
            for row in rows {
                *row = without_marks(row.take());
            }
        }
        _ => {}
    }
    value
}

/// Both show the same; else says what differs, and where.
#[track_caller]
pub fn same(one: &Value, other: &Value) {
    let mut differences = Vec::new();
    differ(one, other, "", &mut differences);
    assert!(differences.is_empty(), "{differences:#?}");
}

fn differ(one: &Value, other: &Value, at: &str, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) => {
            left.iter().for_each(|(key, value)| differ(value, &right[key], &format!("{at}/{key}"), found));
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let pairs = left.iter().zip(right).enumerate();
            pairs.for_each(|(place, (left, right))| differ(left, right, &format!("{at}/{place}"), found));
        }
        _ if one == other => {}
        _ => found.push(format!("{at}: {one} and {other}")),
    }
}
