//! A city that really serves: the sample, on a free port, in a folder of its own. Killed when the story ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::desk::{Answer, Desk, programs};

/// A city.
pub struct City {
    folder: PathBuf,
    serving: Option<Child>,
    /// Port 0 until it served once; the port that it had then ever after.
    listen: String,
    /// Where it answers.
    pub url: String,
}

impl City {
    /// Founds the sample city below this folder, sets its clock, and serves it.
    ///
    /// # Panics
    /// When that cannot be done.
    pub fn found(below: &Path, now: &str) -> Self {
        let mut city =
            Self { folder: below.join("city"), serving: None, listen: "127.0.0.1:0".to_owned(), url: String::new() };
        city.office(&["init", "--sample"]);
        city.clock(now);
        city.serve();
        city
    }

    /// Runs a command of the office that must do what it is asked.
    ///
    /// # Panics
    /// When it does not exit with 0.
    #[track_caller]
    pub fn office(&self, words: &[&str]) -> Value {
        let answer = self.try_office(words);
        assert_eq!(answer.code, 0, "{words:?}: {}", answer.stderr);
        answer.json
    }

    /// Runs a command of the office, whatever comes of it.
    ///
    /// # Panics
    /// When the program does not start.
    #[track_caller]
    pub fn try_office(&self, words: &[&str]) -> Answer {
        let output = Command::new(&programs().1).args(words).arg("--data").arg(&self.folder).arg("--json").output();
        Answer::of(&output.unwrap_or_else(|error| panic!("mingcha-city does not start: {error}")))
    }

    /// Sets the city's time.
    #[track_caller]
    pub fn clock(&self, now: &str) {
        self.office(&["clock", now]);
    }

    /// Serves until [`Self::kill`] or the end of the story; again on the same port.
    ///
    /// # Panics
    /// When it does not say where it listens.
    pub fn serve(&mut self) {
        self.serve_with(&[]);
    }

    /// The same with more options of `serve`; one that serves already is killed first.
    ///
    /// # Panics
    /// When it does not say where it listens.
    pub fn serve_with(&mut self, options: &[&str]) {
        self.kill();
        let started = Command::new(&programs().1)
            .args(["serve", "--listen", &self.listen, "--data"])
            .arg(&self.folder)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = started.unwrap_or_else(|error| panic!("mingcha-city does not start: {error}"));
        let mut line = String::new();
        let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
        assert!(matches!(read, Some(Ok(_))), "the city says nothing");
        let url = line.trim().strip_prefix("listening on ");
        url.unwrap_or_else(|| panic!("not a line of a city that serves: {line}")).clone_into(&mut self.url);
        self.url.trim_start_matches("http://").clone_into(&mut self.listen);
        self.serving = Some(child);
    }

    /// Kills the city with -9; nothing is said to it before.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.serving.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Where everything of the city lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Kills the city with -9, and its disk is gone.
    ///
    /// # Panics
    /// When the folder cannot be removed.
    pub fn lose_disk(&mut self) {
        self.kill();
        let gone = std::fs::remove_dir_all(&self.folder);
        assert!(gone.is_ok(), "the disk cannot be lost: {gone:?}");
    }

    /// A one-time code: `["--role", "inspector", "--area", "DH"]`.
    #[track_caller]
    pub fn code(&self, whose: &[&str]) -> String {
        let words: Vec<&str> = std::iter::once("enrol").chain(whose.iter().copied()).collect();
        self.office(&words)["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A phone of this role below the folder, enrolled and synced: inspectors and supervisors in area `DH`, contacts of
    /// unit `MC-GOV`, which runs site `GOV-01` there.
    ///
    /// # Panics
    /// When enrolling fails.
    #[track_caller]
    pub fn phone(&self, name: &str, role: &str, now: &str) -> Desk {
        self.phone_at(name, role, now, &self.url)
    }

    /// The same, reaching the city at another address.
    ///
    /// # Panics
    /// When enrolling fails.
    #[track_caller]
    pub fn phone_at(&self, name: &str, role: &str, now: &str, url: &str) -> Desk {
        let place = if role == "contact" { ["--unit", "MC-GOV"] } else { ["--area", "DH"] };
        self.enrolled(name, role, place, now, url)
    }

    /// The phone of a contact of this unit.
    ///
    /// # Panics
    /// When enrolling fails.
    #[track_caller]
    pub fn contact_of(&self, unit: &str, name: &str, now: &str) -> Desk {
        self.enrolled(name, "contact", ["--unit", unit], now, &self.url)
    }

    #[track_caller]
    fn enrolled(&self, name: &str, role: &str, place: [&str; 2], now: &str, url: &str) -> Desk {
        let code = self.code(&["--role", role, place[0], place[1], "--name", name]);
        let below = self.folder.parent().unwrap_or(&self.folder);
        let desk = Desk::new(below.join(name), now);
        desk.run(&["enrol", url, &code]);
        desk.run(&["sync"]);
        desk
    }
}

impl Drop for City {
    fn drop(&mut self) {
        self.kill();
    }
}
