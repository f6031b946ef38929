//! Which sets a visit asks and how its form is cut, from the campaign to the list on the screen.

mod office;

use std::collections::BTreeSet;

use mingcha::{FormRow, Phone};
use mingcha_city::load::Load;
use mingcha_model::{LONGEST_FORM, Mode, Role};
use mingcha_tests::{Chance, City, Desk, Town, draw};
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

    // A campaign of one trade begins: everywhere else the one before goes on, on the phone as in the city.
    let week = "[[campaigns]]\ncode = \"HOSPWEEK\"\nname = \"医疗窗口周\"\nfrom = 2026-03-05\nto = 2026-11-30\n\
                sets = [\"HOSP\"]\n";
    let file = folder.path().join("week.toml");
    std::fs::write(&file, week).unwrap();
    city.office(&["load", file.to_str().unwrap()]);
    anna.run(&["sync"]);
    anna.now = "2026-03-06T09:00:00+08:00".to_owned();
    let bank = anna.text(&["visit", "start", "BANK-01", "--mode", "open"], "visit");
    assert_eq!(sets(&anna, &bank), ["W5@1", "SYSB@1"]);
    let preview = city.office(&["form", "BANK-01", "--mode", "open", "--day", "2026-03-06"]);
    assert_eq!(preview["sets"], serde_json::json!(["W5@1", "SYSB@1"]), "{preview}");

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
fn an_inspector_finds_words_and_sees_which_sites_nobody_visited_and_how_a_window_does() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let anna = city.phone("anna", "inspector", MORNING);
    // Width and case make no difference in items either.
    for typed in ["ＯＲＤ-2", "ord-2"] {
        let found = rows(&anna.run(&["search", typed, "--in", "items"]));
        assert!(found.iter().any(|row| row["item"] == "ORD-2"), "{typed}: {found:?}");
    }
    let none = anna.run(&["coverage"]);
    assert_eq!((none["visited"].as_u64(), none["from"].as_str()), (Some(0), Some("2026-03-02")));
    let visit = anna.text(&["visit", "start", "GOV-01", "--mode", "open"], "visit");
    anna.run(&["visit", "answer", &visit, "W5-3", "no", "--note", "坡道被纸箱挡住"]);
    let finding = anna.text(&["finding", "raise", &visit, "W5-3", "--text", "无障碍坡道堆放纸箱"], "finding");
    anna.run(&["visit", "submit", &visit]);

    let one = anna.run(&["coverage"]);
    // A unit's contact gets no visits: it is not told that nobody came.
    let contact = city.contact_of("MC-GOV", "bo", MORNING);
    for words in [&["coverage"][..], &["compare", "GOV-01"]] {
        contact.refuses(words, 2, "not_permitted");
    }
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

/// Something that fits an item, as a thumb types it.
fn fitting(row: &FormRow, chance: &mut Chance) -> String {
    let typed = match row.answer.as_str() {
        "ratio" => "3/5",
        "min" => "5min",
        "hrs" => "2h",
        "wd" => "1wd",
        "text" => "写在登记簿上",
        "band" => "96",
        "count" | "neg" | "visits" => "1",
        _ => {
            let said: Vec<&String> = row.choices.iter().filter(|choice| *choice != "na").collect();
            chance.one(&said).as_str()
        }
    };
    typed.to_owned()
}

/// Answers everything that stands on the form, part after part, and gives the codes in order.
fn fill(phone: &mut Phone, visit: &str, chance: &mut Chance) -> Vec<String> {
    let mut filled = Vec::new();
    let parts = phone.visit_form(visit).unwrap().last().unwrap().of_parts;
    for part in 1..=parts {
        let rows = phone.visit_form_part(visit, part).unwrap();
        assert!((1..=LONGEST_FORM).contains(&rows.len()));
        for row in rows {
            let value = fitting(&row, chance);
            phone.visit_answer(visit, &row.item, &value, Some("看过"), &[], None).unwrap();
            filled.push(row.item);
        }
    }
    filled
}

