//! The words, colours, dates and amounts that pages are made of.
//!
//! A code that has no word here is shown as it is, never hidden.

use mingcha_model::{Bilingual, Day, Weekday};

use TagColor::{Amber, Blue, Green, Red};

use crate::Progress;
use crate::words::{Sense, word};

/// A text for people, in Chinese and in English. What people wrote is in the language they wrote it in, and no
/// `LocalizedText`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalizedText {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl LocalizedText {
    /// The pair of these two.
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }

    /// A sentence as inner rows print it: Chinese, a slash, English.
    pub(super) fn of_sentence(sentence: &str) -> Self {
        let (zh, en) = sentence.split_once(" / ").unwrap_or((sentence, sentence));
        Self::new(zh, en)
    }
}

impl From<Bilingual> for LocalizedText {
    fn from(text: Bilingual) -> Self {
        Self { zh: text.zh, en: text.en }
    }
}

/// The colour of a tag, by what it means; the app chooses the shade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagColor {
    /// Nothing to do.
    #[default]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// The stable code in snake case.
    pub code: String,
    /// What to show.
    pub text: LocalizedText,
    /// In which colour.
    pub color: TagColor,
}

impl Tag {
    /// The word and the colour of a code, in the first of these senses that knows it.
    pub(in crate::host) fn of(senses: &[Sense], code: &str) -> Self {
        let (zh, en) = word(senses, code).unwrap_or((code, code));
        let color = COLORS.iter().find(|(sense, _, codes)| senses.contains(sense) && codes.contains(&code));
        let color = color.map(|(_, color, _)| *color).unwrap_or_default();
        Self { code: code.to_owned(), text: LocalizedText::new(zh, en), color }
    }
}

/// A day, for sorting and for showing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisplayDate {
    /// `2026-03-10`.
    pub iso: String,
    /// `3月10日（周二）`, `Tue 10 Mar`; with its year where that is another one than today's.
    pub text: LocalizedText,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl DisplayDate {
    pub(super) fn of(day: Day, today: Day) -> Self {
        let (zh_weekday, en_weekday) = match day.weekday() {
            Weekday::Monday => ("一", "Mon"),
            Weekday::Tuesday => ("二", "Tue"),
            Weekday::Wednesday => ("三", "Wed"),
            Weekday::Thursday => ("四", "Thu"),
            Weekday::Friday => ("五", "Fri"),
            Weekday::Saturday => ("六", "Sat"),
            Weekday::Sunday => ("日", "Sun"),
        };
        let place = usize::try_from(day.month().saturating_sub(1)).unwrap_or_default();
        let month = MONTHS.get(place).copied().unwrap_or_default();
        let (zh_year, en_year) = if day.year() == today.year() {
            (String::new(), String::new())
        } else {
            (format!("{}年", day.year()), format!(" {}", day.year()))
        };
        let zh = format!("{zh_year}{}月{}日（周{zh_weekday}）", day.month(), day.day_of_month());
        let en = format!("{en_weekday} {} {month}{en_year}", day.day_of_month());
        Self { iso: day.to_string(), text: LocalizedText { zh, en } }
    }
}

/// How much is done, of how much: bytes where files travel, else a count.
pub(in crate::host) fn amount(progress: &Progress) -> String {
    match (progress.of_bytes, progress.of) {
        (0, 0) => progress.done.to_string(),
        (0, of) => format!("{} / {of}", progress.done),
        (of_bytes, _) => format!("{} / {}", size(progress.bytes), size(of_bytes)),
    }
}

/// Bytes as people write them, in decimal units: `640 KB`, `1.2 MB`.
fn size(bytes: u64) -> String {
    let tenths = |count: u64, unit: &str| format!("{}.{} {unit}", count / 10, count % 10);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..950_000 => format!("{} KB", bytes.saturating_add(500) / 1_000),
        950_000..1_000_000_000 => tenths(bytes.saturating_add(50_000) / 100_000, "MB"),
        _ => tenths(bytes.saturating_add(50_000_000) / 100_000_000, "GB"),
    }
}

