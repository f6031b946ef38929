//! Figures with their formula, and the ledger as a file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::criteria::{Inferred, Noted};
use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Figures {
    /// 得分，逐项列出算法 / a visit's score, line by line with its formula
    #[command(after_help = "例 / Example:\n  mingcha score VISIT")]
    Score {
        /// 检查 id / the visit's id
        visit: String,
    },
    /// 导出问题台账；已有的文件不覆盖 / write the ledger of findings to a file; one that exists is not written over
    #[command(after_help = "例 / Example:\n  mingcha ledger --format xlsx --out ledger.xlsx")]
    Ledger {
        /// csv、xlsx 或 json / the file's format
        #[arg(long, value_parser = ["csv", "xlsx", "json"], hide_possible_values = true)]
        format: String,
        /// 写到哪个文件 / the file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// 覆盖已有的文件 / replace a file that exists
        #[arg(long)]
        force: bool,
    },
}

impl Figures {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let phone = desk.phone()?;
        match self {
            Self::Score { visit } => {
                let rows = phone.score(&visit)?;
                let view = phone.visit_show(&visit)?;
                let inferred = Inferred::of_visit(desk, &phone, &view)?;
                desk.print(&Noted { rows, inferred })
            }
            Self::Ledger { format, out, force } => {
                desk.print(&desk.watch(|progress| phone.ledger(&format, &out, force, progress))?)
            }
        }
    }
}
