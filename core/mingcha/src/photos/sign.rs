//! Signs that a photo may not be what it claims to be, as screens show them: each a reason to look again, none a verdict.
//!
//! They are worked out from what this phone has, each time they are asked for, and stand in no statement. A contact gets
//! none: a sign may tell of a visit, an inspector or another unit. What was erased speaks against nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use mingcha_evidence::{
    ClaimedPlace, Fingerprint, Fingerprints, Sign, Thumbnail, camera_signs, claimed_seconds, far_from, prepare,
    time_signs,
};
use mingcha_model::body::{Datum, Look};
use mingcha_model::{Digest, FindingId, Kind, Order, PhotoCopy, PhotoId, Role, SiteId};
use mingcha_store::{PhotoLook, PhotoRow};

use super::fetch::name_of_published;
use super::is_here;
use crate::{MingchaError, Phone, SignRow};

/// The photos known here by what they are found by: made on the first question, in memory alone, and never believed
/// without reading the photo's row again.
#[derive(Default)]
pub(crate) struct Known {
    fingerprints: Fingerprints,
    /// The photo of each fingerprint.
    photos: Vec<PhotoId>,
    by_original: BTreeMap<Digest, BTreeSet<PhotoId>>,
    /// The last row that was read, and how many there were.
    through: i64,
    rows: u64,
}

/// So many photos at most are looked at closely among those of what was wrong, and so many among all others, those with
/// the nearest fingerprints first: a look takes tens of milliseconds, and a screen is waiting. The same file needs none.
const MOST_LOOKS: usize = 4;

/// What a photo is evidence of.
struct Subject {
    is_visit: bool,
    site: SiteId,
    /// When what it shows was first recorded, in Unix seconds.
    recorded: i64,
    /// The photos of what was wrong, for one that shows a finding later.
    before: BTreeSet<PhotoId>,
    published: Vec<Digest>,
}

impl Phone {
    /// The signs of a photo, for those who may see them.
    pub(crate) fn signs_of(&self, photo: PhotoId) -> Result<Vec<SignRow>, MingchaError> {
        if self.grants()?.role == Role::Contact {
            return Ok(Vec::new());
        }
        let Some(row) = self.store.photo(photo)?.filter(|row| !row.erased) else { return Ok(Vec::new()) };
        let subject = self.shown_by(&row)?;
        let mut signs = Vec::new();
        let text = |number: usize| row.texts.get(number).cloned().unwrap_or(Some(String::new()));
        if let Some(taken) = text(0).as_deref().and_then(claimed_seconds) {
            // Its op may be said long after it was taken in; the city's correction of the one holds for the other.
            let until_said = row.at.saturating_sub(row.observed_at);
            let taken_in = latest(row.ord, row.at).saturating_sub(until_said);
            let found = time_signs(taken, subject.as_ref().map(|subject| subject.recorded), taken_in);
            signs.extend(found.into_iter().map(|sign| SignRow::new(photo, sign)));
        }
        if let (Some(place), Some(subject)) = (text(1).as_deref().and_then(claimed_place), &subject) {
            let position = self.store.site(subject.site)?.and_then(|site| site.position);
            let metres = position.and_then(|position| far_from(&place, &position));
            signs.extend(
                metres.map(|metres| SignRow { metres: Some(metres), ..SignRow::new(photo, Sign::FarFromSite) }),
            );
        }
        if let Some(camera) = text(2) {
            let found = camera_signs(&camera);
            signs.extend(found.into_iter().map(|sign| SignRow::new(photo, sign)));
        }
        signs.extend(self.sign_of_use(&row, subject.as_ref())?);
        Ok(signs)
    }

    /// The signs of every photo that a finding's statements name.
    pub(crate) fn signs_of_finding(&self, finding: FindingId) -> Result<Vec<SignRow>, MingchaError> {
        let named = self.store.said_of_finding(finding)?.into_iter().flat_map(|one| one.body.names());
        let mut signs = Vec::new();
        for photo in named.map(PhotoId).collect::<BTreeSet<_>>() {
            signs.extend(self.signs_of(photo)?);
        }
        Ok(signs)
    }

    fn shown_by(&self, photo: &PhotoRow) -> Result<Option<Subject>, MingchaError> {
        let owner = photo.add.owner;
        if let Some(visit) = self.store.visit(owner.into())? {
            let recorded = earliest(visit.opened, visit.opened_at);
            let (before, published) = (BTreeSet::new(), Vec::new());
            return Ok(Some(Subject { is_visit: true, site: visit.site, recorded, before, published }));
        }
        let Some(case) = self.store.case(owner.into())? else { return Ok(None) };
        let raised = self.store.said(owner)?.into_iter().find(|one| one.id == case.raised_by);
        Ok(Some(Subject {
            is_visit: false,
            site: case.site,
            recorded: raised.map_or(i64::MIN, |raised| earliest(raised.ord, raised.at)),
            before: case.raise.photos.iter().copied().collect(),
            published: case.published_photos,
        }))
    }

