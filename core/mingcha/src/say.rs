//! Saying something: the one path by which this phone's ops come about.
//!
//! The model's permission is asked first, what stood on the screen becomes `over`, and everything that is said together
//! is appended together: all of it is durable on return, or none of it happened.

use mingcha_model::body::Body;
use mingcha_model::{Basis, EntityId, Field, LONGEST_TEXT, LogId, OpId, PhotoId, Place, Refusal, VisitId, permit};
use mingcha_store::{NewOp, PhotoFile};

use crate::{MingchaError, Mistake, Phone};

/// One thing to say.
pub(crate) struct Saying {
    pub entity: EntityId,
    pub body: Body,
    pub texts: Vec<String>,
    pub over: Vec<OpId>,
}

impl Saying {
    pub fn new(entity: impl Into<EntityId>, body: Body) -> Self {
        Self { entity: entity.into(), body, texts: Vec::new(), over: Vec::new() }
    }

    pub fn with_text(mut self, text: &str) -> Self {
        self.texts.push(text.to_owned());
        self
    }

    pub fn with_over(mut self, over: Vec<OpId>) -> Self {
        self.over = over;
        self
    }
}

/// An op that has no place in a log yet. Empty texts at the end are left out.
pub(crate) fn new_op(entity: EntityId, body: Body, over: Vec<OpId>, at: i64, mut texts: Vec<String>) -> NewOp {
    while texts.last().is_some_and(String::is_empty) {
        texts.pop();
    }
    NewOp { entity, at, over, origin: None, body, texts }
}

impl Phone {
    /// Errors when this person may not say this here; asked before anything is written.
    pub(crate) fn may_say(&self, place: &Place, body: &Body) -> Result<(), MingchaError> {
        Ok(permit(&self.grants()?, body, Some(place)).map_err(Mistake::NotPermitted)?)
    }

    /// Says these things at this place: in the device's own log, or in that of the undercover visit they belong to.
    pub(crate) fn say(&mut self, place: &Place, sayings: Vec<Saying>) -> Result<Vec<OpId>, MingchaError> {
        self.say_with_files(place, sayings, &[])
    }

    /// Says these things together with rows of photo files whose bytes are already sealed on disk.
    pub(crate) fn say_with_files(
        &mut self,
        place: &Place,
        sayings: Vec<Saying>,
        files: &[PhotoFile],
    ) -> Result<Vec<OpId>, MingchaError> {
        let (log, ops) = self.ready_to_say(place, sayings)?;
        Ok(self.store.append(log, &ops, files)?)
    }

    /// Says a photo that was taken, with the rows of its copies. False, and nothing is said, when that was done already or
    /// the photo was erased.
    pub(crate) fn say_captured(
        &mut self,
        place: &Place,
        saying: Saying,
        photo: PhotoId,
        copies: &[PhotoFile],
    ) -> Result<bool, MingchaError> {
        let (log, ops) = self.ready_to_say(place, vec![saying])?;
        Ok(self.store.say_captured(photo, log, &ops, copies)?.is_some())
    }

    /// What these things are as ops, and the log that they are said in, when they may be said.
    fn ready_to_say(&mut self, place: &Place, sayings: Vec<Saying>) -> Result<(LogId, Vec<NewOp>), MingchaError> {
        let grants = self.grants()?;
        for saying in &sayings {
            permit(&grants, &saying.body, Some(place)).map_err(Mistake::NotPermitted)?;
            if saying.texts.iter().any(|text| text.len() > LONGEST_TEXT) {
                return Err(Mistake::TextTooLong.into());
            }
            if self.store.is_read_only(saying.entity)? {
                return Err(Mistake::ReadOnly.into());
            }
        }
        self.keeps_silent(place, &sayings)?;
        let log = self.log_for(place, &sayings)?;
        let at = self.reading_for_op()?;
        let ops: Vec<NewOp> = sayings
            .into_iter()
            .map(|saying| new_op(saying.entity, saying.body, saying.over, at, saying.texts))
            .collect();
        Ok((log, ops))
    }

    /// Refuses what would tell of an undercover visit to those who may not know of it, or link it to anything else that
    /// its author alone knows, before it is said.
    fn keeps_silent(&self, place: &Place, sayings: &[Saying]) -> Result<(), MingchaError> {
        let own = if place.covert { self.recorded_visit(sayings)? } else { None };
        for named in sayings.iter().flat_map(|saying| saying.body.names()) {
            let links = match own {
                Some(visit) => !self.is_of_visit(named, visit, sayings)? && !self.is_everybodys(named)?,
                // A supervisor decides of undercover visits in their own name; in the open nothing names one.
                None => !place.covert && self.store.place(named)?.is_some_and(|place| place.covert),
            };
            if links {
                return Err(Mistake::NotPermitted(Refusal::Covert).into());
            }
        }
        Ok(())
    }

    fn is_of_visit(&self, named: EntityId, visit: VisitId, sayings: &[Saying]) -> Result<bool, MingchaError> {
        let is_made_here = sayings.iter().any(|saying| saying.entity == named);
        Ok(is_made_here || self.visit_above(named)? == Some(visit))
    }

    /// Known to the staff of an area: no word on it tells who says it.
    fn is_everybodys(&self, named: EntityId) -> Result<bool, MingchaError> {
        Ok(self.store.place(named)?.is_none_or(|place| !place.covert) && self.store.is_heard(named)?)
    }

    /// What a change of this register must name in `over`: what stood on the screen that was handed back, else what
    /// stands there now, and whatever this device's own unacknowledged changes named.
    pub(crate) fn over(
        &self,
        entity: impl Into<EntityId>,
        field: &Field,
        basis: Option<&str>,
        now_shown: &Basis,
    ) -> Result<Vec<OpId>, MingchaError> {
        let entity = entity.into();
        let log = self.log_of(entity)?;
        let mut over = match basis {
            Some(basis) => basis.parse::<Basis>()?.over(entity, field, log)?,
            None => now_shown.over(entity, field, log).unwrap_or_default(),
        };
        over.extend(self.store.pending_over(entity, field)?.into_iter().filter(|id| id.log != log));
        over.sort_unstable();
        over.dedup();
        over.truncate(mingcha_model::LARGEST_OVER);
        Ok(over)
    }
}
