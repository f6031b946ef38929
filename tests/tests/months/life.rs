//! A month as it is lived: people act, meet the city or do not, move and change phones, and the city dies in between.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use mingcha_tests::{Chance, City, Time};
use serde_json::Value;

use super::act::{Act, Made, Shown};
use super::hands::{Life, Met};

const BEGIN: &str = "2026-03-02T09:00:00+08:00";
const ROLES: [(&str, &str); 6] = [
    ("anna", "inspector"),
    ("bert", "inspector"),
    ("cora", "supervisor"),
    ("dora", "supervisor"),
    ("emil", "contact"),
    ("fred", "contact"),
];
/// Supervisors who read all that is said, undercover work too.
const WITNESSES: [usize; 2] = [2, 3];
const MINUTES_OF_A_DAY: u64 = 24 * 60;

/// One phone of somebody's.
struct Holder<L> {
    phone: L,
    /// Its place among [`ROLES`].
    who: usize,
    revoked: bool,
}

/// What was acknowledged: on which phone, the words, what they were said of.
type Told = (usize, String, (String, Option<String>));

/// Everything of one month.
struct Month<L> {
    chance: Chance,
    below: PathBuf,
    city: City,
    time: Time,
    made: Made,
    people: Vec<String>,
    phones: Vec<Holder<L>>,
    /// Who may not work in the area at the moment, by place among [`ROLES`].
    away: Vec<usize>,
    told: Vec<Told>,
    known: BTreeMap<(String, u64, u64), String>,
    minutes: u64,
    killed: u32,
    moves: u32,
    replaced: u32,
    retried: u32,
    discarded: u32,
}

/// Lives one month of at least so many steps and so many days.
pub fn live<L: Life>(story: &str, steps: u32, days: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut month = Month::<L>::begin(Chance::seeded(story), folder.path());
    let mut step = 0;
    while step < steps || month.minutes < days * MINUTES_OF_A_DAY {
        // What chance may leave out happens once at least.
        if step == steps / 4 && month.moves == 0 {
            month.move_somebody();
        }
        if step == steps / 2 && month.replaced == 0 {
            month.replace_a_phone();
        }
        month.step(step);
        step += 1;
    }
    month.heal();
    let told = std::mem::take(&mut month.told);
    let lost: Vec<_> = told.iter().filter(|one| !month.is_found(one)).collect();
    assert!(lost.is_empty(), "{} of {} words are lost: {lost:?}", lost.len(), told.len());
    println!("{} words; {}", told.len(), month.summary());
}

impl<L: Life> Month<L> {
    fn begin(chance: Chance, below: &Path) -> Self {
        let city = City::found(below, BEGIN);
        let mut month = Self {
            chance,
            below: below.to_owned(),
            city,
            time: Time::at(BEGIN),
            made: Made::default(),
            people: Vec::new(),
            phones: Vec::new(),
            away: Vec::new(),
            told: Vec::new(),
            known: BTreeMap::new(),
            minutes: 0,
            killed: 0,
            moves: 0,
            replaced: 0,
            retried: 0,
            discarded: 0,
        };
        for who in 0..ROLES.len() {
            month.enrol(who);
        }
        month.made.people.clone_from(&month.people);
        month
    }

    /// A phone for somebody: their first, or the one after it.
    fn enrol(&mut self, who: usize) {
        let (name, role) = ROLES[who];
        let place = if role == "contact" { ["--unit", "MC-GOV"] } else { ["--area", "DH"] };
        let mut words = vec!["enrol", "--role", role, place[0], place[1], "--name", name];
        let before = self.people.get(who).cloned();
        if let Some(person) = &before {
            words.extend(["--person", person]);
        }
        let new = self.city.office(&words);
        if before.is_none() {
            self.people.push(new["person"].as_str().unwrap().to_owned());
        }
        let home = self.below.join(format!("{name}-{}", self.phones.len()));
        let phone = L::enrol(&home, &self.time, &self.city.url, new["code"].as_str().unwrap());
        self.phones.push(Holder { phone, who, revoked: false });
    }

