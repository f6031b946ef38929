//! Late, doubled, held and contradicting statements of one finding: the same case whatever their order, and the laws that
//! its stage, result and dates keep. Random schedules; nothing here runs a program.

use std::collections::{BTreeMap, BTreeSet};

use mingcha_model::body::{
    Acknowledge, AppealDecide, Channel, Decline, ExtensionAsk, ExtensionDecide, FindingDuplicate, FindingFeedback,
    FindingFixed, FindingNotice, FindingRaise, FindingVoid, Nothing, NumberGive, Release, ResultSay, Review, SetRef,
    SubmissionAdd, Suspend, VisitMove, VisitOpen, VisitPerson, VisitSubmit, VisitVoid,
};
use mingcha_model::{
    Body, Calendar, Case, DISSENT_AFTER_DAYS, Dates, Day, EntityId, Field, FindingId, Flags, Kinds, Lineage, LogId,
    Mode, NoticeKind, OpId, Order, Outcome, PersonId, Policy, ReviewVerdict, Roll, Said, Severity, SiteId, Stage,
    VisitCase, VisitId,
};
use proptest::prelude::*;

const FINDING: EntityId = EntityId([7; 16]);
const VISIT: EntityId = EntityId([8; 16]);
/// 2026-02-01 09:00 in Shanghai: a fortnight later is the Spring Festival.
const BEGIN: i64 = 1_769_907_600;
const A_DAY: i64 = 86_400;

fn op(log: u8, seq: u64) -> OpId {
    OpId { log: LogId([log; 16]), seq }
}

fn some_op() -> impl Strategy<Value = OpId> {
    (0_u8..4, 1_u64..7).prop_map(|(log, seq)| op(log, seq))
}

fn some_day() -> impl Strategy<Value = Day> {
    prop_oneof![
        20 => (0_i64..80).prop_map(|days| Day::from_unix_seconds(BEGIN).plus(days)),
        1 => Just(Day::MIN),
        1 => Just(Day::MAX),
    ]
}

fn raise() -> Body {
    let raised = FindingRaise {
        visit: VisitId(VISIT),
        site: SiteId::from_random([3; 16]),
        item: "W5-1".parse().unwrap(),
        severity: Severity::Ordinary,
        photos: vec![],
    };
    Body::FindingRaise(raised)
}

fn of_the_finding() -> impl Strategy<Value = (EntityId, Body)> {
    let outcomes = prop::sample::select(vec![Outcome::Pass, Outcome::Partly, Outcome::Fail, Outcome::Reopen]);
    let verdicts = prop::sample::select(vec![ReviewVerdict::Approve, ReviewVerdict::Return]);
    let submissions = (20_u8..22).prop_map(|n| EntityId([n; 16]));
    let say = |body: Body| (FINDING, body);
    prop_oneof![
        8 => Just(say(raise())),
        1 => Just(say(Body::FindingFeedback(FindingFeedback { channel: Channel::Spoken, photos: vec![] }))),
        1 => Just(say(Body::FindingFixed(FindingFixed { photos: vec![] }))),
        2 => prop::option::of(some_day()).prop_map(move |deadline| {
            say(Body::FindingNotice(FindingNotice { notice: NoticeKind::Rectification, deadline, instead_of: None }))
        }),
        1 => Just(say(Body::FindingAcknowledge(Acknowledge { channel: Channel::Phone, notice: None }))),
        1 => Just(say(Body::FindingDecline(Decline { notice: None }))),
        1 => Just(say(Body::FindingCorrect(Nothing {}))),
        1 => Just(say(Body::NumberGive(NumberGive { number: "2026-0001".to_owned(), feedback: None }))),
        3 => submissions.clone().prop_map(|which| {
            (which, Body::SubmissionAdd(SubmissionAdd { finding: FindingId(FINDING), photos: vec![] }))
        }),
        4 => (submissions, verdicts).prop_map(|(which, verdict)| {
            (which, Body::Review(Review { finding: FindingId(FINDING), verdict }))
        }),
        6 => outcomes.prop_map(move |outcome| say(Body::Result(ResultSay { outcome, visit: None, photos: vec![] }))),
        2 => any::<bool>().prop_map(move |void| say(Body::FindingVoid(FindingVoid { void }))),
        1 => any::<bool>().prop_map(move |of| {
            say(Body::FindingDuplicate(FindingDuplicate { of: of.then_some(FindingId(EntityId([9; 16]))) }))
        }),
        1 => some_day().prop_map(move |until| say(Body::ExtensionAsk(ExtensionAsk { until }))),
        1 => prop::option::of(some_day())
            .prop_map(move |until| say(Body::ExtensionDecide(ExtensionDecide { until }))),
        1 => (any::<bool>(), prop::option::of(some_day()))
            .prop_map(move |(suspended, until)| say(Body::Suspend(Suspend { suspended, until }))),
        1 => Just(say(Body::Appeal(Nothing {}))),
        1 => any::<bool>().prop_map(move |upheld| say(Body::AppealDecide(AppealDecide { upheld }))),
        2 => some_op().prop_map(move |op| say(Body::Release(Release { op }))),
    ]
}

