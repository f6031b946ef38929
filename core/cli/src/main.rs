//! The phone at a desk: everything a phone can do, as commands.
//!
//! It exists so that scripts, tests and support people work on the very core that phones have. It refuses to decide
//! anything: it reads arguments, asks the façade once and prints the answer.

mod arguments;
mod command;
#[cfg(feature = "demo")]
mod demo;
mod desk;
mod failure;
mod output;
mod texts;
mod usage;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    arguments::run(std::env::args_os().collect())
}
