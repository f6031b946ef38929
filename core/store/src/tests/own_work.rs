//! What was said here lies on top until a feed brings it back, and never gets lost.

use mingcha_model::body::{LogOpen, Nothing, VerdictSay};
use mingcha_model::{DeviceId, Field, PersonId, Refusal, Stage, Verdict};

use super::*;
use crate::{FindingFilter, OpVerdict, VisitFilter, Waiting};

fn opened() -> Phone {
    let mut phone = phone();
    phone.store.open_log(ANNA, None, 1).unwrap();
    let open = Body::LogOpen(LogOpen { device: DeviceId(id(90)), covert: false });
    phone.store.append(ANNA, &[new(id(90), open)], &[]).unwrap();
    phone
}

fn visits(store: &Store) -> Vec<crate::VisitRow> {
    store.visits(&VisitFilter::default()).unwrap()
}

#[test]
fn a_visit_started_without_signal_is_in_every_list_until_its_echo_and_after() {
    let mut phone = opened();
    let said = phone
        .store
        .append(
            ANNA,
            &[
                new(id(1), opening(id(9), Mode::Open)),
                new(id(1), answer("W5-1", Value::No)),
                new(id(2), raising(id(1), id(9))),
            ],
            &[],
        )
        .unwrap();
    assert_eq!(said, [op(ANNA, 2), op(ANNA, 3), op(ANNA, 4)]);
    assert_eq!((visits(&phone.store)[0].visit, visits(&phone.store)[0].home), (VisitId(id(1)), None));
    assert_eq!(phone.store.findings(&FindingFilter::default()).unwrap()[0].stage, Stage::Recorded);
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), Some(Value::No));

    let mut feed = Feed::new(area(1));
    feed.say(op(ANNA, 2), id(1), &opening(id(9), Mode::Open), "");
    let folded = feed.pull(&mut phone.store);
    assert_eq!((folded.echoed, folded.changed), (vec![op(ANNA, 2)], true));
    assert_eq!(visits(&phone.store)[0].home, Some(area(1)));
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), Some(Value::No), "its echo has not come");
    feed.say(op(ANNA, 3), id(1), &answer("W5-1", Value::No), "");
    feed.say(op(ANNA, 4), id(2), &raising(id(1), id(9)), "");
    feed.pull(&mut phone.store);
    assert_eq!(visits(&phone.store).len(), 1);
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), Some(Value::No));
    assert_eq!(phone.store.findings(&FindingFilter::default()).unwrap()[0].home, Some(area(1)));
    hash(&phone.store, area(1));
}

#[test]
fn own_words_lie_on_top_of_what_others_said_and_the_next_edit_repeats_what_it_replaced() {
    let mut phone = opened();
    let mut feed = Feed::new(area(1));
    feed.say(op(BERT, 1), id(1), &opening(id(9), Mode::Joint), "");
    feed.say(op(BERT, 2), id(1), &answer("W5-1", Value::Yes), "");
    feed.pull(&mut phone.store);
    let over = vec![op(BERT, 2)];
    phone.store.append(ANNA, &[NewOp { over: over.clone(), ..new(id(1), answer("W5-1", Value::No)) }], &[]).unwrap();
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), Some(Value::No));
    assert_eq!(phone.store.pending_over(id(1), &Field::Answer(item("W5-1"))).unwrap(), over);
    assert_eq!(phone.store.pending_over(id(1), &Field::Answer(item("W5-2"))).unwrap(), []);
    let register = phone.store.answer(VisitId(id(1)), &item("W5-1")).unwrap();
    assert!(!crate::values_differ(&register));
    // A later word of somebody who did not see it stands beside it.
    feed.say(op(BERT, 3), id(1), &answer("W5-1", Value::Yes), "");
    feed.pull(&mut phone.store);
    assert_eq!(phone.store.contested().unwrap()[0].register.heads().count(), 2);
}

