//! The vault: a flat folder of sealed files, each named by the SHA-256 of the photo inside.
//!
//! A photo is safe here before anyone writes a row about it, and no file is ever deleted because a row is missing.
//! The vault refuses empty files and files above [`crate::FILE_LIMIT`], and never writes over a file that opens.
//!
//! **The order of a put.** Stream into a temporary file while hashing and sealing; make the bytes durable; give the file its
//! name; make the name durable; only then return. A process killed in between leaves a temporary file, which the
//! next [`Vault::sweep`] removes, or a whole file without a row, which the sweep reports and [`Vault::adopt`] opens.
//! The hash is taken over what was streamed in. The put does not read its own file back: the answer would come from the
//! system's cache and prove nothing about the disk.
//!
//! **Where a file's key is.** In the photo's row, and in the header of the file itself, sealed under the vault's key. So a
//! file without a row can be opened, and two photos with equal bytes share one file and one key: a second put finds
//! the file, proves that it still opens, and hands out the key that is there. The price: whoever holds a copy
//! of the folder and the vault's key can open every file in that copy, whatever happened to the rows. Erasing therefore is
//! [`Vault::erase`], which writes over the key in the header and then removes the file; dropping the row's key alone erases
//! nothing. Keep the vault's key where backups of the folder are not.

mod disk;
mod keys;
mod seal;
mod sweep;

use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::Path;

use mingcha_model::Digest;
use sha2::Digest as _;

use crate::EvidenceError;
pub use disk::{Alone, Disk, FolderDisk, NewFile};
pub use keys::{FileKey, FillRandom, VaultKey};
pub use seal::{CHUNK, CopyKind, Unsealed};
pub use sweep::Sweep;

use seal::{HEADER, Header, seal};

/// A folder of sealed files and the key that opens their headers.
///
/// ```
/// use mingcha_evidence::{CopyKind, Outcome, Vault, VaultKey};
/// # let folder = tempfile::tempdir()?;
/// // Chance comes in by the door; this one is for an example only.
/// let mut counter = 0_u8;
/// let mut random = |bytes: &mut [u8]| bytes.fill_with(|| { counter = counter.wrapping_add(1); counter });
///
/// let vault = Vault::open(folder.path(), VaultKey::from_bytes([7; 32]))?;
/// let stored = vault.put(&mut b"a photo".as_slice(), CopyKind::Original, &mut random)?;
/// assert_eq!(stored.outcome, Outcome::New);
/// assert_eq!(vault.read(&stored.sha256, &stored.key)?, b"a photo");
///
/// // The process died before the row was written: nothing is lost.
/// let sweep = vault.sweep(&Default::default())?;
/// assert_eq!(sweep.without_row, [stored.sha256]);
/// assert_eq!(vault.adopt(&stored.sha256)?.key, stored.key);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Vault {
    disk: Box<dyn Disk>,
    key: VaultKey,
}

/// A photo's file as it is in the vault now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The SHA-256 of the plaintext, which is the file's name.
    pub sha256: Digest,
    /// The length of the plaintext in bytes.
    pub bytes: u64,
    /// The key that opens the file, to be stored in the photo's row.
    pub key: FileKey,
    /// Which of the photo's files it is; of a file that was there before, what it was stored as.
    pub kind: CopyKind,
    /// What happened.
    pub outcome: Outcome,
}

/// What a put or an adoption found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The file was not there and now is.
    New,
    /// The file was there, was proven from end to end, and stays as it is, with its own key.
    AlreadyThere,
    /// The file was there and no longer opened; a good one took its place. Rows with the old key need this one.
    Mended,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

impl Vault {
    /// Opens a folder, and makes it when it is not there. Call [`Vault::sweep`] next.
    ///
    /// # Errors
    /// `DiskFull` or `Storage`. A wrong key is not found out here, but by [`Vault::adopt`].
    pub fn open(folder: &Path, key: VaultKey) -> Result<Self, EvidenceError> {
        Ok(Self::on(Box::new(FolderDisk::new(folder)?), key))
    }

    /// Opens a vault on any disk.
    #[must_use]
    pub fn on(disk: Box<dyn Disk>, key: VaultKey) -> Self {
        Self { disk, key }
    }

    /// Seals everything that `source` gives and stores it; on return it survives a loss of power.
    ///
    /// One put at a time: another waits, so `source` should be a local file or memory, not a network.
    ///
    /// # Errors
    /// `Empty`, `FileTooLarge`, `DiskFull` or `Storage`; `KeyNotReadable`, `UnknownSealVersion` or `UnknownSealSuite` when
    /// this photo is there already in a file that only another key or version opens. After an error nothing half is under a
    /// final name; when making the name durable fails, the whole file may be there without a row.
    pub fn put(
        &self,
        source: &mut dyn Read,
        kind: CopyKind,
        random: &mut FillRandom<'_>,
    ) -> Result<Sealed, EvidenceError> {
        let _alone = self.disk.alone()?;
        let mut temporary = [0; 8];
        random(&mut temporary);
        let temporary = sweep::temporary_name(u64::from_be_bytes(temporary));
        let stored = self.store(source, kind, random, &temporary);
        if !matches!(&stored, Ok(Sealed { outcome: Outcome::New | Outcome::Mended, .. })) {
            // Not there when creating it failed; when removing fails, the next sweep does it.
            let _ = self.disk.remove(&temporary);
        }
        stored
    }

