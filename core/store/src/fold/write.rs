//! The fold of one page: what it looks up, what it changes, and the sum that moves with every row.
//!
//! Lives inside one transaction, so that nothing it remembers can outlive a rollback.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mingcha_model::{Digest, EntityId, Entry, FeedName, Flags, LogId, Op, OpId, Text};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::{FeedRow, log_key};
use crate::hash::{ENTITY, RowBytes, Sum};
use crate::{StoreError, own, pack, shown, summary};

/// A log as this file knows it.
#[derive(Clone, Copy)]
pub(super) struct Author {
    pub(super) key: i64,
    /// The key in `own_log` when it is one of ours.
    own: Option<i64>,
    /// True when it is one of ours that was given up, and what it said was said again in another.
    given_up: bool,
}

/// What the fold of a page leaves to be written.
pub(super) struct Done {
    pub(super) sum: Sum,
    pub(super) echoed: Vec<OpId>,
    pub(super) stirred: BTreeSet<EntityId>,
    /// Visits of which notes were said.
    pub(super) noted: BTreeSet<EntityId>,
}

pub(super) struct Fold<'c> {
    pub(super) connection: &'c Connection,
    pub(super) feed: i64,
    name: FeedName,
    pub(super) sum: Sum,
    pub(super) row: RowBytes,
    pub(super) insert_register: CachedStatement<'c>,
    entities: HashMap<EntityId, i64>,
    authors: HashMap<LogId, Author>,
    latest_entity: Option<(EntityId, i64)>,
    latest_author: Option<(LogId, Author)>,
    /// Entity rows that may change, with their hash before the page; `None` for a row that is new.
    dirty: BTreeMap<i64, Option<Digest>>,
    touched: BTreeMap<i64, EntityId>,
    echoed: Vec<OpId>,
    /// Entities whose overlay or home may have to be made again.
    pub(super) stirred: BTreeSet<EntityId>,
    noted: BTreeSet<EntityId>,
}

impl<'c> Fold<'c> {
    pub(super) fn begin(connection: &'c Connection, feed: &FeedRow) -> Result<Self, StoreError> {
        Ok(Self {
            connection,
            feed: feed.key,
            name: feed.name,
            sum: feed.sum,
            row: RowBytes::default(),
            insert_register: connection.prepare_cached(super::register::INSERT)?,
            entities: HashMap::new(),
            authors: HashMap::new(),
            latest_entity: None,
            latest_author: None,
            dirty: BTreeMap::new(),
            touched: BTreeMap::new(),
            echoed: Vec::new(),
            stirred: BTreeSet::new(),
            noted: BTreeSet::new(),
        })
    }

    pub(super) fn entry(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let author = self.author(entry.log)?;
        if let Some(own) = author.own {
            self.echo(own, entry)?;
        }
        if author.given_up {
            self.echo_again(entry)?;
        }
        let entity = self.entity(entry.op.entity)?;
        if !entry.flags.contains(Flags::HELD) && self.fold_register(entry, entity, author)? {
            if !entry.op.texts.is_empty() {
                self.noted.insert(entry.op.entity);
            }
            return Ok(());
        }
        self.state(entry, entity, author)
    }

    /// Writes what follows from the entries: summaries, entity rows, homes.
    pub(super) fn finish(mut self) -> Result<Done, StoreError> {
        let roots = summary::roots(self.connection, self.feed, &self.touched)?;
        for (key, id) in &roots {
            let moved = summary::refold(self.connection, &self.name, self.feed, *key, *id, &mut self.sum)?;
            self.stirred.extend(moved);
        }
        for (key, before) in &self.dirty {
            if let Some(before) = before {
                self.sum.subtract(*before);
            }
            if let Some(after) = ENTITY.digest(self.connection, *key)? {
                self.sum.add(after);
            }
        }
        for id in &self.stirred {
            shown::choose(self.connection, *id)?;
        }
        self.stirred.extend(roots.into_values());
        Ok(Done { sum: self.sum, echoed: self.echoed, stirred: self.stirred, noted: self.noted })
    }

    /// The small number of an entity of this feed, given on first sight.
    pub(super) fn entity(&mut self, id: EntityId) -> Result<i64, StoreError> {
        if let Some((latest, key)) = self.latest_entity
            && latest == id
        {
            return Ok(key);
        }
        let known = self.entities.get(&id).copied();
        let key = known.map_or_else(|| self.find_or_make_entity(id), Ok)?;
        self.entities.insert(id, key);
        self.latest_entity = Some((id, key));
        Ok(key)
    }

