//! What a camera claims about its picture: which way is up, when, where, and with what it was taken.
//!
//! All of it is a claim and none of it is needed: damaged metadata is metadata that is absent, and never a reason
//! to refuse a picture. Nothing here corrects a claim; the text of the time is kept as it stood.

use std::io::Cursor;

use exif::{Exif, Field, In, Reader, Tag, Value};
use serde::Serialize;

use crate::position::{self, Position};

/// What the Exif block of a picture says (CIPA DC-008, Exif 3.0); everything is absent where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// How the stored rows must be turned to stand upright.
    pub orientation: Orientation,
    /// When the picture was taken, by the camera's own clock.
    pub claimed_time: Option<ClaimedTime>,
    /// Where the picture was taken, by the camera's own receiver.
    pub position: Option<Position>,
    /// Who made the camera; at most 64 characters.
    pub make: Option<String>,
    /// The camera's model; at most 64 characters.
    pub model: Option<String>,
    /// The program that wrote the file; at most 64 characters.
    pub software: Option<String>,
    /// Whether the picture is what a screen showed: a comment says so, as iOS writes it, or the software, or it is a PNG of a
    /// phone's screen and no camera's.
    pub screenshot: bool,
}

impl Metadata {
    /// Make, model, software, and that it is a screenshot, one line each, in one text; empty where there is nothing to say.
    #[must_use]
    pub fn camera(&self) -> String {
        let line = |text: &Option<String>| text.clone().unwrap_or_default();
        let screenshot = if self.screenshot { SCREENSHOT } else { "" };
        let lines = [line(&self.make), line(&self.model), line(&self.software), screenshot.to_owned()];
        lines.join("\n").trim_end().to_owned()
    }
}

/// The last line of [`Metadata::camera`], where the picture is what a screen showed.
pub(crate) const SCREENSHOT: &str = "Screenshot";

/// Where the first row and column of the stored picture are when it stands upright (Exif tag 274, values 1 to 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// 1: stored upright. Also what 0, larger values and silence mean.
    #[default]
    Upright,
    /// 2: mirrored left to right.
    Mirrored,
    /// 3: upside down.
    UpsideDown,
    /// 4: mirrored top to bottom.
    MirroredUpsideDown,
    /// 5: mirrored along the diagonal from the top left.
    MirroredLeft,
    /// 6: to be turned a quarter clockwise.
    TurnRight,
    /// 7: mirrored along the diagonal from the top right.
    MirroredRight,
    /// 8: to be turned a quarter anticlockwise.
    TurnLeft,
}

impl Orientation {
    /// The orientation of an Exif value.
    #[must_use]
    pub fn from_exif(value: u32) -> Self {
        match value {
            2 => Self::Mirrored,
            3 => Self::UpsideDown,
            4 => Self::MirroredUpsideDown,
            5 => Self::MirroredLeft,
            6 => Self::TurnRight,
            7 => Self::MirroredRight,
            8 => Self::TurnLeft,
            _ => Self::Upright,
        }
    }

    /// The Exif value, 1 to 8.
    #[must_use]
    pub fn to_exif(self) -> u8 {
        match self {
            Self::Upright => 1,
            Self::Mirrored => 2,
            Self::UpsideDown => 3,
            Self::MirroredUpsideDown => 4,
            Self::MirroredLeft => 5,
            Self::TurnRight => 6,
            Self::MirroredRight => 7,
            Self::TurnLeft => 8,
        }
    }

    /// Whether width and height change places.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::MirroredLeft | Self::TurnRight | Self::MirroredRight | Self::TurnLeft)
    }
}

/// A time as a camera wrote it. Whether its clock was right is not known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimedTime {
    /// The text as it stood, for example `2008:10:22 16:28:39`; at most 64 characters.
    pub text: String,
    /// The text of the offset from UTC as it stood, for example `+08:00`.
    pub offset_text: Option<String>,
    /// What the text says, when it names a time that a calendar has.
    pub parts: Option<TimeParts>,
    /// Which of the three times of a file it is.
    pub moment: Moment,
}

/// A claimed time in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TimeParts {
    /// Year, 1 to 9999.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23, on the camera's clock.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 60.
    pub second: u8,
    /// Minutes ahead of UTC, -1439 to 1439; absent when the camera did not say.
    pub offset_minutes: Option<i16>,
}

/// What happened at a claimed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// The shutter opened (tag 36867).
    Taken,
    /// The picture was digitised (tag 36868).
    Digitised,
    /// The file was last changed (tag 306); taken when nothing better is there.
    Changed,
}

