//! What needs a person, and why something stands as it does.

use mingcha::{AttentionRow, ConflictRow, Explained};
use serde::Serialize;

use super::page::or_empty;
use super::{Page, Show, Table, left, wrapped};
use crate::texts as t;
use crate::words::{half, word};

impl Show for Vec<ConflictRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_CONFLICTS);
            return;
        }
        for row in self {
            row.show(page);
            page.gap();
        }
        page.say(t::RESOLVE_HOW);
    }
}

/// Conflicts that were settled against one's own value: read, and nothing left to settle.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Settled(pub Vec<ConflictRow>);

impl Show for Settled {
    fn show(&self, page: &mut Page) {
        if self.0.is_empty() {
            page.say(t::NO_SETTLED);
            return;
        }
        for (place, row) in self.0.iter().enumerate() {
            if place > 0 {
                page.gap();
            }
            row.show(page);
        }
    }
}

impl Show for ConflictRow {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        page.card(&[
            (t::CONFLICT, self.conflict.clone()),
            (t::WHAT, word(lang, self.what).to_owned()),
            (t::ITEM, or_empty(self.item.as_deref())),
            (t::REASON, or_empty(self.reason.as_deref())),
            (t::MARK, if self.mine { t::MINE.say(lang).to_owned() } else { String::new() }),
        ]);
        let columns = [left(t::MARK), left(t::VALUE), wrapped(t::NOTE, 36), left(t::BY), left(t::AT), left(t::OP)];
        let mut table = Table::new(&columns);
        for version in &self.versions {
            table.row(&[
                if version.op == self.in_force { "=>" } else { "≠" }.to_owned(),
                version.value.clone(),
                or_empty(version.note.as_deref()),
                or_empty(version.by.as_deref()),
                version.at.clone(),
                version.op.to_string(),
            ]);
        }
        page.table(&table);
    }
}

impl Show for Vec<AttentionRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_HELD_OR_REFUSED);
            return;
        }
        let lang = page.lang();
        let columns = [
            left(t::WHAT),
            left(t::SITE),
            left(t::ITEM),
            left(t::VALUE),
            wrapped(t::TEXT, 28),
            left(t::BY),
            left(t::AT),
            left(t::REASON),
            wrapped(t::ADVICE, 36),
            left(t::BELONGS_TO),
            left(t::OP),
        ];
        let mut table = Table::new(&columns);
        for row in self {
            table.row(&[
                word(lang, row.what).to_owned(),
                row.site_name.clone(),
                or_empty(row.item.as_deref()),
                or_empty(row.value.as_deref().map(|value| word(lang, value))),
                row.text.clone(),
                or_empty(row.by.as_deref()),
                row.at.clone(),
                word(lang, &row.reason).to_owned(),
                half(lang, &row.advice).to_owned(),
                belongs_to(row),
                row.op.to_string(),
            ]);
        }
        page.table(&table);
    }
}

impl Show for AttentionRow {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        page.card(&[
            (t::OP, self.op.to_string()),
            (t::WHAT, word(lang, self.what).to_owned()),
            (t::SITE, self.site_name.clone()),
            (t::ITEM, or_empty(self.item.as_deref())),
            (t::VALUE, or_empty(self.value.as_deref().map(|value| word(lang, value)))),
            (t::TEXT, self.text.clone()),
            (t::BY, or_empty(self.by.as_deref())),
            (t::AT, self.at.clone()),
            (t::BELONGS_TO, belongs_to(self)),
            (t::REASON, word(lang, &self.reason).to_owned()),
            (t::ADVICE, half(lang, &self.advice).to_owned()),
            (t::SINCE, self.since.clone()),
        ]);
    }
}

/// The finding or the visit that an op is said of; else whatever it is said of.
fn belongs_to(row: &AttentionRow) -> String {
    let finding = row.finding.map(|finding| finding.to_string());
    finding.or_else(|| row.visit.map(|visit| visit.to_string())).unwrap_or_else(|| row.entity.to_string())
}

impl Show for Vec<Explained> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_EXPLAINED);
            return;
        }
        let lang = page.lang();
        let mut table = Table::new(&[
            left(t::AT),
            left(t::WHAT),
            left(t::VALUE),
            wrapped(t::TEXT, 36),
            left(t::EFFECT),
            wrapped(t::RULE, 44),
            left(t::BY),
            left(t::OP),
        ]);
        for row in self {
            table.row(&[
                row.at.clone(),
                word(lang, row.kind).to_owned(),
                or_empty(row.value.as_deref()),
                row.text.join(" "),
                format!("{} {}", word(lang, row.effect), if row.late { t::LATE.say(lang) } else { "" })
                    .trim()
                    .to_owned(),
                half(lang, &row.rule).to_owned(),
                or_empty(row.by.as_deref()),
                row.op.to_string(),
            ]);
        }
        page.table(&table);
    }
}
