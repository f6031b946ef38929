//! The city's signed word on one segment: received, judged, ordered. It never changes afterwards.
//!
//! A receipt lists only what a phone cannot compute itself: verdicts other than accepted, and orders other than
//! the plain clamp of claimed and received time.

use mingcha_model::{Digest, LogId, Order, Refusal, Verdict};
use minicbor::{Decode, Encode};

use crate::key::{CityKey, Signature, Signer, SigningFailed};

/// The city's word on one op that it did not simply accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Ruled {
    /// The op's sequence in its log.
    #[n(0)]
    pub seq: u64,
    /// The verdict.
    #[n(1)]
    pub verdict: Verdict,
    /// Why.
    #[n(2)]
    pub reason: Option<Refusal>,
}

/// A receipt (format).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Receipt {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// The first sequence of the segment.
    #[n(1)]
    pub first_seq: u64,
    /// How many ops.
    #[n(2)]
    pub count: u64,
    /// The identity of the segment's content.
    #[n(3)]
    pub payload_hash: Digest,
    /// When it was received, in Unix milliseconds of the city.
    #[n(4)]
    pub received_millis: i64,
    /// The order of the log's op before this segment; 0 for the first.
    #[n(5)]
    pub previous_order: Order,
    /// Verdicts other than accepted.
    #[n(6)]
    pub ruled: Vec<Ruled>,
    /// Orders other than the plain clamp, by sequence.
    #[n(7)]
    pub orders: Vec<(u64, Order)>,
    /// The city's signature over all of the above, and the numbers below.
    #[n(8)]
    pub signature: Signature,
    /// Official numbers that the city gave to findings at once, by the sequence of the op that fed them back: a city that
    /// is restored gives them no other.
    #[n(9)]
    #[cbor(default)]
    pub numbers: Vec<(u64, String)>,
}

/// A receipt that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The bytes are no receipt.
    #[error("these bytes are no receipt")]
    Malformed,
    /// The signature is not this city's.
    #[error("the receipt is not signed by this city: do not trust the connection")]
    BadSignature,
    /// It speaks of another segment.
    #[error("the receipt belongs to another segment")]
    OtherSegment,
}

impl Receipt {
    fn message(&self) -> Vec<u8> {
        // Writing CBOR into memory cannot fail.
        minicbor::to_vec((
            "mingcha receipt 1",
            self.log,
            self.first_seq,
            self.count,
            self.payload_hash,
            self.received_millis,
            self.previous_order,
            &self.ruled,
            &self.orders,
            &self.numbers,
        ))
        .unwrap_or_default()
    }

    /// Signs what stands in the receipt; whatever signature was there is replaced.
    pub fn signed(mut self, city: &dyn Signer) -> Result<Self, SigningFailed> {
        self.signature = city.sign(&self.message())?;
        Ok(self)
    }

    /// An empty place for a signature.
    pub const UNSIGNED: Signature = Signature([0; 64]);

    /// The bytes that are kept with the log.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing CBOR into memory cannot fail.
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads a receipt and checks that this city signed it.
    pub fn from_bytes(bytes: &[u8], city: &CityKey) -> Result<Self, ReceiptError> {
        let receipt: Self = minicbor::decode(bytes).map_err(|_| ReceiptError::Malformed)?;
        if city.verifies(&receipt.message(), &receipt.signature) {
            Ok(receipt)
        } else {
            Err(ReceiptError::BadSignature)
        }
    }

    /// The verdict on one op of the segment.
    pub fn verdict(&self, seq: u64) -> (Verdict, Option<Refusal>) {
        self.ruled
            .iter()
            .find(|ruled| ruled.seq == seq)
            .map_or((Verdict::Accepted, None), |ruled| (ruled.verdict, ruled.reason))
    }
}

/// The orders of a segment's ops by the plain clamp, before anything that they name is considered.
pub fn plain_orders(claimed: impl IntoIterator<Item = i64>, received_millis: i64, previous: Order) -> Vec<Order> {
    let mut last = previous;
    claimed
        .into_iter()
        .map(|claimed| {
            last = Order::assign(claimed, received_millis, last, None);
            last
        })
        .collect()
}
