//! What the program does with the words it is given, before any phone matters: help, mistakes, exit codes.

use crate::program::mingcha;

const COMMANDS: [&str; 26] = [
    "enrol",
    "sync",
    "status",
    "sites",
    "tasks",
    "assign",
    "unassign",
    "sets",
    "items",
    "visit",
    "finding",
    "conflicts",
    "resolve",
    "refused",
    "held",
    "release",
    "explain",
    "verify",
    "score",
    "coverage",
    "compare",
    "search",
    "ledger",
    "calendar",
    "photo",
    "help",
];

#[test]
fn help_lists_every_command_and_goes_to_stdout() {
    let help = mingcha().run(&["--help"]);
    assert_eq!(help.exit, 0);
    assert_eq!(help.stderr, "");
    for command in COMMANDS {
        let listed = help.stdout.lines().any(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert!(listed, "`{command}` is not in the help:\n{}", help.stdout);
    }
}

#[test]
fn every_command_that_scripts_rely_on_has_help_of_its_own() {
    let visit = ["start", "form", "answer", "photo", "submit", "move", "void", "show", "list"];
    let finding = [
        "raise",
        "list",
        "show",
        "feedback",
        "acknowledge",
        "decline",
        "fixed",
        "notice",
        "supervise",
        "rectify",
        "review",
        "recheck",
        "reopen",
        "extension",
        "suspend",
        "resume",
        "appeal",
        "uphold",
        "withdraw",
        "void",
        "duplicate",
        "correct",
    ];
    let of = |command: &'static str, verbs: &[&'static str]| {
        verbs.iter().map(|verb| vec![command, verb]).collect::<Vec<_>>()
    };
    let mut all: Vec<Vec<&str>> = COMMANDS.iter().take(25).map(|command| vec![*command]).collect();
    all.extend(of("visit", &visit));
    all.extend(of("finding", &finding));
    all.extend(of("sets", &["check", "diff", "import", "export", "print"]));
    all.extend(of("photo", &["put", "inspect", "fetch", "list", "save"]));
    all.extend(of("refused", &["retry", "discard", "export"]));
    all.extend(of("calendar", &["workdays", "recheck"]));
    all.extend(["ask", "grant", "refuse"].map(|verb| vec!["finding", "extension", verb]));
    for words in all {
        let help = mingcha().run(&[&words[..], &["--help"]].concat());
        let named = format!("mingcha {}", words.join(" "));
        assert_eq!(help.exit, 0, "{named}: {}", help.stderr);
        assert!(help.stdout.contains(&format!("用法 / Usage: {named}")), "{named}:\n{}", help.stdout);
        assert!(help.stdout.contains("例 / Example:"), "{named} shows no example");
    }
}

#[test]
fn an_unknown_command_is_the_callers_mistake_in_one_line() {
    let failed = mingcha().run(&["visti", "list"]);
    assert_eq!(failed.exit, 2);
    assert_eq!(failed.stdout, "");
    assert_eq!(failed.stderr.lines().count(), 1, "{}", failed.stderr);
    assert!(failed.stderr.contains("visti"), "{}", failed.stderr);
    assert!(failed.stderr.contains("did you mean visit?"), "{}", failed.stderr);
}

#[test]
fn wrong_words_are_told_in_json_wherever_json_stands() {
    let cases: [(&[&str], &str); 9] = [
        (&["--json"], "name a command"),
        (&["--json", "visit"], "name a command"),
        (&["frobnicate", "--json"], "no such command: frobnicate"),
        (&["visit", "start", "--json", "--mode", "open"], "missing: <SITE>"),
        (&["visit", "start", "A-1", "--json"], "missing: --mode"),
        (&["visit", "start", "A-1", "--mode", "secret", "--json"], "--mode <MODE> takes one of: open undercover"),
        (&["status", "--loud", "--json"], "no such option: --loud"),
        (&["calendar", "workdays", "2026-02-09", "ten", "--json"], "<N> cannot take this value"),
        (&["sites", "--search", "--json"], "--search <TEXT> needs a value"),
    ];
    for (words, said) in cases {
        let failed = mingcha().run(words);
        assert_eq!(failed.exit, 2, "{words:?}");
        assert_eq!(failed.stdout, "", "{words:?}");
        let error = failed.error();
        assert_eq!(error["error"], "usage", "{words:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(said), "{words:?}: {message}");
        assert!(message.contains("--help"), "{words:?}: {message}");
        assert_eq!(error.as_object().unwrap().len(), 2);
    }
}

#[test]
fn a_mistake_names_the_help_of_its_own_command() {
    let failed = mingcha().run(&["finding", "extension", "grant"]);
    assert!(failed.stderr.contains("see mingcha finding extension grant --help"), "{}", failed.stderr);
}

#[test]
fn what_was_typed_is_not_repeated_where_it_may_hold_a_name_or_a_note() {
    for words in [
        &["sync", "王小明"][..],
        &["finding", "review", "S", "王小明"],
        &["calendar", "workdays", "2026-02-09", "王小明"],
        &["--now", "王小明", "status"],
    ] {
        let failed = mingcha().run(words);
        assert_eq!(failed.exit, 2, "{words:?}");
        assert!(!failed.stderr.contains("王小明"), "{words:?}: {}", failed.stderr);
    }
}

#[test]
fn a_time_that_is_none_is_refused_before_a_phone_is_opened() {
    for now in ["yesterday", "2026-02-24", "2026-02-24T09:30:00"] {
        let desk = mingcha();
        let failed = desk.run(&["--json", "--now", now, "status"]);
        assert_eq!(failed.exit, 2, "{now}");
        assert_eq!(failed.error()["error"], "malformed");
        assert!(!desk.home().exists(), "{now} left a phone behind");
    }
}

#[test]
fn the_version_is_printed() {
    let version = mingcha().run(&["--version"]);
    assert_eq!((version.exit, version.stdout.as_str()), (0, concat!("mingcha ", env!("CARGO_PKG_VERSION"), "\n")));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = mingcha().command(&["--help"]).stdout(writer).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(ended.status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = mingcha().command(&["--json", "--help"]).stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("\"error\":\"output\""));
}
