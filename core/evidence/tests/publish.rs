//! What a published picture shows, and what nobody can get back out of it.
#![cfg(test)]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use mingcha_evidence::{EvidenceError, STRIP_LIMIT, Strip, prepare_file, published_copy};
use mingcha_model::body::Rectangle;
use proptest::prelude::*;

const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos");
/// A Chinese font as Debian's package fonts-wqy-microhei brings it.
const CHINESE: &str = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc";

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn pixels(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).unwrap().into_rgb8()
}

/// A counter with a document on it: what the document says depends on the number.
fn counter(secret: u32) -> RgbImage {
    RgbImage::from_fn(1_200, 900, |x, y| {
        if (400..700).contains(&x) && (300..400).contains(&y) {
            let stroke = (x / 12).wrapping_mul(2_654_435_761).wrapping_add(secret.wrapping_mul(40_503)) >> 16;
            return if (stroke >> (y / 25 % 8)) & 1 == 0 { Rgb([245, 245, 240]) } else { Rgb([20, 20, 30]) };
        }
        Rgb([(x / 8 % 200).try_into().unwrap(), (y / 8 % 200).try_into().unwrap(), 120])
    })
}

const DOCUMENT: Rectangle = Rectangle { left: 333, top: 333, width: 251, height: 112 };

#[test]
fn two_documents_below_one_rectangle_give_the_same_picture_byte_for_byte() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let copies: std::collections::BTreeSet<_> = (0..20)
            .map(|secret| published_copy(&encoded(&counter(secret), format), &[DOCUMENT], None).unwrap().bytes)
            .collect();
        assert_eq!(copies.len(), 1, "different pictures of 20 documents in {format:?}");
        let plain = published_copy(&encoded(&counter(0), format), &[], None).unwrap();
        assert!(!copies.contains(&plain.bytes));
    }
}

#[test]
fn a_rectangle_is_one_colour_and_the_rest_is_left_as_it_was() {
    let bytes = encoded(&counter(7), ImageFormat::Png);
    let (plain, hidden) = (
        pixels(&published_copy(&bytes, &[], None).unwrap().bytes),
        pixels(&published_copy(&bytes, &[DOCUMENT], None).unwrap().bytes),
    );
    let first = hidden.get_pixel(400, 300);
    for (x, y) in [(400, 300), (699, 399), (550, 350), (433, 311)] {
        assert!(hidden.get_pixel(x, y).0.iter().zip(first.0).all(|(a, b)| a.abs_diff(b) <= 2), "at {x}, {y}");
    }
    for (x, y) in [(100, 100), (1_100, 800), (550, 500), (300, 350)] {
        assert!(hidden.get_pixel(x, y).0.iter().zip(plain.get_pixel(x, y).0).all(|(a, b)| a.abs_diff(b) <= 6));
    }
}

#[test]
fn a_rectangle_that_hides_nothing_is_refused() {
    let bytes = encoded(&counter(1), ImageFormat::Png);
    for (left, top, width, height) in [(0, 0, 0, 10), (0, 0, 10, 0), (1_000, 0, 10, 10), (0, 5_000, 10, 10)] {
        let refused = published_copy(&bytes, &[Rectangle { left, top, width, height }], None);
        assert_eq!(refused.unwrap_err(), EvidenceError::BlurOutside);
    }
}

#[test]
fn of_a_real_photo_neither_time_nor_place_nor_camera_is_in_the_published_copy() {
    let file = std::path::Path::new(PHOTOS).join("gps/DSCN0010.jpg");
    let Ok(bytes) = std::fs::read(&file) else { return println!("skipped: the folder of real photos is absent") };
    let copy = published_copy(&bytes, &[], None).unwrap();
    for word in [b"Exif".as_slice(), b"NIKON", b"2008:", b"http", b"ICC_PROFILE"] {
        assert!(!copy.bytes.windows(word.len()).any(|found| found == word));
    }
    assert_eq!((copy.width, copy.height), (640, 480));
}

#[test]
fn the_rectangle_is_of_the_upright_picture_whichever_way_the_camera_was_held() {
    for value in 1..=8 {
        let file = std::path::Path::new(PHOTOS).join(format!("orientation/portrait_{value}.jpg"));
        let Ok(bytes) = std::fs::read(&file) else { return println!("skipped: the folder of real photos is absent") };
        let corner = Rectangle { left: 0, top: 0, width: 300, height: 200 };
        let copy = published_copy(&bytes, &[corner], None).unwrap();
        let (hidden, plain) = (pixels(&copy.bytes), pixels(&prepare_file(&file).unwrap().standard));
        assert_eq!(hidden.dimensions(), plain.dimensions());
        let first = hidden.get_pixel(0, 0).0;
        assert!(
            hidden
                .get_pixel(hidden.width() * 3 / 10, hidden.height() / 5)
                .0
                .iter()
                .zip(first)
                .all(|(a, b)| a.abs_diff(b) <= 2)
        );
        let far = (hidden.width() - 50, hidden.height() - 50);
        assert!(
            hidden
                .get_pixel(far.0, far.1)
                .0
                .iter()
                .zip(plain.get_pixel(far.0, far.1).0)
                .all(|(a, b)| a.abs_diff(b) <= 20)
        );
    }
}

