//! Erasing a photo for good: who may from a phone, and what goes from this one.
//!
//! Whoever took it may while its visit is a draft, a supervisor or the office always (decision record 22). It is never
//! undone. Files and keys go at once, words in pages and own segments with them; every chain still verifies.

use std::collections::BTreeMap;

use mingcha_evidence::prepare;
use mingcha_model::body::{Body, Nothing};
use mingcha_model::{Digest, EntityId, Kind, Op, PhotoCopy, PhotoId, Role, VisitStatus};
use mingcha_store::{CapturedPhoto, StoreError};
use mingcha_sync::{ErasedTold, Letter, MOST_ERASED, Page, Problem, Segment, Signature, encode};

use crate::http::Http;
use crate::say::Saying;
use crate::{Erased, MingchaError, Mistake, Phone};

impl Phone {
    /// Erases a photo here, and everywhere else at the next sync. The same again changes nothing.
    ///
    /// # Errors
    /// Mistakes: no such photo; a photo that this person may not erase, with what to do.
    pub fn erase_photo(&mut self, photo: &str) -> Result<Erased, MingchaError> {
        self.me()?;
        let id: PhotoId = photo.trim().parse().map_err(|_| Mistake::Unknown("照片", "photo"))?;
        if self.store.captured_photo(id)?.is_some() {
            // Nobody has heard of it yet: there is nothing to say.
            self.store.begin_erasure(id)?;
        } else if !self.store.is_photo_erased(id)? {
            let row = self.store.photo(id)?.ok_or(Mistake::Unknown("照片", "photo"))?;
            let place = self.store.place(id.into())?.ok_or(Mistake::Unknown("照片", "photo"))?;
            let is_staff = matches!(self.grants()?.role, Role::Supervisor | Role::Office);
            if !is_staff && !self.is_own_draft(row.op.log, row.add.owner)? {
                return Err(Mistake::NotNow(
                    "检查提交后，照片由督查员或平台删除，请联系他们",
                    "once its visit is submitted a photo is erased by a supervisor or the office, and before that by whoever took it: ask them",
                )
                .into());
            }
            self.say(&place, vec![Saying::new(id, Body::PhotoErase(Nothing {}))])?;
            self.store.begin_erasure(id)?;
        }
        match self.finish_erasures() {
            // It is said, and in no list any more: another process is writing now, and the next sync goes on with it.
            Err(MingchaError::Store(StoreError::Busy)) => {}
            other => other?,
        }
        Ok(Erased { erased: id })
    }

    fn is_own_draft(&self, author: mingcha_model::LogId, owner: EntityId) -> Result<bool, MingchaError> {
        let is_own = self.store.logs()?.iter().any(|log| log.log == author);
        let visit = self.store.visit(owner.into())?;
        Ok(is_own && visit.is_some_and(|visit| visit.status() == VisitStatus::Draft))
    }

    /// Destroys what is here of erased photos; what a killed process left is done by the next one.
    pub(crate) fn finish_erasures(&mut self) -> Result<(), MingchaError> {
        let photos = self.store.erasures_to_do()?;
        if photos.is_empty() {
            return Ok(());
        }
        self.forget_known();
        for photo in &photos {
            match self.store.captured_photo(*photo)? {
                Some(captured) => self.destroy_captured(&captured)?,
                None => self.destroy_files(*photo)?,
            }
        }
        // What is not sealed yet must be hashed once, with its words, before they may go.
        self.seal()?;
        let is_gone = |op: &Op<mingcha_model::Text>| op.kind == Kind::PHOTO_ADD && photos.contains(&PhotoId(op.entity));
        for log in self.store.logs()? {
            for kept in self.store.segments(log.log)? {
                if let Some(erased) = Segment::from_bytes(&kept.bytes)?.without_texts(is_gone)? {
                    self.store.put_erased_segment(log.log, kept.first_seq, &erased.to_bytes())?;
                }
            }
        }
        for photo in &photos {
            self.store.erase_own_words(*photo)?;
        }
        for feed in self.store.feeds_carrying(&photos)? {
            for held in self.store.pages(&feed)? {
                let Some(bytes) = self.store.page_bytes(&feed, held.epoch, held.first)? else { continue };
                let page = Page::from_bytes(&bytes).map_err(|error| MingchaError::Sync(error.into()))?;
                let erased = page.without_texts(|entry| is_gone(&entry.op));
                if let Some(erased) = erased.map_err(|error| MingchaError::Sync(error.into()))? {
                    self.store.put_erased_page(&feed, held.epoch, held.first, &erased.to_bytes())?;
                }
            }
        }
        // Another process that reads keeps the log from being emptied: then all of this is done once more, later.
        if self.store.empty_log()? { Ok(self.store.finish_erasure(&photos)?) } else { Ok(()) }
    }

