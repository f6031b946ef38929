//! How long a step may take, and the end of everything that it started when it takes longer.
//!
//! A test that hangs would otherwise hold a machine until somebody looks, and say nothing. The steps run in a second process
//! of this program, the head of a group of its own: whatever they start, however deep, belongs to the group and is ended with
//! it; so it is when the first process is interrupted. What made a group for itself, as Swift's tests do, is found below its
//! parent where `/proc` tells of it. Only Unix has groups: elsewhere a step that takes too long ends alone.

use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// In a head of a group: the number of the process that waits for it.
const HEAD: &str = "MINGCHA_XTASK_HEAD";

/// How long every step may take, in seconds, where a person says so.
pub const SECONDS: &str = "MINGCHA_STEP_SECONDS";

/// Runs this program again with the same words as the head of a group; nothing where it is one already, or cannot.
pub fn in_a_group(words: &[String]) -> Option<ExitCode> {
    if is_head() {
        return None;
    }
    let mut again = Command::new(std::env::current_exe().ok()?);
    again.args(words).env(HEAD, std::process::id().to_string()).stdin(Stdio::null());
    if !group::made(&mut again) {
        return None;
    }
    let ended = again.status().ok()?;
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    Some(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// What a person grants every step, or this many minutes.
pub fn granted(minutes: u64) -> Duration {
    let said = std::env::var(SECONDS).ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(said.unwrap_or(minutes.saturating_mul(60)))
}

/// Does this work; when it takes longer than its limit, says the sentence and ends this process with everything it started.
pub fn within<T>(limit: Duration, sentence: &str, work: impl FnOnce() -> T) -> T {
    const LOOK: Duration = Duration::from_secs(1);
    let is_in_charge = is_head();
    thread::scope(|scope| {
        let (working, ended) = mpsc::channel::<()>();
        scope.spawn(move || {
            let mut left = limit;
            while ended.recv_timeout(left.min(LOOK)) == Err(RecvTimeoutError::Timeout) {
                left = left.saturating_sub(LOOK);
                let is_left_alone = is_in_charge && !is_head();
                if left.is_zero() {
                    println!("{sentence}");
                }
                if left.is_zero() || is_left_alone {
                    let _ = io::stdout().flush();
                    if is_in_charge {
                        group::end(std::process::id());
                    }
                    std::process::exit(1);
                }
            }
        });
        let done = work();
        drop(working);
        done
    })
}

/// Whether this is the head of a group, and the process that started it is still there. Whatever a step starts inherits the
/// name, but not the parent.
fn is_head() -> bool {
    std::env::var(HEAD).is_ok_and(|parent| parent == group::parent().to_string())
}

#[cfg(unix)]
mod group {
    use std::fs;
    use std::os::unix::process::{CommandExt, parent_id};
    use std::process::Command;

    pub fn made(command: &mut Command) -> bool {
        command.process_group(0);
        true
    }

    pub fn parent() -> u32 {
        parent_id()
    }

    /// Ends whatever descends from the head, and its group at last, this process among it. The shell's own `kill`, for a small
    /// machine has no other.
    pub fn end(head: u32) {
        let all = below(head).into_iter().map(|process| process.to_string()).chain([format!("-{head}")]);
        let _ = Command::new("sh").args(["-c", "kill -s KILL -- \"$@\"", "sh"]).args(all).status();
    }

    fn below(head: u32) -> Vec<u32> {
        let processes: Vec<(u32, u32)> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let process = entry.file_name().to_str()?.parse().ok()?;
                let said = fs::read_to_string(entry.path().join("stat")).ok()?;
                // `17 (its name) S 16 ...`: the parent stands behind the state, and a name may hold anything.
                let (_, behind) = said.rsplit_once(") ")?;
                Some((process, behind.split(' ').nth(1)?.parse().ok()?))
            })
            .collect();
        let mut found = vec![head];
        let mut at = 0;
        while let Some(parent) = found.get(at).copied() {
            found.extend(processes.iter().filter(|(_, of)| *of == parent).map(|(process, _)| *process));
            at = at.saturating_add(1);
        }
        found.split_off(1)
    }
}

#[cfg(not(unix))]
mod group {
    use std::process::Command;

    pub fn made(_: &mut Command) -> bool {
        false
    }

    pub fn parent() -> u32 {
        0
    }

    pub fn end(_: u32) {}
}
