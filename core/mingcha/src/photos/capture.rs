//! Taking photos: one is taken the moment its original lies sealed and durable on the disk, and not a copy later.
//!
//! The caller waits for that and for one short transaction. Copies, fingerprint and placeholder are made afterwards, from a
//! queue that survives a killed process (`copies.rs`). A file whose header shows that it can be no photo is refused before
//! anything is written; of several files all are taken or none.

use std::path::Path;

use mingcha_evidence::accept_file;
use mingcha_model::{ItemCode, PhotoCopy, PhotoId, VisitId, print_seconds};
use mingcha_store::{CapturedPhoto, PhotoFile};

use super::picture;
use crate::criteria::photo_warning;
use crate::ports::sixteen;
use crate::{MingchaError, Mistake, Phone, PhotoTaken};

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
        let (visit, place) = self.visit_open_for_writing(visit)?;
        let item = item.map(|item| self.item_of_visit(&visit, item)).transpose()?;
        let avoided = item.as_ref().and_then(photo_warning);
        let item = item.map(|item| item.code);
        self.may_add_photos(&place)?;
        if files.len() > 1 {
            // All are looked at before the first is written.
            for (number, file) in (1..).zip(files) {
                accept_file(file.as_ref()).map_err(|error| one_of_several(number, picture(error)))?;
            }
        }
        let (mut rows, mut taken) = (Vec::new(), Vec::new());
        for file in files {
            let (captured, original, mut warnings) = self.seal_original(visit.visit, item.as_ref(), file.as_ref())?;
            warnings.extend(avoided.clone());
            taken.push(PhotoTaken {
                photo: captured.photo,
                sha256: captured.original,
                width: captured.width,
                height: captured.height,
                warnings,
                observed_at: print_seconds(captured.observed_at),
                recorded_at: captured.item.as_ref().map(|_| print_seconds(captured.observed_at)),
            });
            rows.push((captured, original));
        }
        self.store.put_captured(&rows)?;
        Ok(taken)
    }

    /// Seals an original; killed before its rows are written, it is a recovered photo.
    fn seal_original(
        &mut self,
        visit: VisitId,
        item: Option<&ItemCode>,
        file: &Path,
    ) -> Result<(CapturedPhoto, PhotoFile, Vec<String>), MingchaError> {
        let (header, bytes) = accept_file(file).map_err(picture)?;
        let photo = PhotoId::from_random(sixteen(&*self.chance));
        let observed_at = self.now_seconds();
        let original = self.seal_copy(photo, PhotoCopy::Original, &bytes)?;
        let captured = CapturedPhoto {
            photo,
            original: original.sha256,
            visit,
            item: item.cloned(),
            observed_at,
            width: header.width,
            height: header.height,
            problem: None,
        };
        Ok((captured, original, header.warnings.iter().map(ToString::to_string).collect()))
    }
}

/// Says which of several files it is.
fn one_of_several(number: usize, error: MingchaError) -> MingchaError {
    match error {
        MingchaError::Mistake(mistake) => Mistake::OneOfSeveral(number, Box::new(mistake)).into(),
        other => other,
    }
}
