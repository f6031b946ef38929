//! Uploads by tus 1.0, over plain sockets that are cut, left open or lied through.

use std::io::Write as _;
use std::net::Shutdown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingcha_model::body::Mode;
use mingcha_model::{Digest, EntityId, PhotoCopy, PhotoId, Role};
use mingcha_sync::{FileStanding, FilesAsk, FilesSaid, decode, encode};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::photos::{add, inspector};
use crate::support::*;

/// Bytes that no two numbers share.
pub fn file(number: u8, length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from((place * 31 + place / 251 + usize::from(number) * 7) % 256).unwrap()).collect()
}

/// A phone whose op promised this file as the standard copy of a photo.
pub fn promised(phone: &mut Phone, bytes: &[u8]) -> EntityId {
    let (photo, visit) = (EntityId(fresh()), phone.visit(hall_1(), Mode::Open));
    phone.say(photo, &add(visit, bytes), &["", "", ""]);
    phone.push();
    photo
}

fn place(photo: EntityId) -> String {
    format!("/v1/photos/{photo}/standard")
}

fn piece(offset: usize) -> [(&'static str, String); 2] {
    [("Upload-Offset", offset.to_string()), ("Content-Type", "application/offset+octet-stream".to_owned())]
}

fn create(phone: &Phone, photo: EntityId, length: usize) -> Answer {
    phone.tus("POST", "/v1/photos", &created(photo, "standard", length), &[])
}

/// How far the city says that an upload has come.
fn stands(phone: &Phone, photo: EntityId) -> usize {
    let answer = phone.tus("HEAD", &place(photo), &[], &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.header("upload-offset").unwrap().parse().unwrap()
}

fn send(phone: &Phone, photo: EntityId, offset: usize, bytes: &[u8]) -> Answer {
    phone.tus("PATCH", &place(photo), &piece(offset), bytes)
}

fn kept(answer: &Answer, bytes: &[u8]) {
    assert_eq!(answer.header("upload-offset"), Some(bytes.len().to_string().as_str()), "{}", answer.code());
    assert_eq!(answer.header("photo-sha256"), Some(Digest::of(bytes).to_string().as_str()));
}

fn spools(dir: &Path) -> Vec<PathBuf> {
    let people = std::fs::read_dir(dir.join("photos/uploads")).into_iter().flatten();
    people
        .flat_map(|person| std::fs::read_dir(person.unwrap().path()).unwrap())
        .map(|one| one.unwrap().path())
        .collect()
}

#[test]
fn the_city_says_what_it_can_do_and_which_version_it_speaks() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let can = serving.send("OPTIONS", "/v1/photos", None, &[]);
    assert_eq!((can.status, can.header("tus-version")), (204, Some("1.0.0")));
    assert_eq!(can.header("tus-extension"), Some("creation,creation-with-upload,checksum,termination,expiration"));
    assert_eq!(can.header("tus-checksum-algorithm"), Some("sha256,sha1"));
    assert_eq!(can.header("tus-max-size"), Some("67108864"));
    let mut phone = inspector(&serving);
    let photo = promised(&mut phone, &file(1, 9));
    let other = phone.send("PATCH", &place(photo), &[]);
    assert_eq!((other.status, other.header("tus-version"), other.code().as_str()), (412, Some("1.0.0"), "tus_version"));
    assert_eq!(serving.send("HEAD", &place(photo), None, &[]).status, 401);
}

#[test]
fn an_upload_cut_at_any_byte_goes_on_at_that_byte() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    for (number, cuts) in [(1, vec![1]), (2, vec![65_536, 65_537]), (3, vec![100_001, 100_001, 399_999]), (4, vec![0])]
    {
        let bytes = file(number, 400_000);
        let photo = promised(&mut phone, &bytes);
        let begun = create(&phone, photo, bytes.len());
        assert_eq!((begun.status, begun.header("location")), (201, Some(place(photo).as_str())));
        let mut offset = 0;
        for cut in cuts {
            let mut stream = phone.tus_begin("PATCH", &place(photo), &piece(offset), bytes.len() - offset);
            stream.write_all(&bytes[offset..cut]).unwrap();
            stream.shutdown(Shutdown::Both).unwrap();
            // Its bytes may still be on their way when the question is there already.
            let came = (0..100).any(|_| {
                std::thread::sleep(Duration::from_millis(20));
                stands(&phone, photo) == cut
            });
            assert!(came, "{} instead of {cut}", stands(&phone, photo));
            offset = cut;
        }
        kept(&send(&phone, photo, offset, &bytes[offset..]), &bytes);
        assert_eq!(phone.send("GET", &place(photo), &[]).body, bytes);
    }
    assert!(spools(dir.path()).is_empty());
}

