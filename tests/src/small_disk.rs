//! A disk that fills up: a small file system of its own, gone when the story ends.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A small file system.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of this size, `64k` or `3m`, at this folder, which is made; none, and a word about it, where nobody may.
    pub fn mount(at: &Path, size: &str) -> Option<Self> {
        let made = std::fs::create_dir_all(at).is_ok();
        let words = ["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"];
        let mounted = Command::new("mount").args(words).arg(at).output();
        if made && mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        println!("skipped: no small file system can be mounted here");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
