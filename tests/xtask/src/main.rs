//! The named commands of this project: what a person types is what every other machine types.
//!
//! `cargo xtask test` is the one proof. This program decides nothing about the product; it starts tools, counts what
//! they say, and refuses to call anything proven that did not run.

mod bind;
mod count;
mod deny;
mod hosts;
mod machine;
mod seam;
mod steps;
mod surface;
mod tidy;

use std::process::ExitCode;

use crate::machine::Machine;
use crate::steps::Outcome;

const HELP: &str = "\
cargo xtask COMMAND [WORDS FOR CARGO]

全部 the whole
  test         every step below, in this order; the one command that proves the project

单步 one step
  fmt          the format, as rustfmt writes it
  tidy         rules about files: length, committed artefacts, exceptions, paths of one machine, module headers
  deny         what may be depended on, by whom, under which licence, from which source
  clippy       every lint an error: libraries, programs, tests, benches
  docs         every page and link of the libraries' documentation
  suite        every test, and every example in the documentation
  kotlin       the seam in Kotlin: names as reviewed, stories on a JVM against a real city
  swift        the same in Swift; --install puts Swift 6 below target where there is none, as CI=true and `test --hosts swift` do

其他 more
  bind kotlin|swift
               writes the seam in that language into target/bind and compares its names; --accept takes them as reviewed
  bind android|apple
               builds the library for Android's phones with an NDK, or for Apple's on a Mac
  soak kotlin|swift
               10,000 openings and 100,000 pages, or as many as are named, and whether memory grows with them
  bench NAME   one benchmark of tests/benches; `bench seam` measures Kotlin and Swift beside the core alone
  fuzz photo --seconds N
               pictures changed at random, for so many seconds, optimised
  demo         a city and its phones on this machine, optimised

clippy, docs and suite look at the whole workspace unless told otherwise: cargo xtask suite -p mingcha-model
What a machine lacks is installed where that is possible, and named in one sentence where it is not.
";

/// Why a command ended without success: a sentence or two that say what to do next.
type Refusal = String;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    match obey(&command, &words.collect::<Vec<_>>()) {
        Ok(Outcome::Skipped(why)) => {
            // Somebody asked for just this, so not to do it is no success; nor is it a mistake of anybody's.
            println!("{why}");
            ExitCode::from(2)
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(refusal) => {
            // Beside the tools' own output, so that the reason is the last thing a log shows.
            println!("{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: &str, words: &[String]) -> Result<Outcome, Refusal> {
    match command {
        "" | "help" | "-h" | "--help" => print!("{HELP}"),
        "bind" => return bind_as(words),
        "bench" if words == ["seam"] => seam::bench(&Machine::found())?,
        _ => obey_plainly(command, words)?,
    }
    Ok(Outcome::Passed)
}

fn obey_plainly(command: &str, words: &[String]) -> Result<(), Refusal> {
    if let Some(step) = steps::named(command) {
        return steps::one(step, &Machine::found(), words);
    }
    match command {
        "test" if words.is_empty() => steps::all(&Machine::prepared()),
        "test" if words.first().is_some_and(|word| word == "--hosts") => match words {
            [_, host] if host == "kotlin" => one_host("kotlin", &[]),
            [_, host] if host == "swift" => one_host("swift", &["--install".into()]),
            _ => Err("Which host? For example: cargo xtask test --hosts swift".into()),
        },
        "test" => Err("`cargo xtask test` proves everything and takes no words. \
                       For a part of the tests: cargo xtask suite -p mingcha-model"
            .into()),
        "soak" => soak(words),
        "bench" => {
            let (name, words) = words.split_first().ok_or("Which benchmark? For example: cargo xtask bench merge")?;
            let bench = ["bench", "--workspace", "--bench", name];
            steps::succeed(Machine::found().cargo(&bench).args(words))
        }
        "fuzz" => match words {
            [what, option, seconds] if what == "photo" && option == "--seconds" && seconds.parse::<u64>().is_ok() => {
                let test = ["test", "--release", "-p", "mingcha-evidence", "--test", "fuzz", "--", "--nocapture"];
                steps::succeed(Machine::found().cargo(&test).env("MINGCHA_FUZZ_SECONDS", seconds))
            }
            _ => Err("What, and for how long? For example: cargo xtask fuzz photo --seconds 600".into()),
        },
        "demo" => steps::succeed(Machine::found().cargo(&["run", "--release", "--", "demo"]).args(words)),
        _ => Err(format!("There is no command `{command}`.\n\n{HELP}")),
    }
}

fn one_host(name: &str, words: &[String]) -> Result<(), Refusal> {
    let step = steps::named(name).ok_or("There is no such host.")?;
    steps::one(step, &Machine::prepared(), words)
}

fn soak(words: &[String]) -> Result<(), Refusal> {
    const HOW: &str = "Which host, and how often? For example: cargo xtask soak kotlin 10000 100000";
    let (name, often) = words.split_first().ok_or(HOW)?;
    let language = bind::Language::named(name).ok_or(HOW)?;
    let often: Vec<u32> = often.iter().map(|word| word.parse()).collect::<Result<_, _>>().map_err(|_| HOW)?;
    match often[..] {
        [] => hosts::soak(&Machine::found(), language, 10_000, 100_000),
        [openings, pages] => hosts::soak(&Machine::found(), language, openings, pages),
        _ => Err(HOW.into()),
    }
}

fn bind_as(words: &[String]) -> Result<Outcome, Refusal> {
    const WHICH: &str = "Into which language, or for which phones? For example: cargo xtask bind kotlin";
    let (name, words) = words.split_first().ok_or(WHICH)?;
    match name.as_str() {
        "android" if words.is_empty() => return bind::android::build(&Machine::found()),
        "apple" if words.is_empty() => return bind::apple::build(&Machine::found()),
        _ => {}
    }
    let language = bind::Language::named(name).ok_or(WHICH)?;
    let accept = match words {
        [] => false,
        [word] if word == "--accept" => true,
        _ => return Err("After the language there is only --accept.".into()),
    };
    let machine = Machine::found();
    let folder = bind::write(&machine, language)?;
    println!("Written into {}", folder.display());
    bind::compare(&machine, language, &folder, accept)?;
    Ok(Outcome::Passed)
}
