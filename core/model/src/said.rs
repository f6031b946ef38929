//! One op as a reader of facts sees it: decoded, in its order, with its words.
//!
//! Phones fold these from feeds and from their own unacknowledged ops; it makes no difference to what is true of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::body::{BadBody, Body};
use crate::{Day, EntityId, Entry, Flags, LogId, Op, OpId, Order};

/// A statement with its identity, order and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The identity.
    pub id: OpId,
    /// The city's order, or [`Order::LAST`] while this device alone knows it.
    pub ord: Order,
    /// What the city marked.
    pub flags: Flags,
    /// The author's raw clock in Unix seconds.
    pub at: i64,
    /// What it speaks of.
    pub entity: EntityId,
    /// The heads of other logs that it replaces.
    pub over: Vec<OpId>,
    /// What it says.
    pub body: Body,
    /// Its words; `None` where they were erased.
    pub texts: Vec<Option<String>>,
}

impl Said {
    /// An op of this device that no feed has brought back yet.
    pub fn own(log: LogId, op: &Op<String>) -> Result<Self, BadBody> {
        Ok(Self {
            id: OpId { log, seq: op.seq },
            ord: Order::LAST,
            flags: Flags::NONE,
            at: op.at,
            entity: op.entity,
            over: op.over.clone(),
            body: Body::from_bytes(op.kind, op.kind_version, &op.body)?,
            texts: op.texts.iter().cloned().map(Some).collect(),
        })
    }

    /// An entry of a feed.
    pub fn entry(entry: &Entry) -> Result<Self, BadBody> {
        Ok(Self {
            id: entry.id(),
            ord: entry.ord,
            flags: entry.flags,
            at: entry.op.at,
            entity: entry.op.entity,
            over: entry.op.over.clone(),
            body: Body::from_bytes(entry.op.kind, entry.op.kind_version, &entry.op.body)?,
            texts: entry.op.texts.iter().map(|text| text.words().map(str::to_owned)).collect(),
        })
    }

    /// True while only this device knows it: civil dates that count from it are provisional.
    pub fn is_provisional(&self) -> bool {
        self.ord == Order::LAST
    }

    /// The civil day in Asia/Shanghai that has legal effect: of the city's order, else of the author's clock.
    pub fn day(&self) -> Day {
        if self.is_provisional() { Day::from_unix_seconds(self.at) } else { Day::from_unix_millis(self.ord.millis()) }
    }

    /// The words of text `i`; empty when there are none or they were erased.
    pub fn text(&self, i: usize) -> &str {
        self.texts.get(i).and_then(Option::as_deref).unwrap_or("")
    }

    /// The key by which statements are read in order: the city's order, then own ones by their place in the log.
    pub fn sequence(&self) -> (Order, LogId, u64) {
        (self.ord, self.id.log, self.id.seq)
    }
}

/// What counts of these statements, in order and each once; then the ids of those that are held and not released.
///
/// Of a statement that came twice the one with the city's order is read. A release that is itself held releases nothing.
pub(crate) fn counting(said: &[Said]) -> (Vec<&Said>, Vec<OpId>) {
    let mut once: BTreeMap<OpId, &Said> = BTreeMap::new();
    for one in said {
        let kept = once.entry(one.id).or_insert(one);
        if (one.ord, Reverse(one.flags.0)) < (kept.ord, Reverse(kept.flags.0)) {
            *kept = one;
        }
    }
    let mut released = BTreeSet::new();
    loop {
        let before = released.len();
        for one in once.values() {
            if let Body::Release(release) = &one.body
                && (!one.flags.contains(Flags::HELD) || released.contains(&one.id))
            {
                released.insert(release.op);
            }
        }
        if released.len() == before {
            break;
        }
    }
    let is_held = |one: &Said| one.flags.contains(Flags::HELD) && !released.contains(&one.id);
    let held = once.values().filter(|one| is_held(one)).map(|one| one.id).collect();
    let mut counting: Vec<&Said> = once.into_values().filter(|one| !is_held(one)).collect();
    counting.sort_by_key(|one| one.sequence());
    (counting, held)
}
