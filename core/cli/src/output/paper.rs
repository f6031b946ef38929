//! A file that was written for people: the ledger, or a paper.

use mingcha::{LedgerWritten, PaperWritten};

use super::{Page, Show};
use crate::texts as t;

impl Show for LedgerWritten {
    fn show(&self, page: &mut Page) {
        page.say_with(t::LEDGER_WRITTEN, &[&self.rows.to_string(), &self.file]);
    }
}

impl Show for PaperWritten {
    fn show(&self, page: &mut Page) {
        page.say_with(t::PAPER_WRITTEN, &[&self.file]);
        if self.photos > 0 {
            page.say_with(t::PAPER_PHOTOS, &[&self.photos.to_string()]);
        }
        if self.photos_left_out > 0 {
            page.say_with(t::PAPER_PHOTOS_LEFT_OUT, &[&self.photos_left_out.to_string()]);
        }
        if self.not_fed_back > 0 {
            page.say_with(t::PAPER_NOT_FED_BACK, &[&self.not_fed_back.to_string()]);
        }
    }
}
