//! Looking at photos: what a picture is, which photos are here, and a file written out.
//!
//! Nothing here changes what is known. A file that exists is never written over.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingcha_evidence::{EvidenceError, TimeParts, prepare_file};
use mingcha_model::body::{Body, Look, PhotoAdd};
use mingcha_model::{Digest, EntityId, FindingId, ItemCode, Kind, OpId, PhotoCopy, PhotoId, VisitId, print_seconds};
use mingcha_store::{CardFilter, FileState, FindingFilter, PhotoFile};

use super::fetch::name_of_published;
use super::rows::copies_of;
use super::{is_here, picture};
use crate::{MingchaError, Mistake, Phone, PhotoInspected, PhotoListRow, PhotoSaved};

/// What this phone knows of a photo beside its files.
struct Known {
    op: Option<OpId>,
    sha256: Digest,
    owner: Option<EntityId>,
    item: Option<ItemCode>,
    observed_at: Option<i64>,
    recorded_at: Option<i64>,
    look: Option<Look>,
    copies: &'static str,
    problem: Option<(String, String)>,
}

impl Phone {
    /// The photos of which this phone has files, or had.
    pub fn photo_list(&self) -> Result<Vec<PhotoListRow>, MingchaError> {
        let mut by_photo: BTreeMap<PhotoId, Vec<PhotoFile>> = BTreeMap::new();
        for file in self.photo_files()? {
            by_photo.entry(file.photo).or_default().push(file);
        }
        let published = self.published_by()?;
        let mut rows = Vec::new();
        for (photo, mut files) in by_photo {
            let Some(known) = self.known_photo(photo, &published)? else { continue };
            files.sort_by_key(|file| file.copy);
            let name = |file: &PhotoFile| file.copy.name();
            let visit = match known.owner {
                Some(owner) if self.store.kind(owner)? == Some(Kind::VISIT_OPEN) => Some(owner.into()),
                _ => None,
            };
            let (problem, advice) = known.problem.unzip();
            rows.push(PhotoListRow {
                photo,
                sha256: known.sha256,
                visit,
                item: known.item.map(|item| item.to_string()),
                observed_at: known.observed_at.map(print_seconds),
                recorded_at: known.recorded_at.map(print_seconds),
                copies: known.copies,
                problem,
                advice,
                signs: self.signs_of(photo)?,
                placeholder: known.look.map(|look| look.placeholder_base64()),
                here: files.iter().filter(|file| is_here(file)).map(name).collect(),
                waiting: files.iter().filter(|file| file.state == FileState::Local).map(name).collect(),
                op: known.op,
            });
        }
        Ok(rows)
    }

    /// What stands for each photo that a finding's statements name, until the photo comes.
    pub(crate) fn placeholders_of(&self, finding: FindingId) -> Result<BTreeMap<PhotoId, String>, MingchaError> {
        let named = self.store.said_of_finding(finding)?.into_iter().flat_map(|one| one.body.names());
        let mut placeholders = BTreeMap::new();
        for photo in named.map(PhotoId) {
            let look = self.store.photo(photo)?.and_then(|known| known.look);
            placeholders.extend(look.map(|look| (photo, look.placeholder_base64())));
        }
        Ok(placeholders)
    }

    /// Every row of a photo's file, in whatever state.
    pub(crate) fn photo_files(&self) -> Result<Vec<PhotoFile>, MingchaError> {
        let states = [FileState::Local, FileState::Sent, FileState::Safe, FileState::Remote, FileState::Missing];
        let mut files = Vec::new();
        for state in states {
            files.extend(self.store.photo_files_in(state, u32::MAX)?);
        }
        Ok(files)
    }

    /// What cards and published findings show: the name and hash of each copy, with the op that says so.
    pub(crate) fn published_by(&self) -> Result<BTreeMap<PhotoId, (Digest, OpId)>, MingchaError> {
        let mut published = BTreeMap::new();
        for row in self.store.cards(&CardFilter::default())? {
            let said = self.store.said(row.finding.into())?;
            let card = said.iter().rfind(|one| matches!(one.body, Body::CardWrite(_)));
            for (sha256, card) in row.card.photos.iter().zip(std::iter::repeat(card)) {
                if let Some(card) = card {
                    published.insert(name_of_published(*sha256), (*sha256, card.id));
                }
            }
        }
        let copies = FindingFilter { visit: Some(VisitId::NONE), ..FindingFilter::default() };
        for row in self.store.findings(&copies)? {
            let Some(case) = self.store.case(row.finding)? else { continue };
            for sha256 in &case.published_photos {
                published.insert(name_of_published(*sha256), (*sha256, case.raised_by));
            }
        }
        Ok(published)
    }

