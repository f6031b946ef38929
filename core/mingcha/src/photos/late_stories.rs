//! Stories of photos long after they were taken: cut off on their way down, and freed once the city proved that it keeps them.

use std::sync::{Arc, Mutex};

use mingcha_model::{Digest, PhotoCopy, PhotoId, Role};
use mingcha_store::{FileState, VisitFilter};
use mingcha_sync::{FileStanding, FilesAsk, FilesSaid, Signer as _, SoftwareKey, decode, encode};

use super::shelf::Shelf;
use crate::attention::rehearsal::{Answered, City, Desk, nobody};
use crate::http::Http;
use crate::phone::Me;
use crate::{MingchaError, PhotoTaken, StillClock, Surroundings};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// When the city first says that something is safe.
const SAFE: i64 = 1_772_000_000_000;

fn way(desk: &Desk) -> Http {
    let me = desk.phone.me().unwrap();
    Http::to(&me.url, Some(me.token.clone())).unwrap()
}

fn moved_to(desk: &mut Desk, url: &str) {
    let me = Me { url: url.to_owned(), ..desk.phone.me().unwrap().clone() };
    desk.phone.become_me(me).unwrap();
}

/// A phone whose one photo is with the city at this door.
fn sent(city: &mut City, url: &str) -> (Desk, PhotoTaken) {
    let mut anna = city.desk("Anna", Role::Inspector, url);
    let visit = anna.visit();
    let picture = anna.picture(1);
    let taken = anna.phone.visit_photo(&visit, &picture, None).unwrap();
    city.meet(&mut anna);
    let http = way(&anna);
    assert_eq!(anna.phone.send_photos(&http, Surroundings::default(), &mut |_| {}).unwrap().photos, 1);
    (anna, taken)
}

#[test]
fn a_file_cut_off_on_its_way_down_goes_on_at_its_byte_even_from_another_address() {
    let mut city = City::new();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let door = move |gone_after: usize| {
        let noted = Arc::clone(&noted);
        move |request: &crate::attention::rehearsal::Request, files: &std::collections::BTreeMap<String, Vec<u8>>| {
            if request.method != "GET" || !request.path.ends_with("/original") {
                return None;
            }
            let from: usize = request.header("range").map_or(0, |range| range[6..range.len() - 1].parse().unwrap());
            let mut noted = noted.lock().unwrap();
            noted.push(from);
            if noted.len() > gone_after {
                return Some(Answered::default());
            }
            let file = &files[&request.path];
            let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
            let headers = vec![("content-range", range)];
            let status = if from == 0 { 200 } else { 206 };
            Some(Answered { status, headers, body: file[from..].to_vec(), cut: Some(100) })
        }
    };
    let (shelf, first, _) = Shelf::open_with(door(3));
    let (anna, taken) = sent(&mut city, &first);
    let mut bertha = city.desk("Bertha", Role::Inspector, &first);
    let fetched = bertha.phone.photo_fetch(false, &mut |_| {});
    assert!(matches!(fetched, Err(MingchaError::Unreachable)), "{fetched:?}");
    assert_eq!(*asked.lock().unwrap(), [0, 100, 200, 300]);
    drop(anna);

    let (_, second, _) = shelf.open_again(|_, _| None);
    moved_to(&mut bertha, &second);
    let mut bytes = None;
    let fetched = bertha.phone.photo_fetch(false, &mut |now| bytes = Some((now.bytes, now.of_bytes))).unwrap();
    let length = std::fs::metadata(bertha.picture(1)).unwrap().len();
    assert_eq!((fetched.received, fetched.bytes), (1, length - 300));
    assert_eq!(bytes, Some((length, length)));
    let out = bertha.folder.path().join("out.png");
    assert_eq!(bertha.phone.photo_save(&taken.photo.to_string(), "original", &out).unwrap().sha256, taken.sha256);
    assert!(bertha.phone.verify().unwrap().ok);
}

