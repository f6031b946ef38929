//! Programs killed with -9 at any instant: what they said was done is there afterwards, and nothing half is.
//!
//! More than seven hundred commands, of which about four in five die before they end, and forty cities. The instants come
//! from a generator whose seed is printed; `MINGCHA_SEED=...` plays them again.

mod captures;
mod city;
mod commands;
mod parcels;
mod story;
mod syncs;
