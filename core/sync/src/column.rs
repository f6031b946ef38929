//! Whole numbers in a row, as LEB128 varints (format): what columns of segments and pages are made of.
//!
//! A reader refuses numbers longer than 64 bits and never reads past its end.

/// Writes whole numbers one after the other.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    pub fn unsigned(&mut self, mut value: u64) {
        loop {
            let low = u8::try_from(value & 0x7f).unwrap_or(0x7f);
            value >>= 7;
            if value == 0 {
                self.0.push(low);
                return;
            }
            self.0.push(low | 0x80);
        }
    }

    pub fn signed(&mut self, value: i64) {
        self.unsigned((value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
    }

    pub fn length(&mut self, value: usize) {
        self.unsigned(u64::try_from(value).unwrap_or(u64::MAX));
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// A column that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadColumn;

/// Reads whole numbers one after the other.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub const fn empty() -> Self {
        Self(&[])
    }

    pub fn unsigned(&mut self) -> Result<u64, BadColumn> {
        let mut value: u64 = 0;
        for shift in (0_u32..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(BadColumn)?;
            self.0 = rest;
            let low = u64::from(byte & 0x7f);
            let placed = low.checked_shl(shift).ok_or(BadColumn)?;
            if placed >> shift != low {
                return Err(BadColumn);
            }
            value |= placed;
            if byte & 0x80 == 0 {
                // One number has one writing: a last byte of zero would be a second one.
                return if *byte == 0 && shift > 0 { Err(BadColumn) } else { Ok(value) };
            }
        }
        Err(BadColumn)
    }

    pub fn signed(&mut self) -> Result<i64, BadColumn> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ (value & 1).cast_signed().wrapping_neg())
    }

    pub fn length(&mut self) -> Result<usize, BadColumn> {
        usize::try_from(self.unsigned()?).map_err(|_| BadColumn)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], BadColumn> {
        let (bytes, rest) = self.0.split_first_chunk::<N>().ok_or(BadColumn)?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub fn slice(&mut self, length: usize) -> Result<&'a [u8], BadColumn> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(BadColumn)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub fn remaining(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in prop::collection::vec(any::<u64>(), 0..50), signed in prop::collection::vec(any::<i64>(), 0..50)) {
            let mut writer = Writer::default();
            for n in &numbers {
                writer.unsigned(*n);
            }
            for n in &signed {
                writer.signed(*n);
            }
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            for n in numbers { prop_assert_eq!(reader.unsigned(), Ok(n)); }
            for n in signed { prop_assert_eq!(reader.signed(), Ok(n)); }
            prop_assert_eq!(reader.remaining(), 0);
        }

        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut reader = Reader::new(&bytes);
            while reader.unsigned().is_ok() {}
        }
    }
}
