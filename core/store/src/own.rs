//! This device's own logs: what was said here, appended durably and numbered without gaps.
//!
//! A sequence is never given twice: it follows from what stands in the file, and it refuses a log that was given up.

use std::collections::BTreeSet;

use mingcha_model::{
    Body, Digest, EntityId, Field, Kind, LARGEST_BODY, LARGEST_OVER, LONGEST_TEXT, LogId, MOST_TEXTS, Op, OpId, VisitId,
};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use crate::photo_file::{self, PhotoFile};
use crate::{Store, StoreError, gather, overlay, pack, search};

/// An op before it has its place in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOp {
    /// What it is said of.
    pub entity: EntityId,
    /// The phone's raw clock in Unix seconds.
    pub at: i64,
    /// The heads of other logs that were on the screen.
    pub over: Vec<OpId>,
    /// Where it stood before its log had to be given up.
    pub origin: Option<OpId>,
    /// What it says; a kind that this build does not know is refused.
    pub body: Body,
    /// Its texts.
    pub texts: Vec<String>,
}

/// One of this device's logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnLog {
    /// Which.
    pub log: LogId,
    /// The one undercover visit that it is for.
    pub covert_visit: Option<VisitId>,
    /// When it was opened, in Unix seconds of this phone.
    pub opened_at: i64,
    /// The last sequence said; 0 when nothing was.
    pub last_seq: u64,
    /// The last sequence that is in a sealed segment.
    pub sealed_through: u64,
    /// The head of its chain there; what the next segment follows.
    pub head: Digest,
    /// The last sequence that the city gave a receipt for, without a gap.
    pub receipted_through: u64,
    /// The last sequence that the city has copied off its machine.
    pub safe_through: u64,
    /// True when it was given up: nothing is appended to it any more.
    pub closed: bool,
}

impl Store {
    /// Opens a log; its first op, [`Body::LogOpen`], is appended by the caller.
    ///
    /// `covert_visit` is the undercover visit that it is for, `opened_at` Unix seconds.
    pub fn open_log(&mut self, log: LogId, covert_visit: Option<VisitId>, opened_at: i64) -> Result<(), StoreError> {
        let new = self.connection.execute(
            "INSERT INTO own_log (log, covert_visit, opened_at, sealed_through, head, safe_through, closed)
             VALUES (?1, ?2, ?3, 0, zeroblob(32), 0, 0) ON CONFLICT (log) DO NOTHING",
            params![log.0, covert_visit.map(|visit| *visit.as_bytes()), opened_at],
        )?;
        if new == 0 { Err(StoreError::LogExists(log)) } else { Ok(()) }
    }

