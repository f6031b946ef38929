//! Photos first, sorting later: bursts of real photos, days between the picture and its item, and pairs for the recheck.

mod burst;
mod later;
mod pairs;
