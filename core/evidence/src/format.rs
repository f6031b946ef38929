//! Which kind of picture this is, by its first bytes and never by its name.
//!
//! It also follows the container to its end, so that a file that was cut off is refused before a decoder paints
//! the missing part grey. It refuses HEIC, TIFF, GIF and camera RAW by name.

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;

use crate::EvidenceError;
use crate::intake::UNPACKED_LIMIT;
use crate::jpeg;

/// A kind of picture that is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JPEG, ISO/IEC 10918-1: baseline, extended or progressive with Huffman coding.
    Jpeg,
    /// PNG, ISO/IEC 15948.
    Png,
    /// WebP, RFC 9649; of an animation the first frame.
    Webp,
}

impl Format {
    /// Recognises a picture by its first bytes.
    ///
    /// # Errors
    /// `Empty`, `Unsupported` for a picture of another kind, `NotAPicture` for everything else.
    ///
    /// ```
    /// use mingcha_evidence::{EvidenceError, Format};
    /// assert_eq!(Format::recognise(b"\xff\xd8\xff\xe0 and so on"), Ok(Format::Jpeg));
    /// assert_eq!(Format::recognise(b"GIF89a"), Err(EvidenceError::Unsupported { format: "GIF" }));
    /// ```
    pub fn recognise(bytes: &[u8]) -> Result<Self, EvidenceError> {
        if bytes.is_empty() {
            return Err(EvidenceError::Empty);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::Webp);
        }
        match foreign(bytes) {
            Some(format) => Err(EvidenceError::Unsupported { format }),
            None => Err(EvidenceError::NotAPicture),
        }
    }
}

/// First bytes of pictures that are known and not taken in.
const FOREIGN: [(&[u8], &str); 14] = [
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    // NEF, CR2, ARW and DNG begin as TIFF does.
    (b"II*\0", "TIFF and camera RAW"),
    (b"MM\0*", "TIFF and camera RAW"),
    (b"II+\0", "TIFF and camera RAW"),
    (b"MM\0+", "TIFF and camera RAW"),
    (b"IIRO", "camera RAW"),
    (b"IIRS", "camera RAW"),
    (b"IIU\0", "camera RAW"),
    (b"FUJIFILMCCD-RAW", "camera RAW"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
];

/// The name of a kind of picture that is known and not taken in.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    // ISO/IEC 14496-12: the brand of a container stands behind its first box type.
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12)? {
            b"avif" | b"avis" => Some("AVIF"),
            b"crx " => Some("camera RAW"),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"heif" | b"mif1" | b"mif2" | b"msf1" => {
                Some("HEIC")
            }
            _ => None, // a video
        };
    }
    let known = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name);
    // Two letters alone begin many texts: a BMP also says how far its pixels are.
    known.or_else(|| (bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4])).then_some("BMP"))
}

/// How many bytes a decoder needs beside the decoded picture, found by following the container to its end.
///
/// `pixels` is the number of pixels of the header. The figures are upper bounds read off the decoders in use.
///
/// # Errors
/// `Truncated` when the file ends early, `Damaged` when it cannot be followed, `Unsupported` for a JPEG process
/// that no camera uses.
pub(crate) fn working_memory(format: Format, bytes: &[u8], pixels: u64) -> Result<u64, EvidenceError> {
    match format {
        Format::Jpeg => {
            let frame = jpeg::survey(bytes)?;
            // The decoder holds its own copy of the file; a progressive one also all coefficients, two bytes each, and whoever
            // looks whether its data is all there one bit of each.
            let samples = if frame.progressive { frame.samples(pixels) } else { 0 };
            let coefficients = samples.saturating_mul(2).saturating_add(samples.div_ceil(8));
            Ok(coefficients.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
        }
        // A colour profile, twice: the decoder's and ours.
        Format::Png => follow_png(bytes).map(|()| UNPACKED_LIMIT.saturating_mul(2)),
        Format::Webp => follow_webp(bytes).map(|bytes_per_pixel| pixels.saturating_mul(bytes_per_pixel)),
    }
}

fn follow_png(bytes: &[u8]) -> Result<(), EvidenceError> {
    let mut rest = bytes.get(8..).ok_or(EvidenceError::Truncated)?;
    loop {
        let (length, behind) = rest.split_first_chunk::<4>().ok_or(EvidenceError::Truncated)?;
        let (kind, behind) = behind.split_first_chunk::<4>().ok_or(EvidenceError::Truncated)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| EvidenceError::Damaged)?;
        let with_check = length.checked_add(4).ok_or(EvidenceError::Damaged)?;
        rest = behind.get(with_check..).ok_or(EvidenceError::Truncated)?;
        if kind == b"IEND" {
            return Ok(());
        }
    }
}

