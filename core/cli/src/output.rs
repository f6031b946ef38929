//! How answers look to people: pages of cards and tables, aligned whatever the script of their words.
//!
//! It shows what rows say and computes nothing. Words that others wrote lose their control characters here, so that
//! a note cannot move the cursor of whoever reads it.

mod attention;
mod calendar;
mod coverage;
mod criteria;
mod finding;
mod page;
mod paper;
mod parcel;
mod phone;
mod photo;
mod sets;
mod table;
mod visit;
mod work;

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::process::ExitCode;

pub use attention::Settled;
pub use page::{Page, plain};
pub use table::{Table, left, right, wrapped};

use crate::failure::Failure;

/// Something that can be shown to people.
pub trait Show {
    /// Writes it on the page.
    fn show(&self, page: &mut Page);
}

/// Writes an answer on stdout. A reader that went away is no failure: what was asked is done.
pub fn write_out(text: &str) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::output()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
