//! The city backend: judges, orders, routes.
//!
//! Logs come in from devices and are kept as evidence; feeds go out to whoever may read them. One writer orders
//! everything; case cards and published photos follow after each commit.

mod apply;
mod chance;
mod city;
mod clock;
mod enrol;
mod error;
mod follow;
mod http;
mod key;
mod ledger;
pub mod load;
mod serve;
mod writer;

pub use city::{City, Device, EnrolCode, NewPerson, Stop};
pub use error::CityError;