#[test]
fn what_was_refused_leaves_the_lists_and_waits_for_its_author() {
    let mut phone = opened();
    phone
        .store
        .append(ANNA, &[new(id(1), opening(id(9), Mode::Open)), new(id(1), answer("W5-1", Value::No))], &[])
        .unwrap();
    phone.store.put_segment(ANNA, 1, 3, Digest([1; 32]), b"sealed").unwrap();
    assert_eq!(phone.store.waiting().unwrap(), Waiting { ops: 3, photos: 0 });
    let verdicts = [
        OpVerdict { seq: 2, verdict: Verdict::Refused, reason: Some(Refusal::Area) },
        OpVerdict { seq: 3, verdict: Verdict::Held, reason: Some(Refusal::DeviceRevoked) },
    ];
    phone.store.put_receipt(ANNA, 1, b"receipt", &verdicts, 77).unwrap();
    assert_eq!(phone.store.waiting().unwrap(), Waiting::default());
    assert!(visits(&phone.store).is_empty());
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), None);
    let attention = phone.store.attention().unwrap();
    assert_eq!(
        attention.iter().map(|one| (one.id.seq, one.verdict, one.reason, one.since)).collect::<Vec<_>>(),
        [(2, Verdict::Refused, Some(Refusal::Area), 77), (3, Verdict::Held, Some(Refusal::DeviceRevoked), 77),]
    );
    assert!(
        matches!(refused(phone.store.discard_refused(&[op(ANNA, 3)])), StoreError::UnknownOp(_)),
        "held is not refused"
    );
    phone.store.discard_refused(&[op(ANNA, 2)]).unwrap();
    assert_eq!(phone.store.attention().unwrap().len(), 1);
    assert_eq!(phone.store.append(ANNA, &[new(id(1), Body::VisitRemark(Nothing {}))], &[]).unwrap(), [op(ANNA, 4)]);
}

#[test]
fn a_refused_visit_stays_with_its_author_is_counted_nowhere_and_goes_when_it_is_let_go() {
    let mut phone = opened();
    let said = [new(id(1), opening(id(9), Mode::Open)), new(id(1), answer("W5-1", Value::No))];
    phone.store.append(ANNA, &said, &[]).unwrap();
    phone.store.put_segment(ANNA, 1, 3, Digest([1; 32]), b"sealed").unwrap();
    let ruled = [(2, Verdict::Refused, Refusal::Area), (3, Verdict::Parked, Refusal::UnknownEntity)];
    let ruled = ruled.map(|(seq, verdict, reason)| OpVerdict { seq, verdict, reason: Some(reason) });
    phone.store.put_receipt(ANNA, 1, b"receipt", &ruled, 77).unwrap();
    let all = VisitFilter { refused: true, ..VisitFilter::default() };
    assert!(visits(&phone.store).is_empty(), "counted nowhere");
    assert_eq!(phone.store.visits(&all).unwrap().len(), 1);
    assert!(phone.store.visit(VisitId(id(1))).unwrap().is_some());
    assert_eq!(phone.store.refused_visit(id(1)).unwrap(), Some(VisitId(id(1))));
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), Some(Value::No));
    // Said again, it is an ordinary visit that waits; the old opening may go.
    phone.store.append(ANNA, &[new(id(1), opening(id(9), Mode::Open))], &[]).unwrap();
    assert_eq!((visits(&phone.store).len(), phone.store.refused_visit(id(1)).unwrap()), (1, None));
    phone.store.discard_refused(&[op(ANNA, 2)]).unwrap();
    assert_eq!(visits(&phone.store).len(), 1);
    // All or none of what is let go together.
    assert!(phone.store.discard_refused(&[op(ANNA, 3), op(ANNA, 9)]).is_err());
    assert_eq!(phone.store.attention().unwrap().len(), 1);
    phone.store.discard_refused(&[op(ANNA, 3)]).unwrap();
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), None);
}

