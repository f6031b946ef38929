//! The rows that lists are made of, folded again from an entity's statements whenever those changed.
//!
//! A row depends on the statements of one feed, or for rows of this device alone on these with the pending ones.
//! Nothing here depends on today: deadlines need the calendar and are computed by whoever reads.

use std::collections::{BTreeMap, BTreeSet};

use mingcha_model::body::{Body, Card};
use mingcha_model::{Case, Day, EntityId, FeedName, FindingId, Kind, Said, VisitCase, VisitId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::hash::{CARD, FINDING, Hashed, SITE, Sum, TASK, VISIT};
use crate::{StoreError, fold, gather, pack, shown, statements};

/// The table that an entity of this kind has its summary in.
pub(crate) fn table(kind: Kind) -> Option<&'static Hashed> {
    Some(match kind {
        Kind::SITE_ENTER => &SITE,
        Kind::VISIT_OPEN => &VISIT,
        Kind::FINDING_RAISE => &FINDING,
        Kind::CARD_WRITE => &CARD,
        Kind::ASSIGN => &TASK,
        _ => return None,
    })
}

/// The entities whose summaries follow from the statements of these: their own, for submissions their finding's, and for
/// visits also their findings'.
pub(crate) fn roots(
    connection: &Connection,
    feed: i64,
    touched: &BTreeMap<i64, EntityId>,
) -> Result<BTreeMap<i64, EntityId>, StoreError> {
    let mut nature = connection.prepare_cached("SELECT kind, parent FROM entity WHERE key = ?1")?;
    let mut find = connection.prepare_cached("SELECT key FROM entity WHERE id = ?1 AND feed = ?2")?;
    let mut below =
        connection.prepare_cached("SELECT key, id FROM entity WHERE parent = ?1 AND kind = ?2 AND feed = ?3")?;
    let mut roots = BTreeMap::new();
    for (key, id) in touched {
        let (kind, parent) = {
            let mut rows = nature.query([*key])?;
            let Some(row) = rows.next()? else { continue };
            let kind = Kind(row.get(0)?);
            let is_submission = kind == Kind::SUBMISSION_ADD;
            (kind, row.get_ref(1)?.as_blob().ok().filter(|_| is_submission).map(pack::id).transpose()?)
        };
        if kind == Kind::VISIT_OPEN {
            let mut findings = below.query(params![id.0.as_slice(), Kind::FINDING_RAISE.0, feed])?;
            while let Some(row) = findings.next()? {
                roots.insert(row.get(0)?, pack::id(row.get_ref(1)?.as_blob().unwrap_or_default())?);
            }
        }
        let Some(parent) = parent else {
            roots.insert(*key, *id);
            continue;
        };
        if let Some(key) = find.query_row(params![parent.0.as_slice(), feed], |row| row.get(0)).optional()? {
            roots.insert(key, parent);
        }
    }
    Ok(roots)
}

/// Makes the summary of one entity of a feed again and moves the feed's sum; gives what may get another home by it.
pub(crate) fn refold(
    connection: &Connection,
    name: &FeedName,
    feed: i64,
    key: i64,
    id: EntityId,
    sum: &mut Sum,
) -> Result<BTreeSet<EntityId>, StoreError> {
    let kind = connection
        .prepare_cached("SELECT kind FROM entity WHERE key = ?1")?
        .query_row([key], |row| row.get(0).map(Kind))?;
    let Some(table) = table(kind) else { return Ok(BTreeSet::new()) };
    let said = gather::of_row(connection, feed, key, id, kind == Kind::FINDING_RAISE)?;
    let had_left = kind == Kind::SITE_ENTER && has_left(connection, key)?;
    if let Some(before) = table.digest(connection, key)? {
        sum.subtract(before);
    }
    write(connection, key, id, kind, said, is_hidden(name))?;
    if let Some(after) = table.digest(connection, key)? {
        sum.add(after);
    }
    if kind == Kind::SITE_ENTER && had_left != has_left(connection, key)? {
        return shown::below(connection, feed, id);
    }
    Ok(BTreeSet::new())
}

fn has_left(connection: &Connection, key: i64) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM site WHERE entity = ?1 AND present = 0")?;
    Ok(statement.exists([key])?)
}

/// Whether the findings of this feed are undercover ones, whose feedback publishes a copy elsewhere.
pub(crate) fn is_hidden(feed: &FeedName) -> bool {
    matches!(feed, FeedName::Covert(_) | FeedName::Person(_))
}

/// Writes the summary that these statements make, if they make one.
pub(crate) fn write(
    connection: &Connection,
    key: i64,
    id: EntityId,
    kind: Kind,
    said: Vec<Said>,
    hidden: bool,
) -> Result<(), StoreError> {
    match kind {
        Kind::SITE_ENTER => write_site(connection, key, &statements::live(said)),
        Kind::VISIT_OPEN => write_visit(connection, key, id.into(), &statements::live(said)),
        Kind::FINDING_RAISE => write_finding(connection, key, id.into(), &said, hidden),
        Kind::CARD_WRITE => write_card(connection, key, &statements::live(said)),
        Kind::ASSIGN => write_task(connection, key, &statements::live(said)),
        _ => Ok(()),
    }
}

