//! The names of registers, and what stood on the screen when one was changed.
//!
//! A register is (entity, field). Its policy belongs to its name; another policy would be another register.
//! A basis refuses to be handed back to a register that it does not name.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Serialize, Serializer};

use crate::body::Body;
use crate::{EntityId, ItemCode, LogId, OpId, PersonId};

/// The field of an entity that a register holds (format).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Field {
    /// The answer to one item of a visit.
    #[n(0)]
    Answer(#[n(0)] ItemCode),
    /// The item that a photo is put to.
    #[n(1)]
    PhotoItem,
    /// The site that a visit belongs to.
    #[n(2)]
    VisitSite,
    /// Whether a visit is void.
    #[n(3)]
    VisitVoid,
    /// Whether a person was at a visit: one element of a set.
    #[n(4)]
    VisitPerson(#[n(0)] PersonId),
    /// The verdict on a submission; strict.
    #[n(5)]
    Verdict,
    /// The result of rechecks; strict.
    #[n(6)]
    Result,
    /// Whether a finding is void; strict.
    #[n(7)]
    FindingVoid,
    /// The finding that this one repeats.
    #[n(8)]
    Duplicate,
    /// The decision on a later deadline; strict.
    #[n(9)]
    Extension,
    /// Whether a finding is suspended.
    #[n(10)]
    Suspended,
    /// The decision on an appeal; strict.
    #[n(11)]
    Appeal,
}

impl Field {
    /// The registers of every finding, apart from the verdicts on its submissions.
    pub const OF_FINDING: [Self; 6] =
        [Self::Result, Self::FindingVoid, Self::Duplicate, Self::Extension, Self::Suspended, Self::Appeal];
}

impl Body {
    /// The register that this body is a value of; `None` for what is appended or commanded.
    pub fn field(&self) -> Option<Field> {
        Some(match self {
            Self::Answer(answer) => Field::Answer(answer.item.clone()),
            Self::PhotoItem(_) => Field::PhotoItem,
            Self::VisitMove(_) => Field::VisitSite,
            Self::VisitVoid(_) => Field::VisitVoid,
            Self::VisitPerson(person) => Field::VisitPerson(person.person),
            Self::Review(_) => Field::Verdict,
            Self::Result(_) => Field::Result,
            Self::FindingVoid(_) => Field::FindingVoid,
            Self::FindingDuplicate(_) => Field::Duplicate,
            Self::ExtensionDecide(_) => Field::Extension,
            Self::Suspend(_) => Field::Suspended,
            Self::AppealDecide(_) => Field::Appeal,
            _ => return None,
        })
    }
}

/// What one editable row of a screen showed: for each of its registers, the heads that were there.
///
/// Printed as hexadecimal digits that hosts keep and hand back; what is in it is not for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Basis {
    /// The registers shown.
    #[n(0)]
    pub shown: Vec<Shown>,
}

/// One register as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Shown {
    /// Of what.
    #[n(0)]
    pub entity: EntityId,
    /// Which field.
    #[n(1)]
    pub field: Field,
    /// The heads that stood there.
    #[n(2)]
    pub heads: Vec<OpId>,
}

/// The basis cannot be used for this change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this basis belongs to another row: ask for the row again and hand back the basis that it carries")]
pub struct WrongBasis;

impl Basis {
    /// The heads of other logs that a change of this register replaces: what `over` must name.
    ///
    /// Errors with [`WrongBasis`] when the register was not on that screen.
    pub fn over(&self, entity: EntityId, field: &Field, own: LogId) -> Result<Vec<OpId>, WrongBasis> {
        let shown =
            self.shown.iter().find(|shown| shown.entity == entity && shown.field == *field).ok_or(WrongBasis)?;
        Ok(shown.heads.iter().copied().filter(|head| head.log != own).collect())
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = minicbor::to_vec(self).map_err(|_| fmt::Error)?;
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Basis {
    type Err = WrongBasis;
    fn from_str(text: &str) -> Result<Self, WrongBasis> {
        let digits = text.as_bytes();
        if !digits.len().is_multiple_of(2) || digits.len() > 1 << 20 {
            return Err(WrongBasis);
        }
        let bytes: Option<Vec<u8>> =
            digits.chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        minicbor::decode(&bytes.ok_or(WrongBasis)?).map_err(|_| WrongBasis)
    }
}

impl Serialize for Basis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
