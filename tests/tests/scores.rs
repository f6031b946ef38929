//! What a visit is worth: it says why, in both languages, and what was submitted stays, whatever the office corrects later.

use std::path::Path;

use mingcha_tests::{City, Desk};
use serde_json::Value;

const MORNING: &str = "2026-03-02T08:30:00+08:00";

fn item(code: &str, answer: &str, kinds: &str, more: &str) -> String {
    let ask = if answer == "derived" { "" } else { "ask = [\"observe\"]\n" };
    format!(
        "[[item]]\ncode = \"{code}\"\ntext = {{ zh = \"问\", en = \"ask\" }}\nhelp = {{ zh = \"帮\", en = \"help\" }}\n\
         answer = \"{answer}\"\n{ask}photo = \"none\"\nkinds = [\"{kinds}\"]\n{more}\n\
         source = [{{ document = \"本市规定\", clause = \"一\" }}]\n"
    )
}

fn publish(city: &City, folder: &Path, code: &str, scoring: &str, items: &[String]) {
    let text = format!(
        "code = \"{code}\"\nversion = 1\nname = {{ zh = \"标准\", en = \"a set\" }}\ndefinition = \"sourced\"\n\
         scoring = \"{scoring}\"\n{}",
        items.concat()
    );
    city.office(&["publish", &file(folder, &format!("{code}.toml"), &text)]);
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn started(desk: &Desk, site: &str, sets: &[&str], answers: &[(&str, &str)]) -> String {
    let mut words = vec!["visit", "start", site, "--mode", "open"];
    words.extend(sets.iter().flat_map(|set| ["--set", set]));
    let visit = desk.text(&words, "visit");
    for (item, value) in answers {
        desk.run(&["visit", "answer", &visit, item, value]);
    }
    visit
}

fn line<'a>(score: &'a Value, item: &str) -> &'a Value {
    score["lines"].as_array().unwrap().iter().find(|line| line["item"] == item).unwrap()
}

fn figures(score: &Value) -> (u64, u64) {
    (score["obtained"].as_u64().unwrap(), score["obtainable"].as_u64().unwrap())
}

#[test]
fn a_visit_keeps_the_limits_of_the_kind_that_its_site_had_on_every_phone() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let (anna, ben) = (city.phone("anna", "inspector", MORNING), city.phone("ben", "inspector", MORNING));
    // Three trips are no fault where people get their passports, and one anywhere else.
    let [done, draft] = [(); 2].map(|()| started(&anna, "PE-01", &["SYS"], &[("SYS-5", "3")]));
    assert_eq!(figures(&anna.run(&["visit", "submit", &done])["score"]), (200, 200));
    anna.run(&["sync"]);
    ben.run(&["sync"]);
    let before = [&done, &draft].map(|visit| anna.run(&["score", visit]));
    assert_eq!(line(&before[0], "SYS-5")["rule"], "满分（不超过 3 趟） / full points (at most 3trips)");

    let site = "[[sites]]\ncode = \"PE-01\"\nname = \"出入境大厅\"\nunit = \"MC-PSB\"\nkind = \"GOV\"\n";
    city.office(&["load", &file(folder.path(), "site.toml", site)]);
    anna.run(&["sync"]);
    ben.run(&["sync"]);
    let kind = |desk: &Desk| desk.run(&["sites", "--search", "PE-01"])[0]["kind"].clone();
    assert_eq!((kind(&anna), kind(&ben)), ("GOV".into(), "GOV".into()));
    for (visit, before) in [&done, &draft].into_iter().zip(before) {
        assert_eq!(anna.run(&["score", visit]), before);
        assert_eq!(ben.run(&["score", visit]), before);
    }
    assert_eq!(ben.run(&["visit", "show", &done])["score"]["recounted"], Value::Null);

    // Whoever comes after the correction is held to it.
    let next = started(&ben, "PE-01", &["SYS"], &[("SYS-5", "3")]);
    let score = ben.run(&["score", &next]);
    assert_eq!(
        (figures(&score), &line(&score, "SYS-5")["rule"]),
        ((0, 200), &"不得分（超过 2 趟） / no points (over 2trips)".into())
    );
}

