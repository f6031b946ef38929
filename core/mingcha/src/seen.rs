//! What was on the screen, asked of whoever only adds: a statement that replaces nothing still belongs to the row that it
//! was said on.
//!
//! A basis that cannot be read or that belongs to something else is refused before anything is written; that of a visit
//! that is submitted must still be what stands there, because submitting freezes a score.

use mingcha_model::{Basis, EntityId, Field, Register, VisitCase, VisitId, WrongBasis};

use crate::scores::VisitForm;
use crate::visits::{basis_of_answer, basis_of_visit};
use crate::{MingchaError, Mistake, Phone};

impl Phone {
    /// Errors with `wrong_basis` unless the basis, where one is handed back, is of this finding.
    pub fn seen_of_finding(&self, id: &str, basis: Option<&str>) -> Result<(), MingchaError> {
        let Some(basis) = read(basis)? else { return Ok(()) };
        let finding = self.finding_id(id)?;
        let acted_on = self.acted_on(finding)?;
        let mut of: Vec<EntityId> = vec![finding.into(), acted_on.into()];
        for one in [finding, acted_on] {
            let case = self.store.case(one)?;
            of.extend(case.iter().flat_map(|case| &case.submissions).map(|one| EntityId::from(one.submission)));
        }
        of_one_of(&basis, &of)
    }

    /// The same of a visit.
    pub fn seen_of_visit(&self, id: &str, basis: Option<&str>) -> Result<(), MingchaError> {
        let Some(basis) = read(basis)? else { return Ok(()) };
        of_one_of(&basis, &[self.visit_id(id)?.into()])
    }

    /// The same of a site: the rows of sites carry no basis, so that any of them is of something else.
    pub fn seen_of_site(&self, site: &str, basis: Option<&str>) -> Result<(), MingchaError> {
        let Some(basis) = read(basis)? else { return Ok(()) };
        of_one_of(&basis, &[self.site_named(site)?.site.into()])
    }

    /// The same of a task, whose rows carry none either.
    pub fn seen_of_task(&self, task: &str, basis: Option<&str>) -> Result<(), MingchaError> {
        let Some(basis) = read(basis)? else { return Ok(()) };
        of_one_of(&basis, &[self.task_id(task)?.into()])
    }

    /// Errors with `wrong_basis` when an answer that the basis shows has another value of somebody else's by now.
    pub(crate) fn still_shown(&self, visit: VisitId, basis: &str) -> Result<(), MingchaError> {
        let basis: Basis = basis.parse()?;
        of_one_of(&basis, &[visit.into()])?;
        let own = self.log_of(visit.into())?;
        for shown in basis.shown.iter().filter(|shown| shown.entity == visit.into()) {
            let Field::Answer(item) = &shown.field else { continue };
            let register = self.store.answer(visit, item)?;
            if register.heads().any(|(head, _)| head.log != own && !shown.heads.contains(&head)) {
                return Err(Mistake::WrongBasis(WrongBasis).into());
            }
        }
        Ok(())
    }
}

fn read(basis: Option<&str>) -> Result<Option<Basis>, MingchaError> {
    Ok(basis.map(str::parse).transpose()?)
}

fn of_one_of(basis: &Basis, of: &[EntityId]) -> Result<(), MingchaError> {
    if basis.shown.iter().any(|shown| of.contains(&shown.entity)) {
        Ok(())
    } else {
        Err(Mistake::WrongBasis(WrongBasis).into())
    }
}

/// What the row of a whole visit showed: its own registers, and every answer of its form, given or not.
pub(crate) fn basis_of_form(visit: &VisitCase, form: &VisitForm) -> Basis {
    let mut basis = basis_of_visit(visit);
    let empty = Register::default();
    let more = form.answers.keys().filter(|item| form.items.iter().all(|asked| asked.code != **item));
    for item in form.items.iter().map(|item| &item.code).chain(more) {
        let register = form.answers.get(item).unwrap_or(&empty);
        basis.shown.extend(basis_of_answer(visit.visit, item, register).shown);
    }
    basis
}
