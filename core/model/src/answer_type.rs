//! How an item is answered, and the one rule that turns what a thumb typed into a value.
//!
//! Phone, command line and city all read answers here. It refuses a unit that is not the item's, more seen
//! than observed and numbers beyond reason, and says what may be typed instead.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::value::{Class, Level, Value};
use crate::{Bands, Comparison};

/// How an item is answered; the codes are those of the criteria files and of the command line.
///
/// ```
/// use mingcha_model::{AnswerType, Value};
///
/// assert_eq!(AnswerType::YesNo.parse("否")?, Value::No);
/// assert_eq!(AnswerType::Minutes.parse("8min")?, Value::Minutes(8));
/// assert_eq!(AnswerType::Minutes.parse("na")?, Value::NotApplicable); // every item may not apply
/// let refused = AnswerType::Ratio.parse("7/5").unwrap_err();
/// assert!(refused.to_string().contains("as in 3/5"));
/// # Ok::<(), mingcha_model::BadValue>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnswerType {
    /// `yn`: yes or no; no is a fault.
    YesNo,
    /// `grade`: good, fair or poor.
    Grade,
    /// `neg`: how often something bad was seen; 0 is good. Up to 100,000.
    Occurrences,
    /// `count`: a number. Up to 100,000.
    Count,
    /// `ratio`: so many seen of so many observed. Up to 100,000.
    Ratio,
    /// `min`: minutes, up to a week (10,080).
    Minutes,
    /// `hrs`: hours, up to a leap year (8,784).
    Hours,
    /// `wd`: working days, up to 3,660.
    WorkingDays,
    /// `visits`: number of trips, up to 1,000.
    Trips,
    /// `lvl3`: qualified, basic or unqualified.
    Level,
    /// `band`: a measured number with up to two decimals, between -10,000,000 and 10,000,000, or one of the classes that
    /// its item has.
    Band,
    /// `class`: the class that an assessment gave: excellent, well, standard or below all of them.
    Class,
    /// `veto`: yes takes away every award.
    Veto,
    /// `text`: words, which stand in the note.
    Text,
    /// `compare`: better, same or worse than the last time.
    Compare,
    /// `derived`: nobody answers it, it follows from other answers of its set.
    Derived,
}

