//! The city's commands as a person types them: the real program, real folders, real signals.
#![cfg(test)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingcha-city"));
    command.args(words);
    command
}

/// What a command did: its exit code and the JSON it printed.
fn done(words: &[&str]) -> Value {
    let output = command(words).arg("--json").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {told}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// A command that is refused: its exit code and its error, one line on stderr and nothing on stdout.
fn refused(words: &[&str]) -> (i32, Value) {
    let Output { status, stdout, stderr } = command(words).arg("--json").output().unwrap();
    let told = String::from_utf8(stderr).unwrap();
    assert_eq!(told.lines().count(), 1, "{words:?}: {told}");
    assert!(stdout.is_empty());
    let error: Value = serde_json::from_str(&told).unwrap();
    assert!(!error["message"].as_str().unwrap().is_empty());
    (status.code().unwrap(), error)
}

fn code_of((exit, error): (i32, Value)) -> (i32, String) {
    (exit, error["error"].as_str().unwrap().to_owned())
}

fn mistake(code: &str) -> (i32, String) {
    (2, code.to_owned())
}

struct Sample {
    _folder: TempDir,
    dir: String,
}

fn sample() -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("city").display().to_string();
    let made = done(&["init", "--data", &dir, "--sample"]);
    assert_eq!((&made["areas"], &made["units"], &made["sites"]), (&3.into(), &12.into(), &40.into()));
    assert_eq!(made["sample"], true);
    Sample { _folder: folder, dir }
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_folder_holds_one_city_and_is_not_founded_twice() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().display().to_string();
    let made = done(&["init", "--data", &dir]);
    assert_eq!((&made["sample"], &made["sites"]), (&false.into(), &0.into()));
    let key = std::fs::read(folder.path().join("city.key")).unwrap();
    assert_eq!(code_of(refused(&["init", "--data", &dir])), mistake("already_a_city"));
    assert_eq!(code_of(refused(&["init", "--data", &dir, "--sample"])), mistake("already_a_city"));
    assert_eq!(std::fs::read(folder.path().join("city.key")).unwrap(), key);
}

#[test]
fn a_city_whose_key_was_exchanged_signs_nothing_and_says_which_key_to_restore() {
    let Sample { _folder: folder, dir } = sample();
    let path = Path::new(&dir).join("city.key");
    let first = std::fs::read(&path).unwrap();
    std::fs::write(&path, [7; 32]).unwrap();
    for words in [&["serve", "--data", &dir, "--listen", "127.0.0.1:0"][..], &["devices", "--data", &dir]] {
        let (exit, error) = refused(words);
        assert_eq!((exit, error["error"].as_str()), (1, Some("other_key")), "{words:?}");
        assert!(error["message"].as_str().unwrap().contains("restore the first city.key"), "{error}");
    }
    std::fs::write(&path, first).unwrap();
    done(&["devices", "--data", &dir]);
    drop(folder);
}

#[cfg(unix)]
#[test]
fn what_a_city_keeps_is_its_owners_alone_even_after_somebody_opened_it_to_all() {
    use std::os::unix::fs::PermissionsExt as _;
    let Sample { _folder: folder, dir } = sample();
    let others_may = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077 != 0;
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(Path::new(&dir).join("city.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
    done(&["devices", "--data", &dir]);
    assert!(!others_may(Path::new(&dir)));
    let mut seen = 0;
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        assert!(!others_may(&path), "{} is open to others", path.display());
        seen += 1;
    }
    assert!(seen >= 3, "city.db, city.key and photos");
    drop(folder);
}

#[test]
fn where_there_is_no_city_every_command_says_so_and_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("nothing").display().to_string();
    let someone = "3f2b8c1e-0d4a-4f6b-9a57-1c2d3e4f5a6b";
    for words in [
        &["enrol", "--data", &dir, "--role", "office"][..],
        &["load", "--data", &dir, "city.toml"],
        &["grant", "--data", &dir, someone, "--area", "DH"],
        &["revoke", "--data", &dir, someone, "--area", "DH"],
        &["devices", "--data", &dir],
        &["revoke-device", "--data", &dir, someone],
        &["clock", "--data", &dir, "system"],
        &["serve", "--data", &dir, "--listen", "127.0.0.1:0"],
    ] {
        assert_eq!(code_of(refused(words)), mistake("not_a_city"), "{words:?}");
    }
    assert!(!Path::new(&dir).exists());
}

