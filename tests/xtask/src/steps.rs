//! The steps of the proof, in the order in which they are cheap to fail.
//!
//! Each step says when it begins and how long it took. The first that fails, or that is not done within its limit, ends the
//! run and says how to run it alone; a step that was skipped is named again at the end, and where nobody watches it is a
//! failure, unless the machine itself bars it.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::count::Counts;
use crate::machine::Machine;
use crate::{Refusal, deny, hosts, limit, tidy};

/// What became of a step that did not fail.
#[derive(Debug)]
pub enum Outcome {
    Passed,
    Counted(Counts),
    /// Not run, and why, in one sentence.
    Skipped(String),
    /// Cannot be run by this machine, whatever is installed, and why: named, and no failure even where nobody watches.
    Barred(String),
}

/// One part of the proof.
pub struct Step {
    name: &'static str,
    takes_words: bool,
    /// How long it may take: at least twice what it took on two cores that had compiled nothing yet.
    minutes: u64,
    run: fn(&Machine, &[String]) -> Result<Outcome, Refusal>,
}

const STEPS: [Step; 8] = [
    Step { name: "fmt", takes_words: false, minutes: 5, run: |machine, _| format(machine) },
    Step { name: "tidy", takes_words: false, minutes: 5, run: |machine, _| tidy::check(machine) },
    Step { name: "deny", takes_words: false, minutes: 20, run: |machine, _| deny::check(machine) },
    Step { name: "clippy", takes_words: true, minutes: 30, run: clippy },
    Step { name: "docs", takes_words: true, minutes: 30, run: docs },
    Step { name: "suite", takes_words: true, minutes: 60, run: suite },
    Step { name: "kotlin", takes_words: false, minutes: 30, run: |machine, _| hosts::kotlin(machine) },
    Step { name: "swift", takes_words: true, minutes: 40, run: hosts::swift },
];

/// The step of that name.
pub fn named(name: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.name == name)
}

/// Runs one step alone.
pub fn one(step: &Step, machine: &Machine, words: &[String]) -> Result<Outcome, Refusal> {
    if !step.takes_words && !words.is_empty() {
        return Err(format!("`cargo xtask {}` looks at everything and takes no words.", step.name));
    }
    let (outcome, _) = announced(step, machine, words)?;
    if let Outcome::Counted(counts) = outcome {
        println!("{counts}");
    }
    Ok(outcome)
}

/// Runs every step; the last line is the sum of all tests.
pub fn all(machine: &Machine) -> Result<Outcome, Refusal> {
    let steps: Vec<_> = STEPS.iter().map(|step| (step, Vec::new())).collect();
    several(machine, &steps)
}

/// Runs these steps, each with its words; the last line is the sum of their tests. Skipped is what comes back where one was.
pub fn several(machine: &Machine, steps: &[(&Step, Vec<String>)]) -> Result<Outcome, Refusal> {
    let mut times = Vec::new();
    let mut total = Counts::default();
    let mut skipped = Vec::new();
    for (step, words) in steps {
        let (outcome, time) = announced(step, machine, words)?;
        times.push(format!("{} {}", step.name, seconds(time)));
        match outcome {
            Outcome::Passed => {}
            Outcome::Counted(counts) => total.add(counts),
            Outcome::Skipped(why) => skipped.push(format!("Skipped {}: {why}", step.name)),
            Outcome::Barred(why) => skipped.push(format!("Cannot be run here, {}: {why}", step.name)),
        }
    }
    println!("== all steps: {}", times.join(", "));
    for line in &skipped {
        println!("{line}");
    }
    println!("{total}");
    if skipped.is_empty() { Ok(Outcome::Counted(total)) } else { Ok(Outcome::Skipped(skipped.join("\n"))) }
}

/// Installs what the steps need, within a limit as they are.
pub fn prepared() -> Machine {
    let limit = limit::granted(20);
    let sentence =
        format!("The machine could not be prepared within {}. To install by hand: see README.md", seconds(limit));
    limit::within(limit, &sentence, Machine::prepared)
}

fn announced(step: &Step, machine: &Machine, words: &[String]) -> Result<(Outcome, Duration), Refusal> {
    let name = step.name;
    println!("== {name}");
    let start = now();
    let typed = format!("cargo xtask {}", [&[name.to_owned()], words].concat().join(" "));
    let alone = format!("To run it alone: {typed}");
    let limit = limit::granted(step.minutes);
    let sentence = format!(
        "== {name} FAILED: it was not done within {}, and was ended with everything it had started. {alone}\n\
         Where it only needs longer: {}={} {typed}",
        seconds(limit),
        limit::SECONDS,
        limit.as_secs().saturating_mul(2)
    );
    let outcome = limit::within(limit, &sentence, || (step.run)(machine, words));
    let time = start.elapsed();
    match outcome {
        Err(refusal) => Err(format!("== {name} FAILED after {}. {alone}\n{refusal}", seconds(time))),
        Ok(Outcome::Skipped(why)) if machine.unattended => {
            Err(format!("== {name} FAILED: it may not be skipped where CI=true. {alone}\n{why}"))
        }
        Ok(Outcome::Skipped(why)) => {
            println!("== {name} skipped: {why}");
            Ok((Outcome::Skipped(why), time))
        }
        Ok(Outcome::Barred(why)) => {
            println!("== {name} cannot be run here: {why}");
            Ok((Outcome::Barred(why), time))
        }
        Ok(outcome) => {
            println!("== {name} passed in {}", seconds(time));
            Ok((outcome, time))
        }
    }
}

