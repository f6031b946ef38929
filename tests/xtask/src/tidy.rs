//! Rules about files that no compiler looks at.
//!
//! Every offence is printed with its place. The rules hold for what git knows; a new file is looked at once it is added.
//! An exception to the length of a file stands below with its reason, and goes when the file gets shorter.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Refusal;
use crate::machine::{Machine, quietly};
use crate::steps::Outcome;

/// A Rust file longer than this many lines is two thoughts.
const LONGEST: usize = 500;

/// Rust files that may be longer, and why.
const LONG_FOR_A_REASON: [(&str, &str); 0] = [];

/// Endings of files that a program wrote and a program can write again.
const GENERATED: [&str; 14] = [
    ".a", ".apk", ".class", ".db", ".db-shm", ".db-wal", ".dylib", ".o", ".rlib", ".rmeta", ".so", ".sqlite",
    ".sqlite3", ".profraw",
];

/// Databases of released versions are kept on purpose, to prove that newer versions still open them.
const FROZEN: &str = "tests/databases/";

/// Beginnings of paths that exist on one machine only. Joined from pieces, so that this file may be looked at too.
const MACHINE_FOLDERS: [&str; 4] =
    [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "Users/"), concat!("/", "work/")];

/// The exception that hides; the one that is wanted is called `expect` and disappears with its cause.
const HIDING: [&str; 2] = [concat!("#", "[allow("), concat!("#", "![allow(")];

/// Looks at every file that git knows.
pub fn check(machine: &Machine) -> Result<Outcome, Refusal> {
    let Some(paths) = tracked(&machine.root) else {
        return Ok(Outcome::Skipped("this folder is no git checkout, so nothing says which files belong to it".into()));
    };
    let mut offences = Vec::new();
    for path in &paths {
        // A file that was deleted but is still known to git has nothing to say.
        if let Ok(content) = fs::read(machine.root.join(path)) {
            offences.extend(offences_in(path, &content));
        }
    }
    for (path, _) in LONG_FOR_A_REASON {
        if !fs::read_to_string(machine.root.join(path)).is_ok_and(|text| text.lines().count() > LONGEST) {
            offences.push(format!("tests/xtask/src/tidy.rs: `{path}` needs no exception any more"));
        }
    }
    if machine.unattended && !quietly(git(&machine.root).args(["diff", "--quiet", "HEAD", "--", "Cargo.lock"])) {
        offences.push("Cargo.lock: not what was committed; run cargo check and commit the lock file".into());
    }
    if offences.is_empty() {
        println!("{} files are tidy", paths.len());
        return Ok(Outcome::Passed);
    }
    Err(offences.join("\n"))
}

fn git(root: &Path) -> Command {
    let mut git = Command::new("git");
    // A checkout that belongs to another user is still only read.
    git.args(["-c", "safe.directory=*"]).current_dir(root);
    git
}

fn tracked(root: &Path) -> Option<Vec<String>> {
    let output = git(root).args(["ls-files", "-z"]).stderr(Stdio::null()).output().ok()?;
    let names = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(names.split_terminator('\0').map(str::to_owned).collect())
}

/// What is wrong with one file, each with its place: `path:line: why`.
fn offences_in(path: &str, content: &[u8]) -> Vec<String> {
    let mut offences = Vec::new();
    if is_generated(path) {
        offences.push(format!("{path}: can be made again, so it is not committed"));
    }
    let Some(text) = as_text(content) else { return offences };
    for (number, line) in (1_u32..).zip(text.lines()) {
        if let Some(folder) = MACHINE_FOLDERS.into_iter().find(|folder| names_absolutely(line, folder)) {
            offences.push(format!("{path}:{number}: `{folder}` exists on one machine only"));
        }
        if is_rust(path) && HIDING.into_iter().any(|attribute| line.contains(attribute)) {
            offences
                .push(format!("{path}:{number}: write #[expect(..., reason = \"...\")], which ends with its cause"));
        }
    }
    if is_rust(path) {
        let lines = text.lines().count();
        if lines > LONGEST && !LONG_FOR_A_REASON.iter().any(|(listed, _)| listed == &path) {
            let past = LONGEST.saturating_add(1);
            offences.push(format!("{path}:{past}: {lines} lines; split it, or give tidy.rs a reason"));
        }
        if path.split('/').any(|part| part == "src") && !text.starts_with("//!") {
            offences
                .push(format!("{path}:1: begins without `//!`: why does this file exist, and what does it refuse?"));
        }
    }
    offences
}

