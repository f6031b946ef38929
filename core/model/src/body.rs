//! What each kind of op carries: one struct a kind, encoded as a CBOR array (format).
//!
//! A body holds integers, codes, bytes and ids, never a float and never anything a person typed: texts stand apart
//! in the op, in the order that each struct names. A kind or version this build does not know is kept verbatim.

mod city;
mod finding;
mod look;
mod names;
mod visit;

pub use city::{
    AreaSet, Assign, AuthorSet, CalendarYear, CampaignSet, Card, CardExtension, CardResult, CardSubmission, CardTell,
    CriteriaPublish, Datum, DeviceRevoke, FindingPublish, GrantSet, NumberGive, PersonSet, PhotoErased, PolicySet,
    PolicyValue, Position, Release, SiteEnter, UnitSet, VerdictSay, WindowKindSet,
};
pub use finding::{
    Acknowledge, AppealDecide, Channel, Decline, ExtensionAsk, ExtensionDecide, FindingDuplicate, FindingFeedback,
    FindingFixed, FindingNotice, FindingRaise, FindingVoid, NoticeKind, Outcome, PhotoShown, Rectangle, ResultSay,
    Review, ReviewVerdict, SubmissionAdd, Suspend,
};
pub use look::{BadLook, LARGEST_FINGERPRINT, LARGEST_PLACEHOLDER, Look};
pub use visit::{
    Answer, LogOpen, Mode, PhotoAdd, PhotoItem, SetRef, VisitMove, VisitOpen, VisitPerson, VisitSubmit, VisitVoid,
};

use minicbor::{Decode, Encode};

use crate::Kind;

/// The body of kinds that say everything by their name and texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Nothing {}

/// A body that cannot be what its kind says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body of an op of kind {} cannot be read: it was written by a damaged or newer app", .0.name())]
pub struct BadBody(pub Kind);

