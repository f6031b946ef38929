//! Case cards: what a unit learns of a finding, from when on, and that nobody's name is in it.

use mingcha_model::body::{
    Acknowledge, Body, Card, Channel, FindingFeedback, FindingNotice, FindingRaise, Mode, NoticeKind, Review,
    SubmissionAdd,
};
use mingcha_model::{EntityId, Entry, FeedName, FindingId, Kind, ReviewVerdict, Role, Severity, Stage, VisitId};

use crate::support::*;

fn raise(visit: EntityId) -> Body {
    Body::FindingRaise(FindingRaise {
        visit: VisitId(visit),
        site: hall_1(),
        item: "W5-1".parse().unwrap(),
        severity: Severity::Serious,
        photos: Vec::new(),
    })
}

fn feedback() -> Body {
    Body::FindingFeedback(FindingFeedback { channel: Channel::Spoken, photos: Vec::new() })
}

fn notice() -> Body {
    Body::FindingNotice(FindingNotice { notice: NoticeKind::Rectification, deadline: None, instead_of: None })
}

fn cards(entries: &[Entry]) -> Vec<(Card, Vec<String>)> {
    let words = |entry: &Entry| entry.op.texts.iter().map(|text| text.words().unwrap().to_owned()).collect();
    let card = |entry: &Entry| match Body::from_bytes(entry.op.kind, 1, &entry.op.body).unwrap() {
        Body::CardWrite(card) => Some((card, words(entry))),
        _ => None,
    };
    entries.iter().filter_map(card).collect()
}

struct People {
    anna: Phone,
    boss: Phone,
    contact: Phone,
}

fn people(serving: &Serving) -> People {
    People {
        anna: Phone::of(serving, person(Role::Inspector, &[donghu()], None, "安娜")),
        boss: Phone::of(serving, person(Role::Supervisor, &[donghu()], None, "督查")),
        contact: Phone::of(serving, person(Role::Contact, &[], Some(hall()), "联络员")),
    }
}

#[test]
fn a_unit_learns_of_a_finding_when_it_is_fed_back_and_follows_it_by_its_card() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let People { mut anna, mut boss, mut contact } = people(&serving);
    let unit = FeedName::Unit(hall());
    let visit = anna.visit(hall_1(), Mode::Open);
    let finding = EntityId(fresh());
    anna.say(finding, &raise(visit), &["三号窗口的王某态度生硬"]);
    anna.push();
    assert_eq!(cards(&contact.pull(unit)), []);

    anna.say(finding, &feedback(), &["请规范服务用语"]);
    anna.push();
    let told = cards(&contact.pull(unit));
    let (card, texts) = told.last().unwrap();
    assert_eq!((card.stage, card.number.as_deref()), (Stage::FedBack, Some("2026-0001")));
    assert_eq!(texts, &["请规范服务用语"]);
    assert_eq!((card.deadline, card.recheck_due), (None, None));

    boss.say(finding, &notice(), &["限期整改"]);
    boss.push();
    contact.say(finding, &Body::FindingAcknowledge(Acknowledge { channel: Channel::Phone, notice: None }), &["签收人"]);
    let submission = EntityId(fresh());
    let add = SubmissionAdd { finding: FindingId(finding), photos: Vec::new() };
    contact.say(submission, &Body::SubmissionAdd(add), &["已培训"]);
    assert_eq!(verdicts(&contact.push()), []);
    let told = cards(&contact.pull(unit));
    let (card, _) = told.last().unwrap();
    // Served on Monday 2 March; serious gives five working days.
    assert_eq!(card.deadline.unwrap().to_string(), "2026-03-09");
    assert_eq!((card.stage, card.includes.len()), (Stage::Submitted, 1));

    let verdict = Review { finding: FindingId(finding), verdict: ReviewVerdict::Return };
    boss.say(submission, &Body::Review(verdict), &["照片不清楚"]);
    assert_eq!(verdicts(&boss.push()), []);
    let told = cards(&contact.pull(unit));
    let (card, texts) = told.last().unwrap();
    assert_eq!(card.stage, Stage::Returned);
    assert_eq!(card.submissions[0].reason.map(|place| texts[usize::from(place)].as_str()), Some("照片不清楚"));

    // And the office reads the same case from the city's own figures.
    let case = serving.city.read(|store| store.case(FindingId(finding))).unwrap().unwrap();
    assert_eq!((case.stage, case.number.as_deref()), (Stage::Returned, Some("2026-0001")));
}

