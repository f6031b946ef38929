//! What can go wrong with a picture or with the vault, and what to do about it.
//!
//! Each variant is one decision for whoever asked. None carries a path, a name, a place or any byte of a
//! picture: errors travel to logs, and logs travel.

use std::io;

/// Why a picture was not taken in, or a sealed file not written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// There is no file where the caller says.
    #[error("there is no such file: check its name")]
    NoSuchFile,
    /// The file has no bytes.
    #[error("the file is empty: take the photo again")]
    Empty,
    /// The bytes are no picture that is known by its first bytes.
    #[error("this is not a picture: choose a photo in JPEG, PNG or WebP")]
    NotAPicture,
    /// A picture of a kind that is not read here.
    #[error(
        "{format} pictures are not supported: take it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible)"
    )]
    Unsupported {
        /// The kind of picture, as people call it.
        format: &'static str,
    },
    /// The file is larger than a photo may be.
    #[error("the file has {bytes} bytes and a photo may have {limit}: take it at a lower resolution")]
    FileTooLarge {
        /// Its size in bytes, as far as it was counted.
        bytes: u64,
        /// The most that is taken.
        limit: u64,
    },
    /// The header announces more pixels than a phone has memory for.
    #[error(
        "a picture of {width} x {height} pixels is too large for this phone's memory: take it at a lower resolution"
    )]
    TooManyPixels {
        /// Columns, as the header says.
        width: u32,
        /// Rows, as the header says.
        height: u32,
    },
    /// The file ends before the picture does.
    #[error("the picture is cut off: copy it again from the camera or take it again")]
    Truncated,
    /// The picture cannot be decoded.
    #[error("the picture is damaged: copy it again from the camera or take it again")]
    Damaged,
    /// A rectangle to be blurred hides nothing of the picture.
    #[error("a rectangle to be blurred is empty or lies outside the picture: mark it again; nothing was published")]
    BlurOutside,
    /// The strip has more words than a strip may have.
    #[error("the strip below the picture may have {limit} characters: shorten it")]
    StripTooLong {
        /// The most characters.
        limit: usize,
    },
    /// The font cannot be read.
    #[error("the font for the strip cannot be read: name a TrueType or OpenType file")]
    BadFont,
    /// The disk took no more bytes.
    #[error("the storage is full: free some space, then try again; nothing already stored was touched")]
    DiskFull,
    /// No sealed file has this name.
    #[error("the photo is not on this device: fetch it from the city")]
    NotHere,
    /// The file is not one of ours.
    #[error("the stored photo does not begin like a sealed file: fetch it from the city")]
    NotSealed,
    /// Sealed by a newer version of this program.
    #[error("the stored photo has seal format {version}, which this version cannot read: update the app")]
    UnknownSealVersion {
        /// The version in the header.
        version: u8,
    },
    /// Sealed with algorithms that this version does not have.
    #[error("the stored photo is sealed with suite {suite}, which this version does not have: update the app")]
    UnknownSealSuite {
        /// The suite in the header.
        suite: u8,
    },
    /// A chunk was changed, moved, or sealed with another key.
    #[error("the stored photo does not pass its seal in chunk {chunk}: fetch it from the city")]
    SealBroken {
        /// The first chunk of 64 KiB that does not pass, counted from 0.
        chunk: u32,
    },
    /// The file ends before its last chunk.
    #[error("the stored photo is cut off after chunk {chunk}: fetch it from the city")]
    SealTruncated {
        /// The last chunk that is there, counted from 0.
        chunk: u32,
    },
    /// Something stands behind the last chunk.
    #[error("something was appended to the stored photo behind chunk {chunk}: fetch it from the city")]
    SealExtended {
        /// The chunk that was sealed as the last, counted from 0.
        chunk: u32,
    },
    /// The key in the file's header is not readable with this vault's key.
    #[error(
        "the key kept in the stored photo is damaged or belongs to another vault: open it with the key of its own row"
    )]
    KeyNotReadable,
    /// The bytes under this name are another picture's.
    #[error("the stored photo is not the one its name says: fetch it from the city")]
    WrongName,
    /// The operating system refused a read or write.
    #[error("the storage cannot be read or written ({kind}): try again, then restart the phone")]
    Storage {
        /// What the system said, without a path.
        kind: io::ErrorKind,
    },
}

impl From<io::Error> for EvidenceError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::DiskFull,
            kind => Self::Storage { kind },
        }
    }
}
