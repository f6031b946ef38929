//! `publish`: a criteria set from a file of its own, checked whole; or a published set taken out of use.

use std::path::PathBuf;

use mingcha_city::load::Load;
use serde_json::json;

use super::Data;
use super::failure::Failure;
use super::speech::Said;

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city publish --data ./city W5.toml
  mingcha-city publish --data ./city --retire W5

表格先转成标准文件 / a spreadsheet becomes a set's file first:
  mingcha sets import W5.xlsx --out W5.toml")]
pub(crate) struct Publish {
    #[command(flatten)]
    data: Data,
    /// 标准文件，见 mingcha sets export / the set's file, as `mingcha sets export` writes it
    #[arg(value_name = "FILE.toml", required_unless_present = "retire", conflicts_with = "retire")]
    file: Option<PathBuf>,
    /// 停用这套标准：新的检查不再使用，已有的检查不变；再次发布即重新启用 / take this set out of use: visits that used it stay as they are; publish it again to use it again
    #[arg(long, value_name = "SET")]
    retire: Option<String>,
}

impl Publish {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let city = self.data.open()?;
        let known = city.known()?;
        let load = match (&self.file, &self.retire) {
            (Some(file), _) => Load::set_file(file, &known)?,
            (None, Some(code)) => Load::retired(code, &known)?,
            // One of the two is required.
            (None, None) => Load::default(),
        };
        let entries = city.apply(&load)?;
        let told: Vec<_> = load.sets.iter().map(|loaded| (loaded.set.code.to_string(), loaded.set.version)).collect();
        let (set, version) = told.first().cloned().unwrap_or_default();
        let items = load.sets.first().map_or(0, |loaded| loaded.set.items.len());
        let retired = self.retire.is_some();
        let back_in_use = !retired && known.retired.contains(&(set.clone(), version));
        let (zh, en) = match (retired, entries) {
            _ if back_in_use => (
                format!("标准 {set} 第 {version} 版此前已停用，现重新启用，{items} 项。"),
                format!("{set} version {version} was out of use and is in use again, {items} items."),
            ),
            (_, 0) => (
                format!("标准 {set} 第 {version} 版早已如此，没有变化。"),
                format!("{set} version {version} stands so already: nothing changed."),
            ),
            (true, _) => (
                format!("标准 {set} 已停用，已有的检查不变。"),
                format!("{set} is out of use; visits that used it stay as they are."),
            ),
            (false, _) => (
                format!("已发布标准 {set} 第 {version} 版，{items} 项。"),
                format!("Published {set}, version {version}, {items} items."),
            ),
        };
        let mut asking = city.campaigns_asking(&set)?;
        asking.retain(|(_, asked)| retired || *asked != version);
        let (more_zh, more_en) = told_of(&asking, retired);
        let campaigns: Vec<_> =
            asking.iter().map(|(name, asked)| json!({ "campaign": name, "version": asked })).collect();
        Ok(Said::new(
            json!({
                "set": set, "version": version, "items": items, "retired": retired, "back_in_use": back_in_use,
                "entries": entries, "campaigns": campaigns,
            }),
            zh + &more_zh,
            en + &more_en,
        ))
    }
}

/// What running campaigns make of it: they keep the version that they were loaded with, or lose the set.
fn told_of(asking: &[(String, u32)], retired: bool) -> (String, String) {
    let (mut zh, mut en) = (String::new(), String::new());
    for (name, version) in asking {
        let (more_zh, more_en) = if retired {
            (format!("\n专项“{name}”不再检查这套标准。"), format!("\nThe campaign {name} asks this set no more."))
        } else {
            (
                format!("\n专项“{name}”仍用第 {version} 版；要改用新版，请再次载入（load）该专项。"),
                format!(
                    "\nThe campaign {name} keeps asking version {version}: load the campaign again to change that."
                ),
            )
        };
        zh.push_str(&more_zh);
        en.push_str(&more_en);
    }
    (zh, en)
}
