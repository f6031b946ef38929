//! The stage of a finding and the status of a visit, worked out a second time from the workflow's own words.
//!
//! Random lives as devices and a city write them, some statements heard a month late and some by one phone alone. The
//! slow reckoning here knows nothing of how the fold is written; both must agree at every moment of hearing.
#![cfg(test)]

use std::collections::BTreeSet;

use mingcha_model::body::{
    Channel, FindingFeedback, FindingFixed, FindingNotice, FindingRaise, FindingVoid, Nothing, ResultSay, Review,
    SubmissionAdd, VisitMove, VisitOpen, VisitSubmit, VisitVoid,
};
use mingcha_model::{
    Body, Case, EntityId, FindingId, Flags, LogId, Mode, NoticeKind, OpId, Order, Outcome, ReviewVerdict, Said,
    Severity, SiteId, Stage, SubmissionId, VisitCase, VisitId, VisitStatus,
};
use proptest::prelude::*;

const DAY: i64 = 86_400;
/// 2026-03-02 at 09:00 in Shanghai.
const MONDAY: i64 = 1_772_413_200;
/// A result so many days older than the newest is dissent: "A finding", 1.
const DISSENT_AFTER_DAYS: i64 = 7;
const LOGS: u8 = 4;
const SUBMISSIONS: u8 = 3;

fn finding() -> FindingId {
    FindingId::from_random([0xf1; 16])
}

fn visit() -> VisitId {
    VisitId::from_random([0xa1; 16])
}

fn site(number: u8) -> SiteId {
    SiteId::from_random([number; 16])
}

fn submission(number: u8) -> SubmissionId {
    SubmissionId::from_random([0xb0 + number; 16])
}

fn log(number: u8) -> LogId {
    LogId([number + 1; 16])
}

/// One thing that somebody says, before it has a place in a log and in the city's order.
#[derive(Clone, Debug)]
struct Word {
    what: What,
    /// Which of the devices says it.
    log: u8,
    /// The day on which it is said, by a clock that is right.
    day: i64,
    /// How many days it stays on its phone before the city hears it.
    late: i64,
    /// Which of the other devices' values were on the screen, by bits.
    saw: u8,
}

#[derive(Clone, Debug)]
enum What {
    Feedback,
    Fixed,
    Notice(NoticeKind),
    Submission,
    Review(u8, ReviewVerdict),
    Result(Outcome),
    Void(bool),
}

fn what() -> impl Strategy<Value = What> {
    let outcome = prop::sample::select(vec![Outcome::Pass, Outcome::Partly, Outcome::Fail, Outcome::Reopen]);
    let verdict = prop::sample::select(vec![ReviewVerdict::Approve, ReviewVerdict::Return]);
    prop_oneof![
        1 => Just(What::Feedback),
        1 => Just(What::Fixed),
        1 => prop::sample::select(vec![NoticeKind::Rectification, NoticeKind::Supervision]).prop_map(What::Notice),
        3 => Just(What::Submission),
        4 => (0..SUBMISSIONS, verdict).prop_map(|(which, verdict)| What::Review(which, verdict)),
        5 => outcome.prop_map(What::Result),
        1 => any::<bool>().prop_map(What::Void),
    ]
}

fn word() -> impl Strategy<Value = Word> {
    (what(), 0..LOGS, 0..40_i64, prop_oneof![3 => Just(0_i64), 1 => 1..30_i64], any::<u8>())
        .prop_map(|(what, log, day, late, saw)| Word { what, log, day, late, saw })
}

/// The life of one finding as devices and city would write it: sequences without gaps, orders as the city gives them,
/// values that were on the screen named in `over`. `unheard` devices have not met the city since they began to speak.
fn life(words: &[Word], unheard: u8) -> Vec<Said> {
    let raise = FindingRaise {
        visit: visit(),
        site: site(1),
        item: "W5-1".parse().unwrap(),
        severity: Severity::Ordinary,
        photos: Vec::new(),
    };
    let mut said = vec![Said {
        id: OpId { log: LogId([9; 16]), seq: 1 },
        ord: Order::at_millis(MONDAY * 1_000),
        flags: Flags::NONE,
        at: MONDAY,
        entity: finding().into(),
        over: Vec::new(),
        body: Body::FindingRaise(raise),
        texts: vec![Some("raised".to_owned())],
    }];
    let mut submitted = 0;
    for word in words {
        let (entity, body): (EntityId, Body) = match &word.what {
            What::Feedback => {
                let body = FindingFeedback { channel: Channel::Written, photos: Vec::new() };
                (finding().into(), Body::FindingFeedback(body))
            }
            What::Fixed => (finding().into(), Body::FindingFixed(FindingFixed { photos: Vec::new() })),
            What::Notice(notice) => (
                finding().into(),
                Body::FindingNotice(FindingNotice { notice: *notice, deadline: None, instead_of: None }),
            ),
            What::Submission if submitted < SUBMISSIONS => {
                submitted += 1;
                let add = SubmissionAdd { finding: finding(), photos: Vec::new() };
                (submission(submitted - 1).into(), Body::SubmissionAdd(add))
            }
            What::Submission => continue,
            What::Review(which, verdict) => {
                (submission(*which).into(), Body::Review(Review { finding: finding(), verdict: *verdict }))
            }
            What::Result(outcome) => {
                let body = ResultSay { outcome: *outcome, visit: None, photos: Vec::new() };
                (finding().into(), Body::Result(body))
            }
            What::Void(void) => (finding().into(), Body::FindingVoid(FindingVoid { void: *void })),
        };
        say(&mut said, word, unheard, entity, body);
    }
    said
}

