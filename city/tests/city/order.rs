//! The order that the city gives, and that a statement counts once however often it is said.

use mingcha_model::body::{Body, FindingRaise, LogOpen, Mode, Nothing, Release, Review};
use mingcha_model::{
    EntityId, FeedName, FindingId, Kind, Order, Refusal, ReviewVerdict, Role, Severity, Verdict, VisitId,
};

use crate::support::*;

const DAY: i64 = 24 * 3_600 * 1_000;

fn orders(phone: &Phone, feed: FeedName, kinds: &[Kind]) -> Vec<Order> {
    let entries = phone.pull(feed);
    kinds.iter().map(|kind| entries.iter().find(|entry| entry.op.kind == *kind).unwrap().ord).collect()
}

#[test]
fn what_answers_something_comes_after_it_whatever_the_clocks_say() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let area = FeedName::Area(donghu());
    let mut anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let mut boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let mut contact = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "联络员"));
    // Of four people only the inspector has a clock that is right; each of the others is a day or more behind.
    let visit = anna.visit(hall_1(), Mode::Open);
    let finding = EntityId(fresh());
    let raise = FindingRaise {
        visit: VisitId(visit),
        site: hall_1(),
        item: "W5-1".parse().unwrap(),
        severity: Severity::Ordinary,
        photos: Vec::new(),
    };
    anna.say(finding, &Body::FindingRaise(raise), &["地面有积水"]);
    let feedback =
        mingcha_model::body::FindingFeedback { channel: mingcha_model::body::Channel::Spoken, photos: Vec::new() };
    anna.say(finding, &Body::FindingFeedback(feedback), &["请清理"]);
    anna.push();
    contact.pull(FeedName::Unit(hall()));
    contact.clock -= DAY;
    let submission = EntityId(fresh());
    let add = mingcha_model::body::SubmissionAdd { finding: FindingId(finding), photos: Vec::new() };
    contact.say(submission, &Body::SubmissionAdd(add), &["已清理"]);
    assert_eq!(verdicts(&contact.push()), []);
    boss.clock -= 30 * DAY;
    let review = Review { finding: FindingId(finding), verdict: ReviewVerdict::Approve };
    boss.say(submission, &Body::Review(review), &[]);
    assert_eq!(verdicts(&boss.push()), []);
    let kinds = [Kind::VISIT_OPEN, Kind::FINDING_RAISE, Kind::SUBMISSION_ADD, Kind::REVIEW];
    let given = orders(&boss, area, &kinds);
    assert!(given.is_sorted() && given.windows(2).all(|pair| pair[0] != pair[1]), "{given:?}");
}

#[test]
fn a_held_op_that_was_said_again_and_accepted_is_not_released_too() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut anna = Phone::of(&serving, person(Role::Inspector, &[donghu()], None, "安娜"));
    let mut boss = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查"));
    let visit = anna.visit(hall_1(), Mode::Open);
    anna.push();
    serving.city.revoke_device(anna.device).unwrap();
    let held = anna.say(visit, &Body::VisitRemark(Nothing {}), &["离线时写下"]);
    let at = anna.clock;
    assert_eq!(verdicts(&anna.push()), [(3, Verdict::Held, Some(Refusal::DeviceRevoked))]);

    // The same person enrols a new device and says it again there.
    let code = serving
        .city
        .enrol_code(mingcha_city::NewPerson {
            person: Some(anna.person()),
            ..person(Role::Inspector, &[donghu()], None, "安娜")
        })
        .unwrap()
        .code;
    let next = Phone::with_code(&serving, &code);
    let mut log = Log::new();
    log.say(at, EntityId(fresh()), &Body::LogOpen(LogOpen { device: next.device, covert: false }), &[]);
    log.say(at, visit, &Body::VisitRemark(Nothing {}), &["离线时写下"]);
    log.last().origin = Some(held);
    assert_eq!(verdicts(&next.pushed(&log.seal(&next.key))), []);

    boss.say(visit, &Body::Release(Release { op: held }), &["核实无误"]);
    assert_eq!(verdicts(&boss.push()), [(2, Verdict::Refused, Some(Refusal::Exists))]);
    let area = boss.pull(FeedName::Area(donghu()));
    let counting =
        area.iter().filter(|entry| entry.op.kind == Kind::VISIT_REMARK && entry.flags == mingcha_model::Flags::NONE);
    assert_eq!(counting.count(), 1);
}
