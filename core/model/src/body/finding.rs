//! Bodies of findings, submissions, reviews and rechecks. They carry dates only where a person chose one:
//! deadlines and recheck dates are computed, never stated.

use minicbor::{Decode, Encode};
use serde::Serialize;

use crate::{Day, FindingId, ItemCode, PhotoId, Severity, SiteId, VisitId};

/// Raises a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FindingRaise {
    /// The visit that saw it.
    #[n(0)]
    pub visit: VisitId,
    /// Where.
    #[n(1)]
    pub site: SiteId,
    /// Which item it fails.
    #[n(2)]
    pub item: ItemCode,
    /// How bad.
    #[n(3)]
    pub severity: Severity,
    /// The photos that show it.
    #[n(4)]
    pub photos: Vec<PhotoId>,
}

/// How a unit was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 现场口头: spoken at the counter.
    #[n(0)]
    Spoken,
    /// 书面: on paper, signed.
    #[n(1)]
    Written,
    /// 事后: afterwards, through the office.
    #[n(2)]
    Afterwards,
    /// 系统: on the contact's own phone.
    #[n(3)]
    Phone,
}

/// A rectangle of an upright photo, in thousandths of its width and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(array)]
pub struct Rectangle {
    /// Left edge.
    #[n(0)]
    pub left: u16,
    /// Upper edge.
    #[n(1)]
    pub top: u16,
    /// Width.
    #[n(2)]
    pub width: u16,
    /// Height.
    #[n(3)]
    pub height: u16,
}

/// A photo that a person released to the unit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PhotoShown {
    /// Which.
    #[n(0)]
    pub photo: PhotoId,
    /// A person confirmed: no faces, no documents. Without it nothing is published.
    #[n(1)]
    pub checked: bool,
    /// What is blurred first.
    #[n(2)]
    pub blur: Vec<Rectangle>,
}

/// Feeds a finding back.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FindingFeedback {
    /// How the unit was told.
    #[n(0)]
    pub channel: Channel,
    /// The photos that the unit may see.
    #[n(1)]
    pub photos: Vec<PhotoShown>,
}

/// Fixed on the spot 立行立改.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FindingFixed {
    /// The photos that show it.
    #[n(0)]
    pub photos: Vec<PhotoId>,
}

/// What a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// 整改通知.
    #[n(0)]
    Rectification,
    /// 督办通知.
    #[n(1)]
    Supervision,
}

/// Serves a notice.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FindingNotice {
    /// Which notice.
    #[n(0)]
    pub notice: NoticeKind,
    /// A deadline that a person chose; otherwise it follows from severity and service.
    #[n(1)]
    pub deadline: Option<Day>,
    /// The extension that its author knew of, and which it takes the place of.
    #[n(2)]
    pub instead_of: Option<Day>,
}

/// The unit acknowledges a notice 签收.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Acknowledge {
    /// Through what.
    #[n(0)]
    pub channel: Channel,
    /// Which notice its author saw, counted from 1 in order; `None` for the newest before it.
    #[n(1)]
    pub notice: Option<u32>,
}

/// The unit refuses a notice 拒收, which serves it all the same.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Decline {
    /// Which notice its author saw, counted from 1 in order; `None` for the newest before it.
    #[n(0)]
    pub notice: Option<u32>,
}

/// Voids a finding 作废.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FindingVoid {
    /// True to void, false to take it back.
    #[n(0)]
    pub void: bool,
}

/// The same fact as another finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FindingDuplicate {
    /// Which; `None` takes it back.
    #[n(0)]
    pub of: Option<FindingId>,
}

/// A unit's answer to a finding 整改反馈.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SubmissionAdd {
    /// Which finding.
    #[n(0)]
    pub finding: FindingId,
    /// The after-photos.
    #[n(1)]
    pub photos: Vec<PhotoId>,
}

/// A supervisor's word on one submission, by safety: the later is the safer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerdict {
    /// 审核通过.
    #[n(0)]
    Approve,
    /// 退回重改.
    #[n(1)]
    Return,
}

/// Reviews exactly one submission 审核.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Review {
    /// The finding that the submission answers.
    #[n(0)]
    pub finding: FindingId,
    /// The word.
    #[n(1)]
    pub verdict: ReviewVerdict,
}

/// What a recheck found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 复查合格: closes.
    #[n(0)]
    Pass,
    /// 部分合格: supervises.
    #[n(1)]
    Partly,
    /// 复查不合格: supervises.
    #[n(2)]
    Fail,
    /// 重新打开: a closed finding is opened again, with a reason.
    #[n(3)]
    Reopen,
}

impl Outcome {
    /// How safe it is to let this outcome rule: fail, reopen, partly, pass (`6-workflow`, A finding, 1).
    pub fn safety(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Partly => 1,
            Self::Reopen => 2,
            Self::Fail => 3,
        }
    }
}

/// Records the result of a recheck 复查.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ResultSay {
    /// What was found.
    #[n(0)]
    pub outcome: Outcome,
    /// The recheck visit.
    #[n(1)]
    pub visit: Option<VisitId>,
    /// The photos that show it.
    #[n(2)]
    pub photos: Vec<PhotoId>,
}

/// The unit asks for a later deadline 延期申请.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ExtensionAsk {
    /// Until when.
    #[n(0)]
    pub until: Day,
}

/// Grants or refuses it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ExtensionDecide {
    /// The new deadline; `None` refuses.
    #[n(0)]
    pub until: Option<Day>,
}

/// Suspends a finding 挂账 or resumes it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Suspend {
    /// True to suspend, false to resume.
    #[n(0)]
    pub suspended: bool,
    /// Until when, where that is known.
    #[n(1)]
    pub until: Option<Day>,
}

/// Decides an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AppealDecide {
    /// True 维持: the finding stands. False 撤销: it is withdrawn.
    #[n(0)]
    pub upheld: bool,
}
