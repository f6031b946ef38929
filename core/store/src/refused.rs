//! Visits that the city refused, as their author goes on seeing them.
//!
//! A refused op is folded nowhere. But a visit whose opening was refused stands in no feed, and what its author saw and
//! wrote would vanish with it: it stays on this device with everything in it, refuses to be counted anywhere, and goes
//! when it is let go or stands after all.

use mingcha_model::{Body, EntityId, Kind, VisitId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Store, StoreError};

/// The condition that the visit with this id was refused: its opening was, was not proposed again, and no feed has it.
pub(crate) fn is_refused(visit: &str) -> String {
    let open = Kind::VISIT_OPEN.0;
    format!(
        "EXISTS (SELECT 1 FROM own_op ro INDEXED BY own_op_refused
                 WHERE ro.entity = {visit} AND ro.verdict = 1 AND ro.kind = {open})
         AND NOT EXISTS (SELECT 1 FROM own_op rn WHERE rn.entity = {visit} AND rn.overlay = 1 AND rn.kind = {open})
         AND NOT EXISTS (SELECT 1 FROM entity rh WHERE rh.id = {visit} AND rh.feed <> 0 AND rh.kind <> 0)"
    )
}

/// True for an entity of which ops were refused and that is, or belongs to, a visit that was refused.
pub(crate) fn stays(connection: &Connection, entity: EntityId) -> Result<bool, StoreError> {
    let any = connection
        .prepare_cached("SELECT 1 FROM own_op INDEXED BY own_op_refused WHERE entity = ?1 AND verdict = 1")?
        .exists([entity.0.as_slice()])?;
    // Nearly always there is none, and nothing more to ask.
    Ok(any && root(connection, entity)?.is_some())
}

/// The refused visit that an entity made here is or belongs to.
fn root(connection: &Connection, entity: EntityId) -> Result<Option<VisitId>, StoreError> {
    let mut at = entity;
    // Photo, finding, visit: two steps from the farthest.
    for _ in 0..3 {
        let made: Option<Body> = connection
            .prepare_cached(
                "SELECT kind, version, body FROM own_op WHERE entity = ?1 AND overlay = 1 AND kind IN (?2, ?3, ?4)
                 UNION ALL
                 SELECT kind, version, body FROM own_op WHERE entity = ?1 AND verdict = 1 AND kind IN (?2, ?3, ?4)
                 LIMIT 1",
            )?
            .query_row(params![at.0.as_slice(), Kind::VISIT_OPEN.0, Kind::FINDING_RAISE.0, Kind::PHOTO_ADD.0], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?))
            })
            .optional()?
            .and_then(|(kind, version, body)| Body::from_bytes(Kind(kind), version, &body).ok());
        at = match made {
            Some(Body::VisitOpen(_)) => {
                let sql = format!("SELECT {}", is_refused("?1"));
                let refused = connection.prepare_cached(&sql)?.query_row([at.0.as_slice()], |row| row.get(0))?;
                return Ok(Some(VisitId(at)).filter(|_| refused));
            }
            Some(Body::FindingRaise(raise)) => raise.visit.into(),
            Some(Body::PhotoAdd(add)) => add.owner,
            _ => return Ok(None),
        };
    }
    Ok(None)
}

impl Store {
    /// The visit of this device that the city refused and that an entity is or belongs to; `None` for everything else.
    pub fn refused_visit(&self, entity: EntityId) -> Result<Option<VisitId>, StoreError> {
        root(&self.connection, entity)
    }
}
