//! A page of text: lines, cards of labelled values, tables.
//!
//! Everything that comes onto it is cleaned of control characters; only the page itself breaks lines.

use unicode_width::UnicodeWidthStr;

use super::table::{Table, wrap};
use crate::texts::{Lang, Text};

/// The columns of a line of prose.
const PARAGRAPH: usize = 96;

/// A page of text for people.
pub struct Page {
    lang: Lang,
    text: String,
}

impl Page {
    /// An empty page in this language.
    pub fn new(lang: Lang) -> Self {
        Self { lang, text: String::new() }
    }

    /// Everything on it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The language it is written in.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// One line.
    pub fn line(&mut self, text: &str) {
        self.text.push_str(plain(text).trim_end());
        self.text.push('\n');
    }

    /// An empty line, unless the page begins here.
    pub fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// A sentence.
    pub fn say(&mut self, text: Text) {
        self.line(text.say(self.lang));
    }

    /// A sentence with its gaps filled.
    pub fn say_with(&mut self, text: Text, words: &[&str]) {
        self.line(&text.fill(self.lang, words));
    }

    /// Sentences that take as many lines as they need.
    pub fn paragraph(&mut self, text: &str) {
        for line in wrap(&plain(text), PARAGRAPH) {
            self.line(&line);
        }
    }

    /// The title of a part.
    pub fn part(&mut self, title: Text) {
        self.gap();
        self.say(title);
    }

    /// Labelled values below each other; what is empty is left out.
    pub fn card(&mut self, values: &[(Text, String)]) {
        let values: Vec<(&str, &String)> = values
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| (label.say(self.lang), value))
            .collect();
        let widest = values.iter().map(|(label, _)| label.width()).max().unwrap_or_default();
        for (label, value) in values {
            let room = " ".repeat(widest.saturating_sub(label.width()));
            self.line(&format!("{label}{room}  {value}"));
        }
    }

    /// A table; nothing when it has no rows.
    pub fn table(&mut self, table: &Table) {
        self.text.push_str(&table.drawn(self.lang));
    }
}

/// The text on one line, without control characters and without characters that turn the direction of reading.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

/// A value, or nothing at all.
pub fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{NAME, SITE};

    #[test]
    fn a_note_cannot_move_the_cursor_or_turn_the_line_around() {
        assert_eq!(plain("好\u{1b}[2J\n坏\u{202e}abc"), "好\u{fffd}[2J 坏\u{fffd}abc");
    }

    #[test]
    fn values_of_a_card_stand_below_each_other_and_empty_ones_are_left_out() {
        let mut page = Page::new(Lang::English);
        page.card(&[(SITE, "大厅".to_owned()), (NAME, String::new()), (crate::texts::STAGE, "closed".to_owned())]);
        assert_eq!(page.text(), "site   大厅\nstage  closed\n");
    }
}
