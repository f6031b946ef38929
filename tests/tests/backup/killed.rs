//! Backups and restores that are killed at any instant: no half file bears the name of a backup, no half city is one.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mingcha_tests::{Chance, programs};

use super::story::{Story, same};

/// Runs a command of the office and kills it after a while; true when it ended before.
fn killed(story: &Story, words: &[&str], after: Duration) -> bool {
    let mut child = Command::new(&programs().1)
        .args(words)
        .arg("--data")
        .arg(story.city.folder())
        .arg("--json")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    sleep(after);
    let _ = child.kill();
    child.wait().unwrap().success()
}

#[test]
fn a_backup_killed_at_any_instant_leaves_a_whole_one_or_none_while_the_city_takes_work() {
    let mut story = Story::begin();
    story.visit("W5-1");
    story.all_sync();
    let begun = Instant::now();
    story.backup("whole.tar", &[]);
    let (usual, mut chance) = (begun.elapsed(), Chance::seeded("backup"));
    let (mut ended, mut died, mut visits) = (0, 0, 1);
    for round in 0..16 {
        let place = story.place(&format!("{}.tar", round % 4));
        let _ = fs::remove_file(&place);
        let within = u64::try_from(usual.as_micros()).unwrap() * 5 / 4;
        let whole = killed(&story, &["backup", "--out", &place], Duration::from_micros(chance.below(within)));
        *(if whole { &mut ended } else { &mut died }) += 1;
        if fs::exists(&place).unwrap() {
            // Three files of each photo at least; the copy for the unit may not be made yet.
            let checked = story.city.office(&["backup", "--check", &place]);
            assert!(checked["photos"].as_u64().unwrap() >= 3 * visits && checked["lost"] == 0, "{checked}");
        } else {
            assert!(!whole, "it ended and there is no file");
        }
        if round % 8 == 0 {
            story.visit("W5-2");
            visits += 1;
            assert_eq!(story.inspector.run(&["sync"])["waiting_ops"], 0);
            let _ = fs::remove_file(story.place("whole.tar"));
            story.backup("whole.tar", &[]);
        }
    }
    println!("a backup takes {usual:?}; {ended} ended and {died} died");
}

#[test]
fn a_restore_killed_at_any_instant_leaves_no_city_or_a_whole_one_and_is_run_again() {
    let mut story = Story::begin();
    story.visit("W5-1");
    story.all_sync();
    story.backup("1.tar", &[]);
    let (before, place) = (story.truth(), story.place("1.tar"));
    story.city.lose_disk();
    let begun = Instant::now();
    story.city.office(&["restore", &place]);
    let (usual, mut chance) = (begun.elapsed(), Chance::seeded("restore"));
    let (mut ended, mut died) = (0, 0);
    for _ in 0..16 {
        fs::remove_dir_all(story.city.folder()).unwrap();
        // Again and again into what the killed one left.
        for _ in 0..4 {
            let within = u64::try_from(usual.as_micros()).unwrap() * 5 / 4;
            let whole = killed(&story, &["restore", &place], Duration::from_micros(chance.below(within)));
            *(if whole { &mut ended } else { &mut died }) += 1;
            let opened = story.city.try_office(&["people"]);
            if whole {
                assert_eq!(opened.code, 0, "{}", opened.stderr);
            }
            if opened.code == 0 {
                break;
            }
            assert_eq!(opened.error(), "not_a_city");
        }
        if story.city.try_office(&["people"]).code != 0 {
            story.city.office(&["restore", &place]);
        }
        assert_eq!(story.city.try_office(&["restore", &place]).error(), "not_empty");
    }
    println!("a restore takes {usual:?}; {ended} ended and {died} died");
    story.city.clock(&story.inspector.now);
    story.city.serve();
    story.city.office(&["confirm-people"]);
    story.all_sync();
    same(&story.truth(), &before);
    story.agrees();
}
