//! The screen of one visit: what it asks, what was answered, its photos, and what is still missing.

use std::collections::BTreeMap;

use mingcha_model::{AnswerType, Item, PhotoNeed, Value};

use super::{DisplayDate, LocalizedText, Tag, count};
use crate::words::Sense;
use crate::{FormRow, MingchaError, Phone, PhotoTaken, Raised, VisitStarted, VisitSubmitted};

/// A visit that was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartedVisit {
    /// Which.
    pub id: String,
    /// How many items it asks.
    pub item_count: i32,
    /// How many more its sets have for such a site, left away to keep it short; each can be answered all the same.
    pub left_out_count: i32,
    /// For a recheck, the findings of the site that are due.
    pub finding_ids: Vec<String>,
    /// What to say before the first answer: which sets rest on this app's own reading.
    pub notes: Vec<LocalizedText>,
}

/// One visit, to be filled in or read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitForm {
    /// Which.
    pub id: String,
    /// Where.
    pub site_id: String,
    /// The site's name.
    pub site_name: String,
    /// How it is made.
    pub mode: Tag,
    /// How far it has come.
    pub status: Tag,
    /// The day it was opened.
    pub day: DisplayDate,
    /// True while it may be answered.
    pub is_open: bool,
    /// What it asks, in order.
    pub items: Vec<FormItem>,
    /// In how many parts it comes, each of at most 40 items: 1 at a window.
    pub part_count: i32,
    /// Its photos.
    pub photos: Vec<VisitPhoto>,
    /// How many items have no answer.
    pub missing_count: i32,
    /// The findings that it raised.
    pub finding_ids: Vec<String>,
    /// What this page showed; handed back with a submission.
    pub basis: String,
}

/// One item of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormItem {
    /// The item's code, by which it is answered.
    pub code: String,
    /// What is asked.
    pub text: LocalizedText,
    /// What counts as failed.
    pub help: LocalizedText,
    /// The set that asks it.
    pub set: String,
    /// How it is answered.
    pub answer_type: AnswerType,
    /// The same in words.
    pub answer_type_text: LocalizedText,
    /// What may be chosen, where it is a choice.
    pub choices: Vec<AnswerChoice>,
    /// The value in force, as one hands it in.
    pub value: Option<String>,
    /// The value in force in words.
    pub value_text: Option<LocalizedText>,
    /// The note in force.
    pub note: Option<String>,
    /// The things that a count counts, where the item names them.
    pub points: Vec<LocalizedText>,
    /// Ready wording of a finding, where the item has one.
    pub ready_finding: Option<LocalizedText>,
    /// The part of the form in which it stands, from 1.
    pub part: i32,
    /// True when a photo is wanted for this value and none is there.
    pub wants_photo: bool,
    /// True where a picture would easily show faces or papers: none is asked for, and one that is taken is blurred.
    pub is_photo_avoided: bool,
    /// True when two people's values differ.
    pub is_contested: bool,
    /// True where no document defines the item: it is this app's own reading, and says so wherever it is shown.
    pub is_inferred: bool,
    /// What this row showed; handed back with an answer.
    pub basis: String,
}

/// One choice of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerChoice {
    /// What is handed in.
    pub value: String,
    /// What is shown.
    pub text: LocalizedText,
}

/// One photo of a visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitPhoto {
    /// Which.
    pub id: String,
    /// The item that it is put to.
    pub item: Option<String>,
    /// A `ThumbHash` in base64, drawn until the photo is there.
    pub placeholder: Option<String>,
    /// True when it was erased for good.
    pub is_erased: bool,
}

/// A photo that was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenPhoto {
    /// Which.
    pub id: String,
    /// Columns of the upright picture.
    pub width: i32,
    /// Rows of the upright picture.
    pub height: i32,
    /// What is unusual about it: no time, no position, a screenshot, ...
    pub warnings: Vec<Tag>,
}

/// A visit that was submitted, and what it lacks all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmittedVisit {
    /// Which.
    pub id: String,
    /// Items without an answer.
    pub missing: Vec<String>,
    /// Items that want a photo and have none.
    pub photos_missing: Vec<String>,
    /// Items that do not apply, and nobody said why.
    pub reasons_missing: Vec<String>,
}

/// A finding that was raised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RaisedFinding {
    /// Which.
    pub id: String,
    /// The provisional number.
    pub number: String,
}

