//! Registers with live values that differ: nobody who saw one replaced the other.
//!
//! A conflict is found in the rows, never stored or sent; values that are equal are none.

use mingcha_model::{EntityId, Field, Kind, Register, Said, VisitId};
use rusqlite::params;

use super::column_field;
use crate::{Store, StoreError, pack};

/// An answer, or a photo's item, with values that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contested {
    /// Of which visit or photo.
    pub entity: EntityId,
    /// Which register.
    pub field: Field,
    /// Its live values.
    pub register: Register<Said>,
}

/// True when live values say different things or in different words; who said them, when, and why one was decided for
/// makes no difference.
pub fn values_differ(register: &Register<Said>) -> bool {
    let mut values = register.heads().map(|(_, head)| (&head.value.body, head.value.text(0)));
    let first = values.next();
    values.any(|value| first.is_some_and(|first| first != value))
}

impl Store {
    /// Every answer and photo item with values that differ, as shown with own pending ops on top. Findings with
    /// contested verdicts or results are found by [`crate::FindingFilter::contested`].
    pub fn contested(&self) -> Result<Vec<Contested>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT e.id, r.field FROM register r INDEXED BY register_contested JOIN entity e ON e.key = r.entity
             WHERE r.rest IS NOT NULL AND substr(r.rest, 2, 1) <> x'80'
             UNION
             SELECT o.entity, r.field FROM own_op o JOIN entity e ON e.id = o.entity JOIN register r ON r.entity = e.key
             WHERE o.overlay = 1 AND o.kind IN (?1, ?2)",
        )?;
        let mut rows = statement.query(params![Kind::ANSWER.0, Kind::PHOTO_ITEM.0])?;
        let mut contested = Vec::new();
        while let Some(row) = rows.next()? {
            let entity = pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?;
            let field = column_field(row.get_ref(1)?.as_str().unwrap_or_default())?;
            let Some(register) = self.register(entity, &field)? else { continue };
            if values_differ(&register) {
                contested.push(Contested { entity, field, register });
            }
        }
        Ok(contested)
    }

    /// Visits of which it was said more than once that they were elsewhere, or that they are void, or here and not sent yet:
    /// few, and the only ones of which people may say that differently.
    pub fn visits_said_twice(&self) -> Result<Vec<VisitId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT e.id FROM statement s INDEXED BY statement_of_moved_visit JOIN entity e ON e.key = s.entity
             WHERE s.kind IN (14, 15) GROUP BY s.entity, s.kind HAVING count(*) > 1
             UNION SELECT entity FROM own_op WHERE overlay = 1 AND kind IN (14, 15)",
        )?;
        let mut rows = statement.query([])?;
        let mut visits = Vec::new();
        while let Some(row) = rows.next()? {
            visits.push(VisitId(pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?));
        }
        Ok(visits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_moved_visits_names_the_kinds_that_it_is_for() {
        assert_eq!([Kind::VISIT_MOVE.0, Kind::VISIT_VOID.0], [14, 15]);
    }
}
