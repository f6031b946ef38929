//! What phone and city write to each other beside segments, pages and receipts.
//!
//! Every request stands alone: a lost reply costs one more letter and changes nothing.

use mingcha_model::{AreaId, Cursor, DeviceId, Digest, FeedName, Grants, LogId, PersonId, PhotoCopy, PhotoId, UnitId};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::key::{CityKey, PublicKey, Signature, Signer, SigningFailed};
use crate::parcel::ParcelKey;

/// Enrols a device with a one-time code: `POST /v1/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EnrolAsk {
    /// The code as typed, without spaces and dashes, in capitals.
    #[n(0)]
    pub code: String,
    /// The id that the device chose for itself.
    #[n(1)]
    pub device: DeviceId,
    /// The device's public key.
    #[n(2)]
    pub key: PublicKey,
    /// The device's signature over `"mingcha enrol 1"`, code and device: it holds the key.
    #[n(3)]
    pub proof: Signature,
}

impl EnrolAsk {
    /// What [`Self::proof`] signs.
    pub fn message(code: &str, device: DeviceId) -> Vec<u8> {
        minicbor::to_vec(("mingcha enrol 1", code, device)).unwrap_or_default()
    }
}

/// The name of an area, for display before its feed has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AreaName {
    /// Which.
    #[n(0)]
    pub area: AreaId,
    /// The office's own code.
    #[n(1)]
    pub code: String,
}

/// The city's answer to an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EnrolSaid {
    /// The bearer token; the city keeps its hash alone.
    #[n(0)]
    pub token: String,
    /// Who this device belongs to.
    #[n(1)]
    pub person: PersonId,
    /// What they may do.
    #[n(2)]
    pub grants: Grants,
    /// Their areas.
    #[n(3)]
    pub areas: Vec<AreaName>,
    /// Their unit's code, for a contact.
    #[n(4)]
    pub unit: Option<(UnitId, String)>,
    /// The city's public key: receipts and feeds are checked against it from now on.
    #[n(5)]
    pub city_key: CityKey,
    /// The city's time in Unix milliseconds.
    #[n(6)]
    pub city_millis: i64,
    /// What parcels for this city are sealed with.
    #[n(7)]
    pub parcel_key: Option<ParcelKey>,
}

/// Where a log stands on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LogPosition {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// The last sequence that is sealed; 0 when none.
    #[n(1)]
    pub sealed: u64,
    /// The head there.
    #[n(2)]
    pub head: Digest,
}

/// Opens a correspondence: `POST /v1/hello`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct HelloAsk {
    /// The logs of this device that the city has not declared safe.
    #[n(0)]
    pub logs: Vec<LogPosition>,
    /// The build of the app.
    #[n(1)]
    pub app_build: String,
    /// The phone's wall clock in Unix milliseconds.
    #[n(2)]
    pub wall_millis: i64,
}

/// Where a log stands in the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LogHave {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// The last sequence that the city has; 0 when none.
    #[n(1)]
    pub have: u64,
    /// The head there.
    #[n(2)]
    pub head: Digest,
    /// Through which sequence it was copied off the machine and read back.
    #[n(3)]
    pub safe: u64,
}

/// Why the city did not take a segment: the body of a 409.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LogConflict {
    /// The last sequence that the city has; 0 when none.
    #[n(0)]
    pub have: u64,
    /// The head there.
    #[n(1)]
    pub head: Digest,
    /// True when the segment tells another history than the one the city has; false when one before it is missing.
    #[n(2)]
    pub fork: bool,
}

/// What the city takes in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Limits {
    /// Ops of a segment.
    #[n(0)]
    pub segment_ops: u64,
    /// Bytes of a segment.
    #[n(1)]
    pub segment_bytes: u64,
    /// Bytes of a photo.
    #[n(2)]
    pub photo_bytes: u64,
    /// Bytes of pages in one reply.
    #[n(3)]
    pub pull_bytes: u64,
}

