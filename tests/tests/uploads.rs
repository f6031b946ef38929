//! Photos on bad networks: cut at any byte, either side killed, a wire that counts what is sent twice.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use mingcha_tests::{Answer, Chance, City, Desk, Meter};
use serde_json::Value;

const NOW: &str = "2026-03-02T09:00:00+08:00";
/// Less than this may be sent twice after a cut.
const SENT_TWICE: u64 = 256 * 1024;

/// A city behind a wire that counts, and an inspector with an open visit.
struct Story {
    folder: tempfile::TempDir,
    city: City,
    wire: Meter,
    inspector: Desk,
    visit: String,
}

impl Story {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let city = City::found(folder.path(), NOW);
        let wire = Meter::to(&city.url);
        let inspector = city.phone_at("inspector", "inspector", NOW, &wire.url);
        let visit = inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
        Self { folder, city, wire, inspector, visit }
    }

    /// Takes a photo that does not compress well; gives its id and the bytes of its three files.
    fn photo(&self, number: u32, width: u32) -> (String, u64) {
        let file = noise(self.folder.path(), number, width);
        let photo = self.inspector.text(&["visit", "photo", &self.visit, file.to_str().unwrap()], "photo");
        let bytes = ["original", "standard", "thumbnail"].map(|copy| {
            let out = self.folder.path().join(format!("{photo}-{copy}"));
            self.inspector.run(&["photo", "save", &photo, "--copy", copy, "--out", out.to_str().unwrap()]);
            std::fs::metadata(out).unwrap().len()
        });
        (photo, bytes.iter().sum())
    }

    /// Nothing waits, and the city has the very files.
    fn arrived(&self, photo: &str) {
        let status = self.inspector.run(&["status"]);
        for key in ["waiting_ops", "waiting_photos", "refused", "missing_photos"] {
            assert_eq!(status[key], 0, "{key}: {status}");
        }
        for copy in ["original", "standard", "thumbnail"] {
            let file = std::fs::read(self.folder.path().join(format!("{photo}-{copy}"))).unwrap();
            assert!(self.of_the_city().iter().any(|path| std::fs::read(path).unwrap() == file), "no {copy} of {photo}");
        }
        let spools = self.folder.path().join("city/photos/uploads");
        let left =
            std::fs::read_dir(spools).unwrap().flat_map(|person| std::fs::read_dir(person.unwrap().path()).unwrap());
        assert_eq!(left.count(), 0);
    }

    fn of_the_city(&self) -> Vec<PathBuf> {
        let drawers = std::fs::read_dir(self.folder.path().join("city/photos")).unwrap().map(|one| one.unwrap().path());
        let drawers = drawers.filter(|drawer| drawer.file_name().is_some_and(|name| name.len() == 2));
        drawers.flat_map(|drawer| std::fs::read_dir(drawer).unwrap().map(|file| file.unwrap().path())).collect()
    }

    fn syncing(&self) -> std::process::Child {
        self.inspector.command(&["sync"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// A JPEG of noise, about a byte for each pixel.
fn noise(below: &Path, number: u32, width: u32) -> PathBuf {
    let file = below.join(format!("noise-{number}.jpg"));
    let mut state = number.wrapping_mul(2_654_435_761).wrapping_add(1);
    let picture = image::RgbImage::from_fn(width, width * 3 / 4, |_, _| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        image::Rgb([state.to_le_bytes()[0], state.to_le_bytes()[1], state.to_le_bytes()[2]])
    });
    picture.save(&file).unwrap();
    file
}

fn number(told: &Value, key: &str) -> u64 {
    told[key].as_u64().unwrap_or_else(|| panic!("no {key}: {told}"))
}

#[test]
fn an_upload_cut_at_1_50_90_and_99_percent_sends_less_than_256_kib_twice() {
    let story = Story::begin();
    for (turn, percent) in (0_u32..).zip([1, 50, 90, 99]) {
        let (photo, bytes) = story.photo(turn, 1400);
        assert!(bytes > 1_000_000, "too small to prove anything: {bytes}");
        let before = story.wire.up();
        story.wire.cut_up_after(bytes * percent / 100);
        story.inspector.refuses(&["sync"], 1, "unreachable");
        assert_eq!(story.wire.up() - before, bytes * percent / 100, "the wire was not cut there");
        story.wire.mend();
        let told = story.inspector.run(&["sync"]);
        assert_eq!((number(&told, "sent_photos"), number(&told, "waiting_photos")), (1, 0), "{told}");
        let twice = story.wire.up() - before - bytes;
        println!("cut at {percent} % of {bytes} bytes: {twice} bytes were sent twice");
        assert!(twice < SENT_TWICE, "{twice} bytes were sent twice");
        story.arrived(&photo);
    }
}

#[test]
fn cuts_at_random_bytes_are_made_good_within_one_sync() {
    let mut chance = Chance::seeded("bytes");
    let story = Story::begin();
    for turn in 0..6 {
        let (photo, bytes) = story.photo(turn, 900);
        let before = story.wire.up();
        let at = 1 + chance.below(bytes - 1);
        story.wire.interrupt_up_after(at);
        let told = story.inspector.run(&["sync"]);
        assert!(!story.wire.waits_to_cut());
        assert_eq!((number(&told, "sent_photos"), number(&told, "sent_bytes")), (1, bytes), "{told}");
        let twice = story.wire.up() - before - bytes;
        println!("cut at byte {at} of {bytes}: {twice} bytes were sent twice");
        assert!(twice < SENT_TWICE);
        story.arrived(&photo);
    }
}

#[test]
fn a_phone_killed_while_it_sends_goes_on_at_the_byte() {
    let mut chance = Chance::seeded("phones");
    let story = Story::begin();
    story.wire.slow(Duration::from_millis(10));
    for turn in 0..4 {
        let (photo, bytes) = story.photo(turn, 900);
        let before = story.wire.up();
        let until = before + 1 + chance.below(bytes - 1);
        let mut child = story.syncing();
        while story.wire.up() < until && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        let _ = child.wait();
        story.inspector.run(&["sync"]);
        let twice = story.wire.up() - before - bytes;
        println!("killed at byte {} of {bytes}: {twice} bytes were sent twice", until - before);
        assert!(twice < SENT_TWICE);
        story.arrived(&photo);
        assert_eq!(story.inspector.run(&["verify"])["ok"], true);
    }
}

#[test]
fn a_city_killed_while_it_receives_goes_on_where_it_was() {
    let mut chance = Chance::seeded("cities");
    let mut story = Story::begin();
    // Slow enough that a chunk stays at its smallest: that much a dead machine may take along.
    story.wire.slow(Duration::from_millis(80));
    for turn in 0..3 {
        let (photo, bytes) = story.photo(turn, 600);
        let before = story.wire.up();
        let until = before + 1 + chance.below(bytes - 1);
        let mut child = story.syncing();
        while story.wire.up() < until && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        story.city.kill();
        let answer = Answer::of(&child.wait_with_output().unwrap());
        assert_eq!((answer.code, answer.error().as_str()), (1, "unreachable"), "{}", answer.stderr);
        story.city.serve();
        story.inspector.run(&["sync"]);
        let twice = story.wire.up() - before - bytes;
        println!("killed at byte {} of {bytes}: {twice} bytes were sent twice", until - before);
        assert!(twice < SENT_TWICE);
        story.arrived(&photo);
    }
}

#[test]
fn prior_photos_that_were_cut_off_on_their_way_down_go_on_at_the_byte() {
    let story = Story::begin();
    let (photo, _) = story.photo(1, 1400);
    story.inspector.run(&["finding", "raise", &story.visit, "W5-2", "--text", "没有叫号机", "--photo", &photo]);
    story.inspector.run(&["visit", "submit", &story.visit]);
    story.inspector.run(&["sync"]);
    let supervisor = story.city.phone("supervisor", "supervisor", NOW);
    let colleague = story.city.phone_at("colleague", "inspector", NOW, &story.wire.url);
    let here = |desk: &Desk| desk.run(&["photo", "list"])[0]["here"].clone();
    assert_eq!(here(&colleague), serde_json::json!(["thumbnail"]));

    // Long before the recheck falls due, the site is assigned: what was found there comes along.
    let person = colleague.text(&["status"], "person");
    supervisor.run(&["sync"]);
    supervisor.run(&["assign", "GOV-01", &person, "--from", "2026-03-05", "--due", "2026-03-06"]);
    supervisor.run(&["sync"]);
    let standard = std::fs::metadata(story.folder.path().join(format!("{photo}-standard"))).unwrap().len();
    for percent in [10, 60] {
        let before = story.wire.down();
        story.wire.cut_down_after(standard * percent / 100);
        let answer = colleague.try_run(&["sync"]);
        assert_eq!((answer.code, answer.error().as_str()), (1, "unreachable"), "{}", answer.stderr);
        assert_eq!(story.wire.down() - before, standard * percent / 100);
        story.wire.mend();
    }
    let fetched = colleague.run(&["photo", "fetch", "--due"]);
    assert_eq!(number(&fetched, "received"), 1, "{fetched}");
    // 70 % came before; the heads of three answers are in between.
    let rest = number(&fetched, "bytes");
    println!("of {standard} bytes {rest} came after two cuts");
    assert!(rest < standard * 30 / 100 + 8 * 1024, "{rest} of {standard}");
    assert_eq!(here(&colleague), serde_json::json!(["standard", "thumbnail"]));
    assert_eq!(colleague.run(&["verify"])["ok"], true);
    assert_eq!(number(&colleague.run(&["photo", "fetch", "--due"]), "received"), 0);
}

#[test]
fn a_metered_network_and_a_low_battery_hold_large_files_back_and_say_so() {
    let story = Story::begin();
    let (photo, bytes) = story.photo(1, 600);
    let told = story.inspector.run(&["sync", "--battery-low"]);
    assert_eq!((number(&told, "sent_photos"), number(&told, "postponed_photos")), (0, 1), "{told}");
    assert_eq!((number(&told, "waiting_ops"), number(&told, "waiting_photos")), (0, 1));
    assert!(number(&told, "sent_bytes") <= 20 * 1024, "{told}");
    let told = story.inspector.run(&["sync", "--metered"]);
    assert_eq!((number(&told, "postponed_photos"), number(&told, "waiting_photos")), (1, 1), "{told}");
    let told = story.inspector.run(&["sync"]);
    assert_eq!((number(&told, "sent_photos"), number(&told, "postponed_photos")), (1, 0), "{told}");
    assert_eq!(story.wire.up(), bytes);
    story.arrived(&photo);
    assert_eq!(story.inspector.run(&["status"])["backup"], false);
}
