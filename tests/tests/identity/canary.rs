//! Every text, byte string and id that inspectors wrote is a canary: none of them sings at a unit's contact.
//!
//! The canaries are not listed here: they are whatever stands in the segments that the city received from inspectors,
//! walked field by field, and every kind of statement that an inspector may make has to be among them.

use std::collections::{BTreeMap, BTreeSet};

use mingcha_model::{Body, EntityId, Text};
use mingcha_model::{Digest, FindingId, Grants, Kind, LogId, PersonId, Place, Role, SiteId, permit};
use mingcha_sync::Segment;
use mingcha_tests::draw;
use minicbor::Decoder;
use minicbor::data::Type;

use crate::search::{SHORTEST, Secret, found, opened, pages};
use crate::world::{Mobile, World, files, received, stored};

const DEMAND: &str = "公开的要求：清理坡道";
const COVERT_DEMAND: &str = "公开的要求：移走车辆";

/// Weeks in which inspectors say everything that inspectors may say; the findings that the unit was told of by their
/// inspector, whose ids are therefore its own.
fn live() -> (World, Mobile, Mobile, Vec<FindingId>) {
    let mut world = World::found("2026-03-02T08:00:00+08:00");
    let mut anna = world.phone("金丝雀安娜", Role::Inspector, 37_123);
    let mut ben = world.phone("金丝雀本杰明", Role::Inspector, 0);
    let mut chief = world.phone("主管", Role::Supervisor, 0);
    let mut dora = world.phone("朵拉", Role::Contact, 0);
    let pictures: Vec<_> = (0..6).map(|number| draw(world.below(), 70 + number)).collect();
    let mut act = 0;
    let mut next = || {
        act += 1;
        act
    };
    for mobile in [&mut anna, &mut ben, &mut chief, &mut dora] {
        mobile.sync(next());
    }
    let with = ben.phone.status().unwrap().person.unwrap().to_string();

    // An open visit of two, with everything that can be said of it.
    let visit = anna.act(next(), |phone| phone.visit_start("GOV-01", "joint", &[], &[with])).visit.to_string();
    let photo = anna.act(next(), |phone| phone.visit_photo(&visit, &pictures[0], Some("W5-3"))).photo.to_string();
    let other = anna.act(next(), |phone| phone.visit_photo(&visit, &pictures[1], None)).photo.to_string();
    anna.act(next(), |phone| phone.photo_put(&other, "W5-1", None));
    let mistaken = anna.act(next(), |phone| phone.visit_photo(&visit, &pictures[5], None)).photo.to_string();
    anna.act(next(), |phone| phone.photo_ready(&mistaken));
    anna.act(next(), |phone| phone.erase_photo(&mistaken));
    anna.act(next(), |phone| {
        phone.visit_answer(&visit, "W5-3", "no", Some("金丝雀备注一"), std::slice::from_ref(&photo), None)
    });
    let raised = anna.act(next(), |phone| phone.finding_raise(&visit, "W5-3", "金丝雀情况二", None, &[photo])).finding;
    let same = anna.act(next(), |phone| phone.finding_raise(&visit, "W5-3", "金丝雀情况三", None, &[other])).finding;
    let (finding, twin) = (raised.to_string(), same.to_string());
    anna.act(next(), |phone| phone.finding_correct(&finding, "金丝雀更正四"));
    anna.act(next(), |phone| phone.finding_duplicate(&twin, &finding, Some("金丝雀重复五"), None));
    anna.act(next(), |phone| phone.visit_submit(&visit));
    anna.act(next(), |phone| phone.visit_remark(&visit, "金丝雀补充六"));
    anna.act(next(), |phone| phone.finding_feedback(&finding, Some(DEMAND), true));
    anna.act(next(), |phone| phone.finding_fixed(&finding, std::slice::from_ref(&pictures[2])));

    // A visit begun at the wrong door, moved, and taken back.
    let wrong = anna.act(next(), |phone| phone.visit_start("GOV-01", "special", &[], &[])).visit.to_string();
    let elsewhere = elsewhere(&anna);
    anna.act(next(), |phone| phone.visit_move(&wrong, &elsewhere, None));
    anna.act(next(), |phone| phone.visit_void(&wrong, "金丝雀作废七", None));

    // Two visits under cover.
    let mut originals = Vec::new();
    for (word, picture) in ["金丝雀暗访八", "金丝雀暗访九"].into_iter().zip(&pictures[3..]) {
        let covert = anna.act(next(), |phone| phone.visit_start("GOV-01", "undercover", &[], &[])).visit.to_string();
        let photo = anna.act(next(), |phone| phone.visit_photo(&covert, picture, Some("W5-1"))).photo.to_string();
        anna.act(next(), |phone| phone.visit_answer(&covert, "W5-1", "no", Some(word), &[], None));
        let seen = anna.act(next(), |phone| phone.finding_raise(&covert, "W5-1", word, None, &[photo])).finding;
        anna.act(next(), |phone| phone.visit_submit(&covert));
        anna.act(next(), |phone| phone.visit_remark(&covert, word));
        // What she decides of it herself is replaced by what a supervisor decides, who had read it.
        anna.act(next(), |phone| phone.finding_recheck(&seen.to_string(), "fail", None, Some(word), &[], None));
        originals.push(seen.to_string());
    }
    for _ in 0..2 {
        for mobile in [&mut anna, &mut ben, &mut chief, &mut dora] {
            mobile.sync(next());
        }
    }
    for original in &originals {
        chief.act(next(), |phone| phone.finding_recheck(original, "fail", None, Some("主管复查"), &[], None));
        chief.act(next(), |phone| phone.finding_feedback(original, Some(COVERT_DEMAND), true));
    }
    // Served with a notice; what the unit said to it at the counter is written down by who was there.
    chief.act(next(), |phone| phone.finding_notice(&finding, None));
    for mobile in [&mut chief, &mut anna] {
        mobile.sync(next());
    }
    anna.act(next(), |phone| phone.finding_acknowledge(&finding, "金丝雀签收十一", true));
    anna.act(next(), |phone| phone.finding_decline(&finding, "金丝雀拒签十二"));
    world.time.set("2026-03-16T10:00:00+08:00");
    let again = anna.act(next(), |phone| phone.visit_start("GOV-01", "recheck", &[], &[])).visit.to_string();
    let seen = std::slice::from_ref(&pictures[5]);
    anna.act(next(), |phone| phone.finding_recheck(&finding, "fail", Some(&again), Some("金丝雀复查十"), seen, None));
    anna.act(next(), |phone| phone.visit_submit(&again));
    for _ in 0..2 {
        for mobile in [&mut anna, &mut chief, &mut ben, &mut dora] {
            mobile.sync(next());
        }
    }
    assert_eq!(dora.phone.finding_list(None, false, None).unwrap().len(), 3, "the unit was told of three");
    assert_eq!(dora.phone.photo_list().unwrap().len(), 3, "with a photo of each");
    (world, ben, dora, vec![raised])
}

