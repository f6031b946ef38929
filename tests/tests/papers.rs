//! Papers and the ledger as people get them: printed by staff and by the unit, opened by a browser and by a spreadsheet.
//!
//! What a unit gets is searched for everything that would tell it who was there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use calamine::{Data, Reader, Xlsx, open_workbook};
use mingcha_tests::{City, Desk, SmallDisk, draw, programs};
use serde_json::Value;

const MORNING: &str = "2026-03-02T08:37:00+08:00";
const FORTNIGHT_LATER: &str = "2026-03-16T09:41:00+08:00";
const DEMAND: &str = "请清理坡道 <b>三日内</b>";
const CANARIES: [&str; 7] =
    ["CANARYNAME", "CANARYCHIEF", "CANARYTEXT", "CANARYNOTE", "CANARYRECHECK", "CANARYMAKE", "CANARYCORRECTION"];

/// A finding that went the whole way to its supervision, on the phones of those who took part.
struct Town {
    folder: tempfile::TempDir,
    city: City,
    inspector: Desk,
    supervisor: Desk,
    contact: Desk,
    visit: String,
    again: String,
    finding: String,
    photo: String,
}

/// A drawn picture whose EXIF names a maker, as cameras write it.
fn picture_of_a_camera(below: &Path) -> PathBuf {
    let plain = fs::read(draw(below, 1)).unwrap();
    let make = b"CANARYMAKE\0";
    let mut tiff = b"II\x2a\0\x08\0\0\0\x01\0".to_vec();
    tiff.extend(0x010f_u16.to_le_bytes());
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(u32::try_from(make.len()).unwrap().to_le_bytes());
    tiff.extend(26_u32.to_le_bytes());
    tiff.extend([0; 4]);
    tiff.extend(make);
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap().to_be_bytes();
    let bytes = [&plain[..2], b"\xff\xe1", &length, b"Exif\0\0", &tiff, &plain[2..]].concat();
    let file = below.join("camera.jpg");
    fs::write(&file, bytes).unwrap();
    file
}

