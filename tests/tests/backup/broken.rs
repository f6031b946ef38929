//! Backups that are cut off, changed, incomplete or in the way: refused by name, and nothing is put into its place.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::story::{Story, same};

/// Every file below this folder, by its path.
fn below(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut all: Vec<String> = paths
        .flat_map(|path| if path.is_dir() { below(&path) } else { vec![path.to_str().unwrap().to_owned()] })
        .collect();
    all.sort();
    all
}

#[test]
fn a_backup_is_never_written_over_and_a_restore_goes_into_an_empty_folder_alone() {
    let mut story = Story::begin();
    story.visit("W5-1");
    story.all_sync();
    let place = story.place("1.tar");
    assert_eq!(story.backup("1.tar", &[])["photos"], 4);
    let first = fs::read(&place).unwrap();
    let again = story.city.try_office(&["backup", "--out", &place]);
    assert_eq!((again.code, again.error().as_str()), (2, "file_exists"));
    assert_eq!(fs::read(&place).unwrap(), first);
    let before = below(story.city.folder());
    let over = story.city.try_office(&["restore", &place]);
    assert_eq!((over.code, over.error().as_str()), (2, "not_empty"));
    assert_eq!(below(story.city.folder()), before);
    assert_eq!(below(story.away.path()), [place], "something was left beside it");
}

#[test]
fn a_backup_that_was_cut_off_or_changed_anywhere_is_no_backup_and_leaves_no_city() {
    let mut story = Story::begin();
    story.visit("W5-1");
    story.all_sync();
    story.backup("1.tar", &[]);
    let whole = fs::read(story.place("1.tar")).unwrap();
    story.city.lose_disk();
    let bad = story.place("bad.tar");
    let refuses = |bytes: &[u8], what: &str| {
        fs::write(&bad, bytes).unwrap();
        let answer = story.city.try_office(&["restore", &bad]);
        assert_eq!((answer.code, answer.error().as_str()), (1, "bad_backup"), "{what}: {}", answer.stderr);
        let left: Vec<String> =
            below(story.city.folder()).into_iter().filter(|path| !path.ends_with("backup.lock")).collect();
        assert_eq!(left, [""; 0], "{what}");
    };
    for part in 0..12 {
        refuses(&whole[..whole.len() * part / 12], &format!("cut at {part} of 12"));
    }
    // Of each kind of part one byte: the key, the ledger's pages, a photo, the list at the end.
    for part in 1..40 {
        let mut changed = whole.clone();
        let at = whole.len() * part / 40;
        changed[at] ^= 0x20;
        fs::write(&bad, &changed).unwrap();
        let answer = story.city.try_office(&["restore", &bad]);
        // Padding between two parts says nothing, and may say anything.
        if answer.code == 0 {
            assert_eq!(whole[at], 0, "byte {at} was changed unseen");
            fs::remove_dir_all(story.city.folder()).unwrap();
        } else {
            assert_eq!((answer.code, answer.error().as_str()), (1, "bad_backup"), "byte {at}: {}", answer.stderr);
        }
    }
    refuses(b"", "an empty file");
    refuses(b"no archive at all", "a text");
    story.city.office(&["restore", &story.place("1.tar")]);
    assert!(story.city.folder().join("city.db").exists());
}

