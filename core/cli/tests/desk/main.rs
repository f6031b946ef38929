//! The real program, run as scripts and people run it, on a desk without a city.
//!
//! What happens with a city is told in the scenarios of the `tests` folder.

#[cfg(test)]
mod phone;
#[cfg(test)]
mod photo;
#[cfg(test)]
mod program;
#[cfg(test)]
mod words;