impl Town {
    /// Up to the notice; nothing was submitted yet.
    fn noticed() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path();
        let city = City::found(below, MORNING);
        let inspector = city.phone("CANARYNAME", "inspector", MORNING);
        let supervisor = city.phone("CANARYCHIEF", "supervisor", MORNING);
        let contact = city.phone("contact", "contact", MORNING);
        let visit = inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
        let picture = picture_of_a_camera(below);
        let photo = inspector.text(&["visit", "photo", &visit, picture.to_str().unwrap(), "--item", "W5-3"], "photo");
        inspector.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "CANARYNOTE"]);
        let finding =
            inspector.text(&["finding", "raise", &visit, "W5-3", "--text", "CANARYTEXT", "--photo", &photo], "finding");
        inspector.run(&["finding", "correct", &finding, "--text", "CANARYCORRECTION"]);
        let slip = below.join("too-early.html");
        inspector.refuses(&["paper", "slip", &visit, "--out", slip.to_str().unwrap()], 2, "not_now");
        assert!(!slip.exists());
        inspector.run(&["finding", "feedback", &finding, "--demand", DEMAND, "--photos-checked"]);
        inspector.run(&["finding", "raise", &visit, "W5-2", "--text", "CANARYTEXT"]);
        inspector.run(&["sync"]);
        supervisor.run(&["sync"]);
        let early = below.join("early.html");
        supervisor.refuses(&["paper", "notice", &finding, "--out", early.to_str().unwrap()], 2, "not_now");
        supervisor.run(&["finding", "notice", &finding]);
        // What the city makes of it, number, card and published photo, comes with a later meeting.
        for desk in [&supervisor, &contact, &supervisor, &contact] {
            desk.run(&["sync"]);
        }
        Self { folder, city, inspector, supervisor, contact, visit, again: String::new(), finding, photo }
    }

    /// Submitted, rechecked a fortnight later, found wanting, supervised.
    fn supervised() -> Self {
        let mut town = Self::noticed();
        let finding = town.finding.clone();
        let after = draw(town.below(), 9);
        town.contact.run(&[
            "finding",
            "rectify",
            &finding,
            "--text",
            "已清理，=1+1",
            "--photo",
            after.to_str().unwrap(),
        ]);
        town.contact.run(&["sync"]);
        town.supervisor.run(&["sync"]);
        town.city.clock(FORTNIGHT_LATER);
        for desk in [&mut town.inspector, &mut town.supervisor, &mut town.contact] {
            FORTNIGHT_LATER.clone_into(&mut desk.now);
        }
        town.inspector.run(&["sync"]);
        town.again = town.inspector.text(&["visit", "start", "GOV-01", "--mode", "recheck", "--set", "W5"], "visit");
        let seen = draw(town.below(), 10);
        let recheck = ["finding", "recheck", &finding, "fail", "--visit", &town.again, "--text", "CANARYRECHECK"];
        town.inspector.run(&[&recheck[..], &["--photo", seen.to_str().unwrap()]].concat());
        town.inspector.run(&["sync"]);
        town.supervisor.run(&["sync"]);
        town.supervisor.run(&["finding", "supervise", &finding]);
        town.supervisor.run(&["sync"]);
        town.inspector.run(&["sync"]);
        town.contact.run(&["sync"]);
        town
    }

    fn below(&self) -> &Path {
        self.folder.path()
    }

    /// Prints a paper and gives what the command said and the file's text.
    #[track_caller]
    fn print(&self, desk: &Desk, words: &[&str], name: &str) -> (Value, String) {
        let out = self.below().join(name);
        let said = desk.run(&[words, &["--out", out.to_str().unwrap()]].concat());
        let text = fs::read_to_string(&out).unwrap();
        assert_eq!(said["bytes"].as_u64(), u64::try_from(text.len()).ok());
        (said, text)
    }

    /// Everything that would tell a unit who was there, when, and what they wrote for themselves.
    fn canaries(&self) -> Vec<String> {
        let mut all: Vec<String> = CANARIES.map(str::to_owned).to_vec();
        all.extend([self.visit.clone(), self.photo.clone(), "08:37".to_owned(), "09:41".to_owned()]);
        all.extend(Some(self.again.clone()).filter(|again| !again.is_empty()));
        for desk in [&self.inspector, &self.supervisor] {
            let status = desk.run(&["status"]);
            all.extend(["person", "device"].map(|what| status[what].as_str().unwrap().to_owned()));
        }
        for row in self.supervisor.run(&["explain", &self.finding]).as_array().unwrap() {
            all.push(row["op"].as_str().unwrap().split('-').next().unwrap().to_owned());
        }
        all
    }
}

/// The pictures inside a paper, as files.
fn pictures(paper: &str) -> Vec<Vec<u8>> {
    let inside = |rest: &str| STANDARD.decode(rest.split('"').next().unwrap()).unwrap();
    paper.split("src=\"data:image/jpeg;base64,").skip(1).map(inside).collect()
}

/// What of these stands in the text, its pictures or their base64.
fn leaked<'a>(paper: &str, canaries: &'a [String]) -> Vec<&'a String> {
    let pictures = pictures(paper);
    let is_in = |needle: &&String| {
        let bytes = needle.as_bytes();
        paper.contains(needle.as_str())
            || paper.contains(&needle.replace('-', ""))
            || pictures.iter().any(|picture| picture.windows(bytes.len()).any(|window| window == bytes))
    };
    canaries.iter().filter(is_in).collect()
}

/// A paper is one file for A4 that a browser opens without a network.
#[track_caller]
fn stands_alone(paper: &str) {
    assert!(paper.starts_with("<!DOCTYPE html>") && paper.contains("size: A4"));
    for outside in ["http:", "https:", "url(", "<script", "<link", "@import"] {
        assert!(!paper.contains(outside), "{outside}");
    }
    for picture in pictures(paper) {
        assert!(image::load_from_memory(&picture).is_ok(), "a picture that no browser shows");
    }
}

