//! One item's part of a score, and the rule that made it.

use super::model::Tier;
use crate::{AnswerType, Bands, Bilingual, Class, Item, ItemCode, Level, LevelLimits, ScoringModel, SetCode, Value};

/// One item's part of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreLine {
    /// The item.
    pub item: ItemCode,
    /// The set that it belongs to.
    pub set: SetCode,
    /// How that set is scored.
    pub model: ScoringModel,
    /// Its answer, or what follows from other answers.
    pub answer: Option<Value>,
    /// True when nobody answers it.
    pub derived: bool,
    /// Why it brings what it brings.
    pub rule: Rule,
    /// In hundredths of a point, or of an instance; below 0 where it is taken off a hundred points.
    pub obtained: i64,
    /// In hundredths of a point, or of an instance.
    pub obtainable: u64,
    /// The level of the answer, where the set has levels.
    pub tier: Option<Tier>,
    /// What the answer was held against.
    pub ruler: Ruler,
    /// Of what is derived: the condition that was met, or was not, in Chinese and in English.
    pub because: Option<Bilingual>,
    /// Of what is derived: the items that it is worked out from.
    pub operands: Vec<ItemCode>,
    /// Those of them whose answers it waits for.
    pub waits_for: Vec<ItemCode>,
    /// What it is a part of: derived items that count in its stead.
    pub decides: Vec<ItemCode>,
}

/// What an answer is held against: the item's limits for this kind of window, its classes, and what a fault costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruler {
    /// How the item is answered.
    pub answer: AnswerType,
    /// Fails when the quantity is larger than this.
    pub fails_over: Option<u32>,
    /// Fails when the quantity is smaller than this; of a ratio in percent.
    pub fails_under: Option<u32>,
    /// The classes of a measured number.
    pub bands: Bands,
    /// The percentages of three levels.
    pub levels: Option<LevelLimits>,
    /// What a fault takes off, in hundredths of a point.
    pub deduct: u32,
    /// The most that the item takes off.
    pub deduct_most: Option<u32>,
}

impl Ruler {
    fn of(item: &Item) -> Self {
        Self {
            answer: item.answer,
            fails_over: item.fails_over,
            fails_under: item.fails_under,
            bands: item.bands,
            levels: item.levels,
            deduct: item.deduct,
            deduct_most: item.deduct_most,
        }
    }

    /// How many of these occurrences count: what an item lets pass is no fault, in any model.
    pub(super) fn beyond(&self, seen: u32) -> u32 {
        seen.saturating_sub(self.fails_over.unwrap_or(0))
    }
}

impl ScoreLine {
    /// Whether nothing that fits was answered, or worked out.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.rule, Rule::Unanswered | Rule::Unfit)
    }
}

/// Why an item brings what it brings.
///
/// The sources demand that items be looked at, none says what a middle answer is worth: the parts for 良, 基本合格 and
/// 持平 (a half) are inferred. A ratio brings its proportion, as the rate over observed instances does in published
/// field checks; other quantities bring all or nothing by their limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Full points: yes, good, qualified, better, or a quantity within its limit.
    Full,
    /// Half the points, rounded down to a hundredth: fair, basic, the same as before.
    Half,
    /// The points times seen of observed, rounded down to a hundredth.
    Proportion,
    /// No points: a fault.
    Failed,
    /// Taken off a hundred points: a fault.
    Deducted,
    /// Added to a hundred points.
    Bonus,
    /// Nothing taken off.
    NoDeduction,
    /// Conforms, where all of them must.
    Conforms,
    /// Does not conform, where all of them must.
    DoesNotConform,
    /// Has a level.
    HasLevel,
    /// Not applicable: leaves the denominator.
    NotApplicable,
    /// Not answered: leaves the denominator and is listed as missing.
    Unanswered,
    /// The value is not of the item's answer type: treated as not answered.
    Unfit,
    /// An item without points: information only.
    Information,
    /// A part of what is derived, which counts in its stead: an *or* is not undone by the half that was not needed.
    Decides,
    /// A veto item that does not apply or was answered with no.
    NoVeto,
    /// A veto item answered with yes: scores nothing, takes away awards.
    Veto,
}

