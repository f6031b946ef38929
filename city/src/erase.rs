//! Erasing a photo for good: out of inbox, feeds, published copies, files and read model, and out of every phone.
//!
//! One transaction decides it, and says so in every feed that carries the photo, so that nobody hears of the one without
//! the other. What lies outside the ledger follows, again and again until it is done, whoever was killed in between.

use mingcha_model::body::{Body, PhotoErased};
use mingcha_model::{EntityId, Kind, PhotoCopy, PhotoId};
use mingcha_store::Store;
use mingcha_sync::{ErasedTold, Page, Signer as _};

use crate::files::Files;
use crate::ledger::{EntityRow, Turn, adds};
use crate::statement::Statement;
use crate::uploads::Spools;
use crate::{City, CityError, publish, settle};

/// Erases a photo that the city knows; false when that was done before.
pub(crate) fn erase(turn: &mut Turn<'_>, row: &EntityRow) -> Result<bool, CityError> {
    let photo = PhotoId(row.entity);
    if turn.is_erased(row.entity)? {
        return Ok(false);
    }
    let showing = turn.findings_publishing(photo)?;
    let added = turn.statement(row.id)?.ok_or(CityError::Inconsistent("the op of a photo"))?;
    let proof = turn.secret.sign(&ErasedTold::message(photo)).map_err(|_| CityError::Inconsistent("a signature"))?;
    let said = Body::PhotoErased(PhotoErased { proof: Some(proof.0.to_vec().into()) });
    turn.put_erased(photo)?;
    turn.erase_in_inbox(row.entity)?;
    for feed in settle::feeds(turn, &added, row)? {
        turn.erase_in_feed(feed, row.entity)?;
        turn.say(feed, row.entity, &said, &[])?;
    }
    for finding in showing {
        if let Some(shown) = turn.entity(finding)?
            && publish::original(turn, &shown)?.is_some()
        {
            publish::write_copy(turn, &shown)?;
        }
        turn.card_is_due(finding)?;
    }
    Ok(true)
}

/// Takes the texts of a photo that was erased out of an op that says it again. Where the op is the first that this city
/// hears of it, because it was restored from before, the photo is erased as if now.
pub(crate) fn stays_erased(turn: &mut Turn<'_>, said: &Statement) -> Result<(), CityError> {
    if said.op.kind != Kind::PHOTO_ADD || !turn.is_erased(said.op.entity)? {
        return Ok(());
    }
    turn.erase_in_inbox(said.op.entity)?;
    let first = turn.entity(said.op.entity)?.filter(|row| row.id == said.id);
    if let Some(row) = first
        && turn.photo(PhotoId(row.entity), PhotoCopy::Thumbnail)?.is_some()
    {
        turn.forget_erased(PhotoId(row.entity))?;
        erase(turn, &row)?;
    }
    Ok(())
}

impl City {
    /// Believes what this city signed before it was restored: these photos are erased, now or when they are heard of.
    pub(crate) fn erased_before(&self, photos: &[PhotoId]) -> Result<(), CityError> {
        self.inner.ledger.write(|turn| {
            for photo in photos {
                match turn.entity((*photo).into())? {
                    Some(row) if row.kind == Kind::PHOTO_ADD => {
                        erase(turn, &row)?;
                    }
                    Some(_) => {}
                    None if turn.is_erased((*photo).into())? => {}
                    None => turn.put_erased(*photo)?,
                }
            }
            Ok(())
        })?;
        self.catch_up()?;
        self.finish_erasures()
    }

    /// Erases a photo for good, whoever took it; false when that was done before.
    ///
    /// Phones destroy what they have of it when they meet the city. Nothing brings it back.
    ///
    /// # Errors
    /// [`CityError::UnknownPhoto`] where the city never heard of it. When the disk fails, the photo is erased all the same and
    /// the rest is tried again, by a serving city or by the same call.
    pub fn erase_photo(&self, photo: PhotoId) -> Result<bool, CityError> {
        let erased = self.inner.ledger.write(|turn| match turn.entity(photo.into())? {
            Some(row) if row.kind == Kind::PHOTO_ADD => erase(turn, &row),
            _ => Err(CityError::UnknownPhoto),
        })?;
        self.catch_up()?;
        self.finish_erasures()?;
        Ok(erased)
    }

    /// Destroys what lies outside the ledger of photos that were erased. Doing it again changes nothing.
    pub(crate) fn finish_erasures(&self) -> Result<(), CityError> {
        let ledger = &self.inner.ledger;
        let (photos, files) = ledger.read(|look| Ok((look.erasures_to_do()?, look.doomed_files()?)))?;
        if photos.is_empty() && files.is_empty() {
            return Ok(());
        }
        let (kept, uploads) = (Files::of(self.dir()), Spools::of(self.dir()));
        for photo in &photos {
            uploads.end_all_of(*photo)?;
        }
        for sha256 in files {
            // Under the ledger's lock, so that nobody brings the same bytes in between the look and the deed.
            ledger.write(|turn| {
                if !turn.is_named(sha256)? {
                    kept.destroy(sha256)?;
                }
                turn.is_destroyed(sha256)
            })?;
        }
        self.with_store(|store| forget_pages(store, &photos))?;
        // What was overwritten may still stand in a write-ahead log, until that is empty.
        if ledger.empty_log()? && self.with_store(|store| Ok(store.empty_log()?))? {
            ledger.write(|turn| photos.iter().try_for_each(|photo| turn.erasure_is_done(*photo)))?;
        }
        Ok(())
    }
}

/// Takes erased texts out of the pages that the read model keeps.
fn forget_pages(store: &mut Store, photos: &[PhotoId]) -> Result<(), CityError> {
    let broken = |_| CityError::Inconsistent("a page of the read model");
    let is_gone = |entity: EntityId| photos.contains(&PhotoId(entity));
    for feed in store.feeds_carrying(photos)? {
        for held in store.pages(&feed)? {
            let Some(bytes) = store.page_bytes(&feed, held.epoch, held.first)? else { continue };
            let page = Page::from_bytes(&bytes).map_err(broken)?;
            let gone = page.without_texts(|entry| is_gone(entry.op.entity) && adds(&entry.op, entry.op.entity));
            if let Some(erased) = gone.map_err(broken)? {
                store.put_erased_page(&feed, held.epoch, held.first, &erased.to_bytes())?;
            }
        }
    }
    Ok(())
}
