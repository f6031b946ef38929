//! Syncs killed at any instant, of everybody who has a phone, with all that they may carry.

use std::collections::BTreeSet;

use mingcha_tests::{Chance, Desk, hashes, photos, seen};
use serde_json::Value;

use super::story::{Instants, NOW, Story, Told, promised, run_and_kill, usual};

#[test]
fn sixty_killed_syncs_are_made_good_by_the_next_one() {
    let mut chance = Chance::seeded("syncs");
    let mut story = Story::begin();
    let mut told = Told::default();
    let write = |story: &mut Story, told: &mut Told, round: u32| {
        let item = story.items[usize::try_from(round % 4).unwrap()].clone();
        let note = format!("round {round}");
        story.inspector.run(&["visit", "answer", &story.visit, &item, "no", "--note", &note]);
        told.answers.entry(item).or_default().push((note, true));
        if round.is_multiple_of(3) {
            let file = story.picture();
            let photo = story.inspector.text(&["visit", "photo", &story.visit, file.to_str().unwrap()], "photo");
            told.photos.push((photo, file));
        }
    };
    let mut round = 100;
    let syncing = usual(|| {
        write(&mut story, &mut told, round);
        round += 1;
        story.inspector.run(&["sync"]);
    });
    let (mut instants, mut killed) = (Instants::of(syncing), 0);
    for round in 0..60 {
        write(&mut story, &mut told, round);
        let output = run_and_kill(&story.inspector, &["sync"], instants.next(&mut chance));
        let said = promised(&output);
        instants.learn(said.is_some());
        match said {
            Some(said) => assert_eq!(said["waiting_ops"], 0, "{said}"),
            None => killed += 1,
        }
        if round % 3 == 2 {
            told.holds(&story);
        }
    }
    println!("writing and a sync take {syncing:?}; {killed} of 60 were killed");
    assert!((30..59).contains(&killed), "the instants missed the syncs");
    story.both_know_all();
    told.holds(&story);
    told.opens(&story);
    assert_eq!(photos(&story.supervisor, &story.visit).len(), told.photos.len());
    for shown in seen(&story.supervisor, &story.visit).values() {
        assert_eq!(shown.versions.len(), 1, "said twice: {shown:?}");
    }
}

/// What three people were told that it was written, each with an id.
#[derive(Default)]
struct Carried {
    /// Open findings: id and words.
    raised: Vec<(String, String)>,
    /// Undercover findings: id and words.
    seen: Vec<(String, String)>,
    /// Published copies: id and demand.
    published: Vec<(String, String)>,
    /// Rectifications: id, of which finding, and words.
    rectified: Vec<(String, String, String)>,
    /// Reviews: op, and of which finding.
    reviewed: Vec<(String, String)>,
}

const DEMAND: &str = "清理坡道";

/// Three phones whose syncs are killed.
struct Three {
    story: Story,
    contact: Desk,
    covert: String,
    carried: Carried,
}

impl Three {
    fn begin() -> Self {
        let story = Story::begin();
        let contact = story.city.phone("contact", "contact", NOW);
        let covert =
            story.inspector.text(&["visit", "start", "GOV-01", "--mode", "undercover", "--set", "W5"], "visit");
        Self { story, contact, covert, carried: Carried::default() }
    }

    fn desks(&self) -> [&Desk; 3] {
        [&self.story.inspector, &self.story.supervisor, &self.contact]
    }

    /// Something that the next sync of this person carries; nothing where what it is about has not come yet.
    fn writes(&mut self, who: usize, round: u32) {
        match who {
            0 => self.inspects(round),
            1 => self.supervises(round),
            _ => self.rectifies(round),
        }
    }

    fn inspects(&mut self, round: u32) {
        let text = format!("第 {round} 处");
        let picture = self.story.picture();
        let (desk, carried) = (&self.story.inspector, &mut self.carried);
        let visit = if round.is_multiple_of(2) { &self.covert } else { &self.story.visit };
        let photo = desk.text(&["visit", "photo", visit, picture.to_str().unwrap()], "photo");
        let finding = desk.text(&["finding", "raise", visit, "W5-3", "--text", &text, "--photo", &photo], "finding");
        if round.is_multiple_of(2) {
            carried.seen.push((finding, text));
        } else {
            desk.run(&["finding", "feedback", &finding, "--demand", DEMAND, "--photos-checked"]);
            carried.raised.push((finding, text));
        }
    }

    fn supervises(&mut self, round: u32) {
        let (desk, carried) = (&self.story.supervisor, &mut self.carried);
        for (finding, _) in &carried.seen[carried.published.len()..] {
            let demand = format!("{DEMAND} {}", carried.published.len());
            let told = desk.try_run(&["finding", "feedback", finding, "--demand", &demand, "--photos-checked"]);
            if told.code != 0 {
                assert_eq!(told.error(), "unknown_finding", "{}", told.stderr);
                break;
            }
            carried.published.push((told.json["finding"].as_str().unwrap().to_owned(), demand));
        }
        for (submission, finding, _) in &carried.rectified[carried.reviewed.len()..] {
            let verdict = if round.is_multiple_of(2) { "approve" } else { "return" };
            let said = desk.try_run(&["finding", "review", submission, verdict, "--text", "看过照片"]);
            if said.code != 0 {
                assert_eq!(said.code, 2, "{}", said.stderr);
                break;
            }
            carried.reviewed.push((said.json["review"].as_str().unwrap().to_owned(), finding.clone()));
        }
    }

