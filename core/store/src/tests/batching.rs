//! However a feed is cut into pages, it ends in the same rows and the same hash.

use mingcha_model::body::{Nothing, PhotoItem, Release, VisitSubmit, VisitVoid};
use mingcha_model::{Kind, Register, Said};
use proptest::prelude::*;

use super::*;

/// Who says what of what, by small numbers; the world below makes entries of them.
#[derive(Clone, Debug)]
struct Line {
    what: u8,
    who: u8,
    entity: u8,
    item: u8,
    over: Vec<(u8, u64)>,
    held: bool,
    again: bool,
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let over = prop::collection::vec((0_u8..4, 1_u64..12), 0..3);
    let line = (0_u8..16, 0_u8..4, 0_u8..3, 0_u8..3, over, prop::bool::weighted(0.15), prop::bool::weighted(0.1));
    let line = line.prop_map(|(what, who, entity, item, over, held, again)| Line {
        what,
        who,
        entity,
        item,
        over,
        held,
        again,
    });
    prop::collection::vec(line, 1..60)
}

fn log(n: u8) -> LogId {
    LogId([n + 1; 16])
}

fn world(lines: &[Line]) -> Feed {
    let mut feed = Feed::new(area(1));
    let mut seqs = [0_u64; 4];
    for line in lines {
        let (site_id, visit, finding, sub) =
            (id(100 + line.entity), id(110 + line.entity), id(120 + line.entity), id(130 + line.entity));
        let (entity, body) = match line.what {
            0 => (visit, opening(site_id, Mode::Open)),
            1..=4 => (
                visit,
                answer(
                    ["W5-1", "W5-2", "W5-3"][line.item as usize],
                    [Value::Yes, Value::No, Value::NotApplicable][line.who as usize % 3],
                ),
            ),
            5 => (visit, Body::VisitSubmit(VisitSubmit { obtained: 1, obtainable: 2, missing: 0, counted: None })),
            6 => (visit, Body::VisitVoid(VisitVoid { void: line.item != 0 })),
            7 => (finding, raising(visit, site_id)),
            8 => (finding, feedback()),
            9 => (sub, submission(finding)),
            10 => (sub, review(finding, if line.item == 0 { ReviewVerdict::Return } else { ReviewVerdict::Approve })),
            11 => (site_id, site(line.item, 1)),
            12 => (site_id, Body::SiteLeave(Nothing {})),
            13 => (id(140 + line.entity), Body::PhotoItem(PhotoItem { item: (line.item > 0).then(|| item("W5-1")) })),
            14 => {
                let (who, seq) = line.over.first().copied().unwrap_or((0, 1));
                (finding, Body::Release(Release { op: op(log(who), seq) }))
            }
            _ => (finding, Body::Appeal(Nothing {})),
        };
        let author = line.who as usize;
        if !(line.again && seqs[author] > 0) {
            seqs[author] += 1;
        }
        let over: Vec<OpId> = line.over.iter().map(|(who, seq)| op(log(*who), *seq)).collect();
        let said = op(log(line.who), seqs[author]);
        // Saying the same (log, seq) again means the same op: repeat what the feed has.
        if let Some(mut same) = feed.entries.iter().find(|entry| entry.id() == said).cloned() {
            same.position = feed.entries.len() as u64 + 1;
            feed.append(same);
        } else {
            let flags = if line.held { Flags::HELD } else { Flags::NONE };
            feed.push(said, entity, &body, "words", &over, flags);
        }
    }
    feed
}

fn fold_in(store: &mut Store, feed: &Feed, cuts: &[usize]) {
    let mut from = 0;
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % feed.entries.len()).filter(|end| *end > 0).collect();
    ends.push(feed.entries.len());
    ends.sort_unstable();
    ends.dedup();
    for to in ends {
        store.fold_page(&feed.page(from, to)).unwrap();
        from = to;
    }
}

