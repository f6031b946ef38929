//! What a person should know about a picture before relying on it.
//!
//! A warning never refuses a picture and proves nothing: it says what is missing or unusual.

use std::fmt;

use serde::Serialize;

use crate::intake::Inspection;

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
const EDITORS: [&str; 22] = [
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

pub(crate) fn of(inspection: &Inspection, metadata_damaged: bool) -> Vec<Warning> {
    let metadata = &inspection.metadata;
    let timed = metadata.claimed_time.as_ref().is_some_and(|time| time.parts.is_some());
    let software = metadata.software.as_deref().unwrap_or_default().to_lowercase();
    let edited = EDITORS.iter().any(|editor| software.contains(editor));
    [
        (Warning::NoTime, !timed),
        (Warning::NoPosition, metadata.position.is_none()),
        (Warning::MetadataDamaged, metadata_damaged),
        (Warning::EditedBySoftware, edited),
        (Warning::VerySmall, inspection.width.max(inspection.height) < 640),
    ]
    .into_iter()
    .filter_map(|(warning, holds)| holds.then_some(warning))
    .collect()
}
