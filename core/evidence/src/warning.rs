//! What a person should know about a picture before relying on it.
//!
//! A warning never refuses a picture and proves nothing: it says what is missing or unusual.

use std::fmt;

use serde::Serialize;

use crate::intake::Inspection;
use crate::{Format, Metadata};

/// Something worth knowing about one picture; printed and serialised as its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The camera did not say when the picture was taken, or said something that no calendar has.
    NoTime,
    /// The camera did not say where.
    NoPosition,
    /// The metadata could not be read, or not all of it.
    MetadataDamaged,
    /// The metadata names a program that people change pictures with.
    EditedBySoftware,
    /// The picture is what a screen showed.
    Screenshot,
    /// The longer side has fewer than 640 pixels.
    VerySmall,
}

impl Warning {
    /// The stable code, in snake case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoTime => "no_time",
            Self::NoPosition => "no_position",
            Self::MetadataDamaged => "metadata_damaged",
            Self::EditedBySoftware => "edited_by_software",
            Self::Screenshot => "screenshot",
            Self::VerySmall => "very_small",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Programs whose purpose is to change pictures, in lower case. Camera firmware and transfer tools are not among them.
const EDITORS: [&str; 23] = [
    "photoshop",
    "lightroom",
    "adobe",
    "gimp",
    "affinity",
    "pixelmator",
    "paint",
    "snapseed",
    "picsart",
    "vsco",
    "vscocam",
    "canva",
    "polarr",
    "facetune",
    "picasa",
    "acdsee",
    "photoscape",
    "remini",
    "meitu",
    "美图",
    "醒图",
    "beautycam",
    "faceapp",
];

/// Widths of phone screens held upright that have been sold since 2016, in pixels, whose height is at least 1.7 times as much.
const SCREENS: [u32; 19] =
    [720, 750, 828, 1080, 1125, 1170, 1179, 1206, 1220, 1240, 1242, 1260, 1264, 1280, 1284, 1290, 1320, 1344, 1440];

/// Whether the software of a picture is a program that people change pictures with. Whole words count, and no word that is
/// the maker's name: phones are sold under the name of an editor too, and their firmware bears it.
pub(crate) fn is_editor(make: &str, software: &str) -> bool {
    let (make, software) = (make.to_lowercase(), software.to_lowercase());
    let words: Vec<&str> = software.split(|c: char| !c.is_alphanumeric()).collect();
    let names = |editor: &str| {
        // Chinese is written without spaces.
        if editor.is_ascii() { words.contains(&editor) } else { software.contains(editor) }
    };
    EDITORS.iter().any(|editor| names(editor) && !make.contains(editor))
}

/// Whether the metadata says so, or a PNG without a camera has the size of a phone's screen. A JPEG of that size may be a
/// photo that a messenger stripped, and gets no word.
pub(crate) fn is_screenshot(inspection: &Inspection) -> bool {
    let Metadata { make, model, software, screenshot, .. } = &inspection.metadata;
    let said = software.as_ref().is_some_and(|software| {
        let software = software.to_lowercase();
        ["screenshot", "截屏", "截图"].iter().any(|word| software.contains(word))
    });
    let (width, height) = (inspection.width, inspection.height);
    let long = u64::from(height).saturating_mul(10) >= u64::from(width).saturating_mul(17);
    let of_a_screen = inspection.format == Format::Png && SCREENS.contains(&width) && long;
    *screenshot || said || (of_a_screen && [make, model, software].iter().all(|text| text.is_none()))
}

pub(crate) fn of(inspection: &Inspection, metadata_damaged: bool) -> Vec<Warning> {
    let metadata = &inspection.metadata;
    let timed = metadata.claimed_time.as_ref().is_some_and(|time| time.parts.is_some());
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        (Warning::NoTime, !timed),
        (Warning::NoPosition, metadata.position.is_none()),
        (Warning::MetadataDamaged, metadata_damaged),
        (Warning::EditedBySoftware, is_editor(&text(&metadata.make), &text(&metadata.software))),
        (Warning::Screenshot, metadata.screenshot),
        (Warning::VerySmall, inspection.width.max(inspection.height) < 640),
    ]
    .into_iter()
    .filter_map(|(warning, holds)| holds.then_some(warning))
    .collect()
}