fn started(phone: &mut Phone, site: &str, mode: Mode, sets: &[String]) -> (String, Vec<String>) {
    let visit = phone.visit_start(site, mode.name(), sets, &[]).unwrap().visit.to_string();
    let items = phone.visit_form(&visit).unwrap().into_iter().map(|row| row.item).collect();
    (visit, items)
}

#[test]
fn what_one_form_left_out_is_on_the_next_inspectors_and_every_comparison_has_a_figure_then() {
    let mut chance = Chance::from_seed(11);
    let town = Town::found(MORNING);
    let (mut anna, mut ben) = (town.hand("anna", Role::Inspector), town.hand("ben", Role::Inspector));
    let first = anna.phone.visit_start("GOV-01", "open", &[], &[]).unwrap();
    let visit = first.visit.to_string();
    assert!(!first.left_out_items.is_empty());
    fill(&mut anna.phone, &visit, &mut chance);
    anna.phone.visit_answer(&visit, "W5-9", "poor", None, &[], None).unwrap();
    // Until it is submitted and everybody has it, nobody's form follows from it.
    let (_, same) = started(&mut ben.phone, "GOV-01", Mode::Open, &[]);
    assert!(first.left_out_items.iter().all(|item| !same.contains(item)));
    anna.phone.visit_submit(&visit).unwrap();
    anna.sync();
    ben.sync();
    town.later(14 * 24 * 60);
    let (second, asked) = started(&mut ben.phone, "GOV-01", Mode::Open, &[]);
    let missing: Vec<&String> = first.left_out_items.iter().filter(|item| !asked.contains(item)).collect();
    assert!(missing.is_empty(), "left out again: {missing:?}");
    assert!(asked[..15].contains(&"W5-9".to_owned()), "what failed here comes first: {asked:?}");
    fill(&mut ben.phone, &second, &mut chance);
    ben.phone.visit_submit(&second).unwrap();
    ben.sync();
    let compared = ben.phone.compare("GOV-01", None, None).unwrap();
    let ours: Vec<_> = compared.iter().filter(|row| row.comparison.starts_with("SYSB-C")).collect();
    assert_eq!(ours.len(), 4);
    assert!(ours.iter().all(|row| row.rate.is_some()), "{ours:?}");
}

