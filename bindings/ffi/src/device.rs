//! The calls: each converts, calls and converts, in one line.

use std::path::Path;
use std::sync::Arc;

use mingcha::host as core;
use mingcha::host::{
    AttentionPage, BlurredPart, DeviceStatus, FindingDetail, FindingPage, FindingQuery, JobProgress, ParcelOutcome,
    PhotoCopy, RaisedFinding, RecheckResult, ReckonedDay, ScorePage, Severity, SitePage, SiteQuery, StartedVisit,
    SubmittedVisit, SyncOutcome, TakenPhoto, TaskPage, VisitForm, VisitMode,
};

use crate::lent::{Lent, Observer, Platform, Watching};
use crate::shapes::MingchaError;

/// One device 手机, as an app holds it.
///
/// Every method may be called from any thread, blocks, and returns: never on the main thread. When a method that writes
/// returns, its effect is durable; one that fails has changed nothing.
#[derive(uniffi::Object)]
pub struct Device(core::Device);

#[uniffi::export]
impl Device {
    /// Opens the device in this folder, which is made when it is not there; an empty folder is a new device.
    ///
    /// A folder may be opened more than once: each opening hears what the others change.
    #[uniffi::constructor]
    pub fn open(folder: &str, platform: Box<dyn Platform>) -> Result<Arc<Self>, MingchaError> {
        Ok(Arc::new(Self(core::Device::open(Path::new(folder), Arc::new(Lent(platform)))?)))
    }

    /// Tells this observer from now on, and no other one of this opening.
    pub fn observe(&self, observer: Box<dyn Observer>) {
        self.0.observe(Some(Arc::new(Watching(observer))));
    }

    /// Lets go of every file, for an app that leaves the foreground: what was said is sealed, jobs are cancelled. The next
    /// call opens the device again.
    pub fn suspend(&self) -> Result<(), MingchaError> {
        self.0.suspend()
    }

    /// Closes this opening for good: jobs are cancelled, and every later call fails as cancelled. Closing twice does
    /// nothing.
    pub fn shut(&self) {
        self.0.close();
    }

    /// Prepares a meeting with the city; it begins when it is run.
    pub fn sync_job(&self) -> Arc<SyncJob> {
        Arc::new(SyncJob(self.0.sync_job()))
    }

    /// Prepares handing this device's work on as a new file that the city alone can read: what was said, and the photos that
    /// the city does not have; with `since`, an RFC 3339 time, from then on. It marks nothing as sent.
    #[uniffi::method(default(since = None))]
    pub fn export_job(&self, file: &str, since: Option<String>) -> Arc<ParcelJob> {
        Arc::new(ParcelJob(self.0.export_job(Path::new(file), since.as_deref())))
    }

    /// Prepares taking somebody else's file along to the city; it goes with the next sync. Nothing of it can be read here.
    pub fn import_job(&self, file: &str) -> Arc<ParcelJob> {
        Arc::new(ParcelJob(self.0.import_job(Path::new(file))))
    }

    // What screens show.

    /// Whose device this is and what waits: for the start screen and badges. It needs no enrolment.
    pub fn status(&self) -> Result<DeviceStatus, MingchaError> {
        self.0.status()
    }

    /// The sites of this person's areas or unit.
    pub fn sites(&self, query: SiteQuery) -> Result<SitePage, MingchaError> {
        self.0.sites(&query)
    }

    /// Today's work.
    pub fn tasks(&self) -> Result<TaskPage, MingchaError> {
        self.0.tasks()
    }

    /// One visit, to be filled in or read.
    pub fn visit(&self, visit_id: &str) -> Result<VisitForm, MingchaError> {
        self.0.visit(visit_id)
    }

    /// What a visit comes to, line by line. What was submitted stands, whatever was answered since.
    pub fn score(&self, visit_id: &str) -> Result<ScorePage, MingchaError> {
        self.0.score(visit_id)
    }

    /// When something fed back on this day, `2026-03-10`, is rechecked by the city's policy.
    pub fn recheck_day(&self, fed_back: &str) -> Result<ReckonedDay, MingchaError> {
        self.0.recheck_day(fed_back)
    }