/// The city's answer to a hello.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct HelloSaid {
    /// The city's time in Unix milliseconds.
    #[n(0)]
    pub city_millis: i64,
    /// When to come again, in seconds, spread so that phones do not come all at once.
    #[n(1)]
    pub come_again_seconds: u32,
    /// The logs asked for.
    #[n(2)]
    pub logs: Vec<LogHave>,
    /// The feeds that this person may read, with where each stands.
    #[n(3)]
    pub feeds: Vec<FeedHead>,
    /// Limits.
    #[n(4)]
    pub limits: Limits,
    /// Whether the city is copied off its machine. Without that nothing is ever safe, and phones free nothing.
    #[n(5)]
    pub backup: Option<bool>,
    /// When the newest copy was taken and what stands in it, under the city's signature; none while there is none.
    #[n(6)]
    pub safe: Option<SafeSaid>,
    /// The last restore of this city from a backup; none when there never was one.
    #[n(7)]
    pub restored: Option<RestoredSaid>,
    /// What parcels for this city are sealed with.
    #[n(8)]
    pub parcel_key: Option<ParcelKey>,
}

/// Through which sequence logs were copied off the city's machine and read back, under the city's signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SafeSaid {
    /// Each log with the last sequence that is safe; 0 when none.
    #[n(0)]
    pub logs: Vec<(LogId, u64)>,
    /// When the newest copy was taken, in Unix milliseconds of the city.
    #[n(1)]
    pub taken_millis: i64,
    /// The city's time in Unix milliseconds.
    #[n(2)]
    pub city_millis: i64,
    /// The city's signature over all of the above.
    #[n(3)]
    pub signature: Signature,
}

impl SafeSaid {
    fn message(logs: &[(LogId, u64)], taken_millis: i64, city_millis: i64) -> Vec<u8> {
        minicbor::to_vec(("mingcha safe 1", logs, taken_millis, city_millis)).unwrap_or_default()
    }

    /// A signed statement.
    pub fn signed(
        logs: Vec<(LogId, u64)>,
        taken_millis: i64,
        city_millis: i64,
        city: &dyn Signer,
    ) -> Result<Self, SigningFailed> {
        let signature = city.sign(&Self::message(&logs, taken_millis, city_millis))?;
        Ok(Self { logs, taken_millis, city_millis, signature })
    }

    /// True when this city signed it.
    pub fn is_signed_by(&self, city: &CityKey) -> bool {
        city.verifies(&Self::message(&self.logs, self.taken_millis, self.city_millis), &self.signature)
    }
}

/// A city that was restored from a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct RestoredSaid {
    /// When, in Unix milliseconds of its machine: one restore differs from the next.
    #[n(0)]
    pub at_millis: i64,
    /// False until its office has looked at people and devices: it takes what is sent and gives nothing until then.
    #[n(1)]
    pub confirmed: bool,
}

/// A segment given back to a city that was restored, with the receipt that this city had given for it:
/// `POST /v1/logs/{log}/{first_seq}`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct GivenBack {
    /// The segment, byte for byte as it was sent first, apart from texts that were erased since.
    #[n(0)]
    pub segment: ByteVec,
    /// The receipt, as it came.
    #[n(1)]
    pub receipt: ByteVec,
}

/// A feed and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FeedHead {
    /// The feed.
    #[n(0)]
    pub feed: FeedName,
    /// Epoch, position and head.
    #[n(1)]
    pub cursor: Cursor,
}

/// One feed of a pull.
pub type PullFrom = FeedHead;

/// Asks for what is new: `POST /v1/pull`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PullAsk {
    /// The feeds and where the phone stands in each.
    #[n(0)]
    pub from: Vec<PullFrom>,
    /// The most bytes of pages wanted.
    #[n(1)]
    pub max_bytes: u64,
}

/// The city's answer to a pull: pages, and one signature over where each feed stands after them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PullSaid {
    /// Pages in order, each a [`crate::Page`] as bytes.
    #[n(0)]
    pub pages: Vec<ByteVec>,
    /// Each feed asked for, after these pages.
    #[n(1)]
    pub heads: Vec<FeedHead>,
    /// True when there is more to come.
    #[n(2)]
    pub more: bool,
    /// The city's time in Unix milliseconds.
    #[n(3)]
    pub city_millis: i64,
    /// The city's signature over heads and time.
    #[n(4)]
    pub signature: Signature,
}

