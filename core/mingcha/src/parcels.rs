//! Work handed on as a file: by a memory card, a cable, a colleague, when there is no signal for weeks.
//!
//! A parcel holds what this phone said and photographed and the city has no receipt for, sealed for the city: whoever
//! carries it reads nothing. Writing one marks nothing as sent, and carrying one is no proof of anything: only the city's
//! signed word is.

mod carry;
mod export;

use std::fs::File;
use std::io;
use std::path::Path;

use mingcha_model::Digest;
use mingcha_sync::{LARGEST_PARCEL, ParcelCounts, ParcelError, ParcelFace, ParcelKey, look_at_parcel};
use minicbor::{Decode, Encode};

use crate::{MingchaError, Mistake, ParcelVerified, Phone, Progress};

/// Where the city's key for parcels is remembered.
const KEY: &str = "parcel_key";
/// Where the parcels that this phone wrote are remembered.
const OWN: &str = "own_parcels";
/// Older ones are forgotten: they are taken for others' then, which harms nothing.
const MOST_OWN: usize = 500;

/// A parcel that this phone wrote.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct OwnParcel {
    #[n(0)]
    sha256: Digest,
    #[n(1)]
    logs: u64,
    #[n(2)]
    counts: ParcelCounts,
}

impl Phone {
    /// Remembers the key that the city seals parcels for, once it stands under its signature.
    pub(crate) fn keep_parcel_key(&mut self, said: Option<&ParcelKey>) -> Result<(), MingchaError> {
        let city = self.me()?.city_key;
        match said.filter(|key| key.is_signed_by(&city)) {
            Some(key) if self.setting::<ParcelKey>(KEY)?.as_ref() != Some(key) => self.put_setting(KEY, key),
            _ => Ok(()),
        }
    }

    fn parcel_key(&self) -> Result<ParcelKey, MingchaError> {
        let city = self.me()?.city_key;
        let key = self.setting::<ParcelKey>(KEY)?.filter(|key| key.is_signed_by(&city));
        key.ok_or_else(|| Mistake::NoParcelKey.into())
    }

    fn own_parcels(&self) -> Result<Vec<OwnParcel>, MingchaError> {
        Ok(self.setting(OWN)?.unwrap_or_default())
    }

    fn remember_own(&mut self, new: OwnParcel) -> Result<(), MingchaError> {
        let mut own = self.own_parcels()?;
        own.push(new);
        let old = own.len().saturating_sub(MOST_OWN);
        own.drain(..old);
        self.put_setting(OWN, &own)
    }

    /// Verifies an exported file: byte for byte where this phone wrote it, else whether it is whole, which is all that
    /// anybody but the city can see.
    pub fn verify_parcel(
        &self,
        file: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ParcelVerified, MingchaError> {
        let mut work = Work::of(self, "verify", progress);
        let face = match look(file, &mut work, &mut |_| Ok(())) {
            Ok(face) => face,
            Err(MingchaError::Mistake(Mistake::BadParcel(error))) => return Ok(ParcelVerified::bad(&error)),
            Err(error) => return Err(error),
        };
        let own = self.own_parcels()?.into_iter().find(|own| own.sha256 == face.sha256);
        let ParcelCounts { segments, ops, photos } = face.counts;
        Ok(ParcelVerified {
            logs: own.as_ref().map(|own| own.logs),
            segments,
            ops,
            photos,
            ok: true,
            first_bad: None,
            own: own.is_some(),
        })
    }
}

/// Long work on a file: how far it has come, and whether it shall stop.
struct Work<'a> {
    stop: crate::http::Stop,
    now: Progress,
    told: &'a mut dyn FnMut(Progress),
}

impl<'a> Work<'a> {
    fn of(phone: &Phone, what: &'static str, told: &'a mut dyn FnMut(Progress)) -> Self {
        Self { stop: phone.stop.clone(), now: Progress::begin(what), told }
    }

    /// So many bytes more; an error once it shall stop.
    fn went(&mut self, bytes: usize) -> Result<(), MingchaError> {
        self.now.bytes = self.now.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        (self.told)(self.now);
        self.stop.heeded()
    }
}

/// Looks at a parcel from outside, piece by piece.
fn look(
    file: &Path,
    work: &mut Work<'_>,
    each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<ParcelFace, MingchaError> {
    let mut source = File::open(file).map_err(|_| Mistake::NoFile)?;
    let known = source.metadata().map_err(|_| Mistake::NoFile)?;
    if !known.is_file() {
        return Err(Mistake::NoFile.into());
    }
    if known.len() > LARGEST_PARCEL {
        return Err(Mistake::LargeParcel.into());
    }
    (work.now.of, work.now.of_bytes) = (1, known.len());
    let face = look_at_parcel::<MingchaError>(&mut source, known.len(), &mut |piece| {
        work.went(piece.len())?;
        each(piece).map_err(|error| MingchaError::from_io(&error))
    })?;
    work.now.done = 1;
    (work.told)(work.now);
    Ok(face)
}

impl From<ParcelError> for MingchaError {
    fn from(error: ParcelError) -> Self {
        match error {
            ParcelError::Io(error) => Self::from_io(&error),
            ParcelError::BadKey => Mistake::NoParcelKey.into(),
            bad => Mistake::BadParcel(bad).into(),
        }
    }
}
