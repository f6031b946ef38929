//! The copies that people look at: a standard copy, a thumbnail, and a blurred stand-in of a few bytes.
//!
//! Every copy is upright and carries pixels only, in sRGB: no time, no place, no camera, no colour profile. A copy is made to
//! be looked at and is never evidence; the original is.

use image::metadata::Orientation as Turn;
use image::{DynamicImage, Pixel, RgbImage, Rgba};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::beside::beside;
use crate::colour::to_srgb;
use crate::shrink::shrink;
use crate::{EvidenceError, Fingerprint, Orientation};

/// The longest side of a standard copy, in pixels.
pub const STANDARD_SIDE: u32 = 2048;
/// The JPEG quality of a standard copy, of 100.
pub const STANDARD_QUALITY: u8 = 80;
/// The longest side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;
/// The most bytes a thumbnail may have.
pub const THUMBNAIL_LIMIT: usize = 20_000;
/// The most bytes a placeholder may have.
pub const PLACEHOLDER_LIMIT: usize = 25;

/// The copies of one picture.
pub(crate) struct Copies {
    pub standard: Vec<u8>,
    pub thumbnail: Vec<u8>,
    pub placeholder: Vec<u8>,
    pub fingerprint: Fingerprint,
}

/// Makes all copies, each from the next larger one.
pub(crate) fn make(
    picture: DynamicImage,
    orientation: Orientation,
    colour_profile: Option<&[u8]>,
) -> Result<Copies, EvidenceError> {
    let upright = upright(picture, orientation, colour_profile)?;
    let (standard, small) = beside(
        || jpeg(&upright, STANDARD_QUALITY),
        || {
            let thumbnail = shrink(upright.clone().into(), THUMBNAIL_SIDE)?;
            let fingerprint = Fingerprint::of(&thumbnail.to_rgb8());
            Ok::<_, EvidenceError>((placeholder(thumbnail.clone())?, fingerprint, fitting_jpeg(thumbnail)?))
        },
    );
    let (placeholder, fingerprint, thumbnail) = small?;
    Ok(Copies { standard: standard?, thumbnail, placeholder, fingerprint })
}

/// The pixels of a standard copy: shrunk, turned, on white paper, in sRGB.
pub(crate) fn upright(
    picture: DynamicImage,
    orientation: Orientation,
    colour_profile: Option<&[u8]>,
) -> Result<RgbImage, EvidenceError> {
    // Turned and recoloured after shrinking, when it is cheap.
    let mut upright = shrink(picture, STANDARD_SIDE)?;
    upright.apply_orientation(Turn::from_exif(orientation.to_exif()).unwrap_or(Turn::NoTransforms));
    Ok(to_srgb(on_white(upright), colour_profile))
}

/// Lays a picture with transparent parts on white paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    let DynamicImage::ImageRgba8(layered) = picture else { return picture.into_rgb8() };
    let mut paper = RgbImage::new(layered.width(), layered.height());
    for (target, pixel) in paper.pixels_mut().zip(layered.pixels()) {
        let mut white = Rgba([u8::MAX; 4]);
        white.blend(pixel);
        *target = white.to_rgb();
    }
    paper
}

/// A JPEG with half the colour resolution, as cameras write it.
pub(crate) fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, EvidenceError> {
    let damaged = |_| EvidenceError::Damaged;
    let width = u16::try_from(picture.width()).map_err(|_| EvidenceError::Damaged)?;
    let height = u16::try_from(picture.height()).map_err(|_| EvidenceError::Damaged)?;
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(picture, width, height, ColorType::Rgb).map_err(damaged)?;
    Ok(bytes)
}

/// The best JPEG that keeps to [`THUMBNAIL_LIMIT`]: lower quality first, then, for pure noise, fewer pixels.
fn fitting_jpeg(mut picture: DynamicImage) -> Result<Vec<u8>, EvidenceError> {
    loop {
        let pixels = picture.to_rgb8();
        for quality in [75, 65, 55, 45, 35, 25, 15] {
            let bytes = jpeg(&pixels, quality)?;
            if bytes.len() <= THUMBNAIL_LIMIT {
                return Ok(bytes);
            }
        }
        let side = pixels.width().max(pixels.height()) / 2;
        if side == 0 {
            return Err(EvidenceError::Damaged);
        }
        picture = shrink(picture, side)?;
    }
}

/// A `ThumbHash` (version 1 of the format at evanw.github.io/thumbhash): average colour, shape and a few waves.
fn placeholder(thumbnail: DynamicImage) -> Result<Vec<u8>, EvidenceError> {
    let tiny = shrink(thumbnail, 100)?.into_rgba8();
    let (width, height) = (usize::try_from(tiny.width()), usize::try_from(tiny.height()));
    let (Ok(width), Ok(height)) = (width, height) else { return Err(EvidenceError::Damaged) };
    Ok(thumbhash::rgba_to_thumb_hash(width, height, &tiny))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture in which no two pixels are alike: the hardest thing to store in few bytes.
    fn noise(width: u32, height: u32) -> RgbImage {
        let mut state = 7_u32;
        RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, _] = state.to_be_bytes();
            image::Rgb([a, b, c])
        })
    }

    #[test]
    fn even_noise_becomes_a_thumbnail_that_fits() {
        let copies = make(noise(700, 700).into(), Orientation::Upright, None).unwrap();
        assert!(copies.thumbnail.len() <= THUMBNAIL_LIMIT, "{} bytes", copies.thumbnail.len());
        assert!(image::load_from_memory(&copies.thumbnail).unwrap().width() >= 80);
    }

    #[test]
    fn placeholders_of_every_shape_are_small_and_remember_the_colour() {
        for (width, height) in [(1, 1), (320, 320), (320, 240), (240, 320), (320, 1), (3, 300)] {
            let red = RgbImage::from_pixel(width, height, image::Rgb([200, 40, 30]));
            let hash = placeholder(red.into()).unwrap();
            let (r, g, b, a) = thumbhash::thumb_hash_to_average_rgba(&hash).unwrap();
            assert!((r - 0.78).abs() < 0.05 && (g - 0.16).abs() < 0.05 && (b - 0.12).abs() < 0.05 && a > 0.99);
            let hash = placeholder(noise(width, height).into()).unwrap();
            assert!(hash.len() <= PLACEHOLDER_LIMIT, "{width}x{height}: {} bytes", hash.len());
        }
    }

    #[test]
    fn what_is_transparent_shows_white_paper() {
        let mut layered = image::RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0]));
        layered.put_pixel(0, 0, Rgba([10, 20, 30, 255]));
        let paper = on_white(layered.into());
        assert_eq!(paper.get_pixel(0, 0).0, [10, 20, 30]);
        assert_eq!(paper.get_pixel(1, 1).0, [255, 255, 255]);
    }
}
