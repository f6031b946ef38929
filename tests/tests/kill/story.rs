//! A city, two people and an open visit, commands that are killed, and what they were told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mingcha_tests::{Answer, Chance, City, Desk, draw, hashes, photos, seen};
use serde_json::Value;

pub const NOW: &str = "2026-03-02T09:00:00+08:00";

/// A city, two people of one area, and an open visit of one of them.
pub struct Story {
    _folder: tempfile::TempDir,
    pub below: PathBuf,
    pub city: City,
    pub inspector: Desk,
    pub supervisor: Desk,
    pub visit: String,
    /// Items answered with yes or no.
    pub items: Vec<String>,
    drawn: u32,
}

impl Story {
    pub fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().to_owned();
        let city = City::found(&below, NOW);
        let inspector = city.phone("inspector", "inspector", NOW);
        let supervisor = city.phone("supervisor", "supervisor", NOW);
        let visit = inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
        let form = inspector.run(&["visit", "form", &visit]);
        let rows = form.as_array().into_iter().flatten().filter(|row| row["answer"] == "yn");
        let items: Vec<String> = rows.map(|row| row["item"].as_str().unwrap().to_owned()).collect();
        assert!(items.len() >= 4, "{form}");
        Self { _folder: folder, below, city, inspector, supervisor, visit, items, drawn: 0 }
    }

    pub fn picture(&mut self) -> PathBuf {
        self.drawn += 1;
        draw(&self.below, self.drawn)
    }

    /// Takes five photos and says how long that usually takes.
    pub fn usual_taking(&mut self, told: &mut Told, more: &[&str]) -> Duration {
        usual(|| {
            let file = self.picture();
            let words = [&["visit", "photo", &self.visit, file.to_str().unwrap()], more].concat();
            told.photos.push((self.inspector.text(&words, "photo"), file));
        })
    }

    /// Takes a photo with a command that is killed after this delay, and notes what it promised.
    pub fn take_and_kill(&mut self, told: &mut Told, more: &[&str], delay: Duration) -> Ending {
        let file = self.picture();
        let words = [&["visit", "photo", &self.visit, file.to_str().unwrap()], more].concat();
        let output = run_and_kill(&self.inspector, &words, delay);
        let Some(said) = promised(&output) else { return Ending::Killed };
        told.photos.push((said["photo"].as_str().unwrap().to_owned(), file));
        if output.status.success() { Ending::Ended } else { Ending::KilledAfterItsWord }
    }

    /// Both phones sync and must then show the same; the city has everything, and never had to be put back.
    pub fn both_know_all(&self) {
        let first = self.inspector.run(&["sync"]);
        assert_eq!((&first["waiting_ops"], &first["waiting_photos"]), (&0.into(), &0.into()), "{first}");
        assert_eq!((&first["refused"], &first["held"], &first["conflicts"]), (&0.into(), &0.into(), &0.into()));
        self.supervisor.run(&["sync"]);
        assert_eq!(seen(&self.inspector, &self.visit), seen(&self.supervisor, &self.visit));
        assert_eq!(photos(&self.inspector, &self.visit), photos(&self.supervisor, &self.visit));
        assert_eq!(hashes(&self.inspector), hashes(&self.supervisor));
        assert!(hashes(&self.inspector).iter().all(|(_, epoch, ..)| *epoch == 1), "the city lost what it had signed");
        for desk in [&self.inspector, &self.supervisor] {
            assert_eq!(desk.run(&["verify"])["ok"], true);
        }
    }
}

/// How a command ended that may have been killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Before it promised anything.
    Killed,
    /// It had said what it did, and was killed over what it does afterwards.
    KilledAfterItsWord,
    /// By itself.
    Ended,
}

/// Starts the command and kills it after the delay, if it is still running then.
pub fn run_and_kill(desk: &Desk, words: &[&str], delay: Duration) -> Output {
    let mut child = desk.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(delay);
    let _ = child.kill();
    child.wait_with_output().unwrap()
}

/// How long the command usually takes: the middle of five.
pub fn usual(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let begun = Instant::now();
            run();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[2]
}

/// Instants within a command, chosen so that about four in five are killed, whatever other work makes it slower or faster.
pub struct Instants {
    within: u64,
}

