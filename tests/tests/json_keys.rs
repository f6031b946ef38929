//! Every command of the contract that scripts rely on, run against a real sample city, prints the keys that it promises.
//!
//! The commands are a table, in the order in which they can be given. Where the contract lies beside the checkout, no
//! command of it may be missing from the table.

use std::path::Path;

use mingcha_tests::{City, Desk, draw};
use serde_json::Value;

const NOW: &str = "2026-03-02T08:30:00+08:00";

/// What ran, and what was not as promised.
#[derive(Default)]
struct Table {
    ran: Vec<String>,
    missing: Vec<String>,
}

impl Table {
    /// Runs a command of a phone; a list is judged by its first row, which must be there.
    #[track_caller]
    fn says(&mut self, desk: &Desk, words: &[&str], keys: &str) -> Value {
        let printed = desk.run(words);
        self.has(&words.join(" "), &printed, keys);
        printed
    }

    /// Runs a command of the office.
    #[track_caller]
    fn city_says(&mut self, city: &City, words: &[&str], keys: &str) -> Value {
        let printed = city.office(words);
        self.has(&format!("mingcha-city {}", words.join(" ")), &printed, keys);
        printed
    }

    fn has(&mut self, command: &str, printed: &Value, keys: &str) {
        self.ran.push(command.to_owned());
        let row = printed.as_array().map_or(Some(printed), |rows| rows.first());
        let Some(row) = row else {
            self.missing.push(format!("{command}: an empty list"));
            return;
        };
        for key in keys.split_whitespace() {
            // `submissions/reviews/op`: the op of the first review of the first submission.
            let found = key.split('/').try_fold(row, |row, step| {
                let row = row.as_array().map_or(Some(row), |rows| rows.first())?;
                row.get(step)
            });
            if found.is_none() {
                self.missing.push(format!("{command}: {key}"));
            }
        }
    }
}

const FINDING: &str = "finding number published_as stage site item text demand severity deadline recheck_due provisional \
     overdue repeat contested basis submissions/submission submissions/text submissions/photos submissions/verdict \
     submissions/reviews/op submissions/reviews/verdict submissions/reviews/by submissions/reviews/text \
     submissions/reviews/in_force results/op results/result results/by results/day results/counts timeline";
const VISIT: &str = "visit site mode status score answers/item answers/value answers/note answers/basis \
     answers/versions/op answers/versions/value answers/versions/note answers/versions/by answers/versions/at \
     answers/versions/in_force photos/photo photos/sha256 photos/item findings";
const SYNC: &str =
    "sent_ops received_ops sent_photos received_photos waiting_ops waiting_photos refused held conflicts";

const STAGE: &str = "finding stage";
const ATTENTION: &str = "op what reason since";
const CARD: &str = "finding number published_as stage site item text demand severity deadline recheck_due provisional \
     overdue repeat contested basis submissions results timeline";

