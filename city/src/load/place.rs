//! Areas, units and sites.
//!
//! A unit must name an area and a site a unit that is known; a position must say what its numbers mean, because
//! Chinese lists lie 50 to 700 m beside GPS.

use mingcha_model::body::{Datum, Position};
use mingcha_model::{AreaId, Bilingual, Kinds, UnitId};

use super::codes::Codes;
use super::mistake::Report;
use super::position::degrees_e7;
use super::row::{File, Row, both};
use super::{LONGEST_ADDRESS, LONGEST_NAME, LoadedArea, LoadedSite, LoadedUnit, area_id, site_id, unit_id};

/// Declared areas; `None` never stands for one that is known.
type Areas = Codes<Option<AreaId>>;
/// Declared units with their area; `None` for one whose area is wrong, which is told once, at the unit.
type Units = Codes<Option<(UnitId, AreaId)>>;

/// The datums as a file writes them.
const DATUMS: [(&str, Datum); 3] = [("WGS-84", Datum::Wgs84), ("GCJ-02", Datum::Gcj02), ("BD-09", Datum::Bd09)];

pub(super) fn areas(report: &mut Report, file: &File<'_>, declared: &mut Areas) -> Vec<LoadedArea> {
    let mut areas = Vec::new();
    for mut row in file.rows(report, "areas") {
        let code = row.own_code();
        let (zh, en) = (row.text("zh", LONGEST_NAME), row.text("en", LONGEST_NAME));
        if let Some(code) = code {
            let id = area_id(&code);
            let fresh = declared.declare(&code, Some(id), row.at(), |at| report.line(at));
            row.keep("code", fresh);
            if let (Some(zh), Some(en)) = (zh, en) {
                areas.push(LoadedArea { id, code, name: Bilingual { zh, en } });
            }
        }
        row.done(report);
    }
    areas
}

pub(super) fn units(report: &mut Report, file: &File<'_>, areas: &Areas, declared: &mut Units) -> Vec<LoadedUnit> {
    let mut units = Vec::new();
    for mut row in file.rows(report, "units") {
        let code = row.own_code();
        let name = row.text("name", LONGEST_NAME);
        let area = row.code("area");
        let area = area.and_then(|area| row.keep("area", areas.find(&area, "[[areas]]"))).flatten();
        if let Some(code) = code {
            let id = unit_id(&code);
            let fresh = declared.declare(&code, area.map(|area| (id, area)), row.at(), |at| report.line(at));
            row.keep("code", fresh);
            if let (Some(name), Some(area)) = (name, area) {
                units.push(LoadedUnit { id, area, code, name });
            }
        }
        row.done(report);
    }
    units
}

pub(super) fn sites(
    report: &mut Report,
    file: &File<'_>,
    areas: &Areas,
    units: &Units,
    kinds: &Kinds,
) -> Vec<LoadedSite> {
    let mut declared = Codes::none();
    let mut sites = Vec::new();
    for mut row in file.rows(report, "sites") {
        let code = row.own_code();
        let name = row.text("name", LONGEST_NAME);
        let address = row.text_or_none("address", LONGEST_ADDRESS).unwrap_or_default();
        let kind = row.code("kind");
        let kind = kind.and_then(|kind| {
            let known = kinds.get(&kind).map(|known| known.code.clone());
            row.keep("kind", known.ok_or_else(|| unknown_kind(&kind)))
        });
        let unit = row.code("unit");
        let unit = unit.and_then(|unit| row.keep("unit", units.find(&unit, "[[units]]"))).flatten();
        let own_area = row.code_or_none("area");
        let own_area = own_area.and_then(|area| row.keep("area", areas.find(&area, "[[areas]]"))).flatten();
        let position = position(&mut row);
        if let Some(code) = code {
            let fresh = declared.declare(&code, (), row.at(), |at| report.line(at));
            row.keep("code", fresh);
            if let (Some(name), Some(kind), Some((unit, unit_area))) = (name, kind, unit) {
                let (id, area) = (site_id(&code), own_area.unwrap_or(unit_area));
                sites.push(LoadedSite { id, unit, area, code, kind, name, address, position });
            }
        }
        row.done(report);
    }
    sites
}

fn unknown_kind(kind: &str) -> Bilingual {
    both(
        format!("没有点位类型 {kind}，请写 GOV、BANK 等已有类型，或先在 [[kinds]] 中登记"),
        format!("the kind {kind} is not known: write one that is, as GOV or BANK, or add it under [[kinds]]"),
    )
}

/// Latitude, longitude and datum: all three or none.
fn position(row: &mut Row<'_>) -> Option<Position> {
    let degrees = both("度数，如 39.1234567", "degrees, as in 39.1234567");
    let latitude = row.decimal("latitude", &degrees);
    let longitude = row.decimal("longitude", &degrees);
    let words = DATUMS.map(|(word, _)| word);
    let expected = both(
        "坐标系 \"GCJ-02\"（国内地图）、\"WGS-84\"（GPS）或 \"BD-09\"（百度）",
        "\"GCJ-02\" (Chinese maps), \"WGS-84\" (GPS) or \"BD-09\" (Baidu)",
    );
    let datum = row.word("datum", &words, &expected);
    let there = |key: &str| row.table().contains_key(key);
    let (has_latitude, has_longitude, has_datum) = (there("latitude"), there("longitude"), there("datum"));
    if has_latitude != has_longitude {
        let missing = if has_latitude { "longitude" } else { "latitude" };
        row.wrong(
            "latitude",
            both(
                format!("缺少 {missing}：经纬度须同时写或都不写"),
                format!("`{missing}` is missing: write both latitude and longitude, or neither"),
            ),
        );
    }
    if (has_latitude || has_longitude) && !has_datum {
        row.wrong(
            "latitude",
            both(
                format!("有经纬度而没有 datum，请写{}", expected.zh),
                format!("a position without `datum`: write {}", expected.en),
            ),
        );
    }
    let (_, datum) = *DATUMS.get(datum?)?;
    let latitude = in_range(row, "latitude", latitude?, datum);
    let longitude = in_range(row, "longitude", longitude?, datum);
    Some(Position { latitude_e7: latitude?, longitude_e7: longitude?, datum })
}

/// The degrees, if there is such a place: GPS anywhere, the Chinese datums in and around China alone.
fn in_range(row: &mut Row<'_>, key: &'static str, degrees: &str, datum: Datum) -> Option<i32> {
    let (least, most) = match (datum, key) {
        (Datum::Wgs84, "latitude") => (-90, 90),
        (Datum::Wgs84, _) => (-180, 180),
        (_, "latitude") => (0, 56),
        (_, _) => (72, 138),
    };
    let e7 = degrees_e7(degrees).and_then(|e7| i32::try_from(e7).ok());
    let range = i32::saturating_mul(least, 10_000_000)..=i32::saturating_mul(most, 10_000_000);
    if let Some(e7) = e7.filter(|e7| range.contains(e7)) {
        return Some(e7);
    }
    row.wrong(key, both(
        format!("{key} 须在 {least} 到 {most} 之间，请检查经纬度是否写反、坐标系是否正确"),
        format!("`{key}` is from {least} to {most}: check that latitude and longitude are not swapped and the datum is right"),
    ));
    None
}
