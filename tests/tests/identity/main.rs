//! Who inspected: what a unit's contact and a fellow inspector receive and store tells neither of them.
//!
//! Two proofs that need no list of what might leak. By difference: the same months lived twice, once with one inspector
//! behind both undercover visits and once with two, are equal to the byte where others look. By canary: everything that
//! inspectors wrote, read back from the city's own inbox, is looked for in everything that a contact holds. What was
//! erased is looked for in the same way, everywhere.

mod canary;
mod difference;
mod erased;
mod search;
mod world;
