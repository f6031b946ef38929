//! The letters of a correspondence: enrol, hello, push, pull, and a restored phone's own log back.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use mingcha_model::{FeedName, LogId};
use mingcha_sync::{
    EnrolAsk, ErasedTold, FeedHead, FileStanding, FilesAsk, FilesSaid, GivenBack, HelloAsk, HelloSaid,
    LARGEST_SEGMENT_BYTES, LARGEST_SEGMENT_OPS, Limits, LogHave, MOST_ERASED, MOST_FILES, Problem, PullAsk, PullSaid,
    RestoredSaid, SafeSaid, Signer as _, decode, encode,
};

use super::answer::{Refused, cbor};
use super::caller::{Caller, at_work};
use crate::files::Files;
use crate::push::open;
use crate::writer::Pushed;
use crate::{City, CityError, enrol as enrolling, reader};

/// The largest letter that is no segment, in bytes.
const LARGEST_LETTER: usize = 256 * 1024;
/// The most bytes of pages in one reply.
const PULL_BYTES: u64 = 4 * 1024 * 1024;
/// The most bytes of segments given back in one reply.
const OWN_LOG_BYTES: usize = 4 * 1024 * 1024;
/// Phones come again after so many seconds, and up to half as many later.
const COME_AGAIN_SECONDS: u32 = 900;

/// Reads a body that is announced and is at most so many bytes long.
pub(crate) async fn bounded(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let bytes = axum::body::to_bytes(body, most).await.map_err(|_| too_large())?;
    Ok(bytes.into())
}

pub(crate) fn too_large() -> Problem {
    Problem::new(413, "too_large", "内容过大或中断，请分批重发 / too large, or cut off: send it again in smaller parts")
}

pub(super) fn unreadable() -> Problem {
    Problem::new(400, "unreadable", "内容无法识别，请升级应用 / this cannot be read: update the app")
}

/// Ready when the ledger answers and the disk takes what a phone may send.
pub(super) async fn ready(State(city): State<City>) -> Result<&'static str, Refused> {
    at_work(move || city.is_ready()).await?;
    Ok("ready")
}

pub(super) async fn enrol(State(city): State<City>, headers: HeaderMap, body: Body) -> Result<Response, Refused> {
    let bytes = bounded(&headers, body, LARGEST_LETTER).await?;
    let ask: EnrolAsk = decode(&bytes).ok_or_else(unreadable)?;
    let said = at_work(move || enrolling::enrol(&city, &ask)).await??;
    Ok(cbor(encode(&said)))
}

pub(super) async fn hello(
    State(city): State<City>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let bytes = bounded(&headers, body, LARGEST_LETTER).await?;
    let ask: HelloAsk = decode(&bytes).ok_or_else(unreadable)?;
    let said = at_work(move || {
        city.catch_up_before_reading();
        let jitter = u32::from(u16::from_be_bytes(city.inner.ports.bytes()?)) % (COME_AGAIN_SECONDS / 2);
        city.inner.ledger.read(|look| {
            let mut logs = Vec::with_capacity(ask.logs.len());
            for asked in &ask.logs {
                let own = look.log(asked.log)?.filter(|row| row.person == caller.person.id);
                let (have, head) = own.map_or((0, mingcha_model::Digest::ZERO), |row| (row.seq, row.head));
                let safe = if own.is_some() { look.safe_through(asked.log)? } else { 0 };
                logs.push(LogHave { log: asked.log, have, head, safe });
            }
            let signed = |taken| {
                let safe = logs.iter().map(|log| (log.log, log.safe)).collect();
                SafeSaid::signed(safe, taken, look.now, &*city.inner.secret)
                    .map_err(|_| CityError::Inconsistent("a signature"))
            };
            let safe = look.backup_millis()?.map(signed).transpose()?;
            let confirmed = !look.is_unconfirmed()?;
            let restored = look.restored_millis()?.map(|at_millis| RestoredSaid { at_millis, confirmed });
            let mut feeds = reader::feeds(look, &caller.person)?;
            if caller.not_revoked().is_err() {
                // Here it hears what became of what it sent.
                feeds.retain(|head| matches!(head.feed, FeedName::Person(_)));
            }
            if caller.unconfirmed {
                feeds.clear();
            }
            let said = HelloSaid {
                city_millis: look.now,
                come_again_seconds: COME_AGAIN_SECONDS.saturating_add(jitter),
                logs,
                feeds,
                limits: Limits {
                    segment_ops: u64::try_from(LARGEST_SEGMENT_OPS).unwrap_or(u64::MAX),
                    segment_bytes: u64::try_from(LARGEST_SEGMENT_BYTES).unwrap_or(u64::MAX),
                    photo_bytes: mingcha_evidence::FILE_LIMIT,
                    pull_bytes: PULL_BYTES,
                },
                backup: Some(safe.is_some()),
                safe,
                restored,
                parcel_key: Some(city.inner.secret.parcel_key()?),
            };
            Ok(encode(&said))
        })
    });
    Ok(cbor(said.await?))
}

