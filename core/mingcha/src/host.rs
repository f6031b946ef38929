//! What an app holds: one device, whose screens are pages and whose long work is a job.
//!
//! Every call may come from any thread, blocks, and returns; nothing here starts a thread or knows a screen. It adds no
//! rule: what it is asked goes to [`Phone`](crate::Phone), and what comes back is made ready for display, in both languages.

mod acts;
mod bell;
mod choice;
mod device;
mod error;
mod guard;
mod hardware;
mod job;
mod lent;
mod page;
mod parcel_job;
mod planted;
mod screens;
#[cfg(test)]
mod stories;

pub use bell::Observer;
pub use choice::{AnswerType, FindingScope, FindingStage, PhotoCopy, RecheckResult, Severity, SiteScope, VisitMode};
pub use device::Device;
pub use error::HostError;
pub use job::{JobProgress, SyncJob, SyncOutcome};
pub use lent::{ClockReading, Conditions, Host, HostFault, Network};
pub use page::*;
pub use parcel_job::{ParcelJob, ParcelOutcome};
