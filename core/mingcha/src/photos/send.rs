//! Photos on their way to the city: a lane of their own, after the ops.
//!
//! Thumbnails go first, then standard copies, then originals, and only of photos whose op the city accepted. A photo
//! that the city does not take is put aside with its reason and blocks no other; a file is sent when the city
//! said the hash of what it got, not before.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use mingcha_model::{LogId, OpId, PhotoCopy, PhotoId, Policy};
use mingcha_store::{FileState, PhotoFile};
use mingcha_sync::{Pace, Upload, UploadHeard};
use minicbor::{Decode, Encode};

use super::source::{Source, SourceError};
use crate::http::Http;
use crate::{MingchaError, Phone, Progress, Surroundings};

/// Where the reasons for which photos were put aside are remembered.
const PROBLEMS: &str = "photo_problems";

/// Why a photo's file did not go, remembered until it does.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct PhotoProblem {
    #[n(0)]
    pub photo: PhotoId,
    /// The op that added the photo.
    #[n(1)]
    pub op: OpId,
    /// The city's code, or this device's.
    #[n(2)]
    pub code: String,
    /// In Unix seconds of this phone.
    #[n(3)]
    pub since: i64,
}

/// Which ops the city accepted, as far as this device knows.
pub(super) struct Accepted {
    through: BTreeMap<LogId, u64>,
    aside: BTreeSet<OpId>,
}

impl Accepted {
    pub(super) fn contains(&self, op: OpId) -> bool {
        // What another device added came through a feed: it was accepted.
        self.through.get(&op.log).is_none_or(|through| op.seq <= *through) && !self.aside.contains(&op)
    }
}

/// What became of one file.
enum Sent {
    /// The city has it whole, and named its hash.
    Kept,
    /// The city does not take it, or it is not here.
    Aside(String),
}

/// What sending did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SentPhotos {
    /// Photos whose last waiting file went.
    pub photos: u64,
    /// Bytes of files that the city has now and did not have before.
    pub bytes: u64,
    /// Photos with a file that waits for a better network or battery.
    pub postponed: u64,
}

/// Everything that is to be sent in one run, in order, and how much of it went.
struct Lane {
    files: Vec<(PhotoFile, OpId)>,
    progress: Progress,
    pace: Pace,
    went: BTreeSet<PhotoId>,
    aside: Vec<PhotoProblem>,
    bytes: u64,
}

impl Phone {
    /// Sends what waits and what the moment allows.
    ///
    /// Errors with `unreachable` when the city stops answering: what was sent until then stays sent, to the byte.
    pub(crate) fn send_photos(
        &mut self,
        http: &Http,
        moment: Surroundings,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<SentPhotos, MingchaError> {
        let (files, postponed) = self.sendable(moment)?;
        let total = files.iter().fold(0_u64, |sum, (file, _)| sum.saturating_add(file.bytes));
        let count = u64::try_from(files.len()).unwrap_or(u64::MAX);
        let mut lane = Lane {
            files,
            progress: Progress { of: count, of_bytes: total, ..Progress::begin("photos_up") },
            pace: Pace::default(),
            went: BTreeSet::new(),
            aside: Vec::new(),
            bytes: 0,
        };
        let outcome = self.send_lane(http, &mut lane, progress);
        self.remember(&lane.went, lane.aside)?;
        outcome?;
        Ok(SentPhotos { photos: self.completed(&lane.went)?, bytes: lane.bytes, postponed })
    }

    fn send_lane(
        &mut self,
        http: &Http,
        lane: &mut Lane,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), MingchaError> {
        let mut before = 0_u64;
        for (file, op) in std::mem::take(&mut lane.files) {
            progress(lane.progress);
            if lane.aside.iter().all(|problem| problem.photo != file.photo) {
                match self.send_one(http, &file, lane, progress)? {
                    Sent::Kept => {
                        self.store.set_file_state(file.photo, file.copy, FileState::Sent, self.now_seconds())?;
                        lane.went.insert(file.photo);
                    }
                    Sent::Aside(code) => {
                        // No room for one is no room for the next: they wait, each with what the city has of it.
                        let full = code == "city_full";
                        lane.aside.push(PhotoProblem { photo: file.photo, op, code, since: self.now_seconds() });
                        if full {
                            return Ok(());
                        }
                    }
                }
            }
            before = before.saturating_add(file.bytes);
            lane.progress.done = lane.progress.done.saturating_add(1);
            lane.progress.bytes = before;
            progress(lane.progress);
        }
        Ok(())
    }

    /// Waiting files whose op was accepted and which the moment allows; and how many photos have others.
    fn sendable(&self, moment: Surroundings) -> Result<(Vec<(PhotoFile, OpId)>, u64), MingchaError> {
        let accepted = self.accepted()?;
        let mut ops: BTreeMap<PhotoId, Option<OpId>> = BTreeMap::new();
        let (mut sendable, mut postponed) = (Vec::new(), BTreeSet::new());
        for file in self.waiting_files()? {
            let op = match ops.entry(file.photo) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(place) => {
                    let op = self.store.photo(file.photo)?.map(|row| row.op);
                    *place.insert(op.filter(|op| accepted.contains(*op)))
                }
            };
            match op {
                Some(op) if moment.allows(file.copy) => sendable.push((file, op)),
                Some(_) => {
                    postponed.insert(file.photo);
                }
                None => {}
            }
        }
        Ok((sendable, u64::try_from(postponed.len()).unwrap_or(u64::MAX)))
    }

