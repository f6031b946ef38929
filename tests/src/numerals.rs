//! Numbers as Chinese documents write them.
//!
//! Only whole numbers below ten thousand are read as a clause counts; a text of ours is read for its words too, Chinese and
//! English ones. Everything else stands in digits.

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

/// Words in which a number is none.
const NO_NUMBERS: [&str; 2] = ["二维码", "二維碼"];
/// Two, as one counts things.
const PAIRS: [char; 4] = ['两', '兩', '双', '雙'];
/// What English words stand for; *one*, *once*, *first* and *both* only point at a thing.
const ENGLISH: [(&str, Hundredths); 24] = [
    ("half", 50),
    ("two", 200),
    ("twice", 200),
    ("second", 200),
    ("couple", 200),
    ("three", 300),
    ("thrice", 300),
    ("third", 300),
    ("four", 400),
    ("five", 500),
    ("six", 600),
    ("seven", 700),
    ("eight", 800),
    ("nine", 900),
    ("ten", 1_000),
    ("eleven", 1_100),
    ("twelve", 1_200),
    ("dozen", 1_200),
    ("fifteen", 1_500),
    ("twenty", 2_000),
    ("thirty", 3_000),
    ("fifty", 5_000),
    ("hundred", 10_000),
    ("thousand", 100_000),
];

/// The numbers that a text says in words, from two on, and a half: 两次, 万车, `a spot or two`, `ten thousand`.
///
/// One is no number here: 有一次, `one of them`, says *any*.
#[must_use]
pub fn words_in(text: &str) -> BTreeSet<Hundredths> {
    let text = NO_NUMBERS.iter().fold(text.to_owned(), |text, word| text.replace(word, " "));
    let counts = |c: char| c == '万' || c == '萬' || PAIRS.contains(&c) || number(&String::from(c)).is_some();
    let mut found = BTreeSet::new();
    for run in text.split(|c| !counts(c)).filter(|run| !run.is_empty()) {
        let run: String = run.chars().map(|c| if PAIRS.contains(&c) { '二' } else { c }).collect();
        let read = |part: &str| if part.is_empty() { Some(1) } else { number(part) };
        let whole = match run.split_once(['万', '萬']) {
            None => number(&run),
            Some((many, "")) => read(many).map(|many| many.saturating_mul(10_000)),
            Some((many, rest)) => {
                read(many).zip(number(rest)).map(|(many, rest)| many.saturating_mul(10_000).saturating_add(rest))
            }
        };
        found.extend(whole.map(|n| i64::from(n).saturating_mul(100)));
    }
    if text.contains('半') {
        found.insert(50);
    }
    let mut before: Option<Hundredths> = None;
    for word in text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
        let said = ENGLISH.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|(_, said)| *said);
        match (before, said) {
            // `ten thousand` is one number.
            (Some(many), Some(times @ (10_000 | 100_000))) => {
                found.remove(&many);
                before = Some(many.saturating_mul(times).div_euclid(100));
            }
            _ => before = said,
        }
        found.extend(before);
    }
    found.retain(|number| *number == 50 || *number >= 200);
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
    fn numbers_in_words_are_found_in_both_languages_and_one_is_none() {
        for (text, numbers) in [
            ("同一材料要交两次，扫二维码", &[200][..]),
            ("每人每半天，缺一两样，丢三落四", &[50, 200, 300, 400]),
            ("建成区万车死亡率，两万三千人", &[1_000_000, 2_300_000]),
            ("One or two missing, in a third of them", &[200, 300]),
            ("per ten thousand vehicles; one once", &[1_000_000]),
            ("every hundred", &[10_000]),
            ("一次讲清，第一个，一样", &[]),
        ] {
            assert_eq!(words_in(text).into_iter().collect::<Vec<_>>(), numbers, "{text}");
        }
    }

    #[test]
    fn numbers_are_found_in_digits_and_words() {
        let found = numbers_in("在3個工作日內，不超過三次，>1.08平方米", true);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [108, 300]);
        assert!(numbers_in("不超过三次", false).is_empty());
    }
}
