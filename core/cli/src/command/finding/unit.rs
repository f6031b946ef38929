//! What a unit says: that it was told, that it declines, that it put things right, that it appeals.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use mingcha::Phone;

use crate::command::Seen;
use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Unit {
    /// 签收 / acknowledge a notice
    #[command(after_help = "例 / Example:\n  mingcha finding acknowledge FINDING --name 值班长")]
    Acknowledge {
        /// 问题 id / the finding's id
        id: String,
        /// 签收人 / who signs for it
        #[arg(long, value_name = "N")]
        name: String,
        /// 现场纸面签收，由检查员或督查员代录 / signed on paper, written down by an inspector or a supervisor
        #[arg(long)]
        signed: bool,
        #[command(flatten)]
        seen: Seen,
    },
    /// 拒签，须说明原因 / decline a notice, saying why
    #[command(after_help = "例 / Example:\n  mingcha finding decline FINDING --text 该窗口不归本单位")]
    Decline {
        /// 问题 id / the finding's id
        id: String,
        /// 原因 / why
        #[arg(long, value_name = "T")]
        text: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 立行立改：当场改好 / put right on the spot
    #[command(after_help = "例 / Example:\n  mingcha finding fixed FINDING --photo after.jpg")]
    Fixed {
        /// 问题 id / the finding's id
        id: String,
        /// 改后照片文件，可重复 / a picture of it put right; may be repeated
        #[arg(long = "photo", value_name = "FILE")]
        photos: Vec<PathBuf>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 报整改：做了什么，附照片 / submit a rectification with photos
    #[command(after_help = "例 / Example:\n  mingcha finding rectify FINDING --text 已清理坡道 --photo a.jpg b.jpg")]
    Rectify {
        /// 问题 id / the finding's id
        id: String,
        /// 做了什么 / what was done
        #[arg(long, value_name = "T")]
        text: String,
        /// 改后照片文件，可多个 / pictures of it put right
        #[arg(long = "photo", value_name = "FILE", num_args = 1..)]
        photos: Vec<PathBuf>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 申诉，须说明理由 / appeal, saying why
    #[command(after_help = "例 / Example:\n  mingcha finding appeal FINDING --text 当日设备检修，有公告")]
    Appeal {
        /// 问题 id / the finding's id
        id: String,
        /// 理由 / why
        #[arg(long, value_name = "T")]
        text: Option<String>,
        #[command(flatten)]
        seen: Seen,
    },
}

impl Unit {
    pub fn run(self, desk: &Desk, phone: &mut Phone) -> Result<ExitCode, Failure> {
        match self {
            Self::Acknowledge { id, name, signed, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_acknowledge(&id, &name, signed)?)
            }
            Self::Decline { id, text, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_decline(&id, &text)?)
            }
            Self::Fixed { id, photos, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_fixed(&id, &photos)?)
            }
            Self::Rectify { id, text, photos, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_rectify(&id, &text, &photos)?)
            }
            Self::Appeal { id, text, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_appeal(&id, &text.unwrap_or_default())?)
            }
        }
    }
}
