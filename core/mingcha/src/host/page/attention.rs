//! What needs a person: what the city refused, what waits, and what two people said differently.

use mingcha_model::AnswerType;

use super::{LocalizedText, Tag};
use crate::words::Sense;
use crate::{AttentionRow, ConflictRow, MingchaError, Phone};

/// Everything that needs this person. Nothing leaves it by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttentionPage {
    /// What the city refused, or keeps waiting for what it belongs to: to be proposed again or let go.
    pub refused: Vec<AttentionItem>,
    /// What the city holds until somebody who may releases it.
    pub held: Vec<AttentionItem>,
    /// What two people said differently: somebody decides which stands.
    pub conflicts: Vec<Conflict>,
    /// What this person said and somebody decided against.
    pub overruled: Vec<Conflict>,
}

/// One statement that needs attention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttentionItem {
    /// Which statement.
    pub id: String,
    /// What kind of statement it is.
    pub kind: Tag,
    /// The visit that it belongs to, where it may be named.
    pub visit_id: Option<String>,
    /// The finding that it belongs to.
    pub finding_id: Option<String>,
    /// The site's name.
    pub site_name: String,
    /// The item it is about.
    pub item: Option<String>,
    /// Its value, where it has one.
    pub value: Option<String>,
    /// What was written.
    pub text: String,
    /// Why it is here, a code.
    pub reason: String,
    /// Why it is here, and what to do.
    pub advice: LocalizedText,
}

/// One thing that people said differently, each without having seen the other's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// Which.
    pub id: String,
    /// Of what: an answer, a verdict, a result, ...
    pub kind: Tag,
    /// The item, for an answer.
    pub item: Option<String>,
    /// Every value that stands.
    pub values: Vec<ConflictValue>,
    /// True when one of them is this device's.
    pub is_mine: bool,
    /// Why it was decided so, of a settled one.
    pub reason: Option<String>,
    /// What this row showed; handed back with a decision.
    pub basis: String,
}

/// One of the values of a conflict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConflictValue {
    /// The statement that made it: names the value that is kept.
    pub id: String,
    /// The value.
    pub value: String,
    /// The value in words.
    pub text: LocalizedText,
    /// The note with it.
    pub note: Option<String>,
    /// Who, where this phone may know.
    pub by: Option<String>,
    /// True for the one that is shown meanwhile.
    pub is_in_force: bool,
}

impl Phone {
    pub(in crate::host) fn attention_page(&self) -> Result<AttentionPage, MingchaError> {
        Ok(AttentionPage {
            refused: self.refused()?.into_iter().map(item).collect(),
            held: self.held()?.into_iter().map(item).collect(),
            conflicts: self.conflicts()?.into_iter().map(conflict).collect(),
            overruled: self.overruled()?.into_iter().map(conflict).collect(),
        })
    }
}

fn item(row: AttentionRow) -> AttentionItem {
    AttentionItem {
        id: row.op.to_string(),
        kind: Tag::of(&[Sense::Statement], row.what),
        visit_id: row.visit.map(|visit| visit.to_string()),
        finding_id: row.finding.map(|finding| finding.to_string()),
        site_name: row.site_name,
        item: row.item,
        value: row.value,
        text: row.text,
        reason: row.reason,
        advice: LocalizedText::of_sentence(&row.advice),
    }
}

fn conflict(row: ConflictRow) -> Conflict {
    let values = row.versions.into_iter().map(|version| ConflictValue {
        id: version.op.to_string(),
        text: in_words(&version.value),
        value: version.value,
        note: version.note,
        by: version.by,
        is_in_force: version.in_force,
    });
    Conflict {
        id: row.conflict,
        kind: Tag::of(&[Sense::Subject, Sense::Statement, Sense::Visit], row.what),
        item: row.item,
        values: values.collect(),
        is_mine: row.mine,
        reason: row.reason,
        basis: row.basis.to_string(),
    }
}

/// What people choose between, beside answers: a verdict, a result, void or kept, granted or refused, suspended or not.
const CHOSEN: [Sense; 6] = [Sense::Verdict, Sense::Outcome, Sense::Visit, Sense::Standing, Sense::Mark, Sense::Work];

/// An answer in its own words, a verdict or result in theirs; a number is its own word.
fn in_words(value: &str) -> LocalizedText {
    const WITH_WORDS: [AnswerType; 5] =
        [AnswerType::YesNo, AnswerType::Grade, AnswerType::Level, AnswerType::Compare, AnswerType::Band];
    let answer = WITH_WORDS.iter().flat_map(|kind| kind.choices()).find(|known| known.to_string() == value);
    answer.map_or_else(
        || Tag::of(&CHOSEN, value).text,
        |answer| LocalizedText { zh: answer.in_chinese(), en: value.to_owned() },
    )
}
