//! Photos as evidence: taken in, put to an item, sent to the city, fetched from it, listed and saved.
//!
//! Files come first: every copy of a picture is sealed and durable before one transaction says that the photo exists.
//! A picture that nobody may add is refused before anything is written. One that is taken on a visit is kept as soon as its
//! original is durable; what is handed in with a statement of a finding is said with it.

mod capture;
#[cfg(test)]
mod capture_stories;
mod copies;
mod erase;
mod fetch;
mod free;
#[cfg(test)]
mod late_stories;
mod look;
mod pairs;
mod partial;
mod recovered;
mod rows;
mod send;
#[cfg(test)]
mod shelf;
mod sign;
mod source;
#[cfg(test)]
mod stories;

pub use copies::{PhotoMade, PhotoToMake};
pub(crate) use look::write_new;
use rows::basis_of_photo;
pub(crate) use sign::Known;

use std::path::{Path, PathBuf};

use mingcha_evidence::{
    CopyKind, EvidenceError, FileKey, Fingerprint, Metadata, Outcome, Prepared, Sealed, prepare_file,
};
use mingcha_model::body::{Body, Look, PhotoAdd, PhotoItem};
use mingcha_model::{Digest, EntityId, Field, ItemCode, PhotoCopy, PhotoId, Place, permit, print_seconds};
use mingcha_store::{FileState, PhotoFile};
use zeroize::Zeroizing;

use crate::criteria::photo_warning;
use crate::say::Saying;
use crate::{MingchaError, Mistake, Phone, PhotoTaken};

/// A picture whose files are sealed and durable, and of which nothing was said yet.
pub(crate) struct Captured {
    pub photo: PhotoId,
    /// The rows of its files that are not written yet.
    pub files: Vec<PhotoFile>,
    texts: Vec<String>,
    add: PhotoAdd,
}

/// Photos that were taken in, what to say of them, and the rows of their files.
pub(crate) type AddedPhotos = (Vec<PhotoId>, Vec<Saying>, Vec<PhotoFile>);

impl Captured {
    /// What is said of it: whose evidence it is, and the item it was taken for.
    fn saying(&self, owner: EntityId, item: Option<ItemCode>) -> Saying {
        let body = Body::PhotoAdd(PhotoAdd { owner, item, ..self.add.clone() });
        Saying { texts: self.texts.clone(), ..Saying::new(self.photo, body) }
    }
}

impl Phone {
    /// Puts a photo of a visit to one of its items; `none` takes it off.
    pub fn photo_put(&mut self, photo: &str, item: &str, basis: Option<&str>) -> Result<PhotoTaken, MingchaError> {
        let put = self.photos_put(std::slice::from_ref(&photo), item, basis)?.pop();
        put.ok_or_else(|| Mistake::Unknown("照片", "photo").into())
    }

    /// Puts photos of one visit to one of its items, all of them or none; `none` takes them off.
    pub fn photos_put(
        &mut self,
        photos: &[impl AsRef<str>],
        item: &str,
        basis: Option<&str>,
    ) -> Result<Vec<PhotoTaken>, MingchaError> {
        self.finish_named(photos)?;
        let (mut put, mut sayings, mut of) = (Vec::new(), Vec::new(), None);
        let now = print_seconds(self.now_seconds());
        for photo in photos {
            let id: PhotoId = photo.as_ref().trim().parse().map_err(|_| Mistake::Unknown("照片", "photo"))?;
            let photo = self.store.photo(id)?.ok_or(Mistake::Unknown("照片", "photo"))?;
            if photo.erased {
                return Err(Mistake::NotNow("照片已删除", "the photo was erased").into());
            }
            if self.store.visit(photo.add.owner.into())?.is_none() || of.is_some_and(|owner| owner != photo.add.owner) {
                return Err(Mistake::NotNow(
                    "不是同一次检查中的照片",
                    "only photos of one visit are put to one of its items",
                )
                .into());
            }
            of = Some(photo.add.owner);
            let (visit, _) = self.visit_open_for_writing(&photo.add.owner.to_string())?;
            let item = match item.trim() {
                "none" => None,
                item => Some(self.item_of_visit(&visit, item)?),
            };
            let is_put = item.is_some();
            let warnings = item.as_ref().and_then(photo_warning).into_iter().collect();
            let item = item.map(|item| item.code);
            let over = self.over(id, &Field::PhotoItem, basis, &basis_of_photo(&photo))?;
            sayings.push(Saying::new(id, Body::PhotoItem(PhotoItem { item })).with_over(over));
            let PhotoAdd { original, width, height, .. } = photo.add;
            put.push(PhotoTaken {
                photo: id,
                sha256: original,
                width,
                height,
                warnings,
                observed_at: print_seconds(photo.observed_at),
                recorded_at: is_put.then(|| now.clone()),
            });
        }
        if let Some(owner) = of {
            let (_, place) = self.visit_open_for_writing(&owner.to_string())?;
            self.say(&place, sayings)?;
        }
        Ok(put)
    }

