//! The phone's memory, and the city's read model: one SQLite file, opened once, migrated on the way in.
//!
//! Nothing here decides anything. Rules live in the model; this crate only remembers what the model decided, forgets
//! nothing that was acknowledged, and refuses whatever does not follow what it holds. It knows no clock, no chance
//! and no network: time, ids and decoded pages come in as arguments.

mod captured;
mod copies;
mod duplicates;
mod erased;
mod error;
mod feeds;
mod fold;
mod gather;
mod hash;
mod key;
mod open;
mod overlay;
mod own;
mod own_verdict;
mod pack;
mod photo_file;
mod read;
mod refused;
mod search;
mod segment;
mod setting;
mod shown;
mod statements;
mod summary;

pub use captured::CapturedPhoto;
pub use error::StoreError;
pub use feeds::{FeedState, HeldPage};
pub use fold::{Folded, NewPage};
pub use hash::FOLD_VERSION;
pub use key::StoreKey;
pub use open::Store;
pub use own::{NewOp, OwnLog};
pub use photo_file::{FileState, PhotoFile};
pub use read::{
    AreaHistory, AreaRow, AuthorRow, CampaignRow, CardFilter, CardRow, Contested, FindingFilter, FindingRow, Mark,
    PersonRow, PhotoLook, PhotoRow, SiteFilter, SiteRow, TaskFilter, TaskRow, UnitRow, VisitFilter, VisitRow,
    WindowKindRow, values_differ,
};
pub use search::{Hit, Searched, plain};
pub use segment::{Attention, OpVerdict, Segment, Waiting};

#[cfg(test)]
mod tests;
