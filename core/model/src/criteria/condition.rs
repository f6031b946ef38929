//! Conditions that a clause sets: a number compared with a limit, and *and* or *or* over several answers.
//!
//! They are data, written as people write them (`> 31`, `CITY-8a = yes`). What is not answered yet makes a condition
//! undecided, never false; nothing here guesses.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::bands::Bands;
use crate::answer_type::hundredths;
use crate::{AnswerType, Bilingual, Class, ItemCode, Value};

/// How a number is compared with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `>`
    Over,
    /// `>=`
    AtLeast,
    /// `=`
    Exactly,
    /// `<=`
    AtMost,
    /// `<`
    Under,
}

/// A number compared with a limit: `> 31`, `>= 99.5`.
///
/// ```
/// use mingcha_model::Comparison;
///
/// let over: Comparison = "> 31".parse()?;
/// assert!(over.holds(3_101) && !over.holds(3_100)); // in hundredths
/// assert_eq!(over.to_string(), "> 31");
/// # Ok::<(), mingcha_model::BadCondition>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How.
    pub sign: Sign,
    /// With what, in hundredths.
    pub hundredths: i32,
}

/// Everything of a list, or anything of it. Lists stand at most one level deep inside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Every one holds.
    All(Vec<Demand>),
    /// At least one holds.
    Any(Vec<Demand>),
}

/// One demand of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Of the answer to one item of the same set.
    Answer(ItemCode, Wanted),
    /// A list inside the list.
    Inner(Condition),
}

/// What an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This word; of a measured number the class that it falls in, by the classes of the item.
    Word(Value, Bands),
    /// A number beyond a limit; of a ratio its percentage. Beside it the classes of the item, which say something of the
    /// number where the class alone was typed.
    Number(Comparison, Bands),
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It does.
    Holds,
    /// It does not.
    Fails,
    /// Not everything that decides it is answered.
    Undecided,
    /// Nothing in it applies here.
    NotApplicable,
}

/// The text is no condition; what is wrong and what to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCondition {
    /// No comparison.
    Comparison,
    /// No demand.
    Demand,
    /// A word compared by more or less.
    Word,
    /// The value is not one of the item's.
    Value,
    /// The item is not there.
    Unknown,
    /// Lists too deep or empty.
    Shape,
}

impl BadCondition {
    /// What is wrong and what to write, in Chinese and in English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Comparison => (
                "应为 > >= = <= < 之一和一个数（最多两位小数），如“> 31”",
                "not a comparison: write one of > >= = <= < and a number with at most two decimals, as in \"> 31\"",
            ),
            Self::Demand => (
                "应为检查项、比较符和值，如“CITY-8a >= 70”或“CITY-8b = yes”",
                "not a demand: write ITEM, a comparison and a value, as in \"CITY-8a >= 70\" or \"CITY-8b = yes\"",
            ),
            Self::Word => {
                ("文字答案只能用 = 比较，如“CITY-8b = yes”", "a word is compared with = alone, as in \"CITY-8b = yes\"")
            }
            Self::Value => ("该检查项没有这样的答案", "the value is not one that the named item can have"),
            Self::Unknown => (
                "条件里的检查项须在本套标准中，并排在它前面",
                "the condition names an item that does not stand before it in this set",
            ),
            Self::Shape => (
                "条件写作 { all = [...] } 或 { any = [...] }，每组 1 至 20 条，最多再套一层",
                "a condition is { all = [...] } or { any = [...] } of 1 to 20 demands, one level deep inside each other",
            ),
        }
    }
}

impl fmt::Display for BadCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.words();
        write!(f, "{zh} / {en}")
    }
}

impl std::error::Error for BadCondition {}

impl Sign {
    /// All of them, the longer ones first, as they are looked for.
    const ALL: [(&'static str, Self); 5] =
        [(">=", Self::AtLeast), ("<=", Self::AtMost), (">", Self::Over), ("<", Self::Under), ("=", Self::Exactly)];

    fn split(text: &str) -> Option<(&str, Self, &str)> {
        let at = text.find(['>', '<', '='])?;
        let (before, rest) = text.split_at_checked(at)?;
        let (word, sign) = Self::ALL.into_iter().find(|(word, _)| rest.starts_with(word))?;
        Some((before.trim(), sign, rest.strip_prefix(word)?.trim()))
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, sign)| sign == self).map_or("", |(word, _)| word))
    }
}

impl Comparison {
    /// Whether it holds for this number of hundredths.
    #[must_use]
    pub fn holds(self, hundredths: i64) -> bool {
        let limit = i64::from(self.hundredths);
        match self.sign {
            Sign::Over => hundredths > limit,
            Sign::AtLeast => hundredths >= limit,
            Sign::Exactly => hundredths == limit,
            Sign::AtMost => hundredths <= limit,
            Sign::Under => hundredths < limit,
        }
    }