#[test]
fn a_strip_stands_below_the_picture_and_covers_none_of_it() {
    let bytes = encoded(&counter(3), ImageFormat::Png);
    let strip = Strip { text: "Site 0417  2026-11-25  Open inspection", font: None };
    let (plain, marked) =
        (published_copy(&bytes, &[], None).unwrap(), published_copy(&bytes, &[], Some(&strip)).unwrap());
    assert_eq!(marked.width, 1_200);
    assert!((930..=990).contains(&marked.height), "{} rows", marked.height);
    assert_eq!(marked.undrawn, 0);
    let (plain, marked) = (pixels(&plain.bytes), pixels(&marked.bytes));
    assert!(
        plain
            .enumerate_pixels()
            .filter(|(_, y, _)| *y < 890)
            .all(|(x, y, pixel)| { marked.get_pixel(x, y).0.iter().zip(pixel.0).all(|(a, b)| a.abs_diff(b) <= 12) })
    );
    let bright = marked.rows().skip(905).flatten().filter(|pixel| pixel.0[1] > 160).count();
    assert!(bright > 300, "only {bright} bright pixels: nobody could read that");
}

#[test]
fn without_a_font_the_digits_are_drawn_and_the_chinese_is_counted() {
    let bytes = encoded(&counter(3), ImageFormat::Png);
    let strip = Strip { text: "政务大厅 2026-11-25 明察", font: None };
    assert_eq!(published_copy(&bytes, &[], Some(&strip)).unwrap().undrawn, 6);
}

#[test]
fn with_the_hosts_font_chinese_is_drawn() {
    let Ok(font) = std::fs::read(CHINESE) else {
        return println!("skipped: no Chinese font (Debian: fonts-wqy-microhei)");
    };
    let bytes = encoded(&counter(3), ImageFormat::Png);
    let drawn = |text| published_copy(&bytes, &[], Some(&Strip { text, font: Some(&font) })).unwrap();
    let strip = drawn("点位：城东政务服务大厅  日期：2026-11-25\n行动：窗口作风专项  方式：明察");
    assert_eq!(strip.undrawn, 0);
    assert_ne!(strip.bytes, drawn("点位：城东政务服务大厅  日期：2026-11-25\n行动：窗口作风专项  方式：暗访").bytes);
}

#[test]
fn a_font_that_is_none_and_a_strip_too_long_are_refused_by_name() {
    let bytes = encoded(&counter(3), ImageFormat::Png);
    let refused = published_copy(&bytes, &[], Some(&Strip { text: "1", font: Some(b"Dear sir or madam") }));
    assert_eq!(refused.unwrap_err(), EvidenceError::BadFont);
    let long = "字".repeat(STRIP_LIMIT + 1);
    let refused = published_copy(&bytes, &[], Some(&Strip { text: &long, font: None }));
    assert_eq!(refused.unwrap_err(), EvidenceError::StripTooLong { limit: STRIP_LIMIT });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rectangle_no_text_and_no_size_ends_the_program(
        width in 1_u32..200, height in 1_u32..200,
        rectangles in proptest::collection::vec(any::<(u16, u16, u16, u16)>(), 0..5),
        text in "\\PC{0,300}",
    ) {
        let bytes = encoded(&DynamicImage::new_rgb8(width, height).into_rgb8(), ImageFormat::Png);
        let blur: Vec<_> = rectangles
            .into_iter()
            .map(|(left, top, width, height)| Rectangle { left, top, width, height })
            .collect();
        if let Ok(copy) = published_copy(&bytes, &blur, Some(&Strip { text: &text, font: None })) {
            prop_assert!(copy.width >= width && copy.height > height);
        }
    }

    #[test]
    fn a_damaged_font_is_a_refusal_or_a_strip(at in 0_usize..60_000, value in any::<u8>()) {
        let font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
        let Ok(mut font) = std::fs::read(font) else { return Ok(()) };
        for place in (at % 400..font.len()).step_by(997) {
            font[place] = value;
        }
        let bytes = encoded(&RgbImage::new(300, 200), ImageFormat::Png);
        let _ = published_copy(&bytes, &[], Some(&Strip { text: "Site 0417", font: Some(&font) }));
    }
}