#[test]
fn phones_of_different_people_and_the_city_cut_the_same_forms_in_every_mode() {
    let mut chance = Chance::seeded("forms on phones and in the city");
    let town = Town::found(MORNING);
    let (mut anna, mut chief) = (town.hand("anna", Role::Inspector), town.hand("chief", Role::Supervisor));
    let mut contact = town.hand("contact", Role::Contact);
    let sites: Vec<String> = anna
        .phone
        .sites(&mingcha::SiteFilter::default())
        .unwrap()
        .into_iter()
        .map(|site| site.code)
        .filter(|code| !code.is_empty())
        .collect();
    let choices: Vec<Vec<String>> = [&[][..], &["W5", "SYSB", "ETQ", "DIS"], &["SYS", "POL", "NAT"], &["ORD", "STAR"]]
        .map(|sets| sets.iter().map(ToString::to_string).collect())
        .to_vec();
    let (mut compared, mut cut) = (0, 0);
    for round in 0..3_i64 {
        for _ in 0..3 {
            let (site, sets) = (chance.one(&["GOV-01", "SUB-01", "TAX-01"]).to_owned(), chance.one(&choices).clone());
            let Ok(visit) = anna.phone.visit_start(site, "open", &sets, &[]) else { continue };
            let visit = visit.visit.to_string();
            for row in anna.phone.visit_form(&visit).unwrap().iter().step_by(7) {
                let value = fitting(row, &mut chance);
                anna.phone.visit_answer(&visit, &row.item, &value, None, &[], None).unwrap();
            }
            anna.phone.visit_submit(&visit).unwrap();
        }
        let own = contact.phone.visit_start("GOV-01", "self", &choices[1], &[]).unwrap().visit.to_string();
        contact.phone.visit_submit(&own).unwrap();
        for _ in 0..2 {
            for hand in [&mut anna, &mut contact, &mut chief] {
                hand.sync();
            }
        }
        town.later(14 * 24 * 60);
        for _ in 0..12 {
            let (mode, sets) = (*chance.one(&Mode::ALL), chance.one(&choices));
            let own = mode == Mode::SelfCheck;
            let site = if own { "GOV-01" } else { chance.one(&sites).as_str() };
            let Ok(ours) = town.city.form(site, mode, sets, None) else {
                let hand = if own { &mut contact } else { &mut anna };
                assert!(hand.phone.visit_start(site, mode.name(), sets, &[]).is_err(), "{site} {mode:?} {sets:?}");
                continue;
            };
            let codes: Vec<String> = ours.asked.codes().iter().map(ToString::to_string).collect();
            let phones = if own { vec![&mut contact] } else { vec![&mut anna, &mut chief] };
            for hand in phones {
                let (_, items) = started(&mut hand.phone, site, mode, sets);
                assert_eq!(items, codes, "round {round}: {site} {mode:?} {sets:?}");
                compared += 1;
            }
            cut += usize::from(!ours.asked.left_out.is_empty());
        }
    }
    assert!(compared > 30 && cut > 5, "{compared} forms, {cut} of them cut");
}

#[test]
fn all_of_a_citys_indicators_are_on_its_form_in_parts_and_what_they_decide_is_decided() {
    let mut chance = Chance::from_seed(57);
    let town = Town::found(MORNING);
    let file = town.folder().join("city-site.toml");
    std::fs::write(&file, CITY_SITE).unwrap();
    town.city.apply(&Load::read(&file, &town.city.known().unwrap()).unwrap()).unwrap();
    let mut anna = town.hand("anna", Role::Inspector);
    let begun = anna.phone.visit_start("CITY-01", "open", &["CITY".to_owned()], &[]).unwrap();
    assert_eq!((begun.items, begun.parts, begun.left_out), (58, 2, 0));
    let visit = begun.visit.to_string();
    let filled = fill(&mut anna.phone, &visit, &mut chance);
    assert_eq!(filled.iter().collect::<BTreeSet<_>>().len(), 58);
    let submitted = anna.phone.visit_submit(&visit).unwrap();
    assert_eq!(submitted.missing, Vec::<String>::new());
    for item in ["CITY-13", "CITY-20", "CITY-21"] {
        let line = submitted.score.lines.iter().find(|line| line.item == item).unwrap();
        assert!(!line.value.is_empty(), "{item} is not worked out: {}", line.rule);
    }
}

