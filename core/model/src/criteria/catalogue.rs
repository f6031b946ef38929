//! Every set that is known in one place, and which of them a new visit asks.
//!
//! Phone and city ask the same questions here, so that both open the same visits. A published set that cannot be read is
//! passed over: the city refuses such a set when it is loaded.

use std::collections::BTreeSet;

use super::{CriteriaSet, Offered, form};
use crate::body::{CampaignSet, CriteriaPublish, SetRef};
use crate::{Day, Kinds, Lineage, Mode, SetCode};

/// The sets that are built in and those that a city published, every version.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    sets: Vec<CriteriaSet>,
    retired: BTreeSet<(SetCode, u32)>,
}

impl Catalogue {
    /// What is built in with what was published besides; what is built in is never replaced, version for version.
    #[must_use]
    pub fn with(published: impl IntoIterator<Item = CriteriaPublish>, kinds: &Kinds) -> Self {
        let mut catalogue = Self { sets: CriteriaSet::embedded().unwrap_or_default(), retired: BTreeSet::new() };
        for one in published {
            if one.retired
                && let Ok(code) = one.code.parse()
            {
                catalogue.retired.insert((code, one.version));
            }
            let Ok(set) = CriteriaSet::parse(&format!("{}.toml", one.code), &one.toml, kinds) else { continue };
            if !catalogue.sets.iter().any(|known| known.code == set.code && known.version == set.version) {
                catalogue.sets.push(set);
            }
        }
        catalogue
    }

    /// Every set and version.
    #[must_use]
    pub fn sets(&self) -> &[CriteriaSet] {
        &self.sets
    }

    /// A set in the version that is named.
    #[must_use]
    pub fn find(&self, wanted: &SetRef) -> Option<&CriteriaSet> {
        self.sets.iter().find(|set| set.code.as_str() == wanted.code && set.version == wanted.version)
    }

    /// The newest version of each set, in the order in which the sets are first met.
    #[must_use]
    pub fn newest(&self) -> Vec<&CriteriaSet> {
        let mut newest: Vec<&CriteriaSet> = Vec::new();
        for set in &self.sets {
            match newest.iter_mut().find(|known| known.code == set.code) {
                Some(known) if known.version < set.version => *known = set,
                Some(_) => {}
                None => newest.push(set),
            }
        }
        newest
    }

    /// The newest version of each set, unless that version was taken out of use.
    #[must_use]
    pub fn offered(&self) -> Vec<&CriteriaSet> {
        let mut newest = self.newest();
        newest.retain(|set| !self.is_retired(set));
        newest
    }

    /// Whether no new visit may ask this version: it was taken out of use, or the newest of its set was.
    #[must_use]
    pub fn is_retired(&self, set: &CriteriaSet) -> bool {
        let newest = self.sets.iter().filter(|other| other.code == set.code).map(|other| other.version).max();
        let is_out = |version: u32| self.retired.contains(&(set.code.clone(), version));
        is_out(set.version) || newest.is_some_and(is_out)
    }

    /// What a visit asks for which nobody names sets: those of the campaign that runs on this day and asks something in
    /// such a visit, else the everyday ones. With the campaign, as its place in the list.
    ///
    /// The campaigns come in order, the one that began last first; a campaign of one trade is none elsewhere. What was
    /// taken out of use since is left out.
    #[must_use]
    pub fn of_the_day<'c>(
        &self,
        campaigns: impl IntoIterator<Item = &'c CampaignSet>,
        today: Day,
        kind: &Lineage,
        mode: Mode,
    ) -> (Vec<&CriteriaSet>, Option<usize>) {
        for (place, campaign) in campaigns.into_iter().enumerate() {
            if !(campaign.from..=campaign.to).contains(&today) {
                continue;
            }
            let named = campaign.sets.iter().filter_map(|wanted| self.find(wanted));
            let sets: Vec<&CriteriaSet> = named.filter(|set| set.is_askable() && !self.is_retired(set)).collect();
            let month = u8::try_from(today.month()).unwrap_or(1);
            if !form(sets.iter().copied(), kind, mode, month).is_empty() {
                return (sets, Some(place));
            }
        }
        let everyday = self.offered().into_iter();
        (everyday.filter(|set| set.offered == Offered::Default && set.is_askable()).collect(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_of_one_trade_leaves_every_other_window_to_the_one_before() {
        let kinds = Kinds::embedded();
        let catalogue = Catalogue::with([], &kinds);
        let day = |number| Day::from_epoch_days(number);
        let campaign = |codes: &[&str], from| CampaignSet {
            from: day(from),
            to: day(20_600),
            sets: codes.iter().map(|code| SetRef { code: (*code).to_owned(), version: 1 }).collect(),
            policy: Vec::new(),
        };
        let running = [campaign(&["HOSP"], 20_510), campaign(&["W5", "SYSB"], 20_500)];
        let asked = |today, kind: &str, mode| {
            let (sets, place) = catalogue.of_the_day(&running, day(today), &kinds.lineage(kind), mode);
            (sets.first().map(|set| set.code.to_string()).unwrap_or_default(), place)
        };
        assert_eq!(asked(20_520, "HOSP", Mode::Open), ("HOSP".to_owned(), Some(0)));
        for kind in ["BANK", "GOV", "TAX"] {
            assert_eq!(asked(20_520, kind, Mode::Open), ("W5".to_owned(), Some(1)), "{kind}");
        }
        assert_eq!(asked(20_505, "HOSP", Mode::Open), ("W5".to_owned(), Some(1)));
        assert_eq!(asked(20_601, "BANK", Mode::Open).1, None);
    }
}
