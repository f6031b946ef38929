//! A city and its phones in one process, with clock and chance from the story: told again, it is the same to the byte.
//!
//! Nothing of either is replaced but time and chance: real HTTP, real stores, real photos. What goes to a phone is
//! recorded on a wire of its own.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use mingcha::{Keys, Phone};
use mingcha_city::load::{Load, area_id, unit_id};
use mingcha_city::{City, NewPerson, Stop};
use mingcha_model::{Digest, Role, parse_millis};
use mingcha_tests::Wire;

use crate::search::hexadecimal;

/// The time everywhere, in Unix milliseconds.
#[derive(Clone, Default)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn set(&self, at: &str) {
        self.0.store(parse_millis(at).unwrap(), Ordering::SeqCst);
    }
}

impl mingcha_city::Clock for Time {
    fn millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A phone's clock, wrong in its own way.
struct Wrong {
    time: Time,
    by_millis: i64,
}

impl mingcha::Clock for Wrong {
    fn wall_millis(&self) -> i64 {
        mingcha_city::Clock::millis(&self.time) + self.by_millis
    }
    fn monotonic_millis(&self) -> i64 {
        mingcha_city::Clock::millis(&self.time)
    }
    fn boot(&self) -> u64 {
        self.by_millis.unsigned_abs()
    }
}

/// A phone's chance: begins anew with every act, so that an act draws the same whoever's phone it is done on.
#[derive(Clone, Default)]
struct Drawn(Arc<(AtomicU64, AtomicU64)>);

impl Drawn {
    fn begin(&self, act: u64) {
        self.0.0.store(act, Ordering::SeqCst);
        self.0.1.store(0, Ordering::SeqCst);
    }
}

impl mingcha::Chance for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let seed = [self.0.0.load(Ordering::SeqCst), self.0.1.fetch_add(1, Ordering::SeqCst)];
            let block = Digest::of(&seed.map(u64::to_be_bytes).concat());
            piece.copy_from_slice(&block.0[..piece.len()]);
        }
    }
}

/// The city's chance: a row of numbers for each length, so that what is drawn for one purpose moves no other.
#[derive(Clone, Default)]
struct Rows(Arc<Mutex<BTreeMap<usize, u64>>>);

impl mingcha_city::Chance for Rows {
    fn fill(&self, bytes: &mut [u8]) -> bool {
        let mut rows = self.0.lock().unwrap();
        let drawn = rows.entry(bytes.len()).or_default();
        *drawn += 1;
        let seed = [bytes.len() as u64, *drawn];
        let block = Digest::of(&seed.map(u64::to_be_bytes).concat());
        bytes.iter_mut().zip(block.0.iter().cycle()).for_each(|(byte, drawn)| *byte = *drawn);
        true
    }
}

pub struct Mobile {
    pub phone: Phone,
    pub folder: PathBuf,
    pub wire: Wire,
    drawn: Drawn,
}

impl Mobile {
    /// One act of this phone's person. Acts have numbers, the same in every telling.
    pub fn act<T>(&mut self, number: u64, act: impl FnOnce(&mut Phone) -> Result<T, mingcha::MingchaError>) -> T {
        self.drawn.begin(number);
        act(&mut self.phone).unwrap_or_else(|error| panic!("act {number}: {error}"))
    }

    pub fn sync(&mut self, number: u64) {
        let report = self.act(number, |phone| phone.sync(&mut |_| {}));
        assert_eq!((report.refused, report.held, report.waiting_ops, report.waiting_photos), (0, 0, 0, 0), "{number}");
    }
}

pub struct World {
    pub time: Time,
    pub folder: tempfile::TempDir,
    pub city: City,
    url: String,
    stop: Stop,
    serving: Option<JoinHandle<()>>,
    enrolled: u64,
}

impl World {
    /// A city that serves; nobody is enrolled.
    pub fn found(now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let time = Time::default();
        time.set("2025-01-01T00:00:00+08:00");
        let ports = mingcha_city::Ports::new(Arc::new(time.clone()), Arc::new(Rows::default()));
        let city = City::init_sample_with(&folder.path().join("city"), ports).unwrap();
        city.apply(&Load::sample().unwrap()).unwrap();
        time.set(now);
        city.set_clock(None).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = Stop::new();
        let (serving, told) = (city.clone(), stop.clone());
        let serving = std::thread::spawn(move || serving.serve(listener, &told).unwrap());
        Self { time, folder, city, url, stop, serving: Some(serving), enrolled: 0 }
    }

