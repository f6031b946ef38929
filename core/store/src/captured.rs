//! Photos that were taken and whose copies are not made yet: a queue that survives whoever was at work on it.
//!
//! A row is the promise that a photo will be said. It goes in the one transaction that says it, or when the photo is erased,
//! and in no other way: what cannot be made into a photo stays here with the reason.

use mingcha_model::{Digest, ItemCode, LogId, OpId, PhotoCopy, PhotoId, VisitId};
use rusqlite::{Row, TransactionBehavior, params};

use crate::own::{NewOp, check, insert_all};
use crate::photo_file::{self, PhotoFile};
use crate::{Store, StoreError, pack};

/// A photo that was taken, and of which nothing was said yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedPhoto {
    /// Which.
    pub photo: PhotoId,
    /// SHA-256 of the original, whose file has a row already.
    pub original: Digest,
    /// The visit that it is evidence of.
    pub visit: VisitId,
    /// The item that it was taken for.
    pub item: Option<ItemCode>,
    /// When it was taken in, by this phone's clock in Unix seconds.
    pub observed_at: i64,
    /// Width of the upright picture in pixels, as its header says.
    pub width: u32,
    /// Height of the upright picture in pixels, as its header says.
    pub height: u32,
    /// Why its copies could not be made when that was last tried: a code, and what to do in words.
    pub problem: Option<(String, String)>,
}

/// One that is being erased is in no list, and never said.
const NOT_ERASED: &str = "NOT EXISTS (SELECT 1 FROM erased_photo e WHERE e.photo = captured_photo.photo)";

const COLUMNS: &str =
    "captured_photo.photo, sha256, visit, item, observed_at, width, height, problem, coalesce(advice, '')
     FROM captured_photo JOIN photo_file f ON f.photo = captured_photo.photo AND f.copy = ?1";

impl Store {
    /// Keeps photos that were just taken, with the rows of their sealed originals: all of them or none.
    ///
    /// Errors with [`StoreError::FileGone`] when somebody erased one of them meanwhile.
    pub fn put_captured(&mut self, taken: &[(CapturedPhoto, PhotoFile)]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (captured, file) in taken {
            photo_file::put_new(&transaction, self.files.as_ref(), std::slice::from_ref(file))?;
            transaction
                .prepare_cached(
                    "INSERT INTO captured_photo (photo, visit, item, observed_at, width, height, problem, advice)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, NULL)",
                )?
                .execute(params![
                    captured.photo.as_bytes(),
                    captured.visit.as_bytes(),
                    captured.item.as_ref().map(ItemCode::as_str),
                    captured.observed_at,
                    captured.width,
                    captured.height,
                ])?;
        }
        Ok(transaction.commit()?)
    }

    /// The photos whose copies are to be made, in the order in which they were taken.
    pub fn captured(&self) -> Result<Vec<CapturedPhoto>, StoreError> {
        self.read_captured(
            &format!("{NOT_ERASED} ORDER BY captured_photo.key"),
            params![pack::code(&PhotoCopy::Original)],
        )
    }

    /// Those of one visit.
    pub fn captured_of(&self, visit: VisitId) -> Result<Vec<CapturedPhoto>, StoreError> {
        let which = format!("visit = ?2 AND {NOT_ERASED} ORDER BY captured_photo.key");
        self.read_captured(&which, params![pack::code(&PhotoCopy::Original), visit.as_bytes()])
    }

    /// One of them, even while it is being erased; `None` when it was said already, or never taken.
    pub fn captured_photo(&self, photo: PhotoId) -> Result<Option<CapturedPhoto>, StoreError> {
        let which = "captured_photo.photo = ?2";
        Ok(self.read_captured(which, params![pack::code(&PhotoCopy::Original), photo.as_bytes()])?.pop())
    }

    /// Remembers why the copies of a photo could not be made: a code, and what to do in words.
    pub fn set_captured_problem(&mut self, photo: PhotoId, code: &str, advice: &str) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE captured_photo SET problem = ?2, advice = ?3 WHERE photo = ?1",
            params![photo.as_bytes(), code, advice],
        )?;
        Ok(())
    }

    /// Says a photo that was taken, with the files of its copies, and takes it from the queue, in one transaction.
    ///
    /// `None`, and nothing is said, when it is not in the queue any more: another process was quicker, or it was erased.
    /// Errors with [`StoreError::FileGone`] when somebody erased one of its copies meanwhile.
    pub fn say_captured(
        &mut self,
        photo: PhotoId,
        log: LogId,
        ops: &[NewOp],
        copies: &[PhotoFile],
    ) -> Result<Option<Vec<OpId>>, StoreError> {
        ops.iter().try_for_each(check)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let waited = transaction
            .prepare_cached(&format!("DELETE FROM captured_photo WHERE photo = ?1 AND {NOT_ERASED}"))?
            .execute([photo.as_bytes()])?;
        if waited == 0 {
            return Ok(None);
        }
        let ids = insert_all(&transaction, log, ops)?;
        photo_file::put_new(&transaction, self.files.as_ref(), copies)?;
        transaction.commit()?;
        Ok(Some(ids))
    }

    /// Forgets a photo of which nothing was said, with the keys of its files. The files themselves are destroyed before.
    pub fn forget_captured(&mut self, photo: PhotoId) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("DELETE FROM captured_photo WHERE photo = ?1", [photo.as_bytes()])?;
        transaction.execute("DELETE FROM photo_file WHERE photo = ?1", [photo.as_bytes()])?;
        Ok(transaction.commit()?)
    }

    fn read_captured(&self, which: &str, parameters: impl rusqlite::Params) -> Result<Vec<CapturedPhoto>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("SELECT {COLUMNS} WHERE {which}"))?;
        let mut rows = statement.query(parameters)?;
        let mut captured = Vec::new();
        while let Some(row) = rows.next()? {
            captured.push(read(row)?);
        }
        Ok(captured)
    }
}

fn read(row: &Row<'_>) -> Result<CapturedPhoto, StoreError> {
    let blob = |column: usize| Ok::<_, StoreError>(row.get_ref(column)?.as_blob().unwrap_or_default());
    let item: Option<String> = row.get(3)?;
    let problem: Option<String> = row.get(7)?;
    let advice: String = row.get(8)?;
    Ok(CapturedPhoto {
        photo: pack::id(blob(0)?)?.into(),
        original: pack::digest(blob(1)?)?,
        visit: pack::id(blob(2)?)?.into(),
        item: item.map(|item| item.parse()).transpose().map_err(|_| StoreError::BadRow("the item of a photo"))?,
        observed_at: row.get(4)?,
        width: row.get(5)?,
        height: row.get(6)?,
        problem: problem.map(|code| (code, advice)),
    })
}
