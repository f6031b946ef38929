//! The wire: segments up, feed pages down, receipts back, and the correspondence that carries them.
//!
//! Phone and city run literally this code. Nothing here does I/O, reads a clock or draws a random number, and
//! nothing that comes in from outside can make it panic or spend memory that a limit did not allow.

mod carried;
mod clock;
mod column;
mod columns;
mod correspondence;
mod key;
mod message;
mod page;
mod parcel;
mod problem;
mod receipt;
mod segment;
mod upload;

pub use carried::{LARGEST_PARCEL_PIECE, PARCELS, ParcelPiece, ParcelSaid, ParcelTaken};
pub use clock::{Anchor, AnchorSource, Reading, UNKNOWN_BOOT, claimed_millis};
pub use correspondence::{Correspondence, Desk, Heard, Letter, Reply, SyncError};
pub use key::{BadKey, CityKey, PublicKey, Signature, Signer, SigningFailed, SoftwareKey};
pub use message::{
    AreaName, EnrolAsk, EnrolSaid, ErasedTold, FeedHead, FileStanding, FilesAsk, FilesSaid, GivenBack, HelloAsk,
    HelloSaid, Limits, LogConflict, LogHave, LogPosition, MOST_ERASED, MOST_FILES, PullAsk, PullFrom, PullSaid,
    RestoredSaid, SafeSaid, decode, encode,
};
pub use page::{LARGEST_PAGE_BYTES, LARGEST_PAGE_ENTRIES, Page, PageError};
pub use parcel::{
    LARGEST_PARCEL, PARCEL_CHUNK, ParcelCounts, ParcelError, ParcelFace, ParcelKey, ParcelReader, ParcelRecord,
    ParcelSecret, ParcelWriter, look_at_parcel, sender_message,
};
pub use problem::Problem;
pub use receipt::{Receipt, ReceiptError, Ruled, plain_orders};
pub use segment::{LARGEST_SEGMENT_BYTES, LARGEST_SEGMENT_OPS, Opened, Seal, Segment, SegmentError};
pub use upload::{
    LARGEST_CHUNK, PHOTO_SHA256, Pace, SMALLEST_CHUNK, TUS_PIECE, TUS_VERSION, UPLOADS, Upload, UploadHeard,
    UploadLetter, UploadReply, photo_path,
};
