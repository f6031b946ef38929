//! Writing a parcel: everything sealed first, then segments as each log has them, then photos that the city does not have.
//!
//! The file is whole under its name or not there at all, and never over another one. Photos go as a sync would send them.
//! A photo whose file does not open any more holds nothing else back; it is counted.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use mingcha_evidence::{EvidenceError, FileKey};
use mingcha_model::{Digest, LogId, PhotoId, parse_seconds};
use mingcha_store::PhotoFile;
use mingcha_sync::{ParcelCounts, ParcelError, ParcelRecord, ParcelWriter, Segment, sender_message};
use sha2::{Digest as _, Sha256};

use super::{OwnParcel, Work};
use crate::out_file::{OutFile, no_file};
use crate::{MingchaError, Mistake, ParcelWritten, Phone, Progress};

/// What goes into a parcel.
#[derive(Default)]
struct Contents {
    /// Segments, by log and first sequence, in the order of each log.
    segments: Vec<(LogId, u64)>,
    logs: BTreeSet<LogId>,
    files: Vec<PhotoFile>,
    counts: ParcelCounts,
    unreadable: BTreeSet<PhotoId>,
}

impl Phone {
    /// Hands this phone's work on as a file that the city alone can read: what was said, and the photos that the city does
    /// not have. With `since`, an RFC 3339 time, what was said and taken from then on.
    ///
    /// It marks nothing as sent. A log that is handed on from the middle is taken in only where the city has what came before.
    pub fn export(
        &mut self,
        out: &Path,
        since: Option<&str>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ParcelWritten, MingchaError> {
        let me = self.me()?.clone();
        let since = since.map(parse_seconds).transpose().map_err(|_| {
            Mistake::Malformed(
                "起始时间应写 RFC 3339 时间，如 2026-02-24T09:30:00+08:00",
                "since when is an RFC 3339 time with an offset, as in 2026-02-24T09:30:00+08:00",
            )
        })?;
        if !self.holds_its_key()? {
            return Err(MingchaError::KeyLost);
        }
        let key = self.parcel_key()?;
        let file = OutFile::begin(out, false)?;
        let folder = file.folder().to_owned();
        let _alone = self.alone()?;
        self.photo_finish(progress)?;
        self.seal()?;
        let mut work = Work::of(self, "export", progress);
        let contents = self.contents(since, &mut work)?;
        let mut parcel =
            ParcelWriter::begin(file, &key, &mut |bytes| self.chance.fill(bytes)).map_err(while_writing)?;
        let proof = self.signer.sign(&sender_message(parcel.encapsulated(), me.device));
        let proof = proof.map_err(|_| MingchaError::KeyLost)?;
        parcel.record(&ParcelRecord::From(me.device, proof)).map_err(while_writing)?;
        self.write_segments(&contents, &mut parcel, &mut work)?;
        for file in &contents.files {
            let (photo, copy, sha256, bytes) = (file.photo, file.copy, file.sha256, file.bytes);
            parcel.record(&ParcelRecord::Photo(photo, copy, sha256, bytes)).map_err(while_writing)?;
            self.photo_pieces(file, &mut |piece| {
                parcel.bytes(piece).map_err(while_writing)?;
                work.went(piece.len())
            })?;
            work.now.done = work.now.done.saturating_add(1);
        }
        let logs = u64::try_from(contents.logs.len()).unwrap_or(u64::MAX);
        let (file, sha256) = parcel.finish(logs, contents.counts).map_err(while_writing)?;
        // Before the file has its name: one that is there is known here, whoever was killed in between.
        self.went_by_hand()?;
        self.remember_own(OwnParcel { sha256, logs, counts: contents.counts })?;
        let bytes = file.finish()?;
        if let Ok(folder) = File::open(folder) {
            folder.sync_all().map_err(|error| no_file(&error))?;
        }
        (work.told)(work.now);
        let ParcelCounts { segments, ops, photos } = contents.counts;
        let unreadable_photos = u64::try_from(contents.unreadable.len()).unwrap_or(u64::MAX);
        Ok(ParcelWritten { file: out.display().to_string(), bytes, segments, ops, photos, unreadable_photos })
    }

    fn contents(&self, since: Option<i64>, work: &mut Work<'_>) -> Result<Contents, MingchaError> {
        let mut contents = Contents::default();
        for log in self.store.logs()? {
            let (mut begun, mut seq) = (since.is_none(), 1);
            while let Some(kept) = self.store.segment_holding(log.log, seq)? {
                work.stop.heeded()?;
                // Of a log that was given up, what differs from the city's was said again in another log.
                if kept.forked {
                    break;
                }
                seq = kept.first_seq.saturating_add(kept.count);
                // From the first segment with something so late on, all of them: a chain is handed on without a gap.
                begun = begun || is_since(&kept.bytes, since);
                if begun {
                    contents.segments.push((log.log, kept.first_seq));
                    contents.logs.insert(log.log);
                    contents.counts.ops = contents.counts.ops.saturating_add(kept.count);
                }
            }
        }
        let own: BTreeSet<LogId> = self.store.logs()?.into_iter().map(|log| log.log).collect();
        let mut photos = BTreeSet::new();
        for file in self.waiting_files()? {
            work.stop.heeded()?;
            let is_own = self.store.photo(file.photo)?.is_some_and(|row| own.contains(&row.op.log));
            if !is_own || since.is_some_and(|since| file.since < since) {
                continue;
            }
            if !self.opens(&file)? {
                contents.unreadable.insert(file.photo);
                continue;
            }
            photos.insert(file.photo);
            work.now.of_bytes = work.now.of_bytes.saturating_add(file.bytes);
            contents.files.push(file);
        }
        contents.counts.segments = u64::try_from(contents.segments.len()).unwrap_or(u64::MAX);
        contents.counts.photos = u64::try_from(photos.len()).unwrap_or(u64::MAX);
        let parts = contents.segments.len().saturating_add(contents.files.len());
        work.now.of = u64::try_from(parts).unwrap_or(u64::MAX);
        Ok(contents)
    }

    fn write_segments(
        &self,
        contents: &Contents,
        parcel: &mut ParcelWriter<OutFile>,
        work: &mut Work<'_>,
    ) -> Result<(), MingchaError> {
        for (log, first_seq) in &contents.segments {
            let Some(kept) = self.store.segment_holding(*log, *first_seq)? else { continue };
            let record = ParcelRecord::Segment(kept.bytes.into(), kept.receipt.map(Into::into));
            parcel.record(&record).map_err(while_writing)?;
            work.now.done = work.now.done.saturating_add(1);
            work.went(0)?;
        }
        Ok(())
    }

    /// True when the file of a photo opens from end to end and is what its name says.
    fn opens(&self, file: &PhotoFile) -> Result<bool, MingchaError> {
        let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
        let read = self.photo_pieces(file, &mut |piece| {
            hash.update(piece);
            bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            self.stop.heeded()
        });
        match read {
            Ok(()) => Ok(Digest(hash.finalize().into()) == file.sha256 && bytes == file.bytes),
            // A disk that fails is told; what is broken in itself is nowhere else.
            Err(MingchaError::Evidence(error)) if !matches!(error, EvidenceError::Storage { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn photo_pieces(
        &self,
        file: &PhotoFile,
        each: &mut dyn FnMut(&[u8]) -> Result<(), MingchaError>,
    ) -> Result<(), MingchaError> {
        let key = file.key.as_ref().ok_or(MingchaError::Evidence(EvidenceError::NotHere))?;
        let opened = self.vault.open_file(&file.sha256, &FileKey::from_bytes(**key));
        let mut opened = opened.map_err(MingchaError::file)?;
        while let Some(piece) = opened.next_chunk().map_err(MingchaError::file)? {
            each(&piece)?;
        }
        Ok(())
    }
}

/// True when something in this segment was said at that time or later, by the clock of whoever said it.
fn is_since(segment: &[u8], since: Option<i64>) -> bool {
    let opened = Segment::from_bytes(segment).and_then(|segment| segment.open());
    opened.is_ok_and(|opened| opened.ops.iter().any(|op| since.is_none_or(|since| op.at >= since)))
}

/// What goes wrong on the disk that is written to is for the caller to mend.
fn while_writing(error: ParcelError) -> MingchaError {
    match error {
        ParcelError::Io(error) => no_file(&error),
        other => other.into(),
    }
}
