//! What an app lends the core, as interfaces that Kotlin and Swift implement. `Host`, the core's word for it, is taken in
//! Swift: Foundation has one of its own.
//!
//! What they throw without saying so is "not now": its reason may hold anything and is dropped here.

use mingcha::host as core;
use mingcha::host::{ClockReading, Conditions};
use uniffi::UnexpectedUniFFICallbackError;

/// The app cannot give what it was asked for.
#[derive(Clone, Copy, Debug, thiserror::Error, uniffi::Error)]
pub enum PlatformFault {
    /// Not now: the phone is locked, or something went wrong. It is asked again with the next call.
    #[error("not now")]
    NotNow,
    /// Never again: the key is gone. The device must be enrolled anew.
    #[error("the key is lost")]
    KeyLost,
}

impl From<UnexpectedUniFFICallbackError> for PlatformFault {
    fn from(_: UnexpectedUniFFICallbackError) -> Self {
        Self::NotNow
    }
}

impl From<PlatformFault> for core::HostFault {
    fn from(fault: PlatformFault) -> Self {
        match fault {
            PlatformFault::NotNow => Self::NotNow,
            PlatformFault::KeyLost => Self::KeyLost,
        }
    }
}

/// What an app's platform lends the core: keys, and what it knows of the moment. Methods are called on whatever thread a call came from, and must not call back into the
/// device.
#[uniffi::export(callback_interface)]
pub trait Platform: Send + Sync {
    /// The 32 secret bytes that open this folder's store and photos: random, made once, kept by the system's own key
    /// store. Without them nothing in the folder can be read again.
    fn store_key(&self) -> Result<Vec<u8>, PlatformFault>;
    /// The public half of the signing key, a P-256 key that never leaves the hardware: X.509 as Android gives it, or 65
    /// or 33 bytes of SEC1 as iOS does.
    fn public_key(&self) -> Result<Vec<u8>, PlatformFault>;
    /// Signs a message with ECDSA over its SHA-256: DER, or r and s of 32 bytes each.
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, PlatformFault>;
    /// What network, battery and storage are like now.
    fn conditions(&self) -> Result<Conditions, PlatformFault>;
    /// The time, where the app has a better clock than the system's; nothing asks the system.
    fn clock(&self) -> Result<Option<ClockReading>, PlatformFault>;
}

/// Whoever wants to know that a page may be out of date.
#[uniffi::export(callback_interface)]
pub trait Observer: Send + Sync {
    /// Something changed: what is shown may be asked for again. Called on the thread that made the change, after it is
    /// durable, and often: it should note it and return. What it throws is ignored.
    fn changed(&self) -> Result<(), PlatformFault>;
}

/// A host on the other side of the seam.
pub(crate) struct Lent(pub Box<dyn Platform>);

impl core::Host for Lent {
    fn store_key(&self) -> Result<Vec<u8>, core::HostFault> {
        Ok(self.0.store_key()?)
    }

    fn public_key(&self) -> Result<Vec<u8>, core::HostFault> {
        Ok(self.0.public_key()?)
    }

    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, core::HostFault> {
        Ok(self.0.sign(message)?)
    }

    fn conditions(&self) -> Result<Conditions, core::HostFault> {
        Ok(self.0.conditions()?)
    }

    fn clock(&self) -> Result<Option<ClockReading>, core::HostFault> {
        Ok(self.0.clock()?)
    }
}

/// An observer on the other side of the seam.
pub(crate) struct Watching(pub Box<dyn Observer>);

impl core::Observer for Watching {
    fn changed(&self) {
        let _ = self.0.changed();
    }
}