#[test]
fn a_part_that_grew_into_another_file_is_thrown_away_and_fetched_anew() {
    let mut city = City::new();
    let (shelf, url, _) = Shelf::open();
    let (_, _) = sent(&mut city, &url);
    let mut bertha = city.desk("Bertha", Role::Inspector, &url);
    let visit = bertha.phone.store.visits(&VisitFilter::default()).unwrap()[0].visit;
    let photo = bertha.phone.store.photos_of(visit.into()).unwrap().remove(0);
    assert!(bertha.phone.keep_piece(photo.add.original, b"these bytes are of something else").unwrap());
    assert_eq!(bertha.phone.photo_fetch(false, &mut |_| {}).unwrap().wrong, 1);
    assert_eq!(bertha.phone.photo_fetch(false, &mut |_| {}).unwrap().received, 1);
    assert_eq!(shelf.came().len(), 3);
}

#[test]
fn a_part_that_nobody_goes_on_with_is_gone_after_a_fortnight() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let sha256 = Digest([7; 32]);
    assert!(anna.phone.keep_piece(sha256, b"the first piece").unwrap());
    anna.phone.clock = Box::new(StillClock::at("2026-03-10T09:30:00+08:00").unwrap());
    anna.phone.drop_old_partials().unwrap();
    assert_eq!(anna.phone.bytes_here(sha256).unwrap(), 15);
    anna.phone.clock = Box::new(StillClock::at("2026-03-10T09:30:01+08:00").unwrap());
    anna.phone.drop_old_partials().unwrap();
    assert_eq!(anna.phone.bytes_here(sha256).unwrap(), 0);
    assert_eq!(anna.phone.store.setting(&format!("partial_file {sha256} 0")).unwrap(), None);
}

/// What the city answers about files: its time, and whether it has them and has them safe.
type Word = Arc<Mutex<(i64, bool, bool)>>;

/// A city with backups that says what the test wants of every file; it signs with this key.
fn proving(key: [u8; 32]) -> (Word, String) {
    let word: Word = Arc::new(Mutex::new((SAFE, true, true)));
    let said = Arc::clone(&word);
    let (_, url, _) = Shelf::open_with(move |request, files| {
        if request.path != "/v1/files" {
            return None;
        }
        let (millis, here, safe) = *said.lock().unwrap();
        let ask: FilesAsk = decode(&request.body).unwrap();
        let standing = |(photo, copy): (PhotoId, PhotoCopy)| {
            let file = &files[&format!("/v1/photos/{photo}/{}", copy.name())];
            FileStanding { photo, copy, sha256: here.then(|| Digest::of(file)), safe }
        };
        let files = ask.files.into_iter().map(standing).collect();
        let body = encode(&FilesSaid::signed(files, millis, &SoftwareKey::from_bytes(&key).unwrap()).unwrap());
        Some(Answered { status: 200, body, ..Answered::default() })
    });
    (word, url)
}

fn clock(millis: i64) -> StillClock {
    StillClock::at(&mingcha_model::print_millis(millis)).unwrap()
}

fn hear(desk: &mut Desk, city: &City) -> Result<u64, MingchaError> {
    let http = way(desk);
    desk.phone.hear_what_is_safe(&http, city.key().public_key()).map(|heard| heard.photos)
}