/// A city and the phones of an inspector, a supervisor and a contact below one folder.
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
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of commands, in the order in which they can be given")]
fn every_command_prints_the_keys_that_scripts_rely_on() {
    let mut town = Town::found(NOW);
    let mut table = Table::default();
    let mut says = |desk: &Desk, words: &[&str], keys: &str| table.says(desk, words, keys);
    let id = |printed: &Value, key: &str| printed[key].as_str().unwrap_or_default().to_owned();
    let (inspector, supervisor, contact) = (&town.inspector, &town.supervisor, &town.contact);
    let code = town.city.code(&["--role", "supervisor", "--area", "DH"]);
    let second = Desk::new(town.below().join("second"), NOW);
    says(&second, &["enrol", &town.city.url, &code], "person role areas unit device log");
    says(&second, &["sync"], SYNC);
    let status = "waiting_ops waiting_photos refused held conflicts role areas unit last_sync clock_offset_ms feeds/feed \
         feeds/epoch feeds/cursor feeds/hash";
    let person = id(&says(inspector, &["status"], status), "person");
    says(
        inspector,
        &["sites", "--search", "GOV", "--limit", "3"],
        "site code name kind unit area last_visit recheck_due",
    );
    let task = "task site kind due findings";
    says(supervisor, &["assign", "GOV-01", &person, "--from", "2026-03-02", "--due", "2026-03-06"], task);
    supervisor.run(&["sync"]);
    inspector.run(&["sync"]);
    says(inspector, &["tasks"], task);
    let other_code = town.city.code(&["--role", "inspector", "--area", "DH"]);
    let relieving = Desk::new(town.below().join("relieving"), NOW);
    let relief = id(&says(&relieving, &["enrol", &town.city.url, &other_code], "person role"), "person");
    relieving.run(&["sync"]);
    supervisor.run(&["sync"]);
    says(supervisor, &["hand-over", &person, &relief], task);
    let assigned =
        says(supervisor, &["assign", "GOV-01", &person, "--from", "2026-03-02", "--due", "2026-03-06"], task);
    says(supervisor, &["unassign", &id(&assigned, "task")], task);
    says(inspector, &["sets"], "set version name definition");
    says(inspector, &["items", "W5"], "item text answer ask photo points source");

    let visit =
        id(&says(inspector, &["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit items"), "visit");
    says(inspector, &["visit", "form", &visit], "item text answer choices value photo_wanted basis");
    inspector.refuses(&["visit", "start", "GOV-01", "--mode", "undercover", "--with", &relief], 2, "not_permitted");
    let file = draw(town.below(), 1);
    let file = file.to_str().unwrap();
    let taken = says(inspector, &["visit", "photo", &visit, file], "photo sha256 width height warnings");
    let photo = id(&taken, "photo");
    says(inspector, &["photo", "put", &photo, "W5-3"], "photo sha256 width height warnings");
    says(inspector, &["visit", "answer", &visit, "W5-3", "no", "--photo", &photo], "op value");
    let raise = ["finding", "raise", &visit, "W5-3", "--text", "坡道被占", "--photo", &photo];
    let finding = id(&says(inspector, &raise, "finding number"), "finding");
    let other =
        id(&says(inspector, &["finding", "raise", &visit, "W5-5", "--text", "标识破损"], "finding number"), "finding");
    let twin =
        id(&says(inspector, &["finding", "raise", &visit, "W5-5", "--text", "标识坏了"], "finding number"), "finding");
    let plea = ["finding", "raise", &visit, "W5-7", "--text", "台面有污渍"];
    let plea = id(&says(inspector, &plea, "finding number"), "finding");
    says(inspector, &["visit", "submit", &visit], "visit score missing");
    let moved = inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    says(inspector, &["visit", "move", &moved, "SUB-01"], "visit score missing");
    says(inspector, &["visit", "void", &moved, "--text", "误建"], "visit score missing");
    says(inspector, &["visit", "show", &visit], VISIT);
    says(inspector, &["visit", "list"], "visit site mode status score answers photos findings");
    says(inspector, &["score", &visit], "obtained obtainable rate formula lines/item lines/rule");

    let stage = STAGE;
    says(inspector, &["finding", "correct", &finding, "--text", "坡道被纸箱占用"], stage);
    says(inspector, &["finding", "feedback", &finding, "--demand", "清理", "--photos-checked"], stage);
    says(inspector, &["finding", "feedback", &other, "--demand", "更换"], stage);
    says(inspector, &["finding", "feedback", &plea, "--demand", "擦净"], stage);
    says(inspector, &["finding", "fixed", &other, "--photo", file], stage);
    says(inspector, &["finding", "duplicate", &twin, &other], stage);
    inspector.run(&["sync"]);
    supervisor.run(&["sync"]);
    says(supervisor, &["finding", "notice", &finding, "--deadline", "2026-03-09"], stage);
    says(supervisor, &["finding", "notice", &other], stage);
    supervisor.run(&["sync"]);
    contact.run(&["sync"]);
    says(contact, &["finding", "acknowledge", &finding, "--name", "值班长"], stage);
    says(contact, &["finding", "decline", &other, "--text", "不归本单位"], stage);
    says(contact, &["finding", "extension", "ask", &other, "--until", "2026-03-12", "--text", "待配件"], stage);
    says(contact, &["finding", "extension", "ask", &finding, "--until", "2026-03-20", "--text", "工期"], stage);
    says(contact, &["finding", "appeal", &other, "--text", "当日检修"], stage);
    says(contact, &["finding", "appeal", &plea, "--text", "当日有人保洁"], stage);
    let rectify = ["finding", "rectify", &finding, "--text", "已清理", "--photo", file];
    let submission = id(&says(contact, &rectify, "submission stage"), "submission");
    contact.run(&["sync"]);
    supervisor.run(&["sync"]);
    second.run(&["sync"]);
    says(supervisor, &["finding", "extension", "grant", &other, "--until", "2026-03-12"], stage);
    says(supervisor, &["finding", "extension", "refuse", &finding, "--text", "不必"], stage);
    says(supervisor, &["finding", "uphold", &other, "--text", "无公告"], stage);
    says(supervisor, &["finding", "suspend", &other, "--text", "等改造"], stage);
    assert_eq!(supervisor.run(&["finding", "show", &other])["suspended"], true);
    assert_eq!(supervisor.run(&["finding", "show", &plea])["appealed"], true);
    says(supervisor, &["finding", "resume", &other, "--text", "改造完成"], stage);
    says(supervisor, &["finding", "review", &submission, "approve"], "review stage");
    says(&second, &["finding", "review", &submission, "return", "--text", "看不清"], "review stage");
    for desk in [supervisor, &second, supervisor] {
        desk.run(&["sync"]);
    }
    let conflict = "conflict what entity item in_force versions/op versions/value versions/by versions/at mine";
    let told = says(supervisor, &["conflicts"], conflict);
    let (name, keep) = (id(&told[0], "conflict"), id(&told[0], "in_force"));
    says(supervisor, &["resolve", &name, "--keep", &keep, "--text", "以退回为准"], conflict);
    says(supervisor, &["finding", "recheck", &finding, "pass"], "stage recheck_due");
    says(supervisor, &["finding", "reopen", &finding, "--text", "反弹"], "stage recheck_due");
    says(supervisor, &["finding", "supervise", &finding], stage);
    says(supervisor, &["finding", "void", &twin, "--text", "重复"], stage);
    says(supervisor, &["finding", "withdraw", &plea, "--text", "申诉成立"], stage);
    says(supervisor, &["finding", "show", &finding], FINDING);
    for words in [vec!["finding", "list", "--site", "GOV-01"], vec!["finding", "show", &finding]] {
        says(contact, &words, CARD);
    }
    says(supervisor, &["explain", &finding], "op kind value text by at ord effect");
    says(supervisor, &["explain", &visit, "W5-3"], "op kind value text by at ord effect");
    says(supervisor, &["coverage", "--area", "DH"], "sites visited rate formula never by_area by_kind by_mode");
    says(supervisor, &["compare", "GOV-01"], "comparison name rate previous trend rank of among");
    says(supervisor, &["verify"], "logs segments ops ok first_bad");
    let parcel = town.below().join("work.mingcha").to_str().unwrap().to_owned();
    says(inspector, &["export", &parcel], "segments ops photos");
    says(inspector, &["verify", "--bundle", &parcel], "logs segments ops ok first_bad");
    says(supervisor, &["import", &parcel], "segments ops photos");
    for format in ["csv", "xlsx", "json"] {
        let out = town.below().join(format!("ledger.{format}"));
        says(supervisor, &["ledger", "--format", format, "--out", out.to_str().unwrap()], "rows file format");
        assert!(out.metadata().is_ok_and(|file| file.len() > 100), "the ledger as {format}");
    }
    says(inspector, &["calendar", "workdays", "2026-03-02", "3"], "date nominal provisional");
    says(inspector, &["calendar", "recheck", "2026-03-02"], "date nominal provisional");
    assert!(says(inspector, &["photo", "inspect", file], "").is_object());
    assert!(says(inspector, &["photo", "fetch", "--due"], "").is_object());
    says(inspector, &["photo", "list"], "photo sha256");
    for copy in ["original", "standard", "thumbnail"] {
        let out = town.below().join(format!("{copy}.jpg"));
        says(inspector, &["photo", "save", &photo, "--copy", copy, "--out", out.to_str().unwrap()], "photo sha256");
        assert!(image::open(&out).is_ok(), "the {copy} copy is a picture");
    }
    let doomed = inspector.text(&["visit", "photo", &draft(inspector), file], "photo");
    says(inspector, &["erase", "photo", &doomed], "erased");
    aside(&town, &relief, &relieving, &mut table);
    let fortnight = Desk::new(&town.supervisor.home, "2026-03-18T09:00:00+08:00");
    table.says(&fortnight, &["sites", "--due"], "site code name kind unit area last_visit recheck_due");
    of_the_city(&town, &relief, &mut table);
    of_a_restored_city(&mut town, &mut table);
    assert!(table.missing.is_empty(), "not as promised: {:#?}", table.missing);
    nothing_is_forgotten(&table.ran);
}

fn draft(desk: &Desk) -> String {
    desk.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit")
}

/// What the city refuses of somebody who lost the area, and what it holds of a phone that was revoked.
fn aside(town: &Town, relief: &str, other: &Desk, table: &mut Table) {
    let visit = draft(other);
    other.run(&["sync"]);
    town.city.office(&["revoke", relief, "--area", "DH"]);
    let later = "2026-03-02T11:30:00+08:00";
    town.city.clock(later);
    let mut desk = Desk::new(&other.home, later);
    for item in ["W5-1", "W5-2"] {
        desk.run(&["visit", "answer", &visit, item, "yes"]);
    }
    desk.run(&["sync"]);
    let refused = table.says(&desk, &["refused"], ATTENTION);
    let op = |row: usize| refused[row]["op"].as_str().unwrap_or_default().to_owned();
    let out = town.below().join("refused.json");
    table.says(&desk, &["refused", "export", &op(0), "--out", out.to_str().unwrap()], ATTENTION);
    table.says(&desk, &["refused", "discard", &op(0)], ATTENTION);
    town.city.office(&["grant", relief, "--area", "DH"]);
    desk.run(&["sync"]);
    table.says(&desk, &["refused", "retry", &op(1)], ATTENTION);
    desk.run(&["sync"]);

    desk.run(&["visit", "answer", &visit, "W5-3", "yes"]);
    town.city.office(&["revoke-device", &desk.text(&["status"], "device")]);
    let _ = desk.try_run(&["sync"]);
    "2026-03-02T11:40:00+08:00".clone_into(&mut desk.now);
    let chief = Desk::new(&town.supervisor.home, &desk.now);
    chief.run(&["sync"]);
    let held = table.says(&chief, &["held"], ATTENTION);
    table.says(&chief, &["release", held[0]["op"].as_str().unwrap()], ATTENTION);
}

/// What an office asks its city.
fn of_the_city(town: &Town, person: &str, table: &mut Table) {
    let city = &town.city;
    let file = town.below().join("more.toml");
    let text = "[[areas]]\ncode = \"NN\"\nzh = \"南宁片\"\nen = \"Nan\"\n";
    std::fs::write(&file, text).unwrap();
    let counts = "areas units sites campaigns policy calendar sets entries";
    table.city_says(city, &["load", file.to_str().unwrap()], counts);
    table.city_says(city, &["enrol", "--role", "inspector", "--person", person], "code person");
    table.city_says(city, &["enrol", "--role", "contact", "--unit", "MC-GOV"], "code person");
    table.city_says(city, &["grant", person, "--area", "NN"], "person");
    table.city_says(city, &["revoke", person, "--area", "NN"], "person");
    let devices = table.city_says(city, &["devices"], "device person name role enrolled revoked");
    let device = devices[0]["device"].as_str().unwrap();
    table.city_says(city, &["revoke-device", device], "device revoked");
    table.city_says(city, &["clock", "2026-03-03T08:00:00+08:00"], "now");
    // The story began with these two; `serve` says one line, of which it lives.
    table.ran.extend(["mingcha-city init", "mingcha-city serve"].map(str::to_owned));
    assert!(city.url.starts_with("http://127.0.0.1:"));
    table.city_says(city, &["people"], "person name role areas unit devices");
    let backup = town.below().join("city.tar").to_str().unwrap().to_owned();
    table.city_says(city, &["backup", "--out", &backup], "file bytes photos copied lost taken off_machine");
}

/// The same city after its disk was lost.
fn of_a_restored_city(town: &mut Town, table: &mut Table) {
    let backup = town.below().join("city.tar").to_str().unwrap().to_owned();
    town.city.lose_disk();
    table.city_says(&town.city, &["restore", &backup], "taken photos lost confirmed");
    table.city_says(&town.city, &["confirm-people"], "confirmed was_waiting devices");
}

/// Named by the contract and not built yet; a command that is there may not stand here.
const NOT_BUILT: [&str; 2] = ["erase person", "erase text"];

/// Every command of the contract was run, or is none yet.
fn nothing_is_forgotten(ran: &[String]) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/design/7-cli.md"));
    let Ok(contract) = std::fs::read_to_string(path) else {
        println!("skipped: no contract beside this checkout");
        return;
    };
    let commands = promised(&contract);
    assert!(commands.len() > 60, "{commands:?}");
    let of = |command: &str, words: &str| words == command || words.starts_with(&format!("{command} "));
    let forgotten: Vec<&String> = commands
        .iter()
        .filter(|command| !NOT_BUILT.contains(&command.as_str()) && !ran.iter().any(|words| of(command, words)))
        .collect();
    assert!(forgotten.is_empty(), "never run: {forgotten:?}");
    let built: Vec<&&str> = NOT_BUILT.iter().filter(|command| ran.iter().any(|words| of(command, words))).collect();
    assert!(built.is_empty(), "run, and said not to be built: {built:?}");
}

/// The commands in the first column of the contract's tables: the words before what is to be filled in.
fn promised(contract: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut city = false;
    for line in contract.lines() {
        city |= line.starts_with("The city");
        let line = line.replace("\\|", "/");
        let Some(cell) = line.strip_prefix("| `").and_then(|rest| rest.split(" | ").next()) else { continue };
        for (place, spoken) in format!("`{cell}").split('`').enumerate() {
            if place % 2 == 0 {
                continue;
            }
            let words: Vec<&str> = spoken
                .trim_start_matches("mingcha-city ")
                .split(' ')
                .take_while(|word| word.chars().all(|letter| letter.is_ascii_lowercase() || "-/".contains(letter)))
                .take_while(|word| !word.starts_with('-'))
                .collect();
            let Some((last, first)) = words.split_last() else { continue };
            for last in last.split('/') {
                let mut whole: Vec<&str> = if city { vec!["mingcha-city"] } else { Vec::new() };
                whole.extend(first);
                whole.push(last);
                commands.push(whole.join(" "));
            }
        }
    }
    commands
}
