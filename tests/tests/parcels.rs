//! Work that goes by hand: a phone without signal writes a file, anybody carries it, the city alone reads it.
//!
//! Real programs, real files. What carriers may not know is searched for, byte by byte, in the file and in their phones.

use std::path::{Path, PathBuf};

use mingcha_tests::{City, Desk, SmallDisk, draw, hashes};
use serde_json::Value;

const MORNING: &str = "2026-03-02T08:30:00+08:00";
const NOON: &str = "2026-03-02T12:00:00+08:00";

struct Town {
    anna: Desk,
    ben: Desk,
    chief: Desk,
    city: City,
    folder: tempfile::TempDir,
}

/// What Anna did, and what of it nobody else may read.
struct Done {
    covert: String,
    open: String,
    findings: Vec<String>,
    photos: Vec<String>,
    secrets: Vec<String>,
}

impl Town {
    fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let city = City::found(folder.path(), MORNING);
        let phone = |name: &str, role: &str| city.phone(name, role, MORNING);
        Self {
            anna: phone("金丝雀安娜", "inspector"),
            ben: phone("本", "inspector"),
            chief: phone("主管", "supervisor"),
            city,
            folder,
        }
    }

    fn below(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.below().join(name)
    }

    /// Two visits, one of them under cover, each with a finding and a photo.
    fn work(&self) -> Done {
        let anna = &self.anna;
        let mut done = Done {
            covert: anna.text(&["visit", "start", "GOV-01", "--mode", "undercover", "--set", "W5"], "visit"),
            open: anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit"),
            findings: Vec::new(),
            photos: Vec::new(),
            secrets: ["金丝雀备注", "金丝雀情况", "金丝雀安娜"].map(str::to_owned).to_vec(),
        };
        for (number, visit) in [(1, done.covert.clone()), (2, done.open.clone())] {
            let file = draw(self.below(), number);
            let taken = anna.run(&["visit", "photo", &visit, file.to_str().unwrap(), "--item", "W5-3"]);
            let photo = taken["photo"].as_str().unwrap().to_owned();
            anna.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "金丝雀备注", "--photo", &photo]);
            let raise = ["finding", "raise", &visit, "W5-3", "--text", "金丝雀情况", "--photo", &photo];
            done.findings.push(anna.text(&raise, "finding"));
            anna.run(&["visit", "submit", &visit]);
            done.secrets.push(taken["sha256"].as_str().unwrap().to_owned());
            done.photos.push(photo);
        }
        let status = anna.run(&["status"]);
        done.secrets.extend(["person", "device"].map(|key| status[key].as_str().unwrap().to_owned()));
        done.secrets.extend(done.findings.iter().chain(&done.photos).chain([&done.covert, &done.open]).cloned());
        done
    }

    fn export(&self, name: &str) -> (PathBuf, Value) {
        let file = self.file(name);
        let said = self.anna.run(&["export", file.to_str().unwrap()]);
        (file, said)
    }

    fn office_imports(&self, file: &Path) -> Value {
        self.city.office(&["import", file.to_str().unwrap()])
    }

    /// The supervisor reads all of it, once, with its photos.
    #[track_caller]
    fn chief_sees(&self, done: &Done) {
        self.chief.run(&["sync"]);
        let listed = self.chief.run(&["finding", "list"]);
        let mut listed: Vec<&str> =
            listed.as_array().unwrap().iter().map(|row| row["finding"].as_str().unwrap()).collect();
        let mut wanted: Vec<&str> = done.findings.iter().map(String::as_str).collect();
        listed.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(listed, wanted);
        for (visit, photo) in [(&done.covert, &done.photos[0]), (&done.open, &done.photos[1])] {
            let shown = self.chief.run(&["visit", "show", visit]);
            assert_eq!(shown["photos"][0]["photo"], photo.as_str());
            assert_eq!(shown["answers"][0]["note"], "金丝雀备注");
            assert_eq!(shown["answers"][0]["versions"].as_array().unwrap().len(), 1);
            self.chief.run(&["photo", "fetch"]);
            let out = self.file("seen.jpg");
            let _ = std::fs::remove_file(&out);
            self.chief.run(&["photo", "save", photo, "--copy", "standard", "--out", out.to_str().unwrap()]);
            assert!(image::open(&out).is_ok());
        }
    }

    /// Anna's own meeting with the city sends nothing a second time.
    #[track_caller]
    fn anna_hears_that_all_is_there(&self) {
        let report = self.anna.run(&["sync"]);
        for nothing in ["waiting_ops", "waiting_photos", "refused", "held", "sent_bytes", "conflicts"] {
            assert_eq!(report[nothing], 0, "{nothing}: {report}");
        }
        assert_eq!(self.anna.run(&["verify"])["ok"], true);
    }
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

