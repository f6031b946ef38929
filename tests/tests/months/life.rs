//! A month as it is lived: people act, meet the city or do not, and the city dies in between.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use mingcha::{MingchaError, Phone};
use mingcha_tests::{Chance, City, Desk, Hand, Time, hashes};
use serde_json::{Value, json, to_value};

use super::act::{Act, Made};

const BEGIN: &str = "2026-03-02T09:00:00+08:00";
const ROLES: [(&str, &str); 5] =
    [("anna", "inspector"), ("bert", "inspector"), ("cora", "supervisor"), ("dora", "supervisor"), ("emil", "contact")];

/// A phone, moved by the library or by the command line.
pub trait Life: Send {
    fn enrol(home: &Path, time: &Time, url: &str, code: &str) -> Self;
    /// What the command printed; `None` for a mistake of the caller's, after which nothing is changed.
    fn run(&mut self, words: &[&str]) -> Option<Value>;
    /// What the sync reported; `None` when the city was not there.
    fn sync(&mut self) -> Option<Value>;
    /// How far the clock is ahead, in seconds.
    fn ahead(&mut self, seconds: i64);
    /// Every shared feed: name, epoch, position, hash.
    fn positions(&mut self) -> Vec<(String, u64, u64, String)>;
}

/// What was acknowledged: whose phone said it, the words, what they were said of.
type Told = Vec<(usize, String, (String, Option<String>))>;

/// Lives one month of so many steps.
pub fn live<L: Life>(story: &str, steps: u32) {
    let mut chance = Chance::seeded(story);
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().to_owned();
    let mut city = City::found(&below, BEGIN);
    let time = Time::at(BEGIN);
    let mut made = Made::default();
    let mut phones: Vec<L> = Vec::new();
    for (name, role) in ROLES {
        let place = if role == "contact" { ["--unit", "MC-GOV"] } else { ["--area", "DH"] };
        let new = city.office(&["enrol", "--role", role, place[0], place[1], "--name", name]);
        made.people.push(new["person"].as_str().unwrap().to_owned());
        phones.push(L::enrol(&below.join(name), &time, &city.url, new["code"].as_str().unwrap()));
    }
    let mut told = Told::new();
    let mut known: BTreeMap<(String, u64, u64), String> = BTreeMap::new();
    let mut killed = 0;
    for step in 0..steps {
        let who = usize::try_from(chance.below(5)).unwrap();
        match chance.below(12) {
            0 => {
                time.pass(chance.below(36 * 60));
                city.clock(&time.print());
            }
            1 => phones[who].ahead(wrong_clock(&mut chance)),
            2..=4 => {
                if chance.below(4) == 0 {
                    killed += 1;
                    sync_while_the_city_dies(&mut phones[who], &mut city, Duration::from_millis(chance.below(60)));
                } else {
                    assert!(phones[who].sync().is_some(), "step {step}: the city is there and was not reached");
                }
                same_at_the_same_position(&mut phones[who], &mut known);
            }
            _ => {
                time.pass(1);
                let Some(mut act) = made.act(ROLES[who].1, &mut chance, &below) else { continue };
                let Some(printed) = run(&mut phones[who], &act) else { continue };
                made.keep(&mut act, &printed);
                if let (Some(text), Some(of)) = (act.text, act.of) {
                    told.push((who, text, of));
                }
            }
        }
    }
    heal(&mut phones, &time, &mut city, &mut known);
    let lost: Vec<_> = told.iter().filter(|(who, text, of)| !is_found(&mut phones, *who, text, of)).collect();
    assert!(lost.is_empty(), "{} of {} words are lost: {lost:?}", lost.len(), told.len());
    println!(
        "{} visits, {} findings, {} rectifications, {} texts; the city was killed {killed} times",
        made.visits.len(),
        made.findings.len(),
        made.submissions.len(),
        told.len()
    );
}