    /// Takes pictures in for whatever is said next: their ids, what to say of them in the same breath, and the rows of
    /// their files.
    pub(crate) fn add_photos(
        &mut self,
        owner: EntityId,
        files: &[PathBuf],
        item: Option<&ItemCode>,
    ) -> Result<AddedPhotos, MingchaError> {
        let (mut photos, mut sayings, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for file in files {
            let captured = self.capture(file)?;
            photos.push(captured.photo);
            sayings.push(captured.saying(owner, item.cloned()));
            rows.extend(captured.files);
        }
        Ok((photos, sayings, rows))
    }

    /// Refuses before a picture is read what would be refused after it was sealed.
    fn may_add_photos(&self, place: &Place) -> Result<(), MingchaError> {
        // Who may put a photo to an item may add one: the model lists both in one line.
        permit(&self.grants()?, &Body::PhotoItem(PhotoItem { item: None }), Some(place))
            .map_err(Mistake::NotPermitted)?;
        Ok(())
    }

    /// Reads a picture, makes its copies and seals all three; nothing is said of it yet.
    fn capture(&mut self, file: &Path) -> Result<Captured, MingchaError> {
        self.me()?;
        let prepared = prepare_file(file).map_err(picture)?;
        let photo = self.new_photo();
        let observed_at = self.now_seconds();
        let original = self.seal_copy(photo, PhotoCopy::Original, &prepared.original)?;
        let mut captured = self.with_copies(photo, &original, &prepared, observed_at)?;
        captured.files.push(original);
        Ok(captured)
    }

    /// Seals the copies of a photo whose original is sealed, and binds all three.
    fn with_copies(
        &mut self,
        photo: PhotoId,
        original: &PhotoFile,
        prepared: &Prepared,
        observed_at: i64,
    ) -> Result<Captured, MingchaError> {
        let standard = self.seal_copy(photo, PhotoCopy::Standard, &prepared.standard)?;
        let thumbnail = self.seal_copy(photo, PhotoCopy::Thumbnail, &prepared.thumbnail)?;
        let add = PhotoAdd {
            owner: photo.into(),
            item: None,
            original: original.sha256,
            standard: standard.sha256,
            thumbnail: thumbnail.sha256,
            original_bytes: original.bytes,
            standard_bytes: standard.bytes,
            thumbnail_bytes: thumbnail.bytes,
            width: prepared.width,
            height: prepared.height,
            observed_at: Some(observed_at),
        };
        let mut texts = claims(&prepared.metadata);
        texts.push(look(prepared.placeholder.clone(), &prepared.fingerprint));
        Ok(Captured { photo, files: vec![standard, thumbnail], texts, add })
    }

    /// Seals one copy that was made here; its row waits to be written with the op.
    fn seal_copy(&mut self, photo: PhotoId, copy: PhotoCopy, bytes: &[u8]) -> Result<PhotoFile, MingchaError> {
        self.seal_file(photo, copy, bytes, FileState::Local)
    }

    /// Seals the bytes of one file into the vault and makes its row, which is not written here.
    fn seal_file(
        &mut self,
        photo: PhotoId,
        copy: PhotoCopy,
        mut bytes: &[u8],
        state: FileState,
    ) -> Result<PhotoFile, MingchaError> {
        let chance = &*self.chance;
        let sealed =
            self.vault.put(&mut bytes, kind(copy), &mut |bytes| chance.fill(bytes)).map_err(MingchaError::file)?;
        self.mend_rows(&sealed)?;
        Ok(self.row_of_file(photo, copy, &sealed, state))
    }

    /// The row of a file that lies sealed in the vault, which is not written here.
    fn row_of_file(&self, photo: PhotoId, copy: PhotoCopy, sealed: &Sealed, state: FileState) -> PhotoFile {
        PhotoFile {
            photo,
            copy,
            sha256: sealed.sha256,
            bytes: sealed.bytes,
            key: Some(Zeroizing::new(*sealed.key.as_bytes())),
            state,
            since: self.now_seconds(),
        }
    }

    /// Photos with equal bytes share a file: where a new one took the place of a lost or damaged one, their rows need
    /// its key.
    fn mend_rows(&mut self, sealed: &Sealed) -> Result<(), MingchaError> {
        if sealed.outcome == Outcome::AlreadyThere {
            return Ok(());
        }
        for mut row in self.store.photo_files_of(sealed.sha256)? {
            // A row without a key was erased, or its file was never here: neither is brought back behind its back.
            if row.key.as_deref().is_some_and(|key| key != sealed.key.as_bytes()) {
                row.key = Some(Zeroizing::new(*sealed.key.as_bytes()));
                if row.state == FileState::Missing {
                    row.state = FileState::Local;
                }
                self.store.put_photo_file(&row)?;
            }
        }
        Ok(())
    }

    /// The bytes of a file that is here, proven to be what its name says.
    pub(crate) fn unseal(&self, file: &PhotoFile) -> Result<Vec<u8>, EvidenceError> {
        let key = file.key.as_ref().ok_or(EvidenceError::NotHere)?;
        let bytes = self.vault.read(&file.sha256, &FileKey::from_bytes(**key))?;
        if Digest::of(&bytes) == file.sha256 { Ok(bytes) } else { Err(EvidenceError::WrongName) }
    }
}

/// True when the file itself lies in the vault, as far as its row knows.
pub(crate) fn is_here(file: &PhotoFile) -> bool {
    file.key.is_some() && matches!(file.state, FileState::Local | FileState::Sent | FileState::Safe)
}

/// Which of its kinds the vault files a copy under: a published copy is looked at like a standard one.
fn kind(copy: PhotoCopy) -> CopyKind {
    match copy {
        PhotoCopy::Original => CopyKind::Original,
        PhotoCopy::Standard | PhotoCopy::Published => CopyKind::Standard,
        PhotoCopy::Thumbnail => CopyKind::Thumbnail,
    }
}

/// What a camera claims, as the texts of the op: time, position, camera. Texts, because they must be erasable.
fn claims(metadata: &Metadata) -> Vec<String> {
    vec![
        claimed_time(metadata).unwrap_or_default(),
        metadata.position.map(position_text).unwrap_or_default(),
        camera(metadata).unwrap_or_default(),
    ]
}

/// What stands for the picture, as the fourth text of the op; empty where nothing could be made of it.
fn look(placeholder: Vec<u8>, fingerprint: &Fingerprint) -> String {
    Look::new(placeholder, Some(fingerprint.as_bytes().to_vec())).map(|look| look.to_text()).unwrap_or_default()
}

fn claimed_time(metadata: &Metadata) -> Option<String> {
    let time = metadata.claimed_time.as_ref()?;
    Some(match &time.offset_text {
        Some(offset) => format!("{} {offset}", time.text),
        None => time.text.clone(),
    })
}

fn camera(metadata: &Metadata) -> Option<String> {
    Some(metadata.camera()).filter(|camera| !camera.is_empty())
}

/// `31.2304000,121.4737000,WGS-84,12`: degrees, datum, metres of uncertainty where the camera named them. A datum that
/// the camera named in no known way is `unknown`, one that it did not name `unnamed`.
fn position_text(position: mingcha_evidence::Position) -> String {
    let datum = match position.datum {
        mingcha_evidence::Datum::Wgs84 => "WGS-84",
        mingcha_evidence::Datum::Gcj02 => "GCJ-02",
        mingcha_evidence::Datum::Bd09 => "BD-09",
        mingcha_evidence::Datum::Unnamed => "unnamed",
        mingcha_evidence::Datum::Unknown => "unknown",
    };
    let uncertainty = position.uncertainty.map(|metres| format!(",{metres}")).unwrap_or_default();
    format!("{},{},{datum}{uncertainty}", degrees(position.latitude_e7), degrees(position.longitude_e7))
}

/// Degrees with seven decimals, exactly.
fn degrees(e7: i32) -> String {
    let sign = if e7 < 0 { "-" } else { "" };
    let whole = e7.unsigned_abs().div_euclid(10_000_000);
    format!("{sign}{whole}.{:07}", e7.unsigned_abs().rem_euclid(10_000_000))
}

/// A picture that cannot be taken in is the caller's mistake; a full disk is not.
fn picture(error: EvidenceError) -> MingchaError {
    match error {
        EvidenceError::NoSuchFile | EvidenceError::Storage { .. } => Mistake::NoFile.into(),
        EvidenceError::DiskFull => MingchaError::Full,
        error => Mistake::Photo(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_print_exactly_on_both_sides_of_zero() {
        assert_eq!(degrees(312_304_000), "31.2304000");
        assert_eq!(degrees(-1), "-0.0000001");
        assert_eq!(degrees(0), "0.0000000");
        assert_eq!(degrees(i32::MIN), "-214.7483648");
    }

    #[test]
    fn a_datum_that_the_camera_does_not_name_is_never_passed_off_as_gps() {
        let position =
            |datum| mingcha_evidence::Position { latitude_e7: 10, longitude_e7: -20, datum, uncertainty: None };
        assert_eq!(position_text(position(mingcha_evidence::Datum::Unnamed)), "0.0000010,-0.0000020,unnamed");
        assert_eq!(position_text(position(mingcha_evidence::Datum::Wgs84)), "0.0000010,-0.0000020,WGS-84");
        assert_eq!(position_text(position(mingcha_evidence::Datum::Unknown)), "0.0000010,-0.0000020,unknown");
    }

    #[test]
    fn a_camera_that_claims_nothing_leaves_three_empty_texts() {
        assert_eq!(claims(&Metadata::default()), ["", "", ""]);
        let metadata =
            Metadata { model: Some("P30".to_owned()), software: Some("9.1".to_owned()), ..Metadata::default() };
        assert_eq!(camera(&metadata).as_deref(), Some("\nP30\n9.1"));
    }

    #[test]
    fn a_file_that_is_no_picture_is_a_mistake_and_a_full_disk_is_not() {
        assert!(picture(EvidenceError::NotAPicture).is_mistake());
        assert_eq!(picture(EvidenceError::NoSuchFile).code(), "no_file");
        assert_eq!(picture(EvidenceError::DiskFull).code(), "disk_full");
        assert!(!picture(EvidenceError::DiskFull).is_mistake());
    }
}
