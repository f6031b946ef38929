//! A city that was restored: what it takes, what it believes, and that it gives nothing before its people are confirmed.

use std::path::Path;

use mingcha_city::{BackupAsk, City};
use mingcha_model::body::{Body, Mode, Nothing};
use mingcha_model::{Cursor, EntityId, FeedName, PhotoCopy, PhotoId, Refusal, Role, Verdict};
use mingcha_sync::{ErasedTold, FeedHead, GivenBack, Receipt, Segment, Signer as _, encode};

use super::support::{Phone, Serving, donghu, founded, fresh, hall_1, key_of, millis, person, verdicts};

/// The city of a backup, serving, and phones that find it.
fn restored(backup: &Path, dir: &Path, phones: &mut [&mut Phone]) -> Serving {
    City::restore(backup, dir, &mut |_| {}).unwrap();
    let serving = Serving::start(City::open(dir).unwrap());
    for phone in phones {
        phone.at = serving.at;
    }
    serving
}

fn backed_up(serving: &Serving, out: &Path) {
    serving.city.backup(&BackupAsk { out, since: None, off_machine: false }, &mut |_| {}).unwrap();
}

fn inspector(serving: &Serving) -> Phone {
    Phone::of(serving, person(Role::Inspector, &[donghu()], None, "检查员"))
}

fn give_back(phone: &Phone, segment: &Segment, receipt: &Receipt) -> super::support::Answer {
    let given = GivenBack { segment: segment.to_bytes().into(), receipt: receipt.to_bytes().into() };
    phone.send("POST", &format!("/v1/logs/{}/{}", segment.log, segment.first_seq), &encode(&given))
}

#[test]
fn it_takes_everything_and_gives_nobody_anything_until_its_people_are_confirmed() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(&dir.path().join("city")));
    let mut phone = inspector(&serving);
    let visit = phone.visit(hall_1(), Mode::Open);
    phone.push();
    let unused = serving.city.enrol_code(person(Role::Auditor, &[], None, "审计")).unwrap();
    backed_up(&serving, &dir.path().join("backup.tar"));
    drop(serving);

    let serving = restored(&dir.path().join("backup.tar"), &dir.path().join("again"), &mut [&mut phone]);
    let said = phone.hello();
    assert_eq!((said.feeds.len(), said.restored.unwrap().confirmed, said.backup), (0, false, Some(false)));
    let public = FeedHead { feed: FeedName::Public, cursor: Cursor::start(1) };
    for refused in [
        phone.ask_pages(public, 1_000),
        phone.send("GET", &format!("/v1/logs/{}", phone.main.id), &[]),
        phone.send("GET", &format!("/v1/photos/{}/standard", PhotoId(EntityId(fresh()))), &[]),
        phone.send("GET", &format!("/v1/published/{}", mingcha_model::Digest::of(b"x")), &[]),
    ] {
        assert_eq!((refused.status, refused.code().as_str()), (503, "city_restored"));
    }
    phone.say(visit, &Body::VisitRemark(Nothing {}), &["恢复之后"]);
    assert_eq!(verdicts(&phone.push()), []);
    // Whether somebody used it after the backup, nobody knows.
    let ask = super::support::enrol_ask(&unused.code, mingcha_model::DeviceId(EntityId(fresh())), &key_of(7));
    assert_eq!(serving.send("POST", "/v1/enrol", None, &encode(&ask)).code(), "code_unknown");

    serving.city.confirm_people().unwrap();
    let said = phone.hello();
    let public = said.feeds.iter().find(|head| head.feed == FeedName::Public).unwrap().cursor;
    assert!(said.restored.unwrap().confirmed && public.epoch > 1, "{public:?}");
    let from = FeedHead { feed: FeedName::Public, cursor: Cursor::start(public.epoch) };
    assert_eq!(phone.ask_pages(from, 1_000_000).status, 200);
    let from = FeedHead { feed: FeedName::Public, cursor: Cursor::start(1) };
    assert_eq!(phone.ask_pages(from, 1_000_000).code(), "feed_diverged");
}

