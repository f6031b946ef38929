//! Keys of suite 1: a device signs its logs, the city signs what it says.
//!
//! A host brings its own [`Signer`] (Secure Enclave, Android Keystore); the software key here is for desks and tests.
//! A signature is over a message, hashed with SHA-256 by the signer, because hardware keys sign that way.

use minicbor::{Decode, Encode};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature as Ecdsa, SigningKey, VerifyingKey};

/// A P-256 public key in SEC1 compressed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 33]);

/// The public key of a city.
pub type CityKey = PublicKey;

/// A signature: 32 bytes of r, then 32 bytes of s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

/// The bytes are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 key")]
pub struct BadKey;

/// The key could not sign: it was lost or the host refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the device key cannot sign: enrol this device again to get a new one")]
pub struct SigningFailed;

/// Whoever holds a device's private key.
pub trait Signer {
    /// The public half.
    fn public_key(&self) -> PublicKey;
    /// Signs a message with ECDSA over its SHA-256.
    fn sign(&self, message: &[u8]) -> Result<Signature, SigningFailed>;
}

impl PublicKey {
    /// True when the signature is this key's over the message.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&self.0) else { return false };
        let Ok(signature) = Ecdsa::from_slice(&signature.0) else { return false };
        key.verify(message, &signature).is_ok()
    }
}

/// A private key in memory.
pub struct SoftwareKey(SigningKey);

impl SoftwareKey {
    /// A key from 32 secret bytes; about one in 2^32 draws is no key and must be drawn again.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, BadKey> {
        SigningKey::from_slice(secret).map(Self).map_err(|_| BadKey)
    }
}

impl Signer for SoftwareKey {
    fn public_key(&self) -> PublicKey {
        let point = self.0.verifying_key().to_sec1_point(true);
        let mut bytes = [0; 33];
        for (to, from) in bytes.iter_mut().zip(point.as_bytes()) {
            *to = *from;
        }
        PublicKey(bytes)
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SigningFailed> {
        let signature: Ecdsa = self.0.try_sign(message).map_err(|_| SigningFailed)?;
        Ok(Signature(signature.to_bytes().into()))
    }
}

macro_rules! fixed_bytes {
    ($name:ident, $length:literal) => {
        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                <[u8; $length]>::try_from(d.bytes()?)
                    .map(Self)
                    .map_err(|_| minicbor::decode::Error::message("wrong length of a key or signature"))
            }
        }
    };
}

fixed_bytes!(PublicKey, 33);
fixed_bytes!(Signature, 64);
