//! The form of a visit: what is asked, cut to what one person answers at a counter, worst first, and nothing for ever
//! left out.
//!
//! The cut is a pure function of the sets, the kind of window, the mode, the month and what is known of earlier visits.
//! It refuses to ask what the mode cannot answer, to ask one thing twice, and to put more than [`LONGEST_FORM`] things on
//! one page.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{CriteriaSet, Derivation, Item};
use crate::{Day, ItemCode, Lineage, Mode, Order};

/// The most items of one form, or of one part of a form that has parts.
pub const LONGEST_FORM: usize = 40;

/// So many places of a form are for what was not asked here the longest, after what failed here.
pub const PLACES_IN_TURN: usize = 20;

/// What is known of earlier visits when a form is cut: facts that everybody who opens such a visit shares at one
/// position of the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The items that failed at this site the last time, or are not put right yet.
    pub failed_here: BTreeSet<ItemCode>,
    /// How often each item failed at sites of this kind.
    pub failed_in_kind: BTreeMap<ItemCode, u32>,
    /// When each item was last asked at this site; what is not listed never was.
    pub asked_here: BTreeMap<ItemCode, Order>,
    /// The day that says whose turn it is, where nobody may remember what was asked: an undercover visit leaves no trace
    /// that the next inspector could read.
    pub turn_by_day: Option<Day>,
}

/// What a visit asks, and what it leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Its parts in order, each of at most [`LONGEST_FORM`] items; a visit at a window has one.
    pub parts: Vec<Vec<Item>>,
    /// What was cut away to keep the form short, in the order of the sets.
    pub left_out: Vec<Item>,
}

/// Why an item of a visit's sets is not on its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It was cut away to keep the form short; it can be answered all the same.
    Cut,
    /// A visit of this mode cannot find it out: it waits for an open one.
    Mode,
}

impl LeftOut {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Mode => "mode",
        }
    }
}

impl Asked {
    /// The codes of its items, part after part.
    #[must_use]
    pub fn codes(&self) -> Vec<ItemCode> {
        self.parts.iter().flatten().map(|item| item.code.clone()).collect()
    }

    /// Whether a set has anything to ask here, on the form or left out of it.
    #[must_use]
    pub fn has_any_of(&self, set: &CriteriaSet) -> bool {
        self.parts.iter().flatten().chain(&self.left_out).any(|item| item.set == set.code)
    }
}

/// Everything that these sets could ask at a site of this kind, in the order of the sets, then of their items, with the
/// limits of that kind.
///
/// A code that stands in two sets, or a thing that two items ask in other words, is asked once, as the first has it.
///
/// ```
/// use mingcha_model::{CriteriaSet, Kinds, Mode, form};
///
/// let sets = CriteriaSet::embedded()?;
/// let bank = Kinds::embedded().lineage("BANK");
/// let covert = form(&sets, &bank, Mode::Undercover, 3);
/// assert!(covert.len() < form(&sets, &bank, Mode::Open, 3).len()); // records are not asked for under cover
/// # Ok::<(), mingcha_model::BadSet>(())
/// ```
#[must_use]
pub fn form<'a>(sets: impl IntoIterator<Item = &'a CriteriaSet>, kind: &Lineage, mode: Mode, month: u8) -> Vec<Item> {
    let (mut codes, mut words) = (BTreeSet::new(), BTreeSet::new());
    sets.into_iter()
        .flat_map(|set| &set.items)
        .filter(|item| item.applies(kind) && item.answerable(mode) && item.in_season(month))
        .filter(|item| codes.insert(&item.code) && item.same.as_ref().is_none_or(|word| words.insert(word)))
        .map(|item| item.for_kind(kind))
        .collect()
}

/// What a new visit asks at a site of this kind: at a window one form, cut; where the site is no window but a city, a
/// school or a community, everything, in parts, because nobody answers that at a counter.
#[must_use]
pub fn asked(sets: &[CriteriaSet], kind: &Lineage, mode: Mode, month: u8, history: &History) -> Asked {
    let whole = form(sets, kind, mode, month);
    if !kind.is_window() {
        return Asked { parts: parts(whole, sets), left_out: Vec::new() };
    }
    let kept = cut(whole.clone(), sets, history);
    let codes: BTreeSet<&ItemCode> = kept.iter().map(|item| &item.code).collect();
    let left_out = whole.into_iter().filter(|item| !codes.contains(&item.code)).collect();
    Asked { parts: if kept.is_empty() { Vec::new() } else { vec![kept] }, left_out }
}