#[test]
fn it_honours_the_receipts_that_it_gave_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(&dir.path().join("city")));
    let (mut phone, other) = (inspector(&serving), inspector(&serving));
    backed_up(&serving, &dir.path().join("backup.tar"));
    let visit = phone.visit(hall_1(), Mode::Open);
    // A clock two hours ahead: the order is the receipt's, not the claim's.
    phone.clock = millis("2026-03-02T11:00:00+08:00");
    phone.say(visit, &Body::VisitRemark(Nothing {}), &["一"]);
    let segment = phone.main.seal(&phone.key);
    let receipt = phone.pushed(&segment);
    drop(serving);

    let serving = restored(&dir.path().join("backup.tar"), &dir.path().join("again"), &mut [&mut phone]);
    serving.city.set_clock(Some(millis("2026-03-09T09:00:00+08:00"))).unwrap();
    let forged = Receipt { received_millis: 0, ..receipt.clone() }.signed(&key_of(9)).unwrap();
    assert_eq!(give_back(&phone, &segment, &forged).code(), "receipt_not_ours");
    // It was revoked since: what the city had received before stays accepted, what comes now is held.
    serving.city.revoke_device(phone.device).unwrap();
    let again = give_back(&phone, &segment, &receipt);
    assert_eq!((again.status, &again.body), (200, &receipt.to_bytes()));
    phone.clock = millis("2026-03-09T09:00:00+08:00");
    phone.say(visit, &Body::VisitRemark(Nothing {}), &["二"]);
    assert_eq!(verdicts(&phone.push()), [(4, Verdict::Held, Some(Refusal::DeviceRevoked))]);
    let ledger = rusqlite::Connection::open(dir.path().join("again/city.db")).unwrap();
    let orders: Vec<(i64, i64)> = ledger
        .prepare("SELECT ord >> 16, verdict FROM op WHERE log = ?1 ORDER BY seq")
        .unwrap()
        .query_map([phone.main.id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(orders[2].0, receipt.received_millis, "the order that the receipt implies");
    assert_eq!(orders.iter().map(|(_, verdict)| *verdict).collect::<Vec<_>>(), [0, 0, 0, 3]);
    drop((serving, other));
}

#[test]
fn it_believes_its_own_word_on_erasures_and_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(&dir.path().join("city")));
    let mut phone = inspector(&serving);
    let bytes = vec![3_u8; 5_000];
    let visit = phone.visit(hall_1(), Mode::Open);
    let mut photo = || {
        let photo = EntityId(fresh());
        let hash = mingcha_model::Digest::of(&bytes);
        let add = mingcha_model::body::PhotoAdd {
            owner: visit,
            item: None,
            observed_at: None,
            original: hash,
            standard: hash,
            thumbnail: hash,
            original_bytes: 5_000,
            standard_bytes: 5_000,
            thumbnail_bytes: 5_000,
            width: 4,
            height: 3,
        };
        phone.say(photo, &Body::PhotoAdd(add), &["", "", "", ""]);
        photo
    };
    let (erased, kept) = (photo(), photo());
    phone.push();
    phone.upload(kept, "standard", &bytes);
    let city_key = phone.said.city_key;
    backed_up(&serving, &dir.path().join("backup.tar"));
    serving.city.erase_photo(PhotoId(erased)).unwrap();
    let proof = phone
        .pull(FeedName::Area(donghu()))
        .into_iter()
        .find_map(|entry| match Body::from_bytes(entry.op.kind, entry.op.kind_version, &entry.op.body) {
            Ok(Body::PhotoErased(said)) => said.proof,
            _ => None,
        })
        .unwrap();
    let proof = mingcha_sync::Signature(<[u8; 64]>::try_from(&**proof).unwrap());
    assert!(city_key.verifies(&ErasedTold::message(PhotoId(erased)), &proof));
    drop(serving);

    let serving = restored(&dir.path().join("backup.tar"), &dir.path().join("again"), &mut [&mut phone]);
    let is_there = |photo: EntityId| {
        let files = vec![(PhotoId(photo), PhotoCopy::Standard)];
        let answer = phone.send("POST", "/v1/files", &encode(&mingcha_sync::FilesAsk { files }));
        let said: mingcha_sync::FilesSaid = mingcha_sync::decode(&answer.body).unwrap();
        !said.files.is_empty()
    };
    assert!(is_there(erased) && is_there(kept));
    let forged = key_of(9).sign(&ErasedTold::message(PhotoId(kept))).unwrap();
    let told = ErasedTold { erased: vec![(PhotoId(kept), forged), (PhotoId(kept), proof), (PhotoId(erased), proof)] };
    assert_eq!(phone.send("POST", "/v1/erased", &encode(&told)).status, 204);
    assert!(!is_there(erased) && is_there(kept));
    drop(serving);
}