/// The kind of a site, by its number.
fn kind(site: u8) -> Option<Lineage> {
    let code = ["GOV", "PE", "BANK"].get(usize::from(site) - 1)?;
    Some(Kinds::embedded().lineage(code))
}

fn of_the_visit() -> impl Strategy<Value = (EntityId, Body)> {
    let site = |n: u8| SiteId::from_random([n; 16]);
    let opened = VisitOpen {
        site: site(1),
        mode: Mode::Open,
        sets: vec![SetRef { code: "W5".to_owned(), version: 1 }],
        campaign: None,
        task: None,
        asked: None,
        kind: kind(1),
    };
    let body = prop_oneof![
        2 => Just(Body::VisitOpen(opened)),
        1 => Just(Body::VisitRemark(Nothing {})),
        1 => Just(Body::VisitSubmit(VisitSubmit { obtained: 1, obtainable: 2, missing: 0, counted: None })),
        2 => (1_u8..4).prop_map(move |n| Body::VisitMove(VisitMove { site: site(n), kind: kind(n) })),
        2 => any::<bool>().prop_map(|void| Body::VisitVoid(VisitVoid { void })),
        2 => (1_u8..3, any::<bool>()).prop_map(|(n, present)| {
            Body::VisitPerson(VisitPerson { person: PersonId::from_random([n; 16]), present })
        }),
        1 => some_op().prop_map(|op| Body::Release(Release { op })),
    ];
    body.prop_map(|body| (VISIT, body))
}

/// Statements of four logs, each op once, some held, some only on this device, some from a clock gone mad.
fn said(what: impl Strategy<Value = (EntityId, Body)>) -> impl Strategy<Value = Vec<Said>> {
    let order = prop_oneof![
        12 => (0_i64..40, 0_i64..5).prop_map(|(days, ms)| Order::at_millis((BEGIN + days * A_DAY) * 1000 + ms)),
        2 => Just(Order::LAST),
        1 => any::<u64>().prop_map(Order),
    ];
    let at = prop_oneof![9 => (0_i64..40).prop_map(|days| BEGIN + days * A_DAY), 1 => any::<i64>()];
    let over = prop::collection::vec(some_op(), 0..3);
    let is_held = prop::bool::weighted(0.2);
    let statement =
        (some_op(), order, at, over, is_held, what).prop_map(|(id, ord, at, over, held, (entity, body))| Said {
            id,
            ord,
            flags: if held { Flags::HELD } else { Flags::NONE },
            at,
            entity,
            over,
            body,
            texts: vec![Some(format!("words of {id}"))],
        });
    prop::collection::vec(statement, 1..20).prop_map(|all| {
        let once: BTreeMap<OpId, Said> = all.into_iter().map(|one| (one.id, one)).collect();
        once.into_values().collect()
    })
}

/// The same statements in another order, some of them twice, some also as their author's phone still has them.
fn otherwise(said: &[Said]) -> impl Strategy<Value = Vec<Said>> + use<> {
    let again = prop::collection::vec(0_u8..4, said.len());
    let said = said.to_vec();
    again
        .prop_map(move |again| {
            let mut all = said.clone();
            for (one, times) in said.iter().zip(again) {
                match times {
                    1 => all.push(one.clone()),
                    2 => all.push(Said { ord: Order::LAST, flags: Flags::NONE, ..one.clone() }),
                    _ => {}
                }
            }
            // An own copy of a statement that has no other order would lose its mark.
            all.retain(|one| {
                one.ord != Order::LAST || said.iter().any(|first| first == one) || {
                    said.iter().any(|first| first.id == one.id && first.ord != Order::LAST)
                }
            });
            all
        })
        .prop_shuffle()
}

