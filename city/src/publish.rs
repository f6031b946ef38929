//! Publishing: the copy of an undercover finding in the feed of its area, and what staff decide of it afterwards.
//!
//! The copy stands in the city's own log under an id that only those compute who know the finding. It refuses to name
//! the visit, its log, its photos or its words; what its inspector says later stays undercover.

use mingcha_model::body::{Body, FindingDuplicate, FindingFeedback, FindingPublish, ResultSay};
use mingcha_model::{CampaignId, Day, EntityId, FeedName, FindingId, Flags, Kind, Op, Place, Role, Text, acts_on_copy};

use crate::CityError;
use crate::ledger::{EntityRow, Look, Turn};
use crate::settle::{enter, feed_back};
use crate::statement::Statement;

/// Publishes the copy of an undercover finding that was fed back; the copy, unless it was published before.
pub(crate) fn publish(
    turn: &mut Turn<'_>,
    said: &Statement,
    home: &EntityRow,
    feedback: &FindingFeedback,
) -> Result<Option<EntityId>, CityError> {
    let copy = EntityId::from(FindingId(home.entity).published());
    if turn.entity(copy)?.is_some() {
        return Ok(None);
    }
    let row = EntityRow {
        entity: copy,
        place: Place { covert: false, self_check: false, ..home.place },
        owner: said.author,
        creator: said.author,
        root_log: said.id.log,
        id: said.id,
        parent: Some(home.entity),
        held: false,
        number: None,
        ..home.clone()
    };
    turn.add_entity(&row)?;
    write_copy(turn, &row)?;
    for (id, flags) in turn.take_words(home.entity)? {
        let word = turn.statement(id)?.ok_or(CityError::Inconsistent("a decision"))?;
        carry_over(turn, &word, &row, flags)?;
    }
    feed_back(turn, said, &row, feedback)?;
    Ok(Some(copy))
}

/// Says what the copy is, with the photos that are ready; nothing when that was said already.
pub(crate) fn write_copy(turn: &mut Turn<'_>, copy: &EntityRow) -> Result<(), CityError> {
    let broken = || CityError::Inconsistent("the original of a copy");
    let original = original(turn, copy)?.ok_or_else(broken)?;
    let raised = turn.statement(original.id)?.ok_or_else(broken)?;
    let feedback = turn.statement(copy.id)?.ok_or_else(broken)?;
    let Some(Body::FindingRaise(raise)) = raised.body else { return Err(broken()) };
    let photos = turn.published_of(copy.entity)?;
    let campaign = campaign_of(turn, &original)?;
    let set = original.parent.map(|visit| turn.asked_under(visit, &raise.item)).transpose()?.flatten();
    let body = Body::FindingPublish(FindingPublish {
        site: copy.site,
        item: raise.item,
        severity: raise.severity,
        day: Day::from_unix_millis(feedback.ord.millis()),
        photos,
        campaign,
        set,
    });
    let demand = feedback.op.texts.first().and_then(Text::words).unwrap_or_default();
    turn.say_if_new(FeedName::Area(copy.place.area), copy.entity, &body, &[demand])?;
    Ok(())
}

/// The campaign of the visit that saw a finding.
fn campaign_of(look: &Look<'_>, finding: &EntityRow) -> Result<Option<CampaignId>, CityError> {
    let visit = finding.parent.map(|visit| look.entity(visit)).transpose()?.flatten();
    let opened = visit.map(|visit| look.statement(visit.id)).transpose()?.flatten();
    Ok(opened.and_then(|opened| match opened.body {
        Some(Body::VisitOpen(open)) => open.campaign,
        _ => None,
    }))
}

/// Copies follow the visit that their findings are of: the unit that was told by mistake hears so by its card.
pub(crate) fn move_copies(turn: &mut Turn<'_>, visit: EntityId) -> Result<(), CityError> {
    for finding in turn.findings_of_visit(visit)? {
        if let Some(copy) = turn.entity(FindingId(finding).published().into())? {
            write_copy(turn, &copy)?;
        }
    }
    Ok(())
}

/// The undercover finding that this one is the published copy of.
pub(crate) fn original(look: &Look<'_>, copy: &EntityRow) -> Result<Option<EntityRow>, CityError> {
    let parent = copy.parent.map(|parent| look.entity(parent)).transpose()?.flatten();
    Ok(parent.filter(|parent| copy.kind == Kind::FINDING_RAISE && parent.kind == Kind::FINDING_RAISE))
}

/// Lets the copy hear what staff decide of an undercover finding; before there is one, it is kept for it.
pub(crate) fn carry(turn: &mut Turn<'_>, said: &Statement, home: &EntityRow, flags: Flags) -> Result<(), CityError> {
    let decides = said.body.as_ref().is_some_and(acts_on_copy);
    if !home.place.covert || home.kind != Kind::FINDING_RAISE || !decides || is_hidden(turn, said)? {
        return Ok(());
    }
    match turn.entity(FindingId(home.entity).published().into())? {
        Some(copy) => carry_over(turn, said, &copy, flags),
        None => turn.keep_word(home.entity, said.id, said.ord, flags),
    }
}

/// An inspector's word on an undercover finding stays undercover, whatever it is.
fn is_hidden(look: &Look<'_>, said: &Statement) -> Result<bool, CityError> {
    let role = look.person(said.author)?.map(|person| person.grants.role);
    Ok(said.covert_log || role.is_none_or(|role| role == Role::Inspector))
}

fn carry_over(turn: &mut Turn<'_>, said: &Statement, copy: &EntityRow, flags: Flags) -> Result<(), CityError> {
    let Some(body) = said.body.clone().map(|body| in_the_open(turn, body)).transpose()? else { return Ok(()) };
    // What an undercover log said is not on the copy, and its name would tell which copies are of one visit.
    let mut over = Vec::new();
    for named in &said.op.over {
        if turn.log(named.log)?.is_some_and(|log| !log.covert) {
            over.push(*named);
        }
    }
    let op = Op { entity: copy.entity, over, body: body.to_bytes(), ..said.op.clone() };
    enter(turn, FeedName::Area(copy.place.area), &Statement { op, ..said.clone() }, flags, None)
}

/// The same decision without what it names of undercover visits.
fn in_the_open(look: &Look<'_>, body: Body) -> Result<Body, CityError> {
    let is_open = |id: EntityId| Ok::<bool, CityError>(look.entity(id)?.is_none_or(|row| !row.place.covert));
    Ok(match body {
        Body::FindingDuplicate(FindingDuplicate { of: Some(of) }) if !is_open(of.into())? => {
            Body::FindingDuplicate(FindingDuplicate { of: Some(of.published()) })
        }
        Body::Result(result) => {
            let mut photos = Vec::new();
            for photo in result.photos {
                if is_open(photo.into())? {
                    photos.push(photo);
                }
            }
            let visit = match result.visit {
                Some(visit) if is_open(visit.into())? => Some(visit),
                _ => None,
            };
            Body::Result(ResultSay { visit, photos, ..result })
        }
        body => body,
    })
}