/// The secrets that stand in these bytes: as text, and ids and hashes as bytes too.
fn sung(bytes: &[u8], secrets: &[String]) -> Vec<String> {
    let found = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    let raw = |secret: &str| -> Vec<u8> {
        let digits: String = secret.chars().filter(|letter| *letter != '-').collect();
        let pairs = digits.as_bytes().chunks(2);
        pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
    };
    let is_sung = |secret: &String| {
        let raw = raw(secret);
        found(secret.as_bytes()) || (raw.len() >= 16 && found(&raw))
    };
    secrets.iter().filter(|secret| is_sung(secret)).cloned().collect()
}

#[test]
fn a_phone_without_signal_is_carried_by_a_colleague_who_learns_nothing() {
    let town = Town::found();
    let done = town.work();
    let waiting = town.anna.run(&["status"]);
    let (file, said) = town.export("card.mingcha");
    let ever = 1 + waiting["waiting_ops"].as_u64().unwrap();
    assert_eq!(said["ops"], ever, "everything that was said, the opening of the log too that the city has");
    assert_eq!(said["photos"], 2);
    assert_eq!(town.anna.run(&["status"])["waiting_ops"], waiting["waiting_ops"], "writing it sends nothing");
    let whole = town.anna.run(&["verify", "--bundle", file.to_str().unwrap()]);
    assert_eq!((whole["ok"].as_bool(), whole["own"].as_bool(), &whole["ops"]), (Some(true), Some(true), &said["ops"]));
    assert!(whole["logs"].as_u64().unwrap() >= 2, "the covert visit has a log of its own: {whole}");

    let taken = town.ben.run(&["import", file.to_str().unwrap()]);
    for count in ["segments", "ops", "photos"] {
        assert_eq!(taken[count], said[count], "{count}");
    }
    assert_eq!(taken["waiting_parcels"], 1);
    assert_eq!(town.ben.run(&["import", file.to_str().unwrap()])["waiting_parcels"], 1, "the same one again");
    let stranger = town.ben.run(&["verify", "--bundle", file.to_str().unwrap()]);
    assert_eq!((stranger["ok"].as_bool(), &stranger["logs"]), (Some(true), &Value::Null));
    assert_eq!(sung(&std::fs::read(&file).unwrap(), &done.secrets), Vec::<String>::new());
    for path in files_below(&town.ben.home) {
        assert_eq!(sung(&std::fs::read(&path).unwrap(), &done.secrets), Vec::<String>::new(), "{}", path.display());
    }
    assert_eq!(town.ben.run(&["finding", "list"]), Value::Array(Vec::new()));

    std::fs::remove_file(&file).unwrap();
    let report = town.ben.run(&["sync"]);
    assert_eq!((report["handed_over_parcels"].as_u64(), report["waiting_parcels"].as_u64()), (Some(1), Some(0)));
    assert_eq!(files_below(&town.ben.home.join("parcels")), Vec::<PathBuf>::new(), "forgotten");
    town.chief_sees(&done);
    town.ben.run(&["sync"]);
    let known = town.ben.run(&["finding", "list"]);
    assert_eq!(known.as_array().unwrap().len(), 1, "of his own area, and not the covert one: {known}");
    town.anna_hears_that_all_is_there();
    for desk in [&town.anna, &town.chief, &town.ben] {
        desk.run(&["sync"]);
    }
    assert_eq!(hashes(&town.anna), hashes(&town.ben));
}

