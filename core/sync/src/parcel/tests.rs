//! Parcels in a small world: written, carried, cut and changed anywhere, of another city, of another version.

use super::*;
use crate::key::SoftwareKey;
use mingcha_model::PhotoId;

/// Chance that can be told again.
fn counting(from: u8) -> impl FnMut(&mut [u8]) {
    let mut next = from;
    move |bytes| {
        bytes.fill_with(|| {
            next = next.wrapping_mul(31).wrapping_add(17);
            next
        });
    }
}

fn city(seed: u8) -> (ParcelSecret, ParcelKey) {
    let secret = ParcelSecret::from_seed(&[seed; 32]);
    let key = ParcelKey::signed(&secret, &SoftwareKey::from_bytes(&[seed; 32]).unwrap()).unwrap();
    (secret, key)
}

const COUNTED: ParcelCounts = ParcelCounts { segments: 1, ops: 7, photos: 1 };

fn photo() -> Vec<u8> {
    (0..100_000_u32).flat_map(u32::to_be_bytes).collect()
}

/// A parcel of one segment and one photo of several chunks.
fn written(key: &ParcelKey) -> Vec<u8> {
    let mut parcel = ParcelWriter::begin(Vec::new(), key, &mut counting(1)).unwrap();
    parcel.record(&ParcelRecord::Segment(vec![5; 900].into(), None)).unwrap();
    let (id, bytes) = (PhotoId::from_random([4; 16]), photo());
    let length = u64::try_from(bytes.len()).unwrap();
    parcel.record(&ParcelRecord::Photo(id, PhotoCopy::Standard, Digest::of(&bytes), length)).unwrap();
    bytes.chunks(1_000).for_each(|piece| parcel.bytes(piece).unwrap());
    parcel.finish(1, COUNTED).unwrap().0
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}

/// Reads a parcel to its end.
fn read(bytes: &[u8], secret: &ParcelSecret) -> Result<Digest, ParcelError> {
    let mut parcel = ParcelReader::open(bytes, length(bytes), secret)?;
    loop {
        match parcel.record()? {
            ParcelRecord::Photo(_, _, _, bytes) => {
                let mut photo = vec![0; usize::try_from(bytes).map_err(|_| ParcelError::Damaged)?];
                parcel.bytes(&mut photo)?;
            }
            ParcelRecord::End(_, counts) => return parcel.finish(counts),
            _ => {}
        }
    }
}

fn look(bytes: &[u8]) -> Result<ParcelFace, ParcelError> {
    look_at_parcel(&mut &*bytes, length(bytes), &mut |_| Ok(()))
}

#[test]
fn what_was_written_is_read_by_its_city_and_counted_by_anybody() {
    let (secret, key) = city(1);
    let bytes = written(&key);
    let mut parcel = ParcelReader::open(bytes.as_slice(), length(&bytes), &secret).unwrap();
    assert_eq!(parcel.record().unwrap(), ParcelRecord::Segment(vec![5; 900].into(), None));
    assert!(matches!(parcel.record().unwrap(), ParcelRecord::Photo(_, PhotoCopy::Standard, _, 400_000)));
    let mut found = vec![0; 400_000];
    parcel.bytes(&mut found).unwrap();
    assert_eq!(found, photo());
    assert_eq!(parcel.record().unwrap(), ParcelRecord::End(1, COUNTED));
    let name = parcel.finish(COUNTED).unwrap();

    let mut copied = Vec::new();
    let face = look_at_parcel::<ParcelError>(&mut bytes.as_slice(), length(&bytes), &mut |piece| {
        copied.extend_from_slice(piece);
        Ok(())
    });
    let face = face.unwrap();
    assert_eq!((face.sha256, face.counts, copied == bytes), (name, COUNTED, true));
    assert!(key.is_of(&face));
    assert!(!city(2).1.is_of(&face));
}