fn say(said: &mut Vec<Said>, word: &Word, unheard: u8, entity: EntityId, body: Body) {
    let log = log(word.log);
    let seq = 1 + said.iter().filter(|one| one.id.log == log).count() as u64;
    let over: Vec<OpId> = if body.field().is_some() {
        let heads = live(said, entity, &body);
        let seen = heads.iter().enumerate().filter(|(place, _)| word.saw >> (place % 8) & 1 == 1);
        seen.map(|(_, head)| head.id).filter(|head| head.log != log).collect()
    } else {
        Vec::new()
    };
    let at = MONDAY + word.day * DAY;
    // What a device that has not met the city says sorts last, and what names it can only be its own.
    let is_unheard = unheard >> word.log & 1 == 1;
    let named: Vec<Order> = said.iter().filter(|one| over.contains(&one.id)).map(|one| one.ord).collect();
    let over = if named.contains(&Order::LAST) { Vec::new() } else { over };
    let previous = said.iter().filter(|one| one.id.log == log).map(|one| one.ord).max().unwrap_or_default();
    let ord = if is_unheard {
        Order::LAST
    } else {
        let named = named.into_iter().filter(|named| *named != Order::LAST).max();
        Order::assign(at * 1_000, (at + word.late * DAY) * 1_000, previous, named)
    };
    let id = OpId { log, seq };
    said.push(Said { id, ord, flags: Flags::NONE, at, entity, over, body, texts: vec![Some("words".to_owned())] });
}

/// The values of one register that nobody who saw them replaced, told slowly: of each device the last, unless another
/// statement on the register names it or a later one of that device.
fn live<'a>(said: &'a [Said], entity: EntityId, like: &Body) -> Vec<&'a Said> {
    let on_it: Vec<&Said> =
        said.iter().filter(|one| one.entity == entity && one.body.field() == like.field()).collect();
    let replaced = |one: &Said| {
        on_it.iter().any(|other| {
            (other.id.log == one.id.log && other.id.seq > one.id.seq)
                || other.over.iter().any(|named| named.log == one.id.log && named.seq >= one.id.seq)
        })
    };
    on_it.iter().copied().filter(|one| !replaced(one)).collect()
}

fn results(said: &[Said]) -> Vec<&Said> {
    let like = Body::Result(ResultSay { outcome: Outcome::Pass, visit: None, photos: Vec::new() });
    live(said, finding().into(), &like)
}

fn reviews(said: &[Said], which: SubmissionId) -> Vec<&Said> {
    let like = Body::Review(Review { finding: finding(), verdict: ReviewVerdict::Return });
    live(said, which.into(), &like)
}

fn voids(said: &[Said]) -> Vec<&Said> {
    live(said, finding().into(), &Body::FindingVoid(FindingVoid { void: true }))
}

fn outcome_of(one: &Said) -> Outcome {
    match &one.body {
        Body::Result(result) => result.outcome,
        other => panic!("{other:?} is no result"),
    }
}

fn verdict_of(one: &Said) -> ReviewVerdict {
    match &one.body {
        Body::Review(review) => review.verdict,
        other => panic!("{other:?} is no review"),
    }
}

/// The live results that are not dissent.
fn counting(said: &[Said]) -> Vec<&Said> {
    let results = results(said);
    let Some(newest) = results.iter().map(|one| one.day()).max() else { return Vec::new() };
    results.into_iter().filter(|one| newest.days_after(one.day()) <= DISSENT_AFTER_DAYS).collect()
}

/// The outcome that rules: the safest of those that count, fail before reopen before partly before pass.
fn ruling(said: &[Said]) -> Option<Outcome> {
    let counting: Vec<Outcome> = counting(said).into_iter().map(outcome_of).collect();
    [Outcome::Fail, Outcome::Reopen, Outcome::Partly, Outcome::Pass].into_iter().find(|one| counting.contains(one))
}