    fn known_photo(
        &self,
        photo: PhotoId,
        published: &BTreeMap<PhotoId, (Digest, OpId)>,
    ) -> Result<Option<Known>, MingchaError> {
        let none = Known {
            op: None,
            sha256: Digest::ZERO,
            owner: None,
            item: None,
            observed_at: None,
            recorded_at: None,
            look: None,
            copies: "made",
            problem: None,
        };
        if let Some(row) = self.store.photo(photo)? {
            return Ok(Some(Known {
                op: Some(row.op),
                sha256: row.add.original,
                owner: Some(row.add.owner),
                item: row.item,
                observed_at: Some(row.observed_at),
                recorded_at: row.recorded_at,
                look: row.look,
                ..none
            }));
        }
        if let Some(taken) = self.store.captured_photo(photo)? {
            return Ok(Some(Known {
                sha256: taken.original,
                owner: Some(taken.visit.into()),
                observed_at: Some(taken.observed_at),
                recorded_at: taken.item.as_ref().map(|_| taken.observed_at),
                copies: copies_of(&taken),
                problem: taken.problem,
                item: taken.item,
                ..none
            }));
        }
        if let Some((sha256, op)) = published.get(&photo) {
            return Ok(Some(Known { op: Some(*op), sha256: *sha256, ..none }));
        }
        // A refused photo is shown nowhere else, and its files are here all the same.
        for one in self.store.attention()?.into_iter().filter(|one| one.op.entity == photo.into()) {
            if let Ok(Body::PhotoAdd(add)) = Body::from_bytes(one.op.kind, one.op.kind_version, &one.op.body) {
                let observed_at = add.observed_at.unwrap_or(one.op.at);
                return Ok(Some(Known {
                    op: Some(one.id),
                    sha256: add.original,
                    owner: Some(add.owner),
                    observed_at: Some(observed_at),
                    recorded_at: add.item.as_ref().map(|_| observed_at),
                    look: one.op.texts.get(PhotoAdd::LOOK).and_then(|text| Look::from_text(text).ok()),
                    item: add.item,
                    ..none
                }));
            }
        }
        Ok(None)
    }

    /// Writes one copy of a photo to a new file. The photo may also be named by the SHA-256 of one of its files, as cards do.
    /// What is not made yet of a taken photo is not here: [`Phone::photo_ready`] comes first.
    pub fn photo_save(&self, photo: &str, copy: &str, out: &Path) -> Result<PhotoSaved, MingchaError> {
        let asked = PhotoCopy::named(copy)
            .ok_or(Mistake::Malformed("照片版本", "the copy is original, standard, thumbnail or published"))?;
        if let Some(sha256) = self.recovered_of(photo)? {
            let bytes = self.recovered_bytes(sha256)?;
            write_new(out, &bytes)?;
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            return Ok(PhotoSaved { photo: None, copy: asked.name(), bytes: length, sha256 });
        }
        let files = self.files_named(photo.trim())?;
        let file = files.iter().find(|file| file.copy == asked && is_here(file)).or_else(|| {
            // What was published has one copy, whatever it is called.
            files.iter().find(|file| file.copy == PhotoCopy::Published && is_here(file))
        });
        let file = file.ok_or(Mistake::Unknown("照片的这一版本", "photo"))?;
        let bytes = self.unseal(file).map_err(|error| match error {
            EvidenceError::Storage { kind } => MingchaError::File(kind),
            error => MingchaError::file(error),
        })?;
        write_new(out, &bytes)?;
        Ok(PhotoSaved {
            photo: Some(file.photo),
            copy: file.copy.name(),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sha256: file.sha256,
        })
    }

