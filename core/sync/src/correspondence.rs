//! Sync as correspondence: letters out, replies in, no I/O. Reading a reply twice changes nothing.
//!
//! First hello, then every sealed segment in order, then pages until there are no more. It refuses pages that do not
//! continue what is held or that the city did not sign, and it never says "done" before a reply said so.

use std::collections::BTreeMap;

use mingcha_model::{Cursor, Digest, FeedName, LogId};

use crate::key::CityKey;
use crate::message::{
    FeedHead, GivenBack, HelloAsk, HelloSaid, LogConflict, LogPosition, PullAsk, PullSaid, decode, encode,
};
use crate::page::{Page, PageError};
use crate::problem::Problem;
use crate::receipt::{Receipt, ReceiptError};
use crate::segment::Segment;

/// The largest part of pages asked for in one reply, in bytes.
const PULL_BYTES: u64 = 2 * 1024 * 1024;

/// What lies on the phone's desk while it corresponds; asked anew before each letter.
pub trait Desk {
    /// Why the desk could not answer.
    type Error;
    /// Where each log of this device stands.
    fn logs(&self) -> Result<Vec<LogPosition>, Self::Error>;
    /// The first sequence of the log's first segment without a receipt; `None` when each has one.
    fn without_receipt(&self, log: LogId) -> Result<Option<u64>, Self::Error>;
    /// The sealed segment of this log that holds `seq`.
    fn segment(&self, log: LogId, seq: u64) -> Result<Option<Vec<u8>>, Self::Error>;
    /// The receipt of the segment that begins there, as it came; `None` when it has none.
    fn receipt(&self, log: LogId, first_seq: u64) -> Result<Option<Vec<u8>>, Self::Error>;
    /// Where this feed stands here; `None` when nothing of it is held.
    fn cursor(&self, feed: FeedName) -> Result<Option<Cursor>, Self::Error>;
    /// The phone's wall clock in Unix milliseconds.
    fn wall_millis(&self) -> i64;
}

/// A letter to the city: a method, a path and a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// `POST` or `PUT`.
    pub method: &'static str,
    /// The path, `/v1/hello`.
    pub path: String,
    /// The body, CBOR.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What a reply said, for the store to keep before the next letter is written.
#[derive(Clone, Debug)]
pub enum Heard {
    /// The city's time, limits and feeds.
    Hello(HelloSaid),
    /// The city's word on a segment.
    Receipt(Receipt, Vec<u8>),
    /// The city already has this log through here, from an earlier letter whose reply was lost.
    Has(LogId, u64),
    /// The city does not take this log's next segment now; other logs, pages and photos go on.
    Stuck(LogId, Problem),
    /// A page, checked against its chain and signed; with its bytes as received.
    Page(Page, Vec<u8>),
    /// A log went two ways: the city holds another history than this device.
    Fork {
        /// Which.
        log: LogId,
        /// The first sequence of the first segment that differs.
        from_seq: u64,
    },
}

/// Why a correspondence cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The city refused with a problem.
    #[error(transparent)]
    Problem(Problem),
    /// The city's answer is not what was asked for.
    #[error("the city's answer cannot be read: update the app, or try again")]
    Unreadable,
    /// The signature is not this city's.
    #[error("the answer is not signed by this city: do not trust this connection")]
    NotSigned,
    /// A page does not continue what is held.
    #[error("a page does not continue what this phone holds; it will be fetched again")]
    DoesNotContinue,
    /// A page is broken in itself.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A receipt is broken.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// A reply without a letter.
    #[error("there was no letter to answer")]
    Unasked,
}

#[derive(Clone, Debug)]
enum Waiting {
    Nothing,
    Hello,
    Push { log: LogId, first_seq: u64, payload_hash: Digest },
    Pull(Vec<FeedHead>),
}

/// One run of sync.
pub struct Correspondence {
    city: CityKey,
    app_build: String,
    greeted: bool,
    /// What the city has of each log.
    city_has: BTreeMap<LogId, u64>,
    feeds: Vec<FeedHead>,
    pull_done: bool,
    waiting: Waiting,
}

impl Correspondence {
    /// Begins a run with the city of this key.
    pub fn new(city: CityKey, app_build: &str) -> Self {
        Self {
            city,
            app_build: app_build.to_owned(),
            greeted: false,
            city_has: BTreeMap::new(),
            feeds: Vec::new(),
            pull_done: false,
            waiting: Waiting::Nothing,
        }
    }

    /// The next letter to write, or none when everything is said and heard.
    pub fn next_letter<D: Desk>(&mut self, desk: &D) -> Result<Option<Letter>, D::Error> {
        if !self.greeted {
            let ask =
                HelloAsk { logs: desk.logs()?, app_build: self.app_build.clone(), wall_millis: desk.wall_millis() };
            self.waiting = Waiting::Hello;
            return Ok(Some(post("/v1/hello", encode(&ask))));
        }
        if let Some(letter) = self.next_push(desk)? {
            return Ok(Some(letter));
        }
        if !self.pull_done {
            let mut from = Vec::new();
            for head in &self.feeds {
                let cursor = desk.cursor(head.feed)?.filter(|cursor| cursor.epoch == head.cursor.epoch);
                from.push(FeedHead { feed: head.feed, cursor: cursor.unwrap_or(Cursor::start(head.cursor.epoch)) });
            }
            if !from.is_empty() {
                let letter = post("/v1/pull", encode(&PullAsk { from: from.clone(), max_bytes: PULL_BYTES }));
                self.waiting = Waiting::Pull(from);
                return Ok(Some(letter));
            }
        }
        self.waiting = Waiting::Nothing;
        Ok(None)
    }

