//! What the ledger forgets of an erased photo: the texts of its ops in inbox and feeds, the rows of its files.
//!
//! Every chain stays whole, because an erased text leaves its hash. It refuses to touch anything else of an op.

use mingcha_model::{Digest, EntityId, Entry, FeedName, Kind, LogId, Op, OpId, PhotoId, Text};
use mingcha_sync::{Page, Segment};

use super::{Look, Turn};
use crate::CityError;

impl Look<'_> {
    /// True when this photo was erased, whether or not all of it is gone already.
    pub(crate) fn is_erased(&self, photo: EntityId) -> Result<bool, CityError> {
        Ok(self.one("SELECT 1 FROM erased_photo WHERE photo = ?1", [photo.0], |_| Ok(()))?.is_some())
    }

    /// Erased photos of which files, read model or write-ahead logs may still hold something.
    pub(crate) fn erasures_to_do(&self) -> Result<Vec<PhotoId>, CityError> {
        self.all("SELECT photo FROM erased_photo WHERE done = 0", [], |row| Ok(PhotoId(EntityId(row.get(0)?))))
    }

    /// Files that nothing names any more.
    pub(crate) fn doomed_files(&self) -> Result<Vec<Digest>, CityError> {
        self.all("SELECT sha256 FROM doomed_file", [], |row| Ok(Digest(row.get(0)?)))
    }

    /// True when a visit was submitted.
    pub(crate) fn is_submitted(&self, visit: EntityId) -> Result<bool, CityError> {
        Ok(self.one("SELECT 1 FROM submitted_visit WHERE visit = ?1", [visit.0], |_| Ok(()))?.is_some())
    }

    /// Every op that was received about an entity, whatever became of it.
    pub(crate) fn ops_about(&self, entity: EntityId) -> Result<Vec<OpId>, CityError> {
        self.all("SELECT log, seq FROM op WHERE entity = ?1", [entity.0], |row| {
            Ok(OpId { log: LogId(row.get(0)?), seq: row.get(1)? })
        })
    }

    /// True when some photo or published copy still has this file.
    pub(crate) fn is_named(&self, sha256: Digest) -> Result<bool, CityError> {
        let found = self.one(
            "SELECT 1 FROM photo WHERE sha256 = ?1 UNION ALL SELECT 1 FROM published WHERE sha256 = ?1 LIMIT 1",
            [sha256.0],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The findings with which a photo was, or was to be, published.
    pub(crate) fn findings_publishing(&self, photo: PhotoId) -> Result<Vec<EntityId>, CityError> {
        self.all("SELECT finding FROM published WHERE photo = ?1", [photo.as_bytes()], |row| Ok(EntityId(row.get(0)?)))
    }
}

impl Turn<'_> {
    /// Remembers that a photo was erased and what has to go with it.
    pub(crate) fn put_erased(&mut self, photo: PhotoId) -> Result<(), CityError> {
        let now = self.now;
        self.change("INSERT INTO erased_photo (photo, at, done) VALUES (?1, ?2, 0)", (photo.as_bytes(), now))?;
        let files = self.all(
            "SELECT sha256 FROM photo WHERE photo = ?1 \
             UNION SELECT sha256 FROM published WHERE photo = ?1 AND sha256 IS NOT NULL",
            [photo.as_bytes()],
            |row| Ok(Digest(row.get(0)?)),
        )?;
        self.change("DELETE FROM photo WHERE photo = ?1", [photo.as_bytes()])?;
        self.change("DELETE FROM published WHERE photo = ?1", [photo.as_bytes()])?;
        for sha256 in files {
            self.doom(sha256)?;
        }
        Ok(())
    }

    /// Takes a photo off the list of erased ones, to be erased once more with all that follows.
    pub(crate) fn forget_erased(&mut self, photo: PhotoId) -> Result<(), CityError> {
        self.change("DELETE FROM erased_photo WHERE photo = ?1", [photo.as_bytes()]).map(|_| ())
    }

    /// Has a file destroyed, unless a photo or a published copy has it.
    pub(crate) fn doom(&mut self, sha256: Digest) -> Result<(), CityError> {
        // Photos with equal bytes share a file.
        if !self.is_named(sha256)? {
            self.change("INSERT INTO doomed_file (sha256) VALUES (?1) ON CONFLICT DO NOTHING", [sha256.0])?;
        }
        Ok(())
    }

    /// Takes a file off the list: it is destroyed, or somebody brought it again.
    pub(crate) fn is_destroyed(&mut self, sha256: Digest) -> Result<(), CityError> {
        self.change("DELETE FROM doomed_file WHERE sha256 = ?1", [sha256.0]).map(|_| ())
    }

    /// Nothing of this photo is left anywhere in this city.
    pub(crate) fn erasure_is_done(&mut self, photo: PhotoId) -> Result<(), CityError> {
        self.change("UPDATE erased_photo SET done = 1 WHERE photo = ?1", [photo.as_bytes()]).map(|_| ())
    }

    /// Remembers that a visit was submitted.
    pub(crate) fn put_submitted(&mut self, visit: EntityId) -> Result<(), CityError> {
        let said = "INSERT INTO submitted_visit (visit) VALUES (?1) ON CONFLICT DO NOTHING";
        self.change(said, [visit.0]).map(|_| ())
    }

    /// Takes the texts of a photo's ops out of the inbox: claimed time, position, camera and look.
    pub(crate) fn erase_in_inbox(&mut self, photo: EntityId) -> Result<(), CityError> {
        let broken = |_| CityError::Inconsistent("a stored segment");
        for id in self.ops_about(photo)? {
            let Some((first, bytes)) = self.one(
                "SELECT first_seq, bytes FROM segment WHERE log = ?1 AND first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1",
                (id.log.0, id.seq),
                |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?)),
            )?
            else {
                continue;
            };
            let segment = Segment::from_bytes(&bytes).map_err(broken)?;
            if let Some(erased) = segment.without_texts(|op| adds(op, photo)).map_err(broken)? {
                self.change(
                    "UPDATE segment SET bytes = ?3 WHERE log = ?1 AND first_seq = ?2",
                    (id.log.0, first, erased.to_bytes()),
                )?;
            }
        }
        Ok(())
    }

    /// Takes the same texts out of a feed: out of its pages, and out of what this transaction is about to write.
    pub(crate) fn erase_in_feed(&mut self, feed: FeedName, photo: EntityId) -> Result<(), CityError> {
        let broken = |_| CityError::Inconsistent("a stored page");
        if let Some(tail) = self.tails.get_mut(&feed) {
            tail.erase(|entry| adds(&entry.op, photo));
        }
        let firsts: Vec<i64> =
            self.all("SELECT first FROM page WHERE feed = ?1", [feed.to_string()], |row| row.get(0))?;
        for first in firsts {
            let place = (feed.to_string(), first);
            let read = |row: &rusqlite::Row<'_>| row.get::<_, Vec<u8>>(0);
            let Some(bytes) = self.one("SELECT bytes FROM page WHERE feed = ?1 AND first = ?2", place, read)? else {
                continue;
            };
            let page = Page::from_bytes(&bytes).map_err(broken)?;
            if let Some(erased) = page.without_texts(|entry: &Entry| adds(&entry.op, photo)).map_err(broken)? {
                self.change(
                    "UPDATE page SET bytes = ?3 WHERE feed = ?1 AND first = ?2",
                    (feed.to_string(), first, erased.to_bytes()),
                )?;
            }
        }
        Ok(())
    }
}

/// True for the op that added this photo.
pub(crate) fn adds(op: &Op<Text>, photo: EntityId) -> bool {
    op.kind == Kind::PHOTO_ADD && op.entity == photo
}
