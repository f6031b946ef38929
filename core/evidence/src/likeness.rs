//! Whether a picture was used before: the same one again, compressed, resized, lightened, cropped or mirrored.
//!
//! A [`Fingerprint`] finds what may be alike among many; it sees shapes and colours, and a counter that was photographed
//! again with one sign more looks the same to it. So two [`Thumbnail`]s decide, laid over each other and compared place by
//! place. Nothing is decided where a thumbnail is missing, and nothing here says why a picture came twice.

mod align;
mod fingerprint;
mod plane;
mod sheet;
mod verify;

use image::ImageFormat;

pub use fingerprint::{FINGERPRINT_BYTES, Fingerprint, Fingerprints};

use crate::guard::guarded;
use crate::{EvidenceError, THUMBNAIL_LIMIT};
use sheet::Sheet;

/// A thumbnail in memory, ready to be compared.
#[derive(Clone)]
pub struct Thumbnail(Sheet);

impl Thumbnail {
    /// Reads a thumbnail as [`crate::prepare`] makes it.
    ///
    /// # Errors
    /// `FileTooLarge` above [`THUMBNAIL_LIMIT`], `Damaged` when it cannot be read.
    pub fn read(jpeg: &[u8]) -> Result<Self, EvidenceError> {
        let bytes = u64::try_from(jpeg.len()).unwrap_or(u64::MAX);
        let limit = u64::try_from(THUMBNAIL_LIMIT).unwrap_or(u64::MAX);
        if bytes > limit {
            return Err(EvidenceError::FileTooLarge { bytes, limit });
        }
        let picture = guarded(|| {
            image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).map_err(|_| EvidenceError::Damaged)
        })?;
        Ok(Self(Sheet::of(&picture.into_rgb8())))
    }

    /// What it is found by, for photos whose op does not say.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint::of_sheet(&self.0)
    }

    /// Whether both show one picture. A wall without anything on it is never recognised.
    ///
    /// ```
    /// use mingcha_evidence::{Thumbnail, prepare};
    /// let mut png = std::io::Cursor::new(Vec::new());
    /// let waves = |x: u32, y: u32| image::Rgb([(x * y / 900) as u8, (y / 3) as u8, (x / 4) as u8]);
    /// image::RgbImage::from_fn(900, 600, waves).write_to(&mut png, image::ImageFormat::Png)?;
    /// let first = prepare(png.into_inner())?;
    /// // Somebody hands in the copy that a messenger made of it.
    /// let again = prepare(first.standard.clone())?;
    /// assert_ne!(first.sha256, again.sha256);
    /// assert!(Thumbnail::read(&first.thumbnail)?.is_same_picture(&Thumbnail::read(&again.thumbnail)?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_same_picture(&self, other: &Self) -> bool {
        verify::is_same(&self.0, &other.0)
    }
}
