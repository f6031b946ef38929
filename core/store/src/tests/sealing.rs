//! A sealed file opens with its key and no other, and a flipped byte is damage.

use std::io::{Seek, SeekFrom, Write};

use super::*;

fn key(n: u8) -> StoreKey {
    StoreKey::raw([n; 32])
}

/// A sealed store with some work in it, closed.
fn sealed() -> (tempfile::TempDir, PathBuf, Feed) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut feed = Feed::new(area(1));
    for n in 0..600_u64 {
        let body = answer(&format!("W5-{}", n % 40), Value::Yes);
        feed.say(op(BERT, n + 1), numbered(n / 40), &body, "a note that nobody may read");
    }
    let mut store = Store::open(&path, &key(1)).unwrap();
    feed.pull(&mut store);
    store.open_log(ANNA, None, 1).unwrap();
    store.append(ANNA, &[new(id(1), answer("W5-1", Value::No))], &[]).unwrap();
    drop(store);
    (folder, path, feed)
}

#[test]
fn a_sealed_store_opens_with_its_key_and_no_other() {
    let (_folder, path, _) = sealed();
    for wrong in [key(2), StoreKey::Plain] {
        assert!(matches!(refused(Store::open(&path, &wrong)), StoreError::WrongKey));
    }
    let store = Store::open(&path, &key(1)).unwrap();
    store.check().unwrap();
    assert_eq!(value_of(&store, id(1), "W5-1"), Some(Value::No));
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"nobody"), "nothing typed lies open");
    assert!(!bytes.starts_with(b"SQLite format 3"));
    Store::remove(&path).unwrap();
    assert!(matches!(Store::open(&path, &key(3)).unwrap().feeds().unwrap().as_slice(), []));
}

#[test]
fn a_lost_mark_costs_nothing_but_is_written_again() {
    let (_folder, path, _) = sealed();
    let mark = crate::key::beside(&path, "-mark");
    std::fs::remove_file(&mark).unwrap();
    assert!(matches!(refused(Store::open(&path, &key(2))), StoreError::WrongKey));
    assert!(!mark.exists(), "a key that does not open leaves no mark");
    Store::open(&path, &key(1)).unwrap();
    assert!(mark.exists());
}

#[test]
fn a_flipped_byte_anywhere_is_damage_and_never_a_wrong_key_or_a_wrong_row() {
    let (_folder, path, feed) = sealed();
    let whole = std::fs::read(&path).unwrap();
    let expected = hash(&Store::open(&path, &key(1)).unwrap(), area(1));
    let pages = whole.len() / 4096;
    assert!(pages > 20);
    for page in 0..pages {
        for offset in [0, 20, 2_000, 4_090] {
            let at = page * 4096 + offset;
            std::fs::write(&path, &whole).unwrap();
            let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.seek(SeekFrom::Start(at as u64)).unwrap();
            file.write_all(&[whole[at] ^ 0x40]).unwrap();
            drop(file);
            let seen = Store::open(&path, &key(1)).and_then(|store| store.check());
            assert!(matches!(seen, Err(StoreError::Damaged)), "byte {at} of page {page}: {seen:?}");
        }
    }
    std::fs::write(&path, &whole).unwrap();
    let store = Store::open(&path, &key(1)).unwrap();
    assert_eq!(hash(&store, feed.name), expected, "the good copy still opens");
}

#[test]
fn a_damaged_page_met_while_reading_is_said_to_be_damage() {
    let (_folder, path, _) = sealed();
    let mut bytes = std::fs::read(&path).unwrap();
    for page in 1..bytes.len() / 4096 {
        bytes[page * 4096 + 100] ^= 1;
    }
    std::fs::write(&path, &bytes).unwrap();
    let read = Store::open(&path, &key(1)).and_then(|store| store.recompute_hash(&area(1)));
    assert!(matches!(read, Err(StoreError::Damaged)), "{read:?}");
}

#[test]
fn a_file_cut_short_is_damage_even_when_nothing_is_left() {
    let (_folder, path, _) = sealed();
    let whole = std::fs::read(&path).unwrap();
    for length in [whole.len() - 4096, whole.len() - 1000, 4096 * 3 + 17, 4096, 100, 0] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let seen = Store::open(&path, &key(1)).and_then(|store| store.check());
        assert!(matches!(seen, Err(StoreError::Damaged)), "cut to {length}: {seen:?}");
    }
    std::fs::remove_file(&path).unwrap();
    let seen = Store::open(&path, &key(1));
    assert!(matches!(seen, Err(StoreError::Damaged)), "a lost file is no fresh start");
}
