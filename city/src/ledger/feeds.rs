//! Feeds: one head row each, pages as they were written, and the city's own log in each of them.
//!
//! Entries of one transaction are gathered and written as pages at its end; positions are dense because the head
//! row moves in the same transaction. Small pages at the end are merged into larger ones with the same chain.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use mingcha_model::body::Body;
use mingcha_model::{
    Cursor, Day, Digest, EntityId, Entry, FeedName, Flags, Kind, LARGEST_BODY, LONGEST_TEXT, LogId, MOST_TEXTS, Op,
    Order, Text,
};
use mingcha_sync::{LARGEST_PAGE_ENTRIES, Page};
use sha2::Sha256;

use super::{Look, Turn};
use crate::CityError;

/// Pages are closed before their entries reach this many bytes.
pub(crate) const PAGE_BYTES: usize = 1024 * 1024;
/// A text's length and its salt or hash.
const BYTES_OF_TEXT: usize = 40;
/// A value that an op names: its log and its sequence.
const BYTES_OF_NAMED: usize = 28;
/// Origin and ids (64), and the numbers of every column.
const BYTES_OF_REST: usize = 264;
/// So many small pages at the end of a feed are merged.
const MERGE_AT: i64 = 32;

/// A feed's head row.
#[derive(Clone, Debug)]
pub(crate) struct FeedRow {
    pub(crate) cursor: Cursor,
    /// The city's own log in this feed.
    pub(crate) log: LogId,
    small: i64,
    secret: [u8; 32],
    said: u64,
    said_ord: Order,
}

/// What this transaction adds to each feed.
pub(super) type Tails = BTreeMap<FeedName, Tail>;

pub(super) struct Tail {
    row: FeedRow,
    entries: Vec<Entry>,
}

impl Tail {
    /// Takes the texts out of some entries that are not written yet.
    pub(super) fn erase(&mut self, gone: impl Fn(&Entry) -> bool) {
        for text in self.entries.iter_mut().filter(|entry| gone(entry)).flat_map(|entry| &mut entry.op.texts) {
            *text = Text::Erased(text.hash());
        }
    }

    fn next_position(&self) -> u64 {
        let waiting = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        self.row.cursor.position.saturating_add(waiting).saturating_add(1)
    }
}

