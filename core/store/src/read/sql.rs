//! A query put together from the filters that were given, so that each keeps the index that fits it.
//!
//! Only texts of this crate enter the SQL; what somebody typed is always a bound value.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, ToSql, params_from_iter};

use crate::StoreError;

/// A query that is put together from the filters that were given.
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
}

/// A value that a filter compares with.
pub(super) trait Asked {
    fn value(self) -> Value;
}

impl Asked for i64 {
    fn value(self) -> Value {
        Value::Integer(self)
    }
}

impl Asked for String {
    fn value(self) -> Value {
        Value::Text(self)
    }
}

impl Asked for [u8; 16] {
    fn value(self) -> Value {
        Value::Blob(self.to_vec())
    }
}

impl Sql {
    pub(super) fn select(what: &str) -> Self {
        Self { text: format!("SELECT {what}"), values: Vec::new() }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a condition when there is something to compare with.
    pub(super) fn when(&mut self, condition: &str, value: Option<impl Asked>) {
        if let Some(value) = value {
            self.text.push_str(condition);
            self.values.push(value.value());
        }
    }

    /// Leaves out what comes up to a row of the list: `column` sorts it, then the id.
    pub(super) fn after(&mut self, column: &str, beyond: &str, place: impl Asked, id: [u8; 16]) {
        let (place, id) = (place.value(), id.value());
        self.push(&format!(" AND {column} {beyond}= ? AND ({column} {beyond} ? OR e.id > ?)"));
        self.values.extend([place.clone(), place, id]);
    }

    pub(super) fn end(&mut self, order: &str, limit: u32, offset: u32) {
        self.text.push_str(order);
        if limit > 0 || offset > 0 {
            self.text.push_str(" LIMIT ? OFFSET ?");
            self.values.push(Value::Integer(if limit == 0 { -1 } else { limit.into() }));
            self.values.push(Value::Integer(offset.into()));
        }
    }

    pub(super) fn rows<T>(
        &self,
        connection: &Connection,
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = connection.prepare_cached(&self.text)?;
        let mut rows = statement.query(params_from_iter(self.values.iter().map(|value| value as &dyn ToSql)))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}
