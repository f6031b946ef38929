//! The sets that every phone and city knows, as files inside the program.
//!
//! They are read once and by the same reader as an office's own; nothing here may be special to one of them.

use std::sync::LazyLock;

use super::{BadSet, CriteriaSet, Item};
use crate::{ItemCode, Kinds};

/// The built-in sets, in the order in which a form asks them.
pub(super) fn sets() -> Result<Vec<CriteriaSet>, BadSet> {
    SETS.clone()
}

/// The built-in item of this code.
pub(super) fn item(code: &ItemCode) -> Option<&'static Item> {
    SETS.as_ref().ok()?.iter().find_map(|set| set.item(code))
}

static SETS: LazyLock<Result<Vec<CriteriaSet>, BadSet>> = LazyLock::new(|| {
    let kinds = Kinds::embedded();
    FILES.iter().map(|(file, text)| CriteriaSet::parse(file, text, &kinds)).collect()
});

macro_rules! built_in {
    ($code:literal) => {
        (concat!($code, ".toml"), include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/criteria/", $code, ".toml")))
    };
}

const FILES: [(&str, &str); 33] = [
    built_in!("W5"),
    built_in!("SYSB"),
    built_in!("W5-ALT"),
    built_in!("ORD"),
    built_in!("STAR"),
    built_in!("UP7"),
    built_in!("B5"),
    built_in!("Y4"),
    built_in!("AW3"),
    built_in!("SYS"),
    built_in!("ETQ"),
    built_in!("DIS"),
    built_in!("POL"),
    built_in!("HOSP"),
    built_in!("TAX"),
    built_in!("HRSS"),
    built_in!("ENF"),
    built_in!("TOLL"),
    built_in!("STA"),
    built_in!("BIZ"),
    built_in!("CIV"),
    built_in!("CITY"),
    built_in!("NAT"),
    built_in!("MONTH"),
    built_in!("AWARD"),
    built_in!("N8-PUBLIC"),
    built_in!("N3-PROMISES"),
    built_in!("N4-DONE"),
    built_in!("N6-RULES"),
    built_in!("N-CREATE"),
    built_in!("N-TRIAGE"),
    built_in!("N3-SERVICES"),
    built_in!("N4-CITIES"),
];
