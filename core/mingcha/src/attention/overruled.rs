//! Values of this person that stood in a conflict and that somebody else decided against: told on their own phone.
//!
//! A conflict that was settled before this phone heard of it would otherwise pass unseen. What was decided stands in the
//! pages, and an ordinary change by somebody who saw the value is no decision of a conflict. All that is kept beside is up
//! to where in each feed this person has looked, and from where on there is something to look for.

use std::collections::{BTreeMap, BTreeSet};

use mingcha_model::body::Body;
use mingcha_model::{Basis, EntityId, Entry, FeedName, Field, Kind, LogId, OpId, Said, Verdict, print_seconds};
use mingcha_sync::Page;
use minicbor::{Decode, Encode};

use super::conflicts::{name, what};
use crate::explain::registers::value;
use crate::{ConflictRow, MingchaError, Phone, Version};

/// One value of a register as a feed carries it, in the feed's order.
struct Written {
    feed: FeedName,
    position: u64,
    said: Said,
}

/// Where this person's attention stands in one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Looked {
    #[n(0)]
    feed: FeedName,
    #[n(1)]
    epoch: u32,
    /// The last position that the list of settled conflicts was read at; it alone moves this.
    #[n(2)]
    seen: u64,
    /// The first position after it at which somebody replaced an own value.
    #[n(3)]
    news: Option<u64>,
}

const LOOKED: &str = "overruled_looked";

impl Phone {
    /// Own values that lost a conflict, the newest decision first: the own value and the one that was decided for.
    pub fn overruled(&self) -> Result<Vec<ConflictRow>, MingchaError> {
        self.me()?;
        let mut lost = self.decisions_against_me()?;
        lost.sort_by_key(|(_, decided)| std::cmp::Reverse((decided.said.ord, decided.position)));
        lost.iter().map(|(own, decided)| self.overruled_row(own, &decided.said)).collect()
    }

    /// The same for somebody who looks at it now: from here on these count as seen, and only later ones are told of.
    pub fn overruled_read(&mut self) -> Result<Vec<ConflictRow>, MingchaError> {
        let rows = self.overruled()?;
        let mut looked = Vec::new();
        for feed in self.store.feeds()? {
            if tells(&feed.name) {
                let (epoch, seen) = (feed.cursor.epoch, feed.cursor.position);
                looked.push(Looked { feed: feed.name, epoch, seen, news: None });
            }
        }
        // What was seen of a feed that is not held now stays seen, should it come back.
        let before = self.looked()?;
        let gone: Vec<Looked> =
            before.iter().filter(|old| looked.iter().all(|new| new.feed != old.feed)).copied().collect();
        looked.extend(gone);
        if looked != before {
            self.put_setting(LOOKED, &looked)?;
        }
        Ok(rows)
    }

    /// How many of them this person has not looked at. Pages are read only where somebody replaced an own value since.
    pub(crate) fn overruled_unseen(&self) -> Result<u64, MingchaError> {
        let news: BTreeMap<FeedName, u64> =
            self.looked()?.into_iter().filter_map(|one| Some((one.feed, one.news?))).collect();
        if news.is_empty() {
            return Ok(0);
        }
        let is_new = |decided: &Written| news.get(&decided.feed).is_some_and(|from| decided.position >= *from);
        let new = self.decisions_against_me()?.into_iter().filter(|(_, decided)| is_new(decided)).count();
        Ok(u64::try_from(new).unwrap_or(u64::MAX))
    }

    /// Notes from where on there is something to look for, before a page is folded: whoever is killed in between looks
    /// once too often, and never too seldom.
    pub(crate) fn note_replacements(&mut self, page: &Page, entries: &[Entry]) -> Result<(), MingchaError> {
        if !tells(&page.feed) {
            return Ok(());
        }
        let own: BTreeSet<LogId> = self.store.logs()?.into_iter().map(|log| log.log).collect();
        let mut looked = self.looked()?;
        let known = looked.iter().position(|one| one.feed == page.feed);
        let old = known.and_then(|place| looked.get(place)).copied().filter(|one| one.epoch == page.epoch);
        let seen = old.map_or(0, |one| one.seen);
        let first = entries.iter().find(|entry| {
            entry.position > seen
                && !own.contains(&entry.log)
                && entry.op.over.iter().any(|named| own.contains(&named.log))
        });
        let Some(first) = first else { return Ok(()) };
        let news = old.and_then(|one| one.news).map_or(first.position, |before| before.min(first.position));
        let new = Looked { feed: page.feed, epoch: page.epoch, seen, news: Some(news) };
        match known.and_then(|place| looked.get_mut(place)) {
            Some(known) if *known == new => return Ok(()),
            Some(known) => *known = new,
            None => looked.push(new),
        }
        self.put_setting(LOOKED, &looked)
    }

    /// Where nothing of what was noted decided against this person, there is nothing to look for.
    pub(crate) fn forget_idle_notes(&mut self) -> Result<(), MingchaError> {
        let mut looked = self.looked()?;
        for one in &mut looked {
            one.news = None;
        }
        self.put_setting(LOOKED, &looked)
    }

    pub(crate) fn has_notes(&self) -> Result<bool, MingchaError> {
        Ok(self.looked()?.iter().any(|one| one.news.is_some()))
    }

    fn looked(&self) -> Result<Vec<Looked>, MingchaError> {
        Ok(self.setting(LOOKED)?.unwrap_or_default())
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
            if !tells(&feed.name) {
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
            reason: Some(reason_of(decided).to_owned()).filter(|reason| !reason.is_empty()),
            basis: Basis::default(),
        })
    }
}

/// True for feeds that carry what several people write.
fn tells(feed: &FeedName) -> bool {
    matches!(feed, FeedName::Area(_) | FeedName::Covert(_))
}

/// Why it was decided so: an answer has a note of its own before it.
fn reason_of(decided: &Said) -> &str {
    decided.text(usize::from(matches!(decided.body, Body::Answer(_))))
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
