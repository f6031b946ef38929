//! The memory of `mingcha photo inspect`, a process of its own, as the system counts it: 80 MB for 12 megapixels, 200 MB for
//! anything that is accepted, and no more for whatever is refused.

use std::path::{Path, PathBuf};
use std::process::Command;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, RgbImage};
use mingcha_evidence::inspect;
use mingcha_tests::{Peak, peak, programs, real_photos};
use serde_json::Value;

use super::crashers;

const MEGABYTE: u64 = 1_000_000;
/// Of 12 megapixels.
const ORDINARY: u64 = 80 * MEGABYTE;
/// Of anything.
const MOST: u64 = 200 * MEGABYTE;

fn inspected(file: &Path, out: Option<&Path>) -> Peak {
    let mut command = Command::new(&programs().0);
    command.args(["--json", "photo", "inspect"]).arg(file);
    if let Some(out) = out {
        command.arg("--out").arg(out);
    }
    peak(command)
}

/// A picture that is accepted, with its copies, within so many bytes.
fn holds(name: &str, file: &Path, out: &Path, most: u64) -> Value {
    let held = inspected(file, Some(out));
    assert_eq!(held.code, 0, "{name}: {}", held.said);
    println!("{name}: {} kB", held.bytes / 1_000);
    assert!(held.bytes <= most, "{name}: {} bytes at once, and {most} are allowed", held.bytes);
    serde_json::from_str(&held.said).unwrap()
}

/// What the program itself takes, for a picture of eight by eight dots: the unoptimised one of a test run takes more than
/// the one that people have.
fn program() -> u64 {
    let held = inspected(&crashers::folder().join("exif-orientation-of-nine.jpg"), None);
    println!("the program itself: {} kB", held.bytes / 1_000);
    assert!(held.bytes < 16 * MEGABYTE, "{} bytes: what intake counts for it is too little", held.bytes);
    held.bytes
}

fn drawn() -> RgbImage {
    RgbImage::from_fn(4_000, 3_000, |x, y| {
        let shade = |n: u32| u8::try_from(n % 256).unwrap();
        image::Rgb([shade(x / 9), shade(y / 7), shade((x * y) >> 12)])
    })
}

fn written(path: PathBuf, bytes: &[u8]) -> PathBuf {
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A JPEG of any size whose every block is grey: its header and its decoding cost what such a size costs, its file nothing.
fn flat_jpeg(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], length.as_slice(), body].concat()
    };
    // Tables of one code of one bit each: no difference, and the end of a block (ITU-T T.81, annex C).
    let table = |class: u8| [&[class, 1], [0; 15].as_slice(), &[0]].concat();
    let size = [&[8], height.to_be_bytes().as_slice(), &width.to_be_bytes()].concat();
    let frame = [size.as_slice(), &[3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]].concat();
    let mut bytes = vec![0xff, 0xd8];
    bytes.extend(segment(0xdb, &[[0].as_slice(), &[1; 64]].concat()));
    bytes.extend(segment(0xc4, &table(0x00)));
    bytes.extend(segment(0xc4, &table(0x10)));
    bytes.extend(segment(if progressive { 0xc2 } else { 0xc0 }, &frame));
    bytes.extend(segment(0xda, &[3, 1, 0, 2, 0, 3, 0, 0, if progressive { 0 } else { 63 }, 0]));
    // Six blocks in 16 x 16 pixels, of two bits each; of one in the first scan of a progressive picture.
    let bits = 6 * if progressive { 1 } else { 2 };
    let blocks = usize::from(width.div_ceil(16)) * usize::from(height.div_ceil(16));
    bytes.extend(vec![0; blocks * bits / 8 + 1]);
    bytes.extend([0xff, 0xd9]);
    bytes
}

/// The tallest picture of this width that its header lets in.
fn largest(width: u16, progressive: bool) -> Vec<u8> {
    let (mut fits, mut refused) = (1_000_u16, u16::MAX);
    while refused - fits > 1 {
        let middle = fits + (refused - fits) / 2;
        if inspect(&flat_jpeg(width, middle, progressive)).is_ok() { fits = middle } else { refused = middle }
    }
    flat_jpeg(width, fits, progressive)
}

#[test]
fn twelve_megapixels_take_less_than_80_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let picture = drawn();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 92)
        .encode(&picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .unwrap();
    let jpeg = written(folder.path().join("12.jpg"), &jpeg);
    let seen = holds("12 megapixels, JPEG", &jpeg, folder.path(), ORDINARY);
    assert_eq!((seen["width"].as_u64(), seen["height"].as_u64()), (Some(4_000), Some(3_000)));
    let png = folder.path().join("12.png");
    DynamicImage::from(picture).save(&png).unwrap();
    // No camera writes such a file, and all of it lies beside the pixels: the program's own memory comes on top.
    holds("12 megapixels, PNG", &png, folder.path(), ORDINARY + program());
    for (below, file) in [("mobile", "HMD_Nokia_8.3_5G.jpg"), ("hdr", "iphone_hdr_NO.jpg")] {
        if let Some(real) = real_photos(below) {
            holds(file, &real.join(file), folder.path(), ORDINARY);
        }
    }
}

#[test]
fn the_largest_pictures_that_are_accepted_take_less_than_200_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    // In the shape of a photo, and so wide that it is halved twice.
    for (name, width, progressive, least) in
        [("baseline", 8_192, false, 52), ("wide baseline", 12_288, false, 58), ("progressive", 8_192, true, 25)]
    {
        let file = written(folder.path().join(format!("{name}.jpg")), &largest(width, progressive));
        let seen = holds(&format!("the largest {name} JPEG"), &file, folder.path(), MOST);
        let megapixels = seen["width"].as_u64().unwrap() * seen["height"].as_u64().unwrap() / MEGABYTE;
        println!("the largest {name} JPEG has {megapixels} megapixels");
        // A limit that refused everything would hold as well.
        assert!(megapixels >= least, "{megapixels}");
    }
}

#[test]
fn no_hostile_picture_takes_more_than_200_megabytes_whatever_is_said_of_it() {
    let mut most = (0, String::new());
    for file in std::fs::read_dir(crashers::folder()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "py") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let held = inspected(&path, None);
        assert!(held.code == 0 || held.code == 2, "{name} ended with {}: {}", held.code, held.said);
        assert!(!held.said.contains("panicked"), "{name}: {}", held.said);
        assert!(held.bytes <= MOST, "{name}: {} bytes", held.bytes);
        most = most.max((held.bytes, name));
    }
    println!("the most is {} kB, for {}", most.0 / 1_000, most.1);
}
