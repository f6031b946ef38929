//! Enrolling: a one-time code becomes a device and a bearer token.
//!
//! Codes and tokens are kept as hashes alone. A code has 60 bits, so guessing is hopeless at any rate; ten wrong ones a
//! minute are counted, more are turned away unread, and a right one is always taken: nobody can lock others out.
//! A lost reply locks nobody out either: the same device may use its code again for ten minutes.

use mingcha_model::{DeviceId, Digest, Grants, PersonId};
use mingcha_sync::{AreaName, EnrolAsk, EnrolSaid, Problem, PublicKey, Signer as _};

use crate::ledger::{CodeRow, Look, Turn};
use crate::{City, CityError};

/// How long a code may wait for its phone, in the city's time.
const CODE_LIVES_MILLIS: i64 = 7 * 24 * 3_600 * 1_000;
/// How long the device that used a code may use it again: its reply may have been lost.
const AGAIN_WITHIN_MILLIS: i64 = 10 * 60 * 1_000;
/// So many wrong codes are answered within [`GUESS_WINDOW_MILLIS`].
const MOST_WRONG_CODES: u64 = 10;
const GUESS_WINDOW_MILLIS: i64 = 60_000;

/// The hash under which a code is kept: without dashes and spaces, in capitals.
pub(crate) fn hash_of_code(code: &str) -> [u8; 32] {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    Digest::of(plain.as_bytes()).0
}

/// Why an enrolment failed: a problem for the phone, or one of the city's own.
type Enrolled = Result<Result<EnrolSaid, Problem>, CityError>;

/// Answers an enrolment.
pub(crate) fn enrol(city: &City, ask: &EnrolAsk) -> Enrolled {
    if !ask.key.verifies(&EnrolAsk::message(&ask.code, ask.device), &ask.proof) {
        return Ok(Err(Problem::new(
            400,
            "bad_proof",
            "设备签名不符，请重试 / the device did not sign with the key it shows: try again",
        )));
    }
    let hash = hash_of_code(&ask.code);
    let ledger = &city.inner.ledger;
    ledger.write(|turn| {
        let system = turn.ports.millis();
        let window = system.saturating_sub(GUESS_WINDOW_MILLIS);
        let Some(code) = turn.code(&hash)? else {
            if turn.wrong_codes_since(window)? >= MOST_WRONG_CODES {
                return Ok(Err(Problem::new(
                    429,
                    "too_many_codes",
                    "错误次数过多，请一分钟后再试 / too many wrong codes: try again in a minute",
                )));
            }
            turn.count_wrong_code(system, window)?;
            return Ok(Err(code_problem("code_unknown")));
        };
        if let Err(problem) = usable(&code, turn.now, &ask.key) {
            return Ok(Err(code_problem(problem)));
        }
        if let Err(problem) = admit(turn, ask.device, code.person, &ask.key)? {
            return Ok(Err(problem));
        }
        if code.used.is_none() {
            turn.use_code(&hash, &ask.key.0)?;
        }
        let token = token(turn, ask.device)?;
        let grants = turn.person(code.person)?.ok_or(CityError::UnknownPerson)?.grants;
        Ok(Ok(EnrolSaid {
            token,
            person: code.person,
            areas: area_names(turn, &grants)?,
            unit: match grants.unit {
                Some(unit) => Some((unit, turn.unit(unit)?.ok_or(CityError::UnknownUnit)?.code)),
                None => None,
            },
            grants,
            city_key: city.inner.secret.public_key(),
            city_millis: turn.now,
            parcel_key: Some(city.inner.secret.parcel_key()?),
        }))
    })
}

fn usable(code: &CodeRow, now: i64, key: &PublicKey) -> Result<(), &'static str> {
    match code.used {
        Some((used, by)) if by == key.0 && now.saturating_sub(used) <= AGAIN_WITHIN_MILLIS => Ok(()),
        Some(_) => Err("code_used"),
        None if now.saturating_sub(code.made) > CODE_LIVES_MILLIS => Err("code_expired"),
        None => Ok(()),
    }
}

fn code_problem(code: &str) -> Problem {
    let detail = match code {
        "code_used" => "注册码已用过，请向文明办索取新码 / this code was used already: ask the office for a new one",
        "code_expired" => "注册码已过期，请向文明办索取新码 / this code has expired: ask the office for a new one",
        _ => "注册码不正确，请核对后重新输入 / no such code: check it and type it again",
    };
    Problem::new(403, code, detail)
}

/// Takes the device in; one that is known must be the same phone of the same person, and not revoked.
fn admit(
    turn: &mut Turn<'_>,
    device: DeviceId,
    person: PersonId,
    key: &PublicKey,
) -> Result<Result<(), Problem>, CityError> {
    match turn.device(device)? {
        None => turn.add_device(device, person, key).map(Ok),
        Some(known) if known.person == person && known.key == *key && known.revoked.is_none() => Ok(Ok(())),
        Some(_) => Ok(Err(Problem::new(
            409,
            "device_taken",
            "设备编号已被占用，请重新安装应用后再注册 / this device id belongs to another enrolment: install the app anew, then enrol",
        ))),
    }
}

fn token(turn: &mut Turn<'_>, device: DeviceId) -> Result<String, CityError> {
    let token = Digest(turn.ports.bytes()?).to_string();
    turn.add_token(&Digest::of(token.as_bytes()).0, device)?;
    Ok(token)
}

/// The names of the areas that these grants reach.
fn area_names(look: &Look<'_>, grants: &Grants) -> Result<Vec<AreaName>, CityError> {
    let areas = look.areas()?.into_iter().filter(|(area, _)| grants.covers_area(*area));
    Ok(areas.map(|(area, code)| AreaName { area, code }).collect())
}
