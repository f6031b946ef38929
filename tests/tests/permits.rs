//! Who may say what: an answer for every kind of statement, every role and every place, and the laws that hold for all.

use mingcha_model::body::{
    Acknowledge, AppealDecide, Channel, Decline, ExtensionAsk, ExtensionDecide, FindingDuplicate, FindingFeedback,
    FindingFixed, FindingNotice, FindingRaise, FindingVoid, Nothing, Release, ResultSay, Review, SubmissionAdd,
    Suspend, VisitMove, VisitOpen, VisitPerson, VisitSubmit, VisitVoid,
};
use mingcha_model::{
    AreaId, Body, Day, EntityId, FindingId, Grants, Kind, LogId, Mode, NoticeKind, OpId, Outcome, PersonId, Place,
    Refusal, ReviewVerdict, Role, Severity, SiteId, UnitId, VisitId, permit,
};

const ROLES: [Role; 5] = [Role::Inspector, Role::Supervisor, Role::Contact, Role::Office, Role::Auditor];

/// What people say, in every shape that the answer depends on; and every number that a kind may ever have.
fn bodies() -> Vec<Body> {
    let (site, finding) = (SiteId(EntityId([1; 16])), FindingId(EntityId([2; 16])));
    let open = |mode| {
        Body::VisitOpen(VisitOpen { site, mode, sets: vec![], campaign: None, task: None, asked: None, kind: None })
    };
    let result = |outcome| Body::Result(ResultSay { outcome, visit: None, photos: vec![] });
    let day = Day::from_epoch_days(20_000);
    let mut bodies: Vec<Body> =
        [Mode::Open, Mode::Undercover, Mode::Recheck, Mode::SelfCheck, Mode::Special, Mode::Joint].map(open).into();
    bodies.extend([Outcome::Pass, Outcome::Partly, Outcome::Fail, Outcome::Reopen].map(result));
    bodies.extend([
        Body::VisitPerson(VisitPerson { person: PersonId(EntityId([3; 16])), present: true }),
        Body::VisitSubmit(VisitSubmit { obtained: 0, obtainable: 0, missing: 0, counted: None }),
        Body::VisitMove(VisitMove { site, kind: None }),
        Body::VisitVoid(VisitVoid { void: true }),
        Body::VisitRemark(Nothing {}),
        Body::FindingRaise(FindingRaise {
            visit: VisitId(EntityId([4; 16])),
            site,
            item: "W5-1".parse().unwrap(),
            severity: Severity::Minor,
            photos: vec![],
        }),
        Body::FindingFeedback(FindingFeedback { channel: Channel::Spoken, photos: vec![] }),
        Body::FindingFixed(FindingFixed { photos: vec![] }),
        Body::FindingNotice(FindingNotice { notice: NoticeKind::Supervision, deadline: None, instead_of: None }),
        Body::FindingAcknowledge(Acknowledge { channel: Channel::Phone, notice: None }),
        Body::FindingDecline(Decline { notice: None }),
        Body::FindingCorrect(Nothing {}),
        Body::FindingVoid(FindingVoid { void: true }),
        Body::FindingDuplicate(FindingDuplicate { of: Some(finding) }),
        Body::SubmissionAdd(SubmissionAdd { finding, photos: vec![] }),
        Body::Review(Review { finding, verdict: ReviewVerdict::Approve }),
        Body::ExtensionAsk(ExtensionAsk { until: day }),
        Body::ExtensionDecide(ExtensionDecide { until: Some(day) }),
        Body::Suspend(Suspend { suspended: true, until: None }),
        Body::Appeal(Nothing {}),
        Body::AppealDecide(AppealDecide { upheld: false }),
        Body::Unassign(Nothing {}),
        Body::Release(Release { op: OpId { log: LogId([5; 16]), seq: 1 } }),
        Body::SiteLeave(Nothing {}),
    ]);
    bodies.extend((0..=u16::MAX).map(|number| Body::Unknown(Kind(number))));
    bodies
}

fn places() -> Vec<Option<Place>> {
    let mut places = vec![None];
    for (covert, self_check) in [(false, false), (true, false), (false, true), (true, true)] {
        for (area, unit) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
            let (area, unit) = (AreaId(EntityId([area; 16])), UnitId(EntityId([unit; 16])));
            places.push(Some(Place { area, unit, covert, self_check }));
        }
    }
    places
}

fn grants(role: Role) -> Grants {
    Grants { role, areas: vec![AreaId(EntityId([1; 16]))], unit: Some(UnitId(EntityId([1; 16]))) }
}

#[test]
fn every_statement_of_every_role_at_every_place_has_an_answer_and_nobody_reaches_beyond_their_own() {
    for body in bodies() {
        for place in places() {
            for role in ROLES {
                let who = grants(role);
                let answer = permit(&who, &body, place.as_ref());
                assert_eq!(answer, permit(&who, &body, place.as_ref()));
                let Ok(()) = answer else { continue };
                let place = place.unwrap_or_else(|| panic!("{role:?} said {} of nowhere", body.kind().name()));
                assert_ne!(role, Role::Auditor, "an auditor said {}", body.kind().name());
                let own = match role {
                    Role::Contact => who.unit == Some(place.unit) && !place.covert,
                    _ => who.covers_area(place.area),
                };
                assert!(own, "{role:?} said {} of {place:?}", body.kind().name());
            }
        }
    }
}

#[test]
fn only_supervisors_judge_what_a_unit_did_and_a_unit_never_judges_itself() {
    for place in places().into_iter().flatten() {
        for body in bodies() {
            let judges = matches!(
                body,
                Body::Review(_)
                    | Body::Result(_)
                    | Body::FindingVoid(_)
                    | Body::ExtensionDecide(_)
                    | Body::AppealDecide(_)
                    | Body::Suspend(_)
                    | Body::Release(_)
            );
            if judges {
                assert!(permit(&grants(Role::Contact), &body, Some(&place)).is_err(), "{body:?}");
            }
            if matches!(body, Body::Review(_)) {
                let may = ROLES.into_iter().filter(|role| permit(&grants(*role), &body, Some(&place)).is_ok());
                assert!(may.eq((place.area == grants(Role::Supervisor).areas[0]).then_some(Role::Supervisor)));
            }
        }
    }
}

#[test]
fn an_undercover_finding_is_never_fed_back_by_an_inspector_and_a_self_check_raises_none() {
    let told = Body::FindingFeedback(FindingFeedback { channel: Channel::Spoken, photos: vec![] });
    let raised = bodies().into_iter().find(|body| matches!(body, Body::FindingRaise(_))).unwrap();
    for place in places().into_iter().flatten() {
        if place.covert {
            assert!(permit(&grants(Role::Inspector), &told, Some(&place)).is_err());
        }
        if place.self_check {
            for role in ROLES {
                assert_eq!(permit(&grants(role), &raised, Some(&place)), Err(Refusal::SelfCheck));
            }
        }
    }
}
