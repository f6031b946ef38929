//! Carrying others' parcels: kept as they are, handed to the city with the next sync, and forgotten on its signed word.
//!
//! The folder is all that is known of them. This phone reads nothing of what it carries and could not. What the city does
//! not take is put aside and told; it is never thrown away.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use mingcha_model::{Digest, PhotoCopy};
use mingcha_sync::{
    CityKey, LARGEST_PARCEL_PIECE, Letter, PARCELS, ParcelCounts, ParcelPiece, ParcelSaid, Problem, SyncError, decode,
    encode,
};
use tempfile::Builder;

use super::{Work, look};
use crate::http::Http;
use crate::{MingchaError, Mistake, ParcelCarried, Phone, Progress, Surroundings};

/// The end of the name of a parcel that waits for the city.
const WAITING: &str = "parcel";
/// The end of the name of one that the city does not take.
const REFUSED: &str = "refused";

/// How many parcels lie here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// Handed over in this run, and forgotten.
    pub handed_over: u64,
    /// Waiting for the city, or for what the city waits for.
    pub waiting: u64,
    /// Not taken by the city.
    pub refused: u64,
}

/// What became of one parcel.
enum Became {
    HandedOver,
    Waiting,
    Refused,
}

impl Phone {
    /// Takes a parcel along to the city: somebody else's work, of which this phone can read nothing. The same one again
    /// changes nothing.
    pub fn import(&mut self, file: &Path, progress: &mut dyn FnMut(Progress)) -> Result<ParcelCarried, MingchaError> {
        let key = self.parcel_key()?;
        let _alone = self.alone()?;
        let folder = self.parcel_folder()?;
        sweep(&folder)?;
        let copy = Builder::new().prefix(".").suffix(".part").tempfile_in(&folder);
        let mut copy = copy.map_err(|error| MingchaError::from_io(&error))?;
        let mut work = Work::of(self, "import", progress);
        let face = look(file, &mut work, &mut |piece| copy.write_all(piece))?;
        if !key.is_of(&face) {
            return Err(Mistake::BadParcel(mingcha_sync::ParcelError::OtherCity).into());
        }
        if self.own_parcels()?.iter().any(|own| own.sha256 == face.sha256) {
            return Err(Mistake::OwnParcel.into());
        }
        let kept = || -> io::Result<()> {
            copy.as_file().sync_all()?;
            copy.persist(named(&folder, face.sha256, WAITING)).map_err(|error| error.error)?;
            gone(fs::remove_file(named(&folder, face.sha256, REFUSED)))?;
            sync_names(&folder)
        };
        kept().map_err(|error| MingchaError::from_io(&error))?;
        let ParcelCounts { segments, ops, photos } = face.counts;
        Ok(ParcelCarried { segments, ops, photos, waiting_parcels: self.carried()?.waiting })
    }

    /// How many parcels of others lie here.
    pub(crate) fn carried(&self) -> Result<Carried, MingchaError> {
        let count = |found: Vec<_>| u64::try_from(found.len()).unwrap_or(u64::MAX);
        let (waiting, refused) = (count(self.parcels(WAITING)?), count(self.parcels(REFUSED)?));
        Ok(Carried { handed_over: 0, waiting, refused })
    }

