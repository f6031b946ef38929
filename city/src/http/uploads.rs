//! Photo files in, by tus 1.0: creation, resuming at the byte, checksum, termination, expiration (tus.io, protocol 1.0.0).
//!
//! A file is taken only after the op that promises it, from the person who said that op, and only as promised. Nobody
//! learns by a hash that a photo exists: to whoever did not add it, it is not there. The whole file is hashed from the disk
//! before it is published; anything else is thrown away.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use mingcha_model::Digest;
use mingcha_sync::{Problem, photo_path};

use super::answer::Refused;
use super::caller::{Caller, at_work};
use super::receive::{Checksum, Received, read_off, receive};
use super::tus::{
    OVERRIDE, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_OFFSET, answered, date, elsewhere, empty, is_piece, metadata,
    named, no_length, no_metadata, no_store, not_a_piece, not_begun, number, photo_kept, photo_unknown, speaks_tus,
    stands, superseded, too_long, too_much_unfinished, wrong_checksum, wrong_hash, wrong_length,
};
use crate::files::{Files, hash_of};
use crate::uploads::{Adding, Held, Spools, UploadKey};
use crate::{City, CityError};

/// What an op promised, asked for by the one who said it.
#[derive(Clone, Copy)]
struct Promised {
    key: UploadKey,
    sha256: Digest,
    bytes: u64,
    arrived: bool,
}

async fn promised(city: &City, caller: &Caller, photo: &str, copy: &str) -> Result<Promised, Refused> {
    let (photo, copy) = named(photo, copy)?;
    let (at, author) = (city.clone(), caller.person.id);
    let found = at_work(move || {
        let file = at.inner.ledger.read(|look| {
            let own = look.entity(photo.into())?.is_some_and(|row| row.creator == author);
            if own { look.photo(photo, copy) } else { Ok(None) }
        })?;
        Ok(file.map(|file| {
            // A file that is lost is not here, whatever was written down of it: it may come again.
            let arrived = file.arrived && Files::of(at.dir()).has(file.sha256);
            let key = UploadKey { author, photo, copy };
            Promised { key, sha256: file.sha256, bytes: file.bytes, arrived }
        }))
    });
    Ok(found.await?.ok_or_else(photo_unknown)?)
}

/// Creates an upload, with its first bytes where the request has any.
pub(super) async fn create(State(city): State<City>, caller: Caller, headers: HeaderMap, body: Body) -> Response {
    let mut body = Some(body);
    let answer = created(city, caller, headers, &mut body).await;
    heard_out(answer, body).await
}

async fn created(city: City, caller: Caller, headers: HeaderMap, body: &mut Option<Body>) -> Result<Response, Refused> {
    speaks_tus(&headers)?;
    let (photo, copy) = metadata(&headers).ok_or_else(no_metadata)?;
    let length: u64 = number(&headers, &UPLOAD_LENGTH).ok_or_else(no_length)?;
    let checksum = Checksum::of(&headers)?;
    let (held, promised) = turn(&city, &caller, &photo, &copy).await?;
    match length {
        0 => return Err(empty().into()),
        length if length > promised.bytes.min(mingcha_evidence::FILE_LIMIT) => return Err(too_long().into()),
        length if length < promised.bytes => return Err(wrong_length().into()),
        _ => {}
    }
    let mut offset = promised.bytes;
    let mut kept = promised.arrived.then_some(promised.sha256);
    if kept.is_none() {
        let (at, key) = (city.clone(), promised.key);
        if !at_work(move || Spools::of(at.dir()).begin(&key, length)).await? {
            return Err(too_much_unfinished().into());
        }
        offset = 0;
        if let Some(body) = body.take_if(|_| is_piece(&headers)) {
            (offset, kept) = taken_in(city.clone(), held, promised, 0, checksum, body).await?;
        }
    }
    let place = photo_path(promised.key.photo, promised.key.copy);
    let place = HeaderValue::from_str(&place).unwrap_or(HeaderValue::from_static("/v1/photos"));
    let mut response = (StatusCode::CREATED, [(header::LOCATION, place)]).into_response();
    stands(&mut response, offset, kept);
    with_expiration(response, city, promised.key).await
}