#[test]
fn a_socket_that_died_without_a_word_holds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 300_000);
    let photo = promised(&mut phone, &bytes);
    create(&phone, photo, bytes.len());
    let mut dead = phone.tus_begin("PATCH", &place(photo), &piece(0), bytes.len());
    dead.write_all(&bytes[..123_456]).unwrap();
    // The phone comes back by another way while the city still waits for that socket.
    for _ in 0..100 {
        if stands(&phone, photo) == 123_456 {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    kept(&send(&phone, photo, 123_456, &bytes[123_456..]), &bytes);
    let late = answer(dead);
    assert_eq!(late.code(), "upload_superseded");
    assert_eq!(phone.send("GET", &place(photo), &[]).body, bytes);
}

#[test]
fn two_senders_of_one_file_never_mix_their_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 3_000_000);
    let photo = promised(&mut phone, &bytes);
    create(&phone, photo, bytes.len());
    let sender = || {
        for _ in 0..400 {
            let asked = phone.tus("HEAD", &place(photo), &[], &[]);
            let stands = asked.header("upload-offset").and_then(|offset| offset.parse::<usize>().ok());
            let Some(offset) = stands else { continue };
            if offset == bytes.len() {
                return;
            }
            let end = (offset + 50_000).min(bytes.len());
            let answer = send(&phone, photo, offset, &bytes[offset..end]);
            assert!([204, 409].contains(&answer.status), "{} {}", answer.status, answer.code());
        }
        panic!("it never ends");
    };
    std::thread::scope(|scope| {
        scope.spawn(sender);
        scope.spawn(sender);
    });
    assert_eq!(phone.send("GET", &place(photo), &[]).body, bytes);
}

#[test]
fn a_city_that_starts_again_goes_on_where_the_file_ends() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = file(1, 300_000);
    let (mut phone, photo);
    {
        let serving = Serving::start(founded(dir.path()));
        phone = inspector(&serving);
        photo = promised(&mut phone, &bytes);
        create(&phone, photo, bytes.len());
        assert_eq!(send(&phone, photo, 0, &bytes[..200_000]).status, 204);
    }
    let serving = Serving::start(mingcha_city::City::open(dir.path()).unwrap());
    phone.at = serving.at;
    assert_eq!(stands(&phone, photo), 200_000);
    kept(&send(&phone, photo, 200_000, &bytes[200_000..]), &bytes);
}

#[test]
fn a_city_killed_after_the_last_byte_finishes_when_it_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 100_000);
    for named_already in [false, true] {
        let photo = promised(&mut phone, &bytes);
        create(&phone, photo, bytes.len());
        std::fs::write(&spools(dir.path())[0], &bytes).unwrap();
        if named_already {
            let name = Digest::of(&bytes).to_string();
            assert!(dir.path().join("photos").join(&name[..2]).join(name).exists());
        }
        kept(&phone.tus("HEAD", &place(photo), &[], &[]), &bytes);
        assert_eq!(phone.send("GET", &place(photo), &[]).body, bytes);
        assert!(spools(dir.path()).is_empty());
    }
}

