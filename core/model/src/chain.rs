//! The hashes that make logs and feeds unalterable (format).
//!
//! Every hashed structure is deterministic CBOR under a tag text. Texts enter by their hash alone, so that
//! personal data can be erased from a record whose chain still verifies.

use minicbor::Encoder;
use sha2::{Digest as _, Sha256};

use crate::{Digest, Entry, FeedName, FindingId, LogId};

/// Suite 1: P-256 signatures, SHA-256, XChaCha20-Poly1305. Suite 2 is reserved for SM2, SM3 and SM4-GCM.
pub const SUITE: u8 = 1;

/// The hash of one text: SHA-256 of its 32-byte salt followed by its UTF-8 bytes.
pub fn text_hash(salt: &[u8; 32], text: &str) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(text.as_bytes());
    Digest(hasher.finalize().into())
}

/// The hash of a segment's payload: SHA-256 of `[tag, columns, bodies, text hashes]`, all before compression.
pub fn payload_hash(columns: &[u8], bodies: &[u8], text_hashes: &[Digest]) -> Digest {
    hash_of(|e| {
        e.array(4)?.str("mingcha payload 1")?.bytes(columns)?.bytes(bodies)?;
        e.array(u64::try_from(text_hashes.len()).unwrap_or(u64::MAX))?;
        text_hashes.iter().try_for_each(|hash| e.bytes(&hash.0).map(|_| ()))
    })
}

/// The head of a log after a segment.
pub fn log_head(suite: u8, log: LogId, first_seq: u64, count: u64, previous: Digest, payload: Digest) -> Digest {
    hash_of(|e| {
        e.array(7)?.str("mingcha segment 1")?.u8(suite)?.bytes(&log.0)?.u64(first_seq)?.u64(count)?;
        e.bytes(&previous.0)?.bytes(&payload.0)?.ok()
    })
}

/// The hash of one feed entry, texts by their hash.
pub fn entry_hash(entry: &Entry) -> Digest {
    let op = &entry.op;
    hash_of(|e| {
        e.array(14)?.str("mingcha entry 1")?.u64(entry.position)?.bytes(&entry.log.0)?.u64(op.seq)?;
        e.u64(entry.ord.0)?.u8(entry.flags.0)?.u16(op.kind.0)?.u8(op.kind_version)?.bytes(&op.entity.0)?.i64(op.at)?;
        e.array(u64::try_from(op.over.len()).unwrap_or(u64::MAX))?;
        for named in &op.over {
            e.array(2)?.bytes(&named.log.0)?.u64(named.seq)?;
        }
        match op.origin {
            None => e.null()?,
            Some(origin) => e.array(2)?.bytes(&origin.log.0)?.u64(origin.seq)?,
        };
        e.bytes(&op.body)?.array(u64::try_from(op.texts.len()).unwrap_or(u64::MAX))?;
        op.texts.iter().try_for_each(|text| e.bytes(&text.hash().0).map(|_| ()))
    })
}

/// The head of a feed at position `n`; head 0 is [`Digest::ZERO`].
pub fn feed_head(feed: &FeedName, epoch: u32, n: u64, previous: Digest, entry: Digest) -> Digest {
    hash_of(|e| {
        e.array(6)?.str("mingcha feed 1")?.encode(feed)?.u32(epoch)?.u64(n)?.bytes(&previous.0)?.bytes(&entry.0)?.ok()
    })
}

/// What the id of the published copy of an undercover finding is cut from: SHA-256 of `[tag, id]`.
pub fn published(finding: FindingId) -> Digest {
    hash_of(|e| e.array(2)?.str("mingcha published 1")?.bytes(finding.as_bytes())?.ok())
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn hash_of(write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Written) -> Digest {
    let mut encoder = Encoder::new(Vec::with_capacity(256));
    // Writing CBOR into memory cannot fail; an `Err` here would only come from a type that refuses to encode.
    let _ = write(&mut encoder);
    Digest::of(encoder.writer())
}
