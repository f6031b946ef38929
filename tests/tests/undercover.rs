//! Undercover visits 暗访: seen by nobody until a supervisor publishes, and then under another name.
//!
//! Every sentence is read back from phones: of the inspector, a colleague of the same area, two supervisors, the unit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;

use mingcha_model::{CriteriaSet, Kinds, Mode, form};
use mingcha_tests::{Chance, City, Desk, draw};
use serde_json::Value;

const MORNING: &str = "2026-03-02T08:30:00+08:00";
const DEMAND: &str = "请于三日内清理坡道";

struct Town {
    anna: Desk,
    ben: Desk,
    chief: Desk,
    deputy: Desk,
    contact: Desk,
    city: City,
    folder: tempfile::TempDir,
}

impl Town {
    fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let city = City::found(folder.path(), MORNING);
        let phone = |name: &str, role: &str| city.phone(name, role, MORNING);
        Self {
            anna: phone("安娜", "inspector"),
            ben: phone("本", "inspector"),
            chief: phone("主管", "supervisor"),
            deputy: phone("副主管", "supervisor"),
            contact: phone("contact", "contact"),
            city,
            folder,
        }
    }

    fn below(&self) -> &Path {
        self.folder.path()
    }

    fn everybody(&self) -> [&Desk; 5] {
        [&self.anna, &self.ben, &self.chief, &self.deputy, &self.contact]
    }

    /// Everybody meets the city, twice, so that all have heard of all.
    #[track_caller]
    fn meet(&self) {
        for _ in 0..2 {
            for desk in self.everybody() {
                let report = desk.run(&["sync"]);
                for nothing in ["waiting_ops", "waiting_photos", "refused", "held"] {
                    assert_eq!(report[nothing], 0, "{nothing} after a sync of {}: {report}", desk.home.display());
                }
                assert_eq!(desk.run(&["verify"])["ok"], true);
            }
        }
    }

    /// Anna was there, and nobody knew: the visit, its finding and a photo of it.
    fn visit(&self) -> (String, String, String) {
        let visited = self.draft();
        self.anna.run(&["visit", "submit", &visited.0]);
        visited
    }

    /// The same, while she is still there.
    fn draft(&self) -> (String, String, String) {
        let visit = self.anna.text(&["visit", "start", "GOV-01", "--mode", "undercover", "--set", "W5"], "visit");
        let file = draw(self.below(), 1);
        let photo = self.anna.text(&["visit", "photo", &visit, file.to_str().unwrap(), "--item", "W5-3"], "photo");
        self.anna.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "坡道被电动车占用", "--photo", &photo]);
        let raise = ["finding", "raise", &visit, "W5-3", "--text", "坡道堵死", "--photo", &photo];
        let finding = self.anna.text(&raise, "finding");
        (visit, finding, photo)
    }
}

fn listed(desk: &Desk) -> Vec<String> {
    let rows = desk.run(&["finding", "list"]);
    rows.as_array().unwrap().iter().map(|row| row["finding"].as_str().unwrap().to_owned()).collect()
}

fn shown(desk: &Desk, finding: &str) -> Value {
    desk.run(&["finding", "show", finding])
}

