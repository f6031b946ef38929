//! What an app says of the moment, and what it is told of the device and of a meeting with the city.

use mingcha::host::{
    ClockReading, Conditions, DeviceStatus, JobProgress, LocalizedText, ParcelOutcome, SyncOutcome, Tag,
};

/// What network there is; `Network` alone is the name of a module in Swift.
type NetworkKind = mingcha::host::Network;

/// What network there is.
#[uniffi::remote(Enum)]
pub enum NetworkKind {
    /// There is none: nothing is tried.
    Unavailable,
    /// One that costs by the byte: Android `isActiveNetworkMetered`, iOS `isExpensive` or `isConstrained`.
    Metered,
    /// One that costs nothing.
    Free,
}

/// What an app knows of the moment.
#[uniffi::remote(Record)]
pub struct Conditions {
    /// What network there is.
    pub network: NetworkKind,
    /// True when the battery is low and not charging: Android below 15 %, iOS low power mode.
    pub is_battery_low: bool,
    /// Bytes that an app may still write to the storage; nothing where the system does not say.
    pub free_bytes: Option<i64>,
}

/// What a clock shows.
#[uniffi::remote(Record)]
pub struct ClockReading {
    /// The wall clock in Unix milliseconds.
    pub wall_millis: i64,
    /// A clock that only goes forward within one boot, while the phone sleeps too, in milliseconds: Android
    /// `elapsedRealtime`, iOS `mach_continuous_time`.
    pub monotonic_millis: i64,
    /// Which boot of the phone this is: any number that another boot does not have.
    pub boot: i64,
}

/// How far a job has come, ready for display.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
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

/// What a parcel holds.
#[uniffi::remote(Record)]
pub struct ParcelOutcome {
    /// Statements in it.
    pub statement_count: i32,
    /// Photos of which it holds a file.
    pub photo_count: i32,
    /// Photos of which a file does not open on this device any more and is not in it; 0 for one that was taken along.
    pub unreadable_photo_count: i32,
}

/// Whose device this is, and what waits.
#[uniffi::remote(Record)]
pub struct DeviceStatus {
    /// True once it belongs to somebody.
    pub is_enrolled: bool,
    /// What they are; none before enrolment.
    pub role: Option<Tag>,
    /// Where they work: their areas, or a contact's unit.
    pub places: Vec<String>,
    /// When a sync was last finished, RFC 3339; none before the first.
    pub last_sync: Option<String>,
    /// What the last sync was, in words.
    pub last_sync_text: LocalizedText,
    /// Statements that wait to be sent.
    pub waiting_count: i32,
    /// Photos that wait to be sent.
    pub waiting_photo_count: i32,
    /// What needs this person: refused, held, waiting for something else, disagreed about, or decided by others.
    pub attention_count: i32,
}