macro_rules! bodies {
    ($($(#[$doc:meta])* $constant:ident = $number:literal, $name:literal, $variant:ident($carries:ty), $texts:literal;)+) => {
        impl Kind {
            $($(#[$doc])* pub const $constant: Self = Self($number);)+

            /// The kind's name as the command line prints it; `unknown` for one that this build does not know.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$constant => $name,)+
                    _ => "unknown",
                }
            }

            /// How many texts an op of this kind may carry at most; `None` for an unknown kind.
            pub fn most_texts(self) -> Option<usize> {
                match self {
                    $(Self::$constant => Some($texts),)+
                    _ => None,
                }
            }
        }

        /// What an op says, decoded.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Body {
            $($(#[$doc])* $variant($carries),)+
            /// A kind or version that this build does not know, kept as it came.
            Unknown(Kind),
        }

        impl Body {
            /// The kind that this body belongs to.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$variant(_) => Kind::$constant,)+
                    Self::Unknown(kind) => *kind,
                }
            }

            /// The bytes that stand in the op; empty for [`Self::Unknown`], whose bytes only the op has.
            pub fn to_bytes(&self) -> Vec<u8> {
                let mut bytes = Vec::with_capacity(64);
                let written: Result<(), minicbor::encode::Error<_>> = match self {
                    $(Self::$variant(body) => minicbor::encode(body, &mut bytes),)+
                    Self::Unknown(_) => Ok(()),
                };
                // Writing CBOR into memory cannot fail.
                debug_assert!(written.is_ok());
                bytes
            }

            /// Reads a body of this kind and version; what is newer than this build becomes [`Self::Unknown`].
            pub fn from_bytes(kind: Kind, version: u8, bytes: &[u8]) -> Result<Self, BadBody> {
                if version != 1 {
                    return Ok(Self::Unknown(kind));
                }
                let mut decoder = minicbor::Decoder::new(bytes);
                let body = match kind {
                    $(Kind::$constant => decoder.decode().map(Self::$variant),)+
                    _ => return Ok(Self::Unknown(kind)),
                };
                match body {
                    Ok(body) if decoder.position() == bytes.len() => Ok(body),
                    _ => Err(BadBody(kind)),
                }
            }
        }
    };
}

bodies! {
    /// Opens a log and names its device, to the city only. No texts.
    LOG_OPEN = 1, "log_open", LogOpen(LogOpen), 0;

    /// Opens a visit; the entity is the visit. No texts.
    VISIT_OPEN = 10, "visit_open", VisitOpen(VisitOpen), 0;
    /// Adds a person to a visit or takes one away. No texts.
    VISIT_PERSON = 11, "visit_person", VisitPerson(VisitPerson), 0;
    /// Answers one item of a visit. Texts: note; why it was kept, where it decides a conflict.
    ANSWER = 12, "answer", Answer(Answer), 2;
    /// Submits a visit: it can be added to, never altered. No texts.
    VISIT_SUBMIT = 13, "visit_submit", VisitSubmit(VisitSubmit), 0;
    /// Moves a visit that was not submitted to another site of its area. Texts: why, where it decides a conflict.
    VISIT_MOVE = 14, "visit_move", VisitMove(VisitMove), 1;
    /// Voids a visit or takes that back. Texts: reason.
    VISIT_VOID = 15, "visit_void", VisitVoid(VisitVoid), 1;
    /// Adds a remark to a visit. Texts: remark.
    VISIT_REMARK = 16, "visit_remark", VisitRemark(Nothing), 1;

    /// Adds a photo; the entity is the photo. Texts: claimed time, position, camera, [`Look`].
    PHOTO_ADD = 20, "photo_add", PhotoAdd(PhotoAdd), 4;
    /// Puts a photo to an item. No texts.
    PHOTO_ITEM = 21, "photo_item", PhotoItem(PhotoItem), 0;
    /// Asks the city to erase a photo for good; the entity is the photo. No texts.
    PHOTO_ERASE = 22, "photo_erase", PhotoErase(Nothing), 0;

    /// Raises a finding; the entity is the finding. Texts: what is wrong.
    FINDING_RAISE = 30, "finding_raise", FindingRaise(FindingRaise), 1;
    /// Feeds a finding back to its unit; publishes one of an undercover visit. Texts: demand.
    FINDING_FEEDBACK = 31, "finding_feedback", FindingFeedback(FindingFeedback), 1;
    /// Says that it was fixed on the spot. Texts: remark.
    FINDING_FIXED = 32, "finding_fixed", FindingFixed(FindingFixed), 1;
    /// Serves a notice. Texts: what the unit is told.
    FINDING_NOTICE = 33, "finding_notice", FindingNotice(FindingNotice), 1;
    /// The unit acknowledges the notice. Texts: name of who did.
    FINDING_ACKNOWLEDGE = 34, "finding_acknowledge", FindingAcknowledge(Acknowledge), 1;
    /// The unit refuses the notice. Texts: reason.
    FINDING_DECLINE = 35, "finding_decline", FindingDecline(Decline), 1;
    /// Corrects the wording of a finding; both are shown. Texts: corrected wording.
    FINDING_CORRECT = 36, "finding_correct", FindingCorrect(Nothing), 1;
    /// Voids a finding or takes that back. Texts: reason.
    FINDING_VOID = 37, "finding_void", FindingVoid(FindingVoid), 1;
    /// Says that this finding is the same fact as another. Texts: reason.
    FINDING_DUPLICATE = 38, "finding_duplicate", FindingDuplicate(FindingDuplicate), 1;

    /// Submits a rectification; the entity is the submission. Texts: what was done.
    SUBMISSION_ADD = 40, "submission_add", SubmissionAdd(SubmissionAdd), 1;
    /// Reviews exactly one submission; the entity is the submission. Texts: reason.
    REVIEW = 41, "review", Review(Review), 1;
    /// Says what a recheck found; the entity is the finding. Texts: reason.
    RESULT = 42, "result", Result(ResultSay), 1;

    /// Asks for a later deadline. Texts: reason.
    EXTENSION_ASK = 50, "extension_ask", ExtensionAsk(ExtensionAsk), 1;
    /// Grants or refuses a later deadline. Texts: reason.
    EXTENSION_DECIDE = 51, "extension_decide", ExtensionDecide(ExtensionDecide), 1;
    /// Suspends a finding or resumes it. Texts: reason.
    SUSPEND = 52, "suspend", Suspend(Suspend), 1;
    /// The unit appeals. Texts: reason.
    APPEAL = 53, "appeal", Appeal(Nothing), 1;
    /// Decides an appeal. Texts: reason.
    APPEAL_DECIDE = 54, "appeal_decide", AppealDecide(AppealDecide), 1;

    /// Assigns a site to a person; the entity is the task. No texts.
    ASSIGN = 60, "assign", Assign(Assign), 0;
    /// Withdraws an assignment. No texts.
    UNASSIGN = 61, "unassign", Unassign(Nothing), 0;
    /// Releases a held op. Texts: reason.
    RELEASE = 62, "release", Release(Release), 1;

    /// Names an area. Texts: Chinese name, English name.
    AREA_SET = 100, "area_set", AreaSet(AreaSet), 2;
    /// Names a kind of window. Texts: Chinese name, English name.
    WINDOW_KIND_SET = 101, "window_kind_set", WindowKindSet(WindowKindSet), 2;
    /// Publishes a version of a criteria set. No texts.
    CRITERIA_PUBLISH = 102, "criteria_publish", CriteriaPublish(CriteriaPublish), 0;
    /// Says which days of a year are off or worked. No texts.
    CALENDAR_YEAR = 103, "calendar_year", CalendarYear(CalendarYear), 0;
    /// Opens or changes a campaign. Texts: name.
    CAMPAIGN_SET = 110, "campaign_set", CampaignSet(CampaignSet), 1;
    /// Sets policy switches. No texts.
    POLICY_SET = 111, "policy_set", PolicySet(PolicySet), 0;
    /// Names a person and their role. Texts: name.
    PERSON_SET = 112, "person_set", PersonSet(PersonSet), 1;
    /// Names a unit. Texts: name.
    UNIT_SET = 120, "unit_set", UnitSet(UnitSet), 1;
    /// Brings a site into a feed, or changes it there. Texts: name, address.
    SITE_ENTER = 121, "site_enter", SiteEnter(SiteEnter), 2;
    /// Takes a site out of a feed. No texts.
    SITE_LEAVE = 122, "site_leave", SiteLeave(Nothing), 0;
    /// Says whose log it is; the entity has the log's bytes. Texts: label.
    AUTHOR_SET = 130, "author_set", AuthorSet(AuthorSet), 1;
    /// Gives a finding its official number. No texts.
    NUMBER_GIVE = 131, "number_give", NumberGive(NumberGive), 0;
    /// Writes the whole present state of a finding for its unit. Texts: see [`Card`].
    CARD_WRITE = 132, "card_write", CardWrite(Card), 64;
    /// Says that a unit's card tells of a notice, and again that it was signed for; the entity is the finding. No texts.
    CARD_TELL = 133, "card_tell", CardTell(CardTell), 0;
    /// Publishes the copy of an undercover finding to its area, and says it again when its photos are ready; the
    /// entity is the copy. Texts: demand.
    FINDING_PUBLISH = 134, "finding_publish", FindingPublish(FindingPublish), 1;
    /// A photo was erased for good: whoever reads this destroys its files, and the texts of the op that added it. The
    /// entity is the photo. No texts.
    PHOTO_ERASED = 135, "photo_erased", PhotoErased(PhotoErased), 0;
    /// A verdict that came after the receipt. No texts.
    VERDICT_SAY = 140, "verdict_say", VerdictSay(VerdictSay), 0;
    /// Says the whole of what a person may do from now on. No texts.
    GRANT_SET = 141, "grant_set", GrantSet(GrantSet), 0;
    /// Revokes a device. No texts.
    DEVICE_REVOKE = 142, "device_revoke", DeviceRevoke(DeviceRevoke), 0;
}