    fn rectifies(&mut self, round: u32) {
        let listed = self.contact.run(&["finding", "list"]);
        let answered = |finding: &str| self.carried.rectified.iter().any(|(_, of, _)| of == finding);
        let mut open = listed.as_array().into_iter().flatten().filter_map(|row| row["finding"].as_str());
        let Some(finding) = open.find(|finding| !answered(finding)).map(str::to_owned) else { return };
        let picture = self.story.picture();
        let text = format!("第 {round} 次整改");
        let words = ["finding", "rectify", &finding, "--text", &text, "--photo", picture.to_str().unwrap()];
        let submission = self.contact.text(&words, "submission");
        self.carried.rectified.push((submission, finding, text));
    }

    /// Whatever somebody was told is on their own phone, once.
    fn holds(&self) {
        let [inspector, supervisor, contact] = self.desks();
        let carried = &self.carried;
        let listed = ids(inspector);
        assert!(carried.raised.iter().all(|(finding, _)| listed.contains(finding)), "a finding is gone");
        let listed = ids(supervisor);
        assert!(carried.published.iter().all(|(copy, _)| listed.contains(copy)), "a publication is gone");
        for (submission, finding, text) in carried.rectified.iter().rev().take(3) {
            assert_eq!(submissions(contact, finding), [(submission.clone(), text.clone())]);
        }
        for desk in self.desks() {
            assert_eq!(desk.run(&["verify"])["ok"], true);
            assert_eq!(desk.run(&["status"])["missing_photos"], 0);
        }
    }

    /// Everybody has met the city: all of them show all of it, and the unit one card for each thing it was told.
    fn all_know_all(&self) {
        for _ in 0..3 {
            for desk in self.desks() {
                let report = desk.run(&["sync"]);
                assert_eq!((&report["waiting_ops"], &report["waiting_photos"]), (&0.into(), &0.into()), "{report}");
                assert_eq!((&report["refused"], &report["held"]), (&0.into(), &0.into()), "{report}");
            }
        }
        let [inspector, supervisor, contact] = self.desks();
        assert_eq!(hashes(inspector), hashes(supervisor));
        let carried = &self.carried;
        let told: BTreeSet<String> = carried.raised.iter().chain(&carried.published).map(|one| one.0.clone()).collect();
        assert_eq!(ids(contact), told, "one card for each, and none of anything else");
        let numbers: BTreeSet<String> =
            rows(contact).iter().map(|row| row["number"].as_str().unwrap().to_owned()).collect();
        assert_eq!(numbers.len(), told.len(), "a number was given twice");
        for desk in [inspector, supervisor] {
            for (finding, text) in carried.raised.iter().chain(&carried.published) {
                assert_eq!(desk.text(&["finding", "show", finding], "text"), *text);
            }
        }
        for (submission, finding, text) in &carried.rectified {
            for desk in self.desks() {
                assert_eq!(submissions(desk, finding), [(submission.clone(), text.clone())]);
            }
        }
        for (review, finding) in &carried.reviewed {
            let shown = inspector.run(&["finding", "show", finding]);
            let reviews = shown["submissions"][0]["reviews"].as_array().unwrap();
            assert_eq!(reviews.iter().map(|one| &one["op"]).collect::<Vec<_>>(), [review.as_str()]);
        }
        for desk in self.desks() {
            assert_eq!(desk.run(&["verify"])["ok"], true);
        }
    }
}

fn rows(desk: &Desk) -> Vec<Value> {
    desk.run(&["finding", "list"]).as_array().cloned().unwrap_or_default()
}

fn ids(desk: &Desk) -> BTreeSet<String> {
    rows(desk).iter().map(|row| row["finding"].as_str().unwrap().to_owned()).collect()
}

/// Id and words of each rectification of a finding.
fn submissions(desk: &Desk, finding: &str) -> Vec<(String, String)> {
    let shown = desk.run(&["finding", "show", finding]);
    let rows = shown["submissions"].as_array().into_iter().flatten();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.map(|row| (text(row, "submission"), text(row, "text"))).collect()
}

#[test]
fn sixty_killed_syncs_of_inspector_supervisor_and_contact_lose_no_finding_publication_card_or_review() {
    let mut chance = Chance::seeded("syncs of three");
    let mut three = Three::begin();
    let mut instants: Vec<Instants> = Vec::new();
    let (mut warm, mut killed) = (1_000, [0_u32; 3]);
    for who in 0..3 {
        instants.push(Instants::of(usual(|| {
            warm += 1;
            if who == 0 {
                three.inspects(warm);
            }
            three.desks()[who].run(&["sync"]);
        })));
    }
    for round in 0..60 {
        let who = usize::try_from(chance.below(3)).unwrap();
        three.writes(who, round);
        let output = run_and_kill(three.desks()[who], &["sync"], instants[who].next(&mut chance));
        let ended = promised(&output).is_some();
        instants[who].learn(ended);
        killed[who] += u32::from(!ended);
        if round % 10 == 9 {
            // Whoever's every sync was killed would bring nothing new.
            three.desks()[usize::try_from(round / 10 % 3).unwrap()].run(&["sync"]);
            three.holds();
        }
    }
    let carried = &three.carried;
    println!(
        "of 60 syncs {killed:?} were killed (inspector, supervisor, contact) with {} findings, {} publications, {} \
         rectifications and {} reviews",
        carried.raised.len() + carried.seen.len(),
        carried.published.len(),
        carried.rectified.len(),
        carried.reviewed.len()
    );
    assert!((28..59).contains(&killed.iter().sum::<u32>()), "the instants missed the syncs");
    assert!(carried.published.len() > 3 && !carried.rectified.is_empty(), "the syncs carried too little");
    three.all_know_all();
}
