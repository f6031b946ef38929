//! What the machine under us has, and what it can be given.
//!
//! Every cargo command of this program starts here, so that all of them see the same surroundings. A machine is only
//! changed by `cargo xtask test`, by Debian's own package tool, as root; everyone else is told what to install.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that a build or a step calls, and the Debian packages that bring it.
const PROGRAMS: [(&str, &[&str]); 9] = [
    ("cc", &["gcc", "libc6-dev"]),
    ("make", &["make"]),
    ("perl", &["perl"]),
    ("pkg-config", &["pkg-config"]),
    ("git", &["git"]),
    ("python3", &["python3"]), // runs a stock client of the upload protocol
    ("pip3", &["python3-pip"]),
    ("java", &["openjdk-17-jdk-headless"]), // runs the stories in Kotlin
    ("mvn", &["maven"]),
];

/// Cargo's own tools that a small installation leaves out: the subcommand and its rustup component.
const COMPONENTS: [(&str, &str); 2] = [("fmt", "rustfmt"), ("clippy", "clippy")];

/// The machine, as far as the steps care.
pub struct Machine {
    /// The folder of the workspace.
    pub root: PathBuf,
    /// Whether nobody watches and nothing may be skipped (`CI=true`).
    pub unattended: bool,
    /// Whether the system's OpenSSL can be linked, which saves compiling one: four minutes on two cores.
    system_openssl: bool,
}

impl Machine {
    /// Looks, and changes nothing.
    pub fn found() -> Self {
        let here =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = here.ancestors().nth(2).unwrap_or(&here).to_path_buf();
        let unattended = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
        Self { root, unattended, system_openssl: system_openssl() }
    }

    /// Installs what is missing where that is possible, says in one sentence what stays missing, then looks.
    pub fn prepared() -> Self {
        let wanted = missing_packages();
        if !wanted.is_empty() {
            bring(&wanted);
        }
        let still_wanted = missing_packages();
        if !still_wanted.is_empty() {
            println!("Missing here; a Debian machine gets it by: apt-get install {}", still_wanted.join(" "));
        }
        let machine = Self::found();
        if !machine.system_openssl {
            println!("No OpenSSL headers here, so SQLCipher's OpenSSL is compiled from source: about four minutes.");
        }
        machine.add_components();
        machine
    }

    /// A cargo command at the root of the workspace.
    ///
    /// The variables that `cargo run` gave this program are taken away again: build scripts that watch them would
    /// otherwise run anew each time a person alternates between `cargo xtask test` and plain cargo.
    pub fn cargo(&self, words: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(words).current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" {
                command.env_remove(&name);
            }
        }
        if self.system_openssl && std::env::var_os("OPENSSL_NO_VENDOR").is_none() {
            command.env("OPENSSL_NO_VENDOR", "1");
        }
        if self.unattended && std::env::var_os("CARGO_INCREMENTAL").is_none() {
            command.env("CARGO_INCREMENTAL", "0"); // nothing is compiled twice there
        }
        command
    }

    fn add_components(&self) {
        for (subcommand, component) in COMPONENTS {
            if !quietly(&mut self.cargo(&[subcommand, "--version"])) {
                println!("Installing the Rust component {component}");
                if !Command::new("rustup").args(["component", "add", component]).status().is_ok_and(|s| s.success()) {
                    println!("cargo {subcommand} is missing; rustup brings it by: rustup component add {component}");
                }
            }
        }
    }
}

/// Asks pkg-config, because `openssl-sys` asks nobody else on Linux: headers that pkg-config does not know do not help.
fn system_openssl() -> bool {
    quietly(Command::new("pkg-config").args(["--exists", "openssl"]))
}

fn missing_packages() -> Vec<&'static str> {
    let mut packages: Vec<_> = PROGRAMS
        .iter()
        .filter(|(program, _)| !on_path(program))
        .flat_map(|(_, packages)| packages.iter().copied())
        .collect();
    if !system_openssl() {
        packages.push("libssl-dev");
    }
    packages
}

/// Installs these Debian packages where this machine lets us.
pub fn bring(packages: &[&str]) {
    if is_root() && on_path("apt-get") {
        println!("Installing Debian packages: {}", packages.join(" "));
        install(packages);
    }
}

/// Fetches the package lists first: a fresh Debian machine has none. What fails here is told by looking again.
fn install(packages: &[&str]) {
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(["-qq", "-o", "DPkg::Lock::Timeout=120"]).args(words).env("DEBIAN_FRONTEND", "noninteractive");
        command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let lists = apt(&["update"]);
    let installed = apt(&[&["install", "-y", "--no-install-recommends"], packages].concat());
    if !lists || !installed {
        println!("apt-get did not install everything.");
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder: PathBuf| Path::is_file(&folder.join(program)))
}

/// Whether a command can be started and ends well; what it prints is nobody's business.
pub fn quietly(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
