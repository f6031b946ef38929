//! The whole loop, from an offline visit to a closed finding, lived by three phones and a city that really serves.
//!
//! Every sentence of the story is read back from a phone; nothing is taken for done because a command said so.

use std::path::{Path, PathBuf};

use mingcha_tests::{City, Desk, draw, real_photos};
use serde_json::Value;

/// A city and one phone of each kind, below one folder.
struct Town {
    inspector: Desk,
    supervisor: Desk,
    contact: Desk,
    city: City,
    folder: tempfile::TempDir,
}

impl Town {
    fn found(now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let city = City::found(folder.path(), now);
        let [inspector, supervisor, contact] =
            ["inspector", "supervisor", "contact"].map(|role| city.phone(role, role, now));
        Self { inspector, supervisor, contact, city, folder }
    }

    fn below(&self) -> &Path {
        self.folder.path()
    }

    /// Another day begins for everybody.
    fn day(&mut self, now: &str) {
        self.city.clock(now);
        for desk in [&mut self.inspector, &mut self.supervisor, &mut self.contact] {
            now.clone_into(&mut desk.now);
        }
    }

    /// Everybody meets the city, twice, so that all have heard of all.
    fn meet(&self) {
        for _ in 0..2 {
            for desk in [&self.inspector, &self.supervisor, &self.contact] {
                let report = desk.run(&["sync"]);
                for nothing in ["waiting_ops", "waiting_photos", "refused", "held"] {
                    assert_eq!(report[nothing], 0, "{nothing} after a sync: {report}");
                }
            }
        }
    }

    /// All three phones show this stage.
    #[track_caller]
    fn all_see(&self, finding: &str, stage: &str) {
        for desk in [&self.inspector, &self.supervisor, &self.contact] {
            assert_eq!(desk.text(&["finding", "show", finding], "stage"), stage, "on {}", desk.home.display());
        }
    }
}

fn photo(desk: &Desk, visit: &str, item: &str, file: &Path) -> String {
    desk.text(&["visit", "photo", visit, file.to_str().unwrap(), "--item", item], "photo")
}

fn rectify(desk: &Desk, finding: &str, text: &str, file: &Path) -> String {
    desk.text(&["finding", "rectify", finding, "--text", text, "--photo", file.to_str().unwrap()], "submission")
}

fn jpegs(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jpg"));
    files.sort();
    files
}

/// The area feed as `status` tells it: cursor and hash.
fn area(desk: &Desk) -> (u64, String) {
    let status = desk.run(&["status"]);
    let feeds = status["feeds"].as_array().unwrap();
    let feed = feeds.iter().find(|feed| feed["feed"].as_str().unwrap().starts_with("area:")).unwrap();
    (feed["cursor"].as_u64().unwrap(), feed["hash"].as_str().unwrap().to_owned())
}

#[test]
fn what_is_found_is_fed_back_put_right_judged_rechecked_and_closed_on_every_phone() {
    let mut town = Town::found("2026-03-02T08:30:00+08:00");
    let (first, second, third) = inspected_offline(&town);
    noticed(&town, &first, &second);
    judged(&town, &first, &second);

    // Two working days before the recheck: the window opens, what is needed is fetched.
    town.day("2026-03-12T09:00:00+08:00");
    town.meet();
    assert_eq!(town.inspector.run(&["photo", "fetch", "--due"])["absent"], 0);
    let here = town.inspector.run(&["photo", "list"]);
    for photo in here.as_array().unwrap() {
        let copies = photo["here"].as_array().unwrap();
        assert!(copies.iter().any(|copy| copy == "standard" || copy == "original"), "not here in full: {photo}");
    }

    rechecked(&mut town, &first, &second);
    supervised(&mut town, &first, &second);
    voided_and_reopened(&town, &first, &third);
    proved(&town, &first);
}