pub(super) async fn push(
    State(city): State<City>,
    caller: Caller,
    Path(place): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let place = place_of(&place)?;
    // Twice, because what a segment holds compressed is counted uncompressed.
    let bytes = bounded(&headers, body, LARGEST_SEGMENT_BYTES.saturating_mul(2)).await?;
    taken_in(city, caller, place, bytes, None).await
}

/// A segment that this city gave a receipt for before it was restored, with that receipt.
pub(super) async fn give_back(
    State(city): State<City>,
    caller: Caller,
    Path(place): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let place = place_of(&place)?;
    // A receipt may speak of each op.
    let bytes = bounded(&headers, body, LARGEST_SEGMENT_BYTES.saturating_mul(3)).await?;
    let given: GivenBack = decode(&bytes).ok_or_else(unreadable)?;
    taken_in(city, caller, place, given.segment.into(), Some(given.receipt.into())).await
}

/// Where a segment begins, as an address says it: which log, which sequence.
fn place_of((log, first_seq): &(String, String)) -> Result<(LogId, u64), Refused> {
    Ok((log.parse().map_err(|_| unreadable())?, first_seq.parse().map_err(|_| unreadable())?))
}

async fn taken_in(
    city: City,
    caller: Caller,
    (log, first_seq): (LogId, u64),
    bytes: Vec<u8>,
    receipt: Option<Vec<u8>>,
) -> Result<Response, Refused> {
    let opener = city.clone();
    let push = at_work(move || open(&opener, &caller, log, first_seq, bytes, receipt)).await??;
    let answer = city.inner.writer.push(push).await.map_err(|_| CityError::Inconsistent("the writer"))??;
    match answer {
        Pushed::Receipt(receipt) => Ok(cbor(receipt)),
        Pushed::Conflict(conflict) => Err(Refused::Other(StatusCode::CONFLICT, encode(&conflict))),
        Pushed::Problem(problem) => Err(problem.into()),
    }
}

pub(super) async fn pull(
    State(city): State<City>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let bytes = bounded(&headers, body, LARGEST_LETTER).await?;
    let ask: PullAsk = decode(&bytes).ok_or_else(unreadable)?;
    caller.is_given_to()?;
    // A revoked device hears what became of its words, and nothing else.
    if ask.from.iter().any(|from| from.feed != FeedName::Person(caller.person.id)) {
        caller.not_revoked()?;
    }
    let said = at_work(move || {
        city.catch_up_before_reading();
        city.inner.ledger.read(|look| {
            let allowed = reader::feeds(look, &caller.person)?;
            let mut left = usize::try_from(ask.max_bytes.min(PULL_BYTES)).unwrap_or(usize::MAX);
            let (mut pages, mut heads, mut more) = (Vec::new(), Vec::new(), false);
            for from in &ask.from {
                let Some(standing) = allowed.iter().find(|head| head.feed == from.feed) else {
                    return Ok(Err(not_yours()));
                };
                // A feed is begun when there is room; its first page comes whole.
                if left == 0 {
                    heads.push(*from);
                    more = more || from.cursor != standing.cursor;
                    continue;
                }
                let Ok((given, end)) = reader::pages(look, *from, left)? else {
                    return Ok(Err(diverged()));
                };
                left = left.saturating_sub(given.iter().map(Vec::len).sum());
                pages.extend(given);
                heads.push(FeedHead { feed: from.feed, cursor: end });
                more = more || end != standing.cursor;
            }
            let said = PullSaid::signed(pages, heads, more, look.now, &*city.inner.secret);
            Ok(Ok(encode(&said.map_err(|_| CityError::Inconsistent("a signature"))?)))
        })
    });
    Ok(cbor(said.await??))
}