    /// A person's phone, enrolled over a wire of its own. `wrong_by` is how far its clock is off.
    pub fn phone(&mut self, name: &str, role: Role, wrong_by: i64) -> Mobile {
        self.enrolled += 1;
        let (areas, unit) = match role {
            Role::Contact => (Vec::new(), Some(unit_id("MC-GOV"))),
            _ => (vec![area_id("DH")], None),
        };
        let code = self.city.enrol_code(NewPerson { role, areas, unit, name: name.to_owned(), person: None }).unwrap();
        let folder = self.folder.path().join(format!("phone-{}", self.enrolled));
        let drawn = Drawn::default();
        drawn.begin(1_000_000 + self.enrolled);
        let keys = Keys::in_folder(&folder, &drawn).unwrap();
        let clock = Box::new(Wrong { time: self.time.clone(), by_millis: wrong_by });
        let ports = mingcha::Ports { clock, chance: Box::new(drawn.clone()), keys };
        let mut phone = Phone::open(&folder, ports).unwrap();
        let wire = Wire::to(&self.url);
        phone.enrol(&wire.url, &code.code).unwrap();
        Mobile { phone, folder, wire, drawn }
    }

    /// Where something lies in the folder of this story.
    pub fn below(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.now();
        if let Some(serving) = self.serving.take() {
            let _ = serving.join();
        }
    }
}

/// Where the moment stands at which a reply was written, and until which an unfinished upload is kept.
const TIMES: [&[u8]; 2] = [b"\r\ndate: ", b"\r\nupload-expires: "];

/// Everything that a phone received, as bytes of replies without the times of the machine.
pub fn received(mobile: &Mobile) -> Vec<u8> {
    TIMES.iter().fold(mobile.wire.recorded(), |recorded, name| {
        let mut kept = Vec::with_capacity(recorded.len());
        let mut rest = recorded.as_slice();
        while let Some(place) = rest.windows(name.len()).position(|window| window == *name) {
            kept.extend_from_slice(&rest[..place]);
            // `date: Wed, 25 Nov 2026 17:17:49 GMT` has one length.
            rest = &rest[place + name.len() + 29..];
        }
        kept.extend_from_slice(rest);
        kept
    })
}

/// Every row of a phone's database, each value as SQLite has it, without the address at which the city was met.
pub fn stored(mobile: &Mobile) -> BTreeMap<String, Vec<Vec<Vec<u8>>>> {
    let secret = std::fs::read(mobile.folder.join("store.key")).unwrap();
    let hex = hexadecimal(&secret);
    let connection = rusqlite::Connection::open(mobile.folder.join("store.db")).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).unwrap();
    let names: Vec<String> = {
        let mut statement =
            connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert!(names.len() > 10, "{names:?}");
    let address = mobile.wire.url.trim_start_matches("http://").as_bytes().to_vec();
    names
        .into_iter()
        .map(|name| {
            let mut statement = connection.prepare(&format!("SELECT * FROM {name}")).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            let mut all = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                let values = (0..columns).map(|column| value(row.get_ref(column).unwrap(), &address)).collect();
                all.push(values);
            }
            all.sort();
            (name, all)
        })
        .collect()
}

fn value(value: rusqlite::types::ValueRef<'_>, address: &[u8]) -> Vec<u8> {
    use rusqlite::types::ValueRef;
    let mut bytes = match value {
        ValueRef::Null => Vec::new(),
        ValueRef::Integer(number) => number.to_string().into_bytes(),
        ValueRef::Real(number) => number.to_string().into_bytes(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
    };
    if let Some(place) = bytes.windows(address.len()).position(|window| window == address) {
        bytes[place..place + address.len()].fill(b'-');
    }
    bytes
}

/// Every file of a phone's folder but its database, by name.
pub fn files(mobile: &Mobile) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![mobile.folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.file_name().unwrap().to_string_lossy().starts_with("store.db") {
                found.insert(path.strip_prefix(&mobile.folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}
