//! Parcels: what a phone without signal handed on as a file, taken in as if the phone had pushed it itself.
//!
//! First all of it is proven, to the last byte; only then anything is taken. Each segment and each photo goes the way that
//! it goes when a phone brings it: same signatures, same judgement, same order, and again changes nothing. It refuses what is
//! cut, changed, for another city, or not from a device of this one.

mod arriving;
mod contents;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use mingcha_model::{Digest, LogId, PhotoCopy, PhotoId, Verdict};
use mingcha_sync::{ParcelCounts, ParcelError, ParcelReader, ParcelTaken, PublicKey};

use crate::files::{Files, Pieces};
use crate::http::Caller;
use crate::uploads::{Spools, UploadKey};
use crate::writer::Pushed;
use crate::{City, CityError, push};
use contents::{Content, each_of};

pub(crate) use arriving::{expire, piece};

/// How far work on a parcel has come, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParcelProgress {
    /// `proving` or `taking`.
    pub what: &'static str,
    /// Bytes read.
    pub done: u64,
    /// Of how many.
    pub of: u64,
}

/// What is in a parcel, and whether all of it fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParcelChecked {
    /// Logs of which it holds segments.
    pub logs: u64,
    /// Sealed segments.
    pub segments: u64,
    /// Ops in them.
    pub ops: u64,
    /// Photos of which it holds a file.
    pub photos: u64,
    /// The first segment whose chain or signature does not fit, in words without personal data.
    pub first_bad: Option<String>,
}

/// What taking a parcel in did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParcelImported {
    /// How much is in it, and what of it waits.
    pub taken: ParcelTaken,
    /// Logs of which it holds segments.
    pub logs: u64,
    /// Segments that the city did not have before.
    pub new_segments: u64,
    /// Photos of which the city did not have a file before.
    pub new_photos: u64,
}

/// How far a log was followed: whose key signs it, and what must come next.
#[derive(Clone, Copy)]
struct Chain {
    key: Option<PublicKey>,
    end: (u64, Digest),
}

/// A parcel that was proven.
struct Proven {
    caller: Caller,
    checked: ParcelChecked,
    sha256: Digest,
}

impl City {
    /// Proves a parcel without taking anything: seal, chains, signatures, and the hash of every photo.
    pub fn check_parcel(
        &self,
        file: &Path,
        progress: &mut dyn FnMut(ParcelProgress),
    ) -> Result<ParcelChecked, CityError> {
        Ok(self.prove(file, progress)?.checked)
    }

    /// Takes a parcel in, whether the city is serving at the moment or not. The same one again changes nothing.
    ///
    /// # Errors
    /// [`CityError::Parcel`] where it is not whole or for another city, [`CityError::ParcelOfStranger`]; then nothing was taken.
    pub fn import_parcel(
        &self,
        file: &Path,
        progress: &mut dyn FnMut(ParcelProgress),
    ) -> Result<ParcelImported, CityError> {
        let imported = self.take_parcel(file, None, progress)?;
        self.catch_up()?;
        Ok(imported)
    }

    /// The same of one that is known by this name.
    fn take_parcel(
        &self,
        file: &Path,
        name: Option<Digest>,
        progress: &mut dyn FnMut(ParcelProgress),
    ) -> Result<ParcelImported, CityError> {
        let proven = self.prove(file, progress)?;
        if name.is_some_and(|name| name != proven.sha256) {
            return Err(ParcelError::Damaged.into());
        }
        let mut taking =
            Taking { city: self, caller: &proven.caller, stuck: BTreeSet::new(), photos: Photos::default() };
        let mut imported = ParcelImported { logs: proven.checked.logs, ..ParcelImported::default() };
        let (counts, _) = self.read_through(file, "taking", progress, &mut |content| match content {
            Content::From(..) => Ok(()),
            Content::Segment { segment, bytes, receipt, .. } => {
                match taking.segment(segment.log, segment.first_seq, bytes, receipt)? {
                    Took::New => imported.new_segments = imported.new_segments.saturating_add(1),
                    Took::Known => {}
                    Took::Waits => {
                        imported.taken.waiting_segments = imported.taken.waiting_segments.saturating_add(1);
                    }
                }
                Ok(())
            }
            Content::Photo { photo, copy, sha256, bytes, pieces } => taking.photo(photo, copy, sha256, bytes, pieces),
        })?;
        imported.taken.counts = counts;
        imported.taken.waiting_photos = u64::try_from(taking.photos.waiting.len()).unwrap_or(u64::MAX);
        imported.new_photos = u64::try_from(taking.photos.new.len()).unwrap_or(u64::MAX);
        Ok(imported)
    }

