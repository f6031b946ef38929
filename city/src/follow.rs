//! What follows each commit: the read model and the case cards.

use std::path::{Path, PathBuf};

use crate::{City, CityError};

pub(crate) struct Follower {
    _read: PathBuf,
}

impl Follower {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { _read: dir.join("read.db") }
    }
}

impl City {
    pub(crate) fn round(&self) -> Result<(), CityError> {
        let _ = self;
        Ok(())
    }
    pub(crate) fn catch_up_before_reading(&self) {}
}
