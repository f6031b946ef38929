//! A hundred photos as fast as they come, on one thread, while another makes their copies, as hosts do it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use mingcha::Phone;
use mingcha_model::{Digest, Role};
use mingcha_tests::{Town, draw, real_photos};

/// Real photos where they are beside the checkout, else drawn ones.
fn pictures(town: &Town) -> Vec<PathBuf> {
    let mut pictures = Vec::new();
    for folder in ["gps", "orientation"] {
        let files = real_photos(folder).into_iter().flat_map(|below| std::fs::read_dir(below).unwrap());
        pictures.extend(files.map(|file| file.unwrap().path()));
    }
    if pictures.is_empty() {
        pictures.extend((0..25).map(|number| draw(town.folder(), number)));
    }
    pictures
}

fn shown(phone: &Phone, visit: &str) -> Vec<(String, Digest)> {
    let view = phone.visit_show(visit).unwrap();
    view.photos.into_iter().map(|photo| (photo.photo.to_string(), photo.sha256)).collect()
}

#[test]
fn a_hundred_photos_in_a_burst_are_all_there_and_none_twice_on_every_phone() {
    let town = Town::found("2026-03-02T09:00:00+08:00");
    let mut anna = town.hand("anna", Role::Inspector);
    let mut chief = town.hand("chief", Role::Supervisor);
    let visit = anna.phone.visit_start("GOV-01", "open", &["W5".to_owned()], &[]).unwrap().visit.to_string();
    let pictures = pictures(&town);
    let phone = Mutex::new(&mut anna.phone);
    let all_taken = AtomicBool::new(false);
    let taken: Vec<(String, Digest)> = std::thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                let was_all = all_taken.load(Ordering::SeqCst);
                let work = phone.lock().unwrap().photo_to_make().unwrap();
                match work {
                    Some(work) => {
                        // Without the phone: this is what takes long.
                        let made = work.make();
                        phone.lock().unwrap().photo_made(made).unwrap();
                    }
                    None if was_all => return,
                    None => std::thread::yield_now(),
                }
            }
        });
        let mut taken = Vec::new();
        for picture in pictures.iter().cycle().take(100) {
            let one = phone.lock().unwrap().visit_photo(&visit, picture, None).unwrap();
            taken.push((one.photo.to_string(), one.sha256));
        }
        all_taken.store(true, Ordering::SeqCst);
        taken
    });

    assert_eq!(taken.iter().map(|(photo, _)| photo).collect::<BTreeSet<_>>().len(), 100);
    let mut expected: BTreeMap<Digest, usize> = BTreeMap::new();
    for picture in pictures.iter().cycle().take(100) {
        *expected.entry(Digest::of(&std::fs::read(picture).unwrap())).or_default() += 1;
    }
    let mut here: BTreeMap<Digest, usize> = BTreeMap::new();
    for (_, sha256) in shown(&anna.phone, &visit) {
        *here.entry(sha256).or_default() += 1;
    }
    assert_eq!(here, expected, "each picture as often as it was taken");
    town.restart(&mut anna);
    assert_eq!(shown(&anna.phone, &visit), taken, "in the order in which they were taken");
    let status = anna.phone.status().unwrap();
    assert_eq!((status.unfinished_photos, status.recovered_photos, status.missing_photos), (0, 0, 0));

    let report = anna.sync();
    assert_eq!((report.sent_photos, report.waiting_photos, report.unusable_photos), (100, 0, 0));
    chief.sync();
    assert_eq!(shown(&chief.phone, &visit), taken);
    assert_eq!(anna.hashes(), chief.hashes());
    assert!(anna.phone.verify().unwrap().ok);
}
