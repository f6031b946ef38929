//! A city and its backup: what is safe, what comes back after the disk is lost, and what must not.
//!
//! Real programs, real files, real HTTP. A place off the machine is a file system in memory, where this machine has one.

mod broken;
mod killed;
mod months;
mod story;
