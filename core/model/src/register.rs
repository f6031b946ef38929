//! The one merge algorithm: a register with at most one live value per log, and what each log's values replaced.
//!
//! It folds ops in any order, any batching and any number of times to the same state. It refuses to
//! decide what a person should: values that nobody saw replaced stay as siblings until somebody has.

use std::collections::BTreeMap;

use crate::{LogId, OpId, Order};

/// The most heads that an op may name in `over` (format).
pub const LARGEST_OVER: usize = 256;

/// One live value of a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head<V> {
    /// The sequence of the op that wrote it, in its log.
    pub seq: u64,
    /// Its place in the city's order; [`Order::LAST`] while unacknowledged.
    pub ord: Order,
    /// What was written.
    pub value: V,
}

/// A register (format): its whole state is `heads` and `covered`.
///
/// ```
/// use mingcha_model::{LogId, OpId, Order, Register};
/// let (anna, bert) = (LogId([1; 16]), LogId([2; 16]));
/// let mut answer = Register::default();
/// answer.fold(OpId { log: anna, seq: 1 }, Order(10), &[], "yes");
/// answer.fold(OpId { log: bert, seq: 1 }, Order(11), &[], "no");
/// assert!(answer.is_contested(), "nobody saw the other's value");
/// answer.fold(OpId { log: anna, seq: 2 }, Order(12), &[OpId { log: bert, seq: 1 }], "no");
/// assert_eq!(answer.latest().map(|(_, head)| head.value), Some("no"));
/// assert!(!answer.is_contested());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<V> {
    heads: BTreeMap<LogId, Head<V>>,
    covered: BTreeMap<LogId, u64>,
}

impl<V> Default for Register<V> {
    fn default() -> Self {
        Self { heads: BTreeMap::new(), covered: BTreeMap::new() }
    }
}

impl<V> Register<V> {
    /// Rebuilds a register from what [`Self::heads`] and [`Self::covered`] gave out.
    pub fn from_parts(
        heads: impl IntoIterator<Item = (LogId, Head<V>)>,
        covered: impl IntoIterator<Item = (LogId, u64)>,
    ) -> Self {
        let mut register = Self::default();
        for (log, seq) in covered {
            register.cover(log, seq);
        }
        for (log, head) in heads {
            register.fold(OpId { log, seq: head.seq }, head.ord, &[], head.value);
        }
        register
    }

    /// Folds one op: its value, and the heads of other logs that stood on its author's screen.
    pub fn fold(&mut self, id: OpId, ord: Order, over: &[OpId], value: V) {
        if id.seq > self.covered.get(&id.log).copied().unwrap_or(0) {
            let is_newer = self.heads.get(&id.log).is_none_or(|head| head.seq < id.seq);
            if is_newer {
                self.heads.insert(id.log, Head { seq: id.seq, ord, value });
            }
            self.cover(id.log, id.seq.saturating_sub(1));
        }
        for named in over {
            self.cover(named.log, named.seq);
        }
    }

    fn cover(&mut self, log: LogId, through: u64) {
        if through == 0 {
            return;
        }
        let covered = self.covered.entry(log).or_insert(0);
        *covered = (*covered).max(through);
        if self.heads.get(&log).is_some_and(|head| head.seq <= *covered) {
            self.heads.remove(&log);
        }
    }

    /// The live values by log.
    pub fn heads(&self) -> impl Iterator<Item = (OpId, &Head<V>)> {
        self.heads.iter().map(|(log, head)| (OpId { log: *log, seq: head.seq }, head))
    }

    /// The highest replaced sequence per log, where the live head of the log does not already say it.
    ///
    /// A live head at sequence s covers its own log through s - 1, so only logs without a head are listed.
    pub fn covered(&self) -> impl Iterator<Item = (LogId, u64)> {
        self.covered.iter().filter(|(log, _)| !self.heads.contains_key(log)).map(|(log, seq)| (*log, *seq))
    }

    /// The live value of one log.
    pub fn head_of(&self, log: LogId) -> Option<&Head<V>> {
        self.heads.get(&log)
    }

