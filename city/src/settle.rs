//! What follows from a judgement: rows, feed entries, numbers, authors, and ops that waited for this one.
//!
//! Routing goes by attributes that the city owns, never by what the client says. A unit's feed gets what its own
//! contacts wrote and nothing that anybody else wrote.

use std::collections::VecDeque;

use mingcha_model::body::{AuthorSet, Body, FindingFeedback, NumberGive, VerdictSay};
use mingcha_model::{Day, EntityId, FeedName, Flags, Kind, OpId, PersonId, Refusal, Role, UnitId, Verdict};

use crate::CityError;
use crate::erase::{erase, stays_erased};
use crate::judge::{Judgement, creates, judge};
use crate::ledger::{EntityRow, Look, Turn};
use crate::publish::{carry, move_copies, publish};
use crate::statement::Statement;

/// Judges an op that has just been received, keeps the verdict, and does what follows from it. Later verdicts on ops
/// that waited for this one are told to their authors.
pub(crate) fn settle_new(turn: &mut Turn<'_>, said: &Statement) -> Result<(Verdict, Option<Refusal>), CityError> {
    let mut arrived = VecDeque::new();
    if let Some(first) = said.op.origin {
        turn.put_said_again(first, said.id)?;
    }
    let judgement = judge(turn, said)?;
    let ruled = settle(turn, said, judgement, said.received, &mut arrived)?;
    stays_erased(turn, said)?;
    settle_waiting(turn, arrived)?;
    Ok(ruled)
}

/// Judges what waited for an entity that is now here.
pub(crate) fn entity_arrived(turn: &mut Turn<'_>, entity: EntityId) -> Result<(), CityError> {
    settle_waiting(turn, VecDeque::from([entity]))
}

/// Refuses what waited for too long; how many ops that were.
pub(crate) fn expire(turn: &mut Turn<'_>) -> Result<usize, CityError> {
    let late = turn.parked_before(turn.now.saturating_sub(crate::judge::LATE_WITHIN_MILLIS))?;
    for id in &late {
        turn.unpark(*id)?;
        let said = turn.statement(*id)?.ok_or(CityError::Inconsistent("a parked op"))?;
        turn.rule(*id, said.ord, said.op.entity, Verdict::Refused, Some(Refusal::Expired))?;
        tell(turn, &said, Verdict::Refused, Some(Refusal::Expired))?;
    }
    Ok(late.len())
}

fn settle_waiting(turn: &mut Turn<'_>, mut arrived: VecDeque<EntityId>) -> Result<(), CityError> {
    while let Some(entity) = arrived.pop_front() {
        for (id, since) in turn.parked_for(entity)? {
            turn.unpark(id)?;
            let said = turn.statement(id)?.ok_or(CityError::Inconsistent("a parked op"))?;
            let judgement = judge(turn, &said)?;
            let (verdict, reason) = settle(turn, &said, judgement, since, &mut arrived)?;
            stays_erased(turn, &said)?;
            if verdict != Verdict::Parked {
                tell(turn, &said, verdict, reason)?;
            }
        }
    }
    Ok(())
}

fn settle(
    turn: &mut Turn<'_>,
    said: &Statement,
    judgement: Judgement,
    since: i64,
    arrived: &mut VecDeque<EntityId>,
) -> Result<(Verdict, Option<Refusal>), CityError> {
    let (verdict, reason) = match judgement {
        Judgement::Note => (Verdict::Accepted, None),
        Judgement::Refuse(reason) => (Verdict::Refused, Some(reason)),
        Judgement::Park(waits_for) => {
            turn.park(waits_for, said.id, said.ord, since)?;
            (Verdict::Parked, Some(Refusal::UnknownEntity))
        }
        Judgement::Accept { home, late } => {
            // Ruled before its consequences: a release looks at what is ruled.
            turn.rule(said.id, said.ord, said.op.entity, Verdict::Accepted, None)?;
            bring_in(turn, said, &home, false)?;
            let flags = if late { Flags::LATE } else { Flags::NONE };
            keep_apart(turn, said, &home)?;
            for feed in feeds(turn, said, &home)? {
                enter(turn, feed, said, flags, Some(&home))?;
            }
            carry(turn, said, &home, flags)?;
            let mut released = VecDeque::new();
            take_effect(turn, said, &home, arrived, &mut released)?;
            // A release may itself be what was held: one after another, however many hang on each other.
            while let Some(op) = released.pop_front() {
                let_go(turn, op, arrived, &mut released)?;
            }
            (Verdict::Accepted, None)
        }
        Judgement::Hold { home, reason } => {
            bring_in(turn, said, &home, true)?;
            keep_apart(turn, said, &home)?;
            if let Some(first) = feeds(turn, said, &home)?.first() {
                // A supervisor reads from the marks why it is held.
                let moved = if reason == Refusal::Moved { Flags::LATE } else { Flags::NONE };
                enter(turn, *first, said, Flags::HELD.with(moved), Some(&home))?;
            }
            if said.body.as_ref().is_some_and(creates) {
                arrived.push_back(said.op.entity);
            }
            (Verdict::Held, Some(reason))
        }
    };
    turn.rule(said.id, said.ord, said.op.entity, verdict, reason)?;
    Ok((verdict, reason))
}

