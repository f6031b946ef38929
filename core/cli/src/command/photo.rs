//! Photos: what a picture is, which are here, and how they get out.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use mingcha::{Phone, PhotoTaken};

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
    /// 为已收入的照片制作副本；中断后再运行即接着做 / make the copies of photos that were taken; after a break it goes on
    #[command(after_help = "例 / Example:\n  mingcha photo finish\n\n\
        visit photo 在原件存妥后即告知，随后制作副本；被中断或用了 --later 的，由此命令、visit submit 或 sync 完成。\n\
        visit photo says so as soon as the originals are safe and then makes the copies. What was interrupted, or left by\n\
        --later, is done by this command, by visit submit or by sync.")]
    Finish,
    /// 从平台取回照片 / fetch photos from the city
    #[command(after_help = "例 / Example:\n  mingcha photo fetch --due")]
    Fetch {
        /// 只取到期复查所需的 / only what due rechecks need
        #[arg(long)]
        due: bool,
    },
    /// 程序中断后找回的照片：已存妥，尚未归入任何检查 / photos found again after a break: safe, and in no visit yet
    #[command(after_help = "例 / Example:\n  mingcha photo recovered")]
    Recovered,
    /// 把找回的照片归入检查 / take a recovered photo into a visit
    #[command(after_help = "例 / Example:\n  mingcha photo recover SHA256 VISIT --item W5-1")]
    Recover {
        /// photo recovered 列出的 sha256 / its SHA-256, as `photo recovered` lists it
        #[arg(value_name = "SHA256")]
        sha256: String,
        /// 检查 id / the visit's id
        visit: String,
        /// 检查项编码 / the item's code
        #[arg(long)]
        item: Option<String>,
    },
    /// 彻底删除找回的照片，不能撤销 / erase a recovered photo for good
    #[command(after_help = "例 / Example:\n  mingcha photo discard SHA256")]
    Discard {
        /// photo recovered 列出的 sha256 / its SHA-256, as `photo recovered` lists it
        #[arg(value_name = "SHA256")]
        sha256: String,
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
        /// original 原件，standard 标准版，thumbnail 缩略图，published 公布版（收到的只有这一版） / which copy; of a published photo there is one alone
        #[arg(long, value_parser = ["original", "standard", "thumbnail", "published"], hide_possible_values = true)]
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
            Self::Finish => {
                let mut phone = desk.phone()?;
                desk.print(&desk.watch(|progress| phone.photo_finish(progress))?)
            }
            Self::Fetch { due } => {
                let mut phone = desk.phone()?;
                desk.print(&desk.watch(|progress| phone.photo_fetch(due, progress))?)
            }
            Self::Recovered => desk.print(&desk.phone()?.photos_recovered()?),
            Self::Recover { sha256, visit, item } => {
                let mut phone = desk.phone()?;
                let taken = phone.photo_recover(&sha256, &visit, item.as_deref())?;
                desk.print(&taken)?;
                make_copies(desk, &mut phone, &[taken])
            }
            Self::Discard { sha256 } => desk.print(&desk.phone()?.photo_discard(&sha256)?),
            Self::List => desk.print(&desk.phone()?.photo_list()?),
            Self::Pair { finding, out } => desk.print(&desk.phone()?.photo_pairs(&finding, out.as_deref())?),
            Self::Save { photo, copy, out } => {
                let mut phone = desk.phone()?;
                if copy == "standard" || copy == "thumbnail" {
                    phone.photo_ready(&photo)?;
                }
                desk.print(&phone.photo_save(&photo, &copy, &out)?)
            }
        }
    }
}

/// Makes the copies of photos that were just said to be taken.
///
/// They are taken, whatever comes of this: a copy that finds no room waits, with a word on stderr and success. Only a
/// picture that can be made into none is a failure, because somebody has to take it again while they are there.
pub fn make_copies(desk: &Desk, phone: &mut Phone, taken: &[PhotoTaken]) -> Result<ExitCode, Failure> {
    if let Err(wait) = desk.watch(|progress| phone.photo_finish(progress)) {
        desk.remark(&wait);
        return Ok(ExitCode::SUCCESS);
    }
    let unusable = phone.photos_unusable()?;
    match taken.iter().filter(|photo| unusable.contains(&photo.photo)).count() {
        0 => Ok(ExitCode::SUCCESS),
        count => Err(Failure::unusable(count)),
    }
}