#[test]
fn a_piece_that_was_changed_on_the_way_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 200_000);
    let photo = promised(&mut phone, &bytes);
    create(&phone, photo, bytes.len());
    let with = |sum: String| [&piece(0)[..], &[("Upload-Checksum", sum)]].concat();
    let sha256 = format!("sha256 {}", STANDARD.encode(Sha256::digest(&bytes[..90_000])));
    let changed = phone.tus("PATCH", &place(photo), &with(sha256.clone()), &file(2, 90_000));
    assert_eq!((changed.status, changed.code().as_str()), (460, "wrong_checksum"));
    assert_eq!(stands(&phone, photo), 0);
    let unknown = phone.tus("PATCH", &place(photo), &with("crc32 AAAA".to_owned()), &bytes[..90_000]);
    assert_eq!(unknown.code(), "checksum_unknown");
    assert_eq!(phone.tus("PATCH", &place(photo), &with(sha256), &bytes[..90_000]).status, 204);
    let sha1 = format!("sha1 {}", STANDARD.encode(Sha1::digest(&bytes[90_000..])));
    let last = [&piece(90_000)[..], &[("Upload-Checksum", sha1)]].concat();
    kept(&phone.tus("PATCH", &place(photo), &last, &bytes[90_000..]), &bytes);
}

#[test]
fn a_file_that_is_another_one_is_discarded_whole_and_can_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 200_000);
    let photo = promised(&mut phone, &bytes);
    create(&phone, photo, bytes.len());
    assert_eq!(send(&phone, photo, 0, &file(2, 150_000)).status, 204);
    assert_eq!(send(&phone, photo, 150_000, &bytes[150_000..]).code(), "wrong_hash");
    assert!(spools(dir.path()).is_empty());
    assert_eq!(phone.tus("HEAD", &place(photo), &[], &[]).status, 404);
    kept(&phone.upload(photo, "standard", &bytes), &bytes);
}

#[test]
fn an_upload_is_ended_by_its_sender_but_evidence_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let colleague = inspector(&serving);
    let bytes = file(1, 1_000);
    let photo = promised(&mut phone, &bytes);
    create(&phone, photo, bytes.len());
    assert_eq!(colleague.tus("DELETE", &place(photo), &[], &[]).code(), "photo_unknown");
    assert_eq!(phone.tus("DELETE", &place(photo), &[], &[]).status, 204);
    assert_eq!(phone.tus("DELETE", &place(photo), &[], &[]).code(), "upload_unknown");
    assert_eq!(send(&phone, photo, 0, &bytes).code(), "upload_unknown");
    kept(&phone.upload(photo, "standard", &bytes), &bytes);
    assert_eq!(phone.tus("DELETE", &place(photo), &[], &[]).code(), "photo_kept");
}

#[test]
fn every_answer_to_a_piece_says_when_an_unfinished_upload_expires() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 1_000);
    let photo = promised(&mut phone, &bytes);
    let says = |answer: &Answer, status: u16| {
        assert_eq!(answer.status, status, "{}", answer.code());
        let expires = answer.header("upload-expires").map(str::to_owned);
        expires.is_some_and(|expires| expires.ends_with(" GMT") && expires.len() == 29)
    };
    assert!(says(&create(&phone, photo, bytes.len()), 201));
    assert!(says(&send(&phone, photo, 0, &bytes[..400]), 204));
    assert!(says(&send(&phone, photo, 0, &bytes[..400]), 409));
    assert!(!says(&send(&phone, photo, 400, &bytes[400..]), 204), "it is evidence now");
    assert!(!says(&send(&phone, photo, 400, &bytes[400..]), 409), "it is evidence now");
}

