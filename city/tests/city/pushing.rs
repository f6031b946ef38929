//! Logs come in: once, whole, in order, and whatever is wrong with one op harms no other.

use crate::support::*;
use mingcha_model::body::{
    Answer, Body, FindingRaise, LogOpen, Mode, Nothing, Release, SetRef, VisitMove, VisitOpen, VisitSubmit,
};
use mingcha_model::{
    Class, Digest, EntityId, FeedName, Flags, Kind, Op, Order, Refusal, Role, Severity, SiteId, Text, Value, Verdict,
    VisitId,
};
use mingcha_sync::{LogConflict, decode};

fn inspector(serving: &Serving) -> Phone {
    Phone::of(serving, person(Role::Inspector, &[donghu()], None, "安娜"))
}

fn submit() -> Body {
    Body::VisitSubmit(VisitSubmit { obtained: 0, obtainable: 0, missing: 0, counted: None })
}

fn raise(visit: EntityId) -> Body {
    Body::FindingRaise(FindingRaise {
        visit: VisitId(visit),
        site: hall_1(),
        item: "W5-1".parse().unwrap(),
        severity: Severity::Ordinary,
        photos: Vec::new(),
    })
}

fn in_feed(entries: &[mingcha_model::Entry], kind: Kind) -> Vec<&Op<Text>> {
    entries.iter().map(|entry| &entry.op).filter(|op| op.kind == kind).collect()
}

#[test]
fn a_retry_gets_the_same_receipt_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    phone.visit(hall_1(), Mode::Open);
    let segment = phone.main.seal(&phone.key);
    let first = phone.put(&segment);
    let again = phone.put(&segment);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.body, again.body);
    let area = phone.pull(FeedName::Area(donghu()));
    assert_eq!(in_feed(&area, Kind::VISIT_OPEN).len(), 1);
    assert_eq!(in_feed(&area, Kind::AUTHOR_SET).len(), 1);
}

#[test]
fn a_gap_and_another_history_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let visit = phone.visit(hall_1(), Mode::Open);
    let one = phone.main.seal(&phone.key);
    let mut forked = phone.main.clone();
    phone.say(visit, &submit(), &[]);
    let two = phone.main.seal(&phone.key);
    forked.say(phone.clock, visit, &Body::VisitRemark(Nothing {}), &["另一段历史"]);
    let other_two = forked.seal(&phone.key);

    let gap = phone.put(&two);
    let conflict: LogConflict = decode(&gap.body).unwrap();
    assert_eq!((gap.status, conflict), (409, LogConflict { have: 0, head: Digest::ZERO, fork: false }));

    phone.pushed(&one);
    phone.pushed(&two);
    let fork = phone.put(&other_two);
    let conflict: LogConflict = decode(&fork.body).unwrap();
    assert_eq!((fork.status, conflict.have, conflict.fork), (409, 3, true));
    assert_eq!(conflict.head, phone.main.head);
}

#[test]
fn a_log_begins_by_naming_a_device_of_its_person() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let phone = inspector(&serving);
    let stranger = inspector(&serving);
    let mut unopened = Log::new();
    unopened.say(phone.clock, EntityId(fresh()), &open_visit(hall_1(), Mode::Open), &[]);
    assert_eq!(phone.put(&unopened.seal(&phone.key)).code(), "log_not_opened");
    let mut foreign = Log::new();
    let opens = Body::LogOpen(LogOpen { device: stranger.device, covert: false });
    foreign.say(phone.clock, EntityId(fresh()), &opens, &[]);
    assert_eq!(phone.put(&foreign.seal(&phone.key)).code(), "log_not_opened");
    let mut stolen = stranger.main.clone();
    let segment = stolen.seal(&stranger.key);
    stranger.pushed(&segment);
    assert_eq!(phone.put(&segment).code(), "log_not_opened");
}

#[test]
fn a_signature_of_another_key_is_refused_and_nothing_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let segment = phone.main.seal(&key_of(250));
    assert_eq!(phone.put(&segment).code(), "bad_signature");
    let mut fresh_log = Log::new();
    fresh_log.say(phone.clock, EntityId(fresh()), &Body::LogOpen(LogOpen { device: phone.device, covert: false }), &[]);
    phone.pushed(&fresh_log.seal(&phone.key));
}

