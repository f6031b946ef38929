//! Undercover visits: what may stand in their logs, what may name them, and what their area hears of them.

use crate::support::*;
use mingcha_model::body::{
    Body, Channel, FindingDuplicate, FindingFeedback, FindingPublish, FindingRaise, FindingVoid, LogOpen, Mode,
    Nothing, ResultSay,
};
use mingcha_model::{EntityId, FeedName, FindingId, Kind, Outcome, Refusal, Role, Severity, TaskId, Verdict, VisitId};

fn raise(visit: EntityId) -> Body {
    Body::FindingRaise(FindingRaise {
        visit: VisitId(visit),
        site: hall_1(),
        item: "W5-1".parse().unwrap(),
        severity: Severity::Ordinary,
        photos: Vec::new(),
    })
}

fn feedback() -> Body {
    Body::FindingFeedback(FindingFeedback { channel: Channel::Afterwards, photos: Vec::new() })
}

fn opened(phone: &Phone) -> Log {
    let mut log = Log::new();
    log.say(phone.clock, EntityId(log.id.0), &Body::LogOpen(LogOpen { device: phone.device, covert: true }), &[]);
    log
}

/// A visit under cover with one finding, in a log of its own.
fn seen(phone: &Phone) -> (Log, EntityId, EntityId) {
    let (mut log, visit, finding) = (opened(phone), EntityId(fresh()), EntityId(fresh()));
    log.say(phone.clock, visit, &open_visit(hall_1(), Mode::Undercover), &[]);
    log.say(phone.clock, finding, &raise(visit), &["无人值守"]);
    assert_eq!(verdicts(&phone.pushed(&log.seal(&phone.key))), []);
    (log, visit, finding)
}

fn copies(phone: &Phone) -> Vec<(EntityId, FindingPublish, String)> {
    let area = phone.pull(FeedName::Area(donghu()));
    let copy = |entry: &mingcha_model::Entry| match Body::from_bytes(entry.op.kind, 1, &entry.op.body) {
        Ok(Body::FindingPublish(copy)) => {
            Some((entry.entity(), copy, entry.op.texts[0].words().unwrap_or_default().to_owned()))
        }
        _ => None,
    };
    area.iter().filter_map(copy).collect()
}

#[test]
fn a_log_for_an_undercover_visit_holds_one_visit_and_an_undercover_visit_stands_in_such_a_log() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    anna.visit(hall_1(), Mode::Undercover);
    assert_eq!(verdicts(&anna.push()), [(2, Verdict::Refused, Some(Refusal::Covert))], "in the main log");

    let (mut log, ..) = seen(&anna);
    log.say(anna.clock, EntityId(fresh()), &open_visit(hall_1(), Mode::Undercover), &[]);
    assert_eq!(
        verdicts(&anna.pushed(&log.seal(&anna.key))),
        [(4, Verdict::Refused, Some(Refusal::Covert))],
        "a second visit"
    );

    let mut other = opened(&anna);
    let mut tasked = open_visit(hall_1(), Mode::Undercover);
    if let Body::VisitOpen(open) = &mut tasked {
        open.task = Some(TaskId(EntityId(fresh())));
    }
    other.say(anna.clock, EntityId(fresh()), &tasked, &[]);
    assert_eq!(
        verdicts(&anna.pushed(&other.seal(&anna.key))),
        [(2, Verdict::Refused, Some(Refusal::Covert))],
        "a task"
    );
}

#[test]
fn nothing_said_in_the_open_names_anything_undercover() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let (_, visit, finding) = seen(&anna);
    let open = anna.visit(hall_1(), Mode::Open);
    let other = EntityId(fresh());
    anna.say(other, &raise(open), &["堆物"]);
    let result = ResultSay { outcome: Outcome::Fail, visit: Some(VisitId(visit)), photos: Vec::new() };
    anna.say(other, &Body::Result(result), &[]);
    anna.say(other, &Body::FindingDuplicate(FindingDuplicate { of: Some(FindingId(finding)) }), &[]);
    anna.say(visit, &Body::VisitRemark(Nothing {}), &["在主日志里"]);
    let refused = |seq| (seq, Verdict::Refused, Some(Refusal::Covert));
    assert_eq!(verdicts(&anna.push()), [refused(4), refused(5), refused(6)]);
}

