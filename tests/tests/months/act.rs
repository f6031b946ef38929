//! What people may do on a phone, as words of a command; drawn without any plan, whether it makes sense or not.

use std::path::Path;

use mingcha_tests::{Chance, draw};

/// What the people of a month have made so far, whoever of them may know of it.
#[derive(Default)]
pub struct Made {
    pub visits: Vec<String>,
    /// Self-checks of the unit, which its contacts alone write.
    pub checks: Vec<String>,
    pub findings: Vec<String>,
    pub submissions: Vec<String>,
    pub tasks: Vec<String>,
    /// Everybody's id.
    pub people: Vec<String>,
    /// How often an undercover finding was published.
    pub published: u32,
    drawn: u32,
    said: u32,
}

/// What a phone shows at the moment: people mostly act on that.
#[derive(Default)]
pub struct Shown {
    pub visits: Vec<String>,
    pub findings: Vec<String>,
    pub submissions: Vec<String>,
}

/// One of those shown, or now and then any.
fn pick(shown: &[String], any: &[String], chance: &mut Chance) -> String {
    let among = if shown.is_empty() || chance.below(8) == 0 { any } else { shown };
    chance.one(among).clone()
}

/// A command, and the words of it that must never be lost, with what they were said of: an entity and perhaps an item.
pub struct Act {
    pub words: Vec<String>,
    pub text: Option<String>,
    pub of: Option<(String, Option<String>)>,
}

/// One stands twice: work gathers where much is wrong.
const SITES: [&str; 6] = ["GOV-01", "GOV-01", "GOV-01", "SUB-01", "PH-01", "PG-01"];
const ITEMS: [&str; 4] = ["W5-1", "W5-2", "W5-3", "W5-5"];

impl Made {
    fn text(&mut self) -> String {
        self.said += 1;
        format!("第{}句话", self.said)
    }

    fn picture(&mut self, below: &Path) -> String {
        self.drawn += 1;
        draw(below, self.drawn).display().to_string()
    }

    /// Draws an act for somebody of this role; `None` when there is nothing yet to do it to.
    pub fn act(&mut self, role: &str, shown: &Shown, chance: &mut Chance, below: &Path) -> Option<Act> {
        match role {
            "inspector" => Some(self.inspects(shown, chance, below)),
            "supervisor" => self.supervises(shown, chance),
            _ => self.answers(shown, chance, below),
        }
    }

    fn inspects(&mut self, shown: &Shown, chance: &mut Chance, below: &Path) -> Act {
        let draw = chance.below(30);
        if draw < 4 || self.visits.is_empty() {
            let mode = *chance.one(&["open", "joint", "recheck", "undercover", "undercover"]);
            let site = *chance.one(&SITES);
            return Act::plain(&["visit", "start", site, "--mode", mode]);
        }
        let visit = pick(&shown.visits, &self.visits, chance);
        let item = *chance.one(&ITEMS);
        if draw < 8 {
            let (text, value) = (self.text(), *chance.one(&["yes", "no", "na"]));
            let act = Act::saying(&["visit", "answer", &visit, item, value, "--note", &text], &text, &visit);
            return Act { of: Some((visit, Some(item.to_owned()))), ..act };
        }
        if draw < 13 || self.findings.is_empty() {
            let text = self.text();
            return Act::saying(&["finding", "raise", &visit, item, "--text", &text], &text, "");
        }
        let finding = pick(&shown.findings, &self.findings, chance);
        let text = self.text();
        match draw {
            13 => {
                let picture = self.picture(below);
                Act::plain(&["visit", "photo", &visit, &picture, "--item", item])
            }
            14 => Act::plain(&["visit", "submit", &visit]),
            15 => {
                let site = *chance.one(&SITES);
                Act::plain(&["visit", "move", &visit, site])
            }
            16 => {
                let verb = *chance.one(&["void", "restore", "remark", "remark"]);
                Act::saying(&["visit", verb, &visit, "--text", &text], &text, &visit)
            }
            17 => Act::saying(&["finding", "feedback", &finding, "--demand", &text], &text, &finding),
            18 => Act::saying(&["finding", "correct", &finding, "--text", &text], &text, &finding),
            19 => {
                let picture = self.picture(below);
                Act::plain(&["finding", "fixed", &finding, "--photo", &picture])
            }
            20 | 21 => Act::plain(&["retry-any"]),
            22 => Act::plain(&["discard-any"]),
            23 | 26..=28 => Act::saying(&["finding", "feedback", &finding, "--demand", &text], &text, &finding),
            24 => {
                let verb = *chance.one(&["join", "leave"]);
                let person = chance.one(&self.people).clone();
                Act::plain(&["visit", verb, &visit, &person])
            }
            _ => {
                let outcome = *chance.one(&["pass", "fail", "partly"]);
                Act::saying(&["finding", "recheck", &finding, outcome, "--text", &text], &text, &finding)
            }
        }
    }

