//! What a person may read: which feeds, which photos, and pages of a feed from where they stand.
//!
//! Feeds that are not theirs are silently absent from a greeting and refused when asked for. A reader who stands in
//! the middle of a stored page gets the rest of it, and one who holds another history is told so.

use mingcha_model::chain::{entry_hash, feed_head};
use mingcha_model::{AreaId, Cursor, EntityId, Entry, FeedName, Grants, Role};
use mingcha_sync::{FeedHead, LARGEST_PAGE_ENTRIES, Page};

use crate::CityError;
use crate::ledger::{EntityRow, Look, PAGE_BYTES, Person, entry_bytes};

/// Pages with at least so many entries are passed on as they are stored.
const WHOLE_FROM: u64 = 250;

/// The feeds that a person may read, each with where it stands.
pub(crate) fn feeds(look: &Look<'_>, person: &Person) -> Result<Vec<FeedHead>, CityError> {
    let Grants { role, areas, unit } = &person.grants;
    let mut names = vec![FeedName::Public];
    if *role != Role::Contact {
        names.push(FeedName::Staff);
        let all: Vec<AreaId>;
        let reached = if matches!(role, Role::Office | Role::Auditor) {
            all = look.areas()?.into_iter().map(|(area, _)| area).collect();
            &all
        } else {
            areas
        };
        names.extend(reached.iter().map(|area| FeedName::Area(*area)));
        if matches!(role, Role::Supervisor | Role::Office) {
            names.extend(reached.iter().map(|area| FeedName::Covert(*area)));
        }
    }
    names.push(FeedName::Person(person.id));
    if let (Role::Contact, Some(unit)) = (role, unit) {
        names.push(FeedName::Unit(*unit));
    }
    names.into_iter().map(|feed| Ok(FeedHead { feed, cursor: look.feed_cursor(feed)? })).collect()
}

/// True when one of the person's feeds carries this photo.
pub(crate) fn may_see(look: &Look<'_>, person: &Person, photo: &EntityRow) -> Result<bool, CityError> {
    let place = &photo.place;
    let carriers = if place.covert {
        vec![FeedName::Covert(place.area), FeedName::Person(photo.owner)]
    } else {
        let by_contact = look.person(photo.creator)?.is_some_and(|creator| creator.grants.role == Role::Contact);
        let unit = by_contact.then_some(FeedName::Unit(place.unit));
        std::iter::once(FeedName::Area(place.area)).chain(unit).collect()
    };
    Ok(feeds(look, person)?.iter().any(|head| carriers.contains(&head.feed)))
}

/// True when a card that this contact reads lists a published copy of this finding, or staff of its area asks.
pub(crate) fn may_see_published(look: &Look<'_>, person: &Person, finding: EntityId) -> Result<bool, CityError> {
    let Some(row) = look.entity(finding)? else { return Ok(false) };
    Ok(match person.grants.role {
        Role::Contact => person.grants.unit == Some(row.place.unit),
        _ => person.grants.covers_area(row.place.area),
    })
}

/// The reader's cursor is not on this feed's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Diverged;

/// Pages, and where the reader stands after them.
pub(crate) type Given = Result<(Vec<Vec<u8>>, Cursor), Diverged>;

/// The pages that continue a cursor, and where the reader stands after them.
pub(crate) fn pages(look: &Look<'_>, from: FeedHead, most_bytes: usize) -> Result<Given, CityError> {
    let standing = look.feed_cursor(from.feed)?;
    if from.cursor.position >= standing.position {
        return Ok(if from.cursor == standing { Ok((Vec::new(), standing)) } else { Err(Diverged) });
    }
    let stored = look.pages_after(from.feed, from.cursor.position, most_bytes)?;
    let mut run = Run { feed: from.feed, start: from.cursor, entries: Vec::new(), bytes: 0, pages: Vec::new() };
    for bytes in stored {
        let page = Page::from_bytes(&bytes).map_err(|_| CityError::Inconsistent("a stored page"))?;
        let at_start = page.start() == run.end();
        if !at_start && !run.is_inside(&page)? {
            return Ok(Err(Diverged));
        }
        if at_start && page.count >= WHOLE_FROM {
            run.close()?;
            run.start = page.end();
            run.pages.push(bytes);
            continue;
        }
        let after = run.end().position;
        for entry in entries_of(&page)?.into_iter().filter(|entry| entry.position > after) {
            run.add(entry)?;
        }
    }
    run.close()?;
    Ok(Ok((run.pages, run.start)))
}

fn entries_of(page: &Page) -> Result<Vec<Entry>, CityError> {
    page.entries().map_err(|_| CityError::Inconsistent("a stored page"))
}

fn chained(feed: FeedName, after: Cursor, entry: &Entry) -> Cursor {
    let head = feed_head(&feed, after.epoch, entry.position, after.head, entry_hash(entry));
    Cursor { epoch: after.epoch, position: entry.position, head }
}

/// Small pages on their way to become larger ones.
struct Run {
    feed: FeedName,
    /// Where the entries gathered so far begin.
    start: Cursor,
    entries: Vec<(Entry, Cursor)>,
    bytes: usize,
    pages: Vec<Vec<u8>>,
}

impl Run {
    /// Where the run stands.
    fn end(&self) -> Cursor {
        self.entries.last().map_or(self.start, |(_, end)| *end)
    }

    /// True when the run stands at one of the page's entries, with the head that the chain has there.
    fn is_inside(&self, page: &Page) -> Result<bool, CityError> {
        let at = self.end();
        let mut walk = page.start();
        for entry in entries_of(page)? {
            walk = chained(self.feed, walk, &entry);
            if walk.position >= at.position {
                break;
            }
        }
        Ok(walk == at)
    }

    fn add(&mut self, entry: Entry) -> Result<(), CityError> {
        let size = entry_bytes(&entry);
        if self.entries.len() >= LARGEST_PAGE_ENTRIES || self.bytes.saturating_add(size) > PAGE_BYTES {
            self.close()?;
        }
        self.bytes = self.bytes.saturating_add(size);
        let end = chained(self.feed, self.end(), &entry);
        self.entries.push((entry, end));
        Ok(())
    }

    /// Writes what was gathered as one page.
    fn close(&mut self) -> Result<(), CityError> {
        let entries: Vec<Entry> = std::mem::take(&mut self.entries).into_iter().map(|(entry, _)| entry).collect();
        self.bytes = 0;
        if !entries.is_empty() {
            let written = Page::write(self.feed, self.start, &entries);
            let (page, end) = written.map_err(|_| CityError::Inconsistent("a merged page"))?;
            self.pages.push(page.to_bytes());
            self.start = end;
        }
        Ok(())
    }
}
