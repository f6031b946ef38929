//! Criteria sets and items. What is inferred says so, above the rows and in them.

use mingcha::{ItemRow, SetRow};

use super::{Page, Show, Table, left, right, wrapped};
use crate::command::criteria::{Inferred, Noted};
use crate::texts as t;
use crate::texts::Lang;
use crate::words::{criteria_word, half};

impl Show for Vec<SetRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_SETS);
            return;
        }
        let lang = page.lang();
        let mut table = Table::new(&[
            left(t::CODE),
            right(t::VERSION),
            left(t::NAME),
            left(t::DEFINITION),
            right(t::ITEMS),
            left(t::WHEN_ASKED),
        ]);
        for row in self {
            table.row(&[
                row.set.clone(),
                row.version.to_string(),
                half(lang, &row.name).to_owned(),
                criteria_word(lang, row.definition).to_owned(),
                row.items.to_string(),
                when_asked(lang, row).to_owned(),
            ]);
        }
        page.table(&table);
        let inferred: Vec<Inferred> = self.iter().filter_map(Inferred::in_row).collect();
        note(page, &inferred);
    }
}

impl Show for Noted<Vec<ItemRow>> {
    fn show(&self, page: &mut Page) {
        if self.rows.is_empty() {
            page.say(t::NO_ITEMS);
            return;
        }
        let lang = page.lang();
        let mut table = Table::new(&[
            left(t::ITEM),
            wrapped(t::TEXT, 48),
            left(t::ANSWER),
            left(t::HOW),
            left(t::PHOTO),
            right(t::POINTS),
            left(t::DEFINITION),
            wrapped(t::SOURCE, 28),
        ]);
        for row in &self.rows {
            table.row(&[
                row.item.clone(),
                if lang == Lang::English { row.text_en.clone() } else { row.text.clone() },
                criteria_word(lang, &row.answer).to_owned(),
                row.ask.iter().map(|ask| criteria_word(lang, ask)).collect::<Vec<_>>().join(" "),
                criteria_word(lang, &row.photo).to_owned(),
                points(row.points.into()),
                criteria_word(lang, row.definition).to_owned(),
                row.source.clone(),
            ]);
        }
        page.table(&table);
        note(page, &self.inferred);
    }
}

/// When visits ask a set, or why none does.
fn when_asked(lang: Lang, row: &SetRow) -> &str {
    if row.retired {
        t::OUT_OF_USE.say(lang)
    } else if row.placeholder {
        t::NAME_ONLY.say(lang)
    } else if row.items == 0 {
        t::TITLES_ONLY.say(lang)
    } else {
        criteria_word(lang, row.offered)
    }
}

/// Says which sets are inferred, and why.
pub fn note(page: &mut Page, inferred: &[Inferred]) {
    if !inferred.is_empty() {
        page.gap();
    }
    for one in inferred {
        let reason = half(page.lang(), &one.reason).to_owned();
        page.paragraph(&t::INFERRED.fill(page.lang(), &[&one.set, &reason]));
    }
}

/// Hundredths as a figure with two decimals.
pub fn points(hundredths: u64) -> String {
    // Division by a constant that is not zero.
    let (whole, rest) =
        (hundredths.checked_div(100).unwrap_or_default(), hundredths.checked_rem(100).unwrap_or_default());
    format!("{whole}.{rest:02}")
}