#[test]
fn a_nightly_backup_copies_what_the_last_one_lacks_and_a_restore_needs_both() {
    let mut story = Story::begin();
    story.visit("W5-1");
    story.all_sync();
    let first = story.backup("1.tar", &[]);
    story.now("2026-03-03T09:00:00+08:00");
    story.visit("W5-2");
    story.all_sync();
    let since = story.place("1.tar");
    let second = story.backup("2.tar", &["--since", &since]);
    assert_eq!((&first["photos"], &first["copied"]), (&4.into(), &4.into()));
    assert_eq!((&second["photos"], &second["copied"], &second["earlier"][0]), (&8.into(), &4.into(), &"1.tar".into()));
    story.now("2026-03-04T09:00:00+08:00");
    let third = story.backup("3.tar", &["--since", &story.place("2.tar")]);
    assert_eq!((&third["photos"], &third["copied"]), (&8.into(), &0.into()));
    let checked = story.city.office(&["backup", "--check", &story.place("3.tar")]);
    assert_eq!((&checked["photos"], &checked["lost"]), (&8.into(), &0.into()));
    let before = story.truth();

    fs::rename(story.place("1.tar"), story.place("away.tar")).unwrap();
    let lacking = story.city.try_office(&["backup", "--out", &story.place("4.tar"), "--since", &story.place("3.tar")]);
    assert_eq!((lacking.code, lacking.error().as_str()), (1, "earlier_backup"));
    story.city.lose_disk();
    let lacking = story.city.try_office(&["restore", &story.place("3.tar")]);
    assert_eq!((lacking.code, lacking.error().as_str()), (1, "earlier_backup"));
    assert!(lacking.stderr.contains("1.tar"), "{}", lacking.stderr);
    // Another backup under its name is not it.
    fs::copy(story.place("2.tar"), story.place("1.tar")).unwrap();
    assert_eq!(story.city.try_office(&["restore", &story.place("3.tar")]).error(), "earlier_backup");
    fs::rename(story.place("away.tar"), story.place("1.tar")).unwrap();
    assert_eq!(story.city.office(&["restore", &story.place("3.tar")])["photos"], 8);
    story.city.serve();
    story.city.office(&["confirm-people"]);
    story.all_sync();
    same(&story.truth(), &before);
    story.agrees();
}

/// Whether the earlier one was ever read where it lies, nobody knows: it was written here, and carried there.
#[test]
fn nothing_is_safe_in_a_nightly_backup_while_an_earlier_one_is_damaged_where_it_lies() {
    let mut story = Story::begin();
    if !story.is_off_machine {
        println!("skipped: this machine has no second file system for a backup");
        return;
    }
    story.visit("W5-1");
    story.all_sync();
    let written = story.folder.path().join("1.tar");
    story.city.office(&["backup", "--out", written.to_str().unwrap()]);
    let whole = fs::read(&written).unwrap();
    let photo = whole.windows(7).position(|name| name == b"photos/").unwrap();
    let mut damaged = whole.clone();
    damaged[photo + 600] ^= 1;
    let (first, second) = (story.place("1.tar"), story.place("2.tar"));
    fs::write(&first, &damaged).unwrap();
    let nightly = ["backup", "--out", &second, "--since", &first, "--off-machine"];
    let refused = story.city.try_office(&nightly);
    assert_eq!((refused.code, refused.error().as_str()), (1, "earlier_backup"), "{}", refused.stderr);
    assert!(refused.stderr.contains("1.tar"), "{}", refused.stderr);
    assert_eq!(below(story.away.path()), std::slice::from_ref(&first));
    story.inspector.run(&["sync"]);
    assert_eq!(story.inspector.run(&["status"])["backup"], false);

    // Whole again, all of it counts, and the originals are freed after their fortnight.
    fs::write(&first, &whole).unwrap();
    let made = story.city.office(&nightly);
    assert_eq!((&made["photos"], &made["copied"]), (&4.into(), &0.into()), "{made}");
    story.inspector.run(&["sync"]);
    story.now("2026-03-17T09:30:00+08:00");
    assert_eq!(story.inspector.run(&["sync"])["freed_photos"], 1);
}

#[cfg(unix)]
#[test]
fn a_link_elsewhere_to_a_file_on_the_disk_of_the_city_makes_nothing_safe() {
    let mut story = Story::begin();
    if !story.is_off_machine {
        println!("skipped: this machine has no second file system for a backup");
        return;
    }
    story.visit("W5-1");
    story.all_sync();
    let (first, second, third) = (story.place("1.tar"), story.place("2.tar"), story.place("3.tar"));
    let here = story.folder.path().join("1.tar");
    story.city.office(&["backup", "--out", here.to_str().unwrap()]);
    std::os::unix::fs::symlink(&here, &first).unwrap();
    story.city.office(&["backup", "--out", &second, "--since", &first]);
    for asked in [
        &["backup", "--check", &first, "--off-machine"][..],
        &["backup", "--check", &second, "--off-machine"],
        &["backup", "--out", &third, "--since", &first, "--off-machine"],
        &["backup", "--out", &third, "--since", &second, "--off-machine"],
    ] {
        let refused = story.city.try_office(asked);
        assert_eq!((refused.code, refused.error().as_str()), (2, "same_disk"), "{asked:?}: {}", refused.stderr);
    }
    assert_eq!(below(story.away.path()), [first.clone(), second.clone()]);
    story.inspector.run(&["sync"]);
    assert_eq!(story.inspector.run(&["status"])["backup"], false);
    // Carried there in truth, the same names count.
    fs::remove_file(&first).unwrap();
    fs::copy(&here, &first).unwrap();
    assert_eq!(story.city.office(&["backup", "--check", &second, "--off-machine"])["off_machine"], true);
}