    /// This device's logs, the oldest first.
    pub fn logs(&self) -> Result<Vec<OwnLog>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT log, covert_visit, opened_at, sealed_through, head, safe_through, closed,
                    max(sealed_through, coalesce((SELECT max(seq) FROM own_op o WHERE o.log = l.key), 0)),
                    coalesce((SELECT min(first_seq) - 1 FROM segment s
                              WHERE s.log = l.key AND s.receipt IS NULL AND s.forked = 0), sealed_through)
             FROM own_log l ORDER BY key",
        )?;
        let mut rows = statement.query([])?;
        let mut logs = Vec::new();
        while let Some(row) = rows.next()? {
            logs.push(OwnLog {
                log: pack::log(row.get_ref(0)?.as_blob().unwrap_or_default())?,
                covert_visit: row.get_ref(1)?.as_blob().ok().map(pack::id).transpose()?.map(VisitId),
                opened_at: row.get(2)?,
                sealed_through: pack::natural(row.get(3)?)?,
                head: pack::digest(row.get_ref(4)?.as_blob().unwrap_or_default())?,
                safe_through: pack::natural(row.get(5)?)?,
                closed: row.get(6)?,
                last_seq: pack::natural(row.get(7)?)?,
                receipted_through: pack::natural(row.get(8)?)?,
            });
        }
        Ok(logs)
    }

    /// The phone's clock in Unix seconds under which the last op that is here was said, in any log.
    pub fn last_said_at(&self) -> Result<Option<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT max(at) FROM (SELECT (SELECT at FROM own_op o WHERE o.log = l.key ORDER BY seq DESC LIMIT 1) AS at
             FROM own_log l WHERE closed = 0)",
        )?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Appends ops to an own log, with the files of the photos that they add: durable when it returns, all or nothing.
    ///
    /// Errors with [`StoreError::UnknownLog`], [`StoreError::TooLarge`] and [`StoreError::FileGone`].
    pub fn append(&mut self, log: LogId, ops: &[NewOp], photos: &[PhotoFile]) -> Result<Vec<OpId>, StoreError> {
        ops.iter().try_for_each(check)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ids = insert_all(&transaction, log, ops)?;
        photo_file::put_new(&transaction, self.files.as_ref(), photos)?;
        transaction.commit()?;
        Ok(ids)
    }

    /// What own visits and findings began with whose ops are still kept here.
    pub fn own_beginnings(&self) -> Result<Vec<(EntityId, Body)>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT entity, kind, version, body FROM own_op WHERE kind IN (?1, ?2)")?;
        let mut rows = statement.query(params![Kind::VISIT_OPEN.0, Kind::FINDING_RAISE.0])?;
        let mut begun = Vec::new();
        while let Some(row) = rows.next()? {
            let entity = pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?;
            let body = row.get_ref(3)?.as_blob().unwrap_or_default();
            begun.extend(Body::from_bytes(Kind(row.get(1)?), row.get(2)?, body).ok().map(|body| (entity, body)));
        }
        Ok(begun)
    }

    /// The ops of an own log that are not sealed yet, in order.
    pub fn tail(&self, log: LogId) -> Result<Vec<Op>, StoreError> {
        let own = key(&self.connection, log)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT o.seq, o.kind, o.version, o.entity, o.at, o.over, o.origin, o.body, o.texts
             FROM own_op o JOIN own_log l ON l.key = o.log WHERE o.log = ?1 AND o.seq > l.sealed_through ORDER BY o.seq",
        )?;
        let mut rows = statement.query([own])?;
        let mut ops = Vec::new();
        while let Some(row) = rows.next()? {
            ops.push(read_op(row)?);
        }
        Ok(ops)
    }

    /// What the next change of this register has to repeat in `over`: what own pending ops on it replaced.
    pub fn pending_over(&self, entity: EntityId, field: &Field) -> Result<Vec<OpId>, StoreError> {
        let pending = gather::pending(&self.connection, entity, true)?;
        let mut over: BTreeSet<OpId> = BTreeSet::new();
        for one in pending.iter().filter(|one| one.body.field().as_ref() == Some(field)) {
            over.extend(&one.over);
        }
        Ok(over.into_iter().collect())
    }

    /// Says an own log's ops from this sequence on again in another log, each with where it stood as its origin,
    /// and gives the old log up: after a lost key (from the end of what is sealed) or a fork (from the first differing
    /// segment, which is kept as evidence). The new log is opened, and its opening appended, before.
    ///
    /// Gives the new identities. Openings of logs are not repeated, nor ops that were refused.
    pub fn reissue(&mut self, old: LogId, from_seq: u64, new: LogId) -> Result<Vec<OpId>, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (old_key, new_key) = (key(&transaction, old)?, open_key(&transaction, new)?);
        let ops = {
            let mut statement = transaction.prepare_cached(
                "SELECT seq, kind, version, entity, at, over, origin, body, texts FROM own_op
                 WHERE log = ?1 AND seq >= ?2 AND kind <> ?3 AND coalesce(verdict, 0) <> 1 ORDER BY seq",
            )?;
            let mut rows = statement.query(params![old_key, pack::whole(from_seq)?, Kind::LOG_OPEN.0])?;
            let mut ops = Vec::new();
            while let Some(row) = rows.next()? {
                ops.push(read_op(row)?);
            }
            ops
        };
        transaction.execute(
            "DELETE FROM own_op WHERE log = ?1 AND seq >= ?2 AND coalesce(verdict, 0) <> 1",
            params![old_key, pack::whole(from_seq)?],
        )?;
        transaction.execute(
            "UPDATE segment SET forked = 1 WHERE log = ?1 AND first_seq >= ?2",
            params![old_key, pack::whole(from_seq)?],
        )?;
        transaction.execute("UPDATE own_log SET closed = 1 WHERE key = ?1", [old_key])?;
        let mut seq = next_seq(&transaction, new_key)?;
        let mut ids = Vec::with_capacity(ops.len());
        let mut stirred = BTreeSet::new();
        for op in ops {
            let origin = op.origin.or(Some(OpId { log: old, seq: op.seq }));
            stirred.insert(op.entity);
            insert_op(&transaction, new_key, &Op { seq, origin, ..op })?;
            ids.push(OpId { log: new, seq });
            seq = seq.saturating_add(1);
        }
        overlay::refresh(&transaction, &stirred)?;
        transaction.commit()?;
        Ok(ids)
    }
}

