//! What follows each commit: the read model, published photos and case cards.
//!
//! All of it is caught up from the feeds by cursors, so that a city that ended between a commit and its cards writes
//! them when it starts again, and writes nothing twice. It refuses to hold up the writer: cards are reckoned beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use mingcha_evidence::Strip;
use mingcha_model::body::{Body, CardTell};
use mingcha_model::{Cursor, EntityId, FeedName, FindingId, Kind, NoticeCase, PhotoId, Rules, Stage};
use mingcha_store::{NewPage, Store, StoreError, StoreKey};
use mingcha_sync::{FeedHead, Page};

use crate::cards::{card, is_known_to_unit, left_behind};
use crate::files::Files;
use crate::ledger::{Look, Unpublished};
use crate::{City, CityError, private, publish, reader, settle};

/// So many bytes of pages are folded in one piece.
const PIECE_BYTES: usize = 4 * 1024 * 1024;
/// Another process may be following too, and each time it came first it has come further; after so many tries something
/// else is wrong.
const TRIES: usize = 100;

/// The read model, opened when it is first needed.
pub(crate) struct Follower {
    path: PathBuf,
    store: Mutex<Option<Store>>,
}

impl From<StoreError> for CityError {
    fn from(error: StoreError) -> Self {
        Self::ReadModel(error.to_string())
    }
}

impl Follower {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { path: dir.join("read.db"), store: Mutex::new(None) }
    }
}

impl City {
    /// Reads figures back: the same projections and queries that a supervisor's phone has, fed from the city's feeds.
    pub fn read<T>(&self, ask: impl FnOnce(&Store) -> Result<T, StoreError>) -> Result<T, CityError> {
        self.with_store(|store| {
            self.follow(store)?;
            Ok(ask(store)?)
        })
    }

    /// Brings read model, published photos and case cards to where the feeds are. Doing it again changes nothing.
    pub fn catch_up(&self) -> Result<(), CityError> {
        self.with_store(|store| self.follow(store))
    }

    /// What a serving city does again and again.
    pub(crate) fn round(&self) -> Result<(), CityError> {
        let expired = self.inner.ledger.read(|look| {
            Ok(!look.parked_before(look.now.saturating_sub(crate::judge::LATE_WITHIN_MILLIS))?.is_empty())
        })?;
        if expired {
            self.inner.ledger.write(|turn| settle::expire(turn).map(|_| ()))?;
        }
        if self.inner.ledger.read(is_behind)? {
            self.catch_up()?;
        }
        self.finish_erasures()
    }

    /// Who reads after a write, reads what followed from it. When following fails, feeds are read as they are.
    pub(crate) fn catch_up_before_reading(&self) {
        if let Err(error) = self.round() {
            tracing::error!(code = error.code(), %error, "cards could not follow; they are tried again");
        }
    }

