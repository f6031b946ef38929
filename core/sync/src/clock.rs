//! What a phone's clock is worth: moments at which it met the city's time, and what follows from them.
//!
//! A wall clock is set by people and networks, so no reading of it is ever corrected in place: beside the readings
//! travel anchors, each from one sequence of a log on. Nothing here trusts a correction further than what the
//! city knows itself: that an op was said after its anchor was heard and before it was received.

use minicbor::{Decode, Encode};

/// A phone's clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock in Unix milliseconds.
    pub wall_millis: i64,
    /// The clock that only goes forward within one boot, in milliseconds.
    pub monotonic_millis: i64,
    /// Which boot of the phone; [`UNKNOWN_BOOT`] where the system does not tell.
    pub boot: u64,
}

/// The boot of a phone that does not tell boots apart: its monotonic clock proves nothing.
pub const UNKNOWN_BOOT: u64 = 0;

/// How the city's time at an anchor is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum AnchorSource {
    /// The city said it.
    #[n(0)]
    Heard,
    /// Reckoned by the monotonic clock from an earlier anchor of the same boot: the wall clock was set meanwhile.
    #[n(1)]
    Reckoned,
    /// Believed: the phone was started anew, and how its wall clock was set while it was off nobody knows.
    #[n(2)]
    Believed,
}

/// A moment of a phone's clocks beside the city's time (format): corrects the readings that follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Anchor {
    /// The city's time in Unix milliseconds.
    #[n(0)]
    pub city_millis: i64,
    /// The phone's wall clock at that moment in Unix milliseconds.
    #[n(1)]
    pub wall_millis: i64,
    /// The phone's monotonic clock at that moment in milliseconds.
    #[n(2)]
    pub monotonic_millis: i64,
    /// Which boot of the phone.
    #[n(3)]
    pub boot: u64,
    /// The first sequence of the log that was said after it.
    #[n(4)]
    pub from_seq: u64,
    /// How the city's time is known.
    #[n(5)]
    pub source: AnchorSource,
}

/// A wall clock that differs from the monotonic one by more than this was set; less is drift, and small corrections
/// by a network. 30 seconds: far below the minute that a person sets by, far above what a clock drifts in a week.
const SET_BEYOND_MILLIS: i64 = 30_000;

impl Anchor {
    /// City time minus wall clock in milliseconds.
    pub fn offset_millis(&self) -> i64 {
        self.city_millis.saturating_sub(self.wall_millis)
    }

    /// The anchor that a reading calls for when it does not continue this one: the wall clock was set, or the phone
    /// was started anew. `last_wall_millis` is the last reading that anything was said under.
    ///
    /// Within one boot the monotonic clock tells the city's time whatever the wall clock shows. Across a start it is
    /// believed that a clock goes on as it went, unless it fell behind what it had shown: then somebody set it, and
    /// people set clocks right.
    ///
    /// ```
    /// use mingcha_sync::{Anchor, AnchorSource, Reading};
    /// let met = Anchor {
    ///     city_millis: 1_000_000, wall_millis: 9_000_000, monotonic_millis: 500, boot: 1, from_seq: 1,
    ///     source: AnchorSource::Heard,
    /// };
    /// // A minute later the wall clock was set back by two hours and more: the monotonic clock knows better.
    /// let now = Reading { wall_millis: 1_060_000, monotonic_millis: 60_500, boot: 1 };
    /// let set = met.followed_by(now, 9_000_000, 7).unwrap();
    /// assert_eq!((set.city_millis, set.offset_millis(), set.from_seq), (1_060_000, 0, 7));
    /// ```
    pub fn followed_by(&self, now: Reading, last_wall_millis: i64, from_seq: u64) -> Option<Self> {
        let went_on = now.monotonic_millis.saturating_sub(self.monotonic_millis);
        let one_boot = now.boot == self.boot && now.boot != UNKNOWN_BOOT;
        let (city_millis, source) = if one_boot && went_on >= 0 {
            let reckoned = self.wall_millis.saturating_add(went_on);
            if now.wall_millis.saturating_sub(reckoned).saturating_abs() <= SET_BEYOND_MILLIS {
                return None;
            }
            (self.city_millis.saturating_add(went_on), AnchorSource::Reckoned)
        } else {
            let last = last_wall_millis.max(self.wall_millis);
            let set_back = now.wall_millis < last.saturating_sub(SET_BEYOND_MILLIS);
            let believed = match now.boot {
                _ if set_back => now.wall_millis,
                UNKNOWN_BOOT => return None,
                _ => now.wall_millis.saturating_add(self.offset_millis()),
            };
            (believed.max(self.city_millis), AnchorSource::Believed)
        };
        let Reading { wall_millis, monotonic_millis, boot } = now;
        Some(Self { city_millis, wall_millis, monotonic_millis, boot, from_seq, source })
    }
}

