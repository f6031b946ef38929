//! Bodies of what the city says itself, and of the commands that it decides once.
//!
//! They stand in one log of the city per feed. A card names no person, device, log or minute.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::Serialize;

use crate::stage::Stage;
use crate::{
    AreaId, CampaignId, Day, DeviceId, Digest, FindingId, ItemCode, OpId, Outcome, PersonId, Refusal, ReviewVerdict,
    Role, Severity, SiteId, SubmissionId, UnitId, Verdict,
};

use super::SetRef;

/// Names an area; the entity is the area.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AreaSet {
    /// The office's own code.
    #[n(0)]
    pub code: String,
}

/// Names a kind of window; the entity is made from its code.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct WindowKindSet {
    /// The code, `GOV`.
    #[n(0)]
    pub code: String,
    /// The kind whose items hold for this one too.
    #[n(1)]
    pub parent: Option<String>,
}

/// Publishes a criteria set; never altered afterwards, only followed by a newer version.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CriteriaPublish {
    /// The set's code.
    #[n(0)]
    pub code: String,
    /// The version, from 1.
    #[n(1)]
    pub version: u32,
    /// The set as TOML.
    #[n(2)]
    pub toml: String,
    /// True when the set is no longer offered for new visits.
    #[n(3)]
    pub retired: bool,
}

/// The days of one year that differ from Monday-to-Friday.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CalendarYear {
    /// The year.
    #[n(0)]
    pub year: i32,
    /// Days off.
    #[n(1)]
    pub off: Vec<Day>,
    /// Make-up working days.
    #[n(2)]
    pub work: Vec<Day>,
    /// False while the State Council's table is not out: dates are provisional.
    #[n(3)]
    pub published: bool,
}

/// A campaign 专项行动.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CampaignSet {
    /// The first day.
    #[n(0)]
    pub from: Day,
    /// The last day.
    #[n(1)]
    pub to: Day,
    /// The criteria sets it asks.
    #[n(2)]
    pub sets: Vec<SetRef>,
    /// Policy switches that hold within it.
    #[n(3)]
    pub policy: Vec<PolicyValue>,
}

/// One policy switch: a name and a whole number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize)]
#[cbor(array)]
pub struct PolicyValue {
    /// The switch, `recheck_roll`.
    #[n(0)]
    pub name: String,
    /// Its value.
    #[n(1)]
    pub value: i64,
}

/// Policy of the whole city, or of a campaign when the entity is one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PolicySet {
    /// The switches; those not named keep their default.
    #[n(0)]
    pub values: Vec<PolicyValue>,
}

/// A person, for those who work with them; units never read it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PersonSet {
    /// What they are.
    #[n(0)]
    pub role: Role,
    /// The areas they work in.
    #[n(1)]
    pub areas: Vec<AreaId>,
    /// The unit they speak for.
    #[n(2)]
    pub unit: Option<UnitId>,
}

/// A unit; the entity is the unit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct UnitSet {
    /// The area it belongs to.
    #[n(0)]
    pub area: AreaId,
    /// The office's own code.
    #[n(1)]
    pub code: String,
}

/// What a position's numbers mean; Chinese lists are 50-700 m off GPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(index_only)]
pub enum Datum {
    /// GPS.
    #[n(0)]
    #[serde(rename = "WGS-84")]
    Wgs84,
    /// Chinese maps.
    #[n(1)]
    #[serde(rename = "GCJ-02")]
    Gcj02,
    /// Baidu maps.
    #[n(2)]
    #[serde(rename = "BD-09")]
    Bd09,
}

/// A point on the ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(array)]
pub struct Position {
    /// Degrees north times ten million.
    #[n(0)]
    pub latitude_e7: i32,
    /// Degrees east times ten million.
    #[n(1)]
    pub longitude_e7: i32,
    /// Which datum.
    #[n(2)]
    pub datum: Datum,
}

/// A site as the feed's readers may know it; the entity is the site, the newest wins.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SiteEnter {
    /// The unit that runs it.
    #[n(0)]
    pub unit: UnitId,
    /// The area it lies in.
    #[n(1)]
    pub area: AreaId,
    /// The office's own code.
    #[n(2)]
    pub code: String,
    /// The kind of window.
    #[n(3)]
    pub kind: String,
    /// Where it is.
    #[n(4)]
    pub position: Option<Position>,
}

/// Whose log it is, for the readers of one feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AuthorSet {
    /// The person; `None` where only the label may be known.
    #[n(0)]
    pub person: Option<PersonId>,
}

/// The official number of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct NumberGive {
    /// The number, `2026-0042`.
    #[n(0)]
    pub number: String,
    /// The feedback by which the unit was told: of several it holds, whichever was said first. `None` of a copy.
    #[n(1)]
    pub feedback: Option<OpId>,
}

/// The copy of an undercover finding, as the staff of its area may know it; the newest holds, the day of the first.
///
/// It names no visit, no log, no photo and no minute, and never the finding's own words: the demand is all there is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FindingPublish {
    /// Where.
    #[n(0)]
    pub site: SiteId,
    /// Which item it fails.
    #[n(1)]
    pub item: ItemCode,
    /// How bad.
    #[n(2)]
    pub severity: Severity,
    /// The day of the feedback that published it.
    #[n(3)]
    pub day: Day,
    /// SHA-256 of the published photos; none until the city has made them.
    #[n(4)]
    pub photos: Vec<Digest>,
    /// The campaign that it was seen in, whose deadlines hold.
    #[n(5)]
    pub campaign: Option<CampaignId>,
    /// The set and version under which the item was asked, whose words hold; none where the city does not know the set.
    #[n(6)]
    pub set: Option<SetRef>,
}

