//! A city on a free port and phones that speak to it over a plain socket, with real keys and real bytes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

use mingcha_city::load::{Known, Load, area_id, site_id, unit_id};
use mingcha_city::{City, EnrolCode, NewPerson, Stop};
use mingcha_model::body::{Body, LogOpen, Mode, VisitOpen};
use mingcha_model::{
    AreaId, Cursor, DeviceId, Digest, EntityId, Entry, FeedName, LogId, Op, OpId, PersonId, Role, SiteId, UnitId,
    Verdict,
};
use mingcha_sync::{
    Anchor, EnrolAsk, EnrolSaid, FeedHead, HelloAsk, HelloSaid, Page, Problem, PullAsk, PullSaid, Receipt, Seal,
    Segment, Signer, SoftwareKey, decode, encode,
};

/// Two areas; in the first a hall with one site, in the second a bank with one.
pub const OFFICE: &str = r#"
[[areas]]
code = "DH"
zh = "东湖区"
en = "Donghu"

[[areas]]
code = "XH"
zh = "西湖区"
en = "Xihu"

[[units]]
code = "HALL"
area = "DH"
name = "政务大厅"

[[units]]
code = "BANK"
area = "XH"
name = "银行"

[[sites]]
code = "HALL-1"
unit = "HALL"
kind = "GOV"
name = "一号窗口"

[[sites]]
code = "HALL-2"
unit = "HALL"
kind = "GOV"
name = "二号窗口"

[[sites]]
code = "BANK-1"
unit = "BANK"
kind = "BANK"
name = "营业厅"
"#;

/// The morning of a Monday in March 2026, in Shanghai.
pub const MONDAY: &str = "2026-03-02T09:00:00+08:00";

pub fn millis(text: &str) -> i64 {
    mingcha_model::parse_millis(text).unwrap()
}

pub fn donghu() -> AreaId {
    area_id("DH")
}

pub fn xihu() -> AreaId {
    area_id("XH")
}

pub fn hall() -> UnitId {
    unit_id("HALL")
}

pub fn hall_1() -> SiteId {
    site_id("HALL-1")
}

/// A sample city in this folder, with the office's file loaded and its clock set.
pub fn founded(dir: &Path) -> City {
    let city = City::init_sample(dir).unwrap();
    city.apply(&Load::parse("city.toml", OFFICE, None, &Known::default()).unwrap()).unwrap();
    city.set_clock(Some(millis(MONDAY))).unwrap();
    city
}

/// A city at work.
pub struct Serving {
    pub city: City,
    pub at: SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    pub fn start(city: City) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let stop = Stop::new();
        let (serving, told) = (city.clone(), stop.clone());
        let thread = std::thread::spawn(move || serving.serve(listener, &told).unwrap());
        Self { city, at, stop, thread: Some(thread) }
    }

    pub fn send(&self, method: &str, path: &str, token: Option<&str>, body: &[u8]) -> Answer {
        send(self.at, method, path, token, body)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.now();
        let ended = self.thread.take().unwrap().join();
        if !std::thread::panicking() {
            ended.unwrap();
        }
    }
}

/// What came back over the socket.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn code(&self) -> String {
        Problem::from_json(self.status, &self.body).code
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

fn send(at: SocketAddr, method: &str, path: &str, token: Option<&str>, body: &[u8]) -> Answer {
    let mut stream = begin(at, method, path, token, &[], body.len());
    // A city that refuses early may hang up before the body is through.
    let _ = stream.write_all(body);
    answer(stream)
}

