//! Looking at a picture without taking it in: needs no phone.

use std::path::{Path, PathBuf};

use crate::program::mingcha;
use image::{Rgb, RgbImage};

#[test]
fn a_picture_is_inspected_without_a_phone_and_its_copies_are_written() {
    let desk = mingcha();
    let file = desk.beside().join("window.png");
    RgbImage::from_fn(640, 480, |x, y| if x > y { Rgb([200, 60, 40]) } else { Rgb([20, 90, 160]) })
        .save(&file)
        .unwrap();
    let copies = desk.beside().join("copies");
    let seen = desk.json(&["photo", "inspect", file.to_str().unwrap(), "--out", copies.to_str().unwrap()]);
    assert_eq!((seen["width"].as_u64(), seen["height"].as_u64()), (Some(640), Some(480)));
    assert_eq!(seen["original_bytes"].as_u64(), Some(std::fs::metadata(&file).unwrap().len()));
    assert_eq!(seen["sha256"].as_str().unwrap().len(), 64);
    assert_eq!((seen["format"].as_str(), seen["orientation"].as_u64()), (Some("png"), Some(1)));
    for key in ["taken_at", "latitude", "longitude", "make", "model", "software"] {
        assert!(seen.get(key).is_some_and(serde_json::Value::is_null), "{key}: {seen}");
    }
    for copy in ["standard", "thumbnail"] {
        let written = copies.join(format!("{}-{copy}.jpg", seen["sha256"].as_str().unwrap()));
        assert_eq!(seen[format!("{copy}_bytes")].as_u64(), Some(std::fs::metadata(written).unwrap().len()));
    }
    assert!(!seen["placeholder"].as_str().unwrap().is_empty(), "{seen}");
    assert!(seen["warnings"].as_array().unwrap().iter().any(|warning| warning == "no_time"), "{seen}");
    let written = seen["written"].as_array().unwrap();
    assert!(!written.is_empty());
    assert_eq!(std::fs::read_dir(&copies).unwrap().count(), written.len());
    let told = desk.run(&["photo", "inspect", file.to_str().unwrap()]);
    assert!(told.stdout.contains("640 × 480"), "{}", told.stdout);
    assert!(told.stdout.contains("没有拍摄时间"), "{}", told.stdout);
    assert!(!desk.home().exists(), "looking at a picture made a phone");
}

#[test]
fn what_is_no_picture_is_refused_without_a_word_on_stdout() {
    let desk = mingcha();
    let text = desk.beside().join("window.jpg");
    std::fs::write(&text, "this is no picture").unwrap();
    let refused = desk.run(&["--json", "photo", "inspect", text.to_str().unwrap()]);
    assert_eq!((refused.exit, refused.error()["error"].as_str()), (2, Some("bad_photo")));
    let absent = desk.run(&["--json", "photo", "inspect", "nowhere.jpg"]);
    assert_eq!(absent.exit, 2);
    assert!(!absent.stderr.contains("nowhere"), "{}", absent.stderr);
    absent.error();
}

/// The files of a folder of real photos; none, said in one line, where they are not beside the checkout.
fn real(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos")).join(folder);
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no real photos beside this checkout");
        return Vec::new();
    };
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn real_photos_tell_what_they_are_and_come_out_upright() {
    let desk = mingcha();
    let inspect = |file: &Path| desk.json(&["photo", "inspect", file.to_str().unwrap()]);
    for file in real("gps") {
        let seen = inspect(&file);
        assert_eq!(
            (seen["format"].as_str(), seen["width"].as_u64(), seen["height"].as_u64()),
            (Some("jpeg"), Some(640), Some(480))
        );
        assert_eq!((seen["make"].as_str(), seen["orientation"].as_u64()), (Some("NIKON"), Some(1)), "{seen}");
        assert!(seen["taken_at"].as_str().unwrap().starts_with("2008-10-22T"), "{seen}");
        assert!((seen["latitude"].as_f64().unwrap() - 43.467).abs() < 0.01, "{seen}");
        assert!((seen["longitude"].as_f64().unwrap() - 11.882).abs() < 0.01, "{seen}");
        assert_eq!(seen["warnings"].as_array().unwrap().len(), 0, "{seen}");
    }
    for file in real("mobile").iter().chain(&real("hdr")) {
        let seen = inspect(file);
        assert!(seen["width"].as_u64().unwrap() * seen["height"].as_u64().unwrap() > 7_000_000, "{seen}");
        assert!(seen["standard_bytes"].as_u64() < seen["original_bytes"].as_u64(), "{seen}");
        assert!(seen["thumbnail_bytes"].as_u64().unwrap() <= 20_000, "{seen}");
    }
    for file in real("invalid") {
        let answer = desk.run(&["--json", "photo", "inspect", file.to_str().unwrap()]);
        assert!(answer.exit == 0 || (answer.exit, answer.error()["error"].as_str()) == (2, Some("bad_photo")));
    }
    for file in real("heic") {
        let answer = desk.run(&["--json", "photo", "inspect", file.to_str().unwrap()]);
        assert_eq!(answer.exit, 2);
        assert!(answer.error()["message"].as_str().unwrap().contains("JPEG"), "{}", answer.stderr);
    }
}

#[test]
fn all_sixteen_orientations_come_out_as_the_first_of_their_picture() {
    let desk = mingcha();
    let mut firsts: Vec<(String, RgbImage)> = Vec::new();
    let mut seen = 0;
    for file in real("orientation").into_iter().filter(|file| file.extension().is_some_and(|end| end == "jpg")) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let (picture, value) = name.split_once('_').unwrap();
        // The README of the folder counts from 1 to 8; whatever else lies there is not of the sixteen.
        let Some(value) = value.parse::<u64>().ok().filter(|value| (1..=8).contains(value)) else { continue };
        let out = desk.beside().join(&name);
        let told = desk.json(&["photo", "inspect", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert_eq!(told["orientation"].as_u64(), Some(value));
        let standard = out.join(format!("{}-standard.jpg", told["sha256"].as_str().unwrap()));
        let upright = image::open(standard).unwrap().into_rgb8();
        assert_eq!(u64::from(upright.width()), told["width"].as_u64().unwrap());
        let small = image::imageops::thumbnail(&upright, 32, 32);
        let first = firsts.iter().find(|(known, _)| known == picture).map(|(_, first)| first.clone());
        let first = first.unwrap_or_else(|| {
            firsts.push((picture.to_owned(), small.clone()));
            small.clone()
        });
        let apart: u32 = first.iter().zip(small.iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        assert!(apart < 32 * 32 * 3 * 6, "{name} differs by {apart}");
        seen += 1;
    }
    assert!(seen == 16 || seen == 0, "{seen} of sixteen");
}
