//! Signs that a photo may not be what it claims to be, worked out from what its op says, offline.
//!
//! A sign is something for a person to look at and never a verdict: each has an innocent reading. Where the facts do
//! not suffice there is no sign. A photographed screen gets none, because nobody has measured how often that errs.

use mingcha_model::Day;
use mingcha_model::body::{Datum, Position};
use serde::Serialize;

use crate::datum::Point;
use crate::{metadata, warning};

/// A reason to look at a photo again; printed and serialised as its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Its camera says that it was taken before the finding was recorded, or the visit begun.
    TakenBefore,
    /// Its camera says that it was taken later than it was handed in.
    TakenInFuture,
    /// Its camera says that it was taken more than 300 m from the site, uncertainties taken off.
    FarFromSite,
    /// Its metadata names a program that people change pictures with.
    EditedBySoftware,
    /// It is what a screen showed.
    Screenshot,
    /// It is to show something put right, and it is the picture of what was wrong.
    SameAsBeforePhoto,
    /// The same picture was handed in before.
    UsedBefore,
}

impl Sign {
    /// The stable code, in snake case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TakenBefore => "taken_before",
            Self::TakenInFuture => "taken_in_future",
            Self::FarFromSite => "far_from_site",
            Self::EditedBySoftware => "edited_by_software",
            Self::Screenshot => "screenshot",
            Self::SameAsBeforePhoto => "same_as_before_photo",
            Self::UsedBefore => "used_before",
        }
    }

    /// The sign in words, Chinese / English.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::TakenBefore => "相机时间早于问题记录 / the camera's time is before the finding was recorded",
            Self::TakenInFuture => "相机时间晚于提交时间 / the camera's time is after it was handed in",
            Self::FarFromSite => "拍摄位置距点位超过300米 / taken more than 300 m from the site",
            Self::EditedBySoftware => "照片经软件处理 / a program that changes pictures wrote the file",
            Self::Screenshot => "疑似截屏 / looks like a screenshot",
            Self::SameAsBeforePhoto => "与整改前照片为同一张 / the same picture as before the rectification",
            Self::UsedBefore => "与此前提交的照片为同一张 / the same picture was handed in before",
        }
    }
}

/// Where a camera says that it was, on a datum that it names. One that names none may mean GPS or what a Chinese map shows,
/// hundreds of metres apart: such a position is not compared with a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimedPlace {
    /// Degrees north times ten million.
    pub latitude_e7: i32,
    /// Degrees east times ten million.
    pub longitude_e7: i32,
    /// The datum.
    pub datum: Datum,
    /// How far off it may be in metres, where the camera says so.
    pub uncertainty: Option<u32>,
}

/// From how many metres on, uncertainties taken off, a photo is far from its site.
pub const FAR: u32 = 300;
/// How far off a camera may be that does not say how far: indoors, metres become tens of metres.
const CAMERA: u32 = 50;
/// How far the middle of a site may be from where people stand, and its list from the ground.
const SITE: u32 = 50;
/// How far a camera's clock may be off without a word, in seconds.
const CLOCK: i64 = 10 * 60;