#[test]
fn what_waits_for_its_visit_is_accepted_when_the_visit_comes() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut anna = inspector(&serving);
    let mut bert = inspector(&serving);
    let visit = anna.visit(hall_1(), Mode::Joint);
    bert.say(visit, &Body::VisitRemark(Nothing {}), &["我也在场"]);
    let early = bert.push();
    assert_eq!(verdicts(&early), [(2, Verdict::Parked, Some(Refusal::UnknownEntity))]);

    assert_eq!(verdicts(&anna.push()), []);
    let area = anna.pull(FeedName::Area(donghu()));
    assert_eq!(in_feed(&area, Kind::VISIT_REMARK).len(), 1);
    let told = bodies(&bert.pull(FeedName::Person(bert.person())));
    assert!(told.iter().any(|body| matches!(body, Body::VerdictSay(said) if said.verdict == Verdict::Accepted)));
    // The receipt itself never changes.
    assert_eq!(early.ruled.len(), 1);
}

#[test]
fn what_waited_thirty_five_days_is_refused_and_its_author_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut bert = inspector(&serving);
    bert.say(EntityId(fresh()), &submit(), &[]);
    bert.push();
    serving.city.set_clock(Some(millis(MONDAY) + 36 * 24 * 3_600_000)).unwrap();
    bert.hello();
    let told = bodies(&bert.pull(FeedName::Person(bert.person())));
    assert!(told.iter().any(|body| matches!(body, Body::VerdictSay(said) if said.reason == Some(Refusal::Expired))));
}

#[test]
fn one_bad_op_never_blocks_another() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let visit = phone.visit(hall_1(), Mode::Open);
    phone.say(EntityId(fresh()), &open_visit(mingcha_city::load::site_id("BANK-1"), Mode::Open), &[]);
    phone.say(visit, &submit(), &[]);
    phone.main.last().body = vec![0xff];
    phone.say(visit, &Body::VisitRemark(Nothing {}), &["一", "二"]);
    phone.say(visit, &Body::AreaSet(mingcha_model::body::AreaSet { code: "X".into() }), &[]);
    phone.say(visit, &submit(), &[]);
    let receipt = phone.push();
    assert_eq!(
        verdicts(&receipt),
        [
            (3, Verdict::Refused, Some(Refusal::Area)),
            (4, Verdict::Refused, Some(Refusal::Malformed)),
            (5, Verdict::Refused, Some(Refusal::Malformed)),
            (6, Verdict::Refused, Some(Refusal::CityOnly)),
        ]
    );
    assert_eq!(in_feed(&phone.pull(FeedName::Area(donghu())), Kind::VISIT_SUBMIT).len(), 1);
}

#[test]
fn an_id_that_is_taken_is_refused_unless_the_same_op_is_issued_again() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut anna = inspector(&serving);
    let mut bert = inspector(&serving);
    let visit = anna.visit(hall_1(), Mode::Open);
    anna.push();
    bert.say(visit, &open_visit(hall_1(), Mode::Open), &[]);
    assert_eq!(verdicts(&bert.push()), [(2, Verdict::Refused, Some(Refusal::Exists))]);

    let mut second = Log::new();
    second.say(anna.clock, EntityId(fresh()), &Body::LogOpen(LogOpen { device: anna.device, covert: false }), &[]);
    second.say(anna.clock, visit, &open_visit(hall_1(), Mode::Open), &[]);
    second.last().origin = Some(mingcha_model::OpId { log: anna.main.id, seq: 2 });
    second.say(anna.clock, visit, &open_visit(hall_1(), Mode::Joint), &[]);
    second.last().origin = Some(mingcha_model::OpId { log: anna.main.id, seq: 2 });
    assert_eq!(verdicts(&anna.pushed(&second.seal(&anna.key))), [(3, Verdict::Refused, Some(Refusal::Exists))]);
    assert_eq!(in_feed(&anna.pull(FeedName::Area(donghu())), Kind::VISIT_OPEN).len(), 1);
}

