//! Sealing: the open tail of each log becomes segments, persisted before they are sent.
//!
//! A retry sends the same bytes. A log that was opened but never written to beyond that is sealed like any other.

use mingcha_model::{LogId, Op};
use mingcha_store::StoreError;
use mingcha_sync::{LARGEST_SEGMENT_BYTES, LARGEST_SEGMENT_OPS, Seal, Segment};

use crate::ports::thirty_two;
use crate::{MingchaError, Phone};

/// What is left for envelope and columns beside bodies and texts.
const ROOM_FOR_COLUMNS: usize = 64 * 1024;

impl Phone {
    /// Seals everything that was said so far; called before sync and when the app leaves the foreground.
    pub fn seal(&mut self) -> Result<(), MingchaError> {
        for log in self.store.logs()? {
            if !log.closed {
                self.seal_log(log.log)?;
            }
        }
        Ok(())
    }

    /// Seals one log. Where another process seals the same one at this moment, what it left is sealed behind it.
    fn seal_log(&mut self, log: LogId) -> Result<(), MingchaError> {
        let is_sealed = |error: &StoreError| matches!(error, StoreError::BadSegment(_));
        self.again_where(is_sealed, &mut |phone| phone.seal_tail(log))
    }

    fn seal_tail(&mut self, log: LogId) -> Result<(), MingchaError> {
        let tail = self.store.tail(log)?;
        let mut rest: &[Op<String>] = &tail;
        while !rest.is_empty() {
            let (run, later) = rest.split_at(fitting(rest));
            let previous = self
                .store
                .logs()?
                .into_iter()
                .find(|own| own.log == log)
                .map_or(mingcha_model::Digest::ZERO, |own| own.head);
            let seal = Seal {
                log,
                previous,
                text_secret: thirty_two(&*self.chance),
                app_build: app_build(),
                anchors: self.anchors(log, run)?,
            };
            let segment = Segment::seal(run, seal, &*self.signer)?;
            let head = segment.open()?.head;
            self.store.put_segment(log, segment.first_seq, segment.count, head, &segment.to_bytes())?;
            rest = later;
        }
        Ok(())
    }
}

/// How many of these ops go into one segment: at least one, and never more than its limits.
fn fitting(ops: &[Op<String>]) -> usize {
    let mut bytes = ROOM_FOR_COLUMNS;
    let fitting = ops
        .iter()
        .take(LARGEST_SEGMENT_OPS)
        .take_while(|op| {
            let texts: usize = op.texts.iter().map(String::len).sum();
            bytes = bytes.saturating_add(op.body.len()).saturating_add(texts);
            bytes <= LARGEST_SEGMENT_BYTES
        })
        .count();
    fitting.max(1)
}

/// The build that writes ops and says hello.
pub(crate) fn app_build() -> String {
    concat!("mingcha ", env!("CARGO_PKG_VERSION")).to_owned()
}