/// A submission on a card.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CardSubmission {
    /// Which.
    #[n(0)]
    pub submission: SubmissionId,
    /// The word in force.
    #[n(1)]
    pub verdict: Option<ReviewVerdict>,
    /// The number of the text that gives the reason.
    #[n(2)]
    pub reason: Option<u8>,
}

/// A result on a card: the day alone, not who, not when.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CardResult {
    /// What was found.
    #[n(0)]
    pub outcome: Outcome,
    /// The day.
    #[n(1)]
    pub day: Day,
    /// True when it takes part in the result in force.
    #[n(2)]
    pub counts: bool,
}

/// Where a request for a later deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum CardExtension {
    /// Asked, not decided.
    #[n(0)]
    Asked,
    /// Granted: the deadline is the new one.
    #[n(1)]
    Granted,
    /// Refused.
    #[n(2)]
    Refused,
}

/// A case card: the whole present state of one finding as its unit may know it; the newest position wins.
///
/// Texts: the demand, then the reasons that submissions point to. No person, device, log, minute,
/// placeholder or fingerprint; no recheck date unless policy says so.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Card {
    /// The official number.
    #[n(0)]
    pub number: Option<String>,
    /// Where.
    #[n(1)]
    pub site: SiteId,
    /// Which item it fails.
    #[n(2)]
    pub item: ItemCode,
    /// How bad.
    #[n(3)]
    pub severity: Severity,
    /// The stage.
    #[n(4)]
    pub stage: Stage,
    /// How many rechecks there were.
    #[n(5)]
    pub result_count: u32,
    /// The day of feedback.
    #[n(6)]
    pub feedback_day: Option<Day>,
    /// The day of the notice.
    #[n(7)]
    pub notice_day: Option<Day>,
    /// By when it must be put right.
    #[n(8)]
    pub deadline: Option<Day>,
    /// Where a request for a later deadline stands.
    #[n(9)]
    pub extension: Option<CardExtension>,
    /// SHA-256 of the published photos.
    #[n(10)]
    pub photos: Vec<Digest>,
    /// The unit's submissions and the words on them.
    #[n(11)]
    pub submissions: Vec<CardSubmission>,
    /// What rechecks found.
    #[n(12)]
    pub results: Vec<CardResult>,
    /// The submissions that this card takes into account.
    #[n(13)]
    pub includes: Vec<SubmissionId>,
    /// Suspended 挂账.
    #[n(14)]
    pub suspended: bool,
    /// Appealed, not decided.
    #[n(15)]
    pub appealed: bool,
    /// True while a date may still change: an unpublished calendar.
    #[n(16)]
    pub provisional: bool,
    /// The next recheck, only where policy tells the unit.
    #[n(17)]
    pub recheck_due: Option<Day>,
    /// The day of the newest supervision notice; equal to `notice_day` while that is the newest notice of all.
    #[n(18)]
    pub supervision_day: Option<Day>,
    /// The day on which a suspension ends, where that is known.
    #[n(19)]
    pub suspended_until: Option<Day>,
    /// How many notices there were: what the unit signs is the last of them.
    #[n(20)]
    pub notices: u32,
    /// The finding that it counts with, where that is the unit's too: this one then has no deadline of its own.
    #[n(21)]
    pub duplicate_of: Option<FindingId>,
    /// The set and version under which the item was asked, whose words hold; none where the city does not know the set.
    #[n(22)]
    pub set: Option<SetRef>,
}

/// The card that tells a unit of a notice was written: from then on it runs. Said again when the city heard that the
/// notice was signed for: the day counts on which that was said, whatever day a phone claims.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CardTell {
    /// Which notice.
    #[n(0)]
    pub notice: OpId,
    /// True when it was acknowledged or refused.
    #[n(1)]
    pub signed: bool,
}

/// Assigns work; the entity is the task. Carries no mode.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Assign {
    /// Where.
    #[n(0)]
    pub site: SiteId,
    /// Who.
    #[n(1)]
    pub person: PersonId,
    /// From which day.
    #[n(2)]
    pub from: Day,
    /// By which day.
    #[n(3)]
    pub due: Day,
    /// For which campaign.
    #[n(4)]
    pub campaign: Option<CampaignId>,
}

/// Releases a held op.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Release {
    /// Which.
    #[n(0)]
    pub op: OpId,
}

/// A verdict that came after the receipt, told to the op's author.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct VerdictSay {
    /// Which op.
    #[n(0)]
    pub op: OpId,
    /// The verdict.
    #[n(1)]
    pub verdict: Verdict,
    /// Why not, when not.
    #[n(2)]
    pub reason: Option<Refusal>,
}

/// The whole of what a person may do from now on; the entity is the person.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct GrantSet {
    /// What they are.
    #[n(0)]
    pub role: Role,
    /// The areas they may work in.
    #[n(1)]
    pub areas: Vec<AreaId>,
    /// The unit they speak for.
    #[n(2)]
    pub unit: Option<UnitId>,
}

/// Revokes a device: what it sends from now on is held.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct DeviceRevoke {
    /// Which.
    #[n(0)]
    pub device: DeviceId,
}

/// A photo was erased for good; its entity is the photo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PhotoErased {
    /// The city's signature over these words and the photo: a city that is restored from before believes its own word.
    #[n(0)]
    pub proof: Option<ByteVec>,
}
