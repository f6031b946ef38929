//! The seam to Kotlin and Swift: the shapes of the core's types, and calls of one line.
//!
//! Nothing is decided here. A shape that differs from the core's does not compile, so the seam cannot fall behind; a call
//! that needs a second line belongs into the core. This is the only crate that says `uniffi`.

mod device;
mod lent;
mod shapes;

pub use device::{Device, ParcelJob, SyncJob};
pub use lent::{Observer, Platform, PlatformFault};

uniffi::setup_scaffolding!("mingcha");
