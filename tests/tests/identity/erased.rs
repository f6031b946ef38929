//! A photo that was erased: nothing readable of it stands in any file of any phone, nor of the city.
//!
//! Its pixels, its look, what its camera claimed and the salts of all that are secrets; they are looked for in every
//! table with what is packed in it, in every file, and in every copy that a phone still gives out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mingcha_model::{Digest, Kind, Role, Text};
use mingcha_sync::Segment;
use mingcha_tests::{draw, draw_as_camera};

use crate::search::{Secret, found, opened};
use crate::world::{Mobile, World, files, stored};

/// The texts of the op that added this photo, with their salts, as the city received them.
fn words(world: &World, photo: &str) -> Vec<Secret> {
    let city = rusqlite::Connection::open(world.below().join("city/city.db")).unwrap();
    let mut segments = city.prepare("SELECT bytes FROM segment").unwrap();
    let mut rows = segments.query([]).unwrap();
    let mut secrets = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let segment = Segment::from_bytes(&row.get::<_, Vec<u8>>(0).unwrap()).unwrap();
        for op in segment.open().unwrap().ops {
            if op.kind != Kind::PHOTO_ADD || op.entity.to_string() != photo {
                continue;
            }
            for text in &op.texts {
                if let Text::Plain { salt, text } = text {
                    secrets.push(Secret { what: "a salt".to_owned(), bytes: salt.to_vec() });
                    if !text.is_empty() {
                        secrets.push(Secret { what: "a text".to_owned(), bytes: text.as_bytes().to_vec() });
                    }
                }
            }
        }
    }
    secrets
}

/// A piece out of the middle of a picture, which no other picture has.
fn piece(what: &str, picture: &[u8]) -> Secret {
    let middle = picture.len() / 2;
    Secret { what: what.to_owned(), bytes: picture[middle..middle + 48].to_vec() }
}

/// Everything that a phone holds: its tables with what is packed in them, its files, the copies that it gives out.
fn of_phone(mobile: &Mobile) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (table, rows) in stored(mobile) {
        for value in rows.into_iter().flatten() {
            all.extend(opened(&value).into_iter().map(|bytes| (table.clone(), bytes)));
        }
    }
    all.extend(files(mobile).into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)));
    for photo in mobile.phone.photo_list().unwrap() {
        for copy in photo.here {
            let out = mobile.folder.join("saved.jpg");
            mobile.phone.photo_save(&photo.photo.to_string(), copy, &out).unwrap();
            all.push((format!("{copy} of {}", photo.photo), std::fs::read(&out).unwrap()));
            std::fs::remove_file(&out).unwrap();
        }
    }
    all
}

/// Every file of the city as it lies on the disk, and every value of its databases with what is packed in it.
fn of_city(world: &World) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (path, bytes) in below(&world.below().join("city")) {
        all.extend(opened(&bytes).into_iter().map(|bytes| (path.display().to_string(), bytes)));
    }
    for name in ["city.db", "read.db"] {
        let database = rusqlite::Connection::open(world.below().join("city").join(name)).unwrap();
        let mut names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
        let tables: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        for table in tables {
            let mut statement = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    use rusqlite::types::ValueRef;
                    if let ValueRef::Blob(bytes) | ValueRef::Text(bytes) = row.get_ref(column).unwrap() {
                        all.extend(opened(bytes).into_iter().map(|bytes| (format!("{name} {table}"), bytes)));
                    }
                }
            }
        }
    }
    all
}

fn below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

/// A story in which a photo was taken, published and fetched, and what is secret of it; and one beside it that stays.
struct Story {
    world: World,
    anna: Mobile,
    ben: Mobile,
    chief: Mobile,
    dora: Mobile,
    photo: String,
    secrets: Vec<Secret>,
    stays: Vec<Secret>,
}

fn story() -> Story {
    let mut world = World::found("2026-03-02T08:00:00+08:00");
    let mut anna = world.phone("安娜", Role::Inspector, 0);
    let mut ben = world.phone("本", Role::Inspector, 0);
    let mut chief = world.phone("主管", Role::Supervisor, 0);
    let mut dora = world.phone("朵拉", Role::Contact, 0);
    for (number, mobile) in (1..).zip([&mut anna, &mut ben, &mut chief, &mut dora]) {
        mobile.sync(number);
    }
    let file = draw_as_camera(world.below(), 81, "ERASEDMAKE", "ERASEDMODEL");
    let other = draw_as_camera(world.below(), 82, "KEPTMAKE", "KEPTMODEL");
    let visit = anna.act(10, |phone| phone.visit_start("GOV-01", "open", &[], &[])).visit.to_string();
    let photo = anna.act(11, |phone| phone.visit_photo(&visit, &file, Some("W5-1"))).photo.to_string();
    let kept = anna.act(12, |phone| phone.visit_photo(&visit, &other, Some("W5-3"))).photo.to_string();
    anna.act(13, |phone| phone.visit_answer(&visit, "W5-1", "no", None, std::slice::from_ref(&photo), None));
    let finding = anna
        .act(14, |phone| phone.finding_raise(&visit, "W5-1", "地面有水", None, &[photo.clone(), kept.clone()]))
        .finding
        .to_string();
    anna.act(15, |phone| phone.visit_submit(&visit));
    anna.act(16, |phone| phone.finding_feedback(&finding, Some("请清理"), true));
    for round in 0..2 {
        for (number, mobile) in (20 + 10 * round..).zip([&mut anna, &mut ben, &mut chief, &mut dora]) {
            mobile.sync(number);
        }
    }
    for (number, mobile) in (50..).zip([&mut ben, &mut chief]) {
        mobile.act(number, |phone| phone.photo_fetch(false, &mut |_| {}));
    }
    let secrets = secrets(&world, &anna, &dora, &photo, 0);
    let stays = secrets_of_kept(&world, &anna, &kept);
    Story { world, anna, ben, chief, dora, photo, secrets, stays }
}