#[test]
fn nobody_hears_of_an_undercover_visit_until_its_finding_is_published_and_then_all_act_on_the_copy() {
    let town = Town::found();
    let (visit, finding, _) = town.visit();
    town.meet();
    assert_eq!(listed(&town.anna), [finding.as_str()]);
    for desk in [&town.ben, &town.contact] {
        assert!(listed(desk).is_empty() && desk.run(&["visit", "list"]).as_array().unwrap().is_empty());
        desk.refuses(&["visit", "show", &visit], 2, "unknown_visit");
    }
    let seen = town.chief.run(&["visit", "show", &visit]);
    assert_eq!((seen["by"].as_str(), seen["mode"].as_str()), (Some("检查员 1"), Some("undercover")));

    // Never at the counter, and only in words chosen for it.
    town.anna.refuses(&["finding", "feedback", &finding, "--demand", DEMAND], 2, "not_permitted");
    town.chief.refuses(&["finding", "feedback", &finding], 2, "no_demand");
    let told = town.chief.run(&["finding", "feedback", &finding, "--demand", DEMAND, "--photos-checked"]);
    let copy = told["finding"].as_str().unwrap().to_owned();
    assert_ne!(copy, finding);
    assert_eq!(told["stage"], "fed_back");

    // Before the city has answered the supervisor's phone goes on with the copy, whichever id it is given.
    assert_eq!(listed(&town.chief), [copy.as_str()]);
    assert_eq!(shown(&town.chief, &finding)["published_as"], copy.as_str());
    assert_eq!(shown(&town.chief, &copy)["published_as"], Value::Null);
    assert_eq!(shown(&town.chief, &copy)["text"], DEMAND);
    let noticed = town.chief.run(&["finding", "notice", &finding]);
    assert_eq!((noticed["finding"].as_str(), noticed["stage"].as_str()), (Some(copy.as_str()), Some("noticed")));
    town.meet();
    town.meet();
    for desk in [&town.chief, &town.ben, &town.contact] {
        let paper = desk.home.join("通知.html");
        let printed = desk.run(&["paper", "notice", &copy, "--out", paper.to_str().unwrap()]);
        assert_eq!((&printed["photos"], &printed["photos_left_out"]), (&1.into(), &0.into()), "{printed}");
    }
    for desk in town.everybody() {
        assert_eq!(listed(desk), [copy.as_str()], "on {}", desk.home.display());
        let row = shown(desk, &copy);
        assert_eq!((row["stage"].as_str(), row["demand"].as_str()), (Some("noticed"), Some(DEMAND)));
        assert_eq!((row["text"].as_str(), row["number"].as_str()), (Some(DEMAND), Some("2026-0001")));
        assert_eq!(row["photos"].as_array().map(Vec::len), Some(1), "{row}");
        let photos = desk.run(&["photo", "list"]);
        let here = |photo: &Value| photo["here"].as_array().unwrap().iter().any(|copy| copy == "published");
        assert!(photos.as_array().unwrap().iter().any(here), "{photos} on {}", desk.home.display());
    }
    assert_eq!(town.anna.run(&["visit", "show", &visit])["findings"][0], copy.as_str());
    town.ben.refuses(&["finding", "show", &finding], 2, "unknown_finding");

    // The loop goes on as with any other: a colleague rechecks, and whoever knows the first id may use it.
    let after = draw(town.below(), 9);
    let rectified = town
        .contact
        .text(&["finding", "rectify", &copy, "--text", "已清理", "--photo", after.to_str().unwrap()], "submission");
    town.meet();
    town.chief.run(&["finding", "review", &rectified, "approve"]);
    town.meet();
    assert_eq!(town.anna.text(&["finding", "show", &copy], "stage"), "awaiting_recheck");
    let again = town.ben.text(&["visit", "start", "GOV-01", "--mode", "recheck", "--set", "W5"], "visit");
    town.ben.run(&["finding", "recheck", &copy, "fail", "--visit", &again]);
    town.ben.run(&["visit", "submit", &again]);
    town.meet();
    assert_eq!(town.chief.text(&["finding", "supervise", &finding], "finding"), copy);
    town.meet();
    for desk in town.everybody() {
        assert_eq!(shown(desk, &copy)["stage"], "supervised");
    }

    // What its inspector adds afterwards stays where it was.
    town.anna.run(&["finding", "correct", &finding, "--text", "坡道与盲道都堵死"]);
    town.meet();
    assert_eq!(shown(&town.chief, &finding)["text"], "坡道与盲道都堵死");
    for desk in town.everybody() {
        assert_eq!((shown(desk, &copy)["text"].as_str(), listed(desk).len()), (Some(DEMAND), 1));
    }
    for desk in town.everybody() {
        let file = desk.home.join("台账.csv");
        assert_eq!(desk.run(&["ledger", "--format", "csv", "--out", file.to_str().unwrap()])["rows"], 1);
        assert!(!desk.run(&["explain", &copy]).as_array().unwrap().is_empty());
    }
}

