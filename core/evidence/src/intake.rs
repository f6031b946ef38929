//! From bytes of unknown origin to a picture, with every limit checked on the header before memory is spent.
//!
//! It refuses what is not a picture, what is cut off, and what would need more than 200 MB. It never refuses a
//! picture for its metadata.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use serde::Serialize;

use crate::format::{without_bulk, working_memory};
use crate::guard::guarded;
use crate::{EvidenceError, Format, Metadata, Warning, copies, jpeg, metadata, shrink, warning};

/// The most bytes a photo's file may have: 64 MiB.
pub const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// The most pixels a photo may have.
pub const PIXEL_LIMIT: u64 = 100_000_000;

/// The most bytes that a program may hold at once while it takes in one photo, the file itself included.
///
/// A baseline JPEG of 53 million pixels in the shape of a photo just fits, one of 60 million in a longer shape, a
/// progressive one of half as many.
pub const MEMORY_LIMIT: u64 = 200_000_000;

/// What the program around it takes while a picture is decoded, measured as 12.6 MB of an unoptimised one: it counts as well.
const PROGRAM_MEMORY: u64 = 16_000_000;

/// The most bytes that a PNG may unpack beside its pixels; a colour profile that is longer is left out.
pub(crate) const UNPACKED_LIMIT: u64 = 16_000_000;

/// What the header and the metadata of a picture say, without decoding it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The kind of picture.
    pub format: Format,
    /// Columns of the upright picture.
    pub width: u32,
    /// Rows of the upright picture.
    pub height: u32,
    /// What the camera claims.
    pub metadata: Metadata,
    /// What a person should know about this picture.
    pub warnings: Vec<Warning>,
}

/// Reads header and metadata of a picture and checks every limit; cheap, whatever the size of the picture.
///
/// # Errors
/// Those of [`crate::prepare`], except damage that only decoding finds.
///
/// ```
/// use mingcha_evidence::{EvidenceError, inspect};
/// assert_eq!(inspect(b"Dear sir or madam"), Err(EvidenceError::NotAPicture));
/// ```
pub fn inspect(bytes: &[u8]) -> Result<Inspection, EvidenceError> {
    open(bytes).map(|(inspection, _)| inspection)
}

/// Reads a whole file, unless it is larger than a photo may be.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, EvidenceError> {
    // Opening a pipe waits for a writer that may never come.
    if std::fs::metadata(path).is_ok_and(|what| !what.is_file()) {
        return Err(EvidenceError::NotAPicture);
    }
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => EvidenceError::NoSuchFile,
        _ => error.into(),
    })?;
    let announced = file.metadata()?.len();
    check_size(announced)?;
    let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
    // What is announced and what comes may differ: a pipe announces nothing.
    file.take(FILE_LIMIT.saturating_add(1)).read_to_end(&mut bytes)?;
    check_size(size(&bytes))?;
    Ok(bytes)
}

/// A picture in memory.
pub(crate) struct Decoded {
    pub inspection: Inspection,
    /// As stored, not yet upright; 8-bit grey, RGB or RGBA.
    pub picture: DynamicImage,
    /// What the picture's values mean as colours, as an ICC profile of unproven soundness.
    pub colour_profile: Option<Vec<u8>>,
}

/// Whether all of a picture is there, as far as its decoder would not say.
pub(crate) fn check_coded_data(bytes: &[u8]) -> Result<(), EvidenceError> {
    match Format::recognise(bytes)? {
        Format::Jpeg => guarded(|| jpeg::check(bytes)),
        Format::Png | Format::Webp => Ok(()),
    }
}

/// Inspects and decodes; what its coded data is worth, [`check_coded_data`] says.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, EvidenceError> {
    let (inspection, mut decoder) = open(bytes)?;
    let colour_profile = guarded(|| Ok(decoder.icc_profile().ok().flatten())).unwrap_or_default();
    let picture = guarded(|| DynamicImage::from_decoder(decoder).map_err(|error| refused(&error, &inspection)))?;
    let picture = match picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_) => picture,
        DynamicImage::ImageLuma16(_) => picture.into_luma8().into(),
        _ if picture.color().has_alpha() => picture.into_rgba8().into(),
        _ => picture.into_rgb8().into(),
    };
    Ok(Decoded { inspection, picture, colour_profile })
}

