//! Where to go: sites, today's tasks, and who does what.

use std::process::ExitCode;

use clap::Subcommand;
use mingcha::SiteFilter;

use super::Seen;
use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Work {
    /// 点位 / the sites that this phone knows
    #[command(after_help = "例 / Example:\n  mingcha sites --search 政务 --limit 20")]
    Sites {
        /// 只列复查到期的 / only those with a recheck due
        #[arg(long)]
        due: bool,
        /// 名称、编码或地址的一部分 / part of a name, code or address
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// 最多列多少个 / at most so many
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// 今日任务：指派、到期复查、逾期反馈 / today's work: assigned, rechecks due, overdue feedback
    #[command(after_help = "例 / Example:\n  mingcha tasks")]
    Tasks,
    /// 指派点位给人 / assign a site to a person
    #[command(after_help = "例 / Example:\n  mingcha assign DEMO-01 PERSON --from 2026-03-02 --due 2026-03-06")]
    Assign {
        /// 点位 id 或编码 / the site's id or code
        site: String,
        /// 人员 id 或姓名 / the person's id or name
        person: String,
        /// 从哪天起 / from which day
        #[arg(long, value_name = "DAY")]
        from: String,
        /// 到哪天止 / by which day
        #[arg(long, value_name = "DAY")]
        due: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 交接：把一人名下的任务和未提交的检查交给另一人 / hand a person's assignments and drafts over to another
    #[command(after_help = "例 / Example:\n  mingcha hand-over PERSON PERSON")]
    HandOver {
        /// 移交人 id 或姓名 / whose work it was, by id or name
        from: String,
        /// 接手人 id 或姓名 / whose work it is from now on, by id or name
        to: String,
    },
    /// 人员：姓名、角色、片区 / people: names, roles, areas
    #[command(after_help = "例 / Example:\n  mingcha people")]
    People,
    /// 撤回指派 / withdraw an assignment
    #[command(after_help = "例 / Example:\n  mingcha unassign TASK")]
    Unassign {
        /// 任务 id / the task's id
        task: String,
        #[command(flatten)]
        seen: Seen,
    },
}

impl Work {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let mut phone = desk.phone()?;
        match self {
            Self::Sites { due, search, limit } => desk.print(&phone.sites(&SiteFilter { due, search, limit })?),
            Self::Tasks => desk.print(&phone.tasks()?),
            Self::Assign { site, person, from, due, seen } => {
                phone.seen_of_site(&site, seen.basis())?;
                desk.print(&phone.assign(&site, &person, &from, &due)?)
            }
            Self::HandOver { from, to } => desk.print(&phone.hand_over(&from, &to)?),
            Self::People => desk.print(&phone.people()?),
            Self::Unassign { task, seen } => {
                phone.seen_of_task(&task, seen.basis())?;
                desk.print(&phone.unassign(&task)?)
            }
        }
    }
}
