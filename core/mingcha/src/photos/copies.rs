//! From a taken photo to evidence that travels: its copies are made, and only then is it said, because its op binds them.
//!
//! A host lends a thread: [`Phone::photo_to_make`] gives out work, [`PhotoToMake::make`] does it without the phone, and
//! [`Phone::photo_made`] keeps it, so that taking the next photo never waits for the last one. Whoever is killed over it
//! leaves the photo in the queue; two who work on one photo say it once. A picture that turns out to be none stays
//! listed with its reason and its original, and holds up no other.

use mingcha_evidence::{EvidenceError, Prepared, prepare};
use mingcha_model::{PhotoCopy, PhotoId};
use mingcha_store::{CapturedPhoto, PhotoFile};

use super::picture;
use crate::{MingchaError, Mistake, Phone, PhotosFinished, Progress};

/// A taken photo whose copies are to be made; needs no phone.
pub struct PhotoToMake {
    photo: PhotoId,
    original: Vec<u8>,
}

/// A photo with its copies, or why there are none; to be handed to [`Phone::photo_made`].
pub struct PhotoMade {
    photo: PhotoId,
    made: Result<Prepared, EvidenceError>,
}

impl PhotoToMake {
    /// Decodes the picture and makes its copies: a fraction of a second of work, and at most
    /// [`mingcha_evidence::MEMORY_LIMIT`] of memory.
    #[must_use]
    pub fn make(self) -> PhotoMade {
        PhotoMade { photo: self.photo, made: prepare(self.original) }
    }
}

impl Phone {
    /// The taken photo whose copies are to be made next; `None` when nothing waits that was not tried already.
    pub fn photo_to_make(&mut self) -> Result<Option<PhotoToMake>, MingchaError> {
        for captured in self.store.captured()?.into_iter().filter(|one| one.problem.is_none()) {
            let work = self.work_on(&captured)?;
            if work.is_some() {
                return Ok(work);
            }
        }
        Ok(None)
    }

    /// Keeps the copies of a photo and says it, in one transaction.
    ///
    /// A picture that is none, or that this person may not add any more, stays in the queue with the reason: no error.
    pub fn photo_made(&mut self, made: PhotoMade) -> Result<(), MingchaError> {
        let Some(captured) = self.store.captured_photo(made.photo)? else { return Ok(()) };
        let said = made.made.map_err(picture).and_then(|prepared| self.say_made(&captured, &prepared));
        match said {
            Err(MingchaError::Mistake(mistake)) => self.note_problem(&captured, &mistake),
            other => other,
        }
    }

