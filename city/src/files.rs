//! Photo files by their SHA-256: spooled while they arrive, hashed whole, then moved to their name.
//!
//! A file under its name is whole, always: it was on the disk before it was named. The same file twice is stored
//! once. Nothing here knows whose a file is.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use mingcha_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::{CityError, chance};

/// The folder of photo files.
pub(crate) struct Files<'a> {
    dir: &'a Path,
}

/// A file on its way in; dropped before it is kept, it is gone.
pub(crate) struct Spool {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    bytes: u64,
    kept: bool,
}

impl<'a> Files<'a> {
    /// The photos of the city in this folder.
    pub(crate) fn of(city_dir: &'a Path) -> Self {
        Self { dir: city_dir }
    }

    fn folder(&self) -> PathBuf {
        self.dir.join("photos")
    }

    /// Where the file of this hash is, or would be.
    pub(crate) fn path(&self, sha256: Digest) -> PathBuf {
        let name = sha256.to_string();
        let drawer = name.get(..2).unwrap_or_default().to_owned();
        self.folder().join(drawer).join(name)
    }

    /// True when the file is here, whole.
    pub(crate) fn has(&self, sha256: Digest) -> bool {
        self.path(sha256).is_file()
    }

    /// A new file to write into.
    pub(crate) fn spool(&self) -> Result<Spool, CityError> {
        let folder = self.folder().join("arriving");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(Digest(chance::bytes()?).to_string());
        let file = File::create_new(&path)?;
        Ok(Spool { path, file, hasher: Sha256::new(), bytes: 0, kept: false })
    }

    /// Keeps bytes that were made here.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<Digest, CityError> {
        let mut spool = self.spool()?;
        spool.write(bytes)?;
        let sha256 = spool.sha256();
        spool.keep(self, sha256)?;
        Ok(sha256)
    }

    /// Throws away what was on its way in when the city ended; whoever sent it sends it again.
    pub(crate) fn sweep(&self) -> Result<(), CityError> {
        let folder = self.folder().join("arriving");
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        Ok(())
    }
}

impl Spool {
    /// Adds bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), CityError> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// How many bytes came so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of what came so far.
    pub(crate) fn sha256(&self) -> Digest {
        Digest(self.hasher.clone().finalize().into())
    }

    /// Makes the file durable, then gives it its name.
    pub(crate) fn keep(mut self, files: &Files<'_>, sha256: Digest) -> Result<(), CityError> {
        if files.has(sha256) {
            return Ok(());
        }
        self.file.sync_all()?;
        let path = files.path(sha256);
        if let Some(drawer) = path.parent() {
            if !drawer.exists() {
                std::fs::create_dir_all(drawer)?;
                File::open(files.folder())?.sync_all()?;
            }
            std::fs::rename(&self.path, &path)?;
            self.kept = true;
            File::open(drawer)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if !self.kept {
            // What is left behind is swept at the next start.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