#[test]
fn a_parcel_that_is_cut_anywhere_is_refused_by_its_city_and_by_its_carrier() {
    let (secret, key) = city(1);
    let bytes = written(&key);
    let chunk = usize::try_from(SEALED).unwrap();
    let ends = [50, 50 + chunk, 50 + 2 * chunk, bytes.len() - 56, bytes.len() - 32];
    for end in (0..bytes.len()).step_by(997).chain(ends).chain([bytes.len() - 1]) {
        assert!(read(&bytes[..end], &secret).is_err(), "{end}");
        assert!(look(&bytes[..end]).is_err(), "{end}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(read(&longer, &secret).is_err());
    assert!(look(&longer).is_err());
}

#[test]
fn a_changed_bit_anywhere_is_refused_by_both() {
    let (secret, key) = city(1);
    let mut bytes = written(&key);
    let last = bytes.len() - 100;
    for place in (0..last).step_by(1_499).chain(0..60).chain(last..bytes.len()) {
        bytes[place] ^= 4;
        assert!(read(&bytes, &secret).is_err(), "{place}");
        assert!(look(&bytes).is_err(), "{place}");
        bytes[place] ^= 4;
    }
    read(&bytes, &secret).unwrap();
}

/// Whoever has no key can make the outside fit again, and nothing else.
fn with_new_hash(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 32;
    let sha256 = Digest::of(&bytes[..end]);
    bytes[end..].copy_from_slice(&sha256.0);
    bytes
}

#[test]
fn a_carrier_who_mends_the_outside_is_found_out_by_the_city() {
    let (secret, key) = city(1);
    let bytes = written(&key);
    let (chunk, foot) = (usize::try_from(SEALED).unwrap(), bytes.len() - 56);
    let cut = [&bytes[..50 + chunk], &bytes[foot..]].concat();
    let mut swapped = bytes.clone();
    swapped[50..50 + chunk].copy_from_slice(&bytes[50 + chunk..50 + 2 * chunk]);
    swapped[50 + chunk..50 + 2 * chunk].copy_from_slice(&bytes[50..50 + chunk]);
    let mut recounted = bytes.clone();
    recounted[foot + 7] ^= 1;
    for forged in [cut, swapped, recounted].map(with_new_hash) {
        assert!(look(&forged).is_ok(), "the outside alone cannot tell");
        assert!(matches!(read(&forged, &secret), Err(ParcelError::Damaged)));
    }
}

#[test]
fn another_city_a_newer_version_and_something_else_are_told_apart() {
    let bytes = written(&city(1).1);
    assert!(matches!(read(&bytes, &city(2).0), Err(ParcelError::OtherCity)));
    let mut dressed = bytes.clone();
    dressed[10..18].copy_from_slice(&written(&city(2).1)[10..18]);
    assert!(
        matches!(read(&with_new_hash(dressed), &city(2).0), Err(ParcelError::Damaged)),
        "another name opens nothing"
    );
    let newer = with_new_hash([&bytes[..8], &[2], &bytes[9..]].concat());
    assert!(matches!(read(&newer, &city(1).0), Err(ParcelError::Newer)));
    assert!(matches!(look(&newer), Err(ParcelError::Newer)));
    assert!(matches!(look(b"PK\x03\x04 a picture book"), Err(ParcelError::NotAParcel)));
    assert!(matches!(look(b""), Err(ParcelError::NotAParcel)));
}

#[test]
fn the_length_of_a_parcel_tells_little_and_two_of_the_same_have_nothing_in_common() {
    let (_, key) = city(1);
    let sealed = |random: u8, segment: usize| {
        let mut parcel = ParcelWriter::begin(Vec::new(), &key, &mut counting(random)).unwrap();
        parcel.record(&ParcelRecord::Segment(vec![5; segment].into(), None)).unwrap();
        parcel.finish(1, ParcelCounts::default()).unwrap().0
    };
    let (one, other) = (sealed(1, 10), sealed(2, 40_000));
    assert_eq!(one.len(), other.len());
    let again = sealed(2, 10);
    let same = one.iter().zip(&again).skip(18).filter(|(one, again)| one == again).count();
    assert!(same < one.len() / 100, "{same} bytes are alike");
}

#[test]
fn a_record_that_claims_to_be_huge_takes_no_memory() {
    let (secret, key) = city(1);
    let mut parcel = ParcelWriter::begin(Vec::new(), &key, &mut counting(1)).unwrap();
    parcel.bytes(&u32::MAX.to_be_bytes()).unwrap();
    let bytes = parcel.finish(0, ParcelCounts::default()).unwrap().0;
    assert!(matches!(read(&bytes, &secret), Err(ParcelError::Damaged)));
}

#[test]
fn the_key_of_a_city_is_believed_under_its_signature_alone() {
    let (_, key) = city(1);
    let signer = |seed| SoftwareKey::from_bytes(&[seed; 32]).unwrap();
    assert!(key.is_signed_by(&signer(1).public_key()));
    assert!(!key.is_signed_by(&signer(2).public_key()));
    let forged = ParcelKey { key: city(2).1.key, ..key };
    assert!(!forged.is_signed_by(&signer(1).public_key()));
}
