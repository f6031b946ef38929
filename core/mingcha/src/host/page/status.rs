//! The state of this device, for the start screen and every badge.

use super::{LocalizedText, Tag, count};
use crate::words::Sense;
use crate::{MingchaError, Phone};

/// Whose device this is, and what waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceStatus {
    /// True once it belongs to somebody.
    pub is_enrolled: bool,
    /// What they are; none before enrolment.
    pub role: Option<Tag>,
    /// Where they work: their areas, or a contact's unit.
    pub places: Vec<String>,
    /// When a sync was last finished, RFC 3339; none before the first.
    pub last_sync: Option<String>,
    /// What the last sync was, in words.
    pub last_sync_text: LocalizedText,
    /// Statements that wait to be sent.
    pub waiting_count: i32,
    /// Photos that wait to be sent.
    pub waiting_photo_count: i32,
    /// What needs this person: refused, held, waiting for something else, disagreed about, or decided by others.
    pub attention_count: i32,
}

impl Phone {
    pub(in crate::host) fn device_status(&self) -> Result<DeviceStatus, MingchaError> {
        let status = self.status()?;
        let mut places = Vec::new();
        for area in &status.areas {
            places.extend(self.store.area(*area)?.map(|area| area.name));
        }
        if let Some(unit) = status.unit {
            places.extend(self.store.unit(unit)?.map(|unit| unit.name));
        }
        let last_sync_text = match &status.last_sync {
            // To the minute: `2026-03-02 10:20`.
            Some(at) => {
                let minute = at.get(..16).unwrap_or(at).replace('T', " ");
                LocalizedText { zh: format!("上次同步 {minute}"), en: format!("last sync {minute}") }
            }
            None => LocalizedText::new("尚未同步", "not synced yet"),
        };
        let attention = [status.refused, status.held, status.parked, status.conflicts, status.overruled];
        Ok(DeviceStatus {
            is_enrolled: status.enrolled,
            role: status.role.map(|role| Tag::of(&[Sense::Role], role.name())),
            places,
            last_sync: status.last_sync,
            last_sync_text,
            waiting_count: count(status.waiting_ops),
            waiting_photo_count: count(status.waiting_photos),
            attention_count: count(attention.into_iter().fold(0, u64::saturating_add)),
        })
    }
}
