//! Swift: written, its names compared, compiled in Swift 6 mode, and its stories told on Linux.
//!
//! Where there is no Swift it is put into a folder of its own below `target`, from Debian trixie, and entered by chroot in
//! mounts that nobody else sees: what is removed there later is never the workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Refusal;
use crate::bind::{self, Language};
use crate::count::Counts;
use crate::machine::{Machine, bring, quietly};
use crate::steps::{Outcome, heard, succeed};

/// What Swift 6 needs on Debian, and `openssl`, which plays the hardware that signs.
const PACKAGES: &str = "ca-certificates,swiftlang,libc6-dev,libstdc++-14-dev,gcc,libncurses-dev,openssl,libssl3t64";

/// Where the packages come from.
const SUITE: &str = "trixie";

/// The oldest Swift whose language mode 6 the package is written in.
const OLDEST: (u32, u32) = (6, 0);

/// What the installation takes while it is made: 2.6 GB, and what was fetched for it.
const ROOM_KILOBYTES: u64 = 4 * 1024 * 1024;

/// Runs the stories; installs Swift where a person asked for it, and where nobody watches.
pub fn swift(machine: &Machine, words: &[String]) -> Result<Outcome, Refusal> {
    let install = words == ["--install"];
    if !install && !words.is_empty() {
        return Err("After swift there is only --install.".into());
    }
    match ready(machine, install || machine.unattended)? {
        Ok(place) => tell(machine, &place),
        Err(outcome) => Ok(outcome),
    }
}

/// Opens, closes and asks so often, by hand: prints what it cost, and fails where memory grew.
pub fn soak(machine: &Machine, openings: u32, pages: u32) -> Result<Outcome, Refusal> {
    let place = match ready(machine, false)? {
        Ok(place) => place,
        Err(outcome) => return Ok(outcome),
    };
    let often = format!(
        "swift build {} --product OtherProcess && exec \"$WORK/target/ios/debug/OtherProcess\" soak {openings} {pages}",
        options(LIBRARY)
    );
    succeed(&mut within(machine, &place, &often))?;
    Ok(Outcome::Passed)
}

/// Where Swift is, with everything written and built that its stories need; or why there is none.
fn ready(machine: &Machine, install: bool) -> Result<Result<Place, Outcome>, Refusal> {
    let place = match place(machine, install) {
        Ok(place) => place,
        Err(outcome) => return Ok(Err(outcome)),
    };
    let folder = bind::write(machine, Language::Swift)?;
    bind::compare(machine, Language::Swift, &folder, false)?;
    lay_out(machine, &folder).map_err(|error| format!("ios/Sources cannot be written: {error}"))?;
    succeed(&mut machine.cargo(&["build", "--quiet", "--workspace", "--bin", "mingcha-city"]))?;
    Ok(Ok(place))
}

/// Where Swift is.
pub enum Place {
    /// On this machine.
    Here,
    /// In a folder to be entered by chroot.
    Below(PathBuf),
}

/// Where Swift is, or why there is none. What no installation could mend is told before anything is fetched.
pub fn place(machine: &Machine, install: bool) -> Result<Place, Outcome> {
    if let Ok(answer) = Command::new("swift").arg("--version").stdin(Stdio::null()).output() {
        let said = String::from_utf8_lossy(&answer.stdout);
        match version(&said) {
            Some(version) if version >= OLDEST => return Ok(Place::Here),
            _ => println!(
                "The `swift` on PATH is not used: it has to be Swift 6.0 or later, and calls itself `{}`",
                said.lines().next().unwrap_or("nothing").trim()
            ),
        }
    }
    let root = machine.root.join("target/swift");
    let is_installed = root.join("installed").exists();
    if !is_installed && !install {
        return Err(Outcome::Skipped(
            "Swift is not here; a Debian machine's root gets it, 2.6 GB below target: cargo xtask swift --install"
                .into(),
        ));
    }
    if !may_enter(machine) {
        return Err(Outcome::Barred(
            "Swift is not here, and this machine lets nobody mount and chroot, as a Debian in a folder needs".into(),
        ));
    }
    if is_installed {
        return Ok(Place::Below(root));
    }
    if !quietly(Command::new("debootstrap").arg("--version")) {
        bring(&["debootstrap"]);
    }
    if !quietly(Command::new("debootstrap").arg("--version")) {
        return Err(Outcome::Barred(
            "Swift is not here, and neither is debootstrap, with which Debian's root would install it".into(),
        ));
    }
    if free_kilobytes(&machine.root).is_some_and(|free| free < ROOM_KILOBYTES) {
        return Err(Outcome::Barred("Swift is not here, and there are no 4 GB free to install it into".into()));
    }
    // A mirror that stumbles, or does not hold all, is no reason to prove nothing: Debian's own is asked then.
    match bootstrap(&root, mirror()).or_else(|_| bootstrap(&root, None)) {
        Ok(()) => Ok(Place::Below(root)),
        Err(why) => {
            // Half of it is of use to nobody, and takes gigabytes.
            let _ = fs::remove_dir_all(&root);
            Err(Outcome::Barred(format!("Swift could not be fetched from Debian {SUITE}: {why}")))
        }
    }
}