/// An open visit without a network; gives three findings, the first with photos.
fn inspected_offline(town: &Town) -> (String, String, String) {
    let desk = &town.inspector;
    let visit = desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let mut files = vec![draw(town.below(), 1), draw(town.below(), 2)];
    for folder in ["gps", "mobile"] {
        files.extend(real_photos(folder).map(|folder| jpegs(&folder)).unwrap_or_default().into_iter().take(3));
    }
    let photos: Vec<String> = files.iter().map(|file| photo(desk, &visit, "W5-3", file)).collect();
    for (item, value) in [("W5-1", "yes"), ("W5-4N", "12"), ("W5-5", "no"), ("W5-7", "fair"), ("W5-2", "na")] {
        assert_eq!(desk.text(&["visit", "answer", &visit, item, value], "value"), value);
    }
    desk.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "坡道被纸箱挡住", "--photo", &photos[0]]);
    let form = desk.run(&["visit", "form", &visit]);
    let row = form.as_array().unwrap().iter().find(|row| row["item"] == "W5-3").unwrap();
    assert_eq!((row["value"].as_str(), row["note"].as_str()), (Some("no"), Some("坡道被纸箱挡住")));

    let raise = |item: &str, text: &str, photo: Option<&str>| {
        let mut words = vec!["finding", "raise", &visit, item, "--text", text];
        words.extend(photo.into_iter().flat_map(|photo| ["--photo", photo]));
        desk.text(&words, "finding")
    };
    let first = raise("W5-3", "坡道被占", Some(&photos[0]));
    let second = raise("W5-5", "标识破损", None);
    let third = raise("W5-7", "台面有污渍", None);
    let submitted = desk.run(&["visit", "submit", &visit]);
    assert!(submitted["missing"].as_array().unwrap().iter().any(|item| item == "W5-11"), "{submitted}");
    desk.run(&["finding", "feedback", &first, "--demand", "三日内清理坡道", "--photos-checked"]);
    desk.run(&["finding", "feedback", &second, "--demand", "更换引导标识"]);
    desk.run(&["finding", "feedback", &third, "--demand", "擦净台面"]);
    let shown = desk.run(&["visit", "show", &visit]);
    assert_eq!(shown["status"], "submitted");
    assert_eq!(shown["photos"].as_array().unwrap().len(), photos.len());
    assert!(desk.run(&["status"])["waiting_ops"].as_u64().unwrap() > 10, "all of it was offline");
    town.meet();
    (first, second, third)
}

/// The supervisor gives notice; the unit acknowledges and puts right.
fn noticed(town: &Town, first: &str, second: &str) {
    town.supervisor.run(&["finding", "notice", first, "--deadline", "2026-03-09"]);
    town.supervisor.run(&["finding", "notice", second]);
    town.meet();
    town.all_see(first, "noticed");
    let card = town.contact.run(&["finding", "show", first]);
    assert_eq!((card["demand"].as_str(), card["deadline"].as_str()), (Some("三日内清理坡道"), Some("2026-03-09")));
    assert_eq!(card["photos"].as_array().unwrap().len(), 1, "the one published photo");
    // Served on the first working day after the card was written, then three working days.
    assert_eq!(town.supervisor.text(&["finding", "show", second], "deadline"), "2026-03-06");
    for finding in [first, second] {
        town.contact.run(&["finding", "acknowledge", finding, "--name", "值班长"]);
    }
    rectify(&town.contact, first, "已清理", &draw(town.below(), 11));
    rectify(&town.contact, second, "已更换", &draw(town.below(), 12));
    town.meet();
    town.all_see(first, "submitted");
    town.all_see(second, "submitted");
}

/// One submission is returned with a reason; its successor and the other are approved offline.
fn judged(town: &Town, first: &str, second: &str) {
    let newest = |finding: &str| {
        let shown = town.supervisor.run(&["finding", "show", finding]);
        shown["submissions"].as_array().unwrap().last().unwrap()["submission"].as_str().unwrap().to_owned()
    };
    town.supervisor.run(&["finding", "review", &newest(first), "return", "--text", "照片看不清"]);
    town.meet();
    town.all_see(first, "returned");
    let card = town.contact.run(&["finding", "show", first]);
    assert_eq!(card["submissions"][0]["reason"], "照片看不清");

    rectify(&town.contact, first, "重新清理，换角度拍照", &draw(town.below(), 13));
    town.meet();
    town.supervisor.run(&["finding", "review", &newest(first), "approve"]);
    let approved = town.supervisor.run(&["finding", "review", &newest(second), "approve"]);
    assert_eq!(approved["stage"], "awaiting_recheck");
    assert_eq!(town.supervisor.run(&["status"])["waiting_ops"], 2, "approved offline");
    town.all_see_before_sync(second);
    town.meet();
    town.all_see(first, "awaiting_recheck");
    town.all_see(second, "awaiting_recheck");
}

impl Town {
    /// What was said offline is nowhere else yet.
    fn all_see_before_sync(&self, finding: &str) {
        assert_eq!(self.contact.text(&["finding", "show", finding], "stage"), "submitted");
    }
}

