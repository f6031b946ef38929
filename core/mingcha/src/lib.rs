//! The façade that hosts use: one phone, with its store, its photos, its keys and its way to the city.
//!
//! Every call blocks and returns; when a writing call returns, its effect is durable. Rules live in the model; this
//! crate joins the rooms, owns clock, chance, keys and HTTP, and refuses to decide anything twice.

mod agenda;
mod attention;
mod coverage;
mod criteria;
mod enrol;
mod error;
mod explain;
mod feedback;
mod findings;
mod form;
mod home;
pub mod host;
mod http;
mod ledger;
mod left_sites;
mod lookup;
mod out_file;
mod papers;
mod parcels;
mod phone;
mod photos;
mod ports;
mod row;
mod say;
mod scores;
mod seal;
mod search;
mod seen;
mod sets;
mod sites;
mod surroundings;
mod sync_run;
mod tasks;
mod team;
mod timekeeping;
mod undercover;
mod verify;
mod visits;
mod wording;
mod words;

pub use coverage::*;
pub use error::{MingchaError, Mistake};
pub use ledger::LedgerWritten;
pub use papers::{PaperKind, PaperWritten};
pub use phone::Phone;
pub use photos::{PhotoMade, PhotoToMake};
pub use ports::{Chance, Clock, Keys, Ports, StillClock, SystemChance, SystemClock};
pub use row::*;
pub use search::*;
pub use sets::{PageWritten, SetChecked, SetDifference, SetWritten, Trouble};
pub use surroundings::Surroundings;
pub use sync_run::Progress;
pub use wording::value_in_chinese;
pub use words::{Sense, criteria_word, word};