impl Look<'_> {
    /// A feed's head row, when anything was ever said in it.
    pub(crate) fn feed(&self, feed: FeedName) -> Result<Option<FeedRow>, CityError> {
        self.one(
            "SELECT epoch, position, head, small, log, secret, said, said_ord FROM feed WHERE feed = ?1",
            [feed.to_string()],
            |row| {
                Ok(FeedRow {
                    cursor: Cursor { epoch: row.get(0)?, position: row.get(1)?, head: Digest(row.get(2)?) },
                    small: row.get(3)?,
                    log: LogId(row.get(4)?),
                    secret: row.get(5)?,
                    said: row.get(6)?,
                    said_ord: Order(row.get::<_, i64>(7)?.cast_unsigned()),
                })
            },
        )
    }

    /// Where a feed stands; the beginning of the first epoch when nothing was ever said in it.
    pub(crate) fn feed_cursor(&self, feed: FeedName) -> Result<Cursor, CityError> {
        Ok(self.feed(feed)?.map_or(Cursor::start(1), |row| row.cursor))
    }

    /// Every feed with where it stands.
    pub(crate) fn feeds(&self) -> Result<Vec<(FeedName, Cursor)>, CityError> {
        let rows = self.all("SELECT feed, epoch, position, head FROM feed ORDER BY feed", [], |row| {
            Ok((
                row.get::<_, String>(0)?,
                Cursor { epoch: row.get(1)?, position: row.get(2)?, head: Digest(row.get(3)?) },
            ))
        })?;
        Ok(rows.into_iter().filter_map(|(name, cursor)| Some((name.parse().ok()?, cursor))).collect())
    }

    /// The stored pages that hold positions after this one, in order, until they reach so many bytes (one at least).
    pub(crate) fn pages_after(
        &self,
        feed: FeedName,
        position: u64,
        most_bytes: usize,
    ) -> Result<Vec<Vec<u8>>, CityError> {
        // Pages do not overlap, so the range begins with the page that holds the next position.
        let begins: Option<i64> = self
            .one(
                "SELECT max(first) FROM page WHERE feed = ?1 AND first <= ?2",
                (feed.to_string(), position.saturating_add(1)),
                |row| row.get(0),
            )?
            .flatten();
        let mut statement = self
            .tx
            .prepare_cached("SELECT bytes FROM page WHERE feed = ?1 AND first >= ?2 AND last > ?3 ORDER BY first")?;
        let mut rows = statement.query((feed.to_string(), begins.unwrap_or(0), position))?;
        let (mut pages, mut bytes) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()? {
            let page: Vec<u8> = row.get(0)?;
            bytes = bytes.saturating_add(page.len());
            if bytes > most_bytes && !pages.is_empty() {
                break;
            }
            pages.push(page);
        }
        Ok(pages)
    }

    /// True when some feed that read model and cards follow has gone on without them.
    pub(crate) fn is_unfollowed(&self) -> Result<bool, CityError> {
        let found = self.one(
            "SELECT 1 FROM feed LEFT JOIN followed USING (feed) \
             WHERE feed.position > coalesce(followed.position, 0) \
             AND (feed IN ('public', 'staff') OR feed GLOB 'area:*' OR feed GLOB 'covert:*') LIMIT 1",
            [],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// How far the case cards have followed a feed.
    pub(crate) fn followed(&self, feed: FeedName) -> Result<u64, CityError> {
        let position =
            self.one("SELECT position FROM followed WHERE feed = ?1", [feed.to_string()], |row| row.get(0))?;
        Ok(position.unwrap_or(0))
    }

    /// True when the city ever said such a thing of this entity there.
    pub(crate) fn was_said(&self, feed: FeedName, kind: Kind, entity: EntityId) -> Result<bool, CityError> {
        Ok(self.last_said(feed, kind, entity)?.is_some())
    }

    fn last_said(&self, feed: FeedName, kind: Kind, entity: EntityId) -> Result<Option<Digest>, CityError> {
        self.one(
            "SELECT hash FROM said WHERE feed = ?1 AND kind = ?2 AND entity = ?3",
            (feed.to_string(), kind.0, entity.0),
            |row| Ok(Digest(row.get(0)?)),
        )
    }
}

impl Turn<'_> {
    fn tail(&mut self, feed: FeedName) -> Result<&mut Tail, CityError> {
        use std::collections::btree_map::Entry as Place;
        match self.tails.entry(feed) {
            Place::Occupied(tail) => Ok(tail.into_mut()),
            Place::Vacant(place) => {
                let row = match self.look.feed(feed)? {
                    Some(row) => row,
                    None => begin(&self.look, feed)?,
                };
                Ok(place.insert(Tail { row, entries: Vec::new() }))
            }
        }
    }

    /// Brings a device's op into a feed, at the next position.
    pub(crate) fn enter(
        &mut self,
        feed: FeedName,
        log: LogId,
        ord: Order,
        flags: Flags,
        op: Op<Text>,
    ) -> Result<(), CityError> {
        let tail = self.tail(feed)?;
        let position = tail.next_position();
        tail.entries.push(Entry { position, log, ord, flags, op });
        Ok(())
    }

    /// The city says something itself, in its own log of this feed.
    pub(crate) fn say(
        &mut self,
        feed: FeedName,
        entity: EntityId,
        body: &Body,
        texts: &[&str],
    ) -> Result<(), CityError> {
        self.say_as_of(self.now, feed, entity, body, texts)
    }

    /// The same as of an earlier moment, at which it was said before the city was restored.
    pub(crate) fn say_as_of(
        &mut self,
        moment: i64,
        feed: FeedName,
        entity: EntityId,
        body: &Body,
        texts: &[&str],
    ) -> Result<(), CityError> {
        let (written, kind) = (body.to_bytes(), body.kind());
        let most = kind.most_texts().unwrap_or(MOST_TEXTS);
        // Nobody could read it: whoever says something keeps it within bounds.
        if written.len() > LARGEST_BODY || texts.len() > most || texts.iter().any(|text| text.len() > LONGEST_TEXT) {
            return Err(CityError::Inconsistent("the city would say more than an op may hold"));
        }
        // A unit learns days, never minutes: what the city says to it stands at the beginning of the day, in order.
        let now = match feed {
            FeedName::Unit(_) => Day::from_unix_millis(moment).start_unix_seconds().saturating_mul(1_000),
            _ => moment,
        };
        let tail = self.tail(feed)?;
        let seq = tail.row.said.saturating_add(1);
        let ord = Order::assign(now, now, tail.row.said_ord, None);
        (tail.row.said, tail.row.said_ord) = (seq, ord);
        let texts = (0_u64..)
            .zip(texts)
            .map(|(place, text)| Text::Plain { salt: salt(&tail.row.secret, seq, place), text: (*text).to_owned() })
            .collect();
        let op = Op {
            seq,
            kind,
            kind_version: 1,
            entity,
            at: now.div_euclid(1_000),
            over: Vec::new(),
            origin: None,
            body: written,
            texts,
        };
        let log = tail.row.log;
        self.enter(feed, log, ord, Flags::NONE, op)
    }

    /// The city says it unless it was the last thing that it said of this entity there; true when it was said.
    pub(crate) fn say_if_new(
        &mut self,
        feed: FeedName,
        entity: EntityId,
        body: &Body,
        texts: &[&str],
    ) -> Result<bool, CityError> {
        let kind = body.kind();
        let written = minicbor::to_vec((minicbor::bytes::ByteVec::from(body.to_bytes()), texts));
        let hash = Digest::of(&written.map_err(|_| CityError::Inconsistent("what the city says"))?);
        if self.last_said(feed, kind, entity)? == Some(hash) {
            return Ok(false);
        }
        self.change(
            "INSERT INTO said (feed, kind, entity, hash) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET hash = ?4",
            (feed.to_string(), kind.0, entity.0, hash.0),
        )?;
        self.say(feed, entity, body, texts)?;
        Ok(true)
    }

    /// Forgets what was said of an entity there, so that it may be said again.
    pub(crate) fn forget_said(&mut self, feed: FeedName, kind: Kind, entity: EntityId) -> Result<(), CityError> {
        self.change(
            "DELETE FROM said WHERE feed = ?1 AND kind = ?2 AND entity = ?3",
            (feed.to_string(), kind.0, entity.0),
        )?;
        Ok(())
    }

    /// Remembers how far the case cards have followed a feed.
    pub(crate) fn set_followed(&mut self, feed: FeedName, position: u64) -> Result<(), CityError> {
        self.change(
            "INSERT INTO followed (feed, position) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET position = ?2",
            (feed.to_string(), position),
        )?;
        Ok(())
    }

    /// Writes what was gathered as pages and moves the heads; the last thing of a transaction.
    pub(super) fn write_pages(&mut self) -> Result<(), CityError> {
        for (feed, mut tail) in std::mem::take(&mut self.tails) {
            let mut rest = tail.entries.as_slice();
            while !rest.is_empty() {
                let (now, later) = rest.split_at(fitting(rest));
                let (page, end) =
                    Page::write(feed, tail.row.cursor, now).map_err(|_| CityError::Inconsistent("a page of a feed"))?;
                self.put_page(feed, &page)?;
                tail.row.small =
                    if now.len() < LARGEST_PAGE_ENTRIES / 2 { tail.row.small.saturating_add(1) } else { 0 };
                tail.row.cursor = end;
                rest = later;
            }
            if tail.row.small >= MERGE_AT {
                self.merge(feed, tail.row.cursor.position)?;
                tail.row.small = 0;
            }
            self.change(
                "UPDATE feed SET position = ?2, head = ?3, small = ?4, said = ?5, said_ord = ?6 WHERE feed = ?1",
                (
                    feed.to_string(),
                    tail.row.cursor.position,
                    tail.row.cursor.head.0,
                    tail.row.small,
                    tail.row.said,
                    tail.row.said_ord.0.cast_signed(),
                ),
            )?;
        }
        Ok(())
    }

    fn put_page(&mut self, feed: FeedName, page: &Page) -> Result<(), CityError> {
        self.change(
            "INSERT INTO page (feed, first, last, bytes) VALUES (?1, ?2, ?3, ?4)",
            (feed.to_string(), page.first, page.end().position, page.to_bytes()),
        )?;
        Ok(())
    }

    /// Merges the small pages at the end of a feed: the same entries, the same chain, fewer pages.
    fn merge(&mut self, feed: FeedName, last: u64) -> Result<(), CityError> {
        let from = last.saturating_sub(u64::try_from(LARGEST_PAGE_ENTRIES).unwrap_or(0));
        let stored = self.all(
            "SELECT bytes FROM page WHERE feed = ?1 AND first > ?2 ORDER BY first",
            (feed.to_string(), from),
            |row| row.get::<_, Vec<u8>>(0),
        )?;
        let broken = |_| CityError::Inconsistent("a stored page");
        let (mut entries, mut start) = (Vec::new(), None);
        for bytes in &stored {
            let page = Page::from_bytes(bytes).map_err(broken)?;
            start = start.or(Some(page.start()));
            entries.extend(page.entries().map_err(broken)?);
        }
        let Some(start) = start.filter(|_| stored.len() > 1 && fitting(&entries) == entries.len()) else {
            return Ok(());
        };
        // The small pages stay unless the large one reads back as what they say.
        let Ok((merged, _)) = Page::write(feed, start, &entries) else { return Ok(()) };
        if merged.entries().ok().as_ref() != Some(&entries) {
            return Ok(());
        }
        self.change("DELETE FROM page WHERE feed = ?1 AND first > ?2", (feed.to_string(), from))?;
        self.put_page(feed, &merged)
    }
}

