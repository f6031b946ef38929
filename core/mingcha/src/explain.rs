//! Why something stands as it does: every op that was said of it, in order, with its effect and the rule that decided.
//!
//! Nothing here decides: it reads the folds that screens read, and for answers the pages as they came, because a
//! replaced answer stands nowhere else. A contact is told no authors and no minutes of the city's.

pub(crate) mod registers;
mod rules;

use std::collections::BTreeSet;

use mingcha_model::body::{Body, PhotoAdd};
use mingcha_model::{
    EntityId, Field, FindingId, Flags, ItemCode, Kind, OpId, Order, Refusal, Role, Said, Verdict, print_millis,
    print_seconds,
};

use crate::{Explained, MingchaError, Mistake, Phone};
use registers::Registers;
use rules::Effect;

/// Everything said of one thing, as far as it is known here.
struct History {
    /// In the city's order, own ones that no feed brought back last.
    said: Vec<Said>,
    /// Own ops that count nowhere: refused and held ones, with the reason.
    aside: Vec<(Said, Verdict, Option<Refusal>)>,
    /// Own ops without an echo, and whether the city has them.
    waiting: Vec<(OpId, bool)>,
}

impl Phone {
    /// The ops that lead to what is shown of an entity, or of one item of a visit.
    pub fn explain(&self, entity: &str, item: Option<&str>) -> Result<Vec<Explained>, MingchaError> {
        self.me()?;
        let entity: EntityId = entity.trim().parse().map_err(|_| Mistake::Unknown("该记录", "entity"))?;
        let item: Option<ItemCode> =
            item.map(|item| item.trim().parse().map_err(|_| Mistake::Unknown("检查项", "item"))).transpose()?;
        let history = self.history_of(entity, item.as_ref())?;
        if history.said.is_empty() && history.aside.is_empty() {
            return Err(Mistake::Unknown("该记录", "entity").into());
        }
        let case = self.store.case(FindingId(entity))?;
        let registers = Registers::fold(&history.said);
        let is_contact = self.grants()?.role == Role::Contact;
        let mut rows = Vec::new();
        for one in &history.said {
            let waiting = history.waiting.iter().find(|(id, _)| *id == one.id).map(|(_, received)| *received);
            let effect = rules::effect(one, &history.said, &registers, case.as_ref(), waiting);
            rows.push(self.explained(one, &effect, is_contact)?);
        }
        for (one, verdict, reason) in &history.aside {
            rows.push(self.explained(one, &Effect::aside(*verdict, *reason), is_contact)?);
        }
        Ok(rows)
    }

