//! Wrong keys, damaged files, newer shapes and full disks: four different errors, and nothing lost.

use rusqlite::Connection;

use super::*;

fn answers(feed: &mut Feed, count: u64) {
    for n in 0..count {
        let seq = feed.entries.len() as u64 + 1;
        feed.say(
            op(BERT, seq),
            numbered(seq / 40),
            &answer(&format!("W5-{}", n % 40), Value::Yes),
            "a note of some length",
        );
    }
}

#[test]
fn a_newer_shape_is_refused_by_number_and_an_app_that_knows_it_opens_it() {
    let Phone { store, path, _folder } = phone();
    drop(store);
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    let refusal = refused(Store::open(&path, &StoreKey::Plain));
    assert!(matches!(refusal, StoreError::Newer { found: 99, known: 4 }));
    assert!(refusal.to_string().contains("update the app"));
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 4).unwrap();
    Store::open(&path, &StoreKey::Plain).unwrap();
}

#[test]
fn somebody_elses_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(refused(Store::open(&path, &StoreKey::Plain)), StoreError::Damaged));
    let count: i64 =
        Connection::open(&path).unwrap().query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
}

#[test]
fn a_batch_whose_second_page_is_refused_leaves_nothing_of_the_first() {
    let mut feed = Feed::new(area(1));
    answers(&mut feed, 20);
    let mut phone = phone();
    refused(phone.store.fold_pages(&[feed.page(0, 10), feed.page(11, 20)]));
    assert_eq!(phone.store.cursor(&area(1)).unwrap(), None);
    for table in ["feed WHERE key <> 0", "page", "entity", "register", "log_name"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows: i64 = phone.store.connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    feed.pull(&mut phone.store);
    hash(&phone.store, area(1));
}

#[test]
fn a_phone_that_dies_in_the_middle_of_a_page_has_what_it_had_before() {
    let mut feed = Feed::new(area(1));
    answers(&mut feed, 500);
    let mut phone = phone();
    feed.pull(&mut phone.store);
    let before = hash(&phone.store, area(1));
    answers(&mut feed, 2_000);
    // So little memory that the unfinished transaction is written to the log before it ends.
    phone
        .store
        .connection
        .execute_batch("PRAGMA cache_size = 4; PRAGMA wal_autocheckpoint = 0; BEGIN IMMEDIATE")
        .unwrap();
    let start = std::fs::metadata(crate::key::beside(&phone.path, "-wal")).unwrap().len();
    for n in 0..2_000 {
        phone
            .store
            .connection
            .execute("INSERT INTO setting (name, value) VALUES (?1, zeroblob(500))", [format!("half {n}")])
            .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("store");
    assert!(std::fs::metadata(crate::key::beside(&phone.path, "-wal")).unwrap().len() > start + 100_000);
    for ending in ["", "-wal", "-mark"] {
        std::fs::copy(crate::key::beside(&phone.path, ending), crate::key::beside(&copy, ending)).unwrap();
    }
    let mut after = Store::open(&copy, &StoreKey::Plain).unwrap();
    after.check().unwrap();
    assert_eq!(hash(&after, area(1)), before);
    assert_eq!(after.setting("half 0").unwrap(), None);
    feed.pull(&mut after);
    assert_eq!(after.cursor(&area(1)).unwrap().unwrap().position, 2_500);
    hash(&after, area(1));
}

#[test]
fn a_full_disk_is_said_and_costs_nothing_that_was_acknowledged() {
    let mut phone = phone();
    let mut feed = Feed::new(area(1));
    answers(&mut feed, 200);
    feed.pull(&mut phone.store);
    phone.store.open_log(ANNA, None, 1).unwrap();
    phone.store.append(ANNA, &[new(id(1), answer("W5-1", Value::No))], &[]).unwrap();
    let before = hash(&phone.store, area(1));
    let pages: i64 = phone.store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    phone.store.connection.pragma_update(None, "max_page_count", pages).unwrap();
    answers(&mut feed, 2_000);
    assert!(matches!(refused(phone.store.fold_page(&feed.page(200, 2_200))), StoreError::Full));
    assert_eq!(hash(&phone.store, area(1)), before);
    assert_eq!(phone.store.cursor(&area(1)).unwrap().unwrap().position, 200);
    let Phone { store, path, _folder } = phone;
    drop(store);
    let mut store = Store::open(&path, &StoreKey::Plain).unwrap();
    assert_eq!(value_of(&store, id(1), "W5-1"), Some(Value::No));
    feed.pull(&mut store);
    assert_eq!(hash(&store, area(1)), store.recompute_hash(&area(1)).unwrap());
}

#[test]
fn a_second_process_that_writes_makes_the_first_wait_and_then_say_so() {
    let mut phone = phone();
    phone.store.connection.busy_timeout(std::time::Duration::from_millis(20)).unwrap();
    let other = Connection::open(&phone.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(refused(phone.store.open_log(ANNA, None, 1)), StoreError::Busy));
    other.execute_batch("ROLLBACK").unwrap();
    phone.store.open_log(ANNA, None, 1).unwrap();
}

#[test]
fn settings_and_photo_files_are_kept_and_counted() {
    use crate::{FileState, PhotoFile};
    use mingcha_model::PhotoCopy;
    let mut phone = phone();
    phone.store.set_setting("who", Some(b"me")).unwrap();
    assert_eq!(phone.store.setting("who").unwrap().as_deref(), Some(&b"me"[..]));
    phone.store.set_setting("who", None).unwrap();
    assert_eq!(phone.store.setting("who").unwrap(), None);
    let file = |copy, bytes| PhotoFile {
        photo: id(5).into(),
        copy,
        sha256: Digest([bytes; 32]),
        bytes: bytes.into(),
        key: Some([3; 32].into()),
        state: FileState::Local,
        since: 9,
    };
    phone.store.open_log(ANNA, None, 1).unwrap();
    let files = [file(PhotoCopy::Original, 3), file(PhotoCopy::Standard, 2), file(PhotoCopy::Thumbnail, 1)];
    phone.store.append(ANNA, &[new(id(1), answer("W5-1", Value::No))], &files).unwrap();
    assert_eq!(phone.store.waiting().unwrap().photos, 3);
    let next = phone.store.photo_files_in(FileState::Local, 2).unwrap();
    assert_eq!(next.iter().map(|file| file.copy).collect::<Vec<_>>(), [PhotoCopy::Thumbnail, PhotoCopy::Standard]);
    assert!(phone.store.set_file_state(id(5).into(), PhotoCopy::Thumbnail, FileState::Sent, 10).unwrap());
    phone.store.erase_file_key(id(5).into(), PhotoCopy::Standard, 11).unwrap();
    assert_eq!(phone.store.photo_file(id(5).into(), PhotoCopy::Standard).unwrap().unwrap().key, None);
    assert_eq!(phone.store.photo_files_of(Digest([3; 32])).unwrap(), [file(PhotoCopy::Original, 3)]);
    assert_eq!(phone.store.waiting().unwrap().photos, 1);
}