    pub(crate) fn with_store<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, CityError>) -> Result<T, CityError> {
        let follower = &self.inner.follower;
        let mut place = follower.store.lock().unwrap_or_else(PoisonError::into_inner);
        if place.is_none() {
            *place = Some(open(&follower.path)?);
        }
        match place.as_mut() {
            Some(store) => work(store),
            None => Err(CityError::Inconsistent("the read model")),
        }
    }

    fn follow(&self, store: &mut Store) -> Result<(), CityError> {
        // Cards first: a photo that cannot be read must not stand in their way.
        self.follow_feeds(store)?;
        if self.publish_photos(store)? { self.follow_feeds(store) } else { Ok(()) }
    }

    fn follow_feeds(&self, store: &mut Store) -> Result<(), CityError> {
        for _ in 0..TRIES {
            self.fold_new_pages(store)?;
            if self.write_cards(store)? {
                return Ok(());
            }
        }
        Err(CityError::Inconsistent("cards, which somebody else writes too"))
    }

    /// Folds what the feeds have and the read model has not.
    fn fold_new_pages(&self, store: &mut Store) -> Result<(), CityError> {
        let ledger = &self.inner.ledger;
        for (feed, standing) in ledger.read(followed_feeds)? {
            let mut cursor = store.cursor(&feed)?.unwrap_or(Cursor::start(standing.epoch));
            while cursor.position < standing.position {
                let given = ledger.read(|look| reader::pages(look, FeedHead { feed, cursor }, PIECE_BYTES))?;
                let Ok((pages, end)) = given else {
                    return Err(CityError::ReadModel(
                        "read.db is of another history: remove it, it is made anew".into(),
                    ));
                };
                if fold(store, &pages)? {
                    cursor = end;
                    continue;
                }
                let reached = store.cursor(&feed)?.unwrap_or(cursor);
                if reached.position <= cursor.position {
                    return Err(CityError::Inconsistent("a stored page"));
                }
                cursor = reached;
            }
        }
        Ok(())
    }

    /// Writes the cards of findings that something was said of; true when there were none to write.
    ///
    /// What waited for a card may be said with it, the day from which a notice runs is said before it, and somebody else may
    /// have written in the meantime: look again.
    fn write_cards(&self, store: &Store) -> Result<bool, CityError> {
        let ledger = &self.inner.ledger;
        let touched = ledger.read(|look| Touched::since(look, store))?;
        if touched.is_nothing() {
            return Ok(true);
        }
        let rules = Rules::after(store.rule_changes()?);
        let mut findings = touched.findings.clone();
        for finding in &touched.findings {
            // What counted under a finding that is void now counts itself.
            if store.finding(FindingId(*finding))?.is_some_and(|row| row.stage == Stage::Void) {
                findings.extend(store.linked_to(FindingId(*finding))?.into_iter().map(EntityId::from));
            }
        }
        let mut cases = Vec::new();
        for finding in findings {
            if let Some(case) = store.case(FindingId(finding))?.filter(is_known_to_unit) {
                cases.push((store.counts_under(&case)?, case));
            }
        }
        ledger.write(|turn| {
            for (feed, from, _) in &touched.cursors {
                if turn.followed(*feed)? != *from {
                    return Ok(false);
                }
            }
            for (counts_under, case) in &cases {
                let finding = EntityId::from(case.finding);
                // An undercover finding has no card: its unit learns of it from a published copy alone.
                let Some(row) = turn.entity(finding)?.filter(|row| !row.place.covert && !row.held) else { continue };
                let (mut card, texts) = card(case, row.site, turn.published_of(finding)?, &rules);
                if card.set.is_none() {
                    card.set = turn.asked_under(case.raise.visit.into(), &case.raise.item)?;
                }
                if let Some(of) = *counts_under
                    && turn.was_said(FeedName::Unit(row.place.unit), Kind::CARD_WRITE, of.into())?
                {
                    (card.duplicate_of, card.deadline) = (Some(of), None);
                }
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                for (unit, site) in turn.told_units(finding)?.into_iter().filter(|(unit, _)| *unit != row.place.unit) {
                    let left = Body::CardWrite(left_behind(&card, site));
                    turn.say_if_new(FeedName::Unit(unit), finding, &left, texts.get(..1).unwrap_or_default())?;
                }
                // A notice runs from the day of the card that tells of it, or of its signature: that day is said first.
                if let Some(tell) = case.notices.last().and_then(untold) {
                    let tell = Body::CardTell(tell);
                    if turn.say_if_new(FeedName::Area(row.place.area), finding, &tell, &[])? {
                        continue;
                    }
                }
                let unit = FeedName::Unit(row.place.unit);
                let first = !turn.was_said(unit, Kind::CARD_WRITE, finding)?;
                turn.say_if_new(unit, finding, &Body::CardWrite(card), &texts)?;
                turn.put_told_unit(finding, row.place.unit, row.site)?;
                if first {
                    // What its contacts said before they were told waits for this.
                    settle::entity_arrived(turn, finding)?;
                }
            }
            for (feed, _, to) in &touched.cursors {
                turn.set_followed(*feed, *to)?;
            }
            turn.no_card_is_due(&touched.due)?;
            Ok(false)
        })
    }

    /// Makes the copies that units may see, of photos that a person released and whose file is here; true when a card
    /// is due for one. What cannot be read or stored now waits for another time.
    fn publish_photos(&self, store: &Store) -> Result<bool, CityError> {
        let ledger = &self.inner.ledger;
        let mut any = false;
        for waiting in ledger.read(unpublished)? {
            let made = match self.published_copy(store, &waiting) {
                Err(CityError::Io(error)) => {
                    tracing::warn!(kind = %error.kind(), "a photo could not be published; it is tried again");
                    continue;
                }
                made => made?,
            };
            any = true;
            ledger.write(|turn| {
                turn.set_published(waiting.finding, waiting.photo, made)?;
                // The staff of its area hear of a copy's photos from the copy alone.
                if let Some(row) = turn.entity(waiting.finding)?
                    && publish::original(turn, &row)?.is_some()
                {
                    publish::write_copy(turn, &row)?;
                }
                turn.card_is_due(waiting.finding)
            })?;
        }
        Ok(any)
    }

    /// The hash of the published copy: painted anew from pixels alone, without what was marked, and with a strip where the
    /// office wants one. `None` when there is nothing to publish.
    fn published_copy(&self, store: &Store, waiting: &Unpublished) -> Result<Option<mingcha_model::Digest>, CityError> {
        if !self.inner.ledger.read(|look| is_of_finding(look, waiting.finding, waiting.photo))? {
            return Ok(None);
        }
        let files = Files::of(self.dir());
        let bytes = std::fs::read(files.path(waiting.file))?;
        let text = self.strip_of(store, waiting)?;
        let font = self.inner.strip.get().and_then(|strip| strip.font.as_deref());
        let strip = text.as_deref().map(|text| Strip { text, font });
        match mingcha_evidence::published_copy(&bytes, &waiting.blur, strip.as_ref()) {
            Ok(copy) => files.put(&copy.bytes).map(Some),
            Err(_) => Ok(None),
        }
    }
}

