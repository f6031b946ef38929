//! A visit as its statements make it: where, how, by whom, and whether it was submitted, moved or voided.
//!
//! Answers stand in registers of their own, because there are many; this module refuses to count them.

use std::collections::BTreeMap;

use crate::body::{Body, Mode, SetRef, VisitSubmit};
use crate::said::counting;
use crate::{
    CampaignId, Day, EntityId, Field, ItemCode, Lineage, LogId, OpId, Order, PersonId, Register, Said, SiteId, TaskId,
    VisitId,
};

/// A visit, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitCase {
    /// Which.
    pub visit: VisitId,
    /// The log that opened it.
    pub author: LogId,
    /// The op that opened it.
    pub opened_by: OpId,
    /// When it was opened, by its author's clock, in Unix seconds.
    pub opened_at: i64,
    /// The order of its opening.
    pub opened: Order,
    /// The day it was opened.
    pub day: Day,
    /// Where it belongs, after moves.
    pub site: SiteId,
    /// How it is made.
    pub mode: Mode,
    /// Which criteria sets are asked.
    pub sets: Vec<SetRef>,
    /// The items that its form asks, in order; `None` for everything that its sets ask of such a site.
    pub asked: Option<Vec<ItemCode>>,
    /// The kind of its site with its ancestors, as it was when the visit was opened there or moved there; `None` where
    /// nobody wrote it down.
    pub kind: Option<Lineage>,
    /// The campaign.
    pub campaign: Option<CampaignId>,
    /// The task it fulfils.
    pub task: Option<TaskId>,
    /// People who were there beside its author.
    pub people: Vec<PersonId>,
    /// The first submission's order, when it was submitted.
    pub submitted: Option<Order>,
    /// The day it was submitted.
    pub submitted_day: Option<Day>,
    /// The op of the first submission and the figures that it stated: they stay, whatever is added later.
    pub figures: Option<(OpId, VisitSubmit)>,
    /// True when it is void.
    pub void: bool,
    /// Remarks in order.
    pub remarks: Vec<String>,
    /// The heads of its registers, apart from answers, for the basis.
    pub heads: Vec<(EntityId, Field, Vec<OpId>)>,
}

/// Where a visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitStatus {
    /// 进行中: answers may change.
    Draft,
    /// 已提交: can be added to, not altered.
    Submitted,
    /// 作废.
    Void,
}

impl VisitStatus {
    /// The name in commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Void => "void",
        }
    }
}

impl VisitCase {
    /// Folds what was said of one visit; `None` while its opening is not known.
    pub fn fold(visit: VisitId, said: &[Said]) -> Option<Self> {
        let (said, _) = counting(said);
        let opened = said.iter().find(|one| matches!(one.body, Body::VisitOpen(_)))?;
        let Body::VisitOpen(open) = &opened.body else { return None };
        let mut registers: BTreeMap<Field, Register<&Said>> = BTreeMap::new();
        for one in &said {
            match one.body.field() {
                None | Some(Field::Answer(_)) => {}
                Some(field) => registers.entry(field).or_default().fold(one.id, one.ord, &one.over, *one),
            }
        }
        let latest = |field: &Field| registers.get(field)?.latest().map(|(_, head)| &head.value.body);
        let (site, kind) = match latest(&Field::VisitSite) {
            Some(Body::VisitMove(moved)) => (moved.site, &moved.kind),
            _ => (open.site, &open.kind),
        };
        // Void is a strict register: of words that nobody reconciled, the safer keeps the visit.
        let kept = |said: &&Said| !matches!(&said.body, Body::VisitVoid(void) if void.void);
        let ruling = registers.get(&Field::VisitVoid).and_then(|register| register.safest(kept));
        let void = ruling.is_some_and(|(_, head)| !kept(&head.value));
        // Of words that did not see each other, that somebody was there holds.
        let was_there = |said: &&Said| matches!(&said.body, Body::VisitPerson(person) if person.present);
        let people = registers
            .values()
            .filter_map(|register| match register.safest(was_there).map(|(_, head)| &head.value.body) {
                Some(Body::VisitPerson(person)) if person.present => Some(person.person),
                _ => None,
            })
            .collect();
        let submitted = said.iter().find(|one| matches!(one.body, Body::VisitSubmit(_)));
        let mut heads: Vec<_> = registers
            .iter()
            .map(|(field, register)| {
                (EntityId::from(visit), field.clone(), register.heads().map(|(id, _)| id).collect::<Vec<_>>())
            })
            .collect();
        for field in [Field::VisitSite, Field::VisitVoid] {
            if !registers.contains_key(&field) {
                heads.push((visit.into(), field, Vec::new()));
            }
        }
        Some(Self {
            visit,
            author: opened.id.log,
            opened_by: opened.id,
            opened_at: opened.at,
            opened: opened.ord,
            day: opened.day(),
            site,
            mode: open.mode,
            sets: open.sets.clone(),
            asked: open.asked.clone(),
            kind: kind.clone(),
            campaign: open.campaign,
            task: open.task,
            people,
            submitted: submitted.map(|one| one.ord),
            submitted_day: submitted.map(|one| one.day()),
            figures: submitted.and_then(|one| match &one.body {
                Body::VisitSubmit(figures) => Some((one.id, figures.clone())),
                _ => None,
            }),
            void,
            remarks: said
                .iter()
                .filter(|one| matches!(one.body, Body::VisitRemark(_)))
                .map(|one| one.text(0).to_owned())
                .collect(),
            heads,
        })
    }

    /// True when an answer was not yet known where the visit was submitted: it is merged, and the figures do not count it.
    pub fn is_added_after_submission(&self, answer: OpId, ord: Order) -> bool {
        let (Some((op, figures)), Some(submitted)) = (&self.figures, self.submitted) else { return false };
        match &figures.counted {
            _ if answer.log == op.log => answer.seq > op.seq,
            Some(counted) => !counted.iter().any(|last| last.log == answer.log && answer.seq <= last.seq),
            None => ord > submitted,
        }
    }

    /// Where it stands.
    pub fn status(&self) -> VisitStatus {
        if self.void {
            VisitStatus::Void
        } else if self.submitted.is_some() {
            VisitStatus::Submitted
        } else {
            VisitStatus::Draft
        }
    }
}
