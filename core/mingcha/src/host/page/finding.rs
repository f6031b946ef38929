//! Findings: a page of them, and one with everything that is known of it here.

use mingcha_model::{Day, FindingId, Stage};
use mingcha_store::{CardFilter, FindingFilter};

use super::{DisplayDate, LocalizedText, Tag, beginning, next_page, rows_of};
use crate::host::{FindingScope, FindingStage};
use crate::words::{Sense, outcome_code, verdict_code};
use crate::{FindingRow, MingchaError, Phone};

/// Which findings to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingQuery {
    /// Of this site.
    pub site_id: Option<String>,
    /// Only those at this stage.
    pub stage: Option<FindingStage>,
    /// Which of them; all when none is given.
    pub scope: Option<FindingScope>,
    /// Without the first so many: where the page before said that the next one begins.
    pub offset: i32,
    /// At most so many rows, 1 to 500; 50 when none is given.
    pub limit: Option<i32>,
}

/// One page of findings, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingPage {
    /// The findings.
    pub rows: Vec<FindingSummary>,
    /// Where the next page begins; none where this is the last.
    pub next_offset: Option<i32>,
}

/// One finding 问题, as lists show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingSummary {
    /// Which.
    pub id: String,
    /// The official number, else the provisional one.
    pub number: String,
    /// How far it has come.
    pub stage: Tag,
    /// How bad it is.
    pub severity: Tag,
    /// Where.
    pub site_id: String,
    /// The site's name.
    pub site_name: String,
    /// The item that it fails, in words.
    pub item_text: LocalizedText,
    /// What is wrong; a contact reads what must be put right.
    pub text: String,
    /// By when it must be put right.
    pub deadline: Option<DisplayDate>,
    /// The next recheck.
    pub recheck_due: Option<DisplayDate>,
    /// What else to know at a glance: overdue, repeated, suspended, appealed, contested, ...
    pub marks: Vec<Tag>,
    /// What this row showed; handed back with a decision.
    pub basis: String,
}

/// One finding with everything that is known of it here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingDetail {
    /// What lists show.
    pub summary: FindingSummary,
    /// The item's code.
    pub item: String,
    /// What the unit must put right.
    pub demand: String,
    /// Its photos, by id; for a contact the published ones, by hash.
    pub photo_ids: Vec<String>,
    /// What the unit sent, in order.
    pub submissions: Vec<SubmissionDetail>,
    /// What rechecks found, in order.
    pub rechecks: Vec<RecheckDetail>,
    /// What happened, in order.
    pub timeline: Vec<TimelineEntry>,
    /// What this page showed; handed back with a decision.
    pub basis: String,
}

/// One rectification that a unit sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmissionDetail {
    /// Which.
    pub id: String,
    /// What was done.
    pub text: String,
    /// The photos of it.
    pub photo_ids: Vec<String>,
    /// The verdict in force; none while nobody gave one.
    pub verdict: Option<Tag>,
    /// Its reason.
    pub reason: Option<String>,
}

/// One result of a recheck.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecheckDetail {
    /// What was found.
    pub result: Tag,
    /// The day.
    pub day: DisplayDate,
    /// True when it takes part in the result in force.
    pub is_counted: bool,
    /// Who, where this phone may know.
    pub by: Option<String>,
}

/// One step of a finding's way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineEntry {
    /// The day.
    pub day: DisplayDate,
    /// The step in words.
    pub step: LocalizedText,
    /// What was written with it.
    pub text: String,
    /// Who, where this phone may know.
    pub by: Option<String>,
}

/// A part of a photo to be made unrecognisable before anybody else sees it, in thousandths of the upright picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlurredPart {
    /// Which photo.
    pub photo_id: String,
    /// From the left edge, 0 to 999.
    pub left: i32,
    /// From the upper edge, 0 to 999.
    pub top: i32,
    /// How wide, at least 1; the part ends within the picture.
    pub width: i32,
    /// How high, at least 1.
    pub height: i32,
}

impl BlurredPart {
    /// As one types it.
    pub(in crate::host) fn typed(&self) -> String {
        format!("{}={},{},{},{}", self.photo_id, self.left, self.top, self.width, self.height)
    }
}

