//! What a host lends the core: a clock, chance, and keys. Nothing else here reads a clock or draws a random number.

use mingcha_model::parse_millis;
use mingcha_sync::{Signer, UNKNOWN_BOOT};
use zeroize::Zeroizing;

/// What time this phone believes it is.
pub trait Clock: Send + Sync {
    /// The wall clock in Unix milliseconds.
    fn wall_millis(&self) -> i64;
    /// A clock that only goes forward within one boot, while the phone sleeps too, in milliseconds.
    fn monotonic_millis(&self) -> i64;
    /// Which boot of the phone this is; [`mingcha_sync::UNKNOWN_BOOT`] where nobody knows.
    fn boot(&self) -> u64;
}

/// Fills bytes with randomness that nobody can guess.
pub trait Chance: Send + Sync {
    /// Fills all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The keys of one device: a host keeps them in its hardware where it can.
pub struct Keys {
    /// Opens the encrypted store.
    pub store: Zeroizing<[u8; 32]>,
    /// Wraps the keys of photo files.
    pub photos: Zeroizing<[u8; 32]>,
    /// Signs this device's logs.
    pub signer: Box<dyn Signer + Send + Sync>,
}

/// Everything that a host lends.
pub struct Ports {
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// Chance.
    pub chance: Box<dyn Chance>,
    /// The keys.
    pub keys: Keys,
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall_millis(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is the one place of the core that reads the wall clock")]
        let now = std::time::SystemTime::now();
        match now.duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX).saturating_neg(),
        }
    }

    fn monotonic_millis(&self) -> i64 {
        // Seconds since boot, where the system says so; where it does not, it names no boot either.
        std::fs::read_to_string("/proc/uptime")
            .ok()
            .and_then(|text| text.split(['.', ' ']).next()?.parse::<i64>().ok())
            .map_or(0, |seconds| seconds.saturating_mul(1000))
    }

    fn boot(&self) -> u64 {
        let Ok(id) = std::fs::read_to_string("/proc/sys/kernel/random/boot_id") else { return UNKNOWN_BOOT };
        let digest = mingcha_model::Digest::of(id.as_bytes());
        digest.0.first_chunk().map_or(UNKNOWN_BOOT, |bytes| u64::from_be_bytes(*bytes))
    }
}

/// A clock that stands still: what a script says the time is. Everything under it counts as one boot.
#[derive(Clone, Copy, Debug)]
pub struct StillClock {
    millis: i64,
}

impl StillClock {
    /// A clock that shows this RFC 3339 time.
    pub fn at(time: &str) -> Result<Self, mingcha_model::BadTime> {
        parse_millis(time).map(|millis| Self { millis })
    }
}

impl Clock for StillClock {
    fn wall_millis(&self) -> i64 {
        self.millis
    }

    fn monotonic_millis(&self) -> i64 {
        self.millis
    }

    fn boot(&self) -> u64 {
        1
    }
}

/// The randomness of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Going on with guessable ids and keys would harm people; nothing has been written yet.
            std::process::abort();
        }
    }
}

/// Sixteen random bytes: what ids are made of.
pub(crate) fn sixteen(chance: &dyn Chance) -> [u8; 16] {
    let mut bytes = [0; 16];
    chance.fill(&mut bytes);
    bytes
}

/// Thirty-two random bytes: what secrets are made of.
pub(crate) fn thirty_two(chance: &dyn Chance) -> [u8; 32] {
    let mut bytes = [0; 32];
    chance.fill(&mut bytes);
    bytes
}
