//! How an office changes a set with a spreadsheet, and what it hears of a file that cannot be one.

use mingcha_tests::{City, Desk};
use serde_json::Value;

use super::{MORNING, items, rows, sets};

#[test]
fn an_office_changes_a_set_in_a_spreadsheet_and_visits_keep_the_version_they_were_opened_with() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let anna = city.phone("anna", "inspector", MORNING);
    let start = ["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"];
    let old = anna.text(&start, "visit");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (csv, toml) = (path("W5.csv"), path("W5.toml"));
    anna.run(&["sets", "export", "W5", "--out", &csv]);
    assert_eq!(anna.run(&["sets", "check", &csv])["ok"], true);

    // What somebody has worked on is not written over, unless that is asked for.
    let (kept, page) = (path("kept.toml"), path("kept.html"));
    let beside = path("W5.toml");
    for file in [&kept, &page, &beside] {
        std::fs::write(file, "a day's work").unwrap();
    }
    for words in [
        &["sets", "export", "W5", "--out", &kept][..],
        &["sets", "import", &csv, "--out", &kept],
        &["sets", "import", &csv],
        &["sets", "print", "W5", "--html", "--out", &page],
    ] {
        anna.refuses(words, 2, "file_exists");
    }
    for file in [&kept, &page, &beside] {
        assert_eq!(std::fs::read_to_string(file).unwrap(), "a day's work");
    }
    anna.run(&["sets", "import", &csv, "--out", &kept, "--force"]);
    assert!(std::fs::read_to_string(&kept).unwrap().contains("W5-1"));
    std::fs::remove_file(&beside).unwrap();

    // A cell that no set may have is named by its place, and nothing is written.
    let sheet = std::fs::read_to_string(&csv).unwrap();
    let spoilt = path("spoilt.csv");
    std::fs::write(&spoilt, sheet.replacen("observe", "guess", 1)).unwrap();
    let checked = anna.try_run(&["sets", "check", &spoilt]);
    assert_eq!((checked.code, checked.json["ok"].as_bool()), (2, Some(false)), "{}", checked.stderr);
    assert_eq!(checked.json["mistakes"][0]["column"], "ask", "{}", checked.json);
    // Each reads in the reader's own language what is wrong, and nothing of the other one.
    let (zh, en) = ("应为 observe、ask", "write one of observe, ask");
    for (lang, told, other) in [("zh", zh, en), ("en", en, zh)] {
        for words in [&["sets", "check", &spoilt][..], &["sets", "import", &spoilt, "--out", &toml]] {
            let output = anna.in_words(lang, words);
            assert!(output.contains(told) && output.contains("W5-1"), "{words:?}: {output}");
            // An error is told in both languages, a table in the reader's.
            assert!(words[1] == "import" || !output.contains(other), "{words:?}: {output}");
        }
    }
    anna.refuses(&["sets", "import", &spoilt, "--out", &toml], 2, "bad_set");
    assert!(!std::path::Path::new(&toml).exists());

    // A sheet is no set's file yet: the city says how it becomes one.
    let refused = city.try_office(&["publish", &csv]);
    assert!(refused.code == 2 && refused.stderr.contains("mingcha sets import"), "{}", refused.stderr);
    anna.run(&["sets", "import", &csv, "--out", &toml]);
    let text = std::fs::read_to_string(&toml).unwrap();
    let raised = text.replacen("version = 1", "version = 2", 1).replacen("points = 200", "points = 300", 1);
    assert_ne!(raised, text);
    std::fs::write(&toml, raised).unwrap();
    // Whoever publishes hears that the campaign keeps its version.
    let published = city.office(&["publish", &toml]);
    let kept = serde_json::json!([{ "campaign": "窗口服务形象提升 2026", "version": 1 }]);
    assert_eq!((&published["version"], &published["campaigns"]), (&2.into(), &kept));
    anna.run(&["sync"]);
    let new = anna.text(&start, "visit");
    assert_eq!((sets(&anna, &old), sets(&anna, &new)), (vec!["W5@1".to_owned()], vec!["W5@2".to_owned()]));
    let differ = rows(&anna.run(&["sets", "diff", "W5", "1", "2"]));
    assert!(differ.iter().any(|row| row["item"] == "W5-1" && row["key"] == "points"), "{differ:?}");

    // An item of the new version is answered and the city takes it; taken out of use, the set is offered no more.
    anna.run(&["visit", "answer", &new, "W5-1", "yes"]);
    assert_eq!(anna.run(&["sync"])["refused"], 0);
    assert_eq!(city.office(&["publish", "--retire", "W5"])["campaigns"], kept);
    anna.run(&["sync"]);
    anna.refuses(&start, 2, "retired_set");
    // Nor does the campaign ask it that names it; what else it names is still asked.
    let asked = anna.text(&["visit", "start", "GOV-01", "--mode", "open"], "visit");
    assert_eq!(sets(&anna, &asked), ["SYSB@1"]);
    city.office(&["publish", "--retire", "SYSB"]);
    anna.run(&["sync"]);
    let everyday = anna.text(&["visit", "start", "GOV-01", "--mode", "open"], "visit");
    assert!(sets(&anna, &everyday).iter().all(|set| !set.starts_with("W5@") && !set.starts_with("SYSB@")));
    // Published again, it is in use again, and whoever publishes is told so.
    assert_eq!(city.office(&["publish", &toml])["back_in_use"], true);
    assert_eq!(city.office(&["publish", &toml])["back_in_use"], false);
    anna.run(&["sync"]);
    let again = anna.text(&start, "visit");
    assert_eq!(sets(&anna, &again), ["W5@2"]);
    assert_eq!((items(&anna, &old).len(), items(&anna, &new).len()), (12, 12));
    assert_eq!(anna.run(&["verify"])["ok"], true);
}

