//! What an item may score and where it fails, by its answer type and its set's model.

use super::super::ScoringModel;
use super::fault::Fault;
use crate::AnswerType;

/// Full marks of one item, in hundredths of a point.
const MOST_POINTS: u32 = 10_000;
/// The largest limit an item may set.
const LARGEST_LIMIT: u32 = 100_000;

/// What an item says of points.
pub(super) struct Points {
    pub(super) full: u32,
    pub(super) deduct: u32,
    pub(super) deduct_most: Option<u32>,
    pub(super) bonus: u32,
    /// It is worked out as a class.
    pub(super) classes: bool,
}

/// Points belong to item points, deductions and bonuses to base 100; what is no fault or no merit scores nothing.
pub(super) fn check_points(said: &Points, answer: AnswerType, model: ScoringModel) -> Result<(), Fault> {
    let amounts = [
        ("points", said.full),
        ("deduct", said.deduct),
        ("deduct_most", said.deduct_most.unwrap_or(0)),
        ("bonus", said.bonus),
    ];
    if let Some((key, _)) = amounts.into_iter().find(|(_, amount)| *amount > MOST_POINTS) {
        return Err(Fault::at(
            key,
            &format!("以百分之一分计，0 至 {MOST_POINTS}"),
            &format!("this is in hundredths of a point, 0 to {MOST_POINTS}"),
        ));
    }
    let told = |key, zh, en| Err(Fault::at(key, zh, en));
    let given = [("deduct", said.deduct > 0), ("deduct_most", said.deduct_most.is_some()), ("bonus", said.bonus > 0)];
    if model != ScoringModel::Base100
        && let Some((key, _)) = given.into_iter().find(|(_, given)| *given)
    {
        return told(key, "只用于百分制（base_100）", "it belongs to base_100 alone");
    }
    if model == ScoringModel::Base100 && said.full > 0 {
        return told(
            "points",
            "百分制用 `deduct` 或 `bonus`，这里请写 0",
            "in base_100 an item has `deduct` or `bonus`: write 0 here",
        );
    }
    if model == ScoringModel::Information && said.full > 0 {
        return told("points", "只作记录的标准不计分，请写 0", "a set that is information scores nothing: write 0");
    }
    if said.deduct == 0 && said.deduct_most.is_some() {
        return told("deduct_most", "先要有 `deduct`", "it needs `deduct`");
    }
    let silent =
        matches!(answer, AnswerType::Veto | AnswerType::Band | AnswerType::Class | AnswerType::Text) || said.classes;
    if silent && said.full > 0 {
        return told("points", "这种填答方式不计分，请写 0", "this answer type scores nothing: write 0");
    }
    if matches!(answer, AnswerType::Text) && (said.deduct > 0 || said.bonus > 0) {
        let key = if said.deduct > 0 { "deduct" } else { "bonus" };
        return told(key, "文字不扣分也不加分，请删去", "words are no fault and no merit: take it out");
    }
    Ok(())
}

/// A quantity that scores must say from where on it fails; words need no limit.
pub(super) fn check_limits(
    answer: AnswerType,
    scores: bool,
    over: Option<u32>,
    under: Option<u32>,
) -> Result<(), Fault> {
    use AnswerType as A;
    let told = |key, zh, en| Err(Fault::at(key, zh, en));
    if over.max(under) > Some(LARGEST_LIMIT) {
        let key = if over > Some(LARGEST_LIMIT) { "fails_over" } else { "fails_under" };
        return told(key, "最大 100000", "at most 100000");
    }
    match answer {
        A::YesNo | A::Grade | A::Level | A::Veto | A::Band | A::Class | A::Text | A::Compare | A::Derived
            if over.is_some() || under.is_some() =>
        {
            let key = if over.is_some() { "fails_over" } else { "fails_under" };
            told(key, "这种填答方式没有数量界限，请删去", "this answer type takes no limit: take it out")
        }
        A::Occurrences | A::Minutes | A::Hours | A::WorkingDays | A::Trips if under.is_some() => {
            told("fails_under", "这种填答方式只用 `fails_over`", "this answer type takes `fails_over` only")
        }
        A::Ratio if over.is_some() => {
            told("fails_over", "比例只用 `fails_under`，按百分数", "a ratio takes `fails_under` only, in percent")
        }
        A::Ratio if under.is_some_and(|percent| !(1..=100).contains(&percent)) => {
            told("fails_under", "比例的界限为 1 至 100（百分数）", "of a ratio this is a percentage from 1 to 100")
        }
        A::Count if matches!((over, under), (Some(most), Some(least)) if most < least) => told(
            "fails_over",
            "小于 `fails_under`，没有哪种情况能合格",
            "smaller than `fails_under`: nothing could pass",
        ),
        A::Count | A::Ratio | A::Minutes | A::Hours | A::WorkingDays | A::Trips
            if scores && over.is_none() && under.is_none() =>
        {
            let key = if answer == A::Ratio { "fails_under" } else { "fails_over" };
            told(
                key,
                "计分的数量须有 `fails_over` 或 `fails_under`；不计分则只作记录",
                "a quantity with points needs `fails_over` or `fails_under`; without points it is information",
            )
        }
        _ => Ok(()),
    }
}
