//! A walk along the markers of a JPEG, from its start to its end marker, decoding nothing.
//!
//! Decoders paint what is missing in grey and call it a picture; evidence may not be half invented. So a JPEG without
//! an end marker is refused here, and so are scan counts that only an attacker would write, and whatever the decoder in use
//! does not decode as others do. What lies between the markers is looked at when the picture is decoded (`coded.rs`).

mod bits;
mod coded;

use crate::EvidenceError;
pub(crate) use coded::check;

/// The most scans a JPEG may have. Encoders write at most about ten; each one costs a pass over all pixels.
const SCANS: u32 = 64;

/// What no camera writes, and the decoder paints in wrong colours: parts of a sequential picture, one after another.
const APART: EvidenceError = EvidenceError::Unsupported { format: "JPEG in separate scans" };
/// And colours sampled more finely than the picture, or three to one.
const ODDLY_SAMPLED: EvidenceError = EvidenceError::Unsupported { format: "JPEG of unusual sampling" };

/// What the markers say about one JPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Whether the coefficients of the whole picture are held until the last scan.
    pub progressive: bool,
    components: u8,
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
            0xc0..=0xc2 => frame = Some(read_frame(marker == 0xc2, body)?),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(EvidenceError::Unsupported { format: "Lossless and arithmetic JPEG" });
            }
            0xda => {
                scans = scans.saturating_add(1);
                if scans > SCANS {
                    return Err(EvidenceError::Damaged);
                }
                let is_part = |frame: &Survey| !frame.progressive && body.first() < Some(&frame.components);
                if frame.as_ref().is_some_and(is_part) {
                    return Err(APART);
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

fn read_frame(progressive: bool, body: &[u8]) -> Result<Survey, EvidenceError> {
    let (components, factors) = read_factors(body).ok_or(EvidenceError::Damaged)?;
    let &(across, down) = factors.first().ok_or(EvidenceError::Damaged)?;
    let is_odd = |&(a, d): &(u64, u64)| a > across || d > down || a == 3 || d == 3;
    if factors.iter().any(is_odd) {
        return Err(ODDLY_SAMPLED);
    }
    let block = factors.iter().map(|(across, down)| across.saturating_mul(*down)).sum();
    Ok(Survey { progressive, components, block, luma: across.saturating_mul(down) })
}

/// How many components a frame has, and the sampling factors of each, across and down.
fn read_factors(body: &[u8]) -> Option<(u8, Vec<(u64, u64)>)> {
    let count = *body.get(5).filter(|count| (1..=4).contains(*count))?;
    let components = body.get(6..)?.get(..usize::from(count).checked_mul(3)?)?;
    let factors = components.chunks_exact(3).map(|component| {
        let factors = u64::from(*component.get(1)?);
        let (across, down) = (factors >> 4, factors & 0x0f);
        ((1..=4).contains(&across) && (1..=4).contains(&down)).then_some((across, down))
    });
    Some((count, factors.collect::<Option<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(marker: u8, sampling: u8) -> Vec<u8> {
        let mut bytes =
            vec![0xff, 0xd8, 0xff, marker, 0, 17, 8, 0, 16, 0, 16, 3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1];
        bytes.extend([0xff, 0xda, 0, 3, 3, 1, 2, 3, 0xff, 0x00, 4, 0xff, 0xd0, 5]);
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
    fn what_the_decoder_would_paint_wrongly_is_refused_by_name() {
        let mut apart = frame(0xc0, 0x11);
        let scan = apart.windows(2).position(|two| two == [0xff, 0xda]).unwrap();
        apart[scan + 4] = 1;
        assert_eq!(survey(&apart), Err(APART));
        for (luma, chroma) in [(0x11, 0x22), (0x21, 0x12), (0x31, 0x11), (0x13, 0x11)] {
            let mut bytes = frame(0xc0, luma);
            bytes[16] = chroma;
            assert_eq!(survey(&bytes), Err(ODDLY_SAMPLED), "{luma:x} {chroma:x}");
        }
    }

    #[test]
    fn a_lossless_jpeg_is_refused_by_name() {
        let refused = survey(&frame(0xc3, 0x11));
        assert_eq!(refused, Err(EvidenceError::Unsupported { format: "Lossless and arithmetic JPEG" }));
    }
}
