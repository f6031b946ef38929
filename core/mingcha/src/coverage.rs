//! Coverage 全覆盖 of a period, and 四比: how a window does beside its peers or its own last period.
//!
//! Figures come from the visits that this phone knows; an undercover visit of a colleague is none of them. Peers are
//! ranked only where policy has ranking on; otherwise a window is compared with itself alone.

use std::collections::{BTreeMap, BTreeSet};

use mingcha_model::{AreaId, Day, Mode, Observed, Refusal, Role, SiteId, VisitStatus, compare};
use mingcha_store::{SiteFilter, SiteRow, VisitFilter, VisitRow};
use serde::Serialize;

use crate::criteria::both;
use crate::{MingchaError, Mistake, Phone};

/// Which sites of a period were visited.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageView {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// How many sites there are.
    pub sites: u64,
    /// How many of them were visited, a unit's own checks aside.
    pub visited: u64,
    /// Visited of all in hundredths of a percent; none without sites.
    pub rate: Option<u64>,
    /// How it was computed.
    pub formula: String,
    /// The sites that nobody visited, by name.
    pub never: Vec<NeverVisited>,
    /// By area.
    pub by_area: Vec<CoverageRow>,
    /// By kind of window.
    pub by_kind: Vec<CoverageRow>,
    /// By how visits were made: sites visited so, of all sites; a site counts in every mode in which it was visited.
    pub by_mode: Vec<CoverageRow>,
}

/// One line of coverage.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageRow {
    /// The area's id, the kind's code or the mode.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// How many sites there are.
    pub sites: u64,
    /// How many were visited.
    pub visited: u64,
    /// How many visits.
    pub visits: u64,
}

/// A site that nobody visited in a period.
#[derive(Clone, Debug, Serialize)]
pub struct NeverVisited {
    /// Which.
    pub site: SiteId,
    /// The office's own code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The kind of window.
    pub kind: String,
    /// The name of its area.
    pub area_name: String,
    /// The day of the last visit before, where one is known.
    pub last_visit: Option<Day>,
}

/// One of the four comparisons of a window.
#[derive(Clone, Debug, Serialize)]
pub struct CompareRow {
    /// The comparison's code.
    pub comparison: String,
    /// Its name.
    pub name: String,
    /// What was as it should be, in hundredths of a percent of what was observed in the period.
    pub rate: Option<u64>,
    /// The same of the window's own last period, of the same length.
    pub previous: Option<u64>,
    /// `better`, `same` or `worse` than the last period, in whole percents; none while one of the two is missing.
    pub trend: Option<&'static str>,
    /// The place among peers of this kind, from 1; only where policy has ranking on.
    pub rank: Option<u64>,
    /// How many peers have a figure, itself among them; only where policy has ranking on.
    pub of: Option<u64>,
    /// Where those peers are: the names of the areas that this phone reads, or the whole city; only where policy has
    /// ranking on.
    pub among: Option<String>,
}

impl Phone {
    /// Refuses a contact: its phone never gets visits, so that every figure would be nought, and read as a fact.
    fn knows_visits(&self) -> Result<(), MingchaError> {
        if self.grants()?.role == Role::Contact {
            return Err(Mistake::NotPermitted(Refusal::Role).into());
        }
        Ok(())
    }