/// What an op claims as its time in Unix milliseconds: its raw clock, corrected by the last anchor before it.
///
/// It was said after that anchor and not after its receipt. Where the correction leads out of these bounds, the clock
/// was set meanwhile: then the raw clock stands where it lies within them, else the nearer bound.
///
/// ```
/// use mingcha_sync::{Anchor, AnchorSource, claimed_millis};
/// let fast = Anchor {
///     city_millis: 1_000_000, wall_millis: 7_000_000, monotonic_millis: 0, boot: 1, from_seq: 1,
///     source: AnchorSource::Heard,
/// };
/// assert_eq!(claimed_millis(2, 7_010, &[fast], 5_000_000), 1_010_000); // a fast clock is corrected
/// assert_eq!(claimed_millis(2, 1_010, &[fast], 5_000_000), 1_010_000); // one that was set right is not
/// assert_eq!(claimed_millis(2, 9_999, &[], 5_000_000), 5_000_000); // nothing is said after it was received
/// ```
pub fn claimed_millis(seq: u64, at_seconds: i64, anchors: &[Anchor], received_millis: i64) -> i64 {
    let wall = at_seconds.saturating_mul(1000);
    let Some(anchor) = anchors.iter().rfind(|anchor| anchor.from_seq <= seq) else {
        return wall.min(received_millis);
    };
    let earliest = anchor.city_millis.min(received_millis);
    // Readings are whole seconds: the second in which the anchor was heard may have begun before it.
    let in_bounds = |millis: i64| millis > earliest.saturating_sub(1000) && millis <= received_millis;
    let corrected = wall.saturating_add(anchor.offset_millis());
    if in_bounds(corrected) {
        corrected
    } else if in_bounds(wall) {
        wall
    } else {
        corrected.clamp(earliest, received_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3_600_000;
    const MET: i64 = 20_000 * DAY;

    fn met(ahead: i64) -> Anchor {
        Anchor {
            city_millis: MET,
            wall_millis: MET + ahead,
            monotonic_millis: 5_000,
            boot: 1,
            from_seq: 1,
            source: AnchorSource::Heard,
        }
    }

    #[test]
    fn a_clock_that_goes_on_needs_no_further_anchor() {
        let now = Reading { wall_millis: MET + DAY + 20_000, monotonic_millis: 5_000 + DAY, boot: 1 };
        assert_eq!(met(0).followed_by(now, MET, 9), None);
    }

    #[test]
    fn a_clock_set_within_one_boot_is_known_to_the_millisecond() {
        for set_to in [0, MET + DAY, MET + 400 * DAY] {
            let now = Reading { wall_millis: set_to, monotonic_millis: 5_000 + DAY, boot: 1 };
            let anchor = met(3 * DAY).followed_by(now, MET, 9).unwrap();
            assert_eq!((anchor.city_millis, anchor.source, anchor.from_seq), (MET + DAY, AnchorSource::Reckoned, 9));
            assert_eq!(claimed_millis(9, set_to / 1000, &[met(3 * DAY), anchor], MET + 9 * DAY), MET + DAY);
        }
    }

    #[test]
    fn a_clock_that_fell_back_while_the_phone_was_off_was_set_right() {
        // Three days ahead; two days of work; then off, set right, on.
        let now = Reading { wall_millis: MET + 2 * DAY, monotonic_millis: 1, boot: 2 };
        let anchor = met(3 * DAY).followed_by(now, MET + 5 * DAY, 9).unwrap();
        assert_eq!((anchor.city_millis, anchor.source), (MET + 2 * DAY, AnchorSource::Believed));
        assert_eq!(claimed_millis(8, (MET + 4 * DAY) / 1000, &[met(3 * DAY), anchor], MET + 9 * DAY), MET + DAY);
    }

    #[test]
    fn a_phone_that_starts_anew_keeps_its_offset_until_something_speaks_against_it() {
        let now = Reading { wall_millis: MET + 4 * DAY, monotonic_millis: 1, boot: 2 };
        let anchor = met(3 * DAY).followed_by(now, MET + 3 * DAY, 9).unwrap();
        assert_eq!((anchor.city_millis, anchor.source), (MET + DAY, AnchorSource::Believed));
    }

    #[test]
    fn a_phone_that_tells_no_boots_apart_is_believed_until_its_clock_falls_back() {
        let unknown = Anchor { boot: UNKNOWN_BOOT, monotonic_millis: 0, ..met(3 * DAY) };
        let at = |wall_millis| Reading { wall_millis, monotonic_millis: 0, boot: UNKNOWN_BOOT };
        assert_eq!(unknown.followed_by(at(MET + 4 * DAY), MET + 3 * DAY, 9), None);
        let set = unknown.followed_by(at(MET + DAY), MET + 4 * DAY, 9).unwrap();
        assert_eq!(set.city_millis, MET + DAY);
    }

    #[test]
    fn nothing_is_said_before_its_anchor_or_after_its_receipt() {
        let received = MET + 2 * DAY;
        for wall in [i64::MIN, -1, 0, MET - DAY, MET, MET + DAY, MET + 700 * DAY, i64::MAX] {
            for ahead in [-400 * DAY, -1, 0, 1, 400 * DAY] {
                let claimed = claimed_millis(3, wall / 1000, &[met(ahead)], received);
                assert!((MET - 1000..=received).contains(&claimed), "{wall} {ahead}: {claimed}");
            }
        }
    }
}
