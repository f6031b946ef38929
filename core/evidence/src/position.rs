//! Where a picture was taken, as its camera claims: degrees, minutes and seconds as whole numbers.
//!
//! Half a position is no position, and nothing here is converted from one datum to another.

use exif::{Exif, Rational, Tag, Value};
use serde::Serialize;

use crate::metadata::{ascii, field, text};

/// A place on the earth as a camera wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Degrees north in units of 1e-7 degree, -900000000 to 900000000.
    pub latitude_e7: i32,
    /// Degrees east in units of 1e-7 degree, -1800000000 to 1800000000.
    pub longitude_e7: i32,
    /// What the degrees are measured on.
    pub datum: Datum,
    /// How far off that may be, in metres, where the camera says so (`GPSHPositioningError`).
    pub uncertainty: Option<u32>,
}

/// The datum of a claimed position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// WGS-84: what satellite receivers give.
    Wgs84,
    /// GCJ-02: what Chinese maps show.
    Gcj02,
    /// BD-09: what Baidu's maps show.
    Bd09,
    /// The camera names none: WGS-84 by custom, GCJ-02 or BD-09 on some phones. Not compared with a site.
    Unnamed,
    /// The camera names another one. Not compared with a site.
    Unknown,
}

/// The position in a picture's metadata, when it is whole and possible.
pub(crate) fn read(exif: &Exif) -> Option<Position> {
    let latitude = degrees_e7(exif, Tag::GPSLatitude)?;
    let longitude = degrees_e7(exif, Tag::GPSLongitude)?;
    let latitude_e7 = signed(latitude, 900_000_000, letter(exif, Tag::GPSLatitudeRef)?, b'N', b'S')?;
    let longitude_e7 = signed(longitude, 1_800_000_000, letter(exif, Tag::GPSLongitudeRef)?, b'E', b'W')?;
    if latitude_e7 == 0 && longitude_e7 == 0 {
        return None; // what receivers write before they know where they are
    }
    let datum = text(exif, Tag::GPSMapDatum).map_or(Datum::Unnamed, |name| datum(&name));
    let uncertainty = field(exif, Tag::GPSHPositioningError).and_then(|field| match &field.value {
        Value::Rational(parts) => parts.first().and_then(|part| part.num.div_ceil(part.denom.max(1)).into()),
        _ => None,
    });
    Some(Position { latitude_e7, longitude_e7, datum, uncertainty })
}

fn datum(name: &str) -> Datum {
    match name.replace([' ', '-', '_'], "").to_ascii_uppercase().as_str() {
        "WGS84" => Datum::Wgs84,
        "GCJ02" => Datum::Gcj02,
        "BD09" | "BD09LL" => Datum::Bd09,
        _ => Datum::Unknown,
    }
}

fn letter(exif: &Exif, tag: Tag) -> Option<u8> {
    ascii(exif, tag)?.first().map(u8::to_ascii_uppercase)
}

/// Degrees, minutes and seconds as units of 1e-7 degree, rounded to the nearest.
fn degrees_e7(exif: &Exif, tag: Tag) -> Option<u64> {
    let Value::Rational(parts) = &field(exif, tag)?.value else { return None };
    let mut units_e10 = 0_u64;
    for (part, of_a_degree) in parts.iter().zip([1_u64, 60, 3600]) {
        units_e10 = units_e10.checked_add(e10(*part, of_a_degree)?)?;
    }
    (!parts.is_empty()).then(|| units_e10.saturating_add(500) / 1_000)
}

fn e10(part: Rational, of_a_degree: u64) -> Option<u64> {
    let above = u128::from(part.num).checked_mul(10_000_000_000)?;
    let below = u128::from(part.denom).checked_mul(u128::from(of_a_degree))?;
    u64::try_from(above.checked_div(below)?).ok()
}

fn signed(units: u64, limit: u64, letter: u8, plus: u8, minus: u8) -> Option<i32> {
    let units = i32::try_from(units).ok().filter(|_| units <= limit)?;
    match letter {
        _ if letter == plus => Some(units),
        _ if letter == minus => units.checked_neg(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_over_zero_is_no_number() {
        assert_eq!(e10(Rational { num: 1, denom: 0 }, 60), None);
        assert_eq!(
            signed(e10(Rational { num: u32::MAX, denom: 1 }, 3600).unwrap(), 900_000_000, b'N', b'N', b'S'),
            None
        );
    }

    #[test]
    fn half_a_minute_south_is_a_negative_number() {
        assert_eq!(e10(Rational { num: 1, denom: 2 }, 60), Some(83_333_333));
        assert_eq!(signed(83_333, 900_000_000, b'S', b'N', b'S'), Some(-83_333));
        assert_eq!(signed(900_000_001, 900_000_000, b'N', b'N', b'S'), None);
        assert_eq!(signed(1, 900_000_000, b'?', b'N', b'S'), None);
    }
}
