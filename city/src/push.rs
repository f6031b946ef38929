//! A pushed segment before the writer sees it: read, opened, and its signature checked, beside all others.
//!
//! What is malformed, too large or not signed by the device that its log names is refused here and costs the writer
//! nothing.

use std::sync::Arc;

use mingcha_model::LogId;
use mingcha_model::body::Body;
use mingcha_sync::{Opened, Problem, Receipt, Segment, SegmentError, Signer as _};

use crate::http::Caller;
use crate::ledger::DeviceRow;
use crate::statement::Statement;
use crate::writer::Push;
use crate::{City, CityError};

/// Opens a segment that stands under this log and sequence.
pub(crate) fn open(
    city: &City,
    caller: &Caller,
    log: LogId,
    first_seq: u64,
    bytes: Vec<u8>,
    receipt: Option<Vec<u8>>,
) -> Result<Result<Push, Problem>, CityError> {
    let segment = match Segment::from_bytes(&bytes) {
        Ok(segment) => segment,
        Err(error) => return Ok(Err(refused(error))),
    };
    if (segment.log, segment.first_seq) != (log, first_seq) {
        return Ok(Err(Problem::new(
            400,
            "segment_misplaced",
            "地址与内容不符，请升级应用 / the segment is not the one that the address names: update the app",
        )));
    }
    let opened = match segment.open() {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(refused(error))),
    };
    let Some(device) = signer(city, caller, log, &opened)? else {
        return Ok(Err(Problem::new(
            422,
            "log_not_opened",
            "日志须以本人设备登记开头 / a log begins by naming a device of its person: open a new log",
        )));
    };
    if !segment.is_signed_by(&device.key, &opened.head) {
        return Ok(Err(refused(SegmentError::BadSignature)));
    }
    let own =
        receipt.map(|bytes| Receipt::from_bytes(&bytes, &city.inner.secret.public_key()).map(|read| (bytes, read)));
    let given_back = match own {
        None => None,
        Some(Ok((bytes, receipt)))
            if (receipt.log, receipt.first_seq, receipt.count) == (log, first_seq, segment.count)
                && receipt.payload_hash == opened.payload_hash =>
        {
            Some(Arc::new((bytes, receipt)))
        }
        Some(_) => {
            return Ok(Err(Problem::new(
                422,
                "receipt_not_ours",
                "回执与内容不符或不是本平台的 / the receipt is not this city's, or of something else: update the app",
            )));
        }
    };
    Ok(Ok(Push {
        person: caller.person.id,
        pushed_by: caller.device.device,
        signed_by: device.device,
        segment: Arc::new(segment),
        opened: Arc::new(opened),
        bytes: Arc::new(bytes),
        given_back,
    }))
}

/// The device whose key must have signed: the one that the log belongs to, or that a new log names in its first op.
pub(crate) fn signer(
    city: &City,
    caller: &Caller,
    log: LogId,
    opened: &Opened,
) -> Result<Option<DeviceRow>, CityError> {
    city.inner.ledger.read(|look| {
        let named = match look.log(log)? {
            Some(row) => row.device,
            None => match opened.ops.first().and_then(Statement::body_of) {
                Some(Body::LogOpen(open)) => open.device,
                // The middle of a log that is not here is a gap, and the writer says so; whoever pushes signed it.
                _ if opened.ops.first().is_some_and(|op| op.seq > 1) => caller.device.device,
                _ => return Ok(None),
            },
        };
        Ok(look.device(named)?.filter(|device| device.person == caller.person.id))
    })
}

fn refused(error: SegmentError) -> Problem {
    let (status, code) = match error {
        SegmentError::TooLarge => (413, "segment_too_large"),
        SegmentError::UnknownSuite(_) => (422, "suite_unknown"),
        SegmentError::BadSignature => (422, "bad_signature"),
        SegmentError::NotDense | SegmentError::Malformed | SegmentError::Signing(_) => (400, "segment_malformed"),
    };
    Problem::new(status, code, &format!("数据段无法接收 / {error}"))
}
