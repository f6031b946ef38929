//! The one way anything changes: an immutable statement by one device.
//!
//! An op carries what its author knew and nothing that could be computed. It names no person: who a log
//! belongs to is known to the city alone.

use minicbor::{Decode, Encode};

use crate::{Digest, EntityId, OpId};

/// The most texts that one op may carry (format).
pub const MOST_TEXTS: usize = 64;
/// The longest text of an op in bytes of UTF-8 (format): some 5,000 Chinese characters.
pub const LONGEST_TEXT: usize = 16 * 1024;
/// The largest body of an op in bytes (format).
pub const LARGEST_BODY: usize = 192 * 1024;

/// A kind of statement by its number (format); [`crate::Body`] says what each carries.
///
/// Kinds with the bit 0x4000 are not critical: a device that does not know one may show the entity as it is.
/// An unknown critical kind makes its entity read-only until the app is newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Kind(#[n(0)] pub u16);

impl Kind {
    /// False for kinds that an older app may pass over without harm.
    pub fn is_critical(self) -> bool {
        self.0 & 0x4000 == 0
    }
}

/// One immutable statement (format). `T` is `String` while it is only on its author's device, [`Text`] once sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op<T = String> {
    /// The place in its log, from 1, without gaps.
    pub seq: u64,
    /// What is said.
    pub kind: Kind,
    /// The version of the body's shape; 1 is the first.
    pub kind_version: u8,
    /// What it is said of.
    pub entity: EntityId,
    /// The phone's raw clock in Unix seconds; evidence, never corrected in place.
    pub at: i64,
    /// The heads of other logs that were on the screen, at most [`crate::LARGEST_OVER`].
    pub over: Vec<OpId>,
    /// Where this op stood before its log had to be given up.
    pub origin: Option<OpId>,
    /// The encoded [`crate::Body`], passed on verbatim by whoever does not know it.
    pub body: Vec<u8>,
    /// Everything a person typed and every personal field, apart so that it can be erased.
    pub texts: Vec<T>,
}

impl<T> Op<T> {
    /// The same op with its texts turned into something else, in order.
    pub fn map_texts<U>(self, turn: impl FnMut(T) -> U) -> Op<U> {
        Op {
            seq: self.seq,
            kind: self.kind,
            kind_version: self.kind_version,
            entity: self.entity,
            at: self.at,
            over: self.over,
            origin: self.origin,
            body: self.body,
            texts: self.texts.into_iter().map(turn).collect(),
        }
    }
}

/// A text of a sealed op: the words with their salt, or after erasure the hash alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The words, and the salt that makes their hash unguessable.
    Plain {
        /// HMAC-SHA-256 of the segment's text secret and the text's number.
        salt: [u8; 32],
        /// What was typed.
        text: String,
    },
    /// The hash of a text that was erased; the chain still verifies.
    Erased(Digest),
}

impl Text {
    /// SHA-256 of salt and words, or what is left of them.
    pub fn hash(&self) -> Digest {
        match self {
            Self::Plain { salt, text } => crate::chain::text_hash(salt, text),
            Self::Erased(hash) => *hash,
        }
    }

    /// The words, unless they were erased.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Plain { text, .. } => Some(text),
            Self::Erased(_) => None,
        }
    }
}