/// Says how far an upload has come.
pub(super) async fn ask(
    State(city): State<City>,
    caller: Caller,
    Path((photo, copy)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    answered(asked(city, caller, &photo, &copy, headers).await)
}

async fn asked(city: City, caller: Caller, photo: &str, copy: &str, headers: HeaderMap) -> Result<Response, Refused> {
    speaks_tus(&headers)?;
    // Whoever asks goes on from here: a request that still holds this upload ends first.
    let (held, promised) = turn(&city, &caller, photo, copy).await?;
    let (offset, kept, expires) = at_work(move || {
        let _held = held;
        if promised.arrived {
            return Ok(Ok((promised.bytes, Some(promised.sha256), None)));
        }
        let Some(spooled) = Spools::of(city.dir()).find(&promised.key)? else { return Ok(Err(not_begun())) };
        // Killed between the last byte and the end: it is finished now.
        Ok(finish_if_whole(&city, promised, spooled.bytes)?.map(|kept| (spooled.bytes, kept, Some(spooled))))
    })
    .await??;
    let length = [(UPLOAD_LENGTH, HeaderValue::from(promised.bytes)), (header::CACHE_CONTROL, no_store())];
    let mut response = (StatusCode::OK, length).into_response();
    stands(&mut response, offset, kept);
    if let Some(expires) = expires.filter(|_| kept.is_none()) {
        response.headers_mut().insert(UPLOAD_EXPIRES, date(expires));
    }
    Ok(response)
}

/// Takes bytes from where the upload stands.
pub(super) async fn append(
    State(city): State<City>,
    caller: Caller,
    Path((photo, copy)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut body = Some(body);
    let answer = appended(city, caller, &photo, &copy, headers, &mut body).await;
    heard_out(answer, body).await
}

async fn appended(
    city: City,
    caller: Caller,
    photo: &str,
    copy: &str,
    headers: HeaderMap,
    body: &mut Option<Body>,
) -> Result<Response, Refused> {
    speaks_tus(&headers)?;
    if !is_piece(&headers) {
        return Err(not_a_piece().into());
    }
    let offset: u64 = number(&headers, &UPLOAD_OFFSET).ok_or_else(no_length)?;
    let checksum = Checksum::of(&headers)?;
    let (held, promised) = turn(&city, &caller, photo, copy).await?;
    if promised.arrived {
        return Ok(elsewhere(promised.bytes));
    }
    let (at, key) = (city.clone(), promised.key);
    let found = at_work(move || Spools::of(at.dir()).find(&key)).await?.ok_or_else(not_begun)?;
    if found.bytes != offset {
        return with_expiration(elsewhere(found.bytes), city, key).await;
    }
    let body = body.take().unwrap_or_default();
    let (offset, kept) = taken_in(city.clone(), held, promised, offset, checksum, body).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    stands(&mut response, offset, kept);
    with_expiration(response, city, key).await
}

/// Says when an upload is thrown away if nothing more comes, unless it is whole (tus 1.0.0, "Expiration").
async fn with_expiration(mut response: Response, city: City, key: UploadKey) -> Result<Response, Refused> {
    if let Some(spooled) = at_work(move || Spools::of(city.dir()).find(&key)).await? {
        response.headers_mut().insert(UPLOAD_EXPIRES, date(spooled));
    }
    Ok(response)
}

/// Ends an upload that is not finished.
pub(super) async fn end(
    State(city): State<City>,
    caller: Caller,
    Path((photo, copy)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    answered(ended(city, caller, &photo, &copy, headers).await)
}

async fn ended(city: City, caller: Caller, photo: &str, copy: &str, headers: HeaderMap) -> Result<Response, Refused> {
    speaks_tus(&headers)?;
    let (held, promised) = turn(&city, &caller, photo, copy).await?;
    if promised.arrived {
        return Err(photo_kept().into());
    }
    at_work(move || {
        let _held = held;
        let spools = Spools::of(city.dir());
        let begun = spools.find(&promised.key)?.is_some();
        spools.end(&promised.key)?;
        Ok(if begun { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(not_begun().into()) })
    })
    .await?
}

/// For networks that let only GET and POST through (tus 1.0, "X-HTTP-Method-Override").
pub(super) async fn overridden(
    city: State<City>,
    caller: Caller,
    path: Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match headers.get(OVERRIDE).and_then(|method| Method::from_bytes(method.as_bytes()).ok()) {
        Some(Method::PATCH) => append(city, caller, path, headers, body).await,
        Some(Method::HEAD) => ask(city, caller, path, headers).await,
        Some(Method::DELETE) => end(city, caller, path, headers).await,
        _ => super::no_such_method().await,
    }
}

/// The turn at an upload that this caller may speak of. It is looked at anew once the turn is there: whoever held it
/// before may have finished it meanwhile.
async fn turn(city: &City, caller: &Caller, photo: &str, copy: &str) -> Result<(Held, Promised), Refused> {
    let key = promised(city, caller, photo, copy).await?.key;
    let held = city.inner.uploads.take(key).await.ok_or_else(superseded)?;
    Ok((held, promised(city, caller, photo, copy).await?))
}

/// Takes a body in: how far the file has come then, and its hash once it is whole.
///
/// A task of its own: when the socket dies, what came through it is still written before the turn is given back.
async fn taken_in(
    city: City,
    held: Held,
    promised: Promised,
    offset: u64,
    checksum: Option<Checksum>,
    body: Body,
) -> Result<(u64, Option<Digest>), Refused> {
    let task = tokio::spawn(async move {
        let path = Spools::of(city.dir()).path(&promised.key);
        let adding = at_work(move || Adding::to(&path)).await?;
        if adding.bytes != offset {
            return Err(superseded().into());
        }
        let (received, held) = receive(held, adding, promised.bytes, checksum, body).await?;
        let bytes = match received {
            Received::Whole(bytes) | Received::Cut(bytes) => bytes,
            Received::Changed => return Err(wrong_checksum().into()),
            Received::TooLong => return Err(too_long().into()),
            Received::Ended => return Err(superseded().into()),
        };
        at_work(move || {
            let _held = held;
            Ok(finish_if_whole(&city, promised, bytes)?.map(|kept| (bytes, kept)))
        })
        .await?
        .map_err(Refused::from)
    });
    task.await.map_err(|_| CityError::Inconsistent("an upload"))?
}

/// Publishes a file of which every byte is here, if it is the one that was promised; else throws it away.
fn finish_if_whole(city: &City, promised: Promised, bytes: u64) -> Result<Result<Option<Digest>, Problem>, CityError> {
    if bytes < promised.bytes {
        return Ok(Ok(None));
    }
    let spools = Spools::of(city.dir());
    let path = spools.path(&promised.key);
    if hash_of(&path)? != promised.sha256 {
        spools.end(&promised.key)?;
        return Ok(Err(wrong_hash()));
    }
    Files::of(city.dir()).keep(&path, promised.sha256)?;
    city.inner.ledger.write(|turn| turn.photo_arrived(promised.key.photo, promised.key.copy, promised.sha256))?;
    spools.end(&promised.key)?;
    Ok(Ok(Some(promised.sha256)))
}

/// Answers once the sender was heard out, where bytes are still under way that nobody wants.
async fn heard_out(answer: Result<Response, Refused>, unwanted: Option<Body>) -> Response {
    if let Some(body) = unwanted {
        read_off(body).await;
    }
    answered(answer)
}
