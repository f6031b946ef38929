//! Findings: the list, the card with its way so far, and what came of a step.

use mingcha::{FindingRow, Raised, Rechecked, Reviewed, Staged, Submitted};

use super::page::or_empty;
use super::photo::signs;
use super::visit::{marked, stage_word};
use super::{Page, Show, Table, left, wrapped};
use crate::texts as t;
use crate::words::{code_of, half, word};

impl Show for Raised {
    fn show(&self, page: &mut Page) {
        page.say_with(t::RAISED, &[&self.number]);
        page.card(&[(t::FINDING, self.finding.to_string())]);
    }
}

impl Show for Staged {
    fn show(&self, page: &mut Page) {
        let stage = stage_word(page, self.stage.name());
        page.say_with(t::STAGE_NOW, &[&stage]);
        page.card(&[(t::FINDING, self.finding.to_string())]);
    }
}

impl Show for Submitted {
    fn show(&self, page: &mut Page) {
        let stage = stage_word(page, self.stage.name());
        page.say_with(t::STAGE_NOW, &[&stage]);
        page.card(&[(t::SUBMISSION, self.submission.to_string())]);
    }
}

impl Show for Reviewed {
    fn show(&self, page: &mut Page) {
        let stage = stage_word(page, self.stage.name());
        page.say_with(t::STAGE_NOW, &[&stage]);
        page.card(&[(t::OP, self.review.to_string())]);
    }
}

impl Show for Rechecked {
    fn show(&self, page: &mut Page) {
        let stage = stage_word(page, self.stage.name());
        page.say_with(t::STAGE_NOW, &[&stage]);
        match self.recheck_due {
            Some(due) => page.say_with(t::RECHECK_NEXT, &[&due.to_string()]),
            None => page.say(t::RECHECK_NONE),
        }
    }
}

impl Show for Vec<FindingRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_FINDINGS);
            return;
        }
        let mut table = Table::new(&[
            left(t::NUMBER),
            left(t::STAGE),
            left(t::SITE),
            left(t::ITEM),
            wrapped(t::TEXT, 36),
            left(t::DEADLINE),
            left(t::RECHECK_DUE),
            left(t::MARK),
            left(t::FINDING),
        ]);
        for row in self {
            table.row(&[
                row.number.clone(),
                stage_word(page, row.stage.name()),
                row.site_name.clone(),
                row.item.clone(),
                row.text.clone(),
                or_empty(row.deadline),
                or_empty(row.recheck_due),
                marks(page, row),
                row.finding.to_string(),
            ]);
        }
        page.table(&table);
    }
}

impl Show for FindingRow {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        let head = format!("{}  {}  {}", self.number, stage_word(page, self.stage.name()), marks(page, self));
        page.line(&head);
        page.gap();
        page.card(&[
            (t::SITE, self.site_name.clone()),
            (t::ITEM, format!("{}  {}", self.item, half(lang, &self.item_text))),
            (t::TEXT, self.text.clone()),
            (t::DEMAND, if self.demand == self.text { String::new() } else { self.demand.clone() }),
            (t::SEVERITY, word(lang, self.severity).to_owned()),
            (t::DEADLINE, or_empty(self.deadline)),
            (t::RECHECK_DUE, or_empty(self.recheck_due)),
            (t::EXTENSION, self.extension.map(|one| word(lang, &code_of(&one)).to_owned()).unwrap_or_default()),
            (t::SUSPENDED_UNTIL, or_empty(self.suspended_until)),
            (t::DUPLICATE, or_empty(self.duplicate_of)),
            (t::PHOTOS, self.photos.join(" ")),
            (t::FINDING, self.finding.to_string()),
            (t::PUBLISHED_AS, or_empty(self.published_as)),
        ]);
        signs(page, &self.signs);
        if !self.submissions.is_empty() {
            page.part(t::SUBMISSIONS);
            page.table(&submissions(page, self));
        }
        if !self.results.is_empty() {
            page.part(t::RESULTS);
            let mut table = Table::new(&[left(t::DAY), left(t::RESULT), left(t::COUNTS), left(t::BY)]);
            for result in &self.results {
                table.row(&[
                    result.day.to_string(),
                    word(lang, &code_of(&result.result)).to_owned(),
                    marked(page, &[(result.counts, t::YES), (!result.counts, t::NO), (result.early, t::EARLY)]),
                    or_empty(result.by.as_deref()),
                ]);
            }
            page.table(&table);
        }
        if !self.timeline.is_empty() {
            page.part(t::TIMELINE);
            let mut table = Table::new(&[left(t::DAY), wrapped(t::WHAT, 64), left(t::BY)]);
            for step in &self.timeline {
                let words = half(page.lang(), step.words);
                let told = if step.text.is_empty() { words.to_owned() } else { format!("{words}：{}", step.text) };
                table.row(&[step.day.to_string(), told, or_empty(step.by.as_deref())]);
            }
            page.table(&table);
        }
    }
}

/// Submissions, each with the verdicts on it below.
fn submissions(page: &Page, row: &FindingRow) -> Table {
    let lang = page.lang();
    let columns = [wrapped(t::TEXT, 40), left(t::PHOTOS), left(t::VERDICT), wrapped(t::REASON, 32), left(t::BY)];
    let mut table = Table::new(&[&columns[..], &[left(t::SUBMISSION)]].concat());
    for one in &row.submissions {
        let verdict = one.verdict.map(|verdict| word(lang, &code_of(&verdict)).to_owned());
        table.row(&[
            one.text.clone(),
            one.photos.len().to_string(),
            verdict.unwrap_or_default(),
            // Where reviews are told below, each of them says its own reason.
            or_empty(one.reason.as_deref().filter(|_| one.reviews.is_empty())),
            String::new(),
            one.submission.to_string(),
        ]);
        for review in &one.reviews {
            table.row(&[
                String::new(),
                String::new(),
                format!("{} {}", if review.in_force { "=>" } else { "≠" }, word(lang, &code_of(&review.verdict))),
                review.text.clone(),
                or_empty(review.by.as_deref()),
                String::new(),
            ]);
        }
    }
    table
}

fn marks(page: &Page, row: &FindingRow) -> String {
    marked(
        page,
        &[
            (row.refused, t::REFUSED),
            (row.overdue, t::OVERDUE),
            (row.unserved, t::UNSERVED),
            (row.supervision_due.is_some(), t::SUPERVISION_DUE),
            (row.repeat == Some(true), t::REPEAT),
            (row.duplicate_of.is_some(), t::DUPLICATE),
            (row.visit_void, t::VISIT_VOID),
            (row.contested == Some(true), t::CONTESTED),
            (row.suspended, t::SUSPENDED),
            (row.appealed, t::APPEALED),
            (row.provisional, t::PROVISIONAL),
            (row.definition == Some("inferred"), t::INFERRED_MARK),
        ],
    )
}
