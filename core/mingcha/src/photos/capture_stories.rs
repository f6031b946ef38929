//! Stories of photos in the moment they are taken: there at once, made and said afterwards, sorted when there is time.

use std::fs;
use std::path::PathBuf;

use mingcha_model::{Digest, Grants, OpId, PhotoCopy, PhotoId, Refusal, Role, Verdict};

use crate::attention::rehearsal::{City, Desk, SITE_CODE, nobody};
use crate::phone::Me;
use crate::{Keys, Phone, PhotoRow, PhotosFinished, Ports, StillClock, SystemChance};

/// When a photo is taken in that nobody says before the process dies, in Unix seconds.
const NOON: i64 = 1_771_905_600;

fn inspector() -> (City, Desk, String) {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.visit();
    (city, anna, visit)
}

fn take(desk: &mut Desk, visit: &str, number: u8) -> String {
    let picture = desk.picture(number);
    desk.phone.visit_photo(visit, &picture, None).unwrap().photo.to_string()
}

fn rows(desk: &Desk, visit: &str) -> Vec<PhotoRow> {
    desk.phone.visit_show(visit).unwrap().photos
}

fn finish(desk: &mut Desk) -> PhotosFinished {
    desk.phone.photo_finish(&mut |_| {}).unwrap()
}

/// The same phone as another process opens it.
fn opened(desk: &Desk) -> Phone {
    let keys = Keys::in_folder(desk.folder.path(), &SystemChance).unwrap();
    let clock = Box::new(StillClock::at("2026-02-24T09:30:00+08:00").unwrap());
    Phone::open(desk.folder.path(), Ports { clock, chance: Box::new(SystemChance), keys }).unwrap()
}

fn sealed_files(desk: &Desk) -> usize {
    let names = fs::read_dir(desk.folder.path().join("photos")).unwrap();
    names.filter(|file| file.as_ref().unwrap().file_name().len() == 64).count()
}

