//! The phone itself: whose it is, what waits, what a sync did, whether everything fits.

use mingcha::{Enrolled, PersonRow, Status, SyncReport, Verified};

use super::page::{or_empty, plain};
use super::parcel::parcels;
use super::photo::unusable;
use super::{Page, Show, Table, left, right};
use crate::desk::bytes_text;
use crate::texts as t;
use crate::words::word;

impl Show for Enrolled {
    fn show(&self, page: &mut Page) {
        page.say(t::ENROLLED);
        page.card(&[
            (t::ROLE, word(page.lang(), self.role.name()).to_owned()),
            (t::PERSON, self.person.to_string()),
            (t::AREAS, listed(&self.areas)),
            (t::UNIT, or_empty(self.unit)),
            (t::DEVICE, self.device.to_string()),
            (t::LOG, self.log.to_string()),
        ]);
    }
}

impl Show for Vec<PersonRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_PEOPLE);
            return;
        }
        let mut table = Table::new(&[left(t::NAME), left(t::ROLE), left(t::AREAS), left(t::PERSON)]);
        for row in self {
            table.row(&[
                row.name.clone(),
                word(page.lang(), row.role.name()).to_owned(),
                row.areas.join(" "),
                row.person.to_string(),
            ]);
        }
        page.table(&table);
    }
}

impl Show for SyncReport {
    fn show(&self, page: &mut Page) {
        let mut table = Table::new(&[left(t::WHAT), right(t::OPS), right(t::PHOTOS), right(t::PHOTO_BYTES)]);
        let lang = page.lang();
        for (what, ops, photos, bytes) in [
            (t::SENT, self.sent_ops, self.sent_photos, self.sent_bytes),
            (t::RECEIVED, self.received_ops, self.received_photos, self.received_bytes),
            (t::WAITING, self.waiting_ops, self.waiting_photos, 0),
        ] {
            let bytes = if bytes == 0 { String::new() } else { bytes_text(bytes) };
            table.row(&[what.say(lang).to_owned(), ops.to_string(), photos.to_string(), bytes]);
        }
        page.table(&table);
        if self.postponed_photos > 0 {
            page.say_with(t::POSTPONED, &[&self.postponed_photos.to_string()]);
        }
        unusable(page, self.unusable_photos);
        if self.freed_photos > 0 {
            page.say_with(t::FREED, &[&self.freed_photos.to_string()]);
        }
        parcels(page, self.handed_over_parcels, self.waiting_parcels, self.refused_parcels);
        attention(page, [self.refused, self.parked, self.held, self.conflicts], self.overruled);
    }
}

impl Show for Status {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        if !self.enrolled {
            page.say(t::NOT_ENROLLED);
            return;
        }
        page.card(&[
            (t::ROLE, self.role.map(|role| word(lang, role.name()).to_owned()).unwrap_or_default()),
            (t::PERSON, or_empty(self.person)),
            (t::AREAS, listed(&self.areas)),
            (t::UNIT, or_empty(self.unit)),
            (t::DEVICE, or_empty(self.device)),
            (t::LAST_SYNC, self.last_sync.clone().unwrap_or_else(|| t::NEVER.say(lang).to_owned())),
            (t::LAST_BACKUP, or_empty(self.last_backup.clone())),
            (t::CITY_TIME, format!("{} ms", self.clock_offset_ms)),
            (
                t::WAITING,
                format!("{} {}, {} {}", t::OPS.say(lang), self.waiting_ops, t::PHOTOS.say(lang), self.waiting_photos),
            ),
            (t::UNFINISHED, counted(self.unfinished_photos)),
            (t::RECOVERED, counted(self.recovered_photos)),
            (t::MISSING_FILES, counted(self.missing_photos)),
        ]);
        unusable(page, self.unusable_photos);
        if self.backup == Some(false) {
            page.say(t::NO_BACKUP);
        }
        parcels(page, 0, self.waiting_parcels, self.refused_parcels);
        attention(page, [self.refused, self.parked, self.held, self.conflicts], self.overruled);
        if !self.feeds.is_empty() {
            page.part(t::FEEDS);
            let mut table = Table::new(&[left(t::FEED), right(t::EPOCH), right(t::POSITION), left(t::STATE_HASH)]);
            for feed in &self.feeds {
                table.row(&[
                    feed.feed.clone(),
                    feed.epoch.to_string(),
                    feed.cursor.to_string(),
                    feed.hash.to_string().chars().take(16).collect(),
                ]);
            }
            page.table(&table);
        }
    }
}

impl Show for Verified {
    fn show(&self, page: &mut Page) {
        page.say(if self.ok { t::OK } else { t::NOT_OK });
        page.card(&[
            (t::LOGS, self.logs.to_string()),
            (t::SEGMENTS, self.segments.to_string()),
            (t::OPS, self.ops.to_string()),
            (t::PAGES, self.pages.to_string()),
            (t::PHOTOS, self.photos.to_string()),
            (t::FIRST_BAD, plain(self.first_bad.as_deref().unwrap_or_default())),
        ]);
    }
}

/// What needs a person, where anything does.
fn attention(page: &mut Page, counts: [u64; 4], overruled: u64) {
    let labels = [t::REFUSED, t::PARKED, t::HELD, t::CONFLICTS];
    let counts: Vec<_> = labels.into_iter().zip(counts.map(counted)).collect();
    if counts.iter().any(|(_, count)| !count.is_empty()) {
        page.gap();
        page.card(&counts);
        page.say(t::SYNC_ATTENTION);
    }
    if overruled > 0 {
        page.say_with(t::SYNC_OVERRULED, &[&overruled.to_string()]);
    }
}

/// A count, or nothing for none.
fn counted(count: u64) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

fn listed<T: ToString>(ids: &[T]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
