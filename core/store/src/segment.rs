//! Sealed segments and the city's word on them.
//!
//! A segment is stored before it is sent and sent again with the same bytes. A receipt is kept with it; an op without
//! one counts as waiting, whatever anything else says.

use std::collections::BTreeSet;

use mingcha_model::{Digest, EntityId, LogId, Op, OpId, Refusal, Verdict};
use rusqlite::{OptionalExtension, TransactionBehavior, params};

use crate::{Store, StoreError, overlay, own, own_verdict, pack};

/// A sealed run of one own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Of which log.
    pub log: LogId,
    /// The first sequence in it.
    pub first_seq: u64,
    /// How many ops.
    pub count: u64,
    /// The head of the log's chain after it.
    pub head: Digest,
    /// The bytes that are stored, signed and sent.
    pub bytes: Vec<u8>,
    /// The city's receipt, as it came.
    pub receipt: Option<Vec<u8>>,
    /// True when the city holds another run of this log in its place: kept as evidence, never sent.
    pub forked: bool,
}

/// One op's verdict on a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpVerdict {
    /// The op's sequence.
    pub seq: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// Why not, when not.
    pub reason: Option<Refusal>,
}

/// An own op that somebody has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Which.
    pub id: OpId,
    /// The op, to be corrected and proposed again.
    pub op: Op,
    /// Refused, held or parked.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<Refusal>,
    /// When that was learned, in Unix seconds.
    pub since: i64,
}

/// What has not reached the city.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Own ops without a receipt.
    pub ops: u64,
    /// Photo files that lie here and were not sent.
    pub photos: u64,
}

const COLUMNS: &str = "l.log, s.first_seq, s.count, s.head, s.bytes, s.receipt, s.forked";

impl Store {
    /// Keeps a sealed segment of the open tail, before it is sent. The same one again changes nothing.
    ///
    /// Errors with [`StoreError::UnknownLog`], and with [`StoreError::BadSegment`] when it does not follow what is
    /// sealed or holds more than was said.
    pub fn put_segment(
        &mut self,
        log: LogId,
        first_seq: u64,
        count: u64,
        head: Digest,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let key = own::key(&transaction, log)?;
        let (sealed, said): (i64, i64) = transaction
            .prepare_cached(
                "SELECT sealed_through, coalesce((SELECT max(seq) FROM own_op WHERE log = ?1), 0)
                 FROM own_log WHERE key = ?1",
            )?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let last = pack::whole(first_seq.saturating_add(count).saturating_sub(1))?;
        let first = pack::whole(first_seq)?;
        if last <= sealed {
            let kept: Option<Vec<u8>> = transaction
                .prepare_cached("SELECT bytes FROM segment WHERE log = ?1 AND first_seq = ?2")?
                .query_row([key, first], |row| row.get(0))
                .optional()?;
            return match kept {
                Some(kept) if kept == bytes => Ok(()),
                _ => Err(StoreError::BadSegment("these ops were sealed otherwise")),
            };
        }
        if count == 0 || first != sealed.saturating_add(1) {
            return Err(StoreError::BadSegment("it does not follow what is sealed"));
        }
        if last > said {
            return Err(StoreError::BadSegment("it holds more than was said"));
        }
        transaction.execute(
            "INSERT INTO segment (log, first_seq, count, head, bytes, receipt, forked) VALUES (?1, ?2, ?3, ?4, ?5, NULL, 0)",
            params![key, first, pack::whole(count)?, head.0, bytes],
        )?;
        transaction
            .execute("UPDATE own_log SET sealed_through = ?2, head = ?3 WHERE key = ?1", params![key, last, head.0])?;
        transaction.commit()?;
        Ok(())
    }

    /// The segments that the city gave no receipt for, in the order in which they were sealed.
    pub fn unsent_segments(&self) -> Result<Vec<Segment>, StoreError> {
        self.read_segments("s.receipt IS NULL AND s.forked = 0 ORDER BY s.key", [])
    }

    /// Every segment of an own log, in order.
    pub fn segments(&self, log: LogId) -> Result<Vec<Segment>, StoreError> {
        self.read_segments("l.log = ?1 ORDER BY s.first_seq", [log.0.as_slice()])
    }

    /// The segment of an own log that holds this sequence.
    pub fn segment_holding(&self, log: LogId, seq: u64) -> Result<Option<Segment>, StoreError> {
        let which = "l.log = ?1 AND s.first_seq <= ?2 AND s.first_seq + s.count > ?2";
        let found = self.read_segments(which, params![log.0.as_slice(), pack::whole(seq)?])?;
        Ok(found.into_iter().next())
    }

