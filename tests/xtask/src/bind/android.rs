//! The library for Android, once for each kind of processor that its phones have, and the Kotlin that calls it.
//!
//! It is built by cargo with the compiler and the linker of Google's NDK, which is looked for where Android Studio puts it.
//! Nothing is downloaded: a machine without the NDK is told what to install, and where it was looked for.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Language, pages};
use crate::Refusal;
use crate::machine::Machine;
use crate::steps::{Outcome, succeed};

/// The oldest Android that is served, 8.0 of 2017, as its number of the interface to programs.
const OLDEST: u32 = 26;

/// The largest that the library for arm64 may be, stripped.
const LARGEST: u64 = 8_000_000;

/// One kind of processor.
#[derive(Clone, Copy)]
struct Kind {
    /// The folder that Android looks for its library in.
    folder: &'static str,
    /// What Rust calls it.
    target: &'static str,
    /// What the NDK's compiler calls it.
    clang: &'static str,
    /// Its number in a library's header.
    processor: u16,
}

const KINDS: [Kind; 3] = [
    Kind { folder: "arm64-v8a", target: "aarch64-linux-android", clang: "aarch64-linux-android", processor: 183 },
    Kind { folder: "armeabi-v7a", target: "armv7-linux-androideabi", clang: "armv7a-linux-androideabi", processor: 40 },
    Kind { folder: "x86_64", target: "x86_64-linux-android", clang: "x86_64-linux-android", processor: 62 },
];

/// Builds all of them below `target/bind/android`; skipped where the NDK or Rust's part for Android is not here.
pub fn build(machine: &Machine) -> Result<Outcome, Refusal> {
    let tools = match tools(&|name| std::env::var_os(name)) {
        Ok(tools) => tools,
        Err(looked) => return Ok(Outcome::Skipped(without_ndk(&looked))),
    };
    let missing: Vec<_> = KINDS.iter().map(|kind| kind.target).filter(|target| !super::has_target(target)).collect();
    if !missing.is_empty() {
        return Ok(Outcome::Skipped(super::without_targets("Android", &missing)));
    }
    let folder = machine.root.join("target/bind/android");
    let libraries = folder.join("jniLibs");
    if libraries.exists() {
        // What an earlier run left must not pass for this one's.
        fs::remove_dir_all(&libraries).map_err(|error| format!("{}: {error}", libraries.display()))?;
    }
    for kind in KINDS {
        succeed(&mut cargo(machine, &tools, kind))?;
        let built = machine.root.join("target").join(kind.target).join("release/libmingcha_ffi.so");
        let (whole, stripped) = (folder.join("symbols").join(kind.folder), libraries.join(kind.folder));
        for place in [&whole, &stripped] {
            fs::create_dir_all(place).map_err(|error| format!("{}: {error}", place.display()))?;
        }
        let (whole, stripped) = (whole.join("libmingcha_ffi.so"), stripped.join("libmingcha_ffi.so"));
        fs::copy(&built, &whole).map_err(|error| format!("{}: {error}", built.display()))?;
        succeed(Command::new(tools.join("llvm-strip")).arg("--strip-unneeded").arg("-o").arg(&stripped).arg(&whole))?;
        fits(&stripped, kind)?;
    }
    super::written_into(machine, Language::Kotlin, &folder.join("kotlin"))?;
    println!("Libraries in {}, Kotlin in {}", libraries.display(), folder.join("kotlin").display());
    Ok(Outcome::Passed)
}

/// Refuses a library that a phone would not load, and says how large one is that it would.
fn fits(library: &Path, kind: Kind) -> Result<(), Refusal> {
    let bytes = fs::read(library).map_err(|error| format!("{}: {error}", library.display()))?;
    if let Some(why) = pages::misfit(&bytes, kind.processor) {
        return Err(format!("{} {why}; no phone with pages of 16 KB would load it", library.display()));
    }
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let target =
        if kind.processor == 183 { format!(", the target is below {} KB", LARGEST / 1_000) } else { String::new() };
    println!("{}: {} KB stripped, pages of 16 KB{target}", kind.folder, size / 1_000);
    Ok(())
}

/// The build of the library for one kind of processor.
fn cargo(machine: &Machine, tools: &Path, kind: Kind) -> Command {
    let clang = tools.join(format!("{}{OLDEST}-clang", kind.clang));
    let target = kind.target.replace('-', "_");
    let mut build = machine.cargo(&["rustc", "--release", "--locked", "--package", "mingcha-ffi", "--lib"]);
    build.args(["--target", kind.target, "--crate-type", "cdylib", "--"]);
    build.args(["-C", &format!("link-arg=-Wl,-z,max-page-size={}", pages::SIXTEEN_KB)]);
    build.env(format!("CARGO_TARGET_{}_LINKER", target.to_uppercase()), &clang);
    build.env(format!("CC_{target}"), &clang);
    build.env(format!("AR_{target}"), tools.join("llvm-ar"));
    build.env(format!("RANLIB_{target}"), tools.join("llvm-ranlib"));
    // The machine's own OpenSSL is for the machine's own processor.
    build.env("OPENSSL_NO_VENDOR", "0");
    build
}

