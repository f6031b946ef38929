//! What the inspecting side says of a finding until its unit answers, and how findings are looked at.

use std::process::ExitCode;

use clap::Subcommand;
use mingcha::Phone;

use crate::command::Seen;
use crate::desk::Desk;
use crate::failure::Failure;

const STAGES: [&str; 10] = [
    "recorded",
    "fed_back",
    "fixed_on_spot",
    "noticed",
    "submitted",
    "returned",
    "awaiting_recheck",
    "supervised",
    "closed",
    "void",
];

#[derive(Subcommand)]
pub enum Inspect {
    /// 登记问题 / raise a finding on an item of a visit
    #[command(
        after_help = "例 / Example:\n  mingcha finding raise VISIT W5-4 --text 轮椅坡道被占 --severity serious --photo PHOTO"
    )]
    Raise {
        /// 检查 id / the visit's id
        visit: String,
        /// 检查项编码 / the item that it fails
        item: String,
        /// 情况 / what is wrong
        #[arg(long, value_name = "T")]
        text: String,
        /// minor 轻微，ordinary 一般（默认），serious 较重，works 需工程 / how bad it is
        #[arg(long, value_parser = ["minor", "ordinary", "serious", "works"], hide_possible_values = true)]
        severity: Option<String>,
        /// 照片 id，可重复 / a photo's id; may be repeated
        #[arg(long = "photo", value_name = "ID")]
        photos: Vec<String>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 问题清单 / the findings that this phone knows
    #[command(after_help = "例 / Example:\n  mingcha finding list --stage submitted\n  mingcha finding list --overdue")]
    List {
        /// 只列某一阶段 / only those at this stage: `recorded fed_back fixed_on_spot noticed submitted returned
        /// awaiting_recheck supervised closed void`
        #[arg(long, value_parser = STAGES, hide_possible_values = true, value_name = "S")]
        stage: Option<String>,
        /// 只列逾期的 / only those that are overdue
        #[arg(long)]
        overdue: bool,
        /// 只列某点位的 / only those of one site, by id or code
        #[arg(long)]
        site: Option<String>,
    },
    /// 一个问题的全部与经过 / one finding and its way so far
    #[command(after_help = "例 / Example:\n  mingcha finding show FINDING")]
    Show {
        /// 问题 id / the finding's id
        id: String,
    },
    /// 反馈给单位；暗访问题由此对外发布 / feed back to the unit; for an undercover finding this publishes
    #[command(after_help = "例 / Example:\n  mingcha finding feedback FINDING --demand 清理坡道 --photos-checked")]
    Feedback {
        /// 问题 id / the finding's id
        id: String,
        /// 整改要求，不写则用检查项；暗访问题必须写明 / what the unit must put right; else the item's words, but of an
        /// undercover finding it must be worded
        #[arg(long, value_name = "TEXT")]
        demand: Option<String>,
        /// 已看过照片：无人脸、无证件，可随反馈发出 / a person looked: no faces, no documents, so the photos go along
        #[arg(long)]
        photos_checked: bool,
        /// 公布前遮挡照片的一块，可重复：照片=左,上,宽,高（千分比） / hide a part of a photo before it is published; may be
        /// repeated: left, top, width and height in thousandths of the picture
        #[arg(long, value_name = "PHOTO=L,T,W,H")]
        blur: Vec<String>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 交办：发整改通知 / write a rectification notice
    #[command(after_help = "例 / Example:\n  mingcha finding notice FINDING --deadline 2026-03-10")]
    Notice {
        /// 问题 id / the finding's id
        id: String,
        /// 整改期限，不写则按政策 / by which day; else as the policy says
        #[arg(long, value_name = "DAY")]
        deadline: Option<String>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 督办 / write a supervision notice
    #[command(after_help = "例 / Example:\n  mingcha finding supervise FINDING")]
    Supervise {
        /// 问题 id / the finding's id
        id: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 更正情况，原文保留 / correct the words; the first ones stay readable
    #[command(after_help = "例 / Example:\n  mingcha finding correct FINDING --text 应为二号窗口")]
    Correct {
        /// 问题 id / the finding's id
        id: String,
        /// 更正后的情况 / the corrected words
        #[arg(long, value_name = "T")]
        text: String,
        #[command(flatten)]
        seen: Seen,
    },
}

impl Inspect {
    pub fn run(self, desk: &Desk, phone: &mut Phone) -> Result<ExitCode, Failure> {
        match self {
            Self::Raise { visit, item, text, severity, photos, seen } => {
                phone.seen_of_visit(&visit, seen.basis())?;
                desk.print(&phone.finding_raise(&visit, &item, &text, severity.as_deref(), &photos)?)
            }
            Self::List { stage, overdue, site } => {
                desk.print(&phone.finding_list(stage.as_deref(), overdue, site.as_deref())?)
            }
            Self::Show { id } => desk.print(&phone.finding_show(&id)?),
            Self::Feedback { id, demand, photos_checked, blur, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_feedback_blurred(&id, demand.as_deref(), photos_checked, &blur)?)
            }
            Self::Notice { id, deadline, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_notice(&id, deadline.as_deref())?)
            }
            Self::Supervise { id, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_supervise(&id)?)
            }
            Self::Correct { id, text, seen } => {
                phone.seen_of_finding(&id, seen.basis())?;
                desk.print(&phone.finding_correct(&id, &text)?)
            }
        }
    }
}