/// A feed's first row: its first epoch, and a log and a secret of the city's own.
fn begin(look: &Look<'_>, feed: FeedName) -> Result<FeedRow, CityError> {
    let row = FeedRow {
        cursor: Cursor::start(1),
        log: LogId(look.ports.bytes()?),
        small: 0,
        secret: look.ports.bytes()?,
        said: 0,
        said_ord: Order(0),
    };
    look.tx
        .prepare_cached(
            "INSERT INTO feed (feed, epoch, position, head, small, log, secret, said, said_ord) \
             VALUES (?1, ?2, 0, ?3, 0, ?4, ?5, 0, 0)",
        )?
        .execute((feed.to_string(), row.cursor.epoch, row.cursor.head.0, row.log.0, row.secret))?;
    Ok(row)
}

/// How many of these entries fit into one page; at least one.
fn fitting(entries: &[Entry]) -> usize {
    let mut bytes = 0_usize;
    let fits = entries.iter().take(LARGEST_PAGE_ENTRIES).take_while(|entry| {
        bytes = bytes.saturating_add(entry_bytes(entry));
        bytes <= PAGE_BYTES
    });
    fits.count().max(1)
}

/// How many bytes an entry takes in a page before compression, at most: body, texts with their salts, the values
/// that it names, its origin and ids.
pub(crate) fn entry_bytes(entry: &Entry) -> usize {
    let texts: usize =
        entry.op.texts.iter().map(|text| text.words().map_or(0, str::len).saturating_add(BYTES_OF_TEXT)).sum();
    let over = entry.op.over.len().saturating_mul(BYTES_OF_NAMED);
    texts.saturating_add(entry.op.body.len()).saturating_add(over).saturating_add(BYTES_OF_REST)
}

