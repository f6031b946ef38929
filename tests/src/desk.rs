//! One phone at a desk: a folder, what it believes the time is, and the program that does whatever a phone can do.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The programs `mingcha` and `mingcha-city`, built once for all stories.
///
/// # Panics
/// When they cannot be built.
pub fn programs() -> &'static (PathBuf, PathBuf) {
    static BUILT: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    BUILT.get_or_init(|| {
        let here = std::env::current_exe().unwrap_or_default();
        // target/debug/deps/story-0123456789abcdef
        let folder = here.ancestors().nth(2).map(Path::to_owned).unwrap_or_default();
        // The programs are of the same make as the story.
        let make = folder.ends_with("release").then_some("--release");
        let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            // The whole workspace chooses the features, as in the suite: nothing is compiled twice.
            .args(["build", "--quiet", "--workspace", "--bin", "mingcha", "--bin", "mingcha-city"])
            .args(make)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .status();
        assert!(built.is_ok_and(|status| status.success()), "the programs cannot be built");
        (folder.join("mingcha"), folder.join("mingcha-city"))
    })
}

/// What a command answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The exit code; 137 when it was killed.
    pub code: i32,
    /// What stood on stdout, as JSON; null when nothing did.
    pub json: Value,
    /// What stood on stderr.
    pub stderr: String,
}

impl Answer {
    /// Reads what a finished command left.
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(137),
            json: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The code of the error, from the JSON line on stderr.
    pub fn error(&self) -> String {
        let line: Value =
            self.stderr.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        line["error"].as_str().unwrap_or_default().to_owned()
    }
}

/// One phone at a desk.
pub struct Desk {
    /// Its folder.
    pub home: PathBuf,
    /// What it believes the time is, RFC 3339.
    pub now: String,
}

impl Desk {
    /// A phone in this folder.
    pub fn new(home: impl Into<PathBuf>, now: &str) -> Self {
        Self { home: home.into(), now: now.to_owned() }
    }

    /// The command with these words, ready to run.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&programs().0);
        command.arg("--home").arg(&self.home).args(["--json", "--now", &self.now]).args(words).stdin(Stdio::null());
        command
    }

    /// Runs a command, whatever comes of it.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn try_run(&self, words: &[&str]) -> Answer {
        let output = self.command(words).output();
        Answer::of(&output.unwrap_or_else(|error| panic!("mingcha does not start: {error}")))
    }

    /// What a command says to a reader of this language, `zh` or `en`, on both outputs.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn in_words(&self, lang: &str, words: &[&str]) -> String {
        let mut command = Command::new(&programs().0);
        command.arg("--home").arg(&self.home).args(["--lang", lang, "--now", &self.now]).args(words);
        let output = command.stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("mingcha does not start: {error}"));
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat()
    }

    /// Runs a command that must do what it is asked, and gives what it printed.
    ///
    /// # Panics
    /// When it does not exit with 0.
    #[track_caller]
    pub fn run(&self, words: &[&str]) -> Value {
        let answer = self.try_run(words);
        assert_eq!(answer.code, 0, "{words:?}: {}", answer.stderr);
        answer.json
    }

    /// Runs a command that must refuse, with this exit code and this error.
    ///
    /// # Panics
    /// When it does anything else, or prints something on stdout.
    #[track_caller]
    pub fn refuses(&self, words: &[&str], code: i32, error: &str) {
        let answer = self.try_run(words);
        assert_eq!((answer.code, answer.error().as_str()), (code, error), "{words:?}: {}", answer.stderr);
        assert_eq!(answer.json, Value::Null, "{words:?} printed something although it failed");
    }

    /// One text of what a command printed.
    ///
    /// # Panics
    /// When the command fails or the key is not there.
    #[track_caller]
    pub fn text(&self, words: &[&str], key: &str) -> String {
        let printed = self.run(words);
        printed[key].as_str().unwrap_or_else(|| panic!("{words:?} printed no {key}: {printed}")).to_owned()
    }
}
