//! Sites and tasks.

use mingcha::{SiteRow, TaskRow};

use super::page::or_empty;
use super::{Page, Show, Table, left, right};
use crate::texts as t;
use crate::words::word;

impl Show for Vec<SiteRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_SITES);
            return;
        }
        let mut table = Table::new(&[
            left(t::CODE),
            left(t::NAME),
            left(t::KIND),
            left(t::UNIT),
            left(t::AREA),
            left(t::LAST_VISIT),
            left(t::RECHECK_DUE),
        ]);
        for row in self {
            table.row(&[
                row.code.clone(),
                row.name.clone(),
                if row.kind_name.is_empty() { row.kind.clone() } else { row.kind_name.clone() },
                row.unit_name.clone(),
                row.area_name.clone(),
                or_empty(row.last_visit),
                or_empty(row.recheck_due),
            ]);
        }
        page.table(&table);
    }
}

impl Show for Vec<TaskRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_TASKS);
            return;
        }
        let lang = page.lang();
        let mut table = Table::new(&[
            left(t::DUE),
            left(t::MARK),
            left(t::WHAT),
            left(t::SITE),
            left(t::KIND),
            left(t::FROM),
            right(t::FINDINGS),
            left(t::TASK),
        ]);
        for row in self {
            table.row(&[
                row.due.to_string(),
                if row.overdue { t::OVERDUE.say(lang).to_owned() } else { String::new() },
                word(lang, row.what).to_owned(),
                row.site_name.clone(),
                row.kind.clone(),
                or_empty(row.from),
                row.findings.len().to_string(),
                or_empty(row.task),
            ]);
        }
        page.table(&table);
    }
}

impl Show for TaskRow {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        page.card(&[
            (t::WHAT, word(lang, self.what).to_owned()),
            (t::SITE, self.site_name.clone()),
            (t::FROM, or_empty(self.from)),
            (t::DUE, self.due.to_string()),
            (t::TASK, or_empty(self.task)),
        ]);
    }
}
