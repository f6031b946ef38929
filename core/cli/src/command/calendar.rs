//! Dates by the calendar of working days. They need no enrolment.

use std::process::ExitCode;

use clap::Subcommand;

use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Calendar {
    /// 若干个工作日之后是哪天，起始日不计 / the day so many working days later; the start is not counted
    #[command(after_help = "例 / Example:\n  mingcha calendar workdays 2026-02-09 10")]
    Workdays {
        /// 起始日 / the start day
        day: String,
        /// 工作日数 / how many working days
        n: u32,
    },
    /// 某日反馈的问题何时复查 / when something fed back on this day is rechecked
    #[command(after_help = "例 / Example:\n  mingcha calendar recheck 2026-02-02")]
    Recheck {
        /// 反馈日 / the day of feedback
        day: String,
    },
}

impl Calendar {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let phone = desk.any_phone()?;
        match self {
            Self::Workdays { day, n } => desk.print(&phone.calendar_workdays(&day, n)?),
            Self::Recheck { day } => desk.print(&phone.calendar_recheck(&day)?),
        }
    }
}