/// Pieces of every copy of a photo, the published one too, and its words.
fn secrets(world: &World, taker: &Mobile, unit: &Mobile, photo: &str, published: usize) -> Vec<Secret> {
    let mut secrets = secrets_of_kept(world, taker, photo);
    let shown = unit.phone.photo_list().unwrap();
    assert_eq!(shown.len(), 2, "both photos were published");
    let findings = unit.phone.finding_list(None, false, None).unwrap();
    let sha256: Digest = findings[0].photos[published].parse().unwrap();
    let out = world.below().join("published.jpg");
    unit.phone.photo_save(&sha256.to_string(), "published", &out).unwrap();
    secrets.push(piece("the published copy", &std::fs::read(&out).unwrap()));
    std::fs::remove_file(out).unwrap();
    secrets
}

fn secrets_of_kept(world: &World, taker: &Mobile, photo: &str) -> Vec<Secret> {
    let mut secrets = words(world, photo);
    assert!(secrets.len() >= 6, "four salts, a camera and a look: {secrets:?}");
    for copy in ["original", "standard", "thumbnail"] {
        let out = world.below().join(copy);
        taker.phone.photo_save(photo, copy, &out).unwrap();
        secrets.push(piece(copy, &std::fs::read(&out).unwrap()));
        std::fs::remove_file(out).unwrap();
    }
    secrets
}

fn area_hash(mobile: &Mobile) -> (u64, String) {
    let feeds = mobile.phone.status().unwrap().feeds;
    let area = feeds.into_iter().find(|feed| feed.feed.starts_with("area:")).unwrap();
    (area.cursor, area.hash.to_string())
}

#[test]
fn an_erased_photo_stands_in_no_file_of_any_phone_nor_of_the_city_and_every_chain_verifies() {
    let Story { mut world, mut anna, mut ben, mut chief, mut dora, photo, secrets, stays } = story();
    // The search finds all of it while it is there: where it was taken, with a colleague, in the city.
    for (who, everything) in [("anna", of_phone(&anna)), ("ben", of_phone(&ben)), ("the city", of_city(&world))] {
        let seen = found(&secrets, &everything);
        // The words at least, and of the pixels what this one has.
        assert!(seen.len() >= secrets.len() - 2, "{who} has {seen:#?}");
    }
    assert!(!found(&secrets, &of_phone(&dora)).is_empty(), "the unit has a published copy");

    chief.act(100, |phone| phone.erase_photo(&photo));
    let out = world.below().join("gone.jpg");
    assert!(
        chief.phone.photo_save(&photo, "thumbnail", &out).unwrap_err().is_mistake(),
        "gone at once, before any sync"
    );
    for (number, mobile) in (110..).zip([&mut chief, &mut anna, &mut dora]) {
        mobile.sync(number);
    }
    assert_eq!(found(&secrets, &of_city(&world)), Vec::<String>::new());
    for mobile in [&chief, &anna, &dora] {
        assert_eq!(found(&secrets, &of_phone(mobile)), Vec::<String>::new());
    }
    // Who was offline has it still, and has it no more after the next sync.
    assert!(!found(&secrets, &of_phone(&ben)).is_empty());
    ben.sync(120);
    assert_eq!(found(&secrets, &of_phone(&ben)), Vec::<String>::new());
    // A phone that never heard of it before gets the erased form.
    let mut eve = world.phone("伊娃", Role::Inspector, 0);
    eve.sync(130);
    eve.act(131, |phone| phone.photo_fetch(false, &mut |_| {}));
    assert_eq!(found(&secrets, &of_phone(&eve)), Vec::<String>::new());

    for mobile in [&anna, &ben, &chief, &dora, &eve] {
        let verified = mobile.phone.verify().unwrap();
        assert!(verified.ok, "{:?}", verified.first_bad);
        assert_eq!(mobile.phone.status().unwrap().missing_photos, 0);
    }
    for mobile in [&ben, &chief, &eve] {
        assert_eq!(area_hash(mobile), area_hash(&anna));
    }
    // The photo beside it is untouched, and the unit still sees its published copy, alone.
    assert_eq!(found(&stays, &of_phone(&anna)).len(), stays.len());
    assert_eq!(dora.phone.finding_list(None, false, None).unwrap()[0].photos.len(), 1);
    let shown = anna.phone.visit_list().unwrap().remove(0).photos;
    assert_eq!(shown.iter().filter(|row| row.erased && row.placeholder.is_none()).count(), 1);
    // Erasing again changes nothing.
    chief.act(140, |phone| phone.erase_photo(&photo));
    assert_eq!(chief.phone.status().unwrap().waiting_ops, 0);
}

