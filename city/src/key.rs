//! The city's own key: 32 secret bytes in a file that only its owner may read.
//!
//! Receipts and feeds are signed with it. It refuses to make a second one where one is.

use std::io::Write as _;
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use mingcha_sync::{ParcelKey, ParcelSecret, PublicKey, Signature, Signer, SigningFailed, SoftwareKey};
use sha2::Sha256;

use crate::{CityError, Ports, private};

/// The key in memory, and the one for parcels that follows from it: whoever keeps the one keeps both.
pub(crate) struct CitySecret {
    signing: SoftwareKey,
    parcels: ParcelSecret,
}

impl CitySecret {
    fn from_bytes(secret: &[u8; 32]) -> Option<Self> {
        let signing = SoftwareKey::from_bytes(secret).ok()?;
        let mut seed = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        seed.update(b"mingcha parcel seed 1");
        let parcels = ParcelSecret::from_seed(&seed.finalize().into_bytes().into());
        Some(Self { signing, parcels })
    }

    /// What opens parcels.
    pub(crate) fn parcels(&self) -> &ParcelSecret {
        &self.parcels
    }

    /// What phones seal them with.
    pub(crate) fn parcel_key(&self) -> Result<ParcelKey, CityError> {
        ParcelKey::signed(&self.parcels, self).map_err(|_| CityError::Inconsistent("a signature"))
    }
}

impl Signer for CitySecret {
    fn public_key(&self) -> PublicKey {
        self.signing.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SigningFailed> {
        self.signing.sign(message)
    }
}

/// Draws a key and keeps it.
pub(crate) fn make(path: &Path, ports: &Ports) -> Result<(), CityError> {
    let mut secret: [u8; 32] = ports.bytes()?;
    while SoftwareKey::from_bytes(&secret).is_err() {
        secret = ports.bytes()?;
    }
    let mut file = private::create(path, true)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    Ok(())
}

/// Reads the key.
pub(crate) fn open(path: &Path) -> Result<CitySecret, CityError> {
    let bytes = std::fs::read(path).map_err(|_| CityError::BadKey)?;
    let secret: [u8; 32] = bytes.try_into().map_err(|_| CityError::BadKey)?;
    CitySecret::from_bytes(&secret).ok_or(CityError::BadKey)
}
