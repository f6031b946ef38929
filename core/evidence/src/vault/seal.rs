//! The format of a sealed file: a header, then chunks that cannot be changed, swapped, dropped or added to.
//!
//! It compresses nothing and pads nothing: the length of a sealed file tells the length of the photo.
//!
//! ```text
//! 0    8   magic "mcsealed"
//! 8    1   format version, 1
//! 9    1   suite, 1 = XChaCha20-Poly1305
//! 10   1   copy: 0 original, 1 standard, 2 thumbnail
//! 11   19  nonce prefix, random
//! 30   24  nonce of the key slot, random
//! 54   48  key slot: the file's key sealed under the vault's key, bound to bytes 0 to 29
//! 102  ... chunks: 65,536 bytes of plaintext and 16 bytes of tag each; the last one has 1 to 65,536
//! ```
//!
//! Chunks follow the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): the nonce of a chunk is the prefix, its
//! index as four bytes big-endian from 0, and 1 for the last chunk, 0 for others. Bytes 0 to 29 are associated data of
//! each chunk. So a chunk opens only in its own file, at its own place, and the end only at the end.

use std::io::{ErrorKind, Read, Write};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use mingcha_model::Digest;
use serde::Serialize;
use sha2::Digest as _;
use zeroize::Zeroizing;

use super::keys::{FileKey, FillRandom, VaultKey};
use crate::{EvidenceError, FILE_LIMIT};

/// Plaintext bytes in a chunk, the last one excepted.
pub const CHUNK: usize = 64 * 1024;

const TAG: usize = 16;
const MAGIC: [u8; 8] = *b"mcsealed";
const VERSION: u8 = 1;
const SUITE: u8 = 1;
const BOUND: usize = 30;
pub(super) const HEADER: usize = 102;

/// Which of a photo's files this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyKind {
    /// The bytes as the camera wrote them.
    Original,
    /// The upright copy that people look at.
    Standard,
    /// The small copy that lists show.
    Thumbnail,
}

impl CopyKind {
    fn code(self) -> u8 {
        match self {
            Self::Original => 0,
            Self::Standard => 1,
            Self::Thumbnail => 2,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        [Self::Original, Self::Standard, Self::Thumbnail].into_iter().find(|kind| kind.code() == code)
    }
}

/// What stands before the chunks.
#[derive(Clone)]
pub(super) struct Header {
    bound: [u8; BOUND],
    slot_nonce: [u8; 24],
    slot: [u8; 48],
    pub kind: CopyKind,
}

impl Header {
    /// Draws the nonces and puts the file's key into its slot.
    pub fn new(kind: CopyKind, key: &FileKey, vault: &VaultKey, random: &mut FillRandom<'_>) -> Option<Self> {
        let mut bound = [0; BOUND];
        let (fixed, prefix) = bound.split_at_mut_checked(11)?;
        fixed.copy_from_slice(&[MAGIC.as_slice(), &[VERSION, SUITE, kind.code()]].concat());
        random(prefix);
        let mut slot_nonce = [0; 24];
        random(&mut slot_nonce);
        let payload = Payload { msg: key.as_bytes(), aad: &bound };
        let sealed = cipher(vault.as_bytes()).encrypt(&XNonce::from(slot_nonce), payload).ok()?;
        Some(Self { bound, slot_nonce, slot: sealed.try_into().ok()?, kind })
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        [self.bound.as_slice(), &self.slot_nonce, &self.slot].concat()
    }

    pub fn read(source: &mut dyn Read) -> Result<Self, EvidenceError> {
        let mut bytes = [0; HEADER];
        source.read_exact(&mut bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => EvidenceError::NotSealed,
            _ => error.into(),
        })?;
        let (bound, rest) = bytes.split_first_chunk::<BOUND>().ok_or(EvidenceError::NotSealed)?;
        let (slot_nonce, rest) = rest.split_first_chunk::<24>().ok_or(EvidenceError::NotSealed)?;
        let slot = rest.first_chunk::<48>().ok_or(EvidenceError::NotSealed)?;
        let [magic @ .., version, suite, kind] = bound.first_chunk::<11>().ok_or(EvidenceError::NotSealed)?;
        if *magic != MAGIC {
            return Err(EvidenceError::NotSealed);
        }
        if *version != VERSION {
            return Err(EvidenceError::UnknownSealVersion { version: *version });
        }
        if *suite != SUITE {
            return Err(EvidenceError::UnknownSealSuite { suite: *suite });
        }
        // A new kind of copy comes with a new format version, so an unknown one is a damaged header.
        let kind = CopyKind::from_code(*kind).ok_or(EvidenceError::SealBroken { chunk: 0 })?;
        Ok(Self { bound: *bound, slot_nonce: *slot_nonce, slot: *slot, kind })
    }

    /// The file's key out of its slot.
    pub fn key(&self, vault: &VaultKey) -> Result<FileKey, EvidenceError> {
        let payload = Payload { msg: &self.slot, aad: &self.bound };
        let opened = cipher(vault.as_bytes()).decrypt(&XNonce::from(self.slot_nonce), payload).map(Zeroizing::new);
        let opened = opened.map_err(|_| EvidenceError::KeyNotReadable)?;
        opened.first_chunk::<32>().map(|bytes| FileKey::from_bytes(*bytes)).ok_or(EvidenceError::KeyNotReadable)
    }

