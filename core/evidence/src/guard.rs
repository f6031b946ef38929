//! Decoders are written by others, and their bytes by anyone: a panic of theirs is a damaged picture, not a dead app.
//!
//! Nothing of such a panic is printed: who handed the picture in gets an error that says what to do.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::EvidenceError;

thread_local! {
    /// Whether this thread is inside a decoder.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs a decoder.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, EvidenceError>) -> Result<T, EvidenceError> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            if !INSIDE.get() {
                before(panicked);
            }
        }));
    });
    let was_inside = INSIDE.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(was_inside);
    done.unwrap_or(Err(EvidenceError::Damaged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_found_a_damaged_picture() {
        assert_eq!(guarded::<()>(|| panic!("a decoder's own words")), Err(EvidenceError::Damaged));
        assert!(!INSIDE.get());
        assert_eq!(guarded(|| guarded(|| Ok(7))), Ok(7));
    }
}
