//! What codes are called, in Chinese and in English: one catalogue for screens, papers and the command line.
//!
//! A code may mean two things, `submitted` of a visit and of a finding, so each word stands under its sense. A code that
//! has no word is shown as it is by whoever asked, never hidden. Nothing here names a person.

mod table;

use mingcha_model::{Outcome, ReviewVerdict};

use table::CATALOGUE;

/// What a code is a code of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// How far a finding has come.
    Stage,
    /// What else to know of a finding at a glance.
    Mark,
    /// How bad a finding is.
    Severity,
    /// How a visit is made.
    Mode,
    /// Where a visit stands.
    Visit,
    /// What a person is.
    Role,
    /// What a supervisor said of a submission.
    Verdict,
    /// The same in a narrow column.
    ShortVerdict,
    /// What a recheck found.
    Outcome,
    /// What is to be done.
    Work,
    /// What was said, by its kind.
    Statement,
    /// What people can say differently.
    Subject,
    /// What became of something that was said or asked for.
    Standing,
    /// Why the city refused or holds a statement.
    Reason,
    /// Which copy of a photo.
    Copy,
    /// What is unusual about a photo.
    Warning,
    /// What long work is doing.
    Progress,
    /// How a figure moved.
    Trend,
    /// In what something was found by its words.
    Searched,
    /// How one edition differs from another.
    Change,
    /// The level of a set that has no points.
    Level,
    /// What one types for an answer type that has no buttons.
    Example,
    /// How an item is answered, how one finds out, when a photo is taken; how sure a thing is, how a set is scored and when
    /// it is asked; who holds a title.
    Criteria,
}

/// What a code is called in Chinese and in English, by the first of these senses that knows it.
///
/// ```
/// use mingcha::{Sense, word};
/// assert_eq!(word(&[Sense::Stage], "submitted"), Some(("已报整改", "submitted")));
/// assert_eq!(word(&[Sense::Role, Sense::Visit], "submitted"), Some(("已提交", "submitted")));
/// assert_eq!(word(&[Sense::Stage], "a_code_of_tomorrow"), None);
/// ```
#[must_use]
pub fn word(senses: &[Sense], code: &str) -> Option<(&'static str, &'static str)> {
    senses.iter().find_map(|sense| {
        let (_, words) = CATALOGUE.iter().find(|(known, _)| known == sense)?;
        words.iter().find(|(known, _, _)| *known == code).map(|(_, zh, en)| (*zh, *en))
    })
}

/// What a code of the criteria is called in Chinese and in English, wherever it is read: an answer type, a way of asking, a
/// photo rule, a definition, a scoring model, a mode, a holder, or when a set is asked.
///
/// ```
/// assert_eq!(mingcha::criteria_word("yn"), Some(("是或否", "yes or no")));
/// assert_eq!(mingcha::criteria_word("seed"), Some(("文件载明", "stated in the documents")));
/// assert_eq!(mingcha::criteria_word("telephone"), Some(("电话", "telephone")));
/// assert_eq!(mingcha::criteria_word("a_code_of_tomorrow"), None);
/// ```
#[must_use]
pub fn criteria_word(code: &str) -> Option<(&'static str, &'static str)> {
    word(&[Sense::Criteria, Sense::Mode], code)
}

/// The Chinese word alone, for papers.
pub(crate) fn chinese(sense: Sense, code: &'static str) -> &'static str {
    word(&[sense], code).map_or(code, |(zh, _)| zh)
}

/// The code of a verdict.
pub(crate) fn verdict_code(verdict: ReviewVerdict) -> &'static str {
    match verdict {
        ReviewVerdict::Approve => "approve",
        ReviewVerdict::Return => "return",
    }
}

/// The code of what a recheck found.
pub(crate) fn outcome_code(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Partly => "partly",
        Outcome::Fail => "fail",
        Outcome::Reopen => "reopen",
    }
}

#[cfg(test)]
mod tests {
    use mingcha_model::body::Mode;
    use mingcha_model::{Role, Stage};

    use super::*;

    #[test]
    fn every_word_is_there_once_in_its_sense_and_in_both_languages() {
        for (place, (sense, words)) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE.iter().skip(place + 1).all(|(other, _)| other != sense), "{sense:?} twice");
            for (at, (code, zh, en)) in words.iter().enumerate() {
                // What one types looks the same in both.
                assert!(!zh.is_ascii() || zh == en || *code == "neg", "{code}: {zh}");
                assert!(!en.is_empty(), "{code}");
                assert!(words.iter().skip(at + 1).all(|(other, ..)| other != code), "{code} twice");
            }
        }
    }

    #[test]
    fn whatever_the_model_can_say_has_a_word() {
        let said = |sense: Sense, code: &'static str| {
            let (zh, en) = word(&[sense], code).unwrap_or_else(|| panic!("{code} has no word as a {sense:?}"));
            assert!(!zh.is_ascii() && en.is_ascii(), "{code}");
        };
        for stage in Stage::ALL {
            said(Sense::Stage, stage.name());
        }
        for mode in [Mode::Open, Mode::Undercover, Mode::Recheck, Mode::SelfCheck, Mode::Special, Mode::Joint] {
            said(Sense::Mode, mode.name());
        }
        for role in [Role::Inspector, Role::Supervisor, Role::Contact, Role::Office, Role::Auditor] {
            said(Sense::Role, role.name());
        }
        for verdict in [ReviewVerdict::Approve, ReviewVerdict::Return] {
            said(Sense::Verdict, verdict_code(verdict));
            said(Sense::ShortVerdict, verdict_code(verdict));
        }
        for outcome in [Outcome::Pass, Outcome::Partly, Outcome::Fail, Outcome::Reopen] {
            said(Sense::Outcome, outcome_code(outcome));
        }
    }
}