/// Which codes have a colour; everything else is grey.
const COLORS: &[(Sense, TagColor, &[&str])] = &[
    (Sense::Stage, Blue, &["fed_back", "fixed_on_spot", "noticed"]),
    (Sense::Stage, Amber, &["submitted", "awaiting_recheck"]),
    (Sense::Stage, Red, &["returned", "supervised"]),
    (Sense::Stage, Green, &["closed"]),
    (Sense::Mark, Red, &["overdue", "repeat", "contested", "refused"]),
    (Sense::Mark, Amber, &["appealed", "unserved"]),
    (Sense::Severity, Blue, &["ordinary"]),
    (Sense::Severity, Amber, &["serious", "works"]),
    (Sense::Mode, Blue, &["open", "recheck", "special", "joint"]),
    (Sense::Visit, Blue, &["draft"]),
    (Sense::Visit, Green, &["submitted"]),
    (Sense::Verdict, Green, &["approve"]),
    (Sense::Verdict, Red, &["return"]),
    (Sense::Outcome, Green, &["pass"]),
    (Sense::Outcome, Amber, &["partly", "reopen"]),
    (Sense::Outcome, Red, &["fail"]),
    (
        Sense::Warning,
        Amber,
        &[
            "no_time",
            "no_position",
            "metadata_damaged",
            "edited_by_software",
            "screenshot",
            "very_small",
            "photo_avoided",
        ],
    ),
    (Sense::Work, Blue, &["assigned"]),
    (Sense::Work, Red, &["feedback_overdue", "supervision_due", "declined"]),
    (Sense::Work, Amber, &["to_review", "extension_asked", "appealed", "unserved"]),
    (Sense::Standing, Red, &["refused"]),
    (Sense::Standing, Amber, &["held"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_written_as_people_write_it_with_its_year_only_where_it_is_another() {
        let today = day("2026-03-02");
        let shown = DisplayDate::of(day("2026-03-10"), today);
        assert_eq!(
            (shown.iso.as_str(), shown.text),
            ("2026-03-10", LocalizedText::new("3月10日（周二）", "Tue 10 Mar"))
        );
        let text = DisplayDate::of(day("2027-01-03"), today).text;
        assert_eq!(text, LocalizedText::new("2027年1月3日（周日）", "Sun 3 Jan 2027"));
    }

    #[test]
    fn bytes_are_rounded_to_what_a_person_reads() {
        let sizes = [(999, "999 B"), (1_000, "1 KB"), (949_999, "950 KB"), (950_000, "1.0 MB"), (1_249_999, "1.2 MB")];
        for (bytes, text) in sizes {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(size(2_550_000_000), "2.6 GB");
        assert_eq!(size(u64::MAX).split('.').count(), 2);
    }

    #[test]
    fn every_colour_is_a_known_word_s_and_no_word_has_two() {
        let mut seen = Vec::new();
        for (sense, _, codes) in COLORS {
            for code in *codes {
                assert!(word(&[*sense], code).is_some(), "{code} is no {sense:?}");
                assert!(!seen.contains(&(*sense, *code)), "{code} has two colours");
                seen.push((*sense, *code));
            }
        }
    }

    #[test]
    fn what_is_submitted_is_done_as_a_visit_and_waits_as_a_rectification() {
        let (visit, finding) = (Tag::of(&[Sense::Visit], "submitted"), Tag::of(&[Sense::Stage], "submitted"));
        assert_eq!((visit.text.zh.as_str(), visit.color), ("已提交", Green));
        assert_eq!((finding.text.zh.as_str(), finding.color), ("已报整改", Amber));
        assert_eq!(visit.code, finding.code);
    }

    #[test]
    fn a_code_of_tomorrow_is_shown_as_it_is() {
        let tag = Tag::of(&[Sense::Mark], "a_code_of_tomorrow");
        assert_eq!(tag.text, LocalizedText::new("a_code_of_tomorrow", "a_code_of_tomorrow"));
    }
}