#[test]
fn every_paper_that_a_unit_gets_tells_what_to_do_and_nothing_of_who_was_there() {
    let town = Town::supervised();
    let finding = town.finding.as_str();
    let mut papers = Vec::new();
    let slip = town.print(&town.inspector, &["paper", "slip", &town.visit], "slip.html");
    assert_eq!((&slip.0["findings"], &slip.0["not_fed_back"]), (&Value::from(1), &Value::from(1)));
    papers.push(slip.1);
    let again = town.print(&town.inspector, &["paper", "slip", &town.again], "again.html");
    assert!(again.1.contains("本次复查的问题（1 个）") && again.1.contains("不合格"), "{}", again.1);
    papers.push(again.1);
    for (who, desk) in [("office", &town.supervisor), ("unit", &town.contact)] {
        for paper in ["supervision", "report"] {
            let (said, text) = town.print(desk, &["paper", paper, finding], &format!("{who}-{paper}.html"));
            let wanted = if paper == "report" { 2 } else { 1 };
            assert_eq!(
                (&said["photos"], &said["photos_left_out"]),
                (&Value::from(wanted), &Value::from(0)),
                "{who} {paper}"
            );
            assert_eq!(pictures(&text).len(), wanted);
            papers.push(text);
        }
        let out = town.below().join("no.html");
        desk.refuses(&["paper", "notice", finding, "--out", out.to_str().unwrap()], 2, "not_now");
        assert!(!out.exists());
    }
    let canaries = town.canaries();
    for paper in &papers {
        stands_alone(paper);
        assert!(
            paper.contains("请清理坡道 &lt;b&gt;三日内&lt;/b&gt;"),
            "what was typed is shown and is no markup: {paper}"
        );
        assert_eq!(leaked(paper, &canaries), Vec::<&String>::new());
    }
}

#[test]
fn the_office_and_the_unit_print_the_same_notice() {
    let town = Town::noticed();
    let finding = town.finding.as_str();
    let (_, office) = town.print(&town.supervisor, &["paper", "notice", finding], "office.html");
    let (_, unit) = town.print(&town.contact, &["paper", "notice", finding], "unit.html");
    // The picture is the city's copy on one phone and one made like it on the other.
    let words = |paper: &str| -> String {
        let mut parts = paper.split("src=\"data:");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |all, part| all + part.split_once('"').unwrap().1)
    };
    assert_eq!(words(&office), words(&unit));
    assert_eq!((pictures(&office).len(), pictures(&unit).len()), (1, 1));
    for part in ["问题整改通知书", "明川市政务服务管理局：", "整改期限", "送达回执", "2026年3月2日"]
    {
        assert!(unit.contains(part), "{part}: {unit}");
    }
    assert_eq!(leaked(&office, &town.canaries()), Vec::<&String>::new());
    let out = town.below().join("report.html");
    town.contact.refuses(&["paper", "report", finding, "--out", out.to_str().unwrap()], 2, "not_now");
    let out = out.to_str().unwrap();
    town.supervisor.refuses(&["paper", "recheck", finding, "--out", out], 2, "not_now");
    town.supervisor.refuses(&["paper", "supervision", finding, "--out", out], 2, "not_now");
    town.contact.refuses(&["paper", "recheck", finding, "--out", out], 2, "not_permitted");
    town.contact.refuses(&["paper", "slip", &town.visit, "--out", out], 2, "not_permitted");
    town.contact.refuses(&["paper", "notice", "ffffff", "--out", out], 2, "unknown_finding");
    assert!(!Path::new(out).exists());
}

#[test]
fn a_recheck_record_names_who_went_and_says_that_it_is_the_offices_own() {
    let town = Town::supervised();
    let (said, record) = town.print(&town.supervisor, &["paper", "recheck", &town.finding], "recheck.html");
    stands_alone(&record);
    for part in ["CANARYNAME", "CANARYCORRECTION", "CANARYRECHECK", "不合格", "由原检查人复查", "内部资料", "已督办"]
    {
        assert!(record.contains(part), "the search finds {part} where it may be");
    }
    assert!(said["photos"].as_u64().unwrap() >= 2, "{said}");
    let out = town.below().join("theirs.html");
    town.contact.refuses(&["paper", "recheck", &town.finding, "--out", out.to_str().unwrap()], 2, "not_permitted");
}

#[test]
fn a_file_that_exists_is_only_replaced_when_that_was_asked_for() {
    let town = Town::noticed();
    for words in [vec!["paper", "notice", town.finding.as_str()], vec!["ledger", "--format", "xlsx"]] {
        let out = town.below().join("mine");
        fs::write(&out, "mine").unwrap();
        let asked = [&words[..], &["--out", out.to_str().unwrap()]].concat();
        town.supervisor.refuses(&asked, 2, "file_exists");
        assert_eq!(fs::read(&out).unwrap(), b"mine");
        town.supervisor.run(&[&asked[..], &["--force"]].concat());
        assert_ne!(fs::read(&out).unwrap(), b"mine");
    }
    let nowhere = town.below().join("no/such/folder.html");
    town.supervisor.refuses(&["paper", "notice", &town.finding, "--out", nowhere.to_str().unwrap()], 2, "bad_folder");
}

