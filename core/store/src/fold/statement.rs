//! Statements that are kept as they came, and what follows from each at once.
//!
//! A held statement lies here and does nothing until a release names it, whichever of the two comes first.

use mingcha_model::{Body, EntityId, Entry, Flags, Kind, OpId, PhotoId, Said};
use rusqlite::{OptionalExtension, Row, params};

use super::register::{Incoming, field_of};
use super::write::{Author, Fold};
use crate::hash::STATEMENT;
use crate::statements::making;
use crate::{StoreError, erased, own_verdict, pack};

impl Fold<'_> {
    /// Keeps a statement; the second of the same (log, seq) is nothing.
    pub(super) fn state(&mut self, entry: &Entry, entity: i64, author: Author) -> Result<(), StoreError> {
        let op = &entry.op;
        let (seq, ord) = (pack::whole(op.seq)?, pack::whole(entry.ord.0)?);
        let (over, origin) = (pack::over_column(&op.over), pack::origin_column(op.origin));
        let mut texts = pack::texts_column(&op.texts);
        if op.kind == Kind::PHOTO_ADD && self.is_erased(entity)? {
            texts = pack::without_words(&texts)?;
        }
        let new = self
            .connection
            .prepare_cached(
                "INSERT INTO statement (entity, log, seq, ord, at, flags, kind, version, over, origin, body, texts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                entity,
                author.key,
                seq,
                ord,
                op.at,
                entry.flags.0,
                op.kind.0,
                op.kind_version,
                over,
                origin,
                op.body,
                texts
            ])?;
        if new == 0 {
            return Ok(());
        }
        let row = &mut self.row;
        row.begin("statement");
        row.blob(&op.entity.0);
        row.blob(&entry.log.0);
        row.integer(seq);
        row.integer(ord);
        row.integer(op.at);
        row.integer(entry.flags.0.into());
        row.integer(op.kind.0.into());
        row.integer(op.kind_version.into());
        row.blob(&over);
        match &origin {
            Some(origin) => row.blob(origin),
            None => row.null(),
        }
        row.blob(&op.body);
        row.blob(&texts);
        self.sum.add(row.digest());

        self.touch(entity, op.entity);
        if entry.flags.contains(Flags::HELD) && !self.is_released(author.key, seq)? {
            return Ok(());
        }
        let said = StatementRow {
            key: entity,
            log: author.key,
            version: op.kind_version,
            kind: op.kind,
            body: &op.body,
            texts: &texts,
        };
        self.live(&said, &Said::entry(entry).unwrap_or_else(|_| unreadable(entry)))
    }

    /// What follows from a statement that counts, and from those that it releases.
    fn live(&mut self, row: &StatementRow<'_>, said: &Said) -> Result<(), StoreError> {
        let Some(release) = self.effect(row, said)? else { return Ok(()) };
        // A release may release a release; each is released once, so this ends.
        let mut waiting = vec![release];
        while let Some(op) = waiting.pop() {
            for held in self.release(op)? {
                let (row, said) = held.parts();
                self.touch(row.key, said.entity);
                waiting.extend(self.effect(&row, said)?);
            }
        }
        Ok(())
    }

    /// The effect of one statement; a release gives back the op that it names.
    fn effect(&mut self, row: &StatementRow<'_>, said: &Said) -> Result<Option<OpId>, StoreError> {
        if let Some(field) = field_of(row.kind, row.version, row.body) {
            let new = Incoming {
                field: &field,
                id: said.id,
                ord: said.ord,
                over: &said.over,
                flags: said.flags.0,
                at: said.at,
                body: row.body,
                texts: row.texts,
            };
            self.write_register(row.key, said.entity, row.log, &new)?;
            return Ok(None);
        }
        match &said.body {
            Body::Release(release) => return Ok(Some(release.op)),
            Body::VerdictSay(verdict) => {
                let entity = own_verdict::say(self.connection, verdict, said.at)?;
                self.stirred.extend(entity);
            }
            Body::PhotoErased(_) => {
                self.forget_words(row.key)?;
                erased::note(self.connection, PhotoId(said.entity))?;
            }
            Body::Unknown(kind) if kind.is_critical() => {
                self.soil(row.key)?;
                self.connection.prepare_cached("UPDATE entity SET read_only = 1 WHERE key = ?1")?.execute([row.key])?;
            }
            body => {
                if let Some((kind, parent)) = making(body) {
                    self.make(row.key, said.entity, kind, parent)?;
                }
            }
        }
        Ok(None)
    }

    /// True when the city said in this feed that this photo was erased.
    fn is_erased(&self, entity: i64) -> Result<bool, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT 1 FROM statement WHERE entity = ?1 AND kind = ?2")?;
        Ok(statement.exists(params![entity, Kind::PHOTO_ERASED.0])?)
    }

    /// Takes the words out of what added a photo. A phone that heard them and one that never did have equal rows then.
    fn forget_words(&mut self, entity: i64) -> Result<(), StoreError> {
        for before in STATEMENT.digests(self.connection, entity, Kind::PHOTO_ADD)? {
            self.sum.subtract(before);
        }
        let mut statement =
            self.connection.prepare_cached("SELECT log, seq, texts FROM statement WHERE entity = ?1 AND kind = ?2")?;
        let mut rows = statement.query(params![entity, Kind::PHOTO_ADD.0])?;
        while let Some(row) = rows.next()? {
            let (log, seq): (i64, i64) = (row.get(0)?, row.get(1)?);
            let texts = pack::without_words(row.get_ref(2)?.as_blob().unwrap_or_default())?;
            self.connection
                .prepare_cached("UPDATE statement SET texts = ?4 WHERE entity = ?1 AND log = ?2 AND seq = ?3")?
                .execute(params![entity, log, seq, texts])?;
        }
        for after in STATEMENT.digests(self.connection, entity, Kind::PHOTO_ADD)? {
            self.sum.add(after);
        }
        Ok(())
    }

    /// Says what an entity is. Of several makings the kind of the smallest number names it, whatever their order.
    fn make(&mut self, key: i64, id: EntityId, kind: Kind, parent: Option<EntityId>) -> Result<(), StoreError> {
        self.soil(key)?;
        self.connection
            .prepare_cached("UPDATE entity SET kind = ?2, parent = ?3 WHERE key = ?1 AND (kind = 0 OR kind > ?2)")?
            .execute(params![key, kind.0, parent.map(|parent| parent.0)])?;
        self.stirred.insert(id);
        Ok(())
    }

    fn is_released(&self, log: i64, seq: i64) -> Result<bool, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT 1 FROM released WHERE feed = ?1 AND log = ?2 AND seq = ?3")?;
        Ok(statement.exists(params![self.feed, log, seq])?)
    }

    /// Marks an op as released and gives back the statement, if it is there and was held until now.
    fn release(&mut self, op: OpId) -> Result<Vec<Held>, StoreError> {
        let author = self.author(op.log)?;
        let seq = pack::whole(op.seq)?;
        let new = self
            .connection
            .prepare_cached("INSERT INTO released (feed, log, seq) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
            .execute(params![self.feed, author.key, seq])?;
        if new == 0 {
            return Ok(Vec::new());
        }
        self.row.begin("released");
        self.row.blob(&op.log.0);
        self.row.integer(seq);
        self.sum.add(self.row.digest());
        let mut statement = self.connection.prepare_cached(
            "SELECT s.entity, e.id, s.ord, s.at, s.flags, s.kind, s.version, s.over, s.body, s.texts
             FROM statement s JOIN entity e ON e.key = s.entity
             WHERE s.log = ?1 AND s.seq = ?2 AND (s.flags & 2) = 2 AND e.feed = ?3",
        )?;
        let held = statement
            .query_row(params![author.key, seq, self.feed], |row| Ok(Held::read(row, author.key, op)))
            .optional()?;
        held.transpose().map(|held| held.into_iter().collect())
    }
}

