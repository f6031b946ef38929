//! Papers to print, sign and file. Which of them somebody may have, the core decides.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use mingcha::PaperKind;

use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Paper {
    /// 现场反馈单：检查结束时交给单位签收 / the slip that a unit is handed and signs when the visit ends
    #[command(after_help = "例 / Example:\n  mingcha paper slip VISIT --out slip.html")]
    Slip {
        /// 检查 id / the visit's id
        visit: String,
        #[command(flatten)]
        file: File,
    },
    /// 整改通知书 / the rectification notice, once it was served
    #[command(after_help = "例 / Example:\n  mingcha paper notice FINDING --out notice.html")]
    Notice(About),
    /// 督办通知书 / the supervision notice, once it was served
    #[command(after_help = "例 / Example:\n  mingcha paper supervision FINDING --out supervision.html")]
    Supervision(About),
    /// 整改情况报告：以单位名义盖章上报 / the unit's report of what it put right, to be sealed
    #[command(after_help = "例 / Example:\n  mingcha paper report FINDING --out report.html")]
    Report(About),
    /// 复查记录：内部资料，写有复查人 / the record of rechecks: for the office, it names who went
    #[command(after_help = "例 / Example:\n  mingcha paper recheck FINDING --out recheck.html")]
    Recheck(About),
}

/// Of which finding, into which file.
#[derive(Args)]
pub struct About {
    /// 问题 id 或编号 / the finding's id or number
    finding: String,
    #[command(flatten)]
    file: File,
}

/// Where a paper goes.
#[derive(Args)]
pub struct File {
    /// 写到哪个 HTML 文件，用浏览器打开后打印 / the HTML file to write; open it in a browser and print it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// 覆盖已有的文件 / replace a file that exists
    #[arg(long)]
    force: bool,
}

impl Paper {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let (kind, about) = match self {
            Self::Slip { visit, file } => {
                return desk.print(&desk.phone()?.paper_slip(&visit, &file.out, file.force)?);
            }
            Self::Notice(about) => (PaperKind::Notice, about),
            Self::Supervision(about) => (PaperKind::Supervision, about),
            Self::Report(about) => (PaperKind::Report, about),
            Self::Recheck(about) => (PaperKind::Recheck, about),
        };
        desk.print(&desk.phone()?.paper(kind, &about.finding, &about.file.out, about.file.force)?)
    }
}
