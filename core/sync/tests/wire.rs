//! What the wire promises: the same bytes stored, signed and sent, whoever looks at them.

use mingcha_model::body::{Answer, Body};
use mingcha_model::{
    Cursor, Digest, EntityId, Entry, FeedName, Flags, ItemCode, Kind, LogId, Op, OpId, Order, Text, Value,
};
use mingcha_sync::{
    Anchor, AnchorSource, Page, PublicKey, Receipt, Ruled, Seal, Segment, SegmentError, Signer, SoftwareKey,
    plain_orders,
};
use proptest::prelude::*;

fn key(byte: u8) -> SoftwareKey {
    SoftwareKey::from_bytes(&[byte; 32]).unwrap()
}

fn op_id() -> impl Strategy<Value = OpId> {
    (0_u8..4, 1_u64..1000).prop_map(|(log, seq)| OpId { log: LogId([log; 16]), seq })
}

fn op(seq: u64) -> impl Strategy<Value = Op<String>> {
    (
        (any::<u16>(), any::<u8>(), 0_u8..5, any::<i64>()),
        prop::collection::vec(op_id(), 0..3),
        prop::option::of(op_id()),
        prop::collection::vec(any::<u8>(), 0..40),
        prop::collection::vec(".{0,12}", 0..3),
    )
        .prop_map(move |((kind, kind_version, entity, at), over, origin, body, texts)| Op {
            seq,
            kind: Kind(kind),
            kind_version,
            entity: EntityId([entity; 16]),
            at,
            over,
            origin,
            body,
            texts,
        })
}

fn run() -> impl Strategy<Value = Vec<Op<String>>> {
    (1_u64..1_000_000, 1_usize..20)
        .prop_flat_map(|(first, count)| (0..count).map(|i| op(first + i as u64)).collect::<Vec<_>>())
}

fn seal() -> Seal {
    Seal {
        log: LogId([9; 16]),
        previous: Digest([7; 32]),
        text_secret: [3; 32],
        app_build: "0.1.0".to_owned(),
        anchors: vec![Anchor {
            city_millis: 5_000,
            wall_millis: 4_000,
            monotonic_millis: 1,
            boot: 1,
            from_seq: 1,
            source: AnchorSource::Heard,
        }],
    }
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    run().prop_flat_map(|ops| {
        let count = ops.len();
        (Just(ops), prop::collection::vec((0_u8..3, any::<u64>(), 0_u8..8, any::<bool>()), count)).prop_map(
            |(ops, rows)| {
                ops.into_iter()
                    .zip(rows)
                    .zip(1..)
                    .map(|((op, (log, ord, flags, erased)), position)| Entry {
                        position,
                        log: LogId([log; 16]),
                        ord: Order(ord),
                        flags: Flags(flags),
                        op: op.map_texts(|text| {
                            let plain = Text::Plain { salt: [5; 32], text };
                            if erased { Text::Erased(plain.hash()) } else { plain }
                        }),
                    })
                    .collect()
            },
        )
    })
}

