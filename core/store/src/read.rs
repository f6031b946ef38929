//! Reading one entity: what is true of it, folded from its home feed with this device's own pending ops on top.
//!
//! Nothing here decides anything: the folds are the model's.

mod cards;
mod city;
mod contested;
mod history;
mod lists;
mod photos;
mod place;
mod sql;

pub use cards::{CardFilter, CardRow};
pub use city::{AreaRow, AuthorRow, CampaignRow, Mark, PersonRow, UnitRow, WindowKindRow};
pub use contested::{Contested, values_differ};
pub use history::AreaHistory;
pub use lists::{FindingFilter, FindingRow, SiteFilter, SiteRow, TaskFilter, TaskRow, VisitFilter, VisitRow};
pub use photos::{PhotoLook, PhotoRow};

use mingcha_model::{
    Body, Case, EntityId, FeedName, Field, FindingId, Flags, ItemCode, Kind, OpId, Register, Said, VisitCase, VisitId,
};
use rusqlite::{OptionalExtension, params};

use crate::fold::registers;
use crate::pack::{self, Written};
use crate::{Store, StoreError, gather, shown, statements};

impl Store {
    /// Everything said of an entity but answers and photo items, in order: by its home feed, then by this device.
    /// What is held has [`Flags::HELD`] until it is released.
    pub fn said(&self, entity: EntityId) -> Result<Vec<Said>, StoreError> {
        let mut said = gather::said(&self.connection, entity)?;
        said.sort_by_key(Said::sequence);
        Ok(said)
    }

    /// Everything said of an entity in its home and on this device with the live values of its registers, in order.
    ///
    /// Values that were replaced stand in pages alone (see [`Store::page_bytes`]); of a register's values `over` is empty.
    pub fn history(&self, entity: EntityId) -> Result<Vec<Said>, StoreError> {
        let mut said = gather::said(&self.connection, entity)?;
        for (_, register) in self.registers_of(entity, None)? {
            said.extend(register.heads().map(|(_, head)| head.value.clone()));
        }
        said.sort_by_key(Said::sequence);
        Ok(said)
    }