#[test]
fn an_upload_that_nobody_goes_on_with_expires_after_a_week() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = file(1, 1_000);
    let (mut phone, photo);
    {
        let serving = Serving::start(founded(dir.path()));
        phone = inspector(&serving);
        photo = promised(&mut phone, &bytes);
        create(&phone, photo, bytes.len());
        let expires = phone.tus("HEAD", &place(photo), &[], &[]).header("upload-expires").unwrap().to_owned();
        assert!(expires.ends_with(" GMT") && expires.len() == 29, "{expires}");
        let spool = std::fs::File::options().write(true).open(&spools(dir.path())[0]).unwrap();
        spool.set_modified(SystemTime::now() - Duration::from_hours(7 * 24 + 1)).unwrap();
        assert_eq!(phone.tus("HEAD", &place(photo), &[], &[]).status, 404);
        assert_eq!(send(&phone, photo, 0, &bytes).code(), "upload_unknown");
    }
    let serving = Serving::start(mingcha_city::City::open(dir.path()).unwrap());
    phone.at = serving.at;
    for _ in 0..100 {
        if spools(dir.path()).is_empty() {
            kept(&phone.upload(photo, "standard", &bytes), &bytes);
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it is still there");
}

#[test]
fn nobody_fills_the_disk_with_what_they_never_finish() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 1_000);
    let photos: Vec<EntityId> = (0..65).map(|_| promised(&mut phone, &bytes)).collect();
    for photo in &photos[..64] {
        assert_eq!(create(&phone, *photo, bytes.len()).status, 201);
    }
    let full = create(&phone, photos[64], bytes.len());
    assert_eq!((full.status, full.code().as_str()), (507, "spool_full"));
    assert_eq!(create(&phone, photos[3], bytes.len()).status, 201, "what was begun is begun anew");
    assert_eq!(phone.tus("DELETE", &place(photos[0]), &[], &[]).status, 204);
    assert_eq!(create(&phone, photos[64], bytes.len()).status, 201);
}

#[test]
fn equal_photos_of_two_people_are_stored_once_and_neither_learns_of_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let (mut anna, mut bertha) = (inspector(&serving), inspector(&serving));
    let bytes = file(1, 100_000);
    let (first, second) = (promised(&mut anna, &bytes), promised(&mut bertha, &bytes));
    kept(&anna.upload(first, "standard", &bytes), &bytes);
    // The city has these very bytes, and says nothing of it.
    assert_eq!(bertha.tus("HEAD", &place(second), &[], &[]).status, 404);
    assert_eq!(create(&bertha, second, bytes.len()).header("upload-offset"), Some("0"));
    assert_eq!(bertha.send("GET", &place(second), &[]).code(), "photo_unknown");
    kept(&send(&bertha, second, 0, &bytes), &bytes);
    let name = Digest::of(&bytes).to_string();
    let drawer = dir.path().join("photos").join(&name[..2]);
    assert_eq!(std::fs::read_dir(drawer).unwrap().count(), 1);
}

#[test]
fn a_reader_who_was_cut_off_gets_the_rest_and_learns_no_date() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 300_000);
    let photo = promised(&mut phone, &bytes);
    phone.upload(photo, "standard", &bytes);
    let ask = |range: &str| phone.tus("GET", &place(photo), &[("Range", range.to_owned())], &[]);
    let rest = ask("bytes=123456-");
    assert_eq!((rest.status, rest.header("content-range")), (206, Some("bytes 123456-299999/300000")));
    assert_eq!(rest.body, bytes[123_456..]);
    assert_eq!(ask("bytes=300000-").status, 416);
    let whole = phone.send("GET", &place(photo), &[]);
    assert_eq!((whole.status, whole.body == bytes), (200, true));
    for answer in [&rest, &whole] {
        assert_eq!(answer.header("last-modified"), None);
        assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    }
}

