//! Searching 100,000 sites and 10,000 notes in an encrypted store, beside a walk over the list of sites in the same run.
//!
//! `cargo xtask bench search`. The index is made once, before the clock of the searches starts, and how long that takes
//! is printed too. The target is below 10 ms a search, hit or not.

#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a bench that cannot go on should stop")]

use std::time::{Duration, Instant};

use mingcha_model::body::{Answer, Body, SiteEnter, VisitOpen};
use mingcha_model::{
    AreaId, Cursor, EntityId, Entry, FeedName, Flags, LogId, Mode, Op, OpId, Order, SiteId, Text, UnitId, Value,
};
use mingcha_store::{NewPage, Searched, SiteFilter, Store, StoreKey};
use mingcha_sync::Page;

const SITES: u32 = 100_000;
const NOTED_VISITS: u32 = 250;
const NOTES: u32 = 40;
const TIMES: usize = 15;

const PLACES: [&str; 12] =
    ["东湖", "西苑", "南屏", "北塔", "金水", "银川路", "新华", "胜利", "人民", "解放", "和平", "长安"];
const SORTS: [&str; 8] =
    ["政务服务大厅", "办税服务厅", "户籍窗口", "银行营业部", "便民服务站", "医院门诊", "供电营业厅", "长途汽车站"];
const TROUBLES: [&str; 8] = [
    "无障碍坡道被纸箱占用",
    "洗手间上锁，群众无法使用",
    "叫号屏停用，排队混乱",
    "引导标识缺失",
    "窗口无人值守十二分钟",
    "意见箱无开启记录",
    "饮水机没有水",
    "禁烟标识破损",
];

fn id(number: u32, sort: u8) -> EntityId {
    let mut bytes = [sort; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    EntityId::from_random(bytes)
}

struct Writer {
    feed: FeedName,
    cursor: Cursor,
    run: Vec<Entry>,
    next: u64,
}

impl Writer {
    fn say(&mut self, store: &mut Store, entity: EntityId, body: &Body, texts: &[&str]) {
        self.next += 1;
        self.run.push(Entry {
            position: self.next,
            log: LogId([1; 16]),
            ord: Order::at_millis(1_780_000_000_000 + i64::try_from(self.next).unwrap()),
            flags: Flags::NONE,
            op: Op {
                seq: self.next,
                kind: body.kind(),
                kind_version: 1,
                entity,
                at: 1_780_000_000,
                over: Vec::<OpId>::new(),
                origin: None,
                body: body.to_bytes(),
                texts: texts.iter().map(|text| Text::Plain { salt: [7; 32], text: (*text).to_owned() }).collect(),
            },
        });
        if self.run.len() == 500 {
            self.write(store);
        }
    }

    fn write(&mut self, store: &mut Store) {
        if self.run.is_empty() {
            return;
        }
        let (page, end) = Page::write(self.feed, self.cursor, &self.run).unwrap();
        store
            .fold_page(&NewPage {
                feed: page.feed,
                epoch: page.epoch,
                first: page.first,
                previous: page.previous,
                head: page.head,
                entries: &self.run,
                bytes: &[0],
            })
            .unwrap();
        self.cursor = end;
        self.run.clear();
    }
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a bench is a clock")]
    Instant::now()
}

fn median(mut search: impl FnMut() -> usize) -> (Duration, usize) {
    let mut took = Vec::new();
    let mut hits = 0;
    for _ in 0..TIMES {
        let begun = now();
        hits = search();
        took.push(begun.elapsed());
    }
    took.sort();
    (took[TIMES / 2], hits)
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("store.db"), &StoreKey::raw([7; 32])).unwrap();
    let area = AreaId::from_random([1; 16]);
    let feed = FeedName::Area(area);
    let mut writer = Writer { feed, cursor: Cursor::start(1), run: Vec::new(), next: 0 };
    for number in 0..SITES {
        let pick = |list: &[&'static str], by: u32| list[usize::try_from(number / by).unwrap() % list.len()];
        let name = format!("{}{}第{}号", pick(&PLACES, 1), pick(&SORTS, 7), number % 1_000);
        let address = format!("{}街{}号", pick(&PLACES, 13), number % 300);
        let body = Body::SiteEnter(SiteEnter {
            unit: UnitId::from_random([2; 16]),
            area,
            code: format!("S-{number:06}"),
            kind: "GOV".to_owned(),
            position: None,
        });
        writer.say(&mut store, id(number, 9), &body, &[&name, &address]);
    }
    for number in 0..NOTED_VISITS {
        let open = VisitOpen {
            site: SiteId(id(number, 9)),
            mode: Mode::Open,
            sets: Vec::new(),
            campaign: None,
            task: None,
            asked: None,
            kind: None,
        };
        writer.say(&mut store, id(number, 5), &Body::VisitOpen(open), &[]);
        for item in 0..NOTES {
            let trouble = TROUBLES[usize::try_from((number + item) % 8).unwrap()];
            let note = format!("{trouble}（{number}-{item}）");
            let item = format!("W5-{item}").parse().unwrap();
            let body = Body::Answer(Answer { item, value: Value::No, photos: vec![] });
            writer.say(&mut store, id(number, 5), &body, &[&note]);
        }
    }
    writer.write(&mut store);
    let begun = now();
    store.search_sites("东湖", 50, 0).unwrap();
    println!(
        "{SITES} sites, {} notes; the index is made in {:.2} s",
        NOTED_VISITS * NOTES,
        begun.elapsed().as_secs_f64()
    );
    for words in ["第777号", "南屏银行营业部第", "没有这样的", "湖东", "龘", "东湖", "号", "S-012345"]
    {
        let (ours, hits) = median(|| store.search_sites(words, 50, 0).unwrap().len());
        let walk = SiteFilter { search: Some(words.to_owned()), limit: 50, ..SiteFilter::default() };
        let (walked, found) = median(|| store.sites(&walk).unwrap().len());
        assert_eq!(hits, found, "{words}");
        println!(
            "sites {words:<12} {hits:>3} hits  {:>7.2} ms   a walk over the list {:>7.2} ms   {:.2} of it",
            ours.as_secs_f64() * 1000.0,
            walked.as_secs_f64() * 1000.0,
            ours.as_secs_f64() / walked.as_secs_f64()
        );
    }
    for words in ["坡道", "纸箱占用（7-", "没有这样的", "水", "禁烟标识破损（249"] {
        let (took, hits) = median(|| store.search(words, &[Searched::Findings, Searched::Notes], 50).unwrap().len());
        println!("notes {words:<12} {hits:>3} hits  {:>7.2} ms", took.as_secs_f64() * 1000.0);
    }
}
