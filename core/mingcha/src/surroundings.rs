//! What a host knows of the moment, network and battery, and which files may travel in it.
//!
//! Ops always travel: they are small, and nobody's work waits for a better network. It decides about photos alone, and
//! keeps nothing back for ever: what is postponed goes with the first sync that allows it.

use mingcha_model::PhotoCopy;

/// What a host says of network and battery at this moment. The default holds nothing back.
///
/// | copy | usual | metered | battery low |
/// | --- | --- | --- | --- |
/// | thumbnail, at most 20 KB | yes | yes | yes |
/// | standard or published copy, some 300 KB | yes | yes | no |
/// | original, several MB | yes | no | no |
///
/// ```
/// use mingcha::Surroundings;
/// use mingcha_model::PhotoCopy;
///
/// let on_the_road = Surroundings { metered: true, ..Surroundings::default() };
/// assert!(on_the_road.allows(PhotoCopy::Standard));
/// assert!(!on_the_road.allows(PhotoCopy::Original));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The network costs by the byte, or is kept for other things: Android `isActiveNetworkMetered`, iOS
    /// `isExpensive` or `isConstrained`.
    pub metered: bool,
    /// The battery is low and not charging: Android below 15 %, iOS low power mode.
    pub battery_low: bool,
}

impl Surroundings {
    /// Whether a file of this kind may travel now. What a person asks for by name travels whatever the moment.
    pub fn allows(self, copy: PhotoCopy) -> bool {
        match copy {
            PhotoCopy::Thumbnail => true,
            PhotoCopy::Standard | PhotoCopy::Published => !self.battery_low,
            PhotoCopy::Original => !self.battery_low && !self.metered,
        }
    }
}
