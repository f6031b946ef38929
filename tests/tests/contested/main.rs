//! People who disagree, forget, move away and work at the same time: every stage and side state, and every pair of acts
//! that two people may do without having heard of each other. One city and one set of phones serve all stories of a
//! module, each story with a finding of its own.

mod at_once;
mod dates;
mod endings_at_once;
mod joint;
mod people_at_once;
mod refused_visits;
mod revoked_at_once;
mod scene;
mod side_states_at_once;
mod stages;
mod verdicts;
mod visits_at_once;
