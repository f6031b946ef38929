//! The index itself: made block by block, mended where documents changed, asked for candidates.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use mingcha_model::{EntityId, Kind};
use rusqlite::{Connection, params};

use super::grams::{BLOCK, pairs_of_text, pairs_of_words};
use super::{Documents, Searched};
use crate::{Store, StoreError};

/// The setting that says that the index was made.
const MADE: &str = "search index";
/// So many changed documents are read one by one; from then on their blocks are made again.
const MOST_STALE: i64 = 256;

fn is_made(connection: &Connection) -> Result<bool, StoreError> {
    let mut find = connection.prepare_cached("SELECT 1 FROM setting WHERE name = ?1")?;
    Ok(find.exists([MADE])?)
}

/// Notes that what these entities say may have changed. Costs one look while nobody has searched yet.
pub(crate) fn stale(connection: &Connection, ids: &BTreeSet<EntityId>) -> Result<(), StoreError> {
    if ids.is_empty() || !is_made(connection)? {
        return Ok(());
    }
    let mut note = connection.prepare_cached(
        "INSERT INTO search_document (entity, kind, stale)
         SELECT id, kind, 1 FROM entity WHERE id = ?1 AND kind IN (?2, ?3, ?4, ?5) ORDER BY shown DESC LIMIT 1
         ON CONFLICT (entity) DO UPDATE SET stale = 1",
    )?;
    for id in ids {
        note.execute(params![
            id.0.as_slice(),
            Kind::SITE_ENTER.0,
            Kind::FINDING_RAISE.0,
            Kind::CARD_WRITE.0,
            Kind::VISIT_OPEN.0
        ])?;
    }
    Ok(())
}

/// Drops the whole index: after an erasure, and when a feed goes. It is made again by the next search.
pub(crate) fn forget(connection: &Connection) -> Result<(), StoreError> {
    if is_made(connection)? {
        connection.execute("DELETE FROM search_gram", [])?;
        connection.execute("DELETE FROM search_document", [])?;
        connection.execute("DELETE FROM setting WHERE name = ?1", [MADE])?;
    }
    Ok(())
}

/// Makes the index if there is none, and mends it where too much has changed.
pub(super) fn prepare(store: &Store) -> Result<(), StoreError> {
    let connection = &store.connection;
    if is_made(connection)? {
        let stale: i64 = connection
            .prepare_cached("SELECT count(*) FROM search_document WHERE stale = 1")?
            .query_row([], |row| row.get(0))?;
        if stale <= MOST_STALE {
            return Ok(());
        }
    }
    let transaction = connection.unchecked_transaction()?;
    if !is_made(&transaction)? {
        transaction.execute(
            "INSERT INTO search_document (entity, kind, stale)
             SELECT id, kind, 1 FROM entity WHERE shown = 1 AND kind IN (?1, ?2, ?3, ?4) ORDER BY kind DESC, key",
            params![Kind::SITE_ENTER.0, Kind::FINDING_RAISE.0, Kind::CARD_WRITE.0, Kind::VISIT_OPEN.0],
        )?;
        transaction.execute("INSERT INTO setting (name, value) VALUES (?1, x'01')", [MADE])?;
    }
    let blocks: Vec<i64> = {
        let mut stale =
            transaction.prepare("SELECT DISTINCT key / ?1 FROM search_document WHERE stale = 1 ORDER BY 1")?;
        stale.query_map([BLOCK], |row| row.get(0))?.collect::<Result<_, _>>()?
    };
    for block in blocks {
        make(store, &transaction, block)?;
    }
    Ok(transaction.commit()?)
}