    /// Whether the picture was handed in before: named is the same file where there is one, else the likest picture.
    fn sign_of_use(&self, row: &PhotoRow, subject: Option<&Subject>) -> Result<Option<SignRow>, MingchaError> {
        let (mut before, mut others) = (Vec::new(), Vec::new());
        for photo in self.alike(row)? {
            // The index may know what went since: only what this phone still shows is named.
            // Two pictures of one visit are like each other, and nobody's fault.
            let of_one_visit = |other: &PhotoRow| {
                subject.is_some_and(|subject| subject.is_visit)
                    && other.add.owner == row.add.owner
                    && other.add.original != row.add.original
            };
            let is_earlier =
                |other: &PhotoRow| !other.erased && (other.ord, other.op) < (row.ord, row.op) && !of_one_visit(other);
            let Some(other) = self.store.photo(photo)?.filter(is_earlier) else { continue };
            let is_before = subject.is_some_and(|subject| subject.before.contains(&other.photo));
            if is_before { &mut before } else { &mut others }.push(other);
        }
        let published = subject.map_or([].as_slice(), |subject| subject.published.as_slice());
        if before.is_empty() && others.is_empty() && published.is_empty() {
            return Ok(None);
        }
        let thumbnail = self.thumbnail(row.photo)?;
        if let Some(other) = self.first_same(row, thumbnail.as_ref(), before)? {
            return Ok(Some(self.used_in(row, &other, Sign::SameAsBeforePhoto)?));
        }
        if let Some(thumbnail) = &thumbnail
            && self.is_published(thumbnail, published)?
        {
            let finding = Some(row.add.owner.into());
            return Ok(Some(SignRow { finding, ..SignRow::new(row.photo, Sign::SameAsBeforePhoto) }));
        }
        let other = self.first_same(row, thumbnail.as_ref(), others)?;
        other.map(|other| self.used_in(row, &other, Sign::UsedBefore)).transpose()
    }