#[test]
fn a_file_that_the_disk_of_the_city_lost_or_changed_is_named_and_comes_again_from_the_phone() {
    let mut story = Story::begin();
    story.visit("W5-1");
    story.all_sync();
    let ledger = Connection::open(story.city.folder().join("city.db")).unwrap();
    let names: Vec<String> = ledger
        .prepare("SELECT lower(hex(sha256)) FROM photo WHERE copy IN (0, 1) ORDER BY copy")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let path = |name: &str| story.city.folder().join("photos").join(&name[..2]).join(name);
    let mut bytes = fs::read(path(&names[0])).unwrap();
    bytes[100] ^= 1;
    fs::write(path(&names[0]), bytes).unwrap();
    fs::remove_file(path(&names[1])).unwrap();
    let made = story.backup("1.tar", &[]);
    assert_eq!((&made["photos"], &made["lost"]), (&2.into(), &2.into()), "{made}");
    story.inspector.run(&["sync"]);
    story.inspector.run(&["sync"]);
    let made = story.backup("2.tar", &[]);
    assert_eq!((&made["photos"], &made["lost"]), (&4.into(), &0.into()), "{made}");

    // A nightly backup looks at what it need not copy, too.
    fs::remove_file(path(&names[0])).unwrap();
    let made = story.backup("3.tar", &["--since", &story.place("2.tar")]);
    assert_eq!((&made["photos"], &made["copied"], &made["lost"]), (&4.into(), &0.into(), &1.into()), "{made}");
    story.inspector.run(&["sync"]);
    story.inspector.run(&["sync"]);
    assert!(path(&names[0]).exists());
    let made = story.backup("4.tar", &["--since", &story.place("3.tar")]);
    assert_eq!((&made["photos"], &made["lost"]), (&4.into(), &0.into()), "{made}");
}

/// Two photos are erased after the backup, one by a supervisor's phone and one at the city alone; a third was taken after it
/// and erased at the city. None of them comes back.
#[test]
fn photos_that_were_erased_after_the_backup_stay_erased_after_a_restore() {
    let mut story = Story::begin();
    let [_, first, _] = story.visit("W5-1");
    let [_, second, _] = story.visit("W5-2");
    story.all_sync();
    story.backup("1.tar", &[]);
    let [_, third, _] = story.visit("W5-3");
    story.all_sync();
    story.supervisor.run(&["erase", "photo", &first]);
    for photo in [&second, &third] {
        story.city.office(&["erase", "photo", photo]);
    }
    story.all_sync();
    let gone = |story: &Story| {
        for desk in [&story.inspector, &story.supervisor] {
            let listed = desk.run(&["photo", "list"]);
            let here: Vec<_> =
                listed.as_array().unwrap().iter().filter(|row| row["here"] != serde_json::json!([])).collect();
            assert!(here.is_empty(), "{here:?}");
        }
        let left = below(&story.city.folder().join("photos"));
        assert_eq!(left, [""; 0], "files of an erased photo");
        let ledger = Connection::open(story.city.folder().join("city.db")).unwrap();
        let erased: i64 = ledger.query_row("SELECT count(*) FROM erased_photo", [], |row| row.get(0)).unwrap();
        assert_eq!(erased, 3);
    };
    gone(&story);
    let before = story.truth();
    story.comes_back_from("1.tar");
    assert_ne!(below(&story.city.folder().join("photos")), [""; 0], "the backup is from before");
    story.city.office(&["confirm-people"]);
    story.all_sync();
    gone(&story);
    same(&story.truth(), &before);
    story.agrees();
    // A backup made now hands the erasures on.
    story.backup("2.tar", &[]);
    story.comes_back_from("2.tar");
    gone(&story);
}
