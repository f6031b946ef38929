//! A vault on a disk that fills up, and on a disk that dies at each of its effects in turn.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex};

use mingcha_evidence::{Alone, CopyKind, Disk, EvidenceError, NewFile, Outcome, Sealed, Vault, VaultKey};
use mingcha_model::Digest;

/// A disk in memory. Bytes and names that were not synced are lost when the power goes.
#[derive(Default)]
struct Platter {
    /// What a running system sees.
    seen: BTreeMap<String, Content>,
    /// What is there after a loss of power: names as of the last sync of names.
    durable: BTreeMap<String, Content>,
    /// How many effects the disk still has in it.
    effects_left: Option<usize>,
    /// How many bytes it still has room for.
    room: Option<usize>,
}

/// Bytes as written and as synced, shared by all names of one file.
type Content = Arc<Mutex<(Vec<u8>, Vec<u8>)>>;

impl Platter {
    fn effect(&mut self) -> io::Result<()> {
        match &mut self.effects_left {
            Some(0) => Err(ErrorKind::Other.into()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The power goes and comes back. With `lucky`, everything written happens to have reached the disk.
    fn power_cycle(&mut self, lucky: bool) {
        let names = if lucky { self.seen.clone() } else { self.durable.clone() };
        for content in names.values() {
            let (written, synced) = &mut *content.lock().unwrap();
            if lucky {
                synced.clone_from(written);
            } else {
                written.clone_from(synced);
            }
        }
        self.seen.clone_from(&names);
        self.durable = names;
        self.effects_left = None;
    }
}

#[derive(Clone, Default)]
struct FailingDisk(Arc<Mutex<Platter>>);

struct FailingFile {
    disk: FailingDisk,
    content: Content,
}

impl Write for FailingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut disk = self.disk.0.lock().unwrap();
        disk.effect()?;
        if let Some(room) = &mut disk.room {
            *room = room.checked_sub(bytes.len()).ok_or(ErrorKind::StorageFull)?;
        }
        self.content.lock().unwrap().0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl NewFile for FailingFile {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.0.lock().unwrap().effect()?;
        let (written, synced) = &mut *self.content.lock().unwrap();
        synced.clone_from(written);
        Ok(())
    }
}

struct Nobody;
impl Alone for Nobody {}

impl Disk for FailingDisk {
    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        let mut disk = self.0.lock().unwrap();
        disk.effect()?;
        if disk.seen.contains_key(name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let content = Content::default();
        disk.seen.insert(name.to_owned(), content.clone());
        Ok(Box::new(FailingFile { disk: self.clone(), content }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read + Send>> {
        let disk = self.0.lock().unwrap();
        let content = disk.seen.get(name).ok_or(ErrorKind::NotFound)?;
        let bytes = content.lock().unwrap().0.clone();
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.lock().unwrap().seen.keys().cloned().collect())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = self.0.lock().unwrap();
        disk.effect()?;
        let content = disk.seen.remove(from).ok_or(ErrorKind::NotFound)?;
        disk.seen.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.0.lock().unwrap();
        disk.effect()?;
        disk.seen.remove(name).map(drop).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn overwrite_start(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut disk = self.0.lock().unwrap();
        disk.effect()?;
        let (written, synced) = &mut *disk.seen.get(name).ok_or(ErrorKind::NotFound)?.lock().unwrap();
        written[..bytes.len()].copy_from_slice(bytes);
        synced.clone_from(written);
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut disk = self.0.lock().unwrap();
        disk.effect()?;
        disk.durable = disk.seen.clone();
        Ok(())
    }

    fn alone(&self) -> io::Result<Box<dyn Alone + '_>> {
        Ok(Box::new(Nobody))
    }
}

fn vault(disk: &FailingDisk) -> Vault {
    Vault::on(Box::new(disk.clone()), VaultKey::from_bytes([5; 32]))
}

fn put(vault: &Vault, bytes: &[u8], seed: u8) -> Result<Sealed, EvidenceError> {
    let mut next = seed;
    vault.put(&mut &*bytes, CopyKind::Original, &mut |bytes: &mut [u8]| {
        bytes.fill_with(|| {
            next = next.wrapping_mul(5).wrapping_add(113);
            next
        });
    })
}

#[test]
fn a_disk_that_dies_at_any_effect_loses_no_photo_that_was_acknowledged() {
    let (old, new) = (vec![1; 150_000], vec![2; 150_000]);
    for lucky in [false, true] {
        let mut died = 0;
        for effects in 0.. {
            let disk = FailingDisk::default();
            let kept = put(&vault(&disk), &old, 1).unwrap();
            disk.0.lock().unwrap().effects_left = Some(effects);
            let stored = put(&vault(&disk), &new, 2);
            disk.0.lock().unwrap().power_cycle(lucky);

            let vault = vault(&disk);
            let sweep = vault.sweep(&BTreeSet::from([kept.sha256])).unwrap();
            assert!(sweep.missing_files.is_empty(), "dead after {effects} effects");
            assert_eq!(vault.read(&kept.sha256, &kept.key).unwrap(), old);
            // Whatever is left under a final name is whole, row or no row.
            for name in &sweep.without_row {
                assert_eq!(*name, Digest::of(&new));
                let adopted = vault.adopt(name).unwrap();
                assert_eq!(vault.read(name, &adopted.key).unwrap(), new);
            }
            let left = disk.names().unwrap();
            assert_eq!(left.len(), 1 + sweep.without_row.len(), "something half is left");
            // And the photo can be put again.
            let again = put(&vault, &new, 3).unwrap();
            assert_eq!(vault.read(&again.sha256, &again.key).unwrap(), new);

            match stored {
                Ok(sealed) => {
                    assert_eq!(sweep.without_row, [sealed.sha256]);
                    assert_eq!(vault.read(&sealed.sha256, &sealed.key).unwrap(), new);
                    break;
                }
                Err(_) => died += 1,
            }
        }
        // Create, header, three chunks, sync, rename, sync of names.
        assert_eq!(died, 8);
    }
}

#[test]
fn a_disk_that_dies_while_erasing_keeps_or_erases_but_never_half() {
    let bytes = vec![1; 1_000];
    for lucky in [false, true] {
        for effects in 0..=3 {
            let disk = FailingDisk::default();
            let sealed = put(&vault(&disk), &bytes, 1).unwrap();
            disk.0.lock().unwrap().effects_left = Some(effects);
            let erased = vault(&disk).erase(&sealed.sha256);
            disk.0.lock().unwrap().power_cycle(lucky);
            let vault = vault(&disk);
            let sweep = vault.sweep(&BTreeSet::new()).unwrap();
            if effects == 0 {
                assert_eq!(vault.read(&sealed.sha256, &sealed.key).unwrap(), bytes);
            } else {
                assert_eq!(vault.adopt(&sealed.sha256), Err(EvidenceError::NotHere));
                assert!(sweep.without_row.is_empty());
            }
            assert_eq!(erased.is_ok(), effects == 3);
        }
    }
}

#[test]
fn a_full_disk_says_so_and_leaves_nothing_half() {
    let bytes = vec![1; 200_000];
    for room in [0, 50, 102, 70_000, 200_000] {
        let disk = FailingDisk::default();
        disk.0.lock().unwrap().room = Some(room);
        assert_eq!(put(&vault(&disk), &bytes, 1), Err(EvidenceError::DiskFull));
        assert_eq!(disk.names().unwrap(), Vec::<String>::new(), "with room for {room}");
    }
}

#[test]
fn a_disk_that_fills_up_never_costs_the_good_copy() {
    let bytes = vec![1; 200_000];
    let disk = FailingDisk::default();
    let kept = put(&vault(&disk), &bytes, 1).unwrap();
    disk.0.lock().unwrap().room = Some(1_000);
    assert_eq!(put(&vault(&disk), &bytes, 2), Err(EvidenceError::DiskFull));
    assert_eq!(vault(&disk).read(&kept.sha256, &kept.key).unwrap(), bytes);
    disk.0.lock().unwrap().room = None;
    assert_eq!(put(&vault(&disk), &bytes, 3).unwrap(), Sealed { outcome: Outcome::AlreadyThere, ..kept });
}