#[test]
fn the_office_erases_at_the_city_and_phones_follow() {
    let Story { world, mut anna, mut ben, photo, secrets, .. } = story();
    let id = photo.parse().unwrap();
    assert!(world.city.erase_photo(id).unwrap());
    assert!(!world.city.erase_photo(id).unwrap(), "once is enough");
    assert_eq!(found(&secrets, &of_city(&world)), Vec::<String>::new());
    for (number, mobile) in (100..).zip([&mut anna, &mut ben]) {
        mobile.sync(number);
        assert_eq!(found(&secrets, &of_phone(mobile)), Vec::<String>::new());
        assert!(mobile.phone.verify().unwrap().ok);
    }
}

#[test]
fn whoever_took_a_photo_erases_it_until_the_visit_is_submitted_even_before_it_was_ever_sent() {
    let mut world = World::found("2026-03-02T08:00:00+08:00");
    let mut anna = world.phone("安娜", Role::Inspector, 0);
    let mut ben = world.phone("本", Role::Inspector, 0);
    anna.sync(1);
    let pictures = [draw(world.below(), 91), draw(world.below(), 92), draw(world.below(), 93)];
    let visit = anna.act(2, |phone| phone.visit_start("GOV-01", "open", &[], &[])).visit.to_string();
    // Before its copies are made nobody has heard of it, and there never was one.
    let unmade = anna.act(120, |phone| phone.visit_photo(&visit, &pictures[0], None)).photo.to_string();
    let taken = [piece("the original", &std::fs::read(&pictures[0]).unwrap())];
    anna.act(121, |phone| phone.erase_photo(&unmade));
    assert_eq!(found(&taken, &of_phone(&anna)), Vec::<String>::new());
    assert!(anna.phone.visit_show(&visit).unwrap().photos.is_empty());

    let unsent = anna.act(3, |phone| {
        let taken = phone.visit_photo(&visit, &pictures[0], None)?;
        phone.photo_finish(&mut |_| {}).map(|_| taken)
    });
    let unsent = unsent.photo.to_string();
    let out = world.below().join("original");
    anna.phone.photo_save(&unsent, "original", &out).unwrap();
    let pixels = [piece("the original", &std::fs::read(&out).unwrap())];
    anna.act(4, |phone| phone.erase_photo(&unsent));
    assert_eq!(found(&pixels, &of_phone(&anna)), Vec::<String>::new());
    assert_eq!(anna.phone.visit_show(&visit).unwrap().photos[0].placeholder, None);
    anna.sync(5);
    assert_eq!(found(&pixels, &of_city(&world)), Vec::<String>::new());

    // Sent already, and the visit still a draft; a colleague may not.
    let sent = anna.act(6, |phone| phone.visit_photo(&visit, &pictures[1], None)).photo.to_string();
    let last = anna.act(7, |phone| phone.visit_photo(&visit, &pictures[2], None)).photo.to_string();
    for (number, mobile) in (8..).zip([&mut anna, &mut ben]) {
        mobile.sync(number);
    }
    assert_eq!(ben.phone.erase_photo(&sent).unwrap_err().code(), "not_now");
    anna.act(10, |phone| phone.erase_photo(&sent));
    for (number, mobile) in (11..).zip([&mut anna, &mut ben]) {
        mobile.sync(number);
    }
    assert!(ben.phone.visit_show(&visit).unwrap().photos.iter().any(|row| row.photo.to_string() == sent && row.erased));

    // Under cover it stands in the visit's own log, like everything else of it.
    let covert = anna.act(14, |phone| phone.visit_start("GOV-01", "undercover", &[], &[])).visit.to_string();
    let seen = anna.act(15, |phone| phone.visit_photo(&covert, &pictures[0], None)).photo.to_string();
    anna.sync(16);
    anna.act(17, |phone| phone.erase_photo(&seen));
    anna.sync(18);
    assert!(anna.phone.visit_show(&covert).unwrap().photos[0].erased);
    assert_eq!(found(&pixels, &of_city(&world)), Vec::<String>::new());

    anna.act(20, |phone| phone.visit_submit(&visit));
    assert_eq!(anna.phone.erase_photo(&last).unwrap_err().code(), "not_now");
    anna.sync(21);
    assert!(anna.phone.verify().unwrap().ok && ben.phone.verify().unwrap().ok);
    assert!(anna.phone.erase_photo("00000000-0000-4000-8000-000000000000").unwrap_err().is_mistake());
}