proptest! {
    #[test]
    fn a_sealed_segment_opens_to_what_was_said(ops in run()) {
        let device = key(1);
        let segment = Segment::seal(&ops, seal(), &device).unwrap();
        let bytes = segment.to_bytes();
        let read = Segment::from_bytes(&bytes).unwrap();
        prop_assert_eq!(read.to_bytes(), bytes);
        let opened = read.open().unwrap();
        prop_assert!(read.is_signed_by(&device.public_key(), &opened.head));
        prop_assert!(!read.is_signed_by(&key(2).public_key(), &opened.head));
        let said: Vec<Op<String>> = opened.ops.into_iter().map(|op| op.map_texts(|text| text.words().unwrap().to_owned())).collect();
        prop_assert_eq!(said, ops);
    }

    #[test]
    fn sealing_again_signs_again_but_says_the_same(ops in run()) {
        let first = Segment::seal(&ops, seal(), &key(1)).unwrap().open().unwrap();
        let second = Segment::seal(&ops, seal(), &key(2)).unwrap().open().unwrap();
        prop_assert_eq!(first.payload_hash, second.payload_hash);
        prop_assert_eq!(first.head, second.head);
    }

    #[test]
    fn a_flipped_byte_never_changes_what_a_segment_says(ops in run(), place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let device = key(1);
        let sealed = Segment::seal(&ops, seal(), &device).unwrap();
        let said = sealed.open().unwrap();
        let mut bytes = sealed.to_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let Ok((opened, read)) = Segment::from_bytes(&bytes).and_then(|read| Ok((read.open()?, read))) else { return Ok(()) };
        // A compressed stream may have two writings of one content: what counts is what was said.
        if read.is_signed_by(&device.public_key(), &opened.head) {
            prop_assert_eq!((opened.head, opened.payload_hash, opened.ops), (said.head, said.payload_hash, said.ops));
        }
    }

    #[test]
    fn an_erased_text_leaves_the_chain_whole(ops in run(), which in any::<prop::sample::Index>()) {
        let segment = Segment::seal(&ops, seal(), &key(1)).unwrap();
        let head = segment.open().unwrap().head;
        let count: usize = ops.iter().map(|op| op.texts.len()).sum();
        prop_assume!(count > 0);
        let gone = which.index(count);
        let erased = segment.erase_text(gone).unwrap();
        let erased = Segment::from_bytes(&erased.to_bytes()).unwrap();
        let opened = erased.open().unwrap();
        prop_assert_eq!(opened.head, head);
        prop_assert!(erased.is_signed_by(&key(1).public_key(), &opened.head));
        let texts: Vec<Text> = opened.ops.into_iter().flat_map(|op| op.texts).collect();
        for (i, text) in texts.iter().enumerate() {
            prop_assert_eq!(text.words().is_none(), i == gone);
        }
    }

    #[test]
    fn a_page_gives_back_its_entries_and_continues_its_feed(entries in entries(), cut in any::<prop::sample::Index>()) {
        let feed = FeedName::Public;
        let (whole, end) = Page::write(feed, Cursor::start(1), &entries).unwrap();
        let read = Page::from_bytes(&whole.to_bytes()).unwrap();
        prop_assert_eq!(read.entries().unwrap(), entries.clone());
        prop_assert_eq!(read.end(), end);
        // However a feed is cut into pages, it ends at the same head.
        let cut = cut.index(entries.len());
        if cut > 0 {
            let (first, middle) = Page::write(feed, Cursor::start(1), &entries[..cut]).unwrap();
            let (second, parted) = Page::write(feed, middle, &entries[cut..]).unwrap();
            prop_assert_eq!(parted, end);
            prop_assert_eq!(first.end(), second.start());
        }
    }

    #[test]
    fn any_flipped_byte_of_a_page_shows(entries in entries(), place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (page, end) = Page::write(FeedName::Public, Cursor::start(1), &entries).unwrap();
        let mut bytes = page.to_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let same = Page::from_bytes(&bytes).is_ok_and(|read| {
            read.feed == page.feed && read.start() == page.start() && read.end() == end
                && read.entries().is_ok_and(|read| read != entries)
        });
        prop_assert!(!same);
    }

    #[test]
    fn no_bytes_break_the_readers(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Segment::from_bytes(&bytes).and_then(|segment| segment.open());
        let _ = Page::from_bytes(&bytes).and_then(|page| page.entries());
        let _ = Receipt::from_bytes(&bytes, &PublicKey([2; 33]));
    }

    #[test]
    fn orders_of_a_log_rise_and_never_pass_the_receipt_by_more_than_the_count(claimed in prop::collection::vec(any::<i64>(), 1..30), received in 0_i64..1 << 47) {
        let orders = plain_orders(claimed.iter().copied(), received, Order(0));
        prop_assert!(orders.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(orders.iter().all(|ord| ord.millis() <= received));
    }
}

#[test]
fn a_gap_between_ops_is_not_sealed() {
    let body = Body::Answer(Answer { item: "W5-1".parse::<ItemCode>().unwrap(), value: Value::Yes, photos: vec![] });
    let op = |seq| Op {
        seq,
        kind: body.kind(),
        kind_version: 1,
        entity: EntityId([1; 16]),
        at: 0,
        over: vec![],
        origin: None,
        body: body.to_bytes(),
        texts: vec![],
    };
    assert_eq!(Segment::seal(&[op(1), op(3)], seal(), &key(1)).unwrap_err(), SegmentError::NotDense);
    assert_eq!(Segment::seal(&[], seal(), &key(1)).unwrap_err(), SegmentError::NotDense);
}

#[test]
fn an_unknown_suite_is_refused_by_name() {
    let ops = [Op {
        seq: 1,
        kind: Kind(12),
        kind_version: 1,
        entity: EntityId([1; 16]),
        at: 0,
        over: vec![],
        origin: None,
        body: vec![],
        texts: vec![],
    }];
    let mut segment = Segment::seal(&ops, seal(), &key(1)).unwrap();
    segment.suite = 2;
    assert_eq!(Segment::from_bytes(&segment.to_bytes()).unwrap_err(), SegmentError::UnknownSuite(2));
}

#[test]
fn a_receipt_is_the_citys_word_or_nothing() {
    let city = key(4);
    let receipt = Receipt {
        log: LogId([1; 16]),
        first_seq: 1,
        count: 2,
        payload_hash: Digest([1; 32]),
        received_millis: 10,
        previous_order: Order(0),
        ruled: vec![Ruled {
            seq: 2,
            verdict: mingcha_model::Verdict::Refused,
            reason: Some(mingcha_model::Refusal::Area),
        }],
        orders: vec![],
        signature: Receipt::UNSIGNED,
        numbers: vec![(3, "2026-0007".to_owned())],
    }
    .signed(&city)
    .unwrap();
    let bytes = receipt.to_bytes();
    assert_eq!(Receipt::from_bytes(&bytes, &city.public_key()).unwrap(), receipt);
    assert!(Receipt::from_bytes(&bytes, &key(5).public_key()).is_err());
    assert_eq!(receipt.verdict(1).0, mingcha_model::Verdict::Accepted);
    assert_eq!(receipt.verdict(2).1, Some(mingcha_model::Refusal::Area));
}

#[test]
fn forty_answers_of_a_visit_cost_a_few_bytes_each() {
    let ops: Vec<Op<String>> = (1..=40)
        .map(|seq| {
            let body = Body::Answer(Answer {
                item: format!("W5-{seq}").parse::<ItemCode>().unwrap(),
                value: if seq % 7 == 0 { Value::No } else { Value::Yes },
                photos: vec![],
            });
            Op {
                seq,
                kind: body.kind(),
                kind_version: 1,
                entity: EntityId([1; 16]),
                at: 1_770_000_000 + (seq * seq % 17 + 20 * seq).cast_signed(),
                over: vec![],
                origin: None,
                body: body.to_bytes(),
                texts: vec![],
            }
        })
        .collect();
    let bytes = Segment::seal(&ops, seal(), &key(1)).unwrap().to_bytes();
    assert!(bytes.len() < 700, "{} bytes for 40 answers", bytes.len());
}
