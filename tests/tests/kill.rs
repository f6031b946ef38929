//! Programs killed with -9 at any instant: what they said was done is there afterwards, and nothing half is.
//!
//! The instants come from a generator whose seed is printed; `MINGCHA_SEED=...` plays them again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mingcha_tests::{Answer, Chance, City, Desk, draw, hashes, photos, seen};
use serde_json::Value;

const NOW: &str = "2026-03-02T09:00:00+08:00";

/// A city, two people of one area, and an open visit of one of them.
struct Story {
    _folder: tempfile::TempDir,
    below: PathBuf,
    city: City,
    inspector: Desk,
    supervisor: Desk,
    visit: String,
    /// Items answered with yes or no.
    items: Vec<String>,
    drawn: u32,
}

impl Story {
    fn begin() -> Self {
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

    fn picture(&mut self) -> PathBuf {
        self.drawn += 1;
        draw(&self.below, self.drawn)
    }

    /// Both phones sync and must then show the same; the city has everything, and never had to be put back.
    fn both_know_all(&self) {
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

/// Starts the command and kills it after the delay, if it is still running then.
fn run_and_kill(desk: &Desk, words: &[&str], delay: Duration) -> Output {
    let mut child = desk.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(delay);
    let _ = child.kill();
    child.wait_with_output().unwrap()
}

/// How long the command usually takes: the middle of five.
fn usual(mut run: impl FnMut()) -> Duration {
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

/// Instants from the start of a command to twice the time that it takes at present: other work makes it slower or faster.
struct Instants {
    within: u64,
}

impl Instants {
    fn of(usual: Duration) -> Self {
        Self { within: u64::try_from(usual.as_micros()).unwrap() * 2 }
    }

    fn next(&self, chance: &mut Chance) -> Duration {
        Duration::from_micros(chance.below(self.within))
    }

    /// Learns from how it went, so that about half of all commands end before they are killed.
    fn learn(&mut self, ended: bool) {
        self.within = if ended { self.within * 7 / 8 } else { self.within * 8 / 7 };
        self.within = self.within.max(1_000);
    }
}

/// What a command that may have been killed said was done: a whole line of JSON on stdout, or the exit code 0.
fn promised(output: &Output) -> Option<Value> {
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
struct Told {
    /// Notes by item, in order; true when the program said that it was written.
    answers: BTreeMap<String, Vec<(String, bool)>>,
    /// Photos that the program said were taken, with the file they were taken from.
    photos: Vec<(String, PathBuf)>,
}

impl Told {
    /// Nothing that was said to be done is missing, nothing half is there.
    fn holds(&self, story: &Story) {
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
            assert!(here.contains(photo), "photo {photo} was taken and is not there");
        }
        // Every file is one of a photo, or one that the status counts as recovered; the temporary ones are gone.
        let files = files_of(&story.inspector.home);
        assert!(!files.iter().any(|name| name.starts_with("incoming-")), "{files:?}");
        let listed = story.inspector.run(&["photo", "list"]);
        let whole = listed.as_array().into_iter().flatten().map(|photo| photo["here"].as_array().unwrap().len());
        let sealed = files.iter().filter(|name| name.len() == 64).count();
        let recovered = usize::try_from(status["recovered_photos"].as_u64().unwrap()).unwrap();
        assert_eq!(whole.sum::<usize>() + recovered, sealed, "{status}");
    }

    /// Every photo opens: the original as the camera wrote it, the copies as pictures.
    fn opens(&self, story: &Story) {
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

#[test]
fn two_hundred_killed_commands_lose_nothing_that_was_said_to_be_done() {
    let mut chance = Chance::seeded("commands");
    let mut story = Story::begin();
    let mut told = Told::default();
    let warm = story.items[0].clone();
    let answering = usual(|| drop(story.inspector.run(&["visit", "answer", &story.visit, &warm, "yes"])));
    let pictures: Vec<PathBuf> = (0..5).map(|_| story.picture()).collect();
    let mut rest = pictures.iter();
    let taking = usual(|| {
        let file = rest.next().unwrap();
        let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
        told.photos.push((photo, file.clone()));
    });
    let (mut answers, mut takes) = (Instants::of(answering), Instants::of(taking));
    let mut killed = 0;
    for round in 0..200 {
        if chance.below(3) == 0 {
            let file = story.picture();
            let words = ["visit", "photo", &story.visit, file.to_str().unwrap()];
            let output = run_and_kill(&story.inspector, &words, takes.next(&mut chance));
            let said = promised(&output);
            takes.learn(said.is_some());
            match said {
                Some(said) => told.photos.push((said["photo"].as_str().unwrap().to_owned(), file)),
                None => killed += 1,
            }
        } else {
            let item = &story.items[usize::try_from(chance.below(4)).unwrap()];
            let note = format!("round {round}");
            let value = if chance.below(2) == 0 { "yes" } else { "no" };
            let words = ["visit", "answer", &story.visit, item, value, "--note", &note];
            let output = run_and_kill(&story.inspector, &words, answers.next(&mut chance));
            let sure = promised(&output).is_some();
            answers.learn(sure);
            killed += u32::from(!sure);
            told.answers.entry(item.clone()).or_default().push((note, sure));
        }
        if round % 20 == 19 {
            told.holds(&story);
        }
    }
    let done = 200 - killed;
    println!(
        "an answer takes {answering:?}, a photo {taking:?}; {done} were done, {killed} were killed before they said so"
    );
    assert!(done > 40 && killed > 40, "the instants missed the commands");
    told.holds(&story);
    told.opens(&story);
    story.both_know_all();
    told.holds(&story);
}

#[test]
fn two_hundred_killed_captures_lose_no_acknowledged_photo_and_leave_no_half_one() {
    let mut chance = Chance::seeded("captures");
    let mut story = Story::begin();
    let mut told = Told::default();
    let pictures: Vec<PathBuf> = (0..5).map(|_| story.picture()).collect();
    let mut rest = pictures.iter();
    let taking = usual(|| {
        let file = rest.next().unwrap();
        let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
        told.photos.push((photo, file.clone()));
    });
    let (mut takes, mut killed) = (Instants::of(taking), 0);
    for round in 0..200 {
        let file = story.picture();
        let words = ["visit", "photo", &story.visit, file.to_str().unwrap()];
        let output = run_and_kill(&story.inspector, &words, takes.next(&mut chance));
        let said = promised(&output);
        takes.learn(said.is_some());
        match said {
            Some(said) => told.photos.push((said["photo"].as_str().unwrap().to_owned(), file)),
            None => killed += 1,
        }
        if round % 40 == 39 {
            told.holds(&story);
        }
    }
    println!("a photo takes {taking:?}; {} were taken, {killed} killed before they said so", 200 - killed);
    assert!(killed > 40 && killed < 160, "the instants missed the captures: {killed} killed");
    told.holds(&story);
    told.opens(&story);

    // The same with erasing: whatever a killed one left is finished by the next, and no other photo goes along.
    let erased: Vec<(String, PathBuf)> = told.photos.drain(..30).collect();
    for (photo, _) in &erased {
        let erasing = ["erase", "photo", photo];
        run_and_kill(&story.inspector, &erasing, takes.next(&mut chance));
    }
    for (photo, _) in &erased {
        assert_eq!(story.inspector.text(&["erase", "photo", photo], "erased"), *photo);
        let out = story.below.join("erased.jpg");
        let saving = ["photo", "save", photo, "--copy", "thumbnail", "--out", out.to_str().unwrap()];
        assert_eq!(story.inspector.try_run(&saving).code, 2);
    }
    told.holds(&story);
    for (nth, (photo, file)) in told.photos.iter().enumerate() {
        let out = story.below.join(format!("kept-{nth}.jpg"));
        story.inspector.run(&["photo", "save", photo, "--copy", "original", "--out", out.to_str().unwrap()]);
        assert_eq!(std::fs::read(out).unwrap(), std::fs::read(file).unwrap());
    }
    story.both_know_all();
}

/// What two people were told to say of findings, and what of it is sure.
#[derive(Default)]
struct Spoken {
    /// Words of findings that were raised.
    raised: Vec<(String, bool)>,
    /// Reasons of reviews, in order.
    reviewed: Vec<(String, bool)>,
}

impl Spoken {
    /// Every finding and review that was said to be done is there, once and whole, and nothing that nobody was told.
    fn holds(&self, story: &Story, first: &str) {
        let holds = |told: &[(String, bool)], here: &[String], what: &str| {
            for (words, sure) in told {
                let count = here.iter().filter(|one| *one == words).count();
                assert!(count == 1 || (count == 0 && !sure), "{what} {words}: {count} times, sure: {sure}");
            }
            assert!(here.iter().all(|one| told.iter().any(|(words, _)| words == one)), "{here:?}");
        };
        let texts = |rows: &Value| -> Vec<String> {
            rows.as_array().into_iter().flatten().map(|row| row["text"].as_str().unwrap().to_owned()).collect()
        };
        let listed = story.inspector.run(&["finding", "list"]);
        let raised: Vec<String> = texts(&listed).into_iter().filter(|text| text.starts_with("round")).collect();
        holds(&self.raised, &raised, "finding");
        let shown = story.supervisor.run(&["finding", "show", first]);
        holds(&self.reviewed, &texts(&shown["submissions"][0]["reviews"]), "review");
        for desk in [&story.inspector, &story.supervisor] {
            assert_eq!(desk.run(&["verify"])["ok"], true);
        }
    }
}

#[test]
fn two_hundred_killed_findings_and_reviews_lose_nothing_that_was_said_to_be_done() {
    let mut chance = Chance::seeded("findings");
    let mut story = Story::begin();
    let contact = story.city.phone("contact", "contact", NOW);
    let first = story.inspector.text(&["finding", "raise", &story.visit, "W5-3", "--text", "first"], "finding");
    story.inspector.run(&["finding", "feedback", &first, "--demand", "demand"]);
    story.inspector.run(&["sync"]);
    contact.run(&["sync"]);
    let picture = story.picture();
    let words = ["finding", "rectify", &first, "--text", "done", "--photo", picture.to_str().unwrap()];
    let submission = contact.text(&words, "submission");
    contact.run(&["sync"]);
    story.supervisor.run(&["sync"]);

    let mut spoken = Spoken::default();
    let mut warm = 1_000;
    let raising = usual(|| {
        warm += 1;
        let text = format!("round {warm}");
        story.inspector.run(&["finding", "raise", &story.visit, "W5-3", "--text", &text]);
        spoken.raised.push((text, true));
    });
    let mut instants = Instants::of(raising);
    let mut killed = 0;
    for round in 0..200 {
        let text = format!("round {round}");
        let raises = chance.below(2) == 0;
        let verdict = if chance.below(2) == 0 { "approve" } else { "return" };
        let (desk, words) = if raises {
            (&story.inspector, ["finding", "raise", &story.visit, "W5-3", "--text", &text])
        } else {
            (&story.supervisor, ["finding", "review", &submission, verdict, "--text", &text])
        };
        let sure = promised(&run_and_kill(desk, &words, instants.next(&mut chance))).is_some();
        instants.learn(sure);
        killed += u32::from(!sure);
        let told = if raises { &mut spoken.raised } else { &mut spoken.reviewed };
        told.push((text, sure));
        if round % 40 == 39 {
            spoken.holds(&story, &first);
        }
    }
    println!("raising takes {raising:?}; {} were done, {killed} were killed before they said so", 200 - killed);
    assert!((40..160).contains(&killed), "the instants missed the commands");
    for desk in [&story.supervisor, &story.inspector, &story.supervisor] {
        assert_eq!(desk.run(&["sync"])["waiting_ops"], 0);
    }
    spoken.holds(&story, &first);
    assert_eq!(hashes(&story.inspector), hashes(&story.supervisor));
    let seen = |desk: &Desk| desk.run(&["finding", "list"]).as_array().map(Vec::len);
    assert_eq!(seen(&story.inspector), seen(&story.supervisor));
}

#[test]
fn sixty_killed_syncs_are_made_good_by_the_next_one() {
    let mut chance = Chance::seeded("syncs");
    let mut story = Story::begin();
    let mut told = Told::default();
    let write = |story: &mut Story, told: &mut Told, round: u32| {
        let item = story.items[usize::try_from(round % 4).unwrap()].clone();
        let note = format!("round {round}");
        story.inspector.run(&["visit", "answer", &story.visit, &item, "no", "--note", &note]);
        told.answers.entry(item).or_default().push((note, true));
        if round.is_multiple_of(3) {
            let file = story.picture();
            let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
            told.photos.push((photo, file));
        }
    };
    let mut round = 100;
    let syncing = usual(|| {
        write(&mut story, &mut told, round);
        round += 1;
        story.inspector.run(&["sync"]);
    });
    let (mut instants, mut killed) = (Instants::of(syncing), 0);
    for round in 0..60 {
        write(&mut story, &mut told, round);
        let output = run_and_kill(&story.inspector, &["sync"], instants.next(&mut chance));
        let said = promised(&output);
        instants.learn(said.is_some());
        match said {
            Some(said) => assert_eq!(said["waiting_ops"], 0, "{said}"),
            None => killed += 1,
        }
        told.holds(&story);
    }
    println!("writing and a sync take {syncing:?}; {killed} were killed");
    assert!(killed > 3, "the instants missed the syncs");
    story.both_know_all();
    told.holds(&story);
    told.opens(&story);
    assert_eq!(photos(&story.supervisor, &story.visit).len(), told.photos.len());
    for shown in seen(&story.supervisor, &story.visit).values() {
        assert_eq!(shown.versions.len(), 1, "said twice: {shown:?}");
    }
}

#[test]
fn a_city_killed_forty_times_during_syncs_loses_nothing_that_it_acknowledged() {
    let mut chance = Chance::seeded("city");
    let mut story = Story::begin();
    let mut told = Told::default();
    let syncing = usual(|| {
        let file = story.picture();
        let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
        told.photos.push((photo, file));
        story.inspector.run(&["sync"]);
    });
    let (mut instants, mut acknowledged) = (Instants::of(syncing), 0);
    for round in 0..40 {
        let item = story.items[round % 4].clone();
        let note = format!("round {round}");
        story.inspector.run(&["visit", "answer", &story.visit, &item, "no", "--note", &note]);
        told.answers.entry(item).or_default().push((note, true));
        let file = story.picture();
        let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
        told.photos.push((photo, file));

        let child = story.inspector.command(&["sync"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        sleep(instants.next(&mut chance));
        story.city.kill();
        let answer = Answer::of(&child.wait_with_output().unwrap());
        instants.learn(answer.code == 0);
        match answer.code {
            0 => acknowledged += 1,
            _ => assert_eq!((answer.code, answer.error().as_str()), (1, "unreachable"), "{}", answer.stderr),
        }
        story.city.serve();
        if answer.code == 0 {
            let again = story.inspector.run(&["sync"]);
            assert_eq!((&again["sent_ops"], &again["sent_photos"]), (&0.into(), &0.into()), "{again}");
            story.both_know_all();
        }
        told.holds(&story);
    }
    println!("a photo and a sync take {syncing:?}; {acknowledged} of 40 syncs ended before the city did");
    story.both_know_all();
    told.holds(&story);
    assert_eq!(photos(&story.supervisor, &story.visit).len(), told.photos.len());
    for shown in seen(&story.supervisor, &story.visit).values() {
        assert_eq!(shown.versions.len(), 1, "said twice: {shown:?}");
    }
}
