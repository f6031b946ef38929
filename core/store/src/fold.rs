//! Folds pages of feeds: cursor, rows and the page itself in one transaction.
//!
//! A page is refused unless it starts right after the cursor and continues the chain that is held. Whoever decodes a
//! page has verified that its entries make its head; what is refused here is a page that belongs elsewhere.

mod register;
mod statement;
mod write;

use std::collections::BTreeSet;

use mingcha_model::{Digest, EntityId, Entry, FeedName, LogId, OpId};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::hash::{FOLD_VERSION, Sum};
use crate::{Store, StoreError, overlay, pack, search};
pub(crate) use register::registers;
use write::Fold;

/// A decoded page, with its bytes as they came.
#[derive(Clone, Copy, Debug)]
pub struct NewPage<'p> {
    /// Of which feed.
    pub feed: FeedName,
    /// In which epoch.
    pub epoch: u32,
    /// The position of the first entry.
    pub first: u64,
    /// The head of the chain before the first entry.
    pub previous: Digest,
    /// The head of the chain after the last entry, verified by whoever decoded the page.
    pub head: Digest,
    /// The entries, dense from `first`.
    pub entries: &'p [Entry],
    /// What is kept to be shown, verified and handed back.
    pub bytes: &'p [u8],
}

/// What folding did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// How many entries were new to their feed.
    pub entries: u64,
    /// Own ops that came back: they leave the overlay.
    pub echoed: Vec<OpId>,
    /// True when anything that a screen shows may have changed.
    pub changed: bool,
}

impl Store {
    /// Folds one page. See [`Store::fold_pages`].
    pub fn fold_page(&mut self, page: &NewPage<'_>) -> Result<Folded, StoreError> {
        self.fold_pages(std::slice::from_ref(page))
    }

    /// Folds several pages, of one feed or of several, in one transaction: all of them or none.
    ///
    /// A page wholly behind the cursor folds to nothing. Errors with [`StoreError::Gap`], [`StoreError::WrongHead`],
    /// [`StoreError::WrongEpoch`], [`StoreError::BadPage`].
    pub fn fold_pages(&mut self, pages: &[NewPage<'_>]) -> Result<Folded, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut folded = Folded::default();
        let mut stirred = BTreeSet::new();
        for page in pages {
            fold_one(&transaction, page, &mut folded, &mut stirred)?;
        }
        overlay::refresh_where_needed(&transaction, &stirred)?;
        transaction.commit()?;
        folded.changed = folded.entries > 0;
        Ok(folded)
    }
}

/// A feed as its row has it.
pub(crate) struct FeedRow {
    pub(crate) key: i64,
    pub(crate) name: FeedName,
    pub(crate) epoch: u32,
    pub(crate) position: u64,
    pub(crate) head: Digest,
    pub(crate) sum: Sum,
    pub(crate) fold_version: u32,
}

impl FeedRow {
    pub(crate) const COLUMNS: &'static str = "key, name, epoch, position, head, sum, fold_version";

    pub(crate) fn read(row: &rusqlite::Row<'_>) -> Result<Self, StoreError> {
        let name: String = row.get(1)?;
        Ok(Self {
            key: row.get(0)?,
            name: name.parse().map_err(|_| StoreError::BadRow("the name of a feed"))?,
            epoch: row.get(2)?,
            position: pack::natural(row.get(3)?)?,
            head: pack::digest(row.get_ref(4)?.as_blob().unwrap_or_default())?,
            sum: Sum::from_bytes(row.get_ref(5)?.as_blob().unwrap_or_default())?,
            fold_version: row.get(6)?,
        })
    }

    pub(crate) fn find(connection: &Connection, name: &FeedName) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {} FROM feed WHERE name = ?1", Self::COLUMNS);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([name.to_string()])?;
        rows.next()?.map(Self::read).transpose()
    }

    fn begin(connection: &Connection, name: FeedName, epoch: u32) -> Result<Self, StoreError> {
        connection.execute(
            "INSERT INTO feed (name, rank, epoch, position, head, sum, fold_version)
             VALUES (?1, ?2, ?3, 0, zeroblob(32), zeroblob(32), ?4)",
            params![name.to_string(), name.home_rank(), epoch, FOLD_VERSION],
        )?;
        let key = connection.last_insert_rowid();
        Ok(Self { key, name, epoch, position: 0, head: Digest::ZERO, sum: Sum::default(), fold_version: FOLD_VERSION })
    }
}

fn fold_one(
    connection: &Connection,
    page: &NewPage<'_>,
    folded: &mut Folded,
    stirred: &mut BTreeSet<EntityId>,
) -> Result<(), StoreError> {
    let Some(last) = page.entries.last() else { return Ok(()) };
    let dense = (page.first..).zip(page.entries).all(|(position, entry)| entry.position == position);
    if !dense || page.first == 0 {
        return Err(StoreError::BadPage("its entries are not at dense positions from its first"));
    }
    let feed = match FeedRow::find(connection, &page.feed)? {
        Some(feed) => feed,
        None => FeedRow::begin(connection, page.feed, page.epoch)?,
    };
    if feed.epoch != page.epoch {
        return Err(StoreError::WrongEpoch { held: feed.epoch, found: page.epoch });
    }
    if last.position <= feed.position {
        return Ok(());
    }
    let expected = feed.position.saturating_add(1);
    if page.first != expected {
        return Err(StoreError::Gap { expected, found: page.first });
    }
    if page.previous != feed.head {
        return Err(StoreError::WrongHead { position: feed.position });
    }

    let mut fold = Fold::begin(connection, &feed)?;
    for entry in page.entries {
        fold.entry(entry)?;
    }
    let done = fold.finish()?;
    search::stale(connection, &done.noted)?;

    let count = u64::try_from(page.entries.len()).unwrap_or(u64::MAX);
    connection
        .prepare_cached(
            "INSERT INTO page (feed, epoch, first, count, head, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (feed, epoch, first)
             DO UPDATE SET count = excluded.count, head = excluded.head, bytes = excluded.bytes",
        )?
        .execute(params![
            feed.key,
            page.epoch,
            pack::whole(page.first)?,
            pack::whole(count)?,
            page.head.0.as_slice(),
            page.bytes
        ])?;
    connection.prepare_cached("UPDATE feed SET position = ?2, head = ?3, sum = ?4 WHERE key = ?1")?.execute(
        params![feed.key, pack::whole(last.position)?, page.head.0.as_slice(), done.sum.to_bytes().as_slice()],
    )?;
    folded.entries = folded.entries.saturating_add(count);
    folded.echoed.extend(done.echoed);
    stirred.extend(done.stirred);
    Ok(())
}

/// The small number of a log, given on first sight.
pub(crate) fn log_key(connection: &Connection, log: LogId) -> Result<i64, StoreError> {
    let found = connection
        .prepare_cached("SELECT key FROM log_name WHERE log = ?1")?
        .query_row([log.0.as_slice()], |row| row.get(0))
        .optional()?;
    if let Some(key) = found {
        return Ok(key);
    }
    connection.prepare_cached("INSERT INTO log_name (log) VALUES (?1)")?.execute([log.0.as_slice()])?;
    Ok(connection.last_insert_rowid())
}