/// What a check on the phone and a publication in the city say of the same file: the reason in Chinese.
fn refused_alike(city: &City, desk: &Desk, file: &str, told: &str) {
    let checked = desk.try_run(&["sets", "check", file]);
    assert_eq!((checked.code, checked.json["ok"].as_bool()), (2, Some(false)), "{file}: {}", checked.json);
    let reason = checked.json["mistakes"][0]["reason"].as_str().unwrap();
    assert!(reason.contains(told), "{file}: {reason}");
    let refused = city.try_office(&["publish", file]);
    assert_eq!(refused.code, 2, "{file}: {}", refused.stderr);
    assert!(refused.stderr.contains(told), "{file}: {}", refused.stderr);
}

#[test]
fn an_office_hears_from_the_check_what_the_city_would_say_and_of_a_refused_file_nothing_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let anna = city.phone("anna", "inspector", MORNING);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let export = path("W5.toml");
    anna.run(&["sets", "export", "W5", "--out", &export]);
    let right = std::fs::read_to_string(&export).unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(path(name), text).unwrap();
        path(name)
    };
    let own = |version: u32, more: &str| {
        let item = "[[item]]\ncode = \"GAP-1\"\ntext = { zh = \"问\", en = \"ask\" }\nhelp = { zh = \"帮\", en = \"help\" }\n\
                    answer = \"yn\"\nask = [\"observe\"]\nphoto = \"none\"\nkinds = [\"ALL\"]\npoints = 100\n\
                    source = [{ document = \"本市规定\", clause = \"一\" }]\n";
        format!(
            "code = \"GAP\"\nversion = {version}\nname = {{ zh = \"标准\", en = \"a set\" }}\ndefinition = \"seed\"\n\
             scoring = \"item_points\"\n{item}{more}"
        )
    };
    assert_eq!(city.office(&["publish", &file("GAP.toml", &own(7, ""))])["version"], 7);
    anna.run(&["sync"]);
    let before = anna.run(&["sets"]);

    refused_alike(&city, &anna, &file("small.toml", &right.replacen("\"W5\"", "\"w5\"", 1)), "已有标准 W5，只差大小写");
    refused_alike(&city, &anna, &file("back.toml", &own(3, "")), "标准 GAP 已有第 7 版，版本只能升高");
    refused_alike(&city, &anna, &file("altered.toml", &own(7, "priority = 1\n")), "已发布，内容不可更改");
    let taken = own(8, "").replace("GAP-1", "W5-3").replace("\"GAP\"", "\"NEW\"");
    refused_alike(&city, &anna, &file("taken.toml", &taken), "检查项编码 W5-3 已属于标准 W5");
    let remark = format!("{}# {}\n", own(8, ""), "说".repeat(60_000));
    refused_alike(&city, &anna, &file("large.toml", &remark), "请分成两套标准");
    // Wrong in its last item alone: what stands before it is not published either.
    let last = right.replacen("version = 1", "version = 2", 1);
    let (head, tail) = last.rsplit_once("answer = \"").unwrap();
    let spoilt = format!("{head}answer = \"maybe{}", &tail[tail.find('"').unwrap()..]);
    refused_alike(&city, &anna, &file("spoilt.toml", &spoilt), "应为 yn、grade");
    let load = "[[areas]]\ncode = \"NEU\"\nzh = \"新区\"\nen = \"new\"\n[[sets]]\nfile = \"spoilt.toml\"\n";
    assert_eq!(city.try_office(&["load", &file("all.toml", load)]).code, 2);
    anna.run(&["sync"]);
    assert_eq!(anna.run(&["sets"]), before, "nothing of a refused file arrives");

    // Out of use it is listed and says so; loaded again it is in use again, and whoever loads it is told.
    let row = |desk: &Desk| rows(&desk.run(&["sets"])).into_iter().find(|row| row["set"] == "GAP").unwrap();
    let told = |row: &Value| ["version", "offered", "placeholder", "retired"].map(|key| row[key].to_string());
    assert_eq!(told(&row(&anna)), ["7", "\"campaign\"", "false", "false"]);
    city.office(&["publish", "--retire", "GAP"]);
    anna.run(&["sync"]);
    assert_eq!(row(&anna)["retired"], true);
    let words = anna.in_words("zh", &["sets"]);
    let line = words.lines().find(|line| line.starts_with("GAP")).unwrap();
    assert!(line.contains("文件载明") && line.contains("已停用") && !words.contains("内置"), "{line}");
    let again = file("again.toml", "[[sets]]\nfile = \"GAP.toml\"\n");
    assert_eq!(city.office(&["load", &again])["back_in_use"], serde_json::json!(["GAP"]));
    assert_eq!(city.office(&["load", &again])["back_in_use"], serde_json::json!([]));
    anna.run(&["sync"]);
    assert_eq!(row(&anna)["retired"], false);
}
