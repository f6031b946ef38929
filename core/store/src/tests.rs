//! Stories about the store, told with entries made by hand and a chain that is real.

mod asked;
mod batching;
mod flips;
mod homes;
mod merging;
mod own_work;
mod sealing;
mod searching;
mod trouble;

use std::path::PathBuf;

use mingcha_model::body::{
    Answer, Body, FindingFeedback, FindingRaise, Mode, Review, SetRef, SiteEnter, SubmissionAdd, VisitOpen,
};
use mingcha_model::{
    AreaId, Digest, EntityId, Entry, FeedName, FindingId, Flags, ItemCode, LogId, Op, OpId, Order, ReviewVerdict,
    Severity, SiteId, SubmissionId, Text, UnitId, Value, VisitId, chain,
};

use crate::{NewOp, NewPage, Store, StoreError, StoreKey};

pub(crate) const CITY: LogId = LogId([0xC1; 16]);
pub(crate) const ANNA: LogId = LogId([0xA1; 16]);
pub(crate) const BERT: LogId = LogId([0xB1; 16]);

pub(crate) fn id(n: u8) -> EntityId {
    EntityId::from_random([n; 16])
}

pub(crate) fn numbered(n: u64) -> EntityId {
    id(u8::try_from(n).unwrap())
}

pub(crate) fn area(n: u8) -> FeedName {
    FeedName::Area(AreaId(id(n)))
}

pub(crate) fn item(code: &str) -> ItemCode {
    code.parse().unwrap()
}

/// One feed as the city writes it.
#[derive(Clone)]
pub(crate) struct Feed {
    pub(crate) name: FeedName,
    pub(crate) entries: Vec<Entry>,
    heads: Vec<Digest>,
}

impl Feed {
    pub(crate) fn new(name: FeedName) -> Self {
        Self { name, entries: Vec::new(), heads: vec![Digest::ZERO] }
    }

    pub(crate) fn say(&mut self, id: OpId, entity: EntityId, body: &Body, text: &str) -> OpId {
        self.push(id, entity, body, text, &[], Flags::NONE)
    }

    pub(crate) fn push(
        &mut self,
        id: OpId,
        entity: EntityId,
        body: &Body,
        text: &str,
        over: &[OpId],
        flags: Flags,
    ) -> OpId {
        let texts = if text.is_empty() { vec![] } else { vec![Text::Plain { salt: [7; 32], text: text.to_owned() }] };
        let position = self.entries.len() as u64 + 1;
        self.append(Entry {
            position,
            log: id.log,
            ord: Order((1_700_000_000_000 + position * 1000) << 16),
            flags,
            op: Op {
                seq: id.seq,
                kind: body.kind(),
                kind_version: 1,
                entity,
                at: 1_700_000_000 + position.cast_signed(),
                over: over.to_vec(),
                origin: None,
                body: body.to_bytes(),
                texts,
            },
        });
        id
    }

    pub(crate) fn append(&mut self, entry: Entry) {
        let head =
            chain::feed_head(&self.name, 1, entry.position, *self.heads.last().unwrap(), chain::entry_hash(&entry));
        self.heads.push(head);
        self.entries.push(entry);
    }

    /// The page that starts after `from` and ends at `to`.
    pub(crate) fn page(&self, from: usize, to: usize) -> NewPage<'_> {
        NewPage {
            feed: self.name,
            epoch: 1,
            first: from as u64 + 1,
            previous: self.heads[from],
            head: self.heads[to],
            entries: &self.entries[from..to],
            bytes: b"as it came",
        }
    }

    pub(crate) fn all(&self) -> NewPage<'_> {
        self.page(0, self.entries.len())
    }

    /// Folds what the store does not have yet.
    pub(crate) fn pull(&self, store: &mut Store) -> crate::Folded {
        let from = store.cursor(&self.name).unwrap().map_or(0, |cursor| usize::try_from(cursor.position).unwrap());
        store.fold_page(&self.page(from, self.entries.len())).unwrap()
    }
}

/// A store in a folder of its own.
pub(crate) struct Phone {
    pub(crate) store: Store,
    pub(crate) path: PathBuf,
    _folder: tempfile::TempDir,
}

pub(crate) fn phone() -> Phone {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    Phone { store: Store::open(&path, &StoreKey::Plain).unwrap(), path, _folder: folder }
}

pub(crate) fn hash(store: &Store, feed: FeedName) -> Digest {
    let kept = store.feeds().unwrap().into_iter().find(|state| state.name == feed).unwrap().hash;
    assert_eq!(store.recompute_hash(&feed).unwrap(), kept, "the kept hash is the hash of the rows");
    kept
}

pub(crate) fn op(log: LogId, seq: u64) -> OpId {
    OpId { log, seq }
}

pub(crate) fn site(unit: u8, area: u8) -> Body {
    Body::SiteEnter(SiteEnter {
        unit: UnitId(id(unit)),
        area: AreaId(id(area)),
        code: "S-1".into(),
        kind: "GOV".into(),
        position: None,
    })
}

pub(crate) fn opening(site: EntityId, mode: Mode) -> Body {
    let sets = vec![SetRef { code: "W5".into(), version: 1 }];
    Body::VisitOpen(VisitOpen { site: SiteId(site), mode, sets, campaign: None, task: None, asked: None, kind: None })
}

pub(crate) fn answer(code: &str, value: Value) -> Body {
    Body::Answer(Answer { item: item(code), value, photos: vec![] })
}

pub(crate) fn raising(visit: EntityId, site: EntityId) -> Body {
    Body::FindingRaise(FindingRaise {
        visit: VisitId(visit),
        site: SiteId(site),
        item: item("W5-1"),
        severity: Severity::Serious,
        photos: vec![],
    })
}

pub(crate) fn feedback() -> Body {
    Body::FindingFeedback(FindingFeedback { channel: mingcha_model::body::Channel::Spoken, photos: vec![] })
}

pub(crate) fn submission(finding: EntityId) -> Body {
    Body::SubmissionAdd(SubmissionAdd { finding: FindingId(finding), photos: vec![] })
}

pub(crate) fn review(finding: EntityId, verdict: ReviewVerdict) -> Body {
    Body::Review(Review { finding: FindingId(finding), verdict })
}

pub(crate) fn new(entity: EntityId, body: Body) -> NewOp {
    NewOp { entity, at: 1_800_000_000, over: vec![], origin: None, body, texts: vec![] }
}

pub(crate) fn value_of(store: &Store, visit: EntityId, code: &str) -> Option<Value> {
    let register = store.answer(VisitId(visit), &item(code)).unwrap();
    match &register.latest()?.1.value.body {
        Body::Answer(answer) => Some(answer.value),
        _ => None,
    }
}

pub(crate) fn submission_id(n: u8) -> SubmissionId {
    SubmissionId(id(n))
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> StoreError {
    result.unwrap_err()
}