#[test]
fn what_somebody_marked_in_a_photo_is_gone_from_every_copy_that_others_hold() {
    let town = Town::found();
    let (_, finding, photo) = town.visit();
    town.meet();
    let part = format!("{photo}=250,250,500,500");
    let feedback = ["finding", "feedback", &finding, "--demand", DEMAND, "--blur", &part];
    town.chief.refuses(&feedback, 2, "malformed");
    let beyond = format!("{photo}=600,0,500,500");
    town.chief.refuses(&[&feedback[..6], &[&beyond, "--photos-checked"]].concat(), 2, "malformed");
    town.chief.run(&[&feedback[..], &["--photos-checked"]].concat());
    town.meet();
    for desk in [&town.contact, &town.ben, &town.anna] {
        let photos = desk.run(&["photo", "list"]);
        let published = photos.as_array().unwrap().iter().find(|row| row["here"][0] == "published").unwrap();
        let file = desk.home.join("published.jpg");
        let name = published["photo"].as_str().unwrap();
        desk.run(&["photo", "save", name, "--copy", "standard", "--out", file.to_str().unwrap()]);
        let picture = image::open(&file).unwrap().to_rgb8();
        let is_grey = |x, y| picture.get_pixel(x, y).0.iter().all(|shade| shade.abs_diff(128) < 6);
        let (width, height) = picture.dimensions();
        assert!((width * 3 / 10..width * 7 / 10).all(|x| is_grey(x, height / 2)), "on {}", desk.home.display());
        assert!(!(0..width / 10).all(|x| is_grey(x, height / 2)));
    }
}

#[test]
fn an_assignment_says_nothing_of_how_and_only_its_two_people_hear_of_it() {
    let town = Town::found();
    let person = town.anna.text(&["status"], "person");
    let assigned = ["assign", "GOV-01", &person, "--from", "2026-03-02", "--due", "2026-03-06"];
    let task = town.chief.text(&assigned, "task");
    town.meet();
    let tasks = |desk: &Desk| desk.run(&["tasks"]).to_string();
    assert!(tasks(&town.anna).contains(&task));
    assert!(!tasks(&town.anna).contains("mode"));
    for desk in [&town.ben, &town.deputy, &town.contact] {
        assert!(!tasks(desk).contains(&task));
        assert_eq!(desk.try_run(&["explain", &task]).code, 2, "nobody else has heard of it");
    }
}

#[test]
fn a_coming_visit_is_never_assigned_to_the_unit_nor_to_somebody_whom_nobody_knows() {
    let town = Town::found();
    town.meet();
    let contact = town.contact.text(&["status"], "person");
    let nobody = "3f2b8c1e-0d4a-4f6b-9a57-1c2d3e4f5a6b";
    let days = ["--from", "2026-03-03", "--due", "2026-03-06"];
    for site in ["GOV-01", "BANK-01"] {
        town.chief.refuses(&[&["assign", site, &contact], &days[..]].concat(), 2, "not_permitted");
        town.chief.refuses(&[&["assign", site, "contact"], &days[..]].concat(), 2, "not_permitted");
        town.chief.refuses(&[&["assign", site, nobody], &days[..]].concat(), 2, "unknown");
    }
    for person in [contact.as_str(), nobody] {
        let start = town.anna.try_run(&["visit", "start", "GOV-01", "--mode", "joint", "--with", person]);
        assert_eq!(start.code, 2, "{person}: {}", start.stderr);
    }
    town.meet();
    assert_eq!(town.contact.run(&["tasks"]).as_array().map(Vec::len), Some(0));
}

