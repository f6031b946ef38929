//! The city backend: judges, orders, routes.
//!
//! Logs come in from devices and are kept as evidence; feeds go out to whoever may read them. One writer orders
//! everything; case cards and published photos follow after each commit.

mod apply;
mod backup;
mod cards;
mod chance;
mod city;
mod clock;
mod enrol;
mod erase;
mod error;
mod files;
mod follow;
mod form;
mod http;
mod judge;
mod key;
mod ledger;
pub mod load;
mod parcels;
mod ports;
mod private;
mod publish;
mod push;
mod reader;
mod restore;
mod serve;
mod settle;
mod statement;
mod strip;
mod uploads;
mod writer;

pub use backup::{BackupAsk, BackupMade, BackupProgress, Told};
pub use city::{City, Device, EnrolCode, NewPerson, PersonListed, Stop};
pub use error::CityError;
pub use form::FormPreview;
pub use parcels::{ParcelChecked, ParcelImported, ParcelProgress};
pub use ports::{Chance, Clock, Ports};
pub use restore::{Confirmed, Restored};
