//! A finding: raised, fed back, put right, judged, rechecked.
//!
//! Nobody states a stage: every command says what its author knows, and the stage that follows is printed.

mod inspect;
mod judge;
mod side;
mod unit;

use std::process::ExitCode;

use clap::Subcommand;

use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Finding {
    #[command(flatten)]
    Inspect(inspect::Inspect),
    #[command(flatten)]
    Unit(unit::Unit),
    #[command(flatten)]
    Judge(judge::Judge),
    #[command(flatten)]
    Side(side::Side),
}

impl Finding {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let mut phone = desk.phone()?;
        match self {
            Self::Inspect(command) => command.run(desk, &mut phone),
            Self::Unit(command) => command.run(desk, &mut phone),
            Self::Judge(command) => command.run(desk, &mut phone),
            Self::Side(command) => command.run(desk, &mut phone),
        }
    }
}
