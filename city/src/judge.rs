//! The judgement of one op: by kind of statement and place, never by state, and never by what a client claims to own.
//!
//! The rules of who may say what are the model's; here stand the things that only the city knows: what exists, whose
//! it is, who had moved, which device was revoked. It changes nothing.

use mingcha_model::body::{Body, Mode};
use mingcha_model::{
    EntityId, FeedName, Grants, Kind, Place, Refusal, Role, Text, Verdict, decides, may_be_assigned, may_take_part,
    permit, records,
};

use crate::CityError;
use crate::ledger::{EntityRow, Look};
use crate::statement::Statement;

/// How long after a move, or after the first op that waits, something may still arrive: 35 days.
pub(crate) const LATE_WITHIN_MILLIS: i64 = 35 * 24 * 3_600 * 1_000;

/// What the city decides of an op.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// Folded wherever its entity is carried; `late` when only the earlier placement permits it.
    Accept { home: Box<EntityRow>, late: bool },
    /// Received and folded nowhere: the log's opening, or an op that was accepted before under its origin.
    Note,
    /// Refused for good.
    Refuse(Refusal),
    /// Judged when this entity arrives.
    Park(EntityId),
    /// Shown in its home feed, folded once released.
    Hold { home: Box<EntityRow>, reason: Refusal },
}

/// Judges an op once. What this city had said of it before it was restored holds.
pub(crate) fn judge(look: &Look<'_>, said: &Statement) -> Result<Judgement, CityError> {
    let Some(attested) = &said.attested else { return judge_anew(look, said) };
    if attested.verdict == Verdict::Refused {
        return Ok(Judgement::Refuse(attested.reason.unwrap_or(Refusal::Malformed)));
    }
    Ok(match (attested.verdict, judge_anew(look, said)?) {
        (Verdict::Accepted, Judgement::Hold { home, .. }) => Judgement::Accept { home, late: false },
        (Verdict::Held, Judgement::Accept { home, .. }) => {
            Judgement::Hold { home, reason: attested.reason.unwrap_or(Refusal::Moved) }
        }
        (_, judgement) => judgement,
    })
}

fn judge_anew(look: &Look<'_>, said: &Statement) -> Result<Judgement, CityError> {
    let Some(body) = &said.body else { return Ok(Judgement::Refuse(Refusal::Malformed)) };
    if let Body::LogOpen(_) = body {
        let first = said.id.seq == 1;
        return Ok(if first { Judgement::Note } else { Judgement::Refuse(Refusal::Malformed) });
    }
    // Numbers from 100 on are the city's own; a kind that this build does not know yet may be one of them.
    if matches!(body, Body::Unknown(kind) if *kind >= Kind::AREA_SET) {
        return Ok(Judgement::Refuse(Refusal::CityOnly));
    }
    if names_the_unsaid(look, said)? {
        return Ok(Judgement::Refuse(Refusal::Malformed));
    }
    if said_before(look, said)? {
        return Ok(Judgement::Note);
    }
    if creates(body) && look.entity(said.op.entity)?.is_some() {
        return Ok(Judgement::Refuse(Refusal::Exists));
    }
    let home = match home(look, said, body)? {
        Found::Here(home) => home,
        Found::Missing(entity) => return Ok(Judgement::Park(entity)),
        Found::Wrong(refusal) => return Ok(Judgement::Refuse(refusal)),
    };
    let Some(person) = look.person(said.author)? else { return Ok(Judgement::Refuse(Refusal::Role)) };
    // A contact photographs what was put right, not what an inspector saw.
    if let Body::PhotoAdd(add) = body
        && person.grants.role == Role::Contact
        && !home.place.self_check
        && look.entity(add.owner)?.is_some_and(|owner| owner.kind == Kind::VISIT_OPEN)
    {
        return Ok(Judgement::Refuse(Refusal::Role));
    }
    // An inspector's visit is taken back by that inspector or by a supervisor, not by a colleague.
    if matches!(body, Body::VisitVoid(_)) && person.grants.role == Role::Inspector && home.owner != said.author {
        return Ok(Judgement::Refuse(Refusal::Role));
    }
    // A photo is taken back by whoever took it until its visit is submitted, later by the staff alone.
    if matches!(body, Body::PhotoErase(_)) && !may_erase(look, said, &home, person.grants.role)? {
        return Ok(Judgement::Refuse(Refusal::Role));
    }
    if let Err(refusal) = keeps_covert(said, body, &home, person.grants.role) {
        return Ok(Judgement::Refuse(refusal));
    }
    if names_undercover(look, said, body, &home)? {
        return Ok(Judgement::Refuse(Refusal::Covert));
    }
    if let Err(refusal) = fits(look, said, body, &home)? {
        return Ok(Judgement::Refuse(refusal));
    }
    let home = Box::new(home);
    let allowed = permit(&person.grants, body, Some(&home.place));
    if allowed.is_ok()
        && person.grants.role == Role::Contact
        && let Some(finding) = untold(look, said, body, &home)?
    {
        return Ok(Judgement::Park(finding));
    }
    match allowed {
        Ok(()) if said.revoked => Ok(Judgement::Hold { home, reason: Refusal::DeviceRevoked }),
        Ok(()) => Ok(Judgement::Accept { home, late: false }),
        Err(refusal) if permitted_then(look, said, body, &person.grants, &home.place)? => Ok(match refusal {
            _ if said.revoked => Judgement::Hold { home, reason: Refusal::DeviceRevoked },
            _ if decides(body, home.place.covert) => Judgement::Hold { home, reason: Refusal::Moved },
            _ => Judgement::Accept { home, late: true },
        }),
        // Whoever might say this may have been told so after the backup from which this city was restored.
        Err(_) if said.attested.as_ref().is_some_and(|attested| attested.verdict == Verdict::Accepted) => {
            Ok(Judgement::Accept { home, late: true })
        }
        Err(refusal) => Ok(Judgement::Refuse(refusal)),
    }
}