#[test]
fn what_a_contact_says_of_a_finding_that_its_unit_was_not_told_of_waits_until_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let People { mut anna, boss, mut contact } = people(&serving);
    let visit = anna.visit(hall_1(), Mode::Open);
    let finding = EntityId(fresh());
    anna.say(finding, &raise(visit), &["王某态度生硬"]);
    anna.push();
    contact.say(finding, &Body::FindingAcknowledge(Acknowledge { channel: Channel::Phone, notice: None }), &["签收人"]);
    let add = SubmissionAdd { finding: FindingId(finding), photos: Vec::new() };
    contact.say(EntityId(fresh()), &Body::SubmissionAdd(add), &["已培训"]);
    let waits = Some(mingcha_model::Refusal::UnknownEntity);
    let parked = mingcha_model::Verdict::Parked;
    assert_eq!(verdicts(&contact.push()), [(2, parked, waits), (3, parked, waits)]);

    let stage = |phone: &Phone| cards(&phone.pull(FeedName::Unit(hall()))).last().map(|(card, _)| card.stage);
    assert_eq!(stage(&contact), None);
    anna.say(finding, &feedback(), &["请规范服务用语"]);
    anna.push();
    boss.pull(FeedName::Area(donghu()));
    assert_eq!(stage(&contact), Some(Stage::Submitted));
}

#[test]
fn a_unit_feed_holds_no_word_no_log_and_no_person_but_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let People { mut anna, mut boss, mut contact } = people(&serving);
    let visit = anna.visit(hall_1(), Mode::Open);
    let finding = EntityId(fresh());
    anna.say(finding, &raise(visit), &["王某态度生硬"]);
    anna.say(finding, &feedback(), &["请规范服务用语"]);
    anna.push();
    boss.say(finding, &notice(), &["限期整改"]);
    boss.push();
    contact.say(finding, &Body::FindingAcknowledge(Acknowledge { channel: Channel::Phone, notice: None }), &["签收人"]);
    contact.push();
    let entries = contact.pull(FeedName::Unit(hall()));
    let secrets: [&[u8]; 7] = [
        anna.said.person.as_bytes(),
        boss.said.person.as_bytes(),
        anna.device.as_bytes(),
        &anna.main.id.0,
        &boss.main.id.0,
        &visit.0,
        "王某".as_bytes(),
    ];
    for entry in &entries {
        assert!(matches!(
            entry.op.kind,
            Kind::UNIT_SET | Kind::SITE_ENTER | Kind::CARD_WRITE | Kind::FINDING_ACKNOWLEDGE
        ));
        assert!(entry.log != anna.main.id && entry.log != boss.main.id);
        if entry.op.kind != Kind::FINDING_ACKNOWLEDGE {
            assert_eq!((entry.op.at + 28_800) % 86_400, 0, "no minute in the time");
            assert_eq!(entry.ord.millis(), entry.op.at * 1_000, "no minute in the order");
        }
        let words: String = entry.op.texts.iter().filter_map(|text| text.words()).collect();
        for secret in secrets {
            let found = |bytes: &[u8]| bytes.windows(secret.len()).any(|run| run == secret);
            assert!(!found(&entry.op.body) && !found(words.as_bytes()), "{:?}", entry.op.kind);
        }
    }
}

#[test]
fn replies_to_contacts_are_padded_to_whole_kibibytes() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let People { anna, mut contact, .. } = people(&serving);
    let head = mingcha_sync::FeedHead { feed: FeedName::Public, cursor: mingcha_model::Cursor::start(1) };
    let answer = contact.ask_pages(head, 1_000_000);
    assert_eq!((answer.body.len() + answer.header("x-padding").unwrap().len()) % 1024, 0);
    let segment = contact.main.seal(&contact.key);
    assert!(contact.put(&segment).header("x-padding").is_some());
    assert!(anna.ask_pages(head, 1_000_000).header("x-padding").is_none());
}

