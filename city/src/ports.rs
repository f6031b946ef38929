//! What the city is lent: a clock and chance. The machine's own unless whoever opens the city brings others.
//!
//! Nobody else in the city reads a clock or draws a random number for anything that travels.

use std::fmt;
use std::sync::Arc;

use crate::{CityError, chance, clock};

/// What time the city believes it is, before the offset of a sample city.
pub trait Clock: Send + Sync {
    /// The wall clock in Unix milliseconds.
    fn millis(&self) -> i64;
}

/// Fills bytes with randomness that nobody can guess.
pub trait Chance: Send + Sync {
    /// Fills all of `bytes`; false when that cannot be done, and then nothing is said with them.
    fn fill(&self, bytes: &mut [u8]) -> bool;
}

/// A clock and chance for one city. Clones are the same.
#[derive(Clone)]
pub struct Ports {
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

struct Machine;

impl Clock for Machine {
    fn millis(&self) -> i64 {
        clock::system_millis()
    }
}

impl Chance for Machine {
    fn fill(&self, bytes: &mut [u8]) -> bool {
        chance::fill(bytes)
    }
}

impl Default for Ports {
    fn default() -> Self {
        Self { clock: Arc::new(Machine), chance: Arc::new(Machine) }
    }
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ports")
    }
}

impl Ports {
    /// Others than the machine's: so that a story can be told twice, word for word.
    pub fn new(clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        Self { clock, chance }
    }

    /// The clock, in Unix milliseconds.
    pub(crate) fn millis(&self) -> i64 {
        self.clock.millis()
    }

    /// So many random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> Result<[u8; N], CityError> {
        let mut bytes = [0; N];
        if self.chance.fill(&mut bytes) { Ok(bytes) } else { Err(CityError::NoChance) }
    }

    /// Twelve letters and digits that nobody confuses, spoken over a telephone or typed from paper: 60 bits.
    pub(crate) fn code(&self) -> Result<String, CityError> {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let drawn: [u8; 12] = self.bytes()?;
        let letters = drawn.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
        Ok(letters.map(|letter| char::from(*letter)).collect())
    }
}
