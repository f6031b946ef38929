//! What stands in a parcel, one piece after the other, each checked in itself before it is given out.
//!
//! A segment is opened, the bytes of a photo are hashed while they are read; nothing larger than a segment or a chunk is in
//! memory.

use std::io::Read;

use mingcha_model::{DeviceId, Digest, PhotoCopy, PhotoId};
use mingcha_sync::{
    Opened, PARCEL_CHUNK, ParcelCounts, ParcelError, ParcelReader, ParcelRecord, Segment, Signature, sender_message,
};
use sha2::{Digest as _, Sha256};

use crate::CityError;
use crate::files::Pieces;

/// One thing in a parcel.
pub(super) enum Content<'a> {
    /// Which device wrote it, what that device signed, and its signature.
    From(DeviceId, Vec<u8>, Signature),
    /// A segment, with the receipt that this city once gave for it.
    Segment { segment: &'a Segment, opened: &'a Opened, bytes: Vec<u8>, receipt: Option<Vec<u8>> },
    /// One file of a photo. Its pieces must be asked for, once.
    Photo { photo: PhotoId, copy: PhotoCopy, sha256: Digest, bytes: u64, pieces: Pieces<'a> },
}

/// Hands over everything in order; gives the counts and the name of the parcel once its end was proven.
pub(super) fn each_of<R: Read>(
    mut parcel: ParcelReader<R>,
    each: &mut dyn FnMut(Content<'_>) -> Result<(), CityError>,
) -> Result<(ParcelCounts, Digest), CityError> {
    loop {
        match parcel.record()? {
            ParcelRecord::From(device, proof) => {
                each(Content::From(device, sender_message(parcel.encapsulated(), device), proof))?;
            }
            ParcelRecord::Segment(bytes, receipt) => {
                let segment = Segment::from_bytes(&bytes).map_err(|_| ParcelError::Damaged)?;
                let opened = segment.open().map_err(|_| ParcelError::Damaged)?;
                let (bytes, receipt) = (bytes.into(), receipt.map(Into::into));
                each(Content::Segment { segment: &segment, opened: &opened, bytes, receipt })?;
            }
            ParcelRecord::Photo(photo, copy, sha256, bytes) => {
                if bytes == 0 || bytes > mingcha_evidence::FILE_LIMIT {
                    return Err(ParcelError::Damaged.into());
                }
                let mut pieces = |give: &mut dyn FnMut(&[u8]) -> Result<(), CityError>| {
                    let (mut left, mut hash) = (bytes, Sha256::new());
                    let mut piece = vec![0; PARCEL_CHUNK];
                    while left > 0 {
                        let count = usize::try_from(left).unwrap_or(PARCEL_CHUNK).min(PARCEL_CHUNK);
                        let piece = piece.get_mut(..count).unwrap_or_default();
                        parcel.bytes(piece)?;
                        hash.update(&*piece);
                        give(piece)?;
                        left = left.saturating_sub(u64::try_from(count).unwrap_or(left));
                    }
                    if Digest(hash.finalize().into()) == sha256 { Ok(()) } else { Err(ParcelError::Damaged.into()) }
                };
                each(Content::Photo { photo, copy, sha256, bytes, pieces: &mut pieces })?;
            }
            ParcelRecord::End(_, counts) => return Ok((counts, parcel.finish(counts)?)),
        }
    }
}