/// Reads `Swift version 6.0.3 (swift-6.0.3-RELEASE)`, which Apple's begins with other words; other programs have that name.
fn version(said: &str) -> Option<(u32, u32)> {
    let (_, rest) = said.split_once("Swift version ")?;
    let mut numbers = rest.split(|sign: char| !sign.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)))
}

/// Whether a folder can be entered as `tell` enters it: mounts that nobody else sees, and chroot.
fn may_enter(machine: &Machine) -> bool {
    let here = machine.root.join("target/swift-probe");
    let tried = "mount -t proc proc \"$HERE\" && mount --bind \"$WORK\" \"$HERE\" && chroot / true";
    let mut enter = Command::new("unshare");
    enter.args(["--mount", "sh", "-c", tried]).env("HERE", &here).env("WORK", &machine.root);
    let may = fs::create_dir_all(&here).is_ok() && quietly(&mut enter);
    let _ = fs::remove_dir(&here);
    may
}

/// Kilobytes that may still be written beside this folder, where `df` says.
fn free_kilobytes(folder: &Path) -> Option<u64> {
    let said = Command::new("df").args(["-Pk"]).arg(folder).output().ok()?;
    String::from_utf8_lossy(&said.stdout).lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// Installs Debian with Swift into this folder, anew. What it mounts goes with the process, however that ends.
fn bootstrap(root: &Path, mirror: Option<String>) -> Result<(), Refusal> {
    println!("Installing Swift from Debian {SUITE} into {}, a minute or two, once", root.display());
    let cannot = |error: std::io::Error| format!("{}: {error}", root.display());
    if root.exists() {
        fs::remove_dir_all(root).map_err(cannot)?;
    }
    let mut debootstrap = Command::new("unshare");
    debootstrap.args(["--mount", "debootstrap", "--variant=minbase", &format!("--include={PACKAGES}"), SUITE]);
    debootstrap.arg(root).args(mirror);
    succeed(debootstrap.stdout(Stdio::null()))?;
    // What was fetched is installed now, and half as large again.
    let _ = fs::remove_dir_all(root.join("var/cache/apt/archives"));
    fs::write(root.join("installed"), PACKAGES).map_err(cannot)
}

/// The mirror that this machine's own packages come from; none where it does not say, which is Debian's own.
fn mirror() -> Option<String> {
    let said =
        Command::new("apt-get").args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]).output();
    let said = String::from_utf8(said.ok()?.stdout).ok()?;
    said.lines().find(|uri| uri.trim_end_matches('/').ends_with("/debian")).map(str::to_owned)
}

/// Puts what was written where the package looks for it.
pub fn lay_out(machine: &Machine, written: &Path) -> std::io::Result<()> {
    let sources = machine.root.join("ios/Sources");
    let (header, core) = (sources.join("MingchaFFI"), sources.join("MingchaCore"));
    fs::create_dir_all(&header)?;
    fs::create_dir_all(&core)?;
    fs::copy(written.join("MingchaFFI.h"), header.join("MingchaFFI.h"))?;
    fs::copy(written.join("MingchaCore.swift"), core.join("MingchaCore.swift"))?;
    // The tool's own module map names modules that only Apple has.
    fs::write(header.join("module.modulemap"), "module MingchaFFI {\n    header \"MingchaFFI.h\"\n    export *\n}\n")
}

/// Where the library is, seen from where Swift is.
const LIBRARY: &str = "$WORK/target/bind/library";

/// What every build is told: where it writes, that a warning is an error, and in which folder the library is.
pub fn options(library: &str) -> String {
    format!(
        "--scratch-path \"$WORK/target/ios\" -Xswiftc -warnings-as-errors -Xlinker -L\"{library}\" -Xlinker -lmingcha_ffi {}",
        linker(std::env::consts::OS)
    )
}

/// A word for Swift 6.0 on Linux, whose own libraries leave symbols of Observation open; a Mac's linker does not know it.
fn linker(system: &str) -> &'static str {
    if system == "macos" { "" } else { "-Xlinker --unresolved-symbols=ignore-in-shared-libs" }
}

/// The variable in which a system looks for libraries first. On a Mac nothing of this was ever tried.
pub fn library_path(system: &str) -> &'static str {
    if system == "macos" { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" }
}

/// A line of the shell where Swift is, in the folder of the package; `$WORK` is the workspace there.
pub fn within(machine: &Machine, place: &Place, line: &str) -> Command {
    let line = format!(
        "cd \"$WORK/ios\" && export MINGCHA_PROGRAMS=\"$WORK/target/debug\" {}=\"{LIBRARY}\" && {line}",
        library_path(std::env::consts::OS)
    );
    let mut command = match place {
        Place::Here => {
            let mut here = Command::new("sh");
            here.args(["-c", &line]);
            here
        }
        Place::Below(root) => {
            let enter = "mount -t proc proc \"$ROOT/proc\" && mkdir -p \"$ROOT/work\" && mount --bind \"$WORK\" \"$ROOT/work\" \
                         && WORK=/work HOME=/root exec chroot \"$ROOT\" sh -c \"$LINE\"";
            let mut below = Command::new("unshare");
            below.args(["--mount", "sh", "-c", enter]).env("ROOT", root).env("LINE", &line);
            below
        }
    };
    command.env("WORK", &machine.root).stdin(Stdio::null());
    command
}