impl Instants {
    pub fn of(usual: Duration) -> Self {
        Self { within: u64::try_from(usual.as_micros()).unwrap() * 5 / 4 }
    }

    pub fn next(&self, chance: &mut Chance) -> Duration {
        Duration::from_micros(chance.below(self.within))
    }

    /// Learns from how it went: one that ended weighs as much as four that were killed.
    pub fn learn(&mut self, ended: bool) {
        self.within = if ended { self.within * 157 / 200 } else { self.within * 17 / 16 };
        self.within = self.within.max(1_000);
    }
}

/// What a command that may have been killed said was done: a whole line of JSON on stdout, or the exit code 0.
pub fn promised(output: &Output) -> Option<Value> {
    let answer = Answer::of(output);
    if answer.code == 0 || output.stdout.ends_with(b"\n") {
        assert!(!answer.json.is_null(), "done, but said nothing whole: {answer:?}");
        return Some(answer.json);
    }
    assert_eq!(answer.code, 137, "it failed instead of being killed: {}", answer.stderr);
    None
}

fn files_of(home: &Path) -> Vec<String> {
    let names = std::fs::read_dir(home.join("photos")).unwrap();
    names.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

/// What the phone was told to write, and what of it is sure.
#[derive(Default)]
pub struct Told {
    /// Notes by item, in order; true when the program said that it was written.
    pub answers: BTreeMap<String, Vec<(String, bool)>>,
    /// Photos that the program said were taken, with the file they were taken from.
    pub photos: Vec<(String, PathBuf)>,
}

impl Told {
    /// Nothing that was said to be done is missing, nothing half is there.
    pub fn holds(&self, story: &Story) {
        let status = story.inspector.run(&["status"]);
        assert_eq!(status["missing_photos"], 0, "{status}");
        assert_eq!(story.inspector.run(&["verify"])["ok"], true);
        let shown = seen(&story.inspector, &story.visit);
        for (item, told) in &self.answers {
            let Some(sure) = told.iter().rposition(|(_, sure)| *sure) else { continue };
            let note = &shown.get(item).unwrap_or_else(|| panic!("{item} was answered")).note;
            assert!(told[sure..].iter().any(|(later, _)| later == note), "{item} shows {note}, told {:?}", told[sure]);
        }
        let here = photos(&story.inspector, &story.visit);
        for (photo, _) in &self.photos {
            assert_eq!(
                here.iter().filter(|one| *one == photo).count(),
                1,
                "photo {photo} was taken and is not there once"
            );
        }
        assert_eq!(status["unusable_photos"], 0, "{status}");
        // Every file is one of a photo, or one that the status counts as recovered; the temporary ones are gone, and with the
        // last photo of the queue also copies that a killed process left.
        let is_finished = status["unfinished_photos"] == 0;
        if is_finished {
            story.inspector.run(&["photo", "finish"]);
        }
        let files = files_of(&story.inspector.home);
        assert!(!files.iter().any(|name| name.starts_with("incoming-")), "{files:?}");
        let listed = story.inspector.run(&["photo", "list"]);
        let whole = listed.as_array().into_iter().flatten().map(|photo| photo["here"].as_array().unwrap().len());
        let sealed = files.iter().filter(|name| name.len() == 64).count();
        let recovered = usize::try_from(status["recovered_photos"].as_u64().unwrap()).unwrap();
        let known = whole.sum::<usize>() + recovered;
        assert!(if is_finished { known == sealed } else { known <= sealed }, "{known} of {sealed}: {status}");
    }

    /// Every photo opens: the original as the camera wrote it, the copies as pictures.
    pub fn opens(&self, story: &Story) {
        let out = story.below.join("out.jpg");
        let save = |photo: &str, copy: &str| {
            let _ = std::fs::remove_file(&out);
            story.inspector.run(&["photo", "save", photo, "--copy", copy, "--out", out.to_str().unwrap()]);
            std::fs::read(&out).unwrap()
        };
        for photo in photos(&story.inspector, &story.visit) {
            let original = save(&photo, "original");
            if let Some((_, file)) = self.photos.iter().find(|(told, _)| *told == photo) {
                assert_eq!(original, std::fs::read(file).unwrap());
            }
            for copy in ["standard", "thumbnail"] {
                assert!(image::load_from_memory(&save(&photo, copy)).is_ok(), "{copy} of {photo}");
            }
        }
    }
}