#[test]
fn an_original_is_freed_a_fortnight_after_the_city_proved_it_safe_and_comes_back_when_asked_for() {
    let mut city = City::new();
    let (word, url) = proving([0x11; 32]);
    let (mut anna, taken) = sent(&mut city, &url);
    let state = |desk: &Desk| desk.phone.store.photo_file(taken.photo, PhotoCopy::Original).unwrap().unwrap().state;
    let original = anna.folder.path().join("photos").join(taken.sha256.to_string());

    // A phone whose clock is ten years ahead frees nothing by it.
    for (days, safe, freed, then) in [
        (0, false, 0, FileState::Sent),
        (1, true, 0, FileState::Safe),
        (14, true, 0, FileState::Safe),
        (15, true, 1, FileState::Remote),
        (16, true, 0, FileState::Remote),
    ] {
        *word.lock().unwrap() = (SAFE + days * DAY, true, safe);
        anna.phone.clock = Box::new(clock(SAFE + (3_650 + days) * DAY));
        assert_eq!(hear(&mut anna, &city).unwrap(), freed, "day {days}");
        assert_eq!(state(&anna), then, "day {days}");
        assert_eq!(original.exists(), then != FileState::Remote);
    }
    assert_eq!(anna.phone.photo_list().unwrap()[0].here, ["standard", "thumbnail"]);
    assert_eq!(anna.phone.waiting_photos().unwrap(), 0);
    assert_eq!(anna.phone.status().unwrap().missing_photos, 0);
    assert!(anna.phone.verify().unwrap().ok);
    assert_eq!(anna.phone.photo_fetch(false, &mut |_| {}).unwrap().received, 1);
    assert!(original.exists());
}

#[test]
fn a_city_whose_clock_was_wrong_once_frees_nothing_before_a_fortnight_of_both_clocks() {
    let mut city = City::new();
    let (word, url) = proving([0x11; 32]);
    let (mut anna, _) = sent(&mut city, &url);
    // Its battery was empty; then it heard the time again; later somebody sets it forward, and back.
    for (citys, phones, freed) in
        [(-9_000, 0, 0), (0, 0, 0), (13, 13, 0), (29, 13, 0), (13, 13, 0), (26, 26, 0), (27, 27, 1)]
    {
        *word.lock().unwrap() = (SAFE + citys * DAY, true, true);
        anna.phone.clock = Box::new(clock(SAFE + phones * DAY));
        assert_eq!(hear(&mut anna, &city).unwrap(), freed, "day {phones}, {citys} by the city's clock");
    }
}

#[test]
fn what_a_restored_city_lost_is_sent_again_and_nothing_of_it_is_freed() {
    let mut city = City::new();
    let (word, url) = proving([0x11; 32]);
    let (mut anna, _) = sent(&mut city, &url);
    hear(&mut anna, &city).unwrap();
    *word.lock().unwrap() = (SAFE + 30 * DAY, false, true);
    assert_eq!(hear(&mut anna, &city).unwrap(), 0);
    assert_eq!(anna.phone.store.waiting().unwrap().photos, 3);
    let http = way(&anna);
    assert_eq!(anna.phone.send_photos(&http, Surroundings::default(), &mut |_| {}).unwrap().photos, 1);
}

#[test]
fn a_word_that_another_signed_frees_nothing() {
    let mut city = City::new();
    let (_, url) = proving([0x22; 32]);
    let (mut anna, taken) = sent(&mut city, &url);
    assert_eq!(hear(&mut anna, &city).unwrap_err().code(), "protocol_error");
    let file = anna.phone.store.photo_file(taken.photo, PhotoCopy::Original).unwrap().unwrap();
    assert_eq!(file.state, FileState::Sent);
}

#[test]
fn a_phone_killed_while_it_frees_a_file_ends_that_when_it_meets_the_city_again() {
    let mut city = City::new();
    let (_, url) = proving([0x11; 32]);
    let (mut anna, taken) = sent(&mut city, &url);
    let mut row = anna.phone.store.photo_file(taken.photo, PhotoCopy::Original).unwrap().unwrap();
    (row.key, row.state) = (None, FileState::Remote);
    anna.phone.store.put_photo_file(&row).unwrap();
    anna.phone.sweep.without_row = vec![taken.sha256, Digest([9; 32])];
    hear(&mut anna, &city).unwrap();
    assert!(!anna.folder.path().join("photos").join(taken.sha256.to_string()).exists());
    assert_eq!(anna.phone.sweep.without_row, [Digest([9; 32])], "somebody's evidence stays");
}
