//! Which sets a new visit asks, and the cut of its form.
//!
//! The phone that opens a visit cuts its form once, from what the area's feed says of earlier visits, and the opening
//! records it: everybody who opens the visit later sees the same items in the same order, whatever came in between.

use mingcha_model::{CampaignId, CriteriaSet, Day, History, Item, ItemCode, Mode, Offered, cut, form};
use mingcha_store::SiteRow;

use crate::{MingchaError, Mistake, Phone};

/// The sets that a visit asks, and the campaign that asks them.
pub(crate) struct Chosen {
    pub sets: Vec<CriteriaSet>,
    pub campaign: Option<CampaignId>,
}

/// What a new visit asks.
pub(crate) struct Asked {
    /// The items of its form, in order.
    pub items: Vec<ItemCode>,
    /// What its sets could ask besides, cut away to keep the form short, in the order of the sets.
    pub left_out: Vec<ItemCode>,
}

impl Phone {
    /// The sets of these codes; where none is named, those of the campaign that runs today, else the everyday ones.
    pub(crate) fn chosen_sets(&self, codes: &[String]) -> Result<Chosen, MingchaError> {
        let offered = self.offered()?;
        if !codes.is_empty() {
            let mut sets: Vec<CriteriaSet> = Vec::new();
            for code in codes {
                let set = offered
                    .iter()
                    .find(|set| set.code.as_str().eq_ignore_ascii_case(code))
                    .map_or_else(|| Err(self.not_offered(code)), Ok)?;
                if !set.is_askable() {
                    return Err(Mistake::NothingToAsk.into());
                }
                if !sets.iter().any(|known| known.code == set.code) {
                    sets.push(set.clone());
                }
            }
            return Ok(Chosen { sets, campaign: None });
        }
        if let Some(chosen) = self.sets_of_campaign(self.today()?)? {
            return Ok(chosen);
        }
        let sets = offered.into_iter().filter(|set| set.offered == Offered::Default && set.is_askable()).collect();
        Ok(Chosen { sets, campaign: None })
    }

    /// Why no visit can ask a set of this code.
    pub(crate) fn not_offered(&self, code: &str) -> MingchaError {
        let known =
            self.criteria().map(|sets| sets.into_iter().find(|set| set.code.as_str().eq_ignore_ascii_case(code)));
        match known {
            Ok(Some(set)) => Mistake::RetiredSet(set.code).into(),
            Ok(None) => Mistake::Unknown("标准", "set").into(),
            Err(error) => error,
        }
    }

    /// The sets of the campaign that runs on this day, the one that began last, in the versions that it names; what was
    /// taken out of use since is left out.
    fn sets_of_campaign(&self, today: Day) -> Result<Option<Chosen>, MingchaError> {
        let known = self.criteria()?;
        for campaign in self.store.campaigns()? {
            if !(campaign.set.from..=campaign.set.to).contains(&today) {
                continue;
            }
            let mut sets: Vec<CriteriaSet> = Vec::new();
            for wanted in &campaign.set.sets {
                let is_it = |set: &&CriteriaSet| set.code.as_str() == wanted.code && set.version == wanted.version;
                let Some(set) = known.iter().find(is_it).filter(|set| set.is_askable()) else { continue };
                if !self.is_retired(&known, set)? {
                    sets.push(set.clone());
                }
            }
            if !sets.is_empty() {
                return Ok(Some(Chosen { sets, campaign: Some(campaign.campaign) }));
            }
        }
        Ok(None)
    }

    /// The items that a visit asks which is opened now, worst first.
    pub(crate) fn asked(&self, site: &SiteRow, mode: Mode, sets: &[CriteriaSet]) -> Result<Asked, MingchaError> {
        let whole = form(sets, &self.kinds()?.lineage(&site.kind), mode, month(self.today()?));
        let history = self.history(site, &whole)?;
        let mut left_out: Vec<ItemCode> = whole.iter().map(|item| item.code.clone()).collect();
        let items: Vec<ItemCode> = cut(whole, sets, &history).into_iter().map(|item| item.code).collect();
        left_out.retain(|code| !items.contains(code));
        Ok(Asked { items, left_out })
    }

    /// What failed before, by the area's feed.
    fn history(&self, site: &SiteRow, whole: &[Item]) -> Result<History, MingchaError> {
        let said = self.store.area_history(site.area, site.site)?;
        let failed = |code: &ItemCode| {
            let item = whole.iter().find(|item| item.code == *code);
            item.zip(said.last_answers.get(code)).is_some_and(|(item, value)| item.failed(value))
        };
        let mut failed_here: std::collections::BTreeSet<ItemCode> =
            said.last_answers.keys().filter(|code| failed(code)).cloned().collect();
        failed_here.extend(said.open_here);
        Ok(History { failed_here, failed_in_kind: said.findings_in_kind })
    }
}

/// The month of a day, 1 to 12.
pub(crate) fn month(day: Day) -> u8 {
    u8::try_from(day.month()).unwrap_or(1)
}
