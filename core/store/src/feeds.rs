//! The feeds held: where each stands, its hash, its pages, and how one is let go or begun again.
//!
//! Own work outlives the feed that carried it: what was echoed from a feed that goes lies on top again, until another
//! feed brings it back or it is forgotten.

use std::collections::BTreeSet;

use mingcha_model::{Cursor, Digest, EntityId, FeedName};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::fold::FeedRow;
use crate::{Store, StoreError, hash, overlay, pack, search, shown};

/// A feed as this device holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedState {
    /// Which.
    pub name: FeedName,
    /// Where it stands.
    pub cursor: Cursor,
    /// The state hash: equal on every device that stands there and folds alike.
    pub hash: Digest,
    /// How its rows were folded; one other than [`crate::FOLD_VERSION`] wants the feed begun again from its pages.
    pub fold_version: u32,
}

/// A page that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPage {
    /// In which epoch.
    pub epoch: u32,
    /// The position of its first entry.
    pub first: u64,
    /// How many entries.
    pub count: u64,
    /// The head of the chain after it.
    pub head: Digest,
}

impl From<&FeedRow> for FeedState {
    fn from(row: &FeedRow) -> Self {
        Self {
            name: row.name,
            cursor: Cursor { epoch: row.epoch, position: row.position, head: row.head },
            hash: row.sum.state(&row.name, row.position, row.fold_version),
            fold_version: row.fold_version,
        }
    }
}

impl Store {
    /// Every feed held, by name.
    pub fn feeds(&self) -> Result<Vec<FeedState>, StoreError> {
        let sql = format!("SELECT {} FROM feed WHERE key <> 0 ORDER BY name", FeedRow::COLUMNS);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut feeds = Vec::new();
        while let Some(row) = rows.next()? {
            feeds.push(FeedState::from(&FeedRow::read(row)?));
        }
        Ok(feeds)
    }

    /// Where a feed stands; `None` when it is not held.
    pub fn cursor(&self, feed: &FeedName) -> Result<Option<Cursor>, StoreError> {
        Ok(FeedRow::find(&self.connection, feed)?.map(|row| FeedState::from(&row).cursor))
    }

    /// The state hash computed again from every row of the feed: equal to the one that was kept, or rows were changed.
    pub fn recompute_hash(&self, feed: &FeedName) -> Result<Digest, StoreError> {
        let row = FeedRow::find(&self.connection, feed)?.ok_or(StoreError::UnknownFeed)?;
        Ok(hash::scan(&self.connection, row.key)?.state(&row.name, row.position, row.fold_version))
    }

    /// The pages kept of a feed, in order of epoch and position.
    pub fn pages(&self, feed: &FeedName) -> Result<Vec<HeldPage>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT p.epoch, p.first, p.count, p.head FROM page p JOIN feed f ON f.key = p.feed
             WHERE f.name = ?1 ORDER BY p.epoch, p.first",
        )?;
        let mut rows = statement.query([feed.to_string()])?;
        let mut pages = Vec::new();
        while let Some(row) = rows.next()? {
            pages.push(HeldPage {
                epoch: row.get(0)?,
                first: pack::natural(row.get(1)?)?,
                count: pack::natural(row.get(2)?)?,
                head: pack::digest(row.get_ref(3)?.as_blob().unwrap_or_default())?,
            });
        }
        Ok(pages)
    }

    /// The bytes of a page as they came.
    pub fn page_bytes(&self, feed: &FeedName, epoch: u32, first: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT p.bytes FROM page p JOIN feed f ON f.key = p.feed WHERE f.name = ?1 AND p.epoch = ?2 AND p.first = ?3",
        )?;
        let first = pack::whole(first)?;
        Ok(statement.query_row(params![feed.to_string(), epoch, first], |row| row.get(0)).optional()?)
    }

    /// Begins a feed again at position 0 of this epoch: its rows go, its pages stay to be handed back or folded again.
    pub fn restart_feed(&mut self, feed: &FeedName, epoch: u32) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let row = FeedRow::find(&transaction, feed)?.ok_or(StoreError::UnknownFeed)?;
        clear(&transaction, row.key)?;
        transaction.execute(
            "UPDATE feed SET epoch = ?2, position = 0, head = zeroblob(32), sum = zeroblob(32), fold_version = ?3
             WHERE key = ?1",
            params![row.key, epoch, hash::FOLD_VERSION],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Forgets pages of epochs before the one held: the city has them back.
    pub fn drop_old_pages(&mut self, feed: &FeedName) -> Result<(), StoreError> {
        self.connection.execute(
            "DELETE FROM page WHERE feed = (SELECT key FROM feed WHERE name = ?1)
             AND epoch < (SELECT epoch FROM feed WHERE name = ?1)",
            [feed.to_string()],
        )?;
        Ok(())
    }

    /// Lets a feed go with all its rows and pages: its scope was revoked. A feed that is not held is gone already.
    pub fn drop_feed(&mut self, feed: &FeedName) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(row) = FeedRow::find(&transaction, feed)? else { return Ok(()) };
        transaction.execute("DELETE FROM page WHERE feed = ?1", [row.key])?;
        clear(&transaction, row.key)?;
        transaction.execute("DELETE FROM feed WHERE key = ?1", [row.key])?;
        transaction.commit()?;
        Ok(())
    }

    /// Forgets own ops that the city has safe and that feeds brought back, when their verdict is older than this
    /// (Unix seconds). Their segments stay.
    pub fn forget_own(&mut self, before: i64) -> Result<(), StoreError> {
        self.connection.execute(
            "DELETE FROM own_op WHERE verdict = 0 AND since < ?1 AND (echoed = 1 OR kind = ?2)
             AND seq <= (SELECT safe_through FROM own_log l WHERE l.key = own_op.log)",
            params![before, mingcha_model::Kind::LOG_OPEN.0],
        )?;
        Ok(())
    }
}

/// Takes a feed's rows away; own ops that came back through it lie on top again.
fn clear(connection: &Connection, feed: i64) -> Result<(), StoreError> {
    search::forget(connection)?;
    let mut ids: BTreeSet<EntityId> = {
        let mut statement = connection.prepare("SELECT id FROM entity WHERE feed = ?1")?;
        overlay::read_entities(&mut statement, [feed])?
    };
    connection.execute(
        "UPDATE own_op SET echoed = 0, overlay = (coalesce(verdict, 0) IN (0, 2) AND kind <> ?2)
         WHERE echoed = 1 AND entity IN (SELECT id FROM entity WHERE feed = ?1)",
        params![feed, mingcha_model::Kind::LOG_OPEN.0],
    )?;
    for table in hash::ALL {
        let condition = match table.table {
            "entity" | "released" => "feed = ?1",
            _ => "entity IN (SELECT key FROM entity WHERE feed = ?1)",
        };
        connection.execute(&format!("DELETE FROM {} WHERE {condition}", table.table), [feed])?;
    }
    for id in &ids {
        shown::choose(connection, *id)?;
    }
    let mut own = connection.prepare("SELECT id FROM entity WHERE feed = 0")?;
    ids.extend(overlay::read_entities(&mut own, [])?);
    overlay::refresh_where_needed(connection, &ids)
}