    fn history_of(&self, entity: EntityId, item: Option<&ItemCode>) -> Result<History, MingchaError> {
        let wanted_field = item.map(|item| Field::Answer(item.clone()));
        let is_wanted = |one: &Said| match &wanted_field {
            None => true,
            field => one.body.field() == *field,
        };
        let known = self.store.said_of_finding(FindingId(entity))?;
        // Of a finding's visit it is told where it went and whether it was taken back.
        let visit = known.iter().find_map(|one| match &one.body {
            Body::FindingRaise(raise) => Some(EntityId::from(raise.visit)),
            _ => None,
        });
        let is_beside =
            |one: &Said| Some(one.entity) == visit && !matches!(one.body, Body::VisitMove(_) | Body::VisitVoid(_));
        // What was refused with its visit is shown there, and counts nowhere.
        let attention = self.store.attention()?;
        let is_refused = |id: OpId| attention.iter().any(|one| one.id == id && one.verdict == Verdict::Refused);
        let known: Vec<Said> = known.into_iter().filter(|one| !is_beside(one) && !is_refused(one.id)).collect();
        // The statements of a finding are those of its submissions too; of anything else they are its own.
        let submissions: BTreeSet<EntityId> =
            known.iter().map(|one| one.entity).filter(|entity| Some(*entity) != visit).collect();
        let mut said: Vec<Said> = known.into_iter().filter(is_wanted).collect();
        said.extend(self.answers_in_pages(entity)?.into_iter().filter(is_wanted));
        let mut seen: BTreeSet<OpId> = said.iter().map(|one| one.id).collect();

        let mut aside = Vec::new();
        let mut waiting = Vec::new();
        let of_it = |of: EntityId| of == entity || submissions.contains(&of);
        for own in self.own_said(|kind, of| kind != Kind::LOG_OPEN && of_it(of))? {
            let id = own.said.id;
            let received = matches!(own.verdict, Some((Verdict::Accepted | Verdict::Parked, _)));
            // A verdict that came later stands with what needs attention, the first one on the receipt.
            let told = attention.iter().find(|one| one.id == id).map(|one| (one.verdict, one.reason)).or(own.verdict);
            if let Some(known) = said.iter().find(|one| one.id == id) {
                if known.ord == Order::LAST {
                    waiting.push((id, received));
                }
            } else if is_wanted(&own.said) && seen.insert(id) {
                if let Some((verdict @ (Verdict::Refused | Verdict::Held), reason)) = told {
                    aside.push((own.said, verdict, reason));
                } else {
                    waiting.push((id, received));
                    said.push(own.said);
                }
            }
        }
        said.sort_by_key(Said::sequence);
        said.dedup_by_key(|one| one.id);
        Ok(History { said, aside, waiting })
    }

    /// Every answer and photo item that the home feed of an entity carries, replaced ones too.
    fn answers_in_pages(&self, entity: EntityId) -> Result<Vec<Said>, MingchaError> {
        let often_replaced = matches!(self.store.kind(entity)?, Some(Kind::VISIT_OPEN | Kind::PHOTO_ADD));
        let Some(home) = self.store.home(entity)?.filter(|_| often_replaced) else { return Ok(Vec::new()) };
        let mut said = Vec::new();
        for page in self.pages_of(&home)? {
            for entry in page.entries().map_err(|error| MingchaError::Sync(error.into()))? {
                if entry.entity() == entity && matches!(entry.op.kind, Kind::ANSWER | Kind::PHOTO_ITEM) {
                    // What cannot be read counts nowhere, and `verify` does not need it to be read.
                    said.extend(Said::entry(&entry).ok());
                }
            }
        }
        // A release of one of them stands in the statements; the mark itself is only on the page.
        let released: BTreeSet<OpId> = self
            .store
            .said(entity)?
            .into_iter()
            .filter_map(|one| match one.body {
                Body::Release(release) => Some(release.op),
                _ => None,
            })
            .collect();
        for one in said.iter_mut().filter(|one| released.contains(&one.id)) {
            one.flags = Flags(one.flags.0 & !Flags::HELD.0);
        }
        Ok(said)
    }

    fn explained(&self, one: &Said, effect: &Effect, is_contact: bool) -> Result<Explained, MingchaError> {
        let by_city = is_contact && matches!(one.body, Body::CardWrite(_));
        let day = || one.day().to_string();
        // The look of a photo is a picture, not words.
        let words = if matches!(one.body, Body::PhotoAdd(_)) { PhotoAdd::LOOK } else { one.texts.len() };
        Ok(Explained {
            op: one.id,
            kind: one.body.kind().name(),
            value: registers::value(&one.body),
            text: one
                .texts
                .iter()
                .take(words)
                .map(|text| text.clone().unwrap_or_else(|| "（已删除 / erased）".to_owned()))
                .collect(),
            by: self.by(one.id.log)?,
            at: if by_city { day() } else { print_seconds(one.at) },
            ord: (!one.is_provisional()).then(|| if by_city { day() } else { print_millis(one.ord.millis()) }),
            effect: effect.name,
            rule: effect.rule.to_owned(),
            late: one.flags.contains(Flags::LATE) && !one.flags.contains(Flags::HELD),
        })
    }
}
