//! What needs a person: two values of one thing, and ops that the city refused or holds.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::Seen;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::Settled;

#[derive(Subcommand)]
pub enum Attention {
    /// 分歧：两人说法不同之处 / what two people said differently
    #[command(after_help = "例 / Example:\n  mingcha conflicts\n  mingcha conflicts --settled")]
    Conflicts {
        /// 改列已裁定、未采纳本人所写的 / those that were settled against one's own value instead
        #[arg(long)]
        settled: bool,
    },
    /// 裁定分歧，保留其中一个 / settle a conflict by keeping one of its versions
    #[command(after_help = "例 / Example:\n  mingcha resolve CONFLICT --keep OP --text 以现场照片为准")]
    Resolve {
        /// 分歧编号，见 conflicts / the conflict, as `conflicts` names it
        conflict: String,
        /// 保留哪一个 op / the op that is kept
        #[arg(long, value_name = "OP")]
        keep: String,
        /// 理由 / why
        #[arg(long, value_name = "T")]
        text: Option<String>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 被平台拒收和待处理的语句，及其处理 / what the city refused or has not taken yet, and what to do with it
    #[command(after_help = "例 / Example:\n  mingcha refused\n  mingcha refused retry OP")]
    Refused {
        #[command(subcommand)]
        then: Option<Refused>,
    },
    /// 平台暂存、待放行的语句：谁、在哪、说了什么 / what the city holds until somebody releases it: who, where, and what
    #[command(after_help = "例 / Example:\n  mingcha held")]
    Held,
    /// 放行一条暂存的语句 / release an op that the city holds
    #[command(after_help = "例 / Example:\n  mingcha release OP")]
    Release {
        /// 哪一条，见 held / the op, as `held` names it
        op: String,
    },
}

#[derive(Subcommand)]
pub enum Refused {
    /// 重新提交；检查连同其全部内容 / propose it again; a visit with everything in it
    #[command(after_help = "例 / Example:\n  mingcha refused retry OP")]
    Retry {
        /// 哪一条 / the op
        op: String,
    },
    /// 放弃；检查连同其全部内容 / let it go; a visit with everything in it
    #[command(after_help = "例 / Example:\n  mingcha refused discard OP")]
    Discard {
        /// 哪一条 / the op
        op: String,
    },
    /// 导出，交给有权的人；检查连同其全部内容 / write it out for somebody who may; a visit with everything in it
    #[command(after_help = "例 / Example:\n  mingcha refused export OP --out refused.json")]
    Export {
        /// 哪一条 / the op
        op: String,
        /// 写到哪个文件 / the file to write
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl Attention {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let mut phone = desk.phone()?;
        match self {
            Self::Conflicts { settled: false } => desk.print(&phone.conflicts()?),
            Self::Conflicts { settled: true } => desk.print(&Settled(phone.overruled_read()?)),
            Self::Resolve { conflict, keep, text, seen } => {
                desk.print(&phone.resolve(&conflict, &keep, text.as_deref().unwrap_or_default(), seen.basis())?)
            }
            Self::Refused { then: None } => desk.print(&phone.refused()?),
            Self::Refused { then: Some(Refused::Retry { op }) } => desk.print(&phone.refused_retry(&op)?),
            Self::Refused { then: Some(Refused::Discard { op }) } => desk.print(&phone.refused_discard(&op)?),
            Self::Refused { then: Some(Refused::Export { op, out }) } => {
                desk.print(&phone.refused_export(&op, out.as_deref())?)
            }
            Self::Held => desk.print(&phone.held()?),
            Self::Release { op } => desk.print(&phone.release(&op)?),
        }
    }
}
