//! A fresh phone receives 2,000 visits of 40 answers: ours, plain and sealed, beside raw rows in the same run.
//!
//! `cargo xtask bench merge`. Everything is durable and can be queried when the clock stops: raw rows in one transaction
//! per 500, ours page by page of 500 with chain check, merge, state hash and the kept page. Ratios are what counts.

#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a bench that cannot go on should stop")]

use std::path::Path;
use std::time::{Duration, Instant};

use mingcha_model::body::{Answer, Body, SetRef, VisitOpen, VisitSubmit};
use mingcha_model::{
    AreaId, Cursor, EntityId, Entry, FeedName, Flags, ItemCode, LogId, Mode, Op, OpId, Order, SiteId, Text, Value,
    VisitId,
};
use mingcha_store::{NewPage, Store, StoreKey};
use mingcha_sync::{Page, Seal, Segment, SoftwareKey};

const VISITS: usize = 2_000;
const ANSWERS: usize = 40;
const DEVICES: u8 = 8;
const ROUNDS: usize = 3;

/// A small generator, so that every run of the bench merges the same visits.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn id(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            *byte = u8::try_from(self.roll(256)).unwrap();
        }
        bytes
    }
}

fn value(dice: &mut Dice) -> Value {
    match dice.roll(20) {
        0 | 1 => Value::No,
        2 => Value::NotApplicable,
        3..=5 => Value::Fair,
        6..=9 => Value::Good,
        _ => Value::Yes,
    }
}

/// One answer as a raw row: visit, item, value, when, by whom.
type Row = ([u8; 16], String, u8, i64, u8);

struct World {
    entries: Vec<Entry>,
    rows: Vec<Row>,
}

fn world() -> World {
    let mut dice = Dice(7);
    let logs: Vec<LogId> = (0..DEVICES).map(|_| LogId(dice.id())).collect();
    let mut next = vec![0_u64; usize::from(DEVICES)];
    let mut clock = vec![1_780_000_000_i64; usize::from(DEVICES)];
    let mut world = World { entries: Vec::new(), rows: Vec::new() };
    for _ in 0..VISITS {
        let device = usize::try_from(dice.roll(DEVICES.into())).unwrap();
        let visit = VisitId::from_random(dice.id());
        let open = VisitOpen {
            site: SiteId::from_random(dice.id()),
            mode: Mode::Open,
            sets: vec![SetRef { code: "W5".to_owned(), version: 1 }],
            campaign: None,
            task: None,
            asked: None,
            kind: None,
        };
        clock[device] += 3_600;
        let mut say = |world: &mut World, dice: &mut Dice, device: usize, over: Vec<OpId>, body: Body| {
            next[device] += 1;
            clock[device] += 5 + i64::try_from(dice.roll(50)).unwrap();
            let position = u64::try_from(world.entries.len()).unwrap() + 1;
            let id = OpId { log: logs[device], seq: next[device] };
            world.entries.push(Entry {
                position,
                log: id.log,
                ord: Order::at_millis(clock[device] * 1000),
                flags: Flags::NONE,
                op: Op {
                    seq: id.seq,
                    kind: body.kind(),
                    kind_version: 1,
                    entity: EntityId::from(visit),
                    at: clock[device],
                    over,
                    origin: None,
                    body: body.to_bytes(),
                    texts: Vec::<Text>::new(),
                },
            });
            (id, clock[device])
        };
        say(&mut world, &mut dice, device, vec![], Body::VisitOpen(open));
        let mut said = Vec::new();
        for item in 0..ANSWERS {
            let item = format!("W5-{}", item + 1);
            let value = value(&mut dice);
            let body = Body::Answer(Answer { item: item.parse::<ItemCode>().unwrap(), value, photos: vec![] });
            let (id, at) = say(&mut world, &mut dice, device, vec![], body);
            said.push((item.clone(), id));
            let code = minicbor::to_vec(value).unwrap()[0];
            world.rows.push((*visit.as_bytes(), item, code, at, u8::try_from(device).unwrap()));
        }
        if dice.roll(20) == 0 {
            let second = (device + 1) % usize::from(DEVICES);
            for (item, id) in said.iter().take(3) {
                let body = Body::Answer(Answer { item: item.parse().unwrap(), value: Value::No, photos: vec![] });
                let (_, at) = say(&mut world, &mut dice, second, vec![*id], body);
                world.rows.push((*visit.as_bytes(), item.clone(), 1, at, u8::try_from(second).unwrap()));
            }
        }
        let submit = VisitSubmit { obtained: 7_000, obtainable: 8_000, missing: 0, counted: None };
        say(&mut world, &mut dice, device, vec![], Body::VisitSubmit(submit));
    }
    world
}

fn pages(entries: &[Entry]) -> Vec<Vec<u8>> {
    let feed = FeedName::Area(AreaId::from_random([1; 16]));
    let mut cursor = Cursor::start(1);
    entries
        .chunks(500)
        .map(|run| {
            let (page, end) = Page::write(feed, cursor, run).unwrap();
            cursor = end;
            page.to_bytes()
        })
        .collect()
}

