//! A backup: the whole city as of one moment in one file, written beside whoever works, and read back before it counts.
//!
//! The ledger is copied first and then every photo file that the copy names, so that none is missing. A file bears the
//! name of a backup only when it was read back whole; nothing is ever written over. It refuses to call anything safe that
//! lies on the disk of the city.

mod archive;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use mingcha_model::Digest;
use mingcha_sync::Signer as _;

use crate::files::{Files, hash_of};
use crate::ledger::Copied;
use crate::{City, CityError};

pub(crate) use archive::{Contents, Header, Part, outline, read};
use archive::{Earlier, MOST_EARLIER, Placed, Writing};

/// So many rows are marked in one transaction: phones push between two of them.
const MARKED_AT_ONCE: usize = 5_000;

/// What a backup is asked to be.
#[derive(Clone, Copy, Debug)]
pub struct BackupAsk<'a> {
    /// The file to write; there must be none.
    pub out: &'a Path,
    /// An earlier backup in the same folder: photos that it has are not copied again, and it must be kept.
    pub since: Option<&'a Path>,
    /// The office's word that the file lies off the city's machine. What is in it and in the earlier ones that it needs
    /// becomes safe, so those are read back too.
    pub off_machine: bool,
}

/// A backup that was written and read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupMade {
    /// How long the file is.
    pub bytes: u64,
    /// How many photo files the city has in it and in the earlier backups that it needs.
    pub photos: u64,
    /// How many of them stand in this file.
    pub copied: u64,
    /// The earlier backups that a restore needs beside it, oldest first.
    pub earlier: Vec<String>,
    /// Photo files that are lost or damaged on the city's disk: phones that still have them send them again.
    pub lost: u64,
    /// When the ledger was copied, in Unix milliseconds of the city.
    pub taken_millis: i64,
}

/// How far a backup or a restore has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupProgress {
    /// `database` in pages, `photos` in files, `read_back` and `restore` in bytes.
    pub what: &'static str,
    /// How much is done.
    pub done: u64,
    /// Of how much.
    pub of: u64,
}

/// Says progress.
pub type Told<'a> = &'a mut dyn FnMut(BackupProgress);

impl City {
    /// Writes a backup and reads it back, while the city serves or not. One at a time.
    ///
    /// # Errors
    /// [`CityError::FileExists`], [`CityError::SameDisk`], [`CityError::BackupRuns`], [`CityError::EarlierBackup`] for
    /// one that is not whole, [`CityError::OtherBackup`]; nothing bears the name then, and nothing became safe.
    pub fn backup(&self, ask: &BackupAsk<'_>, told: Told<'_>) -> Result<BackupMade, CityError> {
        let folder = folder_of(ask.out);
        if !folder.is_dir() {
            return Err(CityError::NoFolder);
        }
        if ask.out.file_name().is_none() || ask.out.symlink_metadata().is_ok() {
            return Err(CityError::FileExists);
        }
        if ask.since.is_some_and(|since| !since.is_file()) {
            return Err(CityError::NoBackup);
        }
        self.is_elsewhere(ask.off_machine, folder)?;
        let _alone = self.alone()?;
        let before = ask.since.map(|since| self.earlier(since, folder, ask.off_machine, told)).transpose()?;
        let before = before.unwrap_or_default();
        let unfinished = Unfinished::beside(ask.out);
        let made = self.write_and_read(&unfinished, before, told);
        let made = made.and_then(|(made, files, copied)| {
            unfinished.finish(ask.out)?;
            if ask.off_machine {
                self.mark_safe(&copied, &files, made.taken_millis)?;
            }
            Ok(made)
        });
        unfinished.remove();
        made
    }

    /// Reads a backup that lies elsewhere by now from end to end. With the office's word that it lies off the machine, what
    /// is in it becomes safe.
    ///
    /// # Errors
    /// [`CityError::BadBackup`] when it is not whole, or of another city; [`CityError::SameDisk`].
    pub fn check_backup(&self, file: &Path, off_machine: bool, told: Told<'_>) -> Result<BackupMade, CityError> {
        if !file.is_file() {
            return Err(CityError::NoBackup);
        }
        self.is_elsewhere(off_machine, file)?;
        let _alone = self.alone()?;
        let scratch = Unfinished::beside(&self.dir().join("backup-check"));
        let checked = self.check(file, off_machine, &scratch.ledger, told).and_then(|(made, files, copied)| {
            if off_machine {
                self.mark_safe(&copied, &files, made.taken_millis)?;
            }
            Ok(made)
        });
        scratch.remove();
        checked
    }