#[test]
fn a_wrong_file_changes_nothing_and_says_what_to_write_instead() {
    let Sample { _folder: folder, dir } = sample();
    let area = "[[areas]]\ncode = \"NQ\"\nzh = \"南桥区\"\nen = \"Nanqiao\"\n";
    let unit = "[[units]]\ncode = \"NQ-1\"\nname = \"南桥区某局\"\narea = \"NOWHERE\"\n";
    let file = write(folder.path(), "wrong.toml", &format!("{area}{unit}[[people]]\nname = \"某人\"\n"));
    let (exit, error) = refused(&["load", "--data", &dir, &file]);
    assert_eq!((exit, error["error"].as_str()), (2, Some("file_mistakes")));
    let mistakes = error["mistakes"].as_array().unwrap();
    assert_eq!(mistakes.len(), 2);
    let unit_row = mistakes.iter().find(|one| one["table"] == "[[units]] NQ-1").unwrap();
    assert_eq!((&unit_row["file"], &unit_row["line"]), (&file.as_str().into(), &8.into()));
    assert!(unit_row["reason"]["en"].as_str().unwrap().contains("add it under [[areas]]"));
    let told = error["message"].as_str().unwrap();
    assert!(told.contains("未导入任何内容") && told.contains("nothing was loaded"), "{told}");
    assert!(!told.contains("南桥区某局") && !told.contains("某人"), "names stay out of errors: {told}");
    // The right half of the file was not taken over.
    let inspector = ["enrol", "--data", &dir, "--role", "inspector", "--area", "NQ"];
    assert_eq!(code_of(refused(&inspector)), mistake("area_unknown"));

    let right = write(folder.path(), "right.toml", area);
    let loaded = done(&["load", "--data", &dir, &right]);
    assert_eq!((&loaded["areas"], &loaded["entries"]), (&1.into(), &1.into()));
    assert_eq!(done(&["load", "--data", &dir, &right])["entries"], 0, "loading again changes nothing");
    done(&inspector);
    let absent = folder.path().join("absent.toml").display().to_string();
    assert_eq!(code_of(refused(&["load", "--data", &dir, &absent])), mistake("file_unreadable"));
}

#[test]
fn the_sample_file_loads_into_a_city_of_ones_own_and_again_without_effect() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("city").display().to_string();
    done(&["init", "--data", &dir]);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/sample/city.toml");
    let loaded = done(&["load", "--data", &dir, file]);
    for (key, count) in [("areas", 3), ("kinds", 2), ("units", 12), ("sites", 40), ("sets", 0), ("campaigns", 1)] {
        assert_eq!(loaded[key], count, "{key}");
    }
    assert_eq!(loaded["policy"], true);
    assert!(loaded["entries"].as_u64().unwrap() > 80);
    assert_eq!(done(&["load", "--data", &dir, file])["entries"], 0);
}

#[test]
fn an_enrolment_gives_a_code_and_accepts_codes_and_ids() {
    let Sample { dir, .. } = &sample();
    let enrol = |more: &[&str]| done(&[&["enrol", "--data", dir, "--role"], more].concat());
    let first = enrol(&["inspector", "--area", "DH", "--area", "XL", "--name", "甲"]);
    let code = first["code"].as_str().unwrap();
    assert_eq!(code.len(), 14);
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4]);
    let person = first["person"].as_str().unwrap();

    let next = enrol(&["inspector", "--person", person]);
    assert_eq!(next["person"], person);
    assert_ne!(next["code"], first["code"]);

    let area = mingcha_city::load::area_id("BT").to_string();
    let unit = mingcha_city::load::unit_id("MC-TAX").to_string();
    enrol(&["supervisor", "--area", &area]);
    enrol(&["contact", "--unit", &unit]);
    enrol(&["contact", "--unit", "MC-TAX"]);
    enrol(&["office"]);
    enrol(&["auditor"]);
    assert_eq!(done(&["devices", "--data", dir]), Value::Array(vec![]), "a code is not yet a device");
}