/// Right, a little wrong, or wrong by months.
fn wrong_clock(chance: &mut Chance) -> i64 {
    let days = |count: u64| i64::try_from(count).unwrap() * 86_400;
    match chance.below(6) {
        0 => -days(chance.below(40)),
        1 => days(chance.below(400)),
        2 => -i64::try_from(chance.below(7_200)).unwrap(),
        3 => i64::try_from(chance.below(7_200)).unwrap(),
        _ => 0,
    }
}

fn sync_while_the_city_dies<L: Life>(phone: &mut L, city: &mut City, after: Duration) {
    let dying = Mutex::new(&mut *city);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(after);
            dying.lock().unwrap().kill();
        });
        phone.sync();
    });
    city.serve();
}

fn same_at_the_same_position<L: Life>(phone: &mut L, known: &mut BTreeMap<(String, u64, u64), String>) {
    for (feed, epoch, position, hash) in phone.positions() {
        let place = (feed, epoch, position);
        let before = known.entry(place.clone()).or_insert_with(|| hash.clone());
        assert_eq!(*before, hash, "another hash at {place:?}");
    }
}

/// Some acts depend on what the phone shows at the moment.
fn run<L: Life>(phone: &mut L, act: &Act) -> Option<Value> {
    match act.words[0].as_str() {
        "resolve-any" => {
            let conflicts = phone.run(&["conflicts"])?;
            let row = conflicts.as_array()?.last()?;
            let keep = row["versions"].as_array()?.first()?["op"].as_str()?;
            phone.run(&["resolve", row["conflict"].as_str()?, "--keep", keep, "--text", "裁定"])
        }
        "release-any" => {
            let held = phone.run(&["held"])?;
            let op = held.as_array()?.first()?["op"].as_str()?.to_owned();
            phone.run(&["release", &op])
        }
        _ => phone.run(&act.words.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}

/// Clocks are set right, the network is there, everybody meets the city until nothing is new.
fn heal<L: Life>(phones: &mut [L], time: &Time, city: &mut City, known: &mut BTreeMap<(String, u64, u64), String>) {
    time.pass(60);
    city.clock(&time.print());
    for _ in 0..3 {
        for phone in phones.iter_mut() {
            phone.ahead(0);
            assert!(phone.sync().is_some());
            same_at_the_same_position(phone, known);
        }
    }
    let staff = phones[0].positions();
    for (phone, (name, role)) in phones.iter_mut().zip(ROLES) {
        let report = phone.sync().unwrap();
        for waits in ["sent_ops", "received_ops", "waiting_ops"] {
            assert_eq!(report[waits], 0, "{name}: {report}");
        }
        // The photos of a refused op wait with it for a person; no other does.
        let aside = |list: &Value| {
            let rows = list.as_array().into_iter().flatten().filter(|row| row["what"] == "photo_add");
            u64::try_from(rows.count()).unwrap()
        };
        let kept = aside(&phone.run(&["refused"]).unwrap()) + aside(&phone.run(&["held"]).unwrap());
        assert!(report["waiting_photos"].as_u64().unwrap() <= kept, "{name}: {report}");
        assert_eq!(phone.run(&["verify"]).unwrap()["ok"], true, "{name}");
        if role != "contact" {
            assert_eq!(phone.positions(), staff, "{name} stands where the others stand");
        }
    }
}

/// What was acknowledged is found by `explain`: on the phone that said it, and where it was not refused or held also on
/// another one.
fn is_found<L: Life>(phones: &mut [L], who: usize, text: &str, (entity, item): &(String, Option<String>)) -> bool {
    let words: Vec<&str> = ["explain", entity].into_iter().chain(item.as_deref()).collect();
    let find = |phone: &mut L| {
        let rows = phone.run(&words)?;
        let said = |row: &&Value| row["text"].as_array().is_some_and(|texts| texts.iter().any(|one| one == text));
        rows.as_array()?.iter().find(said).cloned()
    };
    let Some(own) = find(&mut phones[who]) else { return false };
    let aside = matches!(own["effect"].as_str(), Some("refused" | "held"));
    let witness = if who == 2 { 3 } else { 2 };
    aside || find(&mut phones[witness]).is_some()
}

/// By the command line.
pub struct ByCommand {
    desk: Desk,
    time: Time,
    ahead: i64,
}

impl ByCommand {
    fn now(&mut self) {
        self.desk.now = self.time.print_ahead(self.ahead);
    }
}

impl Life for ByCommand {
    fn enrol(home: &Path, time: &Time, url: &str, code: &str) -> Self {
        let desk = Desk::new(home, &time.print());
        desk.run(&["enrol", url, code]);
        desk.run(&["sync"]);
        Self { desk, time: time.clone(), ahead: 0 }
    }

    fn run(&mut self, words: &[&str]) -> Option<Value> {
        self.now();
        let answer = self.desk.try_run(words);
        assert!(answer.code == 0 || answer.code == 2, "{words:?}: {}", answer.stderr);
        (answer.code == 0).then_some(answer.json)
    }

    fn sync(&mut self) -> Option<Value> {
        self.now();
        let answer = self.desk.try_run(&["sync"]);
        assert!(answer.code == 0 || answer.error() == "unreachable", "{}", answer.stderr);
        (answer.code == 0).then_some(answer.json)
    }

    fn ahead(&mut self, seconds: i64) {
        self.ahead = seconds;
    }

    fn positions(&mut self) -> Vec<(String, u64, u64, String)> {
        hashes(&self.desk).into_iter().filter(|(feed, ..)| !feed.starts_with("unit:")).collect()
    }
}

/// By the library, in this process.
pub struct ByLibrary(Hand);

impl Life for ByLibrary {
    fn enrol(home: &Path, time: &Time, url: &str, code: &str) -> Self {
        let mut hand = Hand::enrolled(home, time, url, code);
        hand.sync();
        Self(hand)
    }

    fn run(&mut self, words: &[&str]) -> Option<Value> {
        match by_library(&mut self.0.phone, words) {
            Ok(printed) => Some(printed),
            Err(error) if error.is_mistake() => None,
            Err(error) => panic!("{words:?}: {error}"),
        }
    }

    fn sync(&mut self) -> Option<Value> {
        match self.0.try_sync() {
            Ok(report) => Some(to_value(report).unwrap()),
            Err(MingchaError::Unreachable) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn ahead(&mut self, seconds: i64) {
        self.0.ahead.store(seconds * 1_000, std::sync::atomic::Ordering::SeqCst);
    }

    fn positions(&mut self) -> Vec<(String, u64, u64, String)> {
        let feeds = self.0.phone.status().unwrap().feeds;
        let shared = feeds
            .into_iter()
            .filter(|feed| !["person:", "covert:", "unit:"].iter().any(|name| feed.feed.starts_with(name)));
        shared.map(|feed| (feed.feed, feed.epoch.into(), feed.cursor, feed.hash.to_string())).collect()
    }
}

/// The words of a command as a call.
fn by_library(phone: &mut Phone, words: &[&str]) -> Result<Value, MingchaError> {
    let value = |printed: Result<Value, serde_json::Error>| printed.unwrap_or(Value::Null);
    Ok(match words {
        ["visit", "start", site, "--mode", mode] => value(to_value(phone.visit_start(site, mode, &[], &[])?)),
        ["visit", "answer", visit, item, given, "--note", note] => {
            value(to_value(phone.visit_answer(visit, item, given, Some(note), &[], None)?))
        }
        ["visit", "photo", visit, file, "--item", item] => {
            value(to_value(phone.visit_photo(visit, Path::new(file), Some(item))?))
        }
        ["visit", "submit", visit] => value(to_value(phone.visit_submit(visit)?)),
        ["visit", "move", visit, site] => value(to_value(phone.visit_move(visit, site, None)?)),
        ["visit", "void", visit, "--text", text] => value(to_value(phone.visit_void(visit, text, None)?)),
        ["visit", "restore", visit, "--text", text] => value(to_value(phone.visit_restore(visit, text, None)?)),
        ["visit", "remark", visit, "--text", text] => value(to_value(phone.visit_remark(visit, text)?)),
        ["visit", "join", visit, person] => value(to_value(phone.visit_join(visit, person, None)?)),
        ["visit", "leave", visit, person] => value(to_value(phone.visit_leave(visit, person, None)?)),
        ["assign", site, person, "--from", from, "--due", due] => {
            value(to_value(phone.assign(site, person, from, due)?))
        }
        ["unassign", task] => value(to_value(phone.unassign(task)?)),
        ["hand-over", from, to] => value(to_value(phone.hand_over(from, to)?)),
        ["finding", rest @ ..] => return finding(phone, rest),
        ["conflicts"] => value(to_value(phone.conflicts()?)),
        ["resolve", conflict, "--keep", op, "--text", text] => {
            value(to_value(phone.resolve(conflict, op, text, None)?))
        }
        ["refused"] => value(to_value(phone.refused()?)),
        ["held"] => value(to_value(phone.held()?)),
        ["release", op] => value(to_value(phone.release(op)?)),
        ["verify"] => json!({ "ok": phone.verify(None)?.ok }),
        ["explain", entity] => value(to_value(phone.explain(entity, None)?)),
        ["explain", entity, item] => value(to_value(phone.explain(entity, Some(item))?)),
        other => panic!("not drawn here: {other:?}"),
    })
}

fn finding(phone: &mut Phone, words: &[&str]) -> Result<Value, MingchaError> {
    let value = |printed: Result<Value, serde_json::Error>| printed.unwrap_or(Value::Null);
    Ok(match words {
        ["raise", visit, item, "--text", text] => value(to_value(phone.finding_raise(visit, item, text, None, &[])?)),
        ["feedback", id, "--demand", text] => value(to_value(phone.finding_feedback(id, Some(text), false)?)),
        ["correct", id, "--text", text] => value(to_value(phone.finding_correct(id, text)?)),
        ["fixed", id, "--photo", file] => value(to_value(phone.finding_fixed(id, &[file.into()])?)),
        ["recheck", id, outcome, "--text", text] => {
            value(to_value(phone.finding_recheck(id, outcome, None, Some(text), &[], None)?))
        }
        ["review", id, verdict, "--text", text] => {
            value(to_value(phone.finding_review(id, verdict, Some(text), None)?))
        }
        ["notice", id] => value(to_value(phone.finding_notice(id, None)?)),
        ["supervise", id] => value(to_value(phone.finding_supervise(id)?)),
        ["extension", "ask", id, "--until", day, "--text", text] => {
            value(to_value(phone.finding_extension_ask(id, day, text)?))
        }
        ["extension", "grant", id, "--until", day, "--text", text] => {
            value(to_value(phone.finding_extension_grant(id, Some(day), Some(text), None)?))
        }
        ["extension", "refuse", id, "--text", text] => {
            value(to_value(phone.finding_extension_refuse(id, Some(text), None)?))
        }
        ["void", id, "--text", text] => value(to_value(phone.finding_void(id, text, None)?)),
        ["restore", id, "--text", text] => value(to_value(phone.finding_restore(id, text, None)?)),
        ["uphold", id, "--text", text] => value(to_value(phone.finding_uphold(id, Some(text), None)?)),
        ["withdraw", id, "--text", text] => value(to_value(phone.finding_withdraw(id, Some(text), None)?)),
        ["suspend", id, "--text", text] => value(to_value(phone.finding_suspend(id, None, text, None)?)),
        ["resume", id, "--text", text] => value(to_value(phone.finding_resume(id, Some(text), None)?)),
        ["reopen", id, "--text", text] => value(to_value(phone.finding_reopen(id, text, None)?)),
        ["duplicate", id, other, "--text", text] => {
            value(to_value(phone.finding_duplicate(id, other, Some(text), None)?))
        }
        ["acknowledge", id, "--name", name] => value(to_value(phone.finding_acknowledge(id, name, false)?)),
        ["decline", id, "--text", text] => value(to_value(phone.finding_decline(id, text)?)),
        ["appeal", id, "--text", text] => value(to_value(phone.finding_appeal(id, text)?)),
        ["rectify", id, "--text", text, "--photo", file] => {
            value(to_value(phone.finding_rectify(id, text, &[file.into()])?))
        }
        other => panic!("not drawn here: {other:?}"),
    })
}
