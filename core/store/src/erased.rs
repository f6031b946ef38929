//! Photos that were erased for good: what is remembered of that, and what goes from this file.
//!
//! The fold takes the words out of the rows of a feed when the city says so. Pages and segments are opened by whoever can
//! read them and handed back without the words. It refuses to bring anything back.

use std::collections::BTreeSet;

use mingcha_model::{FeedName, Kind, LogId, PhotoId};
use rusqlite::{Connection, params};

use crate::{Store, StoreError, own, pack};

impl Store {
    /// True when this photo was erased, whether or not all of it is gone from this device already.
    pub fn is_photo_erased(&self, photo: PhotoId) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM erased_photo WHERE photo = ?1")?;
        Ok(statement.exists([photo.as_bytes()])?)
    }

    /// Erased photos of which files, pages or segments here may still hold something.
    pub fn erasures_to_do(&self) -> Result<Vec<PhotoId>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT photo FROM erased_photo WHERE done = 0")?;
        let mut rows = statement.query([])?;
        let mut photos = Vec::new();
        while let Some(row) = rows.next()? {
            photos.push(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?.into());
        }
        Ok(photos)
    }

    /// Remembers that a photo is to be erased here, before the city said so.
    pub fn begin_erasure(&mut self, photo: PhotoId) -> Result<(), StoreError> {
        note(&self.connection, photo)
    }

    /// Remembers that nothing of these photos is left on this device.
    pub fn finish_erasure(&mut self, photos: &[PhotoId]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for photo in photos {
            transaction.execute("UPDATE erased_photo SET done = 1 WHERE photo = ?1", [photo.as_bytes()])?;
        }
        Ok(transaction.commit()?)
    }

    /// The feeds of which a page may hold the op of one of these photos.
    pub fn feeds_carrying(&self, photos: &[PhotoId]) -> Result<Vec<FeedName>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT f.name FROM entity e JOIN feed f ON f.key = e.feed WHERE e.id = ?1 AND e.feed <> 0",
        )?;
        let mut feeds = BTreeSet::new();
        for photo in photos {
            let mut rows = statement.query([photo.as_bytes()])?;
            while let Some(row) = rows.next()? {
                let name: String = row.get(0)?;
                feeds.insert(name.parse().map_err(|_| StoreError::BadRow("the name of a feed"))?);
            }
        }
        Ok(feeds.into_iter().collect())
    }

    /// Keeps a page in place of the one that is there: the same entries and chain, with fewer words.
    pub fn put_erased_page(&mut self, feed: &FeedName, epoch: u32, first: u64, bytes: &[u8]) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE page SET bytes = ?4 WHERE feed = (SELECT key FROM feed WHERE name = ?1) AND epoch = ?2 AND first = ?3",
            params![feed.to_string(), epoch, pack::whole(first)?, bytes],
        )?;
        Ok(())
    }

    /// Keeps an own segment in place of the one that is there: the same ops and chain, with fewer words.
    pub fn put_erased_segment(&mut self, log: LogId, first_seq: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let log = own::key(&self.connection, log)?;
        self.connection.execute(
            "UPDATE segment SET bytes = ?3 WHERE log = ?1 AND first_seq = ?2",
            params![log, pack::whole(first_seq)?, bytes],
        )?;
        Ok(())
    }

    /// Takes the words out of this device's own op that added a photo. It must be sealed: what is not, is hashed yet.
    pub fn erase_own_words(&mut self, photo: PhotoId) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "SELECT o.log, o.seq, o.texts FROM own_op o JOIN own_log l ON l.key = o.log
                 WHERE o.entity = ?1 AND o.kind = ?2 AND (o.seq <= l.sealed_through OR l.closed = 1)",
            )?;
            let mut rows = statement.query(params![photo.as_bytes(), Kind::PHOTO_ADD.0])?;
            while let Some(row) = rows.next()? {
                let (log, seq): (i64, i64) = (row.get(0)?, row.get(1)?);
                let texts = pack::without_words(row.get_ref(2)?.as_blob().unwrap_or_default())?;
                transaction
                    .execute("UPDATE own_op SET texts = ?3 WHERE log = ?1 AND seq = ?2", params![log, seq, texts])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Forgets the files of a photo, keys and all. The files themselves are destroyed before.
    pub fn forget_photo_files(&mut self, photo: PhotoId) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM photo_file WHERE photo = ?1", [photo.as_bytes()])?;
        Ok(())
    }

    /// Moves everything into the main file and empties the write-ahead log: what was overwritten stands nowhere then.
    /// False when somebody reads at the moment.
    pub fn empty_log(&self) -> Result<bool, StoreError> {
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }
}

/// Remembers that a photo was erased and that what is here of it has to go.
pub(crate) fn note(connection: &Connection, photo: PhotoId) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO erased_photo (photo, done) VALUES (?1, 0) ON CONFLICT (photo) DO UPDATE SET done = 0",
        )?
        .execute([photo.as_bytes()])?;
    Ok(())
}
