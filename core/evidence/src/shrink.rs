//! Making pictures smaller within a small memory.
//!
//! Very large pictures are halved in their own memory first; the rest is one careful pass. Nothing is ever enlarged.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{ColorType, DynamicImage, GrayImage, RgbImage, RgbaImage};

use crate::EvidenceError;

/// Pictures at least this many times longer than wanted are first halved in place.
///
/// After halving at least one and a half times the wanted length is left for the careful pass, which is what
/// keeps the result as sharp as shrinking in one step.
const HALVED_FROM: u32 = 3;

/// Shrinks a picture in 8-bit grey, RGB or RGBA until no side is longer than `side`; smaller ones stay as they are.
pub(crate) fn shrink(picture: DynamicImage, side: u32) -> Result<DynamicImage, EvidenceError> {
    let (width, height) = fitted(picture.width(), picture.height(), side);
    let picture = halve(picture, side).ok_or(EvidenceError::Damaged)?;
    if (picture.width(), picture.height()) == (width, height) {
        return Ok(picture);
    }
    let mut shrunk = DynamicImage::new(width, height, picture.color());
    match (&picture, &mut shrunk) {
        (DynamicImage::ImageLuma8(from), DynamicImage::ImageLuma8(to)) => {
            resize::<U8>(from, from.dimensions(), to, (width, height))
        }
        (DynamicImage::ImageRgb8(from), DynamicImage::ImageRgb8(to)) => {
            resize::<U8x3>(from, from.dimensions(), to, (width, height))
        }
        (DynamicImage::ImageRgba8(from), DynamicImage::ImageRgba8(to)) => {
            resize::<U8x4>(from, from.dimensions(), to, (width, height))
        }
        _ => None,
    }
    .ok_or(EvidenceError::Damaged)?;
    Ok(shrunk)
}

/// Shrinks a picture to exactly this size, whatever its shape was.
pub(crate) fn exactly(picture: &RgbImage, width: u32, height: u32) -> Option<RgbImage> {
    if picture.dimensions() == (width, height) {
        return Some(picture.clone());
    }
    let mut shrunk = RgbImage::new(width, height);
    resize::<U8x3>(picture, picture.dimensions(), &mut shrunk, (width, height))?;
    Some(shrunk)
}

/// One careful pass over pixels of one kind. Naming the kind keeps the resizer's dozen others out of the program.
fn resize<P: PixelTrait>(from: &[u8], was: (u32, u32), to: &mut [u8], is: (u32, u32)) -> Option<()> {
    let from = TypedImageRef::<P>::from_buffer(was.0, was.1, from).ok()?;
    let mut to = TypedImage::<P>::from_buffer(is.0, is.1, to).ok()?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    Resizer::new().resize_typed(&from, &mut to, &options).ok()
}

/// The bytes that [`shrink`] holds beside a picture of this size, at most.
pub(crate) fn working_memory(width: u32, height: u32, side: u32) -> u64 {
    let (halved_width, _) = halved(width, height, side);
    let (fitted_width, fitted_height) = fitted(width, height, side);
    // The resizer squeezes the rows first, into a picture between, then the columns; at most four channels.
    let columns = u64::from(halved_width).saturating_add(u64::from(fitted_width));
    columns.saturating_mul(u64::from(fitted_height)).saturating_mul(4)
}

/// The largest size of the same shape with no side above `side`, never larger than the picture, never zero.
fn fitted(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side {
        return (width, height);
    }
    let scaled = |length: u32| {
        let units = u64::from(length).saturating_mul(u64::from(side)).saturating_add(u64::from(longest / 2));
        let rounded = units.checked_div(u64::from(longest)).unwrap_or_default();
        u32::try_from(rounded).unwrap_or(side).clamp(1, side)
    };
    (scaled(width), scaled(height))
}

fn halved(mut width: u32, mut height: u32, side: u32) -> (u32, u32) {
    while width.max(height) >= side.saturating_mul(HALVED_FROM) && width.min(height) >= 2 {
        (width, height) = (width / 2, height / 2);
    }
    (width, height)
}

