//! The effect of one statement on what is shown, and the rule behind it in words.
//!
//! The rules themselves are the model's; this module only names them.

use mingcha_model::body::Body;
use mingcha_model::{Case, Field, OpId, Refusal, Said, Verdict};

use super::registers::{Registers, is_held, ruling};

/// What a statement does to what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    /// `in_force`, `replaced`, `kept`, `refused`, `held` or `waiting`.
    pub name: &'static str,
    pub rule: &'static str,
}

const fn effect_of(name: &'static str, rule: &'static str) -> Effect {
    Effect { name, rule }
}

const ADDED: Effect = effect_of("in_force", "补充内容全部保留 / an addition: all are kept");
const CREATED: Effect = effect_of("in_force", "以此建立记录 / this made the record");
const HELD: Effect =
    effect_of("held", "平台暂存，放行后才生效 / held by the city: it counts once somebody releases it");
const WAITING: Effect = effect_of(
    "waiting",
    "本机已保存，平台尚未确认；本机按此显示 / saved here, not yet confirmed by the city; this phone shows it",
);
const RECEIVED: Effect = effect_of(
    "waiting",
    "平台已收到，尚未随同步返回；本机按此显示 / the city has it, no feed brought it back yet; this phone shows it",
);
const REPLACED: Effect = effect_of(
    "replaced",
    "已被看到它的人或同一设备后来的内容替换 / replaced by somebody who saw it, or later from the same device",
);
const LATEST: Effect = effect_of("in_force", "按平台顺序，以最后的为准 / the latest in the city's order holds");
const SIBLING: Effect = effect_of(
    "kept",
    "双方互未看到对方所写，作为另一版本保留 / written without having seen the other: kept beside it as a second version",
);
const NEWER: Effect = effect_of("replaced", "以后来的为准 / a newer one holds");
const FIRST: Effect = effect_of("in_force", "以首次为准 / the first one holds");
const LATER: Effect = effect_of("kept", "首次已生效，此次保留备查 / the first one holds already; this one is kept");
const BESIDE: Effect = effect_of("in_force", "更正与原文并列显示 / shown beside the first wording");

impl Effect {
    /// Of an own op that counts nowhere.
    pub fn aside(verdict: Verdict, reason: Option<Refusal>) -> Self {
        match (verdict, reason) {
            (Verdict::Held, _) => HELD,
            (_, Some(reason)) => effect_of("refused", reason.sentence()),
            _ => effect_of("refused", "平台未接受 / the city did not accept it"),
        }
    }
}

/// The effect of one statement among all that was said. `waiting` is given for own ones without an echo: whether the city
/// has it.
pub(super) fn effect(
    one: &Said,
    said: &[Said],
    registers: &Registers<'_>,
    case: Option<&Case>,
    waiting: Option<bool>,
) -> Effect {
    if is_held(one, said) {
        return HELD;
    }
    let by_rule = match one.body.field() {
        Some(field) => of_register(one, &field, registers, case),
        None => of_addition(one, said),
    };
    match waiting {
        // What this device itself replaced since does not wait to be shown.
        Some(received) if by_rule != REPLACED && by_rule != NEWER => {
            if received {
                RECEIVED
            } else {
                WAITING
            }
        }
        _ => by_rule,
    }
}

