//! Files for people: whole or not there at all, and never over something that nobody asked to lose.
//!
//! What is written stands under a name of its own until it is durable; a failed attempt, a full disk or a kill leaves
//! the old file as it was. Only the owner may read a new file: it says who was inspected.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::{MingchaError, Mistake};

/// A file that is being written.
pub(crate) struct OutFile {
    unfinished: NamedTempFile,
    out: PathBuf,
    replace: bool,
}

impl OutFile {
    /// Begins a file beside its place; what is there already is only replaced when that was asked for.
    pub fn begin(out: &Path, replace: bool) -> Result<Self, MingchaError> {
        if out.file_name().is_none() || out.is_dir() {
            return Err(Mistake::BadFolder.into());
        }
        if !replace && out.symlink_metadata().is_ok() {
            return Err(Mistake::FileExists.into());
        }
        let unfinished = Builder::new().prefix(".").suffix(".part").tempfile_in(folder_of(out));
        Ok(Self { unfinished: unfinished.map_err(|error| no_file(&error))?, out: out.to_owned(), replace })
    }

    /// The folder that it will stand in.
    pub fn folder(&self) -> &Path {
        folder_of(&self.out)
    }

    /// Puts it in its place, durable; gives its length in bytes.
    pub fn finish(self) -> Result<u64, MingchaError> {
        let file = self.unfinished.as_file();
        let bytes = file.metadata().map_err(|error| no_file(&error))?.len();
        file.sync_all().map_err(|error| no_file(&error))?;
        let placed = if self.replace {
            self.unfinished.persist(&self.out)
        } else {
            self.unfinished.persist_noclobber(&self.out)
        };
        placed.map_err(|error| no_file(&error.error))?;
        Ok(bytes)
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unfinished.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unfinished.as_file_mut().flush()
    }
}

impl Seek for OutFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.unfinished.as_file_mut().seek(to)
    }
}

fn folder_of(out: &Path) -> &Path {
    match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// What the caller can do about it: another name, another folder, more room.
pub(crate) fn no_file(error: &io::Error) -> MingchaError {
    use io::ErrorKind::{AlreadyExists, IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    match error.kind() {
        AlreadyExists => Mistake::FileExists.into(),
        NotFound | PermissionDenied | IsADirectory | NotADirectory | ReadOnlyFilesystem => Mistake::BadFolder.into(),
        _ => MingchaError::from_io(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(out: &Path, replace: bool, words: &[u8]) -> Result<u64, MingchaError> {
        let mut file = OutFile::begin(out, replace)?;
        file.write_all(words).map_err(|error| no_file(&error))?;
        file.finish()
    }

    #[test]
    fn a_file_takes_the_place_of_another_only_when_that_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("台账.csv");
        assert_eq!(write(&out, false, b"first").unwrap(), 5);
        assert_eq!(write(&out, false, b"second").unwrap_err().code(), "file_exists");
        assert_eq!(fs::read(&out).unwrap(), b"first");
        write(&out, true, b"third").unwrap();
        assert_eq!(fs::read(&out).unwrap(), b"third");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing stays beside it");
    }

    #[test]
    fn a_file_that_somebody_else_wrote_in_the_meantime_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("a.csv");
        let mut file = OutFile::begin(&out, false).unwrap();
        file.write_all(b"mine").unwrap();
        fs::write(&out, "theirs").unwrap();
        assert_eq!(file.finish().unwrap_err().code(), "file_exists");
        assert_eq!(fs::read(&out).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = OutFile::begin(&folder.path().join("a.csv"), false).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_or_stands_in_the_place_is_the_callers_mistake() {
        let folder = tempfile::tempdir().unwrap();
        for out in [folder.path().join("none/a.csv"), folder.path().to_owned(), Path::new("/").to_owned()] {
            assert_eq!(write(&out, true, b"x").unwrap_err().code(), "bad_folder", "{}", out.display());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("a.csv");
        write(&out, false, b"x").unwrap();
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o077, 0);
    }
}
