//! `init`: founds a city, empty or with the sample in it.

use mingcha_city::City;
use mingcha_city::load::Load;
use serde_json::json;

use super::Data;
use super::failure::Failure;
use super::speech::Said;

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city init --data ./city
  mingcha-city init --data ./city --sample

示例平台有 3 个片区、12 个单位、40 个点位和一个专项，并可用 clock 设置时间。
The sample has 3 areas, 12 units, 40 sites and a campaign, and its time can be set with `clock`.")]
pub(crate) struct Init {
    #[command(flatten)]
    data: Data,
    /// 装入虚构的示例城市 / fill it with an invented city
    #[arg(long)]
    sample: bool,
}

impl Init {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let dir = self.data.dir();
        let load = if self.sample { Load::sample()? } else { Load::default() };
        let city = if self.sample { City::init_sample(dir)? } else { City::init(dir)? };
        city.apply(&load)?;
        if self.sample {
            city.set_clock(None)?;
        }
        let (areas, units, sites) = (load.areas.len(), load.units.len(), load.sites.len());
        let data = dir.display().to_string();
        Ok(Said::new(
            json!({ "data": data, "sample": self.sample, "areas": areas, "units": units, "sites": sites }),
            format!(
                "已建立平台：{areas} 个片区，{units} 个单位，{sites} 个点位。接着用 load 导入，或用 enrol 登记人员。"
            ),
            format!("The city is founded: {areas} areas, {units} units, {sites} sites. Next: `load` or `enrol`."),
        ))
    }
}
