//! One run of sync: seal, correspond until everything is said and heard, then carry photos.
//!
//! Ops go first, photos after them. What is reported is what the city acknowledged, never what was attempted; a broken
//! run keeps everything that was heard and loses nothing that was said.

use std::fs::File;

use mingcha_model::{Cursor, FeedName, LogId};
use mingcha_store::{NewPage, OpVerdict, Store, StoreError};
use mingcha_sync::{
    CityKey, Correspondence, Desk, Heard, HelloSaid, LogPosition, Page, Problem, Receipt, RestoredSaid, SyncError,
};

use crate::http::Http;
use crate::phone::Me;
use crate::ports::sixteen;
use crate::seal::app_build;
use crate::{MingchaError, Phone, Surroundings, SyncReport};

/// Where it is remembered whether the city keeps backups.
const BACKUP: &str = "city_backup";
/// Where it is remembered when the newest of them was taken.
const BACKUP_TAKEN: &str = "city_backup_taken";

/// How far long work has come, as counts and bytes: nothing in it says whose or what of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done: `ops`, `pages`, `copies`, `photos_up`, `parcels_up`, `photos_down`; `export`, `import`,
    /// `verify`.
    pub what: &'static str,
    /// How much is done: ops, entries, or files.
    pub done: u64,
    /// Of how much; 0 when not known.
    pub of: u64,
    /// How many bytes of files are done, those of the file under way included; 0 for ops and pages.
    pub bytes: u64,
    /// Of how many; 0 when not known.
    pub of_bytes: u64,
}

impl Progress {
    /// Nothing of this is done yet, and how much there is to do is not known.
    pub(crate) fn begin(what: &'static str) -> Self {
        Self { what, done: 0, of: 0, bytes: 0, of_bytes: 0 }
    }
}

/// What a run was told so far.
#[derive(Default)]
struct Told {
    report: SyncReport,
    /// Whether the city keeps backups.
    backup: bool,
    /// The last restore of the city, as it said.
    restored: Option<RestoredSaid>,
    /// Trouble with one log that did not stop the others.
    problem: Option<Problem>,
}

/// True when the feeds held here and those of the city do not fit together.
fn is_about_feeds(error: &MingchaError) -> bool {
    match error {
        MingchaError::City(problem) => problem.code == "feed_diverged",
        MingchaError::Sync(error) => matches!(error, SyncError::DoesNotContinue | SyncError::Page(_)),
        MingchaError::Store(error) => {
            matches!(error, StoreError::Gap { .. } | StoreError::WrongHead { .. } | StoreError::WrongEpoch { .. })
        }
        _ => false,
    }
}

/// Everything was sent, and nothing can be received yet.
fn restored() -> Problem {
    Problem::new(
        503,
        "city_restored",
        "平台刚从备份恢复：本机内容已全部送到；文明办核对人员后才下发，请稍后再同步 / the city was restored from a backup: everything of this phone has been sent; it gives out nothing until its office has checked its people, so sync again later",
    )
}

/// The store as a correspondence sees it.
struct PhoneDesk<'a> {
    store: &'a Store,
    wall_millis: i64,
}

impl Desk for PhoneDesk<'_> {
    type Error = MingchaError;

    fn logs(&self) -> Result<Vec<LogPosition>, MingchaError> {
        let logs = self.store.logs()?.into_iter();
        Ok(logs.map(|log| LogPosition { log: log.log, sealed: log.sealed_through, head: log.head }).collect())
    }

    fn without_receipt(&self, log: LogId) -> Result<Option<u64>, MingchaError> {
        let own = self.store.logs()?.into_iter().find(|own| own.log == log);
        Ok(own
            .filter(|own| own.receipted_through < own.sealed_through)
            .map(|own| own.receipted_through.saturating_add(1)))
    }

    fn segment(&self, log: LogId, seq: u64) -> Result<Option<Vec<u8>>, MingchaError> {
        // Of a log that was given up, what differs from the city's is evidence and not sent again.
        let found = self.store.segment_holding(log, seq)?.filter(|one| !one.forked);
        Ok(found.map(|one| one.bytes))
    }

    fn receipt(&self, log: LogId, first_seq: u64) -> Result<Option<Vec<u8>>, MingchaError> {
        Ok(self.store.segment_holding(log, first_seq)?.and_then(|one| one.receipt))
    }

    fn cursor(&self, feed: FeedName) -> Result<Option<Cursor>, MingchaError> {
        Ok(self.store.cursor(&feed)?)
    }

    fn wall_millis(&self) -> i64 {
        self.wall_millis
    }
}

