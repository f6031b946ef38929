//! Pictures for stories: drawn ones that are always there, and real ones where the shared folder is beside the checkout.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::town::must;

/// Draws a picture of its own for each number and writes it as JPEG.
///
/// # Panics
/// When it cannot be written.
pub fn draw(below: &Path, number: u32) -> PathBuf {
    let file = below.join(format!("picture-{number}.jpg"));
    let picture = image::RgbImage::from_fn(320, 240, |x, y| {
        let shade = |n: u32| u8::try_from(n % 256).unwrap_or(0);
        image::Rgb([
            shade(x.wrapping_add(number.wrapping_mul(37))),
            shade(y),
            shade(x.wrapping_mul(y).wrapping_add(number)),
        ])
    });
    picture.save(&file).unwrap_or_else(|error| panic!("a drawn picture cannot be written: {error}"));
    file
}

/// A drawn picture whose EXIF names a maker and a model, as cameras write them.
///
/// # Panics
/// When it cannot be written.
pub fn draw_as_camera(below: &Path, number: u32, make: &str, model: &str) -> PathBuf {
    let plain = must(fs::read(draw(below, number)));
    let (make, model) = (format!("{make}\0"), format!("{model}\0"));
    let mut tiff = b"II\x2a\0\x08\0\0\0\x02\0".to_vec();
    // Behind the header of 8 bytes and a directory of two entries of 12.
    let mut at = 38_usize;
    for (tag, text) in [(0x010f_u16, &make), (0x0110, &model)] {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(2_u16.to_le_bytes());
        tiff.extend(must(u32::try_from(text.len())).to_le_bytes());
        tiff.extend(must(u32::try_from(at)).to_le_bytes());
        at = at.saturating_add(text.len());
    }
    tiff.extend([0; 4]);
    tiff.extend(make.bytes().chain(model.bytes()));
    let length = must(u16::try_from(tiff.len().saturating_add(8)));
    let file = below.join(format!("camera-{number}.jpg"));
    let mut out = must(fs::File::create(&file));
    for part in [&plain[..2], b"\xff\xe1", &length.to_be_bytes(), b"Exif\0\0", &tiff, &plain[2..]] {
        must(out.write_all(part));
    }
    file
}

/// What a camera is to claim; what is empty it does not say.
#[derive(Clone, Copy, Default)]
pub struct Claims<'c> {
    /// `2026:03:02 10:20:00`.
    pub taken: &'c str,
    /// The program that wrote the file.
    pub software: &'c str,
}

/// A JPEG whose EXIF makes these claims (CIPA DC-008); the JPEG must have none yet.
///
/// # Panics
/// When a claim is longer than EXIF allows.
pub fn with_claims(plain: &[u8], claims: Claims<'_>) -> Vec<u8> {
    // IFD0 with two entries: Software (305), and DateTime (306), which is what stands for the time where nothing else does.
    let texts = [(305_u16, claims.software), (306, claims.taken)].map(|(tag, text)| (tag, format!("{text}\0")));
    let mut tiff = b"II\x2a\0\x08\0\0\0\x02\0".to_vec();
    let mut at = 8 + 2 + 2 * 12 + 4;
    let length = |text: &str| u32::try_from(text.len()).unwrap_or_else(|_| panic!("a claim is too long"));
    for (tag, text) in &texts {
        // Texts of up to four bytes stand in the entry itself, which no claim here is: they are made longer.
        let text = format!("{text:\0<5}");
        tiff.extend(tag.to_le_bytes());
        tiff.extend(2_u16.to_le_bytes());
        tiff.extend(length(&text).to_le_bytes());
        tiff.extend(u32::to_le_bytes(at));
        at = at.saturating_add(length(&text));
    }
    tiff.extend([0; 4]);
    for (_, text) in &texts {
        tiff.extend(format!("{text:\0<5}").as_bytes());
    }
    let length = u16::try_from(tiff.len().saturating_add(8)).unwrap_or_else(|_| panic!("claims are too long"));
    [&plain[..2], b"\xff\xe1", &length.to_be_bytes(), b"Exif\0\0", &tiff, &plain[2..]].concat()
}

/// The folder of real photos; `None`, said in one line, where it is not beside the checkout.
pub fn real_photos(folder: &str) -> Option<PathBuf> {
    let photos = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/photos")).join(folder);
    if photos.is_dir() {
        Some(photos)
    } else {
        println!("skipped: no real photos beside this checkout (../shared/photos/{folder})");
        None
    }
}
