//! The seam in other languages: builds the library, has Kotlin or Swift written from it, and keeps the list of names.
//!
//! What is written lies below `target/bind` and is never committed; the reviewed list of public names in
//! `bindings/surface` is. A language is only ever written from a library with its symbols: stripped, it says nothing.

pub mod android;
pub mod apple;
mod cases;
pub mod hidden;
mod pages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Refusal;
use crate::machine::Machine;
use crate::steps::succeed;
use crate::surface::{self, Surface};

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

/// The name under which Swift imports the header: the tool's own map names modules that only Apple has.
const MODULE_MAP: &str = "module MingchaFFI {\n    header \"MingchaFFI.h\"\n    export *\n}\n";

/// Writes a language from a fresh library; gives the folder.
pub fn write(machine: &Machine, language: Language) -> Result<PathBuf, Refusal> {
    written_into(machine, language, &machine.root.join("target/bind").join(language.name()))
}

/// The same, into this folder.
fn written_into(machine: &Machine, language: Language, folder: &Path) -> Result<PathBuf, Refusal> {
    let library = library(machine)?;
    let bindgen = machine.root.join("target/bindgen");
    let manifest = machine.root.join("bindings/bindgen/Cargo.toml");
    let mut build = machine.cargo(&["build", "--quiet", "--locked"]);
    succeed(build.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&bindgen))?;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let mut write = Command::new(bindgen.join("debug/mingcha-bindgen"));
    write.args(["generate", "--no-format", "--language", language.name(), "--out-dir"]).arg(folder);
    succeed(write.arg("--library").arg(&library).current_dir(&machine.root))?;
    let file = folder.join(language.written());
    let rewritten = |text: String| match language {
        Language::Kotlin => hidden::in_kotlin(&text),
        Language::Swift => hidden::in_swift(&cases::written_small(&text)),
    };
    let said = fs::read_to_string(&file).and_then(|text| fs::write(&file, rewritten(text)));
    said.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(folder.to_owned())
}

/// Whether Rust can build for this target: whether its standard library for it is installed.
fn has_target(target: &str) -> bool {
    let asked = Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output();
    asked.is_ok_and(|answer| Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_dir())
}

fn without_targets(system: &str, missing: &[&str]) -> String {
    format!(
        "Rust's part for {system} is not here, so nothing was built for it: rustup target add {}",
        missing.join(" ")
    )
}

/// Builds the library as the suite builds it, so that nothing is compiled twice; gives its place below `target/bind`.
pub fn library(machine: &Machine) -> Result<PathBuf, Refusal> {
    succeed(&mut machine.cargo(&["test", "--quiet", "--workspace", "--no-run", "--test", "seam"]))?;
    let name = library_name();
    let built = machine.root.join("target/debug/deps").join(&name);
    let folder = machine.root.join("target/bind/library");
    let (new, here) = (folder.join("new"), folder.join(&name));
    // Under its name in one step: a program that runs with the old one keeps it.
    let copied =
        fs::create_dir_all(&folder).and_then(|()| fs::copy(&built, &new)).and_then(|_| fs::rename(&new, &here));
    copied.map_err(|error| format!("{} cannot be copied: {error}", built.display()))?;
    Ok(here)
}

/// What the library's file is called on this machine.
pub fn library_name() -> String {
    format!("{}mingcha_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// Compares the public names with the reviewed list, or writes the list anew where a person asked for it.
pub fn compare(machine: &Machine, language: Language, folder: &Path, accept: bool) -> Result<(), Refusal> {
    let source = folder.join(language.written());
    let text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    let Surface { names, undocumented, of_the_tool } = match language {
        Language::Kotlin => surface::kotlin(&text),
        Language::Swift => surface::swift(&text),
    };
    if !of_the_tool.is_empty() {
        return Err(format!(
            "A developer would meet the tool that wrote these; hide them in tests/xtask/src/bind/hidden.rs, or give them \
             names of the product in bindings/ffi:\n{}",
            of_the_tool.join("\n")
        ));
    }
    if !undocumented.is_empty() {
        return Err(format!(
            "Nothing says what these are; document them in bindings/ffi:\n{}",
            undocumented.join("\n")
        ));
    }
    let list = machine.root.join("bindings/surface").join(format!("{}.txt", language.name()));
    if accept {
        return fs::write(&list, names).map_err(|error| format!("{}: {error}", list.display()));
    }
    let reviewed = fs::read_to_string(&list).unwrap_or_default();
    let differences = surface::differences(&reviewed, &names);
    if differences.is_empty() {
        println!("{} public names in {}, all documented, as reviewed", names.lines().count(), language.name());
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
