//! Figures: scores, and days by the calendar.

use mingcha::host::{DisplayDate, LocalizedText, ReckonedDay, ScoreLine, ScorePage, SetScore, Tag};

/// What a visit comes to, and why.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
pub struct ReckonedDay {
    /// The day.
    pub day: DisplayDate,
    /// The day before it was moved off days off.
    pub nominal: DisplayDate,
    /// True while a year's table of days off that it rests on is not published.
    pub is_provisional: bool,
}