#[test]
fn a_visit_moves_within_its_area_and_not_beyond() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    serving.city.grant(phone.person(), xihu()).unwrap();
    let visit = phone.visit(hall_1(), Mode::Open);
    let to = |code: &str| Body::VisitMove(VisitMove { site: mingcha_city::load::site_id(code), kind: None });
    phone.say(visit, &to("BANK-1"), &[]);
    phone.say(visit, &to("HALL-2"), &[]);
    assert_eq!(verdicts(&phone.push()), [(3, Verdict::Refused, Some(Refusal::Area))]);
}

#[test]
fn what_a_revoked_phone_sends_is_kept_and_counts_only_once_released() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let mut boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let visit = phone.visit(hall_1(), Mode::Open);
    phone.push();
    serving.city.revoke_device(phone.device).unwrap();
    let remark = phone.say(visit, &Body::VisitRemark(Nothing {}), &["迟到的话"]);
    assert_eq!(verdicts(&phone.push()), [(3, Verdict::Held, Some(Refusal::DeviceRevoked))]);
    let own = FeedName::Person(phone.person());
    assert_eq!(phone.hello().feeds.iter().map(|head| head.feed).collect::<Vec<_>>(), [own]);
    let area = mingcha_sync::FeedHead { feed: FeedName::Area(donghu()), cursor: mingcha_model::Cursor::start(1) };
    assert_eq!(phone.ask_pages(area, 1000).code(), "device_revoked");
    let told = |phone: &Phone| {
        let accepted = |body: &&Body| matches!(body, Body::VerdictSay(said) if said.verdict == Verdict::Accepted);
        bodies(&phone.pull(own)).iter().filter(accepted).count()
    };
    assert_eq!(told(&phone), 0);

    let area = boss.pull(FeedName::Area(donghu()));
    let held: Vec<_> = area.iter().filter(|entry| entry.flags.contains(Flags::HELD)).collect();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].id(), remark);

    boss.say(visit, &Body::Release(Release { op: remark }), &["核实无误"]);
    assert_eq!(verdicts(&boss.push()), []);
    let area = boss.pull(FeedName::Area(donghu()));
    assert_eq!(in_feed(&area, Kind::RELEASE).len(), 1);
    assert_eq!(told(&phone), 1, "who was revoked still hears what became of it");
}

#[test]
fn who_had_moved_may_still_tell_facts_and_no_longer_decide() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let visit = phone.visit(hall_1(), Mode::Open);
    let finding = EntityId(fresh());
    phone.say(finding, &raise(visit), &["地面有积水"]);
    phone.push();
    serving.city.set_clock(Some(millis(MONDAY) + 3_600_000)).unwrap();
    serving.city.revoke(phone.person(), donghu()).unwrap();
    serving.city.set_clock(Some(millis(MONDAY) + 7_200_000)).unwrap();
    phone.clock += 1_800_000;
    phone.say(visit, &submit(), &[]);
    phone.say(visit, &Body::VisitVoid(mingcha_model::body::VisitVoid { void: true }), &["误建"]);
    phone.clock += 3_600_000;
    phone.say(visit, &Body::VisitRemark(Nothing {}), &["之后的话"]);
    let receipt = phone.push();
    assert_eq!(
        verdicts(&receipt),
        [(5, Verdict::Held, Some(Refusal::Moved)), (6, Verdict::Refused, Some(Refusal::Area))]
    );
    let office = Phone::of(&serving, person(Role::Office, &[], None, "文明办"));
    let late = office.pull(FeedName::Area(donghu()));
    let late: Vec<_> = late.iter().filter(|entry| entry.flags.contains(Flags::LATE)).collect();
    // What is held because its author had moved carries the same mark.
    assert_eq!(late.iter().map(|entry| entry.op.kind).collect::<Vec<_>>(), [Kind::VISIT_SUBMIT, Kind::VISIT_VOID]);
}

