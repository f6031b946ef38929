//! Statements read back from their rows, and what a statement makes.
//!
//! A body that cannot be read comes back as one of an unknown kind: nothing here refuses a row because of what it says.

use mingcha_model::{Body, EntityId, Flags, Kind, OpId, Said};
use rusqlite::{Connection, Row, params};

use crate::{StoreError, pack};

/// What a body makes its entity, and what that belongs to; `None` for bodies that make nothing.
pub(crate) fn making(body: &Body) -> Option<(Kind, Option<EntityId>)> {
    let parent = match body {
        Body::VisitOpen(open) => Some(open.site.into()),
        Body::PhotoAdd(photo) => Some(photo.owner),
        Body::FindingRaise(raise) => Some(raise.visit.into()),
        // A copy is a finding like any other; its visit is nobody's business.
        Body::FindingPublish(copy) => return Some((Kind::FINDING_RAISE, Some(copy.site.into()))),
        Body::SubmissionAdd(submission) => Some(submission.finding.into()),
        Body::Assign(assign) => Some(assign.site.into()),
        Body::SiteEnter(site) => Some(site.unit.into()),
        Body::CardWrite(card) => Some(card.site.into()),
        Body::AreaSet(_)
        | Body::WindowKindSet(_)
        | Body::CriteriaPublish(_)
        | Body::CalendarYear(_)
        | Body::CampaignSet(_)
        | Body::PolicySet(_)
        | Body::PersonSet(_)
        | Body::UnitSet(_)
        | Body::AuthorSet(_)
        | Body::GrantSet(_) => None,
        _ => return None,
    };
    Some((body.kind(), parent))
}

/// Every statement of one entity of one feed, in no order. The flag of held ones is taken off once they are released.
pub(crate) fn of_entity(
    connection: &Connection,
    feed: i64,
    key: i64,
    entity: EntityId,
) -> Result<Vec<Said>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT l.log, s.seq, s.ord, s.at,
                CASE WHEN (s.flags & 2) = 2
                      AND EXISTS (SELECT 1 FROM released r WHERE r.feed = ?2 AND r.log = s.log AND r.seq = s.seq)
                     THEN s.flags & ~2 ELSE s.flags END,
                s.kind, s.version, s.over, s.body, s.texts
         FROM statement s JOIN log_name l ON l.key = s.log WHERE s.entity = ?1",
    )?;
    let mut rows = statement.query(params![key, feed])?;
    let mut said = Vec::new();
    while let Some(row) = rows.next()? {
        said.push(read(row, entity)?);
    }
    Ok(said)
}

/// Reads `log, seq, ord, at, flags, kind, version, over, body, texts`.
pub(crate) fn read(row: &Row<'_>, entity: EntityId) -> Result<Said, StoreError> {
    let blob = |column: usize| row.get_ref(column)?.as_blob().map_err(|_| StoreError::BadRow("a statement's bytes"));
    let kind = Kind(row.get(5)?);
    let version = row.get(6)?;
    Ok(Said {
        id: OpId { log: pack::log(blob(0)?)?, seq: pack::natural(row.get(1)?)? },
        ord: pack::order(row.get(2)?)?,
        at: row.get(3)?,
        flags: Flags(row.get(4)?),
        entity,
        over: pack::over(blob(7)?)?,
        body: Body::from_bytes(kind, version, blob(8)?).unwrap_or(Body::Unknown(kind)),
        texts: pack::texts(blob(9)?)?,
    })
}

/// Without what is held: what counts.
pub(crate) fn live(mut said: Vec<Said>) -> Vec<Said> {
    said.retain(|one| !one.flags.contains(Flags::HELD));
    said
}
