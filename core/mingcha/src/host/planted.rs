//! A panic that stories plant, in any language, to see the wall from outside: a file in the device's folder.
//!
//! Only a library that was built to be tested looks for it; an optimised one holds nothing of this.

use std::path::Path;

/// The file whose words the next call panics with.
#[cfg(debug_assertions)]
const FILE: &str = "planted-panic";

/// Panics where somebody planted one in this folder.
#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "this one is wanted, and stands behind the wall")]
pub(super) fn panic_where_planted(folder: &Path) {
    if let Ok(words) = std::fs::read_to_string(folder.join(FILE)) {
        panic!("{words}");
    }
}

#[cfg(not(debug_assertions))]
pub(super) fn panic_where_planted(_: &Path) {}
