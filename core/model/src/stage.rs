//! How far a finding has come: its stage, from what was decided and submitted.
//!
//! A pure function that needs no today, and it refuses to be stored as truth.

use minicbor::{Decode, Encode};
use serde::Serialize;

use crate::body::{Outcome, ReviewVerdict};
use crate::case::SubmissionCase;
use crate::{LogId, Order};

/// How far a finding has come (`6-workflow`, A finding, 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 已记录.
    #[n(0)]
    Recorded,
    /// 已反馈.
    #[n(1)]
    FedBack,
    /// 立行立改.
    #[n(2)]
    FixedOnSpot,
    /// 已交办.
    #[n(3)]
    Noticed,
    /// 已报整改.
    #[n(4)]
    Submitted,
    /// 退回重改.
    #[n(5)]
    Returned,
    /// 待复查.
    #[n(6)]
    AwaitingRecheck,
    /// 已督办.
    #[n(7)]
    Supervised,
    /// 已销号.
    #[n(8)]
    Closed,
    /// 作废.
    #[n(9)]
    Void,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 10] = [
        Self::Recorded,
        Self::FedBack,
        Self::FixedOnSpot,
        Self::Noticed,
        Self::Submitted,
        Self::Returned,
        Self::AwaitingRecheck,
        Self::Supervised,
        Self::Closed,
        Self::Void,
    ];

    /// The name in commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::FedBack => "fed_back",
            Self::FixedOnSpot => "fixed_on_spot",
            Self::Noticed => "noticed",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::AwaitingRecheck => "awaiting_recheck",
            Self::Supervised => "supervised",
            Self::Closed => "closed",
            Self::Void => "void",
        }
    }

    /// The stage of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// What a stage follows from.
pub(crate) struct StageInputs<'a> {
    pub void: bool,
    pub outcome: Option<Outcome>,
    pub submissions: &'a [SubmissionCase],
    /// The ruling result: only submissions that follow it count.
    pub after: Option<(Order, LogId, u64)>,
    pub noticed: bool,
    pub fixed: bool,
    pub fed_back: bool,
}

/// The stage (`6-workflow`, A finding, 2).
pub(crate) fn stage(inputs: &StageInputs<'_>) -> Stage {
    if inputs.void {
        return Stage::Void;
    }
    if inputs.outcome == Some(Outcome::Pass) {
        return Stage::Closed;
    }
    let current: Vec<&SubmissionCase> = inputs
        .submissions
        .iter()
        .filter(|one| inputs.after.is_none_or(|after| (one.ord, one.op.log, one.op.seq) > after))
        .collect();
    let judged = current.iter().rposition(|one| one.verdict.is_some());
    match judged.and_then(|place| current.get(place).map(|one| (place, one.verdict))) {
        Some((_, Some(ReviewVerdict::Approve))) => Stage::AwaitingRecheck,
        Some((place, _)) if place.saturating_add(1) < current.len() => Stage::Submitted,
        Some(_) => Stage::Returned,
        None if !current.is_empty() => Stage::Submitted,
        None if inputs.outcome.is_some() => Stage::Supervised,
        None if inputs.noticed => Stage::Noticed,
        None if inputs.fixed => Stage::FixedOnSpot,
        None if inputs.fed_back => Stage::FedBack,
        None => Stage::Recorded,
    }
}
