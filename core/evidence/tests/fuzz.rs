//! Pictures changed at random, by bytes and by pieces: an error or a photo, never a panic, never more memory than allowed.
//!
//! A short run belongs to the suite; `cargo xtask fuzz photo --seconds 600` is a long one. The seed is printed, and a picture
//! that ends the program is found again by it. What once did so stands by name in `hostile.rs`.
#![cfg(test)]

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, RgbImage};
use mingcha_evidence::{EvidenceError, THUMBNAIL_LIMIT, inspect, prepare};

/// A generator whose whole state is one number.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }
}

/// Pictures to begin with: drawn ones of every format, and small real ones where they are beside the checkout.
fn seeds() -> Vec<Vec<u8>> {
    let drawn = DynamicImage::from(RgbImage::from_fn(96, 64, |x, y| {
        let shade = |n: u32| u8::try_from(n % 256).unwrap();
        image::Rgb([shade(x * 3), shade(y * 5), shade(x * y)])
    }));
    let encoded = |picture: &DynamicImage, format| {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    let mut seeds = vec![
        encoded(&drawn, ImageFormat::Jpeg),
        encoded(&drawn, ImageFormat::Png),
        encoded(&drawn, ImageFormat::WebP),
        encoded(&drawn.to_luma8().into(), ImageFormat::Jpeg),
        encoded(&drawn.to_rgba16().into(), ImageFormat::Png),
    ];
    for folder in ["gps", "orientation", "invalid", "mobile"] {
        let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos")).join(folder);
        let Ok(files) = std::fs::read_dir(folder) else { continue };
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        let small = files.into_iter().map(|file| std::fs::read(file).unwrap()).filter(|bytes| bytes.len() < 400_000);
        seeds.extend(small.take(3));
    }
    seeds
}

/// Bytes changed, cut off, doubled, moved, or taken from another picture.
fn mutated(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len());
        // Headers and metadata stand at the beginning, so half of all changes are made there.
        let at = if chance.below(2) == 0 { at.min(chance.below(2_048)) } else { at };
        let length = chance.below(64).min(bytes.len() - at);
        match chance.below(7) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at..at + length].iter_mut().for_each(|byte| *byte = chance.byte()),
            2 => bytes[at..at + length].fill([0, 0xff, 0x7f, 0x80][chance.below(4)]),
            3 => bytes.truncate(at + 1),
            4 => {
                let piece = bytes[at..at + length].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => drop(bytes.drain(at..at + length)),
            _ => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len());
                let piece = other[from..other.len().min(from + 512)].to_vec();
                bytes.splice(at..at + length, piece);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

#[test]
fn pictures_changed_at_random_are_refused_or_taken_in_and_never_end_the_program() {
    let seconds = std::env::var("MINGCHA_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let given = std::env::var("MINGCHA_SEED").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(u64::MAX / 4));
    let rounds = if seconds.is_some() { u64::MAX } else { 1_500 };
    // The suite looks at the same pictures every time; a long run at others.
    let first = given.unwrap_or(if seconds.is_some() { u64::from(std::process::id()) } else { 1 });
    let seeds = seeds();
    let (mut done, mut taken) = (0_u64, 0_u64);
    // A decoder that panics inside is held back by `prepare`; nothing else of it is to be seen.
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut broken = None;
    while done < rounds && Instant::now() < until && broken.is_none() {
        let seed = first.wrapping_add(done).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let bytes = mutated(&seeds, &mut Chance(seed));
        let outcome = std::panic::catch_unwind(|| {
            let header = inspect(&bytes);
            match prepare(bytes) {
                Ok(photo) => {
                    let header = header.map_err(|error| format!("taken in, though its header was refused: {error}"))?;
                    let fits = (photo.width, photo.height) == (header.width, header.height)
                        && photo.thumbnail.len() <= THUMBNAIL_LIMIT
                        && photo.placeholder.len() <= 25
                        && image::load_from_memory(&photo.standard).is_ok();
                    if fits { Ok(true) } else { Err("a copy that breaks its promises".to_owned()) }
                }
                Err(EvidenceError::Storage { .. } | EvidenceError::DiskFull | EvidenceError::NoSuchFile) => {
                    Err("bytes in memory have no file".to_owned())
                }
                Err(_) => Ok(false),
            }
        });
        match outcome {
            Ok(Ok(whole)) => taken += u64::from(whole),
            Ok(Err(what)) => broken = Some(format!("seed {}: {what}", first.wrapping_add(done))),
            Err(_) => broken = Some(format!("seed {}: it panicked", first.wrapping_add(done))),
        }
        done += 1;
    }
    std::panic::set_hook(quiet);
    println!("{done} pictures from seed {first}: {taken} were taken in, the rest refused");
    assert_eq!(broken, None);
    assert!(taken > 0 && taken < done, "the changes were all harmless, or all deadly");
}