impl AnswerType {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Self; 16] = [
        Self::YesNo,
        Self::Grade,
        Self::Occurrences,
        Self::Count,
        Self::Ratio,
        Self::Minutes,
        Self::Hours,
        Self::WorkingDays,
        Self::Trips,
        Self::Level,
        Self::Band,
        Self::Class,
        Self::Veto,
        Self::Text,
        Self::Compare,
        Self::Derived,
    ];

    /// The code: `yn grade neg count ratio min hrs wd visits lvl3 band class veto text compare derived`.
    pub fn code(self) -> &'static str {
        match self {
            Self::YesNo => "yn",
            Self::Grade => "grade",
            Self::Occurrences => "neg",
            Self::Count => "count",
            Self::Ratio => "ratio",
            Self::Minutes => "min",
            Self::Hours => "hrs",
            Self::WorkingDays => "wd",
            Self::Trips => "visits",
            Self::Level => "lvl3",
            Self::Band => "band",
            Self::Class => "class",
            Self::Veto => "veto",
            Self::Text => "text",
            Self::Compare => "compare",
            Self::Derived => "derived",
        }
    }

    /// The words of this type, `na` always the last. Quantities are typed. Which of them an item takes is said by
    /// [`Item::choices`](crate::Item::choices).
    pub fn choices(self) -> &'static [Value] {
        match self {
            Self::YesNo | Self::Veto => &[Value::Yes, Value::No, Value::NotApplicable],
            Self::Grade => &[Value::Good, Value::Fair, Value::Poor, Value::NotApplicable],
            Self::Level => &[
                Value::Level(Level::Qualified),
                Value::Level(Level::Basic),
                Value::Level(Level::Unqualified),
                Value::NotApplicable,
            ],
            Self::Band | Self::Class => &[
                Value::Class(Class::Excellent),
                Value::Class(Class::Well),
                Value::Class(Class::Standard),
                Value::Class(Class::Below),
                Value::NotApplicable,
            ],
            Self::Compare => &[Value::Better, Value::Same, Value::Worse, Value::NotApplicable],
            Self::Derived => &[Value::NotApplicable],
            _ => &[Value::NotApplicable],
        }
    }

    /// Whether a number is typed.
    #[must_use]
    pub fn is_quantity(self) -> bool {
        matches!(
            self,
            Self::Occurrences
                | Self::Count
                | Self::Ratio
                | Self::Minutes
                | Self::Hours
                | Self::WorkingDays
                | Self::Trips
                | Self::Band
        )
    }

    /// Reads what was typed: the words of this type in English or Chinese, or a quantity with or without its unit.
    ///
    /// Case, full-width characters and spaces at the ends do not matter. At most 64 bytes, of words 16 KiB.
    pub fn parse(self, typed: &str) -> Result<Value, BadValue> {
        let refused = BadValue::of(self);
        if typed.len() > if self == Self::Text { crate::LONGEST_TEXT } else { 64 } {
            return Err(refused);
        }
        let plain: String = typed.trim().chars().take(64).map(half_width).collect();
        let value = self.word(&plain).or_else(|| self.quantity(&plain)).ok_or(refused)?;
        self.check(&value).map(|()| value)
    }

    /// Refuses a value that is not of this type or beyond its limits.
    pub fn check(self, value: &Value) -> Result<(), BadValue> {
        let fits = match (self, value) {
            (_, Value::NotApplicable)
            | (Self::YesNo | Self::Veto, Value::Yes | Value::No)
            | (Self::Grade, Value::Good | Value::Fair | Value::Poor)
            | (Self::Level, Value::Level(_))
            | (Self::Band | Self::Class, Value::Class(_))
            | (Self::Text, Value::Written)
            | (Self::Compare, Value::Better | Value::Same | Value::Worse)
            | (Self::Derived, Value::Yes | Value::No | Value::Class(_)) => true,
            (Self::Occurrences | Self::Count, Value::Count(n)) => *n <= 100_000,
            (Self::Ratio, Value::Ratio { seen, of }) => seen <= of && (1..=100_000).contains(of),
            (Self::Minutes, Value::Minutes(n)) => *n <= 10_080,
            (Self::Hours, Value::Hours(n)) => *n <= 8_784,
            (Self::WorkingDays, Value::WorkingDays(n)) => *n <= 3_660,
            (Self::Trips, Value::Trips(n)) => *n <= 1_000,
            (Self::Band, Value::Band(hundredths)) => hundredths.unsigned_abs() <= 1_000_000_000,
            _ => false,
        };
        if fits { Ok(()) } else { Err(BadValue::of(self)) }
    }

    fn word(self, plain: &str) -> Option<Value> {
        self.choices().iter().find(|value| value.to_string() == plain || value.in_chinese() == plain).copied()
    }

    fn quantity(self, plain: &str) -> Option<Value> {
        let with_units = |units: &[&str]| {
            let digits = units.iter().find_map(|unit| plain.strip_suffix(unit)).unwrap_or(plain);
            whole_number(digits.trim_end())
        };
        match self {
            Self::Text => (!plain.is_empty()).then_some(Value::Written),
            Self::YesNo | Self::Veto | Self::Grade | Self::Level | Self::Class | Self::Compare | Self::Derived => None,
            Self::Occurrences | Self::Count => with_units(&["次", "处", "个"]).map(Value::Count),
            Self::Ratio => {
                let (seen, of) = plain.split_once('/')?;
                Some(Value::Ratio { seen: whole_number(seen.trim_end())?, of: whole_number(of.trim_start())? })
            }
            Self::Minutes => with_units(&["min", "分钟", "分"]).map(Value::Minutes),
            Self::Hours => with_units(&["h", "个小时", "小时"]).map(Value::Hours),
            Self::WorkingDays => with_units(&["wd", "个工作日", "工作日"]).map(Value::WorkingDays),
            Self::Trips => with_units(&["trips", "趟", "次"]).map(Value::Trips),
            Self::Band => hundredths(plain.strip_suffix('%').unwrap_or(plain).trim_end()).map(Value::Band),
        }
    }

    /// What may be typed, in Chinese and in English.
    fn may_type(self) -> (&'static str, &'static str) {
        match self {
            Self::YesNo | Self::Veto => ("是、否、不适用", "yes, no or na"),
            Self::Grade => ("优、良、差、不适用", "good, fair, poor or na"),
            Self::Occurrences => {
                ("看到的次数，没有就填 0，或不适用", "how often it was seen, 0 for never, at most 100000, or na")
            }
            Self::Count => ("数目（如 12），或不适用", "a number, as in 12, at most 100000, or na"),
            Self::Ratio => (
                "符合数/观察数（如 3/5，前者不大于后者），或不适用",
                "seen of observed, as in 3/5, never more seen than observed, or na",
            ),
            Self::Minutes => ("分钟数（如 8min），或不适用", "minutes, as in 8min, at most 10080, or na"),
            Self::Hours => ("小时数（如 24h），或不适用", "hours, as in 24h, at most 8784, or na"),
            Self::WorkingDays => ("工作日数（如 2wd），或不适用", "working days, as in 2wd, at most 3660, or na"),
            Self::Trips => ("跑动次数（如 2），或不适用", "number of trips, as in 2 or 2trips, at most 1000, or na"),
            Self::Level => ("合格、基本合格、不合格、不适用", "qualified, basic, unqualified or na"),
            Self::Text => ("文字说明，或不适用", "words, or na"),
            Self::Compare => ("提升、持平、下降、不适用", "better, same, worse or na"),
            Self::Derived => ("不用填，由其他项得出", "no answer: it follows from other items"),
            Self::Band => ("测得的数（最多两位小数），或不适用", "a number with up to two decimals, or na"),
            Self::Class => ("优秀、良好、达标、不达标、不适用", "excellent, well, standard, below or na"),
        }
    }
}

