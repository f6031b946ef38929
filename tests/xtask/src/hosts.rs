//! The stories in other languages, against the real library and a real city.
//!
//! A machine without the language is told what is missing in one sentence; where nobody watches, that is a failure.

pub mod swift;

use std::fs;
use std::process::Command;

pub use swift::swift;

use crate::Refusal;
use crate::bind::{self, Language};
use crate::count::Counts;
use crate::machine::{Machine, quietly};
use crate::steps::{Outcome, succeed};

/// Kotlin: written, its names compared, compiled and told.
pub fn kotlin(machine: &Machine) -> Result<Outcome, Refusal> {
    if let Some(missing) = missing() {
        return Ok(missing);
    }
    written(machine)?;
    let reports = machine.root.join("target/android-core/surefire-reports");
    // What an earlier run reported is no proof of this one.
    if reports.exists() {
        fs::remove_dir_all(&reports).map_err(|error| format!("{}: {error}", reports.display()))?;
    }
    let told = succeed(&mut maven(machine));
    let mut counts = Counts::default();
    for report in fs::read_dir(&reports).into_iter().flatten().flatten() {
        let text = fs::read_to_string(report.path()).unwrap_or_default();
        text.lines().filter_map(surefire).for_each(|more| counts.add(more));
    }
    told?;
    if counts.any() {
        Ok(Outcome::Counted(counts))
    } else {
        Err("Not one story ran in Kotlin, which proves nothing.".into())
    }
}

/// Runs long by hand: so many openings and pages in one language. Prints what they cost, and fails where memory grew.
pub fn soak(machine: &Machine, language: Language, openings: u32, pages: u32) -> Result<Outcome, Refusal> {
    match (language, missing()) {
        (Language::Swift, _) => swift::soak(machine, openings, pages),
        (Language::Kotlin, Some(missing)) => Ok(missing),
        (Language::Kotlin, None) => {
            written(machine)?;
            let often = [format!("-Dmingcha.openings={openings}"), format!("-Dmingcha.pages={pages}")];
            // The heap is taken whole at once: whatever grows then is no heap.
            let heap = "-Dheap=-Xms64m -Xmx64m -XX:+AlwaysPreTouch";
            succeed(maven(machine).args(["-Dtest=Soak", heap]).args(often))?;
            Ok(Outcome::Passed)
        }
    }
}

fn missing() -> Option<Outcome> {
    let is_here = quietly(Command::new("mvn").arg("--version")) && quietly(Command::new("java").arg("-version"));
    let why = "Maven and a JDK of 17 or later are not here; on Debian: apt-get install maven openjdk-17-jdk-headless";
    (!is_here).then(|| Outcome::Skipped(why.into()))
}

/// Writes Kotlin, compares its names, and builds the city that stories meet.
fn written(machine: &Machine) -> Result<(), Refusal> {
    let folder = bind::write(machine, Language::Kotlin)?;
    bind::compare(machine, Language::Kotlin, &folder, false)?;
    succeed(&mut machine.cargo(&["build", "--quiet", "--workspace", "--bin", "mingcha-city"]))
}

fn maven(machine: &Machine) -> Command {
    let mut maven = Command::new("mvn");
    maven.args(["--quiet", "--batch-mode", "test"]).current_dir(machine.root.join("android/core"));
    maven
}

/// Reads `Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, ...`, the line that each report has once.
fn surefire(line: &str) -> Option<Counts> {
    let numbers = line.strip_prefix("Tests run: ")?;
    let mut parts =
        numbers.split(", ").map(|part| part.rsplit(' ').next().and_then(|number| number.parse::<u64>().ok()));
    let [run, failures, errors, ignored] = [parts.next()??, parts.next()??, parts.next()??, parts.next()??];
    let failed = failures.saturating_add(errors);
    Some(Counts { passed: run.saturating_sub(failed).saturating_sub(ignored), failed, ignored })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_stories_is_counted_and_another_line_is_not() {
        let line = "Tests run: 5, Failures: 1, Errors: 1, Skipped: 1, Time elapsed: 4.2 s -- in mingcha.LoopStory";
        assert_eq!(surefire(line), Some(Counts { passed: 2, failed: 2, ignored: 1 }));
        assert_eq!(surefire("Tests run: many"), None);
        assert_eq!(surefire("mingcha.LoopStory.loop  Time elapsed: 3 s"), None);
    }
}
