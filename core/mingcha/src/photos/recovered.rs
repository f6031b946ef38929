//! Files that a killed process sealed and never said: recovered photos. They are never deleted unasked (`2-sync` section 7).
//!
//! A person takes one into a visit, where it is a photo like every other, or discards it. What has a row by now is none.

use mingcha_evidence::inspect;
use mingcha_model::{Digest, PhotoCopy, print_seconds};
use mingcha_store::FileState;

use super::capture::captured;
use super::picture;
use crate::{MingchaError, Mistake, Phone, PhotoTaken, RecoveredPhoto};

impl Phone {
    /// Pictures that lie here and that nothing was said of.
    pub fn photos_recovered(&self) -> Result<Vec<RecoveredPhoto>, MingchaError> {
        Ok(self.recovered()?.into_iter().map(|sha256| self.recovered_row(sha256)).collect())
    }

    /// Takes a recovered picture into a visit, as [`Phone::visit_photo`] takes a file.
    ///
    /// # Errors
    /// Mistakes: no such recovered photo, visit or item; a file that does not open or is no picture, which stays.
    pub fn photo_recover(&mut self, sha256: &str, visit: &str, item: Option<&str>) -> Result<PhotoTaken, MingchaError> {
        let sha256 = self.recovered_named(sha256)?;
        let into = self.visit_for_photos(visit, item)?;
        let observed_at = self.sealed_at(sha256).unwrap_or_else(|| self.now_seconds());
        let (sealed, bytes) = self.vault.adopt_whole(&sha256).map_err(MingchaError::file)?;
        let header = inspect(&bytes).map_err(picture)?;
        let mut lying = Some(sealed);
        let taken = self.unless_erased_meanwhile(|phone| {
            let photo = phone.new_photo();
            let original = match lying.take() {
                Some(sealed) => phone.row_of_file(photo, PhotoCopy::Original, &sealed, FileState::Local),
                None => phone.seal_copy(photo, PhotoCopy::Original, &bytes)?,
            };
            let (row, taken) = captured(original, &into, &header, observed_at);
            phone.store.put_captured(&[row])?;
            Ok(taken)
        })?;
        self.sweep.without_row.retain(|other| *other != sha256);
        Ok(taken)
    }

    /// Erases a recovered picture for good.
    ///
    /// # Errors
    /// A mistake where there is no such recovered photo.
    pub fn photo_discard(&mut self, sha256: &str) -> Result<RecoveredPhoto, MingchaError> {
        let sha256 = self.recovered_named(sha256)?;
        let row = self.recovered_row(sha256);
        self.erase_unnamed(sha256, None)?;
        self.sweep.without_row.retain(|other| *other != sha256);
        self.drop_copies_of_nothing()?;
        Ok(row)
    }

    /// Erases copies that a killed process made and never said. They are no evidence, and are made again from an original;
    /// another process that makes one at this moment finds it gone before it writes its row, and seals it again.
    pub(super) fn drop_copies_of_nothing(&mut self) -> Result<(), MingchaError> {
        for sha256 in self.sweep.without_row.clone() {
            if self.sweep.copies.contains(&sha256) {
                self.erase_unnamed(sha256, None)?;
                self.sweep.without_row.retain(|other| *other != sha256);
            }
        }
        Ok(())
    }

    /// The bytes of a recovered picture, to be looked at before it is decided on.
    pub(super) fn recovered_bytes(&self, sha256: Digest) -> Result<Vec<u8>, MingchaError> {
        Ok(self.vault.adopt_whole(&sha256).map_err(MingchaError::file)?.1)
    }

    /// When it was sealed, by the system's clock in Unix seconds: the moment in which it was taken in.
    fn sealed_at(&self, sha256: Digest) -> Option<i64> {
        let file = std::fs::metadata(self.home.photos().join(sha256.to_string())).ok()?;
        let since = file.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok()
    }

    /// Originals without a photo, by what the sweep saw: no file is opened, because every look at the phone counts them. A copy
    /// that a killed process made is none: its original has a photo, and whoever makes it again finds it.
    pub(crate) fn recovered(&self) -> Result<Vec<Digest>, MingchaError> {
        let mut recovered = Vec::new();
        for sha256 in &self.sweep.without_row {
            if !self.sweep.copies.contains(sha256)
                && self.store.photo_files_of(*sha256)?.iter().all(|row| row.key.is_none())
            {
                recovered.push(*sha256);
            }
        }
        Ok(recovered)
    }

    fn recovered_named(&self, typed: &str) -> Result<Digest, MingchaError> {
        self.recovered_of(typed)?.ok_or_else(|| Mistake::Unknown("找回的照片", "recovered photo").into())
    }

    /// The recovered picture of this name, where there is one.
    pub(super) fn recovered_of(&self, typed: &str) -> Result<Option<Digest>, MingchaError> {
        let Ok(sha256) = typed.trim().parse() else { return Ok(None) };
        Ok(self.recovered()?.contains(&sha256).then_some(sha256))
    }

    fn recovered_row(&self, sha256: Digest) -> RecoveredPhoto {
        let opened = self.vault.adopt(&sha256);
        let copy = if opened.is_ok() { "original" } else { "damaged" };
        let observed_at = self.sealed_at(sha256).map(print_seconds);
        RecoveredPhoto { sha256, copy, bytes: opened.map_or(0, |sealed| sealed.bytes), observed_at }
    }
}