#[test]
fn an_enrolment_that_fits_no_role_is_refused_with_exit_2() {
    let Sample { dir, .. } = &sample();
    let refused = |more: &[&str]| code_of(refused(&[&["enrol", "--data", dir, "--role"], more].concat()));
    assert_eq!(refused(&["inspector"]), mistake("role_needs"));
    assert_eq!(refused(&["supervisor"]), mistake("role_needs"));
    assert_eq!(refused(&["inspector", "--area", "DH", "--unit", "MC-TAX"]), mistake("role_needs"));
    assert_eq!(refused(&["contact"]), mistake("role_needs"));
    assert_eq!(refused(&["contact", "--unit", "MC-TAX", "--area", "DH"]), mistake("role_needs"));
    assert_eq!(refused(&["office", "--area", "DH"]), mistake("role_needs"));
    assert_eq!(refused(&["auditor", "--unit", "MC-TAX"]), mistake("role_needs"));
    assert_eq!(refused(&["inspector", "--area", "NOWHERE"]), mistake("area_unknown"));
    assert_eq!(refused(&["inspector", "--area", "3f2b8c1e-0d4a-4f6b-9a57-1c2d3e4f5a6b"]), mistake("area_unknown"));
    assert_eq!(refused(&["contact", "--unit", "NOBODY"]), mistake("unit_unknown"));
    assert_eq!(refused(&["office", "--name", ""]), mistake("name_invalid"));
    assert_eq!(refused(&["office", "--name", &"甲".repeat(101)]), mistake("name_invalid"));
    assert_eq!(refused(&["office", "--person", "nobody"]), mistake("person_unknown"));
    let stranger = "3f2b8c1e-0d4a-4f6b-9a57-1c2d3e4f5a6b";
    assert_eq!(refused(&["inspector", "--person", stranger]), mistake("person_unknown"));
    assert_eq!(refused(&["mayor"]), mistake("usage"));
    assert_eq!(refused(&["contact", "--unit", "MC-TAX", "--unit", "MC-GOV"]), mistake("usage"));
}

#[test]
fn areas_are_granted_and_revoked_to_those_who_work_in_areas() {
    let Sample { dir, .. } = &sample();
    let inspector = done(&["enrol", "--data", dir, "--role", "inspector", "--area", "DH"])["person"].clone();
    let office = done(&["enrol", "--data", dir, "--role", "office"])["person"].clone();
    let (inspector, office) = (inspector.as_str().unwrap(), office.as_str().unwrap());
    let area = mingcha_city::load::area_id("XL").to_string();
    let told = done(&["grant", "--data", dir, inspector, "--area", "XL"]);
    assert_eq!((&told["person"], &told["area"]), (&inspector.into(), &area.as_str().into()));
    done(&["grant", "--data", dir, inspector, "--area", &area]);
    done(&["revoke", "--data", dir, inspector, "--area", "XL"]);
    assert_eq!(code_of(refused(&["grant", "--data", dir, office, "--area", "XL"])), mistake("role_needs"));
    assert_eq!(code_of(refused(&["grant", "--data", dir, inspector, "--area", "Z"])), mistake("area_unknown"));
    assert_eq!(code_of(refused(&["revoke", "--data", dir, "x", "--area", "XL"])), mistake("person_unknown"));
    assert_eq!(code_of(refused(&["revoke-device", "--data", dir, inspector])), mistake("device_unknown"));
}

#[test]
fn only_a_sample_city_has_a_clock_that_may_be_set() {
    let Sample { dir, .. } = &sample();
    let told = done(&["clock", "--data", dir, "2027-03-16T09:00:00+08:00"]);
    assert!(told["now"].as_str().unwrap().starts_with("2027-03-16T09:00:0"), "{told}");
    assert_eq!(told["system"], false);
    let told = done(&["clock", "--data", dir, "system"]);
    assert_eq!(told["system"], true);
    assert!(!told["now"].as_str().unwrap().starts_with("2027-03-16"), "{told}");
    assert_eq!(code_of(refused(&["clock", "--data", dir, "2027-03-16"])), mistake("time_invalid"));

    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().display().to_string();
    done(&["init", "--data", &own]);
    let set = ["clock", "--data", &own, "2027-03-16T09:00:00+08:00"];
    assert_eq!(code_of(refused(&set)), mistake("not_a_sample"));
}

