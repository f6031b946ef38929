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
use crate::machine::{Machine, quietly};
use crate::steps::{Outcome, succeed};

/// What Swift 6 needs on Debian, and `openssl`, which plays the hardware that signs.
const PACKAGES: &str = "ca-certificates,swiftlang,libc6-dev,libstdc++-14-dev,gcc,libncurses-dev,openssl,libssl3t64";

/// Where the packages come from.
const SUITE: &str = "trixie";

/// Runs the stories; installs Swift only where a person asked for it.
pub fn swift(machine: &Machine, words: &[String]) -> Result<Outcome, Refusal> {
    let install = words == ["--install"];
    if !install && !words.is_empty() {
        return Err("After swift there is only --install.".into());
    }
    let place = match place(machine, install)? {
        Ok(place) => place,
        Err(why) => return Ok(Outcome::Skipped(why)),
    };
    let folder = bind::write(machine, Language::Swift)?;
    bind::compare(machine, Language::Swift, &folder, false)?;
    lay_out(machine, &folder).map_err(|error| format!("ios/Sources cannot be written: {error}"))?;
    succeed(&mut machine.cargo(&["build", "--quiet", "--workspace", "--bin", "mingcha-city"]))?;
    tell(machine, &place)
}

/// Where Swift is.
enum Place {
    /// On this machine.
    Here,
    /// In a folder to be entered by chroot.
    Below(PathBuf),
}

fn place(machine: &Machine, install: bool) -> Result<Result<Place, String>, Refusal> {
    if quietly(Command::new("swift").arg("--version")) {
        return Ok(Ok(Place::Here));
    }
    let root = machine.root.join("target/swift");
    if root.join("installed").exists() {
        return Ok(Ok(Place::Below(root)));
    }
    if !install {
        return Ok(Err(
            "Swift is not here; a Debian machine's root gets it, 2.6 GB below target: cargo xtask swift --install"
                .into(),
        ));
    }
    if !quietly(Command::new("debootstrap").arg("--version")) {
        quietly(Command::new("apt-get").args(["-qq", "install", "-y", "--no-install-recommends", "debootstrap"]));
    }
    if !quietly(Command::new("debootstrap").arg("--version")) {
        return Ok(Err(
            "Swift is not here, and neither is debootstrap, with which Debian's root would install it".into()
        ));
    }
    println!("Installing Swift from Debian {SUITE} into {}, about a minute, once", root.display());
    if root.exists() {
        fs::remove_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    }
    let mut debootstrap = Command::new("debootstrap");
    debootstrap.args(["--variant=minbase", &format!("--include={PACKAGES}"), SUITE]).arg(&root);
    succeed(debootstrap.stdout(Stdio::null()))?;
    fs::write(root.join("installed"), PACKAGES).map_err(|error| format!("{}: {error}", root.display()))?;
    Ok(Ok(Place::Below(root)))
}

/// Puts what was written where the package looks for it.
fn lay_out(machine: &Machine, written: &Path) -> std::io::Result<()> {
    let sources = machine.root.join("ios/Sources");
    let (header, core) = (sources.join("MingchaFFI"), sources.join("MingchaCore"));
    fs::create_dir_all(&header)?;
    fs::create_dir_all(&core)?;
    fs::copy(written.join("MingchaFFI.h"), header.join("MingchaFFI.h"))?;
    fs::copy(written.join("MingchaCore.swift"), core.join("MingchaCore.swift"))?;
    // The tool's own module map names modules that only Apple has.
    fs::write(header.join("module.modulemap"), "module MingchaFFI {\n    header \"MingchaFFI.h\"\n    export *\n}\n")
}

/// The linker's last word is for Swift 6.0 on Linux, whose own libraries leave symbols of Observation open.
const TEST: &str = "cd \"$WORK/ios\" && export MINGCHA_PROGRAMS=\"$WORK/target/debug\" LD_LIBRARY_PATH=\"$WORK/target/bind/library\" \
    && exec swift test --scratch-path \"$WORK/target/ios\" -Xswiftc -warnings-as-errors -Xlinker -L\"$WORK/target/bind/library\" \
    -Xlinker -lmingcha_ffi -Xlinker --unresolved-symbols=ignore-in-shared-libs 2>&1";

fn tell(machine: &Machine, place: &Place) -> Result<Outcome, Refusal> {
    let mut test = match place {
        Place::Here => {
            let mut test = Command::new("sh");
            test.args(["-c", TEST]).env("WORK", &machine.root);
            test
        }
        Place::Below(root) => {
            let mut test = Command::new("unshare");
            let enter = "mount -t proc proc \"$ROOT/proc\" && mkdir -p \"$ROOT/work\" && mount --bind \"$WORK\" \"$ROOT/work\" \
                         && WORK=/work HOME=/root exec chroot \"$ROOT\" sh -c \"$TEST\"";
            test.args(["--mount", "sh", "-c", enter]).env("ROOT", root).env("WORK", &machine.root).env("TEST", TEST);
            test
        }
    };
    println!("$ swift test");
    let output = test.stdin(Stdio::null()).output().map_err(|error| format!("swift cannot be started: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    let counts = said.lines().filter_map(executed).next_back().unwrap_or_default();
    if !output.status.success() || counts.failed > 0 {
        return Err(format!("The stories in Swift did not compile or failed; the output above names it.\n{counts}"));
    }
    if counts.any() {
        Ok(Outcome::Counted(counts))
    } else {
        Err("Not one story ran in Swift, which proves nothing.".into())
    }
}

/// Reads `Executed 2 tests, with 0 failures (0 unexpected) in ...`; the last such line is that of all tests.
fn executed(line: &str) -> Option<Counts> {
    let mut words = line.trim().strip_prefix("Executed ")?.split(' ');
    let run: u64 = words.next()?.parse().ok()?;
    let failed: u64 = words.find(|word| word.parse::<u64>().is_ok())?.parse().ok()?;
    Some(Counts { passed: run.saturating_sub(failed), failed, ignored: 0 })
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
}