/// What these sets have for a site of this kind that a visit of this mode does not ask, in the order of the sets, each
/// with the reason.
///
/// What is worked out from other answers, and what the form asks in other words, is not left out.
#[must_use]
pub fn left_out(
    sets: &[CriteriaSet],
    kind: &Lineage,
    mode: Mode,
    month: u8,
    asked: &BTreeSet<ItemCode>,
) -> Vec<(Item, LeftOut)> {
    let items = || sets.iter().flat_map(|set| &set.items).enumerate();
    let (mut codes, mut words) = (asked.clone(), BTreeSet::new());
    words.extend(items().filter(|(_, item)| asked.contains(&item.code)).filter_map(|(_, item)| item.same.as_ref()));
    let mut rest: Vec<(usize, (Item, LeftOut))> = Vec::new();
    // Of two that ask one thing, the one that can be answered stands for both.
    for (why, answerable) in [(LeftOut::Cut, true), (LeftOut::Mode, false)] {
        for (place, item) in items().filter(|(_, item)| item.answerable(mode) == answerable) {
            let is_here = item.derivation.is_none() && item.applies(kind) && item.in_season(month);
            if is_here && codes.insert(item.code.clone()) && item.same.as_ref().is_none_or(|word| words.insert(word)) {
                rest.push((place, (item.for_kind(kind), why)));
            }
        }
    }
    rest.sort_by_key(|(place, _)| *place);
    rest.into_iter().map(|(_, left)| left).collect()
}

/// Cuts the form of these sets to at most [`LONGEST_FORM`] items, worst first: what failed here the last time, what
/// fails most in this kind, then the rest by priority, each in the order of the sets.
///
/// After what failed here, [`PLACES_IN_TURN`] places belong to what was never asked here or was not asked the longest,
/// so that nothing is left out for ever. For the rest, what is first in priority, and what a comparison of the sets is
/// made of, is not cut away for what merely failed elsewhere. Items that decide a derived item together stay or go
/// together: one of them alone would decide nothing.
#[must_use]
pub fn cut<'a>(form: Vec<Item>, sets: impl IntoIterator<Item = &'a CriteriaSet>, history: &History) -> Vec<Item> {
    let (mut compared, mut together) = (BTreeSet::new(), Vec::new());
    for set in sets {
        compared.extend(set.comparisons.iter().flat_map(|one| &one.items));
        together.extend(set.items.iter().filter_map(|item| item.derivation.as_ref()).map(Derivation::operands));
    }
    let often = |item: &Item| history.failed_in_kind.get(&item.code).copied().unwrap_or(0);
    let here = |item: &Item| history.failed_here.contains(&item.code);
    let mut ranked: Vec<(usize, Item)> = form.into_iter().enumerate().collect();
    // Who stays: failed here, then priority 1, then what fails most, then priority; the order of the sets breaks ties.
    let rank = |(place, item): &(usize, Item)| {
        let first = item.priority <= 1 || compared.contains(&item.code);
        (!here(item), !first, Reverse(often(item)), item.priority, *place)
    };
    ranked.sort_by_key(rank);
    let failing = ranked.iter().take_while(|(_, item)| here(item)).count();
    let mut rest = ranked.split_off(failing);
    rest.sort_by_key(|(_, item)| history.asked_here.get(&item.code).copied());
    if let Some(day) = history.turn_by_day {
        let first = place_by_day(day, rest.len());
        rest.rotate_left(first);
    }
    // Whose turn it is stands behind what failed here; the others go back to where they were.
    let mut others = rest.split_off(rest.len().min(PLACES_IN_TURN));
    others.sort_by_key(rank);
    ranked.append(&mut rest);
    ranked.append(&mut others);
    let mut kept = within(LONGEST_FORM, ranked, &together);
    kept.sort_by_key(|(place, item)| (!here(item), Reverse(often(item)), item.priority, *place));
    kept.into_iter().map(|(_, item)| item).collect()
}

