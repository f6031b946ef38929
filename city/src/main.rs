//! `mingcha-city`: the city at a desk, to found it, fill it, let people in and serve their phones.
//!
//! Every command is one call of the library and one page of text or one JSON value. It refuses by exit code: 2 the
//! caller's mistake, nothing was changed; 1 anything else.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run(std::env::args_os())
}
