//! Comparisons 比: what a set compares of a window, with its peers or with its own last period.
//!
//! A comparison is a list of items. Its figure is the rate over everything that was observed of them in a period; it
//! refuses to weigh one item against another.

use std::collections::BTreeMap;

use super::{CriteriaSet, Definition, ScoringModel, Source};
use crate::{Bilingual, ItemCode, Value, score};

/// Something that is compared: 比服务.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparing {
    /// The code, unique in its set.
    pub code: ItemCode,
    /// What it is called.
    pub name: Bilingual,
    /// The items of the set that it is made of; never empty.
    pub items: Vec<ItemCode>,
    /// The clauses it comes from; never empty.
    pub source: Vec<Source>,
    /// How sure it is that it is made of these items.
    pub definition: Definition,
    /// Why that is inferred.
    pub reason: Option<Bilingual>,
}

/// The rate over everything observed in these visits of the items of a comparison, in hundredths of a percent; none
/// when nothing of it was observed.
///
/// Every item counts what was seen of it, in instances, however its set is scored.
#[must_use]
pub fn compare(set: &CriteriaSet, comparing: &Comparing, visits: &[BTreeMap<ItemCode, Value>]) -> Option<u32> {
    let items: Vec<_> = set
        .items
        .iter()
        .filter(|item| comparing.items.contains(&item.code))
        .map(|item| super::Item { scoring: ScoringModel::InstanceRate, ..item.clone() })
        .collect();
    let (mut obtained, mut obtainable) = (0_u64, 0_u64);
    for answers in visits {
        let score = score(&[], &items, answers);
        obtained = obtained.saturating_add(score.obtained);
        obtainable = obtainable.saturating_add(score.obtainable);
    }
    let rate = u128::from(obtained).saturating_mul(10_000).checked_div(u128::from(obtainable))?;
    u32::try_from(rate).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_comparisons_are_data_and_count_what_was_observed() {
        let sets = CriteriaSet::embedded().unwrap();
        let sysb = sets.iter().find(|set| set.code.as_str() == "SYSB").unwrap();
        let names: Vec<&str> = sysb.comparisons.iter().map(|one| one.name.zh.as_str()).collect();
        assert_eq!(names, ["比服务", "比作风", "比质量", "比效率"]);
        for one in &sysb.comparisons {
            assert!(one.items.iter().all(|item| sysb.item(item).is_some()), "{}", one.code);
        }
        let quality = &sysb.comparisons[2];
        let visit = |typed: &str| {
            let code: ItemCode = "SYSB-B3".parse().unwrap();
            BTreeMap::from([(code.clone(), sysb.item(&code).unwrap().read(typed).unwrap().value)])
        };
        // 9 of 10 and 17 of 20: 26 of 30 are 86.66 %.
        assert_eq!(compare(sysb, quality, &[visit("9/10"), visit("17/20")]), Some(8_666));
        assert_eq!(compare(sysb, quality, &[]), None);
        assert_eq!(compare(sysb, quality, &[visit("na")]), None);
    }
}