#[test]
fn an_undercover_form_asks_what_can_be_seen_or_asked_and_nothing_else() {
    let town = Town::found();
    let anna = &town.anna;
    anna.refuses(
        &["visit", "start", "GOV-01", "--mode", "undercover", "--with", &town.ben.text(&["status"], "person")],
        2,
        "not_permitted",
    );
    let known = CriteriaSet::embedded().unwrap();
    let hall = Kinds::embedded().lineage("GOV");
    let sets = anna.run(&["sets"]);
    let (mut hidden, mut forms) = (0, 0);
    for set in sets.as_array().unwrap() {
        let set = set["set"].as_str().unwrap();
        let start = anna.try_run(&["visit", "start", "GOV-01", "--mode", "undercover", "--set", set]);
        // A set of names, or one for other kinds of windows, or one that is read from records alone.
        if form(known.iter().find(|one| one.code.as_str() == set), &hall, Mode::Undercover, 3).is_empty() {
            assert_eq!((start.code, start.error().as_str()), (2, "nothing_to_ask"), "{set}: {}", start.stderr);
            continue;
        }
        forms += 1;
        assert_eq!(start.code, 0, "{set}: {}", start.stderr);
        let visit = start.json["visit"].as_str().unwrap().to_owned();
        let form = anna.run(&["visit", "form", &visit]);
        let asked: Vec<&str> = form.as_array().unwrap().iter().map(|row| row["item"].as_str().unwrap()).collect();
        for item in anna.run(&["items", set]).as_array().unwrap() {
            let code = item["item"].as_str().unwrap();
            let ways = item["ask"].as_array().unwrap();
            // What has no way is worked out from other answers.
            if ways.is_empty() {
                anna.refuses(&["visit", "answer", &visit, code, "na"], 2, "item_of_another_set");
            } else if !ways.iter().any(|way| way == "observe" || way == "ask") {
                hidden += 1;
                assert!(!asked.contains(&code), "{code} cannot be answered under cover");
                anna.refuses(&["visit", "answer", &visit, code, "na"], 2, "shows_who_asks");
            }
        }
    }
    assert!(hidden > 0, "no set has an item that shows who asks");
    assert!(forms > 5, "only {forms} sets can be asked under cover");
}

#[test]
fn of_two_who_publish_at_once_the_city_takes_one_and_decisions_on_the_original_reach_the_copy() {
    let town = Town::found();
    let (_, finding, _) = town.visit();
    town.meet();
    let first = town.chief.text(&["finding", "feedback", &finding, "--demand", "甲的要求"], "finding");
    let second = town.deputy.text(&["finding", "feedback", &finding, "--demand", "乙的要求"], "finding");
    assert_eq!(first, second);
    town.meet();
    for desk in town.everybody() {
        assert_eq!((shown(desk, &first)["demand"].as_str(), listed(desk).len()), (Some("甲的要求"), 1));
        assert_eq!(shown(desk, &first)["photos"].as_array().map(Vec::len), Some(0), "nobody looked at the photos");
    }
}

#[test]
fn a_finding_voided_by_one_and_published_by_another_is_void_for_all_whoever_comes_first() {
    for void_first in [true, false] {
        let town = Town::found();
        let (_, finding, _) = town.visit();
        town.meet();
        town.deputy.run(&["finding", "void", &finding, "--text", "看错了"]);
        let copy = town.chief.text(&["finding", "feedback", &finding, "--demand", DEMAND], "finding");
        let (one, other) = if void_first { (&town.deputy, &town.chief) } else { (&town.chief, &town.deputy) };
        one.run(&["sync"]);
        other.run(&["sync"]);
        town.meet();
        for desk in town.everybody() {
            assert_eq!(shown(desk, &copy)["stage"], "void", "void first: {void_first}, {}", desk.home.display());
        }
    }
}

