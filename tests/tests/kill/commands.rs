//! Commands that write, killed at any instant.

use mingcha_tests::{Chance, Desk, hashes};
use serde_json::Value;

use super::story::{Ending, Instants, NOW, Story, Told, promised, run_and_kill, usual};

#[test]
fn two_hundred_killed_commands_lose_nothing_that_was_said_to_be_done() {
    let mut chance = Chance::seeded("commands");
    let mut story = Story::begin();
    let mut told = Told::default();
    let warm = story.items[0].clone();
    let answering = usual(|| drop(story.inspector.run(&["visit", "answer", &story.visit, &warm, "yes"])));
    let taking = story.usual_taking(&mut told, &[]);
    let (mut answers, mut takes) = (Instants::of(answering), Instants::of(taking));
    let mut killed = 0;
    for round in 0..200 {
        if chance.below(3) == 0 {
            let ending = story.take_and_kill(&mut told, &[], takes.next(&mut chance));
            takes.learn(ending == Ending::Ended);
            killed += u32::from(ending == Ending::Killed);
        } else {
            let item = &story.items[usize::try_from(chance.below(4)).unwrap()];
            let note = format!("round {round}");
            let value = if chance.below(2) == 0 { "yes" } else { "no" };
            let words = ["visit", "answer", &story.visit, item, value, "--note", &note];
            let output = run_and_kill(&story.inspector, &words, answers.next(&mut chance));
            let sure = promised(&output).is_some();
            answers.learn(sure);
            killed += u32::from(!sure);
            told.answers.entry(item.clone()).or_default().push((note, sure));
        }
        if round % 20 == 19 {
            told.holds(&story);
        }
    }
    let done = 200 - killed;
    println!(
        "an answer takes {answering:?}, a photo {taking:?}; {done} were done, {killed} were killed before they said so"
    );
    assert!(done >= 8 && killed >= 90, "the instants missed the commands");
    told.holds(&story);
    told.opens(&story);
    story.both_know_all();
    told.holds(&story);
}

/// What two people were told to say of findings, and what of it is sure.
#[derive(Default)]
struct Spoken {
    /// Words of findings that were raised.
    raised: Vec<(String, bool)>,
    /// Reasons of reviews, in order.
    reviewed: Vec<(String, bool)>,
}

impl Spoken {
    /// Every finding and review that was said to be done is there, once and whole, and nothing that nobody was told.
    fn holds(&self, story: &Story, first: &str) {
        let holds = |told: &[(String, bool)], here: &[String], what: &str| {
            for (words, sure) in told {
                let count = here.iter().filter(|one| *one == words).count();
                assert!(count == 1 || (count == 0 && !sure), "{what} {words}: {count} times, sure: {sure}");
            }
            assert!(here.iter().all(|one| told.iter().any(|(words, _)| words == one)), "{here:?}");
        };
        let texts = |rows: &Value| -> Vec<String> {
            rows.as_array().into_iter().flatten().map(|row| row["text"].as_str().unwrap().to_owned()).collect()
        };
        let listed = story.inspector.run(&["finding", "list"]);
        let raised: Vec<String> = texts(&listed).into_iter().filter(|text| text.starts_with("round")).collect();
        holds(&self.raised, &raised, "finding");
        let shown = story.supervisor.run(&["finding", "show", first]);
        holds(&self.reviewed, &texts(&shown["submissions"][0]["reviews"]), "review");
        for desk in [&story.inspector, &story.supervisor] {
            assert_eq!(desk.run(&["verify"])["ok"], true);
        }
    }
}

#[test]
fn two_hundred_killed_findings_and_reviews_lose_nothing_that_was_said_to_be_done() {
    let mut chance = Chance::seeded("findings");
    let mut story = Story::begin();
    let contact = story.city.phone("contact", "contact", NOW);
    let first = story.inspector.text(&["finding", "raise", &story.visit, "W5-3", "--text", "first"], "finding");
    story.inspector.run(&["finding", "feedback", &first, "--demand", "demand"]);
    story.inspector.run(&["sync"]);
    contact.run(&["sync"]);
    let picture = story.picture();
    let words = ["finding", "rectify", &first, "--text", "done", "--photo", picture.to_str().unwrap()];
    let submission = contact.text(&words, "submission");
    contact.run(&["sync"]);
    story.supervisor.run(&["sync"]);

    let mut spoken = Spoken::default();
    let mut warm = 1_000;
    let raising = usual(|| {
        warm += 1;
        let text = format!("round {warm}");
        story.inspector.run(&["finding", "raise", &story.visit, "W5-3", "--text", &text]);
        spoken.raised.push((text, true));
    });
    let mut instants = Instants::of(raising);
    let mut killed = 0;
    for round in 0..200 {
        let text = format!("round {round}");
        let raises = chance.below(2) == 0;
        let verdict = if chance.below(2) == 0 { "approve" } else { "return" };
        let (desk, words) = if raises {
            (&story.inspector, ["finding", "raise", &story.visit, "W5-3", "--text", &text])
        } else {
            (&story.supervisor, ["finding", "review", &submission, verdict, "--text", &text])
        };
        let sure = promised(&run_and_kill(desk, &words, instants.next(&mut chance))).is_some();
        instants.learn(sure);
        killed += u32::from(!sure);
        let told = if raises { &mut spoken.raised } else { &mut spoken.reviewed };
        told.push((text, sure));
        if round % 40 == 39 {
            spoken.holds(&story, &first);
        }
    }
    println!("raising takes {raising:?}; {} were done, {killed} were killed before they said so", 200 - killed);
    assert!((120..192).contains(&killed), "the instants missed the commands");
    for desk in [&story.supervisor, &story.inspector, &story.supervisor] {
        assert_eq!(desk.run(&["sync"])["waiting_ops"], 0);
    }
    spoken.holds(&story, &first);
    assert_eq!(hashes(&story.inspector), hashes(&story.supervisor));
    let seen = |desk: &Desk| desk.run(&["finding", "list"]).as_array().map(Vec::len);
    assert_eq!(seen(&story.inspector), seen(&story.supervisor));
}