#[test]
fn the_city_says_under_its_signature_how_own_files_stand_and_nothing_is_safe_without_a_backup() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 1_000);
    let photo = promised(&mut phone, &bytes);
    let ask = FilesAsk { files: vec![(PhotoId(photo), PhotoCopy::Standard), (PhotoId(photo), PhotoCopy::Thumbnail)] };
    let standing = |phone: &Phone| {
        let answer = phone.send("POST", "/v1/files", &encode(&ask));
        let said: FilesSaid = decode(&answer.body).unwrap();
        assert!(said.is_signed_by(&phone.said.city_key));
        said.files
    };
    let file_of = |copy, sha256| FileStanding { photo: PhotoId(photo), copy, sha256, safe: false };
    assert_eq!(standing(&phone), [file_of(PhotoCopy::Standard, None), file_of(PhotoCopy::Thumbnail, None)]);
    phone.upload(photo, "standard", &bytes);
    assert_eq!(standing(&phone)[0], file_of(PhotoCopy::Standard, Some(Digest::of(&bytes))));
    assert_eq!(standing(&inspector(&serving)), []);
    assert_eq!(phone.hello().backup, Some(false));
}

#[test]
fn networks_that_let_only_post_through_can_upload() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 1_000);
    let photo = promised(&mut phone, &bytes);
    create(&phone, photo, bytes.len());
    let as_post = |method: &str| [&piece(0)[..], &[("X-HTTP-Method-Override", method.to_owned())]].concat();
    assert_eq!(phone.tus("POST", &place(photo), &as_post("HEAD"), &[]).header("upload-offset"), Some("0"));
    kept(&phone.tus("POST", &place(photo), &as_post("PATCH"), &bytes), &bytes);
    assert_eq!(phone.tus("POST", &place(photo), &as_post("PUT"), &bytes).code(), "method_unknown");
}

#[test]
fn the_same_word_from_somebody_who_may_only_look_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let supervisor = Phone::of(&serving, person(Role::Supervisor, &[donghu()], None, "督查员"));
    let bytes = file(1, 1_000);
    let photo = promised(&mut phone, &bytes);
    create(&phone, photo, bytes.len());
    assert_eq!(supervisor.tus("HEAD", &place(photo), &[], &[]).status, 404);
    assert_eq!(send(&supervisor, photo, 0, &bytes).code(), "photo_unknown");
    assert_eq!(supervisor.upload(photo, "standard", &bytes).code(), "photo_unknown");
    assert_eq!(stands(&phone, photo), 0);
}

/// A small disk of its own for the photos of a city, where this machine lets a test mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(path: PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&path).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=300k", "tmpfs"]).arg(&path).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(Self(path))
    }

    fn grow(&self) {
        let grown = Command::new("mount").args(["-o", "remount,size=8m"]).arg(&self.0).status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_said_clearly_and_what_fitted_need_not_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::at(dir.path().join("photos")) else {
        println!("skipped: this machine lets no test mount a small disk");
        return;
    };
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let bytes = file(1, 900_000);
    let photo = promised(&mut phone, &bytes);
    create(&phone, photo, bytes.len());
    let full = send(&phone, photo, 0, &bytes);
    assert_eq!((full.status, full.code().as_str()), (507, "city_full"));
    // Whoever asks whether it is ready hears the same, and alive it is.
    let ready = serving.send("GET", "/ready", None, &[]);
    assert_eq!((ready.status, ready.code().as_str()), (507, "city_full"));
    assert_eq!(serving.send("GET", "/health", None, &[]).status, 200);
    let fitted = stands(&phone, photo);
    assert!((100_000..=307_200).contains(&fitted), "{fitted}");
    assert_eq!(send(&phone, photo, fitted, &bytes[fitted..]).code(), "city_full");
    disk.grow();
    assert_eq!(serving.send("GET", "/ready", None, &[]).status, 200);
    kept(&send(&phone, photo, fitted, &bytes[fitted..]), &bytes);
    assert_eq!(phone.send("GET", &place(photo), &[]).body, bytes);
    drop(serving);
}
