//! Uploads on their way in: one spool file each, whose length is how far it has come, and whose turn it is to write.
//!
//! Nothing else is remembered of an upload, so a city that was killed goes on where the file ends. A newer request ends
//! the one before it, whatever its socket thinks; a lock is a place in this process and dies with the task that holds it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use mingcha_model::{PersonId, PhotoCopy, PhotoId};
use tokio::sync::{OwnedMutexGuard, watch};

use crate::{CityError, clock, files, private};

/// An upload to which nothing was added for so long is thrown away; the phone begins it again.
const EXPIRES_AFTER: Duration = Duration::from_hours(7 * 24);
/// The most unfinished uploads of one person.
const MOST_UNFINISHED: usize = 64;
/// The most bytes in unfinished uploads of one person.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// Which upload: whose, of which copy of which photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct UploadKey {
    pub(crate) author: PersonId,
    pub(crate) photo: PhotoId,
    pub(crate) copy: PhotoCopy,
}

/// The folder of spools: one below it for each person.
pub(crate) struct Spools {
    folder: PathBuf,
}

/// A spool, and how far it has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spooled {
    pub(crate) bytes: u64,
    /// When it is thrown away if nothing more comes, by the machine's clock.
    pub(crate) expires: SystemTime,
}

impl Spools {
    /// The spools of the city in this folder.
    pub(crate) fn of(city_dir: &Path) -> Self {
        Self { folder: city_dir.join("photos").join("uploads") }
    }

    /// Where the spool of this upload is, or would be.
    pub(crate) fn path(&self, key: &UploadKey) -> PathBuf {
        self.folder.join(key.author.to_string()).join(format!("{}-{}", key.photo, key.copy.name()))
    }

    /// How far an upload has come; none when it was not begun, or expired.
    pub(crate) fn find(&self, key: &UploadKey) -> Result<Option<Spooled>, CityError> {
        match std::fs::metadata(self.path(key)) {
            Ok(found) => Ok(Some(spooled(&found)?).filter(|spooled| spooled.expires > clock::machine_time())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Begins an upload anew, empty. False when this person has too much unfinished.
    pub(crate) fn begin(&self, key: &UploadKey, promised: u64) -> Result<bool, CityError> {
        let path = self.path(key);
        let own = path.parent().ok_or(CityError::Inconsistent("a folder of uploads"))?;
        std::fs::create_dir_all(own)?;
        let (mut count, mut bytes) = (0_usize, promised);
        for other in std::fs::read_dir(own)? {
            let other = other?;
            if other.path() != path {
                count = count.saturating_add(1);
                bytes = bytes.saturating_add(other.metadata()?.len());
            }
        }
        if count >= MOST_UNFINISHED || bytes > MOST_BYTES {
            return Ok(false);
        }
        if let Err(error) = private::create(&path, false) {
            // Its folder may just have been tidied away.
            if error.kind() != io::ErrorKind::NotFound {
                return Err(error.into());
            }
            std::fs::create_dir_all(own)?;
            private::create(&path, false)?;
        }
        Ok(true)
    }

    /// Throws an upload away; nothing happens when there is none.
    pub(crate) fn end(&self, key: &UploadKey) -> Result<(), CityError> {
        match std::fs::remove_file(self.path(key)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Destroys every upload of a photo, whoever began it.
    pub(crate) fn end_all_of(&self, photo: PhotoId) -> Result<(), CityError> {
        if !self.folder.exists() {
            return Ok(());
        }
        for person in std::fs::read_dir(&self.folder)? {
            for copy in [PhotoCopy::Original, PhotoCopy::Standard, PhotoCopy::Thumbnail] {
                files::destroy(
                    &person.as_ref().map_or_else(
                        |_| PathBuf::new(),
                        |person| person.path().join(format!("{photo}-{}", copy.name())),
                    ),
                )?;
            }
        }
        Ok(())
    }

    /// Throws away every upload whose time is over, and folders in which nothing is left; how many uploads that were.
    pub(crate) fn expire(&self) -> Result<usize, CityError> {
        if !self.folder.exists() {
            return Ok(0);
        }
        let (mut gone, now) = (0_usize, clock::machine_time());
        for person in std::fs::read_dir(&self.folder)? {
            let person = person?.path();
            for spool in std::fs::read_dir(&person)? {
                let spool = spool?;
                if spooled(&spool.metadata()?)?.expires <= now {
                    std::fs::remove_file(spool.path())?;
                    gone = gone.saturating_add(1);
                }
            }
            // Refused where something is in it: an upload that begins there keeps its folder.
            let _ = std::fs::remove_dir(person);
        }
        Ok(gone)
    }
}

fn spooled(found: &std::fs::Metadata) -> io::Result<Spooled> {
    let last = found.modified()?;
    Ok(Spooled { bytes: found.len(), expires: last.checked_add(EXPIRES_AFTER).unwrap_or(last) })
}

/// An open spool that bytes are added to.
pub(crate) struct Adding {
    file: File,
    /// Where this request began.
    from: u64,
    /// How far the file has come.
    pub(crate) bytes: u64,
}

impl Adding {
    /// Opens a spool at its end.
    pub(crate) fn to(path: &Path) -> Result<Self, CityError> {
        let file = File::options().append(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { file, from: bytes, bytes })
    }

    /// Adds bytes. Where the disk takes only a part, that part stays and counts.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), CityError> {
        let done = self.file.write_all(bytes);
        self.bytes = self.file.metadata()?.len();
        Ok(done?)
    }

    /// Takes back what this request added.
    pub(crate) fn take_back(&mut self) -> Result<(), CityError> {
        self.file.set_len(self.from)?;
        self.bytes = self.from;
        Ok(())
    }
}

/// Whose turn it is at each upload.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<UploadKey, Arc<Place>>>);

struct Place {
    /// The number of the newest request.
    newest: watch::Sender<u64>,
    gate: Arc<tokio::sync::Mutex<()>>,
}

/// The right to write to one upload, until it is dropped or a newer request comes.
pub(crate) struct Held {
    mine: u64,
    newest: watch::Receiver<u64>,
    place: Arc<Place>,
    _gate: OwnedMutexGuard<()>,
}

impl Turns {
    /// Ends whatever request is at work on this upload and takes its place; none when a still newer one came meanwhile.
    pub(crate) async fn take(&self, key: UploadKey) -> Option<Held> {
        let place = {
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            places.retain(|_, place| Arc::strong_count(place) > 1);
            let new = || Arc::new(Place { newest: watch::Sender::new(0), gate: Arc::default() });
            Arc::clone(places.entry(key).or_insert_with(new))
        };
        let mut mine = 0;
        place.newest.send_modify(|newest| {
            *newest = newest.wrapping_add(1);
            mine = *newest;
        });
        let newest = place.newest.subscribe();
        let gate = Arc::clone(&place.gate).lock_owned().await;
        let held = Held { mine, newest, place, _gate: gate };
        held.is_newest().then_some(held)
    }
}

impl Held {
    fn is_newest(&self) -> bool {
        *self.place.newest.borrow() == self.mine
    }

    /// Waits until a newer request wants the place.
    pub(crate) async fn wanted(&mut self) {
        let mine = self.mine;
        // The sender lives in `self`, so waiting ends with a newer request alone.
        let _ = self.newest.wait_for(|newest| *newest != mine).await;
    }
}