fn is_void(said: &[Said]) -> bool {
    let voids = voids(said);
    !voids.is_empty() && voids.iter().all(|one| matches!(&one.body, Body::FindingVoid(void) if void.void))
}

fn verdict(said: &[Said], which: SubmissionId) -> Option<ReviewVerdict> {
    let verdicts: BTreeSet<ReviewVerdict> = reviews(said, which).into_iter().map(verdict_of).collect();
    verdicts.into_iter().next_back()
}

/// The stage as section "A finding" of the workflow words it.
fn stage(said: &[Said]) -> Stage {
    if is_void(said) {
        return Stage::Void;
    }
    let ruling = ruling(said);
    if ruling == Some(Outcome::Pass) {
        return Stage::Closed;
    }
    // Of results that say the same, the last one in order is the one that rules.
    let ruled = counting(said).into_iter().filter(|one| Some(outcome_of(one)) == ruling).map(Said::sequence).max();
    let mut submissions: Vec<&Said> = said.iter().filter(|one| matches!(one.body, Body::SubmissionAdd(_))).collect();
    submissions.sort_by_key(|one| one.sequence());
    submissions.retain(|one| ruled.is_none_or(|ruled| one.sequence() > ruled));
    let verdicts: Vec<_> = submissions.iter().map(|one| verdict(said, SubmissionId(one.entity))).collect();
    let judged = verdicts.iter().rposition(Option::is_some);
    let has = |is: fn(&Body) -> bool| said.iter().any(|one| is(&one.body));
    match judged {
        Some(place) if verdicts[place] == Some(ReviewVerdict::Approve) => Stage::AwaitingRecheck,
        Some(place) if place + 1 == verdicts.len() => Stage::Returned,
        Some(_) => Stage::Submitted,
        None if !submissions.is_empty() => Stage::Submitted,
        None if ruling.is_some() => Stage::Supervised,
        None if has(|body| matches!(body, Body::FindingNotice(_))) => Stage::Noticed,
        None if has(|body| matches!(body, Body::FindingFixed(_))) => Stage::FixedOnSpot,
        None if has(|body| matches!(body, Body::FindingFeedback(_))) => Stage::FedBack,
        None => Stage::Recorded,
    }
}

fn fold(said: &[Said]) -> Case {
    Case::fold(finding(), said).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn at_every_moment_of_hearing_the_stage_is_the_one_that_the_workflow_words(
        (said, order) in prop::collection::vec(word(), 0..20).prop_flat_map(|words| {
            let said = life(&words, 1);
            let order = Just((0..said.len()).collect::<Vec<_>>()).prop_shuffle();
            (Just(said), order)
        }),
    ) {
        let mut heard: Vec<Said> = Vec::new();
        for place in order {
            heard.push(said[place].clone());
            let raised = heard.iter().any(|one| matches!(one.body, Body::FindingRaise(_)));
            let folded = Case::fold(finding(), &heard).map(|case| case.stage);
            prop_assert_eq!(folded, raised.then(|| stage(&heard)), "{:#?}", heard);
        }
        prop_assert_eq!(fold(&said).stage, stage(&heard));
    }

    #[test]
    fn a_finding_is_closed_exactly_when_a_pass_rules_and_it_is_not_void(
        words in prop::collection::vec(word(), 0..20), unheard in 0..2_u8,
    ) {
        let said = life(&words, unheard);
        let closes = ruling(&said) == Some(Outcome::Pass) && !is_void(&said);
        let case = fold(&said);
        prop_assert_eq!(case.stage == Stage::Closed, closes);
        prop_assert_eq!(case.outcome().map(|ruled| ruled.outcome), ruling(&said));
        if !said.iter().any(|one| matches!(&one.body, Body::Result(result) if result.outcome == Outcome::Pass)) {
            prop_assert_ne!(case.stage, Stage::Closed, "without a passed recheck nothing closes");
        }
    }

    #[test]
    fn a_late_fail_reopens_within_a_week_of_the_pass_and_is_dissent_after_it(
        pass in 14..30_i64, earlier in 0..14_i64, later in 0..14_i64,
    ) {
        let word = |outcome, log, day| Word { what: What::Result(outcome), log, day, late: 40, saw: 0 };
        let said = life(&[word(Outcome::Pass, 0, pass), word(Outcome::Fail, 1, pass - earlier)], 0);
        let case = fold(&said);
        let counts = earlier <= DISSENT_AFTER_DAYS;
        prop_assert_eq!(case.stage, if counts { Stage::Supervised } else { Stage::Closed });
        prop_assert_eq!(case.results.len(), 2, "what does not count is still told");
        prop_assert_eq!(case.results.iter().filter(|one| one.counts).count(), if counts { 2 } else { 1 });
        prop_assert!(case.contested, "both stand until a person decides");
        // A fail after the pass rules at once; the pass is dissent once it is old.
        let said = life(&[word(Outcome::Pass, 0, pass), word(Outcome::Fail, 1, pass + later)], 0);
        prop_assert_eq!(fold(&said).stage, Stage::Supervised);
    }

    #[test]
    fn a_void_that_met_an_unseen_wish_to_keep_is_kept(
        words in prop::collection::vec(word(), 0..12), first in any::<bool>(), day in 0..40_i64,
    ) {
        let words: Vec<Word> = words.into_iter().filter(|word| !matches!(word.what, What::Void(_))).collect();
        let mut said = life(&words, 0);
        let open = fold(&said).stage;
        for (log, void) in [(0, first), (1, !first)] {
            let word = Word { what: What::Void(void), log, day, late: 0, saw: 0 };
            say(&mut said, &word, 0, finding().into(), Body::FindingVoid(FindingVoid { void }));
        }
        let case = fold(&said);
        prop_assert_eq!(case.stage, open);
        prop_assert!(case.contested);
        // Whoever has seen both decides.
        let word = Word { what: What::Void(true), log: 2, day: 39, late: 0, saw: u8::MAX };
        say(&mut said, &word, 0, finding().into(), Body::FindingVoid(FindingVoid { void: true }));
        prop_assert_eq!(fold(&said).stage, Stage::Void);
    }

}