#[test]
fn a_parked_op_lies_on_top_until_the_person_feed_has_its_verdict() {
    let mut phone = opened();
    phone.store.append(ANNA, &[new(id(1), opening(id(9), Mode::Open))], &[]).unwrap();
    phone.store.put_segment(ANNA, 1, 2, Digest([1; 32]), b"sealed").unwrap();
    let parked = [OpVerdict { seq: 2, verdict: Verdict::Parked, reason: Some(Refusal::UnknownEntity) }];
    phone.store.put_receipt(ANNA, 1, b"receipt", &parked, 77).unwrap();
    assert_eq!(visits(&phone.store).len(), 1);
    let mut person = Feed::new(FeedName::Person(PersonId(id(20))));
    let say = VerdictSay { op: op(ANNA, 2), verdict: Verdict::Refused, reason: Some(Refusal::Expired) };
    person.say(op(CITY, 1), id(1), &Body::VerdictSay(say), "");
    person.pull(&mut phone.store);
    assert!(visits(&phone.store).is_empty());
    assert_eq!(phone.store.attention().unwrap()[0].reason, Some(Refusal::Expired));
    // The old receipt comes once more: it takes nothing back.
    phone.store.put_receipt(ANNA, 1, b"receipt", &parked, 99).unwrap();
    assert_eq!(phone.store.attention().unwrap()[0].verdict, Verdict::Refused);
}

#[test]
fn segments_are_sealed_once_sent_until_received_and_kept() {
    let mut phone = opened();
    phone.store.append(ANNA, &[new(id(1), opening(id(9), Mode::Open))], &[]).unwrap();
    assert_eq!(phone.store.tail(ANNA).unwrap().iter().map(|op| op.seq).collect::<Vec<_>>(), [1, 2]);
    assert!(matches!(refused(phone.store.put_segment(ANNA, 2, 1, Digest::ZERO, b"x")), StoreError::BadSegment(_)));
    assert!(matches!(refused(phone.store.put_segment(ANNA, 1, 3, Digest::ZERO, b"x")), StoreError::BadSegment(_)));
    phone.store.put_segment(ANNA, 1, 2, Digest([1; 32]), b"sealed").unwrap();
    phone.store.put_segment(ANNA, 1, 2, Digest([1; 32]), b"sealed").unwrap();
    assert!(matches!(refused(phone.store.put_segment(ANNA, 1, 2, Digest::ZERO, b"other")), StoreError::BadSegment(_)));
    assert!(phone.store.tail(ANNA).unwrap().is_empty());
    assert_eq!(phone.store.unsent_segments().unwrap()[0].bytes, b"sealed");
    phone.store.put_receipt(ANNA, 1, b"receipt", &[], 5).unwrap();
    assert!(phone.store.unsent_segments().unwrap().is_empty());
    phone.store.put_safe(ANNA, 2).unwrap();
    let log = phone.store.logs().unwrap().remove(0);
    assert_eq!(
        (log.last_seq, log.sealed_through, log.receipted_through, log.safe_through, log.head),
        (2, 2, 2, 2, Digest([1; 32]))
    );
    assert_eq!(visits(&phone.store).len(), 1, "accepted, and not yet brought back");
    phone.store.forget_own(1_000).unwrap();
    assert_eq!(visits(&phone.store).len(), 1, "never forgotten before a feed has it");
    let mut feed = Feed::new(area(1));
    feed.say(op(ANNA, 2), id(1), &opening(id(9), Mode::Open), "");
    feed.pull(&mut phone.store);
    phone.store.forget_own(1_000).unwrap();
    assert_eq!(phone.store.segments(ANNA).unwrap()[0].receipt.as_deref(), Some(&b"receipt"[..]));
    assert_eq!(phone.store.append(ANNA, &[new(id(1), answer("W5-1", Value::No))], &[]).unwrap(), [op(ANNA, 3)]);
}

#[test]
fn own_work_outlives_a_feed_that_begins_again_or_is_revoked() {
    let mut phone = opened();
    phone
        .store
        .append(ANNA, &[new(id(1), opening(id(9), Mode::Open)), new(id(1), answer("W5-1", Value::No))], &[])
        .unwrap();
    let mut feed = Feed::new(area(1));
    feed.say(op(ANNA, 2), id(1), &opening(id(9), Mode::Open), "");
    feed.say(op(ANNA, 3), id(1), &answer("W5-1", Value::No), "");
    feed.say(op(BERT, 1), id(2), &opening(id(9), Mode::Open), "");
    feed.pull(&mut phone.store);
    assert_eq!(visits(&phone.store).len(), 2);
    phone.store.restart_feed(&area(1), 2).unwrap();
    assert_eq!(visits(&phone.store).iter().map(|row| row.visit.0).collect::<Vec<_>>(), [id(1)]);
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), Some(Value::No));
    assert_eq!(phone.store.cursor(&area(1)).unwrap().unwrap(), mingcha_model::Cursor::start(2));
    assert_eq!(phone.store.pages(&area(1)).unwrap().len(), 1, "to be handed back");
    phone.store.drop_old_pages(&area(1)).unwrap();
    assert!(phone.store.pages(&area(1)).unwrap().is_empty());
    phone.store.drop_feed(&area(1)).unwrap();
    assert_eq!(visits(&phone.store).len(), 1);
}

