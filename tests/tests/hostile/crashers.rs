//! Every picture of `tests/crashers`, by name: refused for this reason, or taken in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mingcha_evidence::{EvidenceError, inspect, prepare};

/// What becomes of each picture: `taken`, or the reason for which it is refused.
const CRASHERS: [(&str, &str); 64] = [
    ("colour-profile-of-two-of-one-parts.jpg", "taken"),
    ("colour-profile-that-is-none.jpg", "taken"),
    ("empty.jpg", "empty"),
    ("exif-cut-off-after-its-name.jpg", "taken"),
    ("exif-directory-beyond-the-end.jpg", "taken"),
    ("exif-directory-that-leads-to-itself.jpg", "taken"),
    ("exif-directory-within-itself.jpg", "taken"),
    ("exif-of-65535-entries-that-are-not-there.jpg", "taken"),
    ("exif-of-four-billion-letters.jpg", "taken"),
    ("exif-orientation-of-nine.jpg", "taken"),
    ("exif-orientation-that-is-a-text.jpg", "taken"),
    ("exif-position-divided-by-nothing.jpg", "taken"),
    ("gif-named-as-png.png", "unsupported"),
    ("heic-named-as-jpeg.jpg", "unsupported"),
    ("jpeg-arithmetic.jpg", "unsupported"),
    ("jpeg-cut-off-within-a-marker.jpg", "truncated"),
    ("jpeg-lossless.jpg", "unsupported"),
    ("jpeg-of-255-components.jpg", "damaged"),
    ("jpeg-of-65535-by-65535.jpg", "too many pixels"),
    ("jpeg-of-a-thousand-scans.jpg", "damaged"),
    ("jpeg-of-far-too-little-data.jpg", "truncated"),
    ("jpeg-of-no-columns.jpg", "damaged"),
    ("jpeg-of-no-components.jpg", "damaged"),
    ("jpeg-of-no-rows.jpg", "damaged"),
    ("jpeg-progressive-of-50-megapixels.jpg", "too many pixels"),
    ("jpeg-that-counts-more-components-than-it-has.jpg", "damaged"),
    ("jpeg-whose-segment-is-longer-than-the-file.jpg", "truncated"),
    ("jpeg-whose-segment-is-shorter-than-its-own-length.jpg", "damaged"),
    ("jpeg-with-a-sampling-factor-of-fifteen.jpg", "damaged"),
    ("jpeg-with-a-sampling-factor-of-zero.jpg", "damaged"),
    ("jpeg-with-codes-that-overflow-their-table.jpg", "damaged"),
    ("jpeg-with-two-frames-of-different-size.jpg", "damaged"),
    ("jpeg-without-a-frame.jpg", "damaged"),
    ("jpeg-without-a-scan.jpg", "damaged"),
    ("jpeg-without-its-end.jpg", "truncated"),
    ("jpeg-without-tables.jpg", "damaged"),
    ("letter-named-as-a-picture.jpg", "no picture"),
    ("png-of-50000-by-50000.png", "too many pixels"),
    ("png-of-81-megapixels-and-243-megabytes.png", "too many pixels"),
    ("png-of-a-palette-that-is-not-there.png", "damaged"),
    ("png-of-depth-three.png", "damaged"),
    ("png-of-exif-that-leads-to-itself.png", "taken"),
    ("png-of-four-billion-columns.png", "too many pixels"),
    ("png-of-no-columns.png", "damaged"),
    ("png-whose-chunk-is-longer-than-the-file.png", "truncated"),
    ("png-whose-colour-profile-inflates-to-190-megabytes.png", "taken"),
    ("png-whose-note-inflates-to-60-megabytes.png", "taken"),
    ("png-whose-pixels-are-no-zlib.png", "damaged"),
    ("png-whose-pixels-end-early.png", "damaged"),
    ("png-whose-pixels-inflate-to-60-megabytes.png", "taken"),
    ("png-with-a-false-check-sum.png", "damaged"),
    ("png-without-its-end.png", "truncated"),
    ("tiff-named-as-jpeg.jpg", "unsupported"),
    ("two-letters-of-a-jpeg.jpg", "no picture"),
    ("video-named-as-jpeg.jpg", "no picture"),
    ("webp-animation-without-a-frame.webp", "damaged"),
    ("webp-extended-of-16-million-squared.webp", "damaged"),
    ("webp-extended-that-differs-from-its-picture.webp", "damaged"),
    ("webp-of-16384-by-16384.webp", "damaged"),
    ("webp-of-a-part-that-nobody-knows.webp", "damaged"),
    ("webp-of-few-codes.webp", "taken"),
    ("webp-of-four-gigabytes.webp", "truncated"),
    ("webp-shorter-than-it-says.webp", "truncated"),
    ("webp-without-a-picture.webp", "damaged"),
];

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("crashers")
}

fn outcome<T>(made: &Result<T, EvidenceError>) -> &'static str {
    match made {
        Ok(_) => "taken",
        Err(EvidenceError::Empty) => "empty",
        Err(EvidenceError::NotAPicture) => "no picture",
        Err(EvidenceError::Unsupported { .. }) => "unsupported",
        Err(EvidenceError::TooManyPixels { .. }) => "too many pixels",
        Err(EvidenceError::Truncated) => "truncated",
        Err(EvidenceError::Damaged) => "damaged",
        Err(_) => "another error",
    }
}

#[test]
fn every_named_crasher_is_answered_as_it_should_be() {
    let here: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "make.py")
        .collect();
    let named: BTreeSet<String> = CRASHERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(here, named, "each picture has its line, and each line its picture");
    let mut wrong = Vec::new();
    for (name, expected) in CRASHERS {
        let bytes = std::fs::read(folder().join(name)).unwrap();
        let header = outcome(&inspect(&bytes));
        let made = outcome(&prepare(bytes));
        // What the header shows already is refused there, before anything is decoded.
        if made != expected || (header != "taken" && header != made) {
            wrong.push(format!("    (\"{name}\", \"{made}\"), // header: {header}"));
        }
    }
    assert!(wrong.is_empty(), "answered otherwise:\n{}", wrong.join("\n"));
}
