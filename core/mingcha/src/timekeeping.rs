//! What this phone knows of the time: when it met the city, and whether its clock was set since.
//!
//! Readings go into ops as they are. What corrects them is kept beside the logs and travels in their segments; a
//! clock that was set is noticed before the next op is said, so that legal days follow the time at which it was said.

use mingcha_model::{Day, LogId, Op};
use mingcha_sync::{Anchor, AnchorSource, Reading};
use minicbor::{Decode, Encode};

use crate::{MingchaError, Phone};

/// An anchor, and the first sequence that each log of this phone said after it; a log opened later begins with 1.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Turn {
    #[n(0)]
    anchor: Anchor,
    #[n(1)]
    starts: Vec<(LogId, u64)>,
}

impl Turn {
    fn start(&self, log: LogId) -> u64 {
        self.starts.iter().find(|(known, _)| *known == log).map_or(1, |(_, start)| *start)
    }
}

/// What the meetings with the city left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Meetings {
    #[n(0)]
    turns: Vec<Turn>,
    #[n(1)]
    last_sync_millis: Option<i64>,
}

const MEETINGS: &str = "meetings";
/// Older anchors stand in the segments that they corrected.
const MOST_TURNS: usize = 32;

impl Phone {
    /// Remembers that the city said its time just now.
    pub(crate) fn met(&mut self, city_millis: i64) -> Result<(), MingchaError> {
        let Reading { wall_millis, monotonic_millis, boot } = self.reading();
        let source = AnchorSource::Heard;
        self.turn(Anchor { city_millis, wall_millis, monotonic_millis, boot, from_seq: 0, source })
    }

    /// Remembers that a sync was finished just now.
    pub(crate) fn finished_sync(&mut self) -> Result<(), MingchaError> {
        let last_sync_millis = Some(self.reading().wall_millis.saturating_add(self.clock_offset()?));
        let meetings = self.meetings()?;
        self.put_setting(MEETINGS, &Meetings { last_sync_millis, ..meetings })
    }

    /// When a sync was last finished, in Unix milliseconds of the city.
    pub(crate) fn last_sync_millis(&self) -> Result<Option<i64>, MingchaError> {
        Ok(self.meetings()?.last_sync_millis)
    }

    /// This phone's clock in Unix seconds, for what it does not say to anybody.
    pub(crate) fn now_seconds(&self) -> i64 {
        self.clock.wall_millis().div_euclid(1000)
    }

    /// The reading that goes into the next op, in Unix seconds. A clock that was set since the last one is noticed here.
    pub(crate) fn reading_for_op(&mut self) -> Result<i64, MingchaError> {
        let now = self.reading();
        if let Some(anchor) = self.anchor_now(now)? {
            self.turn(anchor)?;
        }
        Ok(now.wall_millis.div_euclid(1000))
    }

    /// What corrects a run of a log's ops: anchors, each from the sequence on where it first holds.
    ///
    /// An op that is said again in a new log is corrected by what held when it was first said.
    pub(crate) fn anchors(&self, log: LogId, ops: &[Op]) -> Result<Vec<Anchor>, MingchaError> {
        let turns = self.meetings()?.turns;
        let mut anchors: Vec<Anchor> = Vec::new();
        for op in ops {
            let (said_in, seq) = op.origin.map_or((log, op.seq), |first| (first.log, first.seq));
            let Some(turn) = turns.iter().rfind(|turn| turn.start(said_in) <= seq) else { continue };
            let holds = Anchor { from_seq: op.seq, ..turn.anchor };
            if anchors.last().is_none_or(|last| Anchor { from_seq: op.seq, ..*last } != holds) {
                anchors.push(holds);
            }
        }
        Ok(anchors)
    }

    /// Today in Asia/Shanghai by this phone's clock, corrected by the city's where they have met.
    pub(crate) fn today(&self) -> Result<Day, MingchaError> {
        Ok(Day::from_unix_millis(self.clock.wall_millis().saturating_add(self.clock_offset()?)))
    }

    /// City time minus this phone's clock in milliseconds, as far as is known; 0 before they met.
    pub(crate) fn clock_offset(&self) -> Result<i64, MingchaError> {
        let set = self.anchor_now(self.reading())?;
        let last = self.meetings()?.turns.last().map(|turn| turn.anchor);
        Ok(set.or(last).map_or(0, |anchor| anchor.offset_millis()))
    }

    fn reading(&self) -> Reading {
        Reading {
            wall_millis: self.clock.wall_millis(),
            monotonic_millis: self.clock.monotonic_millis(),
            boot: self.clock.boot(),
        }
    }

    /// The anchor that the clocks call for now, where they do not go on from the last one.
    fn anchor_now(&self, now: Reading) -> Result<Option<Anchor>, MingchaError> {
        let Some(last) = self.meetings()?.turns.pop() else { return Ok(None) };
        let last_wall = self.store.last_said_at()?.unwrap_or(i64::MIN).saturating_mul(1000);
        Ok(last.anchor.followed_by(now, last_wall, 0))
    }

    fn turn(&mut self, anchor: Anchor) -> Result<(), MingchaError> {
        let starts = self.store.logs()?.into_iter().map(|log| (log.log, log.last_seq.saturating_add(1))).collect();
        let mut meetings = self.meetings()?;
        // One anchor is enough for a moment in which nothing was said.
        meetings.turns.retain(|turn| turn.starts != starts);
        meetings.turns.push(Turn { anchor, starts });
        let surplus = meetings.turns.len().saturating_sub(MOST_TURNS);
        meetings.turns.drain(..surplus);
        self.put_setting(MEETINGS, &meetings)
    }

    fn meetings(&self) -> Result<Meetings, MingchaError> {
        Ok(self.setting(MEETINGS)?.unwrap_or_default())
    }
}