/// A photo may be published with a finding when it is evidence of it or of its visit, whatever the feedback names.
fn is_of_finding(look: &Look<'_>, finding: EntityId, photo: PhotoId) -> Result<bool, CityError> {
    let (Some(finding), Some(photo)) = (look.entity(finding)?, look.entity(photo.into())?) else { return Ok(false) };
    // Of a published copy it is what the undercover finding shows.
    let shows = publish::original(look, &finding)?.unwrap_or(finding);
    let belongs = photo.parent == Some(shows.entity) || photo.parent == shows.parent;
    Ok(belongs && !photo.held && photo.place.covert == shows.place.covert)
}

/// The read model is fed from what the office's own people may read: each feed with where it stands.
fn followed_feeds(look: &Look<'_>) -> Result<Vec<(FeedName, Cursor)>, CityError> {
    let is_followed =
        |feed| matches!(feed, FeedName::Public | FeedName::Staff | FeedName::Area(_) | FeedName::Covert(_));
    Ok(look.feeds()?.into_iter().filter(|(feed, _)| is_followed(*feed)).collect())
}

fn unpublished(look: &Look<'_>) -> Result<Vec<Unpublished>, CityError> {
    look.unpublished()
}

fn is_behind(look: &Look<'_>) -> Result<bool, CityError> {
    if !look.cards_due()?.is_empty() || !look.unpublished()?.is_empty() {
        return Ok(true);
    }
    look.is_unfollowed()
}