/// What happens to one visit after it was opened.
#[derive(Clone, Debug)]
enum Step {
    Submit,
    Move(u8),
    Void(bool),
    Remark,
}

fn steps() -> impl Strategy<Value = Vec<(Step, Word)>> {
    let step = prop_oneof![
        Just(Step::Submit),
        (2..6_u8).prop_map(Step::Move),
        any::<bool>().prop_map(Step::Void),
        Just(Step::Remark)
    ];
    prop::collection::vec((step, word()), 0..14)
}

fn visited(steps: &[(Step, Word)], unheard: u8) -> Vec<Said> {
    let open = VisitOpen {
        site: site(1),
        mode: Mode::Open,
        sets: Vec::new(),
        campaign: None,
        task: None,
        asked: None,
        kind: None,
    };
    let mut said = vec![Said {
        id: OpId { log: LogId([9; 16]), seq: 1 },
        ord: Order::at_millis(MONDAY * 1_000),
        flags: Flags::NONE,
        at: MONDAY,
        entity: visit().into(),
        over: Vec::new(),
        body: Body::VisitOpen(open),
        texts: Vec::new(),
    }];
    for (step, word) in steps {
        let body = match step {
            Step::Submit => Body::VisitSubmit(VisitSubmit { obtained: 1, obtainable: 2, missing: 0, counted: None }),
            Step::Move(number) => Body::VisitMove(VisitMove { site: site(*number), kind: None }),
            Step::Void(void) => Body::VisitVoid(VisitVoid { void: *void }),
            Step::Remark => Body::VisitRemark(Nothing {}),
        };
        say(&mut said, word, unheard, visit().into(), body);
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn a_visit_belongs_where_it_was_moved_last_and_is_submitted_once(steps in steps(), unheard in 0..2_u8) {
        let steps: Vec<_> = steps.into_iter().filter(|(step, _)| !matches!(step, Step::Void(_))).collect();
        let said = visited(&steps, unheard);
        let case = VisitCase::fold(visit(), &said).unwrap();
        let moves = live(&said, visit().into(), &Body::VisitMove(VisitMove { site: site(1), kind: None }));
        let last = moves.into_iter().max_by_key(|one| one.sequence());
        let stands = last.map_or(site(1), |one| match &one.body {
            Body::VisitMove(moved) => moved.site,
            other => panic!("{other:?} is no move"),
        });
        prop_assert_eq!(case.site, stands);
        let first = said.iter().filter(|one| matches!(one.body, Body::VisitSubmit(_))).map(|one| one.ord).min();
        prop_assert_eq!(case.submitted, first);
        let status = if first.is_some() { VisitStatus::Submitted } else { VisitStatus::Draft };
        prop_assert_eq!(case.status(), status);
    }

    #[test]
    fn a_visit_is_void_only_when_everybody_whose_word_stands_says_so(steps in steps(), unheard in 0..2_u8) {
        let said = visited(&steps, unheard);
        let voids = live(&said, visit().into(), &Body::VisitVoid(VisitVoid { void: true }));
        let says = |one: &&Said| matches!(&one.body, Body::VisitVoid(void) if void.void);
        let case = VisitCase::fold(visit(), &said).unwrap();
        prop_assert_eq!(case.status() == VisitStatus::Void, !voids.is_empty() && voids.iter().all(says));
    }
}
