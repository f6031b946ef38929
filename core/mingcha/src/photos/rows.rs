//! The photos of a visit as screens show them: those that were said, and behind them those whose copies are still made.
//!
//! When a picture was taken in and when it was put to an item are told apart, and beside both what the camera claims.

use mingcha_model::body::Look;
use mingcha_model::{Basis, Field, PhotoId, Shown, VisitId, print_seconds};
use mingcha_store::CapturedPhoto;

use crate::{MingchaError, Phone, PhotoRow};

impl Phone {
    /// The rows of a visit's photos; signs only where they are asked for.
    pub(crate) fn photo_rows(&self, visit: VisitId, signs: bool) -> Result<Vec<PhotoRow>, MingchaError> {
        let mut rows = Vec::new();
        for photo in self.store.photos_of(visit.into())? {
            rows.push(PhotoRow {
                photo: photo.photo,
                sha256: photo.add.original,
                basis: basis_of_photo(&photo),
                item: photo.item.as_ref().map(ToString::to_string),
                observed_at: print_seconds(photo.observed_at),
                recorded_at: photo.recorded_at.map(print_seconds),
                taken_at: photo.texts.first().and_then(Option::as_deref).and_then(written_claim),
                copies: "made",
                problem: None,
                advice: None,
                placeholder: photo.look.as_ref().map(Look::placeholder_base64),
                erased: photo.erased,
                signs: if signs { self.signs_of(photo.photo)? } else { Vec::new() },
            });
        }
        for taken in self.store.captured_of(visit)? {
            let copies = copies_of(&taken);
            let (problem, advice) = taken.problem.unzip();
            rows.push(PhotoRow {
                photo: taken.photo,
                sha256: taken.original,
                basis: basis_of(taken.photo, Vec::new()),
                observed_at: print_seconds(taken.observed_at),
                recorded_at: taken.item.as_ref().map(|_| print_seconds(taken.observed_at)),
                item: taken.item.map(|item| item.to_string()),
                taken_at: None,
                copies,
                problem,
                advice,
                placeholder: None,
                erased: false,
                signs: Vec::new(),
            });
        }
        Ok(rows)
    }
}

/// How far a taken photo has come that nothing was said of yet.
pub(super) fn copies_of(taken: &CapturedPhoto) -> &'static str {
    if taken.problem.is_some() { "unusable" } else { "waiting" }
}

/// What the row of a photo of a visit showed.
pub(super) fn basis_of_photo(photo: &mingcha_store::PhotoRow) -> Basis {
    basis_of(photo.photo, photo.item_register.heads().map(|(op, _)| op).collect())
}

fn basis_of(photo: PhotoId, heads: Vec<mingcha_model::OpId>) -> Basis {
    Basis { shown: vec![Shown { entity: photo.into(), field: Field::PhotoItem, heads }] }
}

/// A camera's `2026:03:02 10:20:00 +08:00` as RFC 3339 writes it, without an offset where the camera named none; nothing
/// for anything else.
fn written_claim(text: &str) -> Option<String> {
    let (day, rest) = text.split_once(' ')?;
    let (time, offset) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_number = |text: &str, mark: u8| text.bytes().all(|byte| byte.is_ascii_digit() || byte == mark);
    let fits = day.len() == 10 && time.len() == 8 && is_number(day, b':') && is_number(time, b':');
    fits.then(|| format!("{}T{time}{offset}", day.replace(':', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_camera_claims_is_written_as_times_are() {
        assert_eq!(written_claim("2026:03:02 10:20:00 +08:00").as_deref(), Some("2026-03-02T10:20:00+08:00"));
        assert_eq!(written_claim("2026:03:02 10:20:00").as_deref(), Some("2026-03-02T10:20:00"));
        for other in ["", "yesterday", "2026:03:02", "2026-03-02 10:20:00", "2026:03:02 10.20"] {
            assert_eq!(written_claim(other), None, "{other}");
        }
    }
}
