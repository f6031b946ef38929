//! The bytes of one upload request, from the socket to the disk, until it ends, is cut, is silent or is superseded.
//!
//! What came stays, however the request ended, so that it need not come twice; a piece whose checksum does not fit is
//! taken back. It never waits for a dead socket longer than [`SILENCE`], and it remembers nothing afterwards.

use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, HeaderName};
use mingcha_sync::{LARGEST_CHUNK, Problem};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::answer::Refused;
use super::caller::at_work;
use super::tus::from_base64;
use crate::uploads::{Adding, Held};

/// Bytes are handed to the disk in pieces of about this size.
const PIECE: usize = 64 * 1024;
/// A socket that says nothing for so long is dead.
const SILENCE: Duration = Duration::from_mins(1);
/// A superseded request still writes what has already come, as long as the next bytes are there within this.
const LAST_BYTES: Duration = Duration::from_millis(100);

/// The sender of a refused request is heard out as long as its next bytes are there within this.
const LAST_WORDS: Duration = Duration::from_secs(2);

const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");

/// What a piece should hash to (tus 1.0, "Checksum").
pub(super) enum Checksum {
    Sha256(Sha256, Vec<u8>),
    Sha1(Sha1, Vec<u8>),
}

impl Checksum {
    /// The checksum that a request names, if it names one.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(said) = headers.get(CHECKSUM) else { return Ok(None) };
        let parts = said.to_str().ok().and_then(|said| said.split_once(' '));
        let known = parts.and_then(|(algorithm, hash)| Some((algorithm, from_base64(hash)?)));
        match known {
            Some(("sha256", hash)) => Ok(Some(Self::Sha256(Sha256::new(), hash))),
            Some(("sha1", hash)) => Ok(Some(Self::Sha1(Sha1::new(), hash))),
            _ => Err(Problem::new(400, "checksum_unknown", "校验算法不支持 / use sha256 or sha1 for Upload-Checksum")),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher, _) => hasher.update(bytes),
            Self::Sha1(hasher, _) => hasher.update(bytes),
        }
    }

    fn fits(self) -> bool {
        match self {
            Self::Sha256(hasher, hash) => hasher.finalize().as_slice() == hash,
            Self::Sha1(hasher, hash) => hasher.finalize().as_slice() == hash,
        }
    }
}

/// How a request ended.
pub(super) enum Received {
    /// With its last byte; the file has come so far.
    Whole(u64),
    /// In the middle; the file has come so far.
    Cut(u64),
    /// With bytes that do not fit their checksum; they were taken back.
    Changed,
    /// With more bytes than were promised; they were taken back.
    TooLong,
    /// A newer request goes on.
    Ended,
}

/// What came from the socket next.
enum Next {
    Bytes(Bytes),
    End,
    Broken,
    Superseded,
}

/// Adds a body to a spool. Gives the turn back with the answer, so that the file can be finished under it.
pub(super) async fn receive(
    mut held: Held,
    mut adding: Adding,
    promised: u64,
    mut checksum: Option<Checksum>,
    mut body: Body,
) -> Result<(Received, Held), Refused> {
    let (mut waiting, mut ending) = (Vec::with_capacity(PIECE.saturating_mul(2)), None);
    let mut superseded = false;
    loop {
        let next = if superseded { last_bytes(&mut body).await } else { next(&mut body, &mut held).await };
        match next {
            Next::Bytes(bytes) => {
                let all = adding.bytes.saturating_add(count(waiting.len())).saturating_add(count(bytes.len()));
                if all > promised {
                    ending = Some(Received::TooLong);
                } else {
                    waiting.extend_from_slice(&bytes);
                }
            }
            Next::Superseded => superseded = true,
            Next::Broken if superseded => ending = Some(Received::Ended),
            Next::Broken => ending = Some(Received::Cut(0)),
            Next::End => ending = Some(Received::Whole(0)),
        }
        if waiting.len() >= PIECE || (ending.is_some() && !waiting.is_empty()) {
            let piece = std::mem::take(&mut waiting);
            let mut sum = checksum.take();
            let added = at_work(move || {
                adding.add(&piece)?;
                if let Some(sum) = &mut sum {
                    sum.update(&piece);
                }
                Ok((adding, sum, reused(piece)))
            });
            match added.await {
                Ok(added) => (adding, checksum, waiting) = added,
                Err(error) => {
                    drop(held);
                    read_off(body).await;
                    return Err(error.into());
                }
            }
        }
        let Some(ending) = ending.take() else { continue };
        let (bytes, fits) = (adding.bytes, checksum.take().is_none_or(Checksum::fits));
        let received = match ending {
            Received::Whole(_) if !fits => Received::Changed,
            Received::Whole(_) => Received::Whole(bytes),
            Received::Cut(_) => Received::Cut(bytes),
            other => other,
        };
        if matches!(received, Received::Changed | Received::TooLong) {
            at_work(move || adding.take_back()).await?;
            read_off(body).await;
        }
        return Ok((received, held));
    }
}

/// Reads what a refused request still sends, a chunk of it at most: a socket closed on unread bytes is reset, and its
/// sender would never hear why.
pub(super) async fn read_off(mut body: Body) {
    let mut left = LARGEST_CHUNK;
    while let Ok(Next::Bytes(bytes)) = tokio::time::timeout(LAST_WORDS, frame(&mut body)).await {
        left = left.saturating_sub(count(bytes.len()));
        if left == 0 {
            return;
        }
    }
}

fn reused(mut buffer: Vec<u8>) -> Vec<u8> {
    buffer.clear();
    buffer
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

async fn next(body: &mut Body, held: &mut Held) -> Next {
    tokio::select! {
        biased;
        () = held.wanted() => Next::Superseded,
        next = tokio::time::timeout(SILENCE, frame(body)) => next.unwrap_or(Next::Broken),
    }
}

async fn last_bytes(body: &mut Body) -> Next {
    tokio::time::timeout(LAST_BYTES, frame(body)).await.unwrap_or(Next::Broken)
}

async fn frame(body: &mut Body) -> Next {
    loop {
        match std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Next::End,
            Some(Err(_)) => return Next::Broken,
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    return Next::Bytes(bytes);
                }
            }
        }
    }
}
