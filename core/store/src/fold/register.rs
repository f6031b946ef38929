//! Registers that are written often: one row each, the common case one insert.
//!
//! The merge itself is the model's; this module only knows how a register lies in a row. A value that was already
//! replaced is not written anywhere: the page has it.

use mingcha_model::body::{Answer, PhotoItem};
use mingcha_model::{EntityId, Entry, Head, Kind, LogId, OpId, Order, Register};
use minicbor::bytes::ByteVec;
use rusqlite::{Connection, params};

use super::log_key;
use super::write::{Author, Fold};
use crate::pack::{Rest, Sibling, Written};
use crate::{StoreError, pack};

pub(super) const INSERT: &str = "
    INSERT INTO register (entity, field, log, seq, ord, at, flags, body, texts, rest)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING";

/// The field under which a register of the item of a photo lies.
pub(crate) const PHOTO_ITEM: &str = "";

/// One row of the table, with the log by its real id.
struct RegisterRow {
    log: Option<LogId>,
    seq: u64,
    ord: Order,
    written: Written,
    rest: Option<Vec<u8>>,
}

/// The field of a body that lies in the register table; `None` for every other body, readable or not.
pub(crate) fn field_of(kind: Kind, version: u8, body: &[u8]) -> Option<String> {
    if version != 1 {
        return None;
    }
    let mut decoder = minicbor::Decoder::new(body);
    let field = match kind {
        Kind::ANSWER => decoder.decode::<Answer>().ok().map(|answer| answer.item.as_str().to_owned()),
        Kind::PHOTO_ITEM => decoder.decode::<PhotoItem>().ok().map(|_| PHOTO_ITEM.to_owned()),
        _ => None,
    };
    field.filter(|_| decoder.position() == body.len())
}

impl Fold<'_> {
    /// Folds an entry into its register; false when it is none of this table.
    pub(super) fn fold_register(&mut self, entry: &Entry, entity: i64, author: Author) -> Result<bool, StoreError> {
        let op = &entry.op;
        let Some(field) = field_of(op.kind, op.kind_version, &op.body) else { return Ok(false) };
        let written = Incoming {
            field: &field,
            id: entry.id(),
            ord: entry.ord,
            over: &op.over,
            flags: entry.flags.0,
            at: op.at,
            body: &op.body,
            texts: &pack::texts_column(&op.texts),
        };
        self.write_register(entity, op.entity, author.key, &written)?;
        Ok(true)
    }

    /// Folds one value, wherever it came from.
    pub(super) fn write_register(
        &mut self,
        entity: i64,
        id: EntityId,
        author: i64,
        new: &Incoming<'_>,
    ) -> Result<(), StoreError> {
        let rest = match new.over {
            [] => None,
            _ => new.alone().rest,
        };
        let seq = pack::whole(new.id.seq)?;
        let ord = pack::whole(new.ord.0)?;
        let insert = &mut self.insert_register;
        insert.raw_bind_parameter(1, entity)?;
        insert.raw_bind_parameter(2, new.field)?;
        insert.raw_bind_parameter(3, author)?;
        insert.raw_bind_parameter(4, seq)?;
        insert.raw_bind_parameter(5, ord)?;
        insert.raw_bind_parameter(6, new.at)?;
        insert.raw_bind_parameter(7, new.flags)?;
        insert.raw_bind_parameter(8, new.body)?;
        insert.raw_bind_parameter(9, new.texts)?;
        insert.raw_bind_parameter(10, rest.as_deref())?;
        if insert.raw_execute()? == 0 {
            return self.merge_register(entity, id, new);
        }
        let row = &mut self.row;
        row.begin("register");
        row.blob(&id.0);
        row.text(new.field);
        row.blob(&new.id.log.0);
        row.integer(seq);
        row.integer(ord);
        row.integer(new.at);
        row.integer(new.flags.into());
        row.blob(new.body);
        row.blob(new.texts);
        match &rest {
            Some(rest) => row.blob(rest),
            None => row.null(),
        }
        self.sum.add(row.digest());
        Ok(())
    }

    fn merge_register(&mut self, entity: i64, id: EntityId, new: &Incoming<'_>) -> Result<(), StoreError> {
        let Some(old) = RegisterRow::read(self.connection, entity, new.field)? else {
            return Err(StoreError::BadRow("a register that is there and is not"));
        };
        let mut register = old.register()?;
        new.fold_into(&mut register);
        let row = RegisterRow::from(&register);
        let (before, after) = (old.digest(id, new.field, &mut self.row)?, row.digest(id, new.field, &mut self.row)?);
        if before == after {
            return Ok(());
        }
        let log = row.log.map_or(Ok(0), |log| log_key(self.connection, log))?;
        self.connection
            .prepare_cached(
                "UPDATE register
                 SET log = ?3, seq = ?4, ord = ?5, at = ?6, flags = ?7, body = ?8, texts = ?9, rest = ?10
                 WHERE entity = ?1 AND field = ?2",
            )?
            .execute(params![
                entity,
                new.field,
                log,
                pack::whole(row.seq)?,
                pack::whole(row.ord.0)?,
                row.written.at,
                row.written.flags,
                row.written.body.as_slice(),
                row.written.texts.as_slice(),
                row.rest,
            ])?;
        self.sum.subtract(before);
        self.sum.add(after);
        Ok(())
    }
}

