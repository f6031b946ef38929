//! Segments (format): sealed runs of one log, the same bytes stored, signed and sent.
//!
//! Identity is the payload hash, never the signature, which is randomised and malleable. A segment whose suite,
//! lengths, chain or signature do not fit is refused whole.

use hmac::{Hmac, KeyInit, Mac};
use mingcha_model::chain::{SUITE, log_head, payload_hash, text_hash};
use mingcha_model::{Digest, LONGEST_TEXT, LogId, Op, Text};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use sha2::Sha256;

use crate::clock::Anchor;
use crate::columns;
use crate::key::{PublicKey, Signature, Signer, SigningFailed};

/// The most ops of one segment (format).
pub const LARGEST_SEGMENT_OPS: usize = 500;
/// The largest segment in bytes before compression (format).
pub const LARGEST_SEGMENT_BYTES: usize = 256 * 1024;

/// A sealed run of one log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Segment {
    /// The suite of hashes, signatures and ciphers; 1 is the only one known here.
    #[n(0)]
    pub suite: u8,
    /// The log.
    #[n(1)]
    pub log: LogId,
    /// The sequence of the first op.
    #[n(2)]
    pub first_seq: u64,
    /// How many ops.
    #[n(3)]
    pub count: u64,
    /// The log's head before this segment; 32 zero bytes before the first.
    #[n(4)]
    pub previous: Digest,
    /// Columns and bodies, compressed with zstd.
    #[n(5)]
    payload: ByteVec,
    /// The texts, in the order of the ops.
    #[n(6)]
    texts: Texts,
    /// The device's signature over the head.
    #[n(7)]
    pub signature: Signature,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
