//! What was asked at a site: what a new form is cut from beside what failed.

use std::collections::BTreeSet;

use mingcha_model::body::VisitSubmit;
use mingcha_model::{Day, History};

use super::*;

fn asking(mode: Mode, codes: &[&str]) -> Body {
    let asked = Some(codes.iter().map(|code| item(code)).collect());
    match opening(id(9), mode) {
        Body::VisitOpen(open) => Body::VisitOpen(VisitOpen { asked, ..open }),
        other => other,
    }
}

fn submitted() -> Body {
    Body::VisitSubmit(VisitSubmit { obtained: 0, obtainable: 0, missing: 0, counted: None })
}

fn history(store: &Store, mode: Mode) -> History {
    let site = store.site(SiteId(id(9))).unwrap().unwrap();
    store.history_of_site(&site, mode, &[], &[], Day::from_epoch_days(20_500)).unwrap()
}

fn asked(store: &Store, mode: Mode) -> BTreeSet<String> {
    history(store, mode).asked_here.into_keys().map(|code| code.to_string()).collect()
}

fn codes(codes: &[&str]) -> BTreeSet<String> {
    codes.iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_asked_counts_once_it_was_submitted_and_the_latest_visit_says_when() {
    let mut feed = Feed::new(area(1));
    feed.say(op(CITY, 1), id(9), &site(3, 1), "大厅");
    feed.say(op(ANNA, 1), id(1), &asking(Mode::Open, &["W5-1", "W5-2"]), "");
    feed.say(op(ANNA, 2), id(1), &answer("W5-9", Value::Yes), "");
    let mut phone = phone();
    feed.pull(&mut phone.store);
    assert_eq!(asked(&phone.store, Mode::Open), codes(&[]));
    feed.say(op(ANNA, 3), id(1), &submitted(), "");
    feed.say(op(BERT, 1), id(2), &asking(Mode::Recheck, &["W5-2"]), "");
    feed.say(op(BERT, 2), id(2), &submitted(), "");
    // A draft of one's own, submitted here and known to nobody else, changes nothing.
    feed.pull(&mut phone.store);
    let own = phone.store.open_log(LogId([5; 16]), None, 1).map(|()| LogId([5; 16])).unwrap();
    let draft = [new(id(40), asking(Mode::Open, &["W5-5"])), new(id(40), submitted())];
    phone.store.append(own, &draft, &[]).unwrap();
    for mode in [Mode::Open, Mode::Recheck, Mode::Joint, Mode::Special] {
        let known = history(&phone.store, mode);
        assert_eq!(asked(&phone.store, mode), codes(&["W5-1", "W5-2", "W5-9"]));
        assert!(known.asked_here[&item("W5-2")] > known.asked_here[&item("W5-1")]);
        assert_eq!(known.asked_here[&item("W5-9")], known.asked_here[&item("W5-1")]);
        assert_eq!(known.turn_by_day, None);
    }
    // Under cover nobody remembers: the day says whose turn it is.
    let covert = history(&phone.store, Mode::Undercover);
    assert!(covert.asked_here.is_empty() && covert.turn_by_day.is_some());
}

#[test]
fn self_checks_remember_their_own_alike_for_a_contact_and_for_whoever_reads_the_area() {
    let mut area = Feed::new(area(1));
    let mut unit = Feed::new(FeedName::Unit(UnitId(id(3))));
    for feed in [&mut area, &mut unit] {
        feed.say(op(CITY, 1), id(9), &site(3, 1), "大厅");
        feed.say(op(BERT, 1), id(2), &asking(Mode::SelfCheck, &["W5-4"]), "");
        feed.say(op(BERT, 2), id(2), &submitted(), "");
    }
    area.say(op(ANNA, 1), id(1), &asking(Mode::Open, &["W5-1"]), "");
    area.say(op(ANNA, 2), id(1), &answer("W5-1", Value::No), "");
    area.say(op(ANNA, 3), id(1), &submitted(), "");
    let (mut staff, mut contact) = (phone(), phone());
    area.pull(&mut staff.store);
    unit.pull(&mut contact.store);
    for store in [&staff.store, &contact.store] {
        assert_eq!(asked(store, Mode::SelfCheck), codes(&["W5-4"]));
        assert!(history(store, Mode::SelfCheck).failed_here.is_empty());
    }
    assert_eq!(asked(&staff.store, Mode::Open), codes(&["W5-1"]));
}
