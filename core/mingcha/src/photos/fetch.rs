//! Photos on their way from the city: what this person is likely to need next, and whatever is asked for.
//!
//! Every file is hashed against what an op or a card says of it before it is shown; anything else is thrown away. A
//! file that was cut off goes on at its byte, in this run or in a later one. A file that the city does not have yet is
//! no error: it is asked for again next time.

use std::collections::BTreeSet;

use mingcha_model::{Case, Digest, FindingId, PhotoCopy, PhotoId, Role, SiteId, Stage};
use mingcha_store::{CardFilter, FileState, FindingFilter, TaskFilter, VisitFilter};

use super::is_here;
use crate::agenda::Almanac;
use crate::http::Http;
use crate::{MingchaError, Phone, PhotoFetched, Progress, Surroundings};

/// A file is kept in pieces of this many bytes while it comes: what may have to come twice when this phone is killed.
const PIECE: usize = 256 * 1024;
/// So many cuts in a row that brought nothing end the run.
const MOST_STALLS: u8 = 2;

/// One file that ought to be here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    /// Thumbnails before standard copies before originals.
    turn: u8,
    photo: PhotoId,
    copy: PhotoCopy,
    sha256: Digest,
    /// How large it is; 0 where nobody said.
    bytes: u64,
}

/// How one request for a file ended.
enum Came {
    /// With all of it, small enough for one piece.
    AtOnce(Vec<u8>),
    /// With the last piece.
    Whole,
    /// In the middle; so many bytes came.
    Cut(u64),
    /// The city does not have it, or has another.
    Absent,
}

impl Wanted {
    fn new(photo: PhotoId, copy: PhotoCopy, sha256: Digest, bytes: u64) -> Self {
        let turn = match copy {
            PhotoCopy::Published => 0,
            PhotoCopy::Thumbnail => 1,
            PhotoCopy::Standard => 2,
            PhotoCopy::Original => 3,
        };
        Self { turn, photo, copy, sha256, bytes }
    }

    fn path(&self) -> String {
        match self.copy {
            PhotoCopy::Published => format!("/v1/published/{}", self.sha256),
            copy => format!("/v1/photos/{}/{}", self.photo, copy.name()),
        }
    }
}

/// What came of fetching one file.
enum Fetched {
    Here,
    /// The city does not have it.
    Absent,
    /// What came is not what was promised: something on the way, or the city's disk, changed it.
    Wrong,
}

/// What a phone calls a published copy: cards name it by its hash alone, and the photo it was made of is nobody's
/// business there.
pub(super) fn name_of_published(sha256: Digest) -> PhotoId {
    PhotoId::from_random(sha256.0.first_chunk().copied().unwrap_or_default())
}

