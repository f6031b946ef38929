//! Pictures that were made to hurt, read by the program that people run: what it says of each, and what memory it takes.

mod crashers;
#[cfg(target_os = "linux")]
mod memory;
