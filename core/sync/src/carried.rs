//! How a parcel is carried to the city: in pieces, from the byte that the city has.
//!
//! Every letter stands alone. A parcel is known by its own hash, so a lost reply or a killed phone costs one question;
//! whoever carries it lets it go only when the city said under its signature that nothing of it is waited for.

use mingcha_model::Digest;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::key::{CityKey, Signature, Signer, SigningFailed};
use crate::parcel::ParcelCounts;

/// Where parcels are carried to.
pub const PARCELS: &str = "/v1/parcels";
/// The largest piece of a parcel in one letter, in bytes.
pub const LARGEST_PARCEL_PIECE: usize = 256 * 1024;

/// A piece of a parcel: `POST /v1/parcels`. An empty one asks how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ParcelPiece {
    /// The parcel: what its last 32 bytes say.
    #[n(0)]
    pub parcel: Digest,
    /// How many bytes it has in all.
    #[n(1)]
    pub length: u64,
    /// Where this piece begins.
    #[n(2)]
    pub offset: u64,
    /// At most [`LARGEST_PARCEL_PIECE`] bytes.
    #[n(3)]
    pub bytes: ByteVec,
}

/// What the city did with a parcel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ParcelTaken {
    /// How much is in it.
    #[n(0)]
    pub counts: ParcelCounts,
    /// Of its segments, those that do not continue what the city has: something that was said before is missing.
    #[n(1)]
    pub waiting_segments: u64,
    /// Of its photos, those whose op the city has not taken yet.
    #[n(2)]
    pub waiting_photos: u64,
}

impl ParcelTaken {
    /// True when nothing of it is waited for: it may be let go.
    pub fn is_done(&self) -> bool {
        (self.waiting_segments, self.waiting_photos) == (0, 0)
    }
}

/// The city's answer to a piece, under its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ParcelSaid {
    /// The parcel asked about.
    #[n(0)]
    pub parcel: Digest,
    /// How many bytes of it the city has.
    #[n(1)]
    pub has: u64,
    /// What it did with the whole parcel; none before it has all of it.
    #[n(2)]
    pub taken: Option<ParcelTaken>,
    /// The city's signature over all of the above.
    #[n(3)]
    pub signature: Signature,
}

impl ParcelSaid {
    fn message(parcel: Digest, has: u64, taken: Option<ParcelTaken>) -> Vec<u8> {
        minicbor::to_vec(("mingcha parcel said 1", parcel, has, taken)).unwrap_or_default()
    }

    /// A signed answer.
    pub fn signed(
        parcel: Digest,
        has: u64,
        taken: Option<ParcelTaken>,
        city: &dyn Signer,
    ) -> Result<Self, SigningFailed> {
        let signature = city.sign(&Self::message(parcel, has, taken))?;
        Ok(Self { parcel, has, taken, signature })
    }

    /// True when this city signed it.
    pub fn is_signed_by(&self, city: &CityKey) -> bool {
        city.verifies(&Self::message(self.parcel, self.has, self.taken), &self.signature)
    }
}
