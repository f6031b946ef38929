//! Rows about the phone itself: who it belongs to, what waits, what the last sync did.

use mingcha_evidence::Format;
use mingcha_model::{AreaId, Day, DeviceId, Digest, LogId, OpId, PersonId, PhotoId, Role, UnitId, VisitId};
use serde::Serialize;

/// A person that this phone knows.
#[derive(Clone, Debug, Serialize)]
pub struct PersonRow {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Where they work, by name.
    pub areas: Vec<String>,
}

/// What enrolling gave.
#[derive(Clone, Debug, Serialize)]
pub struct Enrolled {
    /// The person this phone belongs to.
    pub person: PersonId,
    /// Their role.
    pub role: Role,
    /// Their areas.
    pub areas: Vec<AreaId>,
    /// Their unit, for a contact.
    pub unit: Option<UnitId>,
    /// This device.
    pub device: DeviceId,
    /// Its log.
    pub log: LogId,
}

/// What a sync did and what still waits.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SyncReport {
    /// Ops for which a receipt came in this run.
    pub sent_ops: u64,
    /// Feed entries folded in this run.
    pub received_ops: u64,
    /// Photos whose last waiting file went in this run.
    pub sent_photos: u64,
    /// Photo files received in this run.
    pub received_photos: u64,
    /// Bytes of photo files that the city has now and did not have before this run.
    pub sent_bytes: u64,
    /// Bytes of photo files received in this run.
    pub received_bytes: u64,
    /// Of the photos that wait, those with a file that waits for a better network or battery.
    pub postponed_photos: u64,
    /// Photos whose original was freed here: the city keeps it, proved it, and 14 days have passed.
    pub freed_photos: u64,
    /// Ops without a receipt.
    pub waiting_ops: u64,
    /// Photos that are to go to the city, those among them whose copies are still to be made.
    pub waiting_photos: u64,
    /// Taken photos whose copies are still to be made.
    pub unfinished_photos: u64,
    /// Taken photos that can be made into none: `photo list` says why, their originals are kept.
    pub unusable_photos: u64,
    /// Own ops that the city refused.
    pub refused: u64,
    /// Own ops that the city holds.
    pub held: u64,
    /// Values of mine that somebody else's stands beside.
    pub conflicts: u64,
    /// Own ops that wait at the city for what they belong to.
    pub parked: u64,
    /// Values of mine that stood in a conflict and that somebody else decided against, until `conflicts --settled` was
    /// looked at.
    pub overruled: u64,
    /// Parcels of others that the city took in this run: they are gone from here.
    pub handed_over_parcels: u64,
    /// Parcels of others that wait here for the city.
    pub waiting_parcels: u64,
    /// Parcels of others that the city does not take: whoever wrote them exports again.
    pub refused_parcels: u64,
}

/// Where one feed stands here.
#[derive(Clone, Debug, Serialize)]
pub struct FeedRow {
    /// The feed, `area:<id>`.
    pub feed: String,
    /// The epoch.
    pub epoch: u32,
    /// The last position folded.
    pub cursor: u64,
    /// The state hash: equal on every device that is there.
    pub hash: Digest,
}

/// The state of this phone.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// True once enrolled.
    pub enrolled: bool,
    /// Whose phone it is.
    pub person: Option<PersonId>,
    /// Their role.
    pub role: Option<Role>,
    /// Their areas.
    pub areas: Vec<AreaId>,
    /// Their unit, for a contact.
    pub unit: Option<UnitId>,
    /// This device.
    pub device: Option<DeviceId>,
    /// When the city last answered, RFC 3339; none before the first sync.
    pub last_sync: Option<String>,
    /// City time minus this phone's clock, in milliseconds, when they last met.
    pub clock_offset_ms: i64,
    /// Ops without a receipt.
    pub waiting_ops: u64,
    /// Photos that are to go to the city, those among them whose copies are still to be made.
    pub waiting_photos: u64,
    /// Taken photos whose copies are still to be made.
    pub unfinished_photos: u64,
    /// Taken photos that can be made into none: `photo list` says why, their originals are kept.
    pub unusable_photos: u64,
    /// Whether the city keeps backups, as it last said; none before the first sync. While it keeps none, nothing is ever
    /// safe and no photo is freed here.
    pub backup: Option<bool>,
    /// When the newest of them was taken, RFC 3339; none where there is none.
    pub last_backup: Option<String>,
    /// Own ops that the city refused.
    pub refused: u64,
    /// Own ops that the city holds.
    pub held: u64,
    /// Values of mine that somebody else's stands beside.
    pub conflicts: u64,
    /// Own ops that wait at the city for what they belong to.
    pub parked: u64,
    /// Values of mine that stood in a conflict and that somebody else decided against, until `conflicts --settled` was
    /// looked at.
    pub overruled: u64,
    /// Files of photos without a row, found at start and kept.
    pub recovered_photos: u64,
    /// Rows of photos without a file.
    pub missing_photos: u64,
    /// Parcels of others that wait here for the city.
    pub waiting_parcels: u64,
    /// Parcels of others that the city does not take: whoever wrote them exports again.
    pub refused_parcels: u64,
    /// Where each feed stands.
    pub feeds: Vec<FeedRow>,
}

/// What verifying found.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    /// Own logs checked.
    pub logs: u64,
    /// Segments checked: chain and signature.
    pub segments: u64,
    /// Ops in them, and in the open tails.
    pub ops: u64,
    /// Feed pages checked.
    pub pages: u64,
    /// Photo files opened and hashed.
    pub photos: u64,
    /// True when everything fits.
    pub ok: bool,
    /// The first thing that does not fit, in words without personal data.
    pub first_bad: Option<String>,
}

