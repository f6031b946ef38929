//! Which feed an entity is shown from when several carry it.
//!
//! The feed that its site did not leave, then area, covert, person, unit. What this device alone knows comes before
//! all of them. The choice depends on every feed held, so it enters no feed's hash.

use std::collections::BTreeSet;

use mingcha_model::{EntityId, FeedName};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StoreError, pack};

/// An entity's row in its home feed.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) key: i64,
    pub(crate) feed: i64,
    pub(crate) name: FeedName,
    pub(crate) kind: u16,
    pub(crate) parent: Option<EntityId>,
}

/// The home of an entity among the feeds held; one that says what the entity is before one that does not.
pub(crate) fn home(connection: &Connection, id: EntityId) -> Result<Option<Home>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT e.key, e.feed, f.name, e.kind, e.parent FROM entity e JOIN feed f ON f.key = e.feed
         WHERE e.id = ?1 AND e.feed <> 0 ORDER BY e.kind = 0, f.rank, f.name",
    )?;
    let mut rows = statement.query([id.0.as_slice()])?;
    let mut homes = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(2)?;
        homes.push(Home {
            key: row.get(0)?,
            feed: row.get(1)?,
            name: name.parse().map_err(|_| StoreError::BadRow("the name of a feed"))?,
            kind: row.get(3)?,
            parent: row.get_ref(4)?.as_blob().ok().map(pack::id).transpose()?,
        });
    }
    if homes.len() > 1 {
        for home in &homes {
            if home.kind != 0 && !site_left(connection, home)? {
                return Ok(Some(home.clone()));
            }
        }
    }
    Ok(homes.into_iter().next())
}

/// Chooses the row that lists show for this entity.
pub(crate) fn choose(connection: &Connection, id: EntityId) -> Result<(), StoreError> {
    // Nearly always there is one row, and nothing to choose from.
    let only = connection
        .prepare_cached(
            "UPDATE entity SET shown = 1
             WHERE id = ?1 AND kind <> 0 AND (SELECT count(*) FROM entity WHERE id = ?1) = 1",
        )?
        .execute([id.0.as_slice()])?;
    if only == 1 {
        return Ok(());
    }
    let own: Option<i64> = connection
        .prepare_cached("SELECT key FROM entity WHERE id = ?1 AND feed = 0 AND kind <> 0")?
        .query_row([id.0.as_slice()], |row| row.get(0))
        .optional()?;
    let chosen = match own {
        Some(own) => Some(own),
        None => home(connection, id)?.filter(|home| home.kind != 0).map(|home| home.key),
    };
    connection
        .prepare_cached("UPDATE entity SET shown = (key IS ?2) WHERE id = ?1 AND shown <> (key IS ?2)")?
        .execute(params![id.0.as_slice(), chosen])?;
    Ok(())
}

/// Whether the site that this row belongs to has left its feed.
fn site_left(connection: &Connection, home: &Home) -> Result<bool, StoreError> {
    let mut key = home.key;
    // Submission, finding, visit, site: four steps at most.
    for _ in 0..4 {
        let site: Option<Vec<u8>> = connection
            .prepare_cached(
                "SELECT coalesce((SELECT site FROM visit WHERE entity = ?1), (SELECT site FROM finding WHERE entity = ?1),
                                 (SELECT site FROM task WHERE entity = ?1),
                                 (SELECT e.id FROM entity e JOIN site ON site.entity = e.key WHERE e.key = ?1))",
            )?
            .query_row([key], |row| row.get(0))?;
        if let Some(site) = site {
            let present: Option<bool> = connection
                .prepare_cached(
                    "SELECT s.present FROM site s JOIN entity e ON e.key = s.entity WHERE e.id = ?1 AND e.feed = ?2",
                )?
                .query_row(params![site, home.feed], |row| row.get(0))
                .optional()?;
            return Ok(present == Some(false));
        }
        let parent: Option<i64> = connection
            .prepare_cached(
                "SELECT p.key FROM entity e JOIN entity p ON p.id = e.parent AND p.feed = e.feed WHERE e.key = ?1",
            )?
            .query_row([key], |row| row.get(0))
            .optional()?;
        let Some(parent) = parent else { return Ok(false) };
        key = parent;
    }
    Ok(false)
}

/// Everything of a feed that belongs to a site: what may get another home when the site enters or leaves.
pub(crate) fn below(connection: &Connection, feed: i64, site: EntityId) -> Result<BTreeSet<EntityId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "WITH RECURSIVE below (id) AS (
             SELECT ?1
             UNION SELECT e.id FROM visit v JOIN entity e ON e.key = v.entity WHERE v.site = ?1 AND e.feed = ?2
             UNION SELECT e.id FROM finding f JOIN entity e ON e.key = f.entity WHERE f.site = ?1 AND e.feed = ?2
             UNION SELECT e.id FROM below b JOIN entity e ON e.parent = b.id WHERE e.feed = ?2
         ) SELECT id FROM below",
    )?;
    let mut rows = statement.query(params![site.0.as_slice(), feed])?;
    let mut ids = BTreeSet::new();
    while let Some(row) = rows.next()? {
        ids.insert(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
    }
    Ok(ids)
}