/// Another site of the same area, which the contact's unit does not run.
fn elsewhere(anna: &Mobile) -> String {
    let sites = anna.phone.sites(&mingcha::SiteFilter::default()).unwrap();
    let here = sites.iter().find(|site| site.code == "GOV-01").unwrap().clone();
    let other =
        sites.iter().find(|site| site.area == here.area && site.unit != here.unit).expect("another unit's site");
    other.code.clone()
}

/// What the city received from people of this role: canaries, and the kinds of statements among them.
fn written(world: &World, role: Role) -> (BTreeSet<Secret>, BTreeSet<Kind>) {
    let city = rusqlite::Connection::open(world.below().join("city/city.db")).unwrap();
    let number = [Role::Inspector, Role::Supervisor, Role::Contact, Role::Office, Role::Auditor]
        .iter()
        .position(|known| *known == role)
        .unwrap();
    let mut secrets = BTreeSet::new();
    let mut keep = |what: &str, bytes: &[u8]| {
        if bytes.len() >= SHORTEST {
            secrets.insert(Secret { what: what.to_owned(), bytes: bytes.to_vec() });
        }
    };
    let mut people = city
        .prepare("SELECT person.person, name, device, key FROM person JOIN device USING (person) WHERE role = ?1")
        .unwrap();
    let mut rows = people.query([number]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        keep("a person", &row.get::<_, Vec<u8>>(0).unwrap());
        keep("a name", row.get::<_, String>(1).unwrap().as_bytes());
        keep("a device", &row.get::<_, Vec<u8>>(2).unwrap());
        keep("a device's key", &row.get::<_, Vec<u8>>(3).unwrap());
    }
    let mut kinds = BTreeSet::new();
    let mut segments = city
        .prepare("SELECT bytes FROM segment JOIN log USING (log) JOIN person USING (person) WHERE role = ?1")
        .unwrap();
    let mut rows = segments.query([number]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let segment = Segment::from_bytes(&row.get::<_, Vec<u8>>(0).unwrap()).unwrap();
        let opened = segment.open().unwrap();
        keep("a log", &segment.log.0);
        keep("a head", &opened.head.0);
        keep("a payload", &opened.payload_hash.0);
        for op in &opened.ops {
            kinds.insert(op.kind);
            let name = op.kind.name();
            keep(&format!("the entity of {name}"), &op.entity.0);
            op.over.iter().for_each(|named| keep(&format!("what {name} replaces"), &named.log.0));
            if let Some(origin) = op.origin {
                keep(&format!("the origin of {name}"), &origin.log.0);
            }
            for text in &op.texts {
                if let Text::Plain { salt, text } = text {
                    keep(&format!("a text of {name}"), text.as_bytes());
                    keep(&format!("a salt of {name}"), salt);
                }
                keep(&format!("a text's hash of {name}"), &text.hash().0);
            }
            for bytes in strings(&op.body) {
                keep(&format!("the body of {name}"), &bytes);
            }
        }
    }
    (secrets, kinds)
}

