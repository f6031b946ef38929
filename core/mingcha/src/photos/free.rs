//! Room on the phone: an original goes when the city proved that it keeps it, and not a day before.
//!
//! Three things at once (`2-sync` section 7): the city said `safe` under its signature, the op was accepted, and 14 days
//! of the city's time have passed since it said so. The phone's own clock frees nothing, and neither does a jump of the
//! city's: when the two part, the fortnight begins anew. Standard copies and thumbnails stay, and a city that lost a file is
//! told so by getting it again.

use std::collections::BTreeMap;

use mingcha_model::{PhotoCopy, PhotoId};
use mingcha_store::{FileState, PhotoFile};
use mingcha_sync::{
    CityKey, FileStanding, FilesAsk, FilesSaid, Letter, MOST_FILES, RestoredSaid, SyncError, decode, encode,
};

use crate::http::Http;
use crate::{MingchaError, Phone};

/// How long an original stays after the city said that it is safe, in seconds.
const STAYS: i64 = 14 * 24 * 60 * 60;

/// By how many seconds the city's clock was ahead of this phone's when the fortnights began that run now.
const AHEAD: &str = "city_ahead_seconds";
/// How far that may change, in seconds, before one of the two clocks counts as set: clocks drift, by minutes a year.
const DRIFT: u64 = 12 * 60 * 60;

/// True while photos that wait here may have come to the city in a parcel.
const BY_HAND: &str = "photos_by_hand";
/// After which restore of the city all sent files were asked about.
const LOOKED_AFTER: &str = "looked_after_restore";

/// What came of asking about files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeardOfFiles {
    /// How many photos' originals were freed.
    pub photos: u64,
    /// False when the city did not know some of them.
    pub knows_all: bool,
}

impl Phone {
    /// Once after each restore of the city: what it no longer has goes back to the queue. A file of which the city does not
    /// know yet whose it is, is asked about again next time.
    pub(crate) fn look_what_a_restored_city_lost(
        &mut self,
        http: &Http,
        city: CityKey,
        restored: Option<RestoredSaid>,
    ) -> Result<(), MingchaError> {
        let Some(restored) = restored else { return Ok(()) };
        if self.setting::<i64>(LOOKED_AFTER)? == Some(restored.at_millis) {
            return Ok(());
        }
        self.tell_what_was_erased(http)?;
        if self.hear_what_is_safe(http, city)?.knows_all {
            self.put_setting(LOOKED_AFTER, &restored.at_millis)?;
        }
        Ok(())
    }

    /// Asks how the files that were sent stand with the city; frees the originals whose time has come.
    pub(crate) fn hear_what_is_safe(&mut self, http: &Http, city: CityKey) -> Result<HeardOfFiles, MingchaError> {
        let accepted = self.accepted()?;
        let mut files = Vec::new();
        for state in [FileState::Sent, FileState::Safe] {
            files.extend(self.store.photo_files_in(state, u32::MAX)?);
        }
        let mut heard = HeardOfFiles { photos: 0, knows_all: true };
        let before: Option<i64> = self.setting(AHEAD)?;
        let mut anew = None;
        for asked in files.chunks(MOST_FILES) {
            let said = ask(http, city, asked)?;
            let standing: BTreeMap<(PhotoId, PhotoCopy), FileStanding> =
                said.files.iter().map(|one| ((one.photo, one.copy), *one)).collect();
            let city_seconds = said.city_millis.div_euclid(1000);
            let ahead = city_seconds.saturating_sub(self.now_seconds());
            if before.is_none_or(|before| ahead.abs_diff(before) > DRIFT) {
                anew = Some(ahead);
            }
            for file in asked {
                let Some(standing) = standing.get(&(file.photo, file.copy)) else {
                    heard.knows_all = false;
                    continue;
                };
                let here = standing.sha256 == Some(file.sha256);
                let state = match (here, standing.safe) {
                    // A city that was restored lost it: it goes again with the next sync.
                    (false, _) => FileState::Local,
                    (true, false) => FileState::Sent,
                    (true, true) => FileState::Safe,
                };
                if state != file.state || anew.is_some() {
                    self.store.set_file_state(file.photo, file.copy, state, city_seconds)?;
                    continue;
                }
                let ripe = state == FileState::Safe && city_seconds.saturating_sub(file.since) >= STAYS;
                let op = self.store.photo(file.photo)?.map(|row| row.op);
                if ripe && file.copy == PhotoCopy::Original && op.is_some_and(|op| accepted.contains(op)) {
                    self.free(file, city_seconds)?;
                    heard.photos = heard.photos.saturating_add(1);
                }
            }
        }
        if let Some(ahead) = anew {
            self.put_setting(AHEAD, &ahead)?;
        }
        self.finish_freeing()?;
        Ok(heard)
    }

