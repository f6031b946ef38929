//! The one writer of pushed logs: a thread with a queue that commits what came together as one transaction.
//!
//! Continuity is checked here and nowhere else, because only the writer knows what is there. A retry gets the stored
//! receipt again. It refuses another history of a log, and keeps the one that came first.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use mingcha_model::body::Body;
use mingcha_model::{DeviceId, Digest, EntityId, FindingId, Op, OpId, Order, PersonId, Refusal, Text, Verdict};
use mingcha_sync::{LogConflict, Opened, Problem, Receipt, Ruled, Segment, claimed_millis, plain_orders};
use tokio::sync::oneshot;

use crate::CityError;
use crate::key::CitySecret;
use crate::ledger::{Ledger, LogRow, Look, SegmentRow, Turn};
use crate::settle::{settle_new, tell};
use crate::statement::{Attested, Statement};

/// So many pushes share one commit at most.
const GROUP: usize = 64;

/// A segment, opened and its signature checked, as it came in.
#[derive(Clone)]
pub(crate) struct Push {
    /// Who pushes.
    pub(crate) person: PersonId,
    /// The device that the pusher holds now.
    pub(crate) pushed_by: DeviceId,
    /// The device whose key signed the segment.
    pub(crate) signed_by: DeviceId,
    pub(crate) segment: Arc<Segment>,
    pub(crate) opened: Arc<Opened>,
    pub(crate) bytes: Arc<Vec<u8>>,
    /// The receipt that this city gave for it before it was restored, as it came and read.
    pub(crate) given_back: Option<Arc<(Vec<u8>, Receipt)>>,
}

/// What a push is answered with.
pub(crate) enum Pushed {
    /// The receipt as it is kept.
    Receipt(Vec<u8>),
    /// It does not continue what is here.
    Conflict(LogConflict),
    /// It cannot be taken at all.
    Problem(Problem),
}

struct Job {
    push: Push,
    reply: oneshot::Sender<Result<Pushed, CityError>>,
}

/// The queue to the writing thread, which ends with it.
pub(crate) struct Writer {
    queue: Mutex<Sender<Job>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn new(ledger: Arc<Ledger>, secret: Arc<CitySecret>) -> Self {
        let (queue, jobs) = channel();
        std::thread::spawn(move || work(&ledger, &secret, &jobs));
        Self { queue: Mutex::new(queue) }
    }

    /// Hands a push to the writer; the answer comes when it is durable.
    pub(crate) fn push(&self, push: Push) -> oneshot::Receiver<Result<Pushed, CityError>> {
        let (reply, answer) = oneshot::channel();
        // If the thread is gone the answer's sender is dropped with the job, and whoever waits hears that.
        let _ = self.queue.lock().unwrap_or_else(PoisonError::into_inner).send(Job { push, reply });
        answer
    }
}

fn work(ledger: &Ledger, secret: &CitySecret, jobs: &Receiver<Job>) {
    // While one group is being made durable the next one gathers in the queue.
    while let Ok(first) = jobs.recv() {
        let group: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(GROUP.saturating_sub(1))).collect();
        let together = ledger
            .write(|turn| group.iter().map(|job| receive(turn, secret, &job.push)).collect::<Result<Vec<_>, _>>());
        match together {
            Ok(answers) => {
                for (job, answer) in group.into_iter().zip(answers) {
                    // Whoever asked may have hung up; the segment is here all the same.
                    let _ = job.reply.send(Ok(answer));
                }
            }
            // One that cannot be written must not take its neighbours along.
            Err(_) => {
                for job in group {
                    let _ = job.reply.send(ledger.write(|turn| receive(turn, secret, &job.push)));
                }
            }
        }
    }
}

/// Takes one segment: the inbox first, then a judgement of each op, then the receipt.
fn receive(turn: &mut Turn<'_>, secret: &CitySecret, push: &Push) -> Result<Pushed, CityError> {
    let (log, first_seq) = (push.segment.log, push.segment.first_seq);
    let known = turn.log(log)?;
    if known.is_some_and(|known| known.person != push.person || known.device != push.signed_by) {
        return Ok(Pushed::Problem(Problem::new(
            403,
            "log_of_another",
            "此日志属于其他设备 / this log belongs to another device: open a new log",
        )));
    }
    if let Some(stored) = turn.segment(log, first_seq)?
        && stored.payload_hash == push.opened.payload_hash
    {
        return Ok(Pushed::Receipt(stored.receipt));
    }
    let row = match known {
        Some(row) => row,
        None if first_seq != 1 => {
            return Ok(Pushed::Conflict(LogConflict { have: 0, head: Digest::ZERO, fork: false }));
        }
        None => match opening(push) {
            Ok(row) => row,
            Err(problem) => return Ok(Pushed::Problem(problem)),
        },
    };
    let next = row.seq.saturating_add(1);
    if first_seq != next || push.segment.previous != row.head {
        let fork = first_seq <= next;
        return Ok(Pushed::Conflict(LogConflict { have: row.seq, head: row.head, fork }));
    }
    let given_back = push.given_back.as_deref();
    let received = given_back.map_or(turn.now, |(_, receipt)| receipt.received_millis);
    let stored = SegmentRow {
        payload_hash: push.opened.payload_hash,
        received,
        bytes: push.bytes.to_vec(),
        receipt: given_back.map(|(bytes, _)| bytes.clone()).unwrap_or_default(),
        given_back: given_back.is_some(),
    };
    turn.add_segment(log, first_seq, push.segment.count, &stored)?;
    let (receipt, last_ord) = judge_all(turn, push, &row, received)?;
    // A receipt never changes: the city honours the one that it gave.
    let receipt = match given_back {
        Some((bytes, _)) => bytes.clone(),
        None => receipt.signed(secret).map_err(|_| CityError::Inconsistent("a receipt"))?.to_bytes(),
    };
    turn.set_receipt(log, first_seq, &receipt)?;
    let seq = row.seq.saturating_add(push.segment.count);
    turn.put_log(log, &LogRow { seq, head: push.opened.head, last_ord, ..row })?;
    Ok(Pushed::Receipt(receipt))
}

