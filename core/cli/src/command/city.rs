//! Meeting the city: enrol, sync, what waits in between, and what goes by hand where there is no signal.
//!
//! Besides `photo fetch`, nothing else here talks to the network.

use std::path::PathBuf;
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
    /// 导出：没有信号时，把所做写成一个只有平台能读的文件 / hand this phone's work on as a file that the city alone can read
    ///
    /// 存储卡、数据线、同事的手机都可以带；带的人读不到内容。导出不算送达，平台收到后下次同步才算 / by a memory card, a cable or a
    /// colleague's phone, who reads nothing of it; it counts as sent when the city says so, at the next sync
    #[command(after_help = "例 / Example:\n  mingcha export /media/card/work.mingcha\n  \
        mingcha export work.mingcha --since 2026-03-02T00:00:00+08:00")]
    Export {
        /// 写入的文件，不能已存在 / the file to write; there must be none
        file: PathBuf,
        /// 只写此时之后的内容，RFC 3339；此前的须已送到平台 / only from this time on, RFC 3339; the city must have what came before
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
    },
    /// 捎带：收下别人导出的文件，下次同步时交给平台 / take somebody else's exported file along; the next sync hands it over
    #[command(after_help = "例 / Example:\n  mingcha import /media/card/work.mingcha")]
    Import {
        /// 别人导出的文件；收下后原文件可以删除 / the file; once it was taken along, it may be removed where it was
        file: PathBuf,
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
            Self::Export { file, since } => {
                let mut phone = desk.phone()?;
                desk.print(&desk.watch(|progress| phone.export(&file, since.as_deref(), progress))?)
            }
            Self::Import { file } => {
                let mut phone = desk.phone()?;
                desk.print(&desk.watch(|progress| phone.import(&file, progress))?)
            }
            Self::Status => desk.print(&desk.any_phone()?.status()?),
        }
    }
}