    fn supervises(&mut self, shown: &Shown, chance: &mut Chance) -> Option<Act> {
        let draw = chance.below(28);
        if draw == 0 {
            let (site, person) = (*chance.one(&SITES), chance.one(&self.people).clone());
            let words = ["assign", site, &person, "--from", "2026-03-02", "--due", "2026-04-30"];
            return Some(Act::plain(&words));
        }
        if draw == 1 {
            let (one, other) = (chance.one(&self.people).clone(), chance.one(&self.people).clone());
            return Some(Act::plain(&["hand-over", &one, &other]));
        }
        if draw == 2 && !self.tasks.is_empty() {
            let task = chance.one(&self.tasks).clone();
            return Some(Act::plain(&["unassign", &task]));
        }
        if draw < 7 && !self.submissions.is_empty() {
            let (submission, text) = (pick(&shown.submissions, &self.submissions, chance), self.text());
            let verdict = *chance.one(&["approve", "return"]);
            let act = Act::saying(&["finding", "review", &submission, verdict, "--text", &text], &text, "");
            return Some(Act { of: Some((submission, None)), ..act });
        }
        if self.findings.is_empty() {
            return None;
        }
        let finding = pick(&shown.findings, &self.findings, chance);
        let text = self.text();
        Some(match draw {
            3 | 4 | 8 => Act::plain(&["finding", "notice", &finding]),
            5 => Act::plain(&["finding", "supervise", &finding]),
            6 | 7 => {
                let words = ["finding", "extension", "grant", &finding, "--until", "2026-06-30", "--text", &text];
                Act::saying(&words, &text, &finding)
            }
            9 => {
                let verb = *chance.one(&["void", "restore", "restore"]);
                Act::saying(&["finding", verb, &finding, "--text", &text], &text, &finding)
            }
            16 | 17 => {
                let verb = *chance.one(&["uphold", "withdraw"]);
                Act::saying(&["finding", verb, &finding, "--text", &text], &text, &finding)
            }
            18 | 19 => {
                let verb = *chance.one(&["suspend", "resume", "resume"]);
                Act::saying(&["finding", verb, &finding, "--text", &text], &text, &finding)
            }
            // Of an undercover finding this is its publication.
            20..=23 => {
                let words = ["finding", "feedback", &finding, "--demand", &text];
                let checked: &[&str] = if chance.below(2) == 0 { &["--photos-checked"] } else { &[] };
                Act::saying(&[&words[..], checked].concat(), &text, &finding)
            }
            24 => Act::plain(&["retry-any"]),
            25 => Act::plain(&["discard-any"]),
            10 => Act::saying(&["finding", "reopen", &finding, "--text", &text], &text, &finding),
            11 => {
                let other = chance.one(&self.findings).clone();
                Act::saying(&["finding", "duplicate", &finding, &other, "--text", &text], &text, &finding)
            }
            12 => Act::saying(&["finding", "extension", "refuse", &finding, "--text", &text], &text, &finding),
            13 | 14 => Act::plain(&["resolve-any"]),
            15 => Act::plain(&["release-any"]),
            _ => {
                let outcome = *chance.one(&["pass", "fail", "partly"]);
                Act::saying(&["finding", "recheck", &finding, outcome, "--text", &text], &text, &finding)
            }
        })
    }

