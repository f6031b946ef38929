//! A walk along the markers of a JPEG, from its start to its end marker, decoding nothing.
//!
//! Decoders paint what is missing in grey and call it a picture; evidence may not be half invented. So a JPEG without
//! an end marker is refused here, and so are coding processes and scan counts that only an attacker would write. What
//! lies between the markers is looked at when the picture is decoded (`coded.rs`).

mod bits;
mod coded;

use crate::EvidenceError;
pub(crate) use coded::check;

/// The most scans a JPEG may have. Encoders write at most about ten; each one costs a pass over all pixels.
const SCANS: u32 = 64;

/// What the markers say about one JPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Whether the coefficients of the whole picture are held until the last scan.
    pub progressive: bool,
    /// Samples of all components in one block of `luma` full-resolution pixels.
    block: u64,
    /// Pixels in that block.
    luma: u64,
}

impl Survey {
    /// How many samples a picture of so many pixels has, chroma included, rounded up.
    pub fn samples(&self, pixels: u64) -> u64 {
        pixels.saturating_mul(self.block).div_ceil(self.luma)
    }
}

/// Follows the markers of a JPEG to the end of its first picture; what stands behind it does not matter.
///
/// Markers as in ITU-T T.81, table B.1.
pub(crate) fn survey(bytes: &[u8]) -> Result<Survey, EvidenceError> {
    let mut rest = bytes.get(2..).ok_or(EvidenceError::Truncated)?;
    let mut frame = None;
    let mut scans = 0_u32;
    loop {
        let marker;
        (marker, rest) = next_marker(rest)?;
        match marker {
            0xd9 => return frame.filter(|_| scans > 0).ok_or(EvidenceError::Damaged),
            0x01 | 0xd0..=0xd8 => continue, // markers that stand alone
            _ => {}
        }
        let (length, _) = rest.split_first_chunk::<2>().ok_or(EvidenceError::Truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (segment, behind) = rest.split_at_checked(length).ok_or(EvidenceError::Truncated)?;
        let body = segment.get(2..).ok_or(EvidenceError::Damaged)?;
        match marker {
            0xc0..=0xc2 => frame = Some(read_frame(marker == 0xc2, body).ok_or(EvidenceError::Damaged)?),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(EvidenceError::Unsupported { format: "Lossless and arithmetic JPEG" });
            }
            0xda => {
                scans = scans.saturating_add(1);
                if scans > SCANS {
                    return Err(EvidenceError::Damaged);
                }
            }
            _ => {}
        }
        rest = behind;
    }
}

/// The next marker and what stands behind it, over coded data, stuffed zeros and fill bytes.
fn next_marker(mut rest: &[u8]) -> Result<(u8, &[u8]), EvidenceError> {
    loop {
        let at = rest.iter().position(|&byte| byte == 0xff).ok_or(EvidenceError::Truncated)?;
        rest = rest.get(at.saturating_add(1)..).unwrap_or_default();
        match rest.split_first() {
            None => return Err(EvidenceError::Truncated),
            Some((0x00, behind)) => rest = behind,
            Some((0xff, _)) => {} // a fill byte; the next one may begin the marker
            Some((&marker, behind)) => return Ok((marker, behind)),
        }
    }
}

fn read_frame(progressive: bool, body: &[u8]) -> Option<Survey> {
    let count = usize::from(*body.get(5)?);
    let components = body.get(6..)?.get(..count.checked_mul(3)?)?;
    let factors = components.chunks_exact(3).map(|component| {
        let factors = u64::from(*component.get(1)?);
        let (across, down) = (factors >> 4, factors & 0x0f);
        ((1..=4).contains(&across) && (1..=4).contains(&down)).then_some((across, down))
    });
    let factors = factors.collect::<Option<Vec<_>>>()?;
    let across = factors.iter().map(|(across, _)| *across).max()?;
    let down = factors.iter().map(|(_, down)| *down).max()?;
    let block = factors.iter().map(|(across, down)| across.saturating_mul(*down)).sum();
    Some(Survey { progressive, block, luma: across.saturating_mul(down) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(marker: u8, sampling: u8) -> Vec<u8> {
        let mut bytes =
            vec![0xff, 0xd8, 0xff, marker, 0, 17, 8, 0, 16, 0, 16, 3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1];
        bytes.extend([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0x00, 4, 0xff, 0xd0, 5]);
        bytes
    }

    #[test]
    fn a_quarter_of_the_chroma_costs_half_a_sample_each_pixel() {
        let mut bytes = frame(0xc2, 0x22);
        bytes.extend([0xff, 0xff, 0xd9]);
        let survey = survey(&bytes).unwrap();
        assert!(survey.progressive);
        assert_eq!(survey.samples(100), 150);
    }

    #[test]
    fn without_its_end_marker_a_picture_is_cut_off_wherever_it_was_cut() {
        let mut bytes = frame(0xc0, 0x11);
        bytes.extend([0xff, 0xd9]);
        assert_eq!(survey(&bytes).unwrap().samples(100), 300);
        for length in 0..bytes.len() {
            assert_eq!(survey(&bytes[..length]), Err(EvidenceError::Truncated), "cut at {length}");
        }
    }

    #[test]
    fn a_thousand_scans_are_an_attack() {
        let mut bytes = frame(0xc2, 0x11);
        for _ in 0..1_000 {
            bytes.extend([0xff, 0xda, 0, 2]);
        }
        bytes.extend([0xff, 0xd9]);
        assert_eq!(survey(&bytes), Err(EvidenceError::Damaged));
    }

    #[test]
    fn a_lossless_jpeg_is_refused_by_name() {
        let refused = survey(&frame(0xc3, 0x11));
        assert_eq!(refused, Err(EvidenceError::Unsupported { format: "Lossless and arithmetic JPEG" }));
    }
}
