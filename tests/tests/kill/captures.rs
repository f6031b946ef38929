//! Captures and erasures of photos, killed at any instant: over the original, after the word that it is kept, over the
//! copies, and over what is done later.

use std::path::PathBuf;

use mingcha_tests::Chance;

use super::story::{Ending, Instants, Story, Told, promised, run_and_kill, usual};

/// Every photo that was promised comes out of the phone as it went in.
fn comes_out(told: &Told, story: &Story) {
    for (nth, (photo, file)) in told.photos.iter().enumerate() {
        let out = story.below.join(format!("kept-{nth}.jpg"));
        story.inspector.run(&["photo", "save", photo, "--copy", "original", "--out", out.to_str().unwrap()]);
        assert_eq!(std::fs::read(out).unwrap(), std::fs::read(file).unwrap());
    }
}

#[test]
fn two_hundred_killed_captures_lose_no_acknowledged_photo_and_leave_no_half_one() {
    let mut chance = Chance::seeded("captures");
    let mut story = Story::begin();
    let mut told = Told::default();
    // Each ends with its copies, or leaves them to whoever comes next; each has its own instants.
    let ways: [&[&str]; 2] = [&[], &["--later"]];
    let mut takes = ways.map(|more| Instants::of(story.usual_taking(&mut told, more)));
    let (mut killed, mut after_its_word) = (0, 0);
    for round in 0..200 {
        let way = round % 2;
        let ending = story.take_and_kill(&mut told, ways[way], takes[way].next(&mut chance));
        takes[way].learn(ending == Ending::Ended);
        killed += u32::from(ending == Ending::Killed);
        after_its_word += u32::from(ending == Ending::KilledAfterItsWord);
        if round % 40 == 39 {
            told.holds(&story);
        }
    }
    println!("of 200 captures {killed} were killed before they said so, and {after_its_word} over the copies");
    assert!(killed + after_its_word >= 120 && killed < 192, "the instants missed the captures");
    assert!(killed >= 40 && after_its_word >= 10, "the instants missed one half of the captures");
    told.holds(&story);
    told.opens(&story);

    // The same with erasing: whatever a killed one left is finished by the next, and no other photo goes along.
    let file = story.picture();
    let waiting = ["visit", "photo", &story.visit, "--later", file.to_str().unwrap()];
    told.photos.push((story.inspector.text(&waiting, "photo"), file));
    let mut erased: Vec<(String, PathBuf)> = told.photos.split_off(told.photos.len() - 1);
    erased.extend(told.photos.drain(..20));
    for (photo, _) in &erased {
        let erasing = ["erase", "photo", photo];
        run_and_kill(&story.inspector, &erasing, takes[0].next(&mut chance));
    }
    for (photo, _) in &erased {
        assert_eq!(story.inspector.text(&["erase", "photo", photo], "erased"), *photo);
        let out = story.below.join("erased.jpg");
        let saving = ["photo", "save", photo, "--copy", "thumbnail", "--out", out.to_str().unwrap()];
        assert_eq!(story.inspector.try_run(&saving).code, 2);
    }
    told.holds(&story);
    comes_out(&told, &story);
    story.both_know_all();
}

#[test]
fn copies_that_are_killed_while_they_are_made_go_on_until_each_photo_is_said_once() {
    let mut chance = Chance::seeded("copies");
    let mut story = Story::begin();
    let mut told = Told::default();
    let takes_many = |story: &mut Story, told: &mut Told, count: u32| {
        let files: Vec<PathBuf> = (0..count).map(|_| story.picture()).collect();
        let mut words = vec!["visit", "photo", &story.visit, "--later"];
        words.extend(files.iter().map(|file| file.to_str().unwrap()));
        let taken = story.inspector.run(&words);
        let photos = taken.as_array().unwrap().iter().map(|one| one["photo"].as_str().unwrap().to_owned());
        told.photos.extend(photos.zip(files));
    };
    let making = usual(|| {
        takes_many(&mut story, &mut told, 5);
        story.inspector.run(&["photo", "finish"]);
    });
    let (mut instants, mut killed) = (Instants::of(making), 0);
    for round in 0..40 {
        takes_many(&mut story, &mut told, 2);
        // By itself, or because the visit is told of the photo.
        let last = told.photos.last().unwrap().0.clone();
        let words: [&[&str]; 2] = [&["photo", "finish"], &["photo", "put", &last, "W5-1"]];
        let output = run_and_kill(&story.inspector, words[round % 2], instants.next(&mut chance));
        let ended = promised(&output).is_some();
        instants.learn(ended);
        killed += u32::from(!ended);
        if round % 10 == 9 {
            told.holds(&story);
        }
    }
    println!("{killed} of 40 were killed over the copies");
    assert!(killed >= 20, "the instants missed the copies");
    told.holds(&story);
    let finished = story.inspector.run(&["photo", "finish"]);
    assert_eq!((&finished["waiting"], &finished["unusable"]), (&0.into(), &0.into()));
    story.both_know_all();
    told.holds(&story);
    told.opens(&story);
    assert_eq!(mingcha_tests::photos(&story.supervisor, &story.visit).len(), told.photos.len(), "none twice");
    assert_eq!(story.inspector.run(&["status"])["recovered_photos"], 0, "every file has its row");
}
