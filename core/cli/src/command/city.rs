//! Meeting the city: enrol, sync, and what waits in between.
//!
//! Besides `photo fetch`, nothing else here talks to the network.

use std::process::ExitCode;

use clap::Subcommand;

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
    #[command(after_help = "例 / Example:\n  mingcha sync")]
    Sync,
    /// 本机状态：归谁、还有什么待送 / whose phone this is and what waits
    #[command(after_help = "例 / Example:\n  mingcha status --json")]
    Status,
}

impl City {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        match self {
            Self::Enrol { url, code } => desk.print(&desk.any_phone()?.enrol(&url, &code)?),
            Self::Sync => {
                let mut phone = desk.phone()?;
                desk.print(&desk.watch(|progress| phone.sync(progress))?)
            }
            Self::Status => desk.print(&desk.any_phone()?.status()?),
        }
    }
}
