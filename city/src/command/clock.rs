//! `clock`: sets the time of a sample city, so that a fortnight can pass in a minute.

use mingcha_model::{parse_millis, print_millis};
use serde_json::json;

use super::Data;
use super::failure::Failure;
use super::speech::Said;

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city clock --data ./city 2026-03-16T09:00:00+08:00
  mingcha-city clock --data ./city system

只用于 init --sample 建立的平台；设置后时间继续走。
Only for a city made by `init --sample`; from the time that was set the clock goes on.")]
pub(crate) struct Clock {
    #[command(flatten)]
    data: Data,
    /// RFC 3339 时间，或 system 恢复本机时间 / an RFC 3339 time, or `system` to follow the machine again
    #[arg(value_name = "RFC3339|system")]
    time: String,
}

impl Clock {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let city = self.data.open()?;
        let follows_system = self.time == "system";
        let millis = if follows_system {
            None
        } else {
            Some(parse_millis(&self.time).map_err(|bad| {
                Failure::mistake(
                    "time_invalid",
                    "时间有误，请写带时区的 RFC 3339，如 2026-03-16T09:00:00+08:00，或 system",
                    bad.to_string(),
                )
            })?)
        };
        city.set_clock(millis)?;
        let now = print_millis(city.now_millis()?);
        Ok(Said::new(
            json!({ "now": now, "system": follows_system }),
            format!("平台时间：{now}"),
            format!("The city's time: {now}"),
        ))
    }
}
