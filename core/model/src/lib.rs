//! What people do, as ops; what is true, as a pure fold over them.
//!
//! Nothing here does I/O, reads a clock or draws a random number: time, ids and chance come in as
//! arguments, so that phone and city compute the same from the same. Nothing here panics, whatever comes in.

mod answer_type;
mod code;
mod day;
mod id;
mod severity;
mod time;
mod value;

pub use answer_type::{AnswerType, BadAnswerType, BadValue};
pub use code::{BadCode, ItemCode, SetCode};
pub use day::{BadDay, Day, Weekday};
pub use id::{
    AreaId, BadId, CampaignId, DeviceId, Digest, EntityId, FindingId, LogId, OpId, PersonId, PhotoId, SiteId,
    SubmissionId, TaskId, UnitId, VisitId,
};
pub use severity::{BadSeverity, Severity};
pub use time::{BadTime, parse_millis, parse_seconds, print_millis, print_seconds};
pub use value::{Class, Level, Value};