#[test]
fn a_city_that_ended_before_its_cards_writes_them_when_it_starts_and_none_twice() {
    let dir = tempfile::tempdir().unwrap();
    let contact_code;
    let finding = EntityId(fresh());
    {
        let serving = Serving::start(founded(dir.path()));
        let mut anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
        contact_code = serving.city.enrol_code(person(Role::Contact, &[], Some(hall()), "联络员")).unwrap().code;
        let visit = anna.visit(hall_1(), Mode::Open);
        anna.say(finding, &raise(visit), &["态度生硬"]);
        anna.say(finding, &feedback(), &["请规范服务用语"]);
        anna.push();
    }
    // As if it had ended right after the commit: nothing of what follows was ever there.
    let ledger = rusqlite::Connection::open(dir.path().join("city.db")).unwrap();
    let unit = format!("unit:{}", hall());
    for sql in [
        "DELETE FROM followed",
        "DELETE FROM said WHERE kind = 132",
        "DELETE FROM page WHERE feed = ?1 AND first > 3",
        "UPDATE feed SET position = 3, small = 1 WHERE feed = ?1",
    ] {
        let named = if sql.contains("?1") { vec![unit.clone()] } else { Vec::new() };
        ledger.execute(sql, rusqlite::params_from_iter(named)).unwrap();
    }
    let page: Vec<u8> = ledger.query_row("SELECT bytes FROM page WHERE feed = ?1", [&unit], |row| row.get(0)).unwrap();
    let head = mingcha_sync::Page::from_bytes(&page).unwrap().head;
    ledger.execute("UPDATE feed SET head = ?2 WHERE feed = ?1", (&unit, head.0)).unwrap();
    drop(ledger);
    for entry in std::fs::read_dir(dir.path()).unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with("read.db") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }

    let serving = Serving::start(mingcha_city::City::open(dir.path()).unwrap());
    let contact = Phone::with_code(&serving, &contact_code);
    assert_eq!(cards(&contact.pull(FeedName::Unit(hall()))).len(), 1);
    serving.city.catch_up().unwrap();
    contact.hello();
    assert_eq!(cards(&contact.pull(FeedName::Unit(hall()))).len(), 1);
}

#[test]
fn a_new_calendar_rewrites_only_the_cards_that_it_changes() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let People { mut anna, mut boss, mut contact } = people(&serving);
    let visit = anna.visit(hall_1(), Mode::Open);
    let (noticed, quiet) = (EntityId(fresh()), EntityId(fresh()));
    for finding in [noticed, quiet] {
        anna.say(finding, &raise(visit), &["态度生硬"]);
        anna.say(finding, &feedback(), &["请规范服务用语"]);
    }
    anna.push();
    boss.say(noticed, &notice(), &["限期整改"]);
    boss.push();
    contact.say(noticed, &Body::FindingAcknowledge(Acknowledge { channel: Channel::Phone, notice: None }), &["签收人"]);
    contact.push();
    let before = cards(&contact.pull(FeedName::Unit(hall()))).len();
    let text = "[[calendar]]\nyear = 2026\noff = [\"2026-03-09\"]\nwork = []\npublished = true\n";
    let load = mingcha_city::load::Load::parse("calendar.toml", text, None, &serving.city.known().unwrap());
    serving.city.apply(&load.unwrap()).unwrap();
    contact.hello();
    let told = cards(&contact.pull(FeedName::Unit(hall())));
    assert_eq!(told.len(), before + 1);
    assert_eq!(told.last().unwrap().0.deadline.unwrap().to_string(), "2026-03-10");
}

