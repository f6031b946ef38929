//! The same weeks lived twice: one inspector behind both undercover visits, then two. Others must not be able to tell.

use std::path::Path;

use mingcha_model::Role;
use mingcha_tests::draw;

use crate::world::{Mobile, World, files, received, stored};

/// Everybody of the story. `anna` and `ben` inspect; `carl` is their colleague, `dora` speaks for the unit.
struct People {
    anna: Mobile,
    ben: Mobile,
    carl: Mobile,
    chief: Mobile,
    dora: Mobile,
}

impl People {
    fn inspectors(&mut self, which: usize) -> &mut Mobile {
        if which == 0 { &mut self.anna } else { &mut self.ben }
    }

    /// Everybody meets the city, twice: what one says the others hear.
    fn meet(&mut self, act: u64) {
        for round in [act, act + 10] {
            for (n, mobile) in
                (0_u64..).zip([&mut self.anna, &mut self.ben, &mut self.chief, &mut self.carl, &mut self.dora])
            {
                mobile.sync(round + n);
            }
        }
    }
}

/// What another person holds after weeks of which two undercover visits were made by these two of two inspectors.
type Held = Vec<(String, Vec<u8>)>;

fn live(makers: [usize; 2]) -> (Held, Held) {
    let mut world = World::found("2026-03-02T08:00:00+08:00");
    let mut people = People {
        anna: world.phone("安娜", Role::Inspector, 37_123),
        ben: world.phone("本杰明", Role::Inspector, -7_260_456),
        carl: world.phone("卡尔", Role::Inspector, 0),
        chief: world.phone("主管", Role::Supervisor, 1_500),
        dora: world.phone("朵拉", Role::Contact, -900),
    };
    people.meet(100);

    // Both inspect openly too, the same in every telling.
    world.time.set("2026-03-02T09:00:00+08:00");
    for (which, act) in [(0, 200), (1, 220)] {
        let picture = draw(world.below(), 50 + u32::try_from(which).unwrap());
        openly(people.inspectors(which), act, &picture);
    }
    people.meet(300);

    let mut findings = Vec::new();
    for (place, (maker, day)) in makers.into_iter().zip(["2026-03-03", "2026-03-04"]).enumerate() {
        world.time.set(&format!("{day}T10:12:13+08:00"));
        let act = 400 + 100 * u64::try_from(place).unwrap();
        let picture = draw(world.below(), 60 + u32::try_from(place).unwrap());
        findings.push(under_cover(people.inspectors(maker), act, &picture));
        world.time.set(&format!("{day}T17:00:00+08:00"));
        people.meet(act + 50);
    }

    world.time.set("2026-03-05T09:30:00+08:00");
    let mut copies = Vec::new();
    for (act, finding) in (700..).zip(&findings) {
        let told = people.chief.act(act, |chief| chief.finding_feedback(finding, Some("请三日内清理并拍照"), true));
        copies.push(told.finding.to_string());
    }
    people.chief.act(710, |chief| chief.finding_notice(&findings[0], None));
    people.meet(720);
    let after = draw(world.below(), 80);
    people.dora.act(750, |dora| dora.finding_rectify(&copies[0], "已清理", std::slice::from_ref(&after)));
    people.meet(760);
    world.time.set("2026-03-19T09:30:00+08:00");
    let again = people.carl.act(800, |carl| carl.visit_start("GOV-01", "recheck", &[], &[])).visit.to_string();
    people.carl.act(801, |carl| carl.finding_recheck(&copies[1], "fail", Some(&again), None, &[], None));
    people.carl.act(802, |carl| carl.visit_submit(&again));
    // The author adds a word, which is nobody else's business.
    people.inspectors(makers[1]).act(803, |author| author.finding_correct(&findings[1], "补充：两处都堵"));
    people.meet(820);

    let carl: Vec<String> = copies.iter().map(|copy| people.carl.phone.finding_show(copy).unwrap().demand).collect();
    assert_eq!(carl, ["请三日内清理并拍照"; 2], "a colleague hears of both");
    assert_eq!(people.dora.phone.finding_list(None, false, None).unwrap().len(), 4, "and so does the unit");
    assert_eq!(people.dora.phone.photo_list().unwrap().len(), 5, "with a photo of each, and its own");
    (held(&people.dora), held(&people.carl))
}