    /// Whether it holds for so many of so many, as a percentage, without rounding.
    fn holds_for_ratio(self, seen: u32, of: u32) -> bool {
        // Both sides times `of`: seen * 10,000 against limit * of.
        let share = i64::from(seen).saturating_mul(10_000);
        let limit = i64::from(self.hundredths).saturating_mul(i64::from(of));
        match self.sign {
            Sign::Over => share > limit,
            Sign::AtLeast => share >= limit,
            Sign::Exactly => share == limit,
            Sign::AtMost => share <= limit,
            Sign::Under => share < limit,
        }
    }
}

impl FromStr for Comparison {
    type Err = BadCondition;
    fn from_str(text: &str) -> Result<Self, BadCondition> {
        let (before, sign, number) = Sign::split(text).ok_or(BadCondition::Comparison)?;
        if !before.is_empty() {
            return Err(BadCondition::Comparison);
        }
        Ok(Self { sign, hundredths: hundredths(number).ok_or(BadCondition::Comparison)? })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sign, Value::Band(self.hundredths))
    }
}

impl Condition {
    /// The most demands of one list.
    pub(super) const MOST: usize = 20;

    /// The demands of its list.
    #[must_use]
    pub fn demands(&self) -> &[Demand] {
        match self {
            Self::All(demands) | Self::Any(demands) => demands,
        }
    }

    /// The condition in Chinese and in English: `CITY-17a = 是 或 CITY-17b = 是`.
    #[must_use]
    pub fn words(&self) -> Bilingual {
        let (zh, en) = if matches!(self, Self::All(_)) { (" 且 ", " and ") } else { (" 或 ", " or ") };
        let told = self.demands().iter().map(|demand| match demand {
            Demand::Answer(item, Wanted::Word(value, _)) => {
                (format!("{item} = {}", value.in_chinese()), format!("{item} = {value}"))
            }
            Demand::Answer(..) => (demand.to_string(), demand.to_string()),
            Demand::Inner(inner) => {
                let inner = inner.words();
                (format!("（{}）", inner.zh), format!("({})", inner.en))
            }
        });
        let (all_zh, all_en): (Vec<String>, Vec<String>) = told.unzip();
        Bilingual { zh: all_zh.join(zh), en: all_en.join(en) }
    }

    /// The items that its demands name, inner lists too.
    fn operands(&self) -> Vec<&ItemCode> {
        let mut named = Vec::new();
        for demand in self.demands() {
            match demand {
                Demand::Answer(item, _) => named.push(item),
                Demand::Inner(inner) => named.extend(inner.operands()),
            }
        }
        named
    }

    /// Whether it holds for these answers. What does not apply leaves the list, as it leaves a score; a list of which
    /// nothing is left does not apply.
    #[must_use]
    pub fn truth(&self, answers: &BTreeMap<ItemCode, Value>) -> Truth {
        self.judged(answers, false)
    }

    /// Whether it was met: of a list whose every demand must hold each one held, and none merely did not apply.
    fn met(&self, answers: &BTreeMap<ItemCode, Value>) -> Truth {
        self.judged(answers, true)
    }

    fn judged(&self, answers: &BTreeMap<ItemCode, Value>, strict: bool) -> Truth {
        let each: Vec<Truth> = self.demands().iter().map(|demand| demand.truth(answers, strict)).collect();
        let aside = |one: &Truth| *one == Truth::NotApplicable;
        let decisive = if matches!(self, Self::All(_)) { Truth::Fails } else { Truth::Holds };
        let otherwise = if matches!(self, Self::All(_)) { Truth::Holds } else { Truth::Fails };
        if each.contains(&decisive) {
            decisive
        } else if each.contains(&Truth::Undecided) {
            Truth::Undecided
        } else if each.iter().all(&aside) || (strict && matches!(self, Self::All(_)) && each.iter().any(&aside)) {
            Truth::NotApplicable
        } else {
            otherwise
        }
    }
}

impl Demand {
    /// Reads `ITEM COMPARISON VALUE`; `answer_of` says how an item of the set is answered, and which
    /// classes it has.
    pub fn parse(
        text: &str,
        answer_of: impl Fn(&ItemCode) -> Option<(AnswerType, Bands)>,
    ) -> Result<Self, BadCondition> {
        let (item, sign, value) = Sign::split(text).ok_or(BadCondition::Demand)?;
        let item: ItemCode = item.parse().map_err(|_| BadCondition::Demand)?;
        let (answer, bands) = answer_of(&item).ok_or(BadCondition::Unknown)?;
        let word = match answer {
            AnswerType::Derived => [AnswerType::YesNo, AnswerType::Band].iter().find_map(|one| one.parse(value).ok()),
            _ => answer.parse(value).ok(),
        };
        let word = word.filter(|word| word.quantity().is_none() && !matches!(word, Value::Ratio { .. }));
        let wanted = match word {
            Some(_) if sign != Sign::Exactly => return Err(BadCondition::Word),
            Some(word) => Wanted::Word(word, bands),
            None if answer.is_quantity() => {
                let limit = hundredths(value.strip_suffix('%').unwrap_or(value).trim_end());
                Wanted::Number(Comparison { sign, hundredths: limit.ok_or(BadCondition::Value)? }, bands)
            }
            None => return Err(BadCondition::Value),
        };
        Ok(Self::Answer(item, wanted))
    }

