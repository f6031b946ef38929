//! Which of several findings of one fact counts: links of two people may point both ways, and one still counts.

use std::collections::BTreeSet;

use mingcha_model::{Case, FindingId};

use crate::{MingchaError, Phone};

impl Phone {
    /// The finding that this one counts under; `None` when it counts itself. In a ring of links the one that was raised
    /// first counts, then the one of the smaller id.
    pub(crate) fn counts_under(&self, case: &Case) -> Result<Option<FindingId>, MingchaError> {
        let Some(first) = case.duplicate_of else { return Ok(None) };
        let mut ring = BTreeSet::from([(case.raised_day, case.finding)]);
        let mut next = Some(first);
        while let Some(finding) = next {
            if finding == case.finding {
                let counts = ring.first().map(|(_, finding)| *finding);
                return Ok(counts.filter(|counts| *counts != case.finding));
            }
            let Some(other) = self.store.case(finding)? else { break };
            if !ring.insert((other.raised_day, other.finding)) {
                break;
            }
            next = other.duplicate_of;
        }
        Ok(Some(first))
    }
}
