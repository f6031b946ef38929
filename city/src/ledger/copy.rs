//! A copy of the ledger at one moment, taken while others write, and what the ledger knows of copies off the machine.
//!
//! The moment is held by one reading transaction, so that a busy city never makes the copy begin anew. It refuses to
//! give out a copy that SQLite itself finds fault with.

use std::path::Path;

use mingcha_model::{Digest, EntityId, LogId, PhotoId};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Ledger, Look, Turn, connect};
use crate::CityError;

/// So many pages are copied between two words of progress.
const PAGES: i32 = 1024;
/// When the newest copy off the machine was taken, in Unix milliseconds of the city.
const BACKUP: &str = "backup_millis";

impl Ledger {
    /// Copies the ledger as it is now into a new file and has SQLite check it; says pages done and pages in all.
    pub(crate) fn copy_to(&self, path: &Path, told: &mut dyn FnMut(u64, u64)) -> Result<(), CityError> {
        let mut source = connect(&self.path)?;
        let moment = source.transaction_with_behavior(TransactionBehavior::Deferred)?;
        // The moment begins with the first look.
        moment.query_row("SELECT count(*) FROM setting", [], |row| row.get::<_, i64>(0))?;
        let mut copy = Connection::open(path)?;
        {
            let backup = Backup::new(&moment, &mut copy)?;
            loop {
                let step = backup.step(PAGES)?;
                let progress = backup.progress();
                let all = u64::try_from(progress.pagecount).unwrap_or(0);
                told(all.saturating_sub(u64::try_from(progress.remaining).unwrap_or(0)), all);
                match step {
                    StepResult::Done => break,
                    StepResult::More => {}
                    _ => std::thread::sleep(std::time::Duration::from_millis(20)),
                }
            }
        }
        // One file, without a log beside it.
        copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
        check(&copy)
    }
}

/// Lets SQLite look at every page and index.
fn check(copy: &Connection) -> Result<(), CityError> {
    let found: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(CityError::Inconsistent("the database, which is damaged")) }
}

/// What stands in a copy.
pub(crate) struct Copied {
    /// Every log with its last sequence.
    pub(crate) logs: Vec<(LogId, u64)>,
    /// Every photo file that came and every published copy, by hash.
    pub(crate) files: Vec<Digest>,
}

impl Copied {
    /// Reads a copy, and has SQLite check it.
    pub(crate) fn read(path: &Path) -> Result<Self, CityError> {
        let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        check(&copy)?;
        let mut logs = copy.prepare("SELECT log, seq FROM log")?;
        let logs = logs.query_map([], |row| Ok((LogId(row.get(0)?), row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut files = copy.prepare(
            "SELECT sha256 FROM photo WHERE arrived IS NOT NULL \
             UNION SELECT sha256 FROM published WHERE sha256 IS NOT NULL ORDER BY sha256",
        )?;
        let files = files.query_map([], |row| Ok(Digest(row.get(0)?)))?.collect::<Result<_, _>>()?;
        Ok(Self { logs, files })
    }
}

impl Look<'_> {
    /// When the newest copy off the machine was taken; none while there is none.
    pub(crate) fn backup_millis(&self) -> Result<Option<i64>, CityError> {
        self.setting(BACKUP)
    }

    /// Through which sequence a log stands in a copy off the machine; 0 where it does not.
    pub(crate) fn safe_through(&self, log: LogId) -> Result<u64, CityError> {
        Ok(self.one("SELECT safe FROM log WHERE log = ?1", [log.0], |row| row.get(0))?.unwrap_or(0))
    }

    /// True when a copy off the machine holds this file.
    pub(crate) fn is_safe(&self, sha256: Digest) -> Result<bool, CityError> {
        Ok(self.one("SELECT 1 FROM safe_file WHERE sha256 = ?1", [sha256.0], |_| Ok(()))?.is_some())
    }

    /// Every photo that was erased.
    pub(crate) fn erased_photos(&self) -> Result<Vec<PhotoId>, CityError> {
        self.all("SELECT photo FROM erased_photo ORDER BY photo", [], |row| Ok(PhotoId(EntityId(row.get(0)?))))
    }
}

impl Turn<'_> {
    /// These logs stand in a copy off the machine through these sequences.
    pub(crate) fn logs_are_safe(&mut self, logs: &[(LogId, u64)]) -> Result<(), CityError> {
        for (log, seq) in logs {
            self.change("UPDATE log SET safe = max(safe, min(?2, seq)) WHERE log = ?1", (log.0, seq))?;
        }
        Ok(())
    }

    /// These files do.
    pub(crate) fn files_are_safe(&mut self, files: &[Digest]) -> Result<(), CityError> {
        for sha256 in files {
            self.change("INSERT INTO safe_file (sha256) VALUES (?1) ON CONFLICT DO NOTHING", [sha256.0])?;
        }
        Ok(())
    }

    /// No copy that counts holds this file.
    pub(crate) fn file_is_not_safe(&mut self, sha256: Digest) -> Result<(), CityError> {
        self.change("DELETE FROM safe_file WHERE sha256 = ?1", [sha256.0]).map(|_| ())
    }

    /// A copy off the machine was taken at this moment of the city and read back.
    pub(crate) fn backup_was_made(&mut self, millis: i64) -> Result<(), CityError> {
        let newest = self.backup_millis()?.unwrap_or(i64::MIN).max(millis);
        self.set_setting(BACKUP, newest)
    }

    /// Nothing is known of any copy.
    pub(crate) fn no_backup_is_known(&mut self) -> Result<(), CityError> {
        self.change("UPDATE log SET safe = 0", [])?;
        self.change("DELETE FROM safe_file", [])?;
        self.change("DELETE FROM setting WHERE name = ?1", [BACKUP]).map(|_| ())
    }
}
