//! Photos: read, orient, shrink, hash, seal.
//!
//! A picture of unknown origin goes in by [`prepare`]; an original, two copies and a placeholder come out, with what the
//! camera claims and what a person should know. The [`Vault`] keeps them sealed, and keeps them before anyone has
//! written a row about them. Nothing here knows what a photo is evidence of, reads a clock, draws a random number
//! or speaks to a network. Hostile bytes get an error that says what to do; they never end the program.

mod beside;
mod capture;
mod colour;
mod copies;
mod datum;
mod error;
mod format;
mod guard;
mod intake;
mod jpeg;
mod likeness;
mod metadata;
mod pair;
mod position;
mod publish;
mod shrink;
mod signs;
mod strip;
mod vault;
mod warning;

pub use capture::{Prepared, accept_file, prepare, prepare_file};
pub use copies::{PLACEHOLDER_LIMIT, STANDARD_QUALITY, STANDARD_SIDE, THUMBNAIL_LIMIT, THUMBNAIL_SIDE};
pub use error::EvidenceError;
pub use format::Format;
pub use intake::{FILE_LIMIT, Inspection, MEMORY_LIMIT, PIXEL_LIMIT, inspect};
pub use likeness::{FINGERPRINT_BYTES, Fingerprint, Fingerprints, Thumbnail};
pub use metadata::{ClaimedTime, Metadata, Moment, Orientation, TimeParts};
pub use pair::{Pair, pair};
pub use position::{Datum, Position};
pub use publish::{PublishedCopy, published_copy};
pub use signs::{ClaimedPlace, FAR, Sign, camera_signs, claimed_seconds, far_from, time_signs};
pub use strip::{STRIP_LIMIT, Strip, is_font};
pub use vault::{
    Alone, CHUNK, CopyKind, Disk, FileKey, FillRandom, FolderDisk, NewFile, Outcome, Sealed, Sweep, Unsealed, Vault,
    VaultKey,
};
pub use warning::Warning;
