//! The named commands of this project: what a person types is what every other machine types.
//!
//! `cargo xtask test` is the one proof. This program decides nothing about the product; it starts tools, counts what
//! they say, and refuses to call anything proven that did not run.

mod bind;
mod count;
mod deny;
mod hosts;
mod limit;
mod machine;
mod seam;
mod steps;
mod surface;
mod tidy;

use std::process::ExitCode;

use crate::machine::Machine;
use crate::steps::{Outcome, Step};

const HELP: &str = "\
cargo xtask COMMAND [WORDS]

全部 the whole
  test         every step below, in this order: the one command that proves the project; installs what is missing
  test --hosts kotlin,swift
               these of the last two steps alone; installs Swift 6 below target on a Debian that has none

单步 one step
  fmt          the format, as rustfmt writes it
  tidy         rules about files: length, committed artefacts, exceptions, paths of one machine, module headers
  deny         what may be depended on, by whom, under which licence, from which source
  clippy       every lint an error: libraries, programs, tests, benches
  docs         every page and link of the libraries' documentation
  suite        every test, and every example in the documentation
  kotlin       the seam in Kotlin: names as reviewed, stories on a JVM against a real city
  swift        the same in Swift, where there is Swift 6; --install puts it below target, as CI=true does

其他 more
  bind kotlin|swift
               writes the seam in that language into target/bind and compares its names; --accept takes them as reviewed
  bind android|apple
               builds the library for Android's phones with an NDK, or for Apple's on a Mac
  bench NAME   one benchmark of tests/benches
  bench seam   what a call, a page and a photo cost in Kotlin and in Swift beside the core alone; fails where a page misses its target
  soak kotlin|swift [OPENINGS PAGES]
               10,000 openings and 100,000 pages, or as many as are named, and whether memory grows with them
  fuzz photo --seconds N
               pictures changed at random, for so many seconds, optimised
  demo         a city and its phones on this machine, optimised

clippy, docs and suite look at the whole workspace unless told otherwise in cargo's words: cargo xtask suite -p mingcha-model
Each step has a limit, at which it is ended with everything it started. On a slow machine: MINGCHA_STEP_SECONDS=7200 cargo xtask test
A command ends with 0 when all is well, with 1 when something is wrong, and with 2 when this machine lacks what it needs, which it
then names. Only `test` goes on without a host that is not here; where CI=true,
only without one that this machine bars or no mirror gives.
";

/// Why a command ended without success: a sentence or two that say what to do next.
type Refusal = String;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) =
        words.split_first().map_or(("", words.as_slice()), |(command, rest)| (command.as_str(), rest));
    if (command == "test" || steps::named(command).is_some())
        && let Some(code) = limit::in_a_group(&words)
    {
        return code;
    }
    match obey(command, rest) {
        // Somebody asked for just this, so not to do it is no success; nor is it a mistake of anybody's.
        Ok(Outcome::Skipped(_) | Outcome::Barred(_)) => ExitCode::from(2),
        Ok(_) => ExitCode::SUCCESS,
        Err(refusal) => {
            // Beside the tools' own output, so that the reason is the last thing a log shows.
            println!("{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: &str, words: &[String]) -> Result<Outcome, Refusal> {
    if let Some(step) = steps::named(command) {
        return steps::one(step, &Machine::found(), words);
    }
    match command {
        "test" => return test(words),
        "bind" => return bind_as(words).inspect(excused),
        "soak" => return soak(words).inspect(excused),
        "" | "help" | "-h" | "--help" => print!("{HELP}"),
        "bench" if words == ["seam"] => seam::bench(&Machine::found())?,
        _ => obey_plainly(command, words)?,
    }
    Ok(Outcome::Passed)
}

fn obey_plainly(command: &str, words: &[String]) -> Result<(), Refusal> {
    match command {
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
        _ => Err(format!("{HELP}\nThere is no command `{command}`.")),
    }
}

/// Says why something was not done.
fn excused(outcome: &Outcome) {
    if let Outcome::Skipped(why) | Outcome::Barred(why) = outcome {
        println!("{why}");
    }
}

const WHICH_HOSTS: &str = "Which hosts? For example: cargo xtask test --hosts kotlin,swift";

fn test(words: &[String]) -> Result<Outcome, Refusal> {
    match words {
        [] => steps::all(&steps::prepared()).map(|_| Outcome::Passed),
        [option, hosts] if option == "--hosts" => {
            let hosts = named_hosts(hosts)?;
            steps::several(&steps::prepared(), &hosts)
        }
        [option] if option == "--hosts" => Err(WHICH_HOSTS.into()),
        _ => Err("`cargo xtask test` proves everything and takes no words but --hosts kotlin,swift. \
                  For a part of the tests: cargo xtask suite -p mingcha-model"
            .into()),
    }
}

/// The steps of these hosts, `kotlin,swift`; whoever names Swift here wants it installed.
fn named_hosts(names: &str) -> Result<Vec<(&'static Step, Vec<String>)>, Refusal> {
    let host = |name: &str| {
        let language = bind::Language::named(name)?;
        let words = if language == bind::Language::Swift { vec!["--install".to_owned()] } else { Vec::new() };
        Some((steps::named(language.name())?, words))
    };
    names.split(',').map(|name| host(name.trim()).ok_or_else(|| WHICH_HOSTS.to_owned())).collect()
}

fn soak(words: &[String]) -> Result<Outcome, Refusal> {
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
    const WHICH: &str = "Into which language, or for which phones? cargo xtask bind kotlin, swift, android or apple";
    let (name, words) = words.split_first().ok_or(WHICH)?;
    match name.as_str() {
        "android" | "apple" if !words.is_empty() => return Err(format!("After {name} there is nothing to say.")),
        "android" => return bind::android::build(&Machine::found()),
        "apple" => return bind::apple::build(&Machine::found()),
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
