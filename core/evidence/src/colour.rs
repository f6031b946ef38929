//! Colours as a screen without colour management shows them.
//!
//! Phones store wide colours and say so in an ICC profile. Copies carry no profile, so their values must be sRGB, or
//! every face would look a little grey. A profile that makes no sense is ignored: it is no reason to refuse a picture.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, TransformOptions};

use crate::EvidenceError;
use crate::guard::guarded;

/// The most bytes of a profile that is looked at; those of cameras have less than 10,000.
const PROFILE_LIMIT: usize = 1024 * 1024;

/// The same colours in sRGB.
pub(crate) fn to_srgb(picture: RgbImage, profile: Option<&[u8]>) -> RgbImage {
    let converted = profile.and_then(|profile| guarded(|| convert(&picture, profile)).ok());
    converted.unwrap_or(picture)
}

fn convert(picture: &RgbImage, profile: &[u8]) -> Result<RgbImage, EvidenceError> {
    let ignored = |_| EvidenceError::Damaged;
    let limits = ParsingOptions { max_profile_size: PROFILE_LIMIT, ..ParsingOptions::default() };
    let from = ColorProfile::new_from_slice_with_options(profile, limits).map_err(ignored)?;
    // Of a grey or four-colour picture the decoder has already made RGB of its own.
    if from.color_space != DataColorSpace::Rgb {
        return Err(EvidenceError::Damaged);
    }
    let to = ColorProfile::new_srgb();
    let transform =
        from.create_transform_8bit(Layout::Rgb, &to, Layout::Rgb, TransformOptions::default()).map_err(ignored)?;
    let mut converted = RgbImage::new(picture.width(), picture.height());
    transform.transform(picture.as_raw(), &mut converted).map_err(ignored)?;
    Ok(converted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wide_red_of_a_phone_becomes_the_red_that_srgb_has() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let picture = RgbImage::from_pixel(4, 4, image::Rgb([150, 60, 60]));
        let [red, green, blue] = to_srgb(picture, Some(&profile)).get_pixel(0, 0).0;
        // By the matrices of the two standards: 162.4, 51.9 and 56.4.
        assert!(red.abs_diff(162) <= 1 && green.abs_diff(52) <= 1 && blue.abs_diff(56) <= 1, "{red} {green} {blue}");
    }

    #[test]
    fn a_profile_without_sense_is_ignored() {
        let picture = RgbImage::from_pixel(4, 4, image::Rgb([150, 60, 60]));
        let mut profile = ColorProfile::new_display_p3().encode().unwrap();
        assert_eq!(to_srgb(picture.clone(), Some(b"not a profile")), picture);
        profile.truncate(150);
        assert_eq!(to_srgb(picture.clone(), Some(&profile)), picture);
        let grey = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        assert_eq!(to_srgb(picture.clone(), Some(&grey)), picture);
    }
}
