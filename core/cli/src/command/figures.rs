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
    /// 全覆盖：一段时间内哪些点位检查过，哪些从未检查 / coverage: which sites of a period were visited, and which never
    #[command(after_help = "例 / Example:\n  mingcha coverage --area DH --from 2026-03-02 --to 2026-03-31")]
    Coverage {
        /// 片区编码、名称或 id / the area's code, name or id
        #[arg(long, value_name = "A")]
        area: Option<String>,
        /// 第一天，不写则从当前专项开始 / the first day; else that of the campaign that runs
        #[arg(long, value_name = "D")]
        from: Option<String>,
        /// 最后一天，不写则今天 / the last day; else today
        #[arg(long, value_name = "D")]
        to: Option<String>,
    },
    /// 四比：与本窗口上一期相比；开启排名时列出同类位次 / four comparisons: with the window's own last period, and its rank where ranking is on
    #[command(after_help = "例 / Example:\n  mingcha compare GOV-01 --from 2026-03-02 --to 2026-03-31")]
    Compare {
        /// 点位 id 或编码 / the site's id or code
        site: String,
        /// 第一天，不写则最近 30 天 / the first day; else the last 30 days
        #[arg(long, value_name = "D")]
        from: Option<String>,
        /// 最后一天，不写则今天 / the last day; else today
        #[arg(long, value_name = "D")]
        to: Option<String>,
    },
    /// 查找点位、检查项、问题和备注，一两个字也可 / search sites, items, findings and notes, for a character or two as well
    #[command(after_help = "例 / Example:\n  mingcha search 坡道\n  mingcha search 垃圾 --in notes --limit 20")]
    Search {
        /// 要找的字 / the words to look for
        words: String,
        /// 只找这些，可重复：sites items findings notes / among these only; may be repeated
        #[arg(long = "in", value_name = "WHAT", value_parser = ["sites", "items", "findings", "notes"], hide_possible_values = true)]
        among: Vec<String>,
        /// 最多列出几条，不写则 50 / at most so many; else 50
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
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
            Self::Coverage { area, from, to } => {
                desk.print(&phone.coverage(area.as_deref(), from.as_deref(), to.as_deref())?)
            }
            Self::Compare { site, from, to } => desk.print(&phone.compare(&site, from.as_deref(), to.as_deref())?),
            Self::Search { words, among, limit } => desk.print(&phone.search(&words, &among, limit)?),
            Self::Ledger { format, out, force } => {
                desk.print(&desk.watch(|progress| phone.ledger(&format, &out, force, progress))?)
            }
        }
    }
}
