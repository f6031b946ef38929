//! Numbers as Chinese documents write them.
//!
//! Only whole numbers below ten thousand are read from Chinese words; everything else stands in digits.

use std::collections::BTreeSet;

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// The number from 1 to 99 in Chinese: 十二.
#[must_use]
pub fn chinese(number: u32) -> String {
    let digit =
        |n: u32| usize::try_from(n).ok().and_then(|n| DIGITS.get(n)).map(ToString::to_string).unwrap_or_default();
    let (tens, ones) = (number.div_euclid(10), number.rem_euclid(10));
    let tens = match tens {
        0 => String::new(),
        1 => "十".to_owned(),
        more => digit(more) + "十",
    };
    if ones == 0 { tens } else { tens + &digit(ones) }
}

/// The number that a Chinese word from 一 to 九千九百九十九 stands for.
#[must_use]
pub fn number(word: &str) -> Option<u32> {
    let (mut sum, mut last) = (0_u32, None);
    for c in word.chars() {
        let times = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1_000,
            _ => {
                last = Some(u32::try_from(DIGITS.iter().position(|digit| *digit == c)?).ok()?);
                continue;
            }
        };
        sum = sum.checked_add(last.take().unwrap_or(1).checked_mul(times)?)?;
    }
    (!word.is_empty()).then(|| sum.saturating_add(last.unwrap_or(0)))
}

/// A number in hundredths, as `1.08` is 108.
pub type Hundredths = i64;

/// The numbers that stand in a text, digits and, where asked for, Chinese words.
#[must_use]
pub fn numbers_in(text: &str, with_words: bool) -> BTreeSet<Hundredths> {
    let mut found = BTreeSet::new();
    let of_digits = |c: char| c.is_ascii_digit() || c == '.';
    for run in text.split(|c| !of_digits(c)) {
        found.extend(hundredths(run.trim_matches('.')));
    }
    if with_words {
        for run in text.split(|c| number(&String::from(c)).is_none()) {
            found.extend(number(run).map(|n| i64::from(n).saturating_mul(100)));
        }
    }
    found
}

/// Reads `31` or `1.08`.
#[must_use]
pub fn hundredths(text: &str) -> Option<Hundredths> {
    let (whole, parts) = text.split_once('.').unwrap_or((text, ""));
    let parts: Hundredths = match parts.len() {
        0 => 0,
        1 => parts.parse::<Hundredths>().ok()?.checked_mul(10)?,
        2 => parts.parse().ok()?,
        _ => return None,
    };
    whole.parse::<Hundredths>().ok()?.checked_mul(100)?.checked_add(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numbers_are_written_and_read_back() {
        for n in 1..=99 {
            assert_eq!(number(&chinese(n)), Some(n), "{}", chinese(n));
        }
        assert_eq!((number("三千零五"), number("两"), number("")), (Some(3_005), None, None));
    }

    #[test]
    fn numbers_are_found_in_digits_and_words() {
        let found = numbers_in("在3個工作日內，不超過三次，>1.08平方米", true);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [108, 300]);
        assert!(numbers_in("不超过三次", false).is_empty());
    }
}
