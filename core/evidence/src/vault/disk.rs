//! What a vault asks of a disk, and the disk of the operating system.
//!
//! Every effect of the vault passes through here, so that a disk that fills up or dies at any moment can be put in its
//! place. Nothing here knows what the files are.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One flat folder of files.
pub trait Disk: Send + Sync {
    /// Creates a file that is not there yet.
    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>>;
    /// Opens a file for reading from its start.
    fn open(&self, name: &str) -> io::Result<Box<dyn Read + Send>>;
    /// The names of all files, in any order.
    fn names(&self) -> io::Result<Vec<String>>;
    /// Gives a file another name, in one step; a file that had that name is gone.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Writes over the first bytes of a file, and returns when they are on the disk.
    fn overwrite_start(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Returns when created, renamed and removed names are on the disk.
    fn sync_names(&self) -> io::Result<()>;
    /// Waits until nobody else writes to this folder, and keeps others waiting until it is dropped.
    fn alone(&self) -> io::Result<Box<dyn Alone + '_>>;
}

/// A file being written for the first time.
pub trait NewFile: Write {
    /// Returns when everything written is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

/// Held by the one who may write.
pub trait Alone {}

/// A folder of the operating system.
#[derive(Debug)]
pub struct FolderDisk {
    folder: PathBuf,
    writing: Mutex<()>,
}

/// Not removed by anyone: a lock on a file that is removed locks nothing.
pub(super) const LOCK_NAME: &str = "vault.lock";

impl FolderDisk {
    /// Uses a folder, and makes it when it is not there.
    ///
    /// # Errors
    /// Whatever the system says about making a folder.
    pub fn new(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                File::open(parent)?.sync_all()?;
            }
        }
        Ok(Self { folder, writing: Mutex::new(()) })
    }
}

impl Disk for FolderDisk {
    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        Ok(Box::new(OpenOptions::new().write(true).create_new(true).open(self.folder.join(name))?))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(self.folder.join(name))?))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.folder.join(from), self.folder.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.folder.join(name))
    }

    fn overwrite_start(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(self.folder.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn sync_names(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    /// Locks out other threads and, where the standard library has file locks, other processes.
    ///
    /// Before Rust 1.98 it has none on Android; there an app is one process, and the threads' lock is enough.
    fn alone(&self) -> io::Result<Box<dyn Alone + '_>> {
        let threads = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let processes =
            OpenOptions::new().write(true).create(true).truncate(false).open(self.folder.join(LOCK_NAME))?;
        match processes.lock() {
            Err(error) if error.kind() != ErrorKind::Unsupported => Err(error),
            _ => Ok(Box::new(Both { _threads: threads, _processes: processes })),
        }
    }
}

struct Both<'a> {
    _threads: MutexGuard<'a, ()>,
    _processes: File,
}

impl Alone for Both<'_> {}

impl NewFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}