/// A creation becomes a row of the city's own.
fn bring_in(turn: &mut Turn<'_>, said: &Statement, home: &EntityRow, held: bool) -> Result<(), CityError> {
    if !said.body.as_ref().is_some_and(creates) {
        return Ok(());
    }
    turn.add_entity(&EntityRow { held, ..home.clone() })?;
    if let Some(Body::VisitOpen(open)) = &said.body {
        turn.put_visit_sets(said.op.entity, &open.sets)?;
    }
    if let Some(Body::PhotoAdd(add)) = &said.body {
        turn.add_photo(said.op.entity.into(), add)?;
    }
    Ok(())
}

/// The feeds that carry an op, its home feed first.
pub(crate) fn feeds(look: &Look<'_>, said: &Statement, home: &EntityRow) -> Result<Vec<FeedName>, CityError> {
    if let Some(assignee) = home.assignee {
        let both = [FeedName::Person(assignee), FeedName::Person(home.creator)];
        return Ok(if assignee == home.creator { both.into_iter().take(1).collect() } else { both.to_vec() });
    }
    if home.place.covert {
        return Ok(vec![FeedName::Covert(home.place.area), FeedName::Person(home.owner)]);
    }
    let mut feeds = vec![FeedName::Area(home.place.area)];
    feeds.extend(unit_of(look, said.author)?.map(FeedName::Unit));
    Ok(feeds)
}

/// The unit that a person speaks for, if they are its contact.
fn unit_of(look: &Look<'_>, person: PersonId) -> Result<Option<UnitId>, CityError> {
    let person = look.person(person)?;
    Ok(person.filter(|person| person.grants.role == Role::Contact).and_then(|person| person.grants.unit))
}

/// A log for an undercover visit is for one visit, from its first op on.
fn keep_apart(turn: &mut Turn<'_>, said: &Statement, home: &EntityRow) -> Result<(), CityError> {
    match turn.visit_of(home)? {
        Some(visit) if said.covert_log => turn.bind_log(said.id.log, visit),
        _ => Ok(()),
    }
}

/// Brings an op into a feed, and names its author there. `home` is what it speaks of, where its author may be hidden.
pub(crate) fn enter(
    turn: &mut Turn<'_>,
    feed: FeedName,
    said: &Statement,
    flags: Flags,
    home: Option<&EntityRow>,
) -> Result<(), CityError> {
    let mut op = said.op.clone();
    if matches!(feed, FeedName::Area(_) | FeedName::Covert(_)) && name_author(turn, feed, said, home)? {
        // A phone's own clock goes wrong in its own way, which would tell that two visits are of one phone.
        op.at = said.ord.millis().div_euclid(1_000);
    }
    turn.enter(feed, said.id.log, said.ord, flags, op)
}

/// Says whose log it is, once in each feed, before its first entry there; true where it gives a label alone, as of
/// undercover visits.
fn name_author(
    turn: &mut Turn<'_>,
    feed: FeedName,
    said: &Statement,
    home: Option<&EntityRow>,
) -> Result<bool, CityError> {
    // The entity of such a statement has the log's bytes.
    let entity = EntityId(said.id.log.0);
    let inspects = turn.person(said.author)?.is_some_and(|person| person.grants.role == Role::Inspector);
    let hidden = matches!(feed, FeedName::Covert(_)) && (said.covert_log || inspects);
    if turn.was_said(feed, Kind::AUTHOR_SET, entity)? {
        return Ok(hidden);
    }
    if hidden {
        let visit = home.map(|home| turn.visit_of(home)).transpose()?.flatten();
        let number = match (feed, visit) {
            (FeedName::Covert(area), Some(visit)) => turn.number_of_visit(visit, area)?.to_string(),
            _ => String::new(),
        };
        let label = format!("检查员 {number}");
        turn.say_if_new(feed, entity, &Body::AuthorSet(AuthorSet { person: None }), &[&label])?;
    } else {
        turn.say_if_new(feed, entity, &Body::AuthorSet(AuthorSet { person: Some(said.author) }), &[""])?;
    }
    Ok(hidden)
}