/// A statement beside its decoded form: the columns that its effect needs verbatim.
struct StatementRow<'r> {
    key: i64,
    log: i64,
    version: u8,
    kind: Kind,
    body: &'r [u8],
    texts: &'r [u8],
}

/// A statement read back because it was released.
struct Held {
    key: i64,
    log: i64,
    kind: Kind,
    version: u8,
    body: Vec<u8>,
    texts: Vec<u8>,
    said: Said,
}

impl Held {
    fn read(row: &Row<'_>, log: i64, id: OpId) -> Result<Self, StoreError> {
        let (kind, version) = (Kind(row.get(5)?), row.get(6)?);
        let (body, texts): (Vec<u8>, Vec<u8>) = (row.get(8)?, row.get(9)?);
        let said = Said {
            id,
            ord: pack::order(row.get(2)?)?,
            flags: Flags(row.get(4)?),
            at: row.get(3)?,
            entity: pack::id(&row.get::<_, Vec<u8>>(1)?)?,
            over: pack::over(&row.get::<_, Vec<u8>>(7)?)?,
            body: Body::from_bytes(kind, version, &body).unwrap_or(Body::Unknown(kind)),
            texts: pack::texts(&texts)?,
        };
        Ok(Self { key: row.get(0)?, log, kind, version, body, texts, said })
    }

    fn parts(&self) -> (StatementRow<'_>, &Said) {
        let row = StatementRow {
            key: self.key,
            log: self.log,
            version: self.version,
            kind: self.kind,
            body: &self.body,
            texts: &self.texts,
        };
        (row, &self.said)
    }
}

/// A statement whose body this build cannot read: kept, and treated as one of a kind it does not know.
fn unreadable(entry: &Entry) -> Said {
    Said {
        id: entry.id(),
        ord: entry.ord,
        flags: entry.flags,
        at: entry.op.at,
        entity: entry.op.entity,
        over: entry.op.over.clone(),
        body: Body::Unknown(entry.op.kind),
        texts: Vec::new(),
    }
}
