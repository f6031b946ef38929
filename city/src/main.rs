//! The city backend: judges, orders, routes.

fn main() {}
