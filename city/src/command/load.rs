//! `load`: takes over an office's file, all of it or nothing.

use std::path::PathBuf;

use mingcha_city::load::{Load, LoadedSet};
use serde_json::json;

use super::Data;
use super::failure::Failure;
use super::speech::Said;

#[derive(clap::Args)]
#[command(after_help = "示例 / Example (sites.toml):
  [[areas]]
  code = \"DH\"
  zh = \"东湖区\"
  en = \"Donghu District\"

  [[units]]
  code = \"MC-TAX\"
  name = \"明川市税务局\"
  area = \"DH\"

  [[sites]]
  code = \"TAX-01\"
  name = \"东湖办税服务厅\"
  kind = \"TAX\"
  unit = \"MC-TAX\"
  address = \"东湖区映湖路21号\"
  latitude = 39.5126
  longitude = 102.0143
  datum = \"GCJ-02\"

另有 [[kinds]]、[[sets]]、[[calendar]]、[policy]、[[campaigns]]；同一文件可重复导入。
Further tables: [[kinds]], [[sets]], [[calendar]], [policy], [[campaigns]]; the same file may be loaded again.")]
pub(crate) struct LoadFile {
    #[command(flatten)]
    data: Data,
    /// 要导入的 TOML 文件 / the TOML file
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,
}

impl LoadFile {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let city = self.data.open()?;
        let known = city.known()?;
        let load = Load::read(&self.file, &known)?;
        let entries = city.apply(&load)?;
        let (areas, kinds, units, sites) = (load.areas.len(), load.kinds.len(), load.units.len(), load.sites.len());
        let (sets, calendar, campaigns) = (load.sets.len(), load.calendar.len(), load.campaigns.len());
        let is_back = |loaded: &&LoadedSet| {
            !loaded.retired && known.retired.contains(&(loaded.set.code.to_string(), loaded.set.version))
        };
        let back_in_use: Vec<String> =
            load.sets.iter().filter(is_back).map(|loaded| loaded.set.code.to_string()).collect();
        let (again_zh, again_en) = if back_in_use.is_empty() {
            (String::new(), String::new())
        } else {
            let codes = back_in_use.join(" ");
            (
                format!("重新启用了已停用的标准：{codes}。"),
                format!(" Sets that were out of use are in use again: {codes}."),
            )
        };
        Ok(Said::new(
            json!({
                "areas": areas, "kinds": kinds, "units": units, "sites": sites, "sets": sets, "calendar": calendar,
                "campaigns": campaigns, "policy": load.policy.is_some(), "entries": entries,
                "back_in_use": back_in_use,
            }),
            format!(
                "已导入：{areas} 个片区，{units} 个单位，{sites} 个点位，{campaigns} 个专项；新写入 {entries} 条。{again_zh}"
            ),
            format!(
                "Loaded: {areas} areas, {units} units, {sites} sites, {campaigns} campaigns; {entries} new entries.{again_en}"
            ),
        ))
    }
}
