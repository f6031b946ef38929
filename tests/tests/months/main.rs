//! Random months: five phones that obey no plan, whose clocks are wrong, and a city that is killed at any instant.
//!
//! The same acts go by the library and by the command line. `MINGCHA_MONTHS` sets how many months of each are lived,
//! `MINGCHA_SEED` plays one again. At the end everybody meets the city until nothing waits, and nothing may be missing.

mod act;
mod life;

use life::{ByCommand, ByLibrary, live};

fn months(usual: u64) -> u64 {
    std::env::var("MINGCHA_MONTHS").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

#[test]
fn random_months_by_the_library_end_alike_on_every_phone_and_lose_no_word() {
    for _ in 0..months(2) {
        live::<ByLibrary>("months by the library", 220);
    }
}

#[test]
fn random_months_by_the_command_line_end_alike_on_every_phone_and_lose_no_word() {
    for _ in 0..months(1) {
        live::<ByCommand>("months by the command line", 90);
    }
}
