//! Search: every hit that a walk over all texts finds, and no other, whatever happens between two searches.

use mingcha_model::Value;
use proptest::prelude::*;

use super::*;
use crate::{AreaHistory, Hit, Searched};

const ALL: [Searched; 3] = [Searched::Sites, Searched::Findings, Searched::Notes];

fn named(n: u16) -> EntityId {
    let mut bytes = [9; 16];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    EntityId::from_random(bytes)
}

fn hits(store: &Store, words: &str, among: &[Searched]) -> Vec<(EntityId, Option<ItemCode>, String)> {
    let mut hits: Vec<_> = store
        .search(words, among, usize::MAX)
        .unwrap()
        .into_iter()
        .map(|Hit { entity, item, text, .. }| (entity, item, text))
        .collect();
    hits.sort();
    hits
}

#[test]
fn a_word_of_two_characters_or_one_finds_sites_findings_and_notes() {
    let mut phone = phone();
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "东湖政务大厅");
    feed.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    feed.say(op(ANNA, 2), id(1), &answer("W5-3", Value::No), "坡道被纸箱占用");
    feed.say(op(ANNA, 3), id(2), &raising(id(1), id(9)), "无障碍坡道堵塞");
    feed.pull(&mut phone.store);
    let found = |words: &str| {
        let hits = phone.store.search(words, &ALL, 50).unwrap();
        hits.into_iter().map(|hit| (hit.what, hit.text)).collect::<Vec<_>>()
    };
    assert_eq!(found("大厅"), [(Searched::Sites, "东湖政务大厅".to_owned())]);
    assert_eq!(
        found("坡道"),
        [(Searched::Findings, "无障碍坡道堵塞".to_owned()), (Searched::Notes, "坡道被纸箱占用".to_owned())]
    );
    assert_eq!(found("箱").len(), 1);
    assert_eq!(found("ｓ－１"), [(Searched::Sites, "S-1".to_owned())]);
    assert!(found("道坡").is_empty() && found("  ").is_empty());
    let notes = phone.store.search("坡道", &[Searched::Notes], 50).unwrap();
    assert_eq!(notes.iter().map(|hit| hit.item.clone()).collect::<Vec<_>>(), [Some(item("W5-3"))]);
}

#[test]
fn what_is_said_after_the_first_search_is_found_and_what_was_replaced_is_not() {
    let mut phone = phone();
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "旧名称");
    feed.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    feed.say(op(ANNA, 2), id(1), &answer("W5-1", Value::No), "没有洗手间");
    feed.pull(&mut phone.store);
    assert_eq!(hits(&phone.store, "洗手", &ALL).len(), 1);
    feed.say(op(ANNA, 3), id(1), &answer("W5-1", Value::No), "洗手间上锁");
    feed.say(op(CITY, 2), id(9), &site(3, 1), "新名称");
    feed.pull(&mut phone.store);
    assert!(hits(&phone.store, "没有洗", &ALL).is_empty());
    assert!(hits(&phone.store, "旧名", &ALL).is_empty());
    assert_eq!(hits(&phone.store, "上锁", &ALL).len(), 1);
    assert_eq!(hits(&phone.store, "新名", &ALL).len(), 1);
    // This device's own words, before anybody has them.
    let own = phone.store.open_log(LogId([5; 16]), None, 1).map(|()| LogId([5; 16])).unwrap();
    let noted = NewOp { texts: vec!["灯坏了".to_owned()], ..new(id(1), answer("W5-2", Value::No)) };
    phone.store.append(own, &[noted], &[]).unwrap();
    assert_eq!(hits(&phone.store, "灯坏", &ALL).len(), 1);
}

#[test]
fn what_this_device_writes_after_the_index_was_made_is_found_at_once() {
    let mut phone = phone();
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "政务大厅");
    feed.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    feed.pull(&mut phone.store);
    let own = phone.store.open_log(LogId([5; 16]), None, 1).map(|()| LogId([5; 16])).unwrap();
    assert!(hits(&phone.store, "鲲鹏", &ALL).is_empty());
    let mut write = |entity: EntityId, body: Body, text: &str| {
        let texts = Some(text.to_owned()).filter(|text| !text.is_empty()).into_iter().collect();
        let said = NewOp { texts, ..new(entity, body) };
        phone.store.append(own, &[said], &[]).unwrap();
        hits(&phone.store, "鲲鹏", &ALL).len()
    };
    // A visit and a finding that nobody else knows yet, and a note on a visit that everybody knew before.
    write(id(40), opening(id(9), Mode::Open), "");
    assert_eq!(write(id(40), answer("W5-1", Value::No), "鲲鹏一"), 1);
    assert_eq!(write(id(40), answer("W5-2", Value::No), "鲲鹏二"), 2);
    assert_eq!(write(id(41), raising(id(40), id(9)), "鲲鹏三"), 3);
    assert_eq!(write(id(1), answer("W5-3", Value::No), "鲲鹏四"), 4);
    assert_eq!(write(id(40), answer("W5-1", Value::No), "改好了"), 3);
}

