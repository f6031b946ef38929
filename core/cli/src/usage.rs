//! Arguments that cannot be read, told in one line in both languages.
//!
//! What was typed may hold a name or a note, so it is not repeated, except options and commands, which hold none.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::Failure;

/// The failure that tells what is wrong with the words.
pub fn failure(error: &Error) -> Failure {
    let (zh, en) = reason(error);
    let help = format!("{} --help", command(error));
    Failure::usage(format!("{zh}，用法见 {help} / {en}; see {help}"))
}

fn reason(error: &Error) -> (String, String) {
    let argument = words(error, ContextKind::InvalidArg).join(" ");
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let typed = words(error, ContextKind::InvalidSubcommand).join(" ");
            let meant = suggestion(&words(error, ContextKind::SuggestedSubcommand));
            (format!("没有命令 {typed}{}", meant.0), format!("no such command: {typed}{}", meant.1))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("请给出命令".to_owned(), "name a command".to_owned())
        }
        ErrorKind::MissingRequiredArgument => (format!("缺少 {argument}"), format!("missing: {argument}")),
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            let meant = suggestion(&words(error, ContextKind::SuggestedArg));
            (format!("没有选项 {argument}{}", meant.0), format!("no such option: {argument}{}", meant.1))
        }
        ErrorKind::UnknownArgument => ("多余的参数".to_owned(), "one word too many".to_owned()),
        ErrorKind::InvalidValue => {
            let takes = words(error, ContextKind::ValidValue);
            if takes.is_empty() {
                (format!("{argument} 缺少取值"), format!("{argument} needs a value"))
            } else {
                let takes = takes.join(" ");
                (format!("{argument} 应为：{takes}"), format!("{argument} takes one of: {takes}"))
            }
        }
        ErrorKind::ArgumentConflict => {
            let other = words(error, ContextKind::PriorArg).join(" ");
            if other.is_empty() || other == argument {
                (format!("{argument} 只能写一次"), format!("{argument} may be given once"))
            } else {
                (format!("{argument} 与 {other} 不能同用"), format!("{argument} cannot be used with {other}"))
            }
        }
        ErrorKind::InvalidUtf8 => ("参数不是 UTF-8 文字".to_owned(), "a word is not UTF-8 text".to_owned()),
        _ if argument.is_empty() => ("参数有误".to_owned(), "the words cannot be read".to_owned()),
        _ => (format!("{argument} 的取值有误"), format!("{argument} cannot take this value")),
    }
}

fn suggestion(meant: &[String]) -> (String, String) {
    match meant.first() {
        Some(word) => (format!("（是否要 {word}？）"), format!(" (did you mean {word}?)")),
        None => (String::new(), String::new()),
    }
}

fn words(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        _ => Vec::new(),
    }
}

/// The command that was meant, as far as it was understood: `mingcha visit start`.
fn command(error: &Error) -> String {
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let path: Vec<&str> = usage
        .trim_start()
        .trim_start_matches("Usage:")
        .split_whitespace()
        .take_while(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
        .collect();
    if path.is_empty() { "mingcha".to_owned() } else { path.join(" ") }
}