#[test]
fn an_undercover_log_names_nothing_that_the_city_has_not_heard_of_and_nothing_of_another_visit() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let (mut log, visit, finding) = seen(&anna);
    let (_, _, other) = seen(&anna);
    let same = |of| Body::FindingDuplicate(FindingDuplicate { of: Some(FindingId(of)) });
    // Of her other visit, and of a finding that stands in a log which comes later.
    log.say(anna.clock, finding, &same(other), &[]);
    log.say(anna.clock, finding, &same(EntityId(fresh())), &[]);
    log.say(anna.clock, visit, &Body::VisitRemark(Nothing {}), &["门口"]);
    let refused = |seq| (seq, Verdict::Refused, Some(Refusal::Covert));
    assert_eq!(verdicts(&anna.pushed(&log.seal(&anna.key))), [refused(4), refused(5)]);
}

#[test]
fn a_finding_is_published_once_in_words_alone_and_decisions_on_the_original_are_carried_to_the_copy() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let colleague = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "本"));
    let mut boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let (mut log, visit, finding) = seen(&anna);
    let copy = EntityId::from(FindingId(finding).published());

    boss.say(finding, &Body::FindingVoid(FindingVoid { void: true }), &["看错"]);
    boss.say(finding, &feedback(), &["  "]);
    boss.say(finding, &feedback(), &["清理坡道"]);
    boss.say(copy, &Body::FindingVoid(FindingVoid { void: false }), &["没有看错"]);
    boss.say(finding, &feedback(), &["另一种说法"]);
    assert_eq!(verdicts(&boss.push()), [(3, Verdict::Refused, Some(Refusal::Malformed))], "no words for others");
    assert_eq!(copies(&colleague).len(), 1);
    let (entity, published, words) = copies(&colleague).remove(0);
    assert_eq!((entity, published.site, words.as_str()), (copy, hall_1(), "清理坡道"));

    // The inspector's own later word stays; a decision that came late does not.
    log.say(anna.clock, finding, &Body::FindingCorrect(Nothing {}), &["更正"]);
    assert_eq!(verdicts(&anna.pushed(&log.seal(&anna.key))), []);
    let area = colleague.pull(FeedName::Area(donghu()));
    let of_copy: Vec<Kind> = area.iter().filter(|entry| entry.entity() == copy).map(|entry| entry.op.kind).collect();
    assert_eq!(
        of_copy,
        [Kind::FINDING_PUBLISH, Kind::FINDING_VOID, Kind::NUMBER_GIVE, Kind::FINDING_VOID],
        "what was decided before, then the number, then what was said of the copy"
    );
    let all = format!("{area:?}");
    for hidden in [visit.to_string(), finding.to_string(), log.id.to_string(), anna.person().to_string()] {
        let named = all.matches(&hidden).count();
        assert_eq!(named, 0, "{hidden}");
    }
    let own = anna.pull(FeedName::Person(anna.person()));
    assert_eq!(own.iter().filter(|entry| entry.op.kind == Kind::FINDING_FEEDBACK).count(), 2);
}

#[test]
fn readers_of_the_covert_feed_see_the_citys_time_and_not_a_clock_that_is_wrong_in_its_own_way() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    anna.clock -= 3_671_000;
    let (log, ..) = seen(&anna);
    let covert = boss.pull(FeedName::Covert(donghu()));
    let hers: Vec<_> = covert.iter().filter(|entry| entry.log == log.id).collect();
    assert_eq!(hers.len(), 2);
    assert!(hers.iter().all(|entry| entry.op.at == entry.ord.millis().div_euclid(1_000)));
}

#[test]
fn every_answer_to_a_contact_has_a_length_of_whole_kibibytes_problems_and_conflicts_too() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut contact = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "联络员"));
    let inspector = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let padded = |answer: &Answer| {
        answer.header("x-padding").is_some_and(|padding| (answer.body.len() + padding.len()).is_multiple_of(1024))
    };
    let first = contact.main.seal(&contact.key);
    contact.say(EntityId(fresh()), &Body::VisitRemark(Nothing {}), &["早了"]);
    let second = contact.main.seal(&contact.key);
    let answers = [
        contact.put(&second),
        contact.put(&first),
        contact.put(&second),
        contact.send("POST", "/v1/hello", b"no letter"),
        contact.send("GET", &format!("/v1/published/{}", "0".repeat(64)), b""),
        contact.send("GET", "/v1/logs/00", b""),
        serving.send("POST", "/v1/hello", None, b""),
        serving.send("POST", "/v1/enrol", None, b"no letter"),
    ];
    assert_eq!(answers.each_ref().map(|answer| answer.status), [409, 200, 200, 400, 404, 400, 401, 400]);
    for answer in &answers {
        assert!(padded(answer), "{} {:?}", answer.status, answer.headers);
    }
    assert!(inspector.send("POST", "/v1/hello", b"no letter").header("x-padding").is_none());
}
