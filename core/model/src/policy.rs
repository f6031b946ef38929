//! Policy switches: what a city or a campaign may decide for itself, each with its default and where that comes from.
//!
//! A switch travels as a name and a whole number. A name or number that this build does not understand changes
//! nothing here and is kept as it came, because a newer city may say it to an older phone; whoever reads switches
//! from a person's file refuses it instead ([`Switch::named`], [`Switch::check`]).

use serde::Serialize;

use crate::body::PolicyValue;
use crate::{Bilingual, DeadlinePolicy, FormerRules, MOST_DAYS, Roll};

/// What holds in a city, or within a campaign.
///
/// ```
/// use mingcha_model::{Policy, Roll, body::PolicyValue};
///
/// let said = [PolicyValue { name: "recheck_roll".to_owned(), value: 1 }];
/// let policy = Policy::from_values(&said);
/// assert_eq!(policy.recheck_roll, Roll::Preceding);
/// assert_eq!(policy.deadlines.serious, 5); // not said, so the default
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// How many working days a unit has.
    pub deadlines: DeadlinePolicy,
    /// What becomes of a recheck that falls on a day off.
    pub recheck_roll: Roll,
    /// Whether the fortnight runs from the approval of the rectification instead of the feedback.
    pub recheck_after_approval: bool,
    /// Working days until an undercover finding must be fed back, from the submission of its visit.
    pub feedback_days: u32,
    /// Whether a unit's card shows the date of the next recheck.
    pub unit_sees_recheck_date: bool,
    /// Whether report dates of a campaign that fall on a day off move to the next working day.
    pub report_dates_roll: bool,
    /// Whether units are ranked. Inspectors never are.
    pub ranking: bool,
    /// Whether bad cases may be exposed in public 曝光.
    pub exposure: bool,
    /// Whether red and black lists are kept.
    pub red_black_lists: bool,
    /// Whether phones send original photos after the standard copies.
    pub originals: bool,
    /// What public votes weigh in the composite score, in percent.
    pub vote_weight: u32,
    /// What the parts of the composite score weigh.
    pub weights: Weights,
    /// How many days a circulated deduction bars a unit from awards; 0: until the programme ends.
    pub award_bar_days: u32,
    /// Switches of other builds: not understood, not lost. By name, each once.
    pub others: Vec<PolicyValue>,
    /// What held before, the earliest first: what was served under it is not shortened by what holds now.
    #[serde(skip)]
    pub former: Vec<FormerRules>,
}

/// What the parts of the composite score weigh, in percent. A missing part is never silently re-weighted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Weights {
    /// Routine work.
    pub routine: u32,
    /// The survey.
    pub survey: u32,
    /// Inspections.
    pub inspections: u32,
}

impl Weights {
    /// Whether the three make a whole.
    #[must_use]
    pub fn add_up(self) -> bool {
        self.routine.saturating_add(self.survey).saturating_add(self.inspections) == 100
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            deadlines: DeadlinePolicy::default(),
            recheck_roll: Roll::Following,
            recheck_after_approval: false,
            feedback_days: 3,
            unit_sees_recheck_date: false,
            report_dates_roll: false,
            ranking: false,
            exposure: false,
            red_black_lists: false,
            originals: true,
            vote_weight: 0,
            weights: Weights { routine: 50, survey: 30, inspections: 20 },
            award_bar_days: 0,
            others: Vec::new(),
            former: Vec::new(),
        }
    }
}

impl Policy {
    /// The defaults, changed by these switches; of two with one name the later holds.
    #[must_use]
    pub fn from_values(values: &[PolicyValue]) -> Self {
        Self::default().with(values)
    }

    /// This policy, changed by these switches: a campaign's over its city's.
    #[must_use]
    pub fn with(mut self, values: &[PolicyValue]) -> Self {
        for said in values {
            if self.change(&said.name, said.value).is_some() {
                continue;
            }
            self.others.retain(|other| other.name != said.name);
            self.others.push(said.clone());
            self.others.sort_unstable();
        }
        self
    }

