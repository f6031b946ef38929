//! Once at start-up: what is in the folder against what the rows say.
//!
//! It removes what a killed process was still writing or had begun to erase, and nothing else. A file without a row is
//! somebody's evidence.

use std::collections::BTreeSet;
use std::io::Read;

use mingcha_model::Digest;

use super::disk::LOCK_NAME;
use super::seal::{HEADER, Header};
use super::{CopyKind, EvidenceError, Vault};

/// What a sweep found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Whole files that no row names, in order: recovered photos, for [`Vault::adopt`].
    pub without_row: Vec<Digest>,
    /// Those of them that were sealed as a copy of a picture, by their headers: whoever has the original makes them again.
    pub copies: BTreeSet<Digest>,
    /// Names in rows for which there is no file, in order: to be fetched or reported.
    pub missing_files: Vec<Digest>,
    /// How many half-written files of killed processes were removed.
    pub removed_temporary: u32,
    /// How many files without a row had lost their header, key and all, to an interrupted [`Vault::erase`] and were removed.
    pub finished_erasures: u32,
    /// How many files are none of ours; they were left alone.
    pub strangers: u32,
}

impl Vault {
    /// Compares the folder with the names that rows know. Run it before the first put: a photo that was put and
    /// has no row yet would be reported.
    ///
    /// Of files it reads at most the header; that a file opens is for [`Vault::adopt`] to say.
    ///
    /// # Errors
    /// `Storage` when the folder cannot be listed or a temporary file not removed.
    pub fn sweep(&self, known: &BTreeSet<Digest>) -> Result<Sweep, EvidenceError> {
        // While this is held nobody writes, so every temporary file belongs to a process that is dead.
        let _alone = self.disk.alone()?;
        let mut sweep = Sweep::default();
        let mut present = BTreeSet::new();
        for name in self.disk.names()? {
            if is_temporary(&name) {
                self.disk.remove(&name)?;
                sweep.removed_temporary = sweep.removed_temporary.saturating_add(1);
            } else if let Some(digest) = name.parse::<Digest>().ok().filter(|digest| digest.to_string() == name) {
                present.insert(digest);
            } else if name != LOCK_NAME {
                sweep.strangers = sweep.strangers.saturating_add(1);
            }
        }
        for name in present.difference(known) {
            let start = self.start(name)?;
            if start == [0; HEADER] {
                self.disk.remove(&name.to_string())?;
                sweep.finished_erasures = sweep.finished_erasures.saturating_add(1);
                continue;
            }
            sweep.without_row.push(*name);
            if Header::read(&mut start.as_slice()).is_ok_and(|header| header.kind != CopyKind::Original) {
                sweep.copies.insert(*name);
            }
        }
        if sweep.removed_temporary > 0 || sweep.finished_erasures > 0 {
            self.disk.sync_names()?;
        }
        sweep.missing_files = known.difference(&present).copied().collect();
        Ok(sweep)
    }

    fn start(&self, name: &Digest) -> Result<Vec<u8>, EvidenceError> {
        let mut start = Vec::with_capacity(HEADER);
        let length = u64::try_from(HEADER).unwrap_or(u64::MAX);
        self.disk.open(&name.to_string())?.take(length).read_to_end(&mut start)?;
        Ok(start)
    }
}

/// The name of a file that is still being written; it can never be a SHA-256.
pub(super) fn temporary_name(random: u64) -> String {
    format!("incoming-{random:016x}")
}

fn is_temporary(name: &str) -> bool {
    name.starts_with("incoming-")
}
