//! The photos inside one paper, as text inside its file: bounded in number and in bytes, before memory is spent.
//!
//! A unit's paper shows published copies, and what the unit itself took; anything else is left out and counted. An
//! original, with its time and place, is never in a paper.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use mingcha_model::body::PhotoShown;
use mingcha_model::{Case, Digest, PhotoCopy, PhotoId};
use mingcha_store::PhotoFile;

use crate::photos::is_here;
use crate::wording::paper as words;
use crate::{MingchaError, Phone};

/// So many photos are in a paper: eight pages of them.
const MOST_PHOTOS: u64 = 48;
/// So many bytes of photos are in a paper; a third more as text.
const MOST_BYTES: u64 = 24 * 1024 * 1024;

/// Pictures that stand together.
#[derive(Default)]
pub(super) struct Pictures {
    shown: Vec<String>,
    left_out: u64,
}

impl Pictures {
    /// As a row of figures under a caption; nothing when there are none.
    pub fn figures(&self, caption: &str) -> Markup {
        html! {
            @if !self.shown.is_empty() || self.left_out > 0 {
                section class="photos" {
                    h2 { (caption) }
                    div {
                        @for (number, picture) in (1_u32..).zip(&self.shown) {
                            figure {
                                img src=(format!("data:image/jpeg;base64,{picture}")) alt=(format!("{caption}{number}"));
                                figcaption { (caption) " " (number) }
                            }
                        }
                    }
                    @if self.left_out > 0 { p class="small" { (words::photos_left_out(self.left_out)) } }
                }
            }
        }
    }
}

/// All pictures of one paper.
pub(super) struct Album<'a> {
    phone: &'a Phone,
    room: u64,
    shown: u64,
    bytes: u64,
    left_out: u64,
}

impl<'a> Album<'a> {
    pub fn of(phone: &'a Phone) -> Self {
        Self { phone, room: MOST_PHOTOS, shown: 0, bytes: 0, left_out: 0 }
    }

    /// For a paper that has none.
    pub fn without_photos(phone: &'a Phone) -> Self {
        Self { room: 0, ..Self::of(phone) }
    }

    pub fn shown(&self) -> u64 {
        self.shown
    }

    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Photos as colleagues and their own takers see them.
    pub fn photos(&mut self, ids: &[PhotoId]) -> Result<Pictures, MingchaError> {
        let mut pictures = Pictures::default();
        for id in ids {
            let file = self.file_of(*id)?;
            self.put(&mut pictures, file, Some);
        }
        Ok(pictures)
    }

    /// What the city published.
    pub fn published(&mut self, copies: &[Digest]) -> Result<Pictures, MingchaError> {
        let mut pictures = Pictures::default();
        for sha256 in copies {
            let files = self.phone.store.photo_files_of(*sha256)?;
            let published = |file: &PhotoFile| file.copy == PhotoCopy::Published && is_here(file);
            self.put(&mut pictures, files.into_iter().find(published), Some);
        }
        Ok(pictures)
    }

    /// What a person released to the unit, made as the city makes its published copies: encoded anew, pixels alone. What
    /// has to be blurred first is the city's to make.
    pub fn released(&mut self, case: &Case, released: &[PhotoShown]) -> Result<Pictures, MingchaError> {
        let mut pictures = Pictures::default();
        for one in released {
            let is_evidence = self
                .phone
                .store
                .photo(one.photo)?
                .is_some_and(|row| [case.finding.into(), case.raise.visit.into()].contains(&row.add.owner));
            let may_be_shown = one.checked && one.blur.is_empty() && is_evidence;
            let file = if may_be_shown { self.file_of(one.photo)? } else { None };
            self.put(&mut pictures, file, |bytes| Some(mingcha_evidence::prepare(bytes).ok()?.standard));
        }
        Ok(pictures)
    }

    /// The copy to look at, else the small one.
    fn file_of(&self, photo: PhotoId) -> Result<Option<PhotoFile>, MingchaError> {
        for copy in [PhotoCopy::Standard, PhotoCopy::Thumbnail] {
            if let Some(file) = self.phone.store.photo_file(photo, copy)?.filter(is_here) {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    fn put(&mut self, pictures: &mut Pictures, file: Option<PhotoFile>, made: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>) {
        let fits = |file: &PhotoFile| self.shown < self.room && self.bytes.saturating_add(file.bytes) <= MOST_BYTES;
        let bytes = file.filter(fits).and_then(|file| self.phone.unseal(&file).ok()).and_then(made);
        if let Some(bytes) = bytes {
            self.shown = self.shown.saturating_add(1);
            self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            pictures.shown.push(STANDARD.encode(bytes));
        } else {
            self.left_out = self.left_out.saturating_add(1);
            pictures.left_out = pictures.left_out.saturating_add(1);
        }
    }
}