/// Connects and writes the head of a request whose body will be so many bytes long.
pub fn begin(
    at: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, String)],
    length: usize,
) -> TcpStream {
    let mut stream = TcpStream::connect(at).unwrap();
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: city\r\n{token}{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// What comes back.
pub fn answer(mut stream: TcpStream) -> Answer {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    let split = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(all[..split].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Answer { status, headers, body: all[split + 4..].to_vec() }
}

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Sixteen bytes that nobody else in this test has.
pub fn fresh() -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    bytes[15] = 77;
    EntityId::from_random(bytes).0
}

pub fn key_of(byte: u8) -> SoftwareKey {
    SoftwareKey::from_bytes(&[byte; 32]).unwrap()
}

/// One phone with its key, its token and its logs.
pub struct Phone {
    pub at: SocketAddr,
    pub key: SoftwareKey,
    pub device: DeviceId,
    pub said: EnrolSaid,
    /// What the phone's clock shows, in Unix milliseconds.
    pub clock: i64,
    pub main: Log,
}

/// A log as its phone has it.
#[derive(Clone)]
pub struct Log {
    pub id: LogId,
    pub seq: u64,
    pub head: Digest,
    open: Vec<Op<String>>,
}

impl Log {
    pub fn new() -> Self {
        Self { id: LogId(fresh()), seq: 0, head: Digest::ZERO, open: Vec::new() }
    }

    /// Says something; the op stands in the open tail until it is sealed.
    pub fn say(&mut self, clock: i64, entity: EntityId, body: &Body, texts: &[&str]) -> OpId {
        let seq = self.seq + 1 + u64::try_from(self.open.len()).unwrap();
        self.open.push(Op {
            seq,
            kind: body.kind(),
            kind_version: 1,
            entity,
            at: clock / 1000,
            over: Vec::new(),
            origin: None,
            body: body.to_bytes(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        });
        OpId { log: self.id, seq }
    }

    pub fn last(&mut self) -> &mut Op<String> {
        self.open.last_mut().unwrap()
    }

    /// Seals the open tail.
    pub fn seal(&mut self, key: &SoftwareKey) -> Segment {
        let seal = Seal {
            log: self.id,
            previous: self.head,
            text_secret: [9; 32],
            app_build: "test".into(),
            anchors: Vec::<Anchor>::new(),
        };
        let segment = Segment::seal(&self.open, seal, key).unwrap();
        self.seq += u64::try_from(self.open.len()).unwrap();
        self.head = segment.open().unwrap().head;
        self.open.clear();
        segment
    }
}

pub fn person(role: Role, areas: &[AreaId], unit: Option<UnitId>, name: &str) -> NewPerson {
    NewPerson { role, areas: areas.to_vec(), unit, name: name.to_owned(), person: None }
}

pub fn enrol_ask(code: &str, device: DeviceId, key: &SoftwareKey) -> EnrolAsk {
    let code = code.replace('-', "");
    let proof = key.sign(&EnrolAsk::message(&code, device)).unwrap();
    EnrolAsk { code, device, key: key.public_key(), proof }
}

impl Phone {
    /// A new phone of a new person.
    pub fn of(serving: &Serving, new: NewPerson) -> Self {
        let EnrolCode { code, .. } = serving.city.enrol_code(new).unwrap();
        Self::with_code(serving, &code)
    }

    pub fn with_code(serving: &Serving, code: &str) -> Self {
        let device = DeviceId(EntityId(fresh()));
        let key = SoftwareKey::from_bytes(&[device.as_bytes().as_slice(); 2].concat().try_into().unwrap()).unwrap();
        let answer = serving.send("POST", "/v1/enrol", None, &encode(&enrol_ask(code, device, &key)));
        assert_eq!(answer.status, 200, "{}", answer.code());
        let said: EnrolSaid = decode(&answer.body).unwrap();
        let clock = said.city_millis;
        let mut phone = Self { at: serving.at, key, device, said, clock, main: Log::new() };
        phone.main.say(clock, EntityId(fresh()), &Body::LogOpen(LogOpen { device, covert: false }), &[]);
        phone
    }

    pub fn person(&self) -> PersonId {
        self.said.person
    }

    pub fn send(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        send(self.at, method, path, Some(&self.said.token), body)
    }

    /// One request of tus 1.0.
    pub fn tus(&self, method: &str, path: &str, headers: &[(&str, String)], body: &[u8]) -> Answer {
        let mut stream = self.tus_begin(method, path, headers, body.len());
        let _ = stream.write_all(body);
        answer(stream)
    }

    /// The head of a request of tus 1.0; its body is for the test to write.
    pub fn tus_begin(&self, method: &str, path: &str, headers: &[(&str, String)], length: usize) -> TcpStream {
        let all = [&[("Tus-Resumable", "1.0.0".to_owned())], headers].concat();
        begin(self.at, method, path, Some(&self.said.token), &all, length)
    }

    /// Uploads one copy of a photo in one request; 201 when the city has it.
    pub fn upload(&self, photo: EntityId, copy: &str, bytes: &[u8]) -> Answer {
        let piece = ("Content-Type", "application/offset+octet-stream".to_owned());
        self.tus("POST", "/v1/photos", &[&created(photo, copy, bytes.len())[..], &[piece]].concat(), bytes)
    }

    /// Says something in the main log.
    pub fn say(&mut self, entity: EntityId, body: &Body, texts: &[&str]) -> OpId {
        self.main.say(self.clock, entity, body, texts)
    }

    /// Opens a visit at a site and returns its id.
    pub fn visit(&mut self, site: SiteId, mode: Mode) -> EntityId {
        let visit = EntityId(fresh());
        self.say(visit, &open_visit(site, mode), &[]);
        visit
    }

    pub fn put(&self, segment: &Segment) -> Answer {
        self.send("PUT", &format!("/v1/logs/{}/{}", segment.log, segment.first_seq), &segment.to_bytes())
    }

    /// Seals and pushes what stands in the main log.
    pub fn push(&mut self) -> Receipt {
        let segment = self.main.seal(&self.key);
        self.pushed(&segment)
    }

    pub fn pushed(&self, segment: &Segment) -> Receipt {
        let answer = self.put(segment);
        assert_eq!(answer.status, 200, "{}", answer.code());
        Receipt::from_bytes(&answer.body, &self.said.city_key).unwrap()
    }

    pub fn hello(&self) -> HelloSaid {
        let ask = HelloAsk { logs: Vec::new(), app_build: "test".into(), wall_millis: self.clock };
        let answer = self.send("POST", "/v1/hello", &encode(&ask));
        assert_eq!(answer.status, 200, "{}", answer.code());
        decode(&answer.body).unwrap()
    }

    pub fn ask_pages(&self, from: FeedHead, max_bytes: u64) -> Answer {
        self.send("POST", "/v1/pull", &encode(&PullAsk { from: vec![from], max_bytes }))
    }

    /// Everything in a feed, page by page, each checked as a phone checks it.
    pub fn pull(&self, feed: FeedName) -> Vec<Entry> {
        let mut cursor = Cursor::start(1);
        let mut entries = Vec::new();
        loop {
            let answer = self.ask_pages(FeedHead { feed, cursor }, 1_000_000);
            assert_eq!(answer.status, 200, "{}", answer.code());
            let said: PullSaid = decode(&answer.body).unwrap();
            assert!(said.is_signed_by(&self.said.city_key));
            for bytes in &said.pages {
                let page = Page::from_bytes(bytes).unwrap();
                assert_eq!(page.start(), cursor);
                cursor = page.end();
                entries.extend(page.entries().unwrap());
            }
            assert_eq!(said.heads, [FeedHead { feed, cursor }]);
            if !said.more {
                return entries;
            }
        }
    }
}

/// The headers with which an upload is created.
pub fn created(photo: EntityId, copy: &str, length: usize) -> [(&'static str, String); 2] {
    use base64::Engine as _;
    let text = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let metadata = format!("photo {},copy {}", text(&photo.to_string()), text(copy));
    [("Upload-Length", length.to_string()), ("Upload-Metadata", metadata)]
}

pub fn open_visit(site: SiteId, mode: Mode) -> Body {
    Body::VisitOpen(VisitOpen { site, mode, sets: Vec::new(), campaign: None, task: None, asked: None, kind: None })
}

/// The bodies of entries, in order.
pub fn bodies(entries: &[Entry]) -> Vec<Body> {
    entries
        .iter()
        .map(|entry| Body::from_bytes(entry.op.kind, entry.op.kind_version, &entry.op.body).unwrap())
        .collect()
}

pub fn verdicts(receipt: &Receipt) -> Vec<(u64, Verdict, Option<mingcha_model::Refusal>)> {
    receipt.ruled.iter().map(|ruled| (ruled.seq, ruled.verdict, ruled.reason)).collect()
}
