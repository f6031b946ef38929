//! Answers of several people: replaced, beside each other, held, released.

use mingcha_model::body::{PhotoAdd, PhotoItem, Release, VisitSubmit};
use mingcha_model::{Digest, PhotoId, Stage, VisitStatus};

use super::*;
use crate::{FindingFilter, SiteFilter, VisitFilter};

#[test]
fn two_answers_that_nobody_saw_replaced_stay_until_somebody_has() {
    let mut feed = Feed::new(area(1));
    feed.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Joint), "");
    feed.say(op(ANNA, 2), id(1), &answer("W5-1", Value::Yes), "clean");
    feed.say(op(BERT, 1), id(1), &answer("W5-1", Value::No), "dirty");
    let mut phone = phone();
    feed.pull(&mut phone.store);
    let register = phone.store.answer(VisitId(id(1)), &item("W5-1")).unwrap();
    assert!(crate::values_differ(&register));
    assert_eq!(phone.store.contested().unwrap().iter().map(|one| one.entity).collect::<Vec<_>>(), [id(1)]);
    assert_eq!(register.latest().unwrap().1.value.text(0), "dirty");
    assert_eq!(phone.store.history(id(1)).unwrap().len(), 3, "the opening and both values");

    feed.push(op(ANNA, 3), id(1), &answer("W5-1", Value::No), "", &[op(BERT, 1)], Flags::NONE);
    feed.pull(&mut phone.store);
    let register = phone.store.answer(VisitId(id(1)), &item("W5-1")).unwrap();
    assert_eq!(register.heads().map(|(id, _)| id).collect::<Vec<_>>(), [op(ANNA, 3)]);
    assert!(phone.store.contested().unwrap().is_empty());
    feed.say(op(CITY, 1), id(1), &answer("W5-1", Value::No), "");
    feed.pull(&mut phone.store);
    let register = phone.store.answer(VisitId(id(1)), &item("W5-1")).unwrap();
    assert_eq!(register.heads().count(), 2);
    assert!(phone.store.contested().unwrap().is_empty(), "equal values are no conflict");
    hash(&phone.store, area(1));
}

#[test]
fn a_held_answer_counts_once_it_is_released_whichever_comes_first() {
    let held = |feed: &mut Feed| {
        feed.push(op(BERT, 1), id(1), &answer("W5-1", Value::No), "", &[op(ANNA, 2)], Flags::HELD);
    };
    let release = |feed: &mut Feed| {
        feed.say(op(CITY, 1), id(1), &Body::Release(Release { op: op(BERT, 1) }), "");
    };
    let mut start = Feed::new(area(1));
    start.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    start.say(op(ANNA, 2), id(1), &answer("W5-1", Value::Yes), "");

    let mut feed = start.clone();
    let mut first = phone();
    held(&mut feed);
    feed.pull(&mut first.store);
    assert_eq!(value_of(&first.store, id(1), "W5-1"), Some(Value::Yes), "shown as held, not folded");
    assert!(first.store.said(id(1)).unwrap().iter().any(|said| said.flags.contains(Flags::HELD)));
    release(&mut feed);
    feed.pull(&mut first.store);
    assert_eq!(value_of(&first.store, id(1), "W5-1"), Some(Value::No));
    assert!(!first.store.said(id(1)).unwrap().iter().any(|said| said.flags.contains(Flags::HELD)));
    hash(&first.store, area(1));

    let mut feed = start;
    let mut second = phone();
    release(&mut feed);
    held(&mut feed);
    feed.pull(&mut second.store);
    assert_eq!(value_of(&second.store, id(1), "W5-1"), Some(Value::No));
    hash(&second.store, area(1));
}

#[test]
fn a_held_submission_of_a_visit_leaves_it_a_draft_until_released() {
    let mut feed = Feed::new(area(1));
    feed.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    let submit = Body::VisitSubmit(VisitSubmit { obtained: 100, obtainable: 100, missing: 0, counted: None });
    feed.push(op(ANNA, 2), id(1), &submit, "", &[], Flags::HELD);
    let mut phone = phone();
    feed.pull(&mut phone.store);
    let status = |store: &Store| {
        let listed = store.visits(&VisitFilter::default()).unwrap()[0].status;
        assert_eq!(store.visit(VisitId(id(1))).unwrap().unwrap().status(), listed);
        listed
    };
    assert_eq!(status(&phone.store), VisitStatus::Draft);
    // The release is routed by the visit, but even one that speaks of something else names the op.
    feed.say(op(CITY, 1), id(77), &Body::Release(Release { op: op(ANNA, 2) }), "");
    feed.pull(&mut phone.store);
    assert_eq!(status(&phone.store), VisitStatus::Submitted);
    hash(&phone.store, area(1));
}

