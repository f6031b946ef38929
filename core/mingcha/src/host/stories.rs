//! The device in many hands: two openings, threads, jobs in the middle of everything, hosts that fail.

mod canaries;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use mingcha_model::Role;
use mingcha_sync::{Signer as _, SoftwareKey};

use super::guard::lock;
use super::{
    ClockReading, Conditions, Device, Host, HostError, HostFault, Network, Observer, Severity, SiteQuery, VisitMode,
};
use crate::attention::rehearsal::{City, SITE_CODE as SITE, Visitors, door, nobody};

/// A host whose keys lie in the folder, and which fails as it is told to.
struct Lender {
    folder: PathBuf,
    conditions: Mutex<Conditions>,
    signs: AtomicBool,
    scribbles: AtomicBool,
    panics: AtomicBool,
}

impl Lender {
    fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            conditions: Mutex::default(),
            signs: AtomicBool::new(true),
            scribbles: AtomicBool::new(false),
            panics: AtomicBool::new(false),
        }
    }

    fn key(&self) -> SoftwareKey {
        let secret: [u8; 32] = fs::read(self.folder.join("device.key")).unwrap().try_into().unwrap();
        SoftwareKey::from_bytes(&secret).unwrap()
    }
}

impl Host for Lender {
    fn store_key(&self) -> Result<Vec<u8>, HostFault> {
        fs::read(self.folder.join("store.key")).map_err(|_| HostFault::KeyLost)
    }

    fn public_key(&self) -> Result<Vec<u8>, HostFault> {
        Ok(self.key().public_key().0.to_vec())
    }

    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, HostFault> {
        if self.scribbles.load(Ordering::Relaxed) {
            Ok(vec![7; 70])
        } else if self.signs.load(Ordering::Relaxed) {
            Ok(self.key().sign(&message).unwrap().0.to_vec())
        } else {
            Err(HostFault::NotNow)
        }
    }

    fn conditions(&self) -> Result<Conditions, HostFault> {
        Ok(*lock(&self.conditions))
    }

    fn clock(&self) -> Result<Option<ClockReading>, HostFault> {
        assert!(!self.panics.load(Ordering::Relaxed), "金丝雀 is what it worked on");
        let wall_millis = mingcha_model::parse_millis("2026-02-24T09:30:00+08:00").unwrap();
        Ok(Some(ClockReading { wall_millis, monotonic_millis: wall_millis, boot: 1 }))
    }
}

/// Counts how often it was told.
#[derive(Default)]
struct Ears(AtomicU32);