impl Rule {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Half => "half",
            Self::Proportion => "proportion",
            Self::Failed => "failed",
            Self::Deducted => "deducted",
            Self::Bonus => "bonus",
            Self::NoDeduction => "no_deduction",
            Self::Conforms => "conforms",
            Self::DoesNotConform => "does_not_conform",
            Self::HasLevel => "has_level",
            Self::NotApplicable => "not_applicable",
            Self::Unanswered => "unanswered",
            Self::Unfit => "unfit",
            Self::Information => "information",
            Self::Decides => "decides",
            Self::NoVeto => "no_veto",
            Self::Veto => "veto",
        }
    }

    /// The rule alone in Chinese and in English; [`ScoreLine::words`] says by which limit, and how often.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Full => ("满分", "full points"),
            Self::Half => ("一半分值", "half the points"),
            Self::Proportion => ("按比例得分", "points in proportion"),
            Self::Failed => ("不得分", "no points"),
            Self::Deducted => ("扣分", "deducted"),
            Self::Bonus => ("加分", "bonus"),
            Self::NoDeduction => ("不扣分", "nothing deducted"),
            Self::Conforms => ("符合", "conforms"),
            Self::DoesNotConform => ("不符合", "does not conform"),
            Self::HasLevel => ("按等次", "by level"),
            Self::NotApplicable => ("不适用，不计入总分", "not applicable, left out of the total"),
            Self::Unanswered => ("未填答，不计入总分", "not answered, left out of the total"),
            Self::Unfit => {
                ("答案与题型不符，按未填答处理", "the answer does not fit the item, counted as not answered")
            }
            Self::Information => ("仅作记录，不计分", "information only, no points"),
            Self::Decides => ("由合并得出的项计，不单独计", "counts in what is worked out of it, not alone"),
            Self::NoVeto => ("未触发一票否决", "no veto"),
            Self::Veto => ("一票否决", "veto"),
        }
    }

    /// Whether a line of this rule takes part in its set's figure.
    pub(super) fn counts(self) -> bool {
        !matches!(
            self,
            Self::NotApplicable
                | Self::Unanswered
                | Self::Unfit
                | Self::Information
                | Self::Decides
                | Self::NoVeto
                | Self::Veto
        )
    }
}

/// Whether an item brings anything by the model of its set: what is only recorded stands for nothing else.
pub(super) fn weighs(item: &Item) -> bool {
    match item.scoring {
        ScoringModel::ItemPoints => item.points > 0,
        ScoringModel::Base100 => item.deduct > 0 || item.bonus > 0,
        ScoringModel::InstanceRate | ScoringModel::AllConform | ScoringModel::Levels => true,
        ScoringModel::Information => false,
    }
}

/// `decides` names what is derived from the item and counts in its stead.
pub(super) fn line(item: &Item, answer: Option<Value>, decides: Vec<ItemCode>) -> ScoreLine {
    let mut operands: Vec<ItemCode> = item.derivation.iter().flat_map(|how| how.operands()).cloned().collect();
    let mut told = std::collections::BTreeSet::new();
    operands.retain(|code| told.insert(code.clone()));
    let (rule, obtained, obtainable) = match judge(item, answer.as_ref()) {
        (rule, ..) if !decides.is_empty() && (rule.counts() || rule == Rule::Information) => (Rule::Decides, 0, 0),
        judged => judged,
    };
    let because = answer.as_ref().and_then(|value| item.derivation.as_ref()?.reason(value));
    let tier = (rule == Rule::HasLevel).then(|| answer.and_then(|value| tier(item, &value))).flatten();
    ScoreLine {
        item: item.code.clone(),
        set: item.set.clone(),
        model: item.scoring,
        answer,
        derived: item.derivation.is_some(),
        rule,
        obtained,
        obtainable,
        tier,
        ruler: Ruler::of(item),
        because,
        operands,
        waits_for: Vec::new(),
        decides,
    }
}

/// The rule for this answer, what it brings, and what it could have brought.
fn judge(item: &Item, answer: Option<&Value>) -> (Rule, i64, u64) {
    let Some(value) = answer else { return (Rule::Unanswered, 0, 0) };
    if item.check(value).is_err() {
        return (Rule::Unfit, 0, 0);
    }
    if item.answer == AnswerType::Veto {
        return (if item.failed(value) { Rule::Veto } else { Rule::NoVeto }, 0, 0);
    }
    if *value == Value::NotApplicable {
        return (Rule::NotApplicable, 0, 0);
    }
    match item.scoring {
        ScoringModel::ItemPoints => by_points(item, value),
        ScoringModel::Base100 => by_deduction(item, value),
        ScoringModel::InstanceRate => by_instances(item, value),
        ScoringModel::AllConform => by_conformity(item, value),
        ScoringModel::Levels if tier(item, value).is_some() => (Rule::HasLevel, 0, 0),
        ScoringModel::Levels | ScoringModel::Information => (Rule::Information, 0, 0),
    }
}

fn by_points(item: &Item, value: &Value) -> (Rule, i64, u64) {
    let points = u64::from(item.points);
    let brings = |rule, part: u64| (rule, i64::try_from(part).unwrap_or(i64::MAX), points);
    match *value {
        _ if points == 0 => (Rule::Information, 0, 0),
        Value::Ratio { seen, of } => brings(Rule::Proportion, proportion(points, seen, of)),
        _ if item.failed(value) => brings(Rule::Failed, 0),
        Value::Fair | Value::Same | Value::Level(Level::Basic) => brings(Rule::Half, points.div_euclid(2)),
        // A measured number, its class or words have no agreed worth; a set cannot give them points.
        Value::Band(_) | Value::Class(_) | Value::Written => (Rule::Information, 0, 0),
        _ => brings(Rule::Full, points),
    }
}

