//! A restore: a backup becomes a city again, in an empty folder, whole or not at all.
//!
//! Everything is read, proven and made ready in a folder of its own; the ledger takes its place last, and without it there
//! is no city. It refuses to touch a folder in which anything is, and to serve before the office looked at its people.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mingcha_model::{Digest, Kind};
use mingcha_sync::Signer as _;

use crate::backup::{Contents, Header, Part, Told, lacks, read_told, sync_folder};
use crate::files::Files;
use crate::ledger::{Copied, Ledger};
use crate::{City, CityError, Ports, erase, key, private};

/// Where everything is made ready.
const READY: &str = "restoring";

/// A city that was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When the ledger was copied, in Unix milliseconds of the city.
    pub taken_millis: i64,
    /// How many photo files are back.
    pub photos: u64,
    /// How many the city had lost before the backup.
    pub lost: u64,
}

/// Who there is, for the office to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// False when nothing was waiting for it.
    pub was_waiting: bool,
    /// How many devices may read.
    pub devices: u64,
}

impl City {
    /// Makes the city of a backup in this folder, which must be empty or not there. Earlier backups that it needs are looked
    /// for beside it.
    ///
    /// The city takes what phones send, and gives nothing to anybody until [`City::confirm_people`].
    ///
    /// # Errors
    /// [`CityError::NotEmpty`]; [`CityError::BadBackup`] and [`CityError::EarlierBackup`], before anything is in its place.
    pub fn restore(file: &Path, dir: &Path, told: Told<'_>) -> Result<Restored, CityError> {
        Self::restore_with(file, dir, Ports::default(), told)
    }

    fn restore_with(file: &Path, dir: &Path, ports: Ports, told: Told<'_>) -> Result<Restored, CityError> {
        if !file.is_file() {
            return Err(CityError::NoBackup);
        }
        private::folder(dir)?;
        is_free(dir)?;
        let lock = private::create(&dir.join("backup.lock"), false)?;
        if lock.try_lock().is_err() {
            return Err(CityError::BackupRuns);
        }
        clear(dir)?;
        let made = make_ready(file, &dir.join(READY), ports, told).and_then(|restored| {
            put_in_place(dir)?;
            Ok(restored)
        });
        if made.is_err() {
            // A killed restore leaves the same, and the next one clears it.
            let _ = clear(dir);
        }
        made
    }

    /// The office has looked at people and devices of a restored city, and revoked again whoever must not read: from now on
    /// it gives out what it has.
    pub fn confirm_people(&self) -> Result<Confirmed, CityError> {
        self.inner.ledger.write(|turn| {
            let was_waiting = turn.is_unconfirmed()?;
            if was_waiting {
                turn.confirm_people()?;
            }
            let devices = turn.devices()?.iter().filter(|device| device.revoked.is_none()).count();
            Ok(Confirmed { was_waiting, devices: u64::try_from(devices).unwrap_or(u64::MAX) })
        })
    }

    /// True from a restore until the office has confirmed its people.
    pub fn is_unconfirmed(&self) -> Result<bool, CityError> {
        self.inner.ledger.read(|look| {
            let found = look.is_unconfirmed()?;
            Ok(found)
        })
    }

    /// When the newest backup off the machine was taken, in Unix milliseconds of the city.
    pub fn backup_millis(&self) -> Result<Option<i64>, CityError> {
        self.inner.ledger.read(|look| {
            let found = look.backup_millis()?;
            Ok(found)
        })
    }
}

/// Refuses a folder in which anything is that a restore did not put there.
fn is_free(dir: &Path) -> Result<(), CityError> {
    let unfinished = dir.join(READY).is_dir();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name();
        let ours = match name.to_str() {
            Some("lost+found" | "backup.lock" | READY) => true,
            // Moved out already when it was killed; without a ledger they are no city's.
            Some("city.key" | "photos") => unfinished && !dir.join("city.db").exists(),
            _ => false,
        };
        if !ours {
            return Err(CityError::NotEmpty);
        }
    }
    Ok(())
}

/// Clears away what an unfinished restore left.
fn clear(dir: &Path) -> Result<(), CityError> {
    if !dir.join(READY).exists() {
        return Ok(());
    }
    let gone = |removed: io::Result<()>| match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    gone(std::fs::remove_dir_all(dir.join("photos")))?;
    gone(std::fs::remove_file(dir.join("city.key")))?;
    // Last: whoever is killed in between finds that this is unfinished.
    gone(std::fs::remove_dir_all(dir.join(READY)))?;
    sync_folder(dir)
}

