//! Bytes that were made to hurt: whatever comes in, an answer comes out.
#![cfg(test)]

use std::io::Cursor;

use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageFormat, RgbImage, RgbaImage};
use mingcha_evidence::{EvidenceError, FILE_LIMIT, Format, Warning, inspect, prepare, prepare_file};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn stripes(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 90])).into()
}

/// A PNG header of any size with nothing behind it.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&stripes(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let check = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&check.to_be_bytes());
    bytes
}

/// CRC-32 as in the PNG specification, annex D.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

#[test]
fn a_small_png_that_claims_two_and_a_half_gigapixels_is_refused_by_its_header() {
    let bytes = png_header(50_000, 50_000);
    assert_eq!(inspect(&bytes).unwrap_err(), EvidenceError::TooManyPixels { width: 50_000, height: 50_000 });
    assert_eq!(prepare(bytes).unwrap_err(), EvidenceError::TooManyPixels { width: 50_000, height: 50_000 });
}

#[test]
fn pictures_within_the_pixel_limit_are_still_refused_when_memory_would_not_do() {
    // 81 million pixels of three bytes are 243 MB.
    let refused = inspect(&png_header(9_000, 9_000)).unwrap_err();
    assert_eq!(refused, EvidenceError::TooManyPixels { width: 9_000, height: 9_000 });
    // 50 million are 150 MB, and a common size of phones.
    assert!(inspect(&png_header(8_160, 6_144)).is_ok());
}

#[test]
fn a_jpeg_header_that_claims_too_much_is_refused_by_its_header() {
    let mut bytes = encoded(&stripes(16, 16), ImageFormat::Jpeg);
    let frame = bytes.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(prepare(bytes).unwrap_err(), EvidenceError::TooManyPixels { width: 65_535, height: 65_535 });
}

#[test]
fn the_same_jpeg_fits_as_baseline_and_not_as_progressive() {
    let mut bytes = encoded(&stripes(16, 16), ImageFormat::Jpeg);
    let frame = bytes.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0x18, 0x00, 0x1f, 0xe0]);
    assert_eq!((inspect(&bytes).unwrap().width, inspect(&bytes).unwrap().height), (8_160, 6_144));
    bytes[frame + 1] = 0xc2;
    assert_eq!(inspect(&bytes).unwrap_err(), EvidenceError::TooManyPixels { width: 8_160, height: 6_144 });
}

#[test]
fn a_png_with_more_metadata_than_any_camera_writes_is_a_picture_without_it() {
    let plain = encoded(&stripes(700, 400), ImageFormat::Png);
    let header = 8 + 25;
    let bulk = vec![7; 20_000_000];
    let length = u32::try_from(bulk.len()).unwrap().to_be_bytes();
    let bytes = [&plain[..header], &length, b"eXIf", &bulk, &[0; 4], &plain[header..]].concat();
    let photo = prepare(bytes.clone()).unwrap();
    assert_eq!((photo.width, photo.height, &photo.original), (700, 400, &bytes));
    assert_eq!(photo.standard, prepare(plain).unwrap().standard);
    assert!(photo.warnings.contains(&Warning::MetadataDamaged), "{:?}", photo.warnings);
}

#[test]
fn a_file_above_the_limit_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.jpg");
    // A file of one terabyte without a single block: reading it would be noticed.
    std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let error = prepare_file(&path).unwrap_err();
    assert_eq!(error, EvidenceError::FileTooLarge { bytes: 1 << 40, limit: FILE_LIMIT });
}

#[test]
fn missing_and_empty_files_are_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.jpg");
    assert_eq!(prepare_file(&path).unwrap_err(), EvidenceError::NoSuchFile);
    std::fs::write(&path, b"").unwrap();
    assert_eq!(prepare_file(&path).unwrap_err(), EvidenceError::Empty);
}

