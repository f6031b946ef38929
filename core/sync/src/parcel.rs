//! Parcels (format): what one phone said and photographed, in one file that its city alone can read.
//!
//! Whoever carries it sees how much is in it and for which city, and nothing else: no name, no device, no log, no time.
//! It reads and writes whatever it is given, chunk by chunk. A parcel that is cut, changed, of another city or of an
//! unknown version is refused by name before anything in it counts.
//!
//! ```text
//! 0    8   magic "mcparcel"
//! 8    1   format version, 1
//! 9    1   suite, 1 = HPKE base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305
//! 10   8   which city: the first bytes of SHA-256("mingcha parcel for 1", its key for parcels)
//! 18   32  the encapsulated key, new for each parcel
//! 50   ... chunks: always 65,536 bytes of plaintext, and 16 bytes of tag
//! end  24  how many segments, ops and photos are in it, each as eight bytes big-endian
//! end  32  SHA-256 of everything before
//! ```
//!
//! Chunks are the messages of one HPKE context, in its own sequence; the associated data of the last one is 1, of others
//! 0, so that a chunk opens at its own place alone and the end only at the end. The plaintext is records, each after its
//! length as four bytes big-endian; the bytes of a photo follow its record. What is left of the last chunk is noughts, so that
//! the length of the file tells little. The counts stand under the seal too, in the last record.

use std::io::{self, ErrorKind, Read, Write};

use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{Infallible, TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, setup_receiver, setup_sender_with_rng};
use mingcha_model::{DeviceId, Digest, PhotoCopy, PhotoId};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::key::{CityKey, Signature, Signer, SigningFailed};
use crate::message::{decode, encode};
use crate::segment::LARGEST_SEGMENT_BYTES;

/// Plaintext bytes in a chunk, always.
pub const PARCEL_CHUNK: usize = 64 * 1024;
/// The largest parcel that is carried or taken in, in bytes: no memory card of the common kind holds a larger file.
pub const LARGEST_PARCEL: u64 = 4 * 1024 * 1024 * 1024 - 1;

const SEALED: u64 = 64 * 1024 + 16;
const MAGIC: [u8; 8] = *b"mcparcel";
const VERSION: u8 = 1;
const SUITE: u8 = 1;
/// Magic, version, suite and city: what the key of the chunks is bound to.
const BOUND: usize = 18;
const HEAD: u64 = 50;
const COUNTS: usize = 24;
const FOOT: u64 = 56;
/// A segment with its receipt is the largest record.
const LARGEST_RECORD: usize = LARGEST_SEGMENT_BYTES * 4;

type City = X25519HkdfSha256;
type Sealing = AeadCtxS<ChaCha20Poly1305, HkdfSha256, City>;
type Opening = AeadCtxR<ChaCha20Poly1305, HkdfSha256, City>;

/// Why a parcel cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ParcelError {
    /// It is something else.
    #[error("文件不是明察导出文件，请核对文件名 / this file is no parcel of Mingcha: check its name")]
    NotAParcel,
    /// A newer app wrote it.
    #[error("文件由新版应用导出，请先更新 / a newer app wrote this parcel: update this one first")]
    Newer,
    /// It is sealed for another city.
    #[error(
        "文件是给另一平台的，请交给那个平台的人 / this parcel is for another city: give it to somebody of that city"
    )]
    OtherCity,
    /// It is cut or changed.
    #[error(
        "文件不完整或已损坏，请从原机重新拷贝 / this parcel is cut off or damaged: copy it again from where it was made"
    )]
    Damaged,
    /// The city's key is none.
    #[error("平台密钥无法使用，请先同步一次 / the city's key cannot be used: sync once first")]
    BadKey,
    /// The disk.
    #[error("文件无法读写 / the file cannot be read or written: {0}")]
    Io(#[from] io::Error),
}

/// The key of a city for parcels, under its signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ParcelKey {
    #[n(0)]
    key: ByteArray<32>,
    #[n(1)]
    signature: Signature,
}

impl ParcelKey {
    fn message(key: &ByteArray<32>) -> Vec<u8> {
        encode(&("mingcha parcel key 1", key))
    }

    /// The public half of this secret, signed by its city.
    pub fn signed(secret: &ParcelSecret, city: &dyn Signer) -> Result<Self, SigningFailed> {
        let key = secret.public();
        Ok(Self { signature: city.sign(&Self::message(&key))?, key })
    }

    /// True when this city signed it.
    pub fn is_signed_by(&self, city: &CityKey) -> bool {
        city.verifies(&Self::message(&self.key), &self.signature)
    }

    /// True when the parcel is sealed for the city of this key.
    pub fn is_of(&self, face: &ParcelFace) -> bool {
        city_of(&self.key) == face.city
    }
}

