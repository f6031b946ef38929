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
    let mut at = 8 + 2 + 2 * 12 + 4;
    for (tag, text) in [(0x010f_u16, &make), (0x0110, &model)] {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(2_u16.to_le_bytes());
        tiff.extend(must(u32::try_from(text.len())).to_le_bytes());
        tiff.extend(must(u32::try_from(at)).to_le_bytes());
        at += text.len();
    }
    tiff.extend([0; 4]);
    tiff.extend(make.bytes().chain(model.bytes()));
    let length = must(u16::try_from(2 + 6 + tiff.len()));
    let file = below.join(format!("camera-{number}.jpg"));
    let mut out = must(fs::File::create(&file));
    for part in [&plain[..2], b"\xff\xe1", &length.to_be_bytes(), b"Exif\0\0", &tiff, &plain[2..]] {
        must(out.write_all(part));
    }
    file
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
