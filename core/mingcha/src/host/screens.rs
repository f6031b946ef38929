//! What screens show: one call each. A list is one page of it.

use std::path::Path;

use super::{
    AttentionPage, Device, DeviceStatus, FindingDetail, FindingPage, FindingQuery, HostError, PhotoCopy, ReckonedDay,
    ScorePage, SitePage, SiteQuery, TaskPage, VisitForm,
};
use crate::Phone;

impl Device {
    /// Whose device this is and what waits: for the start screen and badges. It needs no enrolment.
    pub fn status(&self) -> Result<DeviceStatus, HostError> {
        self.ask(Phone::device_status)
    }

    /// The sites of this person's areas or unit.
    pub fn sites(&self, query: &SiteQuery) -> Result<SitePage, HostError> {
        let page = |phone: &Phone| phone.site_page(query);
        if query.search.is_some() { self.ask_at_leisure(page) } else { self.ask(page) }
    }

    /// Today's work.
    pub fn tasks(&self) -> Result<TaskPage, HostError> {
        self.ask(Phone::task_page)
    }

    /// One visit, to be filled in or read.
    pub fn visit(&self, visit_id: &str) -> Result<VisitForm, HostError> {
        self.ask(|phone| phone.visit_page(visit_id))
    }

    /// What a visit comes to, line by line. What was submitted stands, whatever was answered since.
    pub fn score(&self, visit_id: &str) -> Result<ScorePage, HostError> {
        self.ask(|phone| phone.score_page(visit_id))
    }

    /// When something fed back on this day, `2026-03-10`, is rechecked by the city's policy.
    pub fn recheck_day(&self, fed_back: &str) -> Result<ReckonedDay, HostError> {
        self.ask(|phone| phone.recheck_day(fed_back))
    }

    /// The day so many working days after this one, which is not counted; at most 3,660.
    pub fn workday(&self, start: &str, workdays: i32) -> Result<ReckonedDay, HostError> {
        self.ask(|phone| phone.workday(start, workdays))
    }

    /// Findings, the newest first.
    pub fn findings(&self, query: &FindingQuery) -> Result<FindingPage, HostError> {
        self.ask(|phone| phone.finding_page(query))
    }

    /// One finding with everything that is known of it here.
    pub fn finding(&self, finding_id: &str) -> Result<FindingDetail, HostError> {
        self.ask(|phone| phone.finding_detail(finding_id))
    }

    /// What needs this person: refused, held, disagreed about.
    pub fn attention(&self) -> Result<AttentionPage, HostError> {
        self.ask(Phone::attention_page)
    }

    /// Writes a copy of a photo that is here to a new file, unsealed. The app removes it when it was shown. Of what a unit may
    /// see there is one copy, whichever is asked for.
    pub fn save_photo(&self, photo_id: &str, copy: PhotoCopy, file: &str) -> Result<(), HostError> {
        self.ask_at_leisure(|phone| phone.photo_save(photo_id, copy.name(), Path::new(file)).map(|_| ()))
    }
}