enum Texts {
    /// As sealed: the salts follow from the secret.
    #[n(0)]
    Secret(#[n(0)] Digest, #[n(1)] Vec<String>),
    /// After an erasure: the secret is gone, the other salts are kept.
    #[n(1)]
    Salted(#[n(0)] Vec<SaltedText>),
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
enum SaltedText {
    #[n(0)]
    Plain(#[n(0)] Digest, #[n(1)] String),
    #[n(1)]
    Erased(#[n(0)] Digest),
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Payload {
    #[n(0)]
    columns: ByteVec,
    #[n(1)]
    bodies: ByteVec,
    #[n(2)]
    app_build: String,
    #[n(3)]
    anchors: Vec<Anchor>,
}

/// What goes into a segment beside its ops.
#[derive(Clone, Debug)]
pub struct Seal {
    /// The log.
    pub log: LogId,
    /// The head before; [`Digest::ZERO`] for the first segment.
    pub previous: Digest,
    /// 32 random bytes, new for each segment: the salts of its texts follow from them.
    pub text_secret: [u8; 32],
    /// The build of the app that wrote the ops.
    pub app_build: String,
    /// What corrects the claimed times of these ops, each from its sequence on, in order.
    pub anchors: Vec<Anchor>,
}

/// A segment opened and checked.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The ops with their texts.
    pub ops: Vec<Op<Text>>,
    /// The head after this segment.
    pub head: Digest,
    /// The identity of its content.
    pub payload_hash: Digest,
    /// The build of the app that wrote the ops.
    pub app_build: String,
    /// The clock anchors.
    pub anchors: Vec<Anchor>,
}

/// A segment that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// The bytes are no segment.
    #[error("these bytes are no segment")]
    Malformed,
    /// The suite is not known here.
    #[error("suite {0} is not known here: update the app or the city")]
    UnknownSuite(u8),
    /// More ops or bytes than a segment may have.
    #[error("a segment holds at most 500 ops and 256 KiB: seal more often")]
    TooLarge,
    /// A segment needs at least one op, dense from its first sequence.
    #[error("the ops of a segment follow each other without a gap, from sequence 1 on")]
    NotDense,
    /// The signature is not the device's.
    #[error("the signature does not fit the device's key")]
    BadSignature,
    /// The key could not sign.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
}

impl Segment {
    /// Seals a run of ops, dense and in order, and signs its head.
    pub fn seal(ops: &[Op<String>], seal: Seal, signer: &dyn Signer) -> Result<Self, SegmentError> {
        let first_seq = ops.first().ok_or(SegmentError::NotDense)?.seq;
        let dense = ops.iter().zip(first_seq..).all(|(op, seq)| op.seq == seq);
        if first_seq == 0 || !dense {
            return Err(SegmentError::NotDense);
        }
        if ops.len() > LARGEST_SEGMENT_OPS {
            return Err(SegmentError::TooLarge);
        }
        let written = columns::write(&ops.iter().collect::<Vec<_>>(), None);
        let payload = Payload {
            columns: written.columns.into(),
            bodies: written.bodies.into(),
            app_build: seal.app_build,
            anchors: seal.anchors,
        };
        let plain = minicbor::to_vec(&payload).map_err(|_| SegmentError::Malformed)?;
        let texts: Vec<String> = ops.iter().flat_map(|op| op.texts.iter().cloned()).collect();
        let text_bytes: usize = texts.iter().map(String::len).sum();
        if plain.len().saturating_add(text_bytes) > LARGEST_SEGMENT_BYTES && ops.len() > 1 {
            return Err(SegmentError::TooLarge);
        }
        let hashes: Vec<Digest> =
            texts.iter().enumerate().map(|(i, text)| text_hash(&salt(&seal.text_secret, i), text)).collect();
        let count = u64::try_from(ops.len()).map_err(|_| SegmentError::TooLarge)?;
        let head = log_head(SUITE, seal.log, first_seq, count, seal.previous, hash_of_payload(&payload, &hashes));
        Ok(Self {
            suite: SUITE,
            log: seal.log,
            first_seq,
            count,
            previous: seal.previous,
            payload: zstd::bulk::compress(&plain, 9).map_err(|_| SegmentError::Malformed)?.into(),
            texts: Texts::Secret(Digest(seal.text_secret), texts),
            signature: signer.sign(&head.0)?,
        })
    }

    /// The bytes that are stored and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing CBOR into memory cannot fail.
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads a segment's envelope; [`Self::open`] reads and checks what is in it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SegmentError> {
        if bytes.len() > LARGEST_SEGMENT_BYTES.saturating_mul(2) {
            return Err(SegmentError::TooLarge);
        }
        let mut decoder = minicbor::Decoder::new(bytes);
        if decoder.array().map_err(|_| SegmentError::Malformed)?.is_none() {
            return Err(SegmentError::Malformed);
        }
        let suite = decoder.u8().map_err(|_| SegmentError::Malformed)?;
        if suite != SUITE {
            return Err(SegmentError::UnknownSuite(suite));
        }
        let segment: Self = minicbor::decode(bytes).map_err(|_| SegmentError::Malformed)?;
        // One content has one writing: what is not written the way it would be written here is refused.
        if segment.to_bytes() == bytes { Ok(segment) } else { Err(SegmentError::Malformed) }
    }

    /// Opens the segment: its ops, head and payload hash. The signature is [`Self::is_signed_by`]'s business.
    pub fn open(&self) -> Result<Opened, SegmentError> {
        let most = LARGEST_SEGMENT_BYTES.saturating_mul(2);
        let plain = zstd::bulk::decompress(&self.payload, most).map_err(|_| SegmentError::Malformed)?;
        let payload: Payload = minicbor::decode(&plain).map_err(|_| SegmentError::Malformed)?;
        let found = columns::read(&payload.columns, &payload.bodies, LARGEST_SEGMENT_OPS, Some(self.first_seq))
            .map_err(|_| SegmentError::Malformed)?;
        let counted = u64::try_from(found.ops.len()).map_err(|_| SegmentError::TooLarge)?;
        if counted != self.count || counted == 0 || self.first_seq == 0 {
            return Err(SegmentError::NotDense);
        }
        let mut texts = self.texts()?.into_iter();
        let mut hashes = Vec::new();
        let mut ops = Vec::with_capacity(found.ops.len());
        for op in found.ops {
            let mut missing = false;
            let op = op.map_texts(|()| {
                let text = texts.next().unwrap_or_else(|| {
                    missing = true;
                    Text::Erased(Digest::ZERO)
                });
                hashes.push(text.hash());
                text
            });
            if missing {
                return Err(SegmentError::Malformed);
            }
            ops.push(op);
        }
        if texts.next().is_some() {
            return Err(SegmentError::Malformed);
        }
        let payload_hash = hash_of_payload(&payload, &hashes);
        let head = log_head(self.suite, self.log, self.first_seq, self.count, self.previous, payload_hash);
        Ok(Opened { ops, head, payload_hash, app_build: payload.app_build, anchors: payload.anchors })
    }

    /// True when the signature over this head is the key's.
    pub fn is_signed_by(&self, key: &PublicKey, head: &Digest) -> bool {
        key.verifies(&head.0, &self.signature)
    }

    fn texts(&self) -> Result<Vec<Text>, SegmentError> {
        let texts: Vec<Text> = match &self.texts {
            Texts::Secret(secret, texts) => texts
                .iter()
                .enumerate()
                .map(|(i, text)| Text::Plain { salt: salt(&secret.0, i), text: text.clone() })
                .collect(),
            Texts::Salted(texts) => texts
                .iter()
                .map(|text| match text {
                    SaltedText::Plain(salt, text) => Text::Plain { salt: salt.0, text: text.clone() },
                    SaltedText::Erased(hash) => Text::Erased(*hash),
                })
                .collect(),
        };
        let too_long = |text: &Text| text.words().is_some_and(|words| words.len() > LONGEST_TEXT);
        if texts.iter().any(too_long) { Err(SegmentError::TooLarge) } else { Ok(texts) }
    }

    /// The same segment without one text, its secret dropped and the other salts kept; the chain still verifies.
    pub fn erase_text(&self, erased: usize) -> Result<Self, SegmentError> {
        self.without(|i| i == erased)
    }

    /// The same segment without the texts of some ops; `None` where there are none to erase.
    pub fn without_texts(&self, gone: impl Fn(&Op<Text>) -> bool) -> Result<Option<Self>, SegmentError> {
        let ops = self.open()?.ops;
        let erased: Vec<bool> = ops
            .iter()
            .flat_map(|op| {
                let gone = gone(op);
                op.texts.iter().map(move |text| gone && text.words().is_some())
            })
            .collect();
        if !erased.contains(&true) {
            return Ok(None);
        }
        self.without(|i| erased.get(i).copied().unwrap_or_default()).map(Some)
    }

    fn without(&self, erased: impl Fn(usize) -> bool) -> Result<Self, SegmentError> {
        let texts = self
            .texts()?
            .into_iter()
            .enumerate()
            .map(|(i, text)| match text {
                Text::Plain { salt, text } if !erased(i) => SaltedText::Plain(Digest(salt), text),
                text => SaltedText::Erased(text.hash()),
            })
            .collect();
        Ok(Self { texts: Texts::Salted(texts), ..self.clone() })
    }
}

/// Build and anchors are columns like any other: what corrects a claimed time is signed too.
fn hash_of_payload(payload: &Payload, text_hashes: &[Digest]) -> Digest {
    let header = minicbor::to_vec((&payload.columns, &payload.app_build, &payload.anchors)).unwrap_or_default();
    payload_hash(&header, &payload.bodies, text_hashes)
}

/// The salt of text `i`: HMAC-SHA-256 of the secret and the text's number as 8 big-endian bytes (format).
fn salt(secret: &[u8; 32], i: usize) -> [u8; 32] {
    let number = u64::try_from(i).unwrap_or(u64::MAX).to_be_bytes();
    match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mut mac) => {
            mac.update(&number);
            mac.finalize().into_bytes().into()
        }
        // HMAC takes keys of any length.
        Err(_) => [0; 32],
    }
}
