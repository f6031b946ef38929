//! The strip below a published picture that says what it is: site, date, campaign, mode.
//!
//! It stands below the picture and covers none of it. Chinese needs a font that the host names; without one, Latin letters
//! and digits are drawn and the rest is left out and counted, for no font of ours is worth ten megabytes on every phone.

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use crate::EvidenceError;
use crate::guard::guarded;

/// What stands below a published picture.
#[derive(Clone, Copy)]
pub struct Strip<'a> {
    /// Its words, at most 300 characters; a line break begins a new line, and long lines are broken.
    pub text: &'a str,
    /// A font in TrueType or OpenType, or a collection of which the first is taken.
    pub font: Option<&'a [u8]>,
}

/// The most characters of a strip.
pub const STRIP_LIMIT: usize = 300;

const PAPER: Rgb<u8> = Rgb([24, 24, 24]);
const INK: u8 = 245;
/// The lines of text are this part of the picture's longer side high.
const LINES_TO_A_SIDE: u32 = 50;
/// Letters lower than this cannot be read.
const LOWEST_LINE: u32 = 16;

/// One character, ready to be laid on paper.
struct Drawn {
    advance: u32,
    /// Column, row from the top of the line, and how much ink, 0 to 255.
    dots: Vec<(u32, u32, u8)>,
}

/// True of bytes in which letters can be found: a font in TrueType or OpenType, or a collection.
#[must_use]
pub fn is_font(bytes: &[u8]) -> bool {
    guarded(|| FontRef::try_from_slice(bytes).map(|_| ()).map_err(|_| EvidenceError::BadFont)).is_ok()
}

/// A picture with its strip, and how many characters could not be drawn.
pub(crate) fn below(picture: &RgbImage, strip: &Strip<'_>) -> Result<(RgbImage, u32), EvidenceError> {
    if strip.text.chars().count() > STRIP_LIMIT {
        return Err(EvidenceError::StripTooLong { limit: STRIP_LIMIT });
    }
    // A font is a program written by others, as a picture is.
    guarded(|| Ok(with_strip(picture, strip))).map_err(|_| EvidenceError::BadFont)?
}

fn with_strip(picture: &RgbImage, strip: &Strip<'_>) -> Result<(RgbImage, u32), EvidenceError> {
    let font = strip.font.map(FontRef::try_from_slice).transpose().map_err(|_| EvidenceError::BadFont)?;
    let line = (picture.width().max(picture.height()) / LINES_TO_A_SIDE).max(LOWEST_LINE);
    let margin = line / 2;
    // A picture narrower than a few words gets paper at its right.
    let width = picture.width().max(line.saturating_mul(12));
    let (lines, undrawn) = set(strip.text, font.as_ref(), line, width.saturating_sub(line));

    let step = line.saturating_add(line / 4);
    let rows = u32::try_from(lines.len()).unwrap_or_default();
    let height = picture.height().saturating_add(rows.saturating_mul(step)).saturating_add(line);
    let mut sheet = RgbImage::from_pixel(width, height, PAPER);
    image::imageops::replace(&mut sheet, picture, 0, 0);
    let mut top = picture.height().saturating_add(margin);
    for characters in &lines {
        let mut left = margin;
        for drawn in characters {
            for (x, y, ink) in &drawn.dots {
                if let Some(pixel) = sheet.get_pixel_mut_checked(left.saturating_add(*x), top.saturating_add(*y)) {
                    *pixel = Rgb(pixel.0.map(|paper| paper.max(scaled(*ink))));
                }
            }
            left = left.saturating_add(drawn.advance);
        }
        top = top.saturating_add(step);
    }
    Ok((sheet, undrawn))
}

fn scaled(ink: u8) -> u8 {
    u8::try_from(u32::from(ink).saturating_mul(INK.into()) / 255).unwrap_or(INK)
}

/// Breaks a text into lines of drawn characters.
fn set(text: &str, font: Option<&FontRef<'_>>, line: u32, room: u32) -> (Vec<Vec<Drawn>>, u32) {
    let mut lines = Vec::new();
    let mut undrawn = 0_u32;
    for paragraph in text.lines() {
        let (mut characters, mut used) = (Vec::new(), 0_u32);
        for character in paragraph.chars().filter(|character| !character.is_control()) {
            let drawn = font.and_then(|font| outlined(font, character, line)).or_else(|| fallback(character, line));
            let Some(drawn) = drawn else {
                undrawn = undrawn.saturating_add(1);
                continue;
            };
            if used.saturating_add(drawn.advance) > room && used > 0 {
                lines.push(std::mem::take(&mut characters));
                used = 0;
            }
            used = used.saturating_add(drawn.advance);
            characters.push(drawn);
        }
        if !characters.is_empty() {
            lines.push(characters);
        }
    }
    (lines, undrawn)
}

/// A character of the host's font; `None` when the font does not have it.
fn outlined(font: &FontRef<'_>, character: char, line: u32) -> Option<Drawn> {
    let id = font.glyph_id(character);
    if id.0 == 0 {
        return None;
    }
    let scale = PxScale::from(f32::from(u16::try_from(line).ok()?));
    let font = font.as_scaled(scale);
    let glyph = Glyph { id, scale, position: point(0.0, font.ascent()) };
    let advance = whole(font.h_advance(id).ceil(), line);
    let mut dots = Vec::new();
    if let Some(outline) = font.outline_glyph(glyph) {
        let bounds = outline.px_bounds();
        let (left, top) = (whole(bounds.min.x, line), whole(bounds.min.y, line));
        // A broken font may claim an outline of any size; a character has the size of its line.
        if bounds.width() <= scale.x * 4.0 && bounds.height() <= scale.y * 4.0 {
            outline.draw(|x, y, ink| {
                dots.push((left.saturating_add(x), top.saturating_add(y), u8::from_ink(ink)));
            });
        }
    }
    Some(Drawn { advance, dots })
}

/// A length in pixels, between nothing and four lines.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to small whole numbers; NaN is 0")]
fn whole(length: f32, line: u32) -> u32 {
    (length.clamp(0.0, 1.0e6) as u32).min(line.saturating_mul(4))
}

trait FromInk {
    fn from_ink(ink: f32) -> Self;
}

impl FromInk for u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 255; NaN is 0")]
    fn from_ink(ink: f32) -> Self {
        (ink.clamp(0.0, 1.0) * 255.0) as Self
    }
}

/// A Latin letter, digit or sign of the font that is always there.
fn fallback(character: char, line: u32) -> Option<Drawn> {
    let height = if line < 32 { RasterHeight::Size16 } else { RasterHeight::Size32 };
    // A date without its dash would be another number.
    let character = match character {
        '　' => ' ',
        '－' | '—' | '–' => '-',
        other => other,
    };
    let raster = get_raster(character, FontWeight::Regular, height)?;
    let advance = u32::try_from(get_raster_width(FontWeight::Regular, height)).ok()?;
    let rows = (0_u32..).zip(raster.rows());
    let dots = rows.flat_map(|(y, row)| (0_u32..).zip(row.iter()).map(move |(x, ink)| (x, y, *ink)));
    Some(Drawn { advance, dots: dots.filter(|(_, _, ink)| *ink > 0).collect() })
}