/// The recheck visit on its day: one passes, one fails.
fn rechecked(town: &mut Town, first: &str, second: &str) {
    town.day("2026-03-16T09:00:00+08:00");
    town.meet();
    let tasks = town.inspector.run(&["tasks"]);
    let task = tasks.as_array().unwrap().iter().find(|task| task["what"] == "recheck").expect("a recheck is due");
    assert_eq!(task["due"], "2026-03-16");
    let due = task["findings"].as_array().unwrap();
    assert!(due.iter().any(|finding| finding == first) && due.iter().any(|finding| finding == second), "{task}");
    let visit = town.inspector.text(&["visit", "start", "GOV-01", "--mode", "recheck", "--set", "W5"], "visit");
    let passed = town.inspector.run(&["finding", "recheck", first, "pass", "--visit", &visit]);
    assert_eq!(passed["stage"], "closed");
    let now = draw(town.below(), 21);
    let words = ["finding", "recheck", second, "fail", "--visit", &visit, "--text", "仍破损", "--photo"];
    let failed = town.inspector.run(&[&words[..], &[now.to_str().unwrap()]].concat());
    assert_eq!((failed["stage"].as_str(), failed["recheck_due"].as_str()), (Some("supervised"), Some("2026-03-30")));
    town.inspector.run(&["visit", "submit", &visit]);
    town.meet();
    town.all_see(first, "closed");
    town.all_see(second, "supervised");
}

/// What failed is supervised; two weeks later it passes.
fn supervised(town: &mut Town, first: &str, second: &str) {
    town.supervisor.run(&["finding", "supervise", second]);
    town.meet();
    rectify(&town.contact, second, "已全部更换", &draw(town.below(), 31));
    town.meet();
    town.day("2026-03-30T09:00:00+08:00");
    town.meet();
    let tasks = town.inspector.run(&["tasks"]);
    let task = tasks.as_array().unwrap().iter().find(|task| task["what"] == "recheck").expect("a recheck is due");
    let due = task["findings"].as_array().unwrap();
    assert!(due.iter().any(|finding| finding == second) && due.iter().all(|finding| finding != first), "{task}");
    let visit = town.inspector.text(&["visit", "start", "GOV-01", "--mode", "recheck", "--set", "W5"], "visit");
    town.inspector.run(&["finding", "recheck", second, "pass", "--visit", &visit]);
    town.inspector.run(&["visit", "submit", &visit]);
    town.meet();
    town.all_see(second, "closed");
    let results = town.supervisor.run(&["finding", "show", second])["results"].clone();
    let said: Vec<&str> = results.as_array().unwrap().iter().filter_map(|row| row["result"].as_str()).collect();
    assert!(said.contains(&"fail") && said.contains(&"pass"), "both rechecks stay: {results}");
}

/// A finding raised by mistake is void; a closed one comes back.
fn voided_and_reopened(town: &Town, first: &str, third: &str) {
    town.supervisor.refuses(&["finding", "void", third], 2, "text_needed");
    town.supervisor.run(&["finding", "void", third, "--text", "记错窗口"]);
    town.supervisor.run(&["finding", "reopen", first, "--text", "坡道又被占"]);
    town.meet();
    town.all_see(third, "void");
    town.all_see(first, "supervised");
}

/// Equal hashes, sound chains, an explanation, and the ledger as a file.
fn proved(town: &Town, first: &str) {
    assert_eq!(area(&town.inspector), area(&town.supervisor), "equal cursors, equal hashes");
    for desk in [&town.inspector, &town.supervisor, &town.contact] {
        let verified = desk.run(&["verify"]);
        assert_eq!((&verified["ok"], &verified["first_bad"]), (&Value::Bool(true), &Value::Null));
    }
    let kinds: Vec<String> = town
        .supervisor
        .run(&["explain", first])
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["kind"].as_str().unwrap().to_owned())
        .collect();
    for kind in ["finding_raise", "finding_feedback", "finding_notice", "submission_add", "review"] {
        assert!(kinds.iter().any(|told| told == kind), "{kind} is not explained: {kinds:?}");
    }
    let file = town.below().join("ledger.csv");
    town.supervisor.run(&["ledger", "--format", "csv", "--out", file.to_str().unwrap()]);
    let ledger = std::fs::read_to_string(&file).unwrap();
    let mut lines = ledger.trim_start_matches('\u{feff}').lines();
    let headers: Vec<&str> = lines.next().unwrap().split(',').collect();
    for header in ["问题编号", "发现日期", "点位", "检查项", "问题描述", "责任单位", "整改期限", "复查结果", "销号日期"]
    {
        assert!(headers.contains(&header), "{header} is no column: {headers:?}");
    }
    let described = headers.iter().position(|header| *header == "问题描述").unwrap();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert!(rows.iter().any(|row| row[described] == "坡道被占"), "{ledger}");
    assert!(rows.iter().all(|row| row.len() == headers.len()), "{ledger}");
}
