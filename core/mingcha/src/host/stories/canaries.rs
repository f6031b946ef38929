//! Canaries: every error that a host can get is made to happen with a person's own words in all that leads to it, and no
//! error says one of them.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use mingcha_model::Role;

use super::{Lender, SITE, Scene, answered};
use crate::attention::rehearsal::{City, door, nobody};
use crate::host::guard::lock;
use crate::host::{
    BlurredPart, Device, FindingQuery, Host, HostError, PhotoCopy, RecheckResult, Severity, SiteQuery, VisitMode,
};

/// What a person typed, what a file is called and what a stranger's server says, in all that follows.
const CANARY: &str = "金丝雀 Canary";

/// What else no error may say: who it is, and where things are.
const SECRETS: [&str; 6] = ["金丝雀", "Canary", "anna", "政务", "人民路", "/tmp"];

/// Which decision an error asks for; a variant that is added stops this from compiling until it is made to happen too.
fn decision(error: &HostError) -> usize {
    match error {
        HostError::Refused { .. } => 0,
        HostError::OutOfDate { .. } => 1,
        HostError::NotEnrolled { .. } => 2,
        HostError::Offline { .. } => 3,
        HostError::Busy { .. } => 4,
        HostError::NoSpace { .. } => 5,
        HostError::UpdateRequired { .. } => 6,
        HostError::StoreUnusable { .. } => 7,
        HostError::Cancelled { .. } => 8,
        HostError::Defect { .. } => 9,
    }
}

/// Errors that happened, each with the decision that it asks for.
#[derive(Default)]
struct Happened([u32; 10]);

impl Happened {
    /// Takes down an error that must have happened, and that says nothing of anybody.
    #[track_caller]
    fn note<T>(&mut self, expected: usize, answer: Result<T, HostError>) {
        let Err(error) = answer else { panic!("that should not have been possible") };
        assert_eq!(decision(&error), expected, "{error:?}");
        let mut chain = format!("{error} {error:?} {error:#?}");
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            chain = format!("{chain} {inner} {inner:?}");
            source = inner.source();
        }
        for secret in SECRETS {
            assert!(!chain.contains(secret), "{secret}: {chain}");
        }
        self.0[expected] += 1;
    }
}