#[test]
fn a_visit_that_was_opened_at_the_wrong_window_is_judged_by_the_right_one_once_it_moved() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let items = [
        item("MV-1", "yn", "ALL", "points = 100"),
        item("MV-2", "yn", "ADM", "points = 100"),
        item(
            "MV-3",
            "visits",
            "ALL",
            "points = 100\nfails_over = 2\nlimits = [{ kinds = [\"BANK\"], fails_over = 3 }]",
        ),
    ];
    publish(&city, folder.path(), "MV", "item_points", &items);
    publish(&city, folder.path(), "ADMS", "item_points", &[item("ADMS-1", "yn", "ADM", "points = 100")]);
    let anna = city.phone("anna", "inspector", MORNING);
    let visit = started(&anna, "GOV-01", &["MV"], &[("MV-1", "yes"), ("MV-2", "no"), ("MV-3", "3")]);
    assert_eq!(figures(&anna.run(&["score", &visit])), (100, 300));
    anna.run(&["visit", "move", &visit, "BANK-01"]);
    let score = anna.run(&["score", &visit]);
    assert_eq!((figures(&score), &score["beside"]), ((200, 200), &serde_json::json!(["MV-2"])));
    // What was answered is kept, it is only not asked at a bank, and a person is told so.
    assert_eq!(anna.run(&["visit", "show", &visit])["answers"].as_array().unwrap().len(), 3);
    assert!(anna.in_words("zh", &["score", &visit]).contains("不计入得分的答案：MV-2"));
    anna.run(&["visit", "submit", &visit]);
    assert_eq!(anna.run(&["sync"])["refused"], 0);
    assert_eq!(figures(&anna.run(&["score", &visit])), (200, 200));

    // Where nothing would be left to ask, the visit stays where it is.
    let office = started(&anna, "GOV-01", &["ADMS"], &[]);
    anna.refuses(&["visit", "move", &office, "BANK-01"], 2, "nothing_to_ask");
    assert_eq!(anna.run(&["visit", "form", &office])[0]["item"], "ADMS-1");
}

