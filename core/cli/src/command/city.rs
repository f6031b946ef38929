//! Meeting the city: enrol, sync, and what waits in between.
//!
//! Besides `photo fetch`, nothing else here talks to the network.

use std::process::ExitCode;

use clap::Subcommand;
use mingcha::Surroundings;

use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum City {
    /// 登记：用一次性登记码把本机归到一个人 / enrol: a one-time code makes this phone somebody's
    #[command(after_help = "例 / Example:\n  mingcha --home ./phone enrol https://city.example CODE")]
    Enrol {
        /// 平台地址 / the city's address, http:// or https://
        url: String,
        /// 一次性登记码 / the one-time code
        code: String,
    },
    /// 同步：送出所做，取回所需 / sync: send what was done here, receive what is new
    ///
    /// 流量计费或电量低时，记录和缩略图照常，大文件等条件好时再传 / ops and thumbnails always travel; larger files wait
    /// while the network is metered or the battery is low
    #[command(after_help = "例 / Example:\n  mingcha sync --metered")]
    Sync {
        /// 流量计费：照片原件以后再传 / the network is metered: originals of photos wait
        #[arg(long)]
        metered: bool,
        /// 电量低：只传缩略图 / the battery is low: of photos thumbnails alone
        #[arg(long)]
        battery_low: bool,
    },
    /// 本机状态：归谁、还有什么待送 / whose phone this is and what waits
    #[command(after_help = "例 / Example:\n  mingcha status --json")]
    Status,
}

impl City {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        match self {
            Self::Enrol { url, code } => desk.print(&desk.any_phone()?.enrol(&url, &code)?),
            Self::Sync { metered, battery_low } => {
                let mut phone = desk.phone()?;
                let moment = Surroundings { metered, battery_low };
                desk.print(&desk.watch(|progress| phone.sync_under(moment, progress))?)
            }
            Self::Status => desk.print(&desk.any_phone()?.status()?),
        }
    }
}