/// A fault takes its deduction, an occurrence each time that it is not let pass, up to the most of its item; what conforms
/// may add a bonus.
fn by_deduction(item: &Item, value: &Value) -> (Rule, i64, u64) {
    if item.deduct == 0 && item.bonus == 0 {
        return (Rule::Information, 0, 0);
    }
    if item.failed(value) && item.deduct > 0 {
        let times = match *value {
            Value::Count(n) if item.answer == AnswerType::Occurrences => Ruler::of(item).beyond(n),
            _ => 1,
        };
        let whole = u64::from(item.deduct).saturating_mul(times.into());
        let taken = whole.min(item.deduct_most.map_or(u64::MAX, u64::from));
        return (Rule::Deducted, i64::try_from(taken).unwrap_or(i64::MAX).saturating_neg(), 0);
    }
    // 良 and 基本合格 are no faults, and no merits either.
    let merit = !matches!(value, Value::Fair | Value::Same | Value::Level(Level::Basic)) && !item.failed(value);
    if item.bonus > 0 && merit { (Rule::Bonus, item.bonus.into(), 0) } else { (Rule::NoDeduction, 0, 0) }
}

/// Instances in hundredths, so that a middle answer is half of one. Every occurrence is an instance that failed, but for
/// those that the item lets pass, which are none.
fn by_instances(item: &Item, value: &Value) -> (Rule, i64, u64) {
    let one = |rule, part| (rule, part, 100);
    match *value {
        Value::Written => (Rule::Information, 0, 0),
        Value::Band(_) if item.bands == Bands::default() => (Rule::Information, 0, 0),
        Value::Ratio { seen, of } => {
            (Rule::Proportion, i64::from(seen).saturating_mul(100), u64::from(of).saturating_mul(100))
        }
        Value::Count(n) if item.answer == AnswerType::Occurrences && item.failed(value) => {
            (Rule::Failed, 0, u64::from(Ruler::of(item).beyond(n)).saturating_mul(100))
        }
        Value::Count(_) if item.answer == AnswerType::Count && item.fails_over.or(item.fails_under).is_none() => {
            (Rule::Information, 0, 0)
        }
        Value::Minutes(_) | Value::Hours(_) | Value::WorkingDays(_) | Value::Trips(_) if item.fails_over.is_none() => {
            (Rule::Information, 0, 0)
        }
        _ if item.failed(value) => one(Rule::Failed, 0),
        Value::Fair | Value::Same | Value::Level(Level::Basic) => one(Rule::Half, 50),
        _ => one(Rule::Full, 100),
    }
}

/// Of what is counted every one must conform: four of five do not.
fn by_conformity(item: &Item, value: &Value) -> (Rule, i64, u64) {
    let unlimited = item.fails_over.or(item.fails_under).is_none();
    let conforms = match *value {
        Value::Written => return (Rule::Information, 0, 0),
        Value::Count(_) if item.answer == AnswerType::Count && unlimited => return (Rule::Information, 0, 0),
        Value::Minutes(_) | Value::Hours(_) | Value::WorkingDays(_) | Value::Trips(_) if unlimited => {
            return (Rule::Information, 0, 0);
        }
        Value::Band(_) if item.bands == Bands::default() => return (Rule::Information, 0, 0),
        Value::Ratio { seen, of } => seen == of,
        _ => !item.failed(value),
    };
    (if conforms { Rule::Conforms } else { Rule::DoesNotConform }, 0, 0)
}

/// The level of an answer: the first is the best, below all of them is a fault.
fn tier(item: &Item, value: &Value) -> Option<Tier> {
    Some(match *value {
        Value::Written | Value::NotApplicable => return None,
        _ if item.failed(value) => Tier::Below,
        Value::Good | Value::Better | Value::Level(Level::Qualified) => Tier::First,
        Value::Fair | Value::Same | Value::Level(Level::Basic) => Tier::Second,
        Value::Class(class) => tier_of(class),
        Value::Band(measured) => return item.bands.class(measured).map(tier_of),
        Value::Yes | Value::No => Tier::First,
        Value::Ratio { .. } if item.fails_under.is_none() => return None,
        _ if item.fails_over.or(item.fails_under).is_none() && item.answer != AnswerType::Occurrences => return None,
        _ => Tier::First,
    })
}

fn tier_of(class: Class) -> Tier {
    match class {
        Class::Excellent => Tier::First,
        Class::Well => Tier::Second,
        Class::Standard => Tier::Third,
        Class::Below => Tier::Below,
    }
}

/// Points times seen of observed, rounded down; never more than the points.
fn proportion(points: u64, seen: u32, of: u32) -> u64 {
    points.saturating_mul(u64::from(seen)).checked_div(u64::from(of)).unwrap_or(0).min(points)
}
