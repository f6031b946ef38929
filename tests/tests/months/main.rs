//! Random months: people of every role who obey no plan, whose clocks are wrong, who move and lose phones, and a city that
//! is killed at any instant. Days pass as in life: rechecks fall due, windows open and close, what is late is late.
//!
//! The same acts go by the library and by the command line. `MINGCHA_MONTHS` sets how many months of each are lived,
//! `MINGCHA_SEED` plays one again. At the end everybody meets the city until nothing waits, and nothing may be missing.

mod act;
mod hands;
mod life;

use hands::{ByCommand, ByLibrary};
use life::live;

fn months(usual: u64) -> u64 {
    std::env::var("MINGCHA_MONTHS").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

#[test]
fn random_months_by_the_library_end_alike_on_every_phone_and_lose_no_word() {
    for _ in 0..months(2) {
        live::<ByLibrary>("months by the library", 300, 35);
    }
}

#[test]
fn random_months_by_the_command_line_end_alike_on_every_phone_and_lose_no_word() {
    for _ in 0..months(1) {
        live::<ByCommand>("months by the command line", 110, 20);
    }
}