#[test]
fn a_phone_that_is_a_year_ahead_gets_the_time_of_receipt() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    phone.clock += 365 * 24 * 3_600_000;
    phone.visit(hall_1(), Mode::Open);
    let receipt = phone.push();
    let area = phone.pull(FeedName::Area(donghu()));
    let opened = area.iter().find(|entry| entry.op.kind == Kind::VISIT_OPEN).unwrap();
    assert!(opened.ord <= Order::at_millis(receipt.received_millis).next());
}

#[test]
fn an_undercover_visit_reaches_supervisors_and_its_author_alone_and_names_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let anna = inspector(&serving);
    let colleague = inspector(&serving);
    let mut boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let mut covert = Log::new();
    let visit = EntityId(fresh());
    covert.say(anna.clock, EntityId(fresh()), &Body::LogOpen(LogOpen { device: anna.device, covert: true }), &[]);
    covert.say(anna.clock, visit, &open_visit(hall_1(), Mode::Undercover), &[]);
    covert.say(anna.clock, EntityId(fresh()), &raise(visit), &["无人值守"]);
    // Nothing else may stand in such a log.
    covert.say(
        anna.clock,
        EntityId(fresh()),
        &Body::FindingRaise(FindingRaise {
            visit: VisitId(EntityId(fresh())),
            site: hall_1(),
            item: "W5-1".parse().unwrap(),
            severity: Severity::Minor,
            photos: vec![],
        }),
        &[""],
    );
    anna.pushed(&covert.seal(&anna.key));

    assert_eq!(
        colleague
            .ask_pages(
                mingcha_sync::FeedHead { feed: FeedName::Covert(donghu()), cursor: mingcha_model::Cursor::start(1) },
                1000
            )
            .code(),
        "feed_refused"
    );
    assert!(in_feed(&colleague.pull(FeedName::Area(donghu())), Kind::VISIT_OPEN).is_empty());
    let seen = boss.pull(FeedName::Covert(donghu()));
    assert_eq!(in_feed(&seen, Kind::VISIT_OPEN).len(), 1);
    let named: Vec<_> = bodies(&seen).into_iter().filter(|body| matches!(body, Body::AuthorSet(_))).collect();
    assert_eq!(named, [Body::AuthorSet(mingcha_model::body::AuthorSet { person: None })]);
    assert_eq!(in_feed(&seen, Kind::AUTHOR_SET)[0].texts[0].words(), Some("检查员 1"));
    assert_eq!(in_feed(&anna.pull(FeedName::Person(anna.person())), Kind::FINDING_RAISE).len(), 1);

    boss.say(visit, &Body::VisitRemark(Nothing {}), &["插话"]);
    assert_eq!(verdicts(&boss.push()), [(2, Verdict::Refused, Some(Refusal::Covert))]);
}

#[test]
fn a_grant_from_another_process_holds_for_the_next_push() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bank = mingcha_city::load::site_id("BANK-1");
    phone.visit(bank, Mode::Open);
    assert_eq!(verdicts(&phone.push()), [(2, Verdict::Refused, Some(Refusal::Area))]);
    let beside = mingcha_city::City::open(dir.path()).unwrap();
    beside.grant(phone.person(), xihu()).unwrap();
    phone.visit(bank, Mode::Open);
    assert_eq!(verdicts(&phone.push()), []);
    assert!(phone.hello().feeds.iter().any(|head| head.feed == FeedName::Area(xihu())));
    assert_eq!(in_feed(&phone.pull(FeedName::Area(xihu())), Kind::VISIT_OPEN).len(), 1);
}

#[test]
fn letters_that_cannot_be_are_problems_with_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let phone = inspector(&serving);
    assert_eq!(serving.send("GET", "/health", None, &[]).status, 200);
    assert_eq!(serving.send("GET", "/ready", None, &[]).status, 200);
    assert_eq!(serving.send("POST", "/v1/hello", None, &[]).code(), "token_unknown");
    assert_eq!(serving.send("GET", "/nowhere", None, &[]).code(), "route_unknown");
    assert_eq!(serving.send("GET", "/v1/hello", None, &[]).code(), "method_unknown");
    assert_eq!(phone.send("POST", "/v1/hello", b"nonsense").code(), "unreadable");
    let too_large = vec![0; 600 * 1024];
    let path = format!("/v1/logs/{}/1", phone.main.id);
    assert_eq!(phone.send("PUT", &path, &too_large).code(), "too_large");
}

