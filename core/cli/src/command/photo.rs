//! Photos: what a picture is, which are here, and how they get out.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use mingcha::Phone;

use super::Seen;
use crate::desk::Desk;
use crate::failure::Failure;

#[derive(Subcommand)]
pub enum Photo {
    /// 看一张照片是什么，不收入 / what a picture is, before anything is done with it
    #[command(after_help = "例 / Example:\n  mingcha photo inspect IMG_0001.jpg --out ./copies")]
    Inspect {
        /// 照片文件 / the picture's file
        file: PathBuf,
        /// 把标准版和缩略图写到这个目录 / the folder to write its copies to
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// 把已收入的照片归到检查项，可一次多张 / put photos to an item, many at once
    #[command(after_help = "例 / Example:\n  mingcha photo put PHOTO W5-1\n  mingcha photo put PHOTO PHOTO PHOTO W5-1")]
    Put {
        /// 照片 id / the photos' ids
        #[arg(required = true, num_args = 1.., value_name = "PHOTO")]
        photos: Vec<String>,
        /// 检查项编码 / the item's code
        item: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 从平台取回照片 / fetch photos from the city
    #[command(after_help = "例 / Example:\n  mingcha photo fetch --due")]
    Fetch {
        /// 只取到期复查所需的 / only what due rechecks need
        #[arg(long)]
        due: bool,
    },
    /// 本机的照片 / the photos that this phone knows
    #[command(after_help = "例 / Example:\n  mingcha photo list")]
    List,
    /// 一个问题整改前后的照片，成对 / a finding's photos before and after, in pairs
    #[command(after_help = "例 / Example:\n  mingcha photo pair FINDING --out ./pairs\n\n\
        每对写出三个文件：前、后（大小相同，可叠放拖动对比）、左右并排。\n\
        Three files for each pair: before and after of one size for a slider, and both side by side.")]
    Pair {
        /// 问题 id / the finding's id
        finding: String,
        /// 写到哪个目录；不写则只列出 / the folder to write to; without it they are only listed
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// 另存一张照片 / write a photo out
    #[command(after_help = "例 / Example:\n  mingcha photo save PHOTO --copy original --out photo.jpg")]
    Save {
        /// 照片 id / the photo's id
        photo: String,
        /// original 原件，standard 标准版，thumbnail 缩略图 / which copy
        #[arg(long, value_parser = ["original", "standard", "thumbnail"], hide_possible_values = true)]
        copy: String,
        /// 写到哪个文件 / the file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

impl Photo {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        match self {
            Self::Inspect { file, out } => desk.print(&Phone::photo_inspect(&file, out.as_deref())?),
            Self::Put { photos, item, seen } => match photos.as_slice() {
                [photo] => desk.print(&desk.phone()?.photo_put(photo, &item, seen.basis())?),
                photos => desk.print(&desk.phone()?.photos_put(photos, &item, seen.basis())?),
            },
            Self::Fetch { due } => {
                let mut phone = desk.phone()?;
                desk.print(&desk.watch(|progress| phone.photo_fetch(due, progress))?)
            }
            Self::List => desk.print(&desk.phone()?.photo_list()?),
            Self::Pair { finding, out } => desk.print(&desk.phone()?.photo_pairs(&finding, out.as_deref())?),
            Self::Save { photo, copy, out } => desk.print(&desk.phone()?.photo_save(&photo, &copy, &out)?),
        }
    }
}
