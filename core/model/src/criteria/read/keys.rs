//! The keys of one table of the file, taken out one by one, each with the shape that its value must have.
//!
//! What is left over at the end is not known and is refused; so is an empty text, wherever it stands. White space at the
//! ends of a text is nobody's: it is dropped, as a cell of a sheet would drop it.

use std::str::FromStr;

use toml::{Table, Value};

use super::LONGEST_TEXT;
use super::fault::{Fault, shown};
use crate::criteria::{Ask, Definition, Holder, Offered, PhotoNeed, ScoringModel, Source};
use crate::{AnswerType, Bilingual, ItemCode, Mode, SetCode};

pub(super) struct Keys(pub(super) Table);

/// What a value must be.
pub(super) trait Shape: Sized {
    fn read(value: Value) -> Result<Self, Fault>;
}

impl Keys {
    pub(super) fn maybe<T: Shape>(&mut self, key: &str) -> Result<Option<T>, Fault> {
        self.0.remove(key).map(|value| T::read(value).map_err(|fault| fault.inside(key))).transpose()
    }

    pub(super) fn needed<T: Shape>(&mut self, key: &str) -> Result<T, Fault> {
        self.maybe(key)?.ok_or_else(|| Fault::at(key, "缺少此项，请填写", "this is missing: add it"))
    }

    pub(super) fn or_default<T: Shape + Default>(&mut self, key: &str) -> Result<T, Fault> {
        self.maybe(key).map(Option::unwrap_or_default)
    }

    /// Refuses what nobody asked for.
    pub(super) fn done(self) -> Result<(), Fault> {
        let Some((key, _)) = self.0.into_iter().next() else { return Ok(()) };
        let (zh, en) = ("这里没有这一项，请改正或删去", "not known here: correct it or take it out");
        Err(shown(&key).map_or_else(|| Fault::new(zh, en), |key| Fault::at(key, zh, en)))
    }
}

fn table(value: Value, zh: &str, en: &str) -> Result<Keys, Fault> {
    match value {
        Value::Table(table) => Ok(Keys(table)),
        _ => Err(Fault::new(zh, en)),
    }
}

impl Shape for Value {
    fn read(value: Value) -> Result<Self, Fault> {
        Ok(value)
    }
}

impl Shape for Keys {
    fn read(value: Value) -> Result<Self, Fault> {
        table(value, "应为 { 键 = 值 } 一组", "keys with values in { } go here")
    }
}

impl Shape for String {
    fn read(value: Value) -> Result<Self, Fault> {
        let Value::String(text) = value else { return Err(Fault::new("应为文字", "a text goes here")) };
        let text = text.trim();
        if text.is_empty() {
            return Err(Fault::new("文字是空的，请填写", "an empty text: write something"));
        }
        if text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
            return Err(Fault::new(
                &format!("文字超过 {LONGEST_TEXT} 字或含换行，请写成较短的一行"),
                &format!("over {LONGEST_TEXT} characters, or with a line break: write one short line"),
            ));
        }
        Ok(text.to_owned())
    }
}

impl Shape for u32 {
    fn read(value: Value) -> Result<Self, Fault> {
        let number = value.as_integer().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| Fault::new("应为不小于 0 的整数", "a whole number goes here, 0 or more"))
    }
}

impl Shape for bool {
    fn read(value: Value) -> Result<Self, Fault> {
        value.as_bool().ok_or_else(|| Fault::new("应为 true 或 false", "true or false goes here"))
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn read(value: Value) -> Result<Self, Fault> {
        let Value::Array(values) = value else { return Err(Fault::new("应为列表", "a list goes here")) };
        let each = (1_usize..).zip(values);
        each.map(|(number, value)| T::read(value).map_err(|fault| fault.inside(&number.to_string()))).collect()
    }
}

impl Shape for Bilingual {
    fn read(value: Value) -> Result<Self, Fault> {
        let (zh, en) = ("中英文都要写", "write it in Chinese and in English");
        let mut keys = table(value, zh, en)?;
        let mut half = |key| keys.maybe(key)?.ok_or_else(|| Fault::at(key, zh, en));
        let pair = Self { zh: half("zh")?, en: half("en")? };
        keys.done().map(|()| pair)
    }
}

impl Shape for Source {
    fn read(value: Value) -> Result<Self, Fault> {
        let mut keys = table(value, "应为文件和条款", "a document and its clause go here")?;
        let source = Self { document: keys.needed("document")?, clause: keys.needed("clause")? };
        keys.done().map(|()| source)
    }
}

fn code<T: FromStr>(value: Value) -> Result<T, Fault> {
    String::read(value)?.parse().map_err(|_| {
        Fault::new(
            "编码由 1 至 32 个字母 A-Z a-z、数字和短横线组成，如 W5-4N",
            "not a code: a code is 1 to 32 letters A-Z a-z, digits and dashes, as in W5-4N",
        )
    })
}

impl Shape for ItemCode {
    fn read(value: Value) -> Result<Self, Fault> {
        code(value)
    }
}

impl Shape for SetCode {
    fn read(value: Value) -> Result<Self, Fault> {
        code(value)
    }
}

/// One of a few words, each with what it stands for.
fn word<T: Copy>(value: Value, known: &[T], name: fn(T) -> &'static str) -> Result<T, Fault> {
    let written = String::read(value)?;
    known.iter().copied().find(|one| name(*one) == written).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|one| name(*one)).collect();
        let given = shown(&written).map_or_else(String::new, |word| format!("，不能是“{word}”"));
        let not = shown(&written).map_or_else(String::new, |word| format!(", not \"{word}\""));
        Fault::new(
            &format!("应为 {} 之一{given}", names.join("、")),
            &format!("write one of {}{not}", names.join(", ")),
        )
    })
}

macro_rules! words {
    ($($name:ident by $named:ident),+ $(,)?) => {$(
        impl Shape for $name {
            fn read(value: Value) -> Result<Self, Fault> {
                word(value, &Self::ALL, Self::$named)
            }
        }
    )+};
}

words!(
    AnswerType by code,
    Ask by name,
    Definition by name,
    Holder by name,
    Mode by name,
    Offered by name,
    PhotoNeed by name,
    ScoringModel by name,
);
