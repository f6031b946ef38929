//! Figures: scores, and days by the calendar.

use mingcha::host::{DisplayDate, LocalizedText, ReckonedDay, ScoreLine, ScorePage, SetScore};

/// What a visit comes to, and why.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
pub struct ReckonedDay {
    /// The day.
    pub day: DisplayDate,
    /// The day before it was moved off days off.
    pub nominal: DisplayDate,
    /// True while a year's table of days off that it rests on is not published.
    pub is_provisional: bool,
}