#[test]
fn nothing_of_a_feed_that_went_is_left_in_the_index() {
    let mut phone = phone();
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "东湖政务大厅");
    feed.pull(&mut phone.store);
    assert_eq!(hits(&phone.store, "政务", &ALL).len(), 1);
    let rows = |store: &Store| -> i64 {
        let sql = "SELECT (SELECT count(*) FROM search_gram) + (SELECT count(*) FROM search_document)";
        store.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert!(rows(&phone.store) > 0);
    phone.store.drop_feed(&area(1)).unwrap();
    assert_eq!(rows(&phone.store), 0);
    assert!(hits(&phone.store, "政务", &ALL).is_empty());
}

#[test]
fn an_erasure_drops_the_index_whole_and_the_next_search_makes_it_from_what_is_left() {
    let mut phone = phone();
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "东湖政务大厅");
    feed.pull(&mut phone.store);
    assert_eq!(hits(&phone.store, "政务", &ALL).len(), 1);
    phone.store.forget_search().unwrap();
    let grams: i64 =
        phone.store.connection.query_row("SELECT count(*) FROM search_gram", [], |row| row.get(0)).unwrap();
    assert_eq!(grams, 0);
    assert_eq!(hits(&phone.store, "政务", &ALL).len(), 1);
}

/// A small generator, so that every run reads the same notes.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

#[test]
fn ten_thousand_notes_are_searched_as_if_each_were_read() {
    const WORDS: [char; 24] = [
        '大', '厅', '坡', '道', '窗', '口', '灯', '坏', '了', '无', '人', '引', '导', '水', '机', '脏', 'A', 'b', '1',
        '2', ' ', '，', '洗', '手',
    ];
    let mut dice = Dice(11);
    let mut phone = phone();
    let mut feed = Feed::new(area(1));
    let mut notes: Vec<(EntityId, ItemCode, String)> = Vec::new();
    for visit in 0..250_u16 {
        let entity = named(visit);
        feed.say(op(ANNA, u64::from(visit) * 50 + 1), entity, &opening(id(9), Mode::Open), "");
        for answered in 0..40_u64 {
            let length = 2 + dice.roll(12);
            let text: String = (0..length).map(|_| WORDS[usize::try_from(dice.roll(24)).unwrap()]).collect();
            let code = format!("W5-{answered}");
            let said = op(ANNA, u64::from(visit) * 50 + 2 + answered);
            feed.say(said, entity, &answer(&code, Value::No), &text);
            notes.push((entity, item(&code), text));
        }
    }
    feed.pull(&mut phone.store);
    assert_eq!(notes.len(), 10_000);
    let plain = |text: &str| text.trim().to_ascii_lowercase();
    for _ in 0..300 {
        let length = 1 + dice.roll(4);
        let words: String = (0..length).map(|_| WORDS[usize::try_from(dice.roll(24)).unwrap()]).collect();
        let mut read: Vec<_> = notes
            .iter()
            .filter(|(_, _, text)| !plain(&words).is_empty() && plain(text).contains(&plain(&words)))
            .map(|(entity, code, text)| (*entity, Some(code.clone()), text.clone()))
            .collect();
        read.sort();
        assert_eq!(hits(&phone.store, &words, &[Searched::Notes]), read, "{words}");
    }
}

