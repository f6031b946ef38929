//! The one place of the city that draws random numbers: keys, tokens, codes and ids.
//!
//! It refuses to go on without the machine's own randomness: a guessable token would be worse than none.

use crate::CityError;

/// So many random bytes from the operating system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], CityError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| CityError::NoChance)?;
    Ok(bytes)
}

/// Twelve letters and digits that nobody confuses, spoken over a telephone or typed from paper: 60 bits.
pub(crate) fn code() -> Result<String, CityError> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let drawn: [u8; 12] = bytes()?;
    Ok(drawn.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|letter| char::from(*letter)).collect())
}
