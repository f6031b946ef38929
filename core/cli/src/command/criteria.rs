//! What is asked: criteria sets and their items.
//!
//! A set that is inferred says so in the list and above its items.

use std::process::ExitCode;

use clap::Subcommand;
use mingcha::{Phone, SetRow, VisitView};
use serde::Serialize;

use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Criteria {
    /// 标准 / the criteria sets
    #[command(after_help = "例 / Example:\n  mingcha sets")]
    Sets,
    /// 一套标准的检查项 / the items of a set
    #[command(after_help = "例 / Example:\n  mingcha items W5")]
    Items {
        /// 标准编码，如 W5 / the set's code, as in W5
        set: String,
    },
}

impl Criteria {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let phone = desk.any_phone()?;
        match self {
            Self::Sets => desk.print(&phone.sets()?),
            Self::Items { set } => {
                let rows = phone.items(&set)?;
                let inferred = if desk.json() { Vec::new() } else { Inferred::among(&phone, &[set])? };
                desk.print(&Noted { rows, inferred })
            }
        }
    }
}

/// A set that no document defines as it stands, and why.
pub struct Inferred {
    /// The code.
    pub set: String,
    /// Why.
    pub reason: String,
}

impl Inferred {
    /// What must be said of this set: it is inferred, or a part of it is.
    pub fn in_row(row: &SetRow) -> Option<Self> {
        let inferred = row.definition == "inferred" || row.reason.is_some();
        inferred.then(|| Self { set: row.set.clone(), reason: row.reason.clone().unwrap_or_default() })
    }

    /// Those of these sets that are inferred; a set is named `W5` or `W5@1`, in capitals or not.
    pub fn among(phone: &Phone, sets: &[String]) -> Result<Vec<Self>, Failure> {
        let codes: Vec<&str> = sets.iter().filter_map(|set| set.split('@').next()).collect();
        let rows = phone.sets()?;
        let named = rows.iter().filter(|row| codes.iter().any(|code| row.set.eq_ignore_ascii_case(code)));
        Ok(named.filter_map(Self::in_row).collect())
    }

    /// Those of a visit's sets that are inferred; for people alone, because a script asks `sets`.
    pub fn of_visit(desk: &Desk, phone: &Phone, view: &VisitView) -> Result<Vec<Self>, Failure> {
        if desk.json() { Ok(Vec::new()) } else { Self::among(phone, &view.sets) }
    }
}

/// An answer with what must be said about its criteria sets: scripts get the answer alone.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Noted<T> {
    /// The answer.
    pub rows: T,
    /// The sets that are inferred.
    #[serde(skip)]
    pub inferred: Vec<Inferred>,
}
