//! The place of an op in the city's order: a hybrid of time and counter that one wrong clock cannot pull away.
//!
//! The city assigns it once, at receipt, and never changes it. It refuses to depend on whoever claims the latest time.

use minicbor::{Decode, Encode};

/// A hybrid clock value: 48 bits of Unix milliseconds above a 16-bit counter (format).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Order(#[n(0)] pub u64);

impl Order {
    /// Later than anything the city ever assigns: where this device's own unacknowledged ops sort.
    pub const LAST: Self = Self(u64::MAX);

    const LARGEST_MILLIS: u64 = (1 << 48) - 1;

    /// The earliest order of a millisecond; times before 1970 and after the year 10889 are clamped.
    pub fn at_millis(millis: i64) -> Self {
        Self(u64::try_from(millis).unwrap_or(0).min(Self::LARGEST_MILLIS) << 16)
    }

    /// The milliseconds since 1970 of this order.
    pub fn millis(self) -> i64 {
        i64::try_from(self.0 >> 16).unwrap_or(i64::MAX)
    }

    /// The next larger order.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The order the city gives to an op: not before what it claims, never later than its receipt unless something
    /// it follows is, and after the previous op of its log (order 0 before the first) and everything it names.
    ///
    /// ```
    /// use mingcha_model::Order;
    /// let yesterday = Order::at_millis(1_000);
    /// // A phone that is a year ahead gets the time of receipt.
    /// assert_eq!(Order::assign(9_999_999, 5_000, yesterday, None), Order::at_millis(5_000));
    /// ```
    pub fn assign(claimed_millis: i64, received_millis: i64, previous_of_log: Self, named: Option<Self>) -> Self {
        let clamped = Self::at_millis(claimed_millis.min(received_millis));
        clamped.max(previous_of_log.next()).max(named.map_or(Self(0), Self::next))
    }
}
