//! Figures: what a visit comes to, line by line, and days by the calendar of working days.
//!
//! Nothing is reckoned here. A score is the model's, and a day is the calendar's as this phone knows it from the city.

use super::{DisplayDate, LocalizedText};
use crate::{CalendarDay, MingchaError, Phone, ScoreRow, ScoreView, SetScoreRow};

/// What a visit comes to, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScorePage {
    /// Points obtained, in hundredths.
    pub obtained: u64,
    /// Points that could be obtained with what was answered, in hundredths.
    pub obtainable: u64,
    /// Obtained of obtainable in hundredths of a percent; none where nothing counts.
    pub rate: Option<u64>,
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
    /// Its model, a code.
    pub model: String,
    /// Points obtained, in hundredths.
    pub obtained: u64,
    /// Points that could be obtained, in hundredths.
    pub obtainable: u64,
    /// Obtained of obtainable in hundredths of a percent.
    pub rate: Option<u64>,
    /// Whether all of it conforms, where that is its model and is decided.
    pub conforms: Option<bool>,
    /// Its level, a code, where that is its model.
    pub level: Option<String>,
    /// True where it is part of the figure of the visit.
    pub is_counted: bool,
    /// How it was computed, in words.
    pub formula: LocalizedText,
}

/// What one item brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoreLine {
    /// The item.
    pub item: String,
    /// The set that asks it.
    pub set: String,
    /// Its value, as one hands it in; empty where it has none.
    pub value: String,
    /// What it brings, in hundredths: less than 0 where it takes away.
    pub obtained: i64,
    /// Of how much, in hundredths.
    pub obtainable: u64,
    /// The rule that made it, a code.
    pub rule: String,
    /// The rule in words.
    pub rule_text: LocalizedText,
    /// Its level, a code, where it has one.
    pub level: Option<String>,
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

    pub(in crate::host) fn workday(&self, start: &str, workdays: u32) -> Result<ReckonedDay, MingchaError> {
        self.reckoned(&self.calendar_workdays(start, workdays)?)
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

impl From<ScoreView> for ScorePage {
    fn from(view: ScoreView) -> Self {
        Self {
            obtained: view.obtained,
            obtainable: view.obtainable,
            rate: view.rate,
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
            model: row.model.to_owned(),
            obtained: row.obtained,
            obtainable: row.obtainable,
            rate: row.rate,
            conforms: row.conforms,
            level: row.level.map(str::to_owned),
            is_counted: row.counted,
            formula: LocalizedText::of_sentence(&row.formula),
        }
    }
}

impl From<ScoreRow> for ScoreLine {
    fn from(row: ScoreRow) -> Self {
        Self {
            item: row.item,
            set: row.set,
            value: row.value,
            obtained: row.obtained,
            obtainable: row.obtainable,
            rule: row.rule_code.to_owned(),
            rule_text: LocalizedText::of_sentence(&row.rule),
            level: row.level.map(str::to_owned),
        }
    }
}
