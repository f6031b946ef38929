//! The demo as a person types it: it comes to its end, every line holds, and nothing is left behind unless asked for.

#![cfg(feature = "demo")]

use std::path::Path;
use std::process::{Command, Output};

#[cfg(test)]
fn demo(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingcha")).arg("demo").args(words).current_dir(folder).output().unwrap()
}

#[cfg(test)]
fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_city_inspects_itself_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &[]);
    let told = told(&output);
    assert!(output.status.success(), "{told}");
    for act in [
        "一、建城登记",
        "二、离线明察",
        "三、同步交办",
        "四、签收整改",
        "五、审核退改",
        "六、隔周复查",
        "七、督办整改",
        "八、暗访公布",
        "九、联合检查",
        "十、审核分歧",
        "十一、再查销号",
        "十二、假日顺延",
        "十三、核验对账",
    ] {
        assert!(told.contains(act), "no act {act}:\n{told}");
    }
    assert!(told.contains("本机所见：已销号 5，已督办 2") && !told.contains('✗'), "{told}");
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
    assert_eq!(rows.as_array().unwrap().len(), 5);
    // A workbook is an archive.
    assert!(std::fs::read(folder.path().join("mingcha-demo/ledger.xlsx")).unwrap().starts_with(b"PK"));
    let again = demo(folder.path(), &["--keep"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(again.stdout.is_empty());
}

#[test]
fn real_photos_are_lived_with_where_there_are_some_and_what_is_none_is_passed_over() {
    let photos = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos"));
    if !photos.is_dir() {
        println!("skipped: no real photos beside this checkout (../shared/photos)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &["--photos", &photos.display().to_string()]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("本机所见：已销号 5，已督办 2"), "{}", told(&output));
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    for words in [&["--photos", "nowhere"][..], &["--photos", "empty", "--keep"], &["--json"]] {
        let refused = demo(folder.path(), words);
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0), "{words:?}");
        assert!(!folder.path().join("mingcha-demo").exists(), "{words:?}");
    }
}
