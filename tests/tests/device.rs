//! A device in an app's hands beside another process on the same folder, against a real city.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use mingcha::host::{ClockReading, Conditions, Device, Host, HostError, HostFault, VisitMode};
use mingcha_sync::{Signer as _, SoftwareKey};
use mingcha_tests::City;

const MORNING: &str = "2026-03-02T09:00:00+08:00";

/// A host whose keys are those of the desk.
struct AtTheDesk(PathBuf);

impl AtTheDesk {
    fn key(&self) -> SoftwareKey {
        let secret: [u8; 32] = fs::read(self.0.join("device.key")).unwrap().try_into().unwrap();
        SoftwareKey::from_bytes(&secret).unwrap()
    }
}

impl Host for AtTheDesk {
    fn store_key(&self) -> Result<Vec<u8>, HostFault> {
        fs::read(self.0.join("store.key")).map_err(|_| HostFault::KeyLost)
    }

    fn public_key(&self) -> Result<Vec<u8>, HostFault> {
        Ok(self.key().public_key().0.to_vec())
    }

    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, HostFault> {
        Ok(self.key().sign(&message).unwrap().0.to_vec())
    }

    fn conditions(&self) -> Result<Conditions, HostFault> {
        Ok(Conditions::default())
    }

    fn clock(&self) -> Result<Option<ClockReading>, HostFault> {
        let wall_millis = mingcha_model::parse_millis(MORNING).unwrap();
        Ok(Some(ClockReading { wall_millis, monotonic_millis: wall_millis, boot: 1 }))
    }
}

#[test]
fn an_app_and_a_desk_work_on_one_folder_at_once_and_the_city_hears_all_of_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let desk = city.phone("anna", "inspector", MORNING);
    let device = Device::open(&desk.home, Arc::new(AtTheDesk(desk.home.clone()))).unwrap();
    let visit = device.start_visit("GOV-01", VisitMode::Open, &["W5".to_owned()]).unwrap().id;
    let items: Vec<String> = device.visit(&visit).unwrap().items.into_iter().map(|item| item.code).collect();
    let (by_app, by_desk) = items.split_at(items.len() / 2);
    std::thread::scope(|both| {
        both.spawn(|| {
            for item in by_app {
                device.answer(&visit, item, "na", Some("by the app"), None).unwrap();
            }
        });
        both.spawn(|| {
            for item in by_desk {
                desk.run(&["visit", "answer", &visit, item, "na", "--note", "by the desk"]);
            }
        });
    });
    let notes: Vec<Option<String>> = device.visit(&visit).unwrap().items.into_iter().map(|item| item.note).collect();
    let expected = by_app.iter().map(|_| "by the app").chain(by_desk.iter().map(|_| "by the desk"));
    assert_eq!(notes, expected.map(|note| Some(note.to_owned())).collect::<Vec<_>>());

    // Two syncs at once: one meets the city, the other says that it is at it, or comes right after.
    std::thread::scope(|both| {
        let app = both.spawn(|| device.sync_job().run());
        let answer = desk.try_run(&["sync"]);
        let app = app.join().unwrap();
        assert!(answer.code == 0 || answer.error() == "busy", "{}", answer.stderr);
        assert!(matches!(app, Ok(_) | Err(HostError::Busy { .. })), "{app:?}");
    });
    assert_eq!(device.sync_job().run().unwrap().waiting_count, 0);
    let status = device.status().unwrap();
    assert_eq!((status.waiting_count, status.attention_count), (0, 0));
    assert_eq!(desk.run(&["verify"])["ok"], true);
    device.close();
}

