//! The key of the file, and a mark beside it that tells a wrong key from a damaged file.
//!
//! SQLCipher says the same of both: the first page does not authenticate. The mark holds eight bytes of a hash of
//! the key, which say nothing about 32 random bytes. It refuses to hold anything else.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use mingcha_model::Digest;
use zeroize::Zeroizing;

use crate::StoreError;

/// How the file is sealed.
pub enum StoreKey {
    /// Thirty-two random bytes from the device's key store, used as they are: no password, no derivation.
    Raw(Zeroizing<[u8; 32]>),
    /// Not sealed: for the city's read model and for measuring, never for a phone.
    Plain,
}

impl StoreKey {
    /// A key from its 32 bytes.
    pub fn raw(bytes: [u8; 32]) -> Self {
        Self::Raw(Zeroizing::new(bytes))
    }

    /// The value of `PRAGMA key`, in double quotes; `None` when the file is not sealed.
    pub(crate) fn pragma(&self) -> Option<Zeroizing<String>> {
        let Self::Raw(bytes) = self else { return None };
        let mut text = Zeroizing::new(String::with_capacity(70));
        text.push_str("\"x'");
        for byte in bytes.iter() {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
            }
        }
        text.push_str("'\"");
        Some(text)
    }

    fn mark(&self) -> String {
        let mut bytes = Zeroizing::new(b"mingcha store mark 1".to_vec());
        if let Self::Raw(key) = self {
            bytes.extend_from_slice(key.as_slice());
        }
        let digest = Digest::of(&bytes).to_string();
        format!("mingcha store 1 {}\n", digest.get(..16).unwrap_or(&digest))
    }
}

impl std::fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Raw(_) => "StoreKey::Raw(..)",
            Self::Plain => "StoreKey::Plain",
        })
    }
}

/// What the mark beside the file says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marked {
    /// No mark: the store was never made, or the mark was lost.
    Nothing,
    /// The store was made with this key.
    This,
    /// The store was made with another key.
    Other,
}

pub(crate) fn beside(store: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(store.as_os_str());
    name.push(ending);
    PathBuf::from(name)
}

pub(crate) fn marked(store: &Path, key: &StoreKey) -> Result<Marked, StoreError> {
    match std::fs::read(beside(store, "-mark")) {
        Ok(mark) if mark == key.mark().as_bytes() => Ok(Marked::This),
        Ok(_) => Ok(Marked::Other),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Marked::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// Writes the mark anew: whole or not at all.
pub(crate) fn write_mark(store: &Path, key: &StoreKey) -> Result<(), StoreError> {
    let target = beside(store, "-mark");
    let draft = beside(store, "-mark-new");
    let mut file = std::fs::File::create(&draft)?;
    file.write_all(key.mark().as_bytes())?;
    file.sync_all()?;
    match std::fs::rename(&draft, &target) {
        // Another process opens the same new store in this moment, and was first.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && marked(store, key)? == Marked::This => Ok(()),
        renamed => Ok(renamed?),
    }
}