    /// Tells a restored city again which photos it had erased, with its own signatures out of the pages that are kept here.
    pub(crate) fn tell_what_was_erased(&self, http: &Http) -> Result<(), MingchaError> {
        let mut erased = BTreeMap::new();
        for feed in self.store.feeds()? {
            for held in self.store.pages(&feed.name)? {
                let Some(bytes) = self.store.page_bytes(&feed.name, held.epoch, held.first)? else { continue };
                let page = Page::from_bytes(&bytes).map_err(|error| MingchaError::Sync(error.into()))?;
                let entries = page.entries().map_err(|error| MingchaError::Sync(error.into()))?;
                for op in entries.iter().map(|entry| &entry.op).filter(|op| op.kind == Kind::PHOTO_ERASED) {
                    if let Ok(Body::PhotoErased(said)) = Body::from_bytes(op.kind, op.kind_version, &op.body)
                        && let Some(proof) = said.proof.and_then(|proof| <[u8; 64]>::try_from(&**proof).ok())
                    {
                        erased.insert(PhotoId(op.entity), Signature(proof));
                    }
                }
            }
        }
        let erased: Vec<(PhotoId, Signature)> = erased.into_iter().collect();
        for some in erased.chunks(MOST_ERASED) {
            let body = encode(&ErasedTold { erased: some.to_vec() });
            let reply = http.send(&Letter { method: "POST", path: "/v1/erased".to_owned(), body })?;
            if reply.status != 204 {
                return Err(MingchaError::City(Problem::from_json(reply.status, &reply.body)));
            }
        }
        Ok(())
    }

    /// Destroys a photo that was taken and never said. A process killed over its copies may have left some that no row
    /// names: they are made once more, in memory, to know their names.
    fn destroy_captured(&mut self, captured: &CapturedPhoto) -> Result<(), MingchaError> {
        let mut hashes = vec![captured.original];
        let original = self.store.photo_file(captured.photo, PhotoCopy::Original)?;
        let original = original.and_then(|file| self.unseal(&file).ok());
        if let Some(Ok(made)) = original.map(prepare) {
            hashes.extend([Digest::of(&made.standard), Digest::of(&made.thumbnail)]);
        }
        // The original goes last: until then another attempt finds the same names.
        for sha256 in hashes.into_iter().rev() {
            self.destroy_file(captured.photo, sha256)?;
        }
        Ok(self.store.forget_captured(captured.photo)?)
    }

    /// Destroys the files of a photo and forgets their keys, apart from those that another photo shares.
    fn destroy_files(&mut self, photo: PhotoId) -> Result<(), MingchaError> {
        let mut hashes: Vec<_> = self
            .store
            .photo(photo)?
            .map(|row| vec![row.add.original, row.add.standard, row.add.thumbnail])
            .unwrap_or_default();
        for copy in [PhotoCopy::Original, PhotoCopy::Standard, PhotoCopy::Thumbnail, PhotoCopy::Published] {
            hashes.extend(self.store.photo_file(photo, copy)?.map(|file| file.sha256));
        }
        hashes.sort_unstable();
        hashes.dedup();
        for sha256 in hashes {
            self.destroy_file(photo, sha256)?;
        }
        Ok(self.store.forget_photo_files(photo)?)
    }

    fn destroy_file(&mut self, photo: PhotoId, sha256: Digest) -> Result<(), MingchaError> {
        if self.erase_unnamed(sha256, Some(photo))? {
            self.drop_partial(sha256)?;
        }
        Ok(())
    }

    /// Erases a file that no photo but `except` has. False when another one has it, and it stays.
    ///
    /// Another process may take the same picture in at this very moment: it either has its row already, or finds its file
    /// gone before it writes the row, and seals it again.
    pub(crate) fn erase_unnamed(&mut self, sha256: Digest, except: Option<PhotoId>) -> Result<bool, MingchaError> {
        let vault = &self.vault;
        self.store.while_unnamed(sha256, except, || vault.erase(&sha256).map_err(MingchaError::file))
    }

    /// Destroys published copies that no card and no finding shows any more: their photo was erased.
    pub(crate) fn drop_withdrawn_copies(&mut self) -> Result<(), MingchaError> {
        let files = self.photo_files()?;
        let mut copies = files.into_iter().filter(|file| file.copy == PhotoCopy::Published).peekable();
        if copies.peek().is_none() {
            return Ok(());
        }
        let shown = self.published_by()?;
        let withdrawn: Vec<PhotoId> =
            copies.map(|file| file.photo).filter(|photo| !shown.contains_key(photo)).collect();
        for photo in &withdrawn {
            self.destroy_files(*photo)?;
        }
        if !withdrawn.is_empty() {
            self.store.empty_log()?;
        }
        Ok(())
    }
}