/// The sheet of a workbook from its header on.
fn sheet(file: &Path) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(file).unwrap();
    assert_eq!(book.sheet_names(), ["问题台账"]);
    let range = book.worksheet_range("问题台账").unwrap();
    range.rows().skip(2).map(<[Data]>::to_vec).collect()
}

#[test]
fn the_ledger_opens_as_a_workbook_with_days_that_are_days_and_names_nobody_to_a_unit() {
    let town = Town::supervised();
    for desk in [&town.supervisor, &town.contact] {
        for format in ["xlsx", "csv", "json"] {
            let out = town.below().join(format!("{}.{format}", desk.home.file_name().unwrap().to_str().unwrap()));
            desk.run(&["ledger", "--format", format, "--out", out.to_str().unwrap()]);
        }
    }
    let office = sheet(&town.below().join("CANARYCHIEF.xlsx"));
    let unit = sheet(&town.below().join("contact.xlsx"));
    assert_eq!((office.len(), unit.len()), (3, 2), "the unit was told of one finding");
    let column = |name: &str| office[0].iter().position(|cell| cell == &Data::String(name.to_owned())).unwrap();
    let of = |rows: &[Vec<Data>], name: &str| rows[1][column(name)].clone();
    for rows in [&office, &unit] {
        assert_eq!(of(rows, "整改措施"), Data::String("已清理，=1+1".to_owned()));
        assert!(matches!(of(rows, "整改期限"), Data::DateTime(_)), "{:?}", of(rows, "整改期限"));
        assert!(matches!(of(rows, "复查日期"), Data::DateTime(_)));
        assert_eq!(of(rows, "复查结果"), Data::String("不合格".to_owned()));
        assert_eq!(of(rows, "序号"), Data::Float(1.0));
        assert_eq!(of(rows, "销号日期"), Data::Empty);
    }
    assert_eq!(of(&office, "复查人"), Data::String("CANARYNAME".to_owned()));
    assert_eq!(of(&unit, "复查人"), Data::Empty);
    assert_eq!(of(&unit, "问题描述"), Data::String(DEMAND.to_owned()));
    let told = unit.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let written =
        ["csv", "json"].map(|format| fs::read_to_string(town.below().join(format!("contact.{format}"))).unwrap());
    for text in written.iter().chain([&told]) {
        assert_eq!(leaked(text, &town.canaries()), Vec::<&String>::new());
    }
}

#[test]
fn on_a_full_disk_no_half_file_stays_and_the_old_one_is_whole() {
    let town = Town::noticed();
    let at = town.below().join("small");
    let Some(_disk) = SmallDisk::mount(&at, "64k") else { return };
    let old = at.join("old");
    fs::write(&old, "whole").unwrap();
    let filler = at.join("filler");
    let mut other = fs::File::create(&filler).unwrap();
    while other.write_all(&[1; 512]).is_ok() {}
    let (old, new) = (old.to_str().unwrap(), at.join("new"));
    let papers = [
        vec!["ledger", "--format", "csv"],
        vec!["ledger", "--format", "xlsx"],
        vec!["ledger", "--format", "json"],
        vec!["paper", "notice", &town.finding],
    ];
    for words in &papers {
        town.supervisor.refuses(&[&words[..], &["--out", new.to_str().unwrap()]].concat(), 1, "disk_full");
        town.supervisor.refuses(&[&words[..], &["--force", "--out", old]].concat(), 1, "disk_full");
        assert_eq!(fs::read_to_string(old).unwrap(), "whole");
        assert_eq!(fs::read_dir(&at).unwrap().count(), 2, "{words:?} left something");
    }
    drop(other);
    fs::remove_file(filler).unwrap();
    town.supervisor.run(&[&papers[1][..], &["--force", "--out", old]].concat());
    assert_eq!(sheet(Path::new(old)).len(), 3);
}