/// The first op of a log names the device that signs it.
fn opening(push: &Push) -> Result<LogRow, Problem> {
    let first = push.opened.ops.first().and_then(Statement::body_of);
    match first {
        Some(Body::LogOpen(open)) if open.device == push.signed_by => Ok(LogRow {
            device: push.signed_by,
            person: push.person,
            covert: open.covert,
            seq: 0,
            head: Digest::ZERO,
            last_ord: Order(0),
        }),
        _ => Err(Problem::new(
            422,
            "log_not_opened",
            "日志须以设备登记开头 / a log begins by naming its device: open a new log",
        )),
    }
}

/// The latest order of what an op names: what it replaces, what it speaks of, what it mentions. What is not known here
/// is left out.
fn latest_named(look: &Look<'_>, op: &Op<Text>, body: Option<&Body>) -> Result<Option<Order>, CityError> {
    let mut named = op.over.clone();
    if let Some(Body::Release(release)) = body {
        named.push(release.op);
    }
    let mentioned = body.map(Body::names).unwrap_or_default();
    for entity in mentioned.into_iter().chain([op.entity]) {
        named.extend(look.entity(entity)?.map(|row| row.id));
    }
    let mut latest = None;
    for id in named {
        latest = latest.max(look.op(id)?.map(|op| op.ord));
    }
    Ok(latest)
}

fn judge_all(turn: &mut Turn<'_>, push: &Push, row: &LogRow, received: i64) -> Result<(Receipt, Order), CityError> {
    let log = push.segment.log;
    // A log must be here before its ops are: those that wait are found through it.
    turn.put_log(log, row)?;
    let given = push.given_back.as_deref().map(|(_, receipt)| receipt);
    // What came before a device was revoked, came before.
    let is_revoked = |at: i64| given.is_none() || received >= at;
    let revoked = [push.signed_by, push.pushed_by]
        .into_iter()
        .map(|device| Ok(turn.device(device)?.is_none_or(|device| device.revoked.is_some_and(is_revoked))))
        .collect::<Result<Vec<bool>, CityError>>()?
        .contains(&true);
    let claimed: Vec<i64> =
        push.opened.ops.iter().map(|op| claimed_millis(op.seq, op.at, &push.opened.anchors, received)).collect();
    let plain = plain_orders(claimed.iter().copied(), received, row.last_ord);
    let (mut last_ord, mut ruled, mut orders, mut numbers) = (row.last_ord, Vec::new(), Vec::new(), Vec::new());
    for ((op, claimed), plain) in push.opened.ops.iter().zip(&claimed).zip(plain) {
        let body = Statement::body_of(op);
        let ord = match given {
            Some(receipt) => receipt.orders.iter().find(|(seq, _)| *seq == op.seq).map_or(plain, |(_, ord)| *ord),
            None => Order::assign(*claimed, received, last_ord, latest_named(turn, op, body.as_ref())?),
        };
        last_ord = ord;
        if ord != plain {
            orders.push((op.seq, ord));
        }
        let said = Statement {
            id: OpId { log, seq: op.seq },
            body,
            op: op.clone(),
            ord,
            claimed: *claimed,
            received,
            author: push.person,
            covert_log: row.covert,
            revoked,
            attested: given.map(|receipt| Attested::of(receipt, op.seq)),
        };
        let (verdict, reason): (Verdict, Option<Refusal>) = settle_new(turn, &said)?;
        if verdict == Verdict::Accepted
            && let Some(Body::FindingFeedback(_)) = &said.body
            && let Some(number) = number_of(turn, op.entity)?
        {
            numbers.push((op.seq, number));
        }
        if said.attested.as_ref().is_some_and(|attested| attested.verdict != verdict) {
            tell(turn, &said, verdict, reason)?;
        }
        if verdict != Verdict::Accepted {
            ruled.push(Ruled { seq: op.seq, verdict, reason });
        }
    }
    let receipt = Receipt {
        log,
        first_seq: push.segment.first_seq,
        count: push.segment.count,
        payload_hash: push.opened.payload_hash,
        received_millis: received,
        previous_order: row.last_ord,
        ruled,
        orders,
        signature: Receipt::UNSIGNED,
        numbers,
    };
    Ok((receipt, last_ord))
}

/// The number of a finding, or of its published copy.
fn number_of(look: &Look<'_>, finding: EntityId) -> Result<Option<String>, CityError> {
    match look.entity(finding)? {
        Some(row) if row.place.covert => {
            Ok(look.entity(FindingId(finding).published().into())?.and_then(|copy| copy.number))
        }
        row => Ok(row.and_then(|row| row.number)),
    }
}