    /// Hands over what is carried, each from the byte that the city has.
    pub(crate) fn carry_parcels(
        &mut self,
        http: &Http,
        city: CityKey,
        moment: Surroundings,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Carried, MingchaError> {
        let mut handed_over = 0_u64;
        // What somebody said weeks ago is worth as much as a photo that people look at.
        if moment.allows(PhotoCopy::Standard) {
            let waiting = self.parcels(WAITING)?;
            let mut work = Work::of(self, "parcels_up", progress);
            work.now.of = u64::try_from(waiting.len()).unwrap_or(u64::MAX);
            for (path, parcel) in waiting {
                let folder = path.parent().unwrap_or(Path::new("."));
                let became = match hand_over(http, city, &path, parcel, &mut work) {
                    // Whatever keeps others' work waiting must not keep this phone's own.
                    Err(MingchaError::Unreachable | MingchaError::Later(_)) => break,
                    became => became?,
                };
                let done = match became {
                    Became::Waiting => Ok(()),
                    Became::HandedOver => {
                        handed_over = handed_over.saturating_add(1);
                        fs::remove_file(&path)
                    }
                    Became::Refused => fs::rename(&path, named(folder, parcel, REFUSED)),
                };
                done.and_then(|()| sync_names(folder)).map_err(|error| MingchaError::from_io(&error))?;
                work.now.done = work.now.done.saturating_add(1);
                work.went(0)?;
            }
        }
        Ok(Carried { handed_over, ..self.carried()? })
    }

    fn parcel_folder(&self) -> Result<PathBuf, MingchaError> {
        let folder = self.home.parcels();
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(|error| MingchaError::from_io(&error))?;
        Ok(folder)
    }

    /// The parcels whose names end like this, by name.
    fn parcels(&self, end: &str) -> Result<Vec<(PathBuf, Digest)>, MingchaError> {
        let entries = match fs::read_dir(self.home.parcels()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(MingchaError::from_io(&error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| MingchaError::from_io(&error))?.path();
            let name = path.file_stem().and_then(|name| name.to_str()?.parse().ok());
            if let Some(name) = name.filter(|_| path.extension().is_some_and(|found| found == end)) {
                found.push((path, name));
            }
        }
        found.sort();
        Ok(found)
    }
}

/// Carries one parcel: asks how far the city has come, and goes on from there.
fn hand_over(
    http: &Http,
    city: CityKey,
    path: &Path,
    parcel: Digest,
    work: &mut Work<'_>,
) -> Result<Became, MingchaError> {
    let broken = |error: io::Error| MingchaError::from_io(&error);
    let mut file = File::open(path).map_err(broken)?;
    let length = file.metadata().map_err(broken)?.len();
    work.now.of_bytes = work.now.of_bytes.saturating_add(length);
    let before = work.now.bytes;
    let (mut offset, mut bytes) = (0, Vec::new());
    loop {
        let sent = bytes.len();
        let piece = ParcelPiece { parcel, length, offset, bytes: std::mem::take(&mut bytes).into() };
        let letter = Letter { method: "POST", path: PARCELS.to_owned(), body: encode(&piece) };
        let reply = http.send(&letter)?;
        if reply.status != 200 {
            let problem = Problem::from_json(reply.status, &reply.body);
            // Only what is wrong with the parcel itself is final; for the rest it waits.
            return Ok(if problem.code.starts_with("parcel_") { Became::Refused } else { Became::Waiting });
        }
        let said: ParcelSaid = decode(&reply.body).ok_or(MingchaError::Sync(SyncError::Unreadable))?;
        if said.parcel != parcel || !said.is_signed_by(&city) {
            return Err(SyncError::NotSigned.into());
        }
        if let Some(taken) = said.taken {
            work.now.bytes = before.saturating_add(length);
            return Ok(if taken.is_done() { Became::HandedOver } else { Became::Waiting });
        }
        if said.has >= length || (sent > 0 && said.has <= offset) {
            // What brings it no further is left for the next time.
            return Ok(Became::Waiting);
        }
        offset = said.has;
        work.now.bytes = before.saturating_add(offset);
        work.went(0)?;
        file.seek(SeekFrom::Start(offset)).map_err(broken)?;
        let most = u64::try_from(LARGEST_PARCEL_PIECE).unwrap_or(u64::MAX);
        (&mut file).take(most).read_to_end(&mut bytes).map_err(broken)?;
    }
}

fn named(folder: &Path, parcel: Digest, end: &str) -> PathBuf {
    folder.join(format!("{parcel}.{end}"))
}

/// Throws away copies that a killed process did not finish.
fn sweep(folder: &Path) -> Result<(), MingchaError> {
    let swept = || -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "part") {
                gone(fs::remove_file(path))?;
            }
        }
        Ok(())
    };
    swept().map_err(|error| MingchaError::from_io(&error))
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn sync_names(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