/// What an accepted op changes besides the feeds; what it releases is left to its caller.
fn take_effect(
    turn: &mut Turn<'_>,
    said: &Statement,
    home: &EntityRow,
    arrived: &mut VecDeque<EntityId>,
    released: &mut VecDeque<OpId>,
) -> Result<(), CityError> {
    let Some(body) = &said.body else { return Ok(()) };
    if creates(body) {
        arrived.push_back(said.op.entity);
    }
    match body {
        Body::VisitMove(moved) => {
            if let Some(site) = turn.site(moved.site)? {
                turn.move_visit(home.entity, &site)?;
                move_copies(turn, home.entity)?;
            }
        }
        // The feedback itself stays undercover; the copy that it publishes is what others hear of.
        Body::FindingFeedback(feedback) if home.place.covert => arrived.extend(publish(turn, said, home, feedback)?),
        Body::FindingFeedback(feedback) => feed_back(turn, said, home, feedback)?,
        Body::Release(release) => released.push_back(release.op),
        Body::VisitSubmit(_) => turn.put_submitted(home.entity)?,
        Body::PhotoErase(_) => {
            erase(turn, home)?;
        }
        _ => {}
    }
    Ok(())
}

/// A finding that its unit is told of gets its number, and the photos that a person released are published.
pub(crate) fn feed_back(
    turn: &mut Turn<'_>,
    said: &Statement,
    home: &EntityRow,
    feedback: &FindingFeedback,
) -> Result<(), CityError> {
    let known = turn.entity(home.entity)?.and_then(|row| row.number);
    if known.is_none() {
        let before = said.attested.as_ref().and_then(|attested| attested.number.clone());
        let year = Day::from_unix_millis(said.ord.millis()).year();
        let number = match before {
            Some(number) if turn.give_number_back(home.entity, &number)? => number,
            Some(taken) => {
                let number = turn.give_number(home.entity, year)?;
                // Both may stand on papers: the office has to hear of it.
                tracing::error!(%taken, %number, "a number given before a restore is another finding's now; this one got a new one");
                number
            }
            None => turn.give_number(home.entity, year)?,
        };
        let body =
            Body::NumberGive(NumberGive { number, feedback: Some(said.id).filter(|_| home.entity == said.op.entity) });
        // It stands where it stood before.
        let moment = if said.attested.is_some() { said.received } else { turn.now };
        turn.say_as_of(moment, FeedName::Area(home.place.area), home.entity, &body, &[])?;
    }
    for (place, shown) in feedback.photos.iter().enumerate() {
        // Without a person's word nothing is published.
        if shown.checked {
            turn.release_photo(home.entity, shown, place)?;
        }
    }
    Ok(())
}

/// Releases a held op: its feeds that did not show it as held get it now, and it takes effect.
fn let_go(
    turn: &mut Turn<'_>,
    op: OpId,
    arrived: &mut VecDeque<EntityId>,
    released: &mut VecDeque<OpId>,
) -> Result<(), CityError> {
    let held = turn.op(op)?.is_some_and(|op| op.verdict == Verdict::Held);
    // A command is decided once: a second release changes nothing.
    let Some(said) = turn.statement(op)?.filter(|_| held) else { return Ok(()) };
    let Some(home) = turn.entity(said.op.entity)? else {
        return Err(CityError::Inconsistent("a held op"));
    };
    turn.rule(op, said.ord, said.op.entity, Verdict::Accepted, None)?;
    if home.id == op {
        turn.unhold_entity(home.entity)?;
    }
    for feed in feeds(turn, &said, &home)?.into_iter().skip(1) {
        enter(turn, feed, &said, Flags::NONE, Some(&home))?;
    }
    carry(turn, &said, &home, Flags::NONE)?;
    take_effect(turn, &said, &home, arrived, released)?;
    tell(turn, &said, Verdict::Accepted, None)
}

/// Tells the author of an op what was decided after its receipt.
pub(crate) fn tell(
    turn: &mut Turn<'_>,
    said: &Statement,
    verdict: Verdict,
    reason: Option<Refusal>,
) -> Result<(), CityError> {
    let body = Body::VerdictSay(VerdictSay { op: said.id, verdict, reason });
    turn.say(FeedName::Person(said.author), said.op.entity, &body, &[])
}