fn tell(machine: &Machine, place: &Place) -> Result<Outcome, Refusal> {
    println!("$ swift test");
    let mut said = String::new();
    let mut test = within(machine, place, &format!("exec swift test {} 2>&1", options(LIBRARY)));
    let status = heard(&mut test, |line| said.push_str(line))?;
    let counts = counted(&said);
    if !status.success() || counts.failed > 0 {
        return Err(format!("The stories in Swift did not compile or failed; the output above names it.\n{counts}"));
    }
    if counts.any() {
        Ok(Outcome::Counted(counts))
    } else {
        Err("Not one story ran in Swift, which proves nothing.".into())
    }
}

/// What both of Swift's test libraries say at their ends: `XCTest`'s last word is that of all its tests.
fn counted(said: &str) -> Counts {
    let mut counts = said.lines().filter_map(executed).next_back().unwrap_or_default();
    let failed = said.lines().filter(|line| is_failed_test(line)).count();
    for run in said.lines().filter_map(testing) {
        let failed = u64::try_from(failed).unwrap_or(u64::MAX).min(run);
        counts.add(Counts { passed: run.saturating_sub(failed), failed, ignored: 0 });
    }
    counts
}

/// Reads `XCTest`'s `Executed 2 tests, with 0 failures (0 unexpected) in ...`.
fn executed(line: &str) -> Option<Counts> {
    let mut words = line.trim().strip_prefix("Executed ")?.split(' ');
    let run: u64 = words.next()?.parse().ok()?;
    let failed: u64 = words.find(|word| word.parse::<u64>().is_ok())?.parse().ok()?;
    Some(Counts { passed: run.saturating_sub(failed), failed, ignored: 0 })
}

/// Reads Swift Testing's `Test run with 3 tests passed after ...`: how many ran.
fn testing(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("Test run with ")?;
    rest.split(' ').next()?.parse().ok()
}

/// One test of Swift Testing that failed; a suite that failed has one such.
fn is_failed_test(line: &str) -> bool {
    let is_test =
        line.split_once(" Test ").is_some_and(|(before, rest)| before.len() <= 4 && !rest.starts_with("run "));
    is_test && line.contains(" failed after ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_all_swift_tests_is_read_and_another_line_is_not() {
        let line = "\t Executed 3 tests, with 1 failure (0 unexpected) in 2.017 (2.017) seconds";
        assert_eq!(executed(line), Some(Counts { passed: 2, failed: 1, ignored: 0 }));
        assert_eq!(executed("Test Suite 'All tests' passed"), None);
        assert_eq!(executed("Executed many tests"), None);
    }

    #[test]
    fn a_swift_is_known_by_its_version_and_another_program_of_that_name_is_none() {
        assert_eq!(
            version("Swift version 6.0.3 (swift-6.0.3-RELEASE)\nTarget: x86_64-unknown-linux-gnu"),
            Some((6, 0))
        );
        let apple = "swift-driver version: 1.127 Apple Swift version 6.2 (swiftlang-6.2.0.19.9 clang-1700.3.19.1)";
        assert_eq!(version(apple), Some((6, 2)));
        assert!(version("Swift version 5.10.1 (swift-5.10.1-RELEASE)").unwrap() < OLDEST);
        assert!(version("Swift version 10.1").unwrap() > OLDEST);
        assert_eq!(version("python-swiftclient 4.6.0"), None);
        assert_eq!(version(""), None);
    }

    #[test]
    fn a_mac_is_told_nothing_that_only_linux_knows() {
        assert_eq!((linker("macos"), library_path("macos")), ("", "DYLD_LIBRARY_PATH"));
        assert!(linker("linux").contains("ignore-in-shared-libs"));
        assert_eq!(library_path("linux"), "LD_LIBRARY_PATH");
    }

    #[test]
    fn both_of_swifts_test_libraries_are_added_up() {
        let said = "\t Executed 3 tests, with 0 failures (0 unexpected) in 2.017 (2.017) seconds\n\
            ✔ Test \"one\" passed after 0.1 seconds.\n\
            ✘ Test \"a Test run with words failed\" failed after 0.1 seconds with 2 issues.\n\
            ✘ Suite Vectors failed after 0.2 seconds with 2 issues.\n\
            ✘ Test run with 2 tests failed after 0.2 seconds with 2 issues.\n";
        assert_eq!(counted(said), Counts { passed: 4, failed: 1, ignored: 0 });
        assert_eq!(counted("✔ Test run with 0 tests passed after 0.001 seconds."), Counts::default());
        assert_eq!(counted("nothing of the kind"), Counts::default());
    }
}
