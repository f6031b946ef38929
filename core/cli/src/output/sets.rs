//! What the work on criteria sets answers: mistakes with their places, differences, files.

use mingcha::{PageWritten, SetChecked, SetDifference, SetWritten};

use super::page::or_empty;
use super::{Page, Show, Table, left, wrapped};
use crate::texts::{self as t, Lang};
use crate::words::word;

impl Show for SetChecked {
    fn show(&self, page: &mut Page) {
        if self.ok {
            let version = self.version.unwrap_or_default().to_string();
            page.say_with(t::SET_FITS, &[self.set.as_deref().unwrap_or_default(), &version, &self.items.to_string()]);
            return;
        }
        page.say_with(t::SET_MISTAKES, &[&self.file, &self.mistakes.len().to_string()]);
        let lang = page.lang();
        let mut table = Table::new(&[left(t::ROW), left(t::COLUMN), left(t::ITEM), wrapped(t::REASON, 72)]);
        for mistake in &self.mistakes {
            table.row(&[
                or_empty(mistake.row),
                or_empty(mistake.column.as_deref()),
                or_empty(mistake.item.as_deref()),
                if lang == Lang::English { mistake.reason.en.clone() } else { mistake.reason.zh.clone() },
            ]);
        }
        page.table(&table);
    }
}

impl Show for SetWritten {
    fn show(&self, page: &mut Page) {
        page.say_with(t::SET_WRITTEN, &[&self.set, &self.version.to_string(), &self.items.to_string(), &self.file]);
    }
}

impl Show for PageWritten {
    fn show(&self, page: &mut Page) {
        page.say_with(t::PAGE_WRITTEN, &[&self.file]);
    }
}

impl Show for Vec<SetDifference> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_DIFFERENCE);
            return;
        }
        let lang = page.lang();
        let columns = [left(t::ITEM), left(t::WHAT), left(t::KEY), wrapped(t::BEFORE, 44), wrapped(t::AFTER, 44)];
        let mut table = Table::new(&columns);
        for one in self {
            table.row(&[
                or_empty(one.item.as_deref()),
                word(lang, one.what).to_owned(),
                or_empty(one.key.as_deref()),
                or_empty(one.before.as_deref()),
                or_empty(one.after.as_deref()),
            ]);
        }
        page.table(&table);
    }
}
