//! Areas, units and sites: the attributes that the city owns and routes by; kinds of windows and criteria sets.

use mingcha_model::{
    AnswerType, AreaId, Bilingual, Class, CriteriaSet, EntityId, ItemCode, KindCode, Kinds, SiteId, UnitId, Value,
    WindowKind,
};

use super::{Look, Turn};
use crate::CityError;

/// A site as far as it decides where things belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SiteRow {
    pub(crate) site: SiteId,
    pub(crate) unit: UnitId,
    pub(crate) area: AreaId,
}

/// A unit as an office knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitRow {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) area: AreaId,
}

impl Look<'_> {
    /// The code of an area.
    pub(crate) fn area_code(&self, area: AreaId) -> Result<Option<String>, CityError> {
        self.one("SELECT code FROM area WHERE area = ?1", [area.as_bytes()], |row| row.get(0))
    }

    /// Every area with its code.
    pub(crate) fn areas(&self) -> Result<Vec<(AreaId, String)>, CityError> {
        self.all("SELECT area, code FROM area ORDER BY code", [], |row| {
            Ok((AreaId(EntityId(row.get(0)?)), row.get(1)?))
        })
    }

    /// A unit.
    pub(crate) fn unit(&self, unit: UnitId) -> Result<Option<UnitRow>, CityError> {
        self.one("SELECT code, name, area FROM unit WHERE unit = ?1", [unit.as_bytes()], |row| {
            Ok(UnitRow { code: row.get(0)?, name: row.get(1)?, area: AreaId(EntityId(row.get(2)?)) })
        })
    }

    /// The areas in which a unit has sites.
    pub(crate) fn areas_of_unit(&self, unit: UnitId) -> Result<Vec<AreaId>, CityError> {
        self.all("SELECT DISTINCT area FROM site WHERE unit = ?1 ORDER BY area", [unit.as_bytes()], |row| {
            Ok(AreaId(EntityId(row.get(0)?)))
        })
    }

    /// Every unit with its code and area.
    pub(crate) fn units(&self) -> Result<Vec<(UnitId, String, AreaId)>, CityError> {
        self.all("SELECT unit, code, area FROM unit ORDER BY code", [], |row| {
            Ok((UnitId(EntityId(row.get(0)?)), row.get(1)?, AreaId(EntityId(row.get(2)?))))
        })
    }

    /// The kinds of windows that were loaded.
    pub(crate) fn window_kinds(&self) -> Result<Vec<WindowKind>, CityError> {
        let rows = self.all("SELECT code, parent, zh, en FROM window_kind", [], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Option<String>>(1)?,
                Bilingual { zh: row.get(2)?, en: row.get(3)? },
            ))
        })?;
        let kind = |(code, parent, name): (String, Option<String>, Bilingual)| {
            Some(WindowKind { code: code.parse().ok()?, name, parent: parent.and_then(|parent| parent.parse().ok()) })
        };
        Ok(rows.into_iter().filter_map(kind).collect())
    }

    /// The published versions of criteria sets.
    pub(crate) fn criteria(&self, kinds: &Kinds) -> Result<Vec<CriteriaSet>, CityError> {
        let rows = self.all("SELECT code, toml FROM criteria ORDER BY code, version", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let parse = |(code, toml): (String, String)| CriteriaSet::parse(&code, &toml, kinds);
        rows.into_iter()
            .map(parse)
            .collect::<Result<_, _>>()
            .map_err(|_| CityError::Inconsistent("a published criteria set"))
    }

    /// Whether an item, as any set that was published or is built in asks it, can have this value; an item that nobody
    /// here knows yet can have any.
    pub(crate) fn answer_fits(&self, item: &ItemCode, value: &Value) -> Result<bool, CityError> {
        let built_in = CriteriaSet::embedded_item(item);
        if built_in.is_some_and(|item| item.check(value).is_ok()) {
            return Ok(true);
        }
        let published = self.all(
            "SELECT DISTINCT answer, parts, classes FROM criteria_item WHERE item = ?1",
            [item.as_str()],
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?, row.get::<_, String>(2)?)),
        )?;
        let fits = |(answer, parts, classes): &(String, u32, String)| {
            let Ok(answer) = answer.parse::<AnswerType>() else { return false };
            let within = match value {
                Value::Count(n) => *parts == 0 || n <= parts,
                Value::Class(class) if answer == AnswerType::Band => {
                    let has = classes.split(' ').any(|one| one == value.to_string());
                    has || (*class == Class::Below && !classes.is_empty())
                }
                _ => true,
            };
            within && answer.check(value).is_ok()
        };
        Ok((built_in.is_none() && published.is_empty()) || published.iter().any(fits))
    }

    /// What was published as this version of a set, and whether it is retired.
    pub(crate) fn published_criteria(&self, code: &str, version: u32) -> Result<Option<(String, bool)>, CityError> {
        self.one("SELECT toml, retired FROM criteria WHERE code = ?1 AND version = ?2", (code, version), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// One site.
    pub(crate) fn site(&self, site: SiteId) -> Result<Option<SiteRow>, CityError> {
        self.one("SELECT site, unit, area FROM site WHERE site = ?1", [site.as_bytes()], site_row)
    }
}

fn site_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<SiteRow> {
    Ok(SiteRow {
        site: SiteId(EntityId(row.get(0)?)),
        unit: UnitId(EntityId(row.get(1)?)),
        area: AreaId(EntityId(row.get(2)?)),
    })
}

impl Turn<'_> {
    /// A new area.
    pub(crate) fn add_area(&mut self, area: AreaId, code: &str) -> Result<(), CityError> {
        self.change("INSERT INTO area (area, code) VALUES (?1, ?2)", (area.as_bytes(), code))?;
        Ok(())
    }

    /// A unit, new or moved to another area.
    pub(crate) fn put_unit(&mut self, unit: UnitId, row: &UnitRow) -> Result<(), CityError> {
        self.change(
            "INSERT INTO unit (unit, code, name, area) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (unit) DO UPDATE SET name = ?3, area = ?4",
            (unit.as_bytes(), &row.code, &row.name, row.area.as_bytes()),
        )?;
        Ok(())
    }

    /// A site, new or moved to another unit or area.
    pub(crate) fn put_site(&mut self, site: &SiteRow, code: &str) -> Result<(), CityError> {
        self.change(
            "INSERT INTO site (site, code, unit, area) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (site) DO UPDATE SET unit = ?3, area = ?4",
            (site.site.as_bytes(), code, site.unit.as_bytes(), site.area.as_bytes()),
        )?;
        Ok(())
    }

    /// A kind of window, new or changed.
    pub(crate) fn put_window_kind(&mut self, kind: &WindowKind) -> Result<(), CityError> {
        self.change(
            "INSERT INTO window_kind (code, parent, zh, en) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (code) DO UPDATE SET parent = ?2, zh = ?3, en = ?4",
            (kind.code.as_str(), kind.parent.as_ref().map(KindCode::as_str), &kind.name.zh, &kind.name.en),
        )?;
        Ok(())
    }

    /// A version of a criteria set; only whether it is retired may change.
    pub(crate) fn put_criteria(
        &mut self,
        code: &str,
        version: u32,
        toml: &str,
        retired: bool,
    ) -> Result<(), CityError> {
        self.change(
            "INSERT INTO criteria (code, version, toml, retired) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (code, version) DO UPDATE SET retired = ?4",
            (code, version, toml, retired),
        )?;
        Ok(())
    }
}