/// Makes one block from what its documents say now.
fn make(store: &Store, connection: &Connection, block: i64) -> Result<(), StoreError> {
    let from = block.saturating_mul(BLOCK);
    let mut find =
        connection.prepare_cached("SELECT key, entity, kind FROM search_document WHERE key >= ?1 AND key < ?2")?;
    let mut rows = find.query([from, from.saturating_add(BLOCK)])?;
    let mut grams: BTreeMap<i64, Documents> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let place = u16::try_from(row.get::<_, i64>(0)?.saturating_sub(from)).unwrap_or_default();
        let entity = crate::pack::id(row.get_ref(1)?.as_blob().unwrap_or_default())?;
        let mut pairs = BTreeSet::new();
        for (_, text) in store.searched_texts(entity, row.get(2).map(Kind)?)? {
            pairs_of_text(&text, &mut pairs);
        }
        for pair in pairs {
            grams.entry(pair).or_default().insert(place);
        }
    }
    connection.prepare_cached("DELETE FROM search_gram WHERE block = ?1")?.execute([block])?;
    let mut write =
        connection.prepare_cached("INSERT INTO search_gram (block, gram, documents) VALUES (?1, ?2, ?3)")?;
    for (gram, documents) in grams {
        write.execute(params![block, gram, documents.to_column()])?;
    }
    connection
        .prepare_cached("UPDATE search_document SET stale = 0 WHERE key >= ?1 AND key < ?2 AND stale = 1")?
        .execute([from, from.saturating_add(BLOCK)])?;
    Ok(())
}

/// What may hold these words, folded: what the index says and what changed since, one block after another.
pub(super) struct Candidates<'a> {
    store: &'a Store,
    ranges: Vec<RangeInclusive<i64>>,
    what: Searched,
    /// The block that is looked at next.
    block: i64,
}

impl<'a> Candidates<'a> {
    pub(super) fn of(store: &'a Store, words: &str, what: Searched) -> Self {
        Self { store, ranges: pairs_of_words(words), what, block: 0 }
    }

    /// The candidates of the next block, in order; `None` behind the last.
    pub(super) fn next_block(&mut self) -> Result<Option<Vec<(EntityId, Kind)>>, StoreError> {
        let Some(block) = self.nearest_block()? else { return Ok(None) };
        self.block = block.saturating_add(1);
        let mut places: BTreeSet<u16> = self.holding(block)?.places().collect();
        let from = block.saturating_mul(BLOCK);
        let connection = &self.store.connection;
        let mut stale =
            connection.prepare_cached("SELECT key FROM search_document WHERE stale = 1 AND key >= ?1 AND key < ?2")?;
        let mut rows = stale.query([from, from.saturating_add(BLOCK)])?;
        while let Some(row) = rows.next()? {
            places.extend(u16::try_from(row.get::<_, i64>(0)?.saturating_sub(from)));
        }
        let mut find = connection.prepare_cached("SELECT entity, kind FROM search_document WHERE key = ?1")?;
        let mut found = Vec::new();
        for place in places {
            let key = from.saturating_add(place.into());
            let (id, kind) = find.query_row([key], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1).map(Kind)?)))?;
            if self.what.kinds().contains(&kind) {
                found.push((crate::pack::id(&id)?, kind));
            }
        }
        Ok(Some(found))
    }

    /// The nearest block from here on that has a document of what is searched.
    fn nearest_block(&self) -> Result<Option<i64>, StoreError> {
        let mut find = self
            .store
            .connection
            .prepare_cached("SELECT min(key) FROM search_document WHERE kind = ?1 AND key >= ?2")?;
        let mut nearest: Option<i64> = None;
        for kind in self.what.kinds() {
            let key: Option<i64> =
                find.query_row(params![kind.0, self.block.saturating_mul(BLOCK)], |row| row.get(0))?;
            let block = key.map(|key| key.div_euclid(BLOCK));
            nearest = nearest.into_iter().chain(block).min();
        }
        Ok(nearest)
    }

    /// Which documents of a block hold every pair of the words.
    fn holding(&self, block: i64) -> Result<Documents, StoreError> {
        let mut holding = self
            .store
            .connection
            .prepare_cached("SELECT documents FROM search_gram WHERE block = ?1 AND gram BETWEEN ?2 AND ?3")?;
        let mut found: Option<Documents> = None;
        for range in &self.ranges {
            let mut any = Documents::default();
            let mut rows = holding.query([block, *range.start(), *range.end()])?;
            while let Some(row) = rows.next()? {
                any.unite(&Documents::from_column(row.get_ref(0)?.as_blob().unwrap_or_default())?);
            }
            let both = found.map_or(any, |mut found| {
                found.intersect(&any);
                found
            });
            found = Some(both);
            if both.is_empty() {
                break;
            }
        }
        Ok(found.unwrap_or_default())
    }
}
