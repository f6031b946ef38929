//! Parcels: what was written, what is carried, whether one is whole.

use mingcha::{ParcelCarried, ParcelVerified, ParcelWritten};

use super::page::plain;
use super::{Page, Show};
use crate::desk::bytes_text;
use crate::texts as t;

impl Show for ParcelWritten {
    fn show(&self, page: &mut Page) {
        page.say_with(t::PARCEL_WRITTEN, &[&self.file]);
        page.card(&[
            (t::SEGMENTS, self.segments.to_string()),
            (t::OPS, self.ops.to_string()),
            (t::PHOTOS, self.photos.to_string()),
            (t::PARCEL_BYTES, bytes_text(self.bytes)),
        ]);
        if self.unreadable_photos > 0 {
            page.say_with(t::PARCEL_UNREADABLE, &[&self.unreadable_photos.to_string()]);
        }
        page.say(t::PARCEL_NEXT);
    }
}

impl Show for ParcelCarried {
    fn show(&self, page: &mut Page) {
        page.say(t::PARCEL_CARRIED);
        page.card(&[
            (t::SEGMENTS, self.segments.to_string()),
            (t::OPS, self.ops.to_string()),
            (t::PHOTOS, self.photos.to_string()),
            (t::PARCELS_WAITING, self.waiting_parcels.to_string()),
        ]);
    }
}

impl Show for ParcelVerified {
    fn show(&self, page: &mut Page) {
        page.say(match (self.ok, self.own) {
            (true, true) => t::PARCEL_OWN_OK,
            (true, false) => t::PARCEL_OK,
            (false, _) => t::PARCEL_NOT_OK,
        });
        if self.ok {
            page.card(&[
                (t::LOGS, self.logs.map(|logs| logs.to_string()).unwrap_or_default()),
                (t::SEGMENTS, self.segments.to_string()),
                (t::OPS, self.ops.to_string()),
                (t::PHOTOS, self.photos.to_string()),
            ]);
        } else {
            page.card(&[(t::FIRST_BAD, plain(self.first_bad.as_deref().unwrap_or_default()))]);
        }
    }
}

/// How many of others' parcels lie here, and what became of those that went.
pub(super) fn parcels(page: &mut Page, handed_over: u64, waiting: u64, refused: u64) {
    for (text, count) in
        [(t::PARCELS_HANDED_OVER, handed_over), (t::PARCELS_WAIT, waiting), (t::PARCELS_REFUSED, refused)]
    {
        if count > 0 {
            page.say_with(text, &[&count.to_string()]);
        }
    }
}