fn format(machine: &Machine) -> Result<Outcome, Refusal> {
    succeed(&mut machine.cargo(&["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

/// Tests may add numbers without a proof; what follows `--` outranks the workspace's own levels.
fn clippy(machine: &Machine, words: &[String]) -> Result<Outcome, Refusal> {
    let strict = ["--", "-D", "warnings"];
    succeed(machine.cargo(&["clippy"]).args(scope(words)).args(strict))?;
    let tests = ["--tests", "--benches"];
    // A test that cannot go on should stop; clippy itself excuses only functions that are marked as tests.
    let relaxed = [
        "-Aclippy::arithmetic_side_effects",
        "-Aclippy::unwrap_used",
        "-Aclippy::expect_used",
        "-Aclippy::panic",
        "-Aclippy::indexing_slicing",
        "-Aclippy::disallowed_methods",
    ];
    succeed(machine.cargo(&["clippy"]).args(scope(words)).args(tests).args(strict).args(relaxed))?;
    Ok(Outcome::Passed)
}

/// Libraries only, because the program `mingcha` and the library `mingcha` would write the same page.
fn docs(machine: &Machine, words: &[String]) -> Result<Outcome, Refusal> {
    let mut doc = machine.cargo(&["doc", "--no-deps"]);
    doc.args(scope(words)).env("RUSTDOCFLAGS", "-D warnings");
    if words.is_empty() {
        doc.arg("--lib");
    }
    succeed(&mut doc)?;
    Ok(Outcome::Passed)
}

/// Runs the tests of every program even after one failed, so that the sum at the end is the whole sum.
fn suite(machine: &Machine, words: &[String]) -> Result<Outcome, Refusal> {
    let mut test = machine.cargo(&["test", "--no-fail-fast"]);
    test.args(scope(words));
    println!("$ {}", typed(&test));
    let mut counts = Counts::default();
    let status = heard(&mut test, |line| counts.read(line))?;
    if counts.ignored > 0 {
        println!("Marked as ignored, so not run: {}", counts.ignored);
    }
    if !status.success() || counts.failed > 0 {
        return Err(format!("Something did not compile, crashed or failed; the output above names it.\n{counts}"));
    }
    if !counts.any() {
        return Err(format!("Not one test ran, which proves nothing.\n{counts}"));
    }
    Ok(Outcome::Counted(counts))
}

/// Runs a command; shows what it prints line by line as it comes, and lets each line be heard.
pub fn heard(command: &mut Command, hear: impl FnMut(&str)) -> Result<ExitStatus, Refusal> {
    let typed = typed(command);
    let cannot = |error: io::Error| format!("`{typed}` cannot be started or read: {error}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(cannot)?;
    let output = child.stdout.take().ok_or_else(|| format!("What `{typed}` prints cannot be read"))?;
    passed_on(output, &mut io::stdout(), hear).map_err(cannot)?;
    child.wait().map_err(cannot)
}

/// Copies output line by line as it comes. Lines are bytes: a test may print anything.
fn passed_on(output: impl io::Read, screen: &mut impl Write, mut hear: impl FnMut(&str)) -> io::Result<()> {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        screen.write_all(&line)?;
        hear(&String::from_utf8_lossy(&line));
        line.clear();
    }
    screen.flush()
}

fn scope(words: &[String]) -> Vec<String> {
    if words.is_empty() { vec!["--workspace".into()] } else { words.to_vec() }
}

/// Shows a command as a person would type it, runs it with our own terminal, and refuses any end but success.
pub fn succeed(command: &mut Command) -> Result<(), Refusal> {
    let typed = typed(command);
    println!("$ {typed}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{typed}` ended with {status}; its output above says why.")),
        Err(error) => Err(format!("`{typed}` cannot be started: {error}")),
    }
}

fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words: Vec<_> = std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a step took is for the person who waits; no product rule sees it"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_test_prints_is_counted_even_between_bytes_that_are_no_text() {
        let output = b"\xff\xfe\ntest result: ok. 6 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\nlast line";
        let (mut screen, mut counts) = (Vec::new(), Counts::default());
        passed_on(output.as_slice(), &mut screen, |line| counts.read(line)).unwrap();
        assert_eq!(counts.passed, 6);
        assert_eq!(screen, output);
    }

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/some/folder/cargo");
        command.args(["test", "--workspace"]);
        assert_eq!(typed(&command), "cargo test --workspace");
    }

    #[test]
    fn a_command_that_ends_badly_or_never_begins_is_refused_by_name() {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let bad_end = succeed(Command::new(rustc).arg("--no-such-flag").stderr(Stdio::null())).unwrap_err();
        assert!(bad_end.contains("--no-such-flag"), "{bad_end}");
        let no_start = succeed(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(no_start.contains("cannot be started"), "{no_start}");
    }

    #[test]
    fn where_nobody_watches_a_skipped_step_fails_and_one_that_the_machine_bars_does_not() {
        let mut machine = Machine::found();
        machine.unattended = true;
        let skipped = Step {
            name: "skipped",
            takes_words: false,
            minutes: 1,
            run: |_, _| Ok(Outcome::Skipped("not here".into())),
        };
        let barred =
            Step { name: "barred", takes_words: false, minutes: 1, run: |_, _| Ok(Outcome::Barred("no room".into())) };
        assert!(one(&skipped, &machine, &[]).unwrap_err().contains("may not be skipped"));
        assert!(matches!(one(&barred, &machine, &[]), Ok(Outcome::Barred(_))));
        machine.unattended = false;
        assert!(matches!(one(&skipped, &machine, &[]), Ok(Outcome::Skipped(_))));
    }

    #[test]
    fn a_step_that_looks_at_everything_takes_no_words() {
        let step = named("fmt").unwrap();
        assert!(one(step, &Machine::found(), &["-p".into()]).unwrap_err().contains("takes no words"));
    }
}