#[test]
fn every_score_says_which_rule_which_limit_and_what_it_leaves_out_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let base = [
        item("BB-1", "yn", "ALL", "deduct = 250"),
        item("BB-2", "neg", "ALL", "deduct = 300\ndeduct_most = 800\nfails_over = 1"),
        item("BB-3", "min", "ALL", "deduct = 100\nfails_over = 8"),
    ];
    publish(&city, folder.path(), "BB", "base_100", &base);
    let points =
        [item("II-1", "yn", "ALL", "points = 100"), item("II-2", "min", "ALL", "points = 100\nfails_over = 8")];
    publish(&city, folder.path(), "II", "item_points", &points);
    let levels = [
        item("LL-1", "band", "ALL", "bands = { excellent = \"> 31\", well = \"> 28\" }"),
        item("LL-2", "grade", "ALL", ""),
        item("LL-3", "yn", "ALL", ""),
        item("LL-4", "derived", "ALL", "condition = { all = [\"LL-2 = good\", \"LL-3 = yes\"] }"),
    ];
    publish(&city, folder.path(), "LL", "levels", &levels);
    let anna = city.phone("anna", "inspector", MORNING);

    let typed = [("BB-1", "no"), ("BB-2", "5"), ("BB-3", "9min"), ("II-2", "9min"), ("LL-1", "27"), ("LL-2", "good")];
    let visit = started(&anna, "GOV-01", &["BB", "II", "LL"], &typed);
    let score = anna.run(&["score", &visit]);
    let rules = ["BB-1", "BB-2", "BB-3", "II-1", "II-2", "LL-1", "LL-2", "LL-4"].map(|item| {
        let line = line(&score, item);
        (line["rule_code"].as_str().unwrap(), line["rule"].as_str().unwrap().to_owned())
    });
    let expected = [
        ("deducted", "扣 2.50 / 2.50 deducted"),
        (
            "deducted",
            "5 次中 1 次不计，每次扣 3.00，4 次共 12.00，此项最多扣 8.00 / 1 of 5 times let pass, 3.00 each time, \
             4 times 12.00, at most 8.00 for this item",
        ),
        ("deducted", "扣 1.00（超过 8 分钟） / 1.00 deducted (over 8min)"),
        ("unanswered", "未填答，不计入总分 / not answered, left out of the total"),
        ("failed", "不得分（超过 8 分钟） / no points (over 8min)"),
        ("has_level", "不达标（未到良好 > 28） / below every level (not well > 28)"),
        ("decides", "由 LL-4 计，不单独计 / counts in LL-4, not alone"),
        ("unanswered", "尚不能得出，未答：LL-3 / not worked out yet, without an answer: LL-3"),
    ];
    assert_eq!(rules, expected.map(|(code, words)| (code, words.to_owned())));
    assert_eq!(
        (&line(&score, "LL-1")["level"], &line(&score, "LL-4")["waits_for"][0]),
        (&"below".into(), &"LL-3".into())
    );
    assert_eq!(
        score["formula"],
        "BB：100 − 扣分 11.50 + 加分 0.00 = 88.50（最低 0，封顶 110）；计分方式不同、不并入的：II（逐项计分）、LL（按等次） / \
         BB: 100 - 11.50 deducted + 0.00 added = 88.50, not below 0, not above 110; scored otherwise and not added up: \
         II (item points), LL (levels)"
    );
    let sets: Vec<(bool, &str)> = score["sets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|set| (set["counted"].as_bool().unwrap(), set["formula"].as_str().unwrap()))
        .collect();
    assert_eq!(sets.iter().map(|(counted, _)| *counted).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(sets[1].1, "得分 0.00 ÷ 应得 1.00；未答 1 项不计 / 0.00 of 1.00 points; left out: 1 not answered");

    // The table says the same to a person, in one language at a time.
    for (lang, told, other) in [("zh", "每次扣 3.00", "3.00 each time"), ("en", "3.00 each time", "每次扣 3.00")]
    {
        let table = anna.in_words(lang, &["score", &visit]);
        assert!(table.contains(told) && !table.contains(other), "{table}");
    }
    // A set of levels has no points to speak of.
    let graded = started(&anna, "GOV-01", &["LL"], &[("LL-2", "fair"), ("LL-3", "yes")]);
    let score = anna.run(&["score", &graded]);
    assert!(!score["formula"].as_str().unwrap().contains("应得"), "{}", score["formula"]);
    let told = anna.in_words("zh", &["visit", "submit", &graded]);
    assert!(told.contains("不达标") && !told.contains("0.00"), "{told}");
    assert_eq!(
        line(&score, "LL-4")["rule"],
        "不达标，未满足 LL-2 = 优 且 LL-3 = 是 / below every level, not met: LL-2 = good and LL-3 = yes"
    );
}

#[test]
fn what_is_worked_out_says_by_which_condition_and_a_level_says_its_number_and_limit() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let site = "[[sites]]\ncode = \"CITY-01\"\nname = \"明川市\"\nunit = \"MC-GOV\"\nkind = \"CITY\"\n";
    city.office(&["load", &file(folder.path(), "site.toml", site)]);
    let anna = city.phone("anna", "inspector", MORNING);
    let typed = [
        ("CITY-5d", "79"),
        ("CITY-5g", "well"),
        ("CITY-5t", "yes"),
        ("CITY-13a", "0.5"),
        ("CITY-13b", "yes"),
        ("CITY-17a", "no"),
        ("CITY-17b", "yes"),
        ("CITY-9", "79.99"),
    ];
    let visit = started(&anna, "CITY-01", &["CITY"], &typed);
    let rule = |item: &str| line(&anna.run(&["score", &visit]), item)["rule"].as_str().unwrap().to_owned();
    assert!(rule("CITY-5").starts_with("二档（良好），满足 CITY-5d >= 70 且 CITY-5g = 良好 / "), "{}", rule("CITY-5"));
    assert_eq!(
        rule("CITY-13"),
        "一档，满足 CITY-13a >= 1 或 CITY-13b = 是 / first level, met: CITY-13a >= 1 or CITY-13b = yes"
    );
    // The half that was not needed is told where it counts, and undoes nothing.
    assert_eq!(rule("CITY-17a"), "由 CITY-17 计，不单独计 / counts in CITY-17, not alone");
    let nine = "79.99%：不达标（未到基本合格 >= 80%） / 79.99%: below every level (not basic >= 80%)";
    assert_eq!(rule("CITY-9"), nine);
    // Words beside the number do not take it away; a level that was chosen has none.
    anna.run(&["visit", "answer", &visit, "CITY-9", "79.99%", "--note", "按抽查"]);
    assert_eq!(rule("CITY-9"), nine);
    anna.run(&["visit", "answer", &visit, "CITY-9", "basic", "--note", "未给数"]);
    assert_eq!(rule("CITY-9"), "二档（基本合格 >= 80%） / second level (basic >= 80%)");
    assert_eq!(anna.run(&["score", &visit])["sets"][0]["level"], "second");
}