    fn step(&mut self, step: u32) {
        match self.chance.below(48) {
            0..=3 => {
                let minutes = 6 * 60 + self.chance.below(4 * MINUTES_OF_A_DAY);
                self.time.pass(minutes);
                self.minutes += minutes;
                self.city.clock(&self.time.print());
            }
            4..=6 => {
                let (holder, seconds) = (self.anybody(), wrong_clock(&mut self.chance));
                self.phones[holder].phone.ahead(seconds);
            }
            7..=18 => {
                let holder = self.anybody();
                self.meets(holder, step);
            }
            19 if self.chance.below(2) == 0 && self.replaced < 3 => self.replace_a_phone(),
            19 | 20 => self.move_somebody(),
            _ => self.somebody_acts(),
        }
    }

    fn anybody(&mut self) -> usize {
        let holders: Vec<usize> = (0..self.phones.len()).filter(|holder| !self.phones[*holder].revoked).collect();
        *self.chance.one(&holders)
    }

    fn meets(&mut self, holder: usize, step: u32) {
        if self.chance.below(4) == 0 {
            self.killed += 1;
            let after = Duration::from_millis(self.chance.below(60));
            sync_while_the_city_dies(&mut self.phones[holder].phone, &mut self.city, after);
        } else {
            let met = self.phones[holder].phone.sync();
            assert!(matches!(met, Met::All(_)), "step {step}: the city is there and was not reached");
        }
        self.same_at_the_same_position(holder);
    }

    fn same_at_the_same_position(&mut self, holder: usize) {
        for (feed, epoch, position, hash) in self.phones[holder].phone.standings() {
            let place = (feed, epoch, position);
            let before = self.known.entry(place.clone()).or_insert_with(|| hash.clone());
            assert_eq!(*before, hash, "another hash at {place:?}");
        }
    }

    /// Somebody leaves the area or comes back to it; one supervisor stays.
    fn move_somebody(&mut self) {
        self.moves += 1;
        let who = self.away.first().copied().unwrap_or(*self.chance.one(&[0, 1, 3]));
        let verb = if self.away.contains(&who) { "grant" } else { "revoke" };
        self.city.office(&[verb, &self.people[who], "--area", "DH"]);
        if verb == "grant" {
            self.away.retain(|one| *one != who);
        } else {
            self.away.push(who);
        }
    }

    /// Somebody's phone is lost with whatever stands on it, and they get another one.
    fn replace_a_phone(&mut self) {
        let holder = self.anybody();
        let who = self.phones[holder].who;
        if who == WITNESSES[0] {
            return;
        }
        self.replaced += 1;
        let devices = self.city.office(&["devices"]);
        let rows = devices.as_array().unwrap().iter();
        for device in rows.filter(|row| row["person"] == self.people[who].as_str() && row["revoked"].is_null()) {
            self.city.office(&["revoke-device", device["device"].as_str().unwrap()]);
        }
        for other in self.phones.iter_mut().filter(|other| other.who == who) {
            other.revoked = true;
        }
        if self.away.contains(&who) {
            self.city.office(&["grant", &self.people[who], "--area", "DH"]);
            self.away.retain(|one| *one != who);
        }
        self.enrol(who);
    }

    fn somebody_acts(&mut self) {
        self.time.pass(1);
        self.minutes += 1;
        let holder = self.anybody();
        let role = ROLES[self.phones[holder].who].1;
        let shown = self.shown(holder);
        // Much of what is drawn cannot be done here and now.
        for _ in 0..5 {
            let Some(mut act) = self.made.act(role, &shown, &mut self.chance, &self.below) else { return };
            let Some(printed) = self.does(holder, &act) else { continue };
            self.made.keep(&mut act, &printed);
            if let (Some(text), Some(of)) = (act.text, act.of) {
                self.told.push((holder, text, of));
            }
            return;
        }
    }