    fn next_push<D: Desk>(&mut self, desk: &D) -> Result<Option<Letter>, D::Error> {
        for position in desk.logs()? {
            let Some(has) = self.city_has.get(&position.log).copied() else { continue };
            // A segment whose receipt was lost is sent again, byte for byte, for the receipt; and a restored city
            // gets whatever it no longer has.
            let next = desk.without_receipt(position.log)?.unwrap_or(u64::MAX).min(has.saturating_add(1));
            if next > position.sealed {
                continue;
            }
            let Some(bytes) = desk.segment(position.log, next)? else { continue };
            let opened = Segment::from_bytes(&bytes).and_then(|segment| Ok((segment.open()?, segment)));
            let Ok((opened, segment)) = opened else { continue };
            self.waiting =
                Waiting::Push { log: segment.log, first_seq: segment.first_seq, payload_hash: opened.payload_hash };
            let path = format!("/v1/logs/{}/{}", segment.log, segment.first_seq);
            // The city was restored and has lost what it gave a receipt for: its own word comes back with the segment.
            if let Some(receipt) = desk.receipt(segment.log, segment.first_seq)? {
                let given = GivenBack { segment: bytes.into(), receipt: receipt.into() };
                return Ok(Some(post(&path, encode(&given))));
            }
            return Ok(Some(Letter { method: "PUT", path, body: bytes }));
        }
        Ok(None)
    }

    /// Reads the reply to the last letter: what the store must keep, in order.
    pub fn read(&mut self, reply: &Reply) -> Result<Vec<Heard>, SyncError> {
        match std::mem::replace(&mut self.waiting, Waiting::Nothing) {
            Waiting::Nothing => Err(SyncError::Unasked),
            Waiting::Push { log, first_seq, .. } if reply.status == 409 => self.read_conflict(log, first_seq, reply),
            Waiting::Push { log, .. } if reply.status != 200 => {
                self.city_has.remove(&log);
                Ok(vec![Heard::Stuck(log, Problem::from_json(reply.status, &reply.body))])
            }
            _ if reply.status != 200 => Err(SyncError::Problem(Problem::from_json(reply.status, &reply.body))),
            Waiting::Hello => self.read_hello(reply),
            Waiting::Push { log, first_seq, payload_hash } => {
                let receipt = Receipt::from_bytes(&reply.body, &self.city)?;
                if (receipt.log, receipt.first_seq, receipt.payload_hash) != (log, first_seq, payload_hash) {
                    return Err(ReceiptError::OtherSegment.into());
                }
                self.city_has.insert(log, first_seq.saturating_add(receipt.count).saturating_sub(1));
                Ok(vec![Heard::Receipt(receipt, reply.body.clone())])
            }
            Waiting::Pull(from) => self.read_pages(&from, reply),
        }
    }

    fn read_hello(&mut self, reply: &Reply) -> Result<Vec<Heard>, SyncError> {
        let said: HelloSaid = decode(&reply.body).ok_or(SyncError::Unreadable)?;
        self.greeted = true;
        self.city_has = said.logs.iter().map(|log| (log.log, log.have)).collect();
        // A restored city gives nothing until its office has looked at its people.
        if said.restored.is_none_or(|restored| restored.confirmed) {
            self.feeds.clone_from(&said.feeds);
        }
        Ok(vec![Heard::Hello(said)])
    }

    /// 409 says what the city has: more than was thought (go on from there), or another history (a fork).
    fn read_conflict(&mut self, log: LogId, first_seq: u64, reply: &Reply) -> Result<Vec<Heard>, SyncError> {
        let conflict: LogConflict = decode(&reply.body).ok_or(SyncError::Unreadable)?;
        let have = conflict.have;
        if conflict.fork {
            self.city_has.remove(&log);
            return Ok(vec![Heard::Fork { log, from_seq: first_seq }]);
        }
        if self.city_has.insert(log, have) == Some(have) {
            return Err(SyncError::DoesNotContinue);
        }
        Ok(vec![Heard::Has(log, have)])
    }

    fn read_pages(&mut self, from: &[FeedHead], reply: &Reply) -> Result<Vec<Heard>, SyncError> {
        let said: PullSaid = decode(&reply.body).ok_or(SyncError::Unreadable)?;
        if !said.is_signed_by(&self.city) {
            return Err(SyncError::NotSigned);
        }
        let mut standing: BTreeMap<FeedName, Cursor> = from.iter().map(|head| (head.feed, head.cursor)).collect();
        let mut heard = Vec::new();
        for bytes in said.pages {
            let page = Page::from_bytes(&bytes)?;
            let cursor = standing.get_mut(&page.feed).ok_or(SyncError::DoesNotContinue)?;
            if *cursor != page.start() {
                return Err(SyncError::DoesNotContinue);
            }
            *cursor = page.end();
            heard.push(Heard::Page(page, bytes.into()));
        }
        // Every feed asked for, and no other, stands under the signature: a page of one that does not would be unsigned.
        let signed: BTreeMap<FeedName, Cursor> = said.heads.iter().map(|head| (head.feed, head.cursor)).collect();
        if signed != standing {
            return Err(SyncError::DoesNotContinue);
        }
        self.pull_done = !said.more;
        Ok(heard)
    }
}

fn post(path: &str, body: Vec<u8>) -> Letter {
    Letter { method: "POST", path: path.to_owned(), body }
}
