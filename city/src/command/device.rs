//! `devices` and `revoke-device`: which phones there are, and the end of one that was lost.

use mingcha_city::{CityError, Device};
use mingcha_model::{DeviceId, print_millis};
use serde_json::{Value, json};

use super::Data;
use super::failure::Failure;
use super::speech::{Lang, Said};

#[derive(clap::Args)]
#[command(after_help = "示例 / Example:
  mingcha-city devices --data ./city --json")]
pub(crate) struct Devices {
    #[command(flatten)]
    data: Data,
}

impl Devices {
    pub(crate) fn run(&self, lang: Option<Lang>) -> Result<Said, Failure> {
        let devices = self.data.open()?.devices()?;
        let listed = devices.iter().map(row).collect();
        let text = if devices.is_empty() { nobody(lang) } else { table(&devices, lang) };
        Ok(Said::new(Value::Array(listed), text.clone(), text))
    }
}

fn row(device: &Device) -> Value {
    json!({
        "device": device.device,
        "person": device.person,
        "name": device.name,
        "role": device.role,
        "enrolled": print_millis(device.enrolled_millis),
        "revoked": device.revoked_millis.map(print_millis),
    })
}

fn nobody(lang: Option<Lang>) -> String {
    match lang {
        None => "没有设备 / no devices",
        Some(Lang::Zh) => "没有设备",
        Some(Lang::En) => "no devices",
    }
    .to_owned()
}

/// Ids, times and roles in columns of one width; what people are called comes last, because Chinese letters are wider.
fn table(devices: &[Device], lang: Option<Lang>) -> String {
    let head = match lang {
        Some(Lang::En) => ["device", "person", "role", "enrolled", "revoked", "name"],
        _ => ["设备", "人员", "角色", "登记", "停用", "称呼"],
    };
    let lines = devices.iter().map(|device| {
        let revoked = device.revoked_millis.map_or_else(|| "-".to_owned(), print_millis);
        let (role, enrolled) = (device.role.name(), print_millis(device.enrolled_millis));
        format!("{}  {}  {role:<10}  {enrolled}  {revoked:<29}  {}", device.device, device.person, device.name)
    });
    std::iter::once(head.join("  ")).chain(lines).collect::<Vec<_>>().join("\n")
}

#[derive(clap::Args)]
#[command(after_help = "示例 / Example:
  mingcha-city revoke-device --data ./city DEVICE

此后该设备发来的内容会收下待放行，它不再收到任何内容。
What it sends from now on is received and held; it is sent nothing more.")]
pub(crate) struct RevokeDevice {
    #[command(flatten)]
    data: Data,
    /// 设备编号，见 devices / the device's id, see `devices`
    #[arg(value_name = "DEVICE")]
    device: String,
}

impl RevokeDevice {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let city = self.data.open()?;
        let device: DeviceId = self.device.parse().map_err(|_| CityError::UnknownDevice)?;
        city.revoke_device(device)?;
        let revoked = city.devices()?.into_iter().find(|one| one.device == device);
        let revoked = revoked.and_then(|one| one.revoked_millis).map(print_millis);
        Ok(Said::new(json!({ "device": device, "revoked": revoked }), "设备已停用。", "The device is revoked."))
    }
}
