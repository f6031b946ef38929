//! A date by the calendar.

use mingcha::CalendarDay;

use super::{Page, Show};
use crate::texts as t;

impl Show for CalendarDay {
    fn show(&self, page: &mut Page) {
        let mark = if self.provisional { t::PROVISIONAL.say(page.lang()) } else { "" };
        let nominal = if self.nominal == self.date { String::new() } else { self.nominal.to_string() };
        page.card(&[(t::DAY, format!("{}  {mark}", self.date)), (t::NOMINAL, nominal)]);
    }
}
