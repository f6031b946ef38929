//! Pictures for stories: drawn ones that are always there, and real ones where the shared folder is beside the checkout.

use std::path::{Path, PathBuf};

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
