//! How serious a finding is, which decides how long its unit has.
//!
//! The four words are our own proposal: no source has a scale, they only name periods. The periods stand in
//! [`DeadlinePolicy`](crate::DeadlinePolicy), because a campaign may change them.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// How serious a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 轻微: put right with little effort.
    #[n(0)]
    Minor,
    /// 一般
    #[n(1)]
    #[default]
    Ordinary,
    /// 较重
    #[n(2)]
    Serious,
    /// 需工程: needs building works, and a plan.
    #[n(3)]
    Works,
}

impl Severity {
    /// All of them, the lightest first.
    pub const ALL: [Self; 4] = [Self::Minor, Self::Ordinary, Self::Serious, Self::Works];

    /// The word that one types: `minor ordinary serious works`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Ordinary => "ordinary",
            Self::Serious => "serious",
            Self::Works => "works",
        }
    }

    /// The word that a Chinese paper prints.
    pub fn in_chinese(self) -> &'static str {
        match self {
            Self::Minor => "轻微",
            Self::Ordinary => "一般",
            Self::Serious => "较重",
            Self::Works => "需工程",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text is not a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a severity: use minor, ordinary, serious or works")]
pub struct BadSeverity;

impl FromStr for Severity {
    type Err = BadSeverity;
    fn from_str(text: &str) -> Result<Self, BadSeverity> {
        Self::ALL.into_iter().find(|one| one.code() == text).ok_or(BadSeverity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_typed_as_it_is_printed_and_costs_one_byte() {
        for severity in Severity::ALL {
            assert_eq!(severity.to_string().parse(), Ok(severity));
            let bytes = minicbor::to_vec(severity).unwrap();
            assert_eq!(bytes.len(), 1);
            assert_eq!(minicbor::decode::<Severity>(&bytes).unwrap(), severity);
        }
        assert_eq!("grave".parse::<Severity>(), Err(BadSeverity));
    }
}
