//! Everything that this device ever said, read back from its own sealed segments and open tails.
//!
//! Segments are kept as evidence whatever became of their ops, so that a refused, discarded or replaced one can still be shown.

use mingcha_model::body::Body;
use mingcha_model::{EntityId, Flags, Kind, LogId, Op, OpId, Order, Refusal, Said, Verdict};
use mingcha_sync::{Receipt, Segment};

use crate::{MingchaError, Phone};

/// One own op with what the city said of it when it came.
pub(crate) struct OwnSaid {
    pub said: Said,
    /// `None` while there is no receipt.
    pub verdict: Option<(Verdict, Option<Refusal>)>,
}

impl Phone {
    /// Own ops that `wanted` picks, by log and sequence. A segment that does not open is passed over: `verify` tells of it.
    pub(crate) fn own_said(&self, wanted: impl Fn(Kind, EntityId) -> bool) -> Result<Vec<OwnSaid>, MingchaError> {
        let city = self.me()?.city_key;
        let mut found = Vec::new();
        for log in self.store.logs()? {
            for segment in self.store.segments(log.log)? {
                let Ok(opened) = Segment::from_bytes(&segment.bytes).and_then(|segment| segment.open()) else {
                    continue;
                };
                let receipt = segment.receipt.as_ref().and_then(|bytes| Receipt::from_bytes(bytes, &city).ok());
                for op in opened.ops.into_iter().filter(|op| wanted(op.kind, op.entity)) {
                    let verdict = receipt.as_ref().map(|receipt| receipt.verdict(op.seq));
                    let op = op.map_texts(|text| text.words().map(str::to_owned));
                    found.push(OwnSaid { said: said(log.log, op), verdict });
                }
            }
            for op in self.store.tail(log.log)?.into_iter().filter(|op| wanted(op.kind, op.entity)) {
                found.push(OwnSaid { said: said(log.log, op.map_texts(Some)), verdict: None });
            }
        }
        Ok(found)
    }
}

fn said(log: LogId, op: Op<Option<String>>) -> Said {
    Said {
        id: OpId { log, seq: op.seq },
        ord: Order::LAST,
        flags: Flags::NONE,
        at: op.at,
        entity: op.entity,
        body: Body::from_bytes(op.kind, op.kind_version, &op.body).unwrap_or(Body::Unknown(op.kind)),
        over: op.over,
        texts: op.texts,
    }
}
