//! The inbox: logs as they came, segment by segment, with the receipts given for them and a verdict for each op.

use mingcha_model::{DeviceId, Digest, EntityId, LogId, OpId, Order, PersonId, Refusal, Verdict};

use super::{Look, Turn};
use crate::CityError;

/// A log and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogRow {
    pub(crate) device: DeviceId,
    pub(crate) person: PersonId,
    /// Opened for one undercover visit.
    pub(crate) covert: bool,
    /// The last sequence that is here.
    pub(crate) seq: u64,
    pub(crate) head: Digest,
    pub(crate) last_ord: Order,
}

/// A segment as it was received.
#[derive(Clone, Debug)]
pub(crate) struct SegmentRow {
    pub(crate) payload_hash: Digest,
    pub(crate) received: i64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) receipt: Vec<u8>,
    /// A phone gave it back to a restored city, with its receipt.
    pub(crate) given_back: bool,
}

/// What the city decided of one op.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpRow {
    pub(crate) ord: Order,
    pub(crate) entity: EntityId,
    pub(crate) verdict: Verdict,
}

fn number_of(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Accepted => 0,
        Verdict::Refused => 1,
        Verdict::Parked => 2,
        Verdict::Held => 3,
    }
}

fn reason_number(reason: Option<Refusal>) -> Result<Option<u8>, CityError> {
    // A reason's number is the one it has on the wire.
    let written = reason.map(|reason| minicbor::to_vec(reason).map_err(|_| CityError::Inconsistent("a reason")));
    Ok(written.transpose()?.and_then(|bytes| bytes.first().copied()))
}

impl Look<'_> {
    /// A log.
    pub(crate) fn log(&self, log: LogId) -> Result<Option<LogRow>, CityError> {
        self.one("SELECT device, person, covert, seq, head, last_ord FROM log WHERE log = ?1", [log.0], |row| {
            Ok(LogRow {
                device: DeviceId(EntityId(row.get(0)?)),
                person: PersonId(EntityId(row.get(1)?)),
                covert: row.get(2)?,
                seq: row.get(3)?,
                head: Digest(row.get(4)?),
                last_ord: Order(row.get::<_, i64>(5)?.cast_unsigned()),
            })
        })
    }

    /// The segment that begins with this sequence.
    pub(crate) fn segment(&self, log: LogId, first_seq: u64) -> Result<Option<SegmentRow>, CityError> {
        self.one(
            "SELECT payload_hash, received, bytes, receipt, given_back FROM segment WHERE log = ?1 AND first_seq = ?2",
            (log.0, first_seq),
            segment_row,
        )
    }

    /// The segment that an op stands in.
    pub(crate) fn segment_of(&self, id: OpId) -> Result<Option<SegmentRow>, CityError> {
        self.one(
            "SELECT payload_hash, received, bytes, receipt, given_back FROM segment \
             WHERE log = ?1 AND first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1",
            (id.log.0, id.seq),
            segment_row,
        )
    }

    /// The segments of a log from a sequence on, in order, until they reach so many bytes (one at least).
    pub(crate) fn segments_from(&self, log: LogId, from: u64, most_bytes: usize) -> Result<Vec<Vec<u8>>, CityError> {
        let mut statement = self
            .tx
            .prepare_cached("SELECT bytes FROM segment WHERE log = ?1 AND first_seq + count > ?2 ORDER BY first_seq")?;
        let mut rows = statement.query((log.0, from))?;
        let (mut segments, mut sum) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(0)?;
            sum = sum.saturating_add(bytes.len());
            if sum > most_bytes && !segments.is_empty() {
                break;
            }
            segments.push(bytes);
        }
        Ok(segments)
    }

    /// Where an op was said again, in every log but its first.
    pub(crate) fn said_again(&self, first: OpId) -> Result<Vec<OpId>, CityError> {
        let mut statement =
            self.tx.prepare_cached("SELECT again_log, again_seq FROM said_again WHERE log = ?1 AND seq = ?2")?;
        let again = statement
            .query_map((first.log.0, first.seq), |row| Ok(OpId { log: LogId(row.get(0)?), seq: row.get(1)? }))?;
        Ok(again.collect::<Result<_, _>>()?)
    }

    /// True when something was said of this entity in this log.
    pub(crate) fn speaks_of(&self, log: LogId, entity: EntityId) -> Result<bool, CityError> {
        let found =
            self.one("SELECT 1 FROM op WHERE log = ?1 AND entity = ?2 LIMIT 1", (log.0, entity.0), |_| Ok(()))?;
        Ok(found.is_some())
    }

    /// What was decided of an op; `None` when the city does not know it.
    pub(crate) fn op(&self, id: OpId) -> Result<Option<OpRow>, CityError> {
        self.one("SELECT ord, entity, verdict FROM op WHERE log = ?1 AND seq = ?2", (id.log.0, id.seq), |row| {
            let verdict = match row.get::<_, u8>(2)? {
                0 => Verdict::Accepted,
                1 => Verdict::Refused,
                2 => Verdict::Parked,
                _ => Verdict::Held,
            };
            Ok(OpRow { ord: Order(row.get::<_, i64>(0)?.cast_unsigned()), entity: EntityId(row.get(1)?), verdict })
        })
    }
}

