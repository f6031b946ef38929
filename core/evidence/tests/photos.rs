//! Real photos of real cameras. They lie beside the project; where they do not, each test says so and ends.
#![cfg(test)]

use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{ImageReader, RgbImage};
use mingcha_evidence::{Datum, EvidenceError, Moment, Prepared, Warning, inspect, prepare, prepare_file};

const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos");

fn folder(name: &str) -> Option<Vec<PathBuf>> {
    let folder = Path::new(PHOTOS).join(name);
    if !folder.is_dir() {
        println!("skipped: the folder of real photos is absent");
        return None;
    }
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    Some(files)
}

fn pixels(bytes: &[u8]) -> RgbImage {
    ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().unwrap().decode().unwrap().into_rgb8()
}

/// The mean difference per sample of two pictures, each squeezed to 64 by 64.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    let squeeze = |picture: &RgbImage| image::imageops::resize(picture, 64, 64, FilterType::Triangle);
    let sum: u32 = squeeze(a).iter().zip(squeeze(b).iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    f64::from(sum) / f64::from(64 * 64 * 3)
}

/// Every copy keeps its promises, whatever the photo.
fn assert_copies_are_sound(photo: &Prepared) {
    let standard = pixels(&photo.standard);
    let thumbnail = pixels(&photo.thumbnail);
    assert_eq!(standard.width().max(standard.height()), photo.width.max(photo.height).min(2048));
    assert_eq!(thumbnail.width().max(thumbnail.height()), photo.width.max(photo.height).min(320));
    assert_eq!(standard.width() > standard.height(), photo.width > photo.height);
    assert!(photo.thumbnail.len() <= 20_000);
    assert!((1..=25).contains(&photo.placeholder.len()));
    let apart = difference(&standard, &thumbnail);
    assert!(apart < 6.0, "the thumbnail differs by {apart}");
    for copy in [&photo.standard, &photo.thumbnail] {
        assert_eq!(segments(copy).iter().filter(|marker| matches!(marker, 0xe1..=0xef | 0xfe)).count(), 0);
    }
}

