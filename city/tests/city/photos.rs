//! Photo files: only what an op promised, only whole, only to whom it belongs; and the copies that units see.

use mingcha_model::body::{Body, Channel, FindingFeedback, FindingRaise, Mode, PhotoAdd, PhotoShown};
use mingcha_model::{Digest, EntityId, FeedName, PhotoId, Role, Severity, VisitId};

use crate::support::*;

/// A small upright picture with a camera's words beside it, as a PNG.
pub fn picture() -> Vec<u8> {
    // One red pixel: the smallest PNG that every decoder reads.
    let mut png = Vec::from(*b"\x89PNG\r\n\x1a\n");
    let chunk = |png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]| {
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let mut body = kind.to_vec();
        body.extend(data);
        png.extend(&body);
        let mut sum = u32::MAX;
        for byte in body {
            sum ^= u32::from(byte);
            for _ in 0..8 {
                sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
            }
        }
        png.extend((!sum).to_be_bytes());
    };
    chunk(&mut png, b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
    chunk(&mut png, b"tEXt", b"Comment\0taken by somebody");
    chunk(&mut png, b"IDAT", &[0x78, 1, 1, 4, 0, 0xfb, 0xff, 0, 200, 40, 30, 2, 0xca, 1, 0x0f]);
    chunk(&mut png, b"IEND", &[]);
    png
}

pub fn add(owner: EntityId, standard: &[u8]) -> Body {
    let other = Digest::of(b"another file");
    Body::PhotoAdd(PhotoAdd {
        owner,
        item: None,
        original: other,
        standard: Digest::of(standard),
        thumbnail: other,
        original_bytes: 12,
        standard_bytes: u64::try_from(standard.len()).unwrap(),
        thumbnail_bytes: 12,
        width: 1,
        height: 1,
        observed_at: None,
    })
}

pub fn inspector(serving: &Serving) -> Phone {
    Phone::of(serving, person(Role::Inspector, &[donghu()], None, "安娜"))
}

#[test]
fn a_photo_comes_after_its_op_whole_and_as_promised() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let (photo, bytes) = (EntityId(fresh()), picture());
    assert_eq!(phone.upload(photo, "standard", &bytes).code(), "photo_unknown");
    let visit = phone.visit(hall_1(), Mode::Open);
    phone.say(photo, &add(visit, &bytes), &["", "", ""]);
    phone.push();

    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(phone.upload(photo, "standard", &changed).code(), "wrong_hash");
    assert_eq!(phone.upload(photo, "standard", &[]).code(), "photo_empty");
    assert_eq!(phone.upload(photo, "standard", &[&bytes[..], &[0]].concat()).code(), "too_large");
    assert_eq!(phone.upload(photo, "standard", &bytes[1..]).code(), "wrong_length");
    assert_eq!(phone.upload(photo, "published", &bytes).code(), "photo_unknown");
    assert_eq!(phone.send("GET", &format!("/v1/photos/{photo}/standard"), &[]).code(), "photo_unknown");

    for _ in 0..2 {
        let answer = phone.upload(photo, "standard", &bytes);
        let sha256 = Digest::of(&bytes).to_string();
        assert_eq!((answer.status, answer.header("photo-sha256")), (201, Some(sha256.as_str())));
    }
    assert_eq!(phone.send("GET", &format!("/v1/photos/{photo}/standard"), &[]).body, bytes);
}

#[test]
fn nobody_learns_of_a_photo_that_they_may_not_see() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let other = Phone::of(&serving, person(Role::Inspector, &[xihu()], None, "别区"));
    let contact = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "联络员"));
    let (photo, bytes) = (EntityId(fresh()), picture());
    let visit = phone.visit(hall_1(), Mode::Open);
    phone.say(photo, &add(visit, &bytes), &["", "", ""]);
    phone.push();
    assert_eq!(phone.upload(photo, "standard", &bytes).status, 201);
    for stranger in [&other, &contact] {
        let address = format!("/v1/photos/{photo}/standard");
        assert_eq!(stranger.send("GET", &address, &[]).code(), "photo_unknown");
        assert_eq!(stranger.upload(photo, "standard", &bytes).code(), "photo_unknown");
        assert_eq!(stranger.tus("HEAD", &address, &[], &[]).status, 404);
        let published = format!("/v1/published/{}", Digest::of(&bytes));
        assert_eq!(stranger.send("GET", &published, &[]).code(), "photo_unknown");
    }
}

