//! The coded data of a JPEG, bit by bit, and the codes that it is written in.
//!
//! Data ends at a marker, and whoever asks for a bit behind it is told that the picture is cut off.

use crate::EvidenceError;

/// Coded data from here to the next marker (ITU-T T.81, B.1.1.5 and F.2.2.5).
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the highest.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, held: 0, count: 0 }
    }

    /// What stands behind the bits that were looked at: at the latest the marker that ends them.
    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    /// Holds at least 32 bits afterwards, where there are so many.
    fn fill(&mut self) {
        if let Some(four) = self.rest().first_chunk::<4>().filter(|_| self.count <= 32) {
            let number = u32::from_be_bytes(*four);
            let inverted = !number;
            // No byte of the four is 0xff, as most are not: all four at once.
            if inverted.wrapping_sub(0x0101_0101) & number & 0x8080_8080 == 0 {
                self.held |= u64::from(number).wrapping_shl(32_u32.saturating_sub(self.count));
                self.count = self.count.saturating_add(32);
                self.at = self.at.saturating_add(4);
            }
        }
        while self.count < 32 {
            let Some(&byte) = self.data.get(self.at) else { return };
            let next = self.data.get(self.at.saturating_add(1));
            self.at = match (byte, next) {
                (0xff, Some(0x00)) => self.at.saturating_add(2), // a stuffed zero
                (0xff, Some(0xff)) => {
                    self.at = self.at.saturating_add(1); // a fill byte
                    continue;
                }
                (0xff, _) => return,
                _ => self.at.saturating_add(1),
            };
            self.held |= u64::from(byte).wrapping_shl(56_u32.saturating_sub(self.count));
            self.count = self.count.saturating_add(8);
        }
    }

    /// Passes over so many bits, at most 32.
    pub fn skip(&mut self, bits: u32) -> Result<(), EvidenceError> {
        if bits > self.count {
            self.fill();
        }
        self.count = self.count.checked_sub(bits).ok_or(EvidenceError::Truncated)?;
        self.held = self.held.wrapping_shl(bits);
        Ok(())
    }

    /// Reads a number of so many bits, at most 16.
    pub fn take(&mut self, bits: u32) -> Result<u32, EvidenceError> {
        if bits > self.count {
            self.fill();
        }
        let number = if bits == 0 { 0 } else { self.held.wrapping_shr(64_u32.saturating_sub(bits)) };
        self.skip(bits)?;
        u32::try_from(number).map_err(|_| EvidenceError::Damaged)
    }

    /// Reads one code, passes over as many bits behind it as its meaning says, at most 16, and gives what it stands for.
    pub fn symbol(&mut self, codes: &Codes, bits_behind: impl Fn(u8) -> u8) -> Result<u8, EvidenceError> {
        if self.count < 32 {
            self.fill();
        }
        let no_code = if self.count < 16 { EvidenceError::Truncated } else { EvidenceError::Damaged };
        let (length, symbol) = codes.find(self.held.wrapping_shr(48)).ok_or(no_code)?;
        self.skip(length.saturating_add(bits_behind(symbol).into()))?;
        Ok(symbol)
    }
}

/// The longest code that is found in one step, in bits.
const SHORT: usize = 10;

/// One table of Huffman codes (ITU-T T.81, annex C).
#[derive(Clone)]
pub(super) struct Codes {
    /// By the next ten bits: the length of the code that they begin with, and its symbol; 0 for longer ones.
    short: Vec<(u8, u8)>,
    /// By length less one: the first code, how many there are, and where their symbols begin.
    lengths: [(u64, u64, usize); 16],
    symbols: Vec<u8>,
}

impl Codes {
    /// Builds the codes from how many there are of each length; `None` where they do not fit.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut codes = Self { short: vec![(0, 0); 1 << SHORT], lengths: [(0, 0, 0); 16], symbols: symbols.to_vec() };
        let (mut code, mut from) = (0_u64, 0_usize);
        for (length, (&count, place)) in (1_u8..).zip(counts.iter().zip(&mut codes.lengths)) {
            *place = (code, count.into(), from);
            let end = code.checked_add(count.into())?;
            let space = SHORT
                .checked_sub(length.into())
                .map(|spare| 1_usize.wrapping_shl(u32::try_from(spare).unwrap_or_default()));
            let these = symbols.get(from..from.checked_add(count.into())?)?;
            for (number, &symbol) in (code..end).zip(these) {
                let Some(space) = space else { break };
                let first = usize::try_from(number).ok()?.checked_mul(space)?;
                codes.short.get_mut(first..first.checked_add(space)?)?.fill((length, symbol));
            }
            if end > 1_u64.wrapping_shl(length.into()) {
                return None;
            }
            code = end.checked_mul(2)?;
            from = from.checked_add(count.into())?;
        }
        Some(codes)
    }

    /// The length of the code that these sixteen bits begin with, and what it stands for.
    fn find(&self, sixteen: u64) -> Option<(u32, u8)> {
        let (length, symbol) = *self.short.get(usize::try_from(sixteen >> (16 - SHORT)).ok()?)?;
        if length > 0 {
            return Some((length.into(), symbol));
        }
        (1_u32..).zip(&self.lengths).skip(SHORT).find_map(|(length, (first, count, from))| {
            let number = sixteen.wrapping_shr(16_u32.saturating_sub(length)).checked_sub(*first)?;
            let place = from.checked_add(usize::try_from(number).ok()?)?;
            if number < *count { Some((length, *self.symbols.get(place)?)) } else { None }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_every_length_are_found_and_data_ends_at_its_marker() {
        // One code of each length: 0, 10, 110 ... and of sixteen bits fifteen ones and a zero.
        let codes = Codes::new(&[1; 16], &(1..=16).collect::<Vec<u8>>()).unwrap();
        let bytes = [0b0101_1011, 0b1011_1101, 0xff, 0x00, 0b1111_1101, 0xff, 0xd9];
        let mut bits = Bits::new(&bytes);
        let found: Vec<u8> = std::iter::from_fn(|| bits.symbol(&codes, |_| 0).ok()).collect();
        assert_eq!(found, [1, 2, 3, 4, 5, 16]);
        assert_eq!(bits.rest(), [0xff, 0xd9]);
        assert_eq!(bits.skip(2), Err(EvidenceError::Truncated), "one bit of padding is left");
    }

    #[test]
    fn more_codes_than_bits_can_tell_apart_are_refused() {
        assert!(Codes::new(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[1, 2, 3]).is_none());
        assert!(Codes::new(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[]).is_none());
    }
}