    /// Everything of one kind said of an entity in any feed held, in order, without what is held.
    pub fn said_of_kind(&self, entity: EntityId, kind: Kind) -> Result<Vec<Said>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT l.log, s.seq, s.ord, s.at, s.flags, s.kind, s.version, s.over, s.body, s.texts
             FROM entity e JOIN statement s ON s.entity = e.key JOIN log_name l ON l.key = s.log
             WHERE e.id = ?1 AND s.kind = ?2 AND (s.flags & 2) = 0 ORDER BY s.ord, l.log, s.seq",
        )?;
        let mut rows = statement.query(params![entity.0.as_slice(), kind.0])?;
        let mut said: Vec<Said> = Vec::new();
        while let Some(row) = rows.next()? {
            let one = statements::read(row, entity)?;
            if said.last().is_none_or(|last| last.id != one.id) {
                said.push(one);
            }
        }
        Ok(said)
    }

    /// A finding, folded from its statements and those of its submissions; `None` while its raising is not known.
    pub fn case(&self, finding: FindingId) -> Result<Option<Case>, StoreError> {
        Ok(Case::fold(finding, &self.said_of_finding(finding)?))
    }

    /// Everything said of a finding and of its submissions, in order.
    pub fn said_of_finding(&self, finding: FindingId) -> Result<Vec<Said>, StoreError> {
        let mut said = gather::said_of_finding(&self.connection, finding.into())?;
        said.sort_by_key(Said::sequence);
        Ok(said)
    }

    /// A visit, folded; `None` while its opening is not known.
    pub fn visit(&self, visit: VisitId) -> Result<Option<VisitCase>, StoreError> {
        let said = gather::said(&self.connection, visit.into())?;
        Ok(VisitCase::fold(visit, &statements::live(said)))
    }

    /// Every answer of a visit by item code, own pending ones folded on top.
    pub fn answers(&self, visit: VisitId) -> Result<Vec<(ItemCode, Register<Said>)>, StoreError> {
        let registers = self.registers_of(visit.into(), None)?;
        let answers = registers.into_iter().filter_map(|(field, register)| match field {
            Field::Answer(item) => Some((item, register)),
            _ => None,
        });
        Ok(answers.collect())
    }

    /// The answer to one item of a visit; an empty register when there is none.
    pub fn answer(&self, visit: VisitId, item: &ItemCode) -> Result<Register<Said>, StoreError> {
        let field = Field::Answer(item.clone());
        Ok(self.register(visit.into(), &field)?.unwrap_or_default())
    }

    /// The register of an answer or of a photo's item; other registers are folded from statements by [`Store::case`]
    /// and [`Store::visit`].
    pub fn register(&self, entity: EntityId, field: &Field) -> Result<Option<Register<Said>>, StoreError> {
        Ok(self.registers_of(entity, Some(field))?.into_iter().next().map(|(_, register)| register))
    }

    /// The feed that an entity is shown from; `None` when no feed carries it.
    pub fn home(&self, entity: EntityId) -> Result<Option<FeedName>, StoreError> {
        Ok(shown::home(&self.connection, entity)?.map(|home| home.name))
    }

    /// What made an entity, in its home or on this device; `None` while that is not known.
    pub fn kind(&self, entity: EntityId) -> Result<Option<Kind>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT kind FROM entity WHERE id = ?1 AND shown = 1 AND kind <> 0")?;
        Ok(statement.query_row([entity.0.as_slice()], |row| row.get(0).map(Kind)).optional()?)
    }

    /// The finding that a submission answers.
    pub fn finding_of_submission(&self, submission: EntityId) -> Result<Option<FindingId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT parent FROM entity WHERE id = ?1 AND kind = ?2 AND parent IS NOT NULL ORDER BY shown DESC LIMIT 1",
        )?;
        let parent = statement
            .query_row(params![entity_bytes(&submission), Kind::SUBMISSION_ADD.0], |row| row.get::<_, Vec<u8>>(0))
            .optional()?;
        Ok(parent.map(|parent| pack::id(&parent)).transpose()?.map(FindingId))
    }

    /// True when a newer app said something of this entity that has to be known before it is changed.
    pub fn is_read_only(&self, entity: EntityId) -> Result<bool, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT 1 FROM entity WHERE id = ?1 AND read_only = 1 LIMIT 1")?;
        Ok(statement.exists([entity.0.as_slice()])?)
    }

    /// Ids that begin with these hexadecimal digits (dashes aside) among what is known, at most `limit`: for people who
    /// type the first few.
    pub fn entities_like(&self, digits: &str, limit: u32) -> Result<Vec<EntityId>, StoreError> {
        let digits: String = digits.chars().filter(char::is_ascii_hexdigit).take(32).collect();
        let bytes = |fill: char| -> Vec<u8> {
            let full: String = digits.chars().chain(std::iter::repeat_n(fill, 32)).take(32).collect();
            full.as_bytes()
                .chunks_exact(2)
                .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
                .collect()
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT id FROM entity WHERE id BETWEEN ?1 AND ?2 AND kind <> 0 ORDER BY id LIMIT ?3",
        )?;
        let mut rows = statement.query(params![bytes('0'), bytes('f'), limit])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            ids.push(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        }
        Ok(ids)
    }

    fn registers_of(
        &self,
        entity: EntityId,
        field: Option<&Field>,
    ) -> Result<Vec<(Field, Register<Said>)>, StoreError> {
        let column = field.map(field_column);
        let mut folded = Vec::new();
        if let Some(home) = shown::home(&self.connection, entity)? {
            for (field, register) in registers(&self.connection, home.key, column.as_deref())? {
                folded.push((column_field(&field)?, said_register(entity, &field, &register)?));
            }
        }
        for one in gather::pending(&self.connection, entity, true)? {
            let Some(own) = one.body.field().filter(|_| gather::is_often_written(one.body.kind())) else { continue };
            if field.is_some_and(|field| *field != own) {
                continue;
            }
            let place = match folded.binary_search_by(|(field, _)| field_column(field).cmp(&field_column(&own))) {
                Ok(place) => place,
                Err(place) => {
                    folded.insert(place, (own, Register::default()));
                    place
                }
            };
            if let Some((_, register)) = folded.get_mut(place) {
                register.fold(one.id, one.ord, &one.over.clone(), one);
            }
        }
        Ok(folded)
    }
}

fn entity_bytes(id: &EntityId) -> &[u8] {
    id.0.as_slice()
}

fn field_column(field: &Field) -> String {
    match field {
        Field::Answer(item) => item.as_str().to_owned(),
        _ => String::new(),
    }
}

fn column_field(column: &str) -> Result<Field, StoreError> {
    match column {
        "" => Ok(Field::PhotoItem),
        item => item.parse().map(Field::Answer).map_err(|_| StoreError::BadRow("the code of an item")),
    }
}

fn said_register(entity: EntityId, field: &str, register: &Register<Written>) -> Result<Register<Said>, StoreError> {
    let kind = if field.is_empty() { Kind::PHOTO_ITEM } else { Kind::ANSWER };
    let mut heads = Vec::new();
    for (id, head) in register.heads() {
        let said = said_value(entity, kind, id, head)?;
        heads.push((id.log, mingcha_model::Head { seq: id.seq, ord: head.ord, value: said }));
    }
    Ok(Register::from_parts(heads, register.covered()))
}

fn said_value(entity: EntityId, kind: Kind, id: OpId, head: &mingcha_model::Head<Written>) -> Result<Said, StoreError> {
    Ok(Said {
        id,
        ord: head.ord,
        flags: Flags(head.value.flags & !Flags::HELD.0),
        at: head.value.at,
        entity,
        over: Vec::new(),
        body: Body::from_bytes(kind, 1, &head.value.body).unwrap_or(Body::Unknown(kind)),
        texts: pack::texts(&head.value.texts)?,
    })
}
