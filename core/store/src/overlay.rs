//! What this device alone knows, as rows of lists: a visit just started, a finding just raised.
//!
//! Such a row is folded from the home feed's statements with the pending ones on top. It stands under feed 0, enters
//! no hash, and goes when the last of its pending ops was brought back, refused or held.

use std::collections::BTreeSet;

use mingcha_model::{EntityId, FindingId, Kind, Said};
use rusqlite::{Connection, OptionalExtension, params};

use crate::shown::Home;
use crate::{StoreError, copies, gather, pack, search, shown, statements, summary};

/// Makes the rows of these entities again, unless this device has nothing of its own anywhere.
pub(crate) fn refresh_where_needed(connection: &Connection, ids: &BTreeSet<EntityId>) -> Result<(), StoreError> {
    search::stale(connection, ids)?;
    let any: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM own_op WHERE overlay = 1)
                    OR EXISTS (SELECT 1 FROM entity INDEXED BY entity_of_own WHERE feed = 0)",
        )?
        .query_row([], |row| row.get(0))?;
    if any { refresh(connection, ids) } else { Ok(()) }
}

/// Makes the rows of these entities again, of the findings that follow from submissions and visits among them, and of the
/// copies that undercover findings among them have.
pub(crate) fn refresh(connection: &Connection, ids: &BTreeSet<EntityId>) -> Result<(), StoreError> {
    let mut also = BTreeSet::new();
    for id in ids {
        also.extend(refresh_one(connection, *id)?);
        also.extend(gather::findings_of_visit(connection, *id)?);
    }
    for id in &also {
        refresh_one(connection, *id)?;
    }
    // Only now: what has no row yet cannot be noted.
    search::stale(connection, ids)?;
    search::stale(connection, &also)
}

/// Makes one entity's row again; gives what hangs on it: the finding of a submission, the copy of an undercover finding.
fn refresh_one(connection: &Connection, id: EntityId) -> Result<Option<EntityId>, StoreError> {
    let home = shown::home(connection, id)?;
    let pending = gather::pending(connection, id, false)?;
    let copy = copies::expected(connection, id)?;
    let (kind, parent) = nature(home.as_ref(), copy.as_slice(), &pending);
    let old: Option<i64> = connection
        .prepare_cached("SELECT key FROM entity WHERE id = ?1 AND feed = 0")?
        .query_row([id.0.as_slice()], |row| row.get(0))
        .optional()?;
    let wanted = match kind {
        Kind(0) | Kind::CARD_WRITE => false,
        Kind::FINDING_RAISE => {
            copy.is_some()
                || !pending.is_empty()
                || !gather::submissions(connection, None, id)?.is_empty()
                || gather::is_of_pending_visit(connection, parent)?
        }
        _ => !pending.is_empty(),
    };
    let hidden = match &home {
        Some(home) => summary::is_hidden(&home.name),
        None => copies::is_own_undercover(connection, id)?,
    };
    if let Some(old) = old {
        for sql in [
            "DELETE FROM site WHERE entity = ?1",
            "DELETE FROM visit WHERE entity = ?1",
            "DELETE FROM finding WHERE entity = ?1",
            "DELETE FROM task WHERE entity = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([old])?;
        }
        if !wanted {
            connection.prepare_cached("DELETE FROM entity WHERE key = ?1")?.execute([old])?;
        }
    }
    if wanted {
        let key = put_entity(connection, id, kind, parent)?;
        let said = match kind {
            Kind::FINDING_RAISE => gather::said_of_finding(connection, id)?,
            _ => gather::said(connection, id)?,
        };
        summary::write(connection, key, id, kind, said, hidden)?;
    }
    shown::choose(connection, id)?;
    Ok(match kind {
        Kind::SUBMISSION_ADD => parent,
        Kind::FINDING_RAISE if hidden => Some(FindingId(id).published().into()),
        _ => None,
    })
}

/// What an entity is and belongs to, by its home or else by what this device says of it.
fn nature(home: Option<&Home>, copy: &[Said], pending: &[Said]) -> (Kind, Option<EntityId>) {
    if let Some(home) = home
        && home.kind != 0
    {
        return (Kind(home.kind), home.parent);
    }
    let made = copy.iter().chain(pending).filter_map(|one| statements::making(&one.body)).min_by_key(|(kind, _)| *kind);
    made.unwrap_or((Kind(0), None))
}

fn put_entity(connection: &Connection, id: EntityId, kind: Kind, parent: Option<EntityId>) -> Result<i64, StoreError> {
    let key = connection
        .prepare_cached(
            "INSERT INTO entity (feed, id, kind, parent, read_only, shown) VALUES (0, ?1, ?2, ?3, 0, 0)
             ON CONFLICT (id, feed) DO UPDATE SET kind = excluded.kind, parent = excluded.parent RETURNING key",
        )?
        .query_row(params![id.0.as_slice(), kind.0, parent.map(|parent| parent.0)], |row| row.get(0))?;
    Ok(key)
}

/// Own ops whose entity's row has to be made again after a change of their state.
pub(crate) fn read_entities(
    statement: &mut rusqlite::Statement<'_>,
    parameters: impl rusqlite::Params,
) -> Result<BTreeSet<EntityId>, StoreError> {
    let mut rows = statement.query(parameters)?;
    let mut ids = BTreeSet::new();
    while let Some(row) = rows.next()? {
        ids.insert(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
    }
    Ok(ids)
}