    /// Which sites were visited from one day through another: without days, in the campaign that runs, else this year.
    pub fn coverage(
        &self,
        area: Option<&str>,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<CoverageView, MingchaError> {
        self.knows_visits()?;
        let (from, to) = self.period(day_typed(from)?, day_typed(to)?)?;
        let area = area.map(|typed| self.area_named(typed)).transpose()?;
        let (kinds, visits) = (self.kinds()?, self.visits_of_period(from, to)?);
        let mut by_site: BTreeMap<SiteId, Vec<&VisitRow>> = BTreeMap::new();
        for visit in &visits {
            by_site.entry(visit.site).or_default().push(visit);
        }
        let mut sum = Sum::default();
        let mut never = Vec::new();
        for site in self.store.sites(&SiteFilter { area, ..SiteFilter::default() })? {
            let made = by_site.get(&site.site).map(Vec::as_slice).unwrap_or_default();
            let area_name = self.store.area(site.area)?.map(|area| area.name).unwrap_or_default();
            let kind_name = kinds.get(&site.kind).map(|kind| kind.name.zh.clone()).unwrap_or_default();
            sum.site(&site.area.to_string(), &area_name, &site.kind, &kind_name, made);
            if made.is_empty() {
                let newest = VisitFilter { site: Some(site.site), limit: 1, ..VisitFilter::default() };
                let last_visit = self.store.visits(&newest)?.first().map(|visit| visit.day);
                let (code, name, kind) = (site.code, site.name, site.kind);
                never.push(NeverVisited { site: site.site, code, name, kind, area_name, last_visit });
            }
        }
        let rate = sum.visited.saturating_mul(10_000).checked_div(sum.sites);
        Ok(CoverageView {
            from,
            to,
            sites: sum.sites,
            visited: sum.visited,
            rate,
            formula: format!(
                "已检查点位 {} ÷ 全部点位 {}（已提交的检查，自查不计） / {} of {} sites, submitted visits, self-checks aside",
                sum.visited, sum.sites, sum.visited, sum.sites
            ),
            never,
            by_area: sum.by_area.into_values().collect(),
            by_kind: sum.by_kind.into_values().collect(),
            by_mode: sum.by_mode.into_values().map(|row| CoverageRow { sites: sum.sites, ..row }).collect(),
        })
    }

    /// 四比 of one window: a period, without days the last 30, beside the period of the same length before.
    pub fn compare(&self, site: &str, from: Option<&str>, to: Option<&str>) -> Result<Vec<CompareRow>, MingchaError> {
        self.knows_visits()?;
        let site = self.site_named(site)?;
        let to = day_typed(to)?.map_or_else(|| self.today(), Ok)?;
        let from = day_typed(from)?.unwrap_or_else(|| to.plus(-29));
        if from > to {
            return Err(Mistake::Malformed("开始日期晚于结束日期", "the first day is after the last").into());
        }
        let length = to.days_after(from).saturating_add(1);
        let (before_from, before_to) = (from.plus(length.saturating_neg()), from.plus(-1));
        let sets = self.offered()?;
        let ranking = self.almanac()?.rules.policy.ranking;
        let now = self.answers_of_period(from, to)?;
        let before = self.answers_of_period(before_from, before_to)?;
        let none: Vec<Observed> = Vec::new();
        let of_kind = SiteFilter { kind: Some(site.kind.clone()), ..SiteFilter::default() };
        let peers = self.store.sites(&of_kind)?;
        let among = if ranking { Some(self.peers_are_of(&peers)?) } else { None };
        let mut rows = Vec::new();
        for one in sets.iter().flat_map(|set| &set.comparisons) {
            let rate =
                |of: &BTreeMap<SiteId, Vec<Observed>>, site: SiteId| compare(one, of.get(&site).unwrap_or(&none));
            let (here, last) = (rate(&now, site.site), rate(&before, site.site));
            let others: Vec<u32> = peers.iter().filter_map(|peer| rate(&now, peer.site)).collect();
            let ahead = here.map(|here| others.iter().filter(|other| **other > here).count());
            let place = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
            rows.push(CompareRow {
                comparison: one.code.to_string(),
                name: both(&one.name),
                rate: here.map(u64::from),
                previous: last.map(u64::from),
                trend: here.zip(last).map(|(here, last)| match (here / 100).cmp(&(last / 100)) {
                    std::cmp::Ordering::Greater => "better",
                    std::cmp::Ordering::Equal => "same",
                    std::cmp::Ordering::Less => "worse",
                }),
                rank: ahead.filter(|_| ranking).map(|ahead| place(ahead).saturating_add(1)),
                of: ranking.then(|| place(others.len())),
                among: among.clone(),
            });
        }
        Ok(rows)
    }

    /// Where the peers of a window are that this phone knows: somebody of one area ranks among that area alone.
    fn peers_are_of(&self, peers: &[SiteRow]) -> Result<String, MingchaError> {
        if matches!(self.grants()?.role, Role::Office | Role::Auditor) {
            return Ok("全市 / the whole city".to_owned());
        }
        let areas: BTreeSet<AreaId> = peers.iter().map(|peer| peer.area).collect();
        let mut names = Vec::new();
        for area in areas {
            names.extend(self.store.area(area)?.map(|area| area.name));
        }
        Ok(names.join("、"))
    }

    fn period(&self, from: Option<Day>, to: Option<Day>) -> Result<(Day, Day), MingchaError> {
        let today = self.today()?;
        let running = self.store.campaigns()?.into_iter().find(|one| (one.set.from..=one.set.to).contains(&today));
        let begun = running.map(|one| one.set.from).or_else(|| Day::from_civil(today.year(), 1, 1)).unwrap_or(today);
        let to = to.unwrap_or(today);
        let from = from.unwrap_or(begun.min(to));
        if from > to {
            return Err(Mistake::Malformed("开始日期晚于结束日期", "the first day is after the last").into());
        }
        Ok((from, to))
    }

    fn area_named(&self, typed: &str) -> Result<AreaId, MingchaError> {
        let areas = self.store.areas()?;
        let found = areas.into_iter().find(|area| {
            area.code.eq_ignore_ascii_case(typed.trim())
                || area.area.to_string() == typed.trim()
                || area.name == typed.trim()
        });
        Ok(found.map(|area| area.area).ok_or(Mistake::Unknown("片区", "area"))?)
    }

    /// The visits of a period that were submitted, a unit's own checks aside.
    fn visits_of_period(&self, from: Day, to: Day) -> Result<Vec<VisitRow>, MingchaError> {
        let submitted = VisitFilter { status: Some(VisitStatus::Submitted), ..VisitFilter::default() };
        let mut visits = self.store.visits(&submitted)?;
        visits.retain(|visit| visit.mode != Mode::SelfCheck && (from..=to).contains(&visit.day));
        Ok(visits)
    }

    fn answers_of_period(&self, from: Day, to: Day) -> Result<BTreeMap<SiteId, Vec<Observed>>, MingchaError> {
        let mut by_site: BTreeMap<SiteId, Vec<Observed>> = BTreeMap::new();
        for row in self.visits_of_period(from, to)? {
            let form = self.form_of(&self.visit_case(row.visit)?)?;
            let answers = form.values();
            by_site.entry(row.site).or_default().push(Observed { items: form.items, answers });
        }
        Ok(by_site)
    }
}

fn day_typed(typed: Option<&str>) -> Result<Option<Day>, MingchaError> {
    let malformed = || Mistake::Malformed("日期应写 YYYY-MM-DD", "a day is written YYYY-MM-DD");
    Ok(typed.map(|typed| typed.trim().parse().map_err(|_| malformed())).transpose()?)
}

/// What a walk over the sites adds up.
#[derive(Default)]
struct Sum {
    sites: u64,
    visited: u64,
    by_area: BTreeMap<String, CoverageRow>,
    by_kind: BTreeMap<String, CoverageRow>,
    by_mode: BTreeMap<Mode, CoverageRow>,
}

impl Sum {
    fn site(&mut self, area: &str, area_name: &str, kind: &str, kind_name: &str, made: &[&VisitRow]) {
        let visits = u64::try_from(made.len()).unwrap_or(u64::MAX);
        self.sites = self.sites.saturating_add(1);
        self.visited = self.visited.saturating_add(u64::from(visits > 0));
        add(self.by_area.entry(area.to_owned()).or_insert_with(|| row(area, area_name)), visits);
        add(self.by_kind.entry(kind.to_owned()).or_insert_with(|| row(kind, kind_name)), visits);
        let modes: BTreeSet<Mode> = made.iter().map(|visit| visit.mode).collect();
        for mode in modes {
            let visits = made.iter().filter(|visit| visit.mode == mode).count();
            let line = self.by_mode.entry(mode).or_insert_with(|| row(mode.name(), mode.name()));
            add(line, u64::try_from(visits).unwrap_or(u64::MAX));
        }
    }
}

fn row(key: &str, name: &str) -> CoverageRow {
    CoverageRow { key: key.to_owned(), name: name.to_owned(), sites: 0, visited: 0, visits: 0 }
}

fn add(row: &mut CoverageRow, visits: u64) {
    row.sites = row.sites.saturating_add(1);
    row.visited = row.visited.saturating_add(u64::from(visits > 0));
    row.visits = row.visits.saturating_add(visits);
}
