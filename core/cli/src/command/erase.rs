//! Erasing for good: what goes from this phone and, at the next sync, from everywhere else.

use std::process::ExitCode;

use clap::Subcommand;

use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Erase {
    /// 永久删除一张照片，不能撤销 / erase a photo for good; it cannot be undone
    #[command(after_help = "例 / Example:\n  mingcha erase photo PHOTO\n\n\
        检查提交前由拍摄人删除，之后由督查员或平台删除。\n\
        Whoever took it may until its visit is submitted; a supervisor or the office always.")]
    Photo {
        /// 照片 id / the photo's id
        photo: String,
    },
}

impl Erase {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let Self::Photo { photo } = self;
        desk.print(&desk.phone()?.erase_photo(&photo)?)
    }
}
