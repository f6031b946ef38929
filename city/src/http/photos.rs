//! Photo files in and out. A file is taken only after the op that promises it, and only as that op promised it.
//!
//! Nobody learns by a hash that a photo exists which they may not see: what is not theirs is not there.

use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use mingcha_model::{Digest, PhotoCopy, PhotoId};
use mingcha_sync::{PhotoSaid, Problem, encode};

use super::answer::{Refused, cbor, file};
use super::caller::{Caller, at_work};
use super::letters::too_large;
use crate::files::{Files, Spool};
use crate::ledger::Look;
use crate::{City, CityError, reader};

/// Bytes are handed to the disk in pieces of about this size.
const PIECE: usize = 256 * 1024;

/// Which file the phone believes it sends.
#[derive(serde::Deserialize)]
pub(super) struct Named {
    sha256: Option<String>,
}

fn photo_unknown() -> Problem {
    Problem::new(404, "photo_unknown", "没有此照片，请先同步记录 / no such photo here: send the op that adds it first")
}

fn wrong_hash() -> Problem {
    Problem::new(
        409,
        "wrong_hash",
        "照片内容与登记不符，请重新上传 / this is not the file that the photo's op promised: send it again",
    )
}

/// The photo and the copy that a path names; published copies have an address of their own.
fn named(photo: &str, copy: &str) -> Result<(PhotoId, PhotoCopy), Problem> {
    let copy = PhotoCopy::named(copy).filter(|copy| *copy != PhotoCopy::Published);
    photo.parse().ok().zip(copy).ok_or_else(photo_unknown)
}

pub(super) async fn take(
    State(city): State<City>,
    caller: Caller,
    Path((photo, copy)): Path<(String, String)>,
    Query(named_hash): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let (photo, copy) = named(&photo, &copy)?;
    let at = city.clone();
    let author = caller.person.id;
    let promised = at_work(move || {
        at.inner.ledger.read(|look| {
            let own = look.entity(photo.into())?.is_some_and(|row| row.creator == author);
            if own { look.photo(photo, copy) } else { Ok(None) }
        })
    });
    let promised = promised.await?.ok_or_else(photo_unknown)?;
    if named_hash.sha256.is_some_and(|hash| hash.parse() != Ok(promised.sha256)) {
        return Err(wrong_hash().into());
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced == Some(0) {
        return Err(empty().into());
    }
    let most = promised.bytes.min(mingcha_evidence::FILE_LIMIT);
    if announced.is_some_and(|length| length > most) {
        return Err(too_large().into());
    }
    let spool = spool(&city, body, most).await?;
    let said = at_work(move || {
        if spool.bytes() == 0 {
            return Ok(Err(empty()));
        }
        if spool.sha256() != promised.sha256 {
            return Ok(Err(wrong_hash()));
        }
        spool.keep(&Files::of(city.dir()), promised.sha256)?;
        city.inner.ledger.write(|turn| turn.photo_arrived(photo, copy))?;
        // Nothing is safe while no backup is configured.
        Ok(Ok(encode(&PhotoSaid { photo, copy, sha256: promised.sha256, safe: false })))
    });
    Ok(cbor(said.await??))
}

fn empty() -> Problem {
    Problem::new(400, "photo_empty", "照片为空，请重新上传 / the photo has no bytes: send it again")
}

/// Streams a body into a spool, hashing on the way; stops at the first byte too many.
async fn spool(city: &City, mut body: Body, most: u64) -> Result<Spool, Refused> {
    let at = city.clone();
    let mut spool = at_work(move || Files::of(at.dir()).spool()).await?;
    let mut pieces: Vec<Bytes> = Vec::new();
    let mut waiting = 0_usize;
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        let ended = frame.is_none();
        if let Some(frame) = frame {
            let frame = frame.map_err(|_| too_large())?;
            let Ok(data) = frame.into_data() else { continue };
            waiting = waiting.saturating_add(data.len());
            pieces.push(data);
            let all = spool.bytes().saturating_add(u64::try_from(waiting).unwrap_or(u64::MAX));
            if all > most {
                return Err(too_large().into());
            }
        }
        if ended || waiting >= PIECE {
            let now = std::mem::take(&mut pieces);
            waiting = 0;
            spool = at_work(move || {
                now.iter().try_for_each(|piece| spool.write(piece))?;
                Ok(spool)
            })
            .await?;
        }
        if ended {
            return Ok(spool);
        }
    }
}

pub(super) async fn give(
    State(city): State<City>,
    caller: Caller,
    Path((photo, copy)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let (photo, copy) = named(&photo, &copy)?;
    caller.not_revoked()?;
    let found = at_work(move || {
        let may_have = |look: &Look<'_>| -> Result<Option<Digest>, CityError> {
            let Some(row) = look.entity(photo.into())?.filter(|row| !row.held) else { return Ok(None) };
            if !reader::may_see(look, &caller.person, &row)? {
                return Ok(None);
            }
            Ok(look.photo(photo, copy)?.filter(|file| file.arrived).map(|file| file.sha256))
        };
        let Some(sha256) = city.inner.ledger.read(may_have)? else { return Ok(None) };
        Ok(Some(std::fs::read(Files::of(city.dir()).path(sha256))?))
    });
    let bytes = found.await?.ok_or_else(photo_unknown)?;
    Ok(file("application/octet-stream", Body::from(bytes)))
}

pub(super) async fn give_published(
    State(city): State<City>,
    caller: Caller,
    Path(sha256): Path<String>,
) -> Result<Response, Refused> {
    let sha256: Digest = sha256.parse().map_err(|_| photo_unknown())?;
    caller.not_revoked()?;
    let found = at_work(move || {
        let may_have = |look: &Look<'_>| -> Result<bool, CityError> {
            for finding in look.findings_showing(sha256)? {
                if reader::may_see_published(look, &caller.person, finding)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        if !city.inner.ledger.read(may_have)? {
            return Ok(None);
        }
        Ok(Some(std::fs::read(Files::of(city.dir()).path(sha256))?))
    });
    let bytes = found.await?.ok_or_else(photo_unknown)?;
    Ok(file("image/jpeg", Body::from(bytes)))
}
