//! What is judged: a submission, the place itself, and whether a finding stands at all.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use mingcha::Phone;

use crate::command::Seen;
use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Judge {
    /// 审核一次整改反馈：approve 通过，return 退回 / judge one submission
    #[command(
        after_help = "例 / Example:\n  mingcha finding review SUBMISSION approve\n  mingcha finding review SUBMISSION return --text 照片看不清"
    )]
    Review {
        /// 整改反馈 id / the submission's id
        submission: String,
        /// approve 通过，return 退回 / approve or return
        #[arg(value_parser = ["approve", "return"], hide_possible_values = true)]
        verdict: String,
        /// 理由，退回时必填 / why; needed for a return
        #[arg(long, value_name = "T")]
        text: Option<String>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 复查结果；只有通过才销号 / the result of a recheck; only a pass closes
    #[command(
        after_help = "例 / Example:\n  mingcha finding recheck FINDING pass --visit VISIT\n  mingcha finding recheck FINDING fail --text 坡道仍被占 --photo now.jpg"
    )]
    Recheck {
        /// 问题 id / the finding's id
        id: String,
        /// pass 合格，fail 不合格，partly 部分合格 / what was found
        #[arg(value_parser = ["pass", "fail", "partly"], hide_possible_values = true)]
        outcome: String,
        /// 在哪次复查检查中 / the visit in which it was seen
        #[arg(long, value_name = "V")]
        visit: Option<String>,
        /// 情况 / what was seen
        #[arg(long, value_name = "T")]
        text: Option<String>,
        /// 照片文件，可重复 / a picture; may be repeated
        #[arg(long = "photo", value_name = "FILE")]
        photos: Vec<PathBuf>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 重新打开已销号的问题 / open a closed finding again, saying why
    #[command(after_help = "例 / Example:\n  mingcha finding reopen FINDING --text 问题反弹")]
    Reopen {
        /// 问题 id / the finding's id
        id: String,
        /// 原因 / why
        #[arg(long, value_name = "T")]
        text: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 维持：问题成立，驳回申诉 / uphold the finding: the appeal is turned down
    #[command(after_help = "例 / Example:\n  mingcha finding uphold FINDING --text 公告未张贴")]
    Uphold(Reasoned),
    /// 撤销：申诉成立，须说明理由 / withdraw the finding: the appeal is right, saying why
    #[command(after_help = "例 / Example:\n  mingcha finding withdraw FINDING --text 当日确有公告")]
    Withdraw(Reasoned),
    /// 作废，须说明原因 / void a finding, saying why
    #[command(after_help = "例 / Example:\n  mingcha finding void FINDING --text 点位登记错误")]
    Void(Reasoned),
    /// 撤销作废，须说明原因 / take a void back, saying why
    #[command(after_help = "例 / Example:\n  mingcha finding restore FINDING --text 登记无误")]
    Restore(Reasoned),
    /// 与另一问题为同一事，只计一次；none 撤销 / mark as a duplicate of another finding: they count once; none takes
    /// it back
    #[command(
        after_help = "例 / Example:\n  mingcha finding duplicate FINDING OTHER\n  mingcha finding duplicate FINDING none"
    )]
    Duplicate {
        /// 问题 id / the finding's id
        id: String,
        /// 另一问题 id，或 none / the other finding's id, or none
        other: String,
        /// 说明 / why
        #[arg(long, value_name = "T")]
        text: Option<String>,
        #[command(flatten)]
        seen: Seen,
    },
}

/// A finding and why something is said of it.
#[derive(clap::Args)]
pub struct Reasoned {
    /// 问题 id / the finding's id
    id: String,
    /// 说明 / why
    #[arg(long, value_name = "T")]
    text: Option<String>,
    #[command(flatten)]
    seen: Seen,
}

impl Judge {
    pub fn run(self, desk: &Desk, phone: &mut Phone) -> Result<ExitCode, Failure> {
        match self {
            Self::Review { submission, verdict, text, seen } => {
                desk.print(&phone.finding_review(&submission, &verdict, text.as_deref(), seen.basis())?)
            }
            Self::Recheck { id, outcome, visit, text, photos, seen } => {
                let (visit, text) = (visit.as_deref(), text.as_deref());
                desk.print(&phone.finding_recheck(&id, &outcome, visit, text, &photos, seen.basis())?)
            }
            Self::Reopen { id, text, seen } => desk.print(&phone.finding_reopen(&id, &text, seen.basis())?),
            Self::Uphold(one) => desk.print(&phone.finding_uphold(&one.id, one.text.as_deref(), one.seen.basis())?),
            Self::Withdraw(one) => {
                desk.print(&phone.finding_withdraw(&one.id, one.text.as_deref(), one.seen.basis())?)
            }
            Self::Void(one) => {
                desk.print(&phone.finding_void(&one.id, &one.text.unwrap_or_default(), one.seen.basis())?)
            }
            Self::Restore(one) => {
                desk.print(&phone.finding_restore(&one.id, &one.text.unwrap_or_default(), one.seen.basis())?)
            }
            Self::Duplicate { id, other, text, seen } => {
                desk.print(&phone.finding_duplicate(&id, &other, text.as_deref(), seen.basis())?)
            }
        }
    }
}