fn may_erase(look: &Look<'_>, said: &Statement, photo: &EntityRow, role: Role) -> Result<bool, CityError> {
    if matches!(role, Role::Supervisor | Role::Office) {
        return Ok(true);
    }
    let owner = photo.parent.map(|owner| look.entity(owner)).transpose()?.flatten();
    let Some(visit) = owner.filter(|owner| owner.kind == Kind::VISIT_OPEN) else { return Ok(false) };
    Ok(photo.creator == said.author && !look.is_submitted(visit.entity)?)
}

/// True for ops whose entity is what they make.
pub(crate) fn creates(body: &Body) -> bool {
    matches!(
        body,
        Body::VisitOpen(_) | Body::FindingRaise(_) | Body::PhotoAdd(_) | Body::SubmissionAdd(_) | Body::Assign(_)
    )
}

/// True when an op claims to replace what a colleague has not said yet: it would silence them when they do.
///
/// A log that nobody knows is no harm, because its random name cannot be guessed; an own log may still be on its way.
fn names_the_unsaid(look: &Look<'_>, said: &Statement) -> Result<bool, CityError> {
    for named in &said.op.over {
        let Some(log) = look.log(named.log)? else { continue };
        if log.person != said.author && named.seq > log.seq {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The same statement stands accepted in another log already: its first, or one in which it was said again.
fn said_before(look: &Look<'_>, said: &Statement) -> Result<bool, CityError> {
    let first = said.op.origin.unwrap_or(said.id);
    let writings = std::iter::once(first).chain(look.said_again(first)?);
    for id in writings.filter(|id| *id != said.id) {
        if look.op(id)?.is_none_or(|op| op.verdict != Verdict::Accepted) {
            continue;
        }
        let other = look.statement(id)?;
        if other.is_some_and(|other| other.author == said.author && said.same_content(&other.op)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A contact speaks of findings that its unit was told of; of another it waits until the unit is told.
fn untold(look: &Look<'_>, said: &Statement, body: &Body, home: &EntityRow) -> Result<Option<EntityId>, CityError> {
    let finding = match body {
        Body::SubmissionAdd(add) => add.finding.into(),
        Body::PhotoAdd(add) => add.owner,
        _ => said.op.entity,
    };
    let of_finding = look.entity(finding)?.is_some_and(|row| row.kind == Kind::FINDING_RAISE);
    let told = !of_finding || look.was_said(FeedName::Unit(home.place.unit), Kind::CARD_WRITE, finding)?;
    Ok((!told).then_some(finding))
}

/// The grants that held when it was said permit it, and it came within 35 days.
fn permitted_then(
    look: &Look<'_>,
    said: &Statement,
    body: &Body,
    now: &Grants,
    place: &Place,
) -> Result<bool, CityError> {
    if said.received.saturating_sub(said.claimed) > LATE_WITHIN_MILLIS {
        return Ok(false);
    }
    let areas = look.areas_at(said.author, said.claimed)?;
    let then = Grants { role: now.role, areas, unit: now.unit };
    Ok(permit(&then, body, Some(place)).is_ok())
}

enum Found {
    Here(EntityRow),
    Missing(EntityId),
    Wrong(Refusal),
}

/// Where the statement belongs: by the city's own rows, through what it speaks of.
fn home(look: &Look<'_>, said: &Statement, body: &Body) -> Result<Found, CityError> {
    let through = |parent: EntityId, kinds: &[Kind]| -> Result<Found, CityError> {
        Ok(match visible(look, said, parent)? {
            None => Found::Missing(parent),
            Some(row) if !kinds.contains(&row.kind) => Found::Wrong(Refusal::Malformed),
            Some(row) => Found::Here(EntityRow {
                entity: said.op.entity,
                kind: said.op.kind,
                creator: said.author,
                id: said.id,
                parent: Some(parent),
                held: false,
                number: None,
                ..row
            }),
        })
    };
    match body {
        Body::VisitOpen(open) => {
            let covert = open.mode == Mode::Undercover || said.covert_log;
            at_site(look, said, open.site.into(), covert, open.mode == Mode::SelfCheck)
        }
        Body::Assign(assign) => {
            let Some(person) = look.person(assign.person)? else {
                return Ok(Found::Wrong(Refusal::UnknownEntity));
            };
            let found = at_site(look, said, assign.site.into(), false, false)?;
            let Grants { role, areas, .. } = person.grants;
            Ok(match found {
                Found::Here(row) if may_be_assigned(role, &areas, row.place.area).is_err() => {
                    Found::Wrong(Refusal::Assignee)
                }
                Found::Here(row) => Found::Here(EntityRow { assignee: Some(assign.person), ..row }),
                other => other,
            })
        }
        Body::FindingRaise(raise) => through(raise.visit.into(), &[Kind::VISIT_OPEN]),
        Body::SubmissionAdd(add) => through(add.finding.into(), &[Kind::FINDING_RAISE]),
        Body::PhotoAdd(add) => through(add.owner, &[Kind::VISIT_OPEN, Kind::FINDING_RAISE, Kind::SUBMISSION_ADD]),
        _ => Ok(match visible(look, said, said.op.entity)? {
            None => Found::Missing(said.op.entity),
            Some(row) if speaks_of(said.op.kind).is_some_and(|kind| kind != row.kind) => {
                Found::Wrong(Refusal::Malformed)
            }
            Some(row) => Found::Here(row),
        }),
    }
}

/// An entity, unless it waits for a release and the author is not on a revoked device themselves.
fn visible(look: &Look<'_>, said: &Statement, entity: EntityId) -> Result<Option<EntityRow>, CityError> {
    Ok(look.entity(entity)?.filter(|row| !row.held || (said.revoked && row.creator == said.author) || releases(said)))
}

fn releases(said: &Statement) -> bool {
    matches!(said.body, Some(Body::Release(_)))
}

fn at_site(
    look: &Look<'_>,
    said: &Statement,
    site: EntityId,
    covert: bool,
    self_check: bool,
) -> Result<Found, CityError> {
    let Some(row) = look.site(site.into())? else { return Ok(Found::Missing(site)) };
    Ok(Found::Here(EntityRow {
        entity: said.op.entity,
        kind: said.op.kind,
        place: Place { area: row.area, unit: row.unit, covert, self_check },
        site: row.site,
        owner: said.author,
        creator: said.author,
        root_log: said.id.log,
        id: said.id,
        parent: None,
        assignee: None,
        held: false,
        number: None,
    }))
}

/// The kind of thing that a kind of statement speaks of; `None` when it may be any.
fn speaks_of(kind: Kind) -> Option<Kind> {
    match kind.0 {
        11..=16 => Some(Kind::VISIT_OPEN),
        21 | 22 => Some(Kind::PHOTO_ADD),
        31..=38 | 42 | 50..=54 => Some(Kind::FINDING_RAISE),
        41 => Some(Kind::SUBMISSION_ADD),
        61 => Some(Kind::ASSIGN),
        _ => None,
    }
}

/// An undercover visit is written by its own inspector, in a log that holds nothing else; nobody else adds to it, and
/// only those who may decide speak of it.
fn keeps_covert(said: &Statement, body: &Body, home: &EntityRow, role: Role) -> Result<(), Refusal> {
    if !home.place.covert {
        // What belongs to no undercover visit would name the author of this log to the whole area.
        return if said.covert_log { Err(Refusal::Covert) } else { Ok(()) };
    }
    let records = records(body);
    if said.author == home.owner {
        // A main log among the covert entries would link the visit to everything else in that log.
        return if said.covert_log || (role != Role::Inspector && !records) { Ok(()) } else { Err(Refusal::Covert) };
    }
    if role == Role::Inspector || records { Err(Refusal::Covert) } else { Ok(()) }
}

/// True when a statement would tell its readers of an undercover visit, or link two of them: in the open nothing names
/// one, a log for one names no other, and no visit under cover names the task that it fulfils.
fn names_undercover(look: &Look<'_>, said: &Statement, body: &Body, home: &EntityRow) -> Result<bool, CityError> {
    if home.place.covert && matches!(body, Body::VisitOpen(open) if open.task.is_some()) {
        return Ok(true);
    }
    let own = if said.covert_log { look.visit_of(home)? } else { None };
    if own.is_some() && look.visit_of_log(said.id.log)?.is_some_and(|visit| own != Some(visit)) {
        return Ok(true);
    }
    for named in body.names() {
        let links = match look.entity(named)? {
            Some(row) if row.place.covert => !home.place.covert || (own.is_some() && look.visit_of(&row)? != own),
            Some(_) => false,
            // What nobody has heard of yet and this log did not say, only its author can know.
            None => own.is_some() && !look.speaks_of(said.id.log, named)?,
        };
        if links {
            return Ok(true);
        }
    }
    Ok(false)
}

/// False when a visit is told of an item that it does not ask. Which of its sets' items a site is asked is not looked at:
/// a visit may move.
fn is_asked(look: &Look<'_>, body: &Body, home: &EntityRow) -> Result<bool, CityError> {
    let (visit, item) = match body {
        Body::Answer(answer) => (home.entity, &answer.item),
        Body::FindingRaise(raise) => (raise.visit.into(), &raise.item),
        Body::PhotoAdd(add) => match &add.item {
            Some(item) => (add.owner, item),
            None => return Ok(true),
        },
        Body::PhotoItem(put) => match (&put.item, home.parent) {
            (Some(item), Some(owner)) => (owner, item),
            _ => return Ok(true),
        },
        _ => return Ok(true),
    };
    // A photo of a finding or a submission belongs to no form.
    let is_visit = look.entity(visit)?.is_some_and(|row| row.kind == Kind::VISIT_OPEN);
    Ok(!is_visit || look.asks(visit, item)?)
}

/// What the statement names beside its entity must fit what the city has.
fn fits(look: &Look<'_>, said: &Statement, body: &Body, home: &EntityRow) -> Result<Result<(), Refusal>, CityError> {
    if !is_asked(look, body, home)? {
        return Ok(Err(Refusal::Item));
    }
    Ok(match body {
        Body::Answer(answer) if !look.answer_fits(&answer.item, &answer.value)? => Err(Refusal::Malformed),
        // The demand is all that others will read of an undercover finding.
        Body::FindingFeedback(_) if home.place.covert && !has_words(said) => Err(Refusal::Malformed),
        // Where its visit is, is where it is; the site that its author believed in may be one that the visit has left.
        Body::FindingRaise(raise) if raise.site != home.site => match look.site(raise.site)? {
            Some(site) if site.area == home.place.area => Ok(()),
            _ => Err(Refusal::Malformed),
        },
        Body::Review(review) if home.parent != Some(review.finding.into()) => Err(Refusal::Malformed),
        Body::VisitMove(moved) => match look.site(moved.site)? {
            None => Err(Refusal::UnknownEntity),
            Some(site) if site.area != home.place.area => Err(Refusal::Area),
            Some(site) if home.place.self_check && site.unit != home.place.unit => Err(Refusal::Unit),
            Some(_) => Ok(()),
        },
        Body::VisitPerson(said) if said.present => match look.person(said.person)? {
            None => Err(Refusal::UnknownEntity),
            Some(person) => may_take_part(&person.grants, &home.place),
        },
        Body::Release(release) => match look.op(release.op)? {
            Some(op) if op.entity != home.entity => Err(Refusal::UnknownEntity),
            // What was said again and accepted meanwhile would count twice.
            Some(_) => match look.statement(release.op)? {
                Some(held) if said_before(look, &held)? => Err(Refusal::Exists),
                _ => Ok(()),
            },
            None => Err(Refusal::UnknownEntity),
        },
        _ => Ok(()),
    })
}

fn has_words(said: &Statement) -> bool {
    said.op.texts.first().and_then(Text::words).is_some_and(|words| !words.trim().is_empty())
}
