//! Published copies of undercover findings: what staff and units may know of what somebody saw unannounced.
//!
//! The copy stands under an id of its own and refuses to name its visit, its author or the finding's own words.
//! Whoever has the original computes the same copy as the city, offline.

use super::{Case, FeedbackCase};
use crate::body::{Body, FindingPublish, FindingRaise, SetRef};
use crate::{CampaignId, Day, Digest, Said, VisitId};

/// What raised a finding, how, and on which day: its author, or the city where it is a copy, which counts from the
/// feedback whatever day the city wrote it down, and is where the city's newest word on it says.
pub(super) fn raised<'a>(live: &[&'a Said]) -> Option<(&'a Said, FindingRaise, Day)> {
    live.iter().find_map(|one| match &one.body {
        Body::FindingRaise(raise) => Some((*one, raise.clone(), one.day())),
        Body::FindingPublish(copy) => Some((*one, newest(live).unwrap_or(copy).raise(), copy.day)),
        _ => None,
    })
}

/// The set under which the item of a copy was asked.
pub(super) fn set(live: &[&Said]) -> Option<SetRef> {
    newest(live).and_then(|copy| copy.set.clone())
}

/// The campaign that a copy names.
pub(super) fn campaign(live: &[&Said]) -> Option<CampaignId> {
    newest(live).and_then(|copy| copy.campaign)
}

fn newest<'a>(live: &[&'a Said]) -> Option<&'a FindingPublish> {
    live.iter().rev().find_map(|one| match &one.body {
        Body::FindingPublish(copy) => Some(copy),
        _ => None,
    })
}

/// The feedback by which the unit was told, else the first; of a copy the city says it in the same breath.
pub(super) fn feedback(live: &[&Said]) -> Option<FeedbackCase> {
    let by = live.iter().find_map(|one| match &one.body {
        Body::NumberGive(number) => number.feedback,
        _ => None,
    });
    let told = live.iter().filter(|one| Some(one.id) == by);
    told.chain(live).find_map(|one| match &one.body {
        Body::FindingFeedback(feedback) => Some(FeedbackCase {
            day: one.day(),
            provisional: one.is_provisional(),
            demand: one.text(0).to_owned(),
            photos: feedback.photos.clone(),
        }),
        Body::FindingPublish(copy) => Some(FeedbackCase {
            day: copy.day,
            provisional: one.is_provisional(),
            demand: one.text(0).to_owned(),
            photos: Vec::new(),
        }),
        _ => None,
    })
}

/// The published photos that the newest word on a copy lists.
pub(super) fn photos(live: &[&Said]) -> Vec<Digest> {
    newest(live).map(|copy| copy.photos.clone()).unwrap_or_default()
}

impl FindingPublish {
    /// The copy as a finding that was raised: by a visit that nobody is told of.
    fn raise(&self) -> FindingRaise {
        FindingRaise {
            visit: VisitId::NONE,
            site: self.site,
            item: self.item.clone(),
            severity: self.severity,
            photos: Vec::new(),
        }
    }
}

impl Case {
    /// The copy that the feedback of this undercover finding publishes, as long as the city has no photos for it, and
    /// the demand that goes with it; `None` while it was not fed back.
    pub fn copy(&self) -> Option<(FindingPublish, String)> {
        let feedback = self.feedback.as_ref()?;
        let FindingRaise { item, severity, .. } = self.raise.clone();
        let (site, campaign) = (self.site, self.campaign);
        let copy = FindingPublish { site, item, severity, day: feedback.day, photos: Vec::new(), campaign, set: None };
        Some((copy, feedback.demand.clone()))
    }

    /// True for a published copy, which names no visit.
    pub fn is_copy(&self) -> bool {
        self.raise.visit == VisitId::NONE
    }
}
