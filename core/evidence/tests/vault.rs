//! The vault on a real folder, and on disks that fill up or die.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use mingcha_evidence::{CHUNK, CopyKind, EvidenceError, FILE_LIMIT, FileKey, Outcome, Sealed, Sweep, Vault, VaultKey};
use mingcha_model::Digest;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// The length of the header and of a sealed chunk, as the format says.
const HEADER: usize = 102;
const SEALED_CHUNK: usize = CHUNK + 16;

fn vault_key() -> VaultKey {
    VaultKey::from_bytes([9; 32])
}

/// Chance that repeats itself: two vaults with the same seed draw the same keys.
fn random(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[1];
        }
    }
}

fn photo(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random(length as u64)(&mut bytes);
    bytes
}

struct Scene {
    folder: tempfile::TempDir,
    vault: Vault,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), vault_key()).unwrap();
        Self { folder, vault }
    }

    fn put(&self, bytes: &[u8], seed: u64) -> Sealed {
        self.vault.put(&mut &*bytes, CopyKind::Original, &mut random(seed)).unwrap()
    }

    fn path(&self, name: &Digest) -> PathBuf {
        self.folder.path().join(name.to_string())
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "vault.lock")
            .collect();
        names.sort();
        names
    }
}

#[test]
fn photos_of_every_length_come_back_as_they_were() {
    let scene = Scene::new();
    for length in [1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
        let bytes = photo(length);
        let sealed = scene.put(&bytes, length as u64);
        assert_eq!((sealed.sha256, sealed.bytes), (Digest::of(&bytes), length as u64));
        assert_eq!(sealed.outcome, Outcome::New);
        assert_eq!(scene.vault.read(&sealed.sha256, &sealed.key).unwrap(), bytes);
        let mut streamed = Vec::new();
        scene.vault.open_file(&sealed.sha256, &sealed.key).unwrap().read_to_end(&mut streamed).unwrap();
        assert_eq!(streamed, bytes);
        let on_disk = fs::read(scene.path(&sealed.sha256)).unwrap();
        assert_eq!(on_disk.len(), HEADER + length + 16 * length.div_ceil(CHUNK));
        assert!(length < 16 || !on_disk.windows(16).any(|window| window == &bytes[..16]), "plaintext on the disk");
    }
    assert_eq!(scene.files().len(), 7, "no temporary file is left");
}

#[test]
fn an_empty_photo_is_not_accepted_and_leaves_nothing() {
    let scene = Scene::new();
    let refused = scene.vault.put(&mut std::io::empty(), CopyKind::Original, &mut random(1));
    assert_eq!(refused, Err(EvidenceError::Empty));
    assert!(scene.files().is_empty());
}

#[test]
fn a_source_that_never_ends_is_cut_short_and_leaves_nothing() {
    let scene = Scene::new();
    let refused = scene.vault.put(&mut std::io::repeat(7), CopyKind::Original, &mut random(1)).unwrap_err();
    assert!(matches!(refused, EvidenceError::FileTooLarge { limit: FILE_LIMIT, .. }));
    assert!(scene.files().is_empty());
}

#[test]
fn the_same_photo_twice_is_one_file_with_one_key() {
    let scene = Scene::new();
    let bytes = photo(100_000);
    let first = scene.put(&bytes, 1);
    let before = fs::read(scene.path(&first.sha256)).unwrap();
    let second = scene.put(&bytes, 2);
    assert_eq!(second, Sealed { outcome: Outcome::AlreadyThere, ..first.clone() });
    assert_eq!(fs::read(scene.path(&first.sha256)).unwrap(), before);
    assert_eq!(scene.files(), [first.sha256.to_string()]);
}

#[test]
fn threads_that_put_the_same_photo_at_once_agree_on_its_key() {
    let scene = Scene::new();
    let bytes = photo(200_000);
    let keys: Vec<FileKey> = std::thread::scope(|scope| {
        let puts: Vec<_> = (0..4)
            .map(|seed| {
                scope.spawn({
                    let (scene, bytes) = (&scene, &bytes);
                    move || scene.put(bytes, seed).key
                })
            })
            .collect();
        puts.into_iter().map(|put| put.join().unwrap()).collect()
    });
    assert!(keys.windows(2).all(|two| two[0] == two[1]));
    assert_eq!(scene.vault.read(&Digest::of(&bytes), &keys[0]).unwrap(), bytes);
}