/// Every byte string and text of a CBOR value, wherever it stands.
fn strings(cbor: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = Decoder::new(cbor);
    let mut strings = Vec::new();
    while decoder.position() < cbor.len() {
        match decoder.datatype().unwrap() {
            Type::Bytes => strings.push(decoder.bytes().unwrap().to_vec()),
            Type::String => strings.push(decoder.str().unwrap().as_bytes().to_vec()),
            // What stands in an array is met one after another.
            Type::Array => drop(decoder.array().unwrap()),
            Type::Map => drop(decoder.map().unwrap()),
            _ => decoder.skip().unwrap(),
        }
    }
    strings
}

/// The kinds that an inspector may say, by the model's own word.
fn kinds_of_inspectors() -> BTreeSet<Kind> {
    let area = mingcha_city::load::area_id("DH");
    let who = Grants { role: Role::Inspector, areas: vec![area], unit: None };
    let place = Place { area, unit: mingcha_city::load::unit_id("MC-GOV"), covert: false, self_check: false };
    let mut kinds: BTreeSet<Kind> = (0..Kind::AREA_SET.0)
        .map(Kind)
        .filter(|kind| kind.most_texts().is_some())
        .filter(|kind| permit(&who, &Body::Unknown(*kind), Some(&place)).is_ok())
        .collect();
    kinds.insert(Kind::LOG_OPEN);
    kinds
}

/// Everything that a phone received and stores, opened wherever it is packed.
fn held(mobile: &Mobile) -> Vec<(String, Vec<u8>)> {
    let replies = received(mobile);
    let (pages, count) = pages(&replies);
    assert!(count > 0, "pages were read");
    let mut all: Vec<(String, Vec<u8>)> = pages.into_iter().map(|page| ("a page".to_owned(), page)).collect();
    all.extend(opened(&replies).into_iter().map(|bytes| ("a reply".to_owned(), bytes)));
    for (table, rows) in stored(mobile) {
        for value in rows.into_iter().flatten() {
            all.extend(opened(&value).into_iter().map(|bytes| (table.clone(), bytes)));
        }
    }
    all.extend(files(mobile).into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)));
    for (number, photo) in mobile.phone.photo_list().unwrap().into_iter().enumerate() {
        let out = mobile.folder.join(format!("saved-{number}.jpg"));
        for copy in photo.here {
            let _ = std::fs::remove_file(&out);
            mobile.phone.photo_save(&photo.photo.to_string(), copy, &out).unwrap();
            all.push((format!("photo {number} {copy}"), std::fs::read(&out).unwrap()));
        }
        std::fs::remove_file(&out).unwrap();
    }
    all
}