impl Phone {
    pub(in crate::host) fn visit_page(&self, id: &str) -> Result<VisitForm, MingchaError> {
        let case = self.visit_case(self.visit_id(id)?)?;
        let items: BTreeMap<String, Item> =
            self.items_of_visit(&case)?.into_iter().map(|item| (item.code.to_string(), item)).collect();
        let view = self.visit_show(id)?;
        let form = self.visit_form(id)?;
        let part_count = count(form.first().map_or(1, |row| row.of_parts));
        let rows = form.into_iter().map(|row| form_item(items.get(&row.item), row));
        let photos = view.photos.into_iter().map(|photo| VisitPhoto {
            id: photo.photo.to_string(),
            item: photo.item,
            placeholder: photo.placeholder,
            is_erased: photo.erased,
        });
        Ok(VisitForm {
            id: view.visit.to_string(),
            site_id: view.site.to_string(),
            site_name: view.site_name,
            mode: Tag::of(&[Sense::Mode], view.mode.name()),
            status: Tag::of(&[Sense::Visit, Sense::Standing], view.status),
            day: DisplayDate::of(view.day, self.today()?),
            is_open: view.status == "draft",
            items: rows.collect(),
            part_count,
            photos: photos.collect(),
            missing_count: i32::try_from(view.missing.len()).unwrap_or(i32::MAX),
            finding_ids: view.findings.iter().map(ToString::to_string).collect(),
            basis: view.basis.to_string(),
        })
    }
}

fn form_item(item: Option<&Item>, row: FormRow) -> FormItem {
    let in_words = |value: &Value| LocalizedText { zh: value.in_chinese(), en: value.to_string() };
    let value_text = row.value.as_deref().map(|typed| {
        let value = item.and_then(|item| item.answer.parse(typed).ok());
        value.map_or_else(|| LocalizedText::new(typed, typed), |value| in_words(&value))
    });
    let choices = item.map(Item::choices).unwrap_or_default();
    let (zh, en) = crate::criteria_word(&row.answer).unwrap_or((&row.answer, &row.answer));
    FormItem {
        text: item.map(|item| item.text.clone().into()).unwrap_or_default(),
        help: item.map(|item| item.help.clone().into()).unwrap_or_default(),
        answer_type_text: LocalizedText::new(zh, en),
        choices: choices.iter().map(|value| AnswerChoice { value: value.to_string(), text: in_words(value) }).collect(),
        is_inferred: row.definition == "inferred",
        code: row.item,
        set: row.set,
        answer_type: item.map_or(AnswerType::Text, |item| item.answer),
        value: row.value,
        value_text,
        note: row.note,
        points: row.parts.iter().map(|point| LocalizedText::of_sentence(point)).collect(),
        ready_finding: row.quick.as_deref().map(LocalizedText::of_sentence),
        part: count(row.part),
        wants_photo: row.photo_wanted,
        is_photo_avoided: item.is_some_and(|item| item.photo == PhotoNeed::Avoid),
        is_contested: row.contested,
        basis: row.basis.to_string(),
    }
}

impl From<VisitStarted> for StartedVisit {
    fn from(started: VisitStarted) -> Self {
        Self {
            id: started.visit.to_string(),
            item_count: count(started.items),
            left_out_count: count(started.left_out),
            finding_ids: started.findings.iter().map(ToString::to_string).collect(),
            notes: started.notes.iter().map(|note| LocalizedText::of_sentence(note)).collect(),
        }
    }
}

impl From<VisitSubmitted> for SubmittedVisit {
    fn from(done: VisitSubmitted) -> Self {
        Self {
            id: done.visit.to_string(),
            missing: done.missing,
            photos_missing: done.photos_missing,
            reasons_missing: done.reasons_missing,
        }
    }
}

impl From<PhotoTaken> for TakenPhoto {
    fn from(taken: PhotoTaken) -> Self {
        Self {
            id: taken.photo.to_string(),
            width: count(taken.width.into()),
            height: count(taken.height.into()),
            warnings: taken.warnings.iter().map(|code| Tag::of(&[Sense::Warning], code)).collect(),
        }
    }
}

impl From<Raised> for RaisedFinding {
    fn from(raised: Raised) -> Self {
        Self { id: raised.finding.to_string(), number: raised.number }
    }
}
