//! For tests: phones in folders of their own, and a city that writes real pages and receipts by hand.
//!
//! Nothing of a phone is replaced. The city's hand orders everything that phones said by its turn, accepts it unless a
//! test says otherwise, and gives one area's feed to everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor as Bytes, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use mingcha_model::body::{AreaSet, AuthorSet, Body, PersonSet, SiteEnter, UnitSet};
use mingcha_model::{
    AreaId, Cursor, DeviceId, EntityId, Entry, FeedName, Flags, Grants, Kind, LogId, Op, OpId, Order, PersonId,
    Refusal, Role, SiteId, Text, UnitId, Verdict,
};
use mingcha_store::{NewPage, OpVerdict};
use mingcha_sync::{CityKey, Page, Receipt, Ruled, Segment, Signer, SoftwareKey};

use crate::phone::Me;
use crate::{Keys, Phone, Ports, StillClock, SystemChance};

pub(crate) const SITE_CODE: &str = "P-001";
const CITY_LOG: LogId = LogId([0xcc; 16]);
const FIRST_MILLIS: i64 = 1_771_896_600_000;

/// A phone and the folder that goes with it.
pub(crate) struct Desk {
    pub phone: Phone,
    pub folder: tempfile::TempDir,
    /// Where this phone stands in the area's feed.
    heard: usize,
}

/// The city's hand.
pub(crate) struct City {
    key: SoftwareKey,
    area: AreaId,
    unit: UnitId,
    entries: Vec<Entry>,
    said: u64,
    /// What is refused or held instead of accepted.
    pub rulings: BTreeMap<OpId, (Verdict, Refusal)>,
}

impl City {
    pub fn new() -> Self {
        let area = AreaId::from_random([0xa1; 16]);
        let unit = UnitId::from_random([0xb2; 16]);
        let mut city = Self {
            key: SoftwareKey::from_bytes(&[0x11; 32]).unwrap(),
            area,
            unit,
            entries: Vec::new(),
            said: 0,
            rulings: BTreeMap::new(),
        };
        let site = SiteId::from_random([0xd3; 16]);
        city.say(area, &Body::AreaSet(AreaSet { code: "A".to_owned() }), &["东区", "East"]);
        city.say(unit, &Body::UnitSet(UnitSet { area, code: "U".to_owned() }), &["市政务服务中心"]);
        let enter = SiteEnter { unit, area, code: SITE_CODE.to_owned(), kind: "GOV".to_owned(), position: None };
        city.say(site, &Body::SiteEnter(enter), &["政务大厅", "人民路 1 号"]);
        city
    }