fn make_ready(file: &Path, ready: &Path, ports: Ports, told: Told<'_>) -> Result<Restored, CityError> {
    private::folder(ready)?;
    private::folder(&ready.join("photos"))?;
    let (header, contents) = unpack(file, ready, told)?;
    let secret = key::open(&ready.join("city.key")).map_err(|_| CityError::BadBackup)?;
    if secret.public_key().0.as_slice() != header.city_key {
        return Err(CityError::BadBackup);
    }
    let path = ready.join("city.db");
    Copied::read(&path)?;
    {
        let ledger = Ledger::open(&path, ports, Arc::new(secret))?;
        ledger.write(|turn| turn.begin_again(header.taken))?;
        ledger.write(|turn| {
            for photo in &contents.erased {
                if let Some(row) = turn.entity((*photo).into())?.filter(|row| row.kind == Kind::PHOTO_ADD) {
                    erase::erase(turn, &row)?;
                }
            }
            Ok(())
        })?;
        if !ledger.empty_log()? {
            return Err(CityError::Inconsistent("the restored ledger, which somebody reads"));
        }
    }
    // Nothing is named that is not here and was here when the backup was taken.
    let here: BTreeSet<Digest> =
        contents.photos.iter().map(|placed| placed.sha256).chain(contents.lost.iter().copied()).collect();
    if Copied::read(&path)?.files.iter().any(|sha256| !here.contains(sha256)) {
        return Err(CityError::BadBackup);
    }
    File::open(&path)?.sync_all()?;
    for drawer in std::fs::read_dir(ready.join("photos"))? {
        sync_folder(&drawer?.path())?;
    }
    sync_folder(&ready.join("photos"))?;
    sync_folder(ready)?;
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Ok(Restored { taken_millis: header.taken, photos: count(contents.photos.len()), lost: count(contents.lost.len()) })
}

/// Unpacks a backup and what it needs of earlier ones, all of it proven.
fn unpack(file: &Path, ready: &Path, told: Told<'_>) -> Result<(Header, Contents), CityError> {
    let mut came = BTreeSet::new();
    let mut keep = |part: Part<'_>| match part {
        Part::Key(reader) => write(&ready.join("city.key"), &mut reader.take(64)),
        Part::Ledger(reader) => write(&ready.join("city.db"), reader),
        Part::Photo(sha256, reader) => {
            came.insert(sha256);
            write(&Files::of(ready).path(sha256), reader)
        }
    };
    let (header, contents) = read_told(file, "restore", &mut keep, told)?;
    let mut wanted: BTreeSet<Digest> = contents.photos.iter().map(|placed| placed.sha256).collect();
    for unnamed in came.difference(&wanted) {
        std::fs::remove_file(Files::of(ready).path(*unnamed))?;
    }
    wanted.retain(|sha256| !came.contains(sha256));
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for earlier in &header.earlier {
        let mut came = Vec::new();
        let mut keep = |part: Part<'_>| match part {
            Part::Photo(sha256, reader) if wanted.contains(&sha256) => {
                came.push(sha256);
                write(&Files::of(ready).path(sha256), reader)
            }
            _ => Ok(()),
        };
        let (found, held) = read_told(&folder.join(&earlier.name), "restore", &mut keep, told)
            .map_err(|error| lacks(error, earlier))?;
        if found.id != earlier.id {
            return Err(CityError::EarlierBackup(earlier.name.clone()));
        }
        let named: BTreeSet<Digest> = held.photos.iter().map(|placed| placed.sha256).collect();
        for sha256 in came {
            // What its own list does not name was not proven.
            if named.contains(&sha256) {
                wanted.remove(&sha256);
            }
        }
    }
    if wanted.is_empty() { Ok((header, contents)) } else { Err(CityError::BadBackup) }
}

/// Writes one part durably.
fn write(path: &Path, from: &mut dyn Read) -> Result<(), CityError> {
    let drawer: PathBuf = path.parent().unwrap_or(path).to_owned();
    std::fs::create_dir_all(drawer)?;
    let mut file = private::create(path, false)?;
    io::copy(from, &mut file)?;
    Ok(file.sync_all()?)
}

/// Moves what is ready into its place: the ledger last, because with it there is a city.
fn put_in_place(dir: &Path) -> Result<(), CityError> {
    let ready = dir.join(READY);
    for name in ["photos", "city.key"] {
        std::fs::rename(ready.join(name), dir.join(name))?;
    }
    sync_folder(dir)?;
    std::fs::rename(ready.join("city.db"), dir.join("city.db"))?;
    sync_folder(dir)?;
    // Empty by now, or as good as.
    let _ = std::fs::remove_dir_all(ready);
    Ok(())
}