/// The most bytes of metadata or of anything else beside its pixels that a chunk of a PNG may have.
const BESIDE_LIMIT: usize = 4_000_000;

/// A PNG without the chunks that no picture needs and that are longer than any camera writes them; the flag says whether
/// there were any. What cannot be followed stays as it is, for the decoder to refuse.
pub(crate) fn without_bulk(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let mut kept: Vec<Range<usize>> = Vec::new();
    let (mut from, mut at) = (0_usize, 8_usize);
    while let Some((length, behind)) = bytes.get(at..).and_then(|rest| rest.split_first_chunk::<4>()) {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        // Length, kind and check of each chunk are twelve bytes; a small letter first means that it may be left out.
        let Some(next) = length.checked_add(12).and_then(|whole| at.checked_add(whole)) else { break };
        if length > BESIDE_LIMIT && next <= bytes.len() && behind.first().is_some_and(u8::is_ascii_lowercase) {
            kept.push(from..at);
            from = next;
        }
        at = next;
    }
    if kept.is_empty() {
        return (Cow::Borrowed(bytes), false);
    }
    kept.push(from..bytes.len());
    let parts: Vec<&[u8]> = kept.into_iter().filter_map(|part| bytes.get(part)).collect();
    (Cow::Owned(parts.concat()), true)
}

/// Checks that the file is as long as its header says; the bytes per pixel that its decoder holds for itself.
fn follow_webp(bytes: &[u8]) -> Result<u64, EvidenceError> {
    let length = bytes.get(4..8).and_then(|four| four.first_chunk::<4>()).ok_or(EvidenceError::Truncated)?;
    let whole = u64::from(u32::from_le_bytes(*length)).saturating_add(8);
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) < whole {
        return Err(EvidenceError::Truncated);
    }
    match bytes.get(12..16).ok_or(EvidenceError::Truncated)? {
        b"VP8 " => Ok(2),
        b"VP8L" => Ok(4),
        b"VP8X" => Ok(8),
        _ => Err(EvidenceError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_other_kinds_are_refused_by_name() {
        for (bytes, name) in [
            (b"\0\0\0\x18ftypheic".as_slice(), "HEIC"),
            (b"\0\0\0\x18ftypmif1", "HEIC"),
            (b"\0\0\0\x18ftypavif", "AVIF"),
            (b"\0\0\0\x18ftypcrx ", "camera RAW"),
            (b"II*\0\x08\0\0\0", "TIFF and camera RAW"),
            (b"MM\0*\0\0\0\x08", "TIFF and camera RAW"),
            (b"GIF87a", "GIF"),
            (b"BM\x36\x10\0\0\0\0\0\0\x36\0", "BMP"),
        ] {
            assert_eq!(Format::recognise(bytes), Err(EvidenceError::Unsupported { format: name }));
        }
    }

    #[test]
    fn texts_videos_and_nothing_at_all_are_no_pictures() {
        assert_eq!(Format::recognise(b""), Err(EvidenceError::Empty));
        for bytes in [b"BMW is a car".as_slice(), b"\0\0\0\x18ftypmp42", b"RIFF\0\0\0\0WAVE", b"\xff\xd8", b"%PDF-1.7"]
        {
            assert_eq!(Format::recognise(bytes), Err(EvidenceError::NotAPicture));
        }
    }
}
