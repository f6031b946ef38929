//! Feed pages (format): runs of entries, chained, as the city writes them and phones fold them.
//!
//! A page proves that it continues what its reader holds: it begins at the next position and on the head hash.
//! Signing is the reply's business, one signature for all its pages.

use mingcha_model::chain::{entry_hash, feed_head};
use mingcha_model::{Cursor, Digest, Entry, FeedName, Flags, LONGEST_TEXT, LogId, Op, Order, Text};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::column::{BadColumn, Reader, Writer};
use crate::columns;

/// The most entries of one page.
pub const LARGEST_PAGE_ENTRIES: usize = 500;
/// The largest page in bytes before compression.
pub const LARGEST_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// A run of entries of one feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Page {
    /// The version of this shape.
    #[n(0)]
    version: u8,
    /// The feed.
    #[n(1)]
    pub feed: FeedName,
    /// The epoch.
    #[n(2)]
    pub epoch: u32,
    /// The position of the first entry, from 1.
    #[n(3)]
    pub first: u64,
    /// How many entries.
    #[n(4)]
    pub count: u64,
    /// The head before the first entry.
    #[n(5)]
    pub previous: Digest,
    /// The head after the last entry.
    #[n(6)]
    pub head: Digest,
    /// Columns, bodies and texts, compressed with zstd.
    #[n(7)]
    payload: ByteVec,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Payload {
    #[n(0)]
    columns: ByteVec,
    #[n(1)]
    bodies: ByteVec,
    #[n(2)]
    orders: ByteVec,
    #[n(3)]
    texts: ByteVec,
}

/// A page that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The bytes are no page.
    #[error("these bytes are no feed page")]
    Malformed,
    /// No entries, too many, or a gap between them.
    #[error("a page holds 1 to 500 entries of one feed without a gap")]
    NotDense,
    /// The entries are more than a page may hold, so that nobody could read it.
    #[error("a page holds at most 4 MiB before compression: write fewer entries")]
    TooLarge,
    /// The entries do not lead to the head that the page claims.
    #[error("the page does not fit its own chain: fetch it again")]
    BrokenChain,
}

impl Page {
    /// Writes a page of entries that follow the cursor, and says where the feed stands afterwards.
    pub fn write(feed: FeedName, after: Cursor, entries: &[Entry]) -> Result<(Self, Cursor), PageError> {
        let first = after.position.checked_add(1).ok_or(PageError::NotDense)?;
        let dense = entries.iter().zip(first..).all(|(entry, position)| entry.position == position);
        if entries.is_empty() || entries.len() > LARGEST_PAGE_ENTRIES || !dense {
            return Err(PageError::NotDense);
        }
        let end = chained(feed, after, entries);
        let ops: Vec<&Op<Text>> = entries.iter().map(|entry| &entry.op).collect();
        let logs: Vec<LogId> = entries.iter().map(|entry| entry.log).collect();
        let written = columns::write(&ops, Some(&logs));
        let mut texts = Writer::default();
        for text in ops.iter().flat_map(|op| &op.texts) {
            match text {
                Text::Erased(hash) => {
                    texts.unsigned(0);
                    texts.bytes(&hash.0);
                }
                Text::Plain { salt, text } => {
                    texts.length(text.len().saturating_add(1));
                    texts.bytes(salt);
                    texts.bytes(text.as_bytes());
                }
            }
        }
        let payload = Payload {
            columns: written.columns.into(),
            bodies: written.bodies.into(),
            orders: write_orders(entries).into(),
            texts: texts.finish().into(),
        };
        let plain = minicbor::to_vec(&payload).map_err(|_| PageError::Malformed)?;
        if plain.len() > LARGEST_PAGE_BYTES {
            return Err(PageError::TooLarge);
        }
        let page = Self {
            version: 1,
            feed,
            epoch: after.epoch,
            first,
            count: u64::try_from(entries.len()).map_err(|_| PageError::NotDense)?,
            previous: after.head,
            head: end.head,
            payload: zstd::bulk::compress(&plain, 6).map_err(|_| PageError::Malformed)?.into(),
        };
        Ok((page, end))
    }