#[test]
fn a_file_that_no_longer_opens_is_mended_by_the_next_put() {
    let scene = Scene::new();
    let bytes = photo(CHUNK * 2);
    let sealed = scene.put(&bytes, 1);
    let mut on_disk = fs::read(scene.path(&sealed.sha256)).unwrap();
    on_disk[HEADER + SEALED_CHUNK] ^= 1;
    fs::write(scene.path(&sealed.sha256), on_disk).unwrap();
    let mended = scene.put(&bytes, 2);
    assert_eq!(mended.outcome, Outcome::Mended);
    assert_eq!(scene.vault.read(&mended.sha256, &mended.key).unwrap(), bytes);
}

#[test]
fn a_file_that_another_key_may_still_open_is_never_replaced() {
    let scene = Scene::new();
    let bytes = photo(1_000);
    let sealed = scene.put(&bytes, 1);
    let stranger = Vault::open(scene.folder.path(), VaultKey::from_bytes([1; 32])).unwrap();
    let refused = stranger.put(&mut &*bytes, CopyKind::Original, &mut random(2));
    assert_eq!(refused, Err(EvidenceError::KeyNotReadable));
    assert_eq!(stranger.adopt(&sealed.sha256), Err(EvidenceError::KeyNotReadable));
    assert_eq!(scene.vault.read(&sealed.sha256, &sealed.key).unwrap(), bytes);
    assert_eq!(scene.files(), [sealed.sha256.to_string()]);
}

#[test]
fn every_single_flipped_byte_is_found_and_its_chunk_named() {
    let scene = Scene::new();
    let bytes = photo(CHUNK + 300);
    let sealed = scene.put(&bytes, 1);
    let path = scene.path(&sealed.sha256);
    let good = fs::read(&path).unwrap();
    let places = (0..HEADER + 40)
        .chain((HEADER + 40..HEADER + SEALED_CHUNK - 40).step_by(997))
        .chain(HEADER + SEALED_CHUNK - 40..good.len());
    for at in places {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        fs::write(&path, bad).unwrap();
        let read = scene.vault.read(&sealed.sha256, &sealed.key);
        let expected = match at {
            0..8 => EvidenceError::NotSealed,
            8 => EvidenceError::UnknownSealVersion { version: 0x41 },
            9 => EvidenceError::UnknownSealSuite { suite: 0x41 },
            30..HEADER => {
                // The key slot: the row's key opens the photo still, and the damage shows to who needs the slot.
                assert_eq!(read.unwrap(), bytes);
                assert_eq!(scene.vault.adopt(&sealed.sha256), Err(EvidenceError::KeyNotReadable), "byte {at}");
                continue;
            }
            _ if at < HEADER + SEALED_CHUNK => EvidenceError::SealBroken { chunk: 0 },
            _ => EvidenceError::SealBroken { chunk: 1 },
        };
        assert_eq!(read, Err(expected), "byte {at}");
        assert!(scene.vault.adopt(&sealed.sha256).is_err(), "byte {at}");
    }
}

