//! One op before its judgement: decoded, with its order, its claimed and received time and its author.

use mingcha_model::body::Body;
use mingcha_model::{Op, OpId, Order, PersonId, Refusal, Text, Verdict};
use mingcha_sync::{Receipt, Segment, claimed_millis};

use crate::CityError;
use crate::ledger::{Look, SegmentRow};

/// What somebody said, as the city judges it.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) id: OpId,
    pub(crate) op: Op<Text>,
    /// What it says; `None` when the body cannot be what its kind says it is.
    pub(crate) body: Option<Body>,
    pub(crate) ord: Order,
    /// The author's clock as corrected by its anchors, not after the receipt, in Unix milliseconds.
    pub(crate) claimed: i64,
    pub(crate) received: i64,
    pub(crate) author: PersonId,
    /// Its log was opened for one undercover visit.
    pub(crate) covert_log: bool,
    /// Its device was revoked before it was received.
    pub(crate) revoked: bool,
    /// What this city had said of it before it was restored.
    pub(crate) attested: Option<Attested>,
}

/// What a receipt says of one op that came back with it.
#[derive(Clone, Debug)]
pub(crate) struct Attested {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Option<Refusal>,
    /// The official number that its finding was given.
    pub(crate) number: Option<String>,
}

impl Attested {
    /// What this receipt says of an op.
    pub(crate) fn of(receipt: &Receipt, seq: u64) -> Self {
        let (verdict, reason) = receipt.verdict(seq);
        let number = receipt.numbers.iter().find(|(given, _)| *given == seq).map(|(_, number)| number.clone());
        Self { verdict, reason, number }
    }
}

impl Statement {
    /// The body of an op: one content has one writing, and no more texts than its kind has.
    pub(crate) fn body_of(op: &Op<Text>) -> Option<Body> {
        let body = Body::from_bytes(op.kind, op.kind_version, &op.body).ok()?;
        let known = !matches!(body, Body::Unknown(_));
        let rewritten = known && body.to_bytes() != op.body;
        let too_many = known && op.kind.most_texts().is_some_and(|most| op.texts.len() > most);
        (!rewritten && !too_many).then_some(body)
    }

    /// Words typed in it; empty where there are none or they were erased.
    pub(crate) fn same_content(&self, other: &Op<Text>) -> bool {
        let words = |op: &Op<Text>| op.texts.iter().map(|text| text.words().map(str::to_owned)).collect::<Vec<_>>();
        let head = |op: &Op<Text>| (op.kind, op.kind_version, op.entity, op.at);
        head(&self.op) == head(other) && self.op.body == other.body && words(&self.op) == words(other)
    }
}

impl Look<'_> {
    /// An op that was received before, from the segment that it stands in.
    pub(crate) fn statement(&self, id: OpId) -> Result<Option<Statement>, CityError> {
        let (Some(log), Some(ruled), Some(segment)) = (self.log(id.log)?, self.op(id)?, self.segment_of(id)?) else {
            return Ok(None);
        };
        let broken = |_| CityError::Inconsistent("a stored segment");
        let opened = Segment::from_bytes(&segment.bytes).and_then(|segment| segment.open()).map_err(broken)?;
        let Some(op) = opened.ops.into_iter().find(|op| op.seq == id.seq) else { return Ok(None) };
        let revoked = self.device(log.device)?.and_then(|device| device.revoked);
        Ok(Some(Statement {
            id,
            body: Statement::body_of(&op),
            ord: ruled.ord,
            claimed: claimed_millis(op.seq, op.at, &opened.anchors, segment.received),
            received: segment.received,
            author: log.person,
            covert_log: log.covert,
            revoked: revoked.is_some_and(|at| segment.received >= at),
            attested: attested(&segment, id.seq)?,
            op,
        }))
    }
}

/// What the receipt says that came back with a segment; it was proven to be this city's when it came.
fn attested(segment: &SegmentRow, seq: u64) -> Result<Option<Attested>, CityError> {
    if !segment.given_back {
        return Ok(None);
    }
    let receipt: Receipt = minicbor::decode(&segment.receipt).map_err(|_| CityError::Inconsistent("a receipt"))?;
    Ok(Some(Attested::of(&receipt, seq)))
}
