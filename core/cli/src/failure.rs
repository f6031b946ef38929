//! Why a command was not done, as one line: what a script reads and what a person reads.
//!
//! It never prints on stdout, and it adds nothing to what the façade says: those sentences hold no names.

use std::io::Write;
use std::process::ExitCode;

use mingcha::{MingchaError, Mistake};
use serde::Serialize;

use crate::output::plain;

/// Why a command was not done.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// The stable code in snake case.
    #[serde(rename = "error")]
    code: String,
    /// What happened and what to do.
    message: String,
    /// 2 for the caller's mistake, else 1.
    #[serde(skip)]
    exit: u8,
}

impl Failure {
    /// Words that are no command.
    pub fn usage(message: String) -> Self {
        Self { code: "usage".to_owned(), message, exit: 2 }
    }

    /// The answer could not be printed.
    pub fn output() -> Self {
        Self {
            code: "output".to_owned(),
            message: "结果无法输出；已办成的不受影响 / the answer could not be printed; what was done stays done"
                .to_owned(),
            exit: 1,
        }
    }

    /// Photos were taken that no copies can be made of.
    pub fn unusable(count: usize) -> Self {
        Self {
            code: "unusable_photo".to_owned(),
            message: format!(
                "{count} 张照片已损坏，制作不了副本，请重拍；原件已保存，见 photo list / {count} photos are damaged and no \
                 copies can be made of them: take them again; the originals are kept, see `photo list`"
            ),
            exit: 1,
        }
    }

    /// Prints the one line on stderr.
    pub fn report(self, json: bool) -> ExitCode {
        self.print(json);
        ExitCode::from(self.exit)
    }

    /// Prints the same line of something that waits, and is no failure.
    pub fn print(&self, json: bool) {
        let line = if json {
            serde_json::to_string(self).unwrap_or_else(|_| format!("{{\"error\":\"{}\"}}", self.code))
        } else {
            format!("mingcha: {} ({})", plain(&self.message), self.code)
        };
        // Nobody listens when stderr is closed; the exit code still speaks.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

impl From<MingchaError> for Failure {
    fn from(error: MingchaError) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string(), exit: if error.is_mistake() { 2 } else { 1 } }
    }
}

impl From<Mistake> for Failure {
    fn from(mistake: Mistake) -> Self {
        MingchaError::from(mistake).into()
    }
}
