//! A city and phones in one process, for stories that need many meetings: the real core, stores, keys and HTTP.
//!
//! Time stands still until a story moves it, for the city and for every phone; a phone's own clock may be wrong beside it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;

use mingcha::{Clock, FindingRow, Keys, MingchaError, Phone, Ports, SyncReport, SystemChance};
use mingcha_city::load::Load;
use mingcha_city::{City, NewPerson, Stop};
use mingcha_model::{AreaId, PersonId, Role, UnitId, parse_millis, print_millis};
use tempfile::TempDir;

/// A city that serves in this process, and the time.
pub struct Town {
    folder: TempDir,
    /// The city itself, for what an office does.
    pub city: City,
    /// Where it answers.
    pub url: String,
    time: Time,
    serving: Option<(Stop, JoinHandle<()>)>,
}

/// The time of a story; clones are the same time.
#[derive(Clone, Default)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    /// Beginning at this RFC 3339 moment.
    ///
    /// # Panics
    /// When it is none.
    pub fn at(moment: &str) -> Self {
        Self(Arc::new(AtomicI64::new(must(parse_millis(moment)))))
    }

    /// In Unix milliseconds.
    pub fn millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// So many minutes pass.
    pub fn pass(&self, minutes: u64) {
        let minutes = i64::try_from(minutes).unwrap_or(0);
        self.0.fetch_add(minutes.saturating_mul(60_000), Ordering::SeqCst);
    }

    /// RFC 3339.
    pub fn print(&self) -> String {
        print_millis(self.millis())
    }

    /// RFC 3339, so many seconds ahead.
    pub fn print_ahead(&self, seconds: i64) -> String {
        print_millis(self.millis().saturating_add(seconds.saturating_mul(1_000)))
    }
}

/// Somebody with a phone.
pub struct Hand {
    /// The phone.
    pub phone: Phone,
    /// Who they are.
    pub person: PersonId,
    /// How far this phone's clock is ahead, in milliseconds.
    pub ahead: Arc<AtomicI64>,
    /// The phone's folder.
    pub home: PathBuf,
}

struct HandClock {
    time: Time,
    ahead: Arc<AtomicI64>,
}

impl Clock for HandClock {
    fn wall_millis(&self) -> i64 {
        self.time.millis().saturating_add(self.ahead.load(Ordering::SeqCst))
    }

    fn monotonic_millis(&self) -> i64 {
        self.time.millis()
    }

    fn boot(&self) -> u64 {
        1
    }
}

impl Town {
    /// Founds the sample city at this moment and serves it.
    ///
    /// # Panics
    /// When that cannot be done.
    pub fn found(now: &str) -> Self {
        let folder = must(tempfile::tempdir());
        let city = must(City::init_sample(&folder.path().join("city")));
        must(city.apply(&must(Load::sample())));
        let time = Time::default();
        let mut town = Self { folder, city, url: String::new(), time, serving: None };
        town.now(now);
        town.serve();
        town
    }

    /// Moves the time to this RFC 3339 moment, for the city and every phone.
    ///
    /// # Panics
    /// When it is none.
    pub fn now(&self, moment: &str) {
        self.now_millis(must(parse_millis(moment)));
    }

    /// Moves the time on by so many minutes.
    pub fn later(&self, minutes: i64) {
        self.now_millis(self.time.millis().saturating_add(minutes.saturating_mul(60_000)));
    }

    /// Moves the time to this moment, in Unix milliseconds.
    ///
    /// # Panics
    /// When the city's clock cannot be set.
    pub fn now_millis(&self, millis: i64) {
        self.time.0.store(millis, Ordering::SeqCst);
        must(self.city.set_clock(Some(millis)));
    }

    /// The time, in Unix milliseconds.
    pub fn millis(&self) -> i64 {
        self.time.millis()
    }

    /// The folder that everything lies in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Serves again, where it did not or had ended.
    ///
    /// # Panics
    /// When there is no port.
    pub fn serve(&mut self) {
        // The same address again: phones know the city by it.
        let at = self.url.strip_prefix("http://").unwrap_or("127.0.0.1:0").to_owned();
        let listener = must(TcpListener::bind(&at));
        self.url = format!("http://{}", must(listener.local_addr()));
        let stop = Stop::new();
        let (city, told) = (self.city.clone(), stop.clone());
        let thread = std::thread::spawn(move || must(city.serve(listener, &told)));
        self.serving = Some((stop, thread));
    }