    fn check(
        &self,
        file: &Path,
        off_machine: bool,
        ledger: &Path,
        told: Told<'_>,
    ) -> Result<(BackupMade, Vec<Digest>, Copied), CityError> {
        let mut keep = |part: Part<'_>| {
            if let Part::Ledger(reader) = part {
                io::copy(reader, &mut crate::private::create(ledger, false)?)?;
            }
            Ok(())
        };
        let (header, contents) = read_told(file, "read_back", &mut keep, told)?;
        for earlier in &header.earlier {
            let path = folder_of(file).join(&earlier.name);
            self.is_elsewhere(off_machine, &path).map_err(|error| lacks(error, earlier))?;
            let (found, _) =
                read_told(&path, "read_back", &mut |_| Ok(()), told).map_err(|error| lacks(error, earlier))?;
            if found.id != earlier.id {
                return Err(CityError::EarlierBackup(earlier.name.clone()));
            }
        }
        if header.city_key != self.inner.secret.public_key().0 {
            return Err(CityError::OtherBackup);
        }
        let made = BackupMade::of(&header, &contents, std::fs::metadata(file)?.len());
        Ok((made, contents.photos.iter().map(|placed| placed.sha256).collect(), Copied::read(ledger)?))
    }

    /// The office's word is not taken for what lies on the disk of the city, whatever folder it is named in.
    fn is_elsewhere(&self, off_machine: bool, place: &Path) -> Result<(), CityError> {
        let (there, here) = (device(place)?, device(self.dir())?);
        if off_machine && there.is_some() && there == here { Err(CityError::SameDisk) } else { Ok(()) }
    }

    fn alone(&self) -> Result<File, CityError> {
        let file = crate::private::create(&self.dir().join("backup.lock"), false)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => Err(CityError::BackupRuns),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// What the earlier backups hold, and their names. Where they are to count, each is read back where it lies now, however
    /// often it was before: a restore needs every one of them, and disks change what nobody looks at.
    fn earlier(&self, since: &Path, folder: &Path, count: bool, told: Told<'_>) -> Result<Before, CityError> {
        let mut look = |path: &Path| {
            self.is_elsewhere(count, path)?;
            if count { read_told(path, "read_back", &mut |_| Ok(()), told) } else { outline(path) }
        };
        if std::fs::canonicalize(folder_of(since))? != std::fs::canonicalize(folder)? {
            return Err(CityError::EarlierElsewhere);
        }
        let name = since.file_name().and_then(|name| name.to_str()).ok_or(CityError::BadBackup)?.to_owned();
        let not_whole = |error| match error {
            CityError::BadBackup => CityError::EarlierBackup(name.clone()),
            error => error,
        };
        let (header, contents) = look(since).map_err(not_whole)?;
        if header.city_key != self.inner.secret.public_key().0 {
            return Err(CityError::OtherBackup);
        }
        for earlier in &header.earlier {
            let found = look(&folder.join(&earlier.name)).map_err(|error| lacks(error, earlier))?.0;
            if found.id != earlier.id {
                return Err(CityError::EarlierBackup(earlier.name.clone()));
            }
        }
        let own = u32::try_from(header.earlier.len()).unwrap_or(u32::MAX);
        let mut names = header.earlier;
        names.push(Earlier { name, id: header.id });
        if names.len() > MOST_EARLIER {
            return Err(CityError::TooManyEarlier);
        }
        let here = |placed: Placed| (placed.sha256, Placed { earlier: placed.earlier.or(Some(own)), ..placed });
        Ok(Before { names, photos: contents.photos.into_iter().map(here).collect() })
    }

    fn write_and_read(
        &self,
        unfinished: &Unfinished,
        before: Before,
        told: Told<'_>,
    ) -> Result<(BackupMade, Vec<Digest>, Copied), CityError> {
        // What a killed run left would be added to.
        unfinished.remove();
        crate::private::file(&unfinished.ledger)?;
        let ledger = &self.inner.ledger;
        let taken = self.now_millis()?;
        ledger.copy_to(&unfinished.ledger, &mut |done, of| told(BackupProgress { what: "database", done, of }))?;
        let copied = Copied::read(&unfinished.ledger)?;
        let city_key = self.inner.secret.public_key().0.to_vec();
        let header = Header { id: Digest(self.inner.ports.bytes()?), taken, city_key, earlier: before.names };
        let mut writing = Writing::begin(&unfinished.archive, &header)?;
        let mut contents = Contents {
            header: Digest::ZERO,
            key: writing.add_key(&self.dir().join("city.key"))?,
            ledger: writing.add_ledger(&unfinished.ledger)?,
            photos: Vec::with_capacity(copied.files.len()),
            lost: Vec::new(),
            erased: Vec::new(),
        };
        let of = u64::try_from(copied.files.len()).unwrap_or(u64::MAX);
        for (sha256, done) in copied.files.iter().zip(0_u64..) {
            told(BackupProgress { what: "photos", done, of });
            self.add_photo(&mut writing, *sha256, before.photos.get(sha256).copied(), &mut contents)?;
        }
        // Whatever was erased until now may stand in the copy: a restore erases it.
        contents.erased = ledger.read(|look| {
            let found = look.erased_photos()?;
            Ok(found)
        })?;
        writing.end(contents.clone())?;
        let (found, proven) = read_told(&unfinished.archive, "read_back", &mut |_| Ok(()), told)?;
        if found != header || proven.photos != contents.photos {
            return Err(CityError::BadBackup);
        }
        let made = BackupMade::of(&header, &contents, std::fs::metadata(&unfinished.archive)?.len());
        Ok((made, contents.photos.iter().map(|placed| placed.sha256).collect(), copied))
    }

    /// Adds one file unless an earlier backup has it, or its photo was erased meanwhile. One that is lost or damaged on the
    /// city's disk is asked for again either way: else the oldest backup would be the only copy, and nobody would know.
    fn add_photo(
        &self,
        writing: &mut Writing,
        sha256: Digest,
        before: Option<Placed>,
        contents: &mut Contents,
    ) -> Result<(), CityError> {
        let files = Files::of(self.dir());
        let path = files.path(sha256);
        let here = match std::fs::metadata(&path).map(|found| found.len()) {
            Ok(bytes) => {
                let found = if before.is_some() { hash_of(&path)? } else { writing.add_photo(sha256, &path)? };
                Some(Placed { sha256, bytes, earlier: None }).filter(|_| found == sha256)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        contents.photos.extend(before.or(here));
        if here.is_some() {
            return Ok(());
        }
        // Under the ledger's lock, so that nobody erases or brings it between the look and the deed.
        let lost = self.inner.ledger.write(|turn| {
            if !turn.is_named(sha256)? {
                return Ok(false);
            }
            files.set_aside(sha256)?;
            turn.file_is_not_safe(sha256)?;
            Ok(true)
        })?;
        if lost {
            contents.lost.push(sha256);
        }
        Ok(())
    }

    /// What stands in a copy off the machine is safe from now on.
    fn mark_safe(&self, copied: &Copied, files: &[Digest], taken: i64) -> Result<(), CityError> {
        let ledger = &self.inner.ledger;
        for some in copied.logs.chunks(MARKED_AT_ONCE) {
            ledger.write(|turn| turn.logs_are_safe(some))?;
        }
        for some in files.chunks(MARKED_AT_ONCE) {
            ledger.write(|turn| turn.files_are_safe(some))?;
        }
        ledger.write(|turn| turn.backup_was_made(taken))
    }
}

impl BackupMade {
    fn of(header: &Header, contents: &Contents, bytes: u64) -> Self {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            bytes,
            photos: count(contents.photos.len()),
            copied: count(contents.photos.iter().filter(|placed| placed.earlier.is_none()).count()),
            earlier: header.earlier.iter().map(|earlier| earlier.name.clone()).collect(),
            lost: count(contents.lost.len()),
            taken_millis: header.taken,
        }
    }
}

/// What earlier backups hold.
#[derive(Default)]
struct Before {
    names: Vec<Earlier>,
    photos: BTreeMap<Digest, Placed>,
}

/// An earlier backup that is not there or not whole is named.
pub(crate) fn lacks(error: CityError, earlier: &Earlier) -> CityError {
    match error {
        CityError::BadBackup => CityError::EarlierBackup(earlier.name.clone()),
        CityError::Io(error) if error.kind() == io::ErrorKind::NotFound => {
            CityError::EarlierBackup(earlier.name.clone())
        }
        error => error,
    }
}

/// Reads a backup from end to end and says how far it has come.
pub(crate) fn read_told(
    path: &Path,
    what: &'static str,
    keep: &mut dyn FnMut(Part<'_>) -> Result<(), CityError>,
    told: Told<'_>,
) -> Result<(Header, Contents), CityError> {
    let (mut done, of) = (0_u64, std::fs::metadata(path)?.len());
    read(path, keep, &mut |bytes| {
        done = done.saturating_add(bytes).min(of);
        told(BackupProgress { what, done, of });
    })
}

/// Files that are not a backup yet, beside where it will stand.
struct Unfinished {
    archive: PathBuf,
    ledger: PathBuf,
}

impl Unfinished {
    fn beside(out: &Path) -> Self {
        let name = out.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = folder_of(out);
        Self { archive: folder.join(format!(".{name}.part")), ledger: folder.join(format!(".{name}.database.part")) }
    }

    /// Gives the file its name, durably and over nothing.
    fn finish(&self, out: &Path) -> Result<(), CityError> {
        match std::fs::hard_link(&self.archive, out) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(CityError::FileExists),
            // A disk that gives a file one name only.
            Err(_) if out.symlink_metadata().is_err() => std::fs::rename(&self.archive, out)?,
            Err(_) => return Err(CityError::FileExists),
        }
        sync_folder(folder_of(out))
    }

    fn remove(&self) {
        for path in [&self.archive, &self.ledger] {
            let _ = std::fs::remove_file(path);
        }
        let mut journal = self.ledger.clone().into_os_string();
        journal.push("-journal");
        let _ = std::fs::remove_file(journal);
    }
}

/// Makes the names in a folder durable, where the system has such a thing.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), CityError> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The number of the file system that a folder or file lies on, behind any link; nothing where the system does not say.
fn device(place: &Path) -> Result<Option<u64>, CityError> {
    let found = std::fs::metadata(place)?;
    #[cfg(unix)]
    return Ok(Some(std::os::unix::fs::MetadataExt::dev(&found)));
    #[cfg(not(unix))]
    {
        let _ = found;
        Ok(None)
    }
}