/// What the registers must be, by the model alone.
fn expected(feed: &Feed, visit: EntityId, code: &str) -> Vec<(OpId, Body)> {
    let released: Vec<OpId> = {
        // A held release releases nothing until it is released itself.
        let releases: Vec<(OpId, OpId, bool)> = feed
            .entries
            .iter()
            .filter_map(|entry| match Said::entry(entry).unwrap().body {
                Body::Release(release) => Some((entry.id(), release.op, entry.flags.contains(Flags::HELD))),
                _ => None,
            })
            .collect();
        let mut live: Vec<OpId> = releases.iter().filter(|(_, _, held)| !held).map(|(_, names, _)| *names).collect();
        loop {
            let more: Vec<OpId> = releases
                .iter()
                .filter(|(id, names, held)| *held && live.contains(id) && !live.contains(names))
                .map(|(_, names, _)| *names)
                .collect();
            if more.is_empty() {
                break live;
            }
            live.extend(more);
        }
    };
    let mut register: Register<Body> = Register::default();
    for entry in &feed.entries {
        let said = Said::entry(entry).unwrap();
        let counts = !entry.flags.contains(Flags::HELD) || released.contains(&entry.id());
        let Body::Answer(answer) = &said.body else { continue };
        if counts && said.entity == visit && answer.item.as_str() == code {
            register.fold(said.id, said.ord, &said.over, said.body.clone());
        }
    }
    register.heads().map(|(id, head)| (id, head.value.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_feed_in_any_batching_gives_the_same_rows(
        lines in lines(),
        cuts in prop::collection::vec(any::<usize>(), 0..6),
    ) {
        let feed = world(&lines);
        let mut whole = phone();
        whole.store.fold_page(&feed.all()).unwrap();
        let mut pieces = phone();
        // The other device holds another feed with the same entities, and speaks of them itself.
        let mut other = feed.clone();
        other.name = area(2);
        let other = other.entries.iter().fold(Feed::new(area(2)), |mut feed, entry| { feed.append(entry.clone()); feed });
        pieces.store.fold_page(&other.all()).unwrap();
        pieces.store.open_log(ANNA, None, 1).unwrap();
        pieces.store.append(ANNA, &[new(id(110), answer("W5-1", Value::Poor)), new(id(120), feedback())], &[]).unwrap();
        fold_in(&mut pieces.store, &feed, &cuts);
        prop_assert_eq!(hash(&whole.store, area(1)), hash(&pieces.store, area(1)));
        pieces.store.drop_feed(&area(2)).unwrap();
        prop_assert_eq!(hash(&whole.store, area(1)), hash(&pieces.store, area(1)));
        for n in 0..3 {
            let finding = FindingId(id(120 + n));
            if n > 0 {
                prop_assert_eq!(whole.store.case(finding).unwrap(), pieces.store.case(finding).unwrap());
            }
            for code in ["W5-1", "W5-2", "W5-3"] {
                let register = whole.store.answer(VisitId(id(110 + n)), &item(code)).unwrap();
                let heads: Vec<_> = register.heads().map(|(id, head)| (id, head.value.body.clone())).collect();
                prop_assert_eq!(heads, expected(&feed, id(110 + n), code));
            }
        }
        // Own words enter no hash, and a feed begun again folds to the same.
        whole.store.restart_feed(&area(1), 1).unwrap();
        prop_assert_eq!(hash(&whole.store, area(1)), hash(&whole.store, area(1)));
        fold_in(&mut whole.store, &feed, &cuts);
        prop_assert_eq!(hash(&whole.store, area(1)), hash(&pieces.store, area(1)));
    }
}

#[test]
fn pages_of_five_hundred_entries_fold_with_their_cursor() {
    let mut feed = Feed::new(area(1));
    for n in 0..1_250_u64 {
        let visit = numbered(n / 40);
        let body =
            if n % 40 == 0 { opening(id(200), Mode::Open) } else { answer(&format!("W5-{}", n % 40), Value::Yes) };
        feed.say(op(ANNA, n + 1), visit, &body, "");
    }
    let mut phone = phone();
    let done = phone.store.fold_pages(&[feed.page(0, 500), feed.page(500, 1000), feed.page(1000, 1250)]).unwrap();
    assert_eq!(done.entries, 1250);
    assert_eq!(phone.store.cursor(&area(1)).unwrap().unwrap().position, 1250);
    assert_eq!(phone.store.pages(&area(1)).unwrap().iter().map(|page| page.count).collect::<Vec<_>>(), [500, 500, 250]);
    assert_eq!(phone.store.page_bytes(&area(1), 1, 501).unwrap().unwrap(), b"as it came");
    assert_eq!(phone.store.answers(VisitId(id(3))).unwrap().len(), 39);
    let all = phone.store.visits(&crate::VisitFilter::default()).unwrap();
    assert_eq!(all.len(), 32);
    let mut paged: Vec<crate::VisitRow> = Vec::new();
    loop {
        let after = paged.last().map(|row| row.visit);
        let next =
            phone.store.visits(&crate::VisitFilter { after, limit: 5, ..crate::VisitFilter::default() }).unwrap();
        if next.is_empty() {
            break;
        }
        paged.extend(next);
    }
    assert_eq!(paged, all, "page by page it is the same list");
    hash(&phone.store, area(1));
}

#[test]
fn a_page_twice_folds_once_and_a_page_too_early_or_foreign_is_refused() {
    let mut feed = Feed::new(area(1));
    for n in 1..=6 {
        feed.say(op(ANNA, n), id(1), &answer("W5-1", Value::Yes), "");
    }
    let mut phone = phone();
    phone.store.fold_page(&feed.page(0, 3)).unwrap();
    assert_eq!(phone.store.fold_page(&feed.page(0, 3)).unwrap(), crate::Folded::default());
    assert!(matches!(refused(phone.store.fold_page(&feed.page(4, 6))), StoreError::Gap { expected: 4, found: 5 }));
    assert!(matches!(refused(phone.store.fold_page(&feed.page(2, 6))), StoreError::Gap { expected: 4, found: 3 }));
    let foreign = NewPage { previous: Digest([9; 32]), ..feed.page(3, 6) };
    assert!(matches!(refused(phone.store.fold_page(&foreign)), StoreError::WrongHead { position: 3 }));
    let later = NewPage { epoch: 2, ..feed.page(3, 6) };
    assert!(matches!(refused(phone.store.fold_page(&later)), StoreError::WrongEpoch { held: 1, found: 2 }));
    let loose = NewPage { first: 4, ..feed.page(4, 6) };
    assert!(matches!(refused(phone.store.fold_page(&loose)), StoreError::BadPage(_)));
    assert_eq!(phone.store.cursor(&area(1)).unwrap().unwrap().position, 3, "nothing of it was kept");
}

#[test]
fn a_kind_that_nobody_knows_yet_is_kept_and_locks_its_entity_when_critical() {
    let mut feed = Feed::new(area(1));
    feed.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    feed.say(op(ANNA, 2), id(2), &opening(id(9), Mode::Open), "");
    for (seq, entity, kind) in [(3, id(1), Kind(9_000)), (4, id(2), Kind(0x404d))] {
        let mut entry = feed.entries[0].clone();
        (entry.position, entry.op.seq, entry.op.entity, entry.op.kind) = (seq, seq, entity, kind);
        entry.op.body = vec![0xff, 0x00];
        feed.append(entry);
    }
    let mut phone = phone();
    feed.pull(&mut phone.store);
    assert!(phone.store.is_read_only(id(1)).unwrap());
    assert!(!phone.store.is_read_only(id(2)).unwrap());
    assert!(phone.store.said(id(1)).unwrap().iter().any(|said| said.body == Body::Unknown(Kind(9_000))));
    hash(&phone.store, area(1));
}