#[test]
fn what_cannot_be_understood_is_told_on_one_line_with_exit_2() {
    assert_eq!(code_of(refused(&[])), mistake("usage"));
    assert_eq!(code_of(refused(&["init"])), mistake("usage"));
    assert_eq!(code_of(refused(&["init", "--date", "x"])), mistake("usage"));
    assert_eq!(code_of(refused(&["backup", "--out", "x"])), mistake("usage"));
    assert_eq!(code_of(refused(&["restore", "x"])), mistake("usage"));
    let plain = command(&["init"]).output().unwrap();
    let told = String::from_utf8(plain.stderr).unwrap();
    assert_eq!((plain.status.code(), told.lines().count()), (Some(2), 1), "{told}");
    assert!(told.contains("命令写法有误") && told.contains("--data"), "{told}");
    assert!(!told.starts_with('{'));
}

#[test]
fn people_read_chinese_first_or_the_one_language_they_asked_for() {
    let Sample { dir, .. } = &sample();
    let told = |more: &[&str]| {
        let output = command(&[&["enrol", "--data", dir, "--role", "office"], more].concat()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (chinese, english) = ("七天内在手机上输入", "Type this code into the phone");
    let both = told(&[]);
    assert!(both.find(chinese).unwrap() < both.find(english).unwrap(), "{both}");
    let zh = told(&["--lang", "zh"]);
    assert!(zh.contains(chinese) && !zh.contains(english), "{zh}");
    let en = told(&["--lang", "en"]);
    assert!(!en.contains(chinese) && en.contains(english), "{en}");
    assert_eq!(en.lines().next().unwrap().len(), 14, "the code has a line of its own");
    let help = command(&["enrol", "--help"]).output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().contains("mingcha-city enrol --data ./city --role inspector"));
}

/// A serving city and the address it said; ended when the test ends.
struct Serving {
    child: Child,
    address: String,
    out: BufReader<std::process::ChildStdout>,
}

impl Serving {
    fn begin(dir: &str) -> Self {
        let mut child = command(&["serve", "--data", dir, "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on http://").expect(&line).trim_end().to_owned();
        Self { child, address, out }
    }

    fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// The exit code, if it ended in time.
    fn ends_within(&mut self, time: Duration) -> Option<i32> {
        let began = Instant::now();
        while began.elapsed() < time {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_serving_city_says_one_line_answers_and_ends_cleanly_on_sigterm() {
    let Sample { dir, .. } = &sample();
    let mut serving = Serving::begin(dir);
    assert_ne!(serving.address, "127.0.0.1:0");
    let mut stream = TcpStream::connect(&serving.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET /nothing/here HTTP/1.1\r\nHost: city\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    // Commands work beside it.
    done(&["enrol", "--data", dir, "--role", "office"]);

    serving.terminate();
    assert_eq!(serving.ends_within(Duration::from_secs(5)), Some(0));
    let mut rest = String::new();
    serving.out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "one line and nothing else");
    // And it can be served again.
    Serving::begin(dir);
}

#[test]
fn a_signal_right_after_the_line_is_a_clean_end_too_even_with_a_phone_connected() {
    let Sample { dir, .. } = &sample();
    let mut serving = Serving::begin(dir);
    let idle = TcpStream::connect(&serving.address).unwrap();
    serving.terminate();
    assert_eq!(serving.ends_within(Duration::from_secs(5)), Some(0));
    drop(idle);
}

#[test]
fn a_city_that_cannot_serve_as_asked_says_why() {
    let Sample { dir, .. } = &sample();
    let serve = |more: &[&str]| code_of(refused(&[&["serve", "--data", dir, "--listen"], more].concat()));
    assert_eq!(serve(&["127.0.0.1:0", "--database-url", "postgres://db"]), mistake("not_in_this_build"));
    assert_eq!(serve(&["127.0.0.1:0", "--photos-url", "s3://photos"]), mistake("not_in_this_build"));
    assert_eq!(serve(&["everywhere"]), mistake("listen_invalid"));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_eq!(serve(&[&address]), (1, "listen_failed".to_owned()));
}