/// A date by the calendar.
#[derive(Clone, Debug, Serialize)]
pub struct CalendarDay {
    /// The date.
    pub date: Day,
    /// The date before rolling off days off.
    pub nominal: Day,
    /// True while the year's table is not published.
    pub provisional: bool,
}

/// One photo on this phone.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoListRow {
    /// Which.
    pub photo: PhotoId,
    /// SHA-256 of the original.
    pub sha256: Digest,
    /// The visit it belongs to, when to one.
    pub visit: Option<VisitId>,
    /// The item it is put to.
    pub item: Option<String>,
    /// When it was taken in, by its author's clock, RFC 3339; none for published copies.
    pub observed_at: Option<String>,
    /// When it was put to that item, by the clock of whoever did, RFC 3339; none while it is put to none.
    pub recorded_at: Option<String>,
    /// `made`; `waiting` while its copies are still to be made on this phone; `unusable` where they could not be.
    pub copies: &'static str,
    /// Why its copies could not be made, as a code.
    pub problem: Option<String>,
    /// The same in words, Chinese / English, with what to do.
    pub advice: Option<String>,
    /// A `ThumbHash` in base64, to be drawn before the photo arrives; none where it was erased, for published copies, and
    /// until the copies are made.
    pub placeholder: Option<String>,
    /// Reasons to look at it again; none for a contact.
    pub signs: Vec<super::SignRow>,
    /// Copies whose files are here: `original`, `standard`, `thumbnail`.
    pub here: Vec<&'static str>,
    /// Copies that wait to be sent.
    pub waiting: Vec<&'static str>,
    /// The op that added it; none until its copies are made.
    pub op: Option<OpId>,
}

/// What making the copies of taken photos did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PhotosFinished {
    /// Photos whose copies were made.
    pub made: u64,
    /// Photos whose copies are still to be made.
    pub waiting: u64,
    /// Photos that can be made into none; their originals are kept.
    pub unusable: u64,
}

/// A picture that lies here and that nothing was said of: whoever took it in was killed first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecoveredPhoto {
    /// SHA-256 of the file, which names it.
    pub sha256: Digest,
    /// `original`; `damaged` where it does not open.
    pub copy: &'static str,
    /// Its length in bytes; 0 where it does not open.
    pub bytes: u64,
    /// When it was taken in, by the system's clock, RFC 3339.
    pub observed_at: Option<String>,
}

/// Photos fetched.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PhotoFetched {
    /// Files received.
    pub received: u64,
    /// Files that the city does not have.
    pub absent: u64,
    /// Files that came with other bytes than were promised; nothing of them is kept.
    pub wrong: u64,
    /// Bytes received.
    pub bytes: u64,
}

/// What a picture is, before anything is done with it.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoInspected {
    /// `jpeg`, `png` or `webp`.
    pub format: Format,
    /// Width of the upright picture.
    pub width: u32,
    /// Height of the upright picture.
    pub height: u32,
    /// The EXIF orientation, 1 to 8.
    pub orientation: u8,
    /// The time that the camera claims, `2008-10-22T16:28:39`, with its offset from UTC where the camera named one.
    pub taken_at: Option<String>,
    /// Latitude in degrees.
    pub latitude: Option<f64>,
    /// Longitude in degrees.
    pub longitude: Option<f64>,
    /// Who made the camera.
    pub make: Option<String>,
    /// The camera's model.
    pub model: Option<String>,
    /// The program that wrote the file.
    pub software: Option<String>,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// What the same picture is found by, in base64; for a person it says nothing.
    pub fingerprint: Option<String>,
    /// A `ThumbHash` in base64, to be drawn before the photo arrives.
    pub placeholder: String,
    /// Bytes of the file.
    pub original_bytes: u64,
    /// Bytes of the copy of at most 2048 pixels.
    pub standard_bytes: u64,
    /// Bytes of the thumbnail.
    pub thumbnail_bytes: u64,
    /// What is unusual about it.
    pub warnings: Vec<&'static str>,
    /// Files written, when a folder was given.
    pub written: Vec<String>,
}

/// A photo that shows what was wrong, and one that shows what was done about it.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoPair {
    /// The earlier one; for a contact a published copy.
    pub before: PhotoId,
    /// The later one.
    pub after: PhotoId,
    /// How the later one came: `fixed` on the spot, `rectified` by the unit, `rechecked`.
    pub what: &'static str,
    /// True when both lie on this phone; else `photo fetch` brings them, unless one was erased.
    pub here: bool,
    /// True when one of them was erased for good: there is no pair any more.
    pub erased: bool,
    /// Columns of each of the two files, when they were written.
    pub width: Option<u32>,
    /// Rows of each of the two files.
    pub height: Option<u32>,
    /// Files written, when a folder was given: before, after, both side by side.
    pub files: Vec<String>,
}

/// What was erased for good.
#[derive(Clone, Debug, Serialize)]
pub struct Erased {
    /// Which photo.
    pub erased: PhotoId,
}

/// A photo's file written out.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoSaved {
    /// Which; none of a recovered photo, which has no id.
    pub photo: Option<PhotoId>,
    /// Which copy.
    pub copy: &'static str,
    /// Bytes written.
    pub bytes: u64,
    /// SHA-256 of what was written.
    pub sha256: Digest,
}
