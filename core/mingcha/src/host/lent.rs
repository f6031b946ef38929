//! What a host lends the core: the key of its hardware, the key of the store, and what it knows of the moment.
//!
//! A host that cannot answer now is asked again later; nothing is lost meanwhile, and nothing of what it threw is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mingcha_model::Digest;
use mingcha_sync::{PublicKey, Signature, Signer, SigningFailed};
use zeroize::Zeroizing;

use super::{HostError, hardware};
use crate::{Clock, Keys, Ports, Surroundings, SystemChance, SystemClock};

/// What an app lends the core. Methods are called on whatever thread a call came from, and must not call back into the
/// device.
pub trait Host: Send + Sync {
    /// The 32 secret bytes that open this folder's store and photos: random, made once, kept by the system's own key
    /// store. Without them nothing in the folder can be read again.
    fn store_key(&self) -> Result<Vec<u8>, HostFault>;
    /// The public half of the signing key, a P-256 key that never leaves the hardware: X.509 as Android gives it, or 65
    /// or 33 bytes of SEC1 as iOS does.
    fn public_key(&self) -> Result<Vec<u8>, HostFault>;
    /// Signs a message with ECDSA over its SHA-256: DER, or r and s of 32 bytes each.
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, HostFault>;
    /// What network, battery and storage are like now.
    fn conditions(&self) -> Result<Conditions, HostFault>;
    /// The time, where the host has a better clock than the system's; nothing asks the system.
    fn clock(&self) -> Result<Option<ClockReading>, HostFault>;
}

/// The host cannot give what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostFault {
    /// Not now: the phone is locked, or something went wrong. It is asked again with the next call.
    #[error("the host cannot give this now")]
    NotNow,
    /// Never again: the key is gone. The device must be enrolled anew.
    #[error("the host has lost this key")]
    KeyLost,
}

/// What network there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// There is none: nothing is tried.
    Unavailable,
    /// One that costs by the byte: Android `isActiveNetworkMetered`, iOS `isExpensive` or `isConstrained`.
    Metered,
    /// One that costs nothing.
    #[default]
    Free,
}

/// What a host knows of the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// What network there is.
    pub network: Network,
    /// True when the battery is low and not charging: Android below 15 %, iOS low power mode.
    pub is_battery_low: bool,
    /// Bytes that an app may still write to the storage; nothing where the system does not say.
    pub free_bytes: Option<i64>,
}

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// The wall clock in Unix milliseconds.
    pub wall_millis: i64,
    /// A clock that only goes forward within one boot, while the phone sleeps too, in milliseconds: Android
    /// `elapsedRealtime`, iOS `mach_continuous_time`.
    pub monotonic_millis: i64,
    /// Which boot of the phone this is: any number that another boot does not have.
    pub boot: i64,
}

/// A photo takes less than this beside its own bytes: copy, thumbnail, row, log.
const ROOM_FOR_A_PHOTO: u64 = 16 * 1024 * 1024;

/// A host, and what went wrong with it since somebody last asked.
pub(super) struct Lent {
    host: Arc<dyn Host>,
    refused_to_sign: AtomicBool,
}

impl Lent {
    pub fn by(host: Arc<dyn Host>) -> Arc<Self> {
        Arc::new(Self { host, refused_to_sign: AtomicBool::new(false) })
    }

    /// The ports of one opening of the phone.
    pub fn ports(self: &Arc<Self>) -> Result<Ports, HostError> {
        let secret = Zeroizing::new(self.host.store_key().map_err(HostError::key)?);
        let store: [u8; 32] = secret.as_slice().try_into().map_err(|_| HostError::bad_key())?;
        let key = self.host.public_key().map_err(HostError::key)?;
        let public = hardware::public_key(&key).ok_or_else(HostError::bad_key)?;
        Ok(Ports {
            clock: Box::new(LentClock(Arc::clone(self))),
            chance: Box::new(SystemChance),
            keys: Keys {
                store: Zeroizing::new(store),
                photos: Zeroizing::new(photo_key(&secret)),
                signer: Box::new(LentSigner { lent: Arc::clone(self), public }),
            },
        })
    }

    /// What network, battery and storage are like. Of a host that does not say nothing is spent: it counts as a network that
    /// costs by the byte.
    pub fn conditions(&self) -> Conditions {
        self.host.conditions().unwrap_or(Conditions { network: Network::Metered, ..Conditions::default() })
    }

    /// Errors where a photo of so many bytes would fill the storage.
    pub fn has_room_for(&self, bytes: u64) -> Result<(), HostError> {
        let needed = bytes.saturating_mul(2).saturating_add(ROOM_FOR_A_PHOTO);
        let free = self.conditions().free_bytes.map(|free| u64::try_from(free).unwrap_or(0));
        if free.is_some_and(|free| free < needed) { Err(HostError::no_space()) } else { Ok(()) }
    }

    /// True once after the host did not sign although it still has the key.
    pub fn refused_to_sign(&self) -> bool {
        self.refused_to_sign.swap(false, Ordering::Relaxed)
    }
}

impl From<Conditions> for Surroundings {
    fn from(now: Conditions) -> Self {
        Self { metered: now.network == Network::Metered, battery_low: now.is_battery_low }
    }
}

/// One secret opens a folder: the key of its photos follows from that of its store.
fn photo_key(store_key: &[u8]) -> [u8; 32] {
    // The secret has a fixed length and is random, so a hash over a name and it is as good as any derivation.
    Digest::of(&[b"mingcha photos of the store with this key", store_key].concat()).0
}

struct LentSigner {
    lent: Arc<Lent>,
    public: PublicKey,
}

impl Signer for LentSigner {
    fn public_key(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SigningFailed> {
        match self.lent.host.sign(message.to_vec()) {
            Ok(signed) => {
                // A signature that is none, or another key's, would stand in the log for ever. The key itself is not gone.
                let made = hardware::signature(&signed).filter(|made| self.public.verifies(message, made));
                if made.is_none() {
                    self.lent.refused_to_sign.store(true, Ordering::Relaxed);
                }
                made.ok_or(SigningFailed)
            }
            Err(HostFault::KeyLost) => Err(SigningFailed),
            Err(HostFault::NotNow) => {
                self.lent.refused_to_sign.store(true, Ordering::Relaxed);
                Err(SigningFailed)
            }
        }
    }
}

struct LentClock(Arc<Lent>);

impl LentClock {
    fn reading(&self) -> Option<ClockReading> {
        self.0.host.clock().ok().flatten()
    }
}

impl Clock for LentClock {
    fn wall_millis(&self) -> i64 {
        self.reading().map_or_else(|| SystemClock.wall_millis(), |now| now.wall_millis)
    }

    fn monotonic_millis(&self) -> i64 {
        self.reading().map_or_else(|| SystemClock.monotonic_millis(), |now| now.monotonic_millis)
    }

    fn boot(&self) -> u64 {
        self.reading().map_or_else(|| SystemClock.boot(), |now| now.boot.cast_unsigned())
    }
}