    /// The number of a switch of [`SWITCHES`]; `None` for another name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<i64> {
        Some(match name {
            "deadline_on_the_spot" => self.deadlines.on_the_spot.into(),
            "deadline_minor" => self.deadlines.minor.into(),
            "deadline_ordinary" => self.deadlines.ordinary.into(),
            "deadline_serious" => self.deadlines.serious.into(),
            "deadline_works" => self.deadlines.works.into(),
            "notice_reply_days" => self.deadlines.notice_reply.into(),
            "recheck_roll" => match self.recheck_roll {
                Roll::Following => 0,
                Roll::Preceding => 1,
                Roll::WithinWeek => 2,
                Roll::None => 3,
            },
            "recheck_after_approval" => self.recheck_after_approval.into(),
            "feedback_days" => self.feedback_days.into(),
            "unit_sees_recheck_date" => self.unit_sees_recheck_date.into(),
            "report_dates_roll" => self.report_dates_roll.into(),
            "ranking" => self.ranking.into(),
            "exposure" => self.exposure.into(),
            "red_black_lists" => self.red_black_lists.into(),
            "originals" => self.originals.into(),
            "vote_weight" => self.vote_weight.into(),
            "weight_routine" => self.weights.routine.into(),
            "weight_survey" => self.weights.survey.into(),
            "weight_inspections" => self.weights.inspections.into(),
            "award_bar_days" => self.award_bar_days.into(),
            _ => return None,
        })
    }

    /// Sets one switch, or `None` when its name or number is not understood.
    fn change(&mut self, name: &str, value: i64) -> Option<()> {
        Switch::named(name)?.check(value).ok()?;
        let number = u32::try_from(value).ok()?;
        let on = number == 1;
        match name {
            "deadline_on_the_spot" => self.deadlines.on_the_spot = number,
            "deadline_minor" => self.deadlines.minor = number,
            "deadline_ordinary" => self.deadlines.ordinary = number,
            "deadline_serious" => self.deadlines.serious = number,
            "deadline_works" => self.deadlines.works = number,
            "notice_reply_days" => self.deadlines.notice_reply = number,
            "recheck_roll" => {
                self.recheck_roll = match number {
                    0 => Roll::Following,
                    1 => Roll::Preceding,
                    2 => Roll::WithinWeek,
                    _ => Roll::None,
                }
            }
            "recheck_after_approval" => self.recheck_after_approval = on,
            "feedback_days" => self.feedback_days = number,
            "unit_sees_recheck_date" => self.unit_sees_recheck_date = on,
            "report_dates_roll" => self.report_dates_roll = on,
            "ranking" => self.ranking = on,
            "exposure" => self.exposure = on,
            "red_black_lists" => self.red_black_lists = on,
            "originals" => self.originals = on,
            "vote_weight" => self.vote_weight = number,
            "weight_routine" => self.weights.routine = number,
            "weight_survey" => self.weights.survey = number,
            "weight_inspections" => self.weights.inspections = number,
            "award_bar_days" => self.award_bar_days = number,
            _ => return None,
        }
        Some(())
    }
}

/// One switch: its name, what its number may be, and why it is set as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The name in files and in [`PolicyValue`].
    pub name: &'static str,
    /// What its number means.
    pub shape: SwitchShape,
    /// What it decides, in Chinese and in English.
    about: (&'static str, &'static str),
    /// Where the default comes from.
    pub source: &'static str,
}

/// What the number of a switch means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchShape {
    /// 0 no, 1 yes.
    YesNo,
    /// Days or working days, 0 to [`MOST_DAYS`].
    Days,
    /// 0 to 100.
    Percent,
    /// The place of a word in this list, from 0.
    OneOf(&'static [&'static str]),
}

/// A number that a switch cannot have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the switch {name} is {}", .shape.expected().en)]
pub struct BadSwitch {
    /// The switch.
    pub name: &'static str,
    /// What its number may be.
    pub shape: SwitchShape,
}

impl Switch {
    /// The switch of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SWITCHES.iter().find(|switch| switch.name == name)
    }

    /// What it decides.
    #[must_use]
    pub fn about(&self) -> Bilingual {
        Bilingual::new(self.about.0, self.about.1)
    }

    /// Refuses a number that means nothing for this switch.
    pub fn check(&self, value: i64) -> Result<(), BadSwitch> {
        let most = match self.shape {
            SwitchShape::YesNo => 1,
            SwitchShape::Days => i64::from(MOST_DAYS),
            SwitchShape::Percent => 100,
            SwitchShape::OneOf(words) => i64::try_from(words.len()).unwrap_or(i64::MAX).saturating_sub(1),
        };
        if (0..=most).contains(&value) { Ok(()) } else { Err(BadSwitch { name: self.name, shape: self.shape }) }
    }
}