#[test]
fn a_thousand_random_flips_in_files_of_one_to_five_chunks_are_each_named_as_damage() {
    let scene = Scene::new();
    let lengths = [1, CHUNK, CHUNK + 1, 2 * CHUNK + 7, 4 * CHUNK + 1];
    let files: Vec<(Vec<u8>, Sealed, Vec<u8>)> = (1..)
        .zip(lengths)
        .map(|(seed, length)| {
            let bytes = photo(length);
            let sealed = scene.put(&bytes, seed);
            let good = fs::read(scene.path(&sealed.sha256)).unwrap();
            (bytes, sealed, good)
        })
        .collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % end as u64).unwrap()
    };
    let mut named = [0; 5];
    for nth in 0..1_000 {
        let (bytes, sealed, good) = &files[nth % files.len()];
        let (at, flip) = (below(good.len()), u8::try_from(1 + below(255)).unwrap());
        let mut bad = good.clone();
        bad[at] ^= flip;
        fs::write(scene.path(&sealed.sha256), &bad).unwrap();
        let read = scene.vault.read(&sealed.sha256, &sealed.key);
        let adopted = scene.vault.adopt(&sealed.sha256);
        if (30..HEADER).contains(&at) {
            // The key slot is for files that lost their row: the row's own key still opens the photo.
            assert_eq!((read.as_ref(), adopted), (Ok(bytes), Err(EvidenceError::KeyNotReadable)), "byte {at}");
            named[4] += 1;
        } else {
            let (expected, kind) = match at {
                0..8 => (EvidenceError::NotSealed, 0),
                8 => (EvidenceError::UnknownSealVersion { version: 1 ^ flip }, 1),
                9 => (EvidenceError::UnknownSealSuite { suite: 1 ^ flip }, 1),
                10..HEADER => (EvidenceError::SealBroken { chunk: 0 }, 2),
                _ => {
                    let chunk = u32::try_from((at - HEADER) / SEALED_CHUNK).unwrap();
                    (EvidenceError::SealBroken { chunk }, if chunk == 0 { 2 } else { 3 })
                }
            };
            assert_eq!(read, Err(expected), "byte {at} of {}", good.len());
            assert!(adopted.is_err(), "byte {at} of {}", good.len());
            named[kind] += 1;
        }
        fs::write(scene.path(&sealed.sha256), good).unwrap();
    }
    let [beginnings, versions, first, later, slots] = named;
    println!("{beginnings} beginnings, {versions} versions, {first} first and {later} later chunks, {slots} key slots");
    assert_eq!(named.iter().sum::<i32>(), 1_000);
    assert!(later > 200 && slots > 50, "the flips missed a part of the files");
}

#[test]
fn a_file_cut_off_between_two_chunks_is_named_as_such() {
    let scene = Scene::new();
    let sealed = scene.put(&photo(CHUNK * 3), 1);
    let path = scene.path(&sealed.sha256);
    let good = fs::read(&path).unwrap();
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        scene.vault.read(&sealed.sha256, &sealed.key)
    };
    let end = |chunks: usize| HEADER + chunks * SEALED_CHUNK;
    assert_eq!(read(&good[..end(2)]), Err(EvidenceError::SealTruncated { chunk: 1 }));
    assert_eq!(read(&good[..end(1)]), Err(EvidenceError::SealTruncated { chunk: 0 }));
    assert_eq!(read(&good[..end(0)]), Err(EvidenceError::SealTruncated { chunk: 0 }));
    assert_eq!(read(&good[..end(2) + 9]), Err(EvidenceError::SealBroken { chunk: 2 }));
    assert_eq!(read(&good[..HEADER - 1]), Err(EvidenceError::NotSealed));
    assert_eq!(read(&[&good, b"x".as_slice()].concat()), Err(EvidenceError::SealExtended { chunk: 2 }));
    assert_eq!(read(&[&good[..end(2)], &good[HEADER..]].concat()), Err(EvidenceError::SealBroken { chunk: 2 }));
    assert!(read(&good).is_ok());
}

#[test]
fn chunks_do_not_open_in_another_place_or_another_file() {
    let scene = Scene::new();
    let (one, two) = (scene.put(&photo(CHUNK * 3), 1), scene.put(&photo(CHUNK * 3 + 1), 2));
    let path = scene.path(&one.sha256);
    let good = fs::read(&path).unwrap();
    let other = fs::read(scene.path(&two.sha256)).unwrap();
    let chunk = |file: &[u8], index: usize| file[HEADER + index * SEALED_CHUNK..][..SEALED_CHUNK].to_vec();
    let header = good[..HEADER].to_vec();
    let read = |parts: &[Vec<u8>]| {
        fs::write(&path, parts.concat()).unwrap();
        scene.vault.read(&one.sha256, &one.key)
    };
    let swapped = [header.clone(), chunk(&good, 1), chunk(&good, 0), chunk(&good, 2)];
    assert_eq!(read(&swapped), Err(EvidenceError::SealBroken { chunk: 0 }));
    let repeated = [header.clone(), chunk(&good, 0), chunk(&good, 0), chunk(&good, 2)];
    assert_eq!(read(&repeated), Err(EvidenceError::SealBroken { chunk: 1 }));
    let foreign = [header.clone(), chunk(&good, 0), chunk(&other, 1), chunk(&good, 2)];
    assert_eq!(read(&foreign), Err(EvidenceError::SealBroken { chunk: 1 }));
}