/// The markers before the first scan of a JPEG.
fn segments(jpeg: &[u8]) -> Vec<u8> {
    let (mut at, mut markers) = (2, Vec::new());
    while jpeg[at + 1] != 0xda {
        markers.push(jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    markers
}

#[test]
fn all_eight_orientations_stand_upright_and_look_alike() {
    let Some(files) = folder("orientation") else { return };
    for (name, upright) in [("landscape", true), ("portrait", false)] {
        let photos: Vec<_> = (1..=8_u8)
            .map(|value| {
                let file = files.iter().find(|file| file.ends_with(format!("{name}_{value}.jpg"))).unwrap();
                let photo = prepare_file(file).unwrap();
                assert_eq!(photo.metadata.orientation.to_exif(), value);
                assert_eq!(photo.width > photo.height, upright, "{name} {value}");
                assert_copies_are_sound(&photo);
                pixels(&photo.standard)
            })
            .collect();
        for (photo, value) in photos.iter().zip(1..) {
            let apart = difference(&photos[0], photo);
            assert!(apart < 4.0, "{name} {value} differs by {apart}");
            // The measure tells a wrong turn from a right one.
            let turned = difference(&photos[0], &image::imageops::rotate180(photo));
            assert!(turned > 15.0, "{name} {value} turned over differs by only {turned}");
            let mirrored = difference(&photos[0], &image::imageops::flip_horizontal(photo));
            assert!(mirrored > 10.0, "{name} {value} mirrored differs by only {mirrored}");
        }
    }
}

#[test]
fn positions_and_times_of_a_walk_are_read_to_the_last_digit() {
    let Some(files) = folder("gps") else { return };
    let walk = [
        ("DSCN0010.jpg", 434_674_483, 118_851_267, "2008:10:22 16:28:39"),
        ("DSCN0012.jpg", 434_671_567, 118_853_950, "2008:10:22 16:29:49"),
        ("DSCN0021.jpg", 434_670_817, 118_845_383, "2008:10:22 16:38:20"),
        ("DSCN0025.jpg", 434_683_650, 118_816_350, "2008:10:22 16:43:21"),
        ("DSCN0027.jpg", 434_684_417, 118_815_150, "2008:10:22 16:44:01"),
        ("DSCN0029.jpg", 434_682_433, 118_801_717, "2008:10:22 16:46:53"),
        ("DSCN0038.jpg", 434_672_550, 118_792_133, "2008:10:22 16:52:15"),
        ("DSCN0040.jpg", 434_660_117, 118_791_117, "2008:10:22 16:55:37"),
        ("DSCN0042.jpg", 434_644_550, 118_814_783, "2008:10:22 17:00:07"),
    ];
    for (file, latitude, longitude, time) in walk {
        let file = files.iter().find(|path| path.ends_with(file)).unwrap();
        let photo = prepare_file(file).unwrap();
        assert_eq!((photo.width, photo.height), (640, 480));
        let position = photo.metadata.position.unwrap();
        assert_eq!((position.latitude_e7, position.longitude_e7), (latitude, longitude));
        assert_eq!(position.datum, Datum::Wgs84);
        let claimed = photo.metadata.claimed_time.as_ref().unwrap();
        assert_eq!((claimed.text.as_str(), claimed.moment), (time, Moment::Taken));
        assert_eq!(claimed.offset_text, None);
        assert_eq!(photo.metadata.make.as_deref(), Some("NIKON"));
        assert_eq!(photo.metadata.software.as_deref(), Some("Nikon Transfer 1.1 W"));
        assert_eq!(photo.warnings, []);
        assert_copies_are_sound(&photo);
    }
}

#[test]
fn photos_of_phones_come_in_at_their_real_sizes() {
    let (Some(mobile), Some(hdr)) = (folder("mobile"), folder("hdr")) else { return };
    let nokia = prepare_file(&mobile[0]).unwrap();
    assert_eq!((nokia.width, nokia.height), (4608, 1976));
    assert_eq!(nokia.metadata.model.as_deref(), Some("Nokia 8.3 5G"));
    let time = nokia.metadata.claimed_time.as_ref().unwrap();
    assert_eq!(time.offset_text.as_deref(), Some("+03:00"));
    assert_eq!(time.parts.unwrap().offset_minutes, Some(180));
    assert_eq!(nokia.warnings, [Warning::NoPosition]);

    let jolla = prepare_file(&mobile[1]).unwrap();
    assert_eq!((jolla.width, jolla.height), (3264, 2448));
    assert_eq!(jolla.metadata.software, None);

    let iphone = prepare_file(&hdr[0]).unwrap();
    assert_eq!((iphone.width, iphone.height), (3264, 2448));
    let position = iphone.metadata.position.unwrap();
    assert_eq!((position.latitude_e7, position.longitude_e7), (404_469_722, -37_247_528));
    for photo in [nokia, jolla, iphone] {
        assert_copies_are_sound(&photo);
        assert_eq!(pixels(&photo.standard).dimensions().0, 2048);
        assert!(photo.standard.len() < photo.original.len());
    }
}

#[test]
fn damaged_photos_get_an_error_or_come_in_without_their_metadata() {
    let Some(files) = folder("invalid") else { return };
    for file in files {
        match prepare_file(&file) {
            Ok(photo) => {
                assert_copies_are_sound(&photo);
                assert!(photo.warnings.contains(&Warning::NoTime));
            }
            Err(error) => assert!(matches!(error, EvidenceError::Damaged | EvidenceError::Truncated)),
        }
    }
}

#[test]
fn a_heic_is_refused_with_the_advice_to_take_it_as_jpeg() {
    let Some(files) = folder("heic") else { return };
    let error = prepare_file(&files[0]).unwrap_err();
    assert_eq!(error, EvidenceError::Unsupported { format: "HEIC" });
    assert!(error.to_string().contains("take it as JPEG"));
}

#[test]
fn a_photo_cut_off_anywhere_is_never_taken_for_whole() {
    let Some(files) = folder("gps") else { return };
    let whole = std::fs::read(&files[0]).unwrap();
    assert!(whole.ends_with(&[0xff, 0xd9]), "nothing stands behind this picture");
    for length in (0..whole.len()).step_by(1_511).chain(whole.len() - 40..whole.len()) {
        let error = inspect(&whole[..length]).unwrap_err();
        let expected = match length {
            0 => EvidenceError::Empty,
            1 | 2 => EvidenceError::NotAPicture,
            _ => EvidenceError::Truncated,
        };
        assert_eq!(error, expected, "cut at {length}");
    }
}

#[test]
fn a_copy_that_ends_in_zeros_is_cut_off_too() {
    let Some(files) = folder("gps") else { return };
    let mut bytes = std::fs::read(&files[0]).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0);
    assert_eq!(prepare(bytes).unwrap_err(), EvidenceError::Truncated);
}

#[test]
fn damage_inside_the_metadata_never_costs_the_picture() {
    let Some(files) = folder("gps") else { return };
    let whole = std::fs::read(&files[0]).unwrap();
    let exif = whole.windows(6).position(|six| six == b"Exif\0\0").unwrap();
    let sound = inspect(&whole).unwrap();
    let mut hurt = 0;
    for at in exif..exif + 1_500 {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        let inspection = inspect(&bytes).unwrap();
        assert_eq!(inspection.width * inspection.height, 640 * 480);
        hurt += u32::from(inspection.metadata != sound.metadata);
    }
    assert!(hurt > 100, "only {hurt} of 1,500 damaged bytes were noticed");
}

#[test]
fn the_name_of_a_file_says_nothing_about_what_it_is() {
    let Some(files) = folder("gps") else { return };
    let folder = tempfile::tempdir().unwrap();
    let misnamed = folder.path().join("photo.png");
    std::fs::copy(&files[0], &misnamed).unwrap();
    assert_eq!(prepare_file(&misnamed).unwrap(), prepare_file(&files[0]).unwrap());
}