#[test]
fn every_kind_of_pixel_in_every_kind_of_file_becomes_a_photo() {
    let kinds: [DynamicImage; 8] = [
        GrayImage::new(70, 50).into(),
        GrayAlphaImage::new(70, 50).into(),
        RgbImage::new(70, 50).into(),
        RgbaImage::new(70, 50).into(),
        DynamicImage::new_luma16(70, 50),
        DynamicImage::new_luma_a16(70, 50),
        DynamicImage::new_rgb16(70, 50),
        DynamicImage::new_rgba16(70, 50),
    ];
    for picture in &kinds {
        let photo = prepare(encoded(picture, ImageFormat::Png)).unwrap();
        assert_eq!((photo.format, photo.width, photo.height), (Format::Png, 70, 50));
        assert_eq!(photo.warnings, [Warning::NoTime, Warning::NoPosition, Warning::VerySmall]);
        let corner = image::load_from_memory(&photo.standard).unwrap().into_rgb8().get_pixel(0, 0).0[0];
        let expected = if picture.color().has_alpha() { 255 } else { 0 };
        assert!(corner.abs_diff(expected) < 3, "{:?} gives {corner}", picture.color());
    }
    let webp = prepare(encoded(&kinds[2], ImageFormat::WebP)).unwrap();
    assert_eq!((webp.format, webp.width), (Format::Webp, 70));
    let grey_jpeg = prepare(encoded(&kinds[0], ImageFormat::Jpeg)).unwrap();
    assert_eq!((grey_jpeg.format, grey_jpeg.height), (Format::Jpeg, 50));
}

#[test]
fn a_picture_of_one_pixel_has_copies_of_one_pixel() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let photo = prepare(encoded(&stripes(1, 1), format)).unwrap();
        assert_eq!((photo.width, photo.height), (1, 1));
        assert_eq!(image::load_from_memory(&photo.thumbnail).unwrap().width(), 1);
    }
}

#[test]
fn a_line_of_sixty_thousand_pixels_is_a_picture_too() {
    let photo = prepare(encoded(&stripes(60_000, 1), ImageFormat::Png)).unwrap();
    assert_eq!((photo.width, photo.height), (60_000, 1));
    assert_eq!(image::load_from_memory(&photo.standard).unwrap().width(), 2048);
}

#[test]
fn a_png_or_webp_cut_off_anywhere_is_never_taken_for_whole() {
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(&stripes(40, 30), format);
        assert!(prepare(whole.clone()).is_ok());
        for length in 0..whole.len() {
            let error = prepare(whole[..length].to_vec()).unwrap_err();
            assert!(
                matches!(error, EvidenceError::Empty | EvidenceError::NotAPicture | EvidenceError::Truncated),
                "{format:?} cut at {length}: {error}"
            );
        }
    }
}

#[test]
fn an_edited_picture_says_so_and_serialises_its_warning_as_a_code() {
    // A TIFF block with one field, the software, as a PNG carries it.
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x31\x01\x02\0\x16\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
    exif.extend(b"Adobe Photoshop 25.0\0\0");
    let mut chunk = b"eXIf".to_vec();
    chunk.extend(&exif);
    let whole = encoded(&stripes(640, 20), ImageFormat::Png);
    let mut bytes = whole[..33].to_vec();
    bytes.extend(u32::try_from(exif.len()).unwrap().to_be_bytes());
    bytes.extend(&chunk);
    bytes.extend(crc(&chunk).to_be_bytes());
    bytes.extend(&whole[33..]);

    let photo = prepare(bytes).unwrap();
    assert_eq!(photo.metadata.software.as_deref(), Some("Adobe Photoshop 25.0"));
    let json = serde_json::to_value(&photo).unwrap();
    assert_eq!(json["warnings"], serde_json::json!(["no_time", "no_position", "edited_by_software"]));
    assert_eq!(json["sha256"], photo.sha256.to_string());
    assert!(json.get("original").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = prepare(bytes);
    }

    #[test]
    fn random_bytes_behind_a_known_beginning_get_an_answer(
        start in proptest::sample::select(vec![
            b"\xff\xd8\xff\xe1\x01\x00Exif\0\0II*\0\x08\0\0\0".to_vec(),
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0".to_vec(),
            b"RIFF\xff\0\0\0WEBPVP8L".to_vec(),
            b"RIFF\xff\0\0\0WEBPVP8X\x0a\0\0\0".to_vec(),
        ]),
        rest in proptest::collection::vec(any::<u8>(), 0..1_000),
    ) {
        let _ = prepare([start, rest].concat());
    }

    #[test]
    fn a_picture_with_damaged_bytes_gets_an_answer(
        format in proptest::sample::select(vec![ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP]),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = encoded(&stripes(48, 36), format);
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = prepare(bytes);
    }
}