    fn answers(&mut self, shown: &Shown, chance: &mut Chance, below: &Path) -> Option<Act> {
        let draw = chance.below(14);
        if draw == 7 {
            return Some(Act::plain(&["visit", "start", "GOV-01", "--mode", "self"]));
        }
        if draw > 7 && draw < 11 && !self.checks.is_empty() {
            return Some(self.checks_itself(chance, below));
        }
        if self.findings.is_empty() {
            return None;
        }
        let finding = pick(&shown.findings, &self.findings, chance);
        let text = self.text();
        Some(match draw {
            0 => Act::saying(&["finding", "acknowledge", &finding, "--name", &text], &text, &finding),
            1 => Act::saying(&["finding", "decline", &finding, "--text", &text], &text, &finding),
            2 => {
                let words = ["finding", "extension", "ask", &finding, "--until", "2026-05-29", "--text", &text];
                Act::saying(&words, &text, &finding)
            }
            3 => Act::saying(&["finding", "appeal", &finding, "--text", &text], &text, &finding),
            _ => {
                let picture = self.picture(below);
                Act::saying(&["finding", "rectify", &finding, "--text", &text, "--photo", &picture], &text, "")
            }
        })
    }

    fn checks_itself(&mut self, chance: &mut Chance, below: &Path) -> Act {
        let (check, item) = (chance.one(&self.checks).clone(), *chance.one(&ITEMS));
        match chance.below(10) {
            0 => Act::plain(&["visit", "submit", &check]),
            1 => {
                let text = self.text();
                Act::saying(&["visit", "remark", &check, "--text", &text], &text, &check)
            }
            2 => {
                let picture = self.picture(below);
                Act::plain(&["visit", "photo", &check, &picture, "--item", item])
            }
            3 => Act::plain(&["retry-any"]),
            4 => Act::plain(&["discard-any"]),
            _ => {
                let (text, value) = (self.text(), *chance.one(&["yes", "no", "na"]));
                let act = Act::saying(&["visit", "answer", &check, item, value, "--note", &text], &text, &check);
                Act { of: Some((check, Some(item.to_owned()))), ..act }
            }
        }
    }

    /// Keeps what a command made.
    pub fn keep(&mut self, act: &mut Act, made: &serde_json::Value) {
        let id = |key: &str| made[key].as_str().map(str::to_owned);
        let new = match (act.words[0].as_str(), act.words.get(1).map(String::as_str)) {
            ("visit", Some("start")) => {
                let list =
                    if act.words.iter().any(|word| word == "self") { &mut self.checks } else { &mut self.visits };
                id("visit").map(|visit| (list, visit))
            }
            // The copy of an undercover finding, from then on a finding like any other.
            ("finding", Some("feedback")) if act.words.get(2).map(String::as_str) != made["finding"].as_str() => {
                self.published += 1;
                id("finding").map(|finding| (&mut self.findings, finding))
            }
            ("finding", Some("raise")) => id("finding").map(|finding| (&mut self.findings, finding)),
            ("finding", Some("rectify")) => id("submission").map(|submission| (&mut self.submissions, submission)),
            ("assign", _) => id("task").map(|task| (&mut self.tasks, task)),
            _ => None,
        };
        if let Some((list, id)) = new {
            if act.text.is_some() && act.words[1] != "feedback" {
                act.of = Some((id.clone(), None));
            }
            if !list.contains(&id) {
                list.push(id);
            }
        }
    }
}

impl Act {
    fn plain(words: &[&str]) -> Self {
        Self { words: words.iter().map(|word| (*word).to_owned()).collect(), text: None, of: None }
    }

    fn saying(words: &[&str], text: &str, of: &str) -> Self {
        Self { text: Some(text.to_owned()), of: Some((of.to_owned(), None)), ..Self::plain(words) }
    }
}