    /// Files that are to go to the city: originals only where policy asks for them (`2-sync` section 7).
    pub(crate) fn waiting_files(&self) -> Result<Vec<PhotoFile>, MingchaError> {
        let originals = Policy::from_values(&self.store.policy()?).originals;
        let mut files = self.store.photo_files_in(FileState::Local, u32::MAX)?;
        files.retain(|file| originals || file.copy != PhotoCopy::Original);
        Ok(files)
    }

    /// How many photos are to go to the city, those whose copies are still to be made among them.
    pub(crate) fn waiting_photos(&self) -> Result<u64, MingchaError> {
        let mut photos: BTreeSet<PhotoId> = self.waiting_files()?.into_iter().map(|file| file.photo).collect();
        for taken in self.store.captured()? {
            // Of one that can be made into none, the original waits for a person, not for the city.
            if taken.problem.is_some() {
                photos.remove(&taken.photo)
            } else {
                photos.insert(taken.photo)
            };
        }
        Ok(u64::try_from(photos.len()).unwrap_or(u64::MAX))
    }

    /// Ops that the city refused, parked, holds or has not answered are not accepted; photos wait with them.
    pub(super) fn accepted(&self) -> Result<Accepted, MingchaError> {
        Ok(Accepted {
            through: self.store.logs()?.into_iter().map(|log| (log.log, log.receipted_through)).collect(),
            aside: self.store.attention()?.into_iter().map(|one| one.id).collect(),
        })
    }

