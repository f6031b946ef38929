//! What the office does at its desk, while the city serves or not.

use mingcha_city::City;
use mingcha_city::load::{Known, Load, unit_id};
use mingcha_model::body::{Assign, Body, Mode, SiteEnter, VisitPerson};
use mingcha_model::{EntityId, FeedName, Kind, Refusal, Role, Verdict};

use crate::support::*;

fn load(city: &City, text: &str) -> Result<u64, mingcha_city::CityError> {
    city.apply(&Load::parse("city.toml", text, None, &city.known().unwrap()).unwrap())
}

fn entered(phone: &Phone, feed: FeedName) -> Vec<SiteEnter> {
    let sites = bodies(&phone.pull(feed)).into_iter().filter_map(|body| match body {
        Body::SiteEnter(site) => Some(site),
        _ => None,
    });
    sites.collect()
}

#[test]
fn the_same_file_again_says_nothing_and_a_changed_site_is_told_to_all_who_know_it() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    assert_eq!(load(&serving.city, OFFICE).unwrap(), 0);
    let contact = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "联络员"));
    let office = Phone::of(&serving, person(Role::Office, &[], None, "文明办"));
    assert_eq!(entered(&contact, FeedName::Unit(hall())).len(), 2);
    let renamed = "[[sites]]\ncode = \"HALL-1\"\nunit = \"HALL\"\nkind = \"GOV\"\nname = \"综合窗口\"\n";
    assert_eq!(load(&serving.city, renamed).unwrap(), 2);
    assert_eq!(entered(&contact, FeedName::Unit(hall())).len(), 3);
    assert_eq!(entered(&office, FeedName::Area(donghu())).len(), 3);
}

#[test]
fn a_site_that_moves_leaves_one_unit_and_enters_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let office = Phone::of(&serving, person(Role::Office, &[], None, "文明办"));
    let moved = "[[sites]]\ncode = \"HALL-2\"\nunit = \"BANK\"\nkind = \"GOV\"\nname = \"二号窗口\"\n";
    assert_eq!(load(&serving.city, moved).unwrap(), 4);
    let donghu_kinds: Vec<Kind> = office.pull(FeedName::Area(donghu())).iter().map(|entry| entry.op.kind).collect();
    assert_eq!(donghu_kinds.last(), Some(&Kind::SITE_LEAVE));
    let last = entered(&office, FeedName::Area(xihu())).pop().unwrap();
    assert_eq!((last.unit, last.area), (unit_id("BANK"), xihu()));
    // And back again: what was said before the move is said anew.
    assert_eq!(load(&serving.city, OFFICE).unwrap(), 4);
}

#[test]
fn a_published_set_never_changes_and_nothing_of_such_a_file_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let city = founded(dir.path());
    let known = Known::default();
    let set = known.sets.first().unwrap();
    let mut first = Load::default();
    first.sets.push(mingcha_city::load::LoadedSet { set: set.clone(), toml: "一".into(), retired: false });
    assert_eq!(city.apply(&first).unwrap(), 1);
    let mut next = first.clone();
    next.sets[0].set.version += 1;
    assert_eq!(city.apply(&next).unwrap(), 1);
    assert_eq!(city.apply(&first).unwrap(), 0);
    next.sets[0].retired = true;
    assert_eq!(city.apply(&next).unwrap(), 1);
    let mut second =
        Load::parse("a.toml", "[[areas]]\ncode = \"NEW\"\nzh = \"新区\"\nen = \"New\"\n", None, &known).unwrap();
    second.sets.push(mingcha_city::load::LoadedSet { set: set.clone(), toml: "二".into(), retired: false });
    assert_eq!(city.apply(&second).unwrap_err().code(), "load_refused");
    second.sets.clear();
    assert_eq!(city.apply(&second).unwrap(), 1);
}

#[test]
fn an_assignment_reaches_two_people_and_no_area() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let mut boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let task = EntityId(fresh());
    let day = "2026-03-09".parse().unwrap();
    let assign = Assign { site: hall_1(), person: anna.person(), from: day, due: day, campaign: None };
    boss.say(task, &Body::Assign(assign), &[]);
    boss.say(task, &Body::Unassign(mingcha_model::body::Nothing {}), &[]);
    assert_eq!(verdicts(&boss.push()), []);
    for phone in [&anna, &boss] {
        let told = phone.pull(FeedName::Person(phone.person()));
        let kinds: Vec<Kind> = told.iter().map(|entry| entry.op.kind).collect();
        assert!(kinds.ends_with(&[Kind::ASSIGN, Kind::UNASSIGN]), "{kinds:?}");
    }
    assert!(boss.pull(FeedName::Area(donghu())).iter().all(|entry| entry.op.kind != Kind::ASSIGN));
}

