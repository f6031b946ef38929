//! What an inspector records for one item: a small value, never a text, never a float.
//!
//! Every value has one spelling, the one that the command line prints and reads, and one encoding of a few
//! bytes. A value that cannot be true, such as five seen of three, refuses to be decoded.

use std::fmt;

use minicbor::data::Type;
use minicbor::{Decode, Encode};
use serde::{Serialize, Serializer};

/// The value of one answer. Which values an item takes is said by its [`AnswerType`](crate::AnswerType).
///
/// ```
/// use mingcha_model::{AnswerType, Value};
///
/// let seen = Value::Ratio { seen: 3, of: 5 };
/// assert_eq!(seen.to_string(), "3/5");
/// assert_eq!(AnswerType::Ratio.parse("３／５")?, seen); // full-width digits, as a Chinese keyboard gives them
/// assert_eq!(Value::WorkingDays(2).to_string(), "2wd");
/// # Ok::<(), mingcha_model::BadValue>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// 是: it is so.
    Yes,
    /// 否: it is not so.
    No,
    /// 不适用: the item does not apply here; allowed for every item.
    NotApplicable,
    /// 优
    Good,
    /// 良
    Fair,
    /// 差
    Poor,
    /// A number of things or occurrences.
    Count(u32),
    /// So many seen of so many observed; never more seen than observed, never none observed.
    Ratio {
        /// How many were as they should be.
        seen: u32,
        /// How many were looked at, 1 or more.
        of: u32,
    },
    /// Minutes.
    Minutes(u32),
    /// Hours.
    Hours(u32),
    /// Working days.
    WorkingDays(u32),
    /// Number of trips a person had to make.
    Trips(u32),
    /// One of three levels.
    Level(Level),
    /// A measured number in hundredths: 31.25 is 3125.
    Band(i32),
    /// The class that a measured number falls in, where the class alone is known.
    Class(Class),
    /// 已填写: words were written; they stand in the note, where they can be erased.
    Written,
    /// 提升: better than the last time.
    Better,
    /// 持平: the same as the last time.
    Same,
    /// 下降: worse than the last time.
    Worse,
}

/// One of three levels of conformity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 合格
    Qualified,
    /// 基本合格
    Basic,
    /// 不合格
    Unqualified,
}

/// One of the classes of a measured number or of an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 优秀
    Excellent,
    /// 良好
    Well,
    /// 达标
    Standard,
    /// 不达标: in none of the others.
    Below,
}

impl Value {
    /// The value in Chinese, as a screen or a paper shows it: 是, 3/5, 8 分钟.
    #[must_use]
    pub fn in_chinese(&self) -> String {
        let word = match self {
            Self::Yes => "是",
            Self::No => "否",
            Self::NotApplicable => "不适用",
            Self::Good => "优",
            Self::Fair => "良",
            Self::Poor => "差",
            Self::Level(Level::Qualified) => "合格",
            Self::Level(Level::Basic) => "基本合格",
            Self::Level(Level::Unqualified) => "不合格",
            Self::Class(Class::Excellent) => "优秀",
            Self::Class(Class::Well) => "良好",
            Self::Class(Class::Standard) => "达标",
            Self::Class(Class::Below) => "不达标",
            Self::Written => "已填写",
            Self::Better => "提升",
            Self::Same => "持平",
            Self::Worse => "下降",
            Self::Minutes(n) => return format!("{n} 分钟"),
            Self::Hours(n) => return format!("{n} 小时"),
            Self::WorkingDays(n) => return format!("{n} 个工作日"),
            Self::Trips(n) => return format!("{n} 趟"),
            Self::Count(_) | Self::Ratio { .. } | Self::Band(_) => return self.to_string(),
        };
        word.to_owned()
    }

    /// A number in hundredths, where the value is one; of a ratio there is none, because it is two numbers.
    #[must_use]
    pub fn quantity(&self) -> Option<i64> {
        match self {
            Self::Count(n) | Self::Minutes(n) | Self::Hours(n) | Self::WorkingDays(n) | Self::Trips(n) => {
                Some(i64::from(*n).saturating_mul(100))
            }
            Self::Band(hundredths) => Some((*hundredths).into()),
            _ => None,
        }
    }
}