#[test]
fn a_visit_that_moves_takes_its_published_copy_along_whoever_comes_first() {
    for move_first in [true, false] {
        let town = Town::found();
        let neighbour = town.city.contact_of("MC-PSB", "neighbour", MORNING);
        let (visit, finding, _) = town.draft();
        town.meet();
        town.anna.run(&["visit", "move", &visit, "PG-01"]);
        let copy =
            town.chief.text(&["finding", "feedback", &finding, "--demand", DEMAND, "--photos-checked"], "finding");
        let (one, other) = if move_first { (&town.anna, &town.chief) } else { (&town.chief, &town.anna) };
        one.run(&["sync"]);
        town.contact.run(&["sync"]);
        other.run(&["sync"]);
        town.meet();
        neighbour.run(&["sync"]);
        let there = shown(&town.anna, &copy)["site"].clone();
        assert_eq!(there, town.chief.run(&["visit", "show", &visit])["site"]);
        for desk in [&town.ben, &town.chief, &town.deputy, &neighbour] {
            let row = shown(desk, &copy);
            assert_eq!((row["stage"].as_str(), &row["site"]), (Some("fed_back"), &there), "{}", desk.home.display());
        }
        assert_eq!(listed(&neighbour), [copy.as_str()]);
        if move_first {
            assert!(listed(&town.contact).is_empty(), "a unit where nobody was hears nothing");
        } else {
            assert_eq!(shown(&town.contact, &copy)["stage"], "void", "what it was told by mistake is taken back");
        }
        assert_eq!(shown(&town.chief, &copy)["number"], "2026-0001");
    }
}

#[test]
fn a_visit_voided_while_its_finding_is_published_leaves_what_the_unit_was_told() {
    for void_first in [true, false] {
        let town = Town::found();
        let (visit, finding, _) = town.visit();
        town.meet();
        town.deputy.run(&["visit", "void", &visit, "--text", "走错了"]);
        let copy = town.chief.text(&["finding", "feedback", &finding, "--demand", DEMAND], "finding");
        let (one, other) = if void_first { (&town.deputy, &town.chief) } else { (&town.chief, &town.deputy) };
        one.run(&["sync"]);
        other.run(&["sync"]);
        town.meet();
        for desk in town.everybody() {
            assert_eq!(shown(desk, &copy)["stage"], "fed_back", "void first: {void_first}, {}", desk.home.display());
        }
    }
}

