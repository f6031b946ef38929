//! What stands before and after a command: the options that all commands share, and how help looks.
//!
//! Help speaks Chinese first and English second, whatever the language of the output. A wrong argument is refused
//! before anything is opened.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, Args, Command as Clap, CommandFactory, FromArgMatches, Parser};
use mingcha::{Mistake, StillClock};

use crate::command::Command;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::write_out;
use crate::texts::Lang;
use crate::usage;

/// 明察：办公桌上的一部手机 / Mingcha: the phone at a desk
#[derive(Parser)]
#[command(name = "mingcha", version, after_help = AFTER)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes, before or after it.
#[derive(Args)]
struct Common {
    /// 一部手机的目录：数据、照片、密钥；不写则用环境变量 `MINGCHA_HOME` ，再则 `~/.mingcha` / the folder of one phone:
    /// its store, photos and keys; else `MINGCHA_HOME` from the environment, else `~/.mingcha`
    #[arg(long, global = true, value_name = "DIR", help_heading = COMMON)]
    home: Option<PathBuf>,
    /// 只输出一个 JSON 对象或数组 / print exactly one JSON object or array
    #[arg(long, global = true, help_heading = COMMON)]
    json: bool,
    /// 本机认为的时间，如 2026-02-24T09:30:00+08:00 / what this phone believes the time is
    #[arg(long, global = true, value_name = "RFC3339", help_heading = COMMON)]
    now: Option<String>,
    /// 输出语言：zh 中文（默认），en 英文 / the language of the output: zh (default) or en
    #[arg(long, global = true, value_parser = ["zh", "en"], value_name = "zh|en", hide_possible_values = true, help_heading = COMMON)]
    lang: Option<String>,
}

const COMMON: &str = "通用选项 / Common options";

const AFTER: &str = "\
只有 enrol、sync、photo fetch 联网，其余都可离线。退出码：0 办成；2 用法有误，什么也没改；1 其他，已确认的不会丢失。
Only enrol, sync and photo fetch talk to the network. Exit codes: 0 done; 2 the caller's mistake, nothing was changed;
1 anything else, nothing acknowledged was lost.

例 / Example:
  mingcha --home ./phone enrol https://city.example CODE
  mingcha --home ./phone sync
  mingcha --home ./phone tasks";

const TEMPLATE: &str = "{about-with-newline}\n用法 / Usage: {usage}\n\n{all-args}{after-help}";

/// Runs the program with these arguments, its own name first.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    // Asked of the raw words, because a script wants its errors in JSON even when the words cannot be read.
    let json = arguments.iter().any(|word| word == "--json");
    match attempt(arguments) {
        Ok(code) => code,
        Err(failure) => failure.report(json),
    }
}

fn attempt(arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    let arguments = match whole().try_get_matches_from(arguments).and_then(|found| Arguments::from_arg_matches(&found))
    {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return Err(usage::failure(&error)),
        Err(help_or_version) => return write_out(&help_or_version.render().to_string()),
    };
    let common = arguments.common;
    let now = common.now.as_deref().map(StillClock::at).transpose();
    let now = now.map_err(|_| {
        Mistake::Malformed(
            "--now 应写 RFC 3339 时间，如 2026-02-24T09:30:00+08:00",
            "--now takes an RFC 3339 time with an offset, as in 2026-02-24T09:30:00+08:00",
        )
    })?;
    let lang = if common.lang.as_deref() == Some("en") { Lang::English } else { Lang::Chinese };
    arguments.command.run(&Desk::new(common.home, common.json, lang, now))
}

/// The whole tree of commands, with help in both languages.
fn whole() -> Clap {
    let mut tree = dressed(Arguments::command())
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .global(true)
                .action(ArgAction::Help)
                .help("显示帮助 / show help")
                .help_heading(COMMON),
        )
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help("显示版本 / show the version")
                .help_heading(COMMON),
        );
    tree.build();
    translated(tree)
}

/// Gives the `help` commands, which only exist once the tree is built, their text in both languages.
fn translated(command: Clap) -> Clap {
    command.mut_subcommands(|below| match below.get_name() {
        "help" => below.about("显示某个命令的帮助 / show the help of a command"),
        _ => translated(below),
    })
}

/// Gives a command and all below it the headings of both languages.
fn dressed(command: Clap) -> Clap {
    command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令 / Commands")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(|argument| {
            if argument.get_help_heading().is_some() {
                argument
            } else if argument.is_positional() {
                argument.help_heading("参数 / Arguments")
            } else {
                argument.help_heading("选项 / Options")
            }
        })
        .mut_subcommands(dressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_commands_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does_in_both_languages_and_shows_an_example() {
        fn walk(command: &Clap) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let name = command.get_name();
            assert!(about.contains(" / "), "`{name}` has no text in both languages: {about}");
            assert!(about.chars().any(|c| c > '\u{2e80}'), "`{name}` speaks no Chinese: {about}");
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains("例 / Example:\n  mingcha "), "`{name}` shows no example");
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains(" / "), "`{name}` does not explain `{}`", argument.get_id());
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&dressed(Arguments::command()));
    }

    /// The lines of every help's examples.
    fn examples(command: &Clap, found: &mut Vec<String>) {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        found.extend(after.lines().filter(|line| line.trim_start().starts_with("mingcha ")).map(str::to_owned));
        command.get_subcommands().for_each(|below| examples(below, found));
    }

    #[test]
    fn every_example_names_items_and_sets_that_exist() {
        let sets = mingcha_model::CriteriaSet::embedded().unwrap();
        let items: Vec<&str> = sets.iter().flat_map(|set| &set.items).map(|item| item.code.as_str()).collect();
        let codes: Vec<&str> = sets.iter().map(|set| set.code.as_str()).collect();
        let is_item =
            |word: &str| codes.iter().any(|code| word.strip_prefix(code).is_some_and(|rest| rest.starts_with('-')));
        let mut found = Vec::new();
        examples(&Arguments::command(), &mut found);
        let mut named = 0;
        for example in &found {
            let words: Vec<&str> = example.split_whitespace().collect();
            for word in words.iter().filter(|word| is_item(word)) {
                named += 1;
                assert!(items.contains(word) || codes.contains(word), "{example}: there is no {word}");
            }
            for (option, word) in words.iter().zip(words.iter().skip(1)) {
                assert!(*option != "--set" || codes.contains(word), "{example}: there is no set {word}");
                assert!(*option != "items" || codes.contains(word), "{example}: there is no set {word}");
            }
        }
        assert!(named >= 4, "examples name items: {found:?}");
    }
}
