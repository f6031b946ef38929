//! Stories of photos on their way: kept, sent, fetched, and never taken for another.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use mingcha_model::{Digest, Role};

use super::shelf::Shelf;
use crate::attention::rehearsal::{Answered, City, Desk, nobody, set};
use crate::http::Http;
use crate::{MingchaError, PhotoTaken, Surroundings};

fn photographed(city: &mut City, desk: &mut Desk, pictures: &[u8]) -> (String, Vec<PhotoTaken>) {
    let visit = desk.visit();
    let taken = pictures
        .iter()
        .map(|number| {
            let picture = desk.picture(*number);
            desk.phone.visit_photo(&visit, &picture, None).unwrap()
        })
        .collect();
    city.take(desk);
    (visit, taken)
}

fn way(desk: &Desk) -> Http {
    let me = desk.phone.me().unwrap();
    Http::to(&me.url, Some(me.token.clone())).unwrap()
}

fn send(desk: &mut Desk) -> Result<u64, MingchaError> {
    let http = way(desk);
    desk.phone.send_photos(&http, Surroundings::default(), &mut |_| {}).map(|sent| sent.photos)
}

fn fetch(desk: &mut Desk) -> u64 {
    let http = way(desk);
    desk.phone.fetch_wanted(&http, Surroundings::default(), &mut |_| {}).unwrap().received
}

#[test]
fn a_photo_is_kept_listed_put_to_an_item_and_written_out_as_it_came() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    let item = anna.first_item(&visit);
    let picture = anna.picture(1);
    let taken = anna.phone.visit_photo(&visit, &picture, None).unwrap();
    let original = fs::read(&picture).unwrap();
    assert_eq!((taken.sha256, taken.width, taken.height), (Digest::of(&original), 40, 30));
    assert!(taken.warnings.contains(&"no_time".to_owned()), "{:?}", taken.warnings);

    anna.phone.photo_put(&taken.photo.to_string(), &item, None).unwrap();
    let rows = anna.phone.photo_list().unwrap();
    assert_eq!((rows.len(), rows[0].item.as_deref()), (1, Some(item.as_str())));
    assert_eq!(rows[0].waiting, ["original", "standard", "thumbnail"]);
    assert_eq!(rows[0].visit.map(|visit| visit.to_string()), Some(visit.clone()));

    let out = anna.folder.path().join("saved.png");
    anna.phone.photo_save(&taken.photo.to_string(), "original", &out).unwrap();
    assert_eq!(fs::read(&out).unwrap(), original);
    assert!(anna.phone.photo_save(&taken.photo.to_string(), "original", &out).unwrap_err().is_mistake());
    assert!(anna.phone.photo_save(&taken.photo.to_string(), "published", &picture).unwrap_err().is_mistake());

    anna.phone.photo_put(&taken.photo.to_string(), "none", None).unwrap();
    assert_eq!(anna.phone.photo_list().unwrap()[0].item, None);
    assert_eq!(
        anna.phone.photo_put(&taken.photo.to_string(), "HOSP-1", None).unwrap_err().code(),
        "item_of_another_set"
    );
}

#[test]
fn photos_wait_in_their_visit_and_are_put_to_an_item_all_at_once_or_not_at_all() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let (visit, taken) = photographed(&mut city, &mut anna, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let unsorted =
        |desk: &Desk| desk.phone.visit_show(&visit).unwrap().photos.iter().filter(|photo| photo.item.is_none()).count();
    assert_eq!(unsorted(&anna), 10);
    let item = anna.first_item(&visit);
    let ids: Vec<String> = taken.iter().map(|photo| photo.photo.to_string()).collect();
    let (_, other) = photographed(&mut city, &mut anna, &[11]);
    let mixed = [ids[0].clone(), other[0].photo.to_string()];
    assert_eq!(anna.phone.photos_put(&mixed, &item, None).unwrap_err().code(), "not_now");
    assert_eq!(unsorted(&anna), 10, "all or none");
    assert_eq!(anna.phone.photos_put(&ids[..7], &item, None).unwrap().len(), 7);
    assert_eq!(unsorted(&anna), 3);
    anna.phone.photos_put(&ids[..2], "none", None).unwrap();
    assert_eq!(unsorted(&anna), 5);
}