#[test]
fn an_item_of_one_mode_waits_for_no_open_visit() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let anna = city.phone("anna", "inspector", MORNING);
    let item = |code: &str, more: &str| {
        format!(
            "[[item]]\ncode = \"{code}\"\ntext = {{ zh = \"问\", en = \"ask\" }}\nhelp = {{ zh = \"帮\", en = \"help\" }}\n\
             answer = \"yn\"\nphoto = \"none\"\nkinds = [\"ALL\"]\npoints = 100\n{more}\n\
             source = [{{ document = \"本市规定\", clause = \"一\" }}]\n"
        )
    };
    let text = format!(
        "code = \"MD\"\nversion = 1\nname = {{ zh = \"标准\", en = \"a set\" }}\ndefinition = \"seed\"\n\
         scoring = \"item_points\"\n{}{}{}{}",
        item("MD-4", "ask = [\"observe\"]\nmonths = [1, 12]"),
        item("MD-1", "ask = [\"observe\"]"),
        item("MD-2", "ask = [\"observe\"]\nmodes = [\"recheck\"]"),
        item("MD-3", "ask = [\"records\"]"),
    );
    let file = folder.path().join("MD.toml");
    std::fs::write(&file, text).unwrap();
    city.office(&["publish", file.to_str().unwrap()]);
    anna.run(&["sync"]);
    let advice = |visit: &str| -> Vec<(String, String)> {
        let rest = rows(&anna.run(&["visit", "form", visit, "--rest"]));
        let told = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        rest.iter().map(|row| (told(row, "item"), told(row, "advice"))).collect()
    };
    let start = |mode: &'static str| anna.text(&["visit", "start", "GOV-01", "--mode", mode, "--set", "MD"], "visit");
    let recheck = "只在复查时检查 / asked in visits of another mode alone: recheck".to_owned();
    let open = start("open");
    assert_eq!(advice(&open), [("MD-2".to_owned(), recheck.clone())]);
    // What is asked in winter alone is not answered in March.
    anna.refuses(&["visit", "answer", &open, "MD-4", "no"], 2, "not_for_this_visit");
    let covert = start("undercover");
    let told = advice(&covert);
    assert_eq!(told[0], ("MD-2".to_owned(), recheck));
    assert!(told[1].0 == "MD-3" && told[1].1.contains("留待明察"), "{told:?}");
    anna.refuses(&["visit", "answer", &covert, "MD-2", "yes"], 2, "not_for_this_visit");
    anna.refuses(&["visit", "answer", &covert, "MD-3", "yes"], 2, "shows_who_asks");
    let waiting = rows(&anna.run(&["visit", "submit", &covert])["waiting"]);
    assert_eq!(waiting.iter().map(|row| row["item"].as_str().unwrap()).collect::<Vec<_>>(), ["MD-3"]);
}

const CITY_SITE: &str = "[[sites]]\ncode = \"CITY-01\"\nname = \"明川市\"\nkind = \"CITY\"\nunit = \"MC-GOV\"\n";