/// Prints what one types: `yes`, `12`, `3/5`, `8min`, `24h`, `2wd`, `3trips`, `basic`, `31.25`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.write_str("yes"),
            Self::No => f.write_str("no"),
            Self::NotApplicable => f.write_str("na"),
            Self::Good => f.write_str("good"),
            Self::Fair => f.write_str("fair"),
            Self::Poor => f.write_str("poor"),
            Self::Count(n) => write!(f, "{n}"),
            Self::Ratio { seen, of } => write!(f, "{seen}/{of}"),
            Self::Minutes(n) => write!(f, "{n}min"),
            Self::Hours(n) => write!(f, "{n}h"),
            Self::WorkingDays(n) => write!(f, "{n}wd"),
            Self::Trips(n) => write!(f, "{n}trips"),
            Self::Level(Level::Qualified) => f.write_str("qualified"),
            Self::Level(Level::Basic) => f.write_str("basic"),
            Self::Level(Level::Unqualified) => f.write_str("unqualified"),
            Self::Class(Class::Excellent) => f.write_str("excellent"),
            Self::Class(Class::Well) => f.write_str("well"),
            Self::Class(Class::Standard) => f.write_str("standard"),
            Self::Class(Class::Below) => f.write_str("below"),
            Self::Written => f.write_str("written"),
            Self::Better => f.write_str("better"),
            Self::Same => f.write_str("same"),
            Self::Worse => f.write_str("worse"),
            Self::Band(hundredths) => {
                let sign = if *hundredths < 0 { "-" } else { "" };
                let whole = hundredths.unsigned_abs().div_euclid(100);
                match hundredths.unsigned_abs().rem_euclid(100) {
                    0 => write!(f, "{sign}{whole}"),
                    rest => write!(f, "{sign}{whole}.{rest:02}"),
                }
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

// The encoding: a word is its number; a quantity is an array of its number and its integers.
// Numbers are never used twice; new ones are added at the end.
const WORDS: [Value; 16] = [
    Value::Yes,
    Value::No,
    Value::NotApplicable,
    Value::Good,
    Value::Fair,
    Value::Poor,
    Value::Level(Level::Qualified),
    Value::Level(Level::Basic),
    Value::Level(Level::Unqualified),
    Value::Class(Class::Excellent),
    Value::Class(Class::Well),
    Value::Class(Class::Standard),
    Value::Written,
    Value::Better,
    Value::Same,
    Value::Worse,
];
const COUNT: u8 = 16;
const RATIO: u8 = 17;
const MINUTES: u8 = 18;
const HOURS: u8 = 19;
const WORKING_DAYS: u8 = 20;
const TRIPS: u8 = 21;
const BAND: u8 = 22;
/// A word again: the next one after the quantities.
const BELOW: u8 = 23;

impl<C> Encode<C> for Value {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let (number, quantity) = match self {
            Self::Count(n) => (COUNT, *n),
            Self::Minutes(n) => (MINUTES, *n),
            Self::Hours(n) => (HOURS, *n),
            Self::WorkingDays(n) => (WORKING_DAYS, *n),
            Self::Trips(n) => (TRIPS, *n),
            Self::Ratio { seen, of } => return e.array(3)?.u8(RATIO)?.u32(*seen)?.u32(*of)?.ok(),
            Self::Band(hundredths) => return e.array(2)?.u8(BAND)?.i32(*hundredths)?.ok(),
            Self::Class(Class::Below) => return e.u8(BELOW)?.ok(),
            word => {
                let place = WORDS.iter().position(|one| one == word).unwrap_or_default();
                return e.u8(u8::try_from(place).unwrap_or_default())?.ok();
            }
        };
        e.array(2)?.u8(number)?.u32(quantity)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Value {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let unknown = || minicbor::decode::Error::message("not an answer value of this version");
        if d.datatype()? != Type::Array {
            return match d.u8()? {
                BELOW => Ok(Self::Class(Class::Below)),
                number => WORDS.get(usize::from(number)).copied().ok_or_else(unknown),
            };
        }
        let length = d.array()?;
        let number = d.u8()?;
        match (length, number) {
            (Some(3), RATIO) => {
                let (seen, of) = (d.u32()?, d.u32()?);
                if of == 0 || seen > of {
                    return Err(minicbor::decode::Error::message(
                        "a ratio sees no more than it observes, and observes something",
                    ));
                }
                Ok(Self::Ratio { seen, of })
            }
            (Some(2), COUNT) => d.u32().map(Self::Count),
            (Some(2), MINUTES) => d.u32().map(Self::Minutes),
            (Some(2), HOURS) => d.u32().map(Self::Hours),
            (Some(2), WORKING_DAYS) => d.u32().map(Self::WorkingDays),
            (Some(2), TRIPS) => d.u32().map(Self::Trips),
            (Some(2), BAND) => d.i32().map(Self::Band),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_costs_one_byte_and_a_small_quantity_three() {
        assert_eq!(minicbor::to_vec(Value::No).unwrap(), [1]);
        assert_eq!(minicbor::to_vec(Value::Class(Class::Below)).unwrap(), [23]);
        assert_eq!(minicbor::to_vec(Value::Count(12)).unwrap(), [0x82, 16, 12]);
        assert_eq!(minicbor::to_vec(Value::Ratio { seen: 3, of: 5 }).unwrap(), [0x83, 17, 3, 5]);
    }

    #[test]
    fn what_cannot_be_true_does_not_decode() {
        for bytes in [
            &[16_u8][..],              // the number of a quantity, as a word
            &[0x18, 24],               // a word that no version knows
            &[0x83, 17, 5, 3],         // five of three
            &[0x83, 17, 0, 0],         // none of none
            &[0x82, 17, 5],            // a ratio of one number
            &[0x82, 99, 5],            // a quantity of no kind
            &[0x9f, 16, 12, 0xff],     // an array without a length
            &[0x82, 16, 0x20],         // a negative count
            &[0x63, b'y', b'e', b's'], // a text
            &[],
        ] {
            assert!(minicbor::decode::<Value>(bytes).is_err(), "{bytes:02x?}");
        }
    }

    #[test]
    fn a_measured_number_prints_in_hundredths() {
        assert_eq!(Value::Band(3_125).to_string(), "31.25");
        assert_eq!(Value::Band(3_100).to_string(), "31");
        assert_eq!(Value::Band(-5).to_string(), "-0.05");
        assert_eq!(Value::Band(i32::MIN).to_string(), "-21474836.48");
    }

    #[test]
    fn a_paper_reads_the_value_in_chinese() {
        assert_eq!(Value::Minutes(8).in_chinese(), "8 分钟");
        assert_eq!(Value::Level(Level::Basic).in_chinese(), "基本合格");
        assert_eq!(Value::Ratio { seen: 3, of: 5 }.in_chinese(), "3/5");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            prop::sample::select(&WORDS[..]),
            Just(Value::Class(Class::Below)),
            any::<u32>().prop_map(Value::Count),
            (any::<u32>(), 1..=u32::MAX).prop_map(|(n, m)| Value::Ratio { seen: n.min(m), of: m }),
            any::<u32>().prop_map(Value::Minutes),
            any::<u32>().prop_map(Value::Hours),
            any::<u32>().prop_map(Value::WorkingDays),
            any::<u32>().prop_map(Value::Trips),
            any::<i32>().prop_map(Value::Band),
        ]
    }

    proptest! {
        #[test]
        fn every_value_decodes_to_itself(value in any_value()) {
            prop_assert_eq!(minicbor::decode::<Value>(&minicbor::to_vec(value).unwrap()).unwrap(), value);
        }

        #[test]
        fn no_bytes_break_the_decoder(bytes in prop::collection::vec(any::<u8>(), 0..16)) {
            let _ = minicbor::decode::<Value>(&bytes);
        }
    }
}
