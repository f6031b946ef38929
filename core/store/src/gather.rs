//! What is said of an entity: its home feed's statements with this device's own pending ones on top.
//!
//! The fold of lists and the reading of one entity take the same statements from here, so they cannot disagree.

use mingcha_model::{Body, EntityId, Flags, Kind, OpId, Order, Said};
use rusqlite::{Connection, OptionalExtension, params};

use crate::shown::{self, Home};
use crate::{StoreError, copies, pack, refused, statements};

/// Own ops on an entity that no feed brought back, and of a visit that was refused those that were refused with it;
/// `registers` says whether answers and photo items too.
pub(crate) fn pending(connection: &Connection, entity: EntityId, registers: bool) -> Result<Vec<Said>, StoreError> {
    let mut said = own(connection, entity, registers, "o.overlay = 1")?;
    if refused::stays(connection, entity)? {
        said.extend(own(connection, entity, registers, "o.verdict = 1")?);
        said.sort_by_key(|one| one.id);
    }
    Ok(said)
}

fn own(
    connection: &Connection,
    entity: EntityId,
    registers: bool,
    which: &'static str,
) -> Result<Vec<Said>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT l.log, o.seq, o.at, o.kind, o.version, o.over, o.body, o.texts
         FROM own_op o JOIN own_log l ON l.key = o.log
         WHERE o.entity = ?1 AND {which} ORDER BY o.log, o.seq"
    ))?;
    let mut rows = statement.query([entity.0.as_slice()])?;
    let mut said = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = Kind(row.get(3)?);
        if !registers && is_often_written(kind) {
            continue;
        }
        let blob = |column| row.get_ref(column)?.as_blob().map_err(|_| StoreError::BadRow("an own op's bytes"));
        said.push(Said {
            id: OpId { log: pack::log(blob(0)?)?, seq: pack::natural(row.get(1)?)? },
            ord: Order::LAST,
            flags: Flags::NONE,
            at: row.get(2)?,
            entity,
            over: pack::over(blob(5)?)?,
            body: Body::from_bytes(kind, row.get(4)?, blob(6)?).unwrap_or(Body::Unknown(kind)),
            texts: pack::texts(blob(7)?)?,
        });
    }
    Ok(said)
}

/// Kinds whose registers lie in a table of their own and enter no summary.
pub(crate) fn is_often_written(kind: Kind) -> bool {
    matches!(kind, Kind::ANSWER | Kind::PHOTO_ITEM)
}

/// Everything said of one entity but answers and photo items, in no order.
pub(crate) fn said(connection: &Connection, entity: EntityId) -> Result<Vec<Said>, StoreError> {
    let mut said = match shown::home(connection, entity)? {
        Some(home) => statements::of_entity(connection, home.feed, home.key, entity)?,
        None => copies::expected(connection, entity)?.into_iter().collect(),
    };
    said.extend(pending(connection, entity, false)?);
    Ok(said)
}

/// Everything said of a finding and of its submissions, and how its visit stands, in no order.
pub(crate) fn said_of_finding(connection: &Connection, finding: EntityId) -> Result<Vec<Said>, StoreError> {
    let home = shown::home(connection, finding)?;
    let mut said = match &home {
        Some(home) => of_row(connection, home.feed, home.key, finding, true)?,
        None => copies::expected(connection, finding)?.into_iter().collect(),
    };
    said.extend(pending(connection, finding, false)?);
    for submission in submissions(connection, home.as_ref(), finding)? {
        said.extend(pending(connection, submission, false)?);
    }
    let visit = said.iter().find_map(|one| match &one.body {
        Body::FindingRaise(raise) => Some(EntityId::from(raise.visit)),
        _ => None,
    });
    if let Some(visit) = visit {
        // A finding that no feed brought back yet may be of a visit that one did.
        if home.is_none()
            && let Some(home) = shown::home(connection, visit)?
        {
            said.extend(of_visit(statements::of_entity(connection, home.feed, home.key, visit)?));
        }
        said.extend(of_visit(pending(connection, visit, false)?));
    }
    Ok(said)
}

/// What a finding's fold reads of its visit: where it is, whether it was submitted, whether it is void.
fn of_visit(mut said: Vec<Said>) -> Vec<Said> {
    said.retain(|one| {
        matches!(
            one.body,
            Body::VisitOpen(_) | Body::VisitMove(_) | Body::VisitVoid(_) | Body::VisitSubmit(_) | Body::Release(_)
        )
    });
    said
}

/// True when this device says something of a finding's visit that no feed brought back and that its row follows from.
pub(crate) fn is_of_pending_visit(connection: &Connection, visit: Option<EntityId>) -> Result<bool, StoreError> {
    let Some(visit) = visit else { return Ok(false) };
    let pending = of_visit(pending(connection, visit, false)?);
    Ok(pending.iter().any(|one| !matches!(one.body, Body::Release(_))))
}

/// The findings of a visit, wherever they are known.
pub(crate) fn findings_of_visit(connection: &Connection, visit: EntityId) -> Result<Vec<EntityId>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT id FROM entity WHERE parent = ?1 AND kind = ?2 ORDER BY id")?;
    let mut rows = statement.query(params![visit.0.as_slice(), Kind::FINDING_RAISE.0])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
    }
    Ok(ids)
}

/// The submissions of a finding in its home and on this device alone.
pub(crate) fn submissions(
    connection: &Connection,
    home: Option<&Home>,
    finding: EntityId,
) -> Result<Vec<EntityId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT id FROM entity WHERE parent = ?1 AND kind = ?2 AND (feed = 0 OR feed = ?3) ORDER BY id",
    )?;
    let feed = home.map_or(0, |home| home.feed);
    let mut rows = statement.query(params![finding.0.as_slice(), Kind::SUBMISSION_ADD.0, feed])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
    }
    Ok(ids)
}

/// What one feed says of an entity, and for a finding of its submissions and its visit, which belong to its fold.
pub(crate) fn of_row(
    connection: &Connection,
    feed: i64,
    key: i64,
    entity: EntityId,
    is_finding: bool,
) -> Result<Vec<Said>, StoreError> {
    let mut said = statements::of_entity(connection, feed, key, entity)?;
    if !is_finding {
        return Ok(said);
    }
    let visit = connection
        .prepare_cached(
            "SELECT v.key, v.id FROM entity f JOIN entity v ON v.id = f.parent AND v.feed = f.feed WHERE f.key = ?1",
        )?
        .query_row([key], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    if let Some((key, id)) = visit {
        said.extend(of_visit(statements::of_entity(connection, feed, key, pack::id(&id)?)?));
    }
    let mut children =
        connection.prepare_cached("SELECT key, id FROM entity WHERE parent = ?1 AND kind = ?2 AND feed = ?3")?;
    let mut rows = children.query(params![entity.0.as_slice(), Kind::SUBMISSION_ADD.0, feed])?;
    while let Some(row) = rows.next()? {
        let id = pack::id(row.get_ref(1)?.as_blob().unwrap_or_default())?;
        said.extend(statements::of_entity(connection, feed, row.get(0)?, id)?);
    }
    Ok(said)
}