fn write_site(connection: &Connection, key: i64, said: &[Said]) -> Result<(), StoreError> {
    let entered = said.iter().filter(|one| matches!(one.body, Body::SiteEnter(_))).max_by_key(|one| one.sequence());
    let Some((one, Body::SiteEnter(site))) = entered.map(|one| (one, &one.body)) else { return Ok(()) };
    let left = said.iter().any(|other| matches!(other.body, Body::SiteLeave(_)) && other.sequence() > one.sequence());
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO site (entity, unit, area, code, kind, name, address, latitude_e7, longitude_e7,
                                          datum, present, entered)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            key,
            site.unit.as_bytes(),
            site.area.as_bytes(),
            site.code,
            site.kind,
            one.text(0),
            one.text(1),
            site.position.map(|position| position.latitude_e7),
            site.position.map(|position| position.longitude_e7),
            site.position.map(|position| pack::code(&position.datum)),
            !left,
            pack::order_column(one.ord)?,
        ])?;
    Ok(())
}

fn write_visit(connection: &Connection, key: i64, id: VisitId, said: &[Said]) -> Result<(), StoreError> {
    let Some(visit) = VisitCase::fold(id, said) else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO visit (entity, site, mode, status, author, opened, opened_at, opened_day, submitted,
                                           submitted_day, campaign, task)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            key,
            visit.site.as_bytes(),
            pack::code(&visit.mode),
            visit_status_code(visit.status()),
            visit.author.0,
            pack::order_column(visit.opened)?,
            visit.opened_at,
            visit.day.epoch_days(),
            visit.submitted.map(pack::order_column).transpose()?,
            visit.submitted_day.map(Day::epoch_days),
            visit.campaign.map(|campaign| *campaign.as_bytes()),
            visit.task.map(|task| *task.as_bytes()),
        ])?;
    Ok(())
}

/// The number under which a status stands in `visit`.
pub(crate) fn visit_status_code(status: mingcha_model::VisitStatus) -> i64 {
    use mingcha_model::VisitStatus;
    match status {
        VisitStatus::Draft => 0,
        VisitStatus::Submitted => 1,
        VisitStatus::Void => 2,
    }
}

fn write_finding(
    connection: &Connection,
    key: i64,
    id: FindingId,
    said: &[Said],
    hidden: bool,
) -> Result<(), StoreError> {
    let Some(case) = Case::fold(id, said) else { return Ok(()) };
    let raised = said.iter().find(|one| one.id == case.raised_by);
    let raised = raised.map_or(Ok(0), |one| pack::order_column(one.ord))?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO finding (entity, visit, site, item, severity, stage, number, raised, raised_day,
                                             feedback_day, suspended, appealed, contested, published)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            key,
            case.raise.visit.as_bytes(),
            case.site.as_bytes(),
            case.raise.item.as_str(),
            pack::code(&case.raise.severity),
            pack::code(&case.stage),
            case.number,
            raised,
            case.raised_day.epoch_days(),
            case.feedback.as_ref().map(|feedback| feedback.day.epoch_days()),
            case.suspended,
            case.appealed,
            case.contested,
            hidden && case.feedback.is_some(),
        ])?;
    Ok(())
}

/// The card in force among these statements: the newest.
pub(crate) fn newest_card(said: &[Said]) -> Option<(&Said, &Card)> {
    let cards = said.iter().filter_map(|one| match &one.body {
        Body::CardWrite(card) => Some((one, card)),
        _ => None,
    });
    cards.max_by_key(|(one, _)| one.sequence())
}

fn write_card(connection: &Connection, key: i64, said: &[Said]) -> Result<(), StoreError> {
    let Some((one, card)) = newest_card(said) else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO card (entity, site, stage, deadline, written, log, seq)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            key,
            card.site.as_bytes(),
            pack::code(&card.stage),
            card.deadline.map(Day::epoch_days),
            pack::order_column(one.ord)?,
            fold::log_key(connection, one.id.log)?,
            pack::whole(one.id.seq)?,
        ])?;
    Ok(())
}

fn write_task(connection: &Connection, key: i64, said: &[Said]) -> Result<(), StoreError> {
    let assigned = said.iter().filter(|one| matches!(one.body, Body::Assign(_))).max_by_key(|one| one.sequence());
    let Some((one, Body::Assign(task))) = assigned.map(|one| (one, &one.body)) else { return Ok(()) };
    let withdrawn =
        said.iter().any(|other| matches!(other.body, Body::Unassign(_)) && other.sequence() > one.sequence());
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO task (entity, site, person, from_day, due_day, campaign, withdrawn)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            key,
            task.site.as_bytes(),
            task.person.as_bytes(),
            task.from.epoch_days(),
            task.due.epoch_days(),
            task.campaign.map(|campaign| *campaign.as_bytes()),
            withdrawn,
        ])?;
    Ok(())
}
