//! Looking at a picture without taking it in: needs no phone.

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
    assert_eq!(seen["bytes"].as_u64(), Some(std::fs::metadata(&file).unwrap().len()));
    assert_eq!(seen["sha256"].as_str().unwrap().len(), 64);
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
