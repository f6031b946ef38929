//! The one place of the city that reads the clock of its machine.
//!
//! Everybody else asks the city for its time, which is this clock plus the offset in the ledger. It refuses to
//! be used for anything that travels.

/// The machine's wall clock in Unix milliseconds.
#[expect(clippy::disallowed_methods, reason = "the city's one clock; every other module takes time as an argument")]
pub(crate) fn system_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
}

/// A moment to measure how long something takes; for logs and queues alone.
#[expect(clippy::disallowed_methods, reason = "the city's one clock; every other module takes time as an argument")]
pub(crate) fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

/// The machine's time as files bear it: unfinished uploads age by it, whatever the city's clock is set to.
#[expect(clippy::disallowed_methods, reason = "the city's one clock; every other module takes time as an argument")]
pub(crate) fn machine_time() -> std::time::SystemTime {
    std::time::SystemTime::now()
}