#[test]
fn a_reader_in_the_middle_of_a_merged_page_gets_the_rest_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let visit = phone.visit(hall_1(), Mode::Open);
    phone.push();
    let before = phone.hello().feeds.into_iter().find(|head| head.feed == FeedName::Area(donghu())).unwrap();
    for _ in 0..70 {
        phone.say(visit, &Body::VisitRemark(Nothing {}), &["又一句"]);
        phone.push();
    }
    let answer = phone.ask_pages(before, 1_000_000);
    let said: mingcha_sync::PullSaid = decode(&answer.body).unwrap();
    let pages: Vec<_> = said.pages.iter().map(|bytes| mingcha_sync::Page::from_bytes(bytes).unwrap()).collect();
    assert_eq!(pages[0].start(), before.cursor);
    assert_eq!(pages.iter().map(|page| page.count).sum::<u64>(), 70);
    assert!(pages.len() < 5, "{} pages", pages.len());
    assert!(!said.more);
    let mut elsewhere = before;
    elsewhere.cursor.head = Digest::of(b"another history");
    assert_eq!(phone.ask_pages(elsewhere, 1000).code(), "feed_diverged");
}

#[test]
fn releases_that_hang_on_each_other_in_a_long_chain_are_all_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let mut other = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "另一督查"));
    let visit = other.visit(hall_1(), Mode::Open);
    other.push();
    serving.city.revoke_device(boss.device).unwrap();
    let mut last = boss.say(visit, &Body::VisitRemark(Nothing {}), &["迟到的话"]);
    let length = 400;
    for _ in 0..length {
        last = boss.say(visit, &Body::Release(Release { op: last }), &["核实"]);
    }
    assert!(verdicts(&boss.push()).iter().all(|(_, verdict, _)| *verdict == Verdict::Held));
    other.say(visit, &Body::Release(Release { op: last }), &["核实无误"]);
    assert_eq!(verdicts(&other.push()), []);
    let ledger = rusqlite::Connection::open(dir.path().join("city.db")).unwrap();
    let held: i64 = ledger.query_row("SELECT count(*) FROM op WHERE verdict = 3", [], |row| row.get(0)).unwrap();
    assert_eq!(held, 0);
    let let_go = "SELECT count(*) FROM op WHERE verdict = 0 AND log = ?1";
    let accepted: i64 = ledger.query_row(let_go, [boss.main.id.0], |row| row.get(0)).unwrap();
    assert_eq!(accepted, length + 2);
}

#[test]
fn nobody_can_silence_what_a_colleague_has_not_said_yet() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let (mut anna, mut bert) = (inspector(&serving), inspector(&serving));
    let visit = anna.visit(hall_1(), Mode::Joint);
    let seen = anna.say(visit, &Body::VisitRemark(Nothing {}), &["一"]);
    anna.push();
    let later = mingcha_model::OpId { log: anna.main.id, seq: seen.seq + 1 };
    for over in [seen, later] {
        bert.say(visit, &Body::VisitRemark(Nothing {}), &["二"]);
        bert.main.last().over = vec![over];
    }
    assert_eq!(verdicts(&bert.push()), [(3, Verdict::Refused, Some(Refusal::Malformed))]);
}

#[test]
fn a_finding_is_raised_where_its_visit_is() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let visit = phone.visit(mingcha_city::load::site_id("HALL-2"), Mode::Open);
    let Body::FindingRaise(here) = raise(visit) else { panic!("it raises") };
    let elsewhere = FindingRaise { site: mingcha_city::load::site_id("BANK-1"), ..here.clone() };
    let nowhere = FindingRaise { site: SiteId(EntityId([9; 16])), ..here };
    phone.say(EntityId(fresh()), &Body::FindingRaise(elsewhere), &["另一片区"]);
    phone.say(EntityId(fresh()), &Body::FindingRaise(nowhere), &["没有这个点位"]);
    // The visit may have been at the other window of the hall when this was said.
    phone.say(EntityId(fresh()), &raise(visit), &["别处的问题"]);
    let malformed = Some(Refusal::Malformed);
    assert_eq!(verdicts(&phone.push()), [(3, Verdict::Refused, malformed), (4, Verdict::Refused, malformed)]);
}

