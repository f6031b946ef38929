//! One device in an app's hands: opened, observed, suspended, closed, and held together while many threads ask.
//!
//! One call at a time works on it; long work has an opening of its own, so no screen waits for it. Suspended it holds no
//! file open, and opens again with the next call. A folder that was opened twice, here or in another process, is one
//! device all the same: the store puts what both say in one order, and one sync runs at a time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use mingcha_store::StoreError;

use super::bell::{Bell, Ear};
use super::guard::{guarded, lock};
use super::job::Run;
use super::lent::Lent;
use super::parcel_job::Task;
use super::planted::panic_where_planted;
use super::{Host, HostError, Observer, ParcelJob, SyncJob};
use crate::http::Stop;
use crate::{MingchaError, Phone};

/// One device, as an app holds it.
///
/// Every method may be called from any thread, blocks, and returns; when a method that writes returns, its effect is
/// durable. A method that fails has changed nothing.
pub struct Device {
    inner: Arc<Inner>,
}

/// What a device and its jobs share.
pub(super) struct Inner {
    folder: PathBuf,
    lent: Arc<Lent>,
    bell: Arc<Bell>,
    ear: Arc<Ear>,
    seat: Mutex<Seat>,
    jobs: Mutex<Vec<Weak<Stop>>>,
    /// What ends the enrolment that was asked for last.
    enrolling: Mutex<Weak<Stop>>,
}

/// Where the opened phone sits.
enum Seat {
    Awake(Box<Phone>),
    /// Suspended, or given up after a panic: the next call opens it again.
    Asleep,
    Closed,
}

impl Device {
    /// Opens the device in this folder, which is made when it is not there; an empty folder is a new device.
    ///
    /// A folder may be opened more than once: each opening hears what the others change.
    pub fn open(folder: &Path, host: Arc<dyn Host>) -> Result<Self, HostError> {
        guarded(|| {
            let lent = Lent::by(host);
            let phone = Phone::open(folder, lent.ports()?)?;
            let bell = Bell::of(folder);
            let ear = bell.ear();
            let (folder, seat) = (folder.to_owned(), Mutex::new(Seat::Awake(Box::new(phone))));
            Ok(Self {
                inner: Arc::new(Inner {
                    folder,
                    lent,
                    bell,
                    ear,
                    seat,
                    jobs: Mutex::default(),
                    enrolling: Mutex::default(),
                }),
            })
        })
    }

    /// Tells this observer from now on, and no other one of this opening; nothing tells nobody.
    pub fn observe(&self, observer: Option<Arc<dyn Observer>>) {
        self.inner.ear.listen(observer);
    }

    /// Lets go of every file, for an app that leaves the foreground: what was said is sealed, jobs are cancelled. The next
    /// call opens the device again.
    ///
    /// A job that waits for an answer gives it up. What fails here is the sealing alone: suspended it is all the same, and the next sync seals.
    pub fn suspend(&self) -> Result<(), HostError> {
        self.inner.cancel_jobs();
        guarded(|| {
            let mut seat = lock(&self.inner.seat);
            let Seat::Awake(phone) = &mut *seat else { return Ok(()) };
            let sealed = seal_alone(phone);
            *seat = Seat::Asleep;
            sealed.map_err(|error| self.inner.explained(error))
        })
    }

    /// Closes this opening for good: jobs are cancelled, and every later call fails with `Cancelled`. Closing twice does
    /// nothing.
    pub fn close(&self) {
        self.inner.cancel_jobs();
        let _ = guarded(|| {
            *lock(&self.inner.seat) = Seat::Closed;
            Ok(())
        });
        // What was prepared while this waited for the call that was under way.
        self.inner.cancel_jobs();
        self.inner.ear.listen(None);
    }

    /// Prepares a meeting with the city; it begins when it is run.
    #[must_use]
    pub fn sync_job(&self) -> SyncJob {
        SyncJob(Run::of(Arc::clone(&self.inner), self.inner.stop_of_a_job()))
    }

    /// Prepares handing this device's work on as a new file that the city alone can read: what was said, and the photos that
    /// the city does not have; with `since`, an RFC 3339 time, from then on. It marks nothing as sent.
    #[must_use]
    pub fn export_job(&self, file: &Path, since: Option<&str>) -> ParcelJob {
        self.parcel_job(Task::Export { file: file.to_owned(), since: since.map(str::to_owned) })
    }

    /// Prepares taking somebody else's file along to the city; it goes with the next sync. Nothing of it can be read here.
    #[must_use]
    pub fn import_job(&self, file: &Path) -> ParcelJob {
        self.parcel_job(Task::Import { file: file.to_owned() })
    }