    fn read_segments(&self, which: &str, parameters: impl rusqlite::Params) -> Result<Vec<Segment>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM segment s JOIN own_log l ON l.key = s.log WHERE {which}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(parameters)?;
        let mut segments = Vec::new();
        while let Some(row) = rows.next()? {
            segments.push(Segment {
                log: pack::log(row.get_ref(0)?.as_blob().unwrap_or_default())?,
                first_seq: pack::natural(row.get(1)?)?,
                count: pack::natural(row.get(2)?)?,
                head: pack::digest(row.get_ref(3)?.as_blob().unwrap_or_default())?,
                bytes: row.get(4)?,
                receipt: row.get(5)?,
                forked: row.get(6)?,
            });
        }
        Ok(segments)
    }

    /// Keeps the city's receipt of one segment. Ops that `verdicts` does not name are accepted; `now` is Unix seconds.
    ///
    /// Refused and held ops leave the overlay; accepted and parked ones stay until a feed brings them back. A receipt
    /// that comes again changes nothing. Errors with [`StoreError::BadSegment`] when there is no such segment.
    pub fn put_receipt(
        &mut self,
        log: LogId,
        first_seq: u64,
        receipt: &[u8],
        verdicts: &[OpVerdict],
        now: i64,
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let key = own::key(&transaction, log)?;
        let count: Option<i64> = transaction
            .prepare_cached(
                "UPDATE segment SET receipt = coalesce(receipt, ?3) WHERE log = ?1 AND first_seq = ?2 RETURNING count",
            )?
            .query_row(params![key, pack::whole(first_seq)?, receipt], |row| row.get(0))
            .optional()?;
        let count = count.ok_or(StoreError::BadSegment("there is no segment that starts there"))?;
        let end = first_seq.saturating_add(pack::natural(count)?);
        let mut stirred = BTreeSet::new();
        for verdict in verdicts.iter().filter(|verdict| (first_seq..end).contains(&verdict.seq)) {
            stirred.extend(own_verdict::receive(&transaction, key, verdict.seq, verdict.verdict, verdict.reason, now)?);
        }
        transaction
            .prepare_cached(
                "UPDATE own_op SET verdict = 0, since = ?4 WHERE log = ?1 AND seq >= ?2 AND seq < ?3 AND verdict IS NULL",
            )?
            .execute(params![key, pack::whole(first_seq)?, pack::whole(end)?, now])?;
        overlay::refresh_where_needed(&transaction, &stirred)?;
        transaction.commit()?;
        Ok(())
    }

    /// The city copied this log off its machine through this sequence. What is safe is forgotten only by
    /// [`Store::forget_own`].
    pub fn put_safe(&mut self, log: LogId, through: u64) -> Result<(), StoreError> {
        let key = own::key(&self.connection, log)?;
        self.connection.execute(
            "UPDATE own_log SET safe_through = max(safe_through, min(?2, sealed_through)) WHERE key = ?1",
            params![key, pack::whole(through)?],
        )?;
        Ok(())
    }

    /// Own ops that were refused, are held, or are parked until what they speak of is known; the oldest verdict first.
    pub fn attention(&self) -> Result<Vec<Attention>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT o.seq, o.kind, o.version, o.entity, o.at, o.over, o.origin, o.body, o.texts,
                    l.log, o.verdict, o.refusal, o.since
             FROM own_op o JOIN own_log l ON l.key = o.log WHERE o.verdict IN (1, 2, 3) ORDER BY o.since, o.log, o.seq",
        )?;
        let mut rows = statement.query([])?;
        let mut waiting = Vec::new();
        while let Some(row) = rows.next()? {
            let op = own::read_op(row)?;
            let reason: Option<i64> = row.get(11)?;
            waiting.push(Attention {
                id: OpId { log: pack::log(row.get_ref(9)?.as_blob().unwrap_or_default())?, seq: op.seq },
                op,
                verdict: pack::from_code(row.get(10)?, "a verdict")?,
                reason: reason.map(|reason| pack::from_code(reason, "a reason")).transpose()?,
                since: row.get::<_, Option<i64>>(12)?.unwrap_or_default(),
            });
        }
        Ok(waiting)
    }

    /// Forgets refused and parked ops after their author decided so, all of them or none; their segments stay as evidence.
    ///
    /// Errors with [`StoreError::UnknownOp`] unless each was refused or is parked.
    pub fn discard_refused(&mut self, ops: &[OpId]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut stirred = BTreeSet::new();
        for op in ops {
            let mut statement = transaction.prepare_cached(
                "DELETE FROM own_op WHERE log = (SELECT key FROM own_log WHERE log = ?1) AND seq = ?2
                 AND verdict IN (1, 2) RETURNING entity",
            )?;
            let gone = overlay::read_entities(&mut statement, params![op.log.0, pack::whole(op.seq)?])?;
            if gone.is_empty() {
                return Err(StoreError::UnknownOp(*op));
            }
            stirred.extend(gone);
        }
        overlay::refresh(&transaction, &stirred)?;
        transaction.commit()?;
        Ok(())
    }

    /// What has not reached the city.
    pub fn waiting(&self) -> Result<Waiting, StoreError> {
        let (open, sealed, photos): (i64, i64, i64) = self
            .connection
            .prepare_cached(
                "SELECT (SELECT count(*) FROM own_log l JOIN own_op o ON o.log = l.key AND o.seq > l.sealed_through
                         WHERE l.closed = 0),
                        (SELECT coalesce(sum(count), 0) FROM segment WHERE receipt IS NULL AND forked = 0),
                        (SELECT count(*) FROM photo_file WHERE state = 0)",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Waiting { ops: pack::natural(open.saturating_add(sealed))?, photos: pack::natural(photos)? })
    }

    /// The entity that an own op speaks of, while the op is kept.
    pub fn entity_of_own(&self, op: OpId) -> Result<Option<EntityId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT o.entity FROM own_op o JOIN own_log l ON l.key = o.log WHERE l.log = ?1 AND o.seq = ?2",
        )?;
        let entity = statement
            .query_row(params![op.log.0.as_slice(), pack::whole(op.seq)?], |row| row.get::<_, Vec<u8>>(0))
            .optional()?;
        entity.map(|entity| pack::id(&entity)).transpose()
    }
}