    /// The bytes that are stored and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing CBOR into memory cannot fail.
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads a page's envelope; [`Self::entries`] reads and checks what is in it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PageError> {
        let page: Self = minicbor::decode(bytes).map_err(|_| PageError::Malformed)?;
        if page.version == 1 { Ok(page) } else { Err(PageError::Malformed) }
    }

    /// The cursor that this page continues.
    pub fn start(&self) -> Cursor {
        Cursor { epoch: self.epoch, position: self.first.saturating_sub(1), head: self.previous }
    }

    /// The cursor after this page.
    pub fn end(&self) -> Cursor {
        Cursor { epoch: self.epoch, position: self.start().position.saturating_add(self.count), head: self.head }
    }

    /// The entries, checked to lead from the head before to the head after.
    pub fn entries(&self) -> Result<Vec<Entry>, PageError> {
        let plain = zstd::bulk::decompress(&self.payload, LARGEST_PAGE_BYTES).map_err(|_| PageError::Malformed)?;
        let payload: Payload = minicbor::decode(&plain).map_err(|_| PageError::Malformed)?;
        let entries = self.read(&payload).map_err(|_| PageError::Malformed)?;
        let counted = u64::try_from(entries.len()).map_err(|_| PageError::NotDense)?;
        if entries.is_empty() || counted != self.count || self.first == 0 {
            return Err(PageError::NotDense);
        }
        if chained(self.feed, self.start(), &entries) != self.end() {
            return Err(PageError::BrokenChain);
        }
        Ok(entries)
    }

    /// The same entries and chain without the texts of some entries; `None` where there are none to erase.
    pub fn without_texts(&self, gone: impl Fn(&Entry) -> bool) -> Result<Option<Self>, PageError> {
        let mut entries = self.entries()?;
        let mut any = false;
        for text in entries.iter_mut().filter(|entry| gone(entry)).flat_map(|entry| &mut entry.op.texts) {
            any |= text.words().is_some();
            *text = Text::Erased(text.hash());
        }
        if any { Self::write(self.feed, self.start(), &entries).map(|(page, _)| Some(page)) } else { Ok(None) }
    }

    fn read(&self, payload: &Payload) -> Result<Vec<Entry>, BadColumn> {
        let found = columns::read(&payload.columns, &payload.bodies, LARGEST_PAGE_ENTRIES, None)?;
        let mut orders = Orders::new(&payload.orders);
        let mut texts = Reader::new(&payload.texts);
        let mut entries = Vec::with_capacity(found.ops.len());
        for ((op, log), position) in found.ops.into_iter().zip(found.logs).zip(self.first..) {
            let (ord, flags) = orders.next(log, op.at)?;
            let wanted = op.texts.len();
            let mut op = op.map_texts(|()| Text::Erased(Digest::ZERO));
            op.texts.clear();
            for _ in 0..wanted {
                op.texts.push(read_text(&mut texts)?);
            }
            entries.push(Entry { position, log, ord, flags, op });
        }
        if orders.reader.remaining() != 0 || texts.remaining() != 0 { Err(BadColumn) } else { Ok(entries) }
    }
}

fn chained(feed: FeedName, after: Cursor, entries: &[Entry]) -> Cursor {
    entries.iter().fold(after, |cursor, entry| Cursor {
        epoch: cursor.epoch,
        position: entry.position,
        head: feed_head(&feed, cursor.epoch, entry.position, cursor.head, entry_hash(entry)),
    })
}

fn read_text(texts: &mut Reader<'_>) -> Result<Text, BadColumn> {
    let Some(length) = texts.length()?.checked_sub(1) else {
        return Ok(Text::Erased(Digest(texts.array()?)));
    };
    if length > LONGEST_TEXT {
        return Err(BadColumn);
    }
    let salt = texts.array()?;
    let words = std::str::from_utf8(texts.slice(length)?).map_err(|_| BadColumn)?;
    Ok(Text::Plain { salt, text: words.to_owned() })
}

/// Orders stand as the difference to what the op's own clock says, and that as a difference to the log's last one:
/// a phone whose clock is steadily wrong costs nothing.
fn residual(ord: Order, at: i64) -> u64 {
    ord.0.wrapping_sub(Order::at_millis(at.saturating_mul(1000)).0)
}

fn write_orders(entries: &[Entry]) -> Vec<u8> {
    let mut last = std::collections::HashMap::<LogId, u64>::new();
    let mut writer = Writer::default();
    for entry in entries {
        let residual = residual(entry.ord, entry.op.at);
        let previous = last.insert(entry.log, residual).unwrap_or(0);
        writer.signed(residual.wrapping_sub(previous).cast_signed());
        writer.unsigned(u64::from(entry.flags.0));
    }
    writer.finish()
}

struct Orders<'a> {
    reader: Reader<'a>,
    last: std::collections::HashMap<LogId, u64>,
}

impl<'a> Orders<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(bytes), last: std::collections::HashMap::new() }
    }

    fn next(&mut self, log: LogId, at: i64) -> Result<(Order, Flags), BadColumn> {
        let last = self.last.entry(log).or_insert(0);
        *last = last.wrapping_add(self.reader.signed()?.cast_unsigned());
        let ord = Order(last.wrapping_add(residual(Order(0), at).wrapping_neg()));
        let flags = u8::try_from(self.reader.unsigned()?).map_err(|_| BadColumn)?;
        Ok((ord, Flags(flags)))
    }
}

#[cfg(test)]
mod tests {
    use mingcha_model::{EntityId, Kind};

    use super::*;

    #[test]
    fn a_page_that_nobody_could_read_is_not_written() {
        let entry = |position: u64| Entry {
            position,
            log: LogId([1; 16]),
            ord: Order(position),
            flags: Flags::NONE,
            op: Op {
                seq: position,
                kind: Kind::VISIT_REMARK,
                kind_version: 1,
                entity: EntityId([2; 16]),
                at: 0,
                over: Vec::new(),
                origin: None,
                body: vec![7; mingcha_model::LARGEST_BODY],
                texts: Vec::new(),
            },
        };
        let entries: Vec<Entry> = (1..=22).map(entry).collect();
        let written = Page::write(FeedName::Public, Cursor::start(1), &entries);
        assert_eq!(written.unwrap_err(), PageError::TooLarge);
        let (page, _) = Page::write(FeedName::Public, Cursor::start(1), &entries[..21]).unwrap();
        assert_eq!(page.entries().unwrap().len(), 21);
    }
}
