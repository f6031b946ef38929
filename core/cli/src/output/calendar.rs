//! A date by the calendar, and the ledger's file.

use mingcha::{CalendarDay, LedgerWritten};

use super::{Page, Show};
use crate::texts as t;

impl Show for CalendarDay {
    fn show(&self, page: &mut Page) {
        let mark = if self.provisional { t::PROVISIONAL.say(page.lang()) } else { "" };
        let nominal = if self.nominal == self.date { String::new() } else { self.nominal.to_string() };
        page.card(&[(t::DAY, format!("{}  {mark}", self.date)), (t::NOMINAL, nominal)]);
    }
}

impl Show for LedgerWritten {
    fn show(&self, page: &mut Page) {
        page.say_with(t::LEDGER_WRITTEN, &[&self.rows.to_string(), &self.file]);
    }
}
