//! Before and after: two photos of one place, cut to one size, to be laid over each other or side by side.
//!
//! Nothing is turned, moved or enlarged to make them fit: what differs between two cameras' views stays to be seen.

use image::{GenericImage as _, Rgb, RgbImage, imageops};

use crate::shrink::exactly;
use crate::{EvidenceError, STANDARD_QUALITY, STANDARD_SIDE, copies, intake};

/// Columns of paper between two pictures side by side.
const GAP: u32 = 8;

/// Two photos cut to one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The earlier one, an upright JPEG without metadata.
    pub before: Vec<u8>,
    /// The later one, of exactly the same size.
    pub after: Vec<u8>,
    /// Both in one JPEG, the earlier one on the left, no side above 2048 pixels.
    pub side_by_side: Vec<u8>,
    /// Columns of each.
    pub width: u32,
    /// Rows of each.
    pub height: u32,
}

/// Makes a pair: the later photo is cut around its middle to the shape of the earlier one, the larger is shrunk.
///
/// # Errors
/// Those of [`crate::prepare`], for either photo.
///
/// ```
/// let png = |width, height| -> Result<Vec<u8>, image::ImageError> {
///     let mut png = std::io::Cursor::new(Vec::new());
///     image::RgbImage::new(width, height).write_to(&mut png, image::ImageFormat::Png)?;
///     Ok(png.into_inner())
/// };
/// let pair = mingcha_evidence::pair(&png(800, 600)?, &png(500, 900)?)?;
/// assert_eq!((pair.width, pair.height), (500, 375));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pair(before: &[u8], after: &[u8]) -> Result<Pair, EvidenceError> {
    let (before, after) = (upright(before)?, upright(after)?);
    let (columns, rows) = within(before.dimensions(), after.dimensions());
    let cut = |length: u32, kept: u32| length.saturating_sub(kept) / 2;
    let (left, top) = (cut(after.width(), columns), cut(after.height(), rows));
    let after = imageops::crop_imm(&after, left, top, columns, rows).to_image();
    let (width, height) = (columns.min(before.width()), rows.min(before.height()));
    let damaged = || EvidenceError::Damaged;
    let before = exactly(&before, width, height).ok_or_else(damaged)?;
    let after = exactly(&after, width, height).ok_or_else(damaged)?;
    let side_by_side = beside(&before, &after).ok_or_else(damaged)?;
    Ok(Pair {
        before: copies::jpeg(&before, STANDARD_QUALITY)?,
        after: copies::jpeg(&after, STANDARD_QUALITY)?,
        side_by_side: copies::jpeg(&side_by_side, STANDARD_QUALITY)?,
        width,
        height,
    })
}

fn upright(bytes: &[u8]) -> Result<RgbImage, EvidenceError> {
    let intake::Decoded { inspection, picture, colour_profile } = intake::decode(bytes)?;
    copies::upright(picture, inspection.metadata.orientation, colour_profile.as_deref())
}

/// The largest size of the first picture's shape that the second one has.
fn within(shape: (u32, u32), room: (u32, u32)) -> (u32, u32) {
    let scaled = |length: u32, by: u32, of: u32| {
        let product = u64::from(length).saturating_mul(by.into());
        u32::try_from(product.checked_div(of.into()).unwrap_or_default()).unwrap_or(u32::MAX).max(1)
    };
    let rows = scaled(room.0, shape.1, shape.0);
    if rows <= room.1 { (room.0, rows) } else { (scaled(room.1, shape.0, shape.1).min(room.0), room.1) }
}

fn beside(before: &RgbImage, after: &RgbImage) -> Option<RgbImage> {
    let most = STANDARD_SIDE.saturating_sub(GAP) / 2;
    let (width, height) = before.dimensions();
    let (width, height) = if width > most { within((width, height), (most, STANDARD_SIDE)) } else { (width, height) };
    let mut both = RgbImage::from_pixel(width.checked_mul(2)?.checked_add(GAP)?, height, Rgb([u8::MAX; 3]));
    both.copy_from(&exactly(before, width, height)?, 0, 0).ok()?;
    both.copy_from(&exactly(after, width, height)?, width.checked_add(GAP)?, 0).ok()?;
    Some(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
        let mut png = std::io::Cursor::new(Vec::new());
        RgbImage::from_pixel(width, height, Rgb(colour)).write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    }

    #[test]
    fn whatever_their_sizes_both_come_out_equal_and_no_larger_than_they_were() {
        for (before, after) in
            [((4000, 3000), (3000, 4000)), ((640, 480), (4000, 3000)), ((1, 900), (900, 1)), ((2, 2), (1, 1))]
        {
            let pair = pair(&drawn(before.0, before.1, [200, 0, 0]), &drawn(after.0, after.1, [0, 0, 200])).unwrap();
            let read = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
            let (first, second, both) = (read(&pair.before), read(&pair.after), read(&pair.side_by_side));
            assert_eq!(first.dimensions(), (pair.width, pair.height));
            assert_eq!(second.dimensions(), (pair.width, pair.height));
            assert!(
                pair.width <= before.0.min(after.0) && pair.height <= before.1.min(after.1),
                "{before:?} {after:?}"
            );
            assert!(both.width() <= STANDARD_SIDE && both.height() <= STANDARD_SIDE);
            // Of pictures of a few pixels JPEG keeps one colour for all of them.
            let (left, right) = (both.get_pixel(0, 0).0, both.get_pixel(both.width() - 1, 0).0);
            assert!(pair.width < 40 || (left[0] > 150 && right[2] > 150), "{left:?} {right:?}");
        }
    }

    #[test]
    fn a_shape_fits_into_a_room_by_its_tighter_side() {
        assert_eq!(within((4, 3), (400, 400)), (400, 300));
        assert_eq!(within((3, 4), (400, 400)), (300, 400));
        assert_eq!(within((1, 900), (900, 1)), (1, 1));
    }
}