#[test]
fn a_visit_is_told_of_the_items_of_its_sets_alone() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let known = mingcha_model::CriteriaSet::embedded().unwrap();
    let set = known.iter().find(|set| set.code.as_str() == "W5").unwrap();
    let mut open = |code: &str, version: u32| {
        let visit = EntityId(fresh());
        let sets = vec![SetRef { code: code.to_owned(), version }];
        let open =
            VisitOpen { site: hall_1(), mode: Mode::Open, sets, campaign: None, task: None, asked: None, kind: None };
        phone.say(visit, &Body::VisitOpen(open), &[]);
        for item in ["W5-1", "NONE-9"] {
            let answer = Answer { item: item.parse().unwrap(), value: Value::Yes, photos: vec![] };
            phone.say(visit, &Body::Answer(answer), &[]);
        }
    };
    // The second set is a newer app's: what stands in it is not the city's to say.
    open("W5", set.version);
    open("W5", set.version + 1_000);
    assert_eq!(verdicts(&phone.push()), [(4, Verdict::Refused, Some(Refusal::Item))]);
}

#[test]
fn a_class_is_one_that_its_item_has_of_a_built_in_set_and_of_a_published_one() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let text = "code = \"OWN\"\nversion = 1\nname = { zh = \"本市\", en = \"own\" }\ndefinition = \"sourced\"\n\
                scoring = \"levels\"\n[[item]]\ncode = \"OWN-1\"\ntext = { zh = \"亮灯率\", en = \"lit\" }\n\
                help = { zh = \"按比例\", en = \"by share\" }\nanswer = \"band\"\nask = [\"observe\"]\nphoto = \"none\"\n\
                kinds = [\"ALL\"]\nbands = { standard = \">= 95\" }\n\
                source = [{ document = \"本市规定\", clause = \"一\" }]\n";
    let set = mingcha_model::CriteriaSet::parse("OWN.toml", text, &mingcha_model::Kinds::embedded()).unwrap();
    let mut load = mingcha_city::load::Load::default();
    load.sets.push(mingcha_city::load::LoadedSet { set, toml: text.to_owned(), retired: false });
    serving.city.apply(&load).unwrap();
    let mut phone = inspector(&serving);
    let visit = EntityId(fresh());
    let sets = ["CITY", "OWN"].map(|code| SetRef { code: code.to_owned(), version: 1 }).to_vec();
    let (campaign, task, asked, kind) = (None, None, None, None);
    let open = VisitOpen { site: hall_1(), mode: Mode::Open, sets, campaign, task, asked, kind };
    phone.say(visit, &Body::VisitOpen(open), &[]);
    // Both have 达标 alone; below it whatever is not. A grade that was given takes any class.
    for (item, value) in [
        ("CITY-6a", Value::Class(Class::Standard)),
        ("CITY-6a", Value::Class(Class::Below)),
        ("CITY-6a", Value::Class(Class::Well)),
        ("CITY-5g", Value::Class(Class::Well)),
        ("CITY-5d", Value::Class(Class::Well)),
        ("OWN-1", Value::Class(Class::Standard)),
        ("OWN-1", Value::Class(Class::Below)),
        ("OWN-1", Value::Class(Class::Excellent)),
    ] {
        let answer = Answer { item: item.parse().unwrap(), value, photos: vec![] };
        phone.say(visit, &Body::Answer(answer), &[]);
    }
    let refused: Vec<u64> = verdicts(&phone.push()).into_iter().map(|(seq, ..)| seq).collect();
    // The first op is the log's, the second the visit's.
    assert_eq!(refused, [5, 7, 10]);
}
