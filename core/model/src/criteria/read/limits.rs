//! What an item may score and where it fails, by its answer type and its set's model.

use super::super::ScoringModel;
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
pub(super) fn check_points(said: &Points, answer: AnswerType, model: ScoringModel) -> Result<(), String> {
    let told = |reason: &str| Err(reason.to_owned());
    let amounts = [said.full, said.deduct, said.deduct_most.unwrap_or(0), said.bonus];
    if amounts.iter().any(|amount| *amount > MOST_POINTS) {
        return Err(format!("`points`, `deduct` and `bonus` are hundredths of a point, 0 to {MOST_POINTS}"));
    }
    if model != ScoringModel::Base100 && (said.deduct > 0 || said.deduct_most.is_some() || said.bonus > 0) {
        return told("`deduct`, `deduct_most` and `bonus` belong to base_100 alone");
    }
    if model == ScoringModel::Base100 && said.full > 0 {
        return told("in base_100 an item has `deduct` or `bonus`: set `points` to 0");
    }
    if model == ScoringModel::Information && said.full > 0 {
        return told("a set that is information scores nothing: set `points` to 0");
    }
    if said.deduct == 0 && said.deduct_most.is_some() {
        return told("`deduct_most` needs `deduct`");
    }
    let silent = matches!(answer, AnswerType::Veto | AnswerType::Band | AnswerType::Text) || said.classes;
    if silent && said.full > 0 {
        return told("this answer type scores nothing: set `points` to 0");
    }
    if matches!(answer, AnswerType::Text) && (said.deduct > 0 || said.bonus > 0) {
        return told("words are no fault and no merit: take `deduct` and `bonus` out");
    }
    Ok(())
}

/// A quantity that scores must say from where on it fails; words need no limit.
pub(super) fn check_limits(
    answer: AnswerType,
    scores: bool,
    over: Option<u32>,
    under: Option<u32>,
) -> Result<(), String> {
    use AnswerType as A;
    let told = |reason: &str| Err(reason.to_owned());
    if over.max(under) > Some(LARGEST_LIMIT) {
        return told("`fails_over` and `fails_under` are at most 100000");
    }
    match answer {
        A::YesNo | A::Grade | A::Level | A::Veto | A::Band | A::Text | A::Compare | A::Derived
            if over.is_some() || under.is_some() =>
        {
            told("this answer type takes no `fails_over` or `fails_under`")
        }
        A::Occurrences | A::Minutes | A::Hours | A::WorkingDays | A::Trips if under.is_some() => {
            told("this answer type takes `fails_over` only")
        }
        A::Ratio if over.is_some() => told("a ratio takes `fails_under` only, in percent"),
        A::Ratio if under.is_some_and(|percent| !(1..=100).contains(&percent)) => {
            told("a ratio's `fails_under` is a percentage from 1 to 100")
        }
        A::Count if matches!((over, under), (Some(most), Some(least)) if most < least) => {
            told("`fails_over` is smaller than `fails_under`: nothing could pass")
        }
        A::Count | A::Ratio | A::Minutes | A::Hours | A::WorkingDays | A::Trips
            if scores && over.is_none() && under.is_none() =>
        {
            told("a quantity with points needs `fails_over` or `fails_under`; without points it is information")
        }
        _ => Ok(()),
    }
}
