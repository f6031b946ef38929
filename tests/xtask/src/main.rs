//! The named commands of this project.

fn main() {}