/// Appends checked ops within a transaction.
pub(crate) fn insert_all(transaction: &Connection, log: LogId, ops: &[NewOp]) -> Result<Vec<OpId>, StoreError> {
    let own = open_key(transaction, log)?;
    let mut seq = next_seq(transaction, own)?;
    let mut ids = Vec::with_capacity(ops.len());
    let (mut stirred, mut worded) = (BTreeSet::new(), BTreeSet::new());
    for op in ops {
        insert(transaction, own, seq, op)?;
        if op.texts.iter().any(|text| !text.is_empty()) {
            worded.insert(op.entity);
        }
        if !gather::is_often_written(op.body.kind()) {
            stirred.insert(op.entity);
        }
        ids.push(OpId { log, seq });
        seq = seq.saturating_add(1);
    }
    overlay::refresh(transaction, &stirred)?;
    // What is often written changes no list, and its words are looked for all the same.
    search::stale(transaction, &worded)?;
    Ok(ids)
}

/// Refuses an op that no log has room for.
pub(crate) fn check(op: &NewOp) -> Result<(), StoreError> {
    if matches!(op.body, Body::Unknown(_)) {
        return Err(StoreError::TooLarge("an op of a kind that this app does not know"));
    }
    if op.over.len() > LARGEST_OVER {
        return Err(StoreError::TooLarge("an op replaces more than 256 values"));
    }
    if op.texts.len() > op.body.kind().most_texts().unwrap_or(MOST_TEXTS) {
        return Err(StoreError::TooLarge("an op has more texts than its kind allows"));
    }
    if op.texts.iter().any(|text| text.len() > LONGEST_TEXT) {
        return Err(StoreError::TooLarge("a text is longer than 16 KiB"));
    }
    Ok(())
}

/// The key of an own log.
pub(crate) fn key(connection: &Connection, log: LogId) -> Result<i64, StoreError> {
    connection
        .prepare_cached("SELECT key FROM own_log WHERE log = ?1")?
        .query_row([log.0.as_slice()], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::UnknownLog(log))
}

fn open_key(connection: &Connection, log: LogId) -> Result<i64, StoreError> {
    connection
        .prepare_cached("SELECT key FROM own_log WHERE log = ?1 AND closed = 0")?
        .query_row([log.0.as_slice()], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::UnknownLog(log))
}

fn next_seq(connection: &Connection, own: i64) -> Result<u64, StoreError> {
    let last: i64 = connection
        .prepare_cached(
            "SELECT max(l.sealed_through, coalesce((SELECT max(seq) FROM own_op WHERE log = ?1), 0))
             FROM own_log l WHERE l.key = ?1",
        )?
        .query_row([own], |row| row.get(0))?;
    Ok(pack::natural(last)?.saturating_add(1))
}

fn insert(connection: &Connection, own: i64, seq: u64, op: &NewOp) -> Result<(), StoreError> {
    let body = op.body.to_bytes();
    if body.len() > LARGEST_BODY {
        return Err(StoreError::TooLarge("an op says more than 192 KiB"));
    }
    let op = Op {
        seq,
        kind: op.body.kind(),
        kind_version: 1,
        entity: op.entity,
        at: op.at,
        over: op.over.clone(),
        origin: op.origin,
        body,
        texts: op.texts.clone(),
    };
    insert_op(connection, own, &op)
}

fn insert_op(connection: &Connection, own: i64, op: &Op) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO own_op (log, seq, entity, at, kind, version, over, origin, body, texts, verdict, refusal, since,
                                 echoed, overlay)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL, NULL, NULL, 0, ?11)",
        )?
        .execute(params![
            own,
            pack::whole(op.seq)?,
            op.entity.0.as_slice(),
            op.at,
            op.kind.0,
            op.kind_version,
            pack::over_column(&op.over),
            pack::origin_column(op.origin),
            op.body,
            pack::own_texts_column(&op.texts),
            op.kind != Kind::LOG_OPEN,
        ])?;
    Ok(())
}

/// Reads `seq, kind, version, entity, at, over, origin, body, texts`.
pub(crate) fn read_op(row: &Row<'_>) -> Result<Op, StoreError> {
    let blob = |column: usize| row.get_ref(column)?.as_blob().map_err(|_| StoreError::BadRow("an own op's bytes"));
    Ok(Op {
        seq: pack::natural(row.get(0)?)?,
        kind: Kind(row.get(1)?),
        kind_version: row.get(2)?,
        entity: pack::id(blob(3)?)?,
        at: row.get(4)?,
        over: pack::over(blob(5)?)?,
        origin: pack::origin(row.get_ref(6)?.as_blob().ok())?,
        body: row.get(7)?,
        texts: pack::texts(blob(8)?)?.into_iter().map(Option::unwrap_or_default).collect(),
    })
}
