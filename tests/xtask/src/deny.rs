//! The borders of the dependency graph, as `deny.toml` draws them.
//!
//! The tool is cargo-deny, installed once into cargo's own folder. It refuses an unknown licence, an unknown source and
//! a crate that knows somebody it should not; it is not asked about advisories, see `deny.toml`.

use crate::Refusal;
use crate::machine::{Machine, quietly};
use crate::steps::{Outcome, succeed};

/// The version that is installed where there is none; any version already there is used as it is.
const VERSION: &str = "0.20.2";

/// Checks bans, licences and sources.
pub fn check(machine: &Machine) -> Result<Outcome, Refusal> {
    if !quietly(&mut machine.cargo(&["deny", "--version"])) && !install(machine) {
        return Ok(Outcome::Skipped(format!(
            "cargo-deny is not here and could not be installed; with a network: cargo install --locked cargo-deny@{VERSION}"
        )));
    }
    println!("Advisories are not checked: they need a fetch from a git host on every run.");
    let mut deny = machine.cargo(&["deny", "--log-level", "warn", "check"]);
    // A crate may be named as allowed to know another before it exists or does.
    deny.args(["--allow", "unused-wrapper", "bans", "licenses", "sources"]);
    succeed(&mut deny)?;
    Ok(Outcome::Passed)
}

/// Compiles the tool without optimisation: it runs for two seconds, and building it takes one minute instead of many.
fn install(machine: &Machine) -> bool {
    println!("Installing cargo-deny {VERSION}, about a minute, once");
    let mut cargo = machine.cargo(&["install", "--quiet", "--locked", "--version", VERSION, "cargo-deny"]);
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "false");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    succeed(&mut cargo).is_ok()
}
