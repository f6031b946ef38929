//! What can go wrong with the store, each variant a decision of whoever called.
//!
//! No variant carries a name, a place or a note: errors travel to logs, and logs travel.

use mingcha_model::{LogId, OpId};
use rusqlite::ErrorCode;

/// Why the store did not do what it was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is sealed with another key.
    #[error("the store is sealed with another key: use the key of this device, or enrol it again")]
    WrongKey,
    /// The file is not what was written to it.
    #[error("the store's file is damaged: keep it aside and enrol again; what the city has comes back by sync")]
    Damaged,
    /// The file was written by a newer app.
    #[error("the store has shape {found}, this app knows {known}: update the app")]
    Newer {
        /// The shape of the file.
        found: i64,
        /// The newest shape that this build knows.
        known: i64,
    },
    /// There is no room on the disk.
    #[error("no room is left on this device: free some and try again; nothing saved before is lost")]
    Full,
    /// Another process is writing to the same file.
    #[error("another process is using this store: wait for it to end, then try again")]
    Busy,
    /// A file was erased between its sealing and its row.
    #[error("another process erased the same picture at this moment: hand it in again")]
    FileGone,
    /// A page does not follow what is held.
    #[error("a page starts at position {found}, but {expected} comes next: ask for the feed from there")]
    Gap {
        /// The position that comes next.
        expected: u64,
        /// The position that the page starts at.
        found: u64,
    },
    /// A page does not continue the chain that is held.
    #[error("a page does not continue the feed's chain at position {position}: ask for the page again")]
    WrongHead {
        /// The last position held.
        position: u64,
    },
    /// A page belongs to another life of the city.
    #[error("a page is of epoch {found}, but this feed is held at epoch {held}: hand back its pages, then begin again")]
    WrongEpoch {
        /// The epoch held.
        held: u32,
        /// The epoch of the page.
        found: u32,
    },
    /// A page contradicts itself.
    #[error("a page cannot be folded: {0}")]
    BadPage(&'static str),
    /// A feed that is not held.
    #[error("this feed is not held here: pull it first")]
    UnknownFeed,
    /// A log that is not one of this device's, or was given up.
    #[error("log {0} is not open on this device: open a log first")]
    UnknownLog(LogId),
    /// A log that was opened already.
    #[error("log {0} was opened already: open one under a new id")]
    LogExists(LogId),
    /// An own op that is not there.
    #[error("op {0} does not wait here for attention")]
    UnknownOp(OpId),
    /// A segment does not fit its log.
    #[error("a segment does not fit its log: {0}")]
    BadSegment(&'static str),
    /// Something exceeds a limit of the format.
    #[error("too much at once: {0}")]
    TooLarge(&'static str),
    /// Something in the file cannot be read back as what it must be.
    #[error("a row of the store cannot be read: {0}")]
    BadRow(&'static str),
    /// A file beside the store cannot be read or written.
    #[error("the store's folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// Anything else that SQLite says.
    #[error("the store failed: {0}")]
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Sql(error),
        }
    }
}
