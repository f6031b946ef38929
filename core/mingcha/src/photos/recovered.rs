//! Files that a killed process sealed and never said: recovered photos. They are never deleted unasked (`2-sync` section 7).
//!
//! A person takes one into a visit, where it is a photo like every other, or discards it. What has a row by now is none.

use mingcha_evidence::{CopyKind, inspect};
use mingcha_model::Digest;

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
        let (visit, place) = self.visit_open_for_writing(visit)?;
        let item = item.map(|item| self.item_of_visit(&visit, item)).transpose()?.map(|item| item.code);
        self.may_add_photos(&place)?;
        let sealed = self.vault.adopt(&sha256).map_err(MingchaError::file)?;
        let bytes = self.vault.read(&sha256, &sealed.key).map_err(MingchaError::file)?;
        let header = inspect(&bytes).map_err(picture)?;
        let taken = self.unless_erased_meanwhile(|phone| {
            let (row, taken) = phone.seal_original(visit.visit, item.as_ref(), &header, &bytes)?;
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
        Ok(row)
    }

    /// Whole files without a photo.
    pub(crate) fn recovered(&self) -> Result<Vec<Digest>, MingchaError> {
        let mut recovered = Vec::new();
        for sha256 in &self.sweep.without_row {
            if self.store.photo_files_of(*sha256)?.iter().all(|row| row.key.is_none()) {
                recovered.push(*sha256);
            }
        }
        Ok(recovered)
    }

    fn recovered_named(&self, typed: &str) -> Result<Digest, MingchaError> {
        let unknown = || Mistake::Unknown("找回的照片", "recovered photo");
        let sha256 = typed.trim().parse().map_err(|_| unknown())?;
        if self.recovered()?.contains(&sha256) { Ok(sha256) } else { Err(unknown().into()) }
    }

    fn recovered_row(&self, sha256: Digest) -> RecoveredPhoto {
        let opened = self.vault.adopt(&sha256);
        let copy = match opened.as_ref().map(|sealed| sealed.kind) {
            Ok(CopyKind::Original) => "original",
            Ok(CopyKind::Standard) => "standard",
            Ok(CopyKind::Thumbnail) => "thumbnail",
            Err(_) => "damaged",
        };
        RecoveredPhoto { sha256, copy, bytes: opened.map_or(0, |sealed| sealed.bytes) }
    }
}
