//! The sheet that every paper is on, and the few parts that they share.
//!
//! One file without anything from elsewhere: no script, no font, no address. What people typed is escaped by the
//! template and cleaned of what would turn the direction of reading.

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use mingcha_model::{Day, Stage};

use crate::wording::paper as words;

const STYLE: &str = include_str!("paper.css");
/// A browser that is handed a paper loads nothing and runs nothing, whatever is in it.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/// Whether a paper reads like a letter or like a form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Letter,
    Form,
}

/// A whole file.
pub(super) fn whole(title: &str, shape: Shape, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body class=[(shape == Shape::Form).then_some("form")] { (body) }
        }
    }
}

/// What somebody typed: escaped, its lines kept, without characters that hide or turn what is read.
pub(super) struct Typed<'a>(pub &'a str);

impl Render for Typed<'_> {
    fn render(&self) -> Markup {
        let shown: String = self.0.trim().replace("\r\n", "\n").chars().map(harmless).collect();
        html! { span class="typed" { (shown) } }
    }
}

fn harmless(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\r' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// A line to write on, for what nobody recorded.
pub(super) fn blank(label: &str) -> Markup {
    html! { (label) "：" span class="blank" { " " } }
}

/// A line to write a sentence on.
pub(super) fn long_blank(label: &str) -> Markup {
    html! { (label) "：" span class="blank wide" { " " } }
}

/// 2026年2月24日.
pub(super) fn day(day: Day) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day_of_month())
}

/// A day, or nothing.
pub(super) fn day_or(day_said: Option<Day>, otherwise: &str) -> String {
    day_said.map_or_else(|| otherwise.to_owned(), day)
}

/// Rows of a label and a value; a row without a value is left out.
pub(super) fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        table class="facts" {
            @for (label, value) in rows.iter().filter(|(_, value)| !value.0.is_empty()) {
                tr { th { (label) } td { (value) } }
            }
        }
    }
}

/// Where the finding stands, and a word across the page when it counts no more.
pub(super) fn standing(stage: Stage, marks: &[&str]) -> Markup {
    html! {
        p class="marks" { (words::STANDING) (marks.join("　")) }
        @if stage == Stage::Void { div class="watermark" { (crate::wording::stage(Stage::Void)) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_never_markup_and_turns_nothing_around() {
        let typed = "<script>alert('x')</script>\"&\u{202e}abc\u{0}\r\n第二行";
        let shown = html! { p title=(typed) { (Typed(typed)) } }.into_string();
        assert!(!shown.contains("<script"), "{shown}");
        assert!(shown.contains("&lt;script&gt;") && shown.contains("&amp;\u{fffd}abc\u{fffd}\n第二行"), "{shown}");
        assert_eq!(shown.matches('"').count(), 4, "quotes of the template alone: {shown}");
    }

    #[test]
    fn a_file_names_nothing_outside_itself() {
        let file = whole("纸", Shape::Form, &html! { p { "x" } }).into_string();
        for outside in ["http:", "https:", "url(", "@import", "<script", "<link"] {
            assert!(!file.contains(outside), "{outside}");
        }
        assert!(file.starts_with("<!DOCTYPE html>") && file.contains("size: A4"));
    }
}