/// Where the turn begins on a day, of so many places: the same part of the circle further every day.
///
/// The step is the best of 3,000 drawn ones: visits at any regular interval that was tried (19 of them, 1 to 182 days; 45
/// to 190 places) come round the whole circle within 2.4 times the visits that it needs at least. A plain count of days
/// stands still at an interval that divides the circle, and the golden section is slow at every seventh day.
fn place_by_day(day: Day, places: usize) -> usize {
    const STEP: u64 = 0x1740_EA9F_2D19_5ECC; // of 2^64
    let part = u64::from(day.epoch_days().unsigned_abs()).wrapping_mul(STEP);
    let place = u128::from(part).saturating_mul(u128::try_from(places).unwrap_or(0)) >> 64;
    usize::try_from(place).unwrap_or(0)
}

/// These items in parts of at most [`LONGEST_FORM`], in their order; items that decide a derived item together stand in
/// one part, behind the first of them.
///
/// Dividing again what stands part after part gives the same parts.
#[must_use]
pub fn parts<'a>(items: Vec<Item>, sets: impl IntoIterator<Item = &'a CriteriaSet>) -> Vec<Vec<Item>> {
    let derived = sets.into_iter().flat_map(|set| &set.items).filter_map(|item| item.derivation.as_ref());
    let together: Vec<Vec<&ItemCode>> = derived.map(Derivation::operands).collect();
    let company = companies(&items.iter().collect::<Vec<_>>(), &together);
    let mut groups: BTreeMap<usize, Vec<Item>> = BTreeMap::new();
    for (one, item) in company.into_iter().zip(items) {
        groups.entry(one).or_default().push(item);
    }
    let mut parts: Vec<Vec<Item>> = Vec::new();
    for group in groups.into_values() {
        // A company larger than a whole part is none.
        let whole = group.len() <= LONGEST_FORM;
        let pieces = if whole { vec![group] } else { group.into_iter().map(|item| vec![item]).collect() };
        for mut piece in pieces {
            match parts.last_mut() {
                Some(part) if part.len().saturating_add(piece.len()) <= LONGEST_FORM => part.append(&mut piece),
                _ => parts.push(piece),
            }
        }
    }
    parts
}

/// For each item the place of the first of its company: of those that it decides a derived item with.
fn companies(items: &[&Item], together: &[Vec<&ItemCode>]) -> Vec<usize> {
    let mut company: Vec<usize> = (0..items.len()).collect();
    for codes in together {
        let members: Vec<usize> =
            items.iter().enumerate().filter(|(_, item)| codes.contains(&&item.code)).map(|(at, _)| at).collect();
        let joined: BTreeSet<usize> = members.iter().filter_map(|at| company.get(*at).copied()).collect();
        let Some(first) = joined.first() else { continue };
        company.iter_mut().filter(|one| joined.contains(one)).for_each(|one| *one = *first);
    }
    company
}

/// The first of these, so many at most: each with all that must stay with it, as long as those fit as well.
///
/// A company larger than a whole form is none: its items stand for themselves.
fn within(most: usize, ranked: Vec<(usize, Item)>, together: &[Vec<&ItemCode>]) -> Vec<(usize, Item)> {
    let company = companies(&ranked.iter().map(|(_, item)| item).collect::<Vec<_>>(), together);
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for one in &company {
        let size = sizes.entry(*one).or_default();
        *size = size.saturating_add(1);
    }
    let mut room = most;
    let mut kept = BTreeSet::new();
    let mut left = Vec::new();
    for (one, ranked) in company.into_iter().zip(ranked) {
        let size = sizes.get(&one).copied().unwrap_or(1);
        if kept.contains(&one) {
            left.push(ranked);
        } else if size > most {
            if room > 0 {
                room = room.saturating_sub(1);
                left.push(ranked);
            }
        } else if size <= room {
            room = room.saturating_sub(size);
            kept.insert(one);
            left.push(ranked);
        }
    }
    left
}
