//! Opens the file, brings its shape up to date, and says plainly why when it cannot.
//!
//! A file that was a store and is empty now is damaged, not new: refusing it keeps a lost file from looking like
//! a fresh start.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::key::{Marked, beside, marked, write_mark};
use crate::search::plain;
use crate::{PhotoFile, StoreError, StoreKey};

/// The shapes of the file, oldest first; a shipped one is never edited.
const MIGRATIONS: [&str; 4] = [
    include_str!("../schema/1.sql"),
    include_str!("../schema/2.sql"),
    include_str!("../schema/3.sql"),
    include_str!("../schema/4.sql"),
];

/// How long a write waits for another process before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The phone's memory: one SQLite file, opened once, migrated on the way in.
///
/// Calls block and return; whoever owns the store serialises them. A writing call that returned `Ok` is durable.
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) files: Option<AskForFile>,
}

/// Says whether the file that a row names lies where it should, under the key of the row.
pub(crate) type AskForFile = Box<dyn Fn(&PhotoFile) -> bool + Send>;

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens or makes the store at this path; its write-ahead log and its mark lie beside it.
    ///
    /// Errors with [`StoreError::WrongKey`], [`StoreError::Damaged`], [`StoreError::Newer`], [`StoreError::Full`] or
    /// [`StoreError::Busy`], each of which leaves the file as it was.
    pub fn open(path: &Path, key: &StoreKey) -> Result<Self, StoreError> {
        let mark = marked(path, key)?;
        let is_empty = std::fs::metadata(path).map_or(true, |file| file.len() == 0);
        if is_empty && mark != Marked::Nothing {
            return Err(StoreError::Damaged);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        // One plan a statement, whatever is bound to it: else many are planned anew with every value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        if let Some(pragma) = key.pragma() {
            connection.pragma_update(None, "cipher_log_level", "NONE")?;
            connection.execute_batch(&format!("PRAGMA key = {}", pragma.as_str()))?;
        }
        let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
        let tables = tables.map_err(|error| match (error.sqlite_error_code(), mark) {
            (Some(rusqlite::ErrorCode::NotADatabase), Marked::Nothing | Marked::Other) => StoreError::WrongKey,
            _ => StoreError::from(error),
        })?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA trusted_schema = OFF;
             PRAGMA secure_delete = ON;",
        )?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
        connection
            .create_scalar_function("plain", 1, flags, |call| Ok(plain(call.get_raw(0).as_str().unwrap_or(""))))?;
        connection.set_prepared_statement_cache_capacity(256);
        migrate(&mut connection, tables == 0, mark)?;
        if mark != Marked::This {
            write_mark(path, key)?;
        }
        Ok(Self { connection, files: None })
    }

    /// Lets this look at the store as it stands now, whatever other processes write meanwhile.
    pub fn at_one_moment<T, E: From<StoreError>>(&self, look: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        let _moment = self.connection.unchecked_transaction().map_err(StoreError::from)?;
        look(self)
    }

    /// Reads every page of the file and says whether it is whole: seconds for a big store, so for a quiet moment.
    ///
    /// Errors with [`StoreError::Damaged`].
    pub fn check(&self) -> Result<(), StoreError> {
        let mut seals = self.connection.prepare("PRAGMA cipher_integrity_check")?;
        if seals.query([])?.next()?.is_some() {
            return Err(StoreError::Damaged);
        }
        let word: String = self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if word == "ok" { Ok(()) } else { Err(StoreError::Damaged) }
    }

    /// Removes a store and everything beside it: for a device that was revoked or enrols anew. The store must be closed.
    pub fn remove(path: &Path) -> Result<(), StoreError> {
        for ending in ["-mark", "-mark-new", "-wal", "-shm", ""] {
            match std::fs::remove_file(beside(path, ending)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}

fn migrate(connection: &mut Connection, is_empty: bool, mark: Marked) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let version = |connection: &Connection| connection.pragma_query_value(None, "user_version", |row| row.get(0));
    let found: i64 = version(connection)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found < 0 || (found == 0) != is_empty || (is_empty && mark == Marked::This) {
        return Err(StoreError::Damaged);
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS) {
        if number <= found {
            continue;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been quicker.
        if version(&transaction)? < number {
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
        transaction.commit()?;
    }
    Ok(())
}