    fn truth(&self, answers: &BTreeMap<ItemCode, Value>, strict: bool) -> Truth {
        let (item, wanted) = match self {
            Self::Inner(condition) => return condition.judged(answers, strict),
            Self::Answer(item, wanted) => (item, wanted),
        };
        let holds = match (answers.get(item), wanted) {
            (None, _) => return Truth::Undecided,
            (Some(Value::NotApplicable), Wanted::Word(Value::NotApplicable, _)) => true,
            (Some(Value::NotApplicable), _) => return Truth::NotApplicable,
            (Some(Value::Band(number)), Wanted::Word(Value::Class(class), bands)) => {
                bands.class(*number) == Some(*class)
            }
            (Some(value), Wanted::Word(word, _)) => value == word,
            (Some(Value::Ratio { seen, of }), Wanted::Number(limit, _)) => limit.holds_for_ratio(*seen, *of),
            (Some(Value::Class(class)), Wanted::Number(limit, bands)) => return bands.says(*class, *limit),
            (Some(value), Wanted::Number(limit, _)) => match value.quantity() {
                Some(quantity) => limit.holds(quantity),
                None => return Truth::Undecided,
            },
        };
        if holds { Truth::Holds } else { Truth::Fails }
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(item, Wanted::Word(word, _)) => write!(f, "{item} = {word}"),
            Self::Answer(item, Wanted::Number(limit, _)) => write!(f, "{item} {limit}"),
            Self::Inner(inner) => write!(f, "({inner})"),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if matches!(self, Self::All(_)) { " and " } else { " or " };
        self.demands().iter().enumerate().try_for_each(|(at, demand)| {
            let before = if at == 0 { "" } else { between };
            write!(f, "{before}{demand}")
        })
    }
}

/// How a derived item is worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// Yes if it holds, no if not.
    Condition(Condition),
    /// The first class whose condition is met, below if none is. A class that asks for several things at once is not
    /// given where one of them does not apply: nobody showed that.
    Classes {
        /// 优秀
        excellent: Option<Condition>,
        /// 良好
        well: Option<Condition>,
        /// 达标
        standard: Option<Condition>,
    },
}

impl Derivation {
    /// The items whose answers decide it, some perhaps twice.
    #[must_use]
    pub fn operands(&self) -> Vec<&ItemCode> {
        match self {
            Self::Condition(condition) => condition.operands(),
            Self::Classes { excellent, well, standard } => {
                [excellent, well, standard].into_iter().flatten().flat_map(Condition::operands).collect()
            }
        }
    }

    /// Which condition made this value of it, in Chinese and in English; none where nothing applies.
    #[must_use]
    pub fn reason(&self, value: &Value) -> Option<Bilingual> {
        let (condition, told) = match (self, value) {
            (Self::Condition(condition), Value::Yes) => (condition, ("满足 ".to_owned(), "met: ".to_owned())),
            (Self::Condition(condition), Value::No) => (condition, ("未满足 ".to_owned(), "not met: ".to_owned())),
            (Self::Classes { excellent, well, standard }, Value::Class(reached)) => {
                let classes = [(excellent, Class::Excellent), (well, Class::Well), (standard, Class::Standard)];
                let mut named = classes.into_iter().filter_map(|(condition, class)| Some((condition.as_ref()?, class)));
                if *reached == Class::Below {
                    // The lowest class that could be reached.
                    let (condition, class) = named.next_back()?;
                    let (zh, en) = (Value::Class(class).in_chinese(), Value::Class(class).to_string());
                    (condition, (format!("未到{zh}："), format!("not {en}: ")))
                } else {
                    let (condition, _) = named.find(|(_, class)| class == reached)?;
                    (condition, ("满足 ".to_owned(), "met: ".to_owned()))
                }
            }
            _ => return None,
        };
        let words = condition.words();
        Some(Bilingual { zh: told.0 + &words.zh, en: told.1 + &words.en })
    }

    /// The value that follows from these answers; none while something that decides it is missing.
    #[must_use]
    pub fn value(&self, answers: &BTreeMap<ItemCode, Value>) -> Option<Value> {
        match self {
            Self::Condition(condition) => match condition.truth(answers) {
                Truth::Holds => Some(Value::Yes),
                Truth::Fails => Some(Value::No),
                Truth::NotApplicable => Some(Value::NotApplicable),
                Truth::Undecided => None,
            },
            Self::Classes { excellent, well, standard } => {
                let classes = [(excellent, Class::Excellent), (well, Class::Well), (standard, Class::Standard)];
                let mut applies = false;
                for (condition, class) in classes {
                    match condition.as_ref().map(|condition| condition.met(answers)) {
                        None | Some(Truth::NotApplicable) => {}
                        Some(Truth::Holds) => return Some(Value::Class(class)),
                        // A better class may still be reached: nothing lower is said before.
                        Some(Truth::Undecided) => return None,
                        Some(Truth::Fails) => applies = true,
                    }
                }
                Some(if applies { Value::Class(Class::Below) } else { Value::NotApplicable })
            }
        }
    }
}

#[cfg(test)]
mod tests;