#[test]
fn a_picture_that_nobody_may_add_leaves_nothing_behind() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    city.meet(&mut anna);
    let mut office = city.desk("Office", Role::Office, &nobody());
    let picture = office.picture(1);
    assert_eq!(office.phone.visit_photo(&visit, &picture, None).unwrap_err().code(), "not_permitted");
    let files = fs::read_dir(office.folder.path().join("photos")).unwrap();
    assert!(files.map(|file| file.unwrap().file_name()).all(|name| name.len() != 64));
}

#[test]
fn two_photos_of_equal_bytes_share_their_files_and_are_both_sent() {
    let mut city = City::new();
    let (shelf, url, _) = Shelf::open();
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    let (_, taken) = photographed(&mut city, &mut anna, &[1, 1]);
    assert_eq!(taken[0].sha256, taken[1].sha256);
    assert_ne!(taken[0].photo, taken[1].photo);
    assert_eq!(send(&mut anna).unwrap(), 2);
    assert_eq!(shelf.came().len(), 6);
    assert_eq!(anna.phone.verify().unwrap().photos, 6);
}

#[test]
fn small_files_go_first_and_only_once() {
    let mut city = City::new();
    let (shelf, url, _) = Shelf::open();
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    photographed(&mut city, &mut anna, &[1, 2]);
    let http = way(&anna);
    let mut last = None;
    let sent = anna.phone.send_photos(&http, Surroundings::default(), &mut |now| last = Some(now)).unwrap();
    assert_eq!((sent.photos, sent.postponed), (2, 0));
    assert_eq!(shelf.came(), ["thumbnail", "thumbnail", "standard", "standard", "original", "original"]);
    let last = last.unwrap();
    assert_eq!((last.done, last.of), (6, 6));
    assert_eq!((last.bytes, last.of_bytes), (sent.bytes, sent.bytes));
    assert_eq!(anna.phone.store.waiting().unwrap().photos, 0);
    assert_eq!(send(&mut anna).unwrap(), 0);
    assert_eq!(shelf.came().len(), 6);
}

#[test]
fn a_metered_network_carries_no_originals_and_a_low_battery_thumbnails_alone() {
    let mut city = City::new();
    let (shelf, url, _) = Shelf::open();
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    photographed(&mut city, &mut anna, &[1, 2]);
    let http = way(&anna);
    let mut moment = Surroundings { metered: true, battery_low: true };
    for (came, wait) in [(2, 2), (4, 2), (6, 0)] {
        let sent = anna.phone.send_photos(&http, moment, &mut |_| {}).unwrap();
        assert_eq!((shelf.came().len(), sent.postponed), (came, wait));
        assert_eq!(anna.phone.waiting_photos().unwrap(), wait);
        moment = Surroundings { metered: moment.battery_low, battery_low: false };
    }
    assert_eq!(shelf.came(), ["thumbnail", "thumbnail", "standard", "standard", "original", "original"]);
}

#[test]
fn a_photo_whose_op_has_no_receipt_waits() {
    let mut city = City::new();
    let (shelf, url, _) = Shelf::open();
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    let visit = anna.visit();
    let picture = anna.picture(1);
    anna.phone.visit_photo(&visit, &picture, None).unwrap();
    assert_eq!(send(&mut anna).unwrap(), 0);
    assert!(shelf.came().is_empty());
    city.take(&mut anna);
    assert_eq!(send(&mut anna).unwrap(), 1);
}