    fn files_named(&self, typed: &str) -> Result<Vec<PhotoFile>, MingchaError> {
        if let Ok(sha256) = typed.parse::<Digest>() {
            return Ok(self.store.photo_files_of(sha256)?);
        }
        let photo: PhotoId = typed.parse().map_err(|_| Mistake::Unknown("照片", "photo"))?;
        let copies = [PhotoCopy::Original, PhotoCopy::Standard, PhotoCopy::Thumbnail, PhotoCopy::Published];
        let mut files = Vec::new();
        for copy in copies {
            files.extend(self.store.photo_file(photo, copy)?);
        }
        Ok(files)
    }

    /// What a picture is, before anything is done with it; with a folder, its copies are written there, named after the
    /// original's hash. Needs no phone.
    pub fn photo_inspect(file: &Path, out: Option<&Path>) -> Result<PhotoInspected, MingchaError> {
        let prepared = prepare_file(file).map_err(picture)?;
        let mut written = Vec::new();
        if let Some(folder) = out {
            fs::create_dir_all(folder).map_err(|_| Mistake::BadFolder)?;
            for (copy, bytes) in [("standard", &prepared.standard), ("thumbnail", &prepared.thumbnail)] {
                let path = folder.join(format!("{}-{copy}.jpg", prepared.sha256));
                // The same picture again gives the same copies.
                if fs::read(&path).ok().as_ref() != Some(bytes) {
                    write_new(&path, bytes)?;
                }
                written.push(path.display().to_string());
            }
        }
        let metadata = &prepared.metadata;
        let degrees = |e7: i32| f64::from(e7) / 1e7;
        let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(PhotoInspected {
            format: prepared.format,
            width: prepared.width,
            height: prepared.height,
            orientation: metadata.orientation.to_exif(),
            taken_at: metadata.claimed_time.as_ref().and_then(|time| time.parts).map(written_time),
            latitude: metadata.position.map(|position| degrees(position.latitude_e7)),
            longitude: metadata.position.map(|position| degrees(position.longitude_e7)),
            make: metadata.make.clone(),
            model: metadata.model.clone(),
            software: metadata.software.clone(),
            sha256: prepared.sha256,
            fingerprint: Some(STANDARD.encode(prepared.fingerprint.as_bytes())),
            placeholder: STANDARD.encode(&prepared.placeholder),
            original_bytes: length(&prepared.original),
            standard_bytes: length(&prepared.standard),
            thumbnail_bytes: length(&prepared.thumbnail),
            warnings: prepared.warnings.iter().map(|warning| warning.code()).collect(),
            written,
        })
    }
}

/// A time as RFC 3339 writes it; without an offset where the camera named none.
fn written_time(time: TimeParts) -> String {
    let TimeParts { year, month, day, hour, minute, second, offset_minutes } = time;
    let offset = offset_minutes.map(|minutes| {
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.unsigned_abs();
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    });
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{}", offset.unwrap_or_default())
}

/// Writes a file that does not exist yet; of a failed attempt nothing stays.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), MingchaError> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Mistake::FileExists.into(),
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Mistake::BadFolder.into(),
        _ => MingchaError::from_io(&error),
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a file would look like a whole one; when it cannot be removed either, the error says enough.
        let _ = fs::remove_file(path);
        MingchaError::from_io(&error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_exists_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.jpg");
        write_new(&path, b"first").unwrap();
        let error = write_new(&path, b"second").unwrap_err();
        assert_eq!(error.code(), "file_exists");
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }

    #[test]
    fn a_folder_that_does_not_exist_is_the_callers_mistake() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_new(&folder.path().join("no/such/photo.jpg"), b"x").unwrap_err();
        assert_eq!(error.code(), "bad_folder");
    }

    #[test]
    fn inspecting_what_is_no_picture_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("letter.jpg");
        fs::write(&file, "Dear sir or madam").unwrap();
        let out = folder.path().join("copies");
        assert_eq!(Phone::photo_inspect(&file, Some(&out)).unwrap_err().code(), "bad_photo");
        assert!(!out.exists());
        assert_eq!(Phone::photo_inspect(&folder.path().join("none.jpg"), None).unwrap_err().code(), "no_file");
    }
}