#[test]
fn a_served_deadline_moves_later_with_the_policy_and_never_earlier() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let People { mut anna, mut boss, mut contact } = people(&serving);
    let visit = anna.visit(hall_1(), Mode::Open);
    let finding = EntityId(fresh());
    anna.say(finding, &raise(visit), &["态度生硬"]);
    anna.say(finding, &feedback(), &["请规范服务用语"]);
    anna.push();
    boss.say(finding, &notice(), &["限期整改"]);
    boss.push();
    let deadline = |contact: &Phone| {
        let told = cards(&contact.pull(FeedName::Unit(hall())));
        told.last().unwrap().0.deadline.unwrap().to_string()
    };
    // Served on Tuesday at the latest; serious gives five working days.
    assert_eq!(deadline(&contact), "2026-03-10");
    let load = |text: &str| {
        serving.city.set_clock(Some(millis(MONDAY) + 3_600_000)).unwrap();
        let load = mingcha_city::load::Load::parse("rules.toml", text, None, &serving.city.known().unwrap());
        serving.city.apply(&load.unwrap()).unwrap();
    };
    load("[policy]\ndeadline_serious = 1\n");
    assert_eq!(deadline(&contact), "2026-03-10");
    load("[policy]\ndeadline_serious = 7\n");
    assert_eq!(deadline(&contact), "2026-03-12");
    load("[policy]\ndeadline_serious = 5\n");
    assert_eq!(deadline(&contact), "2026-03-12");

    // What is served afterwards runs by what holds then.
    serving.city.set_clock(Some(millis(MONDAY) + 7_200_000)).unwrap();
    boss.clock = millis(MONDAY) + 7_200_000;
    boss.say(finding, &notice(), &["再次限期"]);
    boss.push();
    let told = cards(&contact.pull(FeedName::Unit(hall())));
    assert_eq!(told.last().unwrap().0.deadline.unwrap().to_string(), "2026-03-10");
    contact.clock = boss.clock;
    contact.say(finding, &Body::FindingAcknowledge(Acknowledge { channel: Channel::Phone, notice: None }), &["签收人"]);
    contact.push();
    let told = cards(&contact.pull(FeedName::Unit(hall())));
    assert_eq!(told.last().unwrap().0.deadline.unwrap().to_string(), "2026-03-09");
}

#[test]
fn what_a_revoked_contact_sent_is_in_the_unit_feed_only_once_it_is_released() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let People { mut anna, mut boss, mut contact } = people(&serving);
    let colleague = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "同事"));
    let visit = anna.visit(hall_1(), Mode::Open);
    let finding = EntityId(fresh());
    anna.say(finding, &raise(visit), &["态度生硬"]);
    anna.say(finding, &feedback(), &["请规范服务用语"]);
    anna.push();
    serving.city.revoke_device(contact.device).unwrap();
    let submission = EntityId(fresh());
    let add = SubmissionAdd { finding: FindingId(finding), photos: Vec::new() };
    let held = contact.say(submission, &Body::SubmissionAdd(add), &["已培训"]);
    contact.push();
    let submitted = |phone: &Phone| {
        phone.pull(FeedName::Unit(hall())).iter().filter(|entry| entry.op.kind == Kind::SUBMISSION_ADD).count()
    };
    assert_eq!(submitted(&colleague), 0);
    assert_eq!(cards(&colleague.pull(FeedName::Unit(hall()))).last().unwrap().0.stage, Stage::FedBack);

    boss.say(submission, &Body::Release(mingcha_model::body::Release { op: held }), &["核实无误"]);
    assert_eq!(verdicts(&boss.push()), []);
    assert_eq!(submitted(&colleague), 1);
    let told = cards(&colleague.pull(FeedName::Unit(hall())));
    assert_eq!(told.last().unwrap().0.includes, [mingcha_model::SubmissionId(submission)]);
    assert_eq!(told.last().unwrap().0.stage, Stage::Submitted);
}

#[test]
fn a_card_shows_the_newest_fifty_submissions_and_takes_all_into_account() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let People { mut anna, mut contact, .. } = people(&serving);
    let visit = anna.visit(hall_1(), Mode::Open);
    let finding = EntityId(fresh());
    anna.say(finding, &raise(visit), &["态度生硬"]);
    anna.say(finding, &feedback(), &["请规范服务用语"]);
    anna.push();
    contact.pull(FeedName::Unit(hall()));
    let mut submissions = Vec::new();
    for _ in 0..60 {
        let submission = EntityId(fresh());
        let add = SubmissionAdd { finding: FindingId(finding), photos: Vec::new() };
        contact.say(submission, &Body::SubmissionAdd(add), &["已培训"]);
        submissions.push(mingcha_model::SubmissionId(submission));
    }
    assert_eq!(verdicts(&contact.push()), []);
    let told = cards(&contact.pull(FeedName::Unit(hall())));
    let (card, _) = told.last().unwrap();
    assert_eq!(card.includes, submissions);
    let shown: Vec<_> = card.submissions.iter().map(|one| one.submission).collect();
    assert_eq!(shown, submissions[10..]);
}
