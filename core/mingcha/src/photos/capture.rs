//! Taking photos: one is taken the moment its original lies sealed and durable on the disk, and not a copy later.
//!
//! The caller waits for that and for one short transaction. Copies, fingerprint and placeholder are made afterwards, from a
//! queue that survives a killed process (`copies.rs`). A file whose header shows that it can be no photo is refused before
//! anything is written; of several files all are taken or none.

use std::path::Path;

use mingcha_evidence::{Inspection, accept_file};
use mingcha_model::{Item, ItemCode, PhotoCopy, PhotoId, VisitId, print_seconds};
use mingcha_store::{CapturedPhoto, PhotoFile, StoreError};

use super::picture;
use crate::criteria::photo_warning;
use crate::ports::sixteen;
use crate::{MingchaError, Mistake, Phone, PhotoTaken};

/// How often files are sealed whose equals others erase at the same moment.
const ATTEMPTS: u8 = 4;

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
        let (visit, item) = self.visit_for_photos(visit, item)?;
        let avoided = item.as_ref().and_then(photo_warning);
        let item = item.map(|item| item.code);
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
                let (row, mut one) = phone.seal_original(visit, item.as_ref(), &header, &bytes, observed_at)?;
                one.warnings.extend(avoided.clone());
                taken.push(one);
                rows.push(row);
            }
            phone.store.put_captured(&rows)?;
            Ok(taken)
        })
    }

    /// The visit that a photo is taken into, and its item. One that the city holds takes photos without an item: whoever
    /// stands there photographs now, and they are sorted after the release.
    pub(super) fn visit_for_photos(
        &self,
        visit: &str,
        item: Option<&str>,
    ) -> Result<(VisitId, Option<Item>), MingchaError> {
        let id = self.visit_id(visit)?;
        if item.is_none() && self.is_held(id)? {
            return Ok((id, None));
        }
        let (visit, place) = self.visit_open_for_writing(visit)?;
        let item = item.map(|item| self.item_of_visit(&visit, item)).transpose()?;
        self.may_add_photos(&place)?;
        Ok((id, item))
    }

    /// Seals files and writes their rows, and does both again where another process erased one in between: it had the same
    /// bytes, and was the last that anybody knew of.
    pub(super) fn unless_erased_meanwhile<T>(
        &mut self,
        mut seal_and_write: impl FnMut(&mut Self) -> Result<T, MingchaError>,
    ) -> Result<T, MingchaError> {
        for _ in 1..ATTEMPTS {
            match seal_and_write(self) {
                Err(MingchaError::Store(StoreError::FileGone)) => {}
                other => return other,
            }
        }
        seal_and_write(self)
    }

    /// Seals an original; killed before its row is written, it is a recovered photo.
    pub(super) fn seal_original(
        &mut self,
        visit: VisitId,
        item: Option<&ItemCode>,
        header: &Inspection,
        bytes: &[u8],
        observed_at: i64,
    ) -> Result<((CapturedPhoto, PhotoFile), PhotoTaken), MingchaError> {
        let photo = PhotoId::from_random(sixteen(&*self.chance));
        let original = self.seal_copy(photo, PhotoCopy::Original, bytes)?;
        let (width, height) = (header.width, header.height);
        let taken = PhotoTaken {
            photo,
            sha256: original.sha256,
            width,
            height,
            warnings: header.warnings.iter().map(ToString::to_string).collect(),
            observed_at: print_seconds(observed_at),
            recorded_at: item.map(|_| print_seconds(observed_at)),
        };
        let captured = CapturedPhoto {
            photo,
            original: original.sha256,
            visit,
            item: item.cloned(),
            observed_at,
            width,
            height,
            problem: None,
        };
        Ok(((captured, original), taken))
    }
}

/// Says which of several files it is.
fn one_of_several(number: usize, error: MingchaError) -> MingchaError {
    match error {
        MingchaError::Mistake(mistake) => Mistake::OneOfSeveral(number, Box::new(mistake)).into(),
        other => other,
    }
}
