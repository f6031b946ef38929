//! `erase`: what is taken out of this city and of every phone, and never comes back.

use clap::Subcommand;
use mingcha_city::CityError;
use mingcha_model::PhotoId;
use serde_json::json;

use super::Data;
use super::failure::Failure;
use super::speech::Said;

#[derive(Subcommand)]
pub(crate) enum Erase {
    /// 删除一张照片：原件、各版本、缩略图、拍摄信息，平台和所有手机 / erase a photo: its files, copies and what its camera said, here and on every phone
    #[command(after_help = "示例 / Example:
  mingcha-city erase photo --data ./city PHOTO

不能撤销。手机在下次同步时删除；记录链仍可核验。
It cannot be undone. Phones erase it at their next sync; every chain still verifies.")]
    Photo {
        #[command(flatten)]
        data: Data,
        /// 照片编号 / the photo's id
        #[arg(value_name = "PHOTO")]
        photo: String,
    },
}

impl Erase {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let Self::Photo { data, photo } = self;
        let city = data.open()?;
        let photo: PhotoId = photo.trim().parse().map_err(|_| CityError::UnknownPhoto)?;
        city.erase_photo(photo)?;
        Ok(Said::new(
            json!({ "erased": photo }),
            "照片已从平台删除，手机在下次同步时删除；不能撤销。",
            "The photo is erased here; phones erase it at their next sync. It cannot be undone.",
        ))
    }
}