/// What a city opens parcels with.
pub struct ParcelSecret {
    private: <City as Kem>::PrivateKey,
    public: <City as Kem>::PublicKey,
}

impl ParcelSecret {
    /// The secret that follows from 32 secret bytes, always the same one (RFC 9180, `DeriveKeyPair`).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let (private, public) = City::derive_keypair(seed);
        Self { private, public }
    }

    fn public(&self) -> ByteArray<32> {
        let bytes: [u8; 32] = self.public.to_bytes().into();
        ByteArray::from(bytes)
    }
}

/// How much is in a parcel: all that a carrier may know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ParcelCounts {
    /// Sealed segments.
    #[n(0)]
    pub segments: u64,
    /// Ops in them.
    #[n(1)]
    pub ops: u64,
    /// Photos of which it holds a file.
    #[n(2)]
    pub photos: u64,
}

impl ParcelCounts {
    fn to_bytes(self) -> [u8; COUNTS] {
        let mut bytes = [0; COUNTS];
        let all = [self.segments, self.ops, self.photos].map(u64::to_be_bytes);
        bytes.iter_mut().zip(all.as_flattened()).for_each(|(to, from)| *to = *from);
        bytes
    }

    fn from_bytes(bytes: [u8; COUNTS]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        let mut numbers = words.iter().map(|word| u64::from_be_bytes(*word));
        let mut next = || numbers.next().unwrap_or_default();
        Self { segments: next(), ops: next(), photos: next() }
    }
}

