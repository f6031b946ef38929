//! The most memory that a program held, read from the system before the program ends.
//!
//! The program is held in its last write: both its outputs are a pipe that is full. What the system then says of it is the
//! whole of its life, whatever else the machine is busy with. Linux alone says it.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::town::must;

/// What a program left.
#[derive(Debug)]
pub struct Peak {
    /// The most memory that it held at once, file pages of its own program included, in bytes.
    pub bytes: u64,
    /// The exit code; 137 when it was killed.
    pub code: i32,
    /// Everything that it printed, on both outputs.
    pub said: String,
}

/// Runs a program to its end; it must print something as the last thing it does.
///
/// # Panics
/// When it cannot be started, or ends without a word.
pub fn peak(mut command: Command) -> Peak {
    let (mut ours, theirs) = must(UnixStream::pair());
    let mut filled = 0_usize;
    must(theirs.set_nonblocking(true));
    // Spaces: whoever reads JSON passes over them.
    for size in [4_096, 1] {
        loop {
            match (&theirs).write(&vec![b' '; size]) {
                Ok(written) => filled = filled.saturating_add(written),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("a pipe cannot be filled: {error}"),
            }
        }
    }
    must(theirs.set_nonblocking(false));
    command.stdin(Stdio::null()).stdout(OwnedFd::from(must(theirs.try_clone()))).stderr(OwnedFd::from(theirs));
    let mut child = must(command.spawn());
    // With it goes our own end of what the program writes to: reading ends when the program does.
    drop(command);
    let process = format!("/proc/{}", child.id());
    let mut before = None;
    let mut still = 0_u8;
    while still < 3 {
        sleep(Duration::from_millis(5));
        let now = asleep(&process);
        still = if now.is_some() && now == before { still.saturating_add(1) } else { 0 };
        before = now;
    }
    let status = must(fs::read_to_string(format!("{process}/status")));
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    let mut said = Vec::new();
    must(ours.read_to_end(&mut said));
    let code = must(child.wait()).code().unwrap_or(137);
    let said = String::from_utf8_lossy(said.get(filled..).unwrap_or_default()).into_owned();
    assert!(!said.is_empty(), "the program ended without a word: exit {code}");
    Peak { bytes: kilobytes.unwrap_or_else(|| panic!("the system names no peak")).saturating_mul(1_024), code, said }
}

/// The processor time of a process that sleeps; nothing of one that runs or waits for a disk.
fn asleep(process: &str) -> Option<String> {
    let stat = must(fs::read_to_string(format!("{process}/stat")));
    // Behind the name, which may hold anything: state, then eleven fields, then user and system time (proc(5)).
    let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
    assert_ne!(fields.first(), Some(&"Z"), "the program ended before it said a word");
    let times = fields.get(11..13)?.join(" ");
    (fields.first() == Some(&"S")).then_some(times)
}