fn open(path: &Path) -> Result<Store, CityError> {
    private::file(path)?;
    match Store::open(path, &StoreKey::Plain) {
        Ok(store) => Ok(store),
        // Nothing stands here that the feeds do not have.
        Err(StoreError::Damaged) => {
            Store::remove(path)?;
            Ok(Store::open(path, &StoreKey::Plain)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Folds these pages; false where another process, that follows too, has folded some of them meanwhile.
fn fold(store: &mut Store, pages: &[Vec<u8>]) -> Result<bool, CityError> {
    let broken = |_| CityError::Inconsistent("a stored page");
    for bytes in pages {
        let page = Page::from_bytes(bytes).map_err(broken)?;
        let entries = page.entries().map_err(broken)?;
        let folded = store.fold_page(&NewPage {
            feed: page.feed,
            epoch: page.epoch,
            first: page.first,
            previous: page.previous,
            head: page.head,
            entries: &entries,
            bytes,
        });
        if matches!(folded, Err(StoreError::Gap { .. })) {
            return Ok(false);
        }
        folded?;
    }
    Ok(true)
}

/// What was said since the cards were last written.
struct Touched {
    /// Feed, where the cards stood in it, where they will stand.
    cursors: Vec<(FeedName, u64, u64)>,
    findings: BTreeSet<EntityId>,
    /// Findings whose card was due without any entry.
    due: Vec<EntityId>,
}

impl Touched {
    /// Everything up to where the read model stands.
    fn since(look: &Look<'_>, store: &Store) -> Result<Self, CityError> {
        let due = look.cards_due()?;
        let mut touched = Self { cursors: Vec::new(), findings: due.iter().copied().collect(), due };
        let mut everything = false;
        for (feed, _) in followed_feeds(look)? {
            let (from, to) = (look.followed(feed)?, store.cursor(&feed)?.map_or(0, |cursor| cursor.position));
            if from >= to {
                continue;
            }
            touched.cursors.push((feed, from, to));
            if !matches!(feed, FeedName::Covert(_)) {
                everything |= touched.add(look, feed, from, to)?;
            }
        }
        if everything {
            touched.findings.extend(look.open_findings()?);
        }
        Ok(touched)
    }

    fn is_nothing(&self) -> bool {
        self.cursors.is_empty() && self.due.is_empty()
    }

    /// Adds the findings that a stretch of a feed speaks of; true when it changes how all dates are counted.
    fn add(&mut self, look: &Look<'_>, feed: FeedName, from: u64, to: u64) -> Result<bool, CityError> {
        let (mut at, mut everything) = (from, false);
        while at < to {
            let before = at;
            for bytes in look.pages_after(feed, at, PIECE_BYTES)? {
                let broken = |_| CityError::Inconsistent("a stored page");
                let page = Page::from_bytes(&bytes).map_err(broken)?;
                for entry in page.entries().map_err(broken)? {
                    if (at..to).contains(&entry.position.saturating_sub(1)) {
                        everything |= matches!(entry.op.kind, Kind::CALENDAR_YEAR | Kind::POLICY_SET);
                        self.findings.extend(findings_of(look, &entry)?);
                        at = entry.position;
                    }
                }
            }
            if at == before {
                return Err(CityError::Inconsistent("the pages of a feed"));
            }
        }
        Ok(everything)
    }
}

/// The findings that an entry speaks of, itself, through a submission, or through their visit.
fn findings_of(look: &Look<'_>, entry: &mingcha_model::Entry) -> Result<Vec<EntityId>, CityError> {
    let Some(row) = look.entity(entry.op.entity)? else { return Ok(Vec::new()) };
    let moves_visit = matches!(entry.op.kind, Kind::VISIT_MOVE | Kind::VISIT_VOID | Kind::RELEASE);
    Ok(match row.kind {
        Kind::FINDING_RAISE => vec![row.entity],
        Kind::SUBMISSION_ADD => row.parent.into_iter().collect(),
        Kind::VISIT_OPEN if moves_visit => look.findings_of_visit(row.entity)?,
        _ => Vec::new(),
    })
}

/// What is to be said of a notice before the card that tells of it is written.
fn untold(notice: &NoticeCase) -> Option<CardTell> {
    let tell = |signed| CardTell { notice: notice.op, signed };
    match (notice.told, notice.served) {
        (None, _) => Some(tell(false)),
        (Some(_), None) if notice.signed => Some(tell(true)),
        _ => None,
    }
}