fn open(bytes: &[u8]) -> Result<(Inspection, impl ImageDecoder + '_), EvidenceError> {
    let format = Format::recognise(bytes)?;
    check_size(size(bytes))?;
    let (read, bulk) = if format == Format::Png { without_bulk(bytes) } else { (Cow::Borrowed(bytes), false) };
    let (metadata, metadata_damaged) = guarded(|| Ok(metadata::read(&read))).unwrap_or((Metadata::default(), true));
    let mut inspection = Inspection { format, width: 0, height: 0, metadata, warnings: Vec::new() };

    let mut reader = ImageReader::with_format(Cursor::new(read), image_format(format));
    let mut limits = Limits::default();
    // What a PNG holds packed may be a thousand times as long, whatever its header says of pixels.
    limits.max_alloc = Some(if format == Format::Png { UNPACKED_LIMIT } else { MEMORY_LIMIT });
    reader.limits(limits);
    let survey = working_memory(format, bytes, 0);
    let decoder = match guarded(|| reader.into_decoder().map_err(|error| refused(&error, &inspection))) {
        Ok(decoder) => decoder,
        // A file cut off inside its header is cut off before it is anything else.
        Err(error) => return Err(survey.err().unwrap_or(error)),
    };
    let (width, height) = decoder.dimensions();
    check_memory(format, bytes, width, height, decoder.color_type())?;

    (inspection.width, inspection.height) =
        if inspection.metadata.orientation.swaps_sides() { (height, width) } else { (width, height) };
    inspection.metadata.screenshot = warning::is_screenshot(&inspection);
    inspection.warnings = warning::of(&inspection, metadata_damaged || bulk);
    Ok((inspection, decoder))
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn check_size(bytes: u64) -> Result<(), EvidenceError> {
    if bytes > FILE_LIMIT { Err(EvidenceError::FileTooLarge { bytes, limit: FILE_LIMIT }) } else { Ok(()) }
}

/// Adds up what decoding and then shrinking will hold, from the header alone.
fn check_memory(format: Format, bytes: &[u8], width: u32, height: u32, color: ColorType) -> Result<(), EvidenceError> {
    let too_many = EvidenceError::TooManyPixels { width, height };
    let pixels = u64::from(width).checked_mul(u64::from(height)).ok_or(too_many.clone())?;
    if pixels == 0 {
        return Err(EvidenceError::Damaged);
    }
    if pixels > PIXEL_LIMIT {
        return Err(too_many);
    }
    let decoded = pixels.saturating_mul(u64::from(color.bytes_per_pixel()));
    let converted = match color {
        ColorType::L8 | ColorType::Rgb8 | ColorType::Rgba8 => 0,
        _ => pixels.saturating_mul(4),
    };
    let beside = working_memory(format, bytes, pixels)?
        .saturating_add(PROGRAM_MEMORY)
        .max(shrink::working_memory(width, height, copies::STANDARD_SIDE))
        .max(converted);
    let whole = size(bytes).saturating_add(decoded).saturating_add(beside);
    if whole > MEMORY_LIMIT { Err(too_many) } else { Ok(()) }
}

fn image_format(format: Format) -> ImageFormat {
    match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
    }
}

fn refused(error: &ImageError, inspection: &Inspection) -> EvidenceError {
    match error {
        ImageError::Limits(_) => EvidenceError::TooManyPixels { width: inspection.width, height: inspection.height },
        ImageError::Unsupported(_) => EvidenceError::Unsupported { format: "Unusual JPEG, PNG or WebP" },
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => EvidenceError::Truncated,
        _ => EvidenceError::Damaged,
    }
}