#[test]
fn a_whole_file_under_the_name_of_another_is_found_out() {
    let scene = Scene::new();
    let (one, two) = (scene.put(&photo(10), 1), scene.put(&photo(20), 2));
    fs::copy(scene.path(&two.sha256), scene.path(&one.sha256)).unwrap();
    assert_eq!(scene.vault.read(&one.sha256, &one.key), Err(EvidenceError::SealBroken { chunk: 0 }));
    assert_eq!(scene.vault.adopt(&one.sha256), Err(EvidenceError::WrongName));
}

#[test]
fn the_sweep_reports_and_deletes_nothing_but_leftovers() {
    let scene = Scene::new();
    let (kept, recovered) = (scene.put(&photo(10), 1), scene.put(&photo(CHUNK + 1), 2));
    let missing = Digest([3; 32]);
    fs::write(scene.folder.path().join("incoming-00000000deadbeef"), b"half a photo").unwrap();
    fs::write(scene.folder.path().join("README"), b"somebody's").unwrap();

    let known = BTreeSet::from([kept.sha256, missing]);
    let expected = Sweep {
        without_row: vec![recovered.sha256],
        copies: BTreeSet::new(),
        missing_files: vec![missing],
        removed_temporary: 1,
        finished_erasures: 0,
        strangers: 1,
    };
    assert_eq!(scene.vault.sweep(&known).unwrap(), expected);
    assert_eq!(scene.vault.sweep(&known).unwrap(), Sweep { removed_temporary: 0, ..expected });
    assert_eq!(scene.files().len(), 3);

    let adopted = scene.vault.adopt(&recovered.sha256).unwrap();
    assert_eq!(adopted, Sealed { outcome: Outcome::AlreadyThere, ..recovered });
    assert_eq!(scene.vault.read(&adopted.sha256, &adopted.key).unwrap(), photo(CHUNK + 1));
}

#[test]
fn a_recovered_file_remembers_which_copy_it_is() {
    let scene = Scene::new();
    for (seed, kind) in (1..).zip([CopyKind::Original, CopyKind::Standard, CopyKind::Thumbnail]) {
        let bytes = photo(50 + seed);
        let sealed = scene.vault.put(&mut &*bytes, kind, &mut random(seed as u64)).unwrap();
        assert_eq!(scene.vault.adopt(&sealed.sha256).unwrap().kind, kind);
        let is_copy = scene.vault.sweep(&BTreeSet::new()).unwrap().copies.contains(&sealed.sha256);
        assert_eq!(is_copy, kind != CopyKind::Original);
        assert_eq!(scene.vault.open_file(&sealed.sha256, &sealed.key).unwrap().kind(), kind);
    }
}

#[test]
fn an_erased_photo_is_gone_and_its_neighbour_is_not() {
    let scene = Scene::new();
    let (erased, kept) = (scene.put(&photo(10), 1), scene.put(&photo(20), 2));
    scene.vault.erase(&erased.sha256).unwrap();
    assert_eq!(scene.vault.read(&erased.sha256, &erased.key), Err(EvidenceError::NotHere));
    assert_eq!(scene.vault.erase(&erased.sha256), Ok(()));
    assert_eq!(scene.files(), [kept.sha256.to_string()]);
}

#[test]
fn an_erasure_that_was_interrupted_is_finished_by_the_sweep() {
    let scene = Scene::new();
    let sealed = scene.put(&photo(1_000), 1);
    let mut on_disk = fs::read(scene.path(&sealed.sha256)).unwrap();
    on_disk[..HEADER].fill(0);
    fs::write(scene.path(&sealed.sha256), on_disk).unwrap();
    assert_eq!(scene.vault.adopt(&sealed.sha256), Err(EvidenceError::NotSealed));
    let sweep = scene.vault.sweep(&BTreeSet::new()).unwrap();
    assert_eq!((sweep.finished_erasures, sweep.without_row), (1, vec![]));
    assert!(scene.files().is_empty());
}

#[test]
fn neither_keys_nor_paths_show_in_debug_output_and_errors() {
    let scene = Scene::new();
    let sealed = scene.put(&photo(10), 1);
    assert_eq!(format!("{:?} {:?}", sealed.key, vault_key()), "FileKey(secret) VaultKey(secret)");
    assert_eq!(format!("{:?}", scene.vault), "Vault { .. }");
    let error = Vault::open(Path::new("/proc/secret place"), vault_key()).unwrap_err();
    assert!(!error.to_string().contains("secret place"));
}

