//! Photos: the files that their ops promised, which of them came, and which a unit may see.

use mingcha_model::body::{PhotoAdd, PhotoShown, Rectangle};
use mingcha_model::{Digest, EntityId, PhotoCopy, PhotoId};

use super::{Look, Turn};
use crate::CityError;

/// One file of a photo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PhotoRow {
    pub(crate) sha256: Digest,
    pub(crate) bytes: u64,
    pub(crate) arrived: bool,
}

/// A photo that a person released to a unit and that has no published copy yet.
#[derive(Clone, Debug)]
pub(crate) struct Unpublished {
    pub(crate) finding: EntityId,
    pub(crate) photo: PhotoId,
    /// The best file that came.
    pub(crate) file: Digest,
    /// What is made unrecognisable first.
    pub(crate) blur: Vec<Rectangle>,
}

fn number_of(copy: PhotoCopy) -> u8 {
    match copy {
        PhotoCopy::Original => 0,
        PhotoCopy::Standard => 1,
        PhotoCopy::Thumbnail => 2,
        // Published copies have a table of their own; no row has this number.
        PhotoCopy::Published => 3,
    }
}

impl Look<'_> {
    /// One file of a photo, as its op promised it.
    pub(crate) fn photo(&self, photo: PhotoId, copy: PhotoCopy) -> Result<Option<PhotoRow>, CityError> {
        self.one(
            "SELECT sha256, bytes, arrived FROM photo WHERE photo = ?1 AND copy = ?2",
            (photo.as_bytes(), number_of(copy)),
            |row| {
                Ok(PhotoRow {
                    sha256: Digest(row.get(0)?),
                    bytes: row.get(1)?,
                    arrived: row.get::<_, Option<i64>>(2)?.is_some(),
                })
            },
        )
    }

    /// Released photos whose standard or original file is here and whose published copy is not.
    pub(crate) fn unpublished(&self) -> Result<Vec<Unpublished>, CityError> {
        self.all(
            "SELECT finding, published.photo, \
                 (SELECT photo.sha256 FROM photo WHERE photo.photo = published.photo AND copy IN (0, 1) \
                  AND arrived IS NOT NULL ORDER BY copy DESC LIMIT 1) AS file, blur \
             FROM published WHERE sha256 IS NULL AND failed = 0 AND file IS NOT NULL",
            [],
            |row| {
                Ok(Unpublished {
                    finding: EntityId(row.get(0)?),
                    photo: PhotoId(EntityId(row.get(1)?)),
                    file: Digest(row.get(2)?),
                    // What does not read back is not published: nothing is shown that somebody wanted blurred.
                    blur: minicbor::decode(&row.get::<_, Vec<u8>>(3)?).map_err(|_| rusqlite::Error::InvalidQuery)?,
                })
            },
        )
    }

    /// The published copies of a finding, in the order in which they were released.
    pub(crate) fn published_of(&self, finding: EntityId) -> Result<Vec<Digest>, CityError> {
        self.all(
            "SELECT sha256 FROM published WHERE finding = ?1 AND sha256 IS NOT NULL ORDER BY place, photo",
            [finding.0],
            |row| Ok(Digest(row.get(0)?)),
        )
    }

    /// The findings that list this published copy.
    pub(crate) fn findings_showing(&self, sha256: Digest) -> Result<Vec<EntityId>, CityError> {
        self.all("SELECT finding FROM published WHERE sha256 = ?1", [sha256.0], |row| Ok(EntityId(row.get(0)?)))
    }
}

impl Turn<'_> {
    /// The files that a photo's op promises.
    pub(crate) fn add_photo(&mut self, photo: PhotoId, add: &PhotoAdd) -> Result<(), CityError> {
        let files = [
            (PhotoCopy::Original, add.original, add.original_bytes),
            (PhotoCopy::Standard, add.standard, add.standard_bytes),
            (PhotoCopy::Thumbnail, add.thumbnail, add.thumbnail_bytes),
        ];
        for (copy, sha256, bytes) in files {
            self.change(
                "INSERT INTO photo (photo, copy, sha256, bytes, arrived) VALUES (?1, ?2, ?3, ?4, NULL)",
                (photo.as_bytes(), number_of(copy), sha256.0, i64::try_from(bytes).unwrap_or(i64::MAX)),
            )?;
        }
        Ok(())
    }

    /// A file came, was hashed whole, and is safe on the disk. One whose photo was erased meanwhile goes again.
    pub(crate) fn photo_arrived(&mut self, photo: PhotoId, copy: PhotoCopy, sha256: Digest) -> Result<(), CityError> {
        let now = self.now;
        self.change(
            "UPDATE photo SET arrived = ?3 WHERE photo = ?1 AND copy = ?2 AND arrived IS NULL",
            (photo.as_bytes(), number_of(copy), now),
        )?;
        if self.is_erased(photo.into())? { self.doom(sha256) } else { Ok(()) }
    }

    /// A person released a photo to the unit.
    pub(crate) fn release_photo(
        &mut self,
        finding: EntityId,
        shown: &PhotoShown,
        place: usize,
    ) -> Result<(), CityError> {
        let blur = minicbor::to_vec(&shown.blur).map_err(|_| CityError::Inconsistent("what is blurred"))?;
        self.change(
            "INSERT INTO published (finding, photo, place, blur, sha256) VALUES (?1, ?2, ?3, ?4, NULL) \
             ON CONFLICT DO NOTHING",
            (finding.0, shown.photo.as_bytes(), i64::try_from(place).unwrap_or(i64::MAX), blur),
        )?;
        Ok(())
    }

    /// The published copy is made and stored, or cannot be made.
    pub(crate) fn set_published(
        &mut self,
        finding: EntityId,
        photo: PhotoId,
        sha256: Option<Digest>,
    ) -> Result<(), CityError> {
        self.change(
            "UPDATE published SET sha256 = ?3, failed = ?4 WHERE finding = ?1 AND photo = ?2",
            (finding.0, photo.as_bytes(), sha256.map(|sha256| sha256.0), sha256.is_none()),
        )?;
        Ok(())
    }
}
