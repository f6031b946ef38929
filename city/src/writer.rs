//! The one writer of pushed logs.

use std::sync::Arc;

use crate::key::CitySecret;
use crate::ledger::Ledger;

pub(crate) struct Writer {}

impl Writer {
    pub(crate) fn new(_ledger: Arc<Ledger>, _secret: Arc<CitySecret>) -> Self {
        Self {}
    }
}