#[test]
fn a_city_killed_while_findings_are_published_and_voided_tells_the_unit_of_each_once() {
    let mut chance = Chance::seeded("publications");
    let mut town = Town::found();
    let visit = town.anna.text(&["visit", "start", "GOV-01", "--mode", "undercover", "--set", "W5"], "visit");
    let mut copies: BTreeMap<String, bool> = BTreeMap::new();
    let begun = std::time::Instant::now();
    town.meet();
    let usual = begun.elapsed() / 20; // ten syncs and ten verifications
    let mut cut = 0;
    for round in 0..24 {
        let raise = ["finding", "raise", &visit, "W5-3", "--text", &format!("第 {round} 处")];
        let finding = town.anna.text(&raise, "finding");
        town.anna.run(&["sync"]);
        town.chief.run(&["sync"]);
        town.deputy.run(&["sync"]);
        let copy = town.chief.text(&["finding", "feedback", &finding, "--demand", DEMAND], "finding");
        let is_void = round % 2 == 0;
        if is_void {
            town.deputy.run(&["finding", "void", &finding, "--text", "看错了"]);
        }
        copies.insert(copy, is_void);
        let syncing = [&town.chief, &town.deputy].map(|desk| {
            let mut command = desk.command(&["sync"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
        std::thread::sleep(usual.mul_f64(f64::from(u32::try_from(chance.below(200)).unwrap()) / 100.0));
        town.city.kill();
        for child in syncing {
            cut += u32::from(!child.wait_with_output().unwrap().status.success());
        }
        town.city.serve();
    }
    println!("a sync takes about {usual:?}; {cut} of 48 were cut off");
    assert!(cut > 3, "the instants missed the syncs");
    town.meet();
    for desk in town.everybody() {
        let here: BTreeSet<String> = listed(desk).into_iter().collect();
        assert_eq!(here, copies.keys().cloned().collect(), "{}", desk.home.display());
    }
    let mut numbers = BTreeSet::new();
    for (copy, is_void) in &copies {
        let rows = town.everybody().map(|desk| shown(desk, copy));
        for row in &rows {
            assert_eq!(row["stage"], if *is_void { "void" } else { "fed_back" });
            assert_eq!(row["number"], rows[0]["number"]);
        }
        numbers.insert(rows[0]["number"].to_string());
    }
    assert_eq!(numbers.len(), copies.len(), "a number of its own for each");
}

#[test]
fn nothing_in_an_undercover_log_names_what_only_its_author_knows() {
    let town = Town::found();
    let anna = &town.anna;
    let (first, finding, _) = town.draft();
    let (_, other, photo) = town.draft();
    let open = anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let own = anna.text(&["finding", "raise", &open, "W5-3", "--text", "坡道被占"], "finding");
    for words in [
        vec!["visit", "answer", &first, "W5-3", "no", "--photo", &photo],
        vec!["finding", "raise", &first, "W5-3", "--text", "坡道堵死", "--photo", &photo],
    ] {
        anna.refuses(&words, 2, "not_now");
    }
    for named in [&other, &own] {
        anna.refuses(&["finding", "duplicate", &finding, named], 2, "not_permitted");
    }
    // What everybody in the area knows of tells nothing of who says it.
    town.meet();
    anna.run(&["finding", "duplicate", &finding, &own]);
    town.meet();
}

#[test]
fn a_draft_that_nobody_submits_falls_due_and_what_it_saw_is_in_no_ledger_and_no_repeat() {
    let mut town = Town::found();
    let (_, finding, _) = town.draft();
    town.meet();
    let later = "2026-03-09T09:00:00+08:00";
    for desk in [&mut town.anna, &mut town.ben, &mut town.chief, &mut town.deputy, &mut town.contact] {
        later.clone_into(&mut desk.now);
    }
    town.city.clock(later);
    let open = town.ben.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let seen = town.ben.text(&["finding", "raise", &open, "W5-3", "--text", "坡道被占"], "finding");
    town.meet();
    assert_eq!(shown(&town.chief, &finding)["overdue"], true);
    let tasks = |desk: &Desk| desk.run(&["tasks"]).to_string();
    assert!(tasks(&town.chief).contains("feedback_overdue"));
    assert!(!tasks(&town.anna).contains("feedback_overdue"), "it is not hers to publish");
    for desk in [&town.anna, &town.ben, &town.chief] {
        assert_eq!(shown(desk, &seen)["repeat"], false, "{}", desk.home.display());
    }
    let file = town.below().join("台账.csv");
    assert_eq!(town.chief.run(&["ledger", "--format", "csv", "--out", file.to_str().unwrap()])["rows"], 1);
}

#[test]
fn two_visits_of_one_inspector_have_two_labels_and_two_logs() {
    let town = Town::found();
    let (first, ..) = town.visit();
    let second = town.anna.text(&["visit", "start", "GOV-01", "--mode", "undercover", "--set", "W5"], "visit");
    let answered = town.anna.text(&["visit", "answer", &second, "W5-3", "yes"], "op");
    town.anna.run(&["sync"]);
    let later = town.anna.text(&["visit", "answer", &second, "W5-3", "no"], "op");
    assert_eq!(answered.split('-').next(), later.split('-').next());
    town.meet();
    let shown = |visit: &str| town.chief.run(&["visit", "show", visit]);
    let (one, two) = (shown(&first), shown(&second));
    assert_eq!((one["by"].as_str(), two["by"].as_str()), (Some("检查员 1"), Some("检查员 2")));
    assert_ne!(one["log"], two["log"]);
    let own = town.anna.text(&["status"], "device");
    assert!(!format!("{one}{two}").contains(&own));
    assert_ne!(two["log"].as_str(), town.anna.run(&["status"])["log"].as_str());
    assert_eq!(town.city.office(&["devices"]).as_array().map(Vec::len), Some(5));
}
