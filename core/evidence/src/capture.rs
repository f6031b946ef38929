//! One call for a photo that was just taken or chosen: everything the rest of the program needs to know about it.
//!
//! It writes nothing: putting the bytes into the vault, and the row after them, is the caller's next step.

use std::fmt;
use std::path::Path;

use mingcha_model::Digest;
use serde::Serialize;

use crate::beside::beside;
use crate::{EvidenceError, Fingerprint, Format, Inspection, Metadata, Warning, copies, intake};

/// A photo with its copies, ready for the vault. Serialised without its bytes.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Prepared {
    /// The bytes as they came, untouched.
    #[serde(skip)]
    pub original: Vec<u8>,
    /// The SHA-256 of the original: the name of its file.
    pub sha256: Digest,
    /// The kind of picture that the original is.
    pub format: Format,
    /// Columns of the upright original.
    pub width: u32,
    /// Rows of the upright original.
    pub height: u32,
    /// An upright JPEG with no side above 2048 pixels and without metadata.
    #[serde(skip)]
    pub standard: Vec<u8>,
    /// An upright JPEG with no side above 320 pixels, at most 20,000 bytes, without metadata.
    #[serde(skip)]
    pub thumbnail: Vec<u8>,
    /// A `ThumbHash` of at most 25 bytes, to be drawn until the thumbnail is there.
    #[serde(skip)]
    pub placeholder: Vec<u8>,
    /// What it is found by when somebody hands it in again; as personal as the picture.
    #[serde(skip)]
    pub fingerprint: Fingerprint,
    /// What the camera claims.
    pub metadata: Metadata,
    /// What a person should know about this picture.
    pub warnings: Vec<Warning>,
}

/// Sizes instead of pictures, and no time or place: this may stand in a log.
impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("format", &self.format)
            .field("width", &self.width)
            .field("height", &self.height)
            .field("original_bytes", &self.original.len())
            .field("standard_bytes", &self.standard.len())
            .field("thumbnail_bytes", &self.thumbnail.len())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Takes in a picture: checks it, reads what its camera claims, hashes it and makes its copies.
///
/// # Errors
/// `Empty`, `NotAPicture`, `Unsupported`, `FileTooLarge`, `TooManyPixels`, `Truncated` or `Damaged`; see
/// [`crate::FILE_LIMIT`], [`crate::PIXEL_LIMIT`] and [`crate::MEMORY_LIMIT`].
///
/// ```
/// let mut png = std::io::Cursor::new(Vec::new());
/// image::RgbImage::new(900, 600).write_to(&mut png, image::ImageFormat::Png)?;
///
/// let photo = mingcha_evidence::prepare(png.into_inner())?;
/// assert_eq!((photo.width, photo.height), (900, 600));
/// assert_eq!(photo.sha256, mingcha_model::Digest::of(&photo.original));
/// assert!(photo.thumbnail.len() <= 20_000 && photo.placeholder.len() <= 25);
/// assert_eq!(photo.warnings.iter().map(|warning| warning.code()).collect::<Vec<_>>(), ["no_time", "no_position"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn prepare(original: Vec<u8>) -> Result<Prepared, EvidenceError> {
    let ((checked, sha256), decoded) = beside(
        || (intake::check_coded_data(&original), Digest::of(&original)),
        || {
            let intake::Decoded { inspection, picture, colour_profile } = intake::decode(&original)?;
            let copies = copies::make(picture, inspection.metadata.orientation, colour_profile.as_deref())?;
            Ok::<_, EvidenceError>((inspection, copies))
        },
    );
    let (inspection, copies) = decoded?;
    checked?;
    Ok(Prepared {
        sha256,
        format: inspection.format,
        width: inspection.width,
        height: inspection.height,
        standard: copies.standard,
        thumbnail: copies.thumbnail,
        placeholder: copies.placeholder,
        fingerprint: copies.fingerprint,
        metadata: inspection.metadata,
        warnings: inspection.warnings,
        original,
    })
}

/// Reads a picture whose copies are to be made later: its header is checked against every limit and its container
/// followed to the end, so that all but damage that only decoding finds is refused here.
///
/// # Errors
/// Those of [`prepare_file`], except `Damaged` for pixels that cannot be decoded.
pub fn accept_file(path: &Path) -> Result<(Inspection, Vec<u8>), EvidenceError> {
    let original = intake::read_file(path)?;
    Ok((intake::inspect(&original)?, original))
}

/// Takes in the picture in a file; its name and extension do not matter.
///
/// # Errors
/// Those of [`prepare`], and `NoSuchFile` or `Storage` when the file cannot be read. A file above [`crate::FILE_LIMIT`] is not read.
pub fn prepare_file(path: &Path) -> Result<Prepared, EvidenceError> {
    prepare(intake::read_file(path)?)
}