    /// Reads all of it, and takes nothing.
    fn prove(&self, file: &Path, progress: &mut dyn FnMut(ParcelProgress)) -> Result<Proven, CityError> {
        let mut caller = None;
        let (mut checked, mut photos) = (ParcelChecked::default(), BTreeSet::new());
        let mut chains: BTreeMap<LogId, Chain> = BTreeMap::new();
        let (counts, sha256) = self.read_through(file, "proving", progress, &mut |content| match content {
            Content::From(device, message, proof) => {
                caller = self.sender(device)?.filter(|caller| caller.device.key.verifies(&message, &proof));
                if caller.is_some() { Ok(()) } else { Err(CityError::ParcelOfStranger) }
            }
            Content::Segment { segment, opened, .. } => {
                let caller = caller.as_ref().ok_or(ParcelError::Damaged)?;
                checked.segments = checked.segments.saturating_add(1);
                checked.ops = checked.ops.saturating_add(segment.count);
                let (log, first_seq) = (segment.log, segment.first_seq);
                let before = chains.get(&log).copied();
                let key = match before {
                    Some(chain) => chain.key,
                    None => push::signer(self, caller, log, opened)?.map(|device| device.key),
                };
                let fault = match key {
                    None => Some("log_not_opened"),
                    Some(key) if !segment.is_signed_by(&key, &opened.head) => Some("bad_signature"),
                    Some(_) if before.is_some_and(|chain| chain.end != (first_seq, segment.previous)) => Some("chain"),
                    Some(_) => None,
                };
                if let (Some(fault), None) = (fault, &checked.first_bad) {
                    checked.first_bad = Some(format!("log {log} from {first_seq}: {fault}"));
                }
                chains.insert(log, Chain { key, end: (first_seq.saturating_add(segment.count), opened.head) });
                Ok(())
            }
            Content::Photo { photo, pieces, .. } => {
                photos.insert(photo);
                pieces(&mut |_| Ok(()))
            }
        })?;
        checked.logs = u64::try_from(chains.len()).unwrap_or(u64::MAX);
        checked.photos = u64::try_from(photos.len()).unwrap_or(u64::MAX);
        let ParcelChecked { segments, ops, photos, .. } = checked;
        if counts != (ParcelCounts { segments, ops, photos }) {
            return Err(ParcelError::Damaged.into());
        }
        let caller = caller.ok_or(ParcelError::Damaged)?;
        Ok(Proven { caller, checked, sha256 })
    }

    /// Whoever holds a device, as if they asked for themselves.
    fn sender(&self, device: mingcha_model::DeviceId) -> Result<Option<Caller>, CityError> {
        self.inner.ledger.read(|look| {
            let Some(device) = look.device(device)? else { return Ok(None) };
            let person = look.person(device.person)?.ok_or(CityError::UnknownPerson)?;
            Ok(Some(Caller { device, person, unconfirmed: look.is_unconfirmed()? }))
        })
    }