/// A picture whose header is sound and whose pixels cannot be decoded.
fn rotten(desk: &Desk) -> PathBuf {
    let path = desk.picture(99);
    let mut bytes = fs::read(&path).unwrap();
    let data = bytes.windows(4).position(|four| four == b"IDAT").unwrap() + 4;
    bytes[data..data + 12].fill(0xff);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_photo_is_there_before_its_copies_are() {
    let (_city, mut anna, visit) = inspector();
    let photo = take(&mut anna, &visit, 1);
    assert_eq!(sealed_files(&anna), 1, "the original alone");
    let row = rows(&anna, &visit).remove(0);
    assert_eq!((row.photo.to_string(), row.copies, row.placeholder), (photo.clone(), "waiting", None));
    let listed = anna.phone.photo_list().unwrap().remove(0);
    assert_eq!((listed.here.as_slice(), listed.op, listed.copies), (["original"].as_slice(), None, "waiting"));
    let status = anna.phone.status().unwrap();
    assert_eq!((status.waiting_photos, status.unfinished_photos, status.recovered_photos), (1, 1, 0));
    let out = anna.folder.path().join("out.png");
    anna.phone.photo_save(&photo, "original", &out).unwrap();
    assert_eq!(fs::read(out).unwrap(), fs::read(anna.picture(1)).unwrap());
    assert!(anna.phone.verify().unwrap().ok);

    assert_eq!(finish(&mut anna), PhotosFinished { made: 1, waiting: 0, unusable: 0 });
    assert_eq!(sealed_files(&anna), 3);
    let row = rows(&anna, &visit).remove(0);
    assert_eq!((row.photo.to_string(), row.copies, row.placeholder.is_some()), (photo, "made", true));
    assert!(anna.phone.photo_list().unwrap()[0].op.is_some());
    assert_eq!(anna.phone.status().unwrap().unfinished_photos, 0);
    assert_eq!(finish(&mut anna).made, 0, "and once only");
}

#[test]
fn a_phone_that_died_over_the_copies_goes_on_with_them() {
    let (_city, mut anna, visit) = inspector();
    let photos: Vec<String> = (1..=3).map(|number| take(&mut anna, &visit, number)).collect();
    // Its copies were sealed, and the process ended before it could say so.
    let captured = anna.phone.store.captured().unwrap().remove(0);
    let original = anna.phone.store.photo_file(captured.photo, PhotoCopy::Original).unwrap().unwrap();
    let prepared = mingcha_evidence::prepare(anna.phone.unseal(&original).unwrap()).unwrap();
    anna.phone.with_copies(captured.photo, &original, &prepared, captured.observed_at).unwrap();
    assert_eq!(sealed_files(&anna), 5);

    anna.phone = opened(&anna);
    assert_eq!(rows(&anna, &visit).len(), 3);
    assert_eq!(anna.phone.status().unwrap().recovered_photos, 0, "copies that nobody named yet are no photos");
    assert_eq!(finish(&mut anna).made, 3);
    let said: Vec<String> = rows(&anna, &visit).iter().map(|row| row.photo.to_string()).collect();
    assert_eq!(said, photos, "in the order in which they were taken");
    anna.phone = opened(&anna);
    assert_eq!(anna.phone.status().unwrap().recovered_photos, 0);
    assert_eq!(sealed_files(&anna), 9);
    assert!(anna.phone.verify().unwrap().ok);
}

#[test]
fn what_was_seen_and_when_it_was_sorted_stay_apart_for_days() {
    let (mut city, mut anna, visit) = inspector();
    let photos: Vec<String> = (1..=10).map(|number| take(&mut anna, &visit, number)).collect();
    let item = anna.first_item(&visit);
    let sorted = anna.picture(11);
    let eleventh = anna.phone.visit_photo(&visit, &sorted, Some(&item)).unwrap();
    assert_eq!(eleventh.recorded_at.as_deref(), Some("2026-02-24T09:30:00+08:00"));

    anna.phone.clock = Box::new(StillClock::at("2026-02-27T18:00:00+08:00").unwrap());
    let put = anna.phone.photos_put(&photos[..7], &item, None).unwrap();
    assert!(put.iter().all(|one| one.observed_at == "2026-02-24T09:30:00+08:00"));
    assert!(put.iter().all(|one| one.recorded_at.as_deref() == Some("2026-02-27T18:00:00+08:00")));
    city.meet(&mut anna);
    let mut bertha = city.desk("Bertha", Role::Inspector, &nobody());
    city.meet(&mut bertha);
    for desk in [&anna, &bertha] {
        let rows = rows(desk, &visit);
        assert_eq!(rows.len(), 11);
        for row in rows {
            assert_eq!(row.observed_at, "2026-02-24T09:30:00+08:00", "said days later, taken then");
            let recorded = match photos.iter().position(|photo| *photo == row.photo.to_string()) {
                Some(..7) => Some("2026-02-27T18:00:00+08:00"),
                Some(_) => None,
                None => Some("2026-02-24T09:30:00+08:00"),
            };
            assert_eq!((row.recorded_at.as_deref(), row.item.is_some()), (recorded, recorded.is_some()));
        }
    }
    anna.phone.photo_put(&photos[0], "none", None).unwrap();
    assert_eq!(rows(&anna, &visit)[0].recorded_at, None);
}

#[test]
fn a_picture_that_turns_out_to_be_none_is_told_kept_and_blocks_no_other() {
    let (_city, mut anna, visit) = inspector();
    let path = rotten(&anna);
    let bad = anna.phone.visit_photo(&visit, &path, None).unwrap().photo.to_string();
    take(&mut anna, &visit, 1);
    assert_eq!(finish(&mut anna), PhotosFinished { made: 1, waiting: 0, unusable: 1 });
    assert!(anna.phone.photo_to_make().unwrap().is_none(), "it is not tried for ever");
    let row = rows(&anna, &visit).remove(1);
    assert_eq!((row.copies, row.problem.as_deref()), ("unusable", Some("bad_photo")));
    assert!(row.advice.unwrap().contains("damaged"));
    assert_eq!(anna.phone.photo_put(&bad, "none", None).unwrap_err().code(), "not_now");
    let submitted = anna.phone.visit_submit(&visit).unwrap();
    assert_eq!(submitted.photos_unusable.iter().map(ToString::to_string).collect::<Vec<_>>(), [bad.as_str()]);
    let status = anna.phone.status().unwrap();
    assert_eq!((status.waiting_photos, status.unusable_photos), (1, 1));

    let out = anna.folder.path().join("out.png");
    anna.phone.photo_save(&bad, "original", &out).unwrap();
    assert_eq!(fs::read(out).unwrap(), fs::read(path).unwrap());
    anna.phone.erase_photo(&bad).unwrap();
    assert_eq!((rows(&anna, &visit).len(), sealed_files(&anna)), (1, 3));
    assert_eq!(anna.phone.status().unwrap().unusable_photos, 0);
}

#[test]
fn whoever_names_a_photo_or_submits_its_visit_finds_it_made() {
    let (mut city, mut anna, visit) = inspector();
    let item = anna.first_item(&visit);
    let (shown, proof, left) = (take(&mut anna, &visit, 1), take(&mut anna, &visit, 2), take(&mut anna, &visit, 3));
    anna.phone.visit_answer(&visit, &item, "no", None, std::slice::from_ref(&shown), None).unwrap();
    anna.phone.finding_raise(&visit, &item, "地面有水", None, std::slice::from_ref(&proof)).unwrap();
    assert_eq!(rows(&anna, &visit).iter().map(|row| row.copies).collect::<Vec<_>>(), ["made", "made", "waiting"]);
    let out = anna.folder.path().join("out.jpg");
    assert_eq!(anna.phone.photo_save(&left, "thumbnail", &out).unwrap_err().code(), "unknown_photo");
    anna.phone.photo_ready(&left).unwrap();
    anna.phone.photo_save(&left, "thumbnail", &out).unwrap();
    let last = take(&mut anna, &visit, 4);
    anna.phone.visit_submit(&visit).unwrap();
    assert!(rows(&anna, &visit).iter().all(|row| row.copies == "made"));
    city.meet(&mut anna);
    let bertha = city.desk("Bertha", Role::Inspector, &nobody());
    let there: Vec<String> = rows(&bertha, &visit).iter().map(|row| row.photo.to_string()).collect();
    assert_eq!(there, [shown, proof, left, last]);
    // Nothing of a visit is said after its submission.
    let explained = anna.phone.explain(&visit, None).unwrap();
    let submitted = explained.iter().find(|row| row.kind == "visit_submit").unwrap().op;
    assert!(anna.phone.photo_list().unwrap().iter().all(|row| row.op.unwrap() < submitted));
}

#[test]
fn a_photo_erased_before_it_was_said_leaves_nothing_not_even_copies_that_nobody_named() {
    let (mut city, mut anna, visit) = inspector();
    let photo = take(&mut anna, &visit, 1);
    let twin = take(&mut anna, &visit, 2);
    let captured = anna.phone.store.captured().unwrap().remove(0);
    let original = anna.phone.store.photo_file(captured.photo, PhotoCopy::Original).unwrap().unwrap();
    let prepared = mingcha_evidence::prepare(anna.phone.unseal(&original).unwrap()).unwrap();
    anna.phone.with_copies(captured.photo, &original, &prepared, captured.observed_at).unwrap();
    assert_eq!(sealed_files(&anna), 4);

    // Somebody is at work on it meanwhile, and comes too late.
    let work = anna.phone.photo_to_make().unwrap().unwrap().make();
    anna.phone.erase_photo(&photo).unwrap();
    anna.phone.photo_made(work).unwrap();
    assert_eq!(sealed_files(&anna), 1, "the other photo's original");
    assert_eq!(rows(&anna, &visit).len(), 1);
    anna.phone.erase_photo(&photo).unwrap();
    finish(&mut anna);
    city.meet(&mut anna);
    let bertha = city.desk("Bertha", Role::Inspector, &nobody());
    let there: Vec<String> = rows(&bertha, &visit).iter().map(|row| row.photo.to_string()).collect();
    assert_eq!(there, [twin], "nobody ever heard of it");
    assert_eq!(anna.phone.status().unwrap().missing_photos, 0);
}

#[test]
fn two_who_work_on_one_photo_say_it_once_and_taking_waits_for_neither() {
    let (_city, mut anna, visit) = inspector();
    let first = take(&mut anna, &visit, 1);
    let mut other = opened(&anna);
    let mine = anna.phone.photo_to_make().unwrap().unwrap();
    let theirs = other.photo_to_make().unwrap().unwrap();
    // While both threads are at work, the phone takes the next one.
    let made = std::thread::scope(|scope| {
        let threads = [scope.spawn(|| mine.make()), scope.spawn(|| theirs.make())];
        take(&mut anna, &visit, 2);
        threads.map(|thread| thread.join().unwrap())
    });
    let [mine, theirs] = made;
    other.photo_made(theirs).unwrap();
    anna.phone.photo_made(mine).unwrap();
    assert_eq!(finish(&mut anna).made, 1);
    let said = rows(&anna, &visit);
    assert_eq!((said.len(), said[0].photo.to_string()), (2, first));
    assert_eq!(sealed_files(&anna), 6);
    assert!(anna.phone.verify().unwrap().ok);
}

#[test]
fn of_several_files_all_are_taken_or_none_and_the_bad_one_is_named() {
    let (_city, mut anna, visit) = inspector();
    let letter = anna.folder.path().join("letter.jpg");
    fs::write(&letter, "Dear sir or madam").unwrap();
    let files = [anna.picture(1), letter, anna.picture(2)];
    let refused = anna.phone.visit_photos(&visit, &files, None).unwrap_err();
    assert_eq!((refused.code(), refused.is_mistake()), ("bad_photo", true));
    assert!(refused.to_string().contains("第 2 个文件") && refused.to_string().contains("file 2: "), "{refused}");
    assert_eq!((sealed_files(&anna), rows(&anna, &visit).len()), (0, 0));
    let taken = anna.phone.visit_photos(&visit, &[&files[0], &files[2], &files[0]], None).unwrap();
    assert_eq!((taken.len(), rows(&anna, &visit).len()), (3, 3));
    assert_eq!(finish(&mut anna).made, 3);
    assert_eq!(sealed_files(&anna), 6, "two are of equal bytes");
}

#[test]
fn whoever_may_not_add_a_photo_any_more_keeps_it_until_they_may_again() {
    let (_city, mut anna, visit) = inspector();
    take(&mut anna, &visit, 1);
    let is_now = |anna: &mut Desk, role| {
        let me = anna.phone.me().unwrap().clone();
        let grants = Grants { role, ..me.grants.clone() };
        anna.phone.become_me(Me { grants, ..me }).unwrap();
    };
    is_now(&mut anna, Role::Office);
    assert_eq!(finish(&mut anna), PhotosFinished { made: 0, waiting: 0, unusable: 1 });
    assert_eq!(rows(&anna, &visit)[0].problem.as_deref(), Some("not_permitted"));
    assert_eq!(sealed_files(&anna), 1, "no copies were made for nothing");
    is_now(&mut anna, Role::Inspector);
    assert_eq!(finish(&mut anna), PhotosFinished { made: 1, waiting: 0, unusable: 0 });
}

#[test]
fn an_original_that_was_changed_on_the_disk_is_told_and_never_said() {
    let (_city, mut anna, visit) = inspector();
    let photo: PhotoId = take(&mut anna, &visit, 1).parse().unwrap();
    let original: Digest = anna.phone.store.captured_photo(photo).unwrap().unwrap().original;
    let path = anna.folder.path().join("photos").join(original.to_string());
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(!anna.phone.verify().unwrap().ok);
    assert_eq!(finish(&mut anna).unusable, 1);
    assert_eq!(rows(&anna, &visit)[0].copies, "unusable");
    // The same picture once more mends it.
    take(&mut anna, &visit, 1);
    assert_eq!(finish(&mut anna), PhotosFinished { made: 2, waiting: 0, unusable: 0 });
    assert!(anna.phone.verify().unwrap().ok);
}

#[test]
fn a_photo_taken_while_another_process_erases_one_of_the_same_bytes_is_there_afterwards() {
    let (_city, mut anna, visit) = inspector();
    let first = take(&mut anna, &visit, 1);
    let (picture, mut other) = (anna.picture(1), opened(&anna));
    let (header, bytes) = mingcha_evidence::accept_file(&picture).unwrap();
    let into = anna.phone.visit_for_photos(&visit, None).unwrap();
    let mut attempts = 0;
    let kept = anna.phone.unless_erased_meanwhile(|phone| {
        attempts += 1;
        let (row, taken) = phone.seal_original(&into, &header, &bytes, NOON)?;
        if attempts == 1 {
            // The file was there already, and now goes with the only photo that anybody knows of.
            other.erase_photo(&first)?;
        }
        phone.store.put_captured(&[row])?;
        Ok(taken)
    });
    assert_eq!((attempts, kept.unwrap().photo), (2, rows(&anna, &visit)[0].photo));
    assert_eq!(finish(&mut anna), PhotosFinished { made: 1, waiting: 0, unusable: 0 });
    assert!(anna.phone.verify().unwrap().ok);
}

#[test]
fn copies_made_while_another_process_erases_equal_ones_are_sealed_again() {
    let (_city, mut anna, visit) = inspector();
    let first = take(&mut anna, &visit, 1);
    finish(&mut anna);
    let second = take(&mut anna, &visit, 1);
    let mut other = opened(&anna);
    let work = anna.phone.photo_to_make().unwrap().unwrap();
    other.erase_photo(&first).unwrap();
    anna.phone.photo_made(work.make()).unwrap();
    let listed = anna.phone.photo_list().unwrap();
    let listed = listed.iter().find(|row| row.photo.to_string() == second).unwrap();
    assert_eq!((listed.copies, listed.here.as_slice()), ("made", ["original", "standard", "thumbnail"].as_slice()));
    assert_eq!(sealed_files(&anna), 3);
}

#[test]
fn a_photo_sealed_by_a_process_that_died_is_taken_in_or_erased_by_a_person() {
    let mut city = City::new();
    let mut anna = city.desk("Anna", Role::Inspector, &nobody());
    let visit = anna.phone.visit_start(SITE_CODE, "open", &["ORD".to_owned()], &[]).unwrap().visit.to_string();
    for number in [1, 2] {
        let (header, bytes) = mingcha_evidence::accept_file(&anna.picture(number)).unwrap();
        let into = anna.phone.visit_for_photos(&visit, None).unwrap();
        anna.phone.seal_original(&into, &header, &bytes, NOON).unwrap();
    }
    anna.phone = opened(&anna);
    let found = anna.phone.photos_recovered().unwrap();
    assert_eq!(found.iter().map(|one| one.copy).collect::<Vec<_>>(), ["original"; 2]);
    let (kept, gone) = (found[0].sha256.to_string(), found[1].sha256.to_string());
    let out = anna.folder.path().join("looked-at.png");
    anna.phone.photo_save(&kept, "original", &out).unwrap();
    assert_eq!(Digest::of(&fs::read(out).unwrap()), found[0].sha256);
    let taken = anna.phone.photo_recover(&kept, &visit, Some("ORD-3")).unwrap();
    let warned = taken.warnings.last().map(String::as_str);
    assert_eq!(warned, Some("photo_avoided"), "as of a photo that is taken for such an item");
    assert_eq!((taken.sha256, Some(taken.observed_at)), (found[0].sha256, found[0].observed_at.clone()));
    assert_eq!(anna.phone.photo_recover(&kept, &visit, None).unwrap_err().code(), "unknown");
    assert_eq!(anna.phone.photo_discard(&gone).unwrap(), found[1]);
    assert_eq!((anna.phone.status().unwrap().recovered_photos, sealed_files(&anna)), (0, 1));
    assert_eq!(finish(&mut anna).made, 1);
    anna.phone = opened(&anna);
    assert_eq!((anna.phone.photos_recovered().unwrap(), rows(&anna, &visit).len()), (Vec::new(), 1));
}

#[test]
fn a_photo_of_a_visit_that_the_city_holds_says_so_and_goes_on_once_it_is_released() {
    let (mut city, mut anna, visit) = inspector();
    let mut chief = city.desk("Chieftain", Role::Supervisor, &nobody());
    let (header, bytes) = mingcha_evidence::accept_file(&anna.picture(1)).unwrap();
    let into = anna.phone.visit_for_photos(&visit, None).unwrap();
    let (row, _) = anna.phone.seal_original(&into, &header, &bytes, NOON).unwrap();
    let opened = OpId { log: anna.phone.me().unwrap().log, seq: 2 };
    city.rulings.insert(opened, (Verdict::Held, Refusal::DeviceRevoked));
    city.meet(&mut anna);
    anna.phone.store.put_captured(&[row]).unwrap();
    let second = take(&mut anna, &visit, 2);
    assert_eq!(finish(&mut anna), PhotosFinished { made: 0, waiting: 2, unusable: 0 });
    let listed = anna.phone.photo_list().unwrap().remove(0);
    assert_eq!((listed.copies, listed.problem), ("waiting", None));
    let item = anna.phone.visit_photo(&visit, &anna.picture(3), Some("W5-1")).unwrap_err();
    assert_eq!((item.code(), anna.phone.visit_show(&visit).unwrap_err().code()), ("visit_held", "visit_held"));
    assert_eq!(anna.phone.photo_ready(&second).unwrap_err().code(), "visit_held");

    city.meet(&mut chief);
    chief.phone.release(&opened.to_string()).unwrap();
    city.meet(&mut chief);
    city.meet(&mut anna);
    assert_eq!(finish(&mut anna), PhotosFinished { made: 2, waiting: 0, unusable: 0 });
    assert_eq!(rows(&anna, &visit)[0].copies, "made");
}