    fn store(
        &self,
        source: &mut dyn Read,
        kind: CopyKind,
        random: &mut FillRandom<'_>,
        temporary: &str,
    ) -> Result<Sealed, EvidenceError> {
        let mut secret = zeroize::Zeroizing::new([0; 32]);
        random(secret.as_mut());
        let key = FileKey::from_bytes(*secret);
        let header = Header::new(kind, &key, &self.key, random).ok_or(EvidenceError::KeyNotReadable)?;

        let mut file = self.disk.create(temporary)?;
        let (sha256, bytes) = seal(&header, &key, source, &mut *file)?;
        file.sync()?;
        drop(file);

        let outcome = match self.adopt(&sha256) {
            Ok(there) => {
                // Whoever put it may have died before its name was durable.
                self.disk.sync_names()?;
                return Ok(there);
            }
            Err(EvidenceError::NotHere) => Outcome::New,
            // Only what no key will ever open again may be replaced.
            Err(
                EvidenceError::NotSealed
                | EvidenceError::SealBroken { .. }
                | EvidenceError::SealTruncated { .. }
                | EvidenceError::SealExtended { .. }
                | EvidenceError::WrongName,
            ) => Outcome::Mended,
            Err(error) => return Err(error),
        };
        self.disk.rename(temporary, &sha256.to_string())?;
        self.disk.sync_names()?;
        Ok(Sealed { sha256, bytes, key, kind, outcome })
    }

    /// Opens a file for reading chunk by chunk with the key of its row.
    ///
    /// # Errors
    /// `NotHere`, `NotSealed`, `UnknownSealVersion`, `UnknownSealSuite` or `Storage`.
    pub fn open_file(&self, name: &Digest, key: &FileKey) -> Result<Unsealed, EvidenceError> {
        let (header, source) = self.header(name)?;
        Unsealed::new(header, key, source)
    }

    /// Reads a whole file with the key of its row. A wrong key shows as a broken chunk 0.
    ///
    /// # Errors
    /// Those of [`Vault::open_file`], and `SealBroken`, `SealTruncated` or `SealExtended`.
    pub fn read(&self, name: &Digest, key: &FileKey) -> Result<Vec<u8>, EvidenceError> {
        let mut file = self.open_file(name, key)?;
        let mut whole = Vec::new();
        while let Some(chunk) = file.next_chunk()? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    }

    /// True when a file of this name lies here under this key; what is inside is not looked at.
    #[must_use]
    pub fn holds(&self, name: &Digest, key: &FileKey) -> bool {
        let found = self.header(name).and_then(|(header, _)| header.key(&self.key));
        found.is_ok_and(|found| found.as_bytes() == key.as_bytes())
    }

    /// Opens a file by the key in its own header and proves all of it: every chunk, and that its bytes have its name.
    ///
    /// For a file without a row, and for checking a disk.
    ///
    /// # Errors
    /// Those of [`Vault::read`], `KeyNotReadable` and `WrongName`.
    pub fn adopt(&self, name: &Digest) -> Result<Sealed, EvidenceError> {
        self.prove(name, &mut |_| ())
    }

    /// The same, with the proven bytes; like what was put, the file survives a loss of power on return.
    ///
    /// # Errors
    /// Those of [`Vault::adopt`].
    pub fn adopt_whole(&self, name: &Digest) -> Result<(Sealed, Vec<u8>), EvidenceError> {
        let mut whole = Vec::new();
        let sealed = self.prove(name, &mut |chunk| whole.extend_from_slice(chunk))?;
        // Whoever put it may have died before its name was durable.
        self.disk.sync_names()?;
        Ok((sealed, whole))
    }

    fn prove(&self, name: &Digest, heard: &mut dyn FnMut(&[u8])) -> Result<Sealed, EvidenceError> {
        let (header, source) = self.header(name)?;
        let (key, kind) = (header.key(&self.key)?, header.kind);
        let mut file = Unsealed::new(header, &key, source)?;
        let mut hash = sha2::Sha256::new();
        let mut bytes = 0_u64;
        while let Some(chunk) = file.next_chunk()? {
            bytes = bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            hash.update(&chunk);
            heard(&chunk);
        }
        let sha256 = Digest(hash.finalize().into());
        if sha256 != *name {
            return Err(EvidenceError::WrongName);
        }
        Ok(Sealed { sha256, bytes, key, kind, outcome: Outcome::AlreadyThere })
    }

    /// Destroys the key in a file's header, then removes the file. Erasing what is not there is done already.
    ///
    /// Photos with equal bytes share a file: erase it when the last of their rows goes. Flash storage may keep old
    /// blocks for a while; without the vault's key they cannot be read.
    ///
    /// # Errors
    /// `Storage`; then the file may be there still, and erasing may be tried again.
    pub fn erase(&self, name: &Digest) -> Result<(), EvidenceError> {
        let _alone = self.disk.alone()?;
        let name = name.to_string();
        let gone = |result: std::io::Result<()>| match result {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        };
        gone(self.disk.overwrite_start(&name, &[0; HEADER]))?;
        gone(self.disk.remove(&name))?;
        self.disk.sync_names()?;
        Ok(())
    }

    fn header(&self, name: &Digest) -> Result<(Header, Box<dyn Read + Send>), EvidenceError> {
        let mut source = self.disk.open(&name.to_string()).map_err(|error| match error.kind() {
            ErrorKind::NotFound => EvidenceError::NotHere,
            _ => error.into(),
        })?;
        Ok((Header::read(&mut source)?, source))
    }
}