    fn send_one(
        &self,
        http: &Http,
        file: &PhotoFile,
        lane: &mut Lane,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Sent, MingchaError> {
        let mut source = Source::new(&self.vault, file);
        let mut upload = Upload::new(file.photo, file.copy, file.sha256, file.bytes);
        let before = lane.progress.bytes;
        let mut stood = None;
        loop {
            let letter = match upload.next_letter(lane.pace, &mut |range| source.piece(range)) {
                Ok(Some(letter)) => letter,
                Ok(None) => return Ok(Sent::Aside("unexpected_reply".to_owned())),
                Err(SourceError::Disk(kind)) => return Err(MingchaError::File(kind)),
                // It can only be told: what does not open here is nowhere else yet. A later put of the same picture mends it.
                Err(SourceError::Broken) => return Ok(Sent::Aside("photo_file".to_owned())),
            };
            if !letter.body.is_empty() {
                stood = stood.or(Some(0));
            }
            let heard = match http.upload(letter) {
                Ok((reply, took)) => upload.read(&mut lane.pace, &reply, took),
                Err(MingchaError::Unreachable) if upload.lost(&mut lane.pace) => continue,
                Err(error) => return Err(error),
            };
            let has = match heard {
                UploadHeard::Going(offset) => offset,
                UploadHeard::Kept => file.bytes,
                UploadHeard::Refused(problem) => return Ok(Sent::Aside(problem.code)),
            };
            // What the city had when it was first asked did not go now.
            let new = has.saturating_sub(stood.unwrap_or(has));
            lane.bytes = lane.bytes.saturating_add(new);
            stood = Some(has);
            if heard == UploadHeard::Kept {
                return Ok(Sent::Kept);
            }
            lane.progress.bytes = before.saturating_add(has);
            progress(lane.progress);
        }
    }

    /// Of the photos of which something went now, those of which nothing waits any more.
    fn completed(&self, went: &BTreeSet<PhotoId>) -> Result<u64, MingchaError> {
        let waiting: BTreeSet<PhotoId> = self.waiting_files()?.into_iter().map(|file| file.photo).collect();
        Ok(u64::try_from(went.difference(&waiting).count()).unwrap_or(u64::MAX))
    }

    /// Photos that the city did not take when they were sent last, with its reasons.
    pub(crate) fn photo_problems(&self) -> Result<Vec<PhotoProblem>, MingchaError> {
        Ok(self.setting(PROBLEMS)?.unwrap_or_default())
    }

    /// Keeps the reasons of this run; of an older one only where nothing was heard of the photo since.
    fn remember(&mut self, went: &BTreeSet<PhotoId>, aside: Vec<PhotoProblem>) -> Result<(), MingchaError> {
        let before = self.photo_problems()?;
        let waiting: BTreeSet<PhotoId> = self.waiting_files()?.into_iter().map(|file| file.photo).collect();
        let after = merged(before.clone(), &waiting, went, aside);
        if after == before { Ok(()) } else { self.put_setting(PROBLEMS, &after) }
    }
}

/// The first moment of a reason stays while the reason does; what went or waits no more is forgotten.
fn merged(
    before: Vec<PhotoProblem>,
    waiting: &BTreeSet<PhotoId>,
    went: &BTreeSet<PhotoId>,
    aside: Vec<PhotoProblem>,
) -> Vec<PhotoProblem> {
    let mut after: Vec<PhotoProblem> = before
        .into_iter()
        .filter(|old| waiting.contains(&old.photo) && !went.contains(&old.photo))
        .filter(|old| aside.iter().all(|new| new.photo != old.photo || new.code == old.code))
        .collect();
    let new: Vec<PhotoProblem> =
        aside.into_iter().filter(|new| after.iter().all(|old| old.photo != new.photo)).collect();
    after.extend(new);
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(photo: u8, code: &str, since: i64) -> PhotoProblem {
        let op = OpId { log: LogId([9; 16]), seq: photo.into() };
        PhotoProblem { photo: PhotoId::from_random([photo; 16]), op, code: code.to_owned(), since }
    }

    fn photos(which: &[u8]) -> BTreeSet<PhotoId> {
        which.iter().map(|photo| PhotoId::from_random([*photo; 16])).collect()
    }

    #[test]
    fn a_reason_keeps_its_first_moment_until_another_takes_its_place() {
        let before = vec![problem(1, "unknown_photo", 10), problem(2, "unknown_photo", 10)];
        let aside = vec![problem(1, "unknown_photo", 20), problem(2, "too_large", 20)];
        let after = merged(before, &photos(&[1, 2]), &photos(&[]), aside);
        assert_eq!(after, [problem(1, "unknown_photo", 10), problem(2, "too_large", 20)]);
    }

    #[test]
    fn a_photo_that_went_or_waits_no_more_has_no_problem() {
        let before = vec![problem(1, "unknown_photo", 10), problem(2, "unknown_photo", 10), problem(3, "x", 10)];
        assert_eq!(merged(before, &photos(&[1, 3]), &photos(&[1]), Vec::new()), [problem(3, "x", 10)]);
    }

    #[test]
    fn an_op_without_a_receipt_or_put_aside_is_not_accepted() {
        let (own, other) = (LogId([1; 16]), LogId([2; 16]));
        let accepted =
            Accepted { through: BTreeMap::from([(own, 5)]), aside: BTreeSet::from([OpId { log: own, seq: 3 }]) };
        assert!(accepted.contains(OpId { log: own, seq: 5 }));
        assert!(!accepted.contains(OpId { log: own, seq: 6 }));
        assert!(!accepted.contains(OpId { log: own, seq: 3 }));
        assert!(accepted.contains(OpId { log: other, seq: 900 }));
    }
}