fn of_register(one: &Said, field: &Field, registers: &Registers<'_>, case: Option<&Case>) -> Effect {
    let Some(register) = registers.get(one.entity, field) else { return HELD };
    let is_live = register.head_of(one.id.log).is_some_and(|head| head.seq == one.id.seq);
    if !is_live {
        return REPLACED;
    }
    let in_force = ruling(one.entity, field, register, case) == Some(one.id);
    match (field, in_force) {
        (Field::Result, false) if is_dissent(one.id, case) => effect_of(
            "kept",
            "早于最新复查结果七天以上，只作异议保留 / more than 7 days before the newest result: kept as dissent, it does not count",
        ),
        (Field::Result, true) => effect_of(
            "in_force",
            "七天内的结果中取最稳妥的：不合格、重新打开、部分合格、合格 / of results within 7 days the safest rules: fail, reopen, partly, pass",
        ),
        (Field::Verdict, true) => effect_of(
            "in_force",
            "审核意见不一时，退回优先 / of differing verdicts the safer rules: return before approve",
        ),
        (Field::FindingVoid, true) => {
            effect_of("in_force", "意见不一时保留问题，不作废 / of differing words the safer rules: kept before void")
        }
        (Field::Extension, true) => effect_of(
            "in_force",
            "意见不一时，不延期或较早的期限优先 / of differing decisions the safer rules: refusal, then the earlier day",
        ),
        (Field::Appeal, true) => {
            effect_of("in_force", "意见不一时，维持优先 / of differing decisions the safer rules: the finding stands")
        }
        (Field::Result | Field::Verdict | Field::FindingVoid | Field::Extension | Field::Appeal, false) => effect_of(
            "kept",
            "多人意见不一，更稳妥的一方生效，此条保留待裁定 / somebody else's safer word rules; this one is kept until a person decides",
        ),
        (_, true) => LATEST,
        (_, false) => SIBLING,
    }
}

fn is_dissent(op: OpId, case: Option<&Case>) -> bool {
    case.is_some_and(|case| case.results.iter().any(|result| result.op == op && result.live && !result.counts))
}

