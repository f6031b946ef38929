//! Files of which a part is here: kept in the encrypted store piece by piece, so that what came need not come again.
//!
//! A part is never shown and never lies in a folder: it becomes a photo when all of it is here and hashes to what was
//! promised, else it is thrown away. What nobody went on with for 14 days goes too.

use std::io::{self, Read};

use mingcha_evidence::FILE_LIMIT;
use mingcha_model::{Digest, PhotoCopy, PhotoId};
use mingcha_store::{FileState, PhotoFile, Store};
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::kind;
use crate::{MingchaError, Phone};

/// Where it is remembered which files are here in part.
const PARTIAL: &str = "partial_files";
/// How long a part waits for the rest, in seconds.
const WAITS: i64 = 14 * 24 * 60 * 60;

/// A file of which a part is here.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Partial {
    #[n(0)]
    sha256: Digest,
    /// How long each piece is.
    #[n(1)]
    pieces: Vec<u32>,
    /// When the last piece came, in Unix seconds of this phone.
    #[n(2)]
    since: i64,
}

fn name_of(sha256: Digest, piece: usize) -> String {
    format!("partial_file {sha256} {piece}")
}

impl Phone {
    fn partials(&self) -> Result<Vec<Partial>, MingchaError> {
        Ok(self.setting(PARTIAL)?.unwrap_or_default())
    }

    /// How many bytes of this file are here.
    pub(super) fn bytes_here(&self, sha256: Digest) -> Result<u64, MingchaError> {
        let partial = self.partials()?.into_iter().find(|one| one.sha256 == sha256);
        Ok(partial.map_or(0, |one| one.pieces.iter().map(|bytes| u64::from(*bytes)).sum()))
    }

    /// Keeps the next piece of a file. False when the file grows beyond every limit; then nothing of it is kept.
    pub(super) fn keep_piece(&mut self, sha256: Digest, piece: &[u8]) -> Result<bool, MingchaError> {
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        if self.bytes_here(sha256)?.saturating_add(length.into()) > FILE_LIMIT {
            self.drop_partial(sha256)?;
            return Ok(false);
        }
        let since = self.now_seconds();
        let mut partials = self.partials()?;
        let place = partials.iter().position(|one| one.sha256 == sha256).unwrap_or_else(|| {
            partials.push(Partial { sha256, pieces: Vec::new(), since });
            partials.len().saturating_sub(1)
        });
        if let Some(partial) = partials.get_mut(place) {
            // The piece before the row that counts it: killed between the two, it is written over.
            self.store.set_setting(&name_of(sha256, partial.pieces.len()), Some(piece))?;
            partial.pieces.push(length);
            partial.since = since;
        }
        self.put_setting(PARTIAL, &partials)?;
        Ok(true)
    }

    /// Throws the part of a file away.
    pub(super) fn drop_partial(&mut self, sha256: Digest) -> Result<(), MingchaError> {
        let mut partials = self.partials()?;
        let Some(place) = partials.iter().position(|one| one.sha256 == sha256) else { return Ok(()) };
        let partial = partials.remove(place);
        // One more than is counted: a killed process may have written it.
        for piece in 0..=partial.pieces.len() {
            self.store.set_setting(&name_of(sha256, piece), None)?;
        }
        self.put_setting(PARTIAL, &partials)
    }

    /// Throws away parts with which nobody went on.
    pub(super) fn drop_old_partials(&mut self) -> Result<(), MingchaError> {
        let now = self.now_seconds();
        for partial in self.partials()? {
            if now.saturating_sub(partial.since) > WAITS {
                self.drop_partial(partial.sha256)?;
            }
        }
        Ok(())
    }

    /// Seals a file of which every piece is here. False when it is not the file that was promised; it is thrown away.
    pub(super) fn seal_pieces(
        &mut self,
        photo: PhotoId,
        copy: PhotoCopy,
        sha256: Digest,
    ) -> Result<bool, MingchaError> {
        let partial = self.partials()?.into_iter().find(|one| one.sha256 == sha256);
        let pieces = partial.map_or(0, |one| one.pieces.len());
        let mut hasher = Sha256::new();
        for piece in 0..pieces {
            // A piece that is gone makes another file, which its hash shows.
            hasher.update(self.store.setting(&name_of(sha256, piece))?.unwrap_or_default());
        }
        let fits = Digest(hasher.finalize().into()) == sha256;
        if fits {
            let chance = &*self.chance;
            let mut source = Pieces::new(&self.store, sha256, pieces);
            let sealed = self.vault.put(&mut source, kind(copy), &mut |bytes| chance.fill(bytes));
            let sealed = sealed.map_err(MingchaError::file)?;
            self.mend_rows(&sealed)?;
            let key = Some(Zeroizing::new(*sealed.key.as_bytes()));
            let (bytes, since) = (sealed.bytes, self.now_seconds());
            self.store.put_photo_file(&PhotoFile { photo, copy, sha256, bytes, key, state: FileState::Sent, since })?;
        }
        self.drop_partial(sha256)?;
        Ok(fits)
    }
}

/// The pieces of a file, read one after another; one of them is in memory at a time.
struct Pieces<'a> {
    store: &'a Store,
    sha256: Digest,
    next: usize,
    end: usize,
    piece: io::Cursor<Vec<u8>>,
}

impl<'a> Pieces<'a> {
    fn new(store: &'a Store, sha256: Digest, end: usize) -> Self {
        Self { store, sha256, next: 0, end, piece: io::Cursor::default() }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.piece.read(buffer)?;
            if count > 0 || buffer.is_empty() || self.next == self.end {
                return Ok(count);
            }
            let piece = self.store.setting(&name_of(self.sha256, self.next)).map_err(io::Error::other)?;
            self.piece = io::Cursor::new(piece.unwrap_or_default());
            self.next = self.next.saturating_add(1);
        }
    }
}