    fn find_or_make_entity(&mut self, id: EntityId) -> Result<i64, StoreError> {
        let found = self
            .connection
            .prepare_cached("SELECT key FROM entity WHERE id = ?1 AND feed = ?2")?
            .query_row(params![id.0.as_slice(), self.feed], |row| row.get(0))
            .optional()?;
        if let Some(key) = found {
            return Ok(key);
        }
        self.connection
            .prepare_cached(
                "INSERT INTO entity (feed, id, kind, parent, read_only, shown) VALUES (?1, ?2, 0, NULL, 0, 0)",
            )?
            .execute(params![self.feed, id.0.as_slice()])?;
        let key = self.connection.last_insert_rowid();
        self.dirty.insert(key, None);
        Ok(key)
    }

    pub(super) fn author(&mut self, log: LogId) -> Result<Author, StoreError> {
        if let Some((latest, author)) = self.latest_author
            && latest == log
        {
            return Ok(author);
        }
        let known = self.authors.get(&log).copied();
        let author = known.map_or_else(|| self.find_author(log), Ok)?;
        self.authors.insert(log, author);
        self.latest_author = Some((log, author));
        Ok(author)
    }

    fn find_author(&self, log: LogId) -> Result<Author, StoreError> {
        let own = self
            .connection
            .prepare_cached("SELECT key, closed FROM own_log WHERE log = ?1")?
            .query_row([log.0.as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let given_up = own.is_some_and(|(_, closed)| closed);
        Ok(Author { key: log_key(self.connection, log)?, own: own.map(|(key, _)| key), given_up })
    }

    /// An own op came back: what the feed says replaces what the overlay said.
    fn echo(&mut self, own: i64, entry: &Entry) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE own_op SET echoed = 1, overlay = 0 WHERE log = ?1 AND seq = ?2 AND echoed = 0")?
            .execute(params![own, pack::whole(entry.op.seq)?])?;
        if changed > 0 {
            self.echoed.push(entry.id());
            self.stirred.insert(entry.op.entity);
        }
        Ok(())
    }

    /// An op said again in a new log, whose first saying the city had after all: the city folds the second to nothing, so
    /// that the first is the echo of both.
    fn echo_again(&mut self, entry: &Entry) -> Result<(), StoreError> {
        if entry.flags.contains(Flags::HELD) {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT o.seq, o.kind, o.version, o.entity, o.at, o.over, o.origin, o.body, o.texts, o.log, l.log
             FROM own_op o JOIN own_log l ON l.key = o.log WHERE o.origin = ?1 AND o.echoed = 0",
        )?;
        let mut rows = statement.query([pack::origin_column(Some(entry.id()))])?;
        while let Some(row) = rows.next()? {
            let op = own::read_op(row)?;
            if !is_same(&op, &entry.op) {
                continue;
            }
            let (key, log): (i64, Vec<u8>) = (row.get(9)?, row.get(10)?);
            self.connection
                .prepare_cached("UPDATE own_op SET echoed = 1, overlay = 0 WHERE log = ?1 AND seq = ?2")?
                .execute(params![key, pack::whole(op.seq)?])?;
            self.echoed.push(OpId { log: pack::log(&log)?, seq: op.seq });
            self.stirred.insert(op.entity);
        }
        Ok(())
    }

    /// Notes that the statements of an entity changed, so that its summary is made again.
    pub(super) fn touch(&mut self, entity: i64, id: EntityId) {
        self.touched.insert(entity, id);
    }

    /// Notes that an entity's row is about to change.
    pub(super) fn soil(&mut self, entity: i64) -> Result<(), StoreError> {
        if !self.dirty.contains_key(&entity) {
            let before = ENTITY.digest(self.connection, entity)?;
            self.dirty.insert(entity, before);
        }
        Ok(())
    }
}

/// True when two ops say the same of the same at the same time, wherever they stand.
fn is_same(own: &Op, entry: &Op<Text>) -> bool {
    (own.kind, own.kind_version, own.entity, own.at) == (entry.kind, entry.kind_version, entry.entity, entry.at)
        && own.body == entry.body
        && own.texts.iter().map(|text| Some(text.as_str())).eq(entry.texts.iter().map(Text::words))
}
