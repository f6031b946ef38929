//! What stands beside the stage: extensions of a deadline and suspension 挂账.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use mingcha::{Mistake, Phone};

use crate::command::Seen;
use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Side {
    /// 延期：申请、同意、不同意 / extensions of a deadline: ask, grant, refuse
    #[command(
        subcommand,
        after_help = "例 / Example:\n  mingcha finding extension ask FINDING --until 2026-03-20 --text 需采购配件"
    )]
    Extension(Extension),
    /// 挂账：暂缓，须说明原因 / suspend, saying why
    #[command(after_help = "例 / Example:\n  mingcha finding suspend FINDING --until 2026-06-30 --text 整栋改造")]
    Suspend(Dated),
    /// 恢复 / resume what was suspended
    #[command(after_help = "例 / Example:\n  mingcha finding resume FINDING")]
    Resume {
        /// 问题 id / the finding's id
        id: String,
        /// 说明 / why
        #[arg(long, value_name = "T")]
        text: Option<String>,
        #[command(flatten)]
        seen: Seen,
    },
}

#[derive(Subcommand)]
pub enum Extension {
    /// 申请延期 / ask for an extension
    #[command(
        after_help = "例 / Example:\n  mingcha finding extension ask FINDING --until 2026-03-20 --text 需采购配件"
    )]
    Ask(Dated),
    /// 同意延期 / grant an extension
    #[command(after_help = "例 / Example:\n  mingcha finding extension grant FINDING --until 2026-03-20")]
    Grant(Dated),
    /// 不同意延期 / refuse an extension
    #[command(after_help = "例 / Example:\n  mingcha finding extension refuse FINDING --text 已有备件")]
    Refuse(Dated),
}

/// A finding, a day and why.
#[derive(Args)]
pub struct Dated {
    /// 问题 id / the finding's id
    id: String,
    /// 到哪天 / until which day
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// 说明 / why
    #[arg(long, value_name = "T")]
    text: Option<String>,
    #[command(flatten)]
    seen: Seen,
}

impl Side {
    pub fn run(self, desk: &Desk, phone: &mut Phone) -> Result<ExitCode, Failure> {
        match self {
            Self::Extension(Extension::Ask(one)) => {
                phone.seen_of_finding(&one.id, one.seen.basis())?;
                let until = one
                    .until
                    .ok_or(Mistake::Malformed("请用 --until 写明到哪天", "say until which day with --until"))?;
                desk.print(&phone.finding_extension_ask(&one.id, &until, &one.text.unwrap_or_default())?)
            }
            Self::Extension(Extension::Grant(one)) => {
                let (until, text) = (one.until.as_deref(), one.text.as_deref());
                desk.print(&phone.finding_extension_grant(&one.id, until, text, one.seen.basis())?)
            }
            Self::Extension(Extension::Refuse(one)) => {
                desk.print(&phone.finding_extension_refuse(&one.id, one.text.as_deref(), one.seen.basis())?)
            }
            Self::Suspend(one) => {
                let text = one.text.unwrap_or_default();
                desk.print(&phone.finding_suspend(&one.id, one.until.as_deref(), &text, one.seen.basis())?)
            }
            Self::Resume { id, text, seen } => desk.print(&phone.finding_resume(&id, text.as_deref(), seen.basis())?),
        }
    }
}
