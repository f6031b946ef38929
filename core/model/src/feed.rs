//! What the city says: feeds, their names, and the entries that phones fold.
//!
//! A feed is what one audience may see, in the city's order. Nothing here checks a device's signature:
//! a phone trusts the city for order, verdict and routing, and for nothing else.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

use crate::{AreaId, BadId, EntityId, LogId, Op, OpId, Order, PersonId, Text, UnitId};

/// The name of a feed, printed as `public`, `staff`, `area:<id>`, `covert:<id>`, `person:<id>` or `unit:<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum FeedName {
    /// Areas, window kinds, criteria, calendar: read by everybody.
    #[n(0)]
    Public,
    /// Campaigns, policy, people and roles: read by inspectors, supervisors and the office.
    #[n(1)]
    Staff,
    /// Sites, open visits, findings and all that is said of them, of one area.
    #[n(2)]
    Area(#[n(0)] AreaId),
    /// Undercover visits and their findings, of one area: read by supervisors and the office.
    #[n(3)]
    Covert(#[n(0)] AreaId),
    /// Assignments, later verdicts, grants and own covert visits of one person.
    #[n(4)]
    Person(#[n(0)] PersonId),
    /// Sites, case cards and what its contacts wrote, of one unit.
    #[n(5)]
    Unit(#[n(0)] UnitId),
}

impl fmt::Display for FeedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Staff => f.write_str("staff"),
            Self::Area(id) => write!(f, "area:{id}"),
            Self::Covert(id) => write!(f, "covert:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Unit(id) => write!(f, "unit:{id}"),
        }
    }
}

impl FromStr for FeedName {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        match text.split_once(':') {
            None if text == "public" => Ok(Self::Public),
            None if text == "staff" => Ok(Self::Staff),
            Some(("area", id)) => Ok(Self::Area(id.parse()?)),
            Some(("covert", id)) => Ok(Self::Covert(id.parse()?)),
            Some(("person", id)) => Ok(Self::Person(id.parse()?)),
            Some(("unit", id)) => Ok(Self::Unit(id.parse()?)),
            _ => Err(BadId),
        }
    }
}

impl FeedName {
    /// Which feed an entity is shown from when several carry it: smaller comes first (`2-sync` section 5).
    pub fn home_rank(&self) -> u8 {
        match self {
            Self::Area(_) => 0,
            Self::Covert(_) => 1,
            Self::Person(_) => 2,
            Self::Unit(_) => 3,
            Self::Staff => 4,
            Self::Public => 5,
        }
    }
}

/// What the city marks on an entry (format: bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Flags(#[n(0)] pub u8);

impl Flags {
    /// Nothing marked.
    pub const NONE: Self = Self(0);
    /// Permitted only by the placement at the claimed time: the person had moved since.
    pub const LATE: Self = Self(1);
    /// Shown as held, and folded only when a release names it. With [`Self::LATE`] because its author had moved,
    /// without because its device was revoked.
    pub const HELD: Self = Self(2);
    /// Returned through another phone's pages after its own phone was lost.
    pub const ATTESTED: Self = Self(4);

    /// True when every bit of `other` is set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// One entry of a feed (format): an op as the city accepted it, at its position and in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The place in the feed, dense, from 1.
    pub position: u64,
    /// The log that the op stands in; its sequence is in the op.
    pub log: LogId,
    /// The city's order.
    pub ord: Order,
    /// What the city marked.
    pub flags: Flags,
    /// The op, its body verbatim, its texts with their salts or as hashes.
    pub op: Op<Text>,
}

impl Entry {
    /// The identity of the op.
    pub fn id(&self) -> OpId {
        OpId { log: self.log, seq: self.op.seq }
    }

    /// The entity that the op speaks of.
    pub fn entity(&self) -> EntityId {
        self.op.entity
    }
}

/// Where a reader stands in a feed: the epoch, the last position folded, and the head hash there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cursor {
    /// Raised by the city when it was restored from a backup; a page of another epoch never mixes in.
    #[n(0)]
    pub epoch: u32,
    /// The last position held; 0 when none.
    #[n(1)]
    pub position: u64,
    /// The chain's head at that position; 32 zero bytes at position 0.
    #[n(2)]
    pub head: crate::Digest,
}

impl Cursor {
    /// The beginning of an epoch.
    pub fn start(epoch: u32) -> Self {
        Self { epoch, position: 0, head: crate::Digest::ZERO }
    }
}
