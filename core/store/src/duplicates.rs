//! Which of several findings of one fact counts, alike on phones and in the city.
//!
//! Links of two people may point both ways, and one still counts; it refuses to let a finding count under one that is void.

use std::collections::BTreeSet;

use mingcha_model::{Case, FindingId, Stage};

use crate::{Store, StoreError};

impl Store {
    /// The finding that this one counts under; `None` when it counts itself. In a ring of links the one that was raised
    /// first counts, then the one of the smaller id; nothing counts under a finding that is void.
    pub fn counts_under(&self, case: &Case) -> Result<Option<FindingId>, StoreError> {
        let Some(first) = case.duplicate_of else { return Ok(None) };
        let mut ring = BTreeSet::from([(case.raised_day, case.finding)]);
        let mut next = Some(first);
        while let Some(finding) = next {
            if finding == case.finding {
                let counts = ring.first().map(|(_, finding)| *finding);
                return Ok(counts.filter(|counts| *counts != case.finding));
            }
            let Some(other) = self.case(finding)? else { break };
            if other.stage == Stage::Void {
                return Ok(Some(first).filter(|first| *first != finding));
            }
            if !ring.insert((other.raised_day, other.finding)) {
                break;
            }
            next = other.duplicate_of;
        }
        Ok(Some(first))
    }

    /// The findings of the same site that a person linked to this one: what they count under may change with it.
    pub fn linked_to(&self, finding: FindingId) -> Result<Vec<FindingId>, StoreError> {
        let Some(row) = self.finding(finding)? else { return Ok(Vec::new()) };
        let filter = crate::FindingFilter { site: Some(row.site), ..crate::FindingFilter::default() };
        let mut linked = Vec::new();
        for other in self.findings(&filter)? {
            let case = if other.finding == finding { None } else { self.case(other.finding)? };
            linked.extend(case.filter(|case| case.duplicate_of == Some(finding)).map(|case| case.finding));
        }
        Ok(linked)
    }
}
