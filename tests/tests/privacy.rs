//! What a unit never learns: who inspected, with which phone, and what was typed beside the demand.
//!
//! Every byte that goes to a contact's phone is recorded and opened; what an inspector typed or is must not be in it.

use std::fs;
use std::io::Read;
use std::path::Path;

use mingcha_sync::{Page, PullSaid};
use mingcha_tests::{City, Desk, Wire, draw, draw_as_camera, real_photos};

const MORNING: &str = "2026-03-02T08:30:00+08:00";
const DEMAND: &str = "请于三日内清理坡道-要求";
const MAKE: &str = "CANARYMAKE";
const MODEL: &str = "CANARYMODEL";

/// The bodies of the replies in a recording, by their length.
fn bodies(recorded: &[u8]) -> Vec<&[u8]> {
    let mut bodies = Vec::new();
    let mut rest = recorded;
    while let Some(end) = rest.windows(4).position(|window| window == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&rest[..end]).to_ascii_lowercase();
        assert!(!head.contains("transfer-encoding"), "a reply of unknown length: {head}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .map_or(0, |length| length.trim().parse::<usize>().unwrap());
        let body = &rest[end + 4..];
        assert!(head.starts_with("http/1.1 "), "not a reply: {head}");
        // What answers a HEAD tells a length and has no body: the next reply follows at once.
        let length = if body.is_empty() || body.starts_with(b"HTTP/1.1 ") { 0 } else { length };
        bodies.push(&body[..length.min(body.len())]);
        rest = &body[length.min(body.len())..];
    }
    assert!(rest.is_empty(), "{} bytes are no reply", rest.len());
    bodies
}

/// Everything in a recording: the bytes as they came, and whatever they hold in compressed form.
fn opened(recorded: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![recorded.to_vec()];
    let mut pages = 0;
    for body in bodies(recorded) {
        if let Ok(said) = minicbor::decode::<PullSaid>(body) {
            for page in &said.pages {
                pages += 1;
                let page = Page::from_bytes(page).unwrap();
                all.push(format!("{:?}", page.entries().unwrap()).into_bytes());
            }
        }
        // Whatever shape a body has: each zstd frame in it.
        for place in 0..body.len().saturating_sub(4) {
            if body[place..].starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
                let mut plain = Vec::new();
                let frame =
                    zstd::stream::read::Decoder::new(&body[place..]).map(zstd::stream::read::Decoder::single_frame);
                // Four bytes of a picture may look like a frame; what opens of it is searched all the same.
                let _ = frame.and_then(|mut frame| frame.read_to_end(&mut plain));
                all.push(plain);
            }
        }
    }
    assert!(pages > 0, "no page was opened: the story would search nothing");
    all
}

fn has(all: &[Vec<u8>], needle: &[u8]) -> bool {
    all.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
}

/// The ways in which an id could travel: as bytes, as 32 digits, as a UUID.
fn spellings(id: &str) -> Vec<Vec<u8>> {
    let digits: String = id.chars().filter(|letter| *letter != '-').collect();
    let bytes =
        digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
    let bytes: Vec<u8> = bytes.collect();
    assert_eq!(bytes.len(), 16, "{id}");
    let debug = format!("{bytes:?}").trim_matches(['[', ']']).as_bytes().to_vec();
    vec![bytes, digits.to_uppercase().into_bytes(), digits.into_bytes(), id.as_bytes().to_vec(), debug]
}

/// Everything that a contact can read on their phone.
fn read_aloud(contact: &Desk, below: &Path) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<String>> = ["status", "sites", "tasks", "sets", "conflicts", "refused", "held", "verify"]
        .iter()
        .map(|word| vec![(*word).to_owned()])
        .collect();
    for two in [["finding", "list"], ["visit", "list"], ["photo", "list"], ["photo", "fetch"]] {
        words.push(two.map(str::to_owned).to_vec());
    }
    let mut photos = Vec::new();
    for finding in contact.run(&["finding", "list"]).as_array().unwrap() {
        let id = finding["finding"].as_str().unwrap().to_owned();
        words.push(vec!["finding".to_owned(), "show".to_owned(), id.clone()]);
        words.push(vec!["explain".to_owned(), id]);
    }
    for photo in contact.run(&["photo", "list"]).as_array().unwrap() {
        photos.push(photo["photo"].as_str().unwrap().to_owned());
    }
    let mut all: Vec<Vec<u8>> = words
        .iter()
        .map(|words| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = contact.command(&words).output().unwrap();
            [output.stdout, output.stderr].concat()
        })
        .collect();
    assert!(!photos.is_empty(), "a photo was published");
    for (number, photo) in photos.iter().enumerate() {
        let file = below.join(format!("saved-{number}.jpg"));
        contact.run(&["photo", "save", photo, "--copy", "standard", "--out", file.to_str().unwrap()]);
        all.push(fs::read(file).unwrap());
    }
    for format in ["csv", "json"] {
        let file = below.join(format!("ledger.{format}"));
        if contact.try_run(&["ledger", "--format", format, "--out", file.to_str().unwrap()]).code == 0 {
            all.push(fs::read(file).unwrap());
        }
    }
    all
}

