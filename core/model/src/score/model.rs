//! A set's figure by its model, with the sentence that explains it.
//!
//! Sources: item points and the halves are this application's own; base 100 with deductions and bonuses up to 110 is
//! the monthly scheme of a county service centre (SRC 21); the rate over observed instances a city's mock test
//! (SRC 37); all of N an official manual (SRC 7); levels document 004 (六.1(3): 100 %, 80 %).

use super::line::{Rule, ScoreLine};
use super::words::{hundredths, left_out};
use crate::{Bilingual, ScoringModel, SetCode};

/// What one set's answers are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetScore {
    /// The set.
    pub set: SetCode,
    /// Its model.
    pub model: ScoringModel,
    /// In hundredths of a point, or of an instance.
    pub obtained: u64,
    /// In hundredths of a point, or of an instance; 0 where there is no figure.
    pub obtainable: u64,
    /// Obtained of obtainable in hundredths of a percent, rounded down; above 10,000 where bonuses lift it.
    pub rate: Option<u32>,
    /// Whether everything conforms, where all of it must; none while something is missing and nothing failed.
    pub conforms: Option<bool>,
    /// The lowest level of its items, where the set has levels.
    pub tier: Option<Tier>,
    /// Whether the visit's own figure counts it; what is scored by another model stands beside that.
    pub counted: bool,
    /// How it was computed.
    pub formula: Bilingual,
}

/// A level of an answer or a set: 优秀 or 合格, 良好 or 基本合格, 达标, or below all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// 优秀, 合格, 优, 是
    First,
    /// 良好, 基本合格, 良
    Second,
    /// 达标
    Third,
    /// 不合格, 差, 否, or no class at all.
    Below,
}

impl Tier {
    /// The level in Chinese and in English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::First => ("一档（优秀、合格）", "first level"),
            Self::Second => ("二档（良好、基本合格）", "second level"),
            Self::Third => ("三档（达标）", "third level"),
            Self::Below => ("不达标", "below every level"),
        }
    }

    /// The level alone, beside the class or the limit that made it.
    pub(super) fn rank(self) -> (&'static str, &'static str) {
        match self {
            Self::First => ("一档", "first level"),
            Self::Second => ("二档", "second level"),
            Self::Third => ("三档", "third level"),
            Self::Below => ("不达标", "below every level"),
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Third => "third",
            Self::Below => "below",
        }
    }
}

/// The figure of one set from its lines; none if there are no lines. What is derived stands for its parts, answered or not.
pub(super) fn total(lines: &[&ScoreLine], cap: u32) -> Option<SetScore> {
    let lines: Vec<&ScoreLine> = lines.iter().filter(|line| line.decides.is_empty()).copied().collect();
    let lines = &lines[..];
    let first = lines.first()?;
    let empty = SetScore {
        set: first.set.clone(),
        model: first.model,
        obtained: 0,
        obtainable: 0,
        rate: None,
        conforms: None,
        tier: None,
        counted: false,
        formula: after(Bilingual::new("仅作记录，不计分", "information only, no points"), lines),
    };
    let mut score = match first.model {
        ScoringModel::ItemPoints => summed(empty, lines, ("得分", "points")),
        ScoringModel::InstanceRate => summed(empty, lines, ("符合实例", "instances")),
        ScoringModel::Base100 => base_100(empty, lines, cap),
        ScoringModel::AllConform => all_conform(empty, lines),
        ScoringModel::Levels => levels(empty, lines),
        ScoringModel::Information => empty,
    };
    score.rate = rate(score.obtained, score.obtainable);
    Some(score)
}

/// Hundredths of a percent, rounded down; none of nothing.
pub(super) fn rate(obtained: u64, obtainable: u64) -> Option<u32> {
    let rate = u128::from(obtained).saturating_mul(10_000).checked_div(u128::from(obtainable))?;
    u32::try_from(rate).ok()
}

