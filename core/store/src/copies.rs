//! Published copies of undercover findings that no feed carries yet.
//!
//! Whoever has the original with its feedback knows the copy that the city will write, and shows it until the city's own
//! takes its place. Nothing here is stored: it refuses to be more than what the original says.

use mingcha_model::{Body, Case, EntityId, FindingId, Flags, Kind, Said};
use rusqlite::{Connection, params};

use crate::{StoreError, gather, pack, shown};

/// What the city will say of this copy, as its original here has it; `None` when a feed carries the copy, or no finding
/// known here is its original.
pub(crate) fn expected(connection: &Connection, copy: EntityId) -> Result<Option<Said>, StoreError> {
    if shown::home(connection, copy)?.is_some() {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(
        "SELECT e.id FROM finding f JOIN entity e ON e.key = f.entity WHERE f.published = 1 AND e.shown = 1",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let original = FindingId(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        if EntityId::from(original.published()) == copy {
            return written(connection, original);
        }
    }
    Ok(None)
}

fn written(connection: &Connection, original: FindingId) -> Result<Option<Said>, StoreError> {
    let said = gather::said_of_finding(connection, original.into())?;
    let feedback = said
        .iter()
        .filter(|one| matches!(one.body, Body::FindingFeedback(_)) && !one.flags.contains(Flags::HELD))
        .min_by_key(|one| one.sequence());
    let (Some(feedback), Some((copy, demand))) = (feedback, Case::fold(original, &said).and_then(|case| case.copy()))
    else {
        return Ok(None);
    };
    Ok(Some(Said {
        entity: original.published().into(),
        over: Vec::new(),
        body: Body::FindingPublish(copy),
        texts: vec![Some(demand)],
        ..feedback.clone()
    }))
}

/// True for an undercover finding that this device alone knows: it stands in a log for one undercover visit.
pub(crate) fn is_own_undercover(connection: &Connection, finding: EntityId) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM own_op o JOIN own_log l ON l.key = o.log
         WHERE o.entity = ?1 AND o.kind = ?2 AND (o.overlay = 1 OR o.verdict = 1) AND l.covert_visit IS NOT NULL",
    )?;
    Ok(statement.exists(params![finding.0.as_slice(), Kind::FINDING_RAISE.0])?)
}