    /// Ends the service: phones reach nobody.
    ///
    /// # Panics
    /// When it ended with an error.
    pub fn close(&mut self) {
        if let Some((stop, thread)) = self.serving.take() {
            stop.now();
            assert!(thread.join().is_ok(), "the city ended badly");
        }
    }

    /// Somebody of this role with a phone: contacts of the unit of `GOV-01` (`MC-GOV`), others of area `DH`.
    ///
    /// # Panics
    /// When enrolling fails.
    pub fn hand(&self, name: &str, role: Role) -> Hand {
        match role {
            Role::Contact => self.contact(name, mingcha_city::load::unit_id("MC-GOV")),
            Role::Office | Role::Auditor => self.enrolled(name, role, Vec::new(), None),
            _ => self.enrolled(name, role, vec![mingcha_city::load::area_id("DH")], None),
        }
    }

    /// A contact of a unit.
    ///
    /// # Panics
    /// When enrolling fails.
    pub fn contact(&self, name: &str, unit: UnitId) -> Hand {
        self.enrolled(name, Role::Contact, Vec::new(), Some(unit))
    }

    /// The phone starts again from what is on its disk.
    pub fn restart(&self, hand: &mut Hand) {
        hand.phone = open(&hand.home, &self.time, &hand.ahead);
    }

    fn enrolled(&self, name: &str, role: Role, areas: Vec<AreaId>, unit: Option<UnitId>) -> Hand {
        let new = NewPerson { role, areas, unit, name: name.to_owned(), person: None };
        let code = must(self.city.enrol_code(new));
        let hand = Hand::enrolled(&self.folder.path().join(name), &self.time, &self.url, &code.code);
        let mut hand = Hand { person: code.person, ..hand };
        hand.sync();
        hand
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.serving.take() {
            stop.now();
            let _ = thread.join();
        }
    }
}

impl Hand {
    /// A new phone in this folder, enrolled with a code.
    ///
    /// # Panics
    /// When that fails.
    pub fn enrolled(home: &Path, time: &Time, url: &str, code: &str) -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let mut phone = open(home, time, &ahead);
        let person = must(phone.enrol(url, code)).person;
        Self { phone, person, ahead, home: home.to_owned() }
    }

    /// Meets the city.
    ///
    /// # Panics
    /// When that fails.
    #[track_caller]
    pub fn sync(&mut self) -> SyncReport {
        must(self.try_sync())
    }

    /// Meets the city if it can.
    pub fn try_sync(&mut self) -> Result<SyncReport, MingchaError> {
        self.phone.sync(&mut |_| {})
    }

    /// One finding as this phone shows it.
    ///
    /// # Panics
    /// When it does not know it.
    #[track_caller]
    pub fn finding(&self, finding: &str) -> FindingRow {
        must(self.phone.finding_show(finding))
    }

    /// The stage of a finding as this phone shows it.
    #[track_caller]
    pub fn stage(&self, finding: &str) -> &'static str {
        self.finding(finding).stage.name()
    }

    /// The feeds that this phone follows, apart from that of its person: name, epoch, cursor and hash.
    ///
    /// # Panics
    /// When the phone has no status.
    pub fn hashes(&self) -> Vec<(String, u64, String)> {
        let feeds = must(self.phone.status()).feeds;
        let shared = feeds.into_iter().filter(|feed| !feed.feed.starts_with("person:"));
        shared.map(|feed| (feed.feed, feed.cursor, feed.hash.to_string())).collect()
    }
}

fn open(home: &Path, time: &Time, ahead: &Arc<AtomicI64>) -> Phone {
    let clock = HandClock { time: time.clone(), ahead: Arc::clone(ahead) };
    must(std::fs::create_dir_all(home));
    let keys = must(Keys::in_folder(home, &SystemChance));
    must(Phone::open(home, Ports { clock: Box::new(clock), chance: Box::new(SystemChance), keys }))
}

/// What a story cannot go on without.
#[track_caller]
pub(crate) fn must<T, E: std::fmt::Debug>(done: Result<T, E>) -> T {
    done.unwrap_or_else(|error| panic!("{error:?}"))
}
