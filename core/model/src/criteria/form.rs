//! The form of a visit: what is asked, cut to what one person answers at a counter, worst first.
//!
//! The cut is a pure function of the sets, the kind of window, the mode, the month and what failed before. It refuses
//! to ask what the mode cannot answer, to ask one thing twice, and to ask more than [`LONGEST_FORM`] things.

use std::collections::{BTreeMap, BTreeSet};

use super::{CriteriaSet, Derivation, Item};
use crate::{ItemCode, Lineage, Mode};

/// The most items of one form.
pub const LONGEST_FORM: usize = 40;

/// What is known of earlier visits when a form is cut: facts that every device of the area shares at one position of
/// the area's feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The items that failed at this site the last time, or are not put right yet.
    pub failed_here: BTreeSet<ItemCode>,
    /// How often each item failed at sites of this kind.
    pub failed_in_kind: BTreeMap<ItemCode, u32>,
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

/// Cuts the form of these sets to at most [`LONGEST_FORM`] items, worst first: what failed here the last time, what
/// fails most in this kind, then the rest by priority, each in the order of the sets.
///
/// What is first in priority, and what a comparison of the sets is made of, is never cut away for what merely failed
/// elsewhere, unless there is too much of it. Items that decide a derived item together stay or go together: one of
/// them alone would decide nothing.
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
    ranked.sort_by_key(|(place, item)| {
        let first = item.priority <= 1 || compared.contains(&item.code);
        (!here(item), !first, std::cmp::Reverse(often(item)), item.priority, *place)
    });
    let mut ranked = within(LONGEST_FORM, ranked, &together);
    ranked.sort_by_key(|(place, item)| (!here(item), std::cmp::Reverse(often(item)), item.priority, *place));
    ranked.into_iter().map(|(_, item)| item).collect()
}

/// The first of these, so many at most: each with all that must stay with it, as long as those fit as well.
///
/// A company larger than a whole form is none: its items stand for themselves.
fn within(most: usize, ranked: Vec<(usize, Item)>, together: &[Vec<&ItemCode>]) -> Vec<(usize, Item)> {
    let mut company: Vec<usize> = (0..ranked.len()).collect();
    for codes in together {
        let members: Vec<usize> =
            ranked.iter().enumerate().filter(|(_, (_, item))| codes.contains(&&item.code)).map(|(at, _)| at).collect();
        let joined: BTreeSet<usize> = members.iter().filter_map(|at| company.get(*at).copied()).collect();
        let Some(first) = joined.first() else { continue };
        company.iter_mut().filter(|one| joined.contains(one)).for_each(|one| *one = *first);
    }
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