impl Phone {
    /// What sync brings by itself, as far as the moment allows.
    ///
    /// For contacts the photos published to them; for staff thumbnails of open findings, standard copies where a
    /// recheck is in its window or the site is assigned to this person; for those who review also standard copies of what
    /// waits for a review.
    pub(crate) fn fetch_wanted(
        &mut self,
        http: &Http,
        moment: Surroundings,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<PhotoFetched, MingchaError> {
        let mut wanted = match self.grants()?.role {
            Role::Contact => self.published()?,
            Role::Inspector => self.of_open_findings(false)?,
            Role::Supervisor | Role::Office => self.of_open_findings(true)?,
            Role::Auditor => BTreeSet::new(),
        };
        wanted.retain(|one| moment.allows(one.copy));
        self.fetch(http, wanted, progress)
    }

    /// Fetches photos from the city: every copy of every photo known here, or only what due and assigned rechecks need.
    pub fn photo_fetch(&mut self, due: bool, progress: &mut dyn FnMut(Progress)) -> Result<PhotoFetched, MingchaError> {
        let me = self.me()?.clone();
        let _alone = self.alone()?;
        let http = Http::to(&me.url, Some(me.token))?.until(&self.stop);
        let mut wanted = self.published()?;
        if due {
            wanted.extend(self.of_due_rechecks()?);
        } else {
            wanted.extend(self.of_everything()?);
        }
        self.fetch(&http, wanted, progress)
    }

    fn fetch(
        &mut self,
        http: &Http,
        wanted: BTreeSet<Wanted>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<PhotoFetched, MingchaError> {
        self.drop_old_partials()?;
        let of = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
        let of_bytes = wanted.iter().fold(0_u64, |sum, one| sum.saturating_add(one.bytes));
        let mut now = Progress { of, of_bytes, ..Progress::begin("photos_down") };
        let mut fetched = PhotoFetched::default();
        for one in wanted {
            progress(now);
            let count = match self.fetch_one(http, &one, &mut now, &mut fetched.bytes, progress)? {
                Fetched::Here => &mut fetched.received,
                Fetched::Absent => &mut fetched.absent,
                Fetched::Wrong => &mut fetched.wrong,
            };
            *count = count.saturating_add(1);
            now.done = now.done.saturating_add(1);
        }
        progress(now);
        Ok(fetched)
    }

    /// Fetches one file; what comes is kept only where it is what was promised.
    fn fetch_one(
        &mut self,
        http: &Http,
        wanted: &Wanted,
        now: &mut Progress,
        bytes: &mut u64,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Fetched, MingchaError> {
        let mut stalls = 0_u8;
        let before = now.bytes;
        now.bytes = before.saturating_add(self.bytes_here(wanted.sha256)?);
        loop {
            let mut tell = |came: u64| {
                now.bytes = now.bytes.saturating_add(came);
                *bytes = bytes.saturating_add(came);
                progress(*now);
            };
            match self.ask_for(http, wanted, &mut tell)? {
                Came::AtOnce(file) if Digest::of(&file) == wanted.sha256 => {
                    let file = self.seal_file(wanted.photo, wanted.copy, &file, FileState::Sent)?;
                    self.store.put_photo_file(&file)?;
                    return Ok(Fetched::Here);
                }
                Came::AtOnce(_) => return Ok(Fetched::Wrong),
                Came::Whole => {
                    let fits = self.seal_pieces(wanted.photo, wanted.copy, wanted.sha256)?;
                    return Ok(if fits { Fetched::Here } else { Fetched::Wrong });
                }
                // What came before may go on when the city has the file again.
                Came::Absent => return Ok(Fetched::Absent),
                Came::Cut(0) if stalls == MOST_STALLS => return Err(MingchaError::Unreachable),
                Came::Cut(0) => stalls = stalls.saturating_add(1),
                Came::Cut(_) => stalls = 0,
            }
        }
    }

    /// Asks for what is missing of a file and keeps what comes.
    fn ask_for(&mut self, http: &Http, wanted: &Wanted, tell: &mut dyn FnMut(u64)) -> Result<Came, MingchaError> {
        let here = self.bytes_here(wanted.sha256)?;
        let mut download = http.file(&wanted.path(), here)?;
        match download.status {
            206 if download.start == here => {}
            // Nothing beyond what is here: it is whole, or wrong.
            416 if here > 0 => return Ok(Came::Whole),
            // All of it, whatever was asked for.
            200 => self.drop_partial(wanted.sha256)?,
            // Another part than was asked for: the next run begins anew.
            206 => {
                self.drop_partial(wanted.sha256)?;
                return Ok(Came::Absent);
            }
            _ => return Ok(Came::Absent),
        }
        let mut came = 0_u64;
        loop {
            let mut piece = Vec::new();
            let read = download.read_on(&mut piece, PIECE);
            let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            if download.start == 0 && came == 0 && matches!(read, Ok(true)) {
                tell(length);
                return Ok(Came::AtOnce(piece));
            }
            if !piece.is_empty() && !self.keep_piece(wanted.sha256, &piece)? {
                return Ok(Came::Absent);
            }
            came = came.saturating_add(length);
            tell(length);
            match read {
                Ok(true) => return Ok(Came::Whole),
                Ok(false) => {}
                Err(_) => return Ok(Came::Cut(came)),
            }
        }
    }

    /// The published photos of every card that are not here.
    fn published(&self) -> Result<BTreeSet<Wanted>, MingchaError> {
        let mut wanted = BTreeSet::new();
        for card in self.store.cards(&CardFilter::default())? {
            for sha256 in &card.card.photos {
                let photo = name_of_published(*sha256);
                self.want(Wanted::new(photo, PhotoCopy::Published, *sha256, 0), &mut wanted)?;
            }
        }
        Ok(wanted)
    }

    fn of_open_findings(&self, reviews: bool) -> Result<BTreeSet<Wanted>, MingchaError> {
        let (almanac, assigned) = (self.almanac()?, self.assigned_sites()?);
        let mut wanted = BTreeSet::new();
        for row in self.store.findings(&FindingFilter { open: true, ..FindingFilter::default() })? {
            let Some(case) = self.store.case(row.finding)? else { continue };
            let photos = self.photos_of_case(&case)?;
            self.want_copies(&photos, &[PhotoCopy::Thumbnail], &mut wanted)?;
            self.want_published(&case, &mut wanted)?;
            if is_due(&case, &almanac) || assigned.contains(&row.site) {
                self.want_copies(&photos, &[PhotoCopy::Standard], &mut wanted)?;
            }
            if reviews && case.stage == Stage::Submitted {
                let unjudged = case.submissions.iter().filter(|one| one.verdict.is_none());
                let photos: BTreeSet<PhotoId> = unjudged.flat_map(|one| one.photos.iter().copied()).collect();
                self.want_copies(&photos, &[PhotoCopy::Standard], &mut wanted)?;
            }
        }
        Ok(wanted)
    }

    fn of_due_rechecks(&self) -> Result<BTreeSet<Wanted>, MingchaError> {
        let (almanac, assigned) = (self.almanac()?, self.assigned_sites()?);
        let mut wanted = BTreeSet::new();
        for row in self.store.findings(&FindingFilter { open: true, ..FindingFilter::default() })? {
            let needed = |case: &Case| assigned.contains(&row.site) || is_due(case, &almanac);
            let Some(case) = self.store.case(row.finding)?.filter(needed) else { continue };
            let photos = self.photos_of_case(&case)?;
            self.want_copies(&photos, &[PhotoCopy::Thumbnail, PhotoCopy::Standard], &mut wanted)?;
            self.want_published(&case, &mut wanted)?;
        }
        Ok(wanted)
    }

    /// The sites that this person was told to visit: what was found there before goes along with the assignment.
    fn assigned_sites(&self) -> Result<BTreeSet<SiteId>, MingchaError> {
        let mine = TaskFilter { person: Some(self.me()?.person), ..TaskFilter::default() };
        let tasks = self.store.tasks(&mine)?;
        Ok(tasks.into_iter().filter(|task| !task.withdrawn).map(|task| task.site).collect())
    }

    fn of_everything(&self) -> Result<BTreeSet<Wanted>, MingchaError> {
        let mut photos = BTreeSet::new();
        for row in self.store.visits(&VisitFilter::default())? {
            photos.extend(self.store.photos_of(row.visit.into())?.into_iter().map(|photo| photo.photo));
        }
        for row in self.store.findings(&FindingFilter::default())? {
            photos.extend(self.photos_owned_by(row.finding)?);
        }
        for card in self.store.cards(&CardFilter::default())? {
            photos.extend(self.photos_owned_by(card.finding)?);
        }
        let mut wanted = BTreeSet::new();
        let copies = [PhotoCopy::Thumbnail, PhotoCopy::Standard, PhotoCopy::Original];
        self.want_copies(&photos, &copies, &mut wanted)?;
        Ok(wanted)
    }

    /// The photos that show a finding, its rectification and its rechecks.
    fn photos_of_case(&self, case: &Case) -> Result<BTreeSet<PhotoId>, MingchaError> {
        let mut photos = self.photos_owned_by(case.finding)?;
        photos.extend(&case.raise.photos);
        photos.extend(&case.fixed_photos);
        photos.extend(case.submissions.iter().flat_map(|one| &one.photos));
        photos.extend(case.results.iter().flat_map(|one| &one.photos));
        Ok(photos)
    }

    fn photos_owned_by(&self, finding: FindingId) -> Result<BTreeSet<PhotoId>, MingchaError> {
        Ok(self.store.photos_of(finding.into())?.into_iter().map(|photo| photo.photo).collect())
    }

    /// Wants what the city published of an undercover finding: all that colleagues may see of its photos.
    fn want_published(&self, case: &Case, wanted: &mut BTreeSet<Wanted>) -> Result<(), MingchaError> {
        for sha256 in &case.published_photos {
            let photo = name_of_published(*sha256);
            self.want(Wanted::new(photo, PhotoCopy::Published, *sha256, 0), wanted)?;
        }
        Ok(())
    }

    /// Wants these copies of photos whose op is known here: what it binds is what must come.
    fn want_copies(
        &self,
        photos: &BTreeSet<PhotoId>,
        copies: &[PhotoCopy],
        wanted: &mut BTreeSet<Wanted>,
    ) -> Result<(), MingchaError> {
        for photo in photos {
            let Some(row) = self.store.photo(*photo)?.filter(|row| !row.erased) else { continue };
            for copy in copies {
                let (sha256, bytes) = match copy {
                    PhotoCopy::Original => (row.add.original, row.add.original_bytes),
                    PhotoCopy::Standard => (row.add.standard, row.add.standard_bytes),
                    PhotoCopy::Thumbnail => (row.add.thumbnail, row.add.thumbnail_bytes),
                    PhotoCopy::Published => continue,
                };
                self.want(Wanted::new(*photo, *copy, sha256, bytes), wanted)?;
            }
        }
        Ok(())
    }

    fn want(&self, one: Wanted, wanted: &mut BTreeSet<Wanted>) -> Result<(), MingchaError> {
        if !self.store.photo_file(one.photo, one.copy)?.is_some_and(|file| is_here(&file)) {
            wanted.insert(one);
        }
        Ok(())
    }
}

/// A recheck whose window is open, or that is overdue.
fn is_due(case: &Case, almanac: &Almanac) -> bool {
    let dates = almanac.rules.dates(case);
    dates.recheck.is_some_and(|recheck| recheck.window_from <= almanac.today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_come_before_large_ones_whatever_photo_they_belong_to() {
        let photo = |n: u8| PhotoId::from_random([n; 16]);
        let wanted = BTreeSet::from([
            Wanted::new(photo(1), PhotoCopy::Original, Digest([1; 32]), 9),
            Wanted::new(photo(1), PhotoCopy::Standard, Digest([2; 32]), 9),
            Wanted::new(photo(2), PhotoCopy::Thumbnail, Digest([3; 32]), 9),
            Wanted::new(photo(3), PhotoCopy::Published, Digest([4; 32]), 9),
        ]);
        let copies: Vec<PhotoCopy> = wanted.iter().map(|one| one.copy).collect();
        assert_eq!(copies, [PhotoCopy::Published, PhotoCopy::Thumbnail, PhotoCopy::Standard, PhotoCopy::Original]);
    }

    #[test]
    fn a_published_copy_is_asked_for_by_its_hash_alone() {
        let sha256 = Digest::of(b"published");
        let wanted = Wanted::new(name_of_published(sha256), PhotoCopy::Published, sha256, 0);
        assert_eq!(wanted.path(), format!("/v1/published/{sha256}"));
        assert_eq!(name_of_published(sha256), name_of_published(sha256));
    }
}
