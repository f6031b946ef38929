//! Why something stands as it does, and whether everything is as it was said.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Proof {
    /// 来龙去脉：哪些语句、哪条规则得出现状 / the ops that lead to what is shown, and the rule that decided
    #[command(after_help = "例 / Example:\n  mingcha explain FINDING\n  mingcha explain VISIT W5-1")]
    Explain {
        /// 检查、问题等的 id / the id of a visit, a finding, a submission
        entity: String,
        /// 检查项编码 / the item's code, for an answer
        item: Option<String>,
    },
    /// 核验：签名、哈希链、照片是否完好；不符时退出码为 1 / verify signatures, chains and photos; exit 1 when something
    /// does not fit
    #[command(after_help = "例 / Example:\n  mingcha verify\n  mingcha verify --bundle export.mingcha")]
    Verify {
        /// 核验导出的文件，而不是本机：是否完整；内容只有平台能读 / a file that was exported, instead of this phone: whether it
        /// is whole; what is in it the city alone can read
        #[arg(long, value_name = "FILE")]
        bundle: Option<PathBuf>,
    },
}

impl Proof {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        match self {
            Self::Explain { entity, item } => desk.print(&desk.phone()?.explain(&entity, item.as_deref())?),
            Self::Verify { bundle } => {
                let phone = desk.any_phone()?;
                let (printed, ok) = if let Some(file) = bundle {
                    let verified = desk.watch(|progress| phone.verify_parcel(&file, progress))?;
                    (desk.print(&verified)?, verified.ok)
                } else {
                    let verified = phone.verify()?;
                    (desk.print(&verified)?, verified.ok)
                };
                Ok(if ok { printed } else { ExitCode::from(1) })
            }
        }
    }
}
