//! A sealed file read piece by piece, from any byte on: what an upload sends, without the whole file in memory.
//!
//! A piece that does not open is never given out. Going back to an earlier byte opens the file anew.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use mingcha_evidence::{EvidenceError, FileKey, Unsealed, Vault};
use mingcha_store::PhotoFile;

/// Why a piece cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SourceError {
    /// The file is not here, or does not open.
    Broken,
    /// The disk.
    Disk(ErrorKind),
}

impl From<EvidenceError> for SourceError {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::Storage { kind } => Self::Disk(kind),
            _ => Self::Broken,
        }
    }
}

impl From<io::Error> for SourceError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // A broken seal, or a file that ends too early.
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Self::Broken,
            kind => Self::Disk(kind),
        }
    }
}

/// One file of the vault, open at some byte.
pub(super) struct Source<'a> {
    vault: &'a Vault,
    file: &'a PhotoFile,
    open: Option<(u64, Unsealed)>,
}

impl<'a> Source<'a> {
    pub fn new(vault: &'a Vault, file: &'a PhotoFile) -> Self {
        Self { vault, file, open: None }
    }

    /// These bytes of the file.
    pub fn piece(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        let (at, mut source) = match self.open.take() {
            Some((at, source)) if at <= range.start => (at, source),
            _ => (0, self.opened()?),
        };
        skip(&mut source, range.start.saturating_sub(at))?;
        let length = usize::try_from(range.end.saturating_sub(range.start)).map_err(|_| SourceError::Broken)?;
        let mut piece = vec![0; length];
        source.read_exact(&mut piece)?;
        self.open = Some((range.end, source));
        Ok(piece)
    }

    fn opened(&self) -> Result<Unsealed, SourceError> {
        let key = self.file.key.as_ref().ok_or(SourceError::Broken)?;
        Ok(self.vault.open_file(&self.file.sha256, &FileKey::from_bytes(**key))?)
    }
}

fn skip(source: &mut Unsealed, bytes: u64) -> Result<(), SourceError> {
    let skipped = io::copy(&mut source.take(bytes), &mut io::sink())?;
    if skipped == bytes { Ok(()) } else { Err(SourceError::Broken) }
}
