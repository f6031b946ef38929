//! Photo files out: whole, or from the byte where a reader was cut off.
//!
//! Nobody learns by a hash that a photo exists which they may not see: what is not theirs is not there. No answer says
//! when a file came.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use mingcha_model::Digest;
use tower_http::services::ServeFile;

use super::answer::Refused;
use super::caller::{Caller, at_work};
use super::tus::{named, photo_unknown};
use crate::files::Files;
use crate::ledger::Look;
use crate::{City, CityError, reader};

pub(super) async fn give(
    State(city): State<City>,
    caller: Caller,
    Path((photo, copy)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (photo, copy) = named(&photo, &copy)?;
    caller.may_read()?;
    let at = city.clone();
    let found = at_work(move || {
        let may_have = |look: &Look<'_>| -> Result<Option<Digest>, CityError> {
            let Some(row) = look.entity(photo.into())?.filter(|row| !row.held) else { return Ok(None) };
            if !reader::may_see(look, &caller.person, &row)? {
                return Ok(None);
            }
            Ok(look.photo(photo, copy)?.filter(|file| file.arrived).map(|file| file.sha256))
        };
        at.inner.ledger.read(may_have)
    });
    let sha256 = found.await?.ok_or_else(photo_unknown)?;
    file(&city, sha256, &headers, "application/octet-stream").await
}

pub(super) async fn give_published(
    State(city): State<City>,
    caller: Caller,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let sha256: Digest = sha256.parse().map_err(|_| photo_unknown())?;
    caller.may_read()?;
    let at = city.clone();
    let found = at_work(move || {
        let may_have = |look: &Look<'_>| -> Result<bool, CityError> {
            for finding in look.findings_showing(sha256)? {
                if reader::may_see_published(look, &caller.person, finding)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        at.inner.ledger.read(may_have)
    });
    if !found.await? {
        return Err(photo_unknown().into());
    }
    file(&city, sha256, &headers, "image/jpeg").await
}

/// The bytes of a photo, streamed: all of them, or the range that was asked for (RFC 9110, 14.2).
async fn file(city: &City, sha256: Digest, headers: &HeaderMap, media_type: &'static str) -> Result<Response, Refused> {
    // Of the request only the range: what a file's date answers would tell when the photo came.
    let mut request = Request::new(Body::empty());
    if let Some(range) = headers.get(header::RANGE) {
        request.headers_mut().insert(header::RANGE, range.clone());
    }
    let path = Files::of(city.dir()).path(sha256);
    let mut response = ServeFile::new(path).try_call(request).await.map_err(CityError::Io)?.map(Body::new);
    if response.status() == StatusCode::NOT_FOUND {
        return Err(photo_unknown().into());
    }
    let headers = response.headers_mut();
    headers.remove(header::LAST_MODIFIED);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}
