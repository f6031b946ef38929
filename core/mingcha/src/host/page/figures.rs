//! Figures: what a visit comes to, line by line, and days by the calendar of working days.
//!
//! Nothing is reckoned here. A score is the model's, and a day is the calendar's as this phone knows it from the city.

use super::{DisplayDate, LocalizedText, Tag, TagColor, count};
use crate::words::Sense;
use crate::{CalendarDay, MingchaError, Phone, ScoreRow, ScoreView, SetScoreRow};

/// What a visit comes to, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScorePage {
    /// Points obtained, in hundredths.
    pub obtained: i64,
    /// Points that could be obtained with what was answered, in hundredths.
    pub obtainable: i64,
    /// Obtained of obtainable in hundredths of a percent; none where nothing counts.
    pub rate: Option<i32>,
    /// How it was computed, in words.
    pub formula: LocalizedText,
    /// True where an item of the form is this app's own reading: so is the score then, and says so.
    pub is_inferred: bool,
    /// Veto items answered with yes: they take away every award.
    pub vetoes: Vec<String>,
    /// Each set by its own model.
    pub sets: Vec<SetScore>,
    /// Line by line, in the order of the form; what is derived stands at the end.
    pub lines: Vec<ScoreLine>,
}

/// What one set comes to by its own model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetScore {
    /// The set.
    pub set: String,
    /// Its model.
    pub model: Tag,
    /// Points obtained, in hundredths.
    pub obtained: i64,
    /// Points that could be obtained, in hundredths.
    pub obtainable: i64,
    /// Obtained of obtainable in hundredths of a percent.
    pub rate: Option<i32>,
    /// Whether all of it conforms, where that is its model and is decided.
    pub conforms: Option<bool>,
    /// Its level, where that is its model.
    pub level: Option<Tag>,
    /// True where it is part of the figure of the visit.
    pub is_counted: bool,
    /// How it was computed, in words.
    pub formula: LocalizedText,
}

/// What one item brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoreLine {
    /// The item's code.
    pub code: String,
    /// The set that asks it.
    pub set: String,
    /// Its value, as one hands it in; empty where it has none.
    pub value: String,
    /// What it brings, in hundredths: less than 0 where it takes away.
    pub obtained: i64,
    /// Of how much, in hundredths.
    pub obtainable: i64,
    /// The rule that made it, in words with the limit that was kept or passed.
    pub rule: Tag,
    /// Its level, where it has one.
    pub level: Option<Tag>,
}

/// A day by the calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReckonedDay {
    /// The day.
    pub day: DisplayDate,
    /// The day before it was moved off days off.
    pub nominal: DisplayDate,
    /// True while a year's table of days off that it rests on is not published.
    pub is_provisional: bool,
}

impl Phone {
    pub(in crate::host) fn score_page(&self, visit: &str) -> Result<ScorePage, MingchaError> {
        Ok(self.score(visit)?.into())
    }

    pub(in crate::host) fn recheck_day(&self, fed_back: &str) -> Result<ReckonedDay, MingchaError> {
        self.reckoned(&self.calendar_recheck(fed_back)?)
    }

    pub(in crate::host) fn workday(&self, start: &str, workdays: i32) -> Result<ReckonedDay, MingchaError> {
        self.reckoned(&self.calendar_workdays(start, u32::try_from(workdays).unwrap_or(u32::MAX))?)
    }

    fn reckoned(&self, day: &CalendarDay) -> Result<ReckonedDay, MingchaError> {
        let today = self.today()?;
        Ok(ReckonedDay {
            day: DisplayDate::of(day.date, today),
            nominal: DisplayDate::of(day.nominal, today),
            is_provisional: day.provisional,
        })
    }
}

/// Hundredths as Kotlin and Swift hold them.
fn hundredths(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn level(code: Option<&str>) -> Option<Tag> {
    code.map(|code| Tag::of(&[Sense::Level], code))
}

impl From<ScoreView> for ScorePage {
    fn from(view: ScoreView) -> Self {
        Self {
            obtained: hundredths(view.obtained),
            obtainable: hundredths(view.obtainable),
            rate: view.rate.map(count),
            formula: LocalizedText::of_sentence(&view.formula),
            is_inferred: view.definition == Some("inferred"),
            vetoes: view.vetoes,
            sets: view.sets.into_iter().map(SetScore::from).collect(),
            lines: view.lines.into_iter().map(ScoreLine::from).collect(),
        }
    }
}

impl From<SetScoreRow> for SetScore {
    fn from(row: SetScoreRow) -> Self {
        Self {
            set: row.set,
            model: Tag::of(&[Sense::Criteria], row.model),
            obtained: hundredths(row.obtained),
            obtainable: hundredths(row.obtainable),
            rate: row.rate.map(count),
            conforms: row.conforms,
            level: level(row.level),
            is_counted: row.counted,
            formula: LocalizedText::of_sentence(&row.formula),
        }
    }
}

impl From<ScoreRow> for ScoreLine {
    fn from(row: ScoreRow) -> Self {
        let text = LocalizedText::of_sentence(&row.rule);
        Self {
            code: row.item,
            set: row.set,
            value: row.value,
            obtained: row.obtained,
            obtainable: hundredths(row.obtainable),
            rule: Tag { code: row.rule_code.to_owned(), text, color: TagColor::default() },
            level: level(row.level),
        }
    }
}
