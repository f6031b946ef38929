//! The program as a person runs it: what hangs is ended, what is interrupted takes everything along, wrong words are answered.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A cargo that starts something of its own and never ends; whatever outlives the step says so into the step's output.
fn hanging_cargo(folder: &Path) -> PathBuf {
    let cargo = folder.join("cargo");
    // As Swift's tests are started: in a group of their own, which only Linux tells of.
    let apart = "perl -e 'setpgrp(0, 0); $| = 1; print \"begun\\n\"; sleep 20; print \"outlived\\n\"' &";
    let begun = if cfg!(target_os = "linux") { apart } else { "echo begun" };
    let script = format!("#!/bin/sh\n(sleep 20; echo outlived) &\n{begun}\nsleep 20\necho outlived\n");
    fs::write(&cargo, script).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    cargo
}

fn xtask(words: &[&str]) -> Command {
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    xtask.args(words).env_remove("CI").stdin(Stdio::null());
    xtask
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_step_that_hangs_is_ended_with_everything_it_started_and_says_how_to_run_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut fmt = xtask(&["fmt"]);
    fmt.env("CARGO", hanging_cargo(folder.path())).env("MINGCHA_STEP_SECONDS", "3");
    // All that hold the output are gone when it has come to its end.
    let output = fmt.output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in [
        "begun",
        "== fmt FAILED",
        "not done within 3.0 s",
        "To run it alone: cargo xtask fmt",
        "MINGCHA_STEP_SECONDS=6",
    ] {
        assert!(said.contains(words), "{words} is missing:\n{said}");
    }
    assert!(!said.contains("outlived"), "{said}");
}

#[test]
fn whoever_interrupts_the_program_interrupts_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let mut fmt = xtask(&["fmt"]);
    let mut running = fmt.env("CARGO", hanging_cargo(folder.path())).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(running.stdout.take().unwrap());
    let mut line = String::new();
    while line.trim() != "begun" {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "it ended before it began");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("outlived"), "{rest}");
}

#[test]
fn wrong_words_are_answered_with_right_ones_and_no_command_is_a_help() {
    let help = xtask(&[]).output().unwrap();
    assert!(help.status.success() && said(&help).contains("cargo xtask COMMAND"));
    for (words, answer) in [
        (vec!["tset"], "There is no command `tset`"),
        (vec!["test", "suite"], "--hosts kotlin,swift"),
        (vec!["test", "--hosts"], "--hosts kotlin,swift"),
        (vec!["test", "--hosts", "kotlin,java"], "--hosts kotlin,swift"),
        (vec!["fmt", "now"], "takes no words"),
        (vec!["swift", "--instal"], "--install"),
        (vec!["bind"], "kotlin, swift, android or apple"),
        (vec!["bind", "kotlin", "--yes"], "--accept"),
        (vec!["soak", "kotlin", "often"], "cargo xtask soak kotlin 10000 100000"),
        (vec!["bench"], "cargo xtask bench merge"),
        (vec!["fuzz", "photo"], "cargo xtask fuzz photo --seconds 600"),
    ] {
        let output = xtask(&words).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(said(&output).contains(answer), "{words:?}: {}", said(&output));
    }
}
