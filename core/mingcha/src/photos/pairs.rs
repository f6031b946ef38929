//! Before and after: which photos of a finding belong together, and both as files of one size.
//!
//! The first after-photo stands beside the first that shows what was wrong, the second beside the second; what is left over
//! stands beside the last. Only what lies on this phone is paired: nothing here asks the city.

use std::fs;
use std::path::Path;

use mingcha_model::{Body, Case, FindingId, PhotoCopy, PhotoId};
use mingcha_store::PhotoFile;

use super::fetch::name_of_published;
use super::{is_here, picture, write_new};
use crate::{MingchaError, Mistake, Phone, PhotoPair};

/// A photo that was taken afterwards, and how it came.
type Later = (&'static str, PhotoId);

impl Phone {
    /// The pairs of photos of a finding; with a folder, each is written there: side by side, and two of equal size for
    /// a slider.
    ///
    /// # Errors
    /// Mistakes: no such finding; a folder that cannot be made, files that exist.
    pub fn photo_pairs(&self, finding: &str, out: Option<&Path>) -> Result<Vec<PhotoPair>, MingchaError> {
        self.me()?;
        let finding = self.finding_id(finding)?;
        let (before, after) = self.before_and_after(finding)?;
        let mut pairs = Vec::new();
        if let Some(last) = before.last() {
            for (nth, (what, after)) in after.iter().enumerate() {
                let before = *before.get(nth).unwrap_or(last);
                pairs.push(PhotoPair {
                    before,
                    after: *after,
                    what,
                    here: false,
                    erased: self.is_gone(before)? || self.is_gone(*after)?,
                    width: None,
                    height: None,
                    files: Vec::new(),
                });
            }
        }
        let mut files = Vec::new();
        for (number, row) in (1_u32..).zip(&mut pairs) {
            let (Some(before), Some(after)) = (self.copy_to_look_at(row.before)?, self.copy_to_look_at(row.after)?)
            else {
                continue;
            };
            row.here = true;
            let Some(folder) = out else { continue };
            let (before, after) = (self.unseal(&before), self.unseal(&after));
            let (before, after) = (before.map_err(MingchaError::file)?, after.map_err(MingchaError::file)?);
            let made = mingcha_evidence::pair(&before, &after).map_err(picture)?;
            (row.width, row.height) = (Some(made.width), Some(made.height));
            for (name, bytes) in [("before", made.before), ("after", made.after), ("side-by-side", made.side_by_side)] {
                let path = folder.join(format!("{number:02}-{name}.jpg"));
                row.files.push(path.display().to_string());
                match fs::read(&path) {
                    Ok(there) if there == bytes => {}
                    Ok(_) => return Err(Mistake::FileExists.into()),
                    Err(_) => files.push((path, bytes)),
                }
            }
        }
        if let Some(folder) = out {
            fs::create_dir_all(folder).map_err(|_| Mistake::BadFolder)?;
        }
        // All names were looked at before the first file is written.
        for (path, bytes) in files {
            write_new(&path, &bytes)?;
        }
        Ok(pairs)
    }

    /// What shows what was wrong, and what shows what was done.
    fn before_and_after(&self, finding: FindingId) -> Result<(Vec<PhotoId>, Vec<Later>), MingchaError> {
        if let Some(case) = self.store.case(finding)? {
            let published = case.published_photos.iter().map(|sha256| name_of_published(*sha256));
            let before = case.raise.photos.iter().copied().chain(published).collect();
            return Ok((before, after_of(&case)));
        }
        let Some(card) = self.store.card(finding)? else { return Err(Mistake::Unknown("问题", "finding").into()) };
        let before = card.card.photos.iter().map(|sha256| name_of_published(*sha256)).collect();
        let mut after = Vec::new();
        for said in &card.said {
            if let Body::SubmissionAdd(add) = &said.body {
                after.extend(add.photos.iter().map(|photo| ("rectified", *photo)));
            }
        }
        Ok((before, after))
    }

    fn is_gone(&self, photo: PhotoId) -> Result<bool, MingchaError> {
        let is_said = self.store.photo(photo)?.is_some_and(|row| row.erased);
        Ok(is_said || self.store.is_photo_erased(photo)?)
    }

    fn copy_to_look_at(&self, photo: PhotoId) -> Result<Option<PhotoFile>, MingchaError> {
        for copy in [PhotoCopy::Standard, PhotoCopy::Published, PhotoCopy::Thumbnail] {
            if let Some(file) = self.store.photo_file(photo, copy)?.filter(is_here) {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }
}

fn after_of(case: &Case) -> Vec<Later> {
    let fixed = case.fixed_photos.iter().map(|photo| ("fixed", *photo));
    let rectified = case.submissions.iter().flat_map(|one| &one.photos).map(|photo| ("rectified", *photo));
    let rechecked = case.results.iter().flat_map(|one| &one.photos).map(|photo| ("rechecked", *photo));
    fixed.chain(rectified).chain(rechecked).collect()
}
