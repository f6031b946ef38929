//! Long work in a host's hands: run on a thread that the host picks, watched and cancelled from any other.
//!
//! It has an opening of the phone for itself, so screens go on meanwhile. Its last word is kept: whoever asks again gets
//! the same. Cancelling loses nothing, because what was acknowledged is durable and the next run goes on from there.

use std::sync::{Arc, Mutex};

use super::device::Inner;
use super::guard::{guarded, lock};
use super::page::{Tag, amount, count};
use super::{HostError, Network};
use crate::http::Stop;
use crate::words::Sense;
use crate::{Phone, Progress, SyncReport};

/// How far a job has come, ready for display.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobProgress {
    /// What is being done: statements go, others' come, photos go and come, a file is written; `preparing` before it begins.
    pub phase: Tag,
    /// How much of it is done: statements or files.
    pub done: i32,
    /// Of how much; 0 when that is not known.
    pub total: i32,
    /// Bytes of files done; 0 for statements.
    pub done_bytes: i64,
    /// Of how many; 0 when that is not known.
    pub total_bytes: i64,
    /// The amount in words: `1.2 MB / 8.0 MB`, `3 / 12`, `3`.
    pub amount_text: String,
}

/// What a sync did, and what still waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncOutcome {
    /// Statements that the city gave a receipt for.
    pub sent_count: i32,
    /// Statements of others that came.
    pub received_count: i32,
    /// Photos that went.
    pub sent_photo_count: i32,
    /// Photo files that came.
    pub received_photo_count: i32,
    /// Photos that wait for a better network or battery.
    pub postponed_photo_count: i32,
    /// Statements that still wait.
    pub waiting_count: i32,
    /// Photos that still wait.
    pub waiting_photo_count: i32,
    /// What needs a person now: refused, held, waiting for something else, disagreed about, or decided by others.
    pub attention_count: i32,
}

impl From<SyncReport> for SyncOutcome {
    fn from(report: SyncReport) -> Self {
        let attention = [report.refused, report.held, report.parked, report.conflicts, report.overruled];
        Self {
            sent_count: count(report.sent_ops),
            received_count: count(report.received_ops),
            sent_photo_count: count(report.sent_photos),
            received_photo_count: count(report.received_photos),
            postponed_photo_count: count(report.postponed_photos),
            waiting_count: count(report.waiting_ops),
            waiting_photo_count: count(report.waiting_photos),
            attention_count: count(attention.into_iter().fold(0, u64::saturating_add)),
        }
    }
}

/// What every job is: run once, watched and cancelled from any thread, its last word kept.
pub(super) struct Run<O> {
    pub inner: Arc<Inner>,
    pub stop: Arc<Stop>,
    progress: Mutex<JobProgress>,
    last_word: Mutex<Option<Result<O, HostError>>>,
}

impl<O: Clone> Run<O> {
    pub fn of(inner: Arc<Inner>, stop: Arc<Stop>) -> Self {
        let preparing = Tag::of(&[Sense::Progress], "preparing");
        let progress = JobProgress { phase: preparing, ..JobProgress::default() };
        Self { inner, stop, progress: Mutex::new(progress), last_word: Mutex::default() }
    }

    /// Does the work; whoever comes again gets its last word, when it is said.
    pub fn once(&self, work: impl FnOnce() -> Result<O, HostError>) -> Result<O, HostError> {
        let mut last_word = lock(&self.last_word);
        if let Some(said) = &*last_word {
            return said.clone();
        }
        let said = guarded(|| {
            self.stop.heeded()?;
            match work() {
                // Whoever ended it is told nothing but that.
                Err(_) if self.stop.heeded().is_err() => Err(HostError::cancelled()),
                said => said,
            }
        });
        *last_word = Some(said.clone());
        drop(last_word);
        self.inner.bell().ring();
        said
    }

    /// An opening of the phone for this job, which ends when it is cancelled.
    pub fn phone(&self) -> Result<Phone, HostError> {
        let mut phone = self.inner.another()?;
        phone.stop = Stop::clone(&self.stop);
        Ok(phone)
    }

    pub fn tell(&self, progress: &Progress) {
        *lock(&self.progress) = shown(progress);
    }

    pub fn progress(&self) -> JobProgress {
        lock(&self.progress).clone()
    }
}

/// One meeting with the city.
pub struct SyncJob(pub(super) Run<SyncOutcome>);

impl SyncJob {
    /// Meets the city, and returns when that is over: on a thread that may wait for minutes.
    ///
    /// A job runs once. Whoever runs it again gets its last word, when it is said.
    pub fn run(&self) -> Result<SyncOutcome, HostError> {
        let run = &self.0;
        run.once(|| {
            let now = run.inner.lent().conditions();
            if now.network == Network::Unavailable {
                return Err(HostError::no_network());
            }
            let (mut phone, mut folded) = (run.phone()?, 0);
            let report = phone.sync_under(now.into(), &mut |progress| {
                run.tell(&progress);
                let is_new = progress.what == "pages" && progress.done > folded;
                if is_new {
                    folded = progress.done;
                    run.inner.bell().ring();
                }
            });
            report.map(SyncOutcome::from).map_err(|error| run.inner.explained(error))
        })
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> JobProgress {
        self.0.progress()
    }

    /// Asks it to end; it does so within a moment, and says `Cancelled`. Before it is run, it does nothing at all then.
    pub fn cancel(&self) {
        self.0.stop.now();
    }
}

fn shown(progress: &Progress) -> JobProgress {
    JobProgress {
        phase: Tag::of(&[Sense::Progress], progress.what),
        done: count(progress.done),
        total: count(progress.of),
        done_bytes: progress.bytes.try_into().unwrap_or(i64::MAX),
        total_bytes: progress.of_bytes.try_into().unwrap_or(i64::MAX),
        amount_text: amount(progress),
    }
}
