//! Comparisons 比: what a set compares of a window, with its peers or with its own last period.
//!
//! A comparison is a list of items. Its figure is the rate over everything that was observed of them in a period; it
//! refuses to weigh one item against another.

use std::collections::BTreeMap;

use super::{Definition, Item, ScoringModel, Source};
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

/// What one visit observed, and by which rule: its answers, and its items in the versions and with the limits of its
/// form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The items of its form.
    pub items: Vec<Item>,
    /// What was answered to them.
    pub answers: BTreeMap<ItemCode, Value>,
}

/// The rate over everything observed in these visits of the items of a comparison, in hundredths of a percent; none
/// when nothing of it was observed.
///
/// Every item counts what was seen of it, in instances, however its set is scored. Each visit is judged by the items
/// that it asked itself, so that a newer version of a set changes no figure of the past.
#[must_use]
pub fn compare(comparing: &Comparing, visits: &[Observed]) -> Option<u32> {
    let (mut obtained, mut obtainable) = (0_u64, 0_u64);
    for visit in visits {
        let compared = visit.items.iter().filter(|item| comparing.items.contains(&item.code));
        let items: Vec<Item> =
            compared.map(|item| Item { scoring: ScoringModel::InstanceRate, ..item.clone() }).collect();
        let score = score(&[], &items, &visit.answers);
        obtained = obtained.saturating_add(score.obtained);
        obtainable = obtainable.saturating_add(score.obtainable);
    }
    let rate = u128::from(obtained).saturating_mul(10_000).checked_div(u128::from(obtainable))?;
    u32::try_from(rate).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CriteriaSet, Kinds};

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
            let value = sysb.item(&code).unwrap().read(typed).unwrap().value;
            Observed { items: sysb.items.clone(), answers: BTreeMap::from([(code, value)]) }
        };
        // 9 of 10 and 17 of 20: 26 of 30 are 86.66 %.
        assert_eq!(compare(quality, &[visit("9/10"), visit("17/20")]), Some(8_666));
        assert_eq!(compare(quality, &[]), None);
        assert_eq!(compare(quality, &[visit("na")]), None);
    }

    #[test]
    fn a_visit_is_compared_by_the_limits_of_its_own_version_and_kind() {
        let sets = CriteriaSet::embedded().unwrap();
        // At most 2 trips, at a traffic police window at most 3.
        let item = sets.iter().flat_map(|set| &set.items).find(|item| !item.limits.is_empty()).unwrap();
        let (kind, limit) = (item.limits[0].kinds[0].as_str(), item.limits[0].fails_over.unwrap());
        let other = Item { fails_over: Some(limit.saturating_sub(1)), limits: Vec::new(), ..item.clone() };
        let code = item.code.clone();
        let source = item.source.clone();
        let comparing = Comparing {
            code: code.clone(),
            name: item.text.clone(),
            items: vec![code.clone()],
            source,
            definition: item.definition,
            reason: None,
        };
        let value = item.read(&limit.to_string()).unwrap().value;
        let visit = |item: Item| Observed { items: vec![item], answers: BTreeMap::from([(code.clone(), value)]) };
        let here = visit(item.for_kind(&Kinds::embedded().lineage(kind)));
        assert_eq!(compare(&comparing, std::slice::from_ref(&here)), Some(10_000));
        assert_eq!(compare(&comparing, &[here, visit(other)]), Some(5_000));
    }
}