/// How many metres a photo was taken from its site, when that is far.
///
/// ```
/// use mingcha_evidence::{ClaimedPlace, far_from};
/// use mingcha_model::body::{Datum, Position};
/// let site = Position { latitude_e7: 399_133_454, longitude_e7: 1_163_840_472, datum: Datum::Gcj02 };
/// // The same place as a GPS receiver gives it, half a kilometre off in numbers alone.
/// let place = ClaimedPlace { latitude_e7: 399_119_540, longitude_e7: 1_163_778_170, datum: Datum::Wgs84, uncertainty: None };
/// assert_eq!(far_from(&place, &site), None);
/// assert!(far_from(&ClaimedPlace { latitude_e7: 400_000_000, ..place }, &site).is_some());
/// ```
pub fn far_from(place: &ClaimedPlace, site: &Position) -> Option<u32> {
    let taken = Position { latitude_e7: place.latitude_e7, longitude_e7: place.longitude_e7, datum: place.datum };
    let metres = Point::of(&taken).metres_to(Point::of(site));
    let certain = metres - f64::from(place.uncertainty.unwrap_or(CAMERA)) - f64::from(SITE);
    (certain > f64::from(FAR)).then(|| rounded(metres))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most half the earth's girth")]
fn rounded(metres: f64) -> u32 {
    metres.round().clamp(0.0, 3e7) as u32
}

/// The Unix seconds that a claimed time names, as the op keeps it: `2026:03:02 10:20:00 +08:00`. Without an offset it is
/// taken for the time of Beijing, by which the program counts its days; `None` where no calendar has such a time.
///
/// ```
/// use mingcha_evidence::claimed_seconds;
/// assert_eq!(claimed_seconds("1970:01:01 08:00:10"), Some(10));
/// assert_eq!(claimed_seconds("1970:01:01 00:00:10 +00:00"), Some(10));
/// assert_eq!(claimed_seconds("2026:02:30 10:20:00"), None);
/// ```
pub fn claimed_seconds(text: &str) -> Option<i64> {
    const BEIJING: i64 = 8 * 60;
    let (time, offset) = match text.trim().rsplit_once(' ') {
        Some((time, offset)) if time.contains(' ') => (time, Some(offset)),
        _ => (text.trim(), None),
    };
    let parts = metadata::time_parts(time, offset)?;
    let day = Day::from_civil(parts.year.into(), parts.month.into(), parts.day.into())?;
    let minutes = i64::from(parts.hour).saturating_mul(60).saturating_add(parts.minute.into());
    let ahead = parts.offset_minutes.map_or(BEIJING, i64::from);
    let minutes = minutes.saturating_add(BEIJING).saturating_sub(ahead);
    Some(day.start_unix_seconds().saturating_add(minutes.saturating_mul(60)).saturating_add(parts.second.into()))
}

/// What the claimed time of a photo says against it. All times in Unix seconds: when the camera says, when what it shows
/// was first recorded, and when the photo was handed in.
pub fn time_signs(taken: i64, recorded: Option<i64>, handed_in: i64) -> Vec<Sign> {
    let before = recorded.is_some_and(|recorded| taken < recorded.saturating_sub(CLOCK));
    let signs = [(Sign::TakenBefore, before), (Sign::TakenInFuture, taken > handed_in.saturating_add(CLOCK))];
    signs.into_iter().filter_map(|(sign, holds)| holds.then_some(sign)).collect()
}

/// What a text of [`crate::Metadata::camera`] says against a picture.
pub fn camera_signs(camera: &str) -> Vec<Sign> {
    let line = |number: usize| camera.split('\n').nth(number).unwrap_or_default();
    let (edited, screenshot) = (warning::is_editor(line(0), line(2)), line(3) == metadata::SCREENSHOT);
    let signs = [(Sign::EditedBySoftware, edited), (Sign::Screenshot, screenshot)];
    signs.into_iter().filter_map(|(sign, holds)| holds.then_some(sign)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Inspection, Metadata};

    const HALL: Position = Position { latitude_e7: 399_119_540, longitude_e7: 1_163_778_170, datum: Datum::Wgs84 };

    fn north_of_hall(metres: f64) -> ClaimedPlace {
        #[expect(clippy::cast_possible_truncation, reason = "a few hundred metres")]
        let moved = (metres / 111_195.0 * 1e7) as i32;
        ClaimedPlace {
            latitude_e7: HALL.latitude_e7 + moved,
            longitude_e7: HALL.longitude_e7,
            datum: Datum::Wgs84,
            uncertainty: Some(20),
        }
    }

    #[test]
    fn far_is_far_only_beyond_both_uncertainties() {
        assert_eq!(far_from(&north_of_hall(360.0), &HALL), None);
        assert_eq!(far_from(&north_of_hall(375.0), &HALL), Some(375));
        let vague = ClaimedPlace { uncertainty: Some(900), ..north_of_hall(1_000.0) };
        assert_eq!(far_from(&vague, &HALL), None);
    }

    #[test]
    fn one_place_in_three_datums_is_one_place() {
        // Published points, see `datum`: the hall on GCJ-02.
        let gcj = Position { latitude_e7: 399_133_455, longitude_e7: 1_163_840_472, datum: Datum::Gcj02 };
        let gps = north_of_hall(0.0);
        assert_eq!(far_from(&gps, &gcj), None);
        // Taken for GPS the same numbers would be 550 m away.
        assert!(far_from(&gps, &Position { datum: Datum::Wgs84, ..gcj }).is_some());
        // And a point of BD-09 with its place on GCJ-02, more than a kilometre apart in numbers alone.
        let baidu = Position { latitude_e7: 399_150_000, longitude_e7: 1_164_040_000, datum: Datum::Bd09 };
        let read = ClaimedPlace { latitude_e7: 399_086_567, longitude_e7: 1_163_976_273, ..gps };
        assert_eq!(far_from(&ClaimedPlace { datum: Datum::Gcj02, ..read }, &baidu), None);
        assert!(far_from(&ClaimedPlace { datum: Datum::Bd09, ..read }, &baidu).is_some());
    }

    #[test]
    fn ten_minutes_of_a_cameras_clock_are_nobodys_fault() {
        assert_eq!(time_signs(1_000, Some(1_000), 1_000), []);
        assert_eq!(time_signs(400, Some(1_000), 2_000), []);
        assert_eq!(time_signs(399, Some(1_000), 2_000), [Sign::TakenBefore]);
        assert_eq!(time_signs(2_601, Some(1_000), 2_000), [Sign::TakenInFuture]);
        assert_eq!(time_signs(-5, None, 2_000), []);
    }

    #[test]
    fn editors_are_known_by_the_software_alone_and_firmware_is_not_an_editor() {
        let edited = [Sign::EditedBySoftware];
        assert_eq!(camera_signs("HUAWEI\nLIO-AL00\nLIO-AL00 10.1.0.288"), []);
        assert_eq!(camera_signs("NIKON\nE5600\nAdobe Photoshop 7.0"), edited);
        assert_eq!(camera_signs("\n\nGIMP 2.10"), edited);
        assert_eq!(camera_signs("vivo\nX9\n美图秀秀"), edited);
        // Phones that are called what editors are called, and a word within a word.
        assert_eq!(camera_signs("MEITU\nMeitu M8"), []);
        assert_eq!(camera_signs("Meitu\nMeitu M8\nmeitu-user 5.1"), []);
        assert_eq!(camera_signs("Micromax\nCanvas 5\nCanvas5_V2"), []);
    }

    #[test]
    fn a_screenshot_is_told_from_a_photo_that_a_messenger_stripped() {
        let said = |format, width, height, metadata| {
            let mut inspection = Inspection { format, width, height, metadata, warnings: Vec::new() };
            inspection.metadata.screenshot = warning::is_screenshot(&inspection);
            camera_signs(&inspection.metadata.camera())
        };
        let text = |text: &str| Some(text.to_owned());
        let nothing = Metadata::default();
        assert_eq!(said(Format::Png, 1_080, 2_400, nothing.clone()), [Sign::Screenshot]);
        assert_eq!(said(Format::Jpeg, 1_080, 2_400, nothing.clone()), []);
        assert_eq!(said(Format::Jpeg, 1_080, 1_920, nothing.clone()), []);
        assert_eq!(said(Format::Png, 1_080, 1_440, nothing.clone()), []);
        let phone = Metadata { make: text("Xiaomi"), model: text("M2102"), ..nothing.clone() };
        assert_eq!(said(Format::Png, 1_080, 2_400, phone), []);
        let tagged = Metadata { screenshot: true, ..nothing.clone() };
        assert_eq!(said(Format::Jpeg, 1_170, 2_532, tagged), [Sign::Screenshot]);
        let named = Metadata { software: text("MIUI 截屏"), ..nothing };
        assert_eq!(said(Format::Jpeg, 1_080, 2_400, named), [Sign::Screenshot]);
    }
}
