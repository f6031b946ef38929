//! Takes over what an office loads: rows that decide where things belong, and what the feeds tell of it.
//!
//! The same file again says nothing new. It refuses what would rewrite history: a published criteria set never
//! changes, it is followed by a newer version.

use mingcha_model::FeedName;
use mingcha_model::body::{
    AreaSet, Body, CalendarYear, CampaignSet, CriteriaPublish, Nothing, PolicySet, SiteEnter, UnitSet, WindowKindSet,
};
use mingcha_model::{EntityId, Kind, UnitId};

use crate::CityError;
use crate::ledger::{SiteRow, Turn, UnitRow};
use crate::load::{
    Load, LoadedCampaign, LoadedSet, LoadedSite, LoadedUnit, calendar_entity, criteria_entity, kind_entity,
};
use crate::settle::entity_arrived;

/// The policy of the whole city belongs to no campaign.
const WHOLE_CITY: EntityId = EntityId([0; 16]);

/// Takes over a file; how many entries that wrote.
pub(crate) fn apply(turn: &mut Turn<'_>, load: &Load) -> Result<u64, CityError> {
    let mut said = Count(0);
    for area in &load.areas {
        if turn.area_code(area.id)?.is_none() {
            turn.add_area(area.id, &area.code)?;
        }
        let body = Body::AreaSet(AreaSet { code: area.code.clone() });
        said.add(turn.say_if_new(FeedName::Public, area.id.into(), &body, &[&area.name.zh, &area.name.en])?);
    }
    for kind in &load.kinds {
        turn.put_window_kind(kind)?;
        let parent = kind.parent.as_ref().map(|parent| parent.as_str().to_owned());
        let body = Body::WindowKindSet(WindowKindSet { code: kind.code.as_str().to_owned(), parent });
        let entity = kind_entity(kind.code.as_str());
        said.add(turn.say_if_new(FeedName::Public, entity, &body, &[&kind.name.zh, &kind.name.en])?);
    }
    for set in &load.sets {
        said.add(publish(turn, set)?);
    }
    for year in &load.calendar {
        let (off, work) = (year.off.clone(), year.work.clone());
        let body = Body::CalendarYear(CalendarYear { year: year.year, off, work, published: year.published });
        said.add(turn.say_if_new(FeedName::Public, calendar_entity(year.year), &body, &[])?);
    }
    if let Some(values) = &load.policy {
        let body = Body::PolicySet(PolicySet { values: values.clone() });
        said.add(turn.say_if_new(FeedName::Staff, WHOLE_CITY, &body, &[])?);
    }
    for campaign in &load.campaigns {
        said.add(set_campaign(turn, campaign)?);
    }
    for unit in &load.units {
        said.count(set_unit(turn, unit)?);
    }
    for site in &load.sites {
        said.count(set_site(turn, site)?);
    }
    Ok(said.0)
}

struct Count(u64);

impl Count {
    fn add(&mut self, said: bool) {
        self.count(u64::from(said));
    }

    fn count(&mut self, said: u64) {
        self.0 = self.0.saturating_add(said);
    }
}

fn publish(turn: &mut Turn<'_>, loaded: &LoadedSet) -> Result<bool, CityError> {
    let (code, version) = (loaded.set.code.as_str().to_owned(), loaded.set.version);
    // Versions share an entity, so whether one was published is asked of its own row.
    match turn.published_criteria(&code, version)? {
        Some((toml, _)) if toml != loaded.toml => {
            return Err(CityError::Load(format!(
                "标准 {code} 第 {version} 版已发布，不能更改，请提高版本号 / version {version} of {code} is published and never changes: raise its version"
            )));
        }
        Some((_, retired)) if retired == loaded.retired => return Ok(false),
        _ => {}
    }
    turn.put_criteria(&code, version, &loaded.toml, loaded.retired)?;
    turn.put_items(&loaded.set)?;
    let entity = criteria_entity(&code);
    let body =
        Body::CriteriaPublish(CriteriaPublish { code, version, toml: loaded.toml.clone(), retired: loaded.retired });
    turn.say(FeedName::Public, entity, &body, &[])?;
    Ok(true)
}

fn set_campaign(turn: &mut Turn<'_>, campaign: &LoadedCampaign) -> Result<bool, CityError> {
    let body = Body::CampaignSet(CampaignSet {
        from: campaign.from,
        to: campaign.to,
        sets: campaign.sets.clone(),
        policy: campaign.policy.clone(),
    });
    turn.say_if_new(FeedName::Staff, campaign.id.into(), &body, &[&campaign.name])
}

fn set_unit(turn: &mut Turn<'_>, unit: &LoadedUnit) -> Result<u64, CityError> {
    let row = UnitRow { code: unit.code.clone(), name: unit.name.clone(), area: unit.area };
    turn.put_unit(unit.id, &row)?;
    let mut said = Count(0);
    // Everybody who has a site of it knows it by name.
    let elsewhere = turn.areas_of_unit(unit.id)?.into_iter().filter(|area| *area != unit.area).map(FeedName::Area);
    for feed in [FeedName::Area(unit.area), FeedName::Unit(unit.id)].into_iter().chain(elsewhere) {
        said.add(name_unit(turn, feed, unit.id, &row)?);
    }
    Ok(said.0)
}

fn name_unit(turn: &mut Turn<'_>, feed: FeedName, unit: UnitId, row: &UnitRow) -> Result<bool, CityError> {
    let body = Body::UnitSet(UnitSet { area: row.area, code: row.code.clone() });
    turn.say_if_new(feed, unit.into(), &body, &[&row.name])
}

fn set_site(turn: &mut Turn<'_>, site: &LoadedSite) -> Result<u64, CityError> {
    let row = SiteRow { site: site.id, unit: site.unit, area: site.area };
    let (entity, mut said) = (EntityId::from(site.id), Count(0));
    let feeds = [FeedName::Area(row.area), FeedName::Unit(row.unit)];
    if let Some(before) = turn.site(site.id)? {
        for left in [FeedName::Area(before.area), FeedName::Unit(before.unit)] {
            if !feeds.contains(&left) {
                turn.forget_said(left, Kind::SITE_ENTER, entity)?;
                turn.say(left, entity, &Body::SiteLeave(Nothing {}), &[])?;
                said.add(true);
            }
        }
    }
    turn.put_site(&row, &site.code)?;
    if let Some(unit) = turn.unit(site.unit)? {
        said.add(name_unit(turn, FeedName::Area(site.area), site.unit, &unit)?);
    }
    let body = Body::SiteEnter(SiteEnter {
        unit: site.unit,
        area: site.area,
        code: site.code.clone(),
        kind: site.kind.as_str().to_owned(),
        position: site.position,
    });
    for feed in feeds {
        said.add(turn.say_if_new(feed, entity, &body, &[&site.name, &site.address])?);
    }
    // A phone may know the site of a visit before this ledger does, after a restore.
    entity_arrived(turn, entity)?;
    Ok(said.0)
}
