//! Who asks: a bearer token, the device that holds it, and the person whose it is. Whoever has none learns nothing.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use mingcha_model::Digest;
use mingcha_sync::Problem;

use super::answer::Refused;
use super::padding::Hearer;
use crate::ledger::{DeviceRow, Person};
use crate::{City, CityError};

/// The device and the person behind a request.
pub(crate) struct Caller {
    pub(crate) device: DeviceRow,
    pub(crate) person: Person,
    /// The city was restored, and its office has not looked at its people since.
    pub(crate) unconfirmed: bool,
}

impl FromRequestParts<City> for Caller {
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Refused> {
        let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Bearer ")).filter(|token| token.len() == 64);
        let hash = Digest::of(token.ok_or_else(unknown)?.as_bytes()).0;
        let city = city.clone();
        let found = at_work(move || {
            city.inner.ledger.read(|look| {
                let Some(device) = look.device_of_token(&hash)? else { return Ok(None) };
                let person = look.person(device.person)?.ok_or(CityError::UnknownPerson)?;
                Ok(Some(Self { device, person, unconfirmed: look.is_unconfirmed()? }))
            })
        });
        let caller = found.await?.ok_or_else(unknown)?;
        if let Some(hearer) = parts.extensions.get::<Hearer>() {
            hearer.is(caller.person.grants.role);
        }
        Ok(caller)
    }
}

impl Caller {
    /// Refuses a revoked device what only others may have.
    pub(crate) fn not_revoked(&self) -> Result<(), Problem> {
        if self.device.revoked.is_none() {
            return Ok(());
        }
        let detail = "设备已停用，请联系文明办 / this device was revoked: speak to the office";
        Err(Problem::new(403, "device_revoked", detail))
    }

    /// Refuses everybody what a restored city does not give before its office has looked at its people: whoever was revoked
    /// after the backup is not revoked in it.
    pub(crate) fn is_given_to(&self) -> Result<(), Problem> {
        if self.unconfirmed { Err(unconfirmed()) } else { Ok(()) }
    }

    /// Refuses whoever may not read at all now.
    pub(crate) fn may_read(&self) -> Result<(), Problem> {
        self.is_given_to()?;
        self.not_revoked()
    }
}

fn unconfirmed() -> Problem {
    Problem::new(
        503,
        "city_restored",
        "平台刚从备份恢复，文明办核对人员前只接收、不下发；请保留全部内容，稍后再同步 / the city was restored from a backup: until its office has checked its people it takes everything and gives nothing; keep everything and sync again later",
    )
}

fn unknown() -> Refused {
    Problem::new(401, "token_unknown", "登录已失效，请重新注册 / this device is not enrolled here: enrol it again")
        .into()
}

/// Runs what blocks on a thread that may.
pub(crate) async fn at_work<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CityError> + Send + 'static,
) -> Result<T, CityError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| CityError::Inconsistent("a thread"))?
}
