//! What scenarios need: a city that really serves, phones driven as a person at a desk drives them, a wire to cut.
//!
//! Stories of the command line run the two programs and read what they print, as scripts from outside do. Stories that
//! need many meetings link the core and the city ([`Town`]); nothing of either is replaced.

#![expect(clippy::panic, clippy::indexing_slicing, reason = "a story that cannot go on should stop")]

pub mod altered;
pub mod catalogue;
mod chance;
mod city;
mod counter;
mod desk;
pub mod documents;
pub mod likeness;
mod meter;
pub mod numerals;
#[cfg(target_os = "linux")]
mod peak;
mod pictures;
mod seen;
mod small_disk;
mod town;
mod wire;

pub use chance::Chance;
pub use city::City;
pub use desk::{Answer, Desk, programs};
pub use meter::Meter;
#[cfg(target_os = "linux")]
pub use peak::{Peak, peak};
pub use pictures::{Claims, draw, draw_as_camera, real_photos, with_claims};
pub use seen::{Seen, hashes, photos, seen};
pub use small_disk::SmallDisk;
pub use town::{Hand, Time, Town};
pub use wire::{Cut, Wire};
