//! What a statement names beside its own entity: all of it was there when the statement was made.
//!
//! The city gives an order that comes after everything named (`2-sync` section 4), whatever the clocks said.

use crate::{Body, EntityId};

impl Body {
    /// The entities that this statement names, apart from its own; empty for what the city says itself.
    pub fn names(&self) -> Vec<EntityId> {
        let (one, photos): (Option<EntityId>, &[crate::PhotoId]) = match self {
            Self::VisitOpen(open) => (open.task.map(EntityId::from), &[]),
            Self::Answer(answer) => (None, &answer.photos),
            Self::PhotoAdd(add) => (Some(add.owner), &[]),
            Self::FindingRaise(raise) => (Some(raise.visit.into()), &raise.photos),
            Self::FindingFeedback(feedback) => {
                return feedback.photos.iter().map(|shown| shown.photo.into()).collect();
            }
            Self::FindingFixed(fixed) => (None, &fixed.photos),
            Self::FindingDuplicate(duplicate) => (duplicate.of.map(EntityId::from), &[]),
            Self::SubmissionAdd(add) => (Some(add.finding.into()), &add.photos),
            Self::Review(review) => (Some(review.finding.into()), &[]),
            Self::Result(result) => (result.visit.map(EntityId::from), &result.photos),
            _ => (None, &[]),
        };
        one.into_iter().chain(photos.iter().map(|photo| EntityId::from(*photo))).collect()
    }
}
