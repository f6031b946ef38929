//! Rows about parcels: work handed on as a file.

use mingcha_sync::ParcelError;
use serde::Serialize;

/// A parcel that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParcelWritten {
    /// The file.
    pub file: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Sealed segments in it.
    pub segments: u64,
    /// Ops in them.
    pub ops: u64,
    /// Photos of which it holds a file.
    pub photos: u64,
    /// Photos of which a file does not open on this phone any more and is not in it.
    pub unreadable_photos: u64,
}

/// A parcel that this phone takes to the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ParcelCarried {
    /// Sealed segments in it, as it says outside; the city checks that.
    pub segments: u64,
    /// Ops in them.
    pub ops: u64,
    /// Photos of which it holds a file.
    pub photos: u64,
    /// Parcels that wait here for the city, this one included.
    pub waiting_parcels: u64,
}

/// What verifying a parcel found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParcelVerified {
    /// Logs in it; none where this phone did not write it, because nobody but the city may know.
    pub logs: Option<u64>,
    /// Sealed segments in it.
    pub segments: u64,
    /// Ops in them.
    pub ops: u64,
    /// Photos of which it holds a file.
    pub photos: u64,
    /// True when it is whole; where this phone wrote it, byte for byte as it was written.
    pub ok: bool,
    /// What does not fit.
    pub first_bad: Option<String>,
    /// True when this phone wrote it.
    pub own: bool,
}

impl ParcelVerified {
    pub(crate) fn bad(error: &ParcelError) -> Self {
        let first_bad = Some(error.to_string());
        Self { logs: None, segments: 0, ops: 0, photos: 0, ok: false, first_bad, own: false }
    }
}
