//! The city's memory: people, places, logs, feeds and photos, in one database with one writer.
//!
//! All SQL of the city stands below this module, behind verbs of the trade, so that another engine can take its
//! place. Nothing is remembered between two transactions: other processes write to the same folder. It decides nothing.

mod asked;
mod codes;
mod copy;
mod covert;
mod entities;
mod erased;
mod feeds;
mod logs;
mod people;
mod photos;
mod places;
mod restored;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, TransactionBehavior};

use crate::key::CitySecret;
use crate::{CityError, Ports};

pub(crate) use codes::CodeRow;
pub(crate) use copy::Copied;
pub(crate) use entities::EntityRow;
pub(crate) use erased::adds;
pub(crate) use feeds::{PAGE_BYTES, entry_bytes};
pub(crate) use logs::{LogRow, SegmentRow};
pub(crate) use people::{DeviceRow, Person};
pub(crate) use photos::Unpublished;
pub(crate) use places::{SiteRow, UnitRow};

/// The steps from an empty file to today's shape; what has shipped is never edited.
const MIGRATIONS: [&str; 5] = [
    include_str!("ledger/001.sql"),
    include_str!("ledger/002.sql"),
    include_str!("ledger/003.sql"),
    include_str!("ledger/004.sql"),
    include_str!("ledger/005.sql"),
];

/// How long a transaction waits for another process.
const PATIENCE: Duration = Duration::from_secs(20);

/// The database, opened.
pub(crate) struct Ledger {
    path: PathBuf,
    ports: Ports,
    secret: Arc<CitySecret>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Ledger {
    /// Opens the database and brings it to today's shape; makes it when it is not there.
    pub(crate) fn open(path: &Path, ports: Ports, secret: Arc<CitySecret>) -> Result<Self, CityError> {
        let mut writer = connect(path)?;
        migrate(&mut writer)?;
        let (writer, readers) = (Mutex::new(writer), Mutex::new(Vec::new()));
        Ok(Self { path: path.to_owned(), ports, secret, writer, readers })
    }

    /// Runs one writing transaction: all of it or nothing, durable when this returns.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&mut Turn<'_>) -> Result<T, CityError>) -> Result<T, CityError> {
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut turn = Turn { look: Look::new(tx, self)?, tails: std::collections::BTreeMap::new() };
        let done = work(&mut turn)?;
        turn.write_pages()?;
        turn.look.tx.commit()?;
        Ok(done)
    }

    /// Runs one reading transaction: one moment of the ledger, beside whoever writes.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Look<'_>) -> Result<T, CityError>) -> Result<T, CityError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path)?,
        };
        let tx = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        let done = work(&Look::new(tx, self)?);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        done
    }
}

impl Ledger {
    /// Moves everything into the main file and empties the write-ahead log: what was overwritten stands nowhere then.
    /// False when somebody reads at the moment.
    pub(crate) fn empty_log(&self) -> Result<bool, CityError> {
        let connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }
}

fn connect(path: &Path) -> Result<Connection, CityError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is erased is overwritten, not only let go.
    connection.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), CityError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(CityError::NewerDatabase(version));
    }
    for step in MIGRATIONS.iter().skip(done) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX))?;
    tx.commit()?;
    Ok(())
}

/// One moment of the ledger.
pub(crate) struct Look<'a> {
    tx: Transaction<'a>,
    /// Clock and chance.
    pub(crate) ports: Ports,
    /// What the city signs its words with.
    pub(crate) secret: Arc<CitySecret>,
    /// The city's time at that moment, in Unix milliseconds.
    pub(crate) now: i64,
}

/// One writing transaction: a look, and what it changes.
pub(crate) struct Turn<'a> {
    look: Look<'a>,
    tails: feeds::Tails,
}

impl<'a> Deref for Turn<'a> {
    type Target = Look<'a>;
    fn deref(&self) -> &Look<'a> {
        &self.look
    }
}

impl<'a> Look<'a> {
    fn new(tx: Transaction<'a>, ledger: &Ledger) -> Result<Self, CityError> {
        let mut look = Self { tx, ports: ledger.ports.clone(), secret: Arc::clone(&ledger.secret), now: 0 };
        look.now = look.ports.millis().saturating_add(look.setting("clock_offset_millis")?.unwrap_or(0));
        Ok(look)
    }

    /// A number that the city keeps under a name.
    pub(crate) fn setting(&self, name: &str) -> Result<Option<i64>, CityError> {
        self.one("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0))
    }

    /// The public key of the city, once one was recorded.
    pub(crate) fn city_key(&self) -> Result<Option<Vec<u8>>, CityError> {
        self.one("SELECT public FROM city_key", [], |row| row.get(0))
    }

    fn one<T, P: Params>(
        &self,
        sql: &str,
        params: P,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, CityError> {
        Ok(self.tx.prepare_cached(sql)?.query_row(params, read).optional()?)
    }

    fn all<T, P: Params>(
        &self,
        sql: &str,
        params: P,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, CityError> {
        Ok(self.tx.prepare_cached(sql)?.query_map(params, read)?.collect::<Result<_, _>>()?)
    }
}

impl Turn<'_> {
    /// Keeps a number under a name.
    pub(crate) fn set_setting(&mut self, name: &str, value: i64) -> Result<(), CityError> {
        self.change(
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
            (name, value),
        )
        .map(|_| ())
    }

    /// Records the public key of the city, for ever.
    pub(crate) fn set_city_key(&mut self, public: &[u8]) -> Result<(), CityError> {
        self.change("INSERT INTO city_key (public) VALUES (?1)", [public]).map(|_| ())
    }

    fn change<P: Params>(&mut self, sql: &str, params: P) -> Result<usize, CityError> {
        Ok(self.look.tx.prepare_cached(sql)?.execute(params)?)
    }
}