/// Reads the metadata of a JPEG, PNG or WebP; the flag says whether some of it was damaged.
pub(crate) fn read(bytes: &[u8]) -> (Metadata, bool) {
    let mut damaged = false;
    let read = Reader::new().continue_on_error(true).read_from_container(&mut Cursor::new(bytes));
    let exif = match read.or_else(|error| error.distill_partial_result(|_| damaged = true)) {
        Ok(exif) => exif,
        Err(error) => return (Metadata::default(), !matches!(error, exif::Error::NotFound(_))),
    };
    let metadata = Metadata {
        orientation: Orientation::from_exif(
            field(&exif, Tag::Orientation).and_then(|field| field.value.get_uint(0)).unwrap_or(1),
        ),
        claimed_time: claimed_time(&exif),
        position: position::read(&exif),
        make: text(&exif, Tag::Make),
        model: text(&exif, Tag::Model),
        software: text(&exif, Tag::Software),
        screenshot: field(&exif, Tag::UserComment).is_some_and(|field| match &field.value {
            Value::Undefined(bytes, _) => bytes.ends_with(SCREENSHOT.as_bytes()),
            _ => false,
        }),
    };
    (metadata, damaged)
}

pub(crate) fn field(exif: &Exif, tag: Tag) -> Option<&Field> {
    exif.get_field(tag, In::PRIMARY)
}

/// The bytes of a text field before its first zero.
pub(crate) fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &field(exif, tag)?.value {
        Value::Ascii(lines) => lines.first()?.split(|&byte| byte == 0).next(),
        _ => None,
    }
}

/// A text field without control characters and outer blanks; nothing when nothing is left.
pub(crate) fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let bytes = ascii(exif, tag)?;
    let bytes = bytes.get(..256).unwrap_or(bytes);
    let shown: String =
        String::from_utf8_lossy(bytes).chars().map(|c| if c.is_control() { ' ' } else { c }).take(64).collect();
    let shown = shown.trim();
    (!shown.is_empty()).then(|| shown.to_owned())
}

fn claimed_time(exif: &Exif) -> Option<ClaimedTime> {
    const MOMENTS: [(Moment, Tag, Tag); 3] = [
        (Moment::Taken, Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
        (Moment::Digitised, Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
        (Moment::Changed, Tag::DateTime, Tag::OffsetTime),
    ];
    let mut unreadable = None;
    for (moment, tag, offset_tag) in MOMENTS {
        // A camera without a set clock writes blanks, or zeros, between the colons.
        let Some(claim) = text(exif, tag).filter(|text| text.chars().any(|c| c.is_ascii_digit() && c != '0')) else {
            continue;
        };
        let offset_text = text(exif, offset_tag).filter(|text| text.chars().any(|c| c.is_ascii_digit()));
        let parts = time_parts(&claim, offset_text.as_deref());
        let time = ClaimedTime { text: claim, offset_text, parts, moment };
        if time.parts.is_some() {
            return Some(time);
        }
        unreadable = unreadable.or(Some(time));
    }
    unreadable
}

pub(crate) fn time_parts(text: &str, offset_text: Option<&str>) -> Option<TimeParts> {
    let mut time = exif::DateTime::from_ascii(text.as_bytes()).ok()?;
    let possible = (1..=9999).contains(&time.year)
        && (1..=12).contains(&time.month)
        && (1..=days_in(time.year, time.month)).contains(&time.day)
        && time.hour < 24
        && time.minute < 60
        && time.second <= 60;
    let offset = offset_text.and_then(|offset| time.parse_offset(offset.as_bytes()).ok().and(time.offset));
    possible.then_some(TimeParts {
        year: time.year,
        month: time.month,
        day: time.day,
        hour: time.hour,
        minute: time.minute,
        second: time.second,
        offset_minutes: offset.filter(|minutes| (-1439..=1439).contains(minutes)),
    })
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_no_calendar_has_keeps_its_text_and_gets_no_parts() {
        for text in ["2023:02:29 10:00:00", "2024:13:01 10:00:00", "2024:01:01 24:00:00", "0000:01:01 00:00:00"] {
            assert_eq!(time_parts(text, None), None, "{text}");
        }
        assert!(time_parts("2024:02:29 23:59:60", None).is_some());
    }

    #[test]
    fn an_offset_is_taken_with_its_sign_and_nonsense_is_no_offset() {
        let offset = |text| time_parts("2024:06:01 08:00:00", Some(text)).unwrap().offset_minutes;
        assert_eq!(offset("+08:00"), Some(480));
        assert_eq!(offset("-03:30"), Some(-210));
        assert_eq!(offset("+99:00"), None);
        assert_eq!(offset("Z"), None);
    }
}
