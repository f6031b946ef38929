//! The seam in other languages: builds the library, has Kotlin or Swift written from it, and keeps the list of names.
//!
//! What is written lies below `target/bind` and is never committed; the reviewed list of public names in
//! `bindings/surface` is. A language is only ever written from a library with its symbols: stripped, it says nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Refusal;
use crate::machine::Machine;
use crate::steps::succeed;
use crate::surface;

/// A language that the seam is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Kotlin,
    Swift,
}

impl Language {
    pub fn named(name: &str) -> Option<Self> {
        [Self::Kotlin, Self::Swift].into_iter().find(|one| one.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Kotlin => "kotlin",
            Self::Swift => "swift",
        }
    }

    /// What bindgen writes for it, of which the public names are kept.
    fn written(self) -> &'static str {
        match self {
            Self::Kotlin => "mingcha/core/mingcha.kt",
            Self::Swift => "MingchaCore.swift",
        }
    }
}

/// Writes a language from a fresh library; gives the folder.
pub fn write(machine: &Machine, language: Language) -> Result<PathBuf, Refusal> {
    let library = library(machine)?;
    let bindgen = machine.root.join("target/bindgen");
    let manifest = machine.root.join("bindings/bindgen/Cargo.toml");
    let mut build = machine.cargo(&["build", "--quiet", "--locked"]);
    succeed(build.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&bindgen))?;
    let folder = machine.root.join("target/bind").join(language.name());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let mut write = std::process::Command::new(bindgen.join("debug/mingcha-bindgen"));
    write.args(["generate", "--no-format", "--language", language.name(), "--out-dir"]).arg(&folder);
    succeed(write.arg("--library").arg(&library).current_dir(&machine.root))?;
    Ok(folder)
}

/// Builds the library as the suite builds it, so that nothing is compiled twice; gives its place below `target/bind`.
pub fn library(machine: &Machine) -> Result<PathBuf, Refusal> {
    succeed(&mut machine.cargo(&["test", "--quiet", "--workspace", "--no-run", "--test", "seam"]))?;
    let name = format!("{}mingcha_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let built = machine.root.join("target/debug/deps").join(&name);
    let folder = machine.root.join("target/bind/library");
    let (new, here) = (folder.join("new"), folder.join(&name));
    // Under its name in one step: a program that runs with the old one keeps it.
    let copied =
        fs::create_dir_all(&folder).and_then(|()| fs::copy(&built, &new)).and_then(|_| fs::rename(&new, &here));
    copied.map_err(|error| format!("{} cannot be copied: {error}", built.display()))?;
    Ok(here)
}

/// Compares the public names with the reviewed list, or writes the list anew where a person asked for it.
pub fn compare(machine: &Machine, language: Language, folder: &Path, accept: bool) -> Result<(), Refusal> {
    let source = folder.join(language.written());
    let text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    let names = match language {
        Language::Kotlin => surface::kotlin(&text),
        Language::Swift => surface::swift(&text),
    };
    let list = machine.root.join("bindings/surface").join(format!("{}.txt", language.name()));
    if accept {
        return fs::write(&list, names).map_err(|error| format!("{}: {error}", list.display()));
    }
    let reviewed = fs::read_to_string(&list).unwrap_or_default();
    let differences = surface::differences(&reviewed, &names);
    if differences.is_empty() {
        println!("{} public names in {}, as reviewed", names.lines().count(), language.name());
        return Ok(());
    }
    Err(format!(
        "The public names in {} are not those of {}:\n{}\nWhere that is meant: cargo xtask bind {} --accept, and commit the list.",
        language.name(),
        list.display(),
        differences.join("\n"),
        language.name()
    ))
}