fn halve(picture: DynamicImage, side: u32) -> Option<DynamicImage> {
    let (mut width, mut height) = (picture.width(), picture.height());
    let target = halved(width, height, side);
    if target == (width, height) {
        return Some(picture);
    }
    let color = picture.color();
    let channels = usize::from(color.channel_count());
    let mut pixels = picture.into_bytes();
    while (width, height) != target {
        halve_once(&mut pixels, usize::try_from(width).ok()?.checked_mul(channels)?, channels)?;
        (width, height) = (width / 2, height / 2);
    }
    pixels.shrink_to_fit();
    match color {
        ColorType::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::Rgb8 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::Rgba8 => RgbaImage::from_raw(width, height, pixels).map(DynamicImage::from),
        _ => None,
    }
}

/// Averages blocks of two by two pixels. `stride` is the length of a row in bytes; an odd last row or column is dropped.
fn halve_once(pixels: &mut Vec<u8>, stride: usize, channels: usize) -> Option<()> {
    let block = channels.checked_mul(2)?;
    let mut line = Vec::with_capacity(stride / 2);
    let mut written = 0_usize;
    let mut read = 0_usize;
    while let Some((above, below)) =
        pixels.get(read..read.checked_add(stride.checked_mul(2)?)?).and_then(|two| two.split_at_checked(stride))
    {
        line.clear();
        for (above, below) in above.chunks_exact(block).zip(below.chunks_exact(block)) {
            let (a, b) = above.split_at_checked(channels)?;
            let (c, d) = below.split_at_checked(channels)?;
            line.extend(a.iter().zip(b).zip(c).zip(d).map(|(((a, b), c), d)| mean(*a, *b, *c, *d)));
        }
        // What is written never overtakes what is read: a quarter of the bytes are left.
        let end = written.checked_add(line.len())?;
        pixels.get_mut(written..end)?.copy_from_slice(&line);
        written = end;
        read = read.checked_add(stride.checked_mul(2)?)?;
    }
    pixels.truncate(written);
    Some(())
}

fn mean(a: u8, b: u8, c: u8, d: u8) -> u8 {
    let sum = [a, b, c, d].iter().fold(2_u16, |sum, &value| sum.saturating_add(u16::from(value)));
    u8::try_from(sum / 4).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_kept_and_nothing_is_enlarged() {
        assert_eq!(fitted(4000, 3000, 2048), (2048, 1536));
        assert_eq!(fitted(1976, 4608, 2048), (878, 2048));
        assert_eq!(fitted(640, 480, 2048), (640, 480));
        assert_eq!(fitted(60_000, 2, 2048), (2048, 1));
    }

    #[test]
    fn halving_averages_four_pixels_and_drops_an_odd_edge() {
        let picture = RgbImage::from_fn(25, 13, |x, y| {
            let value = u8::try_from((x % 2) * 20 + (y % 2) * 40).unwrap();
            image::Rgb([value, value + 1, value + 2])
        });
        let halved = halve(picture.into(), 8).unwrap();
        assert_eq!((halved.width(), halved.height()), (12, 6));
        assert!(halved.into_rgb8().pixels().all(|pixel| pixel.0 == [30, 31, 32]));
    }

    #[test]
    fn a_large_picture_looks_the_same_as_when_shrunk_in_one_step() {
        let wave = |x: u32, y: u32| image::Luma([u8::try_from((x / 7 + y / 5) % 256).unwrap()]);
        let large = GrayImage::from_fn(1201, 801, wave);
        let mut one_step = GrayImage::new(300, 200);
        resize::<U8>(&large, (1201, 801), &mut one_step, (300, 200)).unwrap();
        let ours = shrink(large.into(), 300).unwrap().into_luma8();
        assert_eq!(ours.dimensions(), (300, 200));
        let difference: u64 = ours.iter().zip(one_step.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(difference / 60_000 <= 2, "mean difference {}", difference / 60_000);
    }
}