#[test]
fn nothing_is_assigned_to_a_unit_or_to_somebody_of_another_area_and_neither_takes_part_in_a_visit() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let own = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "联络员"));
    let foreign = Phone::of(&serving, person(Role::Contact, &[], Some(unit_id("BANK")), "银行联络员"));
    let office = Phone::of(&serving, person(Role::Office, &[], None, "文明办"));
    let away = Phone::of(&serving, person(Role::Inspector, &[xihu()], None, "西湖"));
    let mut boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let day = "2026-03-09".parse().unwrap();
    let tellings = [&own, &foreign, &office, &away].map(|phone| phone.pull(FeedName::Person(phone.person())).len());
    let visit = boss.visit(hall_1(), Mode::Joint);
    for person in [own.person(), foreign.person(), office.person(), away.person()] {
        let assign = Assign { site: hall_1(), person, from: day, due: day, campaign: None };
        boss.say(EntityId(fresh()), &Body::Assign(assign), &[]);
    }
    for person in [own.person(), foreign.person(), mingcha_model::PersonId::from_random(fresh())] {
        boss.say(visit, &Body::VisitPerson(VisitPerson { person, present: true }), &[]);
    }
    let told: Vec<_> = verdicts(&boss.push()).into_iter().map(|(_, verdict, reason)| (verdict, reason)).collect();
    let refused = |reason| (Verdict::Refused, Some(reason));
    let (assignee, unknown) = (refused(Refusal::Assignee), refused(Refusal::UnknownEntity));
    assert_eq!(told, [assignee, assignee, assignee, assignee, assignee, assignee, unknown]);
    let after = [&own, &foreign, &office, &away].map(|phone| phone.pull(FeedName::Person(phone.person())).len());
    assert_eq!(after, tellings, "nobody of them heard of it");
    assert!(own.pull(FeedName::Unit(hall())).iter().all(|entry| entry.op.kind != Kind::ASSIGN));
}

#[test]
fn somebodys_next_phone_is_the_same_person() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let first = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let mut again = person(Role::Inspector, &[], None, "");
    again.person = Some(first.person());
    let second = Phone::of(&serving, again.clone());
    assert_eq!(second.person(), first.person());
    assert_eq!(serving.city.devices().unwrap().len(), 2);
    again.role = Role::Supervisor;
    assert_eq!(serving.city.enrol_code(again).unwrap_err().code(), "person_differs");
}

#[test]
fn what_another_process_changes_is_seen_while_serving() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let beside = City::open(dir.path()).unwrap();
    beside.set_clock(Some(millis(MONDAY) + 3_600_000)).unwrap();
    assert!(phone.hello().city_millis >= millis(MONDAY) + 3_600_000);
    beside.revoke(phone.person(), donghu()).unwrap();
    phone.clock += 5 * 3_600_000;
    phone.visit(hall_1(), Mode::Open);
    // Said after the grant had ended.
    beside.set_clock(Some(millis(MONDAY) + 6 * 3_600_000)).unwrap();
    assert_eq!(verdicts(&phone.push()), [(2, Verdict::Refused, Some(Refusal::Area))]);
    beside.revoke_device(phone.device).unwrap();
    let area = mingcha_sync::FeedHead { feed: FeedName::Area(donghu()), cursor: mingcha_model::Cursor::start(1) };
    assert_eq!(phone.ask_pages(area, 1000).code(), "device_revoked");
}

#[test]
fn two_cities_serve_in_one_process_and_know_nothing_of_each_other() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = Serving::start(founded(one.path()));
    let two = Serving::start(founded(two.path()));
    let phone = Phone::of(&one, person(Role::Office, &[], None, "文明办"));
    let there = two.send("POST", "/v1/hello", Some(&phone.said.token), &[]);
    assert_eq!(there.code(), "token_unknown");
    let other = Phone::of(&two, person(Role::Office, &[], None, "文明办"));
    assert_ne!(phone.said.city_key, other.said.city_key);
}

#[test]
fn pushes_from_many_phones_at_once_lose_nothing_and_leave_no_hole() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let phones: Vec<Phone> =
        (0..8).map(|_| Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"))).collect();
    let threads: Vec<_> = phones
        .into_iter()
        .map(|mut phone| {
            std::thread::spawn(move || {
                for _ in 0..15 {
                    phone.visit(hall_1(), Mode::Open);
                    assert_eq!(verdicts(&phone.push()), []);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let office = Phone::of(&serving, person(Role::Office, &[], None, "文明办"));
    let area = office.pull(FeedName::Area(donghu()));
    assert!(area.iter().zip(1..).all(|(entry, position)| entry.position == position));
    assert_eq!(area.iter().filter(|entry| entry.op.kind == Kind::VISIT_OPEN).count(), 120);
}
