//! The ledger of findings 问题台账 as a file that offices open.
//!
//! Its columns are those that found ledgers have (`domain/practice.md`, C4.5). What nobody recorded stays empty, to be filled in
//! by hand; a contact's ledger knows what cards say and names nobody. Lines go to the file one by one, however many.

mod book;
mod line;
#[cfg(test)]
mod stories;
mod table;

use std::collections::BTreeSet;
use std::path::Path;

use mingcha_store::{CardFilter, FindingFilter};
use serde::Serialize;

use crate::out_file::OutFile;
use crate::{MingchaError, Mistake, Phone, Progress};
use book::Book;
use line::{Clerk, Line};
use table::{Csv, Json};

/// A ledger that was written.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerWritten {
    /// How many findings it has.
    pub rows: u64,
    /// The file.
    pub file: String,
    /// `csv`, `xlsx` or `json`.
    pub format: String,
}

/// A ledger that takes one line after the other.
trait Lines {
    fn line(&mut self, line: &Line) -> Result<(), MingchaError>;
    /// Gives the file back with everything in it.
    fn finish(self: Box<Self>) -> Result<OutFile, MingchaError>;
}

impl Phone {
    /// Writes the ledger of all findings known here, the oldest first; a file of that name is only replaced when asked.
    ///
    /// `csv` is UTF-8 with a byte order mark, as spreadsheets want it; `xlsx` is dressed for an office and for printing;
    /// `json` is an array of objects.
    pub fn ledger(
        &self,
        format: &str,
        out: &Path,
        replace: bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<LedgerWritten, MingchaError> {
        self.me()?;
        if !["csv", "xlsx", "json"].contains(&format) {
            return Err(Mistake::Malformed("台账格式", "the format is csv, xlsx or json").into());
        }
        let file = OutFile::begin(out, replace)?;
        let mut cases = self.store.findings(&FindingFilter::default())?;
        // It is passed round: what was seen under cover stands in it once it is published, under its own name.
        let mut hidden = BTreeSet::new();
        for case in &cases {
            if self.store.place(case.finding.into())?.is_some_and(|place| place.covert) {
                hidden.insert(case.finding);
            }
        }
        cases.retain(|case| !hidden.contains(&case.finding));
        let mut cards = self.store.cards(&CardFilter::default())?;
        cards.sort_by_cached_key(|row| {
            let told = row.card.feedback_day.or(row.card.notice_day);
            (told.is_none(), told, row.card.number.clone(), row.finding)
        });
        let rows = cases.len().saturating_add(cards.len());
        let of = u64::try_from(rows).unwrap_or(u64::MAX);
        let mut clerk = Clerk::of(self, &cases)?;
        let mut lines: Box<dyn Lines> = match format {
            "csv" => Box::new(Csv::begin(file)?),
            "xlsx" => Box::new(Book::begin(file, clerk.today(), rows)?),
            _ => Box::new(Json::begin(file)?),
        };
        let mut done = 0_u64;
        for case in cases.iter().rev() {
            progress(Progress { done, of, ..Progress::begin("ledger") });
            done = done.saturating_add(1);
            lines.line(&clerk.line_of_case(done, case.finding)?)?;
        }
        for card in &cards {
            progress(Progress { done, of, ..Progress::begin("ledger") });
            done = done.saturating_add(1);
            lines.line(&clerk.line_of_card(done, card)?)?;
        }
        lines.finish()?.finish()?;
        progress(Progress { done, of, ..Progress::begin("ledger") });
        Ok(LedgerWritten { rows: done, file: out.display().to_string(), format: format.to_owned() })
    }
}
