//! How a command fails: a code for programs, a line for people, and whose turn it is now.
//!
//! A failure never repeats what people are called; codes and ids may stand in it.

use std::process::ExitCode;

use clap::error::ErrorKind;
use mingcha_city::CityError;
use mingcha_city::load::{BadLoad, Mistake};
use mingcha_model::Bilingual;
use serde_json::json;

use super::speech::{Lang, line};

/// A command that did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    message: Bilingual,
    callers_mistake: bool,
    mistakes: Vec<Mistake>,
}

impl Failure {
    /// The caller's mistake: nothing was changed.
    pub(crate) fn mistake(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, message: Bilingual { zh: zh.into(), en: en.into() }, callers_mistake: true, mistakes: Vec::new() }
    }

    /// Not the caller's mistake.
    pub(crate) fn trouble(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { callers_mistake: false, ..Self::mistake(code, zh, en) }
    }

    /// A command line that cannot be understood, on one line.
    pub(crate) fn usage(error: &clap::Error) -> Self {
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            return Self::mistake(
                "usage",
                "没有写命令，请用 mingcha-city --help 查看用法",
                "no command was given: see `mingcha-city --help`",
            );
        }
        let told = error.render().to_string();
        let first = told.split("\n\n").next().unwrap_or_default();
        let first = first.strip_prefix("error: ").unwrap_or(first);
        let told = first.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::mistake(
            "usage",
            format!("命令写法有误（{told}），请用 mingcha-city --help 查看用法"),
            format!("{told}: see `mingcha-city --help`"),
        )
    }

    /// Says it on stderr, in one line, and what the program's exit code is.
    pub(crate) fn tell(&self, lang: Option<Lang>, json: bool) -> ExitCode {
        let message = line(&self.message, lang).replace(['\n', '\r'], " ");
        if json {
            let mut told = json!({ "error": self.code, "message": message });
            if let (false, Some(told)) = (self.mistakes.is_empty(), told.as_object_mut()) {
                told.insert("mistakes".to_owned(), json!(self.mistakes));
            }
            eprintln!("{told}");
        } else {
            eprintln!("{message}");
        }
        if self.callers_mistake { ExitCode::from(2) } else { ExitCode::from(1) }
    }
}

impl From<CityError> for Failure {
    fn from(error: CityError) -> Self {
        let told = error.to_string();
        let (zh, en) = told.split_once(" / ").unwrap_or((&told, &told));
        Self {
            code: error.code(),
            message: Bilingual::new(zh, en),
            callers_mistake: error.is_callers_mistake(),
            mistakes: Vec::new(),
        }
    }
}

impl From<BadLoad> for Failure {
    fn from(bad: BadLoad) -> Self {
        let code = match bad {
            BadLoad::Unreadable { .. } => "file_unreadable",
            BadLoad::Mistakes { .. } => "file_mistakes",
        };
        Self { code, message: bad.told(), callers_mistake: true, mistakes: bad.mistakes().to_vec() }
    }
}
