//! What a person does: each is durable when it returns, and nothing of it happened when it fails.

use std::path::{Path, PathBuf};

use super::{
    BlurredPart, Device, DeviceStatus, HostError, RaisedFinding, RecheckResult, Severity, StartedVisit, SubmittedVisit,
    TakenPhoto, VisitMode,
};

impl Device {
    /// Enrols this device with the city at this address by a one-time code, as `7KQM-2R8T-XW4P`.
    pub fn enrol(&self, city_url: &str, code: &str) -> Result<DeviceStatus, HostError> {
        self.inner().aside(|phone| phone.enrol(city_url, code).map(|_| ()))?;
        self.status()
    }

    /// Starts a visit at a site, named by id or by the office's code. Without sets it asks those of the campaign that runs,
    /// else the everyday ones.
    pub fn start_visit(&self, site_id: &str, mode: VisitMode, sets: &[String]) -> Result<StartedVisit, HostError> {
        self.act(|phone| phone.visit_start(site_id, mode.name(), sets, &[]).map(StartedVisit::from))
    }

    /// Answers one item of a visit. A note that is not given stays where the same person gives the same value again.
    pub fn answer(
        &self,
        visit_id: &str,
        item: &str,
        value: &str,
        note: Option<&str>,
        basis: Option<&str>,
    ) -> Result<(), HostError> {
        self.act(|phone| phone.visit_answer(visit_id, item, value, note, &[], basis).map(|_| ()))
    }

    /// Takes a picture into a visit, for one of its items where one is named: JPEG, PNG or WebP, at most 48 megapixels.
    /// The file stays as it is; its copies are sealed and durable on return.
    pub fn add_photo(&self, visit_id: &str, file: &str, item: Option<&str>) -> Result<TakenPhoto, HostError> {
        let files = [file.to_owned()];
        self.act_with_photos(&files, |phone| phone.visit_photo(visit_id, Path::new(file), item).map(TakenPhoto::from))
    }

    /// Submits a visit as it was seen: an answer of somebody else's that came since is looked at first (`OutOfDate`).
    pub fn submit_visit(&self, visit_id: &str, basis: Option<&str>) -> Result<SubmittedVisit, HostError> {
        self.act(|phone| phone.visit_submit_seen(visit_id, basis).map(SubmittedVisit::from))
    }

    /// Raises a finding on an item of a visit, with photos of that visit.
    pub fn raise_finding(
        &self,
        visit_id: &str,
        item: &str,
        text: &str,
        severity: Severity,
        photo_ids: &[String],
    ) -> Result<RaisedFinding, HostError> {
        self.act(|phone| {
            phone.finding_raise(visit_id, item, text, Some(severity.code()), photo_ids).map(RaisedFinding::from)
        })
    }

    /// Tells the unit of a finding. An undercover one is published by it, and its demand must be worded; photos go along
    /// only where a person looked at them, with the parts that were marked made unrecognisable. Gives the id under which
    /// everybody acts on it from then on.
    pub fn feed_back(
        &self,
        finding_id: &str,
        demand: Option<&str>,
        photos_checked: bool,
        blurred: &[BlurredPart],
    ) -> Result<String, HostError> {
        let blurred: Vec<String> = blurred.iter().map(BlurredPart::typed).collect();
        self.act(|phone| {
            let told = phone.finding_feedback_blurred(finding_id, demand, photos_checked, &blurred);
            told.map(|told| told.finding.to_string())
        })
    }

    /// Serves a rectification notice; without a day, `2026-03-10`, the deadline follows from severity and service.
    pub fn serve_notice(&self, finding_id: &str, deadline: Option<&str>) -> Result<(), HostError> {
        self.act(|phone| phone.finding_notice(finding_id, deadline).map(|_| ()))
    }

    /// A unit sends what it put right, with photos of it. Gives the id of the submission.
    pub fn submit_rectification(&self, finding_id: &str, text: &str, files: &[String]) -> Result<String, HostError> {
        let paths = paths(files);
        self.act_with_photos(files, |phone| {
            phone.finding_rectify(finding_id, text, &paths).map(|done| done.submission.to_string())
        })
    }

    /// A supervisor approves exactly one submission.
    pub fn approve(&self, submission_id: &str, text: Option<&str>, basis: Option<&str>) -> Result<(), HostError> {
        self.act(|phone| phone.finding_review(submission_id, "approve", text, basis).map(|_| ()))
    }

    /// A supervisor returns exactly one submission, with a reason.
    pub fn send_back(&self, submission_id: &str, reason: &str, basis: Option<&str>) -> Result<(), HostError> {
        self.act(|phone| phone.finding_review(submission_id, "return", Some(reason), basis).map(|_| ()))
    }

    /// Says what a recheck found.
    pub fn recheck(
        &self,
        finding_id: &str,
        result: RecheckResult,
        text: Option<&str>,
        files: &[String],
        basis: Option<&str>,
    ) -> Result<(), HostError> {
        let paths = paths(files);
        self.act_with_photos(files, |phone| {
            phone.finding_recheck(finding_id, result.code(), None, text, &paths, basis).map(|_| ())
        })
    }

    /// Proposes a refused statement again, word for word, with whatever else of it was refused.
    pub fn propose_again(&self, statement_id: &str) -> Result<(), HostError> {
        self.act(|phone| phone.refused_retry(statement_id).map(|_| ()))
    }

    /// Lets a refused statement go, and with what made a thing all that was said of the thing.
    pub fn let_go(&self, statement_id: &str) -> Result<(), HostError> {
        self.act(|phone| phone.refused_discard(statement_id).map(|_| ()))
    }

    /// Decides what people said differently: the value of this statement stands from now on, with a reason.
    pub fn settle(&self, conflict_id: &str, kept_id: &str, reason: &str, basis: Option<&str>) -> Result<(), HostError> {
        self.act(|phone| phone.resolve(conflict_id, kept_id, reason, basis).map(|_| ()))
    }

    /// What was decided against this person was looked at: it counts as seen from here on.
    pub fn mark_overruled_seen(&self) -> Result<(), HostError> {
        self.act(|phone| phone.overruled_read().map(|_| ()))
    }
}

fn paths(files: &[String]) -> Vec<PathBuf> {
    files.iter().map(PathBuf::from).collect()
}
