//! Sites as lists show them: names, kinds, units, the last visit and the next recheck.

use std::collections::BTreeMap;

use mingcha_model::{Day, SiteId};
use mingcha_store::{FindingFilter, SiteRow as StoredSite, VisitFilter};

use crate::{MingchaError, Phone, SiteFilter, SiteRow};

/// How many sites are listed when nobody says.
const USUAL_LIMIT: u32 = 200;

impl Phone {
    /// The sites of this person's areas or unit.
    pub fn sites(&self, filter: &SiteFilter) -> Result<Vec<SiteRow>, MingchaError> {
        self.me()?;
        let today = self.today()?;
        let rechecks = self.rechecks()?;
        let limit = filter.limit.unwrap_or(USUAL_LIMIT);
        let kinds = self.kinds()?;
        let mut rows = Vec::new();
        // A list that is filtered further down must be read whole; any other ends where the screen does.
        let most = if filter.due { 0 } else { limit };
        let sites = match &filter.search {
            Some(words) => self.store.search_sites(words, most, 0)?,
            None => {
                self.store.sites(&mingcha_store::SiteFilter { limit: most, ..mingcha_store::SiteFilter::default() })?
            }
        };
        for site in sites {
            let recheck = rechecks.get(&site.site);
            if filter.due && recheck.is_none_or(|(window_from, _)| *window_from > today) {
                continue;
            }
            if rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                break;
            }
            rows.push(self.site_row(site, recheck.map(|(_, due)| *due), &kinds)?);
        }
        Ok(rows)
    }

    fn site_row(
        &self,
        site: StoredSite,
        recheck_due: Option<Day>,
        kinds: &mingcha_model::Kinds,
    ) -> Result<SiteRow, MingchaError> {
        let visits = self.store.visits(&VisitFilter { site: Some(site.site), limit: 1, ..VisitFilter::default() })?;
        Ok(SiteRow {
            kind_name: kinds.get(&site.kind).map(|kind| kind.name.zh.clone()).unwrap_or_default(),
            unit_name: self.store.unit(site.unit)?.map(|unit| unit.name).unwrap_or_default(),
            area_name: self.store.area(site.area)?.map(|area| area.name).unwrap_or_default(),
            last_visit: visits.first().map(|visit| visit.day),
            site: site.site,
            code: site.code,
            name: site.name,
            kind: site.kind,
            unit: site.unit,
            area: site.area,
            recheck_due,
        })
    }

    /// The earliest recheck of each site with open findings: when its window opens, and when it is due.
    pub(crate) fn rechecks(&self) -> Result<BTreeMap<SiteId, (Day, Day)>, MingchaError> {
        let almanac = self.almanac()?;
        let mut rechecks: BTreeMap<SiteId, (Day, Day)> = BTreeMap::new();
        for record in self.store.findings(&FindingFilter::default())? {
            let Some(case) = self.store.case(record.finding)? else { continue };
            let Some(recheck) = almanac.rules.dates(&case).recheck else { continue };
            rechecks
                .entry(case.site)
                .and_modify(|(from, due)| {
                    *from = (*from).min(recheck.window_from);
                    *due = (*due).min(recheck.due);
                })
                .or_insert((recheck.window_from, recheck.due));
        }
        Ok(rechecks)
    }
}