#[test]
fn nothing_that_an_inspector_wrote_reaches_a_contact_but_what_a_card_is_meant_to_say() {
    let (world, ben, dora, told) = live();
    let (canaries, kinds) = written(&world, Role::Inspector);
    let silent: Vec<&str> = kinds_of_inspectors().difference(&kinds).map(|kind| kind.name()).collect();
    assert!(silent.is_empty(), "an inspector may say more than the story says: {silent:?}");
    assert!(canaries.len() > 150, "{} canaries", canaries.len());

    // What a card is meant to say: where, of which finding that was raised in the open, what is to be done.
    let site: SiteId = mingcha_city::load::site_id("GOV-01");
    let mut meant: BTreeSet<Vec<u8>> = told.iter().map(|finding| finding.as_bytes().to_vec()).collect();
    meant.extend([site.as_bytes().to_vec(), DEMAND.as_bytes().to_vec()]);
    let (meant, secret): (Vec<Secret>, Vec<Secret>) =
        canaries.into_iter().partition(|canary| meant.contains(&canary.bytes));
    let everything = held(&dora);
    assert_eq!(found(&secret, &everything), Vec::<String>::new());

    // The same search finds what is meant to be there, and on a colleague's phone nearly all of the open visit.
    assert!(found(&meant, &everything).len() >= 3, "{meant:?}");
    let covert_demand = Secret { what: "the demand".to_owned(), bytes: COVERT_DEMAND.as_bytes().to_vec() };
    assert_eq!(found(&[covert_demand], &everything).len(), 1);
    let colleague = held(&ben);
    let heard = found(&secret, &colleague);
    assert!(heard.len() > 40 && heard.iter().any(|hit| hit.contains("金丝雀备注一")), "{heard:#?}");
    // Of the visits under cover a colleague hears as little as the unit.
    for word in ["金丝雀暗访八", "金丝雀暗访九"] {
        assert!(!heard.iter().any(|hit| hit.contains(word)), "{word}");
    }
}

#[test]
fn no_byte_of_an_undercover_visit_reaches_a_colleague() {
    let (world, ben, _, _) = live();
    let (canaries, _) = written(&world, Role::Inspector);
    let city = rusqlite::Connection::open(world.below().join("city/city.db")).unwrap();
    let covert: BTreeMap<LogId, PersonId> = {
        let mut statement = city.prepare("SELECT log, person FROM log WHERE covert = 1").unwrap();
        let rows = statement.query_map([], |row| Ok((LogId(row.get(0)?), PersonId(EntityId(row.get(1)?))))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(covert.len(), 2, "one log for each visit");
    let mut own: BTreeSet<Vec<u8>> = covert.keys().map(|log| log.0.to_vec()).collect();
    let mut statement = city.prepare("SELECT entity FROM entity WHERE covert = 1").unwrap();
    let entities = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap().map(Result::unwrap);
    own.extend(entities);
    let mut statement =
        city.prepare("SELECT sha256 FROM photo JOIN entity ON entity = photo WHERE covert = 1").unwrap();
    let files: Vec<Digest> =
        statement.query_map([], |row| Ok(Digest(row.get(0)?))).unwrap().map(Result::unwrap).collect();
    own.extend(files.iter().map(|file| file.0.to_vec()));
    assert!(own.len() > 12, "{}", own.len());
    let secret: Vec<Secret> = canaries
        .into_iter()
        .filter(|canary| own.contains(&canary.bytes) || canary.bytes.starts_with("金丝雀暗访".as_bytes()))
        .collect();
    assert!(secret.len() > 12, "{secret:?}");
    assert_eq!(found(&secret, &held(&ben)), Vec::<String>::new());
}
