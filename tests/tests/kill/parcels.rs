//! Files that go by hand, and everybody who handles them killed at any instant.

use std::process::Stdio;
use std::thread::sleep;

use mingcha_tests::{Answer, Chance, programs};

use super::story::{Instants, NOW, Story, Told, promised, run_and_kill, usual};

#[test]
fn exporting_carrying_and_importing_are_killed_and_done_again_and_all_is_there_once() {
    let mut chance = Chance::seeded("parcels");
    let mut story = Story::begin();
    let mut told = Told::default();
    story.usual_taking(&mut told, &[]);
    for item in &story.items {
        story.inspector.run(&["visit", "answer", &story.visit, item, "yes", "--note", "一次"]);
        told.answers.entry(item.clone()).or_default().push(("一次".to_owned(), true));
    }
    let carrier = story.city.phone("carrier", "inspector", NOW);

    // A killed export leaves a whole file or none under its name, and the next one needs another name at most.
    let below = story.below.clone();
    let named = |number: u32| below.join(format!("{number}.mingcha")).to_str().unwrap().to_owned();
    let mut number = 1_000;
    let exporting = usual(|| {
        number += 1;
        story.inspector.run(&["export", &named(number)]);
    });
    let (mut instants, mut killed) = (Instants::of(exporting), 0);
    for number in 0..12 {
        let said = promised(&run_and_kill(&story.inspector, &["export", &named(number)], instants.next(&mut chance)));
        instants.learn(said.is_some());
        killed += u32::from(said.is_none());
        let is_there = std::path::Path::new(&named(number)).exists();
        assert!(is_there || said.is_none(), "it said that it wrote a file");
        if is_there {
            let seen = story.inspector.run(&["verify", "--bundle", &named(number)]);
            assert_eq!((seen["ok"].as_bool(), seen["own"].as_bool()), (Some(true), Some(true)), "{seen}");
        }
    }
    assert!(killed >= 4, "the instants missed the exports");

    // The carrier is killed over taking it along and over handing it over.
    let file = named(1_001);
    let words = ["import", &file];
    let mut instants = Instants::of(exporting);
    for _ in 0..6 {
        let said = promised(&run_and_kill(&carrier, &words, instants.next(&mut chance)));
        instants.learn(said.is_some());
        assert!(carrier.run(&["status"])["waiting_parcels"].as_u64().unwrap() >= u64::from(said.is_some()));
    }
    carrier.run(&words);
    for _ in 0..6 {
        let said = promised(&run_and_kill(&carrier, &["sync"], instants.next(&mut chance)));
        instants.learn(said.is_some());
    }
    // The city may still be at what a killed carrier handed over: then it waits for another sync.
    let handed_over = (0..40).map(|_| carrier.run(&["sync"])).find(|report| report["waiting_parcels"] == 0);
    let report = handed_over.expect("the parcel is handed over");
    assert_eq!(report["refused_parcels"], 0, "{report}");

    // The office is killed over another file of the same phone while the city serves.
    let picture = story.picture();
    let more = story.inspector.text(&["visit", "photo", &story.visit, picture.to_str().unwrap()], "photo");
    let file = story.below.join("more.mingcha");
    story.inspector.run(&["export", file.to_str().unwrap()]);
    for _ in 0..8 {
        let mut office = std::process::Command::new(&programs().1);
        office.arg("import").arg(&file).arg("--data").arg(story.city.folder()).arg("--json");
        let mut child = office.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        sleep(instants.next(&mut chance));
        let _ = child.kill();
        let answer = Answer::of(&child.wait_with_output().unwrap());
        assert!(answer.code == 137 || answer.code == 0, "{answer:?}");
    }
    let imported = story.city.office(&["import", file.to_str().unwrap()]);
    assert_eq!((&imported["waiting_segments"], &imported["waiting_photos"]), (&0.into(), &0.into()), "{imported}");

    story.supervisor.run(&["sync"]);
    let seen = mingcha_tests::photos(&story.supervisor, &story.visit);
    assert!(seen.contains(&more) && seen.len() == told.photos.len() + 1, "{seen:?}");
    assert_eq!(story.inspector.run(&["sync"])["sent_bytes"], 0, "no photo goes a second time");
    story.both_know_all();
    told.holds(&story);
    for shown in mingcha_tests::seen(&story.supervisor, &story.visit).values() {
        assert_eq!(shown.versions.len(), 1, "said twice: {shown:?}");
    }
}