#[test]
fn a_class_is_typed_only_where_the_item_has_it_and_not_reaching_any_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let site = "[[sites]]\ncode = \"CITY-01\"\nname = \"明川市\"\nunit = \"MC-GOV\"\nkind = \"CITY\"\n";
    city.office(&["load", &file(folder.path(), "site.toml", site)]);
    let anna = city.phone("anna", "inspector", MORNING);
    let visit = started(&anna, "CITY-01", &["CITY"], &[("CITY-6b", "99"), ("CITY-6c", "yes")]);
    let form = anna.run(&["visit", "form", &visit]);
    let choices =
        |item: &str| form.as_array().unwrap().iter().find(|row| row["item"] == item).unwrap()["choices"].clone();
    assert_eq!(choices("CITY-6a"), serde_json::json!(["standard", "below", "na"]));
    assert_eq!(choices("CITY-5d"), serde_json::json!(["na"]));
    assert_eq!(choices("CITY-5g"), serde_json::json!(["excellent", "well", "standard", "below", "na"]));
    let answer = anna.try_run(&["visit", "answer", &visit, "CITY-6a", "well"]);
    assert_eq!((answer.code, answer.error()), (2, "bad_value".to_owned()));
    assert!(answer.stderr.contains("达标（= 100）、不达标"), "{}", answer.stderr);
    anna.refuses(&["visit", "answer", &visit, "CITY-5d", "well"], 2, "bad_value");

    assert_eq!(anna.run(&["visit", "answer", &visit, "CITY-6a", "不达标"])["value"], "below");
    let score = anna.run(&["score", &visit]);
    assert_eq!(line(&score, "CITY-6a")["rule_code"], "decides", "what is worked out counts in its place");
    // What is worked out of three answers knows what follows from a class: it is not 100, or it is.
    for (typed, value) in [("不达标", "no"), ("达标", "yes"), ("99.99", "no"), ("100%", "yes")] {
        anna.run(&["visit", "answer", &visit, "CITY-6a", typed]);
        assert_eq!(line(&anna.run(&["score", &visit]), "CITY-6")["value"], value, "{typed}");
    }
    assert_eq!(anna.run(&["sync"])["refused"], 0);
}

#[test]
fn what_does_not_apply_without_a_reason_is_told_and_hinders_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let anna = city.phone("anna", "inspector", MORNING);
    let typed = [("W5-2", "na"), ("W5-3", "na 大厅停用"), ("W5-5", "na"), ("W5-6", "yes")];
    let visit = started(&anna, "GOV-01", &["W5"], &typed);
    anna.run(&["visit", "answer", &visit, "W5-5", "na", "--note", "没有电梯"]);
    let again = started(&anna, "GOV-01", &["W5"], &typed[..1]);
    assert!(anna.in_words("zh", &["visit", "submit", &again]).contains("不适用但未写原因的项：W5-2"));
    assert_eq!(anna.run(&["visit", "submit", &visit])["reasons_missing"], serde_json::json!(["W5-2"]));
    assert_eq!(anna.run(&["visit", "show", &visit])["status"], "submitted");
}
