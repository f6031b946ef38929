//! The city's own key: 32 secret bytes in a file that only its owner may read.
//!
//! Receipts and feeds are signed with it. It refuses to make a second one where one is.

use std::io::Write as _;
use std::path::Path;

use mingcha_sync::{PublicKey, Signature, Signer, SigningFailed, SoftwareKey};

use crate::{CityError, Ports, private};

/// The key in memory.
pub(crate) struct CitySecret(SoftwareKey);

impl Signer for CitySecret {
    fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SigningFailed> {
        self.0.sign(message)
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
    SoftwareKey::from_bytes(&secret).map(CitySecret).map_err(|_| CityError::BadKey)
}
