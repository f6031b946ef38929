//! Texts, states, days: what every page is made of.

use mingcha::host::{DisplayDate, LocalizedText, Tag, TagColor};

/// A text for people, in Chinese and in English. What people wrote is in the language they wrote it in, and no
/// `LocalizedText`.
#[uniffi::remote(Record)]
pub struct LocalizedText {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The colour of a tag, by what it means; the app chooses the shade.
#[uniffi::remote(Enum)]
pub enum TagColor {
    /// Nothing to do.
    Gray,
    /// Under way.
    Blue,
    /// Somebody should do something.
    Amber,
    /// Late or wrong.
    Red,
    /// Done.
    Green,
}

/// A state in a word: a code for the app, words for the person, a colour for both.
#[uniffi::remote(Record)]
pub struct Tag {
    /// The stable code in snake case.
    pub code: String,
    /// What to show.
    pub text: LocalizedText,
    /// In which colour.
    pub color: TagColor,
}

/// A day, for sorting and for showing.
#[uniffi::remote(Record)]
pub struct DisplayDate {
    /// `2026-03-10`.
    pub iso: String,
    /// `3月10日（周二）`, `Tue 10 Mar`; with its year where that is another one than today's.
    pub text: LocalizedText,
}