    /// The first of them that shows the same picture, of those that may be looked at.
    fn first_same(
        &self,
        row: &PhotoRow,
        thumbnail: Option<&Thumbnail>,
        candidates: Vec<PhotoRow>,
    ) -> Result<Option<PhotoRow>, MingchaError> {
        let (same, like): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|other| other.add.original == row.add.original);
        let Some(thumbnail) = thumbnail.filter(|_| same.is_empty()) else {
            return Ok(same.into_iter().min_by_key(|other| (other.ord, other.op)));
        };
        for other in like.into_iter().take(MOST_LOOKS) {
            if self.thumbnail(other.photo)?.is_some_and(|other| other.is_same_picture(thumbnail)) {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    fn used_in(&self, row: &PhotoRow, other: &PhotoRow, sign: Sign) -> Result<SignRow, MingchaError> {
        let owner = other.add.owner;
        let is_visit = self.store.kind(owner)? == Some(Kind::VISIT_OPEN);
        Ok(SignRow {
            other: Some(other.photo),
            visit: is_visit.then_some(owner.into()),
            finding: (!is_visit).then_some(owner.into()),
            ..SignRow::new(row.photo, sign)
        })
    }

    /// Whether it is one of the copies that the city published of a finding: all that a unit ever held of the picture before.
    fn is_published(&self, thumbnail: &Thumbnail, published: &[Digest]) -> Result<bool, MingchaError> {
        for sha256 in published {
            let file = self.store.photo_file(name_of_published(*sha256), PhotoCopy::Published)?;
            let Some(file) = file.filter(is_here) else { continue };
            // A file that was damaged meanwhile is another matter's error.
            let Ok(copy) = self.unseal(&file).and_then(prepare) else { continue };
            if Thumbnail::read(&copy.thumbnail).is_ok_and(|copy| copy.is_same_picture(thumbnail)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Photos that may show the same picture: those of the same file, then those with the nearest fingerprints.
    fn alike(&self, row: &PhotoRow) -> Result<Vec<PhotoId>, MingchaError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up(&mut known)?;
        let same = known.by_original.get(&row.add.original).cloned().unwrap_or_default();
        let mut alike: Vec<PhotoId> = same.iter().copied().collect();
        // Erased is erased: it is not made again from the picture.
        let fingerprint = match &row.look {
            Some(look) => self.fingerprint(row.photo, look)?,
            None => None,
        };
        if let Some(fingerprint) = fingerprint {
            let places = known.fingerprints.search(&fingerprint);
            let like = places.into_iter().filter_map(|place| known.photos.get(place));
            alike.extend(like.filter(|photo| !same.contains(photo)));
        }
        alike.retain(|photo| *photo != row.photo);
        Ok(alike)
    }

    /// Takes in the photos that came since the last question, or all of them where some went.
    fn catch_up(&self, known: &mut Known) -> Result<(), MingchaError> {
        if self.store.photo_rows(known.through)? != known.rows {
            *known = Known::default();
        }
        for PhotoLook { key, photo, original, look } in self.store.photo_looks(known.through)? {
            known.through = known.through.max(key);
            let Some(look) = look else { continue };
            known.by_original.entry(original).or_default().insert(photo);
            let fingerprint = self.fingerprint(photo, &look)?;
            if let Some(fingerprint) = fingerprint {
                known.fingerprints.push(fingerprint);
                known.photos.push(photo);
            }
        }
        known.rows = self.store.photo_rows(known.through)?;
        Ok(())
    }

    /// What a photo is found by: as its op says, else made from the thumbnail that lies here.
    fn fingerprint(&self, photo: PhotoId, look: &Look) -> Result<Option<Fingerprint>, MingchaError> {
        match look.fingerprint().and_then(Fingerprint::from_bytes) {
            Some(said) => Ok(Some(said)),
            None => Ok(self.thumbnail(photo)?.map(|thumbnail| thumbnail.fingerprint())),
        }
    }

    /// Forgets what photos are found by, because some were erased.
    pub(crate) fn forget_known(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Known::default();
    }

    /// The thumbnail of a photo, where it lies here whole.
    fn thumbnail(&self, photo: PhotoId) -> Result<Option<Thumbnail>, MingchaError> {
        let file = self.store.photo_file(photo, PhotoCopy::Thumbnail)?.filter(is_here);
        Ok(file.and_then(|file| self.unseal(&file).ok()).and_then(|bytes| Thumbnail::read(&bytes).ok()))
    }
}

/// The later of what a phone's clock said and what the city makes of it: the reading that speaks least against a photo.
fn latest(ord: Order, at: i64) -> i64 {
    if ord == Order::LAST { at } else { at.max(ord.millis().div_euclid(1_000)) }
}

/// The earlier of both.
fn earliest(ord: Order, at: i64) -> i64 {
    if ord == Order::LAST { at } else { at.min(ord.millis().div_euclid(1_000)) }
}

/// Reads what [`super::position_text`] wrote. A datum that the camera named in no known way, or
/// not at all, is compared with nothing.
fn claimed_place(text: &str) -> Option<ClaimedPlace> {
    let mut parts = text.split(',');
    let latitude_e7 = e7(parts.next()?)?;
    let longitude_e7 = e7(parts.next()?)?;
    let datum = match parts.next()? {
        "WGS-84" => Datum::Wgs84,
        "GCJ-02" => Datum::Gcj02,
        "BD-09" => Datum::Bd09,
        _ => return None,
    };
    let uncertainty = parts.next().and_then(|metres| metres.parse().ok());
    Some(ClaimedPlace { latitude_e7, longitude_e7, datum, uncertainty })
}

fn e7(degrees: &str) -> Option<i32> {
    let (whole, rest) = degrees.split_once('.')?;
    if rest.len() != 7 || !rest.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{rest}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_as_it_was_written() {
        for (latitude_e7, longitude_e7) in [(312_304_000, 1_214_737_000), (-1, 10), (-312_304_001, -5)] {
            use mingcha_evidence::Datum::{Bd09, Gcj02, Unknown, Unnamed, Wgs84};
            let read = |datum| {
                let position = mingcha_evidence::Position { latitude_e7, longitude_e7, datum, uncertainty: Some(12) };
                claimed_place(&super::super::position_text(position))
            };
            for (said, datum) in [(Wgs84, Datum::Wgs84), (Gcj02, Datum::Gcj02), (Bd09, Datum::Bd09)] {
                assert_eq!(read(said), Some(ClaimedPlace { latitude_e7, longitude_e7, datum, uncertainty: Some(12) }));
            }
            // Nobody knows which of the three was meant, so nobody is said to have been elsewhere.
            assert_eq!((read(Unnamed), read(Unknown)), (None, None));
        }
        assert_eq!(claimed_place(""), None);
    }

    #[test]
    fn of_two_clocks_the_one_counts_that_says_less_against_a_photo() {
        let city = Order::at_millis(5_000_000);
        assert_eq!((earliest(city, 4_000), latest(city, 4_000)), (4_000, 5_000));
        assert_eq!((earliest(Order::LAST, 4_000), latest(Order::LAST, 4_000)), (4_000, 4_000));
    }
}