#[test]
fn a_finding_goes_its_way_and_lists_follow() {
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "Hall");
    feed.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    feed.say(op(ANNA, 2), id(2), &raising(id(1), id(9)), "dirty");
    feed.say(op(ANNA, 3), id(2), &feedback(), "clean it");
    let mut phone = phone();
    feed.pull(&mut phone.store);
    let stage = |store: &Store| {
        let row = store.findings(&FindingFilter::default()).unwrap().remove(0);
        assert_eq!(store.case(FindingId(id(2))).unwrap().unwrap().stage, row.stage);
        row.stage
    };
    assert_eq!(stage(&phone.store), Stage::FedBack);
    feed.say(op(BERT, 1), id(3), &submission(id(2)), "done");
    feed.pull(&mut phone.store);
    assert_eq!(stage(&phone.store), Stage::Submitted);
    feed.say(op(ANNA, 4), id(3), &review(id(2), ReviewVerdict::Return), "not yet");
    feed.pull(&mut phone.store);
    assert_eq!(stage(&phone.store), Stage::Returned);
    let found = |filter: FindingFilter| phone.store.findings(&filter).unwrap().len();
    assert_eq!(found(FindingFilter { stage: Some(Stage::Returned), open: true, ..FindingFilter::default() }), 1);
    assert_eq!(found(FindingFilter { stage: Some(Stage::Closed), ..FindingFilter::default() }), 0);
    assert_eq!(
        found(FindingFilter { visit: Some(VisitId(id(1))), site: Some(SiteId(id(9))), ..FindingFilter::default() }),
        1
    );
    assert_eq!(phone.store.finding_of_submission(id(3)).unwrap(), Some(FindingId(id(2))));
    assert_eq!(phone.store.submissions_of(FindingId(id(2))).unwrap(), [submission_id(3)]);
    let place = phone.store.place(id(3)).unwrap().unwrap();
    assert_eq!((place.area, place.unit, place.covert), (AreaId(id(1)), UnitId(id(3)), false));
    hash(&phone.store, area(1));
}

#[test]
fn sites_are_found_by_name_code_and_area_and_not_once_they_left() {
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "市民中心 100%");
    let mut phone = phone();
    feed.pull(&mut phone.store);
    let found = |store: &Store, text: &str| {
        store.sites(&SiteFilter { search: Some(text.into()), ..SiteFilter::default() }).unwrap().len()
    };
    assert_eq!([found(&phone.store, "市民"), found(&phone.store, "s-1"), found(&phone.store, "0%")], [1, 1, 1]);
    assert_eq!([found(&phone.store, "%%"), found(&phone.store, "_")], [0, 0], "nothing typed is a pattern");
    assert_eq!(phone.store.sites_by_code("S-1").unwrap().len(), 1);
    feed.say(op(CITY, 2), id(9), &Body::SiteLeave(mingcha_model::body::Nothing {}), "");
    feed.pull(&mut phone.store);
    assert_eq!(found(&phone.store, "市民"), 0);
    assert!(!phone.store.site(SiteId(id(9))).unwrap().unwrap().present);
    hash(&phone.store, area(1));
}

#[test]
fn a_photo_is_put_to_another_item() {
    let add = PhotoAdd {
        owner: id(1),
        item: Some(item("W5-1")),
        original: Digest([1; 32]),
        standard: Digest([2; 32]),
        thumbnail: Digest([3; 32]),
        original_bytes: 3,
        standard_bytes: 2,
        thumbnail_bytes: 1,
        width: 4,
        height: 3,
        observed_at: None,
    };
    let mut feed = Feed::new(area(1));
    feed.say(op(ANNA, 1), id(5), &Body::PhotoAdd(add), "");
    let mut phone = phone();
    feed.pull(&mut phone.store);
    let shown = |store: &Store| store.photos_of(id(1)).unwrap().remove(0).item;
    assert_eq!(shown(&phone.store), Some(item("W5-1")));
    feed.say(op(ANNA, 2), id(5), &Body::PhotoItem(PhotoItem { item: Some(item("W5-2")) }), "");
    feed.pull(&mut phone.store);
    assert_eq!(shown(&phone.store), Some(item("W5-2")));

    let own = LogId([0xD1; 16]);
    phone.store.open_log(own, None, 1).unwrap();
    phone.store.append(own, &[new(id(5), Body::PhotoItem(PhotoItem { item: None }))], &[]).unwrap();
    assert_eq!(shown(&phone.store), None, "own, at once");
    assert_eq!(phone.store.photo(PhotoId(id(5))).unwrap().unwrap().op, op(ANNA, 1));
}
