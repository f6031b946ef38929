//! Names for things: random 16-byte ids, one newtype for each kind of thing.
//!
//! Ids come in as arguments and say nothing about who, where or when. This module refuses
//! time-ordered ids by never making one: a v7 id would tell a unit the millisecond of an undercover visit.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// The id of any entity an op can speak of: 16 bytes, printed as a UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EntityId(pub [u8; 16]);

impl EntityId {
    /// Dresses 16 random bytes as a version 4 UUID.
    ///
    /// ```
    /// let id = mingcha_model::EntityId::from_random([7; 16]);
    /// assert_eq!(id.to_string(), "07070707-0707-4707-8707-070707070707");
    /// ```
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid().into_bytes())
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id: an id is 32 hexadecimal digits with dashes, as in 3f2b8c1e-0d4a-4f6b-9a57-1c2d3e4f5a6b")]
pub struct BadId;

impl FromStr for EntityId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Uuid::try_parse(text).map(|id| Self(id.into_bytes())).map_err(|_| BadId)
    }
}

impl Serialize for EntityId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<C> Encode<C> for EntityId {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for EntityId {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        <[u8; 16]>::try_from(d.bytes()?).map(Self).map_err(|_| minicbor::decode::Error::message("an id is 16 bytes"))
    }
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] pub EntityId);

        impl $name {
            /// Dresses 16 random bytes as an id of this kind.
            #[must_use]
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(EntityId::from_random(bytes))
            }

            /// The 16 bytes.
            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0.0
            }
        }

        impl From<EntityId> for $name {
            fn from(id: EntityId) -> Self {
                Self(id)
            }
        }

        impl From<$name> for EntityId {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.parse().map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }
    )+};
}

typed_ids! {
    /// A place that is inspected 点位.
    SiteId,
    /// The organisation that runs sites and must rectify 单位.
    UnitId,
    /// A district-level scope 片区.
    AreaId,
    /// A person; only the city knows which devices are theirs.
    PersonId,
    /// One phone, as enrolled.
    DeviceId,
    /// One inspection of one site 检查.
    VisitId,
    /// Something wrong 问题.
    FindingId,
    /// One picture; its files are named by their SHA-256, the photo is not.
    PhotoId,
    /// A unit's answer to a finding 整改反馈.
    SubmissionId,
    /// A campaign 专项行动.
    CampaignId,
    /// One piece of assigned work 任务.
    TaskId,
}

impl VisitId {
    /// The visit that a published copy of an undercover finding names: none. No random id is sixteen bytes of ones.
    pub const NONE: Self = Self(EntityId([0xff; 16]));
}

impl FindingId {
    /// The id of the published copy of this undercover finding (format): SHA-256 of `["mingcha published 1", id]`, cut
    /// and dressed as a version 4 UUID.
    ///
    /// Whoever knows the finding computes it offline; nobody else gets from one to the other.
    ///
    /// ```
    /// use mingcha_model::FindingId;
    ///
    /// let copy = FindingId::from_random([7; 16]).published();
    /// assert_eq!(copy.to_string(), "37337e8e-14ba-4118-a027-5ebbd44702d0");
    /// ```
    #[must_use]
    pub fn published(&self) -> Self {
        Self::from_random(crate::chain::published(*self).0.first_chunk().copied().unwrap_or_default())
    }
}

macro_rules! hexadecimal {
    ($($(#[$doc:meta])* $name:ident($length:literal), $wrong:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                hex_bytes(text).map(Self).ok_or(BadId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let bytes = <[u8; $length]>::try_from(d.bytes()?);
                bytes.map(Self).map_err(|_| minicbor::decode::Error::message($wrong))
            }
        }
    )+};
}

hexadecimal! {
    /// The id of one log: 16 random bytes, new for each device incarnation and each undercover visit.
    LogId(16), "a log id is 16 bytes";
    /// A SHA-256 value, printed as 64 hexadecimal digits.
    Digest(32), "a SHA-256 is 32 bytes";
}

impl Digest {
    /// Thirty-two zero bytes: the head of an empty chain.
    pub const ZERO: Self = Self([0; 32]);

    /// The SHA-256 of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

/// The identity of one op: its log and its place in it, counted from 1. Printed `LOGHEX-SEQ`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(array)]
pub struct OpId {
    /// The log that the op stands in.
    #[n(0)]
    pub log: LogId,
    /// The op's place in the log, from 1.
    #[n(1)]
    pub seq: u64,
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.log, self.seq)
    }
}

impl fmt::Debug for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for OpId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let (log, seq) = text.split_once('-').ok_or(BadId)?;
        Ok(Self { log: log.parse()?, seq: seq.parse().map_err(|_| BadId)? })
    }
}

impl Serialize for OpId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn hex_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N.checked_mul(2)? {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