/// The value is not one of its item's answer type; the text says what may be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadValue {
    /// The type of the item that was to be answered.
    pub answer: AnswerType,
    /// The largest number that this item takes, where it is smaller than that of its type.
    pub most: Option<u32>,
    /// The classes that this item has, where it is a measured number.
    pub bands: Bands,
}

impl BadValue {
    /// A value that no item of this type takes.
    #[must_use]
    pub fn of(answer: AnswerType) -> Self {
        Self { answer, most: None, bands: Bands::default() }
    }
}

impl fmt::Display for BadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.answer.may_type();
        let classes = self.bands.classes();
        let (mut zh, mut en) = (zh.to_owned(), en.to_owned());
        if self.answer == AnswerType::Band && !classes.is_empty() {
            let told = |text: fn(Class, Comparison) -> String, between: &str| {
                classes.iter().map(|(class, limit)| text(*class, *limit)).collect::<Vec<_>>().join(between)
            };
            let chinese = told(|class, limit| format!("{}（{limit}）", Value::Class(class).in_chinese()), "、");
            let english = told(|class, limit| format!("{} ({limit})", Value::Class(class)), ", ");
            zh = format!("测得的数（最多两位小数），或{chinese}、不达标、不适用");
            en = format!("a number with up to two decimals, {english}, below or na");
        }
        match self.most {
            Some(most) => write!(f, "此项应填：{zh}，不大于 {most} / this item takes {en}, here at most {most}"),
            None => write!(f, "此项应填：{zh} / this item takes {en}"),
        }
    }
}

impl std::error::Error for BadValue {}

/// The text is not the code of an answer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an answer type: use yn, grade, neg, count, ratio, min, hrs, wd, visits, lvl3, band, class, veto, text, compare or derived"
)]
pub struct BadAnswerType;

impl FromStr for AnswerType {
    type Err = BadAnswerType;
    fn from_str(text: &str) -> Result<Self, BadAnswerType> {
        Self::ALL.into_iter().find(|one| one.code() == text).ok_or(BadAnswerType)
    }
}

impl fmt::Display for AnswerType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for AnswerType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// The half-width, lower-case form of a character; others stay as they are.
pub(crate) fn half_width(c: char) -> char {
    let plain = match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    };
    plain.to_ascii_lowercase()
}

fn whole_number(digits: &str) -> Option<u32> {
    // `parse` alone would take a plus sign.
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Reads `31`, `31.2`, `31.25` or `-0.05` as hundredths.
pub(crate) fn hundredths(text: &str) -> Option<i32> {
    let (sign, unsigned) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let rest = match decimals.len() {
        1 => whole_number(decimals)?.checked_mul(10)?,
        2 => whole_number(decimals)?,
        _ => return None,
    };
    let sum = whole_number(whole)?.checked_mul(100)?.checked_add(rest)?;
    i32::try_from(sum).ok()?.checked_mul(sign)
}

#[cfg(test)]
mod tests;
