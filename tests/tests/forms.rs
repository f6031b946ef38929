//! Which sets a visit asks and how its form is cut, from the campaign to the list on the screen; and how an office
//! changes a set with a spreadsheet.

use std::collections::BTreeSet;

use mingcha_tests::{City, Desk};
use serde_json::Value;

const MORNING: &str = "2026-03-02T08:30:00+08:00";

fn items(desk: &Desk, visit: &str) -> Vec<String> {
    let form = desk.run(&["visit", "form", visit]);
    form.as_array().unwrap().iter().map(|row| row["item"].as_str().unwrap().to_owned()).collect()
}

fn sets(desk: &Desk, visit: &str) -> Vec<String> {
    let view = desk.run(&["visit", "show", visit]);
    view["sets"].as_array().unwrap().iter().map(|set| set.as_str().unwrap().to_owned()).collect()
}

fn rows(printed: &Value) -> Vec<Value> {
    printed.as_array().unwrap().clone()
}

#[test]
fn a_visit_asks_the_campaigns_sets_and_without_a_campaign_the_everyday_ones_that_fit_the_site() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let mut anna = city.phone("anna", "inspector", MORNING);
    let visit = anna.text(&["visit", "start", "GOV-01", "--mode", "open"], "visit");
    assert_eq!(sets(&anna, &visit), ["W5@1", "SYSB@1"]);
    assert!(items(&anna, &visit).contains(&"W5-1".to_owned()));

    // What is named outranks the campaign; a set of hospitals has nothing to ask at a service hall.
    let named = anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    assert_eq!((sets(&anna, &named), items(&anna, &named).len()), (vec!["W5@1".to_owned()], 12));
    anna.refuses(&["visit", "start", "GOV-01", "--mode", "open", "--set", "HOSP"], 2, "nothing_to_ask");
    anna.refuses(&["visit", "start", "GOV-01", "--mode", "open", "--set", "N8-PUBLIC"], 2, "nothing_to_ask");

    // The campaign is over.
    anna.now = "2026-12-07T09:00:00+08:00".to_owned();
    let after = anna.text(&["visit", "start", "GOV-01", "--mode", "open"], "visit");
    let everyday = sets(&anna, &after);
    assert!(everyday.contains(&"W5@1".to_owned()) && !everyday.contains(&"HOSP@1".to_owned()), "{everyday:?}");
    let asked = items(&anna, &after);
    assert!((13..=40).contains(&asked.len()), "{asked:?}");
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len(), "an item is asked twice: {asked:?}");
}

#[test]
fn what_failed_here_is_asked_first_by_the_next_and_a_form_that_was_cut_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let anna = city.phone("anna", "inspector", MORNING);
    let ben = city.phone("ben", "inspector", MORNING);
    let start = ["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"];
    let first = anna.text(&start, "visit");
    let (before, last) = (items(&anna, &first), "W5-9");
    assert_ne!(before[0], last);
    anna.run(&["visit", "answer", &first, last, "poor"]);
    anna.run(&["visit", "submit", &first]);
    anna.run(&["sync"]);
    ben.run(&["sync"]);

    let second = ben.text(&start, "visit");
    let cut = items(&ben, &second);
    assert_eq!(cut[0], last);
    assert_eq!(cut.iter().collect::<BTreeSet<_>>(), before.iter().collect::<BTreeSet<_>>());
    // Whoever opens it later sees the same, whatever came in between; so does who opens the one before.
    ben.run(&["sync"]);
    anna.run(&["sync"]);
    assert_eq!(items(&anna, &second), cut);
    assert_eq!((items(&ben, &first), items(&anna, &first)), (before.clone(), before));
}

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

    anna.run(&["sets", "import", &csv, "--out", &toml]);
    let text = std::fs::read_to_string(&toml).unwrap();
    let raised = text.replacen("version = 1", "version = 2", 1).replacen("points = 200", "points = 300", 1);
    assert_ne!(raised, text);
    std::fs::write(&toml, raised).unwrap();
    assert_eq!(city.office(&["publish", &toml])["version"], 2);
    anna.run(&["sync"]);
    let new = anna.text(&start, "visit");
    assert_eq!((sets(&anna, &old), sets(&anna, &new)), (vec!["W5@1".to_owned()], vec!["W5@2".to_owned()]));
    let differ = rows(&anna.run(&["sets", "diff", "W5", "1", "2"]));
    assert!(differ.iter().any(|row| row["item"] == "W5-1" && row["key"] == "points"), "{differ:?}");

    // An item of the new version is answered and the city takes it; taken out of use, the set is offered no more.
    anna.run(&["visit", "answer", &new, "W5-1", "yes"]);
    assert_eq!(anna.run(&["sync"])["refused"], 0);
    city.office(&["publish", "--retire", "W5"]);
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

#[test]
fn an_inspector_finds_words_and_sees_which_sites_nobody_visited_and_how_a_window_does() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let anna = city.phone("anna", "inspector", MORNING);
    let none = anna.run(&["coverage"]);
    assert_eq!((none["visited"].as_u64(), none["from"].as_str()), (Some(0), Some("2026-03-02")));
    let visit = anna.text(&["visit", "start", "GOV-01", "--mode", "open"], "visit");
    anna.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "坡道被纸箱挡住"]);
    let finding = anna.text(&["finding", "raise", &visit, "W5-3", "--text", "无障碍坡道堆放纸箱"], "finding");
    anna.run(&["visit", "submit", &visit]);

    let one = anna.run(&["coverage"]);
    assert_eq!(one["visited"], 1);
    assert_eq!(one["never"].as_array().unwrap().len() as u64, one["sites"].as_u64().unwrap() - 1);
    let found = rows(&anna.run(&["search", "纸箱"]));
    let whats: BTreeSet<(&str, &str)> =
        found.iter().map(|row| (row["what"].as_str().unwrap(), row["id"].as_str().unwrap())).collect();
    assert_eq!(whats, BTreeSet::from([("finding", finding.as_str()), ("note", visit.as_str())]));
    assert_eq!(rows(&anna.run(&["search", "没有这样的字"])), Vec::<Value>::new());
    // Ranking is off: no place among others, for any window.
    for row in rows(&anna.run(&["compare", "GOV-01"])) {
        assert_eq!((&row["rank"], &row["of"]), (&Value::Null, &Value::Null), "{row}");
    }
}
