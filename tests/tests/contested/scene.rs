//! The people of the stories, and a finding as far as a story needs it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use mingcha_model::Role;
use mingcha_tests::{Hand, Town, draw};

/// A Monday in March without any holiday near.
pub const MONDAY: &str = "2026-03-02T09:00:00+08:00";

/// A city and its people.
pub struct Scene {
    pub town: Town,
    /// Inspectors.
    pub anna: Hand,
    pub bert: Hand,
    /// Supervisors.
    pub cora: Hand,
    pub dora: Hand,
    /// Contacts of the unit of `GOV-01`.
    pub emil: Hand,
    pub fred: Hand,
}

/// A finding and what belongs to it.
pub struct Found {
    pub visit: String,
    pub finding: String,
}

impl Scene {
    pub fn new(now: &str) -> Self {
        let town = Town::found(now);
        let [anna, bert] = ["anna", "bert"].map(|name| town.hand(name, Role::Inspector));
        let [cora, dora] = ["cora", "dora"].map(|name| town.hand(name, Role::Supervisor));
        let [emil, fred] = ["emil", "fred"].map(|name| town.hand(name, Role::Contact));
        let mut scene = Self { town, anna, bert, cora, dora, emil, fred };
        scene.all_meet();
        scene
    }

    /// The one that many stories share; a story that failed does not stop the others.
    pub fn shared() -> MutexGuard<'static, Self> {
        static SCENE: OnceLock<Mutex<Scene>> = OnceLock::new();
        SCENE.get_or_init(|| Mutex::new(Self::new(MONDAY))).lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everybody, inspectors first.
    pub fn everybody(&mut self) -> [&mut Hand; 6] {
        [&mut self.anna, &mut self.bert, &mut self.cora, &mut self.dora, &mut self.emil, &mut self.fred]
    }

    /// Time passes, and everybody meets the city; then once more whoever did so before the last one who had news.
    pub fn all_meet(&mut self) {
        self.town.later(1);
        let mut news = 0;
        for (place, hand) in self.everybody().into_iter().enumerate() {
            if hand.sync().sent_ops > 0 {
                news = place;
            }
        }
        for hand in self.everybody().into_iter().take(news) {
            hand.sync();
        }
    }

    /// Everybody but the contacts stands where the others stand, and shows the same.
    #[track_caller]
    pub fn staff_agrees(&mut self) {
        let hashes = self.anna.hashes();
        let open = |hashes: Vec<(String, u64, String)>| -> Vec<_> {
            hashes.into_iter().filter(|(feed, ..)| !feed.starts_with("covert:")).collect()
        };
        for hand in [&self.bert, &self.cora, &self.dora] {
            assert_eq!(open(hand.hashes()), open(hashes.clone()));
        }
    }

    /// A visit of Anna's at `GOV-01` with one finding that nobody else has heard of yet.
    pub fn raised(&mut self) -> Found {
        let visit = self.anna.phone.visit_start("GOV-01", "open", &[], &[]).unwrap().visit.to_string();
        let finding = self.anna.phone.finding_raise(&visit, "W5-3", "坡道被占", None, &[]).unwrap();
        Found { visit, finding: finding.finding.to_string() }
    }

    /// A finding that was fed back; everybody heard of it.
    pub fn fed_back(&mut self) -> Found {
        let found = self.raised();
        self.anna.phone.visit_submit(&found.visit).unwrap();
        self.anna.phone.finding_feedback(&found.finding, Some("清理坡道"), false).unwrap();
        self.all_meet();
        found
    }

    /// A finding with a notice that the unit acknowledged.
    pub fn noticed(&mut self) -> Found {
        let found = self.fed_back();
        self.cora.phone.finding_notice(&found.finding, None).unwrap();
        self.all_meet();
        self.emil.phone.finding_acknowledge(&found.finding, "值班长", false).unwrap();
        self.all_meet();
        found
    }

    /// A finding that the unit answered, and the answer.
    pub fn submitted(&mut self) -> (Found, String) {
        let found = self.noticed();
        let submission = rectified(&mut self.emil, &found);
        self.all_meet();
        (found, submission)
    }
}

/// A rectification with a photo of its own.
pub fn rectified(by: &mut Hand, found: &Found) -> String {
    let picture = picture(by);
    by.phone.finding_rectify(&found.finding, "已清理", &[picture]).unwrap().submission.to_string()
}

/// A picture that nobody else has.
pub fn picture(hand: &Hand) -> PathBuf {
    static DRAWN: AtomicU32 = AtomicU32::new(1);
    draw(&hand.home, DRAWN.fetch_add(1, Ordering::SeqCst))
}

/// The live versions of the answer to an item: value, in force, guest, added later.
pub fn versions(hand: &Hand, visit: &str, item: &str) -> Vec<(String, bool, bool, bool)> {
    let view = hand.phone.visit_show(visit).unwrap();
    let row = view.answers.into_iter().find(|row| row.item == item);
    row.into_iter().flat_map(|row| row.versions).map(|one| (one.value, one.in_force, one.guest, one.added)).collect()
}

/// The conflict about one thing that this phone shows: its name, the value in force, and whether it is this phone's too.
pub fn conflict(hand: &Hand, entity: &str, what: &str) -> Option<(String, String, bool)> {
    let rows = hand.phone.conflicts().unwrap();
    let row = rows.into_iter().find(|row| row.entity.to_string() == entity && row.what == what)?;
    let in_force = row.versions.iter().find(|one| one.in_force)?.value.clone();
    Some((row.conflict, in_force, row.mine))
}

/// The op of the version with this value in a conflict.
pub fn version(hand: &Hand, conflict: &str, value: &str) -> String {
    let rows = hand.phone.conflicts().unwrap();
    let row = rows.into_iter().find(|row| row.conflict == conflict).unwrap();
    row.versions.into_iter().find(|one| one.value == value).unwrap().op.to_string()
}

/// Somebody of the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anna,
    Bert,
    Cora,
    Dora,
    Emil,
    Fred,
}

impl Scene {
    pub fn hand(&mut self, who: Who) -> &mut Hand {
        match who {
            Who::Anna => &mut self.anna,
            Who::Bert => &mut self.bert,
            Who::Cora => &mut self.cora,
            Who::Dora => &mut self.dora,
            Who::Emil => &mut self.emil,
            Who::Fred => &mut self.fred,
        }
    }

    /// Two people who said something without having heard of each other meet the city one after the other, then all do.
    pub fn arrive(&mut self, first: Who, second: Who) {
        self.town.later(1);
        self.hand(first).sync();
        self.town.later(1);
        self.hand(second).sync();
        self.all_meet();
        self.staff_agrees();
    }
}

/// Tells a story twice: whoever of the two arrives first, the ending is the same.
pub fn whoever_is_first(one: Who, other: Who, story: impl Fn(&mut Scene, Who, Who)) {
    let mut scene = Scene::shared();
    story(&mut scene, one, other);
    story(&mut scene, other, one);
}