    /// The day so many working days after this one, which is not counted; at most 3,660.
    pub fn workday(&self, start: &str, workdays: i32) -> Result<ReckonedDay, MingchaError> {
        self.0.workday(start, workdays)
    }

    /// Findings, the newest first.
    pub fn findings(&self, query: FindingQuery) -> Result<FindingPage, MingchaError> {
        self.0.findings(&query)
    }

    /// One finding with everything that is known of it here.
    pub fn finding(&self, finding_id: &str) -> Result<FindingDetail, MingchaError> {
        self.0.finding(finding_id)
    }

    /// What needs this person: refused, held, disagreed about.
    pub fn attention(&self) -> Result<AttentionPage, MingchaError> {
        self.0.attention()
    }

    /// Writes a copy of a photo that is here to a new file, unsealed. The app removes it when it was shown. Of what a unit may
    /// see there is one copy, whichever is asked for.
    pub fn save_photo(&self, photo_id: &str, copy: PhotoCopy, file: &str) -> Result<(), MingchaError> {
        self.0.save_photo(photo_id, copy, file)
    }

    // What a person does.

    /// Enrols this device with the city at this address by a one-time code, as `7KQM-2R8T-XW4P`.
    pub fn enrol(&self, city_url: &str, code: &str) -> Result<DeviceStatus, MingchaError> {
        self.0.enrol(city_url, code)
    }

    /// Starts a visit at a site, named by id or by the office's code. Without sets it asks those of the campaign that runs,
    /// else the everyday ones.
    #[uniffi::method(default(sets = []))]
    pub fn start_visit(&self, site_id: &str, mode: VisitMode, sets: &[String]) -> Result<StartedVisit, MingchaError> {
        self.0.start_visit(site_id, mode, sets)
    }

    /// Answers one item of a visit. A note that is not given stays where the same person gives the same value again.
    #[uniffi::method(default(note = None, basis = None))]
    pub fn answer(
        &self,
        visit_id: &str,
        item: &str,
        value: &str,
        note: Option<String>,
        basis: Option<String>,
    ) -> Result<(), MingchaError> {
        self.0.answer(visit_id, item, value, note.as_deref(), basis.as_deref())
    }

    /// Takes a picture into a visit, for one of its items where one is named: JPEG, PNG or WebP, at most 48 megapixels.
    /// The file stays as it is; its copies are sealed and durable on return.
    #[uniffi::method(default(item = None))]
    pub fn add_photo(&self, visit_id: &str, file: &str, item: Option<String>) -> Result<TakenPhoto, MingchaError> {
        self.0.add_photo(visit_id, file, item.as_deref())
    }

    /// Submits a visit as it was seen: an answer of somebody else's that came since makes it out of date.
    #[uniffi::method(default(basis = None))]
    pub fn submit_visit(&self, visit_id: &str, basis: Option<String>) -> Result<SubmittedVisit, MingchaError> {
        self.0.submit_visit(visit_id, basis.as_deref())
    }

    /// Raises a finding on an item of a visit, with photos of that visit.
    #[uniffi::method(default(photo_ids = []))]
    pub fn raise_finding(
        &self,
        visit_id: &str,
        item: &str,
        text: &str,
        severity: Severity,
        photo_ids: &[String],
    ) -> Result<RaisedFinding, MingchaError> {
        self.0.raise_finding(visit_id, item, text, severity, photo_ids)
    }

    /// Tells the unit of a finding. An undercover one is published by it, and its demand must be worded; photos go along
    /// only where a person looked at them, with the parts that were marked made unrecognisable. Gives the id under which
    /// everybody acts on it from then on.
    #[uniffi::method(default(demand = None, photos_checked = false, blurred = []))]
    pub fn feed_back(
        &self,
        finding_id: &str,
        demand: Option<String>,
        photos_checked: bool,
        blurred: Vec<BlurredPart>,
    ) -> Result<String, MingchaError> {
        self.0.feed_back(finding_id, demand.as_deref(), photos_checked, &blurred)
    }

