//! Scores worked out by hand, for each model and for several together: `tests/vectors/scores`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::*;
use crate::{Kinds, Mode, form};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    #[serde(rename = "about")]
    _about: String,
    /// The sets by code, each in a file of its own below `sets`.
    sets: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    story: String,
    /// The sets of the visit, in order; none is all of the file.
    #[serde(default)]
    asked: Vec<String>,
    answers: BTreeMap<String, String>,
    working: String,
    /// Every line: the item, its rule, what it brings and of how much, its level.
    lines: Vec<String>,
    obtained: u64,
    obtainable: u64,
    rate: Option<u32>,
    conforms: Option<bool>,
    tier: Option<String>,
    #[serde(default)]
    vetoes: Vec<String>,
    missing: Vec<String>,
    /// What each set comes to, where there are several.
    #[serde(default)]
    of_set: Vec<OfSet>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfSet {
    set: String,
    counted: bool,
    obtained: u64,
    obtainable: u64,
    rate: Option<u32>,
    conforms: Option<bool>,
    tier: Option<String>,
}

#[test]
fn every_model_scores_as_it_was_worked_out_by_hand() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/scores"));
    let mut models = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let vectors: Vectors = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kinds = Kinds::embedded();
        let read = |code: &String| {
            let text = fs::read_to_string(folder.join(format!("sets/{code}.toml"))).unwrap();
            CriteriaSet::parse(name, &text, &kinds).unwrap()
        };
        let known: Vec<CriteriaSet> = vectors.sets.iter().map(read).collect();
        assert!(known.len() > 1 || name.starts_with(known[0].scoring.name()), "{name}");
        models.extend(known.iter().map(|set| set.scoring.name()));
        for case in vectors.cases {
            let named = |code: &String| known.iter().find(|set| set.code.as_str() == code).unwrap().clone();
            let sets =
                if case.asked.is_empty() { known.clone() } else { case.asked.iter().map(named).collect::<Vec<_>>() };
            let items = form(&sets, &kinds.lineage("GOV"), Mode::Open, 3);
            let read = |(code, typed): (&String, &String)| {
                let item = items.iter().find(|item| item.code.as_str() == code).unwrap();
                (item.code.clone(), item.read(typed).unwrap().value)
            };
            let score = score(&sets, &items, &case.answers.iter().map(read).collect());
            let (story, working) = (&case.story, &case.working);
            assert_eq!(score.lines.iter().map(printed).collect::<Vec<_>>(), case.lines, "{name}: {story}: {working}");
            let figures = (score.obtained, score.obtainable, score.rate);
            assert_eq!(figures, (case.obtained, case.obtainable, case.rate), "{name}: {story}: {working}: {score:#?}");
            if case.of_set.is_empty() {
                let [set] = &score.sets[..] else { panic!("{name}: {story}: say what each set comes to") };
                assert_eq!(set.conforms, case.conforms, "{name}: {story}: {working}");
                assert_eq!(set.tier.map(Tier::name), case.tier.as_deref(), "{name}: {story}: {working}");
            } else {
                let of_set: Vec<OfSet> = score.sets.iter().map(of_set).collect();
                assert_eq!(of_set, case.of_set, "{name}: {story}: {working}");
            }
            let codes = |codes: &[ItemCode]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(codes(&score.missing), case.missing, "{name}: {story}");
            assert_eq!(codes(&score.vetoes), case.vetoes, "{name}: {story}");
        }
    }
    assert_eq!(models.len(), 6, "{models:?}");
}

/// `P-1 full 200 of 200`, `D-1 deducted -100`, `L-1 has_level first`, `P-2 unanswered`.
fn printed(line: &ScoreLine) -> String {
    let brings = match (line.obtained, line.obtainable) {
        (0, 0) => String::new(),
        (obtained, 0) => format!(" {obtained}"),
        (obtained, obtainable) => format!(" {obtained} of {obtainable}"),
    };
    let level = line.tier.map(|tier| format!(" {}", tier.name())).unwrap_or_default();
    format!("{} {}{brings}{level}", line.item, line.rule.name())
}

fn of_set(set: &SetScore) -> OfSet {
    OfSet {
        set: set.set.to_string(),
        counted: set.counted,
        obtained: set.obtained,
        obtainable: set.obtainable,
        rate: set.rate,
        conforms: set.conforms,
        tier: set.tier.map(|tier| tier.name().to_owned()),
    }
}
