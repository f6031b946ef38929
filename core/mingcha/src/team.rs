//! The people of a visit: who takes part, who joins or leaves, and who wrote in it without taking part.
//!
//! Anybody of the area may write in an open visit, whatever its set of people says: the set may change on a phone that is
//! offline, and what was seen is not refused for it. Who is not in the set is shown as a guest.

use mingcha_model::body::{Body, PersonSet, VisitPerson};
use mingcha_model::{Field, Grants, LogId, Mode, PersonId, Place, Refusal, VisitCase, may_take_part};

use crate::say::Saying;
use crate::visits::basis_of_visit;
use crate::{MingchaError, Mistake, PersonRow, Phone, VisitView};

impl Phone {
    /// The people that this phone knows, by role and name: whom work can be given to.
    pub fn people(&self) -> Result<Vec<PersonRow>, MingchaError> {
        self.me()?;
        let mut rows = Vec::new();
        for person in self.store.people()? {
            let areas = person
                .set
                .areas
                .iter()
                .map(|area| Ok(self.store.area(*area)?.map_or_else(|| area.to_string(), |area| area.name)));
            rows.push(PersonRow {
                person: person.person,
                name: person.name,
                role: person.set.role,
                areas: areas.collect::<Result<_, MingchaError>>()?,
            });
        }
        rows.sort_by(|one, other| (one.role, &one.name).cmp(&(other.role, &other.name)));
        Ok(rows)
    }

    /// Adds a person to an open visit.
    pub fn visit_join(&mut self, visit: &str, person: &str, basis: Option<&str>) -> Result<VisitView, MingchaError> {
        self.set_present(visit, person, true, basis)
    }

    /// Takes a person away from a visit again; what they wrote stays.
    pub fn visit_leave(&mut self, visit: &str, person: &str, basis: Option<&str>) -> Result<VisitView, MingchaError> {
        self.set_present(visit, person, false, basis)
    }

    fn set_present(
        &mut self,
        visit: &str,
        person: &str,
        present: bool,
        basis: Option<&str>,
    ) -> Result<VisitView, MingchaError> {
        let visit = self.visit_case(self.visit_id(visit)?)?;
        if matches!(visit.mode, Mode::Undercover | Mode::SelfCheck) {
            return Err(Mistake::NotPermitted(Refusal::Covert).into());
        }
        if visit.void {
            return Err(Mistake::Void.into());
        }
        let person = self.person_id(person)?;
        let place = self.place_of_visit(&visit)?;
        self.is_colleague(person, present, &place)?;
        let over = self.over(visit.visit, &Field::VisitPerson(person), basis, &basis_of_visit(&visit))?;
        let body = Body::VisitPerson(VisitPerson { person, present });
        self.say(&place, vec![Saying::new(visit.visit, body).with_over(over)])?;
        self.visit_show(&visit.visit.to_string())
    }

    /// Errors when nobody of this id is known here, or they may not take part in a visit at this place.
    pub(crate) fn is_colleague(&self, person: PersonId, present: bool, place: &Place) -> Result<(), MingchaError> {
        let known = self.store.person(person)?;
        // A unit's phone knows no people: of its own self-check the city alone can say.
        let Some(known) = known else {
            return if place.self_check { Ok(()) } else { Err(Mistake::Unknown("人员", "person").into()) };
        };
        if present {
            let PersonSet { role, areas, unit } = known.set;
            may_take_part(&Grants { role, areas, unit }, place).map_err(Mistake::NotPermitted)?;
        }
        Ok(())
    }

    /// The person behind a log, where this phone may know.
    pub(crate) fn person_of(&self, log: LogId) -> Result<Option<PersonId>, MingchaError> {
        if self.store.logs()?.iter().any(|own| own.log == log) {
            return Ok(Some(self.me()?.person));
        }
        Ok(self.store.author(log)?.and_then(|author| author.person))
    }

    /// True when one person wrote both logs, as far as this phone may know.
    pub(crate) fn are_of_one(&self, log: LogId, other: LogId) -> Result<bool, MingchaError> {
        if log == other {
            return Ok(true);
        }
        let person = self.person_of(log)?;
        Ok(person.is_some() && person == self.person_of(other)?)
    }

    /// True for whoever opened a visit and for those in its set of people.
    pub(crate) fn takes_part(&self, visit: &VisitCase, person: PersonId) -> Result<bool, MingchaError> {
        Ok(visit.people.contains(&person) || self.person_of(visit.author)? == Some(person))
    }

    /// True when whoever wrote this log is known and does not take part in the visit.
    pub(crate) fn is_guest(&self, visit: &VisitCase, log: LogId) -> Result<bool, MingchaError> {
        match self.person_of(log)? {
            Some(person) => Ok(log != visit.author && !self.takes_part(visit, person)?),
            None => Ok(false),
        }
    }

    /// The names of those who take part in a visit beside its author.
    pub(crate) fn names_of(&self, visit: &VisitCase) -> Result<Vec<String>, MingchaError> {
        let name = |person: &PersonId| Ok(self.store.person_name(*person)?.unwrap_or_else(|| person.to_string()));
        visit.people.iter().map(name).collect()
    }
}