fn twice(what: impl Strategy<Value = (EntityId, Body)> + 'static) -> impl Strategy<Value = (Vec<Said>, Vec<Said>)> {
    said(what).prop_flat_map(|said| {
        let other = otherwise(&said);
        (Just(said), other)
    })
}

/// What counts, told a second time and in the plainest way: not held, or released by something that counts.
fn counting(said: &[Said]) -> Vec<&Said> {
    let mut counts: BTreeSet<OpId> =
        said.iter().filter(|one| !one.flags.contains(Flags::HELD)).map(|one| one.id).collect();
    for _ in said {
        for one in said {
            if let Body::Release(release) = &one.body
                && counts.contains(&one.id)
            {
                counts.insert(release.op);
            }
        }
    }
    said.iter().filter(|one| counts.contains(&one.id)).collect()
}

/// What of a register nobody replaced: not a later value of the same log, not a statement that names it or a later one.
fn live<'a>(said: &[&'a Said], entity: EntityId, field: &Field) -> Vec<&'a Said> {
    let register = || said.iter().filter(|one| one.entity == entity && one.body.field().as_ref() == Some(field));
    register()
        .filter(|one| {
            !register().any(|other| {
                (other.id.log == one.id.log && other.id.seq > one.id.seq)
                    || other.over.iter().any(|named| named.log == one.id.log && named.seq >= one.id.seq)
            })
        })
        .copied()
        .collect()
}