    /// What came to the city in a parcel does not go a second time: asked before anything is sent, for as long as something
    /// waits that was handed on by hand.
    pub(crate) fn hear_what_came_by_hand(&mut self, http: &Http, city: CityKey) -> Result<(), MingchaError> {
        if !self.setting::<bool>(BY_HAND)?.unwrap_or(false) {
            return Ok(());
        }
        let now = self.now_seconds();
        for asked in self.waiting_files()?.chunks(MOST_FILES) {
            for standing in ask(http, city, asked)?.files {
                let file = asked.iter().find(|file| (file.photo, file.copy) == (standing.photo, standing.copy));
                if let Some(file) = file.filter(|file| standing.sha256 == Some(file.sha256)) {
                    self.store.set_file_state(file.photo, file.copy, FileState::Sent, now)?;
                }
            }
        }
        if self.waiting_files()?.is_empty() { self.put_setting(BY_HAND, &false) } else { Ok(()) }
    }

    /// Remembers that photos which wait here may come to the city by hand.
    pub(crate) fn went_by_hand(&mut self) -> Result<(), MingchaError> {
        self.put_setting(BY_HAND, &true)
    }

    /// Lets one file go: the row first, so that a killed process leaves a file too many and never a row too many.
    fn free(&mut self, file: &PhotoFile, city_seconds: i64) -> Result<(), MingchaError> {
        let row = PhotoFile { key: None, state: FileState::Remote, since: city_seconds, ..file.clone() };
        self.store.put_photo_file(&row)?;
        // Equal photos share a file: it goes with the last of them.
        self.erase_unnamed(file.sha256, None)?;
        Ok(())
    }

    /// Erases files that a killed process had let go and not yet removed; the sweep found them without a row.
    fn finish_freeing(&mut self) -> Result<(), MingchaError> {
        for sha256 in std::mem::take(&mut self.sweep.without_row) {
            let rows = self.store.photo_files_of(sha256)?;
            let let_go = !rows.is_empty() && rows.iter().all(|row| row.state == FileState::Remote);
            if let_go {
                self.erase_unnamed(sha256, None)?;
            } else if rows.iter().all(|row| row.key.is_none()) {
                self.sweep.without_row.push(sha256);
            }
        }
        Ok(())
    }
}

fn ask(http: &Http, city: CityKey, files: &[PhotoFile]) -> Result<FilesSaid, MingchaError> {
    let ask = FilesAsk { files: files.iter().map(|file| (file.photo, file.copy)).collect() };
    let reply = http.send(&Letter { method: "POST", path: "/v1/files".to_owned(), body: encode(&ask) })?;
    if reply.status != 200 {
        return Err(MingchaError::City(mingcha_sync::Problem::from_json(reply.status, &reply.body)));
    }
    let said: FilesSaid = decode(&reply.body).ok_or(SyncError::Unreadable)?;
    if said.is_signed_by(&city) { Ok(said) } else { Err(SyncError::NotSigned.into()) }
}
