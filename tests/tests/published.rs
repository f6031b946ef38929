//! What a unit sees of a photo where the office wants a strip below it: the picture, and beside no person what it is.

use std::path::Path;

use image::RgbImage;
use mingcha_tests::{City, Desk, draw};

const MORNING: &str = "2026-03-02T08:30:00+08:00";
/// The strip's paper is nearly black, and its letters nearly white.
const PAPER: u8 = 24;

/// The published copies that a contact has, as pictures.
fn copies(contact: &Desk, below: &Path) -> Vec<RgbImage> {
    let listed = contact.run(&["photo", "list"]);
    let photos = listed.as_array().unwrap().iter().map(|photo| photo["photo"].as_str().unwrap().to_owned());
    photos
        .map(|photo| {
            let out = below.join(format!("{photo}.jpg"));
            contact.run(&["photo", "save", &photo, "--copy", "standard", "--out", out.to_str().unwrap()]);
            image::open(out).unwrap().into_rgb8()
        })
        .collect()
}

#[test]
fn a_published_photo_says_where_when_and_how_below_the_picture_if_the_office_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path();
    let mut city = City::found(below, MORNING);
    let refused = city.try_office(&["serve", "--listen", "127.0.0.1:0", "--strip", "--font", "/dev/null"]);
    assert!(refused.code == 2 && refused.stderr.contains("bad_font"), "{}", refused.stderr);
    city.serve_with(&["--strip"]);
    let anna = city.phone("anna", "inspector", MORNING);
    let chief = city.phone("chief", "supervisor", MORNING);
    let contact = city.phone("contact", "contact", MORNING);
    let picture = draw(below, 1);
    let drawn = image::open(&picture).unwrap();
    for mode in ["open", "undercover"] {
        let visit = anna.text(&["visit", "start", "GOV-01", "--mode", mode, "--set", "W5"], "visit");
        let photo = anna.text(&["visit", "photo", &visit, picture.to_str().unwrap(), "--item", "W5-3"], "photo");
        let finding =
            anna.text(&["finding", "raise", &visit, "W5-3", "--text", "坡道堵死", "--photo", &photo], "finding");
        anna.run(&["visit", "submit", &visit]);
        anna.run(&["sync"]);
        chief.run(&["sync"]);
        chief.run(&["finding", "feedback", &finding, "--demand", "请清理", "--photos-checked"]);
        chief.run(&["sync"]);
    }
    contact.run(&["sync"]);
    contact.run(&["photo", "fetch"]);

    let copies = copies(&contact, below);
    assert_eq!(copies.len(), 2);
    for copy in &copies {
        assert_eq!(copy.width(), drawn.width());
        let strip = copy.height() - drawn.height();
        assert!(strip >= 40, "two lines of text: {strip}");
        let foot: Vec<u8> = copy.rows().skip(drawn.height() as usize + 8).flatten().map(|dot| dot.0[0]).collect();
        let dark = foot.iter().filter(|dot| dot.abs_diff(PAPER) < 16).count();
        let light = foot.iter().filter(|dot| **dot > 160).count();
        assert!(dark > foot.len() / 2 && light > 100, "{dark} dark and {light} light of {}", foot.len());
    }
    // The mode is in it: the same picture of the same site on the same day.
    assert_ne!(copies[0], copies[1]);
    assert_eq!(
        image::imageops::crop_imm(&copies[0], 0, 0, drawn.width(), 8).to_image(),
        image::imageops::crop_imm(&copies[1], 0, 0, drawn.width(), 8).to_image()
    );
}