#[test]
fn what_an_undercover_visit_cannot_find_out_is_listed_and_offered_to_its_own_inspector_alone() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let (anna, ben) = (city.phone("anna", "inspector", MORNING), city.phone("ben", "inspector", MORNING));
    let start = |mode: &'static str| ["visit", "start", "GOV-01", "--mode", mode, "--set", "NAT", "--set", "W5"];
    let covert = anna.text(&start("undercover"), "visit");
    let rest = rows(&anna.run(&["visit", "form", &covert, "--rest"]));
    let waits: Vec<&str> =
        rest.iter().filter(|row| row["why"] == "mode").map(|row| row["item"].as_str().unwrap()).collect();
    assert_eq!(waits, ["NAT-10", "NAT-10b", "NAT-14"], "{rest:?}");
    assert!(rest.iter().all(|row| !row["text"].as_str().unwrap().is_empty()));
    anna.refuses(&["visit", "answer", &covert, "NAT-14", "na"], 2, "shows_who_asks");
    let told = anna.in_words("zh", &["visit", "form", &covert, "--rest"]);
    assert!(told.contains("NAT-14") && told.contains("留待明察"), "{told}");
    let submitted = anna.run(&["visit", "submit", &covert]);
    let waiting = |printed: &Value| -> Vec<String> {
        rows(&printed["waiting"]).iter().map(|row| row["item"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(waiting(&submitted), waits);
    anna.run(&["sync"]);
    ben.run(&["sync"]);

    // Its own inspector is reminded, a colleague learns nothing, and both forms are the same.
    let (mine, others) = (anna.run(&start("open")), ben.run(&start("open")));
    assert_eq!((waiting(&mine), waiting(&others)), (waits.iter().map(ToString::to_string).collect(), Vec::new()));
    let open = mine["visit"].as_str().unwrap().to_owned();
    assert_eq!(items(&anna, &open), items(&ben, others["visit"].as_str().unwrap()));
    assert!(rows(&mine["waiting"]).iter().all(|row| row["on_form"] == true), "{mine}");
    for item in &waits {
        anna.run(&["visit", "answer", &open, item, "na", "--note", "没有"]);
    }
    anna.run(&["visit", "submit", &open]);
    assert_eq!(waiting(&anna.run(&start("joint"))), Vec::<String>::new());
}

#[test]
fn an_item_that_should_have_no_photo_says_so_and_an_office_looks_at_a_form_before_anybody_goes() {
    let folder = tempfile::tempdir().unwrap();
    let city = City::found(folder.path(), MORNING);
    let site = folder.path().join("city-site.toml");
    std::fs::write(&site, format!("{CITY_SITE}\n[policy]\nranking = true\n")).unwrap();
    city.office(&["load", site.to_str().unwrap()]);
    let anna = city.phone("anna", "inspector", MORNING);
    let visit = anna.text(&["visit", "start", "GOV-01", "--mode", "open", "--set", "ORD"], "visit");
    let form = rows(&anna.run(&["visit", "form", &visit]));
    let rule = |item: &str| form.iter().find(|row| row["item"] == item).map(|row| row["photo"].clone());
    assert_eq!(rule("ORD-3"), Some("avoid".into()));
    assert!(anna.in_words("zh", &["visit", "form", &visit]).contains("勿拍照"));
    let file = draw(folder.path(), 3);
    let taken = anna.run(&["visit", "photo", &visit, file.to_str().unwrap(), "--item", "ORD-3"]);
    let warned = |printed: &Value| rows(&printed["warnings"]).contains(&"photo_avoided".into());
    assert!(warned(&taken), "{taken}");
    let photo = taken["photo"].as_str().unwrap();
    let other = form.iter().find(|row| row["photo"] == "failed").unwrap()["item"].as_str().unwrap();
    assert!(!warned(&anna.run(&["photo", "put", photo, other])));
    assert!(warned(&anna.run(&["photo", "put", photo, "ORD-3"])));
    assert!(warned(&anna.run(&["visit", "answer", &visit, "ORD-3", "no", "--photo", photo])));

    // The office sees what she sees, and in two languages.
    let ours = city.office(&["form", "GOV-01", "--mode", "open", "--set", "ORD"]);
    let codes: Vec<String> = rows(&ours["items"]).iter().map(|row| row["item"].as_str().unwrap().to_owned()).collect();
    assert_eq!(codes, items(&anna, &visit));
    let covert = city.office(&["form", "GOV-01", "--mode", "undercover", "--set", "ORD"]);
    assert!(rows(&covert["waiting"]).iter().any(|row| row["item"] == "ORD-8"), "{covert}");
    let refused = city.try_office(&["form", "GOV-99", "--mode", "open"]);
    assert_eq!((refused.code, refused.error()), (2, "site_unknown".to_owned()));

    // A form in parts.
    let city_visit = anna.text(&["visit", "start", "CITY-01", "--mode", "open", "--set", "CITY"], "visit");
    let part = |n: &str| rows(&anna.run(&["visit", "form", &city_visit, "--part", n])).len();
    assert_eq!(rows(&anna.run(&["visit", "form", &city_visit])).len(), part("1"));
    assert!(part("1") <= LONGEST_FORM && part("2") >= 1);
    anna.refuses(&["visit", "form", &city_visit, "--part", "3"], 2, "malformed");
    assert!(anna.in_words("zh", &["visit", "form", &city_visit]).contains("第 1 部分，共 2 部分"));

    // Where ranking is on, a rank says among whom: an inspector of one area does not rank the city.
    anna.run(&["visit", "submit", &visit]);
    for row in rows(&anna.run(&["compare", "GOV-01"])) {
        assert_eq!((row["of"].is_u64(), &row["among"]), (true, &"东湖区".into()), "{row}");
    }
}
