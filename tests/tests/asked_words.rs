//! What an item is called and whether it may be answered: by the set and version of the visit that asked it, wherever it
//! is read afterwards, and whether its form was cut before it or not.

use std::path::PathBuf;

use mingcha_tests::{City, Desk};
use serde_json::Value;

const MORNING: &str = "2026-03-02T08:30:00+08:00";
const FIRST: &str = "有无障碍设施，通得过、用得上";

struct Office {
    city: City,
    anna: Desk,
    folder: tempfile::TempDir,
}

impl Office {
    fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let city = City::found(folder.path(), MORNING);
        let anna = city.phone("anna", "inspector", MORNING);
        Self { city, anna, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Publishes the built-in W5 as this version, with these words for its W5-3.
    fn reword(&self, version: u32, words: &str) {
        let csv = self.path("W5.csv");
        let csv = csv.to_str().unwrap();
        if !self.path("W5.csv").exists() {
            self.anna.run(&["sets", "export", "W5", "--out", csv]);
        }
        let toml = self.path(&format!("W5-{version}.toml"));
        self.anna.run(&["sets", "import", csv, "--out", toml.to_str().unwrap()]);
        let text = std::fs::read_to_string(&toml).unwrap();
        assert!(text.contains(FIRST));
        let text = text.replacen("version = 1", &format!("version = {version}"), 1).replace(FIRST, words);
        std::fs::write(&toml, text).unwrap();
        assert_eq!(self.city.office(&["publish", toml.to_str().unwrap()])["version"], version);
        self.anna.run(&["sync"]);
    }
}

fn set(code: &str, items: &str) -> String {
    format!(
        "code = \"{code}\"\nversion = 1\nname = {{ zh = \"标准\", en = \"a set\" }}\ndefinition = \"sourced\"\n\
         scoring = \"item_points\"\n{items}"
    )
}

fn item(code: &str, kinds: &str, more: &str) -> String {
    format!(
        "[[item]]\ncode = \"{code}\"\ntext = {{ zh = \"问\", en = \"ask\" }}\nhelp = {{ zh = \"帮\", en = \"help\" }}\n\
         ask = [\"observe\"]\nphoto = \"none\"\nkinds = [\"{kinds}\"]\npoints = 100\n{more}\n\
         source = [{{ document = \"本市规定\", clause = \"一\" }}]\n"
    )
}

fn texts(rows: &Value, key: &str) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_kind_whose_code_sorts_before_its_parents_is_known_on_every_phone() {
    let office = Office::found();
    let kinds = "[[kinds]]\ncode = \"KID\"\nzh = \"少儿\"\nen = \"children\"\nparent = \"LIB\"\n\
                 [[kinds]]\ncode = \"LIB\"\nzh = \"图书馆\"\nen = \"library\"\nparent = \"SUB\"\n\
                 [[sites]]\ncode = \"KID-01\"\nname = \"少儿馆\"\nunit = \"MC-GOV\"\nkind = \"KID\"\n";
    office.city.office(&["load", &office.file("kinds.toml", kinds)]);
    for (code, kind) in [("LIBS", "LIB"), ("KIDS", "KID")] {
        let text = set(code, &item(&format!("{code}-1"), kind, "answer = \"yn\""));
        office.city.office(&["publish", &office.file("set.toml", &text)]);
    }
    office.anna.run(&["sync"]);
    let start = ["visit", "start", "KID-01", "--mode", "open", "--set", "LIBS", "--set", "KIDS"];
    let visit = office.anna.text(&start, "visit");
    assert_eq!(texts(&office.anna.run(&["visit", "form", &visit]), "item"), ["LIBS-1", "KIDS-1"]);
    let coverage = office.anna.run(&["coverage"]);
    let named = coverage["by_kind"].as_array().unwrap().iter().find(|row| row["key"] == "KID").unwrap();
    assert_eq!(named["name"], "少儿");
}

#[test]
fn a_finding_keeps_the_words_under_which_it_was_seen_on_every_phone_and_paper() {
    let office = Office::found();
    let anna = &office.anna;
    let (chief, contact) =
        (office.city.phone("chief", "supervisor", MORNING), office.city.phone("contact", "contact", MORNING));
    office.reword(2, "坡道新版措辞");
    let seen = |mode: &str| {
        let visit = anna.text(&["visit", "start", "GOV-01", "--mode", mode, "--set", "W5"], "visit");
        anna.run(&["visit", "answer", &visit, "W5-3", "no"]);
        let finding = anna.text(&["finding", "raise", &visit, "W5-3", "--text", "坡道堵死"], "finding");
        anna.run(&["visit", "submit", &visit]);
        finding
    };
    let (open, covert) = (seen("open"), seen("undercover"));
    anna.run(&["finding", "feedback", &open]);
    anna.run(&["sync"]);
    chief.run(&["sync"]);
    let told = chief.run(&["finding", "feedback", &covert, "--demand", "请清理坡道"]);
    let copy = told["finding"].as_str().unwrap().to_owned();
    chief.run(&["sync"]);
    // Whoever reads it later knows newer words, and the city asks those.
    office.reword(3, "坡道第三版措辞");
    for _ in 0..2 {
        for desk in [anna, &chief, &contact] {
            desk.run(&["sync"]);
        }
    }
    for (desk, finding) in [(anna, &open), (&chief, &open), (&chief, &covert), (&contact, &open), (&chief, &copy)] {
        let row = desk.run(&["finding", "show", finding]);
        assert!(row["item_text"].as_str().unwrap().starts_with("坡道新版措辞"), "{row}");
    }
    assert_eq!(contact.run(&["finding", "show", &open])["demand"], "整改：坡道新版措辞");
    for desk in [anna, &chief, &contact] {
        let out = desk.home.join("ledger.csv");
        desk.run(&["ledger", "--format", "csv", "--out", out.to_str().unwrap()]);
        let ledger = std::fs::read_to_string(out).unwrap();
        assert!(ledger.contains("坡道新版措辞") && !ledger.contains("第三版") && !ledger.contains(FIRST), "{ledger}");
    }
    for desk in [anna, &chief, &contact] {
        assert_eq!(desk.run(&["verify"])["ok"], true);
    }
}

#[test]
fn a_set_may_not_name_its_item_as_another_set_names_one() {
    let office = Office::found();
    let file = office.file("ZZ.toml", &set("ZZ", &item("W5-3", "ALL", "answer = \"yn\"")));
    let refused = office.city.try_office(&["publish", &file]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("W5-3") && refused.stderr.contains("W5"), "{}", refused.stderr);
    let other = office.file("ZZ.toml", &set("ZZ", &item("ZZ-3", "ALL", "answer = \"yn\"")));
    assert_eq!(office.city.office(&["publish", &other])["version"], 1);
}

#[test]
fn what_a_form_leaves_out_is_named_and_can_be_answered_and_raised_all_the_same() {
    let office = Office::found();
    let anna = &office.anna;
    let started = anna.run(&["visit", "start", "GOV-01", "--mode", "open"]);
    let visit = started["visit"].as_str().unwrap();
    let left: Vec<&str> =
        started["left_out_items"].as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect();
    assert!(!left.is_empty() && started["left_out"] == left.len(), "{started}");
    let form = |desk: &Desk| texts(&desk.run(&["visit", "form", visit]), "item");
    assert!(left.iter().all(|item| !form(anna).contains(&(*item).to_owned())));
    anna.run(&["visit", "answer", visit, left[0], "na", "--note", "没有"]);
    anna.run(&["finding", "raise", visit, left[1], "--text", "未列入的一项"]);
    assert_eq!(form(anna).last().map(String::as_str), Some(left[0]));
    // An item of hospitals is none of its sets, and one of undercover visits alone shows who asks.
    anna.refuses(&["visit", "answer", visit, "ORD-1", "yes"], 2, "item_of_another_set");
    anna.run(&["visit", "submit", visit]);
    assert_eq!(anna.run(&["sync"])["refused"], 0);
    let ben = office.city.phone("ben", "inspector", MORNING);
    ben.run(&["sync"]);
    assert_eq!(form(&ben), form(anna));
    assert_eq!(anna.run(&["verify"])["ok"], true);
}

#[test]
fn a_window_is_compared_by_the_limits_under_which_it_was_visited() {
    let office = Office::found();
    let anna = &office.anna;
    let compared = "[[comparison]]\ncode = \"CMP-C\"\nname = { zh = \"比\", en = \"compared\" }\nitems = [\"CMP-1\"]\n\
                    source = [{ document = \"本市规定\", clause = \"一\" }]\n";
    let limits = "answer = \"min\"\nfails_over = 10\nlimits = [{ kinds = [\"TAX\"], fails_over = 20 }]";
    let first = set("CMP", &(item("CMP-1", "ALL", limits) + compared));
    office.city.office(&["publish", &office.file("CMP.toml", &first)]);
    anna.run(&["sync"]);
    let rate = |site: &str| {
        let rows = anna.run(&["compare", site]);
        rows.as_array().unwrap().iter().find(|row| row["comparison"] == "CMP-C").map(|row| row["rate"].clone())
    };
    for (site, minutes) in [("TAX-01", "15"), ("GOV-01", "8")] {
        let visit = anna.text(&["visit", "start", site, "--mode", "open", "--set", "CMP"], "visit");
        anna.run(&["visit", "answer", &visit, "CMP-1", minutes]);
        anna.run(&["visit", "submit", &visit]);
        assert_eq!(rate(site), Some(10_000.into()), "{site}");
    }
    // A stricter version changes nothing that was seen before it.
    let second = first.replace("version = 1", "version = 2").replace("fails_over = 10", "fails_over = 5");
    office.city.office(&["publish", &office.file("CMP.toml", &second)]);
    anna.run(&["sync"]);
    assert_eq!(rate("GOV-01"), Some(10_000.into()));
    office.city.office(&["publish", "--retire", "CMP"]);
    anna.run(&["sync"]);
    assert_eq!(rate("GOV-01"), None);
}

#[test]
fn a_word_that_many_items_have_finds_notes_and_findings_too() {
    let office = Office::found();
    let anna = &office.anna;
    let visit = anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "W5"], "visit");
    anna.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "服务台前堆放纸箱"]);
    anna.run(&["finding", "raise", &visit, "W5-3", "--text", "服务台前无法通行"]);
    let found = texts(&anna.run(&["search", "服务", "--limit", "12"]), "what");
    let count = |what: &str| found.iter().filter(|one| *one == what).count();
    assert_eq!((found.len(), count("finding"), count("note")), (12, 1, 1), "{found:?}");
    assert!(count("item") > 3 && count("site") > 0, "{found:?}");
}
