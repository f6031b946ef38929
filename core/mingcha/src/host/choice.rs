//! What a person chooses between when they act: closed sets, each a type.
//!
//! What is shown is a [`Tag`](super::Tag) instead, with its code: a city that is newer than this phone may say what no type here knows.

pub use mingcha_model::{AnswerType, Mode as VisitMode, PhotoCopy, Severity, Stage as FindingStage};

/// Which findings a list shows, where it does not show all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingScope {
    /// Neither closed nor void.
    Open,
    /// Those whose day has passed.
    Overdue,
}

/// Which sites a list shows, where it does not show all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteScope {
    /// Those with a recheck due by now or within its window.
    Due,
}

/// What a recheck found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecheckResult {
    /// 复查合格: put right.
    Pass,
    /// 部分合格: put right in part.
    Partly,
    /// 复查不合格: not put right.
    Fail,
}

impl RecheckResult {
    /// The code by which it is said.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Partly => "partly",
            Self::Fail => "fail",
        }
    }
}