/// What stands in a parcel, in order: who, then segments as each log has them, then photos, then the end.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ParcelRecord {
    /// The device that wrote it, and its signature over [`sender_message`].
    #[n(0)]
    From(#[n(0)] DeviceId, #[n(1)] Signature),
    /// A segment as it was sealed, with the receipt that the city gave for it where it gave one.
    #[n(1)]
    Segment(#[n(0)] ByteVec, #[n(1)] Option<ByteVec>),
    /// One file of a photo; so many bytes follow.
    #[n(2)]
    Photo(#[n(0)] PhotoId, #[n(1)] PhotoCopy, #[n(2)] Digest, #[n(3)] u64),
    /// Nothing follows: how many logs, and how much of everything.
    #[n(3)]
    End(#[n(0)] u64, #[n(1)] ParcelCounts),
}

/// What a device signs to have written a parcel: its encapsulated key binds the signature to this parcel and city.
pub fn sender_message(encapsulated: &[u8; 32], device: DeviceId) -> Vec<u8> {
    encode(&("mingcha parcel from 1", ByteArray::from(*encapsulated), device))
}

/// A parcel as whoever carries it sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParcelFace {
    /// Its name: SHA-256 of everything before it.
    pub sha256: Digest,
    /// How much it says is in it; the city checks that.
    pub counts: ParcelCounts,
    city: [u8; 8],
}

/// Which city, as it stands on a parcel.
fn city_of(key: &ByteArray<32>) -> [u8; 8] {
    let digest = Digest::of(&encode(&("mingcha parcel for 1", key)));
    digest.0.first_chunk().copied().unwrap_or_default()
}

fn bound(city: [u8; 8]) -> Vec<u8> {
    [MAGIC.as_slice(), &[VERSION, SUITE], &city].concat()
}

fn info(bound: &[u8]) -> Vec<u8> {
    [b"mingcha parcel 1".as_slice(), bound].concat()
}

/// What a parcel begins with.
struct Head {
    city: [u8; 8],
    encapsulated: [u8; 32],
    bytes: Vec<u8>,
}

fn read_head(source: &mut dyn Read) -> Result<Head, ParcelError> {
    let mut head = Vec::new();
    source.take(HEAD).read_to_end(&mut head)?;
    if !head.starts_with(&MAGIC) {
        return Err(ParcelError::NotAParcel);
    }
    let rest = head.get(MAGIC.len()..).unwrap_or_default();
    match rest {
        [] | [_] => return Err(ParcelError::Damaged),
        [VERSION, SUITE, ..] => {}
        _ => return Err(ParcelError::Newer),
    }
    let city = head.get(10..BOUND).and_then(|bytes| bytes.try_into().ok()).ok_or(ParcelError::Damaged)?;
    let encapsulated = head.get(BOUND..).and_then(|bytes| bytes.try_into().ok()).ok_or(ParcelError::Damaged)?;
    Ok(Head { city, encapsulated, bytes: head })
}

/// How many chunks a parcel of so many bytes has.
fn chunks_in(length: u64) -> Result<u64, ParcelError> {
    let sealed = length.checked_sub(HEAD.saturating_add(FOOT)).ok_or(ParcelError::Damaged)?;
    if sealed == 0 || !sealed.is_multiple_of(SEALED) {
        return Err(ParcelError::Damaged);
    }
    Ok(sealed.div_euclid(SEALED))
}

/// Looks at a parcel of `length` bytes from outside, as anybody can: whether it is whole, and what stands on it.
///
/// `each` gets every piece of it in order, to be copied and counted; what it cannot take ends the look.
pub fn look_at_parcel<E: From<ParcelError>>(
    source: &mut dyn Read,
    length: u64,
    each: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<ParcelFace, E> {
    let head = read_head(source)?;
    chunks_in(length)?;
    let mut hash = Sha256::new();
    hash.update(&head.bytes);
    each(&head.bytes)?;
    let mut left = length.saturating_sub(HEAD).saturating_sub(FOOT);
    let mut piece = Vec::with_capacity(PARCEL_CHUNK);
    while left > 0 {
        piece.clear();
        let most = left.min(u64::try_from(PARCEL_CHUNK).unwrap_or(u64::MAX));
        source.take(most).read_to_end(&mut piece).map_err(ParcelError::from)?;
        if piece.is_empty() {
            return Err(ParcelError::Damaged.into());
        }
        hash.update(&piece);
        each(&piece)?;
        left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or(left));
    }
    let (counts, foot, sha256) = read_foot(source)?;
    hash.update(counts.to_bytes());
    if Digest(hash.finalize().into()) != sha256 {
        return Err(ParcelError::Damaged.into());
    }
    each(&foot)?;
    Ok(ParcelFace { sha256, counts, city: head.city })
}

/// Reads the foot, after which nothing may follow.
fn read_foot(source: &mut dyn Read) -> Result<(ParcelCounts, Vec<u8>, Digest), ParcelError> {
    let mut foot = Vec::new();
    source.take(FOOT.saturating_add(1)).read_to_end(&mut foot)?;
    let (counts, sha256) = foot.split_first_chunk::<COUNTS>().ok_or(ParcelError::Damaged)?;
    let sha256 = sha256.try_into().map_err(|_| ParcelError::Damaged)?;
    Ok((ParcelCounts::from_bytes(*counts), foot.clone(), Digest(sha256)))
}

/// A parcel that is being written.
pub struct ParcelWriter<W: Write> {
    target: W,
    hash: Sha256,
    sealing: Sealing,
    encapsulated: [u8; 32],
    chunk: Vec<u8>,
}

impl<W: Write> ParcelWriter<W> {
    /// Begins a parcel for the city of this key; `random` fills what it gets with bytes that nobody can guess.
    pub fn begin(target: W, city: &ParcelKey, random: &mut dyn FnMut(&mut [u8])) -> Result<Self, ParcelError> {
        let key = <City as Kem>::PublicKey::from_bytes(city.key.as_slice()).map_err(|_| ParcelError::BadKey)?;
        let bound = bound(city_of(&city.key));
        let begun = setup_sender_with_rng::<_, _, City>(&OpModeS::Base, &key, &info(&bound), &mut Lent(random));
        let (encapsulated, sealing) = begun.map_err(|_| ParcelError::BadKey)?;
        let encapsulated: [u8; 32] = encapsulated.to_bytes().into();
        let chunk = Vec::with_capacity(PARCEL_CHUNK);
        let mut parcel = Self { target, hash: Sha256::new(), sealing, encapsulated, chunk };
        parcel.put(&bound)?;
        parcel.put(&encapsulated)?;
        Ok(parcel)
    }

    /// What [`sender_message`] binds to this parcel.
    pub fn encapsulated(&self) -> &[u8; 32] {
        &self.encapsulated
    }

    /// Writes a record; a photo's bytes come next.
    pub fn record(&mut self, record: &ParcelRecord) -> Result<(), ParcelError> {
        let bytes = encode(record);
        let length = u32::try_from(bytes.len()).map_err(|_| ParcelError::Damaged)?;
        self.bytes(&length.to_be_bytes())?;
        self.bytes(&bytes)
    }

    /// Writes bytes of a photo.
    pub fn bytes(&mut self, mut bytes: &[u8]) -> Result<(), ParcelError> {
        while !bytes.is_empty() {
            // A full chunk waits until something follows: the last one is sealed as the last.
            if self.chunk.len() >= PARCEL_CHUNK {
                self.seal(false)?;
            }
            let room = PARCEL_CHUNK.saturating_sub(self.chunk.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Writes the end; gives the target back, to be made durable, and the parcel's name.
    pub fn finish(mut self, logs: u64, counts: ParcelCounts) -> Result<(W, Digest), ParcelError> {
        self.record(&ParcelRecord::End(logs, counts))?;
        self.chunk.resize(PARCEL_CHUNK, 0);
        self.seal(true)?;
        self.put(&counts.to_bytes())?;
        let sha256 = Digest(self.hash.finalize_reset().into());
        self.target.write_all(&sha256.0)?;
        Ok((self.target, sha256))
    }

    fn seal(&mut self, last: bool) -> Result<(), ParcelError> {
        let sealed = self.sealing.seal(&self.chunk, &[u8::from(last)]).map_err(|_| ParcelError::Damaged)?;
        self.chunk.clear();
        self.put(&sealed)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ParcelError> {
        self.hash.update(bytes);
        Ok(self.target.write_all(bytes)?)
    }
}

/// A parcel that its city reads: nothing of a chunk is given out before the chunk was proven.
pub struct ParcelReader<R: Read> {
    source: R,
    opening: Opening,
    hash: Sha256,
    encapsulated: [u8; 32],
    chunks_left: u64,
    plain: Vec<u8>,
    at: usize,
}

impl<R: Read> ParcelReader<R> {
    /// Opens a parcel of `length` bytes.
    pub fn open(mut source: R, length: u64, city: &ParcelSecret) -> Result<Self, ParcelError> {
        let Head { city: which, encapsulated, bytes: head } = read_head(&mut source)?;
        if which != city_of(&city.public()) {
            return Err(ParcelError::OtherCity);
        }
        let chunks_left = chunks_in(length)?;
        let key = <City as Kem>::EncappedKey::from_bytes(&encapsulated).map_err(|_| ParcelError::Damaged)?;
        let opening = setup_receiver(&OpModeR::Base, &city.private, &key, &info(&bound(which)))
            .map_err(|_| ParcelError::Damaged)?;
        let mut hash = Sha256::new();
        hash.update(&head);
        Ok(Self { source, opening, hash, encapsulated, chunks_left, plain: Vec::new(), at: 0 })
    }

    /// What [`sender_message`] binds to this parcel.
    pub fn encapsulated(&self) -> &[u8; 32] {
        &self.encapsulated
    }

    /// The next record. After a photo its bytes must be read.
    pub fn record(&mut self) -> Result<ParcelRecord, ParcelError> {
        let mut length = [0; 4];
        self.bytes(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > LARGEST_RECORD {
            return Err(ParcelError::Damaged);
        }
        let mut bytes = vec![0; length];
        self.bytes(&mut bytes)?;
        decode(&bytes).ok_or(ParcelError::Damaged)
    }

    /// The next bytes of a photo, as many as fit.
    pub fn bytes(&mut self, mut to: &mut [u8]) -> Result<(), ParcelError> {
        while !to.is_empty() {
            let rest = match self.plain.get(self.at..) {
                Some(rest) if !rest.is_empty() => rest,
                _ => {
                    self.next_chunk()?;
                    continue;
                }
            };
            let count = rest.len().min(to.len());
            let (now, later) = to.split_at_mut(count);
            now.copy_from_slice(rest.get(..count).unwrap_or_default());
            self.at = self.at.saturating_add(count);
            to = later;
        }
        Ok(())
    }

    /// Proves that nothing follows the end and that what stands outside is what these counts say; gives the parcel's name.
    pub fn finish(mut self, counts: ParcelCounts) -> Result<Digest, ParcelError> {
        let rest = self.plain.get(self.at..).unwrap_or_default();
        if self.chunks_left > 0 || rest.iter().any(|byte| *byte != 0) {
            return Err(ParcelError::Damaged);
        }
        let (outside, _, sha256) = read_foot(&mut self.source)?;
        self.hash.update(outside.to_bytes());
        let is_whole = Digest(self.hash.finalize().into()) == sha256 && outside == counts;
        if is_whole { Ok(sha256) } else { Err(ParcelError::Damaged) }
    }

    fn next_chunk(&mut self) -> Result<(), ParcelError> {
        self.chunks_left = self.chunks_left.checked_sub(1).ok_or(ParcelError::Damaged)?;
        let mut sealed = Vec::new();
        (&mut self.source).take(SEALED).read_to_end(&mut sealed)?;
        self.hash.update(&sealed);
        let last = u8::from(self.chunks_left == 0);
        self.plain = self.opening.open(&sealed, &[last]).map_err(|_| ParcelError::Damaged)?;
        self.at = 0;
        if self.plain.len() == PARCEL_CHUNK { Ok(()) } else { Err(ParcelError::Damaged) }
    }
}

impl ParcelError {
    /// True when the disk has no room left.
    pub fn is_full_disk(&self) -> bool {
        matches!(self, Self::Io(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
    }
}

/// Chance that came in by the door, as the library wants it.
struct Lent<'a>(&'a mut dyn FnMut(&mut [u8]));

impl TryRng for Lent<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Lent<'_> {}

#[cfg(test)]
mod tests;
