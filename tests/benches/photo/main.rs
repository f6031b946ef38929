//! What a photo costs: the whole job beside `vipsthumbnail`, and its memory; and what of it the person who takes it waits for.
//!
//! `cargo xtask bench photo`, or `cargo xtask bench photo capture` for the second part alone. The whole job is a process of its own, as the peer is: it reads the file, makes the upright
//! copy of 2048 pixels, thumbnail, placeholder, and hash, and seals all three files durably; the peer
//! makes its one copy. Ratios are what counts.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench measures time, and one that cannot go on should stop"
)]

mod capture;
mod speed;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["job", file, vault] => speed::job(file.as_ref(), vault.as_ref()),
        ["capture"] => capture::run(),
        _ => {
            speed::run();
            capture::run();
        }
    }
}

/// The real photos beside the checkout, of one folder.
pub fn real_photos(folder: &str) -> Option<std::path::PathBuf> {
    let photos = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/photos")).join(folder);
    photos.is_dir().then_some(photos)
}
