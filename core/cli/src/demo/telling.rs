//! How the story is told: one line for each thing that was read back, with the day it happened on and who saw it.
//!
//! It never decides whether something is right: whoever tells a line says whether the reading is what the story needs,
//! and a line that is not is marked, counted and followed by what was needed.

use std::io::{IsTerminal, Write};

use unicode_width::UnicodeWidthStr;

use super::people::Time;
use crate::output::plain;
use crate::texts::Lang;
use crate::words;

/// How many columns the Chinese half of a line takes before the English one begins.
const CHINESE_COLUMNS: usize = 64;

/// Who saw what a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    City,
    Inspector,
    /// A second inspector, 检查员乙.
    Colleague,
    /// A third one, 检查员丙, who goes undercover.
    Undercover,
    Contact,
    Supervisor,
    /// A second supervisor, 督查员乙.
    Deputy,
}

impl Who {
    /// What they are called.
    pub fn name(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::City => ("平台", "city"),
            Self::Inspector => ("检查员甲", "inspector"),
            Self::Colleague => ("检查员乙", "inspector-2"),
            Self::Undercover => ("检查员丙", "inspector-3"),
            Self::Contact => ("联络员", "contact"),
            Self::Supervisor => ("督查员甲", "supervisor"),
            Self::Deputy => ("督查员乙", "supervisor-2"),
        };
        if lang == Lang::Chinese { zh } else { en }
    }

    /// The folder of their phone.
    pub fn folder(self) -> &'static str {
        self.name(Lang::English)
    }

    /// Colours of a terminal, so that an eye finds one person's lines.
    fn colour(self) -> &'static str {
        match self {
            Self::City => "35",
            Self::Inspector | Self::Colleague | Self::Undercover => "36",
            Self::Contact => "33",
            Self::Supervisor | Self::Deputy => "34",
        }
    }
}

/// Tells the story on stdout.
pub struct Telling {
    lang: Lang,
    colour: bool,
    time: Time,
    wrongs: usize,
}

impl Telling {
    pub fn new(lang: Lang, time: Time) -> Self {
        let plain_wanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { lang, colour: !plain_wanted && std::io::stdout().is_terminal(), time, wrongs: 0 }
    }

    /// The language it is told in.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// How many readings were not what the story needs.
    pub fn wrongs(&self) -> usize {
        self.wrongs
    }

    /// The title of an act.
    pub fn act(&self, zh: &str, en: &str) {
        let title = if self.lang == Lang::English { en.to_owned() } else { format!("{zh}  {en}") };
        Self::put(&format!("\n{}", self.painted("1", &title)));
    }

    /// A reading that the story needs to be so.
    pub fn check(&mut self, who: Who, holds: bool, zh: &str, en: &str, wanted: (&str, &str)) {
        self.line(who, if holds { "✓" } else { "✗" }, zh, en);
        if !holds {
            self.wrong(&format!("应为：{}", wanted.0), &format!("wanted: {}", wanted.1));
        }
    }

    /// Something that the story needs did not happen.
    pub fn wrong(&mut self, zh: &str, en: &str) {
        self.wrongs = self.wrongs.saturating_add(1);
        let line = if self.lang == Lang::English {
            format!("✗ not as the story needs: {}", plain(en))
        } else {
            format!("✗ 与故事不符，{}  {}", plain(zh), plain(en))
        };
        Self::put(&self.painted("31", &line));
    }

    /// A line beside the story.
    pub fn note(&self, zh: &str, en: &str) {
        let line = if self.lang == Lang::English { en.to_owned() } else { format!("{zh}  {en}") };
        Self::put(line.trim_end());
    }

    /// Text that is laid out already, or a command to copy.
    pub fn verbatim(text: &str) {
        Self::put(text.trim_end());
    }

    fn line(&self, who: Who, mark: &str, zh: &str, en: &str) {
        let name = padded(who.name(self.lang), if self.lang == Lang::English { 12 } else { 8 });
        let mark = match mark {
            "✓" => self.painted("32", mark),
            "✗" => self.painted("31", mark),
            _ => mark.to_owned(),
        };
        let words = if self.lang == Lang::English {
            plain(en)
        } else {
            format!("{}  {}", padded(&plain(zh), CHINESE_COLUMNS), self.painted("2", &plain(en)))
        };
        let name = self.painted(who.colour(), &name);
        Self::put(&format!("{}  {name}  {mark} {words}", self.time.shown()));
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn put(text: &str) {
        // Whoever listened has gone: the story is lived to its end all the same, and the exit code tells.
        let _ = writeln!(std::io::stdout(), "{text}");
    }
}

/// A value that somebody gave, in Chinese: grades as forms print them.
pub fn zh(value: &str) -> &str {
    match value {
        "good" => "优",
        "fair" => "良",
        "poor" => "差",
        other => words::word(Lang::Chinese, other),
    }
}

/// Filled up with spaces to this many columns; a Chinese character takes two.
fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_words_end_in_the_same_column() {
        assert_eq!(padded("平台", 8), "平台    ");
        assert_eq!(padded("city", 8), "city    ");
        assert_eq!(padded("督查员甲", 8), "督查员甲");
        assert_eq!(padded("supervisor-2", 8), "supervisor-2");
    }

    #[test]
    fn a_reading_that_is_not_as_needed_is_counted_and_one_that_is_is_not() {
        let mut telling = Telling::new(Lang::Chinese, Time::default());
        telling.check(Who::City, true, "四", "four", ("四", "four"));
        assert_eq!(telling.wrongs(), 0);
        telling.check(Who::City, false, "三", "three", ("四", "four"));
        assert_eq!(telling.wrongs(), 1);
    }
}
