//! A city killed at any instant of a sync.

use std::process::Stdio;
use std::thread::sleep;

use mingcha_tests::{Answer, Chance, photos, seen};

use super::story::{Instants, Story, Told, usual};

#[test]
fn a_city_killed_forty_times_during_syncs_loses_nothing_that_it_acknowledged() {
    let mut chance = Chance::seeded("city");
    let mut story = Story::begin();
    let mut told = Told::default();
    let syncing = usual(|| {
        let file = story.picture();
        let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
        told.photos.push((photo, file));
        story.inspector.run(&["sync"]);
    });
    let (mut instants, mut acknowledged) = (Instants::of(syncing), 0);
    for round in 0..40 {
        let item = story.items[round % 4].clone();
        let note = format!("round {round}");
        story.inspector.run(&["visit", "answer", &story.visit, &item, "no", "--note", &note]);
        told.answers.entry(item).or_default().push((note, true));
        let file = story.picture();
        let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
        told.photos.push((photo, file));

        let child = story.inspector.command(&["sync"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        sleep(instants.next(&mut chance));
        story.city.kill();
        let answer = Answer::of(&child.wait_with_output().unwrap());
        instants.learn(answer.code == 0);
        match answer.code {
            0 => acknowledged += 1,
            _ => assert_eq!((answer.code, answer.error().as_str()), (1, "unreachable"), "{}", answer.stderr),
        }
        story.city.serve();
        if answer.code == 0 {
            let again = story.inspector.run(&["sync"]);
            assert_eq!((&again["sent_ops"], &again["sent_photos"]), (&0.into(), &0.into()), "{again}");
            story.both_know_all();
        }
        told.holds(&story);
    }
    println!("a photo and a sync take {syncing:?}; {acknowledged} of 40 syncs ended before the city did");
    story.both_know_all();
    told.holds(&story);
    assert_eq!(photos(&story.supervisor, &story.visit).len(), told.photos.len());
    for shown in seen(&story.supervisor, &story.visit).values() {
        assert_eq!(shown.versions.len(), 1, "said twice: {shown:?}");
    }
}
