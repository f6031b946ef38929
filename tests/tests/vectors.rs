//! Stages and merges worked out by hand, in `tests/vectors`: the same files that Kotlin and Swift read through the seam.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mingcha_model::Role;
use mingcha_tests::{Hand, Town, draw};
use serde_json::Value;

const ITEM: &str = "W5-3";
const NAMES: [&str; 5] = ["anna", "ben", "cora", "dora", "emil"];

/// A city, its people, and what the case at hand has come to.
struct Scene {
    town: Town,
    people: Vec<Hand>,
    drawn: u32,
    visit: String,
    finding: Option<String>,
    submissions: Vec<String>,
}

impl Scene {
    fn new() -> Self {
        let town = Town::found("2026-03-02T09:00:00+08:00");
        let roles = [Role::Inspector, Role::Inspector, Role::Supervisor, Role::Supervisor, Role::Contact];
        let people = NAMES.iter().zip(roles).map(|(name, role)| town.hand(name, role)).collect();
        Self { town, people, drawn: 0, visit: String::new(), finding: None, submissions: Vec::new() }
    }

    fn hand(&mut self, name: &Value) -> &mut Hand {
        let place = NAMES.iter().position(|known| name == known);
        &mut self.people[place.unwrap_or_else(|| panic!("nobody is called {name}"))]
    }

    fn all_meet(&mut self) {
        for hand in &mut self.people {
            hand.sync();
        }
    }

    /// Says one step, a minute after the one before.
    fn say(&mut self, step: &Value) {
        self.town.later(1);
        let (visit, finding) = (self.visit.clone(), self.finding.clone().unwrap_or_default());
        let submission =
            step["submission"].as_u64().map(|number| self.submissions[usize::try_from(number).unwrap()].clone());
        let value = step["value"].as_str();
        let phone = &mut self.hand(&step["who"]).phone;
        match (step["does"].as_str().unwrap(), value, submission) {
            ("answer", Some(value), None) => {
                phone.visit_answer(&visit, ITEM, value, Some("看到了"), &[], None).unwrap();
            }
            ("submit", None, None) => {
                phone.visit_submit(&visit).unwrap();
            }
            ("raise", None, None) => {
                let raised = phone.finding_raise(&visit, ITEM, "坡道被占", None, &[]).unwrap();
                self.finding = Some(raised.finding.to_string());
            }
            ("feed_back", None, None) => {
                phone.finding_feedback(&finding, Some("清理坡道"), false).unwrap();
            }
            ("notice", None, None) => {
                phone.finding_notice(&finding, None).unwrap();
            }
            ("rectify", None, None) => {
                self.drawn += 1;
                let drawn = self.drawn;
                let picture = draw(&self.hand(&step["who"]).home, drawn);
                let done = self.hand(&step["who"]).phone.finding_rectify(&finding, "已清理", &[picture]).unwrap();
                self.submissions.push(done.submission.to_string());
            }
            ("approve", None, Some(which)) => {
                phone.finding_review(&which, "approve", None, None).unwrap();
            }
            ("return", None, Some(which)) => {
                phone.finding_review(&which, "return", Some("看不清"), None).unwrap();
            }
            ("recheck", Some(result), None) => {
                phone.finding_recheck(&finding, result, None, Some("去看了"), &[], None).unwrap();
            }
            _ => panic!("no such step: {step}"),
        }
    }

    /// Tells one case in one order of arrival, and looks at its ending on every phone.
    fn tell(&mut self, case: &Value, order: &[Value]) {
        let story = format!("{}: {order:?}", case["story"]);
        let known: BTreeSet<String> =
            self.people[0].phone.conflicts().unwrap().into_iter().map(|row| row.conflict).collect();
        self.visit =
            self.people[0].phone.visit_start("GOV-01", "open", &["W5".to_owned()], &[]).unwrap().visit.to_string();
        (self.finding, self.submissions) = (None, Vec::new());
        self.people[0].sync();
        for step in case["together"].as_array().unwrap() {
            self.hand(&step["who"]).sync();
            self.say(step);
            self.hand(&step["who"]).sync();
        }
        if !order.is_empty() {
            self.all_meet();
        }
        for step in case["apart"].as_array().into_iter().flatten() {
            self.say(step);
        }
        self.town.later(1);
        for name in order {
            self.hand(name).sync();
        }
        self.all_meet();
        for (name, hand) in NAMES.iter().zip(&self.people) {
            ends(&case["then"], name, hand, &self.visit, self.finding.as_deref(), &known, &format!("{story}: {name}"));
        }
    }
}

fn ends(
    then: &Value,
    name: &str,
    hand: &Hand,
    visit: &str,
    finding: Option<&str>,
    known: &BTreeSet<String>,
    story: &str,
) {
    if name == "emil" {
        if let (Some(unit), Some(finding)) = (then.get("unit"), finding) {
            let shown = hand.phone.finding_show(finding).ok().map(|row| row.stage.name());
            assert_eq!(shown, unit.as_str(), "{story}");
        }
        return;
    }
    if let (Some(stage), Some(finding)) = (then["stage"].as_str(), finding) {
        assert_eq!(hand.stage(finding), stage, "{story}");
    }
    let form = || hand.phone.visit_form(visit).unwrap().into_iter().find(|row| row.item == ITEM).unwrap();
    if let Some(answer) = then["answer"].as_str() {
        let row = form();
        assert_eq!((row.value.as_deref(), Some(row.contested)), (Some(answer), then["contested"].as_bool()), "{story}");
    }
    if let Some(status) = then["visit"].as_str() {
        assert_eq!(hand.phone.visit_show(visit).unwrap().status, status, "{story}");
    }
    if let Some(expected) = then.get("conflict") {
        let new = hand.phone.conflicts().unwrap().into_iter().filter(|row| !known.contains(&row.conflict));
        let told: Vec<_> = new
            .map(|row| (row.what.to_owned(), row.versions.into_iter().find(|one| one.in_force).unwrap().value))
            .collect();
        let wanted: Vec<_> = expected["kind"]
            .as_str()
            .map(|kind| (kind.to_owned(), expected["in_force"].as_str().unwrap().to_owned()))
            .into_iter()
            .collect();
        assert_eq!(told, wanted, "{story}");
    }
}

fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors")).join(file);
    let read: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    read["cases"].as_array().unwrap().clone()
}

#[test]
fn every_stage_is_the_one_worked_out_by_hand() {
    let mut scene = Scene::new();
    let cases = cases("stages.json");
    let stages: BTreeSet<&str> = cases.iter().map(|case| case["then"]["stage"].as_str().unwrap()).collect();
    // Fixed on the spot and void are not said through the seam.
    assert_eq!(stages.len(), 8, "{stages:?}");
    for case in &cases {
        scene.tell(case, &[]);
    }
}

#[test]
fn what_was_said_apart_ends_as_it_was_worked_out_whoever_is_first() {
    let mut scene = Scene::new();
    for case in cases("merge.json") {
        let orders = case["orders"].as_array().cloned().unwrap_or_else(|| vec![Value::Array(Vec::new())]);
        for order in &orders {
            scene.tell(&case, order.as_array().unwrap());
        }
    }
}