fn summed(mut score: SetScore, lines: &[&ScoreLine], (zh, en): (&str, &str)) -> SetScore {
    for line in lines {
        score.obtained = score.obtained.saturating_add(u64::try_from(line.obtained).unwrap_or(0));
        score.obtainable = score.obtainable.saturating_add(line.obtainable);
    }
    let (obtained, obtainable) = (hundredths(score.obtained), hundredths(score.obtainable));
    score.formula = Bilingual {
        zh: format!("{zh} {obtained} ÷ 应得 {obtainable}"),
        en: format!("{obtained} of {obtainable} {en}"),
    };
    score.formula = after(score.formula, lines);
    score
}

fn base_100(mut score: SetScore, lines: &[&ScoreLine], cap: u32) -> SetScore {
    if !lines.iter().any(|line| line.rule.counts()) {
        score.formula =
            after(Bilingual::new("尚无可扣分加分的答案", "nothing answered that is deducted or added"), lines);
        return score;
    }
    let sum = |wanted: Rule| -> u64 {
        lines
            .iter()
            .filter(|line| line.rule == wanted)
            .map(|line| line.obtained.unsigned_abs())
            .fold(0, u64::saturating_add)
    };
    let (taken, added) = (sum(Rule::Deducted), sum(Rule::Bonus));
    let most = u64::from(cap).saturating_mul(100);
    score.obtained = 10_000_u64.saturating_add(added).saturating_sub(taken).min(most);
    score.obtainable = 10_000;
    let (taken, added, result) = (hundredths(taken), hundredths(added), hundredths(score.obtained));
    score.formula = Bilingual {
        zh: format!("100 − 扣分 {taken} + 加分 {added} = {result}（最低 0，封顶 {cap}）"),
        en: format!("100 - {taken} deducted + {added} added = {result}, not below 0, not above {cap}"),
    };
    score.formula = after(score.formula, lines);
    score
}

fn all_conform(mut score: SetScore, lines: &[&ScoreLine]) -> SetScore {
    let count = |rules: &[Rule]| lines.iter().filter(|line| rules.contains(&line.rule)).count();
    let (good, bad) = (count(&[Rule::Conforms]), count(&[Rule::DoesNotConform]));
    let (open, aside) = (count(&[Rule::Unanswered, Rule::Unfit]), count(&[Rule::NotApplicable]));
    let all = good.saturating_add(bad);
    score.conforms = match (bad, open) {
        (1.., _) => Some(false),
        (0, 0) if all > 0 => Some(true),
        _ => None,
    };
    if let Some(conforms) = score.conforms {
        score.obtainable = 10_000;
        score.obtained = if conforms { 10_000 } else { 0 };
    }
    let (zh, en) = match score.conforms {
        Some(true) => ("全部符合", "all conform"),
        Some(false) => ("不符合", "does not conform"),
        None => ("尚不能判定", "not decided yet"),
    };
    score.formula = Bilingual {
        zh: format!("{all} 项中 {good} 项符合，未答 {open} 项，不适用 {aside} 项不计；须全部符合：{zh}"),
        en: format!("{good} of {all} conform, {open} not answered, {aside} not applicable left out; all must: {en}"),
    };
    score
}

fn levels(mut score: SetScore, lines: &[&ScoreLine]) -> SetScore {
    let tiers: Vec<Tier> = lines.iter().filter_map(|line| line.tier).collect();
    score.tier = tiers.iter().max().copied();
    let count = |tier: Tier| tiers.iter().filter(|one| **one == tier).count();
    let counts = [Tier::First, Tier::Second, Tier::Third, Tier::Below].map(count);
    let lowest = score.tier.map_or(("尚无", "none yet"), Tier::words);
    score.formula = Bilingual {
        zh: format!(
            "一档 {}、二档 {}、三档 {}、不达标 {}；取最低一档：{}",
            counts[0], counts[1], counts[2], counts[3], lowest.0
        ),
        en: format!(
            "first {}, second {}, third {}, below {}; the lowest is the set's: {}",
            counts[0], counts[1], counts[2], counts[3], lowest.1
        ),
    };
    score.formula = after(score.formula, lines);
    score
}

/// A formula, and what it does not count.
fn after(formula: Bilingual, lines: &[&ScoreLine]) -> Bilingual {
    let out = left_out(lines);
    Bilingual { zh: formula.zh + &out.zh, en: formula.en + &out.en }
}