#[test]
fn an_app_writes_its_work_into_a_file_another_app_takes_it_along_and_a_cancelled_job_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let [anna, ben] = ["anna", "ben"].map(|name| city.phone(name, "inspector", MORNING));
    let open = |desk: &mingcha_tests::Desk| Device::open(&desk.home, Arc::new(AtTheDesk(desk.home.clone()))).unwrap();
    let (hers, his) = (open(&anna), open(&ben));
    let visit = hers.start_visit("GOV-01", VisitMode::Undercover, &["W5".to_owned()]).unwrap().id;
    hers.answer(&visit, "W5-1", "no", Some("by the app"), None).unwrap();
    let waiting = hers.status().unwrap().waiting_count;
    // The city has the opening of her log, and all of the log goes.
    let ever = waiting + 1;

    let file = folder.path().join("work.mingcha");
    let cancelled = hers.export_job(&file, None);
    cancelled.cancel();
    assert!(matches!(cancelled.run(), Err(HostError::Cancelled { .. })));
    assert!(!file.exists());
    let job = hers.export_job(&file, None);
    let written = job.run().unwrap();
    assert_eq!((written.statement_count, written.photo_count), (ever, 0));
    assert_eq!(job.run().unwrap(), written, "its last word");
    assert_eq!(job.progress().phase.code, "export");
    assert_eq!(hers.status().unwrap().waiting_count, waiting);
    let own = hers.import_job(&file).run().unwrap_err();
    assert_eq!(own.code(), "own_parcel");

    let cancelled = his.import_job(&file);
    cancelled.cancel();
    assert!(matches!(cancelled.run(), Err(HostError::Cancelled { .. })));
    assert_eq!(his.import_job(&file).run().unwrap().statement_count, ever);
    his.sync_job().run().unwrap();
    let met = hers.sync_job().run().unwrap();
    assert_eq!((met.waiting_count, met.sent_count), (0, waiting), "every statement got its receipt");
    let supervisor = city.phone("supervisor", "supervisor", MORNING);
    assert_eq!(supervisor.run(&["visit", "show", &visit])["answers"][0]["note"], "by the app");
    hers.close();
    his.close();
}

/// One HTTP message, as long as it says that it is.
fn message(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "cut in its middle");
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        if bytes.len() >= body + length.trim().parse::<usize>().unwrap() {
            return bytes;
        }
    }
}

#[test]
fn an_answer_to_an_enrolment_that_was_given_up_takes_no_phone_over() {
    let folder = tempfile::tempdir().unwrap();
    let below = |name: &str| {
        let below = folder.path().join(name);
        fs::create_dir_all(&below).unwrap();
        below
    };
    let (first, second) = (City::found(&below("first"), MORNING), City::found(&below("second"), MORNING));
    let keys = below("keys");
    fs::write(keys.join("store.key"), [7; 32]).unwrap();
    fs::write(keys.join("device.key"), [9; 32]).unwrap();
    let open = || Device::open(&folder.path().join("phone"), Arc::new(AtTheDesk(keys.clone()))).unwrap();
    // Given up by the same opening, and by another one as another process would be.
    let (hers, beside) = (open(), open());

    let between = TcpListener::bind("127.0.0.1:0").unwrap();
    let slow = format!("http://{}", between.local_addr().unwrap());
    let (lets_go, held) = mpsc::channel::<()>();
    let (tells, answered) = mpsc::channel();
    let city = first.url.trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        let (mut phone, _) = between.accept().unwrap();
        let mut city = TcpStream::connect(city).unwrap();
        city.write_all(&message(&mut phone)).unwrap();
        let answer = message(&mut city);
        tells.send(()).unwrap();
        held.recv().unwrap();
        let _ = phone.write_all(&answer);
    });
    let code = first.code(&["--role", "supervisor", "--area", "DH", "--name", "zoe"]);
    std::thread::scope(|both| {
        let late = both.spawn(|| beside.enrol(&slow, &code));
        answered.recv().unwrap();
        hers.enrol(&second.url, &second.code(&["--role", "inspector", "--area", "DH", "--name", "anna"])).unwrap();
        hers.sync_job().run().unwrap();
        hers.start_visit("GOV-01", VisitMode::Undercover, &["W5".to_owned()]).unwrap();
        lets_go.send(()).unwrap();
        assert!(matches!(late.join().unwrap(), Err(HostError::Refused { code, .. }) if code == "already_enrolled"));
    });
    for device in [&hers, &beside] {
        assert_eq!(device.status().unwrap().role.unwrap().code, "inspector");
    }
    assert_eq!(beside.sync_job().run().unwrap().waiting_count, 0, "with the city that it is enrolled with");
}
