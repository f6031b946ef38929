//! The files of one photo, by what each is for (format).

use minicbor::{Decode, Encode};
use serde::Serialize;

/// Which file of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum PhotoCopy {
    /// As the camera wrote it.
    #[n(0)]
    Original,
    /// Upright, longest side 2048 px, no metadata.
    #[n(1)]
    Standard,
    /// Longest side 320 px.
    #[n(2)]
    Thumbnail,
    /// What a unit may see, made by the city.
    #[n(3)]
    Published,
}

impl PhotoCopy {
    /// The name in paths and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Standard => "standard",
            Self::Thumbnail => "thumbnail",
            Self::Published => "published",
        }
    }

    /// The copy of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Original, Self::Standard, Self::Thumbnail, Self::Published].into_iter().find(|copy| copy.name() == name)
    }
}
