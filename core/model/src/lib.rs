//! What people do, as ops; what is true, as a pure fold over them.
//!
//! Nothing here does I/O, reads a clock or draws a random number: time, ids and chance come in as
//! arguments, so that phone and city compute the same from the same. Nothing here panics, whatever comes in.

mod id;

pub use id::{
    AreaId, BadId, CampaignId, DeviceId, Digest, EntityId, FindingId, LogId, OpId, PersonId, PhotoId, SiteId,
    SubmissionId, TaskId, UnitId, VisitId,
};