impl Phone {
    /// Meets the city: sends what was said, receives what is new, then photos both ways.
    ///
    /// Errors with `unreachable` when no city answers; what was heard until then is kept. A log or a feed that the city
    /// has trouble with stops neither the others nor the photos; the trouble is the error at the end.
    pub fn sync(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<SyncReport, MingchaError> {
        self.sync_under(Surroundings::default(), progress)
    }

    /// The same in this moment: ops and thumbnails always travel, larger files where network and battery allow it.
    pub fn sync_under(
        &mut self,
        moment: Surroundings,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<SyncReport, MingchaError> {
        let _alone = self.alone()?;
        if !self.holds_its_key()? {
            return Err(MingchaError::KeyLost);
        }
        let me = self.me()?.clone();
        let http = Http::to(&me.url, Some(me.token.clone()))?.until(&self.stop);
        let mut told = Told::default();
        let mut heard = self.correspond(&http, me.city_key, &mut told, progress);
        if heard.as_ref().is_err_and(is_about_feeds) {
            // What is held here and what the city says do not fit: the feeds are fetched again, own work stays.
            self.let_feeds_go()?;
            heard = self.correspond(&http, me.city_key, &mut told, progress);
        }
        // Ops first: whatever there is with a picture, what was said is with the city by then.
        let finished = if heard.is_ok() { self.photo_finish(progress).map(drop) } else { Ok(()) };
        if heard.is_ok() && told.problem.is_none() && self.store.waiting()?.ops > 0 {
            // Photos were said, a log was given up on the way, or something was said meanwhile: once more, and no oftener.
            heard = self.correspond(&http, me.city_key, &mut told, progress);
        }
        if matches!(heard, Err(MingchaError::NotWelcome(_))) {
            self.is_not_welcome()?;
        }
        if let Err(
            gone @ (MingchaError::Unreachable
            | MingchaError::NotWelcome(_)
            | MingchaError::Later(_)
            | MingchaError::Stopped),
        ) = heard
        {
            return Err(gone);
        }
        // Before any photo travels: what was erased is neither sent nor fetched.
        self.finish_erasures()?;
        self.look_what_a_restored_city_lost(&http, me.city_key, told.restored)?;
        self.hear_what_came_by_hand(&http, me.city_key)?;
        let sent = self.send_photos(&http, moment, progress)?;
        let carried = self.carry_parcels(&http, me.city_key, moment, progress)?;
        heard?;
        finished?;
        if told.restored.is_some_and(|restored| !restored.confirmed) {
            return Err(MingchaError::City(restored()));
        }
        self.drop_withdrawn_copies()?;
        let fetched = self.fetch_wanted(&http, moment, progress)?;
        let freed = if told.backup { self.hear_what_is_safe(&http, me.city_key)?.photos } else { 0 };
        if let Some(problem) = told.problem {
            return Err(MingchaError::City(problem));
        }
        if told.backup {
            // A restored city had from them what it needed, and is copied off its machine again.
            for feed in self.store.feeds()? {
                self.store.drop_old_pages(&feed.name)?;
            }
        }
        self.finished_sync()?;
        let waiting = self.store.waiting()?;
        let captured = self.captured_counts()?;
        let attention = self.attention_counts()?;
        if attention.overruled == 0 && self.has_notes()? {
            self.forget_idle_notes()?;
        }
        Ok(SyncReport {
            sent_photos: sent.photos,
            received_photos: fetched.received,
            sent_bytes: sent.bytes,
            received_bytes: fetched.bytes,
            postponed_photos: sent.postponed,
            freed_photos: freed,
            waiting_ops: waiting.ops,
            waiting_photos: self.waiting_photos()?,
            unfinished_photos: captured.waiting,
            unusable_photos: captured.unusable,
            refused: attention.refused,
            held: attention.held,
            conflicts: attention.conflicts,
            parked: attention.parked,
            overruled: attention.overruled,
            handed_over_parcels: carried.handed_over,
            waiting_parcels: carried.waiting,
            refused_parcels: carried.refused,
            ..told.report
        })
    }

    fn correspond(
        &mut self,
        http: &Http,
        city: CityKey,
        told: &mut Told,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), MingchaError> {
        self.seal()?;
        let waiting = self.store.waiting()?.ops;
        let mut run = Correspondence::new(city, &app_build());
        loop {
            let desk = PhoneDesk { store: &self.store, wall_millis: self.clock.wall_millis() };
            let Some(letter) = run.next_letter(&desk)? else { return Ok(()) };
            let reply = http.send(&letter)?;
            for heard in run.read(&reply)? {
                self.keep(heard, told)?;
            }
            progress(Progress { done: told.report.sent_ops, of: waiting, ..Progress::begin("ops") });
            progress(Progress { done: told.report.received_ops, ..Progress::begin("pages") });
        }
    }

    /// Whether the city keeps backups, as it last said; none before it said anything. Without them nothing is ever safe.
    pub(crate) fn city_backup(&self) -> Result<Option<bool>, MingchaError> {
        self.setting(BACKUP)
    }

    /// When the newest backup of the city was taken, in Unix milliseconds of the city; none where it keeps none.
    pub(crate) fn city_backup_millis(&self) -> Result<Option<i64>, MingchaError> {
        Ok(self.setting::<Option<i64>>(BACKUP_TAKEN)?.flatten())
    }

    /// Keeps what the city signed of its backups: when the newest was taken, and what of this phone's logs stands in it.
    fn keep_backup(&mut self, said: &HelloSaid, told: &mut Told) -> Result<(), MingchaError> {
        let city = self.me()?.city_key;
        if said.safe.as_ref().is_some_and(|safe| !safe.is_signed_by(&city)) {
            return Err(SyncError::NotSigned.into());
        }
        told.backup = said.safe.is_some();
        self.put_setting(BACKUP, &told.backup)?;
        self.put_setting(BACKUP_TAKEN, &said.safe.as_ref().map(|safe| safe.taken_millis))?;
        let own: Vec<LogId> = self.store.logs()?.into_iter().map(|log| log.log).collect();
        for (log, through) in said.safe.iter().flat_map(|safe| &safe.logs).filter(|(log, _)| own.contains(log)) {
            self.store.put_safe(*log, *through)?;
        }
        Ok(())
    }

    /// Lets go of every feed held, to begin each again from its first page.
    fn let_feeds_go(&mut self) -> Result<(), MingchaError> {
        for feed in self.store.feeds()? {
            self.store.drop_feed(&feed.name)?;
        }
        Ok(())
    }

    /// Two runs of one phone never overlap: the second waits for nothing and says so.
    pub(crate) fn alone(&self) -> Result<File, MingchaError> {
        let file = File::create(self.home.sync_lock()).map_err(|error| MingchaError::from_io(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Busy.into()),
            Err(std::fs::TryLockError::Error(error)) => Err(MingchaError::from_io(&error)),
        }
    }

    fn keep(&mut self, heard: Heard, told: &mut Told) -> Result<(), MingchaError> {
        match heard {
            Heard::Hello(said) => {
                self.met(said.city_millis)?;
                self.keep_backup(&said, told)?;
                self.keep_parcel_key(said.parcel_key.as_ref())?;
                told.restored = said.restored;
                if said.restored.is_some_and(|restored| !restored.confirmed) {
                    // Until it gives again, what is here is shown as it is.
                    return Ok(());
                }
                let readable: Vec<FeedName> = said.feeds.iter().map(|head| head.feed).collect();
                self.leave_feeds(&readable)?;
                // A city that was restored begins another epoch; its feeds begin again here too.
                for head in said.feeds {
                    let held = self.store.cursor(&head.feed)?;
                    if held.is_some_and(|held| held.epoch != head.cursor.epoch) {
                        self.store.restart_feed(&head.feed, head.cursor.epoch)?;
                    }
                }
                Ok(())
            }
            Heard::Receipt(receipt, bytes) => {
                told.report.sent_ops = told.report.sent_ops.saturating_add(receipt.count);
                self.keep_receipt(&receipt, &bytes)
            }
            Heard::Page(page, bytes) => {
                let folded = self.keep_page(&page, &bytes)?;
                told.report.received_ops = told.report.received_ops.saturating_add(folded);
                Ok(())
            }
            Heard::Stuck(_, problem) => {
                told.problem = Some(problem);
                Ok(())
            }
            // A reply was lost: the next letter asks for the receipt by sending the same bytes again.
            Heard::Has(..) => Ok(()),
            Heard::Fork { log, from_seq } => self.part_ways(log, from_seq),
        }
    }

    fn keep_receipt(&mut self, receipt: &Receipt, bytes: &[u8]) -> Result<(), MingchaError> {
        let ruled: Vec<OpVerdict> = (receipt.first_seq..)
            .take(usize::try_from(receipt.count).unwrap_or(0))
            .map(|seq| {
                let (verdict, reason) = receipt.verdict(seq);
                OpVerdict { seq, verdict, reason }
            })
            .collect();
        let since = receipt.received_millis.div_euclid(1000);
        Ok(self.store.put_receipt(receipt.log, receipt.first_seq, bytes, &ruled, since)?)
    }

    fn keep_page(&mut self, page: &Page, bytes: &[u8]) -> Result<u64, MingchaError> {
        let entries = page.entries().map_err(|error| MingchaError::Sync(error.into()))?;
        self.note_replacements(page, &entries)?;
        let folded = self.store.fold_page(&NewPage {
            feed: page.feed,
            epoch: page.epoch,
            first: page.first,
            previous: page.previous,
            head: page.head,
            entries: &entries,
            bytes,
        })?;
        Ok(folded.entries)
    }

    /// This phone was restored or copied: what the city does not have is said again in a new log, and the old one is
    /// kept as evidence. The next run sends it.
    fn part_ways(&mut self, old: LogId, from_seq: u64) -> Result<(), MingchaError> {
        let me = self.me()?.clone();
        let covert = self.store.logs()?.into_iter().find(|log| log.log == old).and_then(|log| log.covert_visit);
        let new = LogId(sixteen(&*self.chance));
        self.open_log(new, me.device, covert)?;
        self.store.reissue(old, from_seq, new)?;
        if me.log == old { self.become_me(Me { log: new, ..me }) } else { Ok(()) }
    }

    /// Leaves what this person may not read any more; own unsent work stays.
    fn leave_feeds(&mut self, readable: &[FeedName]) -> Result<(), MingchaError> {
        let left: Vec<FeedName> =
            self.store.feeds()?.into_iter().map(|feed| feed.name).filter(|name| !readable.contains(name)).collect();
        if !left.is_empty() {
            self.remember_sites()?;
        }
        for feed in left {
            self.store.drop_feed(&feed)?;
        }
        Ok(())
    }
}