#[test]
fn a_checked_photo_is_published_without_anything_but_pixels_once_its_file_is_here() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let contact = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "联络员"));
    let stranger = Phone::of(&serving, person(Role::Contact, &[], Some(mingcha_city::load::unit_id("BANK")), "别家"));
    let bytes = picture();
    let (checked, unchecked, finding) = (EntityId(fresh()), EntityId(fresh()), EntityId(fresh()));
    let visit = phone.visit(hall_1(), Mode::Open);
    for photo in [checked, unchecked] {
        phone.say(photo, &add(visit, &bytes), &["", "", ""]);
    }
    let raise = FindingRaise {
        visit: VisitId(visit),
        site: hall_1(),
        item: "W5-1".parse().unwrap(),
        severity: Severity::Minor,
        photos: vec![PhotoId(checked), PhotoId(unchecked)],
    };
    phone.say(finding, &Body::FindingRaise(raise), &["地面有积水"]);
    let shown = |photo, checked| PhotoShown { photo: PhotoId(photo), checked, blur: Vec::new() };
    let feedback =
        FindingFeedback { channel: Channel::Spoken, photos: vec![shown(checked, true), shown(unchecked, false)] };
    phone.say(finding, &Body::FindingFeedback(feedback), &["请清理地面"]);
    phone.push();
    let photos = |contact: &Phone| {
        let cards = bodies(&contact.pull(FeedName::Unit(hall())));
        let mut last = cards.into_iter().filter_map(|body| match body {
            Body::CardWrite(card) => Some(card.photos),
            _ => None,
        });
        last.next_back().unwrap()
    };
    assert_eq!(photos(&contact), []);
    for photo in [checked, unchecked] {
        assert_eq!(phone.upload(photo, "standard", &bytes).status, 201);
    }
    let published = photos(&contact);
    assert_eq!(published.len(), 1);
    let address = format!("/v1/published/{}", published[0]);
    let copy = contact.send("GET", &address, &[]);
    assert_eq!((copy.status, Digest::of(&copy.body)), (200, published[0]));
    assert!(copy.body.starts_with(&[0xff, 0xd8]));
    assert!(!copy.body.windows(8).any(|run| run == b"somebody"));
    assert_eq!(stranger.send("GET", &address, &[]).code(), "photo_unknown");
}

#[test]
fn a_photo_whose_file_is_lost_stops_no_card() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let contact = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "联络员"));
    let bytes = picture();
    let (photo, finding, visit) = (EntityId(fresh()), EntityId(fresh()), phone.visit(hall_1(), Mode::Open));
    phone.say(photo, &add(visit, &bytes), &["", "", ""]);
    phone.push();
    assert_eq!(phone.upload(photo, "standard", &bytes).status, 201);
    let mut folders = vec![dir.path().join("photos")];
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(folder).unwrap().map(|found| found.unwrap().path()) {
            if found.is_dir() { folders.push(found) } else { std::fs::remove_file(found).unwrap() }
        }
    }
    let raise = FindingRaise {
        visit: VisitId(visit),
        site: hall_1(),
        item: "W5-1".parse().unwrap(),
        severity: Severity::Minor,
        photos: vec![PhotoId(photo)],
    };
    phone.say(finding, &Body::FindingRaise(raise), &["地面有积水"]);
    let shown = PhotoShown { photo: PhotoId(photo), checked: true, blur: Vec::new() };
    let feedback = FindingFeedback { channel: Channel::Spoken, photos: vec![shown] };
    phone.say(finding, &Body::FindingFeedback(feedback), &["请清理地面"]);
    phone.push();
    let told = bodies(&contact.pull(FeedName::Unit(hall())));
    assert!(told.iter().any(|body| matches!(body, Body::CardWrite(card) if card.photos.is_empty())));
    serving.city.catch_up().unwrap();
}

#[test]
fn a_contact_adds_no_photo_to_the_visit_of_an_inspector() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    let mut contact = Phone::of(&serving, person(Role::Contact, &[], Some(hall()), "联络员"));
    let visit = phone.visit(hall_1(), Mode::Open);
    phone.push();
    contact.say(EntityId(fresh()), &add(visit, &picture()), &["", "", ""]);
    let own = contact.visit(hall_1(), Mode::SelfCheck);
    contact.say(EntityId(fresh()), &add(own, &picture()), &["", "", ""]);
    let ruled: Vec<_> = contact.push().ruled.iter().map(|one| (one.seq, one.reason)).collect();
    assert_eq!(ruled, [(2, Some(mingcha_model::Refusal::Role))]);
}
