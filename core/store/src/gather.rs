//! What is said of an entity: its home feed's statements with this device's own pending ones on top.
//!
//! The fold of lists and the reading of one entity take the same statements from here, so they cannot disagree.

use mingcha_model::{Body, EntityId, Flags, Kind, OpId, Order, Said};
use rusqlite::{Connection, params};

use crate::shown::{self, Home};
use crate::{StoreError, copies, pack, statements};

/// Own ops on an entity that no feed brought back; `registers` says whether answers and photo items too.
pub(crate) fn pending(connection: &Connection, entity: EntityId, registers: bool) -> Result<Vec<Said>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT l.log, o.seq, o.at, o.kind, o.version, o.over, o.body, o.texts
         FROM own_op o JOIN own_log l ON l.key = o.log
         WHERE o.entity = ?1 AND o.overlay = 1 ORDER BY o.log, o.seq",
    )?;
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

/// Everything said of a finding and of its submissions, in no order.
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
    Ok(said)
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

/// What one feed says of an entity, and of its submissions when they belong to its fold.
pub(crate) fn of_row(
    connection: &Connection,
    feed: i64,
    key: i64,
    entity: EntityId,
    with_submissions: bool,
) -> Result<Vec<Said>, StoreError> {
    let mut said = statements::of_entity(connection, feed, key, entity)?;
    if !with_submissions {
        return Ok(said);
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
