//! Display-ready rows: what a screen or a command shows, computed here so that every host shows the same.
//!
//! Names are those of the command line's contract. A contact's rows name no person of the city's side.

mod finding;
mod parcel;
mod phone;
mod place;
mod visit;

pub use finding::{
    AttentionRow, ConflictRow, Explained, FindingRow, Raised, Rechecked, ResultRow, ReviewRow, Reviewed, Staged,
    SubmissionRow, Submitted, TimelineRow,
};
pub use parcel::{ParcelCarried, ParcelVerified, ParcelWritten};
pub use phone::{
    CalendarDay, Enrolled, Erased, FeedRow, PersonRow, PhotoFetched, PhotoInspected, PhotoListRow, PhotoPair,
    PhotoSaved, PhotosFinished, RecoveredPhoto, Status, SyncReport, Verified,
};
pub use place::{ItemRow, SetRow, SiteFilter, SiteRow, TaskRow};
pub use visit::{
    AnswerRow, Answered, FormRow, LeftOutRow, PhotoRow, PhotoTaken, Recounted, ScoreRow, ScoreView, SetScoreRow,
    SignRow, Version, VisitStarted, VisitSubmitted, VisitView, WaitingRow,
};
