//! The people of the story: each a phone in a folder of its own, with its own software keys and its own clock.
//!
//! Simulated time belongs to the demo and stands still until the story moves it; a phone's clock may be wrong beside
//! it, as phones are. Nothing here invents a reading: stages and counts are what a phone lists.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use mingcha::{Clock, FindingRow, Keys, MingchaError, Phone, Ports, SyncReport, SystemChance};
use mingcha_model::{BadTime, parse_millis, print_millis};

use super::telling::Who;
use crate::texts::Lang;
use crate::words;

/// The simulated time of the whole story. Clones are the same time.
#[derive(Clone, Default)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    /// Moves it to this RFC 3339 moment; gives it in Unix milliseconds.
    pub fn move_to(&self, moment: &str) -> Result<i64, BadTime> {
        let millis = parse_millis(moment)?;
        self.0.store(millis, Ordering::SeqCst);
        Ok(millis)
    }

    /// The moment in full.
    pub fn in_full(&self) -> String {
        print_millis(self.millis())
    }

    /// Month, day and minute.
    pub fn shown(&self) -> String {
        self.in_full().get(5..16).unwrap_or_default().replace('T', " ")
    }

    fn millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A phone's own clock: simulated time, and how far this phone is off.
struct PhoneClock {
    time: Time,
    ahead_millis: i64,
}

impl Clock for PhoneClock {
    fn wall_millis(&self) -> i64 {
        self.time.millis().saturating_add(self.ahead_millis)
    }

    fn monotonic_millis(&self) -> i64 {
        self.time.millis()
    }

    fn boot(&self) -> u64 {
        1
    }
}

/// Somebody with a phone.
pub struct Person {
    pub who: Who,
    pub phone: Phone,
}

impl Person {
    /// A new phone in its own folder under this one, whose clock is so many seconds ahead of the city's.
    pub fn with_new_phone(home: &Path, who: Who, time: &Time, ahead_seconds: i64) -> Result<Self, MingchaError> {
        let folder = home.join(who.folder());
        let keys = Keys::in_folder(&folder, &SystemChance)?;
        let clock = Box::new(PhoneClock { time: time.clone(), ahead_millis: ahead_seconds.saturating_mul(1000) });
        let phone = Phone::open(&folder, Ports { clock, chance: Box::new(SystemChance), keys })?;
        Ok(Self { who, phone })
    }

    /// Meets the city.
    pub fn sync(&mut self) -> Result<SyncReport, MingchaError> {
        self.phone.sync(&mut |_| {})
    }

    /// One finding as this phone shows it.
    pub fn finding(&self, finding: &str) -> Result<FindingRow, MingchaError> {
        self.phone.finding_show(finding)
    }

    /// How many findings stand at each stage, as this phone lists them.
    pub fn stages(&self) -> Result<Stages, MingchaError> {
        let mut stages = BTreeMap::new();
        for row in self.phone.finding_list(None, false, None)? {
            let count: &mut usize = stages.entry(row.stage.name()).or_default();
            *count = count.saturating_add(1);
        }
        Ok(Stages(stages))
    }
}

/// How many findings stand at each stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stages(pub BTreeMap<&'static str, usize>);

impl Stages {
    /// True when it is exactly this.
    pub fn are(&self, wanted: &[(&'static str, usize)]) -> bool {
        self.0 == wanted.iter().copied().collect()
    }

    /// In words, `已交办 4`.
    pub fn words(&self, lang: Lang) -> String {
        let each = self.0.iter().map(|(stage, count)| format!("{} {count}", words::stage(lang, stage)));
        let all: Vec<String> = each.collect();
        match (all.is_empty(), lang) {
            (true, Lang::Chinese) => "没有问题".to_owned(),
            (true, Lang::English) => "no findings".to_owned(),
            (false, Lang::Chinese) => all.join("，"),
            (false, Lang::English) => all.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_that_is_ahead_of_the_city_stays_so_when_time_is_moved() {
        let time = Time::default();
        let clock = PhoneClock { time: time.clone(), ahead_millis: 90_000 };
        let noon = time.move_to("2026-03-02T12:00:00+08:00").unwrap();
        assert_eq!(clock.wall_millis(), noon + 90_000);
        assert_eq!(time.shown(), "03-02 12:00");
        let later = time.move_to("2026-03-16T08:30:00+08:00").unwrap();
        assert_eq!((clock.wall_millis(), clock.monotonic_millis()), (later + 90_000, later));
    }

    #[test]
    fn stages_are_compared_whole() {
        let stages = Stages(BTreeMap::from([("closed", 3), ("supervised", 1)]));
        assert!(stages.are(&[("supervised", 1), ("closed", 3)]));
        assert!(!stages.are(&[("closed", 3)]));
        assert_eq!(stages.words(Lang::Chinese), "已销号 3，已督办 1");
    }
}
