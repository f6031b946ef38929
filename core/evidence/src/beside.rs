//! Two things at once, where they do not need each other: a photo is ready in the time of the longer one.

use std::thread;

/// Does one thing on a thread of its own beside another one; after it, where the system gives no thread.
pub(crate) fn beside<A: Send, B>(one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    let (first, second) = thread::scope(|scope| {
        let begun = thread::Builder::new().spawn_scoped(scope, &one);
        let second = other();
        (begun.ok().and_then(|thread| thread.join().ok()), second)
    });
    (first.unwrap_or_else(one), second)
}
