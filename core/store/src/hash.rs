//! The state hash: a sum of row hashes that moves with every row, and equals what a scan of the tables gives.
//!
//! Rows enter by the ids of the world, never by the small numbers of this file, so that two devices at the same
//! position of a feed have the same hash whatever else they hold. What one feed alone does not decide stays out.

use mingcha_model::{Digest, FeedName, Kind};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::StoreError;

/// Raised whenever the same entries fold to other rows than before; part of the state hash.
pub const FOLD_VERSION: u32 = 1;

/// A sum of SHA-256 values modulo 2^256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum([u64; 4]);

impl Sum {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| StoreError::BadRow("a sum of 32 bytes"))?;
        Ok(Self(words(bytes)))
    }

    pub(crate) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (place, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn add(&mut self, row: Digest) {
        let mut carry = false;
        for (word, other) in self.0.iter_mut().zip(words(&row.0)) {
            let (sum, first) = word.overflowing_add(other);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            *word = sum;
            carry = first || second;
        }
    }

    pub(crate) fn subtract(&mut self, row: Digest) {
        let mut borrow = false;
        for (word, other) in self.0.iter_mut().zip(words(&row.0)) {
            let (rest, first) = word.overflowing_sub(other);
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            *word = rest;
            borrow = first || second;
        }
    }

    /// The state hash of a feed that stands at this position with rows of this sum.
    pub(crate) fn state(self, feed: &FeedName, position: u64, fold_version: u32) -> Digest {
        let mut row = RowBytes::of("feed");
        row.text(&feed.to_string());
        row.bytes.extend_from_slice(&position.to_le_bytes());
        row.bytes.extend_from_slice(&fold_version.to_le_bytes());
        row.bytes.extend_from_slice(&self.to_bytes());
        row.digest()
    }
}

fn words(bytes: &[u8; 32]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = chunk.try_into().map_or(0, u64::from_le_bytes);
    }
    words
}

/// The bytes of one row as they are hashed: the table's name, then each column with its type and length.
#[derive(Default)]
pub(crate) struct RowBytes {
    bytes: Vec<u8>,
}

impl RowBytes {
    pub(crate) fn of(table: &str) -> Self {
        let mut row = Self { bytes: Vec::with_capacity(160) };
        row.begin(table);
        row
    }

    /// Starts again with the memory that is there.
    pub(crate) fn begin(&mut self, table: &str) {
        self.bytes.clear();
        self.text(table);
    }

    pub(crate) fn null(&mut self) {
        self.bytes.push(0);
    }

    pub(crate) fn integer(&mut self, value: i64) {
        self.bytes.push(1);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.bytes.push(3);
        self.run(value.as_bytes());
    }

    pub(crate) fn blob(&mut self, value: &[u8]) {
        self.bytes.push(4);
        self.run(value);
    }

    fn run(&mut self, value: &[u8]) {
        match u8::try_from(value.len()) {
            Ok(short) if short < u8::MAX => self.bytes.push(short),
            _ => {
                self.bytes.push(u8::MAX);
                self.bytes.extend_from_slice(&u64::try_from(value.len()).unwrap_or(u64::MAX).to_le_bytes());
            }
        }
        self.bytes.extend_from_slice(value);
    }