#[test]
fn what_is_inferred_says_so_on_every_screen_in_every_ledger_and_on_every_paper() {
    let town = Town::noticed();
    let (inspector, contact, finding, visit) = (&town.inspector, &town.contact, &town.finding, &town.visit);
    inspector.run(&["sync"]);
    for desk in [inspector, &town.supervisor, contact] {
        assert_eq!(desk.run(&["finding", "show", finding])["definition"], "inferred");
        let rows = desk.run(&["finding", "list"]);
        assert!(rows.as_array().unwrap().iter().all(|row| row["definition"] == "inferred"), "{rows}");
        let ledger = town.below().join("inferred.json");
        desk.run(&["ledger", "--format", "json", "--force", "--out", ledger.to_str().unwrap()]);
        let lines: Value = serde_json::from_slice(&fs::read(&ledger).unwrap()).unwrap();
        assert_eq!(lines[0]["definition"], "inferred");
        let ledger = town.below().join("inferred.csv");
        desk.run(&["ledger", "--format", "csv", "--force", "--out", ledger.to_str().unwrap()]);
        assert!(fs::read_to_string(&ledger).unwrap().contains("（推定）"));
        let notice = town.below().join("inferred.html");
        desk.run(&["paper", "notice", finding, "--force", "--out", notice.to_str().unwrap()]);
        assert!(fs::read_to_string(&notice).unwrap().contains("（推定）"));
    }
    let form = inspector.run(&["visit", "form", visit]);
    assert!(form.as_array().unwrap().iter().all(|row| row["definition"] == "inferred"), "{form}");
    let shown = inspector.run(&["visit", "show", visit]);
    assert_eq!((&shown["definition"], &shown["answers"][0]["definition"]), (&"inferred".into(), &"inferred".into()));
    let score = inspector.run(&["score", visit]);
    assert_eq!((&score["definition"], &score["lines"][0]["definition"]), (&"inferred".into(), &"inferred".into()));
    assert_eq!(inspector.run(&["visit", "list"])[0]["score"]["definition"], "inferred");
    for words in [&["visit", "list"][..], &["finding", "list"], &["finding", "show", finding]] {
        let plain = Command::new(&programs().0).arg("--home").arg(&inspector.home).args(words).output().unwrap();
        assert!(String::from_utf8(plain.stdout).unwrap().contains("推定"), "{words:?}");
    }
}

#[test]
fn a_notice_without_words_of_its_own_tells_the_unit_what_to_put_right() {
    let town = Town::noticed();
    let raise = ["finding", "raise", &town.visit, "W5-4", "--text", "CANARYTEXT"];
    let item = town.inspector.text(&raise, "finding");
    town.inspector.run(&["sync"]);
    town.supervisor.run(&["sync"]);
    town.supervisor.run(&["finding", "notice", &item]);
    for desk in [&town.supervisor, &town.contact, &town.supervisor, &town.contact] {
        desk.run(&["sync"]);
    }
    let card = town.contact.run(&["finding", "show", &item]);
    let demand = card["demand"].as_str().unwrap();
    assert!(demand.starts_with("整改：") && demand.chars().count() > 5, "{card}");
    assert_eq!(card["text"], card["demand"]);
    assert_eq!(town.supervisor.run(&["finding", "show", &item])["demand"], demand, "staff read what the unit reads");
    assert!(!card.to_string().contains("CANARY"));
    // Whether a finding is a repeat, or contested among staff, is nothing that a unit is told.
    assert!(card["repeat"].is_null() && card["contested"].is_null(), "{card}");
}

#[test]
fn nothing_is_asked_for_in_the_past_and_nothing_is_suspended_that_is_not_open() {
    let town = Town::noticed();
    let finding = &town.finding;
    let ask = |until| ["finding", "extension", "ask", finding.as_str(), "--until", until, "--text", "等配件"];
    town.contact.refuses(&ask("2020-01-01"), 2, "not_now");
    town.contact.run(&ask("2030-01-02"));
    town.supervisor.refuses(&["finding", "resume", finding], 2, "not_now");
    town.supervisor.run(&["finding", "suspend", finding, "--text", "等资金"]);
    town.supervisor.run(&["finding", "resume", finding]);
    town.supervisor.refuses(&["finding", "resume", finding], 2, "not_now");
    town.supervisor.run(&["finding", "void", finding, "--text", "误登"]);
    town.supervisor.refuses(&["finding", "suspend", finding, "--text", "等资金"], 2, "not_now");
}
