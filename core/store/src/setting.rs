//! Small named values of this device: who it belongs to, when it last met the city. Never anything that ops say.

use rusqlite::{OptionalExtension, params};

use crate::{Store, StoreError};

impl Store {
    /// The value under this name.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Sets the value under this name; `None` takes it away. Durable when it returns.
    pub fn set_setting(&mut self, name: &str, value: Option<&[u8]>) -> Result<(), StoreError> {
        match value {
            Some(value) => self
                .connection
                .execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", params![name, value])?,
            None => self.connection.execute("DELETE FROM setting WHERE name = ?1", [name])?,
        };
        Ok(())
    }
}