    /// Makes the copies of every taken photo, those that failed before once more.
    ///
    /// # Errors
    /// A full or failing disk; what was made until then stays made, and what waits goes on waiting.
    pub fn photo_finish(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<PhotosFinished, MingchaError> {
        let waiting = self.store.captured()?;
        self.finish(&waiting, progress)?;
        self.drop_copies_of_nothing()?;
        let mut made = 0_u64;
        for one in waiting {
            made = made.saturating_add(u64::from(self.store.captured_photo(one.photo)?.is_none()));
        }
        Ok(PhotosFinished { made, ..self.captured_counts()? })
    }

    /// Makes the copies of one photo, where they are still to be made, because somebody wants to look at it.
    ///
    /// # Errors
    /// A mistake where it can be made into none; a full or failing disk.
    pub fn photo_ready(&mut self, photo: &str) -> Result<(), MingchaError> {
        self.finish_named(&[photo])
    }

    /// Taken photos that could be made into none; `photo_list` says why.
    pub fn photos_unusable(&self) -> Result<Vec<PhotoId>, MingchaError> {
        let taken = self.store.captured()?.into_iter();
        Ok(taken.filter(|taken| taken.problem.is_some()).map(|taken| taken.photo).collect())
    }

    /// How many taken photos wait for their copies, and how many can be made into none.
    pub(crate) fn captured_counts(&self) -> Result<PhotosFinished, MingchaError> {
        let (unusable, waiting): (Vec<_>, Vec<_>) =
            self.store.captured()?.into_iter().partition(|taken| taken.problem.is_some());
        let count = |these: &[CapturedPhoto]| u64::try_from(these.len()).unwrap_or(u64::MAX);
        Ok(PhotosFinished { made: 0, waiting: count(&waiting), unusable: count(&unusable) })
    }

    /// Makes the copies of these photos, those already made left out, because something is to be said of them.
    ///
    /// # Errors
    /// Also a mistake where one of them can be made into no photo.
    pub(crate) fn finish_named(&mut self, photos: &[impl AsRef<str>]) -> Result<(), MingchaError> {
        for photo in photos {
            let Ok(photo) = photo.as_ref().trim().parse::<PhotoId>() else { continue };
            let Some(captured) = self.store.captured_photo(photo)? else { continue };
            if self.is_held(captured.visit)? {
                return Err(Mistake::VisitHeld.into());
            }
            self.finish(&[captured], &mut |_| {})?;
            if self.store.captured_photo(photo)?.is_some() {
                return Err(Mistake::NotNow(
                    "这张照片制作不了副本，原因见 photo list",
                    "no copies can be made of this photo; `photo list` says why",
                )
                .into());
            }
        }
        Ok(())
    }

    pub(crate) fn finish(
        &mut self,
        captured: &[CapturedPhoto],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), MingchaError> {
        let of = u64::try_from(captured.len()).unwrap_or(u64::MAX);
        let mut now = Progress { of, ..Progress::begin("copies") };
        for one in captured {
            progress(now);
            if let Some(work) = self.work_on(one)? {
                self.photo_made(work.make())?;
            }
            now.done = now.done.saturating_add(1);
        }
        if of > 0 {
            progress(now);
        }
        Ok(())
    }

    /// The original of a taken photo; nothing, and the reason noted, where it does not open. One of a visit that the city
    /// holds waits: nothing can be said of it before the release.
    fn work_on(&mut self, captured: &CapturedPhoto) -> Result<Option<PhotoToMake>, MingchaError> {
        if self.is_held(captured.visit)? {
            return Ok(None);
        }
        let Some(file) = self.store.photo_file(captured.photo, PhotoCopy::Original)? else { return Ok(None) };
        match self.unseal(&file) {
            Ok(original) => Ok(Some(PhotoToMake { photo: captured.photo, original })),
            Err(EvidenceError::Storage { kind }) => Err(MingchaError::File(kind)),
            Err(error) => {
                self.note_problem(captured, &Mistake::Photo(error))?;
                Ok(None)
            }
        }
    }

    fn say_made(&mut self, captured: &CapturedPhoto, prepared: &Prepared) -> Result<(), MingchaError> {
        let visit = self.visit_case(captured.visit)?;
        let place = self.place_of_visit(&visit)?;
        self.may_add_photos(&place)?;
        let original = self.store.photo_file(captured.photo, PhotoCopy::Original)?;
        let original = original.ok_or(Mistake::Unknown("照片", "photo"))?;
        self.unless_erased_meanwhile(|phone| {
            let whole = phone.with_copies(captured.photo, &original, prepared, captured.observed_at)?;
            let saying = whole.saying(captured.visit.into(), captured.item.clone());
            if !phone.say_captured(&place, saying, captured.photo, &whole.files)? {
                phone.drop_unnamed(&whole.files)?;
            }
            Ok(())
        })
    }

    /// The photo was erased meanwhile, or another process said it: copies that no row names are not left behind.
    fn drop_unnamed(&mut self, files: &[PhotoFile]) -> Result<(), MingchaError> {
        for file in files {
            self.erase_unnamed(file.sha256, None)?;
        }
        Ok(())
    }

    fn note_problem(&mut self, captured: &CapturedPhoto, mistake: &Mistake) -> Result<(), MingchaError> {
        Ok(self.store.set_captured_problem(captured.photo, mistake.code(), &mistake.to_string())?)
    }
}
