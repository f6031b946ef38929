//! Entities that stand in several feeds are shown from one.

use mingcha_model::body::{Mode, Nothing, PersonSet};
use mingcha_model::{PersonId, Role};

use super::*;
use crate::{FindingFilter, VisitFilter};

fn home(store: &Store, entity: EntityId) -> Option<FeedName> {
    let home = store.home(entity).unwrap();
    if let Some(row) = store.visits(&VisitFilter::default()).unwrap().into_iter().find(|row| row.visit.0 == entity) {
        assert_eq!(row.home, home, "lists show it from there");
    }
    home
}

#[test]
fn a_visit_in_several_feeds_is_listed_once_from_its_area() {
    let mut phone = phone();
    let person = FeedName::Person(PersonId(id(20)));
    let mut of_person = Feed::new(person);
    of_person.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    of_person.pull(&mut phone.store);
    assert_eq!(home(&phone.store, id(1)), Some(person));
    let mut of_area = Feed::new(area(1));
    of_area.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    of_area.say(op(ANNA, 2), id(1), &answer("W5-1", Value::Yes), "");
    of_area.pull(&mut phone.store);
    assert_eq!(home(&phone.store, id(1)), Some(area(1)));
    assert_eq!(phone.store.visits(&VisitFilter::default()).unwrap().len(), 1);
    phone.store.drop_feed(&area(1)).unwrap();
    assert_eq!(home(&phone.store, id(1)), Some(person));
    assert_eq!(value_of(&phone.store, id(1), "W5-1"), None, "the revoked feed's rows are gone");
    assert_eq!(phone.store.cursor(&area(1)).unwrap(), None);
    hash(&phone.store, person);
}

#[test]
fn a_site_that_moved_is_shown_with_its_visits_from_the_feed_it_entered() {
    let mut phone = phone();
    let mut first = Feed::new(area(1));
    first.say(op(CITY, 1), id(9), &site(3, 1), "Hall");
    first.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    first.say(op(ANNA, 2), id(2), &raising(id(1), id(9)), "");
    let mut second = Feed::new(area(2));
    second.say(op(CITY, 1), id(9), &site(3, 2), "Hall");
    second.say(op(ANNA, 1), id(1), &opening(id(9), Mode::Open), "");
    second.say(op(ANNA, 2), id(2), &raising(id(1), id(9)), "");
    first.pull(&mut phone.store);
    second.pull(&mut phone.store);
    let before = home(&phone.store, id(1)).unwrap();
    let (left, stays) = if before == area(1) { (&mut first, area(2)) } else { (&mut second, area(1)) };
    let name = left.name;
    left.say(op(CITY, 2), id(9), &Body::SiteLeave(Nothing {}), "");
    left.pull(&mut phone.store);
    for entity in [id(9), id(1), id(2)] {
        assert_eq!(home(&phone.store, entity), Some(stays));
    }
    assert_eq!(phone.store.place(id(2)).unwrap().unwrap().area, phone.store.site(SiteId(id(9))).unwrap().unwrap().area);
    let sites = phone.store.sites(&crate::SiteFilter::default()).unwrap();
    assert_eq!(sites.len(), 1);
    let after = crate::SiteFilter { after: Some(sites[0].site), ..crate::SiteFilter::default() };
    assert!(phone.store.sites(&after).unwrap().is_empty());
    hash(&phone.store, name);
    hash(&phone.store, stays);
}

#[test]
fn an_undercover_original_is_in_no_list_once_its_copy_was_published() {
    let covert = FeedName::Covert(AreaId(id(1)));
    let mut feed = Feed::new(covert);
    feed.say(op(BERT, 1), id(1), &opening(id(9), Mode::Undercover), "");
    feed.say(op(BERT, 2), id(2), &raising(id(1), id(9)), "");
    let mut phone = phone();
    let listed = |store: &Store| store.findings(&FindingFilter::default()).unwrap().len();
    feed.pull(&mut phone.store);
    assert_eq!(listed(&phone.store), 1);
    phone.store.open_log(ANNA, None, 1).unwrap();
    let own = phone.store.append(ANNA, &[new(id(2), feedback())], &[]).unwrap();
    let copy = FindingId(id(2)).published();
    let shown = phone.store.findings(&FindingFilter::default()).unwrap();
    assert_eq!(shown.iter().map(|row| row.finding).collect::<Vec<_>>(), [copy], "published by this device");
    assert_eq!(phone.store.case(copy).unwrap().unwrap().stage, mingcha_model::Stage::FedBack);
    let place = phone.store.place(copy.into()).unwrap();
    assert!(place.is_none_or(|place| !place.covert));
    feed.say(own[0], id(2), &feedback(), "");
    feed.pull(&mut phone.store);
    assert_eq!(listed(&phone.store), 1, "until the area's feed brings it");
    let originals = FindingFilter { originals: true, ..FindingFilter::default() };
    assert_eq!(phone.store.findings(&originals).unwrap().len(), 2);
    assert!(phone.store.finding(FindingId(id(2))).unwrap().unwrap().published);
    assert!(phone.store.case(FindingId(id(2))).unwrap().is_some());
    hash(&phone.store, covert);
}

#[test]
fn a_person_has_the_newest_name() {
    let mut feed = Feed::new(FeedName::Staff);
    let set = |role| Body::PersonSet(PersonSet { role, areas: vec![], unit: None });
    feed.say(op(CITY, 1), id(20), &set(Role::Inspector), "甲");
    feed.say(op(CITY, 2), id(20), &set(Role::Supervisor), "乙");
    feed.say(op(CITY, 3), id(21), &set(Role::Office), "丙");
    let mut phone = phone();
    feed.pull(&mut phone.store);
    assert_eq!(phone.store.person_name(PersonId(id(20))).unwrap().as_deref(), Some("乙"));
    assert_eq!(phone.store.people().unwrap().len(), 2);
    assert_eq!(phone.store.entities_like(&id(20).to_string()[..6], 5).unwrap(), [id(20)]);
}
