//! Values of this person that stood in a conflict and that somebody else decided against: told on their own phone.
//!
//! A conflict that was settled before this phone heard of it would otherwise pass unseen. Nothing is stored: what was
//! decided stands in the pages, and an ordinary change by somebody who saw the value is no decision of a conflict.

use std::collections::{BTreeMap, BTreeSet};

use mingcha_model::{Basis, EntityId, FeedName, Field, Kind, LogId, OpId, Said, Verdict, print_seconds};

use super::conflicts::{name, what};
use crate::explain::registers::value;
use crate::{ConflictRow, MingchaError, Phone, Version};

/// One value of a register as a feed carries it, in the feed's order.
struct Written {
    feed: FeedName,
    position: u64,
    said: Said,
}

impl Phone {
    /// Own values that lost a conflict, the newest decision first: the own value and the one that was decided for.
    pub fn overruled(&self) -> Result<Vec<ConflictRow>, MingchaError> {
        self.me()?;
        let mut lost = self.decisions_against_me()?;
        lost.sort_by_key(|(_, decided)| std::cmp::Reverse((decided.said.ord, decided.position)));
        lost.iter().map(|(own, decided)| self.overruled_row(own, &decided.said)).collect()
    }

    /// How many were decided by entries from these positions on.
    pub(crate) fn overruled_since(&self, heard: &BTreeMap<FeedName, u64>) -> Result<u64, MingchaError> {
        let is_new = |decided: &Written| heard.get(&decided.feed).is_some_and(|from| decided.position >= *from);
        let new = self.decisions_against_me()?.into_iter().filter(|(_, decided)| is_new(decided)).count();
        Ok(u64::try_from(new).unwrap_or(u64::MAX))
    }

    fn decisions_against_me(&self) -> Result<Vec<(Said, Written)>, MingchaError> {
        let own: BTreeSet<LogId> = self.store.logs()?.into_iter().map(|log| log.log).collect();
        let said = self.own_said(|kind, _| kind != Kind::LOG_OPEN && kind != Kind::PHOTO_ITEM)?;
        let mut mine: BTreeMap<(EntityId, Field), Vec<Said>> = BTreeMap::new();
        for one in said {
            let accepted = matches!(one.verdict, Some((Verdict::Accepted, _)));
            if let Some(field) = one.said.body.field().filter(|_| accepted) {
                mine.entry((one.said.entity, field)).or_default().push(one.said);
            }
        }
        let me = self.me()?.person;
        let mut lost = Vec::new();
        for (place, written) in self.written(&mine)? {
            for own_value in mine.get(&place).into_iter().flatten() {
                let decided = written.iter().position(|one| {
                    !own.contains(&one.said.id.log) && replaces(&one.said, own_value) && differs(&one.said, own_value)
                });
                let Some(at) = decided else { continue };
                let (before, [decision, ..]) = written.split_at(at) else { continue };
                let by_me = self.store.author(decision.said.id.log)?.is_some_and(|by| by.person == Some(me));
                if !by_me && was_contested(own_value, &decision.said, before) {
                    let decision =
                        Written { feed: decision.feed, position: decision.position, said: decision.said.clone() };
                    lost.push((own_value.clone(), decision));
                }
            }
        }
        Ok(lost)
    }

    /// Everything that feeds carry of these registers, in their order.
    fn written<T>(
        &self,
        of: &BTreeMap<(EntityId, Field), T>,
    ) -> Result<BTreeMap<(EntityId, Field), Vec<Written>>, MingchaError> {
        let entities: BTreeSet<EntityId> = of.keys().map(|(entity, _)| *entity).collect();
        let mut written: BTreeMap<(EntityId, Field), Vec<Written>> = BTreeMap::new();
        for feed in self.store.feeds()? {
            if !matches!(feed.name, FeedName::Area(_) | FeedName::Covert(_)) {
                continue;
            }
            for page in self.pages_of(&feed.name)? {
                for entry in page.entries().map_err(|error| MingchaError::Sync(error.into()))? {
                    if !entities.contains(&entry.entity()) {
                        continue;
                    }
                    // What cannot be read decides nothing here.
                    let Ok(said) = Said::entry(&entry) else { continue };
                    let Some(place) = said.body.field().map(|field| (said.entity, field)) else { continue };
                    if of.contains_key(&place) {
                        let one = Written { feed: feed.name, position: entry.position, said };
                        written.entry(place).or_default().push(one);
                    }
                }
            }
        }
        Ok(written)
    }

    fn overruled_row(&self, own: &Said, decided: &Said) -> Result<ConflictRow, MingchaError> {
        let mut versions = Vec::new();
        for one in [own, decided] {
            versions.push(Version {
                op: one.id,
                value: value(&one.body).unwrap_or_default(),
                note: Some(one.text(0).to_owned()).filter(|note| !note.is_empty()),
                by: self.by(one.id.log)?,
                at: print_seconds(one.at),
                in_force: one.id == decided.id,
                guest: false,
                added: false,
            });
        }
        let field = own.body.field().unwrap_or(Field::Result);
        Ok(ConflictRow {
            conflict: name(own.entity, &field),
            what: what(&field),
            entity: own.entity,
            item: match &field {
                Field::Answer(item) => Some(item.to_string()),
                _ => None,
            },
            in_force: decided.id,
            versions,
            mine: true,
            basis: Basis::default(),
        })
    }
}

fn names(over: &[OpId], op: OpId) -> bool {
    over.iter().any(|named| named.log == op.log && named.seq >= op.seq)
}

/// True when `one` replaces this very value, not only an older one of the same log.
fn replaces(one: &Said, own: &Said) -> bool {
    one.over.contains(&own.id)
}

fn differs(one: &Said, other: &Said) -> bool {
    (value(&one.body), one.text(0)) != (value(&other.body), other.text(0)) && value(&one.body) != value(&other.body)
}

/// True when a third value, or an earlier one of whoever decided, stood beside the own one.
fn was_contested(own: &Said, decision: &Said, before: &[Written]) -> bool {
    before.iter().any(|other| {
        let other = &other.said;
        let settled_with_it = other.id.log == decision.id.log || names(&decision.over, other.id);
        other.id.log != own.id.log
            && settled_with_it
            && !names(&other.over, own.id)
            && differs(other, own)
            && !names(&own.over, other.id)
    })
}
