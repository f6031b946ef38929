//! What a person chooses between when they act.

use mingcha::host::{AnswerType, FindingScope, FindingStage, PhotoCopy, RecheckResult, Severity, SiteScope, VisitMode};

/// How a visit is made.
#[uniffi::remote(Enum)]
pub enum VisitMode {
    /// 明察: announced.
    Open,
    /// 暗访: nobody at the window knows.
    Undercover,
    /// 复查: going back a fortnight later.
    Recheck,
    /// 自查: a unit checks itself; raises no findings.
    SelfCheck,
    /// 专项: one subject.
    Special,
    /// 联合: several departments.
    Joint,
}

/// How bad a finding is.
#[uniffi::remote(Enum)]
pub enum Severity {
    /// 轻微: put right with little effort.
    Minor,
    /// 一般: what a finding is unless somebody says otherwise.
    Ordinary,
    /// 较重: needs more.
    Serious,
    /// 需工程: needs building works, and a plan.
    Works,
}

/// What a recheck found.
#[uniffi::remote(Enum)]
pub enum RecheckResult {
    /// 复查合格: put right.
    Pass,
    /// 部分合格: put right in part.
    Partly,
    /// 复查不合格: not put right.
    Fail,
}

/// Which copy of a photo.
#[uniffi::remote(Enum)]
pub enum PhotoCopy {
    /// As the camera wrote it.
    Original,
    /// Upright, longest side 2048 px, no metadata.
    Standard,
    /// Longest side 320 px.
    Thumbnail,
    /// What a unit may see, made by the city.
    Published,
}

/// How far a finding has come.
#[uniffi::remote(Enum)]
pub enum FindingStage {
    /// 已记录: written down, and nobody was told.
    Recorded,
    /// 已反馈: the unit was told.
    FedBack,
    /// 立行立改: put right on the spot.
    FixedOnSpot,
    /// 已交办: the unit has a notice with a deadline.
    Noticed,
    /// 已报整改: the unit says that it is put right.
    Submitted,
    /// 退回重改: sent back to the unit.
    Returned,
    /// 待复查: waits for somebody to look again.
    AwaitingRecheck,
    /// 已督办: supervised until it is put right.
    Supervised,
    /// 已销号: done.
    Closed,
    /// 作废: was none.
    Void,
}

/// Which findings a list shows, where it does not show all.
#[uniffi::remote(Enum)]
pub enum FindingScope {
    /// Neither closed nor void.
    Open,
    /// Those whose day has passed.
    Overdue,
}

/// Which sites a list shows, where it does not show all.
#[uniffi::remote(Enum)]
pub enum SiteScope {
    /// Those with a recheck due by now or within its window.
    Due,
}

/// How an item is answered: which control a screen shows. What is handed in is a choice's value, or a number as it is typed.
#[uniffi::remote(Enum)]
pub enum AnswerType {
    /// Yes or no; no is a fault.
    YesNo,
    /// Good, fair or poor.
    Grade,
    /// How often something bad was seen: a number up to 100,000; 0 is good.
    Occurrences,
    /// A number up to 100,000.
    Count,
    /// So many seen of so many observed, `3/5`, each up to 100,000.
    Ratio,
    /// Minutes, up to a week (10,080).
    Minutes,
    /// Hours, up to a leap year (8,784).
    Hours,
    /// Working days, up to 3,660.
    WorkingDays,
    /// Number of trips, up to 1,000.
    Trips,
    /// Qualified, basic or unqualified.
    Level,
    /// A measured number with up to two decimals, between -10,000,000 and 10,000,000, or one of the item's classes.
    Band,
    /// The class that an assessment gave: excellent, well, standard or below all of them.
    Class,
    /// Yes takes away every award.
    Veto,
    /// Words, which stand in the note.
    Text,
    /// Better, same or worse than the last time.
    Compare,
    /// Nobody answers it: it follows from other answers of its set.
    Derived,
}