#[test]
fn a_unit_learns_what_to_put_right_and_nothing_of_who_found_it() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path();
    let city = City::found(below, MORNING);
    let wire = Wire::to(&city.url);
    let inspector = city.phone("CANARYNAME", "inspector", MORNING);
    let supervisor = city.phone("CANARYCHIEF", "supervisor", MORNING);
    let contact = city.phone_at("contact", "contact", MORNING, &wire.url);

    // An open visit, with a word of every kind typed into it.
    let visit = inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    let mut pictures = vec![draw_as_camera(below, 1, MAKE, MODEL)];
    pictures.extend(real_photos("gps").map(|folder| folder.join("DSCN0010.jpg")));
    let photos: Vec<String> = pictures
        .iter()
        .map(|file| inspector.text(&["visit", "photo", &visit, file.to_str().unwrap(), "--item", "W5-3"], "photo"))
        .collect();
    let answer = ["visit", "answer", &visit, "W5-3", "no", "--note", "CANARYNOTE", "--photo", &photos[0]];
    let answered = inspector.text(&answer, "op");
    let mut raise = vec!["finding", "raise", &visit, "W5-3", "--text", "CANARYTEXT"];
    raise.extend(photos.iter().flat_map(|photo| ["--photo", photo.as_str()]));
    let finding = inspector.text(&raise, "finding");
    inspector.run(&["visit", "submit", &visit]);
    inspector.run(&["visit", "remark", &visit, "--text", "CANARYREMARK"]);
    inspector.run(&["finding", "correct", &finding, "--text", "CANARYCORRECTION"]);
    inspector.run(&["finding", "feedback", &finding, "--demand", DEMAND, "--photos-checked"]);
    inspector.run(&["sync"]);
    supervisor.run(&["sync"]);
    supervisor.run(&["finding", "notice", &finding]);
    supervisor.run(&["sync"]);
    contact.run(&["sync"]);

    // What the unit answers, and a recheck that fails in words.
    contact.run(&["finding", "acknowledge", &finding, "--name", "值班长"]);
    contact.run(&["finding", "rectify", &finding, "--text", "已清理", "--photo", draw(below, 9).to_str().unwrap()]);
    contact.run(&["sync"]);
    inspector.run(&["sync"]);
    let again = inspector.text(&["visit", "start", "GOV-01", "--mode", "recheck", "--set", "W5"], "visit");
    let seen = draw(below, 10);
    let recheck = ["finding", "recheck", &finding, "fail", "--visit", &again, "--text", "CANARYRECHECK", "--photo"];
    inspector.run(&[&recheck[..], &[seen.to_str().unwrap()]].concat());
    inspector.run(&["visit", "submit", &again]);
    inspector.run(&["sync"]);
    contact.run(&["sync"]);

    let mut all = opened(&wire.recorded());
    let heard = all.len();
    all.extend(read_aloud(&contact, below));
    assert!(has(&all[..heard], DEMAND.as_bytes()), "the wire brought what to put right");
    assert!(has(&all[heard..], DEMAND.as_bytes()), "the phone shows what to put right");
    let mut leaked = Vec::new();
    let typed = ["CANARYNOTE", "CANARYTEXT", "CANARYREMARK", "CANARYCORRECTION"];
    let known = ["CANARYRECHECK", "CANARYNAME", "CANARYCHIEF", MAKE, MODEL, "COOLPIX", "NIKON"];
    for word in typed.iter().chain(&known) {
        let hex = word.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        for needle in [word.as_bytes(), hex.as_bytes()] {
            if has(&all, needle) {
                leaked.push((*word).to_owned());
            }
        }
    }
    let mut ids = vec![("visit", visit), ("recheck visit", again)];
    ids.extend(photos.into_iter().map(|photo| ("photo", photo)));
    let explained = supervisor.run(&["explain", &finding]);
    let notice = explained.as_array().unwrap().iter().find(|row| row["kind"] == "finding_notice").unwrap();
    for (op, desk) in [(answered.as_str(), &inspector), (notice["op"].as_str().unwrap(), &supervisor)] {
        let status = desk.run(&["status"]);
        ids.push(("log", op.split('-').next().unwrap().to_owned()));
        for what in ["person", "device"] {
            ids.push((what, status[what].as_str().unwrap().to_owned()));
        }
    }
    for (what, id) in &ids {
        if spellings(id).iter().any(|needle| has(&all, needle)) {
            leaked.push(format!("{what} {id}"));
        }
    }
    assert!(leaked.is_empty(), "a unit's phone heard: {leaked:?}");
}

#[test]
fn the_search_finds_what_it_looks_for_where_it_may_be() {
    // The same search over an inspector's wire: the canaries are there, so their absence elsewhere means something.
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let wire = Wire::to(&city.url);
    let inspector = city.phone("CANARYNAME", "inspector", MORNING);
    let visit = inspector.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    inspector.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "CANARYNOTE"]);
    inspector.run(&["sync"]);
    let supervisor = city.phone_at("supervisor", "supervisor", MORNING, &wire.url);
    let all = opened(&wire.recorded());
    assert!(has(&all, b"CANARYNOTE"));
    assert!(spellings(&visit).iter().any(|needle| has(&all, needle)));
    let person = inspector.text(&["status"], "person");
    assert!(spellings(&person).iter().any(|needle| has(&all, needle)));
    let file = draw_as_camera(folder.path(), 1, MAKE, MODEL);
    assert!(has(&[fs::read(&file).unwrap()], MODEL.as_bytes()));
    assert!(supervisor.run(&["visit", "show", &visit])["answers"].is_array());
}
