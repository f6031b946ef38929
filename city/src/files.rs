//! Photo files by their SHA-256: written whole, made durable, then given their name.
//!
//! A file under its name is whole, always: it was on the disk before it was named. The same file twice is stored
//! once. Nothing here knows whose a file is.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use mingcha_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::{CityError, chance, private};

/// A file is hashed in pieces of this many bytes.
const PIECE: usize = 64 * 1024;

/// Gives every piece of a file to whoever wants it, then says whether it was the file.
pub(crate) type Pieces<'a> = &'a mut dyn FnMut(&mut dyn FnMut(&[u8]) -> Result<(), CityError>) -> Result<(), CityError>;

/// The folder of photo files.
pub(crate) struct Files<'a> {
    dir: &'a Path,
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

    /// Keeps bytes that were made here.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<Digest, CityError> {
        let sha256 = Digest::of(bytes);
        self.receive(sha256, &mut |give| give(bytes)).map(|()| sha256)
    }

    /// Keeps a file that comes piece by piece, from whoever proves that it is the one of this hash.
    pub(crate) fn receive(&self, sha256: Digest, pieces: Pieces<'_>) -> Result<(), CityError> {
        let folder = self.folder().join("arriving");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(Digest(chance::bytes()?).to_string());
        let mut file = private::create(&path, true)?;
        let written = pieces(&mut |piece| Ok(file.write_all(piece)?));
        let kept = written.and_then(|()| self.keep(&path, sha256));
        // What is left behind is swept at the next start.
        let _ = std::fs::remove_file(&path);
        kept
    }

    /// Makes a file durable that was hashed whole, then gives it its name beside the one that it has: whoever dies
    /// between the two finds the old name, and does it again.
    pub(crate) fn keep(&self, whole: &Path, sha256: Digest) -> Result<(), CityError> {
        if self.has(sha256) {
            return Ok(());
        }
        File::open(whole)?.sync_all()?;
        let path = self.path(sha256);
        let drawer = path.parent().ok_or(CityError::Inconsistent("a drawer of photos"))?;
        if !drawer.exists() {
            std::fs::create_dir_all(drawer)?;
            File::open(self.folder())?.sync_all()?;
        }
        match std::fs::hard_link(whole, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // A disk that gives a file one name only.
            Err(_) => std::fs::rename(whole, &path)?,
            Ok(()) => {}
        }
        File::open(drawer)?.sync_all()?;
        Ok(())
    }

    /// Overwrites a file and removes it; nothing happens when it is not here.
    pub(crate) fn destroy(&self, sha256: Digest) -> Result<(), CityError> {
        let path = self.path(sha256);
        destroy(&path)?;
        match path.parent() {
            Some(drawer) if drawer.exists() => Ok(File::open(drawer)?.sync_all()?),
            _ => Ok(()),
        }
    }

    /// Moves a file that is not what its name says out of the way, so that it may come again; one that is gone is no error.
    pub(crate) fn set_aside(&self, sha256: Digest) -> Result<(), CityError> {
        let aside = self.folder().join("damaged");
        std::fs::create_dir_all(&aside)?;
        match std::fs::rename(self.path(sha256), aside.join(sha256.to_string())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Throws away what was being made here when the city ended; it is made again.
    pub(crate) fn sweep(&self) -> Result<(), CityError> {
        let folder = self.folder().join("arriving");
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        Ok(())
    }
}

/// Overwrites a file with noughts, then removes it. Flash storage may keep old blocks for a while all the same.
pub(crate) fn destroy(path: &Path) -> Result<(), CityError> {
    let gone = |error: io::Error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error.into()) };
    let mut file = match File::options().write(true).open(path) {
        Ok(file) => file,
        Err(error) => return gone(error),
    };
    let (mut left, noughts) = (file.metadata()?.len(), vec![0; PIECE]);
    while left > 0 {
        let count = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        file.write_all(noughts.get(..count).unwrap_or_default())?;
        left = left.saturating_sub(u64::try_from(count).unwrap_or(left));
    }
    file.sync_all()?;
    std::fs::remove_file(path).or_else(gone)
}

/// The SHA-256 of a file, read from the disk piece by piece.
pub(crate) fn hash_of(path: &Path) -> Result<Digest, CityError> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(Digest(hasher.finalize().into())),
            count => hasher.update(piece.get(..count).unwrap_or_default()),
        }
    }
}