    /// Reads a parcel from its first record to its last; gives its counts and its name.
    fn read_through(
        &self,
        file: &Path,
        what: &'static str,
        progress: &mut dyn FnMut(ParcelProgress),
        each: &mut dyn FnMut(Content<'_>) -> Result<(), CityError>,
    ) -> Result<(ParcelCounts, Digest), CityError> {
        let source = File::open(file).map_err(|_| CityError::NoParcel)?;
        let known = source.metadata()?;
        if !known.is_file() {
            return Err(CityError::NoParcel);
        }
        let now = ParcelProgress { what, done: 0, of: known.len() };
        let source = Counted { source, now, told: progress };
        let reader = ParcelReader::open(source, known.len(), self.inner.secret.parcels())?;
        each_of(reader, each)
    }
}

/// A file that says how far it was read.
struct Counted<'a> {
    source: File,
    now: ParcelProgress,
    told: &'a mut dyn FnMut(ParcelProgress),
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.now.done = self.now.done.saturating_add(u64::try_from(count).unwrap_or(0));
        (self.told)(self.now);
        Ok(count)
    }
}

/// What became of a segment.
enum Took {
    New,
    Known,
    Waits,
}

#[derive(Default)]
struct Photos {
    new: BTreeSet<PhotoId>,
    waiting: BTreeSet<PhotoId>,
}

/// Taking in what was proven.
struct Taking<'a> {
    city: &'a City,
    caller: &'a Caller,
    /// Logs whose next segment could not be taken: what follows it waits.
    stuck: BTreeSet<LogId>,
    photos: Photos,
}

impl Taking<'_> {
    fn segment(
        &mut self,
        log: LogId,
        first_seq: u64,
        bytes: Vec<u8>,
        receipt: Option<Vec<u8>>,
    ) -> Result<Took, CityError> {
        if self.stuck.contains(&log) {
            return Ok(Took::Waits);
        }
        let was_here = self.city.inner.ledger.read(|look| Ok(look.segment(log, first_seq)?.is_some()))?;
        let answer = match push::open(self.city, self.caller, log, first_seq, bytes, receipt)? {
            Ok(push) => {
                let answer = self.city.inner.writer.push(push).blocking_recv();
                answer.map_err(|_| CityError::Inconsistent("the writer"))??
            }
            Err(problem) => Pushed::Problem(problem),
        };
        match answer {
            Pushed::Receipt(_) if was_here => Ok(Took::Known),
            Pushed::Receipt(_) => Ok(Took::New),
            Pushed::Conflict(_) | Pushed::Problem(_) => {
                self.stuck.insert(log);
                Ok(Took::Waits)
            }
        }
    }

    fn photo(
        &mut self,
        photo: PhotoId,
        copy: PhotoCopy,
        sha256: Digest,
        bytes: u64,
        pieces: Pieces<'_>,
    ) -> Result<(), CityError> {
        let author = self.caller.person.id;
        let files = Files::of(self.city.dir());
        let (promised, waits) = self.city.inner.ledger.read(|look| {
            let own = look.entity(photo.into())?.is_some_and(|row| row.creator == author);
            let promised = if own { look.photo(photo, copy)? } else { None };
            if promised.is_some() {
                return Ok((promised, false));
            }
            let mut refused = false;
            for op in look.ops_about(photo.into())? {
                refused = look.op(op)?.is_some_and(|row| row.verdict == Verdict::Refused);
                if !refused {
                    break;
                }
            }
            Ok((None, !refused && !look.is_erased(photo.into())?))
        })?;
        if waits {
            self.photos.waiting.insert(photo);
        }
        let wanted = promised.filter(|file| (file.sha256, file.bytes) == (sha256, bytes));
        if wanted.is_none_or(|file| file.arrived && files.has(sha256)) {
            return pieces(&mut |_| Ok(()));
        }
        files.receive(sha256, pieces)?;
        self.city.inner.ledger.write(|turn| turn.photo_arrived(photo, copy, sha256))?;
        Spools::of(self.city.dir()).end(&UploadKey { author, photo, copy })?;
        self.photos.new.insert(photo);
        Ok(())
    }
}
