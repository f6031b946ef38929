//! The wall between a call and its host: a panic behind it is an error before it, and says nothing of anybody.
//!
//! A panic's own message may quote what was being worked on, so inside the wall only its place in the code is printed.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use super::HostError;

thread_local! {
    /// How many walls this thread stands behind.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Calls this behind the wall. Whatever it held is dropped when it panics; who owns state must not use it again.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T, HostError>) -> Result<T, HostError> {
    keep_messages_in();
    let _inside = Inside::enter();
    panic::catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(HostError::panicked()))
}

/// A lock that a panic of somebody else's does not close for ever.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Inside;

impl Inside {
    fn enter() -> Self {
        DEPTH.set(DEPTH.get().saturating_add(1));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// Once for the process: panics behind the wall print their place alone, all others what they printed before.
fn keep_messages_in() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            if DEPTH.get() == 0 {
                before(panicked);
            } else if let Some(place) = panicked.location() {
                eprintln!("mingcha stopped a call at {}:{}", place.file(), place.line());
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_behind_the_wall_is_an_error_that_quotes_nothing() {
        let answer = guarded::<()>(|| panic!("what stood in the note"));
        let error = answer.unwrap_err();
        assert_eq!(error.code(), "panicked");
        assert!(!format!("{error} {error:?}").contains("note"), "{error:?}");
    }

    #[test]
    fn a_lock_that_somebody_panicked_under_opens_again() {
        let number = Mutex::new(1);
        let _ = guarded::<()>(|| {
            let mut number = lock(&number);
            *number = 2;
            panic!("under the lock");
        });
        assert_eq!(*lock(&number), 2);
    }
}