fn is_rust(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending == "rs")
}

fn is_generated(path: &str) -> bool {
    let in_build_folder = path.split('/').any(|part| part == "target" || part == "node_modules");
    in_build_folder || (!path.starts_with(FROZEN) && GENERATED.iter().any(|ending| path.ends_with(ending)))
}

fn as_text(content: &[u8]) -> Option<&str> {
    str::from_utf8(content).ok().filter(|text| !text.contains('\0'))
}

/// Whether the folder is named from the root: `../x/`, `~/x/`, `{root}/x/` and `https://host/x/` are not.
fn names_absolutely(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|start| start.chars().next_back());
        !before.is_some_and(|sign| sign.is_ascii_alphanumeric() || "._-~})>*".contains(sign))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offences(path: &str, text: &str) -> Vec<String> {
        offences_in(path, text.as_bytes())
    }

    #[test]
    fn a_file_of_five_hundred_lines_passes_and_one_more_does_not() {
        let lines = |count| "//! Why.\n".repeat(count);
        assert_eq!(offences("core/model/src/op.rs", &lines(500)), Vec::<String>::new());
        let [offence] = offences("core/model/src/op.rs", &lines(501)).try_into().unwrap();
        assert!(offence.starts_with("core/model/src/op.rs:501: 501 lines"), "{offence}");
        assert!(offences("README.md", &lines(501)).is_empty());
    }

    #[test]
    fn a_database_is_refused_unless_it_is_a_frozen_one() {
        assert_eq!(offences_in("city/demo.db", b"SQLite format 3\0").len(), 1);
        assert_eq!(offences_in("core/target/debug/build.log", b"").len(), 1);
        assert!(offences_in("tests/databases/v1.db", b"SQLite format 3\0").is_empty());
        assert!(offences("docs/target.md", "how we aim").is_empty());
    }

    #[test]
    fn an_exception_that_hides_is_found_with_its_line() {
        let text = format!("//! Why.\n\n    {}dead_code)]\n#[expect(dead_code, reason = \"soon\")]\n", HIDING[0]);
        let [offence] = offences("tests/story.rs", &text).try_into().unwrap();
        assert!(offence.starts_with("tests/story.rs:3: "), "{offence}");
        assert!(offences("docs/style.md", &text).is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_relative_one_is_not() {
        for folder in MACHINE_FOLDERS {
            assert_eq!(offences("a.toml", &format!("path = \"{folder}x\"")).len(), 1, "{folder}");
            assert_eq!(offences("a.md", &format!("{folder}x")).len(), 1, "{folder}");
            assert_eq!(offences("a.md", &format!("见{folder}x")).len(), 1, "{folder}");
            for prefix in ["..", "~", "$HOME", "{root}", "${ROOT}", "https://example.org", "src"] {
                assert_eq!(offences("a.md", &format!("`{prefix}{folder}x`")), Vec::<String>::new());
            }
        }
    }

    #[test]
    fn a_module_without_its_reason_is_found() {
        assert_eq!(offences("core/store/src/log.rs", "use std::fs;\n").len(), 1);
        assert_eq!(offences("core/store/src/log/tail.rs", "\n//! Why.\n").len(), 1);
        assert!(offences("core/store/src/log.rs", "//! Why.\n").is_empty());
        assert!(offences("core/store/build.rs", "fn main() {}\n").is_empty());
    }

    #[test]
    fn a_photo_is_no_text_and_offends_nobody() {
        assert!(offences_in("tests/photos/window.jpg", &[0xff, 0xd8, 0x00, b'/']).is_empty());
    }
}
