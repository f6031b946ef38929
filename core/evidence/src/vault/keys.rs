//! The two kinds of keys: one for each file, and one for the vault.
//!
//! A key leaves memory with its owner and never shows itself in a log.

use std::fmt;

use zeroize::Zeroizing;

/// Where chance comes from: fills the whole slice with random bytes.
///
/// Only who owns a source of chance may hand one in; in tests it may count.
pub type FillRandom<'a> = dyn FnMut(&mut [u8]) + 'a;

macro_rules! secret_keys {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Zeroizing<[u8; 32]>);

        impl $name {
            /// Takes over 32 random bytes.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(Zeroizing::new(bytes))
            }

            /// The 32 bytes, to be stored where only their owner can read them.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        }
    )+};
}

secret_keys! {
    /// The key of one sealed file; it stands in the photo's row.
    FileKey,
    /// The key of a vault, under which each file keeps its own key in its header.
    VaultKey,
}
