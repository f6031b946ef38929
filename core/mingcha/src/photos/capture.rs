//! Taking photos: one is taken the moment its original lies sealed and durable on the disk, and not a copy later.
//!
//! The caller waits for that and for one short transaction. Copies, fingerprint and placeholder are made afterwards, from a
//! queue that survives a killed process (`copies.rs`). A file whose header shows that it can be no photo is refused before
//! anything is written; of several files all are taken or none.

use std::path::Path;

use mingcha_evidence::{Inspection, accept_file};
use mingcha_model::{ItemCode, PhotoCopy, PhotoId, VisitId, print_seconds};
use mingcha_store::{CapturedPhoto, PhotoFile, StoreError};

use super::picture;
use crate::criteria::photo_warning;
use crate::ports::sixteen;
use crate::{MingchaError, Mistake, Phone, PhotoTaken};

/// Where a photo is taken into.
pub(super) struct Destination {
    pub visit: VisitId,
    pub item: Option<ItemCode>,
    /// What to say because it is taken for that item.
    pub warning: Option<String>,
}

/// The row of a taken photo and that of its original.
type CapturedRows = (CapturedPhoto, PhotoFile);

impl Phone {
    /// Takes a picture into a visit, for one of its items where one is named.
    ///
    /// On return its original is durable and it is listed in the visit. Its copies are made by [`Phone::photo_finish`],
    /// by whoever works on [`Phone::photo_to_make`], and at the latest before the visit is submitted or the phone syncs.
    pub fn visit_photo(&mut self, visit: &str, file: &Path, item: Option<&str>) -> Result<PhotoTaken, MingchaError> {
        let taken = self.visit_photos(visit, &[file], item)?.pop();
        taken.ok_or_else(|| Mistake::NoFile.into())
    }

    /// The same of several pictures: all of them are taken, or none.
    ///
    /// # Errors
    /// Mistakes: no such visit or item, a visit that is submitted, a file that is no picture; of several it is said which.
    pub fn visit_photos(
        &mut self,
        visit: &str,
        files: &[impl AsRef<Path>],
        item: Option<&str>,
    ) -> Result<Vec<PhotoTaken>, MingchaError> {
        let into = self.visit_for_photos(visit, item)?;
        if files.len() > 1 {
            // All are looked at before the first is written.
            for (number, file) in (1..).zip(files) {
                accept_file(file.as_ref()).map_err(|error| one_of_several(number, picture(error)))?;
            }
        }
        self.unless_erased_meanwhile(|phone| {
            let (mut rows, mut taken) = (Vec::new(), Vec::new());
            for file in files {
                let (header, bytes) = accept_file(file.as_ref()).map_err(picture)?;
                let observed_at = phone.now_seconds();
                let (row, one) = phone.seal_original(&into, &header, &bytes, observed_at)?;
                taken.push(one);
                rows.push(row);
            }
            phone.store.put_captured(&rows)?;
            Ok(taken)
        })
    }

    /// The visit that a photo is taken into, and its item. One that the city holds takes photos without an item: whoever
    /// stands there photographs now, and they are sorted after the release.
    pub(super) fn visit_for_photos(&self, visit: &str, item: Option<&str>) -> Result<Destination, MingchaError> {
        let id = self.visit_id(visit)?;
        if item.is_none() && self.is_held(id)? {
            return Ok(Destination { visit: id, item: None, warning: None });
        }
        let (visit, place) = self.visit_open_for_writing(visit)?;
        let item = item.map(|item| self.item_of_visit(&visit, item)).transpose()?;
        self.may_add_photos(&place)?;
        Ok(Destination { visit: id, warning: item.as_ref().and_then(photo_warning), item: item.map(|item| item.code) })
    }

    /// Seals files and writes their rows, and does both again where another process erased one in between: it had the same
    /// bytes, and was the last that anybody knew of.
    pub(super) fn unless_erased_meanwhile<T>(
        &mut self,
        mut seal_and_write: impl FnMut(&mut Self) -> Result<T, MingchaError>,
    ) -> Result<T, MingchaError> {
        let is_gone = |error: &StoreError| matches!(error, StoreError::FileGone);
        self.again_where(is_gone, &mut seal_and_write)
    }

    /// The name of a photo that nobody has taken yet.
    pub(super) fn new_photo(&self) -> PhotoId {
        PhotoId::from_random(sixteen(&*self.chance))
    }

    /// Seals an original; killed before its row is written, it is a recovered photo.
    pub(super) fn seal_original(
        &mut self,
        into: &Destination,
        header: &Inspection,
        bytes: &[u8],
        observed_at: i64,
    ) -> Result<(CapturedRows, PhotoTaken), MingchaError> {
        let original = self.seal_copy(self.new_photo(), PhotoCopy::Original, bytes)?;
        Ok(captured(original, into, header, observed_at))
    }
}

/// What is written of a photo whose original is sealed, and what is told of it.
pub(super) fn captured(
    original: PhotoFile,
    into: &Destination,
    header: &Inspection,
    observed_at: i64,
) -> (CapturedRows, PhotoTaken) {
    let (photo, sha256, width, height) = (original.photo, original.sha256, header.width, header.height);
    let warnings = header.warnings.iter().map(ToString::to_string).chain(into.warning.clone());
    let taken = PhotoTaken {
        photo,
        sha256,
        width,
        height,
        warnings: warnings.collect(),
        observed_at: print_seconds(observed_at),
        recorded_at: into.item.as_ref().map(|_| print_seconds(observed_at)),
    };
    let captured = CapturedPhoto {
        photo,
        original: sha256,
        visit: into.visit,
        item: into.item.clone(),
        observed_at,
        width,
        height,
        problem: None,
    };
    ((captured, original), taken)
}

/// Says which of several files it is.
fn one_of_several(number: usize, error: MingchaError) -> MingchaError {
    match error {
        MingchaError::Mistake(mistake) => Mistake::OneOfSeveral(number, Box::new(mistake)).into(),
        other => other,
    }
}
