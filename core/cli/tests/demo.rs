//! The demo as a person types it: it comes to its end, every line holds, and nothing is left behind unless asked for.

#![cfg(feature = "demo")]

use std::path::Path;
use std::process::{Command, Output};

fn demo(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingcha")).arg("demo").args(words).current_dir(folder).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_city_inspects_itself_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &[]);
    let told = told(&output);
    assert!(output.status.success(), "{told}");
    for act in ["建城登记", "离线明察", "同步交办", "签收整改", "审核退改", "隔周复查", "督办销号", "核验"]
    {
        assert!(told.contains(act), "no act {act}:\n{told}");
    }
    assert!(told.contains("本机所见：已销号 4") && !told.contains('✗'), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something was left behind");
}

#[test]
fn what_is_kept_can_be_looked_into_and_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    assert!(demo(folder.path(), &["--keep", "--lang", "en"]).status.success());
    let listed = Command::new(env!("CARGO_BIN_EXE_mingcha"))
        .args(["--home", "mingcha-demo/inspector", "--json", "finding", "list", "--stage", "closed"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 4);
    let again = demo(folder.path(), &["--keep"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(again.stdout.is_empty());
}

#[test]
fn real_photos_are_lived_with_where_there_are_some() {
    let photos = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos/gps"));
    if !photos.is_dir() {
        println!("skipped: no real photos beside this checkout (../shared/photos/gps)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &["--photos", &photos.display().to_string()]);
    assert!(output.status.success(), "{}", told(&output));
    let missing = demo(folder.path(), &["--photos", "nowhere"]);
    assert_eq!(missing.status.code(), Some(2));
}
