//! What scenarios need: a city that really serves, phones driven as a person at a desk drives them, a wire to cut.
//!
//! Nothing of the product is linked into the stories: they run the two programs and read what they print, as scripts
//! from outside do.

#![expect(clippy::panic, clippy::indexing_slicing, reason = "a story that cannot go on should stop")]

mod chance;
mod city;
mod desk;
mod pictures;
mod seen;
mod wire;

pub use chance::Chance;
pub use city::City;
pub use desk::{Answer, Desk, programs};
pub use pictures::{draw, real_photos};
pub use seen::{Seen, hashes, photos, seen};
pub use wire::{Cut, Wire};
