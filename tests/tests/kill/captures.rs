//! Captures and erasures of photos, killed at any instant.

use std::path::PathBuf;

use mingcha_tests::Chance;

use super::story::{Instants, Story, Told, promised, run_and_kill, usual};

#[test]
fn two_hundred_killed_captures_lose_no_acknowledged_photo_and_leave_no_half_one() {
    let mut chance = Chance::seeded("captures");
    let mut story = Story::begin();
    let mut told = Told::default();
    let pictures: Vec<PathBuf> = (0..5).map(|_| story.picture()).collect();
    let mut rest = pictures.iter();
    let taking = usual(|| {
        let file = rest.next().unwrap();
        let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
        told.photos.push((photo, file.clone()));
    });
    let (mut takes, mut killed) = (Instants::of(taking), 0);
    for round in 0..200 {
        let file = story.picture();
        let words = ["visit", "photo", &story.visit, file.to_str().unwrap()];
        let output = run_and_kill(&story.inspector, &words, takes.next(&mut chance));
        let said = promised(&output);
        takes.learn(said.is_some());
        match said {
            Some(said) => told.photos.push((said["photo"].as_str().unwrap().to_owned(), file)),
            None => killed += 1,
        }
        if round % 40 == 39 {
            told.holds(&story);
        }
    }
    println!("a photo takes {taking:?}; {} were taken, {killed} killed before they said so", 200 - killed);
    assert!((120..192).contains(&killed), "the instants missed the captures: {killed} killed");
    told.holds(&story);
    told.opens(&story);

    // The same with erasing: whatever a killed one left is finished by the next, and no other photo goes along.
    let erased: Vec<(String, PathBuf)> = told.photos.drain(..30).collect();
    for (photo, _) in &erased {
        let erasing = ["erase", "photo", photo];
        run_and_kill(&story.inspector, &erasing, takes.next(&mut chance));
    }
    for (photo, _) in &erased {
        assert_eq!(story.inspector.text(&["erase", "photo", photo], "erased"), *photo);
        let out = story.below.join("erased.jpg");
        let saving = ["photo", "save", photo, "--copy", "thumbnail", "--out", out.to_str().unwrap()];
        assert_eq!(story.inspector.try_run(&saving).code, 2);
    }
    told.holds(&story);
    for (nth, (photo, file)) in told.photos.iter().enumerate() {
        let out = story.below.join(format!("kept-{nth}.jpg"));
        story.inspector.run(&["photo", "save", photo, "--copy", "original", "--out", out.to_str().unwrap()]);
        assert_eq!(std::fs::read(out).unwrap(), std::fs::read(file).unwrap());
    }
    story.both_know_all();
}
