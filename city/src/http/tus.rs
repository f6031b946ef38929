//! The words of tus 1.0 as this city speaks it: headers, and problems with their advice (tus.io, protocol 1.0.0).
//!
//! Nothing here decides what is taken or touches a file.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingcha_model::{Digest, PhotoCopy, PhotoId};
use mingcha_sync::{PHOTO_SHA256, Problem, TUS_PIECE, TUS_VERSION};

use super::answer::{Refused, problem};
use crate::uploads::Spooled;

pub(super) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(super) const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const KEPT: HeaderName = HeaderName::from_static(PHOTO_SHA256);

/// What this city can do, to whoever asks.
pub(super) async fn options() -> Response {
    let headers = [
        (VERSION, HeaderValue::from_static(TUS_VERSION)),
        (
            HeaderName::from_static("tus-extension"),
            HeaderValue::from_static("creation,creation-with-upload,checksum,termination,expiration"),
        ),
        (HeaderName::from_static("tus-max-size"), HeaderValue::from(mingcha_evidence::FILE_LIMIT)),
        (HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static("sha256,sha1")),
    ];
    resumable((StatusCode::NO_CONTENT, headers).into_response())
}

pub(super) fn photo_unknown() -> Problem {
    Problem::new(404, "photo_unknown", "没有此照片，请先同步记录 / no such photo here: send the op that adds it first")
}

/// The photo and the copy that a path names; published copies have an address of their own.
pub(super) fn named(photo: &str, copy: &str) -> Result<(PhotoId, PhotoCopy), Problem> {
    let copy = PhotoCopy::named(copy).filter(|copy| *copy != PhotoCopy::Published);
    photo.parse().ok().zip(copy).ok_or_else(photo_unknown)
}

pub(super) fn speaks_tus(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get(RESUMABLE).is_some_and(|version| version == TUS_VERSION) {
        return Ok(());
    }
    Err(Problem::new(412, "tus_version", "上传协议版本不符 / this city speaks tus 1.0.0: send Tus-Resumable: 1.0.0"))
}

pub(super) fn is_piece(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == TUS_PIECE)
}

pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok()
}

/// The photo and the copy that an upload is to be of.
pub(super) fn metadata(headers: &HeaderMap) -> Option<(String, String)> {
    let said = headers.get(UPLOAD_METADATA)?.to_str().ok()?;
    let value = |name: &str| {
        let pair = said.split(',').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix(' '))?;
        String::from_utf8(from_base64(pair)?).ok()
    };
    Some((value("photo")?, value("copy")?))
}

pub(super) fn stands(response: &mut Response, offset: u64, kept: Option<Digest>) {
    let headers = response.headers_mut();
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(offset));
    if let Some(hash) = kept.and_then(|kept| HeaderValue::from_str(&kept.to_string()).ok()) {
        headers.insert(KEPT, hash);
    }
}

/// The upload stands at another byte than the request believes.
pub(super) fn elsewhere(offset: u64) -> Response {
    let detail = "上传位置不符，请查询后继续 / the upload stands elsewhere: ask where, and go on from there";
    let mut response = problem(&Problem::new(409, "upload_offset", detail));
    stands(&mut response, offset, None);
    response
}

pub(super) fn date(spooled: Spooled) -> HeaderValue {
    let since = spooled.expires.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    let text = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default().format("%a, %d %b %Y %H:%M:%S GMT");
    HeaderValue::from_str(&text.to_string()).unwrap_or_else(|_| no_store())
}

pub(super) fn no_store() -> HeaderValue {
    HeaderValue::from_static("no-store")
}

pub(super) fn answered(answer: Result<Response, Refused>) -> Response {
    resumable(answer.unwrap_or_else(axum::response::IntoResponse::into_response))
}

/// Every answer says which version is spoken; one that refuses a version says which would do.
fn resumable(mut response: Response) -> Response {
    let version = HeaderValue::from_static(TUS_VERSION);
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert(VERSION, version.clone());
    }
    response.headers_mut().insert(RESUMABLE, version);
    response
}

pub(super) fn not_begun() -> Problem {
    Problem::new(
        404,
        "upload_unknown",
        "上传未开始或已过期，请重新开始 / this upload was not begun, or expired: begin it",
    )
}

pub(super) fn no_metadata() -> Problem {
    let detail = "缺少照片信息 / say which file this is: Upload-Metadata: photo BASE64(id),copy BASE64(original|standard|thumbnail)";
    Problem::new(400, "upload_metadata", detail)
}

pub(super) fn no_length() -> Problem {
    Problem::new(
        400,
        "upload_length",
        "缺少长度或位置 / say Upload-Length when creating and Upload-Offset when sending",
    )
}

pub(super) fn empty() -> Problem {
    Problem::new(400, "photo_empty", "照片为空，请重新上传 / the photo has no bytes: send it again")
}

pub(super) fn too_long() -> Problem {
    Problem::new(413, "too_large", "文件比登记的大 / the file is larger than its op promised, or than the city takes")
}

pub(super) fn wrong_length() -> Problem {
    Problem::new(400, "wrong_length", "文件长度与登记不符 / this is not the length that the photo's op promised")
}

pub(super) fn wrong_hash() -> Problem {
    Problem::new(
        422,
        "wrong_hash",
        "照片内容与登记不符，请重新上传 / this is not the file that the photo's op promised: send it again",
    )
}

pub(super) fn wrong_checksum() -> Problem {
    Problem::new(460, "wrong_checksum", "传输中内容有变，请重发此段 / this piece was changed on the way: send it again")
}

pub(super) fn superseded() -> Problem {
    Problem::new(409, "upload_superseded", "已有更新的上传请求 / a newer request goes on with this upload")
}

pub(super) fn too_much_unfinished() -> Problem {
    Problem::new(
        507,
        "spool_full",
        "未完成的上传过多，请先完成 / too much of this person's is unfinished: finish or end some uploads first",
    )
}

pub(super) fn not_a_piece() -> Problem {
    Problem::new(415, "not_a_piece", "内容类型有误 / send it as application/offset+octet-stream")
}

pub(super) fn photo_kept() -> Problem {
    Problem::new(403, "photo_kept", "照片已入库，不能撤销 / this photo is evidence already: it cannot be taken back")
}