fn not_yours() -> Problem {
    Problem::new(403, "feed_refused", "无权读取此内容 / this feed is not for this person: greet the city again first")
}

fn diverged() -> Problem {
    Problem::new(
        409,
        "feed_diverged",
        "本机记录与平台不一致，请重新获取 / this phone holds another history of a feed: fetch it again from the beginning",
    )
}

/// How files of this person's photos stand: here whole, or not; and safe, or not.
pub(super) async fn files(
    State(city): State<City>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let bytes = bounded(&headers, body, LARGEST_LETTER).await?;
    let ask: FilesAsk = decode(&bytes).filter(|ask: &FilesAsk| ask.files.len() <= MOST_FILES).ok_or_else(unreadable)?;
    let said = at_work(move || {
        city.inner.ledger.read(|look| {
            let mut files = Vec::with_capacity(ask.files.len());
            for (photo, copy) in ask.files {
                let own = look.entity(photo.into())?.is_some_and(|row| row.creator == caller.person.id);
                let Some(file) = look.photo(photo, copy)?.filter(|_| own) else { continue };
                let here = file.arrived && Files::of(city.dir()).has(file.sha256);
                let safe = here && look.is_safe(file.sha256)?;
                files.push(FileStanding { photo, copy, sha256: here.then_some(file.sha256), safe });
            }
            let said = FilesSaid::signed(files, look.now, &*city.inner.secret);
            Ok(encode(&said.map_err(|_| CityError::Inconsistent("a signature"))?))
        })
    });
    Ok(cbor(said.await?))
}

/// Erasures that this city signed before it was restored; another's signature proves nothing here and is passed over.
pub(super) async fn erased(
    State(city): State<City>,
    _caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let bytes = bounded(&headers, body, LARGEST_LETTER).await?;
    let told: ErasedTold =
        decode(&bytes).filter(|told: &ErasedTold| told.erased.len() <= MOST_ERASED).ok_or_else(unreadable)?;
    at_work(move || {
        let key = city.inner.secret.public_key();
        let proven = told.erased.into_iter().filter(|(photo, proof)| key.verifies(&ErasedTold::message(*photo), proof));
        city.erased_before(&proven.map(|(photo, _)| photo).collect::<Vec<_>>())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// From which sequence a restored phone wants its own log back.
#[derive(serde::Deserialize)]
pub(super) struct From {
    from: Option<String>,
}

/// A phone's own segments back: a CBOR array of byte strings, in order; ask again from where they end.
pub(super) async fn own_log(
    State(city): State<City>,
    caller: Caller,
    Path(log): Path<String>,
    Query(query): Query<From>,
) -> Result<Response, Refused> {
    let log: LogId = log.parse().map_err(|_| unreadable())?;
    let from: u64 = query.from.map_or(Ok(1), |from| from.parse()).map_err(|_| unreadable())?;
    caller.may_read()?;
    let segments = at_work(move || {
        city.inner.ledger.read(|look| {
            let own = look.log(log)?.is_some_and(|row| row.person == caller.person.id);
            if own { look.segments_from(log, from, OWN_LOG_BYTES).map(Some) } else { Ok(None) }
        })
    });
    let Some(segments) = segments.await? else {
        return Err(Problem::new(404, "log_unknown", "没有此日志 / the city has no such log of this person").into());
    };
    let segments: Vec<minicbor::bytes::ByteVec> = segments.into_iter().map(Into::into).collect();
    Ok(cbor(encode(&segments)))
}
