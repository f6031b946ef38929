//! One-time codes, by their hash, and how often somebody guessed wrong.

use mingcha_model::{EntityId, PersonId};

use super::{Look, Turn};
use crate::CityError;

/// A code that was given out.
pub(crate) struct CodeRow {
    pub(crate) person: PersonId,
    pub(crate) made: i64,
    /// When, and the public key of the device that used it.
    pub(crate) used: Option<(i64, [u8; 33])>,
}

impl Look<'_> {
    /// The code of this hash.
    pub(crate) fn code(&self, hash: &[u8; 32]) -> Result<Option<CodeRow>, CityError> {
        self.one("SELECT person, made, used, used_by FROM code WHERE hash = ?1", [hash], |row| {
            let used: Option<i64> = row.get(2)?;
            let used_by: Option<[u8; 33]> = row.get(3)?;
            Ok(CodeRow { person: PersonId(EntityId(row.get(0)?)), made: row.get(1)?, used: used.zip(used_by) })
        })
    }

    /// How many wrong codes were tried since a moment of the machine's time.
    pub(crate) fn wrong_codes_since(&self, system_millis: i64) -> Result<u64, CityError> {
        Ok(self.one("SELECT count(*) FROM wrong_code WHERE at > ?1", [system_millis], |row| row.get(0))?.unwrap_or(0))
    }
}

impl Turn<'_> {
    /// Gives out a code.
    pub(crate) fn add_code(&mut self, hash: &[u8; 32], person: PersonId) -> Result<(), CityError> {
        let now = self.now;
        self.change(
            "INSERT INTO code (hash, person, made, used, used_by) VALUES (?1, ?2, ?3, NULL, NULL)",
            (hash, person.as_bytes(), now),
        )?;
        Ok(())
    }

    /// Marks a code used by the device of this key.
    pub(crate) fn use_code(&mut self, hash: &[u8; 32], key: &[u8; 33]) -> Result<(), CityError> {
        let now = self.now;
        self.change("UPDATE code SET used = ?2, used_by = ?3 WHERE hash = ?1", (hash, now, key))?;
        Ok(())
    }

    /// Remembers a wrong code, and forgets those before a moment.
    pub(crate) fn count_wrong_code(&mut self, system_millis: i64, forget_before: i64) -> Result<(), CityError> {
        self.change("DELETE FROM wrong_code WHERE at < ?1 OR at > ?2", (forget_before, system_millis))?;
        self.change("INSERT INTO wrong_code (at) VALUES (?1)", [system_millis])?;
        Ok(())
    }
}