#[test]
fn a_photo_that_the_city_does_not_take_is_told_and_blocks_no_other() {
    let mut city = City::new();
    let poisoned = Arc::new(Mutex::new(String::from("nothing yet")));
    let bad = Arc::clone(&poisoned);
    let (shelf, url, visitors) = Shelf::open_unless(move |request| {
        let told = Shelf::names(request).is_some_and(|place| place.contains(bad.lock().unwrap().as_str()));
        let body = br#"{"code":"photo_unknown","detail":"no such photo"}"#.to_vec();
        told.then_some(Answered { status: 404, body, ..Answered::default() })
    });
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    let (_, taken) = photographed(&mut city, &mut anna, &[1, 2]);
    *poisoned.lock().unwrap() = taken[0].photo.to_string();
    assert_eq!(send(&mut anna).unwrap(), 1);
    assert_eq!(visitors.lock().unwrap().len(), 4, "three files of the good one, one attempt with the other");
    let told = anna.phone.refused().unwrap();
    assert_eq!(
        told.iter().map(|row| (row.what, row.reason.as_str())).collect::<Vec<_>>(),
        [("photo_file", "photo_unknown")]
    );
    assert_eq!(anna.phone.store.waiting().unwrap().photos, 3);

    *poisoned.lock().unwrap() = "healed".to_owned();
    assert_eq!(send(&mut anna).unwrap(), 1);
    assert!(anna.phone.refused().unwrap().is_empty());
    assert_eq!(shelf.came().len(), 6);
}

#[test]
fn a_city_without_room_is_left_in_peace_and_every_photo_stays_here() {
    let mut city = City::new();
    let (_, url, visitors) = Shelf::open_unless(|_| {
        let body = br#"{"code":"city_full","detail":"full"}"#.to_vec();
        Some(Answered { status: 507, body, ..Answered::default() })
    });
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    photographed(&mut city, &mut anna, &[1, 2, 3]);
    assert_eq!(send(&mut anna).unwrap(), 0);
    assert_eq!(visitors.lock().unwrap().len(), 1);
    assert_eq!(anna.phone.refused().unwrap()[0].reason, "city_full");
    assert_eq!(anna.phone.waiting_photos().unwrap(), 3);
    assert!(anna.phone.verify().unwrap().ok);
}

#[test]
fn a_city_that_names_another_hash_has_not_got_the_file() {
    let mut city = City::new();
    let (_, url, _) = Shelf::open_unless(|request| {
        let headers = vec![
            ("upload-offset", request.body.len().to_string()),
            ("photo-sha256", Digest::of(b"something else").to_string()),
        ];
        Some(Answered { status: 201, headers, ..Answered::default() })
    });
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    photographed(&mut city, &mut anna, &[1]);
    assert_eq!(send(&mut anna).unwrap(), 0);
    assert_eq!(anna.phone.store.waiting().unwrap().photos, 3);
    assert_eq!(anna.phone.refused().unwrap()[0].reason, "unexpected_reply");
}

#[test]
fn a_city_that_stops_answering_keeps_what_it_got() {
    let mut city = City::new();
    let (_, url, _) = Shelf::open_unless(|request| {
        Shelf::names(request).is_some_and(|place| place.ends_with("/standard")).then(Answered::default)
    });
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    photographed(&mut city, &mut anna, &[1, 2]);
    assert!(matches!(send(&mut anna), Err(MingchaError::Unreachable)));
    assert_eq!(anna.phone.store.waiting().unwrap().photos, 4, "both thumbnails went");
}

/// Two inspectors of one area, a finding with a photo of the first, and a door that gives the city's files.
fn colleagues(
    give: impl Fn(&str, &BTreeMap<String, Vec<u8>>) -> Option<Answered> + Send + 'static,
) -> (Desk, PhotoTaken) {
    let (shelf, url, _) =
        Shelf::open_with(move |request, files| if request.method == "GET" { give(&request.path, files) } else { None });
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &url);
    let visit = anna.visit();
    let item = anna.first_item(&visit);
    let picture = anna.picture(1);
    let taken = anna.phone.visit_photo(&visit, &picture, None).unwrap();
    anna.phone.finding_raise(&visit, &item, "地面有水", None, &[taken.photo.to_string()]).unwrap();
    city.meet(&mut anna);
    assert_eq!(send(&mut anna).unwrap(), 1);
    assert_eq!(shelf.came().len(), 3);
    (city.desk("Bertha", Role::Inspector, &url), taken)
}