    /// True when no op was folded, or every value was replaced by one that was refused or has not come yet.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The value that a plain register shows: the largest (ord, log, seq).
    pub fn latest(&self) -> Option<(OpId, &Head<V>)> {
        self.heads().max_by_key(|(id, head)| (head.ord, id.log, id.seq))
    }

    /// The value that a strict register shows: the safest by `safety` (largest is safest), ties by (ord, log, seq).
    pub fn safest<K: Ord>(&self, safety: impl Fn(&V) -> K) -> Option<(OpId, &Head<V>)> {
        self.heads().max_by_key(|(id, head)| (safety(&head.value), head.ord, id.log, id.seq))
    }
}

impl<V: PartialEq> Register<V> {
    /// True when live values differ; equal values are no conflict.
    pub fn is_contested(&self) -> bool {
        let mut values = self.heads.values();
        let first = values.next();
        values.any(|head| first.is_some_and(|first| first.value != head.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    struct Said {
        id: OpId,
        ord: Order,
        over: Vec<OpId>,
        value: u8,
    }

    fn schedule() -> impl Strategy<Value = Vec<Said>> {
        let said = (0_u8..4, 1_u64..6, 0_u64..9, prop::collection::vec((0_u8..4, 1_u64..6), 0..3), 0_u8..3);
        prop::collection::vec(said, 1..14).prop_map(|rows| {
            let mut by_id = BTreeMap::new();
            for (log, seq, ord, over, value) in rows {
                let id = OpId { log: LogId([log; 16]), seq };
                let over = over.into_iter().map(|(log, seq)| OpId { log: LogId([log; 16]), seq }).collect();
                by_id.entry(id).or_insert(Said { id, ord: Order(ord), over, value });
            }
            by_id.into_values().collect()
        })
    }

    fn fold<'a>(said: impl IntoIterator<Item = &'a Said>) -> Register<u8> {
        let mut register = Register::default();
        for one in said {
            register.fold(one.id, one.ord, &one.over, one.value);
        }
        register
    }

    proptest! {
        #[test]
        fn any_order_and_any_repetition_gives_the_same_register(said in schedule(), shuffle in any::<prop::sample::Index>(), seed in any::<u64>()) {
            let mut other: Vec<&Said> = said.iter().chain(said.iter()).collect();
            let mut state = seed | 1;
            for i in (1..other.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                other.swap(i, (state >> 33) as usize % (i + 1));
            }
            other.rotate_left(shuffle.index(said.len()));
            prop_assert_eq!(fold(&said), fold(other));
        }

        #[test]
        fn a_snapshot_and_a_tail_give_what_the_whole_gives(said in schedule(), cut in any::<prop::sample::Index>()) {
            let cut = cut.index(said.len());
            let snapshot = fold(&said[..cut]);
            let heads: Vec<_> = snapshot.heads().map(|(id, head)| (id.log, head.clone())).collect();
            let covered: Vec<_> = snapshot.covered().collect();
            let mut restored = Register::from_parts(heads, covered);
            for one in &said[cut..] {
                restored.fold(one.id, one.ord, &one.over, one.value);
            }
            prop_assert_eq!(restored, fold(&said));
        }

        #[test]
        fn a_refused_op_leaves_what_it_named_alive(said in schedule()) {
            let Some((refused, kept)) = said.split_last() else { return Ok(()) };
            let register = fold(kept);
            prop_assert!(register.head_of(refused.id.log).is_none_or(|head| head.seq != refused.id.seq));
            for (id, head) in register.heads() {
                prop_assert!(kept.iter().any(|one| one.id == id && one.value == head.value));
                prop_assert!(kept.iter().all(|one| one.over.iter().all(|m| m.log != id.log || m.seq < id.seq)));
            }
        }

        #[test]
        fn nothing_that_nobody_replaced_is_lost(said in schedule()) {
            let register = fold(&said);
            for one in &said {
                let replaced = said.iter().any(|other| {
                    (other.id.log == one.id.log && other.id.seq > one.id.seq)
                        || other.over.iter().any(|m| m.log == one.id.log && m.seq >= one.id.seq)
                });
                prop_assert_eq!(register.heads().any(|(id, _)| id == one.id), !replaced);
            }
        }
    }
}