fn raw(folder: &Path, rows: &[Row]) -> Duration {
    let connection = rusqlite::Connection::open(folder.join("raw.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.pragma_update(None, "synchronous", "full").unwrap();
    connection
        .execute_batch(
            "CREATE TABLE answer (visit BLOB, item TEXT, value INTEGER, at INTEGER, device INTEGER,
             PRIMARY KEY (visit, item)) WITHOUT ROWID",
        )
        .unwrap();
    let begun = now();
    for run in rows.chunks(500) {
        connection.execute_batch("BEGIN").unwrap();
        let mut insert = connection
            .prepare_cached(
                "INSERT INTO answer (visit, item, value, at, device) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at, device = excluded.device",
            )
            .unwrap();
        for (visit, item, value, at, device) in run {
            insert.execute(rusqlite::params![visit, item, value, at, device]).unwrap();
        }
        drop(insert);
        connection.execute_batch("COMMIT").unwrap();
    }
    begun.elapsed()
}

struct Took {
    all: Duration,
    reading: Duration,
}

fn ours(folder: &Path, name: &str, key: &StoreKey, pages: &[Vec<u8>]) -> Took {
    let mut store = Store::open(&folder.join(name), key).unwrap();
    let begun = now();
    let mut reading = Duration::ZERO;
    for bytes in pages {
        let read = now();
        let page = Page::from_bytes(bytes).unwrap();
        let entries = page.entries().unwrap();
        reading += read.elapsed();
        store
            .fold_page(&NewPage {
                feed: page.feed,
                epoch: page.epoch,
                first: page.first,
                previous: page.previous,
                head: page.head,
                entries: &entries,
                bytes,
            })
            .unwrap();
    }
    Took { all: begun.elapsed(), reading }
}

fn size(folder: &Path, name: &str) -> u64 {
    let connection = rusqlite::Connection::open(folder.join(name)).unwrap();
    let _ = connection.pragma_update(None, "wal_checkpoint", "truncate");
    drop(connection);
    ["", "-wal"]
        .iter()
        .filter_map(|end| std::fs::metadata(folder.join(format!("{name}{end}"))).ok())
        .map(|file| file.len())
        .sum()
}

/// What one visit of 41 ops costs as a segment of its own.
fn lone_visit(entries: &[Entry]) -> usize {
    let log = entries[0].log;
    let ops: Vec<Op<String>> =
        entries[..=ANSWERS].iter().map(|entry| entry.op.clone().map_texts(|_| String::new())).collect();
    let seal = Seal {
        log,
        previous: mingcha_model::Digest::ZERO,
        text_secret: [1; 32],
        app_build: "mingcha".to_owned(),
        anchors: vec![],
    };
    Segment::seal(&ops, seal, &SoftwareKey::from_bytes(&[1; 32]).unwrap()).unwrap().to_bytes().len()
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a bench is a clock")]
    Instant::now()
}

fn main() {
    let world = world();
    let pages = pages(&world.entries);
    let answers = world.rows.len();
    let wire: usize = pages.iter().map(Vec::len).sum();
    let raw_wire: usize = world
        .rows
        .chunks(500)
        .map(|run| zstd::bulk::compress(&minicbor::to_vec(run.to_vec()).unwrap(), 6).unwrap().len())
        .sum();
    let each = |bytes: u64| f64::from(u32::try_from(bytes).unwrap()) / f64::from(u32::try_from(answers).unwrap());
    let rate = |took: Duration| f64::from(u32::try_from(answers).unwrap()) / took.as_secs_f64();
    println!("{VISITS} visits, {answers} answers, {} entries in {} pages", world.entries.len(), pages.len());
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let raw = raw(folder.path(), &world.rows);
        let plain = ours(folder.path(), "plain.db", &StoreKey::Plain, &pages);
        let sealed = ours(folder.path(), "sealed.db", &StoreKey::raw([7; 32]), &pages);
        let (plain_ratio, sealed_ratio) =
            (raw.as_secs_f64() / plain.all.as_secs_f64(), raw.as_secs_f64() / sealed.all.as_secs_f64());
        println!(
            "round {round}: raw {:>7.0}/s   ours plain {:>7.0}/s ({plain_ratio:.2} of raw; reading pages {:.0} ms of {:.0})   sealed {:>7.0}/s ({sealed_ratio:.2} of raw)",
            rate(raw),
            rate(plain.all),
            plain.reading.as_secs_f64() * 1000.0,
            plain.all.as_secs_f64() * 1000.0,
            rate(sealed.all),
        );
        ratios.push((plain_ratio, sealed_ratio));
        if round == ROUNDS {
            println!(
                "bytes on disk per answer: raw {:.1}, ours plain {:.1}, sealed {:.1} (pages kept)",
                each(size(folder.path(), "raw.db")),
                each(size(folder.path(), "plain.db")),
                each(
                    std::fs::metadata(folder.path().join("sealed.db")).unwrap().len()
                        + std::fs::metadata(folder.path().join("sealed.db-wal")).map_or(0, |file| file.len())
                ),
            );
        }
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("median: plain {:.2} of raw, sealed {:.2} of raw", ratios[ROUNDS / 2].0, ratios[ROUNDS / 2].1);
    println!(
        "bytes on the wire per answer: raw rows {:.2}, our pages {:.2}; a lone visit of 41 ops as a segment: {} bytes, {:.1} per op",
        each(u64::try_from(raw_wire).unwrap()),
        each(u64::try_from(wire).unwrap()),
        lone_visit(&world.entries),
        f64::from(u32::try_from(lone_visit(&world.entries)).unwrap()) / 41.0,
    );
}
