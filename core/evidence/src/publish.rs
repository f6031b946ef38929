//! What a unit or a paper may see of a photo: pixels alone, with what a person marked destroyed.
//!
//! A published copy is painted anew from pixels, so no time, place, camera or colour profile of the photo is in it. It
//! refuses a rectangle that would hide nothing: whoever marked it believes that something is hidden.

use std::ops::Range;

use image::{Rgb, RgbImage};
use mingcha_model::Digest;
use mingcha_model::body::Rectangle;

use crate::copies::{self, STANDARD_QUALITY};
use crate::strip::{self, Strip};
use crate::{EvidenceError, intake};

/// A picture that may be shown outside; the photo that it was made from is untouched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCopy {
    /// An upright JPEG, the picture with no side above 2048 pixels, without metadata.
    pub bytes: Vec<u8>,
    /// The SHA-256 of those bytes.
    pub sha256: Digest,
    /// Columns.
    pub width: u32,
    /// Rows, the strip included.
    pub height: u32,
    /// How many characters of the strip no font could draw.
    pub undrawn: u32,
}

/// Makes the copy of a photo that may be published: upright, without metadata, with the marked rectangles destroyed and,
/// where one is wanted, a strip below that says what it is. `bytes` may be any photo that [`crate::prepare`] takes.
///
/// Every pixel of a rectangle becomes the same grey, whatever was there, so nothing of it is left. A blur can be turned back
/// and a mosaic leaves a few hundred bits, which have been enough to read digits again (Hill, Zhou, Saul, Shacham, "On the
/// (In)effectiveness of Mosaicing and Blurring as Tools for Document Redaction", `PoPETs` 2016). JPEG codes blocks of up to
/// 16 pixels together, so a rectangle also swallows an edge of 24 pixels around it, in which traces may stand.
///
/// # Errors
/// Those of [`crate::prepare`]; `BlurOutside` for a rectangle that is empty or begins outside the picture; `StripTooLong` and
/// `BadFont` for a strip that cannot be drawn.
///
/// ```
/// use mingcha_evidence::published_copy;
/// use mingcha_model::body::Rectangle;
/// let mut png = std::io::Cursor::new(Vec::new());
/// image::RgbImage::new(900, 600).write_to(&mut png, image::ImageFormat::Png)?;
///
/// let face = Rectangle { left: 400, top: 100, width: 150, height: 250 };
/// let copy = published_copy(png.get_ref(), &[face], None)?;
/// assert_eq!((copy.width, copy.height), (900, 600));
/// assert_eq!(copy.sha256, mingcha_model::Digest::of(&copy.bytes));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn published_copy(
    bytes: &[u8],
    blur: &[Rectangle],
    strip: Option<&Strip<'_>>,
) -> Result<PublishedCopy, EvidenceError> {
    if blur.iter().any(|one| one.width == 0 || one.height == 0 || one.left >= 1_000 || one.top >= 1_000) {
        return Err(EvidenceError::BlurOutside);
    }
    let intake::Decoded { inspection, picture, colour_profile } = intake::decode(bytes)?;
    let mut picture = copies::upright(picture, inspection.metadata.orientation, colour_profile.as_deref())?;
    for rectangle in blur {
        destroy(&mut picture, *rectangle);
    }
    let (picture, undrawn) = match strip {
        Some(strip) => strip::below(&picture, strip)?,
        None => (picture, 0),
    };
    let bytes = copies::jpeg(&picture, STANDARD_QUALITY)?;
    Ok(PublishedCopy { sha256: Digest::of(&bytes), bytes, width: picture.width(), height: picture.height(), undrawn })
}

/// How far around a rectangle its content may have left traces, in pixels of the copy: a block of 16 pixels, two more
/// by which chroma is smoothed over, and what shrinking looks at.
const EDGE: u32 = 24;

/// What stands where something was.
const NOTHING: Rgb<u8> = Rgb([128; 3]);

/// Paints over a rectangle and its edge.
fn destroy(picture: &mut RgbImage, rectangle: Rectangle) {
    let (columns, rows) = (
        span(rectangle.left, rectangle.width, picture.width()),
        span(rectangle.top, rectangle.height, picture.height()),
    );
    for row in picture.rows_mut().take(rows.end).skip(rows.start) {
        row.take(columns.end).skip(columns.start).for_each(|pixel| *pixel = NOTHING);
    }
}

/// From and to which pixel thousandths of a side reach, rounded outward, with the edge.
fn span(from: u16, length: u16, side: u32) -> Range<usize> {
    let scaled = |thousandths: u32| u64::from(thousandths).saturating_mul(side.into());
    let begin = u32::try_from(scaled(from.into()) / 1_000).unwrap_or(side);
    let end = scaled(u32::from(from).saturating_add(length.into())).div_ceil(1_000);
    let end = u32::try_from(end).unwrap_or(side);
    place(begin.saturating_sub(EDGE).min(side))..place(end.saturating_add(EDGE).min(side))
}

fn place(pixels: u32) -> usize {
    usize::try_from(pixels).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_reaches_outward_and_never_beyond_the_picture() {
        assert_eq!(span(500, 100, 2_048), 1_000..1_253);
        assert_eq!(span(0, 1_000, 2_048), 0..2_048);
        assert_eq!(span(999, u16::MAX, 2_048), 2_021..2_048);
        assert_eq!(span(0, 1, 1), 0..1);
    }
}
