//! Scores worked out by hand, for each model: `tests/vectors/scores`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::{Kinds, Mode, form};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    set: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    story: String,
    answers: BTreeMap<String, String>,
    working: String,
    obtained: u64,
    obtainable: u64,
    rate: Option<u32>,
    conforms: Option<bool>,
    tier: Option<String>,
    #[serde(default)]
    vetoes: Vec<String>,
    missing: Vec<String>,
}

macro_rules! vectors {
    ($($name:literal),+) => {
        [$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/scores/", $name, ".toml")))),+]
    };
}

#[test]
fn every_model_scores_as_it_was_worked_out_by_hand() {
    let files = vectors!("item_points", "base_100", "instance_rate", "all_conform", "levels", "information");
    for (name, text) in files {
        let vectors: Vectors = toml::from_str(text).unwrap();
        let kinds = Kinds::embedded();
        let set = CriteriaSet::parse(name, &vectors.set, &kinds).unwrap();
        assert_eq!(set.scoring.name(), name);
        let sets = [set];
        let items = form(&sets, &kinds.lineage("GOV"), Mode::Open, 3);
        for case in vectors.case {
            let read = |(code, typed): (&String, &String)| {
                let item = items.iter().find(|item| item.code.as_str() == code).unwrap();
                (item.code.clone(), item.read(typed).unwrap().value)
            };
            let score = score(&sets, &items, &case.answers.iter().map(read).collect());
            let (story, working) = (&case.story, &case.working);
            let figures = (score.obtained, score.obtainable, score.rate);
            assert_eq!(figures, (case.obtained, case.obtainable, case.rate), "{name}: {story}: {working}: {score:#?}");
            let [set] = &score.sets[..] else { panic!("{name}: one set has one score") };
            assert_eq!(set.conforms, case.conforms, "{name}: {story}: {working}");
            assert_eq!(set.tier.map(Tier::name), case.tier.as_deref(), "{name}: {story}: {working}");
            let codes = |codes: &[ItemCode]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(codes(&score.missing), case.missing, "{name}: {story}");
            assert_eq!(codes(&score.vetoes), case.vetoes, "{name}: {story}");
        }
    }
}