    fn shown(&mut self, holder: usize) -> Shown {
        let phone = &mut self.phones[holder].phone;
        let list = |rows: Option<Value>| rows.and_then(|rows| rows.as_array().cloned()).unwrap_or_default();
        let ids = |rows: &[Value], key: &str| -> Vec<String> {
            rows.iter().filter_map(|row| row[key].as_str().map(str::to_owned)).collect()
        };
        let findings = list(phone.run(&["finding", "list"]));
        let submissions = findings.iter().flat_map(|row| ids(row["submissions"].as_array().unwrap(), "submission"));
        let submissions = submissions.collect();
        let visits = list(phone.run(&["visit", "list"]));
        Shown { visits: ids(&visits, "visit"), findings: ids(&findings, "finding"), submissions }
    }

    /// Some acts depend on what the phone shows at the moment.
    fn does(&mut self, holder: usize, act: &Act) -> Option<Value> {
        let phone = &mut self.phones[holder].phone;
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
            "retry-any" => {
                let refused = phone.run(&["refused"])?;
                let op = refused.as_array()?.first()?["op"].as_str()?.to_owned();
                let done = phone.run(&["refused", "retry", &op]);
                self.retried += u32::from(done.is_some());
                done
            }
            "discard-any" => self.discards(holder),
            _ => phone.run(&act.words.iter().map(String::as_str).collect::<Vec<_>>()),
        }
    }

    /// Writes out what was refused last, then lets it go: of those words nothing needs to be found any more.
    fn discards(&mut self, holder: usize) -> Option<Value> {
        const MAKES: [&str; 4] = ["visit_open", "finding_raise", "submission_add", "photo_file"];
        let refused = self.phones[holder].phone.run(&["refused"])?;
        let rows = refused.as_array()?.iter();
        let row = rows.rev().find(|row| !MAKES.iter().any(|what| row["what"] == *what))?;
        let op = row["op"].as_str()?.to_owned();
        let file = self.below.join(format!("refused-{}.json", self.discarded));
        let phone = &mut self.phones[holder].phone;
        phone.run(&["refused", "export", &op, "--out", file.to_str()?]).unwrap();
        let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let texts = written["texts"].to_string();
        let done = phone.run(&["refused", "discard", &op]);
        assert!(done.is_some(), "what is listed can be let go");
        self.discarded += 1;
        self.told.retain(|(on, text, _)| *on != holder || !texts.contains(&format!("\"{text}\"")));
        done
    }

    /// Clocks are set right, everybody is where they belong, and meets the city until nothing is new.
    fn heal(&mut self) {
        self.time.pass(60);
        self.city.clock(&self.time.print());
        for who in std::mem::take(&mut self.away) {
            self.city.office(&["grant", &self.people[who], "--area", "DH"]);
        }
        for _ in 0..4 {
            for holder in 0..self.phones.len() {
                self.phones[holder].phone.ahead(0);
                let met = self.phones[holder].phone.sync();
                assert!(!matches!(met, Met::Nobody));
                // A lost phone hears what became of its words, and of photos not even that.
                assert!(!matches!(met, Met::Revoked) || self.phones[holder].revoked);
                self.same_at_the_same_position(holder);
            }
        }
        let mut stands = BTreeMap::new();
        for holder in 0..self.phones.len() {
            let name = ROLES[self.phones[holder].who].0;
            assert_eq!(self.phones[holder].phone.run(&["verify"]).unwrap()["ok"], true, "{name}");
            if self.phones[holder].revoked {
                let status = self.phones[holder].phone.run(&["status"]).unwrap();
                assert_eq!(status["waiting_ops"], 0, "{name}: what a lost phone held was said too");
            } else {
                self.stands_with_the_others(holder, &mut stands);
            }
        }
    }

    fn stands_with_the_others(&mut self, holder: usize, stands: &mut BTreeMap<String, (u64, u64, String)>) {
        let (name, role) = ROLES[self.phones[holder].who];
        let phone = &mut self.phones[holder].phone;
        let Met::All(report) = phone.sync() else { panic!("{name} met nobody") };
        for waits in ["sent_ops", "received_ops", "waiting_ops"] {
            assert_eq!(report[waits], 0, "{name}: {report}");
        }
        // The photos of a refused op wait with it for a person; no other does.
        let aside = |list: &Value| {
            let rows = list.as_array().into_iter().flatten();
            let photos = rows.filter(|row| row["what"] == "photo_add" || row["what"] == "photo_file");
            u64::try_from(photos.count()).unwrap()
        };
        let kept = aside(&phone.run(&["refused"]).unwrap()) + aside(&phone.run(&["held"]).unwrap());
        assert!(report["waiting_photos"].as_u64().unwrap() <= kept, "{name}: {report}");
        let standings = phone.standings();
        let follows = |feed: &str| standings.iter().any(|one| one.0.starts_with(feed));
        let staff = role != "contact";
        assert_eq!((follows("area:"), follows("unit:")), (staff, !staff), "{name}: {standings:?}");
        assert!(!follows("covert:") || role == "supervisor", "{name}: {standings:?}");
        for (feed, epoch, position, hash) in standings {
            let other = stands.entry(feed.clone()).or_insert_with(|| (epoch, position, hash.clone()));
            assert_eq!(*other, (epoch, position, hash), "{name} stands in {feed} where the others stand");
        }
    }

    /// What was acknowledged is found by `explain`: on the phone that said it, and where the city did not put it aside
    /// also on another one.
    fn is_found(&mut self, (holder, text, (entity, item)): &Told) -> bool {
        let Some(own) = self.finds(*holder, text, entity, item.as_deref()) else { return false };
        if matches!(own["effect"].as_str(), Some("refused" | "held")) {
            return true;
        }
        // What a visit that was refused holds waits with it.
        if own["effect"] == "waiting" && (self.phones[*holder].revoked || self.has_a_refused_beginning(*holder)) {
            return true;
        }
        let witness = if self.phones[*holder].who == WITNESSES[0] { WITNESSES[1] } else { WITNESSES[0] };
        let reads = |other: &Holder<L>| other.who == witness && !other.revoked;
        let witness = self.phones.iter().position(reads).unwrap();
        self.finds(witness, text, entity, item.as_deref()).is_some()
    }

    fn has_a_refused_beginning(&mut self, holder: usize) -> bool {
        const BEGINS: [&str; 3] = ["visit_open", "finding_raise", "submission_add"];
        ["refused", "held"].iter().any(|list| {
            let rows = self.phones[holder].phone.run(&[list]).unwrap();
            let mut rows = rows.as_array().into_iter().flatten();
            rows.any(|row| BEGINS.iter().any(|what| row["what"] == *what))
        })
    }

    /// The statement with these words, of the entity, or of the copy of it that was published.
    fn finds(&mut self, holder: usize, text: &str, entity: &str, item: Option<&str>) -> Option<Value> {
        let phone = &mut self.phones[holder].phone;
        let mut explains = |entity: &str| {
            let words: Vec<&str> = ["explain", entity].into_iter().chain(item).collect();
            let rows = phone.run(&words)?;
            let said = |row: &&Value| row["text"].as_array().is_some_and(|texts| texts.iter().any(|one| one == text));
            rows.as_array()?.iter().find(said).cloned()
        };
        if let Some(found) = explains(entity) {
            return Some(found);
        }
        let shown = self.phones[holder].phone.run(&["finding", "show", entity])?;
        let copy = shown["published_as"].as_str()?.to_owned();
        let rows = self.phones[holder].phone.run(&["explain", &copy])?;
        let said = |row: &&Value| row["text"].as_array().is_some_and(|texts| texts.iter().any(|one| one == text));
        rows.as_array()?.iter().find(said).cloned()
    }

    fn summary(&self) -> String {
        format!(
            "{} days, {} visits, {} self-checks, {} findings ({} published), {} rectifications; the city was killed {} \
             times, {} moves, {} phones replaced, {} refused retried, {} let go",
            self.minutes / MINUTES_OF_A_DAY,
            self.made.visits.len(),
            self.made.checks.len(),
            self.made.findings.len(),
            self.made.published,
            self.made.submissions.len(),
            self.killed,
            self.moves,
            self.replaced,
            self.retried,
            self.discarded
        )
    }
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
