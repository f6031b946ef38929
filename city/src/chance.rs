//! The one place of the city that draws random numbers: keys, tokens, codes and ids.
//!
//! It refuses to go on without the machine's own randomness: a guessable token would be worse than none.

use crate::CityError;

/// Fills these bytes from the operating system; false when it has none to give.
pub(crate) fn fill(bytes: &mut [u8]) -> bool {
    getrandom::fill(bytes).is_ok()
}

/// So many random bytes, for names that never leave the machine.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], CityError> {
    let mut bytes = [0; N];
    if fill(&mut bytes) { Ok(bytes) } else { Err(CityError::NoChance) }
}
