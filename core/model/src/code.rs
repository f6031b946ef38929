//! Short codes that people type and read: `W5`, `W5-4N`.
//!
//! A code is 1 to 32 letters, digits and dashes. It refuses anything else, so that a code may stand in a file
//! name, a table cell or a command line without quoting.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Serialize, Serializer};

/// The text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code: a code is 1 to 32 letters A-Z a-z, digits and dashes, as in W5-4N")]
pub struct BadCode;

fn is_code(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The code as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadCode;
            fn from_str(text: &str) -> Result<Self, BadCode> {
                if is_code(text) { Ok(Self(text.to_owned())) } else { Err(BadCode) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                d.str()?.parse().map_err(minicbor::decode::Error::message)
            }
        }
    )+};
}

codes! {
    /// The code of a criteria item 检查项, as `W5-1`: 1 to 32 letters, digits and dashes.
    ItemCode,
    /// The code of a criteria set 标准, as `W5`: 1 to 32 letters, digits and dashes.
    SetCode,
    /// The code of a kind of window or of a family of kinds, as `GOV` or `ADM`: 1 to 32 letters, digits and dashes.
    KindCode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_printed_and_decoded_unchanged() {
        let code: ItemCode = "SYSB-Y1a".parse().unwrap();
        assert_eq!(code.to_string(), "SYSB-Y1a");
        assert_eq!(minicbor::decode::<ItemCode>(&minicbor::to_vec(&code).unwrap()).unwrap(), code);
    }

    #[test]
    fn what_would_need_quoting_is_no_code() {
        for text in ["", "W5 1", "五有", "W5_1", "../W5", "W5\n", &"W".repeat(33)] {
            assert_eq!(text.parse::<ItemCode>(), Err(BadCode), "{text}");
            assert!(minicbor::decode::<SetCode>(&minicbor::to_vec(text).unwrap()).is_err());
        }
    }
}
