//! Classes of a measured number and percentages of three levels, as their clauses draw them.
//!
//! They say what follows from a number, and what from a class that was typed for it; they refuse to guess the number.

use std::collections::BTreeSet;

use super::condition::{Comparison, Truth};
use crate::{Class, Level};

/// The classes of a measured number; any may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bands {
    /// 优秀
    pub excellent: Option<Comparison>,
    /// 良好
    pub well: Option<Comparison>,
    /// 达标
    pub standard: Option<Comparison>,
}

impl Bands {
    /// The classes that there are, the best first, each with its limit; below all of them is a fault.
    #[must_use]
    pub fn classes(&self) -> Vec<(Class, Comparison)> {
        let classes = [(Class::Excellent, self.excellent), (Class::Well, self.well), (Class::Standard, self.standard)];
        classes.into_iter().filter_map(|(class, limit)| Some((class, limit?))).collect()
    }

    /// The class of a number in hundredths: the first that holds, below if none does; nothing where there are no classes.
    #[must_use]
    pub fn class(&self, hundredths: i32) -> Option<Class> {
        let classes = self.classes();
        let reached = classes.iter().find(|(_, limit)| limit.holds(hundredths.into())).map(|(class, _)| *class);
        reached.or((!classes.is_empty()).then_some(Class::Below))
    }

    /// What follows of a number of which the class alone is known: holds or fails where that is so of every number of the
    /// class.
    pub(super) fn says(&self, class: Class, limit: Comparison) -> Truth {
        let limits = self.classes().into_iter().map(|(_, limit)| limit).chain([limit]);
        // Nothing changes but at a limit: its own number and the two beside it stand for all.
        let numbers = limits.flat_map(|one| [-1, 0, 1].map(|step| one.hundredths.saturating_add(step)));
        let held: BTreeSet<bool> =
            numbers.filter(|number| self.class(*number) == Some(class)).map(|one| limit.holds(one.into())).collect();
        match (held.contains(&true), held.contains(&false)) {
            (true, false) => Truth::Holds,
            (false, true) => Truth::Fails,
            _ => Truth::Undecided,
        }
    }

    /// Whether somebody may say by hand that the number is in this class.
    #[must_use]
    pub fn have(&self, class: Class) -> bool {
        let classes = self.classes();
        !classes.is_empty() && (class == Class::Below || classes.iter().any(|(one, _)| *one == class))
    }
}

/// The percentages of three levels; what reaches neither is unqualified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelLimits {
    /// 合格
    pub qualified: Comparison,
    /// 基本合格
    pub basic: Option<Comparison>,
}

impl LevelLimits {
    /// The level of a percentage in hundredths.
    #[must_use]
    pub fn level(&self, hundredths: i32) -> Level {
        if self.qualified.holds(hundredths.into()) {
            Level::Qualified
        } else if self.basic.is_some_and(|basic| basic.holds(hundredths.into())) {
            Level::Basic
        } else {
            Level::Unqualified
        }
    }
}