/// What is appended or commanded: some kinds have one that holds, the others are all kept.
fn of_addition(one: &Said, said: &[Said]) -> Effect {
    let same_kind = || {
        said.iter()
            .filter(|other| other.body.kind() == one.body.kind() && other.entity == one.entity && !is_held(other, said))
    };
    let is_first = same_kind().min_by_key(|other| other.sequence()).is_some_and(|first| first.id == one.id);
    let is_newest = same_kind().max_by_key(|other| other.sequence()).is_some_and(|newest| newest.id == one.id);
    match &one.body {
        Body::VisitOpen(_) | Body::FindingRaise(_) | Body::SubmissionAdd(_) | Body::PhotoAdd(_) if is_first => CREATED,
        Body::VisitOpen(_) | Body::FindingRaise(_) | Body::SubmissionAdd(_) | Body::PhotoAdd(_) => LATER,
        Body::FindingFeedback(_) | Body::FindingFixed(_) | Body::VisitSubmit(_) => {
            if is_first {
                FIRST
            } else {
                LATER
            }
        }
        Body::FindingCorrect(_) => BESIDE,
        Body::NumberGive(_)
        | Body::FindingPublish(_)
        | Body::CardWrite(_)
        | Body::SiteEnter(_)
        | Body::FindingNotice(_)
        | Body::AreaSet(_)
        | Body::UnitSet(_)
        | Body::PersonSet(_)
        | Body::CampaignSet(_)
        | Body::GrantSet(_) => {
            if is_newest {
                LATEST
            } else {
                NEWER
            }
        }
        _ => ADDED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingcha_model::body::{Answer, FindingFeedback, FindingRaise, Nothing, ResultSay};
    use mingcha_model::{EntityId, FindingId, Flags, LogId, Order, Outcome, Severity, SiteId, Value, VisitId};

    const ENTITY: EntityId = EntityId([5; 16]);

    fn said(log: u8, seq: u64, day: i64, over: &[OpId], body: Body) -> Said {
        let ord = Order::at_millis(day * 86_400_000);
        let id = OpId { log: LogId([log; 16]), seq };
        Said {
            id,
            ord,
            flags: Flags::NONE,
            at: day * 86_400,
            entity: ENTITY,
            over: over.to_vec(),
            body,
            texts: Vec::new(),
        }
    }

    fn answer(value: Value) -> Body {
        Body::Answer(Answer { item: "W5-1".parse().unwrap(), value, photos: Vec::new() })
    }

    fn effects(said: &[Said]) -> Vec<&'static str> {
        let case = Case::fold(FindingId(ENTITY), said);
        let registers = Registers::fold(said);
        said.iter().map(|one| effect(one, said, &registers, case.as_ref(), None).name).collect()
    }

    #[test]
    fn two_answers_that_did_not_see_each_other_are_one_in_force_and_one_kept() {
        let said = [said(1, 1, 1, &[], answer(Value::Yes)), said(2, 1, 2, &[], answer(Value::No))];
        assert_eq!(effects(&said), ["kept", "in_force"]);
    }

    #[test]
    fn an_answer_that_somebody_saw_and_changed_is_replaced() {
        let first = said(1, 1, 1, &[], answer(Value::Yes));
        let said = [first.clone(), said(2, 1, 2, &[first.id], answer(Value::No))];
        assert_eq!(effects(&said), ["replaced", "in_force"]);
    }

    fn raised() -> Said {
        let raise = FindingRaise {
            visit: VisitId::from_random([1; 16]),
            site: SiteId::from_random([2; 16]),
            item: "W5-1".parse().unwrap(),
            severity: Severity::Ordinary,
            photos: Vec::new(),
        };
        said(1, 1, 1, &[], Body::FindingRaise(raise))
    }

    fn result(log: u8, day: i64, outcome: Outcome) -> Said {
        said(log, 9, day, &[], Body::Result(ResultSay { outcome, visit: None, photos: Vec::new() }))
    }

    #[test]
    fn of_results_within_a_week_the_safer_rules_and_an_older_one_is_dissent() {
        let said =
            [raised(), result(2, 10, Outcome::Fail), result(3, 30, Outcome::Partly), result(4, 31, Outcome::Pass)];
        assert_eq!(effects(&said), ["in_force", "kept", "in_force", "kept"]);
        let case = Case::fold(FindingId(ENTITY), &said);
        let registers = Registers::fold(&said);
        let rule = |place: usize| effect(&said[place], &said, &registers, case.as_ref(), None).rule;
        assert!(rule(1).contains("dissent") && !rule(3).contains("dissent"));
    }

    #[test]
    fn the_first_feedback_holds_and_a_held_one_does_not_count_until_it_is_released() {
        let feedback = || {
            Body::FindingFeedback(FindingFeedback {
                channel: mingcha_model::body::Channel::Written,
                photos: Vec::new(),
            })
        };
        let mut all = vec![raised(), said(2, 1, 2, &[], feedback()), said(3, 1, 3, &[], feedback())];
        assert_eq!(effects(&all), ["in_force", "in_force", "kept"]);
        all[1].flags = Flags::HELD;
        assert_eq!(effects(&all), ["in_force", "held", "in_force"]);
        let release = Body::Release(mingcha_model::body::Release { op: all[1].id });
        all.push(said(4, 1, 4, &[], release));
        assert_eq!(effects(&all), ["in_force", "in_force", "kept", "in_force"]);
    }

    #[test]
    fn what_waits_says_so_unless_this_device_replaced_it_itself() {
        let first = said(1, 1, 1, &[], answer(Value::Yes));
        let said = [first, said(1, 2, 1, &[], answer(Value::No)), said(1, 3, 1, &[], Body::VisitRemark(Nothing {}))];
        let registers = Registers::fold(&said);
        let names: Vec<_> = said.iter().map(|one| effect(one, &said, &registers, None, Some(false)).name).collect();
        assert_eq!(names, ["replaced", "waiting", "waiting"]);
    }

    #[test]
    fn a_refused_op_tells_the_citys_reason() {
        let effect = Effect::aside(Verdict::Refused, Some(Refusal::Area));
        assert_eq!((effect.name, effect.rule), ("refused", Refusal::Area.sentence()));
        assert_eq!(Effect::aside(Verdict::Held, Some(Refusal::Moved)).name, "held");
    }
}
