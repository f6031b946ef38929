//! The form that a new visit would have, cut by the city from its own feeds: what an office looks at before a campaign,
//! and the proof that phone and city cut alike.
//!
//! Nothing is recorded by it, and no opening is judged by it: a phone cuts by the position of the feed that it holds, and
//! what it recorded stands.

use mingcha_model::{Asked, CampaignId, Catalogue, CriteriaSet, Day, Item, LeftOut, Mode, asked, form, left_out};
use mingcha_store::{SiteRow, Store, StoreError};

use crate::{City, CityError};

/// What a visit would ask that is opened at a site on a day.
#[derive(Clone, Debug)]
pub struct FormPreview {
    /// Where.
    pub site: SiteRow,
    /// How.
    pub mode: Mode,
    /// When.
    pub day: Day,
    /// How far the area's feed reaches of which it was cut: a phone that holds as much cuts the same.
    pub position: u64,
    /// The campaign that chose the sets.
    pub campaign: Option<CampaignId>,
    /// The sets that have something to ask here, in order.
    pub sets: Vec<CriteriaSet>,
    /// The form, and what was cut away.
    pub asked: Asked,
    /// What a visit of this mode cannot find out, and an open one can.
    pub waiting: Vec<Item>,
}

impl City {
    /// The form of a visit opened at the site of this id or code on this day: of these sets, else of those of the campaign
    /// that runs, else of the everyday ones.
    ///
    /// # Errors
    /// [`CityError::UnknownSite`], [`CityError::UnknownSet`] for a set that no new visit may ask, and
    /// [`CityError::NothingToAsk`].
    pub fn form(&self, site: &str, mode: Mode, sets: &[String], day: Option<Day>) -> Result<FormPreview, CityError> {
        let kinds = self.known()?.kinds;
        let day = match day {
            Some(day) => day,
            None => Day::from_unix_millis(self.now_millis()?),
        };
        let month = u8::try_from(day.month()).unwrap_or(1);
        self.read(|store| {
            let Some(site) = site_named(store, site)? else { return Ok(Err(CityError::UnknownSite)) };
            let catalogue = Catalogue::with(store.criteria()?, &kinds);
            // A contact reads no campaign: a self-check asks the everyday sets where none is named.
            let campaigns = if mode == Mode::SelfCheck { Vec::new() } else { store.campaigns()? };
            let lineage = kinds.lineage(&site.kind);
            let (mut chosen, named_by) = match named(&catalogue, sets) {
                Some(named) if !sets.is_empty() => (named, None),
                Some(_) => catalogue.of_the_day(campaigns.iter().map(|one| &one.set), day, &lineage, mode),
                None => return Ok(Err(CityError::UnknownSet)),
            };
            let all: Vec<CriteriaSet> = chosen.iter().map(|set| (*set).clone()).collect();
            let history = store.history_of_site(&site, mode, &all, &form(&all, &lineage, mode, month), day)?;
            let asked = asked(&all, &lineage, mode, month, &history);
            if asked.parts.is_empty() {
                return Ok(Err(CityError::NothingToAsk));
            }
            chosen.retain(|set| asked.has_any_of(set));
            let waiting = left_out(&all, &lineage, mode, month, &asked.codes().into_iter().collect());
            let feed = mingcha_model::FeedName::Area(site.area);
            Ok(Ok(FormPreview {
                position: store.cursor(&feed)?.map_or(0, |cursor| cursor.position),
                campaign: named_by.and_then(|place| campaigns.get(place)).map(|one| one.campaign),
                sets: chosen.into_iter().cloned().collect(),
                waiting: waiting
                    .into_iter()
                    .filter(|(item, why)| *why == LeftOut::Mode && item.answerable(Mode::Open))
                    .map(|(item, _)| item)
                    .collect(),
                site,
                mode,
                day,
                asked,
            }))
        })?
    }
}

impl City {
    /// The campaigns that run or are to come and ask a set, each by its name with the version that it asks.
    ///
    /// A campaign keeps its versions while it runs; whoever publishes another one should know.
    pub fn campaigns_asking(&self, set: &str) -> Result<Vec<(String, u32)>, CityError> {
        let today = Day::from_unix_millis(self.now_millis()?);
        self.read(|store| {
            let campaigns = store.campaigns()?.into_iter().filter(|one| one.set.to >= today);
            let asking = campaigns.filter_map(|one| {
                let asked = one.set.sets.iter().find(|asked| asked.code == set)?;
                Some((one.name, asked.version))
            });
            Ok(asking.collect())
        })
    }
}

fn site_named(store: &Store, typed: &str) -> Result<Option<SiteRow>, StoreError> {
    match typed.trim().parse() {
        Ok(site) => store.site(site),
        Err(_) => Ok(store.sites_by_code(typed.trim())?.into_iter().next()),
    }
}

/// The sets of these codes, each once; `None` where one of them may not be asked.
fn named<'a>(catalogue: &'a Catalogue, codes: &[String]) -> Option<Vec<&'a CriteriaSet>> {
    let offered = catalogue.offered();
    let mut sets: Vec<&CriteriaSet> = Vec::new();
    for code in codes {
        let set = offered.iter().find(|set| set.code.as_str().eq_ignore_ascii_case(code) && set.is_askable())?;
        if !sets.iter().any(|known| known.code == set.code) {
            sets.push(set);
        }
    }
    Some(sets)
}