    /// Serves a rectification notice; without a day, `2026-03-10`, the deadline follows from severity and service.
    #[uniffi::method(default(deadline = None))]
    pub fn serve_notice(&self, finding_id: &str, deadline: Option<String>) -> Result<(), MingchaError> {
        self.0.serve_notice(finding_id, deadline.as_deref())
    }

    /// A unit sends what it put right, with photos of it. Gives the id of the submission.
    #[uniffi::method(default(files = []))]
    pub fn submit_rectification(&self, finding_id: &str, text: &str, files: &[String]) -> Result<String, MingchaError> {
        self.0.submit_rectification(finding_id, text, files)
    }

    /// A supervisor approves exactly one submission.
    #[uniffi::method(default(text = None, basis = None))]
    pub fn approve(
        &self,
        submission_id: &str,
        text: Option<String>,
        basis: Option<String>,
    ) -> Result<(), MingchaError> {
        self.0.approve(submission_id, text.as_deref(), basis.as_deref())
    }

    /// A supervisor returns exactly one submission, with a reason.
    #[uniffi::method(default(basis = None))]
    pub fn send_back(&self, submission_id: &str, reason: &str, basis: Option<String>) -> Result<(), MingchaError> {
        self.0.send_back(submission_id, reason, basis.as_deref())
    }

    /// Says what a recheck found.
    #[uniffi::method(default(text = None, files = [], basis = None))]
    pub fn recheck(
        &self,
        finding_id: &str,
        result: RecheckResult,
        text: Option<String>,
        files: &[String],
        basis: Option<String>,
    ) -> Result<(), MingchaError> {
        self.0.recheck(finding_id, result, text.as_deref(), files, basis.as_deref())
    }

    /// Proposes a refused statement again, word for word, with whatever else of it was refused.
    pub fn propose_again(&self, statement_id: &str) -> Result<(), MingchaError> {
        self.0.propose_again(statement_id)
    }

    /// Lets a refused statement go, and with what made a thing all that was said of the thing.
    pub fn let_go(&self, statement_id: &str) -> Result<(), MingchaError> {
        self.0.let_go(statement_id)
    }

    /// Decides what people said differently: the value of this statement stands from now on, with a reason.
    #[uniffi::method(default(basis = None))]
    pub fn settle(
        &self,
        conflict_id: &str,
        kept_id: &str,
        reason: &str,
        basis: Option<String>,
    ) -> Result<(), MingchaError> {
        self.0.settle(conflict_id, kept_id, reason, basis.as_deref())
    }

    /// What was decided against this person was looked at: it counts as seen from here on.
    pub fn mark_overruled_seen(&self) -> Result<(), MingchaError> {
        self.0.mark_overruled_seen()
    }
}

/// One meeting with the city.
#[derive(uniffi::Object)]
pub struct SyncJob(core::SyncJob);

#[uniffi::export]
impl SyncJob {
    /// Meets the city, and returns when that is over: on a thread that may wait for minutes.
    ///
    /// A job runs once. Whoever runs it again gets its last word, when it is said.
    pub fn run(&self) -> Result<SyncOutcome, MingchaError> {
        self.0.run()
    }

    /// How far it has come.
    pub fn progress(&self) -> JobProgress {
        self.0.progress()
    }

    /// Asks it to end: it gives up the request that is under way, and is over within a moment. Before it is run, it does nothing at
    /// all then.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// Writes a parcel, or takes one along.
#[derive(uniffi::Object)]
pub struct ParcelJob(core::ParcelJob);

#[uniffi::export]
impl ParcelJob {
    /// Does it, and returns when that is over: on a thread that may wait for minutes. A file that was not finished is not there.
    ///
    /// A job runs once. Whoever runs it again gets its last word, when it is said.
    pub fn run(&self) -> Result<ParcelOutcome, MingchaError> {
        self.0.run()
    }

    /// How far it has come.
    pub fn progress(&self) -> JobProgress {
        self.0.progress()
    }

    /// Asks it to end; it does so within a chunk of the file, and leaves none. Before it is run, it does nothing at all then.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}
