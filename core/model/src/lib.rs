//! What people do, as ops; what is true, as a pure fold over them.
//!
//! Nothing here does I/O, reads a clock or draws a random number: time, ids and chance come in as
//! arguments, so that phone and city compute the same from the same. Nothing here panics, whatever comes in.

mod answer_type;
mod bilingual;
pub mod body;
mod calendar;
mod case;
pub mod chain;
mod code;
mod criteria;
mod dates;
mod day;
mod deadline;
mod feed;
mod field;
mod id;
mod kind;
mod op;
mod order;
mod permit;
mod photo_copy;
mod policy;
mod register;
mod rules;
mod said;
mod score;
mod severity;
mod stage;
mod time;
mod value;
mod visit;

pub use answer_type::{AnswerType, BadAnswerType, BadValue};
pub use bilingual::Bilingual;
pub use body::{BadBody, Body, Mode, NoticeKind, Outcome, ReviewVerdict};
pub use calendar::{BadPeriod, BadYearTable, Calendar, MOST_DAYS, Reckoned, Roll, YearTable};
pub use case::{Case, DISSENT_AFTER_DAYS, FeedbackCase, NoticeCase, ResultSaid, ReviewSaid, SubmissionCase};
pub use code::{BadCode, ItemCode, KindCode, SetCode};
pub use criteria::{
    Ask, Asked, BadCondition, BadSet, Bands, Catalogue, Comparing, Comparison, Condition, CriteriaSet, Definition,
    Demand, Derivation, Document, History, Holder, Item, LARGEST_SET, LONGEST_FORM, LeftOut, LevelLimits, Limit,
    MOST_ITEMS, Observed, Offered, PLACES_IN_TURN, Paper, PhotoNeed, Placeholder, ScoringModel, Sign, Source, Title,
    Truth, Typed, Wanted, asked, compare, cut, form, left_out, parts,
};
pub use dates::{Dates, is_suspended};
pub use day::{BadDay, Day, Weekday};
pub use deadline::{DeadlinePolicy, FORTNIGHT, REST_AFTER_RESULT, Recheck, WINDOW_WORKDAYS, moved, next_nominal};
pub use feed::{Cursor, Entry, FeedName, Flags};
pub use field::{Basis, Field, Shown, WrongBasis};
pub use id::{
    AreaId, BadId, CampaignId, DeviceId, Digest, EntityId, FindingId, LogId, OpId, PersonId, PhotoId, SiteId,
    SubmissionId, TaskId, UnitId, VisitId,
};
pub use kind::{BadKind, Kinds, Lineage, WindowKind};
pub use op::{Kind, LARGEST_BODY, LONGEST_TEXT, MOST_TEXTS, Op, Text};
pub use order::Order;
pub use permit::{
    Grants, Place, Refusal, Role, Verdict, acts_on_copy, decides, may_be_assigned, may_take_part, permit, records,
};
pub use photo_copy::PhotoCopy;
pub use policy::{BadSwitch, Policy, SWITCHES, Switch, SwitchShape, Weights};
pub use register::{Head, LARGEST_OVER, Register};
pub use rules::{FormerRules, RuleChange, Rules};
pub use said::Said;
pub use score::{Rule, Ruler, Score, ScoreLine, SetScore, Tier, faults, score};
pub use severity::{BadSeverity, Severity};
pub use stage::Stage;
pub use time::{BadTime, parse_millis, parse_seconds, print_millis, print_seconds};
pub use value::{Class, Level, Value};
pub use visit::{VisitCase, VisitStatus};
