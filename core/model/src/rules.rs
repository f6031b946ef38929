//! The rules that dates are counted by, as they stand and as they stood: policy and calendar after each change, of the city and of
//! its campaigns.
//!
//! What the city changes holds for what is served afterwards. A deadline that was served refuses to move earlier by
//! itself, so what held while a notice stood is remembered beside what holds now.

use std::collections::BTreeMap;

use crate::body::PolicyValue;
use crate::{Calendar, CampaignId, Case, Dates, DeadlinePolicy, Order, Policy, YearTable};

/// One change of the rules, as the city said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleChange {
    /// The days off and make-up days of a year, new or corrected.
    Year(YearTable),
    /// All switches of the city's policy that differ from their default.
    Policy(Vec<PolicyValue>),
    /// The switches that a campaign sets otherwise than its city.
    Campaign(CampaignId, Vec<PolicyValue>),
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

/// The calendar and the policies as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The calendar.
    pub calendar: Calendar,
    /// The city's policy.
    pub policy: Policy,
    /// The policies of campaigns that set something otherwise.
    campaigns: BTreeMap<CampaignId, Policy>,
}

/// The rules at one moment.
#[derive(Clone)]
struct Moment {
    calendar: Calendar,
    policy: Policy,
    campaigns: BTreeMap<CampaignId, Vec<PolicyValue>>,
}

impl Moment {
    fn policy_of(&self, campaign: Option<CampaignId>) -> Policy {
        let values = campaign.and_then(|campaign| self.campaigns.get(&campaign));
        self.policy.clone().with(values.map_or(&[], Vec::as_slice))
    }
}

impl Rules {
    /// The rules after these changes, which come in their order.
    ///
    /// What held before stands in [`Policy::former`]. A table of a year that contradicts itself changes nothing: the city
    /// refuses it when it is loaded.
    ///
    /// ```
    /// use mingcha_model::{Order, RuleChange, Rules, body::PolicyValue};
    ///
    /// let value = PolicyValue { name: "deadline_serious".to_owned(), value: 1 };
    /// let rules = Rules::after([(Order(7), RuleChange::Policy(vec![value]))]);
    /// assert_eq!(rules.policy.deadlines.serious, 1);
    /// assert_eq!((rules.policy.former[0].until, rules.policy.former[0].deadlines.serious), (Order(7), 5));
    /// ```
    pub fn after(changes: impl IntoIterator<Item = (Order, RuleChange)>) -> Self {
        let (calendar, policy, campaigns) = (Calendar::embedded(), Policy::default(), BTreeMap::new());
        let mut now = Moment { calendar, policy, campaigns };
        let mut moments = Vec::new();
        for (until, change) in changes {
            moments.push((until, now.clone()));
            match change {
                RuleChange::Year(table) => {
                    now.calendar = now.calendar.clone().with_year(&table).unwrap_or(now.calendar);
                }
                RuleChange::Policy(values) => now.policy = Policy::from_values(&values),
                RuleChange::Campaign(campaign, values) => {
                    now.campaigns.insert(campaign, values);
                }
            }
        }
        let of = |campaign| with_former(campaign, &moments, &now);
        let campaigns = now.campaigns.keys().map(|campaign| (*campaign, of(Some(*campaign)))).collect();
        Self { policy: of(None), campaigns, calendar: now.calendar }
    }

    /// The policy that holds in a campaign: its own switches over its city's.
    pub fn policy_in(&self, campaign: Option<CampaignId>) -> &Policy {
        campaign.and_then(|campaign| self.campaigns.get(&campaign)).unwrap_or(&self.policy)
    }

    /// The dates of a case, by the policy of the campaign that its visit was made in.
    pub fn dates(&self, case: &Case) -> Dates {
        Dates::of(case, &self.calendar, self.policy_in(case.campaign))
    }
}

/// A policy as it stands, with what held before each change that moved a date.
fn with_former(campaign: Option<CampaignId>, moments: &[(Order, Moment)], now: &Moment) -> Policy {
    let mut policy = now.policy_of(campaign);
    let later = moments.iter().skip(1).map(|(_, moment)| moment).chain([now]);
    for ((until, before), after) in moments.iter().zip(later) {
        let deadlines = before.policy_of(campaign).deadlines;
        if before.calendar != after.calendar || deadlines != after.policy_of(campaign).deadlines {
            policy.former.push(FormerRules { until: *until, calendar: before.calendar.clone(), deadlines });
        }
    }
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, value: i64) -> PolicyValue {
        PolicyValue { name: name.to_owned(), value }
    }

    #[test]
    fn a_campaign_has_its_own_policy_and_its_own_past() {
        let campaign = CampaignId::from_random([7; 16]);
        let rules = Rules::after([
            (Order(1), RuleChange::Policy(vec![value("deadline_minor", 4), value("deadline_serious", 8)])),
            (Order(2), RuleChange::Campaign(campaign, vec![value("deadline_serious", 2)])),
            (Order(3), RuleChange::Policy(vec![value("deadline_minor", 6)])),
            (Order(4), RuleChange::Campaign(campaign, vec![value("deadline_serious", 1)])),
        ]);
        let own = rules.policy_in(Some(campaign));
        assert_eq!((own.deadlines.serious, own.deadlines.minor), (1, 6));
        let past: Vec<_> =
            own.former.iter().map(|one| (one.until.0, one.deadlines.serious, one.deadlines.minor)).collect();
        assert_eq!(past, [(1, 5, DeadlinePolicy::default().minor), (2, 8, 4), (3, 2, 4), (4, 2, 6)]);
        let city = rules.policy_in(None);
        assert_eq!((city.deadlines.serious, city.deadlines.minor, city.former.len()), (5, 6, 2));
        assert_eq!(rules.policy_in(Some(CampaignId::from_random([8; 16]))), city);
    }
}
