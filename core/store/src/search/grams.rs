//! Pairs of neighbouring characters as numbers, and sets of documents of one block.
//!
//! A text of one character has a pair with nothing behind it, so that every character of a text begins a pair: a word of
//! one character is the range of all pairs that it begins.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::StoreError;

/// How many documents one block has.
pub(super) const BLOCK: i64 = 1_024;
/// Bits of a character.
const CHARACTER: u32 = 21;

/// The text without differences of width and case: what a search compares.
///
/// ```
/// assert_eq!(mingcha_store::plain(" ＯＲＤ-2 "), "ord-2");
/// ```
#[must_use]
pub fn plain(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
            _ => c,
        })
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn pair(first: char, second: Option<char>) -> i64 {
    (i64::from(u32::from(first)) << CHARACTER) | i64::from(second.map_or(0, u32::from))
}

/// The pairs of a text, the last character with nothing behind it.
pub(super) fn pairs_of_text(text: &str, pairs: &mut BTreeSet<i64>) {
    let text = plain(text);
    let mut characters = text.chars().peekable();
    while let Some(first) = characters.next() {
        pairs.insert(pair(first, characters.peek().copied()));
    }
}

/// What a text must hold to hold these words: one range of pairs for each two characters.
pub(super) fn pairs_of_words(words: &str) -> Vec<RangeInclusive<i64>> {
    let characters: Vec<char> = words.chars().collect();
    match &characters[..] {
        [] => Vec::new(),
        [only] => {
            let from = pair(*only, None);
            vec![from..=from | ((1 << CHARACTER) - 1)]
        }
        several => {
            let pairs = several.windows(2).filter_map(|two| match two {
                [first, second] => Some(pair(*first, Some(*second))),
                _ => None,
            });
            let distinct: BTreeSet<i64> = pairs.collect();
            distinct.into_iter().map(|pair| pair..=pair).collect()
        }
    }
}

/// A set of the documents of one block, by their place in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Documents([u64; 16]);

impl Documents {
    pub(super) fn insert(&mut self, place: u16) {
        let (word, bit) = (usize::from(place / 64), place % 64);
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << bit;
        }
    }

    pub(super) fn unite(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    pub(super) fn intersect(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine &= theirs);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Their places, in order.
    pub(super) fn places(&self) -> impl Iterator<Item = u16> + '_ {
        (0..1_024_u16)
            .filter(|place| self.0.get(usize::from(place / 64)).is_some_and(|word| (word >> (place % 64)) & 1 == 1))
    }

    /// As the column holds it: places of two bytes while they are few, else one bit for each.
    pub(super) fn to_column(self) -> Vec<u8> {
        let places: Vec<u16> = self.places().take(64).collect();
        if places.len() < 64 {
            places.into_iter().flat_map(u16::to_le_bytes).collect()
        } else {
            self.0.into_iter().flat_map(u64::to_le_bytes).collect()
        }
    }

    pub(super) fn from_column(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut documents = Self::default();
        if bytes.len() == 128 {
            for (word, eight) in documents.0.iter_mut().zip(bytes.chunks_exact(8)) {
                *word = eight.try_into().map(u64::from_le_bytes).unwrap_or_default();
            }
        } else if bytes.len() < 128 && bytes.len().is_multiple_of(2) {
            for two in bytes.chunks_exact(2) {
                documents.insert(two.try_into().map(u16::from_le_bytes).unwrap_or_default());
            }
        } else {
            return Err(StoreError::BadRow("the documents of two characters"));
        }
        Ok(documents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_documents_and_many_come_back_from_their_column() {
        for count in [0_u16, 1, 63, 64, 1_024] {
            let mut documents = Documents::default();
            (0..count).for_each(|place| documents.insert(place.wrapping_mul(7) % 1_024));
            let column = documents.to_column();
            assert!(column.len() <= 128);
            assert_eq!(Documents::from_column(&column).unwrap(), documents, "{count}");
        }
        assert!(Documents::from_column(&[1]).is_err());
    }

    #[test]
    fn a_single_character_finds_itself_wherever_it_stands() {
        let mut pairs = BTreeSet::new();
        pairs_of_text("大厅", &mut pairs);
        for (words, held) in [("大", true), ("厅", true), ("大厅", true), ("厅大", false), ("堂", false)] {
            let all = pairs_of_words(words).into_iter().all(|range| pairs.range(range).next().is_some());
            assert_eq!(all, held, "{words}");
        }
        assert_eq!(plain(" ＡＢＣ　大 "), "abc 大");
    }
}