/// The salt of a text that the city says: HMAC-SHA-256 of the log's secret over sequence and place.
fn salt(secret: &[u8; 32], seq: u64, place: u64) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mut mac) => {
            mac.update(&seq.to_be_bytes());
            mac.update(&place.to_be_bytes());
            mac.finalize().into_bytes().into()
        }
        // HMAC takes keys of any length.
        Err(_) => [0; 32],
    }
}

#[cfg(test)]
mod tests {
    use mingcha_model::{LARGEST_OVER, OpId};

    use super::*;

    fn entry(position: u64, named: usize, body: usize) -> Entry {
        let over = (0..named).map(|place| {
            let bytes: [u8; 16] =
                Digest::of(&[position, place as u64].map(u64::to_be_bytes).concat()).0[..16].try_into().unwrap();
            OpId { log: LogId(bytes), seq: (1 << 61) - position }
        });
        Entry {
            position,
            log: LogId([3; 16]),
            ord: Order(position),
            flags: Flags::NONE,
            op: Op {
                seq: position,
                kind: Kind::VISIT_REMARK,
                kind_version: 1,
                entity: EntityId([4; 16]),
                at: 0,
                over: over.collect(),
                origin: Some(OpId { log: LogId([5; 16]), seq: position }),
                body: vec![6; body],
                texts: vec![Text::Erased(Digest::ZERO)],
            },
        }
    }

    #[test]
    fn ops_that_name_many_values_fill_a_page_sooner() {
        let plain: Vec<Entry> = (1..=500).map(|position| entry(position, 0, 10)).collect();
        let naming: Vec<Entry> = (1..=500).map(|position| entry(position, LARGEST_OVER, 10)).collect();
        assert_eq!(fitting(&plain), 500);
        let fit = fitting(&naming);
        assert!((100..200).contains(&fit), "{fit}");
    }

    #[test]
    fn what_fits_into_a_page_is_written_and_read_again() {
        for (named, body) in [(0, 0), (LARGEST_OVER, 0), (LARGEST_OVER, 20_000), (1, 190_000), (40, 300)] {
            let entries: Vec<Entry> = (1..=300).map(|position| entry(position, named, body)).collect();
            let some = &entries[..fitting(&entries)];
            let (page, _) = Page::write(FeedName::Public, Cursor::start(1), some).unwrap();
            assert_eq!(page.entries().unwrap(), some, "{named} {body}");
        }
    }
}
