//! Sites of an area that this person left, as far as own work that is still here speaks of them.
//!
//! An area's feed goes at once when its scope does, and its sites with it. Own work stays, and is no use without a name of
//! the place: that much is kept, and nothing that others wrote.

use std::collections::BTreeSet;

use mingcha_model::body::Body;
use mingcha_model::{AreaId, SiteId, UnitId};
use mingcha_store::SiteRow;
use minicbor::{Decode, Encode};

use crate::{MingchaError, Phone};

const LEFT_SITES: &str = "left_sites";

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct LeftSite {
    #[n(0)]
    site: SiteId,
    #[n(1)]
    area: AreaId,
    #[n(2)]
    unit: UnitId,
    #[n(3)]
    code: String,
    #[n(4)]
    kind: String,
    #[n(5)]
    name: String,
}

impl Phone {
    /// A site that is known here, else as own work remembers it.
    pub(crate) fn site_or_left(&self, site: SiteId) -> Result<Option<SiteRow>, MingchaError> {
        if let Some(known) = self.store.site(site)? {
            return Ok(Some(known));
        }
        let left = self.left_sites()?.into_iter().find(|left| left.site == site);
        Ok(left.map(|left| SiteRow {
            site,
            home: None,
            unit: left.unit,
            area: left.area,
            code: left.code,
            kind: left.kind,
            name: left.name,
            address: String::new(),
            position: None,
            present: false,
        }))
    }

    /// Remembers the sites that own work speaks of, before a feed goes; of those remembered earlier what still has work.
    pub(crate) fn remember_sites(&mut self) -> Result<(), MingchaError> {
        let mut wanted = BTreeSet::new();
        for (_, body) in self.store.own_beginnings()? {
            match body {
                Body::VisitOpen(open) => wanted.insert(open.site),
                Body::FindingRaise(raise) => wanted.insert(raise.site),
                _ => false,
            };
        }
        let before = self.left_sites()?;
        let mut left = Vec::new();
        for site in wanted {
            left.extend(self.site_or_left(site)?.map(|known| LeftSite {
                site,
                area: known.area,
                unit: known.unit,
                code: known.code,
                kind: known.kind,
                name: known.name,
            }));
        }
        if left == before { Ok(()) } else { self.put_setting(LEFT_SITES, &left) }
    }

    fn left_sites(&self) -> Result<Vec<LeftSite>, MingchaError> {
        Ok(self.setting(LEFT_SITES)?.unwrap_or_default())
    }
}