    fn value(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => self.null(),
            ValueRef::Integer(value) => self.integer(value),
            ValueRef::Real(value) => {
                self.bytes.push(2);
                self.bytes.extend_from_slice(&value.to_le_bytes());
            }
            ValueRef::Text(value) => {
                self.bytes.push(3);
                self.run(value);
            }
            ValueRef::Blob(value) => self.blob(value),
        }
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

/// A projection table with the columns that enter the hash.
pub(crate) struct Hashed {
    pub(crate) table: &'static str,
    /// Selects the hashed columns of all rows, `?1` being what is asked for.
    columns: &'static str,
    from: &'static str,
}

pub(crate) const ENTITY: Hashed =
    Hashed { table: "entity", columns: "e.id, e.kind, e.parent, e.read_only", from: "entity e" };

pub(crate) const SITE: Hashed = Hashed {
    table: "site",
    columns: "e.id, r.unit, r.area, r.code, r.kind, r.name, r.address, r.latitude_e7, r.longitude_e7, r.datum,
              r.present, r.entered",
    from: "site r JOIN entity e ON e.key = r.entity",
};

pub(crate) const VISIT: Hashed = Hashed {
    table: "visit",
    columns: "e.id, r.site, r.mode, r.status, r.author, r.opened, r.opened_at, r.opened_day, r.submitted,
              r.submitted_day, r.campaign, r.task",
    from: "visit r JOIN entity e ON e.key = r.entity",
};

pub(crate) const FINDING: Hashed = Hashed {
    table: "finding",
    columns: "e.id, r.visit, r.site, r.item, r.severity, r.stage, r.number, r.raised, r.raised_day, r.feedback_day,
              r.suspended, r.appealed, r.contested, r.published",
    from: "finding r JOIN entity e ON e.key = r.entity",
};

pub(crate) const CARD: Hashed = Hashed {
    table: "card",
    columns: "e.id, r.site, r.stage, r.deadline, r.written, (SELECT log FROM log_name WHERE key = r.log), r.seq",
    from: "card r JOIN entity e ON e.key = r.entity",
};

pub(crate) const TASK: Hashed = Hashed {
    table: "task",
    columns: "e.id, r.site, r.person, r.from_day, r.due_day, r.campaign, r.withdrawn",
    from: "task r JOIN entity e ON e.key = r.entity",
};

/// The rows that the fold hashes from values in hand; a scan reads the same columns here.
const REGISTER: Hashed = Hashed {
    table: "register",
    columns: "e.id, r.field, (SELECT log FROM log_name WHERE key = r.log), r.seq, r.ord, r.at, r.flags, r.body,
              r.texts, r.rest",
    from: "register r JOIN entity e ON e.key = r.entity",
};

pub(crate) const STATEMENT: Hashed = Hashed {
    table: "statement",
    columns: "e.id, (SELECT log FROM log_name WHERE key = r.log), r.seq, r.ord, r.at, r.flags, r.kind, r.version,
              r.over, r.origin, r.body, r.texts",
    from: "statement r JOIN entity e ON e.key = r.entity",
};

const RELEASED: Hashed =
    Hashed { table: "released", columns: "(SELECT log FROM log_name WHERE key = e.log), e.seq", from: "released e" };

/// Every projection table, in the order in which a feed's rows may be deleted.
pub(crate) const ALL: [&Hashed; 9] = [&REGISTER, &STATEMENT, &RELEASED, &SITE, &VISIT, &FINDING, &CARD, &TASK, &ENTITY];

impl Hashed {
    /// The hash of the row of one entity, when there is one.
    pub(crate) fn digest(&self, connection: &Connection, entity: i64) -> Result<Option<Digest>, StoreError> {
        let sql = format!("SELECT {} FROM {} WHERE e.key = ?1", self.columns, self.from);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([entity])?;
        rows.next()?.map(|row| self.digest_of(row)).transpose()
    }

    /// The hashes of an entity's rows of one kind.
    pub(crate) fn digests(&self, connection: &Connection, entity: i64, kind: Kind) -> Result<Vec<Digest>, StoreError> {
        let sql = format!("SELECT {} FROM {} WHERE e.key = ?1 AND r.kind = ?2", self.columns, self.from);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(rusqlite::params![entity, kind.0])?;
        let mut digests = Vec::new();
        while let Some(row) = rows.next()? {
            digests.push(self.digest_of(row)?);
        }
        Ok(digests)
    }

    /// The sum of the hashes of all rows of a feed, from the tables alone.
    fn sum(&self, connection: &Connection, feed: i64, sum: &mut Sum) -> Result<(), StoreError> {
        let sql = format!("SELECT {} FROM {} WHERE e.feed = ?1", self.columns, self.from);
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([feed])?;
        while let Some(row) = rows.next()? {
            sum.add(self.digest_of(row)?);
        }
        Ok(())
    }

    fn digest_of(&self, row: &rusqlite::Row<'_>) -> Result<Digest, StoreError> {
        let mut bytes = RowBytes::of(self.table);
        for column in 0..row.as_ref().column_count() {
            bytes.value(row.get_ref(column)?);
        }
        Ok(bytes.digest())
    }
}

/// The sum over everything that a feed has in the projection tables, read back row by row.
pub(crate) fn scan(connection: &Connection, feed: i64) -> Result<Sum, StoreError> {
    let mut sum = Sum::default();
    for table in ALL {
        table.sum(connection, feed, &mut sum)?;
    }
    Ok(sum)
}