/// A file of seal format 1 as the first version wrote it; never to be changed.
const FROZEN: &str = "6d637365616c6564010100fd8205d29ae1c5b4ce6806d6ce918314244a26f7aa69bb6db588a525dbf40afbcd064bb2314696\
    0cf290bc3f8a943488408798a3e0e8cbe3b0937069dc1e83d82fa1f68b498981453c43dea71fa4a7beb671333e0df71379db\
    156d51bacd71d68b0dba3a1656d2c9fdba744a3094eed3437714a79a18bbd6aa36";

#[test]
fn a_sealed_file_of_format_one_still_opens_and_is_still_written_alike() {
    let text = b"a photo of 2026".as_slice();
    let frozen: Vec<u8> =
        (0..FROZEN.len()).step_by(2).map(|at| u8::from_str_radix(&FROZEN[at..at + 2], 16).unwrap()).collect();
    let scene = Scene::new();
    let sealed = scene.put(text, 42);
    let written = fs::read(scene.path(&sealed.sha256)).unwrap();
    assert!(written == frozen, "format 1 is written otherwise than it was");

    let scene = Scene::new();
    fs::write(scene.path(&Digest::of(text)), &frozen).unwrap();
    let adopted = scene.vault.adopt(&Digest::of(text)).unwrap();
    assert_eq!(adopted.key, sealed.key);
    assert_eq!(scene.vault.read(&adopted.sha256, &adopted.key).unwrap(), text);
}

#[test]
fn the_format_is_what_its_documentation_says() {
    use chacha20poly1305::aead::{Aead, KeyInit, Payload};
    use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
    let open = |key: [u8; 32], nonce: &[u8], aad: &[u8], msg: &[u8]| {
        let nonce = XNonce::from(<[u8; 24]>::try_from(nonce).unwrap());
        XChaCha20Poly1305::new(&Key::from(key)).decrypt(&nonce, Payload { msg, aad }).unwrap()
    };
    let scene = Scene::new();
    let bytes = photo(CHUNK + 10);
    let sealed = scene.put(&bytes, 1);
    let file = fs::read(scene.path(&sealed.sha256)).unwrap();
    assert_eq!(&file[..11], b"mcsealed\x01\x01\x00");
    let (bound, rest) = file.split_at(30);
    let (slot, chunks) = rest.split_at(72);
    let key: [u8; 32] = open(*vault_key().as_bytes(), &slot[..24], bound, &slot[24..]).try_into().unwrap();
    assert_eq!(&key, sealed.key.as_bytes());
    let (first, last) = chunks.split_at(SEALED_CHUNK);
    let nonce = |place: [u8; 5]| [&bound[11..], &place].concat();
    let opened = [open(key, &nonce([0, 0, 0, 0, 0]), bound, first), open(key, &nonce([0, 0, 0, 1, 1]), bound, last)];
    assert_eq!(opened.concat(), bytes);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_done_to_a_sealed_file_it_never_gives_other_bytes(
        length in 1..3 * CHUNK,
        cut in any::<prop::sample::Index>(),
        appended in proptest::collection::vec(any::<u8>(), 0..40),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1..=u8::MAX), 0..3),
    ) {
        let scene = Scene::new();
        let bytes = photo(length);
        let sealed = scene.put(&bytes, 1);
        let path = scene.path(&sealed.sha256);
        let good = fs::read(&path).unwrap();
        let mut bad = good[..=cut.index(good.len())].to_vec();
        bad.extend(appended);
        for (at, flip) in flips {
            let at = at.index(bad.len());
            bad[at] ^= flip;
        }
        fs::write(&path, &bad).unwrap();
        let beside_the_slot = |file: &[u8]| [file.get(..30), file.get(HEADER..)].map(|part| part.map(<[u8]>::to_vec));
        match scene.vault.read(&sealed.sha256, &sealed.key) {
            Ok(read) => {
                prop_assert_eq!(read, bytes);
                prop_assert_eq!(beside_the_slot(&bad), beside_the_slot(&good));
            }
            Err(_) => prop_assert!(bad != good),
        }
        prop_assert_eq!(scene.vault.adopt(&sealed.sha256).is_ok(), bad == good);
    }
}