/// The folder of the NDK's compilers, or every place where it was looked for.
fn tools(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<PathBuf, Vec<String>> {
    let mut looked = Vec::new();
    let mut candidates = Vec::new();
    for name in ["ANDROID_NDK_HOME", "ANDROID_NDK_ROOT"] {
        match variable(name) {
            Some(folder) => {
                looked.push(format!("${name}"));
                candidates.push(PathBuf::from(folder));
            }
            None => looked.push(format!("${name}, which is not set")),
        }
    }
    let home = variable("HOME").map(PathBuf::from);
    let studio = ["Android/Sdk", "Library/Android/sdk"].map(|place| home.as_ref().map(|home| home.join(place)));
    let named = ["ANDROID_HOME", "ANDROID_SDK_ROOT"].map(|name| variable(name).map(PathBuf::from));
    looked.push("the folders ndk of $ANDROID_HOME and of Android Studio".to_owned());
    for sdk in named.into_iter().chain(studio).flatten() {
        let mut versions: Vec<PathBuf> =
            fs::read_dir(sdk.join("ndk")).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        versions.sort_by_key(|folder| version(folder));
        candidates.extend(versions.into_iter().rev());
    }
    let prebuilt = candidates.iter().filter_map(|ndk| fs::read_dir(ndk.join("toolchains/llvm/prebuilt")).ok());
    let programs = prebuilt.flatten().flatten().map(|host| host.path().join("bin"));
    let whole = |bin: &PathBuf| KINDS.iter().all(|kind| bin.join(format!("{}{OLDEST}-clang", kind.clang)).is_file());
    let mut found = programs.filter(whole);
    found.next().ok_or(looked)
}

/// `27.2.12479018`, as numbers that can be compared.
fn version(folder: &Path) -> Vec<u64> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

fn without_ndk(looked: &[String]) -> String {
    format!(
        "Android's NDK is not here, so nothing was built for Android: install `NDK (Side by side)` of release 27 or later by \
         Android Studio, or set ANDROID_NDK_HOME to one that is unpacked. It was looked for in {}",
        looked.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder like an NDK of this version below an SDK, its compilers empty files.
    fn ndk(sdk: &Path, version: &str) -> PathBuf {
        let ndk = sdk.join("ndk").join(version);
        let bin = ndk.join("toolchains/llvm/prebuilt/linux-x86_64/bin");
        fs::create_dir_all(&bin).unwrap();
        for kind in KINDS {
            fs::write(bin.join(format!("{}{OLDEST}-clang", kind.clang)), "").unwrap();
        }
        ndk
    }

    #[test]
    fn the_named_ndk_is_taken_before_the_newest_of_the_sdk_and_an_empty_folder_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (ndk(folder.path(), "9.0.1"), ndk(folder.path(), "27.2.12479018"));
        fs::create_dir_all(folder.path().join("ndk/28.0.1")).unwrap();
        let sdk = folder.path().as_os_str().to_owned();
        let found = |name: &'static str, value: &Path| {
            let value = value.as_os_str().to_owned();
            tools(&move |asked| {
                if asked == name { Some(value.clone()) } else { (asked == "ANDROID_HOME").then(|| sdk.clone()) }
            })
        };
        assert!(found("ANDROID_NDK_HOME", &old).unwrap().starts_with(&old));
        let sdk = folder.path().as_os_str().to_owned();
        assert!(tools(&|asked| (asked == "ANDROID_HOME").then(|| sdk.clone())).unwrap().starts_with(&new));
    }

    #[test]
    fn without_an_ndk_one_sentence_says_what_to_install_and_where_it_was_looked_for() {
        let looked = tools(&|_| None).unwrap_err();
        let sentence = without_ndk(&looked);
        for word in ["NDK", "install", "$ANDROID_NDK_HOME", "$ANDROID_NDK_ROOT", "$ANDROID_HOME"] {
            assert!(sentence.contains(word), "{word}: {sentence}");
        }
    }

    #[test]
    fn each_kind_of_processor_is_built_with_its_own_compiler_for_large_pages_and_its_own_openssl() {
        let machine = Machine::found();
        for kind in KINDS {
            let build = cargo(&machine, Path::new("ndk/bin"), kind);
            let words: Vec<_> = build.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
            assert!(words.windows(2).any(|two| two == ["--target", kind.target]), "{words:?}");
            assert!(words.windows(2).any(|two| two == ["-C", "link-arg=-Wl,-z,max-page-size=16384"]), "{words:?}");
            assert!(words.contains(&"--release".to_owned()) && words.contains(&"cdylib".to_owned()));
            let set = |name: &str| {
                let found = build.get_envs().find(|(known, _)| *known == name).and_then(|(_, value)| value);
                found.map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
            };
            let target = kind.target.replace('-', "_");
            let clang = format!("{}26-clang", kind.clang);
            assert!(set(&format!("CC_{target}")).ends_with(&clang));
            assert!(set(&format!("CARGO_TARGET_{}_LINKER", target.to_uppercase())).ends_with(&clang));
            assert!(set(&format!("AR_{target}")).ends_with("llvm-ar"));
            assert_eq!(set("OPENSSL_NO_VENDOR"), "0");
        }
    }
}