    fn parcel_job(&self, task: Task) -> ParcelJob {
        ParcelJob::of(Arc::clone(&self.inner), self.inner.stop_of_a_job(), task)
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Asks the phone something: all of it as it is at one moment.
    pub(super) fn ask<T>(&self, call: impl Fn(&Phone) -> Result<T, MingchaError>) -> Result<T, HostError> {
        self.inner.with(|phone| phone.store.at_one_moment(|_| call(phone)))
    }

    /// The same for what makes its index first, as a search does, or writes a file: no reading of one moment, which would keep the
    /// store's log from being emptied meanwhile.
    pub(super) fn ask_at_leisure<T>(&self, call: impl Fn(&Phone) -> Result<T, MingchaError>) -> Result<T, HostError> {
        self.inner.with(|phone| call(phone))
    }

    /// Lets the phone do something, and tells whoever listens.
    pub(super) fn act<T>(&self, call: impl FnMut(&mut Phone) -> Result<T, MingchaError>) -> Result<T, HostError> {
        let done = self.inner.with(call)?;
        self.inner.bell.ring();
        Ok(done)
    }

    /// The same for what takes in photos of these files: refused before anything is read where they would fill the storage.
    pub(super) fn act_with_photos<T>(
        &self,
        files: &[String],
        call: impl FnMut(&mut Phone) -> Result<T, MingchaError>,
    ) -> Result<T, HostError> {
        let sizes = files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|file| file.len());
        let bytes = sizes.fold(0_u64, u64::saturating_add);
        if bytes > 0 {
            guarded(|| self.inner.lent.has_room_for(bytes))?;
        }
        self.act(call)
    }
}

impl Inner {
    fn with<T>(&self, mut call: impl FnMut(&mut Phone) -> Result<T, MingchaError>) -> Result<T, HostError> {
        let answer = guarded(|| {
            let mut seat = lock(&self.seat);
            let phone = self.seated(&mut seat)?;
            phone.look_again()?;
            panic_where_planted(&self.folder);
            let mut answer = call(phone);
            if matches!(answer, Err(MingchaError::Store(StoreError::UnknownLog(_)))) {
                // A sync beside us gave the log up at this very moment: what is said goes into its successor.
                phone.look_again()?;
                answer = call(phone);
            }
            answer.map_err(|error| self.explained(error))
        });
        if answer.as_ref().is_err_and(|error| *error == HostError::panicked()) {
            self.let_go();
        }
        answer
    }

    /// The phone, opened again where it sleeps.
    fn seated<'s>(&self, seat: &'s mut Seat) -> Result<&'s mut Phone, HostError> {
        if matches!(seat, Seat::Asleep) {
            *seat = Seat::Awake(Box::new(self.opened()?));
        }
        match seat {
            Seat::Awake(phone) => Ok(phone),
            Seat::Asleep | Seat::Closed => Err(HostError::cancelled()),
        }
    }

    /// What a panic was working on is not trusted any more.
    fn let_go(&self) {
        let mut seat = lock(&self.seat);
        if matches!(*seat, Seat::Awake(_)) {
            let given_up = std::mem::replace(&mut *seat, Seat::Asleep);
            let _ = guarded(|| {
                drop(given_up);
                Ok(())
            });
        }
    }

    /// What ends one job, or all of them together.
    fn stop_of_a_job(&self) -> Arc<Stop> {
        let stop = Arc::new(Stop::default());
        let mut jobs = lock(&self.jobs);
        jobs.retain(|job| job.strong_count() > 0);
        jobs.push(Arc::downgrade(&stop));
        stop
    }

    fn cancel_jobs(&self) {
        for job in lock(&self.jobs).drain(..).filter_map(|job| job.upgrade()) {
            job.now();
        }
    }

    /// Lets an opening of its own do what may wait for the city, so that no screen waits for it; ends when the device is
    /// suspended or closed, or asks for the next of the kind: who enrols again has given up the enrolment before.
    pub fn aside<T>(&self, call: impl FnOnce(&mut Phone) -> Result<T, MingchaError>) -> Result<T, HostError> {
        let stop = self.stop_of_a_job();
        let before = std::mem::replace(&mut *lock(&self.enrolling), Arc::downgrade(&stop));
        if let Some(before) = before.upgrade() {
            before.now();
        }
        let done = guarded(|| {
            let mut phone = self.another()?;
            phone.stop = Stop::clone(&stop);
            match call(&mut phone) {
                Err(_) if stop.heeded().is_err() => Err(HostError::cancelled()),
                said => said.map_err(|error| self.explained(error)),
            }
        });
        self.bell.ring();
        done
    }

    /// An opening of its own, for work that must not keep screens waiting; none once this one is closed.
    pub fn another(&self) -> Result<Phone, HostError> {
        if matches!(*lock(&self.seat), Seat::Closed) { Err(HostError::cancelled()) } else { self.opened() }
    }

    fn opened(&self) -> Result<Phone, HostError> {
        panic_where_planted(&self.folder);
        Ok(Phone::open(&self.folder, self.lent.ports()?)?)
    }

    /// An error as the host may decide on it.
    pub fn explained(&self, error: MingchaError) -> HostError {
        match error {
            // The key is there; the host did not use it this time.
            MingchaError::KeyLost if self.lent.refused_to_sign() => HostError::locked(),
            other => other.into(),
        }
    }

    pub fn lent(&self) -> &Lent {
        &self.lent
    }

    pub fn bell(&self) -> &Bell {
        &self.bell
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.close();
    }
}

/// Seals unless a sync is at it right now, which seals by itself.
fn seal_alone(phone: &mut Phone) -> Result<(), MingchaError> {
    match phone.alone() {
        Ok(_alone) if phone.holds_its_key()? => phone.seal(),
        Ok(_) | Err(MingchaError::Store(StoreError::Busy)) => Ok(()),
        Err(other) => Err(other),
    }
}
