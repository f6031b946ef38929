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

/// What the header of a picture's coded data says (T.81, B.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Whether the coefficients of the whole picture are held until the last scan.
    pub progressive: bool,
    width: u32,
    height: u32,
    components: Vec<Component>,
}

/// One component, brightness or a colour, and how many samples of it a block of the picture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Component {
    id: u8,
    across: u32,
    down: u32,
}

impl Frame {
    /// How many samples a picture of so many pixels has, chroma included, rounded up.
    pub fn samples(&self, pixels: u64) -> u64 {
        let of = |component: &Component| u64::from(component.across).saturating_mul(component.down.into());
        let luma = self.components.first().map_or(1, of).max(1);
        pixels.saturating_mul(self.components.iter().map(of).sum()).div_ceil(luma)
    }

    fn read(progressive: bool, body: &[u8]) -> Option<Self> {
        let [_, h1, h0, w1, w0, count, components @ ..] = body else { return None };
        let count = usize::from(*count);
        let components = components.get(..count.checked_mul(3)?)?.chunks_exact(3).map(|component| {
            let &[id, factors, _] = component else { return None };
            let (across, down) = (u32::from(factors >> 4), u32::from(factors & 0x0f));
            let is_sampled = (1..=4).contains(&across) && (1..=4).contains(&down);
            is_sampled.then_some(Component { id, across, down })
        });
        let components = components.collect::<Option<Vec<_>>>()?;
        let (width, height) = (u16::from_be_bytes([*w1, *w0]).into(), u16::from_be_bytes([*h1, *h0]).into());
        (1..=4).contains(&count).then_some(Self { progressive, width, height, components })
    }

    /// Whether a colour is sampled more finely than the brightness, or anything three to one.
    fn is_oddly_sampled(&self) -> bool {
        let most = self.components.first().map_or((0, 0), |luma| (luma.across, luma.down));
        self.components.iter().any(|one| one.across > most.0 || one.down > most.1 || one.across == 3 || one.down == 3)
    }
}

/// Follows the markers of a JPEG to the end of its first picture; what stands behind it does not matter.
pub(crate) fn survey(bytes: &[u8]) -> Result<Frame, EvidenceError> {
    let mut rest = bytes.get(2..).ok_or(EvidenceError::Truncated)?;
    let mut frame = None;
    let mut scans = 0_u32;
    loop {
        let (marker, body, behind) = next_segment(rest)?;
        rest = behind;
        match marker {
            END => return frame.filter(|_| scans > 0).ok_or(EvidenceError::Damaged),
            0xc0..=0xc2 => {
                let read = Frame::read(marker == 0xc2, body).ok_or(EvidenceError::Damaged)?;
                if read.is_oddly_sampled() {
                    return Err(ODDLY_SAMPLED);
                }
                frame = Some(read);
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(EvidenceError::Unsupported { format: "Lossless and arithmetic JPEG" });
            }
            0xda => {
                scans = scans.saturating_add(1);
                if scans > SCANS {
                    return Err(EvidenceError::Damaged);
                }
                let in_scan = body.first().map_or(0, |count| usize::from(*count));
                let is_part = |frame: &Frame| !frame.progressive && in_scan < frame.components.len();
                if frame.as_ref().is_some_and(is_part) {
                    return Err(APART);
                }
            }
            _ => {}
        }
    }
}

/// The marker behind a picture.
const END: u8 = 0xd9;

/// The next marker that does not stand alone, with what it holds, and what stands behind that. The end holds nothing.
///
/// Markers as in ITU-T T.81, table B.1.
fn next_segment(mut rest: &[u8]) -> Result<(u8, &[u8], &[u8]), EvidenceError> {
    loop {
        let marker;
        (marker, rest) = next_marker(rest)?;
        match marker {
            END => return Ok((END, &[], rest)),
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                let (length, _) = rest.split_first_chunk::<2>().ok_or(EvidenceError::Truncated)?;
                let length = usize::from(u16::from_be_bytes(*length));
                let (segment, behind) = rest.split_at_checked(length).ok_or(EvidenceError::Truncated)?;
                return Ok((marker, segment.get(2..).ok_or(EvidenceError::Damaged)?, behind));
            }
        }
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
