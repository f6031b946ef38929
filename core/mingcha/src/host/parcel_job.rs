//! Handing work on as a file, and taking others' along, as jobs in a host's hands.

use std::path::PathBuf;
use std::sync::Arc;

use super::device::Inner;
use super::job::Run;
use super::page::count;
use super::{HostError, JobProgress};
use crate::http::Stop;

/// What a parcel holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParcelOutcome {
    /// Statements in it.
    pub statement_count: i32,
    /// Photos of which it holds a file.
    pub photo_count: i32,
    /// Photos of which a file does not open on this device any more and is not in it; 0 for one that was taken along.
    pub unreadable_photo_count: i32,
}

pub(super) enum Task {
    Export { file: PathBuf, since: Option<String> },
    Import { file: PathBuf },
}

/// Writes a parcel, or takes one along.
pub struct ParcelJob {
    run: Run<ParcelOutcome>,
    task: Task,
}

impl ParcelJob {
    pub(super) fn of(inner: Arc<Inner>, stop: Arc<Stop>, task: Task) -> Self {
        Self { run: Run::of(inner, stop), task }
    }

    /// Does it, and returns when that is over: on a thread that may wait for minutes. A file that was not finished is not there.
    ///
    /// A job runs once. Whoever runs it again gets its last word, when it is said.
    pub fn run(&self) -> Result<ParcelOutcome, HostError> {
        let run = &self.run;
        run.once(|| {
            let mut phone = run.phone()?;
            let mut told = |progress| run.tell(&progress);
            let done = match &self.task {
                Task::Export { file, since } => {
                    phone.export(file, since.as_deref(), &mut told).map(|written| ParcelOutcome {
                        statement_count: count(written.ops),
                        photo_count: count(written.photos),
                        unreadable_photo_count: count(written.unreadable_photos),
                    })
                }
                Task::Import { file } => phone.import(file, &mut told).map(|carried| ParcelOutcome {
                    statement_count: count(carried.ops),
                    photo_count: count(carried.photos),
                    unreadable_photo_count: 0,
                }),
            };
            done.map_err(|error| run.inner.explained(error))
        })
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> JobProgress {
        self.run.progress()
    }

    /// Asks it to end; it does so within a chunk of the file, and leaves none. Before it is run, it does nothing at all then.
    pub fn cancel(&self) {
        self.run.stop.now();
    }
}
