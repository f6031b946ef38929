//! The phone at a desk: everything a phone can do, as commands.

fn main() {}
