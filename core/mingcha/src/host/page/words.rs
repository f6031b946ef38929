//! The words, colours, dates and amounts that pages are made of.
//!
//! A code that has no word here is shown as it is, never hidden.

use mingcha_model::{Bilingual, Day, Stage, Weekday};

use TagColor::{Amber, Blue, Gray, Green, Red};

use crate::Progress;

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
    pub(super) fn of(code: &str) -> Self {
        let known = WORDS.iter().find(|(known, ..)| *known == code);
        let (zh, en, color) = known.map_or((code, code, Gray), |(_, zh, en, color)| (*zh, *en, *color));
        Self { code: code.to_owned(), text: LocalizedText::new(zh, en), color }
    }

    /// How far a finding has come. A visit is submitted too, and means something else by it.
    pub(super) fn of_stage(stage: Stage) -> Self {
        match stage {
            Stage::Submitted => Self { code: stage.name().to_owned(), ..Self::of("rectified") },
            other => Self::of(other.name()),
        }
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

const WORDS: &[(&str, &str, &str, TagColor)] = &[
    // Stages of a finding.
    ("recorded", "已记录", "recorded", Gray),
    ("fed_back", "已反馈", "fed back", Blue),
    ("fixed_on_spot", "立行立改", "fixed on the spot", Blue),
    ("noticed", "已交办", "noticed", Blue),
    ("rectified", "已报整改", "rectification submitted", Amber),
    ("returned", "退回重改", "returned", Red),
    ("awaiting_recheck", "待复查", "awaiting recheck", Amber),
    ("supervised", "已督办", "supervised", Red),
    ("closed", "已销号", "closed", Green),
    ("void", "作废", "void", Gray),
    // Marks beside a finding.
    ("overdue", "逾期", "overdue", Red),
    ("repeat", "重复问题", "repeated", Red),
    ("suspended", "挂账", "suspended", Gray),
    ("appealed", "申诉中", "appealed", Amber),
    ("contested", "意见不一", "contested", Red),
    ("provisional", "日期暂定", "dates may change", Gray),
    ("refused", "被拒", "refused", Red),
    ("unserved", "未签收", "not acknowledged", Amber),
    ("duplicate", "同一事", "duplicate", Gray),
    // Severities.
    ("minor", "轻微", "minor", Gray),
    ("ordinary", "一般", "ordinary", Blue),
    ("serious", "较重", "serious", Amber),
    ("works", "需工程", "needs works", Amber),
    // Visits.
    ("open", "明察", "open", Blue),
    ("undercover", "暗访", "undercover", Gray),
    ("recheck", "复查", "recheck", Blue),
    ("self", "自查", "self-check", Gray),
    ("special", "专项", "special", Blue),
    ("joint", "联合", "joint", Blue),
    ("draft", "进行中", "draft", Blue),
    ("submitted", "已提交", "submitted", Green),
    // Roles.
    ("inspector", "检查员", "inspector", Gray),
    ("supervisor", "督查员", "supervisor", Gray),
    ("contact", "单位联络员", "contact", Gray),
    ("office", "文明办", "office", Gray),
    ("auditor", "审计", "auditor", Gray),
    // Verdicts and results.
    ("approve", "审核通过", "approved", Green),
    ("return", "退回重改", "returned", Red),
    ("pass", "合格", "passed", Green),
    ("partly", "部分合格", "passed in part", Amber),
    ("fail", "不合格", "failed", Red),
    ("reopen", "重新打开", "reopened", Amber),
    // Work.
    ("assigned", "指派", "assigned", Blue),
    ("feedback_overdue", "反馈逾期", "feedback overdue", Red),
    ("supervision_due", "待发督办", "supervision due", Red),
    ("to_review", "待审核整改", "rectification to review", Amber),
    ("extension_asked", "申请延期", "extension asked", Amber),
    ("declined", "单位拒收通知", "notice refused", Red),
    // What needs a person.
    ("parked", "等候所属记录", "waits for what it belongs to", Gray),
    ("held", "暂存", "held", Amber),
    ("answer", "答案", "answer", Gray),
    ("verdict", "审核", "verdict", Gray),
    ("result", "复查结果", "recheck result", Gray),
    ("visit_void", "检查作废", "visit voided", Gray),
    ("site", "点位", "site", Gray),
    ("extension", "延期", "extension", Gray),
    ("suspension", "挂账", "suspension", Gray),
    ("appeal", "申诉", "appeal", Gray),
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
    fn every_word_is_there_once_and_in_both_languages() {
        for (place, (code, zh, en, _)) in WORDS.iter().enumerate() {
            assert!(!zh.is_ascii() && en.is_ascii() && !en.is_empty(), "{code}");
            assert!(WORDS.iter().skip(place + 1).all(|(other, ..)| other != code), "{code} twice");
        }
    }

    #[test]
    fn every_stage_has_words_and_its_own_code() {
        for stage in Stage::ALL {
            let tag = Tag::of_stage(stage);
            assert_eq!(tag.code, stage.name());
            assert!(!tag.text.zh.is_ascii(), "{tag:?}");
        }
    }

    #[test]
    fn a_code_of_tomorrow_is_shown_as_it_is() {
        assert_eq!(Tag::of("a_code_of_tomorrow").text, LocalizedText::new("a_code_of_tomorrow", "a_code_of_tomorrow"));
    }
}