#[test]
fn words_that_stand_nearly_everywhere_are_found_by_walking_the_list_and_folded_alike() {
    let mut phone = phone();
    let mut feed = Feed::new(area(1));
    for n in 0..400_u16 {
        let name = if n % 2 == 0 { format!("东湖Ａ_{n}号大厅") } else { format!("西苑%{n}号大厅") };
        feed.say(op(CITY, u64::from(n) + 1), named(n), &site(3, 1), &name);
    }
    feed.pull(&mut phone.store);
    for words in ["湖a", "号大厅", "％1号", "a_", "_1", ""] {
        let found = phone.store.search_sites(words, 0, 0).unwrap();
        let expected = (0..400).filter(|n| match words {
            "湖a" | "a_" => n % 2 == 0,
            "％1号" => *n == 1,
            "_1" => n % 2 == 0 && n.to_string().starts_with('1'),
            _ => true,
        });
        assert_eq!(found.len(), expected.count(), "{words}");
        assert_eq!(
            phone.store.search_sites(words, 7, 3).unwrap(),
            found.iter().skip(3).take(7).cloned().collect::<Vec<_>>()
        );
    }
    assert_eq!(phone.store.search("号大厅", &ALL, 50).unwrap().len(), 50);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The same sites by the index and by walking the list, also after some were renamed.
    #[test]
    fn sites_are_found_by_the_index_as_by_walking_the_list(
        names in prop::collection::vec("[东西湖政务大厅银行A1]{1,6}", 1..30),
        renamed in prop::collection::vec((0..30_usize, "[东西湖政务大厅银行A1]{1,6}"), 0..10),
        words in "[东西湖政务大厅银行a1]{1,3}",
    ) {
        let mut phone = phone();
        let mut feed = Feed::new(area(1));
        for (n, name) in (0_u16..).zip(&names) {
            feed.say(op(CITY, u64::from(n) + 1), named(n), &site(3, 1), name);
        }
        feed.pull(&mut phone.store);
        let walked = |store: &Store| {
            store.sites(&crate::SiteFilter { search: Some(words.clone()), ..Default::default() }).unwrap()
        };
        prop_assert_eq!(phone.store.search_sites(&words, 0, 0).unwrap(), walked(&phone.store));
        for (n, (place, name)) in (0_u64..).zip(&renamed) {
            let place = u16::try_from(place % names.len()).unwrap();
            feed.say(op(CITY, 100 + n), named(place), &site(3, 1), name);
        }
        if !renamed.is_empty() {
            feed.pull(&mut phone.store);
        }
        prop_assert_eq!(phone.store.search_sites(&words, 0, 0).unwrap(), walked(&phone.store));
    }
}

#[test]
fn what_failed_before_is_read_from_the_areas_feed_alone() {
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "大厅");
    feed.say(op(CITY, 2), id(8), &site(3, 1), "另一个大厅");
    feed.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    feed.say(op(ANNA, 2), id(1), &answer("W5-3", Value::No), "");
    feed.say(op(ANNA, 3), id(2), &raising(id(1), id(9)), "坏了");
    let submit = mingcha_model::body::VisitSubmit { obtained: 0, obtainable: 0, missing: 0, counted: None };
    feed.say(op(ANNA, 4), id(1), &Body::VisitSubmit(submit), "");
    let of = |store: &Store, site: u8| store.area_history(AreaId(id(1)), SiteId(id(site))).unwrap();

    let mut alone = phone();
    feed.pull(&mut alone.store);
    let history = of(&alone.store, 9);
    assert_eq!(history.last_answers.get(&item("W5-3")), Some(&Value::No));
    assert_eq!(history.open_here, [item("W5-1")]);
    assert_eq!(history.findings_in_kind.get(&item("W5-1")), Some(&1));
    // The neighbour of the same kind learns what fails most, not what failed here.
    let neighbour = of(&alone.store, 8);
    assert!(neighbour.last_answers.is_empty() && neighbour.open_here.is_empty());
    assert_eq!(neighbour.findings_in_kind, history.findings_in_kind);

    // Another device holds another feed, has the pages in other pieces and says something of its own.
    let mut busy = phone();
    let mut other = Feed::new(area(2));
    other.say(op(BERT, 1), id(30), &opening(id(9), Mode::Open), "");
    other.say(op(BERT, 2), id(31), &raising(id(30), id(9)), "别处");
    other.pull(&mut busy.store);
    for end in 1..=feed.entries.len() {
        let from = busy.store.cursor(&area(1)).unwrap().map_or(0, |cursor| usize::try_from(cursor.position).unwrap());
        busy.store.fold_page(&feed.page(from, end)).unwrap();
    }
    let own = busy.store.open_log(LogId([5; 16]), None, 1).map(|()| LogId([5; 16])).unwrap();
    busy.store
        .append(own, &[new(id(40), opening(id(9), Mode::Open)), new(id(41), raising(id(40), id(9)))], &[])
        .unwrap();
    assert_eq!(of(&busy.store, 9), history);
    assert_eq!(of(&busy.store, 8), neighbour);
    assert_eq!(busy.store.area_history(AreaId(id(7)), SiteId(id(9))).unwrap(), AreaHistory::default());
}