impl Ears {
    fn heard(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Observer for Ears {
    fn changed(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// An inspector's folder that knows one site, and what came to its city's door.
struct Scene {
    folder: tempfile::TempDir,
    lender: Arc<Lender>,
}

impl Scene {
    fn at(url: &str) -> Self {
        let mut city = City::new();
        let desk = city.desk("anna", Role::Inspector, url);
        let folder = desk.folder;
        drop(desk.phone);
        Self::of(folder)
    }

    fn of(folder: tempfile::TempDir) -> Self {
        let lender = Arc::new(Lender::of(folder.path()));
        Self { folder, lender }
    }

    fn device(&self) -> Device {
        Device::open(self.folder.path(), Arc::clone(&self.lender) as Arc<dyn Host>).unwrap()
    }

    /// Files of this folder that this process holds open.
    fn open_files(&self) -> usize {
        let below = self.folder.path().canonicalize().unwrap();
        let open = fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
        open.filter(|file| file.starts_with(&below)).count()
    }
}

/// A city's door that nobody opens until it is let go; says when somebody knocked.
fn closed_door() -> (String, Visitors, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (knocked, knocks) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let gone = Mutex::new(gone);
    let (url, visitors) = door(move |_, _, _| {
        let _ = knocked.send(());
        let _ = gone.lock().unwrap().recv();
        (503, Vec::new())
    });
    (url, visitors, knocks, go)
}

fn answered(device: &Device) -> String {
    let visit = device.start_visit(SITE, VisitMode::Open, &[]).unwrap().id;
    let item = device.visit(&visit).unwrap().items.remove(0);
    device.answer(&visit, &item.code, &item.choices[0].value, Some("a note"), Some(&item.basis)).unwrap();
    visit
}

#[test]
fn a_folder_opened_twice_is_one_device_and_each_opening_hears_the_other() {
    let scene = Scene::at(&nobody());
    let (one, other) = (scene.device(), scene.device());
    let (ears_of_one, ears_of_other) = (Arc::new(Ears::default()), Arc::new(Ears::default()));
    one.observe(Some(ears_of_one.clone()));
    other.observe(Some(ears_of_other.clone()));
    let visit = answered(&one);
    assert_eq!((ears_of_one.heard(), ears_of_other.heard()), (2, 2));
    let seen = other.visit(&visit).unwrap();
    assert!(seen.items[0].value.is_some() && seen.is_open);
    assert_eq!(other.tasks().unwrap().rows[0].visit_id.as_deref(), Some(visit.as_str()));
    one.close();
    other.submit_visit(&visit, Some(&seen.basis)).unwrap();
    assert_eq!((ears_of_one.heard(), ears_of_other.heard()), (2, 3), "who closed hears nothing more");
}

#[test]
fn many_threads_on_two_openings_lose_nothing_of_what_they_were_told_is_saved() {
    let scene = Scene::at(&nobody());
    let openings = [scene.device(), scene.device()];
    let visit = openings[0].start_visit(SITE, VisitMode::Open, &[]).unwrap().id;
    let items = openings[0].visit(&visit).unwrap().items;
    std::thread::scope(|threads| {
        for (number, item) in items.iter().take(6).enumerate() {
            let (device, visit) = (&openings[number % 2], &visit);
            threads.spawn(move || {
                for _ in 0..3 {
                    let note = format!("note {number}");
                    device.answer(visit, &item.code, &item.choices[0].value, Some(&note), None).unwrap();
                    device.sites(&SiteQuery::default()).unwrap();
                }
            });
        }
    });
    let saved = openings[1].visit(&visit).unwrap().items;
    for (number, item) in saved.iter().take(6).enumerate() {
        assert_eq!(item.note.as_deref(), Some(format!("note {number}").as_str()));
    }
}

#[test]
fn suspended_it_holds_no_file_and_goes_on_with_the_next_call() {
    let scene = Scene::at(&nobody());
    let device = scene.device();
    let visit = answered(&device);
    assert!(scene.open_files() > 0);
    device.suspend().unwrap();
    assert_eq!(scene.open_files(), 0);
    device.suspend().unwrap();
    assert!(device.visit(&visit).unwrap().items[0].value.is_some());
    assert!(scene.open_files() > 0);
}

#[test]
fn screens_go_on_beside_a_sync_and_closing_in_its_middle_loses_nothing() {
    let (url, visitors, knocks, go) = closed_door();
    let scene = Scene::at(&url);
    let device = scene.device();
    let job = device.sync_job();
    std::thread::scope(|threads| {
        let run = threads.spawn(|| job.run());
        knocks.recv().unwrap();
        // The city has been asked and does not answer: everything else works.
        let visit = answered(&device);
        let sites = device.sites(&SiteQuery::default()).unwrap().rows;
        // The first search makes its index.
        let named = SiteQuery { search: Some(sites[0].name.clone()), ..SiteQuery::default() };
        assert_eq!((sites.len(), device.sites(&named).unwrap().rows), (1, sites));
        assert!(matches!(device.sync_job().run(), Err(HostError::Busy { .. })), "one sync at a time");
        device.close();
        assert!(matches!(device.visit(&visit), Err(HostError::Cancelled { .. })));
        drop(go);
        assert!(run.join().unwrap().is_err());
    });
    assert_eq!(visitors.lock().unwrap().len(), 1, "nothing more was asked of the city");
    let again = scene.device();
    let visit = again.tasks().unwrap().rows[0].visit_id.clone().unwrap();
    assert!(again.visit(&visit).unwrap().items[0].value.is_some());
    assert!(again.status().unwrap().waiting_count > 1);
    device.close();
}

#[test]
fn a_job_that_was_cancelled_before_it_ran_asks_nobody_and_keeps_its_last_word() {
    let (url, visitors) = door(|_, _, _| (503, Vec::new()));
    let scene = Scene::at(&url);
    let device = scene.device();
    let job = device.sync_job();
    job.cancel();
    assert!(matches!(job.run(), Err(HostError::Cancelled { .. })));
    assert!(matches!(job.run(), Err(HostError::Cancelled { .. })), "its last word");
    let progress = job.progress();
    assert_eq!((progress.phase.code.as_str(), progress.done, progress.total), ("preparing", 0, 0));
    assert!(visitors.lock().unwrap().is_empty());
    let next = device.sync_job();
    assert!(matches!(next.run(), Err(HostError::Offline { .. })), "another job is its own");
    assert_eq!(visitors.lock().unwrap().len(), 1);
}

#[test]
fn without_a_network_nothing_is_tried() {
    let (url, visitors) = door(|_, _, _| (503, Vec::new()));
    let scene = Scene::at(&url);
    lock(&scene.lender.conditions).network = Network::Unavailable;
    let error = scene.device().sync_job().run().unwrap_err();
    assert_eq!(error.code(), "no_network");
    assert!(visitors.lock().unwrap().is_empty());
}

#[test]
fn a_panic_in_the_middle_of_a_call_is_an_error_and_nothing_stays_locked() {
    let scene = Scene::at(&nobody());
    let device = scene.device();
    let visit = answered(&device);
    scene.lender.panics.store(true, Ordering::Relaxed);
    let error = device.start_visit(SITE, VisitMode::Open, &[]).unwrap_err();
    assert_eq!(error.code(), "panicked");
    assert!(!format!("{error:?} {error}").contains("金丝雀"));
    assert_eq!(device.sync_job().run().unwrap_err().code(), "panicked");
    scene.lender.panics.store(false, Ordering::Relaxed);
    assert!(device.visit(&visit).unwrap().items[0].value.is_some());
    assert!(matches!(device.sync_job().run(), Err(HostError::Offline { .. })), "the lock of the one sync is free");
}

#[test]
fn an_observer_that_panics_harms_nobody() {
    struct Thrower;
    impl Observer for Thrower {
        fn changed(&self) {
            panic!("whatever an app does wrong");
        }
    }
    let scene = Scene::at(&nobody());
    let (one, other) = (scene.device(), scene.device());
    one.observe(Some(Arc::new(Thrower)));
    let ears = Arc::new(Ears::default());
    other.observe(Some(ears.clone()));
    let visit = answered(&one);
    assert!(one.visit(&visit).unwrap().items[0].value.is_some());
    assert_eq!(ears.heard(), 2);
}

#[test]
fn a_host_that_does_not_sign_now_is_no_reason_to_enrol_again() {
    let (url, visitors) = door(|_, _, _| (503, Vec::new()));
    let scene = Scene::at(&url);
    let device = scene.device();
    let visit = answered(&device);
    scene.lender.signs.store(false, Ordering::Relaxed);
    assert_eq!(device.sync_job().run().unwrap_err().code(), "keys_locked");
    assert_eq!(device.suspend().unwrap_err().code(), "keys_locked");
    assert!(device.visit(&visit).unwrap().items[0].value.is_some(), "suspended all the same, and awake again");
    assert!(visitors.lock().unwrap().is_empty());
    scene.lender.signs.store(true, Ordering::Relaxed);
    assert!(matches!(device.sync_job().run(), Err(HostError::Offline { .. })));
    assert_eq!(visitors.lock().unwrap().len(), 1);
}

#[test]
fn a_photo_that_would_fill_the_storage_is_refused_before_it_is_read() {
    let scene = Scene::at(&nobody());
    let device = scene.device();
    let visit = device.start_visit(SITE, VisitMode::Open, &[]).unwrap().id;
    let file = scene.folder.path().join("picture.png");
    image::RgbImage::from_pixel(40, 30, image::Rgb([9, 9, 9])).save(&file).unwrap();
    let file = file.to_str().unwrap();
    lock(&scene.lender.conditions).free_bytes = Some(1_000_000);
    assert!(matches!(device.add_photo(&visit, file, None), Err(HostError::NoSpace { .. })));
    assert!(device.visit(&visit).unwrap().photos.is_empty());
    lock(&scene.lender.conditions).free_bytes = Some(1_000_000_000);
    let photo = device.add_photo(&visit, file, None).unwrap();
    assert_eq!(device.visit(&visit).unwrap().photos[0].id, photo.id);
}

#[test]
fn a_page_says_where_the_next_one_begins_and_the_last_one_says_none() {
    let scene = Scene::at(&nobody());
    let device = scene.device();
    for number in 0..3 {
        let visit = answered(&device);
        let item = device.visit(&visit).unwrap().items.remove(0).code;
        device.raise_finding(&visit, &item, &format!("wrong {number}"), Severity::Ordinary, &[]).unwrap();
    }
    let query = super::FindingQuery { limit: Some(2), ..super::FindingQuery::default() };
    let first = device.findings(&query).unwrap();
    assert_eq!((first.rows.len(), first.next_offset), (2, Some(2)));
    let second = device.findings(&super::FindingQuery { offset: 2, ..query }).unwrap();
    assert_eq!((second.rows.len(), second.next_offset), (1, None));
    assert!(first.rows.iter().all(|row| row.id != second.rows[0].id));
    let shown = device.finding(&second.rows[0].id).unwrap();
    assert_eq!((shown.summary.stage.code.as_str(), shown.summary.stage.text.zh.as_str()), ("recorded", "已记录"));
}

#[test]
fn a_basis_of_another_row_leads_back_to_the_page() {
    let scene = Scene::at(&nobody());
    let device = scene.device();
    let visit = device.start_visit(SITE, VisitMode::Open, &[]).unwrap().id;
    let items = device.visit(&visit).unwrap().items;
    let wrong = device.answer(&visit, &items[0].code, "no", None, Some(&items[1].basis)).unwrap_err();
    assert!(matches!(wrong, HostError::OutOfDate { .. }), "{wrong:?}");
    assert!(matches!(device.visit("nothing"), Err(HostError::Refused { .. })));
}

#[test]
fn a_city_that_takes_a_letter_and_says_nothing_holds_up_no_screen_and_nobody_who_gives_up() {
    // Somebody enrols: screens go on, and closing ends it.
    let (url, _, knocks, _go) = closed_door();
    let folder = tempfile::tempdir().unwrap();
    crate::Keys::in_folder(folder.path(), &crate::SystemChance).unwrap();
    let scene = Scene::of(folder);
    let device = scene.device();
    std::thread::scope(|threads| {
        let enrolling = threads.spawn(|| device.enrol(&url, "7KQM-2R8T-XW4P"));
        knocks.recv().unwrap();
        assert!(!device.status().unwrap().is_enrolled);
        device.close();
        let said = enrolling.join().unwrap();
        assert!(matches!(said, Err(HostError::Cancelled { .. })), "{said:?}");
    });
    // Somebody syncs and gives up: no lock is left behind.
    let (url, _, knocks, _go) = closed_door();
    let scene = Scene::at(&url);
    let device = scene.device();
    answered(&device);
    let job = device.sync_job();
    std::thread::scope(|threads| {
        let syncing = threads.spawn(|| job.run());
        knocks.recv().unwrap();
        job.cancel();
        let said = syncing.join().unwrap();
        assert!(matches!(said, Err(HostError::Cancelled { .. })), "{said:?}");
    });
    assert!(device.inner().another().unwrap().alone().is_ok());
}

#[test]
fn a_signature_that_is_none_is_asked_for_again_and_is_no_lost_key() {
    let scene = Scene::at(&nobody());
    let device = scene.device();
    answered(&device);
    scene.lender.scribbles.store(true, Ordering::Relaxed);
    let said = device.suspend();
    assert!(matches!(said, Err(HostError::Busy { .. })), "{said:?}");
    scene.lender.scribbles.store(false, Ordering::Relaxed);
    device.suspend().unwrap();
    device.status().unwrap();
}