impl PullSaid {
    fn message(heads: &[FeedHead], city_millis: i64) -> Vec<u8> {
        minicbor::to_vec(("mingcha heads 1", heads, city_millis)).unwrap_or_default()
    }

    /// A signed answer.
    pub fn signed(
        pages: Vec<Vec<u8>>,
        heads: Vec<FeedHead>,
        more: bool,
        city_millis: i64,
        city: &dyn Signer,
    ) -> Result<Self, SigningFailed> {
        let signature = city.sign(&Self::message(&heads, city_millis))?;
        Ok(Self { pages: pages.into_iter().map(ByteVec::from).collect(), heads, more, city_millis, signature })
    }

    /// True when this city signed the heads.
    pub fn is_signed_by(&self, city: &CityKey) -> bool {
        city.verifies(&Self::message(&self.heads, self.city_millis), &self.signature)
    }
}

/// Asks how files of photos stand in the city: `POST /v1/files`; at most [`MOST_FILES`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FilesAsk {
    /// The files, each by its photo and copy; they must be this person's own.
    #[n(0)]
    pub files: Vec<(PhotoId, PhotoCopy)>,
}

/// How one file of a photo stands in the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FileStanding {
    /// Which photo.
    #[n(0)]
    pub photo: PhotoId,
    /// Which copy.
    #[n(1)]
    pub copy: PhotoCopy,
    /// The SHA-256 that the city computed over the whole file; none while it does not have it.
    #[n(2)]
    pub sha256: Option<Digest>,
    /// True when it was copied off the machine and read back.
    #[n(3)]
    pub safe: bool,
}

/// The most files that are asked about in one letter.
pub const MOST_FILES: usize = 500;

/// The city's answer: how each file stands, under its signature. Before a phone frees a file it must hold this.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FilesSaid {
    /// The files asked for; those that are not this person's are left out.
    #[n(0)]
    pub files: Vec<FileStanding>,
    /// The city's time in Unix milliseconds.
    #[n(1)]
    pub city_millis: i64,
    /// The city's signature over both.
    #[n(2)]
    pub signature: Signature,
}

impl FilesSaid {
    fn message(files: &[FileStanding], city_millis: i64) -> Vec<u8> {
        minicbor::to_vec(("mingcha files 1", files, city_millis)).unwrap_or_default()
    }

    /// A signed answer.
    pub fn signed(files: Vec<FileStanding>, city_millis: i64, city: &dyn Signer) -> Result<Self, SigningFailed> {
        let signature = city.sign(&Self::message(&files, city_millis))?;
        Ok(Self { files, city_millis, signature })
    }

    /// True when this city signed it.
    pub fn is_signed_by(&self, city: &CityKey) -> bool {
        city.verifies(&Self::message(&self.files, self.city_millis), &self.signature)
    }
}

/// Erasures that this city had decided, told to it again after it was restored: `POST /v1/erased`; at most [`MOST_ERASED`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ErasedTold {
    /// Each photo with the city's signature over [`Self::message`].
    #[n(0)]
    pub erased: Vec<(PhotoId, Signature)>,
}

/// The most erasures that are told in one letter.
pub const MOST_ERASED: usize = 1_000;

impl ErasedTold {
    /// What the city signs when it erases a photo.
    pub fn message(photo: PhotoId) -> Vec<u8> {
        minicbor::to_vec(("mingcha photo erased 1", photo)).unwrap_or_default()
    }
}

/// The largest message that is read, in bytes.
const LARGEST_MESSAGE: usize = 64 * 1024 * 1024;

/// A message as it travels: deterministic CBOR.
pub fn encode<T: Encode<()>>(message: &T) -> Vec<u8> {
    // Writing CBOR into memory cannot fail.
    minicbor::to_vec(message).unwrap_or_default()
}

/// Reads a message, whole and nothing after it; `None` when the bytes are not one.
pub fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Option<T> {
    if bytes.len() > LARGEST_MESSAGE {
        return None;
    }
    let mut decoder = minicbor::Decoder::new(bytes);
    let message = decoder.decode().ok()?;
    (decoder.position() == bytes.len()).then_some(message)
}
