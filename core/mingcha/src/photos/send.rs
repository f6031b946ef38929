//! Photos on their way to the city: a lane of their own, after the ops.
//!
//! Thumbnails go first, then standard copies, then originals, and only of photos whose op the city accepted. A photo
//! that the city does not take is put aside with its reason and blocks no other; a file is sent when the city
//! said the hash of what it got, not before.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use mingcha_evidence::EvidenceError;
use mingcha_model::{LogId, OpId, PhotoCopy, PhotoId, Policy};
use mingcha_store::{FileState, PhotoFile};
use mingcha_sync::{PhotoSaid, Problem, decode};
use minicbor::{Decode, Encode};

use crate::http::Http;
use crate::{MingchaError, Phone, Progress};

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
struct Accepted {
    through: BTreeMap<LogId, u64>,
    aside: BTreeSet<OpId>,
}

impl Accepted {
    fn contains(&self, op: OpId) -> bool {
        // What another device added came through a feed: it was accepted.
        self.through.get(&op.log).is_none_or(|through| op.seq <= *through) && !self.aside.contains(&op)
    }
}

/// What became of one file.
enum Sent {
    /// The city has it.
    Done(FileState),
    /// The city does not take it, or it is not here.
    Aside(String),
}

impl Phone {
    /// Sends what waits; gives the number of photos whose last waiting file went.
    ///
    /// Errors with `unreachable` when the city stops answering: what was sent until then stays sent.
    pub(crate) fn send_photos(&mut self, http: &Http, progress: &mut dyn FnMut(Progress)) -> Result<u64, MingchaError> {
        let waiting = self.waiting_files()?;
        let accepted = self.accepted()?;
        let mut ops: BTreeMap<PhotoId, Option<OpId>> = BTreeMap::new();
        for file in &waiting {
            if let Entry::Vacant(place) = ops.entry(file.photo) {
                place.insert(self.store.photo(file.photo)?.map(|row| row.op).filter(|op| accepted.contains(*op)));
            }
        }
        let sendable: Vec<(PhotoFile, OpId)> = waiting
            .into_iter()
            .filter_map(|file| {
                let op = ops.get(&file.photo).copied().flatten()?;
                Some((file, op))
            })
            .collect();
        let of = u64::try_from(sendable.len()).unwrap_or(u64::MAX);
        let (mut went, mut aside) = (BTreeSet::new(), Vec::<PhotoProblem>::new());
        let mut outcome = Ok(());
        for (done, (file, op)) in (0_u64..).zip(&sendable) {
            progress(Progress { what: "photos_up", done, of });
            if aside.iter().any(|problem| problem.photo == file.photo) {
                continue;
            }
            match self.send_one(http, file) {
                Ok(Sent::Done(state)) => {
                    self.store.set_file_state(file.photo, file.copy, state, self.now_seconds())?;
                    went.insert(file.photo);
                }
                Ok(Sent::Aside(code)) => {
                    aside.push(PhotoProblem { photo: file.photo, op: *op, code, since: self.now_seconds() });
                }
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        self.remember(&went, aside)?;
        outcome?;
        progress(Progress { what: "photos_up", done: of, of });
        self.completed(&went)
    }

    /// Files that are to go to the city: originals only where policy asks for them (`2-sync` section 7).
    pub(crate) fn waiting_files(&self) -> Result<Vec<PhotoFile>, MingchaError> {
        let originals = Policy::from_values(&self.store.policy()?).originals;
        let mut files = self.store.photo_files_in(FileState::Local, u32::MAX)?;
        files.retain(|file| originals || file.copy != PhotoCopy::Original);
        Ok(files)
    }

    /// How many photos have a file that is to go to the city.
    pub(crate) fn waiting_photos(&self) -> Result<u64, MingchaError> {
        let photos: BTreeSet<PhotoId> = self.waiting_files()?.into_iter().map(|file| file.photo).collect();
        Ok(u64::try_from(photos.len()).unwrap_or(u64::MAX))
    }

    /// Ops that the city refused, holds or has not answered are not accepted; photos wait with them.
    fn accepted(&self) -> Result<Accepted, MingchaError> {
        Ok(Accepted {
            through: self.store.logs()?.into_iter().map(|log| (log.log, log.receipted_through)).collect(),
            aside: self.store.attention()?.into_iter().map(|one| one.id).collect(),
        })
    }

    fn send_one(&mut self, http: &Http, file: &PhotoFile) -> Result<Sent, MingchaError> {
        let bytes = match self.unseal(file) {
            Ok(bytes) => bytes,
            Err(EvidenceError::Storage { kind }) => return Err(MingchaError::File(kind)),
            // It can only be reported: what does not open here is nowhere else yet. A later put of the same picture mends it.
            Err(_) => return Ok(Sent::Aside("photo_file".to_owned())),
        };
        let copy = file.copy;
        let path = format!("/v1/photos/{}/{}?sha256={}", file.photo, copy.name(), file.sha256);
        let reply = http.put(&path, bytes)?;
        if reply.status != 200 {
            return Ok(Sent::Aside(Problem::from_json(reply.status, &reply.body).code));
        }
        let said = decode::<PhotoSaid>(&reply.body);
        Ok(match said.filter(|said| (said.photo, said.copy, said.sha256) == (file.photo, copy, file.sha256)) {
            Some(said) => Sent::Done(if said.safe { FileState::Safe } else { FileState::Sent }),
            None => Sent::Aside("unexpected_reply".to_owned()),
        })
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