#[test]
fn an_office_imports_a_file_while_it_serves_and_again_changes_nothing() {
    let town = Town::found();
    let done = town.work();
    let (file, said) = town.export("card.mingcha");
    let checked = town.city.office(&["import", file.to_str().unwrap(), "--check"]);
    assert_eq!((checked["ok"].as_bool(), &checked["first_bad"]), (Some(true), &Value::Null));
    assert_eq!(checked["ops"], said["ops"]);
    assert_eq!(town.chief.run(&["sync"])["received_ops"], 0, "proving takes nothing");
    let first = town.office_imports(&file);
    for count in ["segments", "ops", "photos"] {
        assert_eq!(first[count], said[count], "{count}");
    }
    let new = said["segments"].as_u64().unwrap() - 1;
    assert_eq!((first["new_segments"].as_u64(), first["new_photos"].as_u64()), (Some(new), Some(2)));
    assert_eq!((first["waiting_segments"].as_u64(), first["waiting_photos"].as_u64()), (Some(0), Some(0)));
    town.chief_sees(&done);
    let before = hashes(&town.chief);
    let again = town.office_imports(&file);
    assert_eq!((again["new_segments"].as_u64(), again["new_photos"].as_u64()), (Some(0), Some(0)));
    town.ben.run(&["import", file.to_str().unwrap()]);
    assert_eq!(town.ben.run(&["sync"])["handed_over_parcels"], 1, "what the city has, it has");
    town.chief.run(&["sync"]);
    assert_eq!(hashes(&town.chief), before);
    town.anna_hears_that_all_is_there();
    // Once the city has all of it, a file holds segments with their receipts and no photos.
    let (file, said) = town.export("later.mingcha");
    assert_eq!(said["photos"], 0);
    assert_eq!(town.office_imports(&file)["new_segments"], 0);
}

#[test]
fn a_file_that_is_cut_or_changed_is_refused_by_name_and_nothing_of_it_is_taken() {
    let town = Town::found();
    town.work();
    let (file, _) = town.export("card.mingcha");
    let whole = std::fs::read(&file).unwrap();
    let bad = town.file("bad.mingcha");
    let bad_name = bad.to_str().unwrap();
    let refused = |bytes: &[u8], error: &str| {
        std::fs::write(&bad, bytes).unwrap();
        town.ben.refuses(&["import", bad_name], 2, error);
        let office = town.city.try_office(&["import", bad_name]);
        assert_eq!((office.code, office.error().as_str()), (2, error));
        let seen = town.ben.try_run(&["verify", "--bundle", bad_name]);
        assert_eq!((seen.code, seen.json["ok"].as_bool()), (1, Some(false)));
        assert!(seen.json["first_bad"].is_string());
    };
    for end in [9, 49, 60, 65_602, whole.len() / 2, whole.len() - 1] {
        refused(&whole[..end], "parcel_damaged");
    }
    for place in [30, 80, whole.len() / 3, whole.len() - 40, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        refused(&bytes, "parcel_damaged");
    }
    refused(b"no such thing", "not_a_parcel");
    refused(b"", "not_a_parcel");
    town.ben.refuses(&["import", town.file("nowhere").to_str().unwrap()], 2, "no_file");
    town.ben.refuses(&["import", town.below().to_str().unwrap()], 2, "no_file");
    assert_eq!(town.ben.run(&["status"])["waiting_parcels"], 0);
    assert_eq!(files_below(&town.ben.home.join("parcels")), Vec::<PathBuf>::new());
    assert_eq!(town.chief.run(&["sync"])["received_ops"], 0, "nothing was taken");
}