    /// A person's phone, enrolled, that has heard what the city said so far.
    pub fn desk(&mut self, name: &str, role: Role, url: &str) -> Desk {
        let number = u8::try_from(name.len()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::in_folder(folder.path(), &SystemChance).unwrap();
        let clock = Box::new(StillClock::at("2026-02-24T09:30:00+08:00").unwrap());
        let mut phone = Phone::open(folder.path(), Ports { clock, chance: Box::new(SystemChance), keys }).unwrap();
        let person = PersonId::from_random([number; 16]);
        let log = LogId([number; 16]);
        let (device, grants) = (DeviceId::from_random([number; 16]), self.grants(role));
        self.say(person, &Body::PersonSet(PersonSet { role, areas: vec![self.area], unit: None }), &[name]);
        self.say(EntityId(log.0), &Body::AuthorSet(AuthorSet { person: Some(person) }), &[name]);
        phone.open_log(log, device, None).unwrap();
        let city_key: CityKey = self.key.public_key();
        let me = Me { person, grants, device, log, url: url.to_owned(), token: "token".to_owned(), city_key };
        phone.keep_key().unwrap();
        phone.become_me(me).unwrap();
        let mut desk = Desk { phone, folder, heard: 0 };
        self.meet(&mut desk);
        desk
    }

    /// The city's key: what it signs with it, phones believe.
    pub fn key(&self) -> &SoftwareKey {
        &self.key
    }

    fn grants(&self, role: Role) -> Grants {
        Grants { role, areas: vec![self.area], unit: (role == Role::Contact).then_some(self.unit) }
    }

    fn next_order(&self) -> Order {
        let later = i64::try_from(self.entries.len()).unwrap() * 1_000;
        Order::at_millis(FIRST_MILLIS + later)
    }

    fn enter(&mut self, log: LogId, op: Op<Text>, flags: Flags) {
        let position = u64::try_from(self.entries.len()).unwrap() + 1;
        let ord = self.next_order();
        self.entries.push(Entry { position, log, ord, flags, op });
    }

    /// Says something itself.
    pub fn say(&mut self, entity: impl Into<EntityId>, body: &Body, texts: &[&str]) {
        self.said += 1;
        let op = Op {
            seq: self.said,
            kind: body.kind(),
            kind_version: 1,
            entity: entity.into(),
            at: FIRST_MILLIS / 1_000,
            over: Vec::new(),
            origin: None,
            body: body.to_bytes(),
            texts: texts.iter().map(|text| Text::Plain { salt: [9; 32], text: (*text).to_owned() }).collect(),
        };
        self.enter(CITY_LOG, op, Flags::NONE);
    }

    /// Says of this thing what only an app of tomorrow knows how to read, and must know to change it.
    pub fn say_as_of_tomorrow(&mut self, entity: EntityId) {
        self.say(entity, &Body::AreaSet(AreaSet { code: String::new() }), &[""]);
        if let Some(entry) = self.entries.last_mut() {
            (entry.op.kind, entry.op.body) = (Kind(9_000), vec![0xff, 0x00]);
        }
    }

    /// One meeting: takes what the phone sealed, gives receipts, then everything new of the area's feed.
    pub fn meet(&mut self, desk: &mut Desk) {
        self.take(desk);
        self.give(desk);
    }

    /// Takes what was said and gives receipts; the feed is not given yet.
    pub fn take(&mut self, desk: &mut Desk) {
        desk.phone.photo_finish(&mut |_| {}).unwrap();
        desk.phone.seal().unwrap();
        for log in desk.phone.store.logs().unwrap() {
            for kept in desk.phone.store.segments(log.log).unwrap() {
                if kept.receipt.is_some() {
                    continue;
                }
                let opened = Segment::from_bytes(&kept.bytes).unwrap().open().unwrap();
                let mut ruled = Vec::new();
                for op in opened.ops {
                    let id = OpId { log: log.log, seq: op.seq };
                    let ruling = self.rulings.get(&id).copied();
                    ruled.extend(ruling.map(|(verdict, reason)| Ruled { seq: op.seq, verdict, reason: Some(reason) }));
                    match ruling {
                        _ if op.kind == Kind::LOG_OPEN => {}
                        Some((Verdict::Held, _)) => self.enter(log.log, op, Flags::HELD),
                        Some(_) => {}
                        None => self.enter(log.log, op, Flags::NONE),
                    }
                }
                let receipt = Receipt {
                    log: log.log,
                    first_seq: kept.first_seq,
                    count: kept.count,
                    payload_hash: opened.payload_hash,
                    received_millis: FIRST_MILLIS,
                    previous_order: Order(0),
                    ruled: ruled.clone(),
                    orders: Vec::new(),
                    signature: Receipt::UNSIGNED,
                    numbers: Vec::new(),
                };
                let bytes = receipt.signed(&self.key).unwrap().to_bytes();
                let verdicts: Vec<OpVerdict> = ruled
                    .iter()
                    .map(|one| OpVerdict { seq: one.seq, verdict: one.verdict, reason: one.reason })
                    .collect();
                let now = FIRST_MILLIS / 1_000;
                desk.phone.store.put_receipt(log.log, kept.first_seq, &bytes, &verdicts, now).unwrap();
            }
        }
    }

    /// Gives everything new of the area's feed, as pages that continue what the phone holds.
    pub fn give(&self, desk: &mut Desk) {
        let feed = FeedName::Area(self.area);
        let cursor = desk.phone.store.cursor(&feed).unwrap().unwrap_or(Cursor::start(1));
        let new = &self.entries[desk.heard..];
        if new.is_empty() {
            return;
        }
        let (page, _) = Page::write(feed, cursor, new).unwrap();
        let bytes = page.to_bytes();
        let folded = desk.phone.store.fold_page(&NewPage {
            feed,
            epoch: page.epoch,
            first: page.first,
            previous: page.previous,
            head: page.head,
            entries: new,
            bytes: &bytes,
        });
        assert_eq!(folded.unwrap().entries, u64::try_from(new.len()).unwrap());
        desk.heard = self.entries.len();
    }
}

impl Desk {
    /// A picture file in this phone's folder; another number is another picture.
    pub fn picture(&self, number: u8) -> PathBuf {
        let path = self.folder.path().join(format!("picture-{number}.png"));
        let picture = image::RgbImage::from_fn(40, 30, |x, y| {
            image::Rgb([number, u8::try_from(x * 6).unwrap(), u8::try_from(y * 8).unwrap()])
        });
        let mut png = Bytes::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        fs::write(&path, png.into_inner()).unwrap();
        path
    }