    fn nonce(&self, chunk: u32, last: bool) -> XNonce {
        let mut nonce = [0; 24];
        let prefix = self.bound.iter().skip(11).copied();
        let place = chunk.to_be_bytes().into_iter().chain([u8::from(last)]);
        nonce.iter_mut().zip(prefix.chain(place)).for_each(|(byte, value)| *byte = value);
        XNonce::from(nonce)
    }
}

/// Seals everything that `source` gives into `target`: the plaintext's SHA-256 and its length.
pub(super) fn seal(
    header: &Header,
    key: &FileKey,
    source: &mut dyn Read,
    target: &mut dyn Write,
) -> Result<(Digest, u64), EvidenceError> {
    target.write_all(&header.to_bytes())?;
    let cipher = cipher(key.as_bytes());
    let mut hash = sha2::Sha256::new();
    let mut length = 0_u64;
    let mut next = read_block(source, CHUNK)?;
    let mut chunk = 0_u32;
    while !next.is_empty() {
        let block = next;
        length = length.saturating_add(u64::try_from(block.len()).unwrap_or(u64::MAX));
        if length > FILE_LIMIT {
            return Err(EvidenceError::FileTooLarge { bytes: length, limit: FILE_LIMIT });
        }
        next = if block.len() == CHUNK { read_block(source, CHUNK)? } else { Vec::new() };
        hash.update(&block);
        let payload = Payload { msg: &block, aad: &header.bound };
        let sealed = cipher.encrypt(&header.nonce(chunk, next.is_empty()), payload);
        target.write_all(&sealed.map_err(|_| EvidenceError::SealBroken { chunk })?)?;
        chunk = chunk.saturating_add(1);
    }
    if length == 0 { Err(EvidenceError::Empty) } else { Ok((Digest(hash.finalize().into()), length)) }
}

/// A sealed file being read, chunk after chunk; each chunk is proven before a byte of it is given out.
pub struct Unsealed {
    header: Header,
    cipher: XChaCha20Poly1305,
    source: Box<dyn Read + Send>,
    next: Vec<u8>,
    chunk: u32,
    given: Vec<u8>,
    at: usize,
}

impl Unsealed {
    pub(super) fn new(header: Header, key: &FileKey, mut source: Box<dyn Read + Send>) -> Result<Self, EvidenceError> {
        let next = read_block(&mut source, CHUNK.saturating_add(TAG))?;
        let cipher = cipher(key.as_bytes());
        Ok(Self { header, cipher, source, next, chunk: 0, given: Vec::new(), at: 0 })
    }

    /// Which of the photo's files this is.
    pub fn kind(&self) -> CopyKind {
        self.header.kind
    }

    /// The next 64 KiB, or the rest; nothing when all has been read.
    ///
    /// # Errors
    /// `SealBroken`, `SealTruncated` or `SealExtended`, and the storage's own.
    pub fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, EvidenceError> {
        if self.next.is_empty() {
            // Even an empty photo could not end like this: the last chunk is never empty.
            return if self.chunk == 0 { Err(EvidenceError::SealTruncated { chunk: 0 }) } else { Ok(None) };
        }
        let following = read_block(&mut self.source, CHUNK.saturating_add(TAG))?;
        let last = following.is_empty();
        let Some(plain) = self.open(last) else {
            // Named apart, because a copy that was cut off is no sign of a failing disk or of a forger.
            return Err(match (self.open(!last), last) {
                (None, _) => EvidenceError::SealBroken { chunk: self.chunk },
                (Some(_), true) => EvidenceError::SealTruncated { chunk: self.chunk },
                (Some(_), false) => EvidenceError::SealExtended { chunk: self.chunk },
            });
        };
        self.next = following;
        self.chunk = self.chunk.saturating_add(1);
        Ok(Some(plain))
    }

    fn open(&self, last: bool) -> Option<Vec<u8>> {
        let payload = Payload { msg: &self.next, aad: &self.header.bound };
        self.cipher.decrypt(&self.header.nonce(self.chunk, last), payload).ok().filter(|plain| !plain.is_empty())
    }
}

/// Reads as from any file; a broken seal is an error of kind `InvalidData` that holds the [`EvidenceError`].
impl Read for Unsealed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at >= self.given.len() {
            let chunk = self.next_chunk().map_err(|error| std::io::Error::new(ErrorKind::InvalidData, error))?;
            self.given = chunk.unwrap_or_default();
            self.at = 0;
        }
        let count = self.given.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at = self.at.saturating_add(count);
        Ok(count)
    }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(<&Key>::from(key))
}

fn read_block(source: &mut dyn Read, size: usize) -> Result<Vec<u8>, EvidenceError> {
    let mut block = Vec::with_capacity(size);
    source.take(u64::try_from(size).unwrap_or(u64::MAX)).read_to_end(&mut block)?;
    Ok(block)
}