#[test]
fn another_city_opens_nothing_and_a_phone_does_not_carry_what_it_wrote_itself() {
    let town = Town::found();
    town.work();
    let (file, _) = town.export("card.mingcha");
    let name = file.to_str().unwrap();
    town.anna.refuses(&["export", name], 2, "file_exists");
    town.anna.refuses(&["import", name], 2, "own_parcel");
    let elsewhere = Town::found();
    elsewhere.ben.refuses(&["import", name], 2, "parcel_other_city");
    let office = elsewhere.city.try_office(&["import", name]);
    assert_eq!((office.code, office.error().as_str()), (2, "parcel_other_city"));
    Desk::new(town.file("nobody"), MORNING).refuses(&["export", town.file("x").to_str().unwrap()], 2, "not_enrolled");
    // A phone brought back to an earlier day carries its own work like anybody's, and its log stays one.
    let copy = town.file("copy");
    let copied = std::process::Command::new("cp").arg("-a").arg(&town.anna.home).arg(&copy).status();
    assert!(copied.unwrap().success());
    let (later, _) = town.export("later.mingcha");
    let restored = Desk::new(&copy, MORNING);
    restored.run(&["import", later.to_str().unwrap()]);
    let report = restored.run(&["sync"]);
    assert_eq!(
        (report["handed_over_parcels"].as_u64(), report["waiting_ops"].as_u64()),
        (Some(1), Some(0)),
        "{report}"
    );
    assert_eq!(restored.run(&["verify"])["ok"], true);
}

#[test]
fn what_begins_in_the_middle_waits_for_what_came_before() {
    let mut town = Town::found();
    let first = town.work();
    let (whole, _) = town.export("first.mingcha");
    NOON.clone_into(&mut town.anna.now);
    town.city.clock(NOON);
    town.anna.run(&["visit", "remark", &first.open, "--text", "午后补充"]);
    let file = town.file("since.mingcha");
    let name = file.to_str().unwrap();
    town.anna.refuses(&["export", name, "--since", "yesterday"], 2, "malformed");
    let said = town.anna.run(&["export", name, "--since", NOON]);
    assert_eq!((said["segments"].as_u64(), said["ops"].as_u64(), said["photos"].as_u64()), (Some(1), Some(1), Some(0)));
    town.ben.run(&["import", name]);
    let report = town.ben.run(&["sync"]);
    assert_eq!((report["handed_over_parcels"].as_u64(), report["waiting_parcels"].as_u64()), (Some(0), Some(1)));
    town.office_imports(&whole);
    assert_eq!(town.ben.run(&["sync"])["handed_over_parcels"], 1, "now it continues what the city has");
    town.anna_hears_that_all_is_there();
}

#[test]
fn what_a_revoked_phone_wrote_is_held_with_its_photos_until_somebody_releases_it() {
    let town = Town::found();
    let done = town.work();
    let (file, _) = town.export("card.mingcha");
    town.city.office(&["revoke-device", &town.anna.text(&["status"], "device")]);
    town.ben.run(&["import", file.to_str().unwrap()]);
    assert_eq!(town.ben.run(&["sync"])["handed_over_parcels"], 1);
    town.chief.run(&["sync"]);
    assert_eq!(town.chief.run(&["finding", "list"]), Value::Array(Vec::new()));
    let held = town.chief.run(&["held"]);
    assert!(held.as_array().unwrap().len() >= 10, "{held}");
    for one in held.as_array().unwrap() {
        town.chief.run(&["release", one["op"].as_str().unwrap()]);
    }
    town.chief_sees(&done);
}

#[test]
fn on_a_full_disk_no_half_file_stays_and_the_work_is_all_there() {
    let town = Town::found();
    let done = town.work();
    let card = town.file("card");
    let Some(_disk) = SmallDisk::mount(&card, "64k") else { return };
    let file = card.join("work.mingcha");
    town.anna.refuses(&["export", file.to_str().unwrap()], 1, "disk_full");
    assert_eq!(std::fs::read_dir(&card).unwrap().count(), 0, "nothing stays on the card");
    let (file, _) = town.export("elsewhere.mingcha");
    town.office_imports(&file);
    town.chief_sees(&done);
}