/// A value on its way into a register.
pub(super) struct Incoming<'e> {
    pub(super) field: &'e str,
    pub(super) id: OpId,
    pub(super) ord: Order,
    pub(super) over: &'e [OpId],
    pub(super) flags: u8,
    pub(super) at: i64,
    pub(super) body: &'e [u8],
    pub(super) texts: &'e [u8],
}

impl Incoming<'_> {
    fn fold_into(&self, register: &mut Register<Written>) {
        let written = Written {
            flags: self.flags,
            at: self.at,
            body: ByteVec::from(self.body.to_vec()),
            texts: ByteVec::from(self.texts.to_vec()),
        };
        register.fold(self.id, self.ord, self.over, written);
    }

    fn alone(&self) -> RegisterRow {
        let mut register = Register::default();
        self.fold_into(&mut register);
        RegisterRow::from(&register)
    }
}

impl From<&Register<Written>> for RegisterRow {
    fn from(register: &Register<Written>) -> Self {
        let latest = register.latest();
        let siblings: Vec<Sibling> = register
            .heads()
            .filter(|(id, _)| latest.is_none_or(|(latest, _)| latest != *id))
            .map(|(id, head)| Sibling { id, ord: head.ord, written: head.value.clone() })
            .collect();
        let covered: Vec<OpId> = register.covered().map(|(log, seq)| OpId { log, seq }).collect();
        let rest = Rest { siblings, covered };
        let rest = if rest == Rest::default() { None } else { Some(pack::cbor(&rest)) };
        if let Some((id, head)) = latest {
            return Self { log: Some(id.log), seq: id.seq, ord: head.ord, written: head.value.clone(), rest };
        }
        let nothing = || ByteVec::from(Vec::new());
        let written = Written { flags: 0, at: 0, body: nothing(), texts: nothing() };
        Self { log: None, seq: 0, ord: Order(0), written, rest }
    }
}

impl RegisterRow {
    fn read(connection: &Connection, entity: i64, field: &str) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT l.log, r.seq, r.ord, r.at, r.flags, r.body, r.texts, r.rest
             FROM register r LEFT JOIN log_name l ON l.key = r.log WHERE r.entity = ?1 AND r.field = ?2",
        )?;
        let mut rows = statement.query(params![entity, field])?;
        rows.next()?.map(|row| Self::from_columns(row, 0)).transpose()
    }

    /// Reads `log, seq, ord, at, flags, body, texts, rest` from this column on.
    fn from_columns(row: &rusqlite::Row<'_>, first: usize) -> Result<Self, StoreError> {
        let column = |i: usize| first.saturating_add(i);
        let log = row.get::<_, Option<Vec<u8>>>(column(0))?;
        Ok(Self {
            log: log.map(|log| pack::log(&log)).transpose()?,
            seq: pack::natural(row.get(column(1))?)?,
            ord: pack::order(row.get(column(2))?)?,
            written: Written {
                at: row.get(column(3))?,
                flags: row.get(column(4))?,
                body: ByteVec::from(row.get::<_, Vec<u8>>(column(5))?),
                texts: ByteVec::from(row.get::<_, Vec<u8>>(column(6))?),
            },
            rest: row.get(column(7))?,
        })
    }

    fn register(&self) -> Result<Register<Written>, StoreError> {
        let rest: Rest = match &self.rest {
            Some(bytes) => pack::from_cbor(bytes, "the further values of a register")?,
            None => Rest::default(),
        };
        let latest = self.log.map(|log| (log, Head { seq: self.seq, ord: self.ord, value: self.written.clone() }));
        let siblings = rest
            .siblings
            .into_iter()
            .map(|sibling| (sibling.id.log, Head { seq: sibling.id.seq, ord: sibling.ord, value: sibling.written }));
        Ok(Register::from_parts(latest.into_iter().chain(siblings), rest.covered.iter().map(|id| (id.log, id.seq))))
    }

    fn digest(
        &self,
        id: EntityId,
        field: &str,
        row: &mut crate::hash::RowBytes,
    ) -> Result<mingcha_model::Digest, StoreError> {
        row.begin("register");
        row.blob(&id.0);
        row.text(field);
        match self.log {
            Some(log) => row.blob(&log.0),
            None => row.null(),
        }
        row.integer(pack::whole(self.seq)?);
        row.integer(pack::whole(self.ord.0)?);
        row.integer(self.written.at);
        row.integer(self.written.flags.into());
        row.blob(&self.written.body);
        row.blob(&self.written.texts);
        match &self.rest {
            Some(rest) => row.blob(rest),
            None => row.null(),
        }
        Ok(row.digest())
    }
}

/// Every register of one entity of one feed, by field.
pub(crate) fn registers(
    connection: &Connection,
    entity: i64,
    field: Option<&str>,
) -> Result<Vec<(String, Register<Written>)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT r.field, l.log, r.seq, r.ord, r.at, r.flags, r.body, r.texts, r.rest
         FROM register r LEFT JOIN log_name l ON l.key = r.log
         WHERE r.entity = ?1 AND (?2 IS NULL OR r.field = ?2) ORDER BY r.field",
    )?;
    let mut rows = statement.query(params![entity, field])?;
    let mut registers = Vec::new();
    while let Some(row) = rows.next()? {
        registers.push((row.get(0)?, RegisterRow::from_columns(row, 1)?.register()?));
    }
    Ok(registers)
}
