//! The folder of one phone: its store, its photos and, at a desk, its software keys.
//!
//! A real phone keeps keys in hardware and hands them in; a desk keeps them in files that only their owner reads.
//! Two folders are two phones; a folder is never shared by copying it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mingcha_sync::SoftwareKey;
use zeroize::Zeroizing;

use crate::ports::{Chance, Keys, thirty_two};
use crate::{MingchaError, Mistake};

/// Where things lie in a phone's folder.
#[derive(Clone, Debug)]
pub(crate) struct Home(PathBuf);

impl Home {
    pub fn at(folder: &Path) -> Result<Self, MingchaError> {
        make(folder)?;
        Ok(Self(folder.to_owned()))
    }

    pub fn store(&self) -> PathBuf {
        self.0.join("store.db")
    }

    pub fn sync_lock(&self) -> PathBuf {
        self.0.join("sync.lock")
    }

    pub fn enrol_lock(&self) -> PathBuf {
        self.0.join("enrol.lock")
    }

    pub fn photos(&self) -> PathBuf {
        self.0.join("photos")
    }

    /// Others' parcels that this phone takes to the city.
    pub fn parcels(&self) -> PathBuf {
        self.0.join("parcels")
    }
}

impl Keys {
    /// The software keys of a folder, made at first use: for desks and tests, not for phones.
    pub fn in_folder(folder: &Path, chance: &dyn Chance) -> Result<Self, MingchaError> {
        make(folder)?;
        let store_key = folder.join("store.key");
        if !store_key.exists() && Home(folder.to_owned()).store().exists() {
            return Err(MingchaError::StoreKeyMissing);
        }
        let store = secret(&store_key, chance)?;
        let photos = secret(&folder.join("photos.key"), chance)?;
        let device = secret(&folder.join("device.key"), chance)?;
        let signer = SoftwareKey::from_bytes(&device).map_err(|_| MingchaError::KeyLost)?;
        Ok(Self { store, photos, signer: Box::new(signer) })
    }
}

/// Makes the folder when it is not there, for its owner alone.
fn make(folder: &Path) -> Result<(), MingchaError> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(folder).map_err(|_| Mistake::BadFolder)?)
}

/// Reads 32 secret bytes, or makes them: written whole under another name first, so that no half key is ever found.
fn secret(path: &Path, chance: &dyn Chance) -> Result<Zeroizing<[u8; 32]>, MingchaError> {
    match fs::read(path) {
        Ok(bytes) => {
            let bytes = Zeroizing::new(bytes);
            bytes.as_slice().try_into().map(Zeroizing::new).map_err(|_| MingchaError::KeyLost)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes = Zeroizing::new(thirty_two(chance));
            write_secret(path, &*bytes).map_err(|error| MingchaError::from_io(&error))?;
            // Another process may have been first: what lies there now is the key.
            let kept = Zeroizing::new(fs::read(path).map_err(|error| MingchaError::from_io(&error))?);
            kept.as_slice().try_into().map(Zeroizing::new).map_err(|_| MingchaError::KeyLost)
        }
        Err(error) => Err(MingchaError::from_io(&error)),
    }
}

fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unique = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unique)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // A hard link does not replace a key that somebody else made in the meantime.
    let linked = fs::hard_link(&unique, path);
    fs::remove_file(&unique)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