fn segment_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<SegmentRow> {
    Ok(SegmentRow {
        payload_hash: Digest(row.get(0)?),
        received: row.get(1)?,
        bytes: row.get(2)?,
        receipt: row.get(3)?,
        given_back: row.get(4)?,
    })
}

impl Turn<'_> {
    /// A log, new or longer than before.
    pub(crate) fn put_log(&mut self, log: LogId, row: &LogRow) -> Result<(), CityError> {
        self.change(
            "INSERT INTO log (log, device, person, covert, seq, head, last_ord) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
             ON CONFLICT (log) DO UPDATE SET seq = ?5, head = ?6, last_ord = ?7",
            (
                log.0,
                row.device.as_bytes(),
                row.person.as_bytes(),
                row.covert,
                row.seq,
                row.head.0,
                row.last_ord.0.cast_signed(),
            ),
        )?;
        Ok(())
    }

    /// A segment as it came; its receipt is kept when its ops are judged.
    pub(crate) fn add_segment(
        &mut self,
        log: LogId,
        first_seq: u64,
        count: u64,
        row: &SegmentRow,
    ) -> Result<(), CityError> {
        self.change(
            "INSERT INTO segment (log, first_seq, count, payload_hash, received, bytes, receipt, given_back) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (log.0, first_seq, count, row.payload_hash.0, row.received, &row.bytes, &row.receipt, row.given_back),
        )?;
        Ok(())
    }

    /// Keeps the receipt of a segment.
    pub(crate) fn set_receipt(&mut self, log: LogId, first_seq: u64, receipt: &[u8]) -> Result<(), CityError> {
        self.change("UPDATE segment SET receipt = ?3 WHERE log = ?1 AND first_seq = ?2", (log.0, first_seq, receipt))?;
        Ok(())
    }

    /// Remembers that an op was said again in another log.
    pub(crate) fn put_said_again(&mut self, first: OpId, again: OpId) -> Result<(), CityError> {
        self.change(
            "INSERT INTO said_again (log, seq, again_log, again_seq) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            (first.log.0, first.seq, again.log.0, again.seq),
        )?;
        Ok(())
    }

    /// What was decided of an op, for the first time or later; its order never changes.
    pub(crate) fn rule(
        &mut self,
        id: OpId,
        ord: Order,
        entity: EntityId,
        verdict: Verdict,
        reason: Option<Refusal>,
    ) -> Result<(), CityError> {
        self.change(
            "INSERT INTO op (log, seq, ord, entity, verdict, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (log, seq) DO UPDATE SET verdict = ?5, reason = ?6",
            (id.log.0, id.seq, ord.0.cast_signed(), entity.0, number_of(verdict), reason_number(reason)?),
        )?;
        Ok(())
    }
}
