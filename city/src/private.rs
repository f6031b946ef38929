//! The city's folder and files are its owner's alone: other accounts of the machine read nothing.
//!
//! Modes are set where the system has them, again at every opening. It refuses to be taken for encryption: whoever
//! reads the disk itself, or is root, reads the city.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder that is its owner's alone, or makes one that is there so.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    restrict(path, 0o700)
}

/// A file made anew, its owner's alone from its first moment.
pub(crate) fn create(path: &Path, only_new: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if only_new {
        options.create_new(true)
    } else {
        options.create(true).truncate(true)
    };
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes an empty file where none is, and one that is there its owner's alone. What SQLite lays beside it follows it.
pub(crate) fn file(path: &Path) -> io::Result<()> {
    match create(path, true) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => restrict(path, 0o600),
        Err(error) => Err(error),
    }
}

/// Makes what an opened city is made of its owner's alone.
pub(crate) fn close(city: &Path) -> io::Result<()> {
    folder(city)?;
    folder(&city.join("photos"))?;
    file(&city.join("city.db"))?;
    restrict(&city.join("city.key"), 0o600)
}

fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut permissions = std::fs::metadata(path)?.permissions();
        if permissions.mode() & 0o777 != mode {
            permissions.set_mode(mode);
            std::fs::set_permissions(path, permissions)?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}