#[test]
fn after_a_lost_key_the_tail_is_said_again_in_a_new_log() {
    let mut phone = opened();
    phone
        .store
        .append(ANNA, &[new(id(1), opening(id(9), Mode::Open)), new(id(1), answer("W5-1", Value::No))], &[])
        .unwrap();
    phone.store.put_segment(ANNA, 1, 1, Digest([1; 32]), b"sealed").unwrap();
    phone.store.open_log(BERT, None, 2).unwrap();
    let again = phone.store.reissue(ANNA, 2, BERT).unwrap();
    assert_eq!(again, [op(BERT, 1), op(BERT, 2)]);
    assert_eq!(phone.store.tail(BERT).unwrap()[0].origin, Some(op(ANNA, 2)));
    assert!(phone.store.tail(ANNA).unwrap().is_empty());
    assert_eq!(visits(&phone.store)[0].author, BERT);
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), Some(Value::No));
    let refusal = refused(phone.store.append(ANNA, &[new(id(1), answer("W5-1", Value::Yes))], &[]));
    assert!(matches!(refusal, StoreError::UnknownLog(ANNA)), "a log that was given up says nothing more");
    assert_eq!(phone.store.unsent_segments().unwrap().len(), 1, "what was sealed is still sent");
}

#[test]
fn a_submission_on_a_card_is_there_at_once() {
    let mut phone = opened();
    let unit = FeedName::Unit(UnitId(id(3)));
    let mut feed = Feed::new(unit);
    feed.say(op(CITY, 1), id(9), &site(3, 1), "Hall");
    let card = mingcha_model::body::Card {
        number: Some("2026-1".into()),
        site: SiteId(id(9)),
        item: item("W5-1"),
        severity: Severity::Minor,
        stage: Stage::Noticed,
        result_count: 0,
        feedback_day: None,
        notice_day: None,
        deadline: None,
        extension: None,
        photos: vec![],
        submissions: vec![],
        results: vec![],
        includes: vec![],
        suspended: false,
        appealed: false,
        provisional: false,
        recheck_due: None,
        supervision_day: None,
        suspended_until: None,
        notices: 0,
        duplicate_of: None,
        set: None,
    };
    feed.say(op(CITY, 2), id(2), &Body::CardWrite(card.clone()), "old demand");
    feed.say(op(CITY, 3), id(2), &Body::CardWrite(card), "demand");
    feed.pull(&mut phone.store);
    phone.store.append(ANNA, &[new(id(4), submission(id(2)))], &[]).unwrap();
    let cards = phone.store.cards(&crate::CardFilter::default()).unwrap();
    assert_eq!(cards.len(), 1);
    assert_eq!(cards[0].texts, [Some("demand".to_owned())]);
    assert_eq!(cards[0].said.iter().map(|said| said.entity).collect::<Vec<_>>(), [id(4)]);
    assert_eq!(phone.store.place(id(4)).unwrap().unwrap().unit, UnitId(id(3)));
    hash(&phone.store, unit);
}

#[test]
fn what_is_too_large_is_refused_before_anything_is_written() {
    let mut phone = opened();
    let remark = |text: String| NewOp { texts: vec![text], ..new(id(1), Body::VisitRemark(Nothing {})) };
    for bad in [
        remark("x".repeat(16 * 1024 + 1)),
        NewOp { texts: vec!["a".into(), "b".into()], ..remark(String::new()) },
        NewOp { over: vec![op(BERT, 1); 257], ..remark(String::new()) },
        new(id(1), Body::Unknown(mingcha_model::Kind(9_999))),
    ] {
        assert!(matches!(
            refused(phone.store.append(ANNA, &[remark("fits".into()), bad], &[])),
            StoreError::TooLarge(_)
        ));
    }
    assert_eq!(phone.store.tail(ANNA).unwrap().len(), 1);
}
