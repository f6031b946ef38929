//! What the codes of rows are called to a reader of one language, from the core's catalogue.
//!
//! Scripts get the codes as they are; a code that is not known here is shown as it is, never hidden.

use mingcha::Sense;

use crate::texts::Lang;

/// What the codes of rows can mean, in the order in which they are asked.
const ROWS: [Sense; 17] = [
    Sense::Visit,
    Sense::Mode,
    Sense::Role,
    Sense::Severity,
    Sense::ShortVerdict,
    Sense::Outcome,
    Sense::Work,
    Sense::Subject,
    Sense::Standing,
    Sense::Reason,
    Sense::Copy,
    Sense::Warning,
    Sense::Progress,
    Sense::Trend,
    Sense::Searched,
    Sense::Change,
    Sense::Statement,
];

/// A stage's name.
pub fn stage(lang: Lang, code: &str) -> &str {
    find(&[Sense::Stage], lang, code).unwrap_or(code)
}

/// A level's name.
pub fn level(lang: Lang, code: &str) -> &str {
    find(&[Sense::Level], lang, code).unwrap_or(code)
}

/// Any other code in words; a code that is not known here is shown as it is.
pub fn word(lang: Lang, code: &str) -> &str {
    find(&ROWS, lang, code).unwrap_or(code)
}

/// A code of the criteria in words: an answer type, a way of asking, a photo rule, a definition.
pub fn criteria_word(lang: Lang, code: &str) -> &str {
    find(&[Sense::Criteria, Sense::Mode], lang, code).unwrap_or(code)
}

/// A value as a reader of this language says and may type it: 是, `yes`; one that is none of this answer type stays as it is.
pub fn value(lang: Lang, answer: &str, typed: &str) -> String {
    match mingcha::value_in_chinese(answer, typed) {
        Some(chinese) if lang == Lang::Chinese => chinese,
        _ => typed.to_owned(),
    }
}

/// What one types for this answer type, where it is not a choice.
pub fn example(lang: Lang, answer: &str) -> Option<&'static str> {
    find(&[Sense::Example], lang, answer)
}

fn find(senses: &[Sense], lang: Lang, code: &str) -> Option<&'static str> {
    let (zh, en) = mingcha::word(senses, code)?;
    Some(if lang == Lang::English { en } else { zh })
}

/// The code that a row's value has in JSON.
pub fn code_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

/// The half of a text that the core wrote in both languages, `中文 / English`; any other text is whole.
pub fn half(lang: Lang, text: &str) -> &str {
    match text.split_once(" / ") {
        Some((_, english)) if english.contains(" / ") => text,
        Some((chinese, _)) if lang == Lang::Chinese => chinese,
        Some((_, english)) => english,
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_not_a_state_of_a_visit_and_an_unknown_code_names_itself() {
        assert_eq!(stage(Lang::Chinese, "submitted"), "已报整改");
        assert_eq!(word(Lang::Chinese, "submitted"), "已提交");
        assert_eq!(word(Lang::English, "a_code_of_tomorrow"), "a_code_of_tomorrow");
    }

    #[test]
    fn a_text_in_both_languages_shows_its_half_and_any_other_text_is_whole() {
        assert_eq!(half(Lang::Chinese, "满分 / full points"), "满分");
        assert_eq!(half(Lang::English, "满分 / full points"), "full points");
        assert_eq!(half(Lang::English, "3/5"), "3/5");
        assert_eq!(half(Lang::English, "甲 / 乙 / 丙"), "甲 / 乙 / 丙");
    }
}
