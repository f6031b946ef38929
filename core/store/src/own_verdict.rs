//! What the city said of own ops: by receipt, or later in the person's feed.
//!
//! A receipt never changes, so one that comes again after a later verdict takes nothing back.

use std::collections::BTreeSet;

use mingcha_model::body::VerdictSay;
use mingcha_model::{EntityId, Kind, Refusal, Verdict};
use rusqlite::{Connection, params};

use crate::{StoreError, overlay, pack};

/// Accepted and parked ops lie on top until their echo; refused and held ones do not.
const SET: &str = "verdict = ?3, refusal = ?4, since = ?5, overlay = (echoed = 0 AND ?3 IN (0, 2) AND kind <> ?6)";

fn set(
    connection: &Connection,
    condition: &str,
    log: i64,
    seq: u64,
    verdict: Verdict,
    reason: Option<Refusal>,
    since: i64,
) -> Result<BTreeSet<EntityId>, StoreError> {
    let sql = format!("UPDATE own_op SET {SET} WHERE log = ?1 AND seq = ?2 AND {condition} RETURNING entity");
    let mut statement = connection.prepare_cached(&sql)?;
    let (verdict, reason) = (pack::code(&verdict), reason.map(|reason| pack::code(&reason)));
    overlay::read_entities(&mut statement, params![log, pack::whole(seq)?, verdict, reason, since, Kind::LOG_OPEN.0])
}

/// A verdict in a feed: the latest word.
pub(crate) fn say(connection: &Connection, said: &VerdictSay, since: i64) -> Result<BTreeSet<EntityId>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT key FROM own_log WHERE log = ?1")?;
    let mut rows = statement.query([said.op.log.0.as_slice()])?;
    let Some(row) = rows.next()? else { return Ok(BTreeSet::new()) };
    set(connection, "TRUE", row.get(0)?, said.op.seq, said.verdict, said.reason, since)
}

/// A verdict on a receipt: the first word.
pub(crate) fn receive(
    connection: &Connection,
    log: i64,
    seq: u64,
    verdict: Verdict,
    reason: Option<Refusal>,
    since: i64,
) -> Result<BTreeSet<EntityId>, StoreError> {
    set(connection, "verdict IS NULL", log, seq, verdict, reason, since)
}
