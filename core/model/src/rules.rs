//! The rules that dates are counted by, as they stand and as they stood: policy and calendar after each change.
//!
//! What the city changes holds for what is served afterwards. A deadline that was served refuses to move earlier by
//! itself, so what held while a notice stood is remembered beside what holds now.

use crate::body::PolicyValue;
use crate::{Calendar, DeadlinePolicy, Order, Policy, YearTable};

/// One change of the rules, as the city said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleChange {
    /// The days off and make-up days of a year, new or corrected.
    Year(YearTable),
    /// All switches of the city's policy that differ from their default.
    Policy(Vec<PolicyValue>),
}

/// What held until a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerRules {
    /// The order of the change: a notice before it was served under these rules.
    pub until: Order,
    /// The calendar until then.
    pub calendar: Calendar,
    /// The working days that units had until then.
    pub deadlines: DeadlinePolicy,
}

/// The calendar and the policy after these changes, which come in their order.
///
/// What held before stands in [`Policy::former`]. A table of a year that contradicts itself changes nothing: the city
/// refuses it when it is loaded.
///
/// ```
/// use mingcha_model::{Order, RuleChange, body::PolicyValue, rules};
///
/// let value = PolicyValue { name: "deadline_serious".to_owned(), value: 1 };
/// let (_, policy) = rules([(Order(7), RuleChange::Policy(vec![value]))]);
/// assert_eq!(policy.deadlines.serious, 1);
/// assert_eq!((policy.former[0].until, policy.former[0].deadlines.serious), (Order(7), 5));
/// ```
pub fn rules(changes: impl IntoIterator<Item = (Order, RuleChange)>) -> (Calendar, Policy) {
    let mut calendar = Calendar::embedded();
    let mut policy = Policy::default();
    let mut former = Vec::new();
    for (until, change) in changes {
        let (before, deadlines) = (calendar.clone(), policy.deadlines);
        match change {
            RuleChange::Year(table) => calendar = calendar.clone().with_year(&table).unwrap_or(calendar),
            RuleChange::Policy(values) => policy = Policy::from_values(&values),
        }
        if before != calendar || deadlines != policy.deadlines {
            former.push(FormerRules { until, calendar: before, deadlines });
        }
    }
    policy.former = former;
    (calendar, policy)
}
