//! Ops that the city holds until somebody who may releases them: this device's own, and those that feeds show as held.
//!
//! A release names the op and decides nothing else; what the op says is then folded like everything else.

use std::collections::BTreeSet;

use mingcha_model::body::{Body, Release};
use mingcha_model::{FeedName, Flags, Kind, OpId, Place, Refusal, Role, Text, Verdict};
use mingcha_sync::Page;

use super::op_id;
use super::told::Told;
use crate::say::Saying;
use crate::{AttentionRow, MingchaError, Mistake, Phone};

/// From a photo over a submission and a finding to the visit.
const MOST_STEPS: u8 = 4;

impl Phone {
    /// Own ops that the city holds; for those who may release also everybody's.
    pub fn held(&self) -> Result<Vec<AttentionRow>, MingchaError> {
        if !self.is_enrolled() {
            return Ok(Vec::new());
        }
        let mut held: Vec<Told> =
            self.store.attention()?.iter().filter(|one| one.verdict == Verdict::Held).map(Told::from).collect();
        if matches!(self.grants()?.role, Role::Supervisor | Role::Office) {
            for entry in self.held_entries()? {
                if held.iter().all(|known| known.op != entry.op) {
                    held.push(entry);
                }
            }
        }
        held.iter().map(|one| self.told_row(one, &held)).collect()
    }

    /// Releases a held op: from then on it counts.
    pub fn release(&mut self, op: &str) -> Result<AttentionRow, MingchaError> {
        self.me()?;
        let op = op_id(op)?;
        let (all, released) = self.ever_held()?;
        let own = self.own_held(op)?;
        let shown = all.iter().find(|entry| entry.op == op && !released.contains(&op));
        let held = shown.or(own.as_ref()).ok_or(Mistake::Unknown("待放行的该语句", "op"))?;
        let place = self.place_of_held(held, &all, &released, MOST_STEPS)?;
        self.say(&place, vec![Saying::new(held.entity, Body::Release(Release { op }))])?;
        self.told_row(held, &all)
    }

    /// Where a held op belongs. What it speaks of may have been held too: released just now it is known by its own
    /// creation, before the city has told of the release.
    fn place_of_held(
        &self,
        held: &Told,
        all: &[Told],
        released: &BTreeSet<OpId>,
        steps: u8,
    ) -> Result<Place, MingchaError> {
        let known = match &held.body {
            Some(body) => self.place_of_said(held.entity, body),
            None => self.place_of(held.entity),
        };
        let of = match &held.body {
            Some(Body::SubmissionAdd(add)) => add.finding.into(),
            Some(Body::Review(review)) => review.finding.into(),
            Some(Body::PhotoAdd(add)) => add.owner,
            _ => held.entity,
        };
        let made = all.iter().find(|other| other.entity == of && other.op != held.op && other.makes_it());
        match (known, made) {
            (Err(_), Some(made)) if !released.contains(&made.op) => {
                Err(Mistake::NotNow("请先放行所属记录", "release what it belongs to first").into())
            }
            (Err(_), Some(made)) if steps > 0 => self.place_of_held(made, all, released, steps.saturating_sub(1)),
            (known, _) => known,
        }
    }

    fn own_held(&self, op: OpId) -> Result<Option<Told>, MingchaError> {
        let own = self.store.attention()?.into_iter().find(|one| one.id == op && one.verdict == Verdict::Held);
        Ok(own.as_ref().map(Told::from))
    }

    /// What the feeds held here show as held and nobody released, this device's own releases included.
    fn held_entries(&self) -> Result<Vec<Told>, MingchaError> {
        let (mut held, released) = self.ever_held()?;
        held.retain(|entry| !released.contains(&entry.op));
        Ok(held)
    }

    /// What the feeds held here ever showed as held, and which of it was released.
    fn ever_held(&self) -> Result<(Vec<Told>, BTreeSet<OpId>), MingchaError> {
        let mut held: Vec<Told> = Vec::new();
        let mut released: BTreeSet<OpId> = BTreeSet::new();
        for feed in self.store.feeds()? {
            if !matches!(feed.name, FeedName::Area(_) | FeedName::Covert(_)) {
                continue;
            }
            for page in self.pages_of(&feed.name)? {
                for entry in page.entries().map_err(|error| MingchaError::Sync(error.into()))? {
                    let is_held = entry.flags.contains(Flags::HELD);
                    if !is_held && entry.op.kind != Kind::RELEASE {
                        continue;
                    }
                    let body = Body::from_bytes(entry.op.kind, entry.op.kind_version, &entry.op.body).ok();
                    match body {
                        Some(Body::Release(release)) if !is_held => {
                            released.insert(release.op);
                        }
                        body => held.push(Told {
                            op: entry.id(),
                            kind: entry.op.kind,
                            entity: entry.entity(),
                            body,
                            texts: entry.op.texts.iter().filter_map(Text::words).map(str::to_owned).collect(),
                            at: entry.op.at,
                            verdict: Verdict::Held,
                            reason: Some(why_held(entry.flags)),
                            since: entry.ord.millis().div_euclid(1000),
                        }),
                    }
                }
            }
        }
        for own in self.own_said(|kind, _| kind == Kind::RELEASE)? {
            if let Body::Release(release) = &own.said.body
                && own.verdict.is_none_or(|(verdict, _)| verdict == Verdict::Accepted)
            {
                released.insert(release.op);
            }
        }
        held.sort_by_key(|entry| (entry.since, entry.op));
        held.dedup_by_key(|entry| entry.op);
        Ok((held, released))
    }

    /// The pages kept of a feed's present epoch, in order.
    pub(crate) fn pages_of(&self, feed: &FeedName) -> Result<Vec<Page>, MingchaError> {
        let Some(cursor) = self.store.cursor(feed)? else { return Ok(Vec::new()) };
        let mut pages = Vec::new();
        for kept in self.store.pages(feed)?.into_iter().filter(|page| page.epoch == cursor.epoch) {
            if let Some(bytes) = self.store.page_bytes(feed, kept.epoch, kept.first)? {
                pages.push(Page::from_bytes(&bytes).map_err(|error| MingchaError::Sync(error.into()))?);
            }
        }
        Ok(pages)
    }
}

/// Why an entry is held, as the city marked it.
fn why_held(flags: Flags) -> Refusal {
    if flags.contains(Flags::LATE) { Refusal::Moved } else { Refusal::DeviceRevoked }
}