    /// Starts an open visit at the only site.
    pub fn visit(&mut self) -> String {
        self.phone.visit_start(SITE_CODE, "open", &[], &[]).unwrap().visit.to_string()
    }

    /// Answers the first item of a visit.
    pub fn answer(&mut self, visit: &str, value: &str) -> OpId {
        let item = self.first_item(visit);
        self.phone.visit_answer(visit, &item, value, None, &[], None).unwrap().op
    }

    pub fn first_item(&self, visit: &str) -> String {
        self.phone.visit_form(visit).unwrap().first().unwrap().item.clone()
    }
}

/// What came to a city's door: method and path, with the body's length.
pub(crate) type Visitors = Arc<Mutex<Vec<(String, String, usize)>>>;

/// A city's door that answers each request by this function of method, path and body, until the test ends.
pub(crate) fn door(answer: impl Fn(&str, &str, &[u8]) -> (u16, Vec<u8>) + Send + 'static) -> (String, Visitors) {
    open_door(move |request| {
        let (status, body) = answer(&request.method, &request.path, &request.body);
        Answered { status, body, ..Answered::default() }
    })
}

/// What came to the door.
pub(crate) struct Request {
    pub method: String,
    pub path: String,
    head: String,
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &str| line.split_once(':').is_some_and(|(one, _)| one.eq_ignore_ascii_case(name));
        self.head.lines().find(|line| named(line))?.split_once(':').map(|(_, value)| value.trim())
    }
}

/// What is said at the door. Status 0 closes it for ever.
#[derive(Default)]
pub(crate) struct Answered {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// The wire is cut when so many bytes of the body are through.
    pub cut: Option<usize>,
}

/// The same, with headers.
pub(crate) fn open_door(answer: impl Fn(&Request) -> Answered + Send + 'static) -> (String, Visitors) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let visitors = Visitors::default();
    let noted = Arc::clone(&visitors);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Some(request) = read_request(&mut stream) else { continue };
            noted.lock().unwrap().push((request.method.clone(), request.path.clone(), request.body.len()));
            let Answered { status, headers, body, cut } = answer(&request);
            if status == 0 {
                return;
            }
            let headers =
                headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&body[..cut.unwrap_or(length).min(length)]);
        }
    });
    (url, visitors)
}

fn read_request(stream: &mut std::net::TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let mut more = |bytes: &mut Vec<u8>| {
        let read = stream.read(&mut buffer).unwrap_or(0);
        bytes.extend_from_slice(&buffer[..read]);
        read > 0
    };
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if !more(&mut bytes) {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    bytes.drain(..end + 4);
    let mut words = head.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut request = Request { method, path, head, body: Vec::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < length && more(&mut bytes) {}
    request.body = bytes;
    Some(request)
}

/// An address at which nobody answers.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// The names of a set, for comparisons.
pub(crate) fn set<T: Ord + Clone>(these: &[T]) -> BTreeSet<T> {
    these.iter().cloned().collect()
}
