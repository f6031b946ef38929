//! What a command says when it is done: a JSON value for programs, a text in two languages for people.

use clap::ValueEnum;
use mingcha_model::Bilingual;
use serde_json::Value;

/// The one language of a command's texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 中文 / Chinese
    Zh,
    /// 英文 / English
    En,
}

/// The result of a command.
pub(crate) struct Said {
    json: Value,
    text: Bilingual,
}

impl Said {
    /// A result as one JSON value and as text.
    pub(crate) fn new(json: Value, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { json, text: Bilingual { zh: zh.into(), en: en.into() } }
    }

    /// What is printed on stdout.
    pub(crate) fn told(&self, lang: Option<Lang>, json: bool) -> String {
        if json {
            return self.json.to_string();
        }
        let Bilingual { zh, en } = &self.text;
        match lang {
            None if zh == en => zh.clone(),
            None => format!("{zh}\n{en}"),
            Some(Lang::Zh) => zh.clone(),
            Some(Lang::En) => en.clone(),
        }
    }
}

/// A line in the language asked for, or in both.
pub(crate) fn line(text: &Bilingual, lang: Option<Lang>) -> String {
    match lang {
        None => format!("{} / {}", text.zh, text.en),
        Some(Lang::Zh) => text.zh.clone(),
        Some(Lang::En) => text.en.clone(),
    }
}
