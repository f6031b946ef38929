//! Bodies of logs, visits, answers and photos. They refuse to name who speaks: the log's owner is known to the city alone.

use minicbor::{Decode, Encode};
use serde::Serialize;

use crate::{
    CampaignId, DeviceId, Digest, EntityId, ItemCode, Lineage, OpId, PersonId, PhotoId, SiteId, TaskId, Value,
};

/// Opens a log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LogOpen {
    /// The device whose key signs the log.
    #[n(0)]
    pub device: DeviceId,
    /// A covert visit whose log this is; nothing else may stand in it.
    #[n(1)]
    pub covert: bool,
}

/// How a visit is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 明察: announced.
    #[n(0)]
    Open,
    /// 暗访: nobody at the window knows.
    #[n(1)]
    Undercover,
    /// 复查: going back a fortnight later.
    #[n(2)]
    Recheck,
    /// 自查: a unit checks itself; raises no findings.
    #[n(3)]
    #[serde(rename = "self")]
    SelfCheck,
    /// 专项: one subject.
    #[n(4)]
    Special,
    /// 联合: several departments.
    #[n(5)]
    Joint,
}

impl Mode {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Undercover, Self::Recheck, Self::SelfCheck, Self::Special, Self::Joint];

    /// The name in files, commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Undercover => "undercover",
            Self::Recheck => "recheck",
            Self::SelfCheck => "self",
            Self::Special => "special",
            Self::Joint => "joint",
        }
    }

    /// The mode of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// A criteria set at one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize)]
#[cbor(array)]
pub struct SetRef {
    /// The set's code, `W5`.
    #[n(0)]
    pub code: String,
    /// The version, from 1.
    #[n(1)]
    pub version: u32,
}

/// Opens a visit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct VisitOpen {
    /// Where.
    #[n(0)]
    pub site: SiteId,
    /// How.
    #[n(1)]
    pub mode: Mode,
    /// Which criteria sets are asked, in order.
    #[n(2)]
    pub sets: Vec<SetRef>,
    /// The campaign it belongs to.
    #[n(3)]
    pub campaign: Option<CampaignId>,
    /// The task it fulfils.
    #[n(4)]
    pub task: Option<TaskId>,
    /// The items that its form asks, in order, as the phone that opened it cut them; `None` for everything that the
    /// sets ask of such a site.
    #[n(5)]
    pub asked: Option<Vec<ItemCode>>,
    /// The kind of the site with its ancestors, as the form was cut for it: whose limits hold, whatever the office says
    /// of the site or of the kind later. `None` for the kind that the site has when the visit is looked at.
    #[n(6)]
    pub kind: Option<Lineage>,
}

/// A person of a visit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct VisitPerson {
    /// Who.
    #[n(0)]
    pub person: PersonId,
    /// True when there, false when taken away again.
    #[n(1)]
    pub present: bool,
}

/// The value recorded for one item; with its note and photos it is one register value.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Answer {
    /// The item.
    #[n(0)]
    pub item: ItemCode,
    /// The value.
    #[n(1)]
    pub value: Value,
    /// The photos that show it.
    #[n(2)]
    pub photos: Vec<PhotoId>,
}

/// Submits a visit with the score its author saw; figures are computed again by whoever shows them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct VisitSubmit {
    /// Points obtained, in hundredths.
    #[n(0)]
    pub obtained: u64,
    /// Points obtainable, in hundredths.
    #[n(1)]
    pub obtainable: u64,
    /// Items without an answer.
    #[n(2)]
    pub missing: u32,
    /// The last answer of each other log that the figures count: whatever of a log comes after it is an addition.
    #[n(3)]
    pub counted: Option<Vec<OpId>>,
}

/// Moves a visit to another site.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct VisitMove {
    /// Where it belongs.
    #[n(0)]
    pub site: SiteId,
    /// The kind of that site with its ancestors, whose limits hold from now on. `None` as in [`VisitOpen::kind`].
    #[n(1)]
    pub kind: Option<Lineage>,
}

/// Voids a visit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct VisitVoid {
    /// True to void, false to take it back.
    #[n(0)]
    pub void: bool,
}

/// Adds a photo: binds the hashes of its three files and what belongs to them. What is derived from the picture or
/// claimed by its camera stands in the texts, because it must be erasable; see [`super::Look`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PhotoAdd {
    /// The visit or finding that it is evidence of.
    #[n(0)]
    pub owner: EntityId,
    /// The item, when taken for one.
    #[n(1)]
    pub item: Option<ItemCode>,
    /// SHA-256 of the original as the camera wrote it.
    #[n(2)]
    pub original: Digest,
    /// SHA-256 of the standard copy (longest side 2048 px, no metadata).
    #[n(3)]
    pub standard: Digest,
    /// SHA-256 of the thumbnail (longest side 320 px).
    #[n(4)]
    pub thumbnail: Digest,
    /// Bytes of the original.
    #[n(5)]
    pub original_bytes: u64,
    /// Bytes of the standard copy.
    #[n(6)]
    pub standard_bytes: u64,
    /// Bytes of the thumbnail.
    #[n(7)]
    pub thumbnail_bytes: u64,
    /// Width of the upright picture in pixels.
    #[n(8)]
    pub width: u32,
    /// Height of the upright picture in pixels.
    #[n(9)]
    pub height: u32,
    /// When it was taken in, by the author's raw clock in Unix seconds: its op is said when its copies are made, which may
    /// be much later. `None` in ops that were said at that moment.
    #[n(10)]
    pub observed_at: Option<i64>,
}

impl PhotoAdd {
    /// The place of its [`super::Look`] among the texts of the op.
    pub const LOOK: usize = 3;
}

/// Puts a photo to an item.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PhotoItem {
    /// The item; `None` takes it off.
    #[n(0)]
    pub item: Option<ItemCode>,
}