/// A city's door that answers everything with this status, and with a problem that says whatever it likes.
fn rude_door(status: u16, code: &'static str) -> String {
    let body = format!(r#"{{"status":{status},"code":"{code}","title":"{CANARY}","detail":"{CANARY} anna 政务大厅"}}"#);
    door(move |_, _, _| (status, body.clone().into_bytes())).0
}

/// What is asked wrongly, with a person's words in it.
fn asked_wrongly(happened: &mut Happened, scene: &Scene) {
    let device = scene.device();
    let visit = answered(&device);
    let items = device.visit(&visit).unwrap().items;
    let item = items[0].code.as_str();
    let file = scene.folder.path().join(format!("{CANARY}.jpg"));
    let path = file.to_str().unwrap();
    happened.note(0, device.start_visit(CANARY, VisitMode::Open, &[]));
    happened.note(0, device.start_visit(SITE, VisitMode::Open, &[CANARY.to_owned()]));
    happened.note(0, device.visit(CANARY));
    happened.note(0, device.finding(CANARY));
    happened.note(0, device.findings(&FindingQuery { site_id: Some(CANARY.to_owned()), ..FindingQuery::default() }));
    happened.note(0, device.answer(&visit, CANARY, "no", Some(CANARY), None));
    happened.note(0, device.answer(&visit, item, CANARY, Some(CANARY), None));
    happened.note(0, device.answer(&visit, item, &items[0].choices[0].value, Some(&CANARY.repeat(9_000)), None));
    happened.note(0, device.add_photo(&visit, path, Some(item)));
    fs::write(&file, CANARY).unwrap();
    happened.note(0, device.add_photo(&visit, path, None));
    happened.note(0, device.save_photo(CANARY, PhotoCopy::Original, path));
    happened.note(0, device.raise_finding(&visit, item, CANARY, Severity::Ordinary, &[CANARY.to_owned()]));
    let finding = device.raise_finding(&visit, item, CANARY, Severity::Ordinary, &[]).unwrap().id;
    let part = BlurredPart { photo_id: CANARY.to_owned(), width: 1_000, height: 1_000, ..BlurredPart::default() };
    happened.note(0, device.feed_back(&finding, Some(CANARY), true, &[part]));
    happened.note(0, device.serve_notice(&finding, Some(CANARY)));
    happened.note(0, device.recheck(&finding, RecheckResult::Pass, Some(CANARY), &[path.to_owned()], None));
    happened.note(0, device.submit_rectification(&finding, CANARY, &[path.to_owned()]));
    happened.note(0, device.settle(CANARY, CANARY, CANARY, None));
    happened.note(0, device.let_go(CANARY));
    happened.note(0, device.enrol(&format!("http://{CANARY}"), CANARY));
    happened.note(1, device.answer(&visit, item, "no", Some(CANARY), Some(&items[1].basis)));
    happened.note(1, device.submit_visit(&visit, Some(CANARY)));
    lock(&scene.lender.conditions).free_bytes = Some(1);
    happened.note(5, device.add_photo(&visit, path, Some(item)));
    scene.lender.signs.store(false, Ordering::Relaxed);
    happened.note(4, device.suspend());
    scene.lender.signs.store(true, Ordering::Relaxed);
    scene.lender.panics.store(true, Ordering::Relaxed);
    happened.note(9, device.start_visit(SITE, VisitMode::Open, &[]));
    scene.lender.panics.store(false, Ordering::Relaxed);
    device.close();
    happened.note(8, device.answer(&visit, item, CANARY, Some(CANARY), None));
    happened.note(8, device.sync_job().run());
}

/// A phone whose visit somebody else's newer app wrote to.
fn overtaken(happened: &mut Happened) {
    let mut city = City::new();
    let mut desk = city.desk("anna", Role::Inspector, &nobody());
    let visit = desk.visit();
    city.say_as_of_tomorrow(visit.parse().unwrap());
    city.meet(&mut desk);
    let item = desk.first_item(&visit);
    let folder = desk.folder;
    drop(desk.phone);
    let scene = Scene::of(folder);
    happened.note(6, scene.device().answer(&visit, &item, "no", Some(CANARY), None));
}

/// Stores that cannot be opened: the key is another one, or gone, or the file is something else.
fn unusable(happened: &mut Happened) {
    let scene = Scene::at(&nobody());
    answered(&scene.device());
    let open = || Device::open(scene.folder.path(), Arc::clone(&scene.lender) as Arc<dyn Host>);
    let key = scene.folder.path().join("store.key");
    let good = fs::read(&key).unwrap();
    for other in [vec![8; 32], CANARY.as_bytes().to_vec()] {
        fs::write(&key, other).unwrap();
        happened.note(7, open());
    }
    fs::remove_file(&key).unwrap();
    happened.note(7, open());
    fs::write(&key, good).unwrap();
    let store = fs::read_dir(scene.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let store: Vec<_> = store.filter(|path| path.extension().is_some_and(|ending| ending == "db")).collect();
    for file in &store {
        fs::write(file, CANARY.repeat(400)).unwrap();
    }
    assert!(!store.is_empty(), "no store was found to damage");
    happened.note(7, open());
}

#[test]
fn every_error_can_happen_and_none_says_a_word_of_anybodys() {
    let mut happened = Happened::default();
    asked_wrongly(&mut happened, &Scene::at(&nobody()));
    overtaken(&mut happened);
    unusable(&mut happened);
    // Cities that answer with words of their own.
    for (status, code, expected) in [
        (401, CANARY, 2),
        (503, CANARY, 3),
        (429, "later", 3),
        (400, CANARY, 9),
        (409, "anna_canary_1", 9),
        (500, "x", 9),
    ] {
        let scene = Scene::at(&rude_door(status, code));
        let device = scene.device();
        answered(&device);
        happened.note(expected, device.sync_job().run());
    }
    let (garbage, _) = door(|_, _, _| (200, CANARY.as_bytes().to_vec()));
    let scene = Scene::at(&garbage);
    answered(&scene.device());
    happened.note(3, scene.device().sync_job().run());
    happened.note(3, {
        let scene = Scene::at(&nobody());
        scene.device().sync_job().run()
    });
    // A phone of nobody's.
    let folder = tempfile::tempdir().unwrap();
    let lender = Lender::of(folder.path());
    fs::write(folder.path().join("store.key"), [3; 32]).unwrap();
    fs::write(folder.path().join("device.key"), [5; 32]).unwrap();
    let new = Device::open(&folder.path().join("phone"), Arc::new(lender)).unwrap();
    happened.note(2, new.sites(&SiteQuery { search: Some(CANARY.to_owned()), ..SiteQuery::default() }));
    happened.note(0, new.enrol(&rude_door(404, "code_unknown"), "7KQM-2R8T-XW4P"));
    happened.note(0, new.enrol(CANARY, CANARY));
    assert!(happened.0.iter().all(|times| *times > 0), "some never happened: {:?}", happened.0);
}
