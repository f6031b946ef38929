//! The library for Apple's phones and their simulators, as one framework of Xcode, and the Swift that calls it.
//!
//! Only a Mac with Xcode can build it; every other machine says so in one sentence.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Language;
use crate::Refusal;
use crate::machine::{Machine, quietly};
use crate::steps::{Outcome, succeed};

/// The oldest iOS that is served; `ios/Package.swift` says the same.
const OLDEST: &str = "16.0";

const DEVICE: &str = "aarch64-apple-ios";

/// Simulators run on the Mac's own processor, and Macs have two kinds.
const SIMULATORS: [&str; 2] = ["aarch64-apple-ios-sim", "x86_64-apple-ios"];

/// Builds it below `target/bind/apple`; skipped where Xcode or Rust's part for iOS is not here.
pub fn build(machine: &Machine) -> Result<Outcome, Refusal> {
    if !quietly(Command::new("xcodebuild").arg("-version")) {
        return Ok(Outcome::Skipped(
            "Xcode is not here, so nothing was built for iOS: run this on a Mac, after `xcode-select --install` and with \
             Xcode opened once"
                .into(),
        ));
    }
    let targets = [&[DEVICE], SIMULATORS.as_slice()].concat();
    let missing: Vec<_> = targets.iter().copied().filter(|target| !super::has_target(target)).collect();
    if !missing.is_empty() {
        return Ok(Outcome::Skipped(super::without_targets("iOS", &missing)));
    }
    let folder = machine.root.join("target/bind/apple");
    if folder.exists() {
        // What an earlier run left must not pass for this one's.
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    for target in targets {
        succeed(&mut cargo(machine, target))?;
    }
    let swift = super::written_into(machine, Language::Swift, &folder.join("swift"))?;
    let (headers, simulator) = (folder.join("headers"), folder.join("simulator"));
    lay_out(&swift, &headers, &simulator).map_err(|error| format!("{}: {error}", folder.display()))?;
    let simulator = simulator.join("libmingcha_ffi.a");
    succeed(&mut joined(machine, &simulator))?;
    let framework = folder.join("MingchaFFI.xcframework");
    succeed(&mut framed(&built(machine, DEVICE), &simulator, &headers, &framework))?;
    println!("{}, and Swift in {}", framework.display(), swift.display());
    Ok(Outcome::Passed)
}

/// The header and the name under which Swift imports it.
fn lay_out(swift: &Path, headers: &Path, simulator: &Path) -> std::io::Result<()> {
    fs::create_dir_all(headers)?;
    fs::create_dir_all(simulator)?;
    fs::copy(swift.join("MingchaFFI.h"), headers.join("MingchaFFI.h"))?;
    fs::write(headers.join("module.modulemap"), super::MODULE_MAP)
}

fn built(machine: &Machine, target: &str) -> PathBuf {
    machine.root.join("target").join(target).join("release/libmingcha_ffi.a")
}

/// The build of the library for one kind of phone or simulator: static, as an app of one's own links it.
fn cargo(machine: &Machine, target: &str) -> Command {
    let mut build = machine.cargo(&["rustc", "--release", "--locked", "--package", "mingcha-ffi", "--lib"]);
    build.args(["--target", target, "--crate-type", "staticlib"]);
    build.env("IPHONEOS_DEPLOYMENT_TARGET", OLDEST);
    // The machine's own OpenSSL is for the machine's own system.
    build.env("OPENSSL_NO_VENDOR", "0");
    build
}

/// Both simulators in one file, because a framework holds one library for each system.
fn joined(machine: &Machine, into: &Path) -> Command {
    let mut lipo = Command::new("lipo");
    lipo.arg("-create").args(SIMULATORS.map(|target| built(machine, target))).arg("-output").arg(into);
    lipo
}

fn framed(device: &Path, simulator: &Path, headers: &Path, into: &Path) -> Command {
    let mut xcodebuild = Command::new("xcodebuild");
    xcodebuild.arg("-create-xcframework");
    for library in [device, simulator] {
        xcodebuild.arg("-library").arg(library).arg("-headers").arg(headers);
    }
    xcodebuild.arg("-output").arg(into);
    xcodebuild
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<String> {
        command.get_args().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn phones_and_simulators_are_built_static_with_their_own_openssl() {
        let machine = Machine::found();
        for target in [DEVICE, SIMULATORS[0], SIMULATORS[1]] {
            let build = cargo(&machine, target);
            assert!(words(&build).ends_with(&["--target", target, "--crate-type", "staticlib"].map(str::to_owned)));
            assert!(
                build.get_envs().any(|(name, value)| name == "OPENSSL_NO_VENDOR" && value.is_some_and(|is| is == "0"))
            );
        }
    }

    #[test]
    fn a_framework_is_made_of_the_phone_and_of_both_simulators_joined_each_with_the_header() {
        let machine = Machine::found();
        let lipo = words(&joined(&machine, Path::new("simulator.a")));
        assert_eq!((lipo.len(), lipo[0].as_str(), lipo[4].as_str()), (5, "-create", "simulator.a"));
        assert!(lipo[1].contains("ios-sim") && lipo[2].contains("x86_64-apple-ios"), "{lipo:?}");
        let frame =
            [Path::new("device.a"), Path::new("simulator.a"), Path::new("headers"), Path::new("out.xcframework")];
        let expected = "-create-xcframework -library device.a -headers headers -library simulator.a -headers headers \
                        -output out.xcframework";
        assert_eq!(words(&framed(frame[0], frame[1], frame[2], frame[3])).join(" "), expected);
    }
}