#[test]
fn a_colleague_gets_thumbnails_by_itself_and_the_rest_when_asked() {
    let (mut bertha, taken) = colleagues(|_, _| None);
    assert_eq!(fetch(&mut bertha), 1);
    assert_eq!(bertha.phone.photo_list().unwrap()[0].here, ["thumbnail"]);
    assert_eq!(fetch(&mut bertha), 0, "it is here already");

    let fetched = bertha.phone.photo_fetch(false, &mut |_| {}).unwrap();
    assert_eq!((fetched.received, fetched.absent), (2, 0));
    let here = &bertha.phone.photo_list().unwrap()[0].here;
    assert_eq!(set(here), set(&["original", "standard", "thumbnail"]));
    let out = bertha.folder.path().join("original.png");
    let saved = bertha.phone.photo_save(&taken.photo.to_string(), "original", &out).unwrap();
    assert_eq!(saved.sha256, taken.sha256);
    assert!(bertha.phone.verify().unwrap().ok);
    assert_eq!(bertha.phone.store.waiting().unwrap().photos, 0, "what came from the city does not go back");
}

#[test]
fn a_colleague_has_something_to_draw_before_the_photo_arrives() {
    let (bertha, taken) = colleagues(|_, _| None);
    assert!(bertha.phone.photo_list().unwrap().is_empty(), "nothing was fetched yet");
    let finding = bertha.phone.finding_list(None, false, None).unwrap()[0].finding.to_string();
    let placeholder = bertha.phone.finding_show(&finding).unwrap().placeholder[&taken.photo].clone();
    let hash = base64::engine::general_purpose::STANDARD.decode(&placeholder).unwrap();
    let (width, height, _) = thumbhash::thumb_hash_to_rgba(&hash).unwrap();
    assert!(width > height && height > 8, "{width} x {height} of a picture of 40 x 30");

    let visit = bertha.phone.visit_list().unwrap()[0].visit.to_string();
    let rows = bertha.phone.visit_show(&visit).unwrap().photos;
    assert_eq!(rows[0].placeholder.as_ref(), Some(&placeholder));
    // The look is a picture: among the words of an explanation it has no place.
    let explained = bertha.phone.explain(&taken.photo.to_string(), None).unwrap();
    let words: Vec<&str> = explained.iter().flat_map(|row| &row.text).map(String::as_str).collect();
    assert!(explained.iter().any(|row| row.kind == "photo_add"), "{explained:?}");
    assert!(words.iter().all(|text| text.is_empty()), "{words:?}");
}

#[test]
fn a_file_that_is_not_what_the_op_bound_is_thrown_away() {
    let (mut bertha, _) =
        colleagues(|_, _| Some(Answered { status: 200, body: b"another picture".to_vec(), ..Answered::default() }));
    let fetched = bertha.phone.photo_fetch(false, &mut |_| {}).unwrap();
    assert_eq!((fetched.received, fetched.absent, fetched.wrong), (0, 0, 3));
    assert!(bertha.phone.photo_list().unwrap().is_empty());
}

#[test]
fn nothing_due_fetches_nothing_and_a_due_recheck_brings_what_its_inspector_needs() {
    let (mut bertha, _) = colleagues(|_, _| None);
    assert_eq!(bertha.phone.photo_fetch(true, &mut |_| {}).unwrap().received, 0);
    bertha.phone.clock = Box::new(crate::StillClock::at("2026-03-10T09:00:00+08:00").unwrap());
    assert_eq!(bertha.phone.photo_fetch(true, &mut |_| {}).unwrap().received, 2);
    assert_eq!(bertha.phone.photo_list().unwrap()[0].here, ["standard", "thumbnail"]);
}

#[test]
fn verifying_finds_one_changed_byte_of_one_photo() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let (_, taken) = photographed(&mut city, &mut anna, &[1]);
    city.give(&mut anna);
    let verified = anna.phone.verify().unwrap();
    assert!(verified.ok, "{:?}", verified.first_bad);
    assert_eq!((verified.logs, verified.photos), (1, 3));
    let path = anna.folder.path().join("photos").join(taken[0].sha256.to_string());
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    let verified = anna.phone.verify().unwrap();
    assert!(!verified.ok);
    assert!(verified.first_bad.unwrap().contains("original"));
    // Taking the same picture again mends the file for both photos.
    let visit = anna.visit();
    let picture = anna.picture(1);
    anna.phone.visit_photo(&visit, &picture, None).unwrap();
    assert!(anna.phone.verify().unwrap().ok);
}
