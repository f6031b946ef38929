//! Ids made from an office's own codes, so that loading a file twice changes nothing.
//!
//! What people make (visits, findings, photos) has random ids and never an id of this kind: whoever knows the code
//! knows the id.

use mingcha_model::{AreaId, CampaignId, Digest, EntityId, SiteId, UnitId};
use minicbor::Encoder;

/// The id of the area of this code.
#[must_use]
pub fn area_id(code: &str) -> AreaId {
    AreaId(derived("mingcha area 1", code))
}

/// The id of the unit of this code.
#[must_use]
pub fn unit_id(code: &str) -> UnitId {
    UnitId(derived("mingcha unit 1", code))
}

/// The id of the site of this code.
#[must_use]
pub fn site_id(code: &str) -> SiteId {
    SiteId(derived("mingcha site 1", code))
}

/// The id of the campaign of this code.
#[must_use]
pub fn campaign_id(code: &str) -> CampaignId {
    CampaignId(derived("mingcha campaign 1", code))
}

/// The entity of the kind of window of this code.
#[must_use]
pub fn kind_entity(code: &str) -> EntityId {
    derived("mingcha window kind 1", code)
}

/// The entity of the criteria set of this code, of all its versions.
#[must_use]
pub fn criteria_entity(code: &str) -> EntityId {
    derived("mingcha criteria set 1", code)
}

/// The entity of the working days of this year.
#[must_use]
pub fn calendar_entity(year: i32) -> EntityId {
    derived("mingcha calendar year 1", &year.to_string())
}

/// The first 16 bytes of SHA-256 of the CBOR array `[tag, code]`, dressed as a version 4 UUID.
fn derived(tag: &str, code: &str) -> EntityId {
    let mut encoder = Encoder::new(Vec::with_capacity(64));
    // Writing CBOR into memory cannot fail.
    let _ = encoder.array(2).and_then(|e| e.str(tag)).and_then(|e| e.str(code));
    let Digest(hash) = Digest::of(encoder.writer());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
    EntityId::from_random(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_made_from_a_code_is_the_same_everywhere_and_for_ever() {
        // Computed apart: SHA-256 of 82, 6e "mingcha area 1", 62 "DH".
        assert_eq!(area_id("DH").to_string(), "6deeaea3-0c1e-49a4-b7a3-b453957b455d");
        // A code of 24 characters and more has a longer CBOR head: 78 1e.
        assert_eq!(site_id("SITE-0123456789-0123456789-012").to_string(), "ee9e4ee7-0d9b-4c4c-a8bf-380798cc0cf4");
    }

    #[test]
    fn one_code_for_two_sorts_of_things_makes_two_ids() {
        let ids = [
            area_id("A").into(),
            unit_id("A").into(),
            site_id("A").into(),
            campaign_id("A").into(),
            kind_entity("A"),
            criteria_entity("A"),
        ];
        let distinct: std::collections::BTreeSet<EntityId> = ids.into_iter().collect();
        assert_eq!(distinct.len(), 6);
        assert_ne!(calendar_entity(2026), calendar_entity(2027));
    }
}