impl SwitchShape {
    /// What one writes for such a switch, as the end of a sentence.
    #[must_use]
    pub fn expected(self) -> Bilingual {
        match self {
            Self::YesNo => Bilingual::new("true 或 false", "true or false"),
            Self::Days => Bilingual {
                zh: format!("天数，0 到 {MOST_DAYS} 的整数"),
                en: format!("a whole number of days from 0 to {MOST_DAYS}"),
            },
            Self::Percent => Bilingual::new("百分数，0 到 100 的整数", "a whole percentage from 0 to 100"),
            Self::OneOf(words) => {
                let listed = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>();
                Bilingual {
                    zh: format!("以下之一：{}", listed.join("、")),
                    en: format!("one of {}", listed.join(", ")),
                }
            }
        }
    }
}

/// The words of `recheck_roll`.
const ROLLS: &[&str] = &["following", "preceding", "within_week", "none"];
/// Most defaults are our own proposal, because no source prescribes one.
const PROPOSED: &str = "our proposal from single practices; no source has one table";
/// The State Council's rule of 25 January 2026 on government apps: fewer displays, fewer rankings.
const APP_RULE: &str = "rule of 25 January 2026 on government apps: off unless a city decides otherwise";

/// All switches. What each does is told by the field of [`Policy`] that it sets.
pub const SWITCHES: [Switch; 20] = {
    use SwitchShape::{Days, OneOf, Percent, YesNo};
    const fn row(
        name: &'static str,
        shape: SwitchShape,
        zh: &'static str,
        en: &'static str,
        source: &'static str,
    ) -> Switch {
        Switch { name, shape, about: (zh, en), source }
    }
    [
        row(
            "deadline_on_the_spot",
            Days,
            "立行立改的工作日数",
            "working days for what is fixed on the spot",
            "document 000, 随时整改",
        ),
        row("deadline_minor", Days, "轻微问题整改工作日数", "working days for a minor finding", PROPOSED),
        row("deadline_ordinary", Days, "一般问题整改工作日数", "working days for an ordinary finding", PROPOSED),
        row("deadline_serious", Days, "较重问题整改工作日数", "working days for a serious finding", PROPOSED),
        row("deadline_works", Days, "需工程问题整改工作日数", "working days where works are needed", PROPOSED),
        row("notice_reply_days", Days, "单位答复通知的工作日数", "working days to answer a notice", PROPOSED),
        row(
            "recheck_roll",
            OneOf(ROLLS),
            "复查日遇休息日如何顺延",
            "where a recheck on a day off goes",
            "Civil Code, article 203: forward; the rest for sites with their own opening days",
        ),
        row(
            "recheck_after_approval",
            YesNo,
            "两周从审核通过起算",
            "the fortnight runs from the approval",
            "document 000, 隔周复查 follows 现场反馈: no",
        ),
        row(
            "feedback_days",
            Days,
            "暗访问题反馈的工作日数",
            "working days until an undercover finding is fed back",
            PROPOSED,
        ),
        row(
            "unit_sees_recheck_date",
            YesNo,
            "单位可见复查日期",
            "units see the date of the recheck",
            "our proposal: a recheck that is announced finds little",
        ),
        row(
            "report_dates_roll",
            YesNo,
            "专项报送日期遇休息日顺延",
            "report dates on a day off move forward",
            "our proposal: 25日前 means the 25th",
        ),
        row("ranking", YesNo, "单位排名", "units are ranked", APP_RULE),
        row("exposure", YesNo, "曝光", "bad cases are exposed", APP_RULE),
        row("red_black_lists", YesNo, "红黑榜", "red and black lists", APP_RULE),
        row(
            "originals",
            YesNo,
            "上传原图",
            "phones send original photos",
            "our proposal: an original on one phone alone is lost with it",
        ),
        row("vote_weight", Percent, "群众投票权重（%）", "weight of public votes, percent", APP_RULE),
        row(
            "weight_routine",
            Percent,
            "日常工作权重（%）",
            "weight of routine work, percent",
            "document 003, composite score",
        ),
        row(
            "weight_survey",
            Percent,
            "满意度测评权重（%）",
            "weight of the survey, percent",
            "document 003, composite score",
        ),
        row(
            "weight_inspections",
            Percent,
            "检查权重（%）",
            "weight of inspections, percent",
            "document 003, composite score",
        ),
        row(
            "award_bar_days",
            Days,
            "扣分通报后取消评优的天数，0为本周期",
            "days a circulated deduction bars from awards, 0: this programme",
            "document 003, which names no period",
        ),
    ]
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(name: &str, value: i64) -> PolicyValue {
        PolicyValue { name: name.to_owned(), value }
    }

    #[test]
    fn every_switch_of_the_table_can_be_set_and_read_back() {
        for switch in &SWITCHES {
            let default = Policy::default().value(switch.name).unwrap();
            switch.check(default).unwrap();
            let other = i64::from(default == 0);
            let changed = Policy::from_values(&[said(switch.name, other)]);
            assert_eq!(changed.value(switch.name), Some(other), "{}", switch.name);
            assert_eq!(changed.others, []);
            // And nothing else moved.
            assert_eq!(changed.with(&[said(switch.name, default)]), Policy::default());
        }
    }

    #[test]
    fn the_defaults_rank_expose_and_show_nothing_and_the_weights_are_50_30_20() {
        let policy = Policy::from_values(&[]);
        for off in ["ranking", "exposure", "red_black_lists", "vote_weight", "unit_sees_recheck_date"] {
            assert_eq!(policy.value(off), Some(0), "{off}");
        }
        let weights = ["weight_routine", "weight_survey", "weight_inspections"].map(|name| policy.value(name).unwrap());
        assert_eq!(weights, [50, 30, 20]);
        assert!(policy.weights.add_up());
        assert!(!policy.with(&[said("weight_survey", 40)]).weights.add_up());
    }

    #[test]
    fn a_campaign_speaks_over_its_city_and_leaves_the_rest() {
        let city = Policy::from_values(&[said("deadline_ordinary", 2), said("ranking", 1)]);
        let campaign = city.with(&[said("deadline_ordinary", 1), said("recheck_roll", 3)]);
        assert_eq!((campaign.deadlines.ordinary, campaign.ranking, campaign.recheck_roll), (1, true, Roll::None));
    }

    #[test]
    fn what_a_newer_city_says_is_kept_and_changes_nothing_that_is_understood() {
        let strange = [said("recheck_roll", 9), said("moonlight", 3), said("moonlight", 4), said("ranking", i64::MIN)];
        let policy = Policy::from_values(&strange);
        let others = vec![said("moonlight", 4), said("ranking", i64::MIN), said("recheck_roll", 9)];
        assert_eq!(policy, Policy { others, ..Policy::default() });
    }

    #[test]
    fn a_number_that_means_nothing_is_refused_with_what_one_may_write() {
        let refused = |name: &str, value| Switch::named(name).unwrap().check(value).unwrap_err().to_string();
        assert_eq!(refused("ranking", 2), "the switch ranking is true or false");
        assert_eq!(
            refused("recheck_roll", 4),
            "the switch recheck_roll is one of \"following\", \"preceding\", \"within_week\", \"none\""
        );
        assert_eq!(refused("vote_weight", 101), "the switch vote_weight is a whole percentage from 0 to 100");
        assert_eq!(refused("feedback_days", -1), "the switch feedback_days is a whole number of days from 0 to 3660");
        assert!(Switch::named("moonlight").is_none());
    }

    #[test]
    fn every_switch_says_what_it_decides_in_both_languages_and_where_its_default_comes_from() {
        for switch in &SWITCHES {
            let about = switch.about();
            assert!(!about.zh.is_empty() && !about.en.is_empty() && !switch.source.is_empty(), "{}", switch.name);
        }
        let names: std::collections::BTreeSet<_> = SWITCHES.iter().map(|switch| switch.name).collect();
        assert_eq!(names.len(), SWITCHES.len());
    }

    proptest! {
        #[test]
        fn saying_it_twice_is_saying_it_once(names in proptest::collection::vec((0..25_usize, -2..5_000_i64), 0..30)) {
            let values: Vec<_> = names
                .into_iter()
                .map(|(at, value)| said(SWITCHES.get(at).map_or("unheard_of", |switch| switch.name), value))
                .collect();
            let once = Policy::from_values(&values);
            prop_assert_eq!(once.clone().with(&values), once);
        }
    }
}