fn fold(said: &[Said]) -> Option<Case> {
    Case::fold(FindingId(FINDING), said)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn a_finding_is_the_same_in_whatever_order_and_however_often_its_statements_come(
        (said, other) in twice(of_the_finding())
    ) {
        prop_assert_eq!(fold(&said), fold(&other));
    }

    #[test]
    fn a_visit_is_the_same_in_whatever_order_and_however_often_its_statements_come(
        (said, other) in twice(of_the_visit())
    ) {
        let case = VisitCase::fold(VisitId(VISIT), &said);
        prop_assert_eq!(&case, &VisitCase::fold(VisitId(VISIT), &other));
        // Whatever was said where, the limits are those of the window that it is said to have been made at.
        if let Some(case) = case {
            let site = (1_u8..4).find(|n| SiteId::from_random([*n; 16]) == case.site);
            prop_assert_eq!(case.kind, site.and_then(kind));
        }
    }

    #[test]
    fn a_statement_that_is_held_and_not_released_changes_nothing(
        said in said(of_the_finding()),
        visited in said(of_the_visit()),
    ) {
        let without: Vec<Said> = counting(&said).into_iter().cloned().collect();
        let with = fold(&said).map(|case| Case { held: vec![], ..case });
        prop_assert_eq!(with, fold(&without).map(|case| Case { held: vec![], ..case }));
        let without: Vec<Said> = counting(&visited).into_iter().cloned().collect();
        prop_assert_eq!(VisitCase::fold(VisitId(VISIT), &visited), VisitCase::fold(VisitId(VISIT), &without));
    }

    #[test]
    fn what_is_held_is_listed_until_somebody_releases_it(said in said(of_the_finding())) {
        let Some(case) = fold(&said) else { return Ok(()) };
        let counts: BTreeSet<OpId> = counting(&said).iter().map(|one| one.id).collect();
        let held: Vec<OpId> = said.iter().map(|one| one.id).filter(|id| !counts.contains(id)).collect();
        prop_assert_eq!(case.held, held);
    }

    #[test]
    fn among_live_results_of_one_week_the_safest_rules_and_older_ones_are_dissent(said in said(of_the_finding())) {
        let Some(case) = fold(&said) else { return Ok(()) };
        let live = live(&counting(&said), FINDING, &Field::Result);
        let newest = live.iter().map(|one| one.day()).max();
        for result in &case.results {
            let here = live.iter().any(|one| one.id == result.op);
            prop_assert_eq!(result.live, here);
            let recent = newest.is_some_and(|newest| newest.days_after(result.day) <= DISSENT_AFTER_DAYS);
            prop_assert_eq!(result.counts, here && recent);
        }
        let safest = case.results.iter().filter(|result| result.counts).map(|result| result.outcome.safety()).max();
        prop_assert_eq!(case.outcome().map(|result| result.outcome.safety()), safest);
        prop_assert!(case.outcome().is_none_or(|result| result.counts));
    }

    #[test]
    fn only_a_pass_that_rules_closes_and_nothing_void_is_closed(said in said(of_the_finding())) {
        let Some(case) = fold(&said) else { return Ok(()) };
        let passed = case.outcome().is_some_and(|result| result.outcome == Outcome::Pass && result.counts);
        prop_assert_eq!(case.stage == Stage::Closed, passed && case.stage != Stage::Void);
    }

    #[test]
    fn approving_a_submission_never_closes(
        said in said(of_the_finding()),
        submission in 20_u8..22,
        over in prop::collection::vec(some_op(), 0..4),
    ) {
        let before = fold(&said).map(|case| case.stage);
        let mut approved = said;
        approved.push(Said {
            id: op(9, 1),
            ord: Order::LAST,
            flags: Flags::NONE,
            at: BEGIN,
            entity: EntityId([submission; 16]),
            over,
            body: Body::Review(Review { finding: FindingId(FINDING), verdict: ReviewVerdict::Approve }),
            texts: vec![],
        });
        let after = fold(&approved).map(|case| case.stage);
        prop_assert_eq!(after == Some(Stage::Closed), before == Some(Stage::Closed));
        prop_assert_eq!(after == Some(Stage::Void), before == Some(Stage::Void));
    }

    #[test]
    fn a_return_beats_an_approval_that_did_not_see_it(said in said(of_the_finding())) {
        let Some(case) = fold(&said) else { return Ok(()) };
        let counting = counting(&said);
        for submission in &case.submissions {
            let live = live(&counting, submission.submission.into(), &Field::Verdict);
            let verdicts: BTreeSet<ReviewVerdict> = live
                .iter()
                .filter_map(|one| match &one.body {
                    Body::Review(review) => Some(review.verdict),
                    _ => None,
                })
                .collect();
            prop_assert_eq!(submission.verdict, verdicts.last().copied(), "return is the larger");
            prop_assert_eq!(submission.contested, verdicts.len() > 1);
        }
    }

    #[test]
    fn a_finding_is_void_when_everybody_who_still_counts_says_so_or_its_appeal_was_granted(
        said in said(of_the_finding())
    ) {
        let Some(case) = fold(&said) else { return Ok(()) };
        let live = live(&counting(&said), FINDING, &Field::FindingVoid);
        let voids = live.iter().filter(|one| matches!(&one.body, Body::FindingVoid(void) if void.void)).count();
        let withdrawn = counting(&said)
            .iter()
            .any(|one| matches!(&one.body, Body::AppealDecide(decide) if !decide.upheld));
        let all = voids > 0 && voids == live.len();
        prop_assert!(!all || case.stage == Stage::Void);
        prop_assert!(all || withdrawn || case.stage != Stage::Void, "somebody took it back and nobody saw the other");
    }

    #[test]
    fn dates_come_out_whatever_the_clocks_say_and_no_recheck_comes_before_the_deadline_is_over(
        said in said(of_the_finding()),
        roll in prop::sample::select(vec![Roll::Following, Roll::Preceding, Roll::WithinWeek, Roll::None]),
        after_approval in any::<bool>(),
        today in some_day(),
    ) {
        let Some(case) = fold(&said) else { return Ok(()) };
        let policy =
            Policy { recheck_roll: roll, recheck_after_approval: after_approval, ..Policy::default() };
        for calendar in [Calendar::embedded(), Calendar::bare()] {
            let dates = Dates::of(&case, &calendar, &policy);
            let _ = dates.is_overdue(&case, today);
            prop_assert_eq!(dates.recheck.is_some() && case.is_settled(), false);
            let (Some(recheck), Some(deadline)) = (dates.recheck, dates.deadline) else { continue };
            prop_assert!(recheck.window_from <= recheck.due);
            if deadline > recheck.nominal {
                let first = calendar.workday_after(deadline).value;
                prop_assert!(recheck.due >= first && recheck.window_from >= first, "{dates:?}");
            }
        }
    }
}