impl Phone {
    pub(in crate::host) fn finding_page(&self, query: &FindingQuery) -> Result<FindingPage, MingchaError> {
        self.me()?;
        let (almanac, offset, limit) = (self.almanac()?, beginning(query.offset), rows_of(query.limit));
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
        let is_overdue_wanted = query.scope == Some(FindingScope::Overdue);
        let mut skipped = 0;
        let mut rows = Vec::new();
        let enough = if is_overdue_wanted { 0 } else { offset.saturating_add(limit).saturating_add(1) };
        for finding in self.findings_asked_for(query, enough)? {
            // A row is read only where it is shown, or where only the row says whether it is.
            if !is_overdue_wanted && skipped < offset {
                skipped = skipped.saturating_add(1);
                continue;
            }
            let row = self.line_of_finding(finding, &almanac)?;
            if is_overdue_wanted && (!row.overdue || skipped < offset) {
                skipped = skipped.saturating_add(u32::from(row.overdue));
                continue;
            }
            rows.push(summary(row, almanac.today));
            if rows.len() >= wanted {
                break;
            }
        }
        let next_offset = next_page(&mut rows, offset, limit);
        Ok(FindingPage { rows, next_offset })
    }

    /// The findings that a query is for, in order: at least so many where there are so many; 0 for all.
    fn findings_asked_for(&self, query: &FindingQuery, enough: u32) -> Result<Vec<FindingId>, MingchaError> {
        let site = query.site_id.as_deref().map(|site| self.site_named(site)).transpose()?.map(|site| site.site);
        let (stage, open) = (query.stage, query.scope.is_some());
        let filter = FindingFilter { site, stage, open, limit: enough, refused: true, ..FindingFilter::default() };
        let mut asked: Vec<FindingId> = self.store.findings(&filter)?.into_iter().map(|row| row.finding).collect();
        if enough > 0 && asked.len() >= usize::try_from(enough).unwrap_or(usize::MAX) {
            return Ok(asked);
        }
        for record in self.store.cards(&CardFilter::default())? {
            let card = &record.card;
            let is_open = !matches!(card.stage, Stage::Closed | Stage::Void);
            let at_stage = stage.is_none_or(|stage| stage == card.stage);
            if site.is_none_or(|site| site == card.site) && at_stage && (is_open || !open) {
                asked.push(record.finding);
            }
        }
        Ok(asked)
    }

    pub(in crate::host) fn finding_detail(&self, id: &str) -> Result<FindingDetail, MingchaError> {
        let today = self.today()?;
        let row = self.finding_show(id)?;
        let submissions = row.submissions.iter().map(|one| SubmissionDetail {
            id: one.submission.to_string(),
            text: one.text.clone(),
            photo_ids: one.photos.iter().map(ToString::to_string).collect(),
            verdict: one.verdict.map(|verdict| Tag::of(&[Sense::Verdict], verdict_code(verdict))),
            reason: one.reason.clone().filter(|reason| !reason.is_empty()),
        });
        let rechecks = row.results.iter().map(|one| RecheckDetail {
            result: Tag::of(&[Sense::Outcome], outcome_code(one.result)),
            day: DisplayDate::of(one.day, today),
            is_counted: one.counts,
            by: one.by.clone(),
        });
        let timeline = row.timeline.iter().map(|one| TimelineEntry {
            day: DisplayDate::of(one.day, today),
            step: LocalizedText::of_sentence(one.words),
            text: one.text.clone(),
            by: one.by.clone(),
        });
        Ok(FindingDetail {
            item: row.item.clone(),
            demand: row.demand.clone(),
            photo_ids: row.photos.clone(),
            submissions: submissions.collect(),
            rechecks: rechecks.collect(),
            timeline: timeline.collect(),
            basis: row.basis.to_string(),
            summary: summary(row, today),
        })
    }
}

fn summary(row: FindingRow, today: Day) -> FindingSummary {
    let marks = [
        ("overdue", row.overdue),
        ("refused", row.refused),
        ("contested", row.contested == Some(true)),
        ("appealed", row.appealed),
        ("repeat", row.repeat == Some(true)),
        ("unserved", row.unserved),
        ("suspended", row.suspended),
        ("duplicate", row.duplicate_of.is_some()),
        ("provisional", row.provisional),
    ];
    FindingSummary {
        id: row.finding.to_string(),
        number: row.number,
        stage: Tag::of(&[Sense::Stage], row.stage.name()),
        severity: Tag::of(&[Sense::Severity], row.severity),
        site_id: row.site.to_string(),
        site_name: row.site_name,
        item_text: LocalizedText::of_sentence(&row.item_text),
        text: row.text,
        deadline: row.deadline.map(|day| DisplayDate::of(day, today)),
        recheck_due: row.recheck_due.map(|day| DisplayDate::of(day, today)),
        basis: row.basis.to_string(),
        marks: marks.into_iter().filter(|(_, is_so)| *is_so).map(|(code, _)| Tag::of(&[Sense::Mark], code)).collect(),
    }
}
