//! People who disagree, forget, move away and work at the same time: every stage and side state, and every pair of acts
//! that two people may do without having heard of each other. One city and one set of phones serve all stories of a
//! module, each story with a finding of its own.

mod at_once;
mod dates;
mod joint;
mod refused_visits;
mod scene;
mod stages;
mod verdicts;
mod visits_at_once;