fn openly(inspector: &mut Mobile, act: u64, picture: &Path) {
    let visit = inspector.act(act, |phone| phone.visit_start("GOV-01", "open", &[], &[])).visit.to_string();
    let photo = inspector.act(act + 1, |phone| phone.visit_photo(&visit, picture, Some("W5-3"))).photo.to_string();
    inspector.act(act + 2, |phone| phone.visit_answer(&visit, "W5-3", "no", Some("堆物"), &[], None));
    let finding = inspector
        .act(act + 3, |phone| phone.finding_raise(&visit, "W5-3", "通道堆物", None, std::slice::from_ref(&photo)));
    inspector.act(act + 4, |phone| phone.visit_submit(&visit));
    inspector.act(act + 5, |phone| phone.finding_feedback(&finding.finding.to_string(), Some("清理通道"), true));
}

fn under_cover(inspector: &mut Mobile, act: u64, picture: &Path) -> String {
    let visit = inspector.act(act, |phone| phone.visit_start("GOV-01", "undercover", &[], &[])).visit.to_string();
    let photo = inspector.act(act + 1, |phone| phone.visit_photo(&visit, picture, Some("W5-3"))).photo.to_string();
    inspector.act(act + 2, |phone| phone.visit_answer(&visit, "W5-3", "no", Some("坡道被占"), &[], None));
    let finding = inspector
        .act(act + 3, |phone| phone.finding_raise(&visit, "W5-3", "坡道堵死", None, std::slice::from_ref(&photo)));
    inspector.act(act + 4, |phone| phone.visit_submit(&visit));
    finding.finding.to_string()
}

/// Everything that a phone received and stores, in named pieces.
fn held(mobile: &Mobile) -> Held {
    let mut held = vec![("received".to_owned(), received(mobile))];
    for (table, rows) in stored(mobile) {
        for (place, row) in rows.into_iter().enumerate() {
            let columns = row.into_iter().enumerate();
            held.extend(columns.map(|(column, value)| (format!("{table} row {place} column {column}"), value)));
        }
    }
    held.extend(files(mobile).into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)));
    held
}

#[track_caller]
fn nobody_can_tell(who: &str, one: &Held, two: &Held) {
    let names = |held: &Held| held.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(one), names(two), "{who} holds other things");
    for ((name, ours), (_, theirs)) in one.iter().zip(two) {
        let differs = ours.iter().zip(theirs).position(|(our, their)| our != their);
        let place = differs.or((ours.len() != theirs.len()).then_some(ours.len().min(theirs.len())));
        if let Some(place) = place {
            let around = |bytes: &[u8]| {
                let cut = &bytes[place.saturating_sub(300)..bytes.len().min(place + 300)];
                String::from_utf8_lossy(cut).into_owned()
            };
            panic!("{who} can tell by {name} at {place}:\n{}\n{}", around(ours), around(theirs));
        }
    }
}

#[test]
fn whether_one_inspector_or_two_made_both_undercover_visits_nobody_else_can_tell_by_a_single_byte() {
    let (unit_of_one, colleague_of_one) = live([0, 0]);
    let (unit_of_two, colleague_of_two) = live([0, 1]);
    nobody_can_tell("the unit", &unit_of_one, &unit_of_two);
    nobody_can_tell("a colleague", &colleague_of_one, &colleague_of_two);
    let (unit_of_other, colleague_of_other) = live([1, 0]);
    nobody_can_tell("the unit", &unit_of_one, &unit_of_other);
    nobody_can_tell("a colleague", &colleague_of_one, &colleague_of_other);
}
