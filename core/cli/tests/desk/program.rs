//! Runs the real program in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A desk with one phone's folder that does not exist yet.
pub struct Desk {
    folder: TempDir,
}

/// What a run left behind.
pub struct Ran {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn mingcha() -> Desk {
    Desk { folder: TempDir::new().unwrap() }
}

impl Desk {
    /// The folder of the phone.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("phone")
    }

    /// A folder for files beside the phone.
    pub fn beside(&self) -> &Path {
        self.folder.path()
    }

    /// The program with these words.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingcha"));
        command.env("MINGCHA_HOME", self.home()).args(words).current_dir(self.folder.path());
        command
    }

    /// Runs the program with these words.
    pub fn run(&self, words: &[&str]) -> Ran {
        let output = self.command(words).output().unwrap();
        Ran {
            exit: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs it with `--json` and expects the one value.
    pub fn json(&self, words: &[&str]) -> Value {
        let ran = self.run(&[&["--json"], words].concat());
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{words:?}");
        serde_json::from_str(&ran.stdout).unwrap()
    }
}

impl Ran {
    /// The one JSON object on stderr.
    pub fn error(&self) -> Value {
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert_eq!(self.stdout, "");
        serde_json::from_str(&self.stderr).unwrap()
    }
}
