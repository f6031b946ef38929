//! Where an entity belongs: its site's area and unit, and whether it is undercover or a self-check.

use mingcha_model::{EntityId, Kind, Mode, Place};
use rusqlite::params;

use crate::{Store, StoreError, pack, shown};

impl Store {
    /// True once a feed said what this entity is: others know of it too.
    pub fn is_heard(&self, entity: EntityId) -> Result<bool, StoreError> {
        Ok(shown::home(&self.connection, entity)?.is_some_and(|home| home.kind != 0))
    }

    /// The place of a site, visit, finding, photo, submission, task or unit; `None` while it is not known here.
    pub fn place(&self, entity: EntityId) -> Result<Option<Place>, StoreError> {
        let (mut at, mut covert, mut self_check) = (entity, false, false);
        // Photo, submission, finding, visit, site: five steps at most; ids that name each other end too.
        for _ in 0..6 {
            let Some(Shown { key, kind, parent }) = self.shown_row(at)? else { return Ok(None) };
            let next = match kind {
                Kind::SITE_ENTER => {
                    let (area, unit) = self
                        .connection
                        .prepare_cached("SELECT area, unit FROM site WHERE entity = ?1")?
                        .query_row([key], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
                    return Ok(Some(Place {
                        area: pack::id(&area)?.into(),
                        unit: pack::id(&unit)?.into(),
                        covert,
                        self_check,
                    }));
                }
                Kind::UNIT_SET => {
                    let unit = self.unit(at.into())?;
                    return Ok(unit.map(|unit| Place { area: unit.area, unit: unit.unit, covert, self_check }));
                }
                Kind::VISIT_OPEN => {
                    let (site, mode) = self
                        .connection
                        .prepare_cached("SELECT site, mode FROM visit WHERE entity = ?1")?
                        .query_row([key], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?;
                    let mode: Mode = pack::from_code(mode, "the mode of a visit")?;
                    covert |= mode == Mode::Undercover;
                    self_check |= mode == Mode::SelfCheck;
                    Some(pack::id(&site)?)
                }
                Kind::FINDING_RAISE => {
                    let (visit, site) = self
                        .connection
                        .prepare_cached("SELECT visit, site FROM finding WHERE entity = ?1")?
                        .query_row([key], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
                    let visit = pack::id(&visit)?;
                    // A published finding names no visit that anybody here could know.
                    if self.shown_row(visit)?.is_some() { Some(visit) } else { Some(pack::id(&site)?) }
                }
                _ => parent,
            };
            let Some(next) = next else { return Ok(None) };
            at = next;
        }
        Ok(None)
    }

    fn shown_row(&self, id: EntityId) -> Result<Option<Shown>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT key, kind, parent FROM entity WHERE id = ?1 AND shown = 1")?;
        let mut rows = statement.query(params![id.0.as_slice()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let parent = row.get_ref(2)?.as_blob().ok().map(pack::id).transpose()?;
        Ok(Some(Shown { key: row.get(0)?, kind: Kind(row.get(1)?), parent }))
    }
}

/// An entity's row as lists show it.
struct Shown {
    key: i64,
    kind: Kind,
    parent: Option<EntityId>,
}
